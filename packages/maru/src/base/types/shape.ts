/**
 * Shape rules of operations on two tensors: broadcasting, products, losses.
 *
 * A rule here, as in the files beside this one, is one type function. Shapes go in; out comes a
 * shape, a `ShapeMistake` when the operation is sure to throw, or `Dim[]` when nothing is known
 * (never `any`, which inside a parameter's type would undo literal inference). `base/shape.ts`
 * holds the same rules at run time, in the same words.
 */
import type {
  Box,
  Dim,
  IsAny,
  IsOpen,
  IsRankOpen,
  MayEqual,
  Shape,
  ShapeMistake,
  Show,
  ShowDim,
} from './dim.ts'

/** The common size of two dimensions; `false` when there is none. */
type BroadcastDim<X, Y> = [Box<X>, Box<Y>] extends [Box<Y>, Box<X>]
  ? X
  : [Y] extends [1]
    ? X
    : [X] extends [1]
      ? Y
      : IsOpen<X> extends true
        ? Y
        : IsOpen<Y> extends true
          ? X
          : [X & Y] extends [never]
            ? 1 extends X | Y
              ? number
              : false
            : [X] extends [Y]
              ? X
              : [Y] extends [X]
                ? Y
                : number

/** The common shape, or `false`. Out collects the last axes, A and B are what is left of both. */
type BroadcastDims<A extends Shape, B extends Shape, Out extends Dim[] = []> =
  Box<B> extends Box<readonly []>
    ? [...A, ...Out]
    : Box<A> extends Box<readonly []>
      ? [...B, ...Out]
      : [Box<A>, Box<B>] extends [Box<B>, Box<A>]
        ? [...A, ...Out]
        : [Box<A>, Box<B>] extends [
              Box<readonly [...infer ARest extends Shape, infer X]>,
              Box<readonly [...infer BRest extends Shape, infer Y]>,
            ]
          ? Box<BroadcastDim<X, Y>> extends Box<infer D extends Dim>
            ? BroadcastDims<ARest, BRest, [D, ...Out]>
            : false
          : [...Dim[], ...Out]

/** The common shape of two operands under NumPy's rules. */
export type Broadcast<A extends Shape, B extends Shape, Op extends string = 'broadcast'> =
  IsAny<A | B> extends true
    ? Dim[]
    : Box<BroadcastDims<A, B>> extends Box<infer Common extends Shape>
      ? Common
      : ShapeMistake<`${Op}: shapes ${Show<A>} and ${Show<B>} do not broadcast`>

/** Two shapes of one rank, each size from the one that knows it; `false` when they differ. */
type Agree<A extends Shape, B extends Shape, Out extends Dim[] = []> = A extends readonly [
  infer X,
  ...infer ARest extends Shape,
]
  ? B extends readonly [infer Y, ...infer BRest extends Shape]
    ? MayEqual<X, Y> extends true
      ? Agree<ARest, BRest, [...Out, (IsOpen<X> extends true ? Y : X) & Dim]>
      : false
    : false
  : B extends readonly []
    ? Out
    : false

/** Shape S repeated along axes of size 1, and along new axes in front, up to shape T. */
export type Expand<S extends Shape, T extends Shape> =
  IsRankOpen<T> extends true
    ? Dim[]
    : IsAny<S> extends true
      ? T
      : IsRankOpen<S> extends true
        ? T
        : Broadcast<S, T, 'expand'> extends infer Common
          ? Common extends Shape
            ? Agree<T, Common> extends infer Agreed extends Shape
              ? Agreed
              : ShapeMistake<`expand: ${Show<S>} does not expand to ${Show<T>}`>
            : Common
          : never

/** Product, unless the inner dimensions K of A and L of B differ. */
type IfInnerFits<A extends Shape, B extends Shape, K, L, Product> =
  MayEqual<K, L> extends true
    ? Product
    : ShapeMistake<`matmul: inner dimensions ${ShowDim<K>} and ${ShowDim<L>} differ, ${Show<A>} x ${Show<B>}`>

type BatchedProduct<ABatch extends Shape, BBatch extends Shape, M, N> =
  Box<BroadcastDims<ABatch, BBatch>> extends Box<infer Batch extends Shape>
    ? [...Batch, M & Dim, N & Dim]
    : ShapeMistake<`matmul: shapes ${Show<ABatch>} and ${Show<BBatch>} do not broadcast`>

/** Products in which an operand has fewer than two axes. */
type VectorProduct<A extends Shape, B extends Shape> = A extends readonly []
  ? ShapeMistake<`matmul: the left operand is a scalar, ${Show<A>} x ${Show<B>}`>
  : B extends readonly []
    ? ShapeMistake<`matmul: the right operand is a scalar, ${Show<A>} x ${Show<B>}`>
    : [A, B] extends [readonly [infer K], readonly [infer L]]
      ? IfInnerFits<A, B, K, L, []>
      : [A, B] extends [readonly [infer K], readonly [...infer Batch, infer L, infer N]]
        ? IfInnerFits<A, B, K, L, [...Batch, N]>
        : [A, B] extends [readonly [...infer Rows, infer K], readonly [infer L]]
          ? IfInnerFits<A, B, K, L, Rows>
          : Dim[]

/** Matrix product over the last two axes, batched over the rest; vectors as in NumPy. */
export type MatMul<A extends Shape, B extends Shape> =
  IsAny<A | B> extends true
    ? Dim[]
    : [Box<A>, Box<B>] extends [
          Box<readonly [...infer ABatch extends Shape, infer M, infer K]>,
          Box<readonly [...infer BBatch extends Shape, infer L, infer N]>,
        ]
      ? IfInnerFits<A, B, K, L, BatchedProduct<ABatch, BBatch, M, N>>
      : VectorProduct<A, B>

/** A linear layer with I inputs and O outputs on the last axis. */
export type LinearOut<S extends Shape, I extends number, O extends number> = FeaturesOut<
  S,
  I,
  O,
  'Linear'
>

/** A layer, called Name, with I inputs and O outputs on the last axis. */
export type FeaturesOut<S extends Shape, I extends number, O extends number, Name extends string> =
  IsAny<S> extends true
    ? Dim[]
    : Box<S> extends Box<readonly [...infer Batch extends Shape, infer K]>
      ? MayEqual<K, I> extends true
        ? [...Batch, O]
        : ShapeMistake<`${Name}: expects ${I} input features, got ${ShowDim<K>} in ${Show<S>}`>
      : IsRankOpen<S> extends true
        ? [...Dim[], O]
        : ShapeMistake<`${Name}: expects [..., ${I}], got []`>

/** Cross entropy of logits `[N, C, ...]` against labels `[N, ...]`, or probabilities of the same shape. */
export type CrossEntropy<L extends Shape, T extends Shape> =
  IsAny<L> extends true
    ? []
    : IsAny<T> extends true
      ? []
      : IsRankOpen<L> extends true
        ? []
        : L extends readonly [infer N extends Dim, Dim, ...infer D extends Shape]
          ? IsRankOpen<T> extends true
            ? []
            : Agree<T, [N, ...D]> extends false
              ? Agree<L, T> extends false
                ? Misplaced<L, N, D, T>
                : []
              : []
          : ShapeMistake<`crossEntropy: expects logits [rows, classes], got ${Show<L>}`>

type Misplaced<
  L extends Shape,
  N extends Dim,
  D extends Shape,
  T extends Shape,
> = D extends readonly []
  ? T extends readonly [infer M]
    ? ShapeMistake<`crossEntropy: ${ShowDim<N>} rows of logits but ${ShowDim<M>} labels, ${Show<L>} and ${Show<T>}`>
    : ShapeMistake<`crossEntropy: expects labels [rows], got ${Show<T>}`>
  : ShapeMistake<`crossEntropy: scores ${Show<L>} take labels ${Show<[N, ...D]>}, got ${Show<T>}`>
