/** Stochastic gradient descent. */
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import { Optimizer } from './optimizer.ts'
import type { OptimizerOptions, Parameters, Settings } from './settings.ts'

export interface SGDSettings extends Settings {
  /** Share of the last direction that is kept. */
  readonly momentum?: number
  /** Share of the gradient that is left out of the direction, from the second step on. */
  readonly dampening?: number
  /** Look ahead along the direction. */
  readonly nesterov?: boolean
  /**
   * The direction is a velocity, with the learning rate of its own time in it (Keras), instead of a mean of
   * gradients (PyTorch). While the rate is constant the two are one.
   */
  readonly velocity?: boolean
}
export type SGDOptions = OptimizerOptions<SGDSettings>

/**
 * Gradient descent with momentum, as PyTorch has it, or as Keras.
 *
 *     d ← momentum · d + (1 − dampening) · g      (d = g at the first step)
 *     p ← p − lr · d                               (nesterov: p − lr · (g + momentum · d))
 *     velocity: d ← momentum · d + (1 − dampening) · lr · g,   p ← p − d
 *
 * @see Sutskever et al. 2013, https://proceedings.mlr.press/v28/sutskever13.html
 */
export class SGD extends Optimizer<SGDSettings> {
  constructor(parameters: Parameters, options: SGDOptions = {}) {
    super(parameters, {
      lr: 1e-3,
      momentum: 0,
      dampening: 0,
      nesterov: false,
      velocity: false,
      ...options,
    })
  }

  protected override update(value: Tensor, gradient: Tensor, parameter: Parameter): Tensor {
    const { momentum, dampening, nesterov, velocity } = this.settings(parameter)
    const rate = this.rate(parameter)
    if (momentum === 0) return value.sub(gradient.mul(rate))
    const state = this.state(parameter, 'momentumBuffer')
    const share = this.perStep(parameter, 'share', (step) => (step === 1 ? 1 : 1 - dampening))
    const push = velocity ? gradient.mul(rate) : gradient
    const kept: Tensor = state
    const direction = this.remember(state, kept.mul(momentum).add(push.mul(share)))
    const way = nesterov ? push.add(direction.mul(momentum)) : direction
    return value.sub(velocity ? way : way.mul(rate))
  }
}
