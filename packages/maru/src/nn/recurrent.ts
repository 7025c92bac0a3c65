/** What recurrent networks are made of: cells, and loops of them over sequences. */

import { dtypes } from '../base/dtype.ts'
import { ShapeError, ValueError } from '../base/error.ts'
import { at, type Sizes, sameShape } from '../base/shape.ts'
import { showAny } from '../base/show.ts'
import type { ShapeFn } from '../base/types/layer.ts'
import { scan } from '../tensor/control.ts'
import { arange, tensor } from '../tensor/create.ts'
import { Tensor } from '../tensor/tensor.ts'
import { flatten, like, type Rebuild, type Tree } from '../tensor/tree.ts'
import { inModule, Layer, type Module } from './module.ts'
import type { Settings } from './settings.ts'
import type { OpenFn } from './shapes.ts'

/** Lengths of the sequences of a batch, [batch]: what comes after the end of one is not looked at. */
export type Lengths = Tensor | readonly number[]

export interface UnrollOptions {
  /** Steps of each sequence: outputs after them are 0, and the state is that of the last one. */
  readonly lengths?: Lengths
  /** From the last element to the first. Outputs keep the order of the sequence. */
  readonly reverse?: boolean
}

/** The output of every step, and the state after the last. */
export interface Unrolled<S extends Tree> {
  readonly output: Tensor
  readonly state: S
}

/** The tensors of a state as a list, and the way back. */
export function listOf<S extends Tree>(
  layer: string,
  state: S,
): { readonly tensors: readonly Tensor[]; readonly rebuild: (list: readonly Tensor[]) => S } {
  const found = flatten(state, (value) => value instanceof Tensor)
  if (!found) throw new ValueError('control.tree', { op: layer, got: typeof state })
  const { tensors, rebuild }: { tensors: readonly Tensor[]; rebuild: Rebuild } = found
  return { tensors, rebuild: (list) => like<S>(rebuild(list)) }
}

/**
 * A step repeated over the first axis of a tensor, as one loop on the device.
 *
 * @shape x [time, ...], lengths [batch] for x [time, batch, ...] → output [time, ...]
 * @example
 * // a running mean that forgets
 * const { output } = unroll((x, mean) => {
 *   const next = mean.mul(0.9).add(x.mul(0.1))
 *   return [next, next]
 * }, x, zeros([32]))
 */
export function unroll<S extends Tree>(
  step: (x: Tensor, state: S) => readonly [output: Tensor, state: S],
  x: Tensor,
  state: S,
  { lengths, reverse = false }: UnrollOptions = {},
): Unrolled<S> {
  const first = listOf('unroll', state)
  const ends = lengths === undefined ? undefined : endsOf('unroll', lengths, x.node.shape)
  const [last, output] = scan(
    (carry: readonly Tensor[], element: Tensor, t): [readonly Tensor[], Tensor] => {
      const [made, next] = step(element, first.rebuild(carry))
      const { tensors } = listOf('unroll', next)
      if (!ends) return [tensors, made]
      const going: Tensor = t.less(ends)
      const held = tensors.map((each, i) => along(going, each).where(each, carry[i] ?? each))
      // An output that is a part of the state is stored once.
      return [held, held[tensors.findIndex(({ node }) => node === made.node)] ?? made]
    },
    first.tensors,
    x,
    { reverse },
  )
  return {
    output: ends ? beforeEnd(output, ends) : output,
    state: first.rebuild(last),
  }
}

/** A flag for each sequence of a batch, broadcast over what there is of each. */
function along(flags: Tensor, values: Tensor): Tensor {
  const rest = values.node.shape.slice(flags.node.shape.length)
  return flags.reshape([...flags.node.shape, ...rest.map(() => 1)])
}

/** Zeros after the end of each sequence. @shape x [time, batch, ...], ends [batch] */
export function beforeEnd(x: Tensor, ends: Tensor): Tensor {
  const turns: Tensor = arange(at(x.node.shape, 0))
  return along(turns.unsqueeze(1).less(ends), x).where(x, 0)
}

/** Lengths as a tensor. @shape [batch], for sequences [time, batch, ...] */
export function endsOf(layer: string, lengths: Lengths, shape: Sizes): Tensor {
  const [time = 0, batch = 0] = shape
  const isList = Array.isArray(lengths)
  const good = isList
    ? lengths.every((each) => Number.isInteger(each) && each >= 0 && each <= time)
    : lengths instanceof Tensor && dtypes[lengths.dtype].kind === 'int'
  const given = good && isList ? tensor([...lengths], [lengths.length]) : lengths
  if (good && given instanceof Tensor && sameShape(given.node.shape, [batch])) {
    return given.cast('int32')
  }
  throw new ShapeError('recurrent.lengths', { layer, got: showAny(lengths), time, batch })
}

/** One step of a recurrent network: authors write `step` and `start`. */
export abstract class Cell<F extends ShapeFn, S extends Tree> extends Layer<F> {
  /** The output for an element, and the state after it. */
  abstract step(x: Tensor, state: S): readonly [output: Tensor, state: S]

  /** The state before the first element, for sequences whose elements have a shape. */
  abstract start(element: Sizes): S

  /** The output for one element. */
  override forward(x: Tensor, state: S = this.start(x.node.shape)): Tensor {
    return this.step(x, state)[0]
  }
}

export interface RecurrentOptions {
  /** Whether sequences are [batch, time, features] instead of [time, batch, features]. */
  readonly batchFirst?: boolean
  /** From the last element to the first. */
  readonly reverse?: boolean
}

export interface SequenceOptions<S> {
  /** The state before the first element, zeros unless given. */
  readonly state?: S
  /** Steps of each sequence: outputs after them are 0, and the state is that of the last one. */
  readonly lengths?: Lengths
}

/**
 * Any cell, repeated over a sequence as one loop on the device.
 *
 * A cell is a module with `step` and `start`; `unroll` takes a bare function.
 *
 * @shape x [time, ..., in], or [batch, time, in] with `batchFirst` → [time, ..., out]
 * @example new Recurrent(new GRUCell(8, 16), { reverse: true })
 */
export class Recurrent<S extends Tree> extends Layer<OpenFn> {
  readonly cell: Cell<ShapeFn, S>
  readonly options: RecurrentOptions

  constructor(cell: Cell<ShapeFn, S>, options: RecurrentOptions = {}) {
    super()
    if (!(cell instanceof Cell)) {
      throw new ValueError('recurrent.cell', { got: showAny(cell) })
    }
    this.cell = cell
    this.options = options
  }

  static build(settings: Settings, [cell]: readonly Module[]): Recurrent<Tree> {
    if (!(cell instanceof Cell)) throw settings.lacks('a cell')
    return new Recurrent<Tree>(cell, settings.options({ batchFirst: 'flag', reverse: 'flag' }))
  }

  override parts(): readonly Module[] {
    return [this.cell]
  }

  override forward(x: Tensor, options: SequenceOptions<S> = {}): Tensor {
    return this.#unrolled(x, options).output
  }

  /** The outputs, and the state after the last step. */
  run(x: Tensor, options: SequenceOptions<S> = {}): Unrolled<S> {
    return inModule(this, () => this.#unrolled(x, options))
  }

  #unrolled(x: Tensor, { state, lengths }: SequenceOptions<S>): Unrolled<S> {
    const { shape } = x.node
    const { reverse = false, batchFirst = false } = this.options
    if (shape.length < 2) throw new ShapeError('recurrent.input', { layer: 'Recurrent', shape })
    const turn = batchFirst && shape.length > 2
    const sequence: Tensor = turn ? x.transpose(0, 1) : x
    const start = state ?? this.cell.start(sequence.node.shape.slice(1))
    const step = (element: Tensor, held: S): readonly [Tensor, S] => this.cell.step(element, held)
    const given = lengths === undefined ? { reverse } : { reverse, lengths }
    const made = unroll(step, sequence, start, given)
    return turn ? { ...made, output: made.output.transpose(0, 1) } : made
  }

  override config(): Readonly<Record<string, unknown>> {
    return { options: this.options }
  }
}
