/** Negative log likelihoods and divergences of distributions. */
import { expectOptions } from '../base/argument.ts'
import { ShapeError } from '../base/error.ts'
import { at, type Sizes, sameShape } from '../base/shape.ts'
import {
  asFloat,
  expectAxes,
  expectReduction,
  expectSetting,
  expectShape,
  type LossOptions,
  pair,
  type Reduced,
  type Reduction,
  reduced,
} from './loss-terms.ts'
import type { Tensor } from './tensor.ts'

const HALF_LOG_TAU = 0.9189385332046727
const TAU = 6.283185307179586

export interface KlDivOptions {
  /** `mean` over all elements by default; `batchMean` divides the sum by the first axis, as the formula has it. */
  readonly reduction?: Reduction | 'batchMean'
  /** The target holds logarithms, too. */
  readonly logTarget?: boolean
  /** Which elements count, as in other losses. */
  readonly mask?: Tensor
}

/**
 * Kullback–Leibler divergence from log-probabilities to targets, `p · (log p − input)` for each element.
 *
 * Where p is 0 the loss is 0, whatever the input.
 *
 * @shape two equal shapes → [], or their shape without reduction
 * @throws ShapeError when the shapes differ
 */
export function klDiv(input: Tensor, target: Tensor, options: KlDivOptions = {}): Tensor {
  const op = 'klDiv'
  const [x, y] = pair(op, input, target)
  const { logTarget = false } = expectOptions(op, options)
  const reduction = expectReduction(op, options as LossOptions<Reduction>, ['batchMean'])
  const p = logTarget ? y.exp() : y
  const isNone = p.equal(0)
  const gap = (logTarget ? isNone.where(0, y) : isNone.where(1, y).log()).sub(isNone.where(0, x))
  const losses = p.mul(gap)
  const { mask } = options
  const masked = mask === undefined ? {} : { mask }
  if (options.reduction !== 'batchMean') return reduced(op, losses, { reduction, ...masked })
  expectAxes(op, x, 1, '[N, ...]')
  return reduced(op, losses, { reduction: 'sum', ...masked }).div(at(x.node.shape, 0))
}

export interface PoissonOptions<R extends Reduction> extends LossOptions<R> {
  /** The input is the logarithm of the rate, which it is by default. */
  readonly logInput?: boolean
  /** Add Stirling's approximation of log(y!) for y > 1; off by default, since it has no gradient. */
  readonly full?: boolean
  /** Added to a rate before its logarithm is taken; 1e-8 by default. */
  readonly eps?: number
}

/**
 * Negative log likelihood of counts: `eˣ − y · x` for the logarithm of the rate, else `x − y · log(x + ε)`.
 *
 * @shape two equal shapes → [], or their shape without reduction
 * @throws ShapeError when the shapes differ
 */
export function poissonNllLoss<R extends Reduction = 'mean'>(
  input: Tensor,
  target: Tensor,
  options: PoissonOptions<R> = {},
): Reduced<R> {
  const op = 'poissonNllLoss'
  const [x, y] = pair(op, input, target)
  const { logInput = true, full = false, eps = 1e-8 } = expectOptions(op, options)
  expectSetting(op, 'eps', eps, '≥ 0')
  const losses = logInput ? x.exp().sub(y.mul(x)) : x.sub(y.mul(x.add(eps).log()))
  return reduced(op, full ? losses.add(stirling(y)) : losses, options)
}

/** `log(y!)` by Stirling's formula for y > 1, else 0. */
function stirling(y: Tensor): Tensor {
  const isLarge = y.greater(1)
  const large = isLarge.where(y, 1)
  const value = large.mul(large.log()).sub(large).add(large.mul(TAU).log().mul(0.5))
  return isLarge.where(value, 0)
}

export interface GaussianOptions<R extends Reduction> extends LossOptions<R> {
  /** Add the constant `log(2π) / 2`; off by default. */
  readonly full?: boolean
  /** Least variance; smaller ones count as this, and keep their gradient. 1e-6 by default. */
  readonly eps?: number
}

/**
 * Negative log likelihood under a normal distribution: `(log σ² + (x − y)² / σ²) / 2`.
 *
 * @shape mean and target equal; variance the same, or with a last axis of 1 or none → [], or their shape without reduction
 * @throws ShapeError when the shapes do not fit, ValueError unless eps > 0
 * @see Nix & Weigend 1994, https://doi.org/10.1109/ICNN.1994.374138
 */
export function gaussianNllLoss<R extends Reduction = 'mean'>(
  mean: Tensor,
  target: Tensor,
  variance: Tensor,
  options: GaussianOptions<R> = {},
): Reduced<R> {
  const op = 'gaussianNllLoss'
  const [x, y] = pair(op, mean, target)
  const { full = false, eps = 1e-6 } = expectOptions(op, options)
  expectSetting(op, 'eps', eps, '> 0')
  const v = varianceLike(op, x.node.shape, asFloat(op, variance, x.dtype))
  const safe = v.less(eps).where(v.sub(v.stopGradient()).add(eps), v)
  const losses = safe.log().add(x.sub(y).square().div(safe)).mul(0.5)
  return reduced(op, full ? losses.add(HALF_LOG_TAU) : losses, options)
}

function varianceLike(op: string, shape: Sizes, variance: Tensor): Tensor {
  const own = variance.node.shape
  const lead = shape.slice(0, -1)
  if (sameShape(own, shape) || (shape.length > 0 && sameShape(own, [...lead, 1]))) return variance
  if (shape.length > 0 && sameShape(own, lead)) return variance.unsqueeze(-1)
  throw new ShapeError('loss.shape', { op, name: 'variance', got: own, wanted: shape })
}

/**
 * Negative log likelihood under a mixture of normal distributions, as mixture density networks predict them:
 * `−log Σₖ πₖ Πd N(y | μₖ, σₖ)` with π = softmax(logits) and σ = e^logScale.
 *
 * @shape logits [..., K], means [..., K, D], logScale [..., K] or [..., K, D], target [..., D] → [], or [...] without reduction
 * @throws ShapeError when the shapes do not fit
 * @see Bishop 1994, https://publications.aston.ac.uk/id/eprint/373/
 */
export function mixtureNllLoss<R extends Reduction = 'mean'>(
  logits: Tensor,
  means: Tensor,
  logScale: Tensor,
  target: Tensor,
  options: LossOptions<R> = {},
): Reduced<R> {
  const op = 'mixtureNllLoss'
  const m = asFloat(op, means)
  expectAxes(op, m, 2, '[..., K, D]')
  const { shape } = m.node
  const [w, y] = [asFloat(op, logits, m.dtype), asFloat(op, target, m.dtype)]
  expectShape(op, 'logits', w, shape.slice(0, -1))
  expectShape(op, 'target', y, shape.toSpliced(-2, 1))
  const given = asFloat(op, logScale, m.dtype)
  const isRound = sameShape(given.node.shape, w.node.shape)
  const s = isRound ? given.unsqueeze(-1) : given
  if (!isRound) expectShape(op, 'logScale', s, shape)
  const distance = y.unsqueeze(-2).sub(m).mul(s.neg().exp())
  const each = distance.square().mul(0.5).add(s).add(HALF_LOG_TAU).sum(-1)
  return reduced(op, w.logSoftmax(-1).sub(each).logSumExp(-1).neg(), options)
}

/**
 * Divergence of a normal distribution from the standard one, summed over the last axis:
 * `½ Σ (σ² + μ² − 1 − log σ²)`, the price of a latent code.
 *
 * @shape mean and logVariance [..., D] → [], or [...] without reduction
 * @throws ShapeError when the shapes differ or have no axis
 * @see Kingma & Welling 2013, https://arxiv.org/abs/1312.6114
 */
export function gaussianKlLoss<R extends Reduction = 'mean'>(
  mean: Tensor,
  logVariance: Tensor,
  options: LossOptions<R> = {},
): Reduced<R> {
  const op = 'gaussianKlLoss'
  const [m, v] = pair(op, mean, logVariance)
  expectAxes(op, m, 1, '[..., D]')
  return reduced(op, v.expm1().sub(v).add(m.square()).sum(-1).mul(0.5), options)
}
