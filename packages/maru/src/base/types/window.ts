/** Shape rules of sliding windows: convolution and pooling over the last two axes. */
import type { Add, DivMod, Less, Mul, Sub } from './arith.ts'
import type {
  Dim,
  IsAny,
  IsOpen,
  IsRankOpen,
  MayEqual,
  MulDims,
  Shape,
  ShapeMistake,
  Show,
  ShowDim,
} from './dim.ts'

/** One number for both axes, or `[height, width]`. */
export type Pair = number | readonly [number, number]

/** Borders in elements: one for all sides, one for each axis, or `[before, after]` for each axis. */
export type Padding = number | readonly number[] | readonly (readonly [number, number])[]

/** How a convolution slides: sizes in elements, one for all axes or one for each. */
export interface ConvOptions {
  /** Step between windows, 1 unless given. */
  readonly stride?: number | readonly number[]
  /**
   * Zeros around the input, 0 unless given. 'valid' is none, 'same' keeps the sizes at stride 1, 'full'
   * lets the kernel reach in from every side, and 'causal', along one axis, lets nothing see what comes
   * after it.
   */
  readonly padding?: Padding | 'same' | 'valid' | 'full' | 'causal'
  /** Step between the elements of a window, 1 unless given. */
  readonly dilation?: number | readonly number[]
  /** Parts into which the channels are split, 1 unless given. */
  readonly groups?: number
  /**
   * Whether kernels are turned around along every axis of a window, as in the mathematician's convolution;
   * unless given it is a cross-correlation, as in every deep-learning library.
   */
  readonly flip?: boolean
}

/** How a convolution over height and width slides. */
export interface Conv2dOptions extends ConvOptions {
  readonly stride?: Pair
  readonly padding?: Pair | readonly [Sides, Sides] | 'same' | 'valid' | 'full'
  readonly dilation?: Pair
  /**
   * Whether 3 × 3 kernels may be computed by Winograd's minimal filtering where it fits and pays, which rounds
   * otherwise; false unless given.
   */
  readonly winograd?: boolean
}

type Sides = readonly [before: number, after: number]

/** How the adjoint of a convolution slides. */
export interface ConvTransposeOptions {
  /** Distance between the windows that are added up, 1 unless given. */
  readonly stride?: number | readonly number[]
  /** Elements cut off around the result, 0 unless given. */
  readonly padding?: Padding
  /** Elements added after each axis of the result, which several input sizes share; 0 unless given. */
  readonly outputPadding?: number | readonly number[]
  /** Step between the elements of a window, 1 unless given. */
  readonly dilation?: number | readonly number[]
  /** Parts into which the channels are split, 1 unless given. */
  readonly groups?: number
}

/** How a pooling window slides: sizes in elements, one for all axes or one for each. */
export interface PoolOptions {
  /** Step between windows, the kernel's size unless given. */
  readonly stride?: number | readonly number[]
  /** Border around the input, at most half of the kernel; 0 unless given. */
  readonly padding?: number | readonly number[]
  /** Step between the elements of a window, 1 unless given. */
  readonly dilation?: number | readonly number[]
  /** Whether windows may reach beyond the far border, so that no element is left out. */
  readonly ceilMode?: boolean
}

/** How a pooling window slides over height and width. */
export interface Pool2dOptions extends PoolOptions {
  readonly stride?: Pair
  readonly padding?: Pair
  readonly dilation?: Pair
}

/** How means of windows count. */
export interface Averaging {
  /** Whether the border counts as zeros, as it does unless told otherwise. */
  readonly countIncludePad?: boolean
}

/** An option's value: the default when absent, `number` when it may or may not be there. */
type Option<O, Key extends string, Default> = Key extends keyof O
  ? O[Key] extends Pair | 'same'
    ? O[Key]
    : O[Key] extends 'valid'
      ? 0
      : number
  : Default

/** A pair as `[height, width]`. */
export type KernelOf<V> = [V] extends [number]
  ? [V, V]
  : [V] extends [readonly [infer H extends number, infer W extends number]]
    ? [H, W]
    : [number, number]

/** Elements that a kernel covers: d (k - 1) + 1. */
type Span<Kernel extends number, Dilation extends number> = Dilation extends 1
  ? Kernel
  : Add<Mul<Dilation, Sub<Kernel, 1>>, 1>

/** How many windows fit: `never` when Room is, else floor(Room / stride) + 1. */
type Steps<Room extends number, Stride extends number> = [Room] extends [never]
  ? never
  : Stride extends 1
    ? Add<Room, 1>
    : Add<DivMod<Room, Stride>[0], 1>

/** floor((size + 2 padding - span) / stride) + 1; `never` when the kernel does not fit. */
type WindowCount<
  Size,
  Kernel extends number,
  Stride extends number,
  Padding extends number,
  Dilation extends number,
> = Size extends number
  ? IsOpen<Size> extends true
    ? number
    : Steps<Sub<Add<Size, Add<Padding, Padding>>, Span<Kernel, Dilation>>, Stride>
  : number

/** Height and width after sliding, or the mistake. */
type Slide<
  S extends Shape,
  Size extends [unknown, unknown],
  Kernel extends [number, number],
  Stride extends [number, number],
  Padding extends [number, number],
  Dilation extends [number, number],
  Op extends string,
> = [
  WindowCount<Size[0], Kernel[0], Stride[0], Padding[0], Dilation[0]>,
  WindowCount<Size[1], Kernel[1], Stride[1], Padding[1], Dilation[1]>,
] extends [infer H, infer W]
  ? [H] extends [never]
    ? KernelMistake<S, Kernel, Op>
    : [W] extends [never]
      ? KernelMistake<S, Kernel, Op>
      : [H, W]
  : never

type KernelMistake<
  S extends Shape,
  Kernel extends [number, number],
  Op extends string,
> = ShapeMistake<`${Op}: kernel ${Show<Kernel>} does not fit into ${Show<S>}`>

type ConvSlide<
  S extends Shape,
  Size extends [unknown, unknown],
  Kernel extends [number, number],
  O,
  Op extends string,
> =
  Option<O, 'padding', 0> extends 'same'
    ? KernelOf<Option<O, 'stride', 1>> extends [1, 1]
      ? Size
      : number extends KernelOf<Option<O, 'stride', 1>>[number]
        ? Size
        : ShapeMistake<`${Op}: padding 'same' needs stride 1, got ${Show<KernelOf<Option<O, 'stride', 1>>>}`>
    : Slide<
        S,
        Size,
        Kernel,
        KernelOf<Option<O, 'stride', 1>>,
        KernelOf<Option<O, 'padding', 0>>,
        KernelOf<Option<O, 'dilation', 1>>,
        Op
      >

/** The mistake of channels that do not split into the groups; `never` when they do. */
type GroupMistake<In, Out, Groups, Op extends string> = [Groups] extends [1]
  ? never
  : [Groups] extends [number]
    ? Uneven<In, Groups> extends true
      ? ShapeMistake<`${Op}: ${ShowDim<In>} input channels do not split into ${Groups} groups`>
      : Uneven<Out, Groups> extends true
        ? ShapeMistake<`${Op}: ${ShowDim<Out>} output channels do not split into ${Groups} groups`>
        : never
    : never

/** Whether N / D certainly leaves a remainder. */
type Uneven<N, D extends number> = N extends number
  ? DivMod<N, D>[1] extends infer Remainder
    ? number extends Remainder
      ? false
      : Remainder extends 0
        ? false
        : true
    : never
  : false

type ConvShape<S extends Shape, In, Out, Kernel extends [number, number], O, Op extends string> = [
  GroupMistake<In, Out, Option<O, 'groups', 1>, Op>,
] extends [never]
  ? S extends readonly [...infer Batch extends Shape, infer C, infer H, infer W]
    ? MayEqual<C, In> extends true
      ? ConvSlide<S, [H, W], Kernel, O, Op> extends infer Slid
        ? Slid extends [infer H2 extends Dim, infer W2 extends Dim]
          ? [...Batch, Out & Dim, H2, W2]
          : Slid
        : never
      : ShapeMistake<`${Op}: expects ${ShowDim<In>} input channels, got ${ShowDim<C>} in ${Show<S>}`>
    : IsRankOpen<S> extends true
      ? [...Dim[], Out & Dim, Dim, Dim]
      : ShapeMistake<`${Op}: expects [..., channels, height, width], got ${Show<S>}`>
  : GroupMistake<In, Out, Option<O, 'groups', 1>, Op>

/** A convolution layer: In channels to Out channels with kernel K. */
export type Conv2dOut<
  S extends Shape,
  In extends number,
  Out extends number,
  K,
  O,
  Op extends string = 'conv2d',
> = IsAny<S> extends true ? Dim[] : ConvShape<S, In, Out, KernelOf<K>, O, Op>

/** A convolution with a weight `[out, in / groups, height, width]`. */
export type Convolve2d<S extends Shape, Weight extends Shape, O, Op extends string = 'conv2d'> =
  IsAny<S> extends true
    ? Dim[]
    : IsAny<Weight> extends true
      ? Dim[]
      : Weight extends readonly [infer Out, infer In, infer KH, infer KW]
        ? ConvShape<
            S,
            MulDims<In, Option<O, 'groups', 1>>,
            Out,
            [KH extends number ? KH : number, KW extends number ? KW : number],
            O,
            Op
          >
        : IsRankOpen<Weight> extends true
          ? Dim[]
          : ShapeMistake<`${Op}: expects a weight [out, in, height, width], got ${Show<Weight>}`>

/** The mistake of more padding than half of the kernel; `never` when it is less. */
type PaddingMistake<
  Kernel extends [number, number],
  Padding extends [number, number],
  Op extends string,
> = Padding extends [0, 0]
  ? never
  : Exceeds<Padding[0], Kernel[0]> extends true
    ? ShapeMistake<`${Op}: padding ${Padding[0]} is more than half of the kernel ${Show<Kernel>}`>
    : Exceeds<Padding[1], Kernel[1]> extends true
      ? ShapeMistake<`${Op}: padding ${Padding[1]} is more than half of the kernel ${Show<Kernel>}`>
      : never

/** Whether 2 · Padding > Kernel for certain. */
type Exceeds<Padding extends number, Kernel extends number> = number extends Padding | Kernel
  ? false
  : Less<Kernel, Add<Padding, Padding>>

type PoolShape<
  S extends Shape,
  Kernel extends [number, number],
  Stride,
  O,
  Op extends string,
> = S extends readonly [...infer Batch extends Shape, infer C, infer H, infer W]
  ? Slide<
      S,
      [H, W],
      Kernel,
      KernelOf<Stride>,
      KernelOf<Option<O, 'padding', 0>>,
      KernelOf<Option<O, 'dilation', 1>>,
      Op
    > extends infer Slid
    ? Slid extends [infer H2 extends Dim, infer W2 extends Dim]
      ? [PaddingMistake<Kernel, KernelOf<Option<O, 'padding', 0>>, Op>] extends [never]
        ? [...Batch, C & Dim, H2, W2]
        : PaddingMistake<Kernel, KernelOf<Option<O, 'padding', 0>>, Op>
      : Slid
    : never
  : IsRankOpen<S> extends true
    ? [...Dim[], Dim, Dim, Dim]
    : ShapeMistake<`${Op}: expects [..., channels, height, width], got ${Show<S>}`>

/** Pooling with kernel K; a layer's mistakes are told in the name of its method. */
export type Pool2dOut<S extends Shape, K, O, Op extends string = 'pool2d'> =
  IsAny<S> extends true
    ? Dim[]
    : RoundsUp<O> extends true
      ? S extends readonly [...infer Batch extends Shape, infer C, infer _H, infer _W]
        ? [...Batch, C & Dim, number, number]
        : Dim[]
      : PoolShape<S, KernelOf<K>, Option<O, 'stride', K>, O, Uncapitalize<Op>>

/** Whether the number of windows may be rounded up. */
type RoundsUp<O> = 'ceilMode' extends keyof O
  ? O['ceilMode' & keyof O] extends false | undefined
    ? false
    : true
  : false

/** The weight of a convolution layer: `[out, in / groups, height, width]`. */
export type Conv2dWeight<In extends number, Out extends number, K, O> = [
  Out,
  Quotient<In, Option<O, 'groups', 1>>,
  ...KernelOf<K>,
]

type Quotient<N extends number, D> = D extends number ? DivMod<N, D>[0] : number
