/** Shape rules that count elements: reshape and flatten. */
import type { DivMod, Mul } from './arith.ts'
import type { Axis } from './axes.ts'
import type {
  Dim,
  IsAny,
  IsLiteral,
  IsOpen,
  IsRankOpen,
  MulDims,
  Product,
  Shape,
  ShapeMistake,
  Show,
} from './dim.ts'

/** `[product of the known sizes, names]`, or `number` when a size is unknown. */
type Factors<
  S extends Shape,
  Known extends number = 1,
  Names extends string[] = [],
> = S extends readonly [infer First, ...infer Rest extends Shape]
  ? IsOpen<First> extends true
    ? number
    : First extends number
      ? Factors<Rest, Mul<Known, First>, Names>
      : First extends string
        ? Factors<Rest, Known, [...Names, First]>
        : number
  : S extends readonly []
    ? IsOpen<Known> extends true
      ? number
      : Known extends 0
        ? [0, []]
        : [Known, Names]
    : number

type RemoveName<Names extends string[], Name, Seen extends string[] = []> = Names extends [
  infer First extends string,
  ...infer Rest extends string[],
]
  ? [First] extends [Name]
    ? [...Seen, ...Rest]
    : RemoveName<Rest, Name, [...Seen, First]>
  : never

/** A without the names of B, each as often as it occurs; `never` when A lacks one. */
type RemoveNames<A extends string[], B extends string[]> = B extends [
  infer First,
  ...infer Rest extends string[],
]
  ? [RemoveName<A, First>] extends [never]
    ? never
    : RemoveNames<RemoveName<A, First>, Rest>
  : A

type CountHoles<T extends Shape, Holes extends 0[] = []> = T extends readonly [
  infer First,
  ...infer Rest extends Shape,
]
  ? CountHoles<Rest, [First] extends [-1] ? [...Holes, 0] : Holes>
  : Holes['length']

type DropHole<T extends Shape, Out extends Dim[] = []> = T extends readonly [
  infer First,
  ...infer Rest extends Shape,
]
  ? [First] extends [-1]
    ? [...Out, ...Rest]
    : DropHole<Rest, [...Out, First & Dim]>
  : Out

type FillHole<T extends Shape, D> = { -readonly [K in keyof T]: T[K] extends -1 ? D : T[K] }

type ShowNames<Names extends string[], Out extends string> = Names extends [
  infer First extends string,
  ...infer Rest extends string[],
]
  ? ShowNames<Rest, `${Out} x ${First}`>
  : Out

/** The number of elements as text: `784`, or `784 x batch`. */
type ShowSize<Known extends number, Names extends string[]> = ShowNames<Names, `${Known}`>

type HoleOf<S extends Shape, T extends Shape> =
  Factors<S> extends [infer Known extends number, infer Names extends string[]]
    ? Factors<DropHole<T>> extends [infer Asked extends number, infer AskedNames extends string[]]
      ? [RemoveNames<Names, AskedNames>] extends [never]
        ? number
        : HoleSize<DivMod<Known, Asked>, RemoveNames<Names, AskedNames>>
      : number
    : number

/** The size for a -1 from quotient, remainder and left-over names; `never` when there is none. */
type HoleSize<Divided, Names extends string[]> = Divided extends [infer Quotient, infer Remainder]
  ? Names extends []
    ? Remainder extends 0
      ? Quotient
      : never
    : [Divided, Names] extends [[1, 0], [infer Name]]
      ? Name
      : number
  : number

type FixedReshape<S extends Shape, T extends Shape> =
  Factors<S> extends [infer Known extends number, infer Names extends string[]]
    ? Factors<T> extends [infer Asked extends number, infer AskedNames extends string[]]
      ? [Names['length'], RemoveNames<Names, AskedNames>] extends [AskedNames['length'], []]
        ? Known extends Asked
          ? T
          : ShapeMistake<`reshape: ${Show<S>} has ${ShowSize<Known, Names>} elements, ${Show<T>} has ${ShowSize<Asked, AskedNames>}`>
        : T
      : T
    : T

/** The same elements in shape T, where one -1 stands for the size that follows from the others. */
export type Reshape<S extends Shape, T extends Shape> =
  IsRankOpen<T> extends true
    ? Dim[]
    : CountHoles<T> extends 0
      ? IsAny<S> extends true
        ? T
        : FixedReshape<S, T>
      : CountHoles<T> extends 1
        ? IsAny<S> extends true
          ? FillHole<T, number>
          : [HoleOf<S, T>] extends [never]
            ? ShapeMistake<`reshape: ${Show<S>} is not divisible into ${Show<T>}`>
            : FillHole<T, HoleOf<S, T>>
        : ShapeMistake<`reshape: only one -1 is allowed in ${Show<T>}`>

type MergeDims<
  S extends Shape,
  Start,
  End,
  Out extends Dim[] = [],
  Merged = undefined,
  Done extends 0[] = [],
> = S extends readonly [infer First, ...infer Rest extends Shape]
  ? [Merged] extends [undefined]
    ? Done['length'] extends Start
      ? Start extends End
        ? [...Out, First & Dim, ...Rest]
        : MergeDims<Rest, Start, End, Out, First, [...Done, 0]>
      : MergeDims<Rest, Start, End, [...Out, First & Dim], undefined, [...Done, 0]>
    : Done['length'] extends End
      ? [...Out, MulDims<Merged, First> & Dim, ...Rest]
      : MergeDims<Rest, Start, End, Out, MulDims<Merged, First>, [...Done, 0]>
  : never

/** `[Dim, ..., Dim]` with Rank + 1 entries. */
type AnyDims<Rank extends number, Out extends Dim[] = []> = Out['length'] extends Rank
  ? [...Out, Dim]
  : AnyDims<Rank, [...Out, Dim]>

/** Axes Start to End (included) merged into one; a scalar becomes `[1]`. */
export type Flatten<S extends Shape, Start extends number = 0, End extends number = -1> =
  IsAny<S> extends true
    ? Dim[]
    : [IsLiteral<Start>, IsLiteral<End>] extends [false, unknown] | [unknown, false]
      ? Dim[]
      : IsRankOpen<S> extends true
        ? End extends -1
          ? `${Start}` extends `-${string}`
            ? Dim[]
            : AnyDims<Start>
          : Dim[]
        : [S, Start, End] extends [readonly [], 0 | -1, 0 | -1]
          ? [1]
          : [Start, End] extends [0, -1]
            ? [Product<S> & Dim]
            : [Axis<S['length'], Start>] extends [never]
              ? ShapeMistake<`flatten: axis ${Start} is out of range for shape ${Show<S>}`>
              : [Axis<S['length'], End>] extends [never]
                ? ShapeMistake<`flatten: axis ${End} is out of range for shape ${Show<S>}`>
                : [MergeDims<S, Axis<S['length'], Start>, Axis<S['length'], End>>] extends [never]
                  ? ShapeMistake<`flatten: start axis ${Start} is after end axis ${End} in ${Show<S>}`>
                  : MergeDims<S, Axis<S['length'], Start>, Axis<S['length'], End>>
