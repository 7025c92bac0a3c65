/** The record that defines a primitive: shape rule, meaning, gradient, traits, all in one place. */
import type { DType, HostArray } from '../base/dtype.ts'
import type { Sizes } from '../base/shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { IndexAlgebra, Origin } from './indexing.ts'

/** What is known of a tensor before it is computed. */
export interface Spec {
  readonly shape: Sizes
  readonly dtype: DType
}

/** Parameters of a node that are part of its identity. */
export type Attrs = object

/** A contiguous host tensor, as the reference interpreter sees it. */
export interface HostTensor extends Spec {
  readonly data: HostArray
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
}

/** One scalar function applied at every index; inputs and output share one shape. */
export interface Elementwise<A extends Attrs = Attrs> extends Common<A> {
  readonly trait: 'elementwise'
  /** Rough price of one element, in additions. */
  readonly cost: number
  /** `op(x, identity)` is exactly x, where such a value exists. */
  readonly identity?: number
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
}

/** One primitive. Shared code switches on `trait`, never on `name`. */
export type Primitive<A extends Attrs = Attrs> =
  | Elementwise<A>
  | Movement<A>
  | Reduce<A>
  | Contract<A>
  | Source<A>
  | Routine<A>
