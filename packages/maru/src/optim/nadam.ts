/** Adam with Nesterov's momentum. */
import { pow } from '../base/math.ts'
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import { type MomentSettings, Moments, usual } from './adam.ts'
import { runningProduct } from './product.ts'
import type { OptimizerOptions, Parameters } from './settings.ts'

export interface NAdamSettings extends MomentSettings {
  /** How fast the momentum grows toward β₁. */
  readonly momentumDecay?: number
}
export type NAdamOptions = OptimizerOptions<NAdamSettings>

/**
 * Adam that looks ahead along its mean, with a momentum that grows to β₁.
 *
 *     μₜ = β₁ · (1 − ½ · 0.96^(t · momentumDecay))
 *     p ← p − lr · (μₜ₊₁·m/(1 − μ₁…μₜ₊₁) + (1 − μₜ)·g/(1 − μ₁…μₜ)) / (√(v/(1 − β₂ᵗ)) + eps)
 *
 * @see Dozat 2016, https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ
 */
export class NAdam extends Moments<NAdamSettings> {
  constructor(parameters: Parameters, options: NAdamOptions = {}) {
    super(parameters, { ...usual, lr: 2e-3, momentumDecay: 4e-3, ...options })
  }

  protected override update(value: Tensor, gradient: Tensor, parameter: Parameter): Tensor {
    const { betas, eps, momentumDecay } = this.settings(parameter)
    const mu = (step: number): number => betas[0] * (1 - 0.5 * pow(0.96, step * momentumDecay))
    const product = runningProduct(mu)
    const ofGradient = this.perStep(parameter, 'ofGradient', (step) => {
      return (1 - mu(step)) / (1 - product(step))
    })
    const ofMean = this.perStep(parameter, 'ofMean', (step) => {
      return mu(step + 1) / (1 - product(step) * mu(step + 1))
    })
    const m = this.mean(parameter, gradient, betas[0])
    const v = this.meanSquare(parameter, gradient, betas[1])
    const root = v.sqrt().mul(this.unbiasRoot(parameter, betas[1])).add(eps)
    const direction = m.mul(ofMean).add(gradient.mul(ofGradient))
    return value.sub(direction.mul(this.rate(parameter)).div(root))
  }
}
