/** Long short-term memory. */

import type { Sizes } from '../base/shape.ts'
import type { AnySize } from '../base/types/dim.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { SequenceOptions } from './recurrent.ts'
import {
  type CellOptions,
  GatedCell,
  RecurrentStack,
  type StackOptions,
  stackOptions,
} from './recurrent-stack.ts'
import type { Settings } from './settings.ts'

/** The state of an LSTM. */
export type LSTMState = readonly [hidden: Tensor, memory: Tensor]

/** Values of an LSTM's gates: σ(i), σ(f) and σ(o) in 0 … 1, and tanh(g) of what is let in. */
export interface LSTMGates {
  readonly input: Tensor
  readonly forget: Tensor
  readonly candidate: Tensor
  readonly output: Tensor
}

function named([input, forget, candidate, output]: readonly Tensor[]): LSTMGates {
  // four rows of weights make four gates
  return { input, forget, candidate, output } as LSTMGates
}

/**
 * One step of an LSTM; gates lie in the order i, f, g, o.
 *
 *     [i, f, g, o] = x·W_ihᵀ + b_ih + h·W_hhᵀ + b_hh
 *     c′ = σ(f)·c + σ(i)·tanh(g),  h′ = σ(o)·tanh(c′)
 *
 * `forward` gives h′; `step(x, [h, c])` gives `[h′, [h′, c′]]`.
 *
 * @shape x [..., in], state twice [..., hidden] → [..., hidden]
 * @see Hochreiter & Schmidhuber 1997, https://doi.org/10.1162/neco.1997.9.8.1735
 */
export class LSTMCell<
  const I extends number = AnySize,
  const H extends number = AnySize,
> extends GatedCell<I, H, LSTMState, 'LSTMCell'> {
  readonly options: CellOptions

  constructor(inputSize: I, hiddenSize: H, options: CellOptions = {}) {
    super(4, inputSize, hiddenSize, options)
    this.options = options
  }

  static build(settings: Settings): LSTMCell<number, number> {
    const [from, to] = [settings.integer('inputSize'), settings.integer('hiddenSize')]
    return new LSTMCell(from, to, settings.options({ bias: 'flag' }))
  }

  override zeros(shape: Sizes): LSTMState {
    return [this.blank(shape), this.blank(shape)]
  }

  override gatesOf(projected: Tensor, [hidden]: LSTMState): readonly Tensor[] {
    const sums = projected.add(hidden.matmul(this.weightHh.transpose()))
    const sum = (k: number): Tensor =>
      sums.slice(-1, k * this.hiddenSize, (k + 1) * this.hiddenSize)
    return [sum(0).sigmoid(), sum(1).sigmoid(), sum(2).tanh(), sum(3).sigmoid()]
  }

  override advance(projected: Tensor, state: LSTMState): LSTMState {
    const { input, forget, candidate, output } = named(this.gatesOf(projected, state))
    const next: Tensor = forget.mul(state[1]).add(input.mul(candidate))
    return [output.mul(next.tanh()), next]
  }

  /**
   * Values of the gates at an element.
   *
   * @shape x [..., in], state twice [..., hidden] → four times [..., hidden]
   */
  gates(x: Tensor, state: LSTMState = this.start(x.node.shape)): LSTMGates {
    return named(this.gatesOf(this.project(x), state))
  }

  override config(): Readonly<Record<string, unknown>> {
    const { inputSize, hiddenSize, options } = this
    return { inputSize, hiddenSize, options }
  }
}

/**
 * An LSTM over sequences: `LSTMCell`, stacked and in both directions if asked.
 *
 * @shape x [time, batch, in], [batch, time, in] with `batchFirst`, or [time, in] → [..., hidden · directions];
 *   parameters weightIhL0 [4·hidden, in], weightHhL0 [4·hidden, hidden], biasIhL0, biasHhL0 [4·hidden], …
 * @throws ShapeError when input, state or lengths do not fit
 * @see Hochreiter & Schmidhuber 1997, https://doi.org/10.1162/neco.1997.9.8.1735
 * @example const { output, state: [h, c] } = new LSTM(8, 16, { numLayers: 2 }).run(x)
 */
export class LSTM<
  const I extends number = AnySize,
  const H extends number = AnySize,
  const P extends StackOptions = Record<never, never>,
> extends RecurrentStack<I, H, P, LSTMState, 'LSTM'> {
  constructor(inputSize: I, hiddenSize: H, options?: P) {
    const given: StackOptions = options ?? {}
    const { bias = true } = given
    super(
      inputSize,
      hiddenSize,
      given,
      (inputs) => new LSTMCell<number, number>(inputs, hiddenSize, { bias }),
    )
  }

  static build(settings: Settings): LSTM<number, number, StackOptions> {
    const [from, to] = [settings.integer('inputSize'), settings.integer('hiddenSize')]
    return new LSTM(from, to, settings.options(stackOptions))
  }

  /**
   * Values of the gates at every step, of each layer and direction.
   *
   * @shape x as `forward` takes it; each gate as the output of one direction
   * @throws ShapeError when input, state or lengths do not fit
   * @example const [{ forget }] = lstm.gates(x)
   */
  gates(x: Tensor, options: SequenceOptions<LSTMState> = {}): readonly LSTMGates[] {
    return this.watched(x, options).map(named)
  }
}
