/** Rates that follow the length of the weights, for large batches: LARS and LAMB. */
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import { type MomentOptions, type MomentSettings, Moments, usual } from './adam.ts'
import { globalNorm } from './clip.ts'
import { Optimizer } from './optimizer.ts'
import type { OptimizerOptions, Parameters, Settings } from './settings.ts'

export interface LARSSettings extends Settings {
  /** Share of the last direction that is kept. */
  readonly momentum?: number
  /** Length of a step as a share of the weights' length. */
  readonly trust?: number
  /** Against division by zero. */
  readonly eps?: number
}
export type LARSOptions = OptimizerOptions<LARSSettings>

/**
 * Momentum with a rate for each parameter, by the lengths of its weights and their gradient.
 *
 *     λ = trust · ‖p‖ / (‖g‖ + weightDecay·‖p‖ + eps)      (1 where a length is 0)
 *     d ← momentum · d + λ · (g + weightDecay·p),   p ← p − lr · d
 *
 * @see You et al. 2017, https://arxiv.org/abs/1708.03888
 */
export class LARS extends Optimizer<LARSSettings> {
  constructor(parameters: Parameters, options: LARSOptions = {}) {
    super(parameters, { lr: 1, momentum: 0.9, trust: 1e-3, eps: 1e-8, ...options })
  }

  protected override get isElementwise(): boolean {
    return false
  }

  protected override decay(gradient: Tensor, parameter: Parameter): Decayed {
    return { value: parameter, gradient }
  }

  protected override update(value: Tensor, gradient: Tensor, parameter: Parameter): Tensor {
    const { weightDecay = 0, momentum, trust, eps } = this.settings(parameter)
    const [ofWeights, ofGradient] = [globalNorm([value]), globalNorm([gradient])]
    const below = ofGradient.add(ofWeights.mul(weightDecay)).add(eps)
    const scale = ratio(ofWeights.mul(trust).div(below), ofWeights, ofGradient)
    const state = this.state(parameter, 'momentumBuffer')
    const kept: Tensor = state
    const push = gradient.add(value.mul(weightDecay)).mul(scale)
    const direction = this.remember(state, kept.mul(momentum).add(push))
    return value.sub(direction.mul(this.rate(parameter)))
  }
}

/**
 * Adam's direction at the length of the weights.
 *
 *     r = m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + eps) + weightDecay·p
 *     p ← p − lr · ‖p‖/‖r‖ · r      (1 where a length is 0)
 *
 * @see You et al. 2020, https://arxiv.org/abs/1904.00962
 */
export class LAMB extends Moments<MomentSettings> {
  constructor(parameters: Parameters, options: MomentOptions = {}) {
    super(parameters, { ...usual, eps: 1e-6, ...options })
  }

  protected override get isElementwise(): boolean {
    return false
  }

  protected override decay(gradient: Tensor, parameter: Parameter): Decayed {
    return { value: parameter, gradient }
  }

  protected override update(value: Tensor, gradient: Tensor, parameter: Parameter): Tensor {
    const { betas, eps, weightDecay = 0 } = this.settings(parameter)
    const m = this.mean(parameter, gradient, betas[0]).mul(this.unbias(parameter, betas[0]))
    const v = this.meanSquare(parameter, gradient, betas[1])
    const root = v.sqrt().mul(this.unbiasRoot(parameter, betas[1])).add(eps)
    const direction = m.div(root).add(value.mul(weightDecay))
    const [ofWeights, ofStep] = [globalNorm([value]), globalNorm([direction])]
    const scale = ratio(ofWeights.div(ofStep), ofWeights, ofStep)
    return value.sub(direction.mul(scale.mul(this.rate(parameter))))
  }
}

interface Decayed {
  readonly value: Tensor
  readonly gradient: Tensor
}

/** A ratio of two lengths; 1 where either is 0. */
function ratio(value: Tensor, a: Tensor, b: Tensor): Tensor {
  return a.greater(0).logicalAnd(b.greater(0)).where(value, 1)
}
