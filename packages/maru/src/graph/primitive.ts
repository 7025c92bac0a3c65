/** The record that defines a primitive: shape rule, meaning, gradient, traits, all in one place. */
import type { DType, NumberArray } from '../base/dtype.ts'
import type { Sizes } from '../base/shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { Graph } from './closed.ts'
import type { IndexAlgebra, Look, Origin } from './indexing.ts'

/** What is known of a tensor before it is computed. */
export interface Spec {
  readonly shape: Sizes
  readonly dtype: DType
  /** Specs of all results, where there are several. */
  readonly results?: readonly Spec[] | undefined
}

/** Parameters of a node that are part of its identity. */
export type Attrs = object

/**
 * A contiguous host tensor, as the reference interpreter sees it: numbers, whatever is stored. Results
 * of 16-bit floats are rounded, and those of int64 checked, after the op.
 */
export interface HostTensor extends Spec {
  readonly data: NumberArray
}

/** What a gradient rule may use. Tensors in `inputs` and `output` are those of the forward graph. */
export interface VjpContext<A extends Attrs> {
  readonly inputs: readonly Tensor[]
  readonly output: Tensor
  readonly attrs: A
}

/** Gradients of the inputs in order; `undefined` where there is none. */
export type Vjp<A extends Attrs> = (
  gradient: Tensor,
  context: VjpContext<A>,
) => readonly (Tensor | undefined)[]

interface Common<A extends Attrs> {
  readonly name: string
  /** Result spec; throws a typed error for inputs that do not fit. */
  infer(inputs: readonly Spec[], attrs: A): Spec
  /** The meaning: writes every element of `out.data`. */
  evaluate(inputs: readonly HostTensor[], attrs: A, out: HostTensor): void
  /** Absent: the op passes no gradient. */
  readonly vjp?: Vjp<A>
  /**
   * The result is elements of the inputs as they are, or tells their order: nothing is computed that
   * would be rounded. Movements and maxima are so by their trait.
   */
  readonly selects?: boolean
}

/** One scalar function applied at every index; inputs and output share one shape. */
export interface Elementwise<A extends Attrs = Attrs> extends Common<A> {
  readonly trait: 'elementwise'
  /** Rough price of one element, in additions. */
  readonly cost: number
  /** `op(x, identity)` is exactly x, where such a value exists. */
  readonly identity?: number
}

/** The same op with one more axis in front of its input. */
export interface Lifted<A extends Attrs> {
  readonly attrs: A
  /** The shape that the input must be given first, where its axes would not meet the output's. */
  readonly input?: Sizes
}

/** A rearrangement: every output element is one input element, or the fill value. */
export interface Movement<A extends Attrs = Attrs> extends Common<A> {
  readonly trait: 'movement'
  /** Index of the input element behind an output element. */
  origin<I>(algebra: IndexAlgebra<I>, out: readonly I[], attrs: A, input: Sizes): Origin<I>
  /** Value of elements outside the guards. */
  fill(attrs: A): number
  /** True when input elements may appear several times with different neighbours (windows). */
  readonly overlaps: boolean
  /** Where zeros alone are added, how many of them stand before and after the input along each axis. */
  zeros?(attrs: A): { readonly before: Sizes; readonly after: Sizes } | undefined
  /** The op over `size` inputs at once. `input` is the shape of one. */
  lift(attrs: A, size: number, input: Sizes): Lifted<A>
}

/** Inputs side by side: every input is a block of the output. */
export interface Join<A extends Attrs = Attrs> extends Common<A> {
  readonly trait: 'join'
  /** The axis along which they follow each other. */
  axis(attrs: A): number
  /** Attributes of the op with one more axis in front of every input. */
  lift(attrs: A): A
}

/** A movement by values: every output element is one element of the first input, where others say. */
export interface Index<A extends Attrs = Attrs> extends Common<A> {
  readonly trait: 'index'
  /** Index of the element behind an output element; `look` reads the inputs after the first. */
  origin<I>(
    algebra: IndexAlgebra<I>,
    out: readonly I[],
    attrs: A,
    inputs: readonly Sizes[],
    look: Look<I>,
  ): Origin<I>
  /** Value of elements outside the guards. */
  fill(attrs: A): number
  /** Attributes of the op with one more axis of a size in front of every input. */
  lift(attrs: A, size: number): A
}

/**
 * Values combined with elements of the first input: the third's, where the second's elements say
 * along an axis. Equal places take their values in ascending order; places outside the axis, none.
 */
export interface Scatter<A extends Attrs = Attrs> extends Common<A> {
  readonly trait: 'scatter'
  axis(attrs: A): number
  /** What makes one element of the old one and a value; absent: the value replaces it. */
  combine(attrs: A): Elementwise | undefined
  /** Attributes of the op with one more axis in front of every input. */
  lift(attrs: A): A
}

/** A fold of many input elements into one. */
export interface Reduce<A extends Attrs = Attrs> extends Common<A> {
  readonly trait: 'reduce'
  /** How elements combine: the running value, and whether the result is its index instead. */
  readonly combine: 'add' | 'max'
  readonly result: 'value' | 'index'
  /** Sizes of the space that is folded for each output element. */
  domain(attrs: A, input: Sizes): number[]
  /** Input element for an output index and an index of the folded space. Guarded-off ones are skipped. */
  origin<I>(
    algebra: IndexAlgebra<I>,
    out: readonly I[],
    folded: readonly I[],
    attrs: A,
    input: Sizes,
  ): Origin<I>
  /** Attributes of the op with one more axis in front. */
  lift(attrs: A): A
}

/** `out[batch, m, n] = Σₖ a[batch, m, k] · b[batch, k, n]` in any order of axes. */
export interface Contract<A extends Attrs = Attrs> extends Common<A> {
  readonly trait: 'contract'
  /** A label for each axis; equal labels are one index, labels missing in `out` are summed. */
  labels(attrs: A): {
    readonly a: readonly number[]
    readonly b: readonly number[]
    readonly out: readonly number[]
  }
}

/** A value that comes from nowhere: literals, counters, leaves. */
export interface Source<A extends Attrs = Attrs> extends Common<A> {
  readonly trait: 'source'
  readonly source: 'leaf' | 'literal' | 'iota'
}

/** A computation that is no loop nest (sorting, factorising, transforming): its definition is what runs. */
export interface Routine<A extends Attrs = Attrs> extends Common<A> {
  readonly trait: 'routine'
  /** Attributes of the op with one more axis in front of every input. */
  lift(attrs: A): A
}

/** The first input as it is; the others only come before it, or pass its gradient on. */
export interface Alias<A extends Attrs = Attrs> extends Common<A> {
  readonly trait: 'alias'
}

/** One result of a node that has several. */
export interface Pick<A extends Attrs = Attrs> extends Common<A> {
  readonly trait: 'pick'
  index(attrs: A): number
}

/** What a gradient rule of an op with several results may use. */
export interface SeveralContext<A extends Attrs> {
  readonly inputs: readonly Tensor[]
  readonly outputs: readonly Tensor[]
  readonly attrs: A
}

interface Several<A extends Attrs> {
  readonly name: string
  /** Specs of the results, which `pick` takes one by one; throws for inputs that do not fit. */
  results(inputs: readonly Spec[], attrs: A): readonly Spec[]
  /** The meaning: writes every element of every result. */
  evaluate(inputs: readonly HostTensor[], attrs: A, outs: readonly HostTensor[]): void
  /** As of ops with one result. */
  readonly selects?: boolean
}

/** A routine with several results. */
export interface Bundle<A extends Attrs = Attrs> extends Several<A> {
  readonly trait: 'bundle'
  /** Attributes of the op with one more axis in front of every input. */
  lift(attrs: A): A
  /** Gradients of the inputs, given those of the results that have one. */
  readonly vjp?: (
    gradients: readonly (Tensor | undefined)[],
    context: SeveralContext<A>,
  ) => readonly (Tensor | undefined)[]
}

/** Graphs that run under control: again and again, or one of two. Gradients are in `autograd/`. */
export interface Control<A extends Attrs = Attrs> extends Several<A> {
  readonly trait: 'control'
  /** What is done, in the terms that the compiler and the gradient know. */
  form(attrs: A): ControlForm
}

/**
 * What a control primitive does with its graphs.
 *
 * A scan's graph takes the turn, the carries, one element of each sequence and the constants; it
 * gives the next carries and one element of each stacked result, the last of them values that are there for the
 * gradient alone (`withValues`). Its node's results are the last
 * carries, the stacked results, and the carries as they were before each turn.
 */
export type ControlForm =
  | {
      readonly kind: 'for'
      readonly body: Graph
      readonly carries: number
      readonly sequences: number
      readonly length: number
      readonly reverse: boolean
    }
  /** Takes the carries and the constants; both graphs do. */
  | {
      readonly kind: 'while'
      readonly condition: Graph
      readonly body: Graph
      readonly carries: number
    }
  /** Takes a bool and what both graphs read. */
  | { readonly kind: 'branch'; readonly yes: Graph; readonly no: Graph }

/** One primitive. Shared code switches on `trait`, never on `name`. */
export type Primitive<A extends Attrs = Attrs> = Single<A> | Multiple<A>

/** Those with several results. */
export type Multiple<A extends Attrs = Attrs> = Bundle<A> | Control<A>

/** Those with one result. */
export type Single<A extends Attrs = Attrs> =
  | Elementwise<A>
  | Movement<A>
  | Join<A>
  | Index<A>
  | Scatter<A>
  | Reduce<A>
  | Contract<A>
  | Source<A>
  | Routine<A>
  | Alias<A>
  | Pick<A>

/** Whether every result is an element of the inputs, or tells of their order alone. */
export function selects(op: Primitive, attrs: Attrs): boolean {
  switch (op.trait) {
    case 'movement':
    case 'index':
    case 'join':
    case 'alias':
    case 'pick':
    // What is computed under control is computed by ops of its own.
    case 'control':
      return true
    case 'reduce':
      return op.combine === 'max'
    case 'scatter': {
      const combine = op.combine(attrs)
      return combine === undefined || combine.selects === true
    }
    default:
      return op.selects === true
  }
}
