/** What layers do to shapes: named dimensions bound at a call, and layers in a row. */
import type {
  Box,
  Dim,
  IsAny,
  IsOpen,
  IsRankOpen,
  MayEqual,
  Shape,
  Shaped,
  ShapeMistake,
  Show,
  ShowDim,
} from './dim.ts'

/** A function from shape to shape, as an interface with a hole: `out` is written with `this['in']`. */
export interface ShapeFn {
  readonly in: unknown
  readonly out: unknown
}

/** A shape function applied to S. */
export type ApplyFn<F extends ShapeFn, S> = (F & { readonly in: S })['out']

/** The hole of a shape function, as a shape. */
export type In<T> = Box<T> extends Box<infer S extends Shape> ? S : never

/** A layer whose effect on shapes is a shape function. */
export interface ShapeMapped<F extends ShapeFn = ShapeFn> {
  /** For the type system only; there is no such field at run time. */
  readonly '~shapeFn': F
}

// names

/** Names in pattern P bound to the sizes of S, or a mistake. */
type Bind<P extends Shape, S extends Shape, Bound = unknown> = P extends readonly [
  ...infer PRest extends Shape,
  infer X,
]
  ? S extends readonly [...infer SRest extends Shape, infer Y]
    ? IsOpen<X> extends true
      ? Bind<PRest, SRest, Bound>
      : X extends string
        ? X extends keyof Bound
          ? MayEqual<Bound[X], Y> extends true
            ? Bind<
                PRest,
                SRest,
                IsOpen<Bound[X]> extends true ? Omit<Bound, X> & { [K in X]: Y } : Bound
              >
            : ShapeMistake<`dimension '${X}' is ${ShowDim<Bound[X]>} and also ${ShowDim<Y>}`>
          : Bind<PRest, SRest, Bound & { [K in X]: Y }>
        : MayEqual<X, Y> extends true
          ? Bind<PRest, SRest, Bound>
          : ShapeMistake<''>
    : IsRankOpen<S> extends true
      ? BindRest<P, Bound>
      : ShapeMistake<''>
  : P extends readonly []
    ? S extends readonly []
      ? Bound
      : IsRankOpen<S> extends true
        ? Bound
        : ShapeMistake<''>
    : Bound

/** Names that an input of unknown rank leaves open. */
type BindRest<P extends Shape, Bound> = Bound & {
  [K in Exclude<Extract<P[number], string>, keyof Bound>]: number
}

/** Names replaced by the sizes that they are bound to. */
type Substitute<S extends Shape, Bound> = {
  -readonly [K in keyof S]: S[K] extends keyof Bound ? Bound[S[K]] : S[K]
}

/** The result of a function declared from P to Out when it is called with S. */
export type ApplyNamed<P extends Shape, Out extends Shape, S extends Shape> =
  IsAny<S> extends true
    ? Dim[]
    : IsAny<P> extends true
      ? IsAny<Out> extends true
        ? Dim[]
        : Out
      : Bind<P, S> extends infer Bound
        ? Bound extends ShapeMistake<infer M>
          ? ShapeMistake<`call: ${M extends '' ? '' : `${M}, `}expects ${Show<P>}, got ${Show<S>}`>
          : IsAny<Out> extends true
            ? Dim[]
            : Substitute<Out, Bound>
        : never

// chains

/** The shape after a layer: by its shape function, or by the types of its `forward`. */
export type LayerOut<L, S extends Shape> = L extends {
  readonly '~shapeFn': infer F extends ShapeFn
}
  ? ApplyFn<F, S>
  : L extends { forward(x: Shaped<infer P>): Shaped<infer Out> }
    ? ApplyNamed<P, Out, S>
    : Dim[]

/** The shape after all layers, or the first mistake. */
export type Chain<Layers extends readonly unknown[], S> =
  Box<S> extends Box<infer Known extends Shape>
    ? number extends Layers['length']
      ? Dim[]
      : Layers extends readonly [infer First, ...infer Rest]
        ? Chain<Rest, LayerOut<First, Known>>
        : Known
    : S

/** How many layers are left after the first that breaks the chain, and the mistake. */
type FirstBreak<Layers extends readonly unknown[], S extends Shape> = Layers extends readonly [
  infer First,
  ...infer Rest,
]
  ? LayerOut<First, S> extends infer Next
    ? Box<Next> extends Box<infer Known extends Shape>
      ? FirstBreak<Rest, Known>
      : [Rest['length'], Next]
    : never
  : undefined

type PutAt<
  Layers extends readonly unknown[],
  Left extends number,
  M,
  Out extends unknown[] = [],
> = Layers extends readonly [infer First, ...infer Rest]
  ? Rest['length'] extends Left
    ? [...Out, M, ...Rest]
    : PutAt<Rest, Left, M, [...Out, First]>
  : Out

/** The layers, with a mistake in place of the first one that does not follow from those before. */
export type CheckChain<Layers extends readonly unknown[]> = number extends Layers['length']
  ? Layers
  : FirstBreak<Layers, Dim[]> extends [infer Left extends number, ShapeMistake<infer M>]
    ? PutAt<Layers, Left, ShapeMistake<M>>
    : Layers
