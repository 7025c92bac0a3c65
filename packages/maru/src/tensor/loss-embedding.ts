/** Losses of representations: what belongs together should lie together. */
import { expectOptions } from '../base/argument.ts'
import { ValueError } from '../base/error.ts'
import { at } from '../base/shape.ts'
import type { MarginOptions } from './loss-margin.ts'
import {
  asFloat,
  expectAxes,
  expectSetting,
  expectShape,
  type LossOptions,
  pair,
  type Reduced,
  type Reduction,
  reduced,
} from './loss-terms.ts'
import type { Tensor } from './tensor.ts'

/** Added to squared lengths, so that a vector of zeros has a direction's gradient. */
const EPSILON = 1e-12

/**
 * Of pairs: `1 − cos(a, b)` where the target is 1, `max(0, cos(a, b) − margin)` where it is −1. The
 * margin is 0 by default.
 *
 * @shape a and b [..., D], target [...] → [], or [...] without reduction
 * @throws ShapeError when the shapes do not fit
 */
export function cosineEmbeddingLoss<R extends Reduction = 'mean'>(
  first: Tensor,
  second: Tensor,
  target: Tensor,
  options: MarginOptions<R> = {},
): Reduced<R> {
  const op = 'cosineEmbeddingLoss'
  const [a, b] = pair(op, first, second)
  expectAxes(op, a, 1, '[..., D]')
  const { margin = 0 } = expectOptions(op, options)
  expectSetting(op, 'margin', margin, 'any')
  const y = asFloat(op, target, a.dtype)
  expectShape(op, 'target', y, a.node.shape.slice(0, -1))
  const length = (x: Tensor): Tensor => x.square().sum(-1).add(EPSILON).sqrt()
  const cosine = a
    .mul(b)
    .sum(-1)
    .div(length(a).mul(length(b)))
  const near = y.equal(1).where(cosine.neg().add(1), 0)
  return reduced(op, near.add(y.equal(-1).where(cosine.sub(margin).clampMin(0), 0)), options)
}

export interface TripletOptions<R extends Reduction> extends MarginOptions<R> {
  /** Which norm measures distance: 2, the usual length, by default; ∞ for the largest difference. */
  readonly p?: number
  /** Added to differences, so that equal vectors have a gradient; 1e-6 by default. */
  readonly eps?: number
  /** Measure the distance to the negative from the positive, too, and take the less. */
  readonly swap?: boolean
}

/**
 * Of triplets: `max(0, d(anchor, positive) − d(anchor, negative) + margin)`, with `d(a, b) = ‖a − b + ε‖ₚ`.
 * The margin is 1 by default.
 *
 * @shape three equal shapes [..., D] → [], or [...] without reduction
 * @throws ShapeError when the shapes differ or have no axis, ValueError unless p ≥ 1
 * @see Schroff, Kalenichenko & Philbin 2015, https://arxiv.org/abs/1503.03832; Balntas and others 2016, BMVC (swap)
 */
export function tripletMarginLoss<R extends Reduction = 'mean'>(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletOptions<R> = {},
): Reduced<R> {
  const op = 'tripletMarginLoss'
  const [a, b] = pair(op, anchor, positive)
  const [, c] = pair(op, a, negative)
  expectAxes(op, a, 1, '[..., D]')
  const { margin = 1, p = 2, eps = 1e-6, swap = false } = expectOptions(op, options)
  expectSetting(op, 'margin', margin, 'any')
  expectSetting(op, 'p', p, '≥ 1')
  expectSetting(op, 'eps', eps, '≥ 0')
  const distance = (x: Tensor, y: Tensor): Tensor => norm(x.sub(y).add(eps), p)
  const far = distance(a, c)
  const least = swap ? far.minimum(distance(b, c)) : far
  return reduced(op, distance(a, b).sub(least).add(margin).clampMin(0), options)
}

/** Length over the last axis. */
function norm(x: Tensor, p: number): Tensor {
  if (p === 1) return x.abs().sum(-1)
  if (p === 2) return x.square().sum(-1).sqrt()
  if (p !== Number.POSITIVE_INFINITY)
    return x
      .abs()
      .pow(p)
      .sum(-1)
      .pow(1 / p)
  return at(x.node.shape, -1) === 0 ? x.sum(-1) : x.abs().max(-1)
}

/**
 * Of pairs: `d² / 2` where the target is 1, `max(0, margin − d)² / 2` where it is 0, with d = ‖a − b‖.
 * The margin is 1 by default.
 *
 * @shape a and b [..., D], target [...] → [], or [...] without reduction
 * @throws ShapeError when the shapes do not fit
 * @see Hadsell, Chopra & LeCun 2006, https://doi.org/10.1109/CVPR.2006.100
 */
export function contrastiveLoss<R extends Reduction = 'mean'>(
  first: Tensor,
  second: Tensor,
  target: Tensor,
  options: MarginOptions<R> = {},
): Reduced<R> {
  const op = 'contrastiveLoss'
  const [a, b] = pair(op, first, second)
  expectAxes(op, a, 1, '[..., D]')
  const { margin = 1 } = expectOptions(op, options)
  expectSetting(op, 'margin', margin, 'any')
  const same = asFloat(op, target, a.dtype)
  expectShape(op, 'target', same, a.node.shape.slice(0, -1))
  const square = a.sub(b).square().sum(-1)
  // The root has no slope at 0.
  const isApart = square.greater(0)
  const distance = isApart.where(isApart.where(square, 1).sqrt(), 0)
  const missing = distance.neg().add(margin).clampMin(0).square()
  return reduced(op, same.mul(square).add(same.neg().add(1).mul(missing)).mul(0.5), options)
}

export interface InfoNceOptions<R extends Reduction> extends LossOptions<R> {
  /** What cosines are divided by; 0.07 by default. */
  readonly temperature?: number
  /** The mean of the losses of queries among keys and of keys among queries. */
  readonly symmetric?: boolean
}

/**
 * Of N pairs: the cross entropy of finding each query's key among all N by `cos(query, key) / τ`.
 *
 * @shape queries and keys [N, D] → [], or [N] without reduction
 * @throws ShapeError when the shapes differ or are not [N, D], ValueError unless τ > 0 and N > 0
 * @see van den Oord, Li & Vinyals 2018, https://arxiv.org/abs/1807.03748; Radford and others 2021, https://arxiv.org/abs/2103.00020 (symmetric)
 */
export function infoNceLoss<R extends Reduction = 'mean'>(
  queries: Tensor,
  keys: Tensor,
  options: InfoNceOptions<R> = {},
): Reduced<R> {
  const op = 'infoNceLoss'
  const [a, b] = pair(op, queries, keys)
  const { shape } = a.node
  const { temperature = 0.07, symmetric = false } = expectOptions(op, options)
  expectSetting(op, 'temperature', temperature, '> 0')
  expectAxes(op, a, 2, '[N, D]')
  if (shape.length > 2) expectShape(op, 'queries', a, shape.slice(-2))
  if (at(shape, 0) === 0) throw new ValueError('labels.empty', { op, scores: shape })
  const scores = unit(a).matmul(unit(b).transpose()).div(temperature)
  const isPair = scores.positionsOver([0]).equal(scores.positionsOver([1]))
  const found = (axis: number): Tensor => isPair.where(scores.logSoftmax(axis), 0).sum(axis).neg()
  return reduced(op, symmetric ? found(1).add(found(0)).mul(0.5) : found(1), options)
}

/** Rows of length 1. */
function unit(x: Tensor): Tensor {
  return x.mul(x.square().sum(-1, { keepDims: true }).add(EPSILON).rsqrt())
}
