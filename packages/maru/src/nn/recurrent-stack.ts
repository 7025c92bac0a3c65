/** Cells with gates, and stacks of them over sequences: what RNN, LSTM and GRU share. */
import { ShapeError } from '../base/error.ts'
import { at, expectInteger, type Sizes, sameShape } from '../base/shape.ts'
import type { Mul } from '../base/types/arith.ts'
import type { In, ShapeFn } from '../base/types/layer.ts'
import type { FeaturesOut } from '../base/types/shape.ts'
import { concat, stack, zeros } from '../tensor/create.ts'
import { type Parameter, Tensor } from '../tensor/tensor.ts'
import { dropped, expectProbability } from './dropout.ts'
import { uniform } from './init.ts'
import { inModule, Layer } from './module.ts'
import {
  beforeEnd,
  Cell,
  endsOf,
  listOf,
  type SequenceOptions,
  type Unrolled,
  unroll,
} from './recurrent.ts'

/** The state of a cell: a hidden value, or for an LSTM a hidden value and a memory. */
export type GatedState = Tensor | readonly [hidden: Tensor, memory: Tensor]

export interface CellFn<I extends number, H extends number, Name extends string> extends ShapeFn {
  readonly out: FeaturesOut<In<this['in']>, I, H, Name>
}

export interface CellOptions {
  /** Whether constants are learned beside both weights, true unless given. */
  readonly bias?: boolean
}

/** A cell of gates that see the element and the hidden value each through a matrix of its own. */
export abstract class GatedCell<
  I extends number,
  H extends number,
  S extends GatedState,
  Name extends string,
> extends Cell<CellFn<I, H, Name>, S> {
  readonly weightIh: Parameter
  readonly weightHh: Parameter
  readonly biasIh: Parameter | undefined
  readonly biasHh: Parameter | undefined
  readonly inputSize: I
  readonly hiddenSize: H

  constructor(gates: number, inputSize: I, hiddenSize: H, { bias = true }: CellOptions) {
    super()
    const layer = this.constructor.name
    this.inputSize = inputSize
    this.hiddenSize = hiddenSize
    expectInteger(layer, 'inputSize', inputSize, 1)
    expectInteger(layer, 'hiddenSize', hiddenSize, 1)
    const rows = gates * hiddenSize
    const bound = 1 / Math.sqrt(hiddenSize)
    this.weightIh = uniform([rows, inputSize], bound)
    this.weightHh = uniform([rows, hiddenSize], bound)
    this.biasIh = bias ? uniform([rows], bound) : undefined
    this.biasHh = bias ? uniform([rows], bound) : undefined
  }

  /** What the gates get from elements, [..., in]: all steps of a sequence at once. */
  project(x: Tensor): Tensor {
    const { shape } = x.node
    if (shape.length === 0 || at(shape, -1) !== this.inputSize) {
      const fields = { wanted: this.inputSize, k: shape.at(-1) ?? 0, shape }
      throw new ShapeError('layer.features', { layer: this.constructor.name, ...fields })
    }
    const product = x.matmul(this.weightIh.transpose())
    const bias = this.elementBias()
    return bias ? product.add(bias) : product
  }

  /** What is added to elements; both constants, where nothing comes between them. */
  protected elementBias(): Tensor | undefined {
    return this.biasIh && this.biasHh && this.biasIh.add(this.biasHh)
  }

  /** The next state, from the gates' part of an element. */
  abstract advance(projected: Tensor, state: S): S

  /** The values of the gates, from their part of an element, in the order of the weights' rows. */
  abstract gatesOf(projected: Tensor, state: S): readonly Tensor[]

  /** A state of zeros. @shape as given, for each of its tensors */
  abstract zeros(shape: Sizes): S

  /** Zeros as the weights are. */
  protected blank(shape: Sizes): Tensor {
    return zeros(shape, { dtype: this.weightHh.dtype })
  }

  /** The output of a step is its hidden value. */
  hidden(state: S): Tensor {
    return state instanceof Tensor ? state : state[0]
  }

  override start(element: Sizes): S {
    return this.zeros([...element.slice(0, -1), this.hiddenSize])
  }

  override step(x: Tensor, state: S): readonly [output: Tensor, state: S] {
    const next = this.advance(this.project(x), state)
    return [this.hidden(next), next]
  }
}

export interface StackOptions {
  /** Layers, each over the outputs of the one before; 1 unless given. */
  readonly numLayers?: number
  /** Whether constants are learned beside the weights, true unless given. */
  readonly bias?: boolean
  /** Whether sequences are [batch, time, features] instead of [time, batch, features]. */
  readonly batchFirst?: boolean
  /** Probability of leaving elements out between layers while training. */
  readonly dropout?: number
  /** Whether another cell goes from the end to the beginning; outputs are side by side. */
  readonly bidirectional?: boolean
}

export const stackOptions = {
  numLayers: 'count',
  bias: 'flag',
  batchFirst: 'flag',
  dropout: 'number',
  bidirectional: 'flag',
} as const

/** Features of the outputs: the hidden size, twice that in both directions. */
type Width<H extends number, P> = P extends { readonly bidirectional: infer Both }
  ? Both extends true
    ? Mul<H, 2>
    : Both extends false
      ? H
      : number
  : H

export interface StackFn<I extends number, H extends number, P, Name extends string>
  extends ShapeFn {
  readonly out: FeaturesOut<In<this['in']>, I, Width<H, P>, Name>
}

/**
 * Layers of cells over a sequence; each is one loop on the device in each direction.
 *
 * What the gates get from the elements is computed for all steps at once, before the loop.
 */
export abstract class RecurrentStack<
  I extends number,
  H extends number,
  P extends StackOptions,
  S extends GatedState,
  Name extends string,
> extends Layer<StackFn<I, H, P, Name>> {
  readonly inputSize: I
  readonly hiddenSize: H
  readonly options: StackOptions
  readonly #cells: readonly GatedCell<number, number, S, string>[]

  constructor(
    inputSize: I,
    hiddenSize: H,
    options: StackOptions,
    make: (inputs: number) => GatedCell<number, number, S, string>,
  ) {
    super()
    const { numLayers = 1, dropout = 0 } = options
    const layer = this.constructor.name
    this.inputSize = inputSize
    this.hiddenSize = hiddenSize
    this.options = options
    expectInteger(layer, 'inputSize', inputSize, 1)
    expectInteger(layer, 'hiddenSize', hiddenSize, 1)
    expectInteger(layer, 'numLayers', numLayers, 1)
    expectProbability(layer, 'dropout', dropout)
    const count = numLayers * this.#directions
    const width = hiddenSize * this.#directions
    this.#cells = Array.from({ length: count }, (_, k) =>
      make(k < this.#directions ? inputSize : width),
    )
  }

  get #directions(): 1 | 2 {
    return this.options.bidirectional ? 2 : 1
  }

  /** PyTorch's names: `weightIhL0`, `weightIhL0Reverse`, … */
  override *namedParameters(prefix = ''): Generator<[name: string, parameter: Parameter]> {
    for (const [k, cell] of this.#cells.entries()) {
      const direction = k % this.#directions === 1 ? 'Reverse' : ''
      const suffix = `L${Math.floor(k / this.#directions)}${direction}`
      for (const [name, parameter] of cell.namedParameters(prefix)) yield [name + suffix, parameter]
    }
  }

  /** The hidden values of the last layer at every step. */
  override forward(x: Tensor, options: SequenceOptions<S> = {}): Tensor {
    return this.#unrolled(x, options).output
  }

  /**
   * The outputs and the state after the last step of every layer and direction.
   *
   * @shape state [layers · directions, batch, hidden], each of its tensors
   * @throws ShapeError when input, state or lengths do not fit
   */
  run(x: Tensor, options: SequenceOptions<S> = {}): Unrolled<S> {
    return inModule(this, () => this.#unrolled(x, options))
  }

  /** The gates of every layer and direction at every step, in the order of the weights' rows. */
  protected watched(x: Tensor, options: SequenceOptions<S>): readonly (readonly Tensor[])[] {
    const seen: (readonly Tensor[])[] = []
    inModule(this, () => this.#unrolled(x, options, (gates) => seen.push(gates)))
    return seen
  }

  #unrolled(
    x: Tensor,
    { state, lengths }: SequenceOptions<S>,
    watch?: (gates: readonly Tensor[]) => void,
  ): Unrolled<S> {
    const { shape } = x.node
    const turn = this.options.batchFirst === true && shape.length === 3
    const sequence: Tensor = turn ? x.transpose(0, 1) : x
    const batched = shape.length === 3
    this.#expectInput(shape, lengths !== undefined)
    const name = this.constructor.name
    const ends =
      lengths === undefined ? {} : { lengths: endsOf(name, lengths, sequence.node.shape) }
    const start = this.#start(state, batched ? [at(sequence.node.shape, 1)] : [])
    // What stands after the end may be anything.
    let value = ends.lengths ? beforeEnd(sequence, ends.lengths) : sequence
    const last: S[] = []
    for (let k = 0; k < this.#cells.length; k += this.#directions) {
      if (k > 0 && this.training) value = dropped(value, this.options.dropout ?? 0)
      const cells = this.#cells.slice(k, k + this.#directions)
      const ways = cells.map((cell, way) =>
        unroll(
          (part: Tensor, held: S): readonly [Tensor, S] => {
            const next = cell.advance(part, held)
            const made = cell.hidden(next)
            return [watch ? concat([made, ...cell.gatesOf(part, held)], -1) : made, next]
          },
          cell.project(value),
          start(k + way),
          { reverse: way === 1, ...ends },
        ),
      )
      const split = ways.map(({ output }) => (watch ? this.#apart(output) : [output]))
      for (const [, ...gates] of split) {
        watch?.(turn ? gates.map((gate) => gate.transpose(0, 1)) : gates)
      }
      const outputs = split.flatMap(([output]) => output ?? [])
      value = outputs.length > 1 ? concat(outputs, -1) : (outputs[0] ?? value)
      last.push(...ways.map((way) => way.state))
    }
    return { output: turn ? value.transpose(0, 1) : value, state: this.#stacked(last) }
  }

  /** What lies side by side, each as wide as a hidden value. */
  #apart(both: Tensor): Tensor[] {
    const size = this.hiddenSize
    return Array.from({ length: at(both.node.shape, -1) / size }, (_, k) =>
      both.slice(-1, k * size, (k + 1) * size),
    )
  }

  #expectInput(shape: Sizes, withLengths: boolean): void {
    const wanted = this.inputSize
    const layer = this.constructor.name
    if (shape.length !== 3 && (shape.length !== 2 || withLengths)) {
      throw new ShapeError('recurrent.input', { layer, shape })
    }
    if (at(shape, -1) !== wanted) {
      throw new ShapeError('layer.features', { layer, wanted, k: at(shape, -1), shape })
    }
  }

  /** The states that the cells start with, by their number. */
  #start(state: S | undefined, batch: Sizes): (k: number) => S {
    const [cell] = this.#cells
    const shape = [this.#cells.length, ...batch, this.hiddenSize]
    if (!cell) throw new RangeError('a stack without cells')
    const layer = this.constructor.name
    const blank = listOf(layer, cell.zeros(shape))
    const { tensors, rebuild } = state === undefined ? blank : listOf(layer, state)
    const wrong = tensors.find((each) => !sameShape(each.node.shape, shape))
    if (wrong || tensors.length !== blank.tensors.length) {
      const got = wrong?.node.shape ?? `${tensors.length} tensors`
      throw new ShapeError('recurrent.state', { layer, got, wanted: shape })
    }
    return (k) => rebuild(tensors.map((each) => each.slice(0, k, k + 1).squeeze(0)))
  }

  #stacked(states: readonly S[]): S {
    const lists = states.map((state) => listOf(this.constructor.name, state))
    const [first] = lists
    if (!first) throw new RangeError('a stack without cells')
    return first.rebuild(
      first.tensors.map((one, i) => stack(lists.map(({ tensors }) => tensors[i] ?? one))),
    )
  }

  override config(): Readonly<Record<string, unknown>> {
    const { inputSize, hiddenSize, options } = this
    return { inputSize, hiddenSize, options }
  }
}
