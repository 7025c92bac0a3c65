/** Adagrad and Adadelta. */
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import { Optimizer } from './optimizer.ts'
import type { OptimizerOptions, Parameters, Settings } from './settings.ts'

export interface AdagradSettings extends Settings {
  /** The rate is divided by `1 + (t − 1)·lrDecay`. */
  readonly lrDecay?: number
  /** The sum of squares at the start. */
  readonly initialAccumulatorValue?: number
  /** Added to the root, against division by zero. */
  readonly eps?: number
}
export type AdagradOptions = OptimizerOptions<AdagradSettings>

/**
 * Each weight has a rate that falls with the squares of its gradients so far.
 *
 *     s ← s + g²,   p ← p − lr/(1 + (t − 1)·lrDecay) · g / (√s + eps)
 *
 * @see Duchi et al. 2011, https://jmlr.org/papers/v12/duchi11a.html
 */
export class Adagrad extends Optimizer<AdagradSettings> {
  constructor(parameters: Parameters, options: AdagradOptions = {}) {
    super(parameters, { lr: 1e-2, lrDecay: 0, initialAccumulatorValue: 0, eps: 1e-10, ...options })
  }

  protected override update(value: Tensor, gradient: Tensor, parameter: Parameter): Tensor {
    const { lrDecay, initialAccumulatorValue, eps } = this.settings(parameter)
    const state = this.state(parameter, 'squareSum', { fill: initialAccumulatorValue })
    const before: Tensor = state
    const sum = this.remember(state, before.add(gradient.square()))
    const share = this.perStep(parameter, 'share', (step) => 1 / (1 + (step - 1) * lrDecay))
    const rate = this.rate(parameter).mul(share)
    return value.sub(gradient.mul(rate).div(sum.sqrt().add(eps)))
  }
}

export interface AdadeltaSettings extends Settings {
  /** Decay of the means of squares. */
  readonly rho?: number
  /** Added to both means under their roots. */
  readonly eps?: number
}
export type AdadeltaOptions = OptimizerOptions<AdadeltaSettings>

/**
 * Steps as long as past steps were for gradients as long as past gradients: no rate to choose.
 *
 *     v ← ρ·v + (1 − ρ)·g²,   d = √((u + eps)/(v + eps)) · g
 *     u ← ρ·u + (1 − ρ)·d²,   p ← p − lr · d
 *
 * @see Zeiler 2012, https://arxiv.org/abs/1212.5701
 */
export class Adadelta extends Optimizer<AdadeltaSettings> {
  constructor(parameters: Parameters, options: AdadeltaOptions = {}) {
    super(parameters, { lr: 1, rho: 0.9, eps: 1e-6, ...options })
  }

  protected override update(value: Tensor, gradient: Tensor, parameter: Parameter): Tensor {
    const { rho, eps } = this.settings(parameter)
    const ofGradients = this.state(parameter, 'squareAvg')
    const ofSteps = this.state(parameter, 'accDelta')
    const mean = (before: Tensor, x: Tensor): Tensor => {
      return before.mul(rho).add(x.square().mul(1 - rho))
    }
    const v = this.remember(ofGradients, mean(ofGradients, gradient))
    const length: Tensor = ofSteps
    const delta = length.add(eps).sqrt().div(v.add(eps).sqrt()).mul(gradient)
    this.remember(ofSteps, mean(ofSteps, delta))
    return value.sub(delta.mul(this.rate(parameter)))
  }
}
