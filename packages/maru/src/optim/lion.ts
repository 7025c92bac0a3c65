/** Lion. */
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import { Optimizer } from './optimizer.ts'
import type { OptimizerOptions, Parameters, Settings } from './settings.ts'

export interface LionSettings extends Settings {
  /** Share of the mean in the direction, and decay of the mean. */
  readonly betas?: readonly [number, number]
}
export type LionOptions = OptimizerOptions<LionSettings>

/**
 * Steps of one length by the sign of a mean of gradients; weight decay is decoupled.
 *
 *     p ← p − lr · sign(β₁·m + (1 − β₁)·g),   m ← β₂·m + (1 − β₂)·g
 *
 * @see Chen et al. 2023, https://arxiv.org/abs/2302.06675
 */
export class Lion extends Optimizer<LionSettings> {
  constructor(parameters: Parameters, options: LionOptions = {}) {
    super(parameters, { lr: 1e-4, betas: [0.9, 0.99], decoupledWeightDecay: true, ...options })
  }

  protected override update(value: Tensor, gradient: Tensor, parameter: Parameter): Tensor {
    const { betas } = this.settings(parameter)
    const state = this.state(parameter, 'expAvg')
    const mean: Tensor = state
    const mixed = (beta: number): Tensor => mean.mul(beta).add(gradient.mul(1 - beta))
    this.remember(state, mixed(betas[1]))
    return value.sub(mixed(betas[0]).sign().mul(this.rate(parameter)))
  }
}
