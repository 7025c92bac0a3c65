/** Shape rules that name axes: reductions, permutations, squeezing, slicing. */
import type { DivMod, Less, Sub } from './arith.ts'
import type {
  Dim,
  IsAny,
  IsLiteral,
  IsRankOpen,
  MayEqual,
  SameRank,
  Shape,
  ShapeMistake,
  Show,
  ShowDim,
} from './dim.ts'

/** A literal axis counted from the front; `never` when it is out of range. */
export type Axis<
  Rank extends number,
  A extends number,
> = `${A}` extends `-${infer N extends number}`
  ? Sub<Rank, N>
  : Less<A, Rank> extends true
    ? A
    : never

/** What is said of an axis that is out of range. */
export type AxisMistake<
  S extends Shape,
  A extends number,
  Op extends string,
> = ShapeMistake<`${Op}: axis ${A} is out of range for shape ${Show<S>}`>

/** Each axis counted from the front, and the first one that is out of range or repeated. */
type Axes<
  S extends Shape,
  A extends readonly number[],
  Op extends string,
  Seen extends number = never,
  All extends readonly number[] = A,
> = A extends readonly [infer First extends number, ...infer Rest extends readonly number[]]
  ? [Axis<S['length'], First>] extends [never]
    ? AxisMistake<S, First, Op>
    : Axis<S['length'], First> extends Seen
      ? ShapeMistake<`${Op}: axes ${Show<All>} name one axis of ${Show<S>} twice`>
      : Axes<S, Rest, Op, Seen | Axis<S['length'], First>, All>
  : Seen

/** S without the axes in the union Gone, or with size 1 there. */
type ReduceDims<
  S extends Shape,
  Gone,
  Keep,
  Out extends Dim[] = [],
  Done extends 0[] = [],
> = S extends readonly [infer First, ...infer Rest extends Shape]
  ? ReduceDims<
      Rest,
      Gone,
      Keep,
      Done['length'] extends Gone ? (Keep extends true ? [...Out, 1] : Out) : [...Out, First & Dim],
      [...Done, 0]
    >
  : Out

/** A reduction over one axis, several, or all (A undefined). */
export type Reduce<S extends Shape, A, Keep, Op extends string> = [A, Keep] extends [
  undefined,
  false,
]
  ? []
  : IsAny<S> extends true
    ? Dim[]
    : boolean extends Keep
      ? Dim[]
      : [A] extends [undefined]
        ? { -readonly [K in keyof S]: 1 }
        : IsRankOpen<S> extends true
          ? Dim[]
          : [A] extends [number]
            ? IsLiteral<A> extends true
              ? [Axis<S['length'], A>] extends [never]
                ? AxisMistake<S, A, Op>
                : ReduceDims<S, Axis<S['length'], A>, Keep>
              : Dim[]
            : [A] extends [readonly number[]]
              ? number extends A['length'] | A[number]
                ? Dim[]
                : Axes<S, A, Op> extends infer Found
                  ? [Found] extends [number]
                    ? ReduceDims<S, Found, Keep>
                    : Found
                  : never
              : Dim[]

type PermuteDims<S extends Shape, P extends readonly number[]> = {
  -readonly [K in keyof P]: S[Axis<S['length'], P[K]>]
}

type PermuteMistake<
  S extends Shape,
  P extends readonly number[],
> = ShapeMistake<`permute: axes ${Show<P>} are not a permutation of the ${S['length']} axes of ${Show<S>}`>

/** Axes in the order P. */
export type Permute<S extends Shape, P extends readonly number[]> =
  IsAny<S> extends true
    ? Dim[]
    : IsRankOpen<S> extends true
      ? Dim[]
      : number extends P['length'] | P[number]
        ? Dim[]
        : P['length'] extends S['length']
          ? [Axes<S, P, 'permute'>] extends [number]
            ? PermuteDims<S, P>
            : PermuteMistake<S, P>
          : PermuteMistake<S, P>

type SwapDims<S extends Shape, A extends number, B extends number> = {
  -readonly [K in keyof S]: K extends `${A}` ? S[B] : K extends `${B}` ? S[A] : S[K]
}

/** Two axes exchanged. */
export type Transpose<S extends Shape, A extends number, B extends number> =
  IsAny<S> extends true
    ? Dim[]
    : [IsLiteral<A>, IsLiteral<B>] extends [true, true]
      ? IsRankOpen<S> extends true
        ? S extends readonly [...infer Rest extends Shape, infer X, infer Y]
          ? [A, B] extends [-2, -1] | [-1, -2]
            ? [...Rest, Y & Dim, X & Dim]
            : Dim[]
          : Dim[]
        : [Axis<S['length'], A>] extends [never]
          ? AxisMistake<S, A, 'transpose'>
          : [Axis<S['length'], B>] extends [never]
            ? AxisMistake<S, B, 'transpose'>
            : SwapDims<S, Axis<S['length'], A>, Axis<S['length'], B>>
      : SameRank<S>

/** An axis of size 1 taken out. */
export type Squeeze<S extends Shape, A extends number> =
  IsAny<S> extends true
    ? Dim[]
    : IsRankOpen<S> extends true
      ? Dim[]
      : IsLiteral<A> extends true
        ? [Axis<S['length'], A>] extends [never]
          ? AxisMistake<S, A, 'squeeze'>
          : MayEqual<S[Axis<S['length'], A>], 1> extends true
            ? ReduceDims<S, Axis<S['length'], A>, false>
            : ShapeMistake<`squeeze: axis ${A} of ${Show<S>} has size ${ShowDim<S[Axis<S['length'], A>]>}, not 1`>
        : Dim[]

type InsertAt<
  S extends Shape,
  A extends number,
  D extends Dim,
  Out extends Dim[] = [],
> = Out['length'] extends A
  ? [...Out, D, ...S]
  : S extends readonly [infer First extends Dim, ...infer Rest extends Shape]
    ? InsertAt<Rest, A, D, [...Out, First]>
    : never

/** A new axis of size 1 (or D) at position A of the result. */
export type Unsqueeze<
  S extends Shape,
  A extends number,
  D extends Dim = 1,
  Op extends string = 'unsqueeze',
> =
  IsAny<S> extends true
    ? Dim[]
    : IsRankOpen<S> extends true
      ? Dim[]
      : IsLiteral<A> extends true
        ? [Axis<[...S, D]['length'], A>] extends [never]
          ? AxisMistake<[...S, D], A, Op>
          : InsertAt<S, Axis<[...S, D]['length'], A>, D>
        : Dim[]

/** One size replaced by D. */
export type SetAt<S extends Shape, A extends number, D> = {
  -readonly [K in keyof S]: K extends `${A}` ? D : S[K]
}

/** A bound counted from the front; `number` when the size that it counts from is not known. */
type Bound<Size, V extends number> = `${V}` extends `-${infer N extends number}`
  ? Size extends number
    ? Sub<Size, N>
    : number
  : V

/** The size of a slice; `never` when it is out of range. */
type SlicedDim<Size, Start extends number, End> =
  IsLiteral<Start> extends true
    ? End extends number
      ? IsLiteral<End> extends true
        ? Within<Size, Bound<Size, Start>, Bound<Size, End>>
        : number
      : Size extends number
        ? Within<Size, Bound<Size, Start>, Size>
        : Start extends 0
          ? Size
          : number
    : number

/** End - Start; `never` when End lies before Start or, for certain, after Size. */
type Within<Size, Start extends number, End extends number> = Size extends number
  ? number extends Size
    ? Sub<End, Start>
    : Less<Size, End> extends true
      ? never
      : Sub<End, Start>
  : Sub<End, Start>

type SliceMistake<
  S extends Shape,
  A extends number,
  Start extends number,
  End,
> = ShapeMistake<`slice: ${Start} to ${ShowDim<End extends number ? End : S[Axis<S['length'], A>]>} is out of range for axis ${A} of ${Show<S>}`>

/** Positions Start to End (not included) along one axis; negative bounds count from the end. */
export type Slice<S extends Shape, A extends number, Start extends number, End, Step = 1> =
  IsAny<S> extends true
    ? Dim[]
    : IsRankOpen<S> extends true
      ? Dim[]
      : IsLiteral<A> extends true
        ? [Axis<S['length'], A>] extends [never]
          ? AxisMistake<S, A, 'slice'>
          : [Step] extends [1]
            ? SlicedDim<S[Axis<S['length'], A>], Start, End> extends infer D
              ? [D] extends [never]
                ? SliceMistake<S, A, Start, End>
                : SetAt<S, Axis<S['length'], A>, D>
              : never
            : SetAt<S, Axis<S['length'], A>, number>
        : SameRank<S>

/** Half of one size, for a gated linear unit. */
export type Glu<S extends Shape, A extends number> =
  IsAny<S> extends true
    ? Dim[]
    : IsRankOpen<S> extends true
      ? Dim[]
      : IsLiteral<A> extends true
        ? [Axis<S['length'], A>] extends [never]
          ? AxisMistake<S, A, 'glu'>
          : Halved<S[Axis<S['length'], A>]> extends infer D
            ? [D] extends [never]
              ? ShapeMistake<`glu: size ${ShowDim<S[Axis<S['length'], A>]>} of axis ${A} of ${Show<S>} is odd`>
              : SetAt<S, Axis<S['length'], A>, D>
            : never
        : SameRank<S>

/** Half of a size; `never` when it is odd. */
type Halved<Size> = Size extends number
  ? DivMod<Size, 2> extends [infer Half, infer Rest]
    ? number extends Rest
      ? number
      : [Rest] extends [0]
        ? Half
        : never
    : never
  : number
