/** What becomes of gradients before an update, and of parameters after it. */
import { zeros } from '../tensor/create.ts'
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import { expectAtLeast } from './settings.ts'

/** New gradients for those of some parameters, in their order. */
export type GradientTransform = (
  gradients: readonly Tensor[],
  parameters: readonly Parameter[],
) => readonly Tensor[]

/** Against division by zero, as in PyTorch. */
const TINY = 1e-6

/** Euclidean norm of several tensors taken as one vector; 0 of none. */
export function globalNorm(tensors: readonly Tensor[]): Tensor {
  const [first, ...rest] = tensors.map((each): Tensor => each.square().sum())
  if (!first) return zeros([])
  return rest.reduce((sum, each) => sum.add(each.cast(sum.dtype)), first).sqrt()
}

/** Every element is brought within ±limit. */
export function clipValue(limit: number): GradientTransform {
  expectAtLeast('limit', limit, 0)
  return (gradients) => gradients.map((each) => each.clamp(-limit, limit))
}

/**
 * All gradients are scaled by one factor, so that their norm as one vector is `limit` at most.
 *
 *     g ← g · min(1, limit / (‖all g‖ + 10⁻⁶))
 *
 * @see Pascanu et al. 2013, https://arxiv.org/abs/1211.5063
 * @example new Adam(model.parameters(), { clip: clipNorm(1) })
 */
export function clipNorm(limit: number): GradientTransform {
  expectAtLeast('limit', limit, 0)
  return (gradients) => {
    const factor = factorOf(globalNorm(gradients), limit)
    return gradients.map((each) => each.mul(factor.cast(each.dtype)))
  }
}

/** Like `clipNorm`, with each parameter's gradient for itself. */
export function clipEach(limit: number): GradientTransform {
  expectAtLeast('limit', limit, 0)
  return (gradients) => gradients.map((each) => each.mul(factorOf(globalNorm([each]), limit)))
}

function factorOf(norm: Tensor, limit: number): Tensor {
  return norm.add(TINY).reciprocal().mul(limit).minimum(1)
}

/**
 * Adaptive clipping: the gradient of each unit is at most `factor` times as long as its weights.
 *
 *     g ← g · factor · max(‖w‖, eps) / ‖g‖   where ‖g‖ is longer than that
 *
 * A unit is what lies behind an index of the first axis; a vector is one unit.
 *
 * @see Brock et al. 2021, https://arxiv.org/abs/2102.06171
 */
export function clipAdaptive(
  factor = 0.01,
  { eps = 1e-3 }: { readonly eps?: number } = {},
): GradientTransform {
  expectAtLeast('factor', factor, 0)
  expectAtLeast('eps', eps, 0)
  return (gradients, parameters) =>
    gradients.map((gradient, i) => {
      const weights: Tensor = parameters[i] ?? gradient
      const most = unitNorm(weights).clampMin(eps).mul(factor)
      const norm = unitNorm(gradient)
      return norm.greater(most).where(gradient.mul(most.div(norm.clampMin(TINY))), gradient)
    })
}

/** Norms of what lies behind the indices of the first axis, with the other axes kept as 1. */
function unitNorm(x: Tensor): Tensor {
  const all = Array.from({ length: x.ndim }, (_, axis) => axis)
  return x
    .square()
    .sum(x.ndim > 1 ? all.slice(1) : all, { keepDims: true })
    .sqrt()
}

/**
 * A constraint: the weights of each unit are scaled to a norm of `limit` at most.
 *
 * @see Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html
 * @example new SGD(model.namedParameters(), { groups: [{ match: /weight$/, constrain: maxNorm(3) }] })
 */
export function maxNorm(limit: number): (value: Tensor) => Tensor {
  expectAtLeast('limit', limit, 0)
  return (value) => {
    const norm = unitNorm(value)
    return norm.greater(limit).where(value.mul(norm.reciprocal().mul(limit)), value)
  }
}
