/** Gated recurrent units. */

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

export interface GRUCellOptions extends CellOptions {
  /**
   * Whether the reset gate comes after the product with W_hn, as in PyTorch and cuDNN; true unless
   * given. Before it is how the paper has it.
   */
  readonly resetAfter?: boolean
}

/** Values of a GRU's gates, r and z in 0 … 1, and n, what may come in place of the hidden value. */
export interface GRUGates {
  readonly reset: Tensor
  readonly update: Tensor
  readonly candidate: Tensor
}

function named([reset, update, candidate]: readonly Tensor[]): GRUGates {
  // three rows of weights make three gates
  return { reset, update, candidate } as GRUGates
}

/**
 * One step of a GRU; gates lie in the order r, z, n.
 *
 *     r = σ(x·W_irᵀ + b_ir + h·W_hrᵀ + b_hr),  z likewise
 *     n = tanh(x·W_inᵀ + b_in + r·(h·W_hnᵀ + b_hn)),  or (r·h)·W_hnᵀ + b_hn without `resetAfter`
 *     h′ = (1 − z)·n + z·h
 *
 * @shape x [..., in], state [..., hidden] → [..., hidden]
 * @see Cho et al. 2014, https://arxiv.org/abs/1406.1078
 */
export class GRUCell<
  const I extends number = AnySize,
  const H extends number = AnySize,
> extends GatedCell<I, H, Tensor, 'GRUCell'> {
  readonly options: GRUCellOptions

  constructor(inputSize: I, hiddenSize: H, options: GRUCellOptions = {}) {
    super(3, inputSize, hiddenSize, options)
    this.options = options
  }

  static build(settings: Settings): GRUCell<number, number> {
    const [from, to] = [settings.integer('inputSize'), settings.integer('hiddenSize')]
    return new GRUCell(from, to, settings.options({ bias: 'flag', resetAfter: 'flag' }))
  }

  protected override elementBias(): Tensor | undefined {
    return this.biasIh
  }

  override zeros(shape: Sizes): Tensor {
    return this.blank(shape)
  }

  override gatesOf(projected: Tensor, state: Tensor): readonly Tensor[] {
    const size = this.hiddenSize
    const part = (of: Tensor, k: number): Tensor => of.slice(-1, k * size, (k + 1) * size)
    const after = this.options.resetAfter ?? true
    const sums = this.#product(state, 0, after ? 3 : 2)
    const gate = (k: number): Tensor => part(projected, k).add(part(sums, k)).sigmoid()
    const [reset, update] = [gate(0), gate(1)]
    const seen = after ? reset.mul(part(sums, 2)) : this.#product(reset.mul(state), 2, 3)
    return [reset, update, part(projected, 2).add(seen).tanh()]
  }

  override advance(projected: Tensor, state: Tensor): Tensor {
    const { update, candidate } = named(this.gatesOf(projected, state))
    return candidate.add(update.mul(state.sub(candidate)))
  }

  /**
   * Values of the gates at an element.
   *
   * @shape x [..., in], state [..., hidden] → three times [..., hidden]
   */
  gates(x: Tensor, state: Tensor = this.start(x.node.shape)): GRUGates {
    return named(this.gatesOf(this.project(x), state))
  }

  /** The product with the rows of gates from one to another, and their constants. */
  #product(x: Tensor, from: number, to: number): Tensor {
    const rows = (of: Tensor): Tensor => of.slice(0, from * this.hiddenSize, to * this.hiddenSize)
    const product: Tensor = x.matmul(rows(this.weightHh).transpose())
    return this.biasHh ? product.add(rows(this.biasHh)) : product
  }

  override config(): Readonly<Record<string, unknown>> {
    const { inputSize, hiddenSize, options } = this
    return { inputSize, hiddenSize, options }
  }
}

export interface GRUOptions extends StackOptions {
  /** Whether the reset gate comes after the product, as in PyTorch; true unless given. */
  readonly resetAfter?: boolean
}

/**
 * A GRU over sequences: `GRUCell`, stacked and in both directions if asked.
 *
 * @shape x [time, batch, in], [batch, time, in] with `batchFirst`, or [time, in] → [..., hidden · directions];
 *   parameters weightIhL0 [3·hidden, in], weightHhL0 [3·hidden, hidden], biasIhL0, biasHhL0 [3·hidden], …
 * @throws ShapeError when input, state or lengths do not fit
 * @see Cho et al. 2014, https://arxiv.org/abs/1406.1078
 * @example const { output, state } = new GRU(8, 16, { bidirectional: true }).run(x, { lengths: [5, 3] })
 */
export class GRU<
  const I extends number = AnySize,
  const H extends number = AnySize,
  const P extends GRUOptions = Record<never, never>,
> extends RecurrentStack<I, H, P, Tensor, 'GRU'> {
  constructor(inputSize: I, hiddenSize: H, options?: P) {
    const given: GRUOptions = options ?? {}
    const { bias = true, resetAfter = true } = given
    super(
      inputSize,
      hiddenSize,
      given,
      (inputs) => new GRUCell<number, number>(inputs, hiddenSize, { bias, resetAfter }),
    )
  }

  static build(settings: Settings): GRU<number, number, GRUOptions> {
    const [from, to] = [settings.integer('inputSize'), settings.integer('hiddenSize')]
    return new GRU(from, to, settings.options({ ...stackOptions, resetAfter: 'flag' }))
  }

  /**
   * Values of the gates at every step, of each layer and direction.
   *
   * @shape x as `forward` takes it; each gate as the output of one direction
   * @throws ShapeError when input, state or lengths do not fit
   */
  gates(x: Tensor, options: SequenceOptions<Tensor> = {}): readonly GRUGates[] {
    return this.watched(x, options).map(named)
  }
}
