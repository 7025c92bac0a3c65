/** Adafactor. */
import type { DType } from '../base/dtype.ts'
import { pow } from '../base/math.ts'
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import { Optimizer } from './optimizer.ts'
import type { OptimizerOptions, Parameters, Settings } from './settings.ts'

export interface AdafactorSettings extends Settings {
  /** The mean of squares forgets `t^−decay` at step t. */
  readonly decay?: number
  /** The least length of weights that steps are measured by. */
  readonly eps?: number
  /** Root mean square beyond which an update is shortened. */
  readonly clipThreshold?: number
}
export type AdafactorOptions = OptimizerOptions<AdafactorSettings>

/**
 * Adam's mean square from its row and column means alone, n + m numbers for an n × m matrix; steps
 * are as long as the weights tell. Weight decay is decoupled.
 *
 *     v ≈ r·c / mean(r),   u = g/√v,   u ← u / max(1, rms(u)/clipThreshold)
 *     p ← p − min(lr, 1/√t) · max(eps, rms(p)) · u
 *
 * @see Shazeer & Stern 2018, https://arxiv.org/abs/1804.04235
 */
export class Adafactor extends Optimizer<AdafactorSettings> {
  constructor(parameters: Parameters, options: AdafactorOptions = {}) {
    super(parameters, {
      lr: 1e-2,
      decay: 0.8,
      eps: 1e-3,
      clipThreshold: 1,
      decoupledWeightDecay: true,
      ...options,
    })
  }

  protected override get isElementwise(): boolean {
    return false
  }

  protected override update(value: Tensor, gradient: Tensor, parameter: Parameter): Tensor {
    const { decay, eps, clipThreshold } = this.settings(parameter)
    const fresh = this.perStep(parameter, 'fresh', (step) => 1 / pow(step, decay))
    const most = this.perStep(parameter, 'most', (step) => 1 / Math.sqrt(step))
    const before: Tensor = parameter
    const length = rms(before).clampMin(eps).mul(this.rate(parameter).minimum(most))
    const tiny = epsilonOf(parameter.dtype)
    const square = this.#square(gradient, parameter, fresh).clampMin(tiny * tiny)
    const update = gradient.mul(square.rsqrt())
    const short = rms(update).div(clipThreshold).clampMin(1)
    return value.sub(update.mul(length.div(short)))
  }

  /** The running mean of squares, or for matrices what its margins tell of it. */
  #square(gradient: Tensor, parameter: Parameter, fresh: Tensor): Tensor {
    const square: Tensor = gradient.square()
    if (gradient.ndim < 2) return this.#mean(parameter, 'variance', square, fresh)
    const rows = this.#mean(parameter, 'rowVar', square.mean(-1, { keepDims: true }), fresh)
    const columns = this.#mean(parameter, 'colVar', square.mean(-2, { keepDims: true }), fresh)
    const whole = rows.mean(-2, { keepDims: true }).clampMin(epsilonOf(parameter.dtype))
    return rows.mul(columns).div(whole)
  }

  #mean(parameter: Parameter, name: string, x: Tensor, fresh: Tensor): Tensor {
    const state = this.state(parameter, name, { shape: x.node.shape })
    const before: Tensor = state
    return this.remember(state, before.add(x.sub(before).mul(fresh)))
  }
}

function rms(x: Tensor): Tensor {
  return x.square().mean().sqrt()
}

/** Distance from 1 to the next number of a dtype. */
const spacing: { readonly [D in DType]?: number } = {
  float64: Number.EPSILON,
  float16: 2 ** -10,
  bfloat16: 2 ** -7,
}

function epsilonOf(dtype: DType): number {
  return spacing[dtype] ?? 2 ** -23
}
