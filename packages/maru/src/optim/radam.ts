/** Rectified Adam. */
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import { type MomentOptions, type MomentSettings, Moments, usual } from './adam.ts'
import { powerOf } from './product.ts'
import type { Parameters } from './settings.ts'

/**
 * Adam that trusts its mean square by how many gradients are in it: at first not at all.
 *
 *     ρ∞ = 2/(1 − β₂) − 1,   ρₜ = ρ∞ − 2t·β₂ᵗ/(1 − β₂ᵗ)
 *     p ← p − lr · m/(1 − β₁ᵗ) · r          where ρₜ ≤ 5: r = 1, else
 *     r = √((ρₜ − 4)(ρₜ − 2)ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)ρₜ)) · √(1 − β₂ᵗ) / (√v + eps)
 *
 * @see Liu et al. 2020, https://arxiv.org/abs/1908.03265
 */
export class RAdam extends Moments<MomentSettings> {
  constructor(parameters: Parameters, options: MomentOptions = {}) {
    super(parameters, { ...usual, ...options })
  }

  protected override update(value: Tensor, gradient: Tensor, parameter: Parameter): Tensor {
    const { betas, eps } = this.settings(parameter)
    const m = this.mean(parameter, gradient, betas[0])
    const v = this.meanSquare(parameter, gradient, betas[1])
    const trust = this.perStep(parameter, 'trust', trustOf(betas[1]))
    const adapted = trust.greater(0).where(trust.div(v.sqrt().add(eps)), 1)
    return value.sub(m.mul(this.rate(parameter).mul(this.unbias(parameter, betas[0]))).mul(adapted))
  }
}

/** The numerator of r, and 0 where the variance cannot be told. */
function trustOf(beta: number): (step: number) => number {
  const power = powerOf(beta)
  const end = 2 / (1 - beta) - 1
  return (step) => {
    const rest = 1 - power(step)
    const length = end - (2 * step * power(step)) / rest
    if (length <= 5) return 0
    const variance = ((length - 4) * (length - 2) * end) / ((end - 4) * (end - 2) * length)
    return Math.sqrt(variance) * Math.sqrt(rest)
  }
}
