/** Adam with decoupled weight decay. */
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import { Adam, type AdamOptions } from './adam.ts'

/**
 * Adam whose decay shrinks the weights themselves, `p ← p·(1 − lr·weightDecay)`, before the step.
 *
 * @see Loshchilov & Hutter 2019, https://arxiv.org/abs/1711.05101
 */
export class AdamW extends Adam {
  constructor(parameters: Iterable<Parameter>, { weightDecay = 0.01, ...rest }: AdamOptions = {}) {
    super(parameters, { weightDecay, ...rest })
  }

  protected override decay(value: Tensor, gradient: Tensor): { value: Tensor; gradient: Tensor } {
    const kept = this.rate(value).mul(-this.weightDecay).add(1)
    return { value: value.mul(kept), gradient }
  }
}
