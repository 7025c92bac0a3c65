/** Resilient backpropagation. */
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import { Optimizer } from './optimizer.ts'
import type { OptimizerOptions, Parameters, Settings } from './settings.ts'

export interface RpropSettings extends Settings {
  /** Factors on a weight's step when the gradient's sign has changed, and when it has not. */
  readonly etas?: readonly [number, number]
  /** The smallest and the largest step. */
  readonly stepSizes?: readonly [number, number]
}
export type RpropOptions = OptimizerOptions<RpropSettings>

/**
 * Steps by the gradient's sign alone, longer while it stays the same; for whole batches.
 *
 * `lr` is the length of the first step; schedules have no effect.
 *
 * @see Riedmiller & Braun 1993, https://doi.org/10.1109/ICNN.1993.298623
 */
export class Rprop extends Optimizer<RpropSettings> {
  constructor(parameters: Parameters, options: RpropOptions = {}) {
    super(parameters, { lr: 1e-2, etas: [0.5, 1.2], stepSizes: [1e-6, 50], ...options })
  }

  protected override update(value: Tensor, gradient: Tensor, parameter: Parameter): Tensor {
    const { lr, etas, stepSizes } = this.settings(parameter)
    const before = this.state(parameter, 'prev')
    const size = this.state(parameter, 'stepSize', { fill: lr })
    const agreement = gradient.mul(before)
    const turned = agreement.less(0)
    const last: Tensor = size
    const grown = agreement.greater(0).where(last.mul(etas[1]), last)
    const wanted = turned.where(last.mul(etas[0]), grown)
    const next = this.remember(size, wanted.clamp(stepSizes[0], stepSizes[1]))
    const kept = this.remember(before, turned.where(0, gradient))
    return value.sub(kept.sign().mul(next))
  }
}
