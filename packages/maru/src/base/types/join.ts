/** Shape rules that join tensors: concatenating and stacking. */
import type { Axis, AxisMistake, SetAt, Unsqueeze } from './axes.ts'
import type {
  AddDims,
  Dim,
  IsAny,
  IsLiteral,
  IsOpen,
  IsRankOpen,
  MayEqual,
  SameRank,
  Shape,
  ShapeMistake,
  Show,
} from './dim.ts'

type EqualExcept<
  A extends Shape,
  B extends Shape,
  Except,
  Done extends 0[] = [],
> = A extends readonly [infer X, ...infer ARest extends Shape]
  ? B extends readonly [infer Y, ...infer BRest extends Shape]
    ? Done['length'] extends Except
      ? EqualExcept<ARest, BRest, Except, [...Done, 0]>
      : MayEqual<X, Y> extends true
        ? EqualExcept<ARest, BRest, Except, [...Done, 0]>
        : false
    : true
  : true

/** Of two shapes known to agree, each size from the one that knows it. */
type Merge<A extends Shape, B extends Shape> = {
  -readonly [K in keyof A]: IsOpen<A[K]> extends true ? (K extends keyof B ? B[K] : A[K]) : A[K]
}

type ConcatAll<
  S extends Shape,
  Rest extends readonly Shape[],
  A extends number,
> = Rest extends readonly [infer Next extends Shape, ...infer Later extends readonly Shape[]]
  ? IsAny<Next> extends true
    ? ConcatAll<SetAt<SameRank<S>, A, number>, Later, A>
    : IsRankOpen<Next> extends true
      ? ConcatAll<SetAt<S, A, number>, Later, A>
      : S['length'] extends Next['length']
        ? EqualExcept<S, Next, A> extends true
          ? ConcatAll<SetAt<Merge<S, Next>, A, AddDims<S[A], Next[A]>>, Later, A>
          : ShapeMistake<`concat: ${Show<S>} and ${Show<Next>} differ outside axis ${A}`>
        : ShapeMistake<`concat: ${Show<S>} and ${Show<Next>} have different ranks`>
  : S

/** Several tensors one after another along an axis. */
export type Concat<Ss extends readonly Shape[], A extends number> = number extends Ss['length']
  ? Dim[]
  : Ss extends readonly [infer First extends Shape, ...infer Rest extends readonly Shape[]]
    ? IsAny<First> extends true
      ? Dim[]
      : IsRankOpen<First> extends true
        ? Dim[]
        : IsLiteral<A> extends true
          ? [Axis<First['length'], A>] extends [never]
            ? AxisMistake<First, A, 'concat'>
            : ConcatAll<First, Rest, Axis<First['length'], A>>
          : SameRank<First>
    : Dim[]

type StackAll<S extends Shape, Rest extends readonly Shape[]> = Rest extends readonly [
  infer Next extends Shape,
  ...infer Later extends readonly Shape[],
]
  ? IsAny<Next> extends true
    ? StackAll<S, Later>
    : IsRankOpen<Next> extends true
      ? StackAll<S, Later>
      : S['length'] extends Next['length']
        ? EqualExcept<S, Next, never> extends true
          ? StackAll<Merge<S, Next>, Later>
          : ShapeMistake<`stack: shapes ${Show<S>} and ${Show<Next>} differ`>
        : ShapeMistake<`stack: shapes ${Show<S>} and ${Show<Next>} differ`>
  : S

/** Tensors of one shape side by side along a new axis. */
export type Stack<Ss extends readonly Shape[], A extends number> = number extends Ss['length']
  ? Dim[]
  : Ss extends readonly [infer First extends Shape, ...infer Rest extends readonly Shape[]]
    ? IsAny<First> extends true
      ? Dim[]
      : StackAll<First, Rest> extends infer Common
        ? Common extends Shape
          ? Unsqueeze<Common, A, Ss['length'], 'stack'>
          : Common
        : never
    : Dim[]
