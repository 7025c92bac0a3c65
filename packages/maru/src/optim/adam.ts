/** Adam and its descendants with the same two means. */
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import { Optimizer } from './optimizer.ts'
import { powerOf } from './product.ts'
import type { Complete, OptimizerOptions, Parameters, Settings } from './settings.ts'

/** Settings of optimisers with means of gradients and of their squares. */
export interface MomentSettings extends Settings {
  /** Decay of the means of gradients and of their squares. */
  readonly betas?: readonly [number, number]
  /** Added to the root, against division by zero. */
  readonly eps?: number
}
export type MomentOptions = OptimizerOptions<MomentSettings>

/** `1e-3, [0.9, 0.999], 1e-8`: what most have by default. */
export const usual: Complete<MomentSettings> = { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8 }

/** Base of optimisers with running means of gradients and of their squares. */
export abstract class Moments<S extends MomentSettings> extends Optimizer<S> {
  /** `m ← β₁·m + (1 − β₁)·g` */
  protected mean(parameter: Parameter, gradient: Tensor, beta: number): Tensor {
    const state = this.state(parameter, 'expAvg')
    const before: Tensor = state
    return this.remember(state, before.mul(beta).add(gradient.mul(1 - beta)))
  }

  /** `v ← β₂·v + (1 − β₂)·g²` */
  protected meanSquare(parameter: Parameter, gradient: Tensor, beta: number): Tensor {
    const state = this.state(parameter, 'expAvgSq')
    const before: Tensor = state
    return this.remember(state, before.mul(beta).add(gradient.mul(gradient).mul(1 - beta)))
  }

  /** `1/(1 − βᵗ)`: a mean that started at zero times this is unbiased. */
  protected unbias(parameter: Parameter, beta: number): Tensor {
    const power = powerOf(beta)
    return this.perStep(parameter, `unbias ${beta}`, (step) => 1 / (1 - power(step)))
  }

  /** `1/√(1 − βᵗ)`, for the root of a mean. */
  protected unbiasRoot(parameter: Parameter, beta: number): Tensor {
    const power = powerOf(beta)
    return this.perStep(parameter, `unbiasRoot ${beta}`, (step) => 1 / Math.sqrt(1 - power(step)))
  }
}

export interface AdamSettings extends MomentSettings {
  /** Divide by the largest mean square so far instead of the present one. */
  readonly amsgrad?: boolean
}
export type AdamOptions = OptimizerOptions<AdamSettings>

/**
 * Adaptive moments.
 *
 *     m ← β₁·m + (1 − β₁)·g,   v ← β₂·v + (1 − β₂)·g²
 *     p ← p − lr · m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + eps)
 *
 * @see Kingma & Ba 2015, https://arxiv.org/abs/1412.6980
 * @see Reddi et al. 2018, https://arxiv.org/abs/1904.09237 (amsgrad)
 */
export class Adam extends Moments<AdamSettings> {
  constructor(parameters: Parameters, options: AdamOptions = {}) {
    super(parameters, { ...usual, amsgrad: false, ...options })
  }

  protected override update(value: Tensor, gradient: Tensor, parameter: Parameter): Tensor {
    const { betas, eps, amsgrad } = this.settings(parameter)
    const m = this.mean(parameter, gradient, betas[0])
    const v = this.meanSquare(parameter, gradient, betas[1])
    const square = amsgrad ? this.#largest(parameter, v) : v
    const root = square.sqrt().mul(this.unbiasRoot(parameter, betas[1])).add(eps)
    const step = this.rate(parameter).mul(this.unbias(parameter, betas[0]))
    return value.sub(m.mul(step).div(root))
  }

  #largest(parameter: Parameter, square: Tensor): Tensor {
    const state = this.state(parameter, 'maxExpAvgSq')
    return this.remember(state, square.maximum(state))
  }
}

/**
 * Adam whose decay shrinks the weights themselves, `p ← p·(1 − lr·weightDecay)`, before the step.
 *
 * @see Loshchilov & Hutter 2019, https://arxiv.org/abs/1711.05101
 */
export class AdamW extends Adam {
  constructor(parameters: Parameters, options: AdamOptions = {}) {
    super(parameters, { weightDecay: 0.01, decoupledWeightDecay: true, ...options })
  }
}

/**
 * Adam with the largest gradient in place of the root of a mean square.
 *
 *     u ← max(β₂·u, |g| + eps),   p ← p − lr · m/(1 − β₁ᵗ) / u
 *
 * @see Kingma & Ba 2015, section 7.1, https://arxiv.org/abs/1412.6980
 */
export class Adamax extends Moments<MomentSettings> {
  constructor(parameters: Parameters, options: MomentOptions = {}) {
    super(parameters, { ...usual, lr: 2e-3, ...options })
  }

  protected override update(value: Tensor, gradient: Tensor, parameter: Parameter): Tensor {
    const { betas, eps } = this.settings(parameter)
    const m = this.mean(parameter, gradient, betas[0])
    const state = this.state(parameter, 'expInf')
    const before: Tensor = state
    const u = this.remember(state, before.mul(betas[1]).maximum(gradient.abs().add(eps)))
    return value.sub(m.mul(this.rate(parameter).mul(this.unbias(parameter, betas[0]))).div(u))
  }
}
