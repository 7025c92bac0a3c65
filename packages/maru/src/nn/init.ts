/** How parameters start. */
import { nextStream } from '../base/seed.ts'
import { type Sizes, sizeOf } from '../base/shape.ts'
import type { Shape } from '../base/types/dim.ts'
import { parameter } from '../tensor/create.ts'
import type { Parameter } from '../tensor/tensor.ts'

/**
 * A parameter with values uniform in ±bound.
 *
 * PyTorch starts linear and convolution layers with `bound = 1/√fanIn`, for weights (He's uniform
 * rule with a = √5) and biases alike.
 *
 * @see He et al. 2015, https://arxiv.org/abs/1502.01852
 */
export function uniform<S extends Shape>(shape: Sizes, bound: number): Parameter<S> {
  const values = new Float32Array(sizeOf(shape))
  nextStream('init').fill(values, -bound, bound)
  return parameter<S>(values, shape, 'float32')
}
