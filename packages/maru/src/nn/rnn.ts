/** The plain recurrent network. */

import type { Sizes } from '../base/shape.ts'
import type { AnySize } from '../base/types/dim.ts'
import type { Tensor } from '../tensor/tensor.ts'
import {
  type CellOptions,
  GatedCell,
  RecurrentStack,
  type StackOptions,
  stackOptions,
} from './recurrent-stack.ts'
import type { Settings } from './settings.ts'

const nonlinearity = {
  tanh: (x: Tensor): Tensor => x.tanh(),
  relu: (x: Tensor): Tensor => x.relu(),
}

export type Nonlinearity = keyof typeof nonlinearity

/** What a plain recurrent network's sums may go through. */
export const nonlinearities: readonly Nonlinearity[] = Object.keys(nonlinearity) as Nonlinearity[]

export interface RNNCellOptions extends CellOptions {
  /** What the sum goes through, `'tanh'` unless given. */
  readonly nonlinearity?: Nonlinearity
}

/**
 * One step of a plain recurrent network.
 *
 *     h′ = tanh(x·W_ihᵀ + b_ih + h·W_hhᵀ + b_hh)
 *
 * @shape x [..., in], state [..., hidden] → [..., hidden]
 * @see Elman 1990, https://doi.org/10.1207/s15516709cog1402_1
 */
export class RNNCell<
  const I extends number = AnySize,
  const H extends number = AnySize,
> extends GatedCell<I, H, Tensor, 'RNNCell'> {
  readonly options: RNNCellOptions

  constructor(inputSize: I, hiddenSize: H, options: RNNCellOptions = {}) {
    super(1, inputSize, hiddenSize, options)
    this.options = options
  }

  static build(settings: Settings): RNNCell<number, number> {
    const [from, to] = [settings.integer('inputSize'), settings.integer('hiddenSize')]
    return new RNNCell(from, to, settings.options({ bias: 'flag', nonlinearity }))
  }

  override zeros(shape: Sizes): Tensor {
    return this.blank(shape)
  }

  /** It has none. */
  override gatesOf(): readonly Tensor[] {
    return []
  }

  override advance(projected: Tensor, state: Tensor): Tensor {
    const sum: Tensor = projected.add(state.matmul(this.weightHh.transpose()))
    const { nonlinearity: name } = this.options
    return name === undefined ? sum.tanh() : nonlinearity[name](sum)
  }

  override config(): Readonly<Record<string, unknown>> {
    const { inputSize, hiddenSize, options } = this
    return { inputSize, hiddenSize, options }
  }
}

export interface RNNOptions extends StackOptions {
  /** What the sums go through, `'tanh'` unless given. */
  readonly nonlinearity?: Nonlinearity
}

/**
 * A plain recurrent network over sequences: `RNNCell`, stacked and in both directions if asked.
 *
 * @shape x [time, batch, in], [batch, time, in] with `batchFirst`, or [time, in] → [..., hidden · directions];
 *   parameters weightIhL0 [hidden, in], weightHhL0 [hidden, hidden], biasIhL0, biasHhL0 [hidden], …
 * @throws ShapeError when input, state or lengths do not fit
 * @see Elman 1990, https://doi.org/10.1207/s15516709cog1402_1
 * @example const { output, state } = new RNN(8, 16).run(x, { lengths: [5, 3] })
 */
export class RNN<
  const I extends number = AnySize,
  const H extends number = AnySize,
  const P extends RNNOptions = Record<never, never>,
> extends RecurrentStack<I, H, P, Tensor, 'RNN'> {
  constructor(inputSize: I, hiddenSize: H, options?: P) {
    const given: RNNOptions = options ?? {}
    const { bias = true, nonlinearity } = given
    const cell = { bias, ...(nonlinearity && { nonlinearity }) }
    super(
      inputSize,
      hiddenSize,
      given,
      (inputs) => new RNNCell<number, number>(inputs, hiddenSize, cell),
    )
  }

  static build(settings: Settings): RNN<number, number, RNNOptions> {
    const [from, to] = [settings.integer('inputSize'), settings.integer('hiddenSize')]
    return new RNN(from, to, settings.options({ ...stackOptions, nonlinearity }))
  }
}
