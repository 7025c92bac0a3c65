/** Long short-term memory. */

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

/** The state of an LSTM. */
export type LSTMState = readonly [hidden: Tensor, memory: Tensor]

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

  override advance(projected: Tensor, [hidden, memory]: LSTMState): LSTMState {
    const gates = projected.add(hidden.matmul(this.weightHh.transpose()))
    const gate = (k: number): Tensor =>
      gates.slice(-1, k * this.hiddenSize, (k + 1) * this.hiddenSize)
    const kept = gate(1).sigmoid().mul(memory)
    const next: Tensor = kept.add(gate(0).sigmoid().mul(gate(2).tanh()))
    return [gate(3).sigmoid().mul(next.tanh()), next]
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
}
