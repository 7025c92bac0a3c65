/** RMSprop. */
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import { Optimizer } from './optimizer.ts'
import type { OptimizerOptions, Parameters, Settings } from './settings.ts'

export interface RMSpropSettings extends Settings {
  /** Decay of the mean of squares. */
  readonly alpha?: number
  /** Against division by zero. */
  readonly eps?: number
  /** Whether `eps` is added under the root (Keras) instead of to it (PyTorch). */
  readonly epsInRoot?: boolean
  /** Share of the last direction that is kept. */
  readonly momentum?: number
  /** Divide by an estimate of the standard deviation, with the mean taken off. */
  readonly centered?: boolean
}
export type RMSpropOptions = OptimizerOptions<RMSpropSettings>

/**
 * Gradients divided by the root of a running mean of their squares.
 *
 *     v ← α·v + (1 − α)·g²   (centered: v − m² under the root, m the mean of gradients)
 *     d ← momentum · d + g / (√v + eps),   p ← p − lr · d
 *
 * @see Hinton 2012, https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf
 */
export class RMSprop extends Optimizer<RMSpropSettings> {
  constructor(parameters: Parameters, options: RMSpropOptions = {}) {
    super(parameters, {
      lr: 1e-2,
      alpha: 0.99,
      eps: 1e-8,
      epsInRoot: false,
      momentum: 0,
      centered: false,
      ...options,
    })
  }

  protected override update(value: Tensor, gradient: Tensor, parameter: Parameter): Tensor {
    const { alpha, eps, epsInRoot, momentum, centered } = this.settings(parameter)
    const mean = (name: string, x: Tensor): Tensor => {
      const state = this.state(parameter, name)
      const before: Tensor = state
      return this.remember(state, before.mul(alpha).add(x.mul(1 - alpha)))
    }
    const square = mean('squareAvg', gradient.square())
    const variance = centered ? square.sub(mean('gradAvg', gradient).square()) : square
    const root = epsInRoot ? variance.add(eps).sqrt() : variance.sqrt().add(eps)
    const scaled = gradient.div(root)
    if (momentum === 0) return value.sub(scaled.mul(this.rate(parameter)))
    const state = this.state(parameter, 'momentumBuffer')
    const kept: Tensor = state
    const direction = this.remember(state, kept.mul(momentum).add(scaled))
    return value.sub(direction.mul(this.rate(parameter)))
  }
}
