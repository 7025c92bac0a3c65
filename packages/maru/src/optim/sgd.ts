/** Stochastic gradient descent. */
import { Dial } from '../tensor/dial.ts'
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import { expectAtLeast, Optimizer, type OptimizerOptions } from './optimizer.ts'

export interface SGDOptions extends OptimizerOptions {
  /** Share of the last direction that is kept. */
  readonly momentum?: number
  /** Share of the gradient that is left out of the direction, from the second step on. */
  readonly dampening?: number
  /** Look ahead along the direction. */
  readonly nesterov?: boolean
  /** L2 penalty added to the gradient. */
  readonly weightDecay?: number
}

/**
 * Gradient descent with momentum, as PyTorch has it.
 *
 *     g ← g + weightDecay · p
 *     d ← momentum · d + (1 − dampening) · g      (d = g at the first step)
 *     p ← p − lr · d                               (nesterov: p − lr · (g + momentum · d))
 *
 * @see Sutskever et al. 2013, https://proceedings.mlr.press/v28/sutskever13.html
 */
export class SGD extends Optimizer {
  readonly #momentum: number
  readonly #dampening: number
  readonly #nesterov: boolean
  readonly #weightDecay: number
  /** 1 − dampening, but 1 at the first step. */
  readonly #share = new Dial(1)

  constructor(
    parameters: Iterable<Parameter>,
    {
      lr = 1e-3,
      momentum = 0,
      dampening = 0,
      nesterov = false,
      weightDecay = 0,
      ...rest
    }: SGDOptions = {},
  ) {
    super(parameters, { lr, ...rest })
    this.#momentum = expectAtLeast('momentum', momentum, 0)
    this.#dampening = expectAtLeast('dampening', dampening, 0)
    this.#nesterov = nesterov
    this.#weightDecay = expectAtLeast('weightDecay', weightDecay, 0)
  }

  protected override prepare(): void {
    this.#share.value = this.steps === 1 ? 1 : 1 - this.#dampening
  }

  protected override update(value: Tensor, gradient: Tensor, parameter: Parameter): Tensor {
    const decayed = this.#weightDecay > 0 ? gradient.add(value.mul(this.#weightDecay)) : gradient
    if (this.#momentum === 0) return value.sub(decayed.mul(this.rate(value)))
    const state: Tensor = this.state(parameter, 'momentumBuffer')
    const fresh = decayed.mul(this.#share.tensor(value.dtype))
    const direction = this.remember(
      this.state(parameter, 'momentumBuffer'),
      state.mul(this.#momentum).add(fresh),
    )
    const way = this.#nesterov ? decayed.add(direction.mul(this.#momentum)) : direction
    return value.sub(way.mul(this.rate(value)))
  }
}
