/** Averaged stochastic gradient descent. */
import { pow } from '../base/math.ts'
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import { Optimizer } from './optimizer.ts'
import type { OptimizerOptions, Parameters, Settings } from './settings.ts'

export interface ASGDSettings extends Settings {
  /** Decay of the weights, and of the rate. */
  readonly lambd?: number
  /** Power of the rate's decay. */
  readonly alpha?: number
  /** The step at which averaging starts. */
  readonly t0?: number
}
export type ASGDOptions = OptimizerOptions<ASGDSettings>

/**
 * Gradient descent whose answer is the mean of its way, the state `ax`.
 *
 *     η = lr / (1 + lambd·lr·(t − 1))^alpha
 *     p ← p·(1 − lambd·η) − η·g,   ax ← ax + (p − ax)/max(1, t − 1 − t0)
 *
 * @see Polyak & Juditsky 1992, https://doi.org/10.1137/0330046
 */
export class ASGD extends Optimizer<ASGDSettings> {
  constructor(parameters: Parameters, options: ASGDOptions = {}) {
    super(parameters, { lr: 1e-2, lambd: 1e-4, alpha: 0.75, t0: 1e6, ...options })
  }

  protected override update(value: Tensor, gradient: Tensor, parameter: Parameter): Tensor {
    const { lr, lambd, alpha, t0 } = this.settings(parameter)
    const eta = (step: number, rate: number): number => {
      return rate / pow(1 + lambd * lr * (step - 1), alpha)
    }
    const kept = this.perStep(parameter, 'kept', (step, rate) => 1 - lambd * eta(step, rate))
    const next = value.mul(kept).sub(gradient.mul(this.perStep(parameter, 'eta', eta)))
    const weight = this.perStep(parameter, 'weight', (step) => 1 / Math.max(1, step - 1 - t0))
    const average = this.state(parameter, 'ax')
    const before: Tensor = average
    // This form is exact for a weight of 1.
    this.remember(average, before.mul(weight.neg().add(1)).add(next.mul(weight)))
    return next
  }
}
