/** Dimensions and shapes in the type system, how they are compared, printed and named. */
import type { Add, Mul } from './arith.ts'

/**
 * One size, as the type system knows it: a literal is known, a string literal is a name that stands
 * for one size, `number` is known at run time only.
 */
export type Dim = number | string

/**
 * A size that a type leaves open: `Linear` alone is a `Linear<AnySize, AnySize>`, which holds every `Linear`.
 */
// biome-ignore lint/suspicious/noExplicitAny: an unknown size, assignable both ways
export type AnySize = any

/** Sizes of a tensor's axes, outermost first. `any` stands for an unknown shape. */
export type Shape = readonly Dim[]

declare const mistake: unique symbol
declare const mistakeToo: unique symbol

/**
 * What a shape rule gives when the shapes are certainly wrong: a type without values, made to be
 * read in a diagnostic.
 *
 * A union of two, because compilers elaborate on a single object type and drop the sentence.
 */
export type ShapeMistake<Sentence extends string> =
  | { readonly [mistake]: Sentence }
  | { readonly [mistakeToo]: Sentence }

/** Anything with a static shape: what the shape rules see of a tensor. */
export interface Shaped<out S extends Shape> {
  /** For the type system only; there is no such field at run time. */
  readonly '~shape': S
}

/**
 * A type in a box. A test on a type parameter is put off until the parameter is known; a test on
 * its box is decided at once where the answer cannot change, for instance for one parameter on
 * both sides. This is what lets the rules see through generic code.
 *
 * The compiler looks for that answer with parameters read as `any`, so a box may hold parameters
 * and what was inferred from them; the result of a rule only where its failure, too, is in the
 * type (`false` beside a shape), since then nothing is certain before the rule is decided.
 */
export interface Box<T> {
  readonly content: T
}

export type IsAny<T> = Box<0> extends Box<1 & T> ? true : false

/** Whether a dimension is not known statically: `number`, `Dim` or `any`. */
export type IsOpen<D> = number extends D ? true : false

/** Whether N is one number literal, neither `number` nor a choice of several. */
export type IsLiteral<N, All = N> = N extends All
  ? [All] extends [N]
    ? IsOpen<N> extends true
      ? false
      : true
    : false
  : never

/** Whether the number of axes is unknown, as in `[...Dim[], 512]`. */
export type IsRankOpen<S extends Shape> = number extends S['length'] ? true : false

/** Whether two dimensions may be equal: anything but two different known ones. */
export type MayEqual<X, Y> =
  Box<X> extends Box<Y>
    ? true
    : IsOpen<X> extends true
      ? true
      : IsOpen<Y> extends true
        ? true
        : [X & Y] extends [never]
          ? false
          : true

/** The same number of axes, all sizes unknown. */
export type SameRank<S extends Shape> = { -readonly [K in keyof S]: number }

/** X + Y; `number` unless both are known. */
export type AddDims<X, Y> = X extends number ? (Y extends number ? Add<X, Y> : number) : number

/** X · Y; a name survives only a factor of 1. */
export type MulDims<X, Y> = X extends number
  ? Y extends number
    ? Mul<X, Y>
    : X extends 1
      ? Y
      : number
  : Y extends 1
    ? X
    : number

/** The number of elements; `number` when a size is unknown. */
export type Product<S extends Shape, Out = 1> = S extends readonly [
  infer First,
  ...infer Rest extends Shape,
]
  ? Product<Rest, MulDims<Out, First>>
  : S extends readonly []
    ? Out
    : number

/** A dimension as text; `?` for one that is not known. */
export type ShowDim<D> = number extends D ? '?' : D extends Dim ? `${D}` : '?'

type Separator<Before extends string> = Before extends '' ? '' : ', '

type ShowDims<
  S extends Shape,
  Head extends string = '',
  Tail extends string = '',
> = S extends readonly [infer First, ...infer Rest extends Shape]
  ? ShowDims<Rest, `${Head}${Separator<Head>}${ShowDim<First>}`, Tail>
  : S extends readonly [...infer Rest extends Shape, infer Last]
    ? ShowDims<Rest, Head, `, ${ShowDim<Last>}${Tail}`>
    : S extends readonly []
      ? Head
      : `${Head}${Separator<Head>}...${Tail}`

/** A shape as text: `[32, batch, ?]`, or `[..., 512]` when the rank is open. */
export type Show<S extends Shape> = `[${ShowDims<S>}]`

declare const nameKey: unique symbol

/** The mark of a number that is the size of a named dimension. */
export interface Named<Name extends string> {
  readonly [nameKey]: Name
}

/** The run-time size of a dimension: a plain number, which remembers its name. */
export type SizeOf<D> =
  // whether D is string, Dim or any; written with D on the left, as `out S` of Tensor demands
  ((dim: D) => void) extends (dim: string) => void
    ? number
    : D extends string
      ? number & Named<D>
      : D

/** The run-time sizes of a shape. */
export type SizesOf<S extends Shape> = { readonly [K in keyof S]: SizeOf<S[K]> }

type DimOf<Size> = Size extends Named<infer Name extends string> ? Name : Size

/** The shape which an array of sizes stands for, unknown for a plain `number[]`; names come back. */
export type ToShape<Sizes extends readonly number[]> = number extends Sizes['length']
  ? // biome-ignore lint/suspicious/noExplicitAny: an unknown shape
    any
  : { -readonly [K in keyof Sizes]: DimOf<Sizes[K]> & Dim }
