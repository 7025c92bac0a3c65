/** Losses of scores that should differ by a margin. */

import { expectOptions } from '../base/argument.ts'
import { dtypes } from '../base/dtype.ts'
import { DTypeError, IndexError, ValueError } from '../base/error.ts'
import { at } from '../base/shape.ts'
import { showAny } from '../base/show.ts'
import { checkKnown } from './known.ts'
import type { ClassLossOptions } from './loss-classes.ts'
import { expectLabels, findKnown, hits, orNaN } from './loss-labels.ts'
import {
  asFloat,
  expectAxes,
  expectSetting,
  expectShape,
  floats,
  type LossOptions,
  pair,
  type Reduced,
  type Reduction,
  reduced,
} from './loss-terms.ts'
import { nodeOf } from './nodes.ts'
import { Tensor } from './tensor.ts'

export interface MarginOptions<R extends Reduction> extends LossOptions<R> {
  /** How far apart is far enough. */
  readonly margin?: number
}

export interface HingeOptions<R extends Reduction> extends MarginOptions<R> {
  /** Square the losses, which makes them smooth; off by default. */
  readonly squared?: boolean
}

/**
 * Hinge loss of a yes or no: `max(0, margin − y · x)` for targets y of 1 and −1. The margin is 1 by default.
 *
 * @shape two equal shapes → [], or their shape without reduction
 * @throws ShapeError when the shapes differ
 * @see Cortes & Vapnik 1995, https://doi.org/10.1007/BF00994018
 */
export function hingeLoss<R extends Reduction = 'mean'>(
  input: Tensor,
  target: Tensor,
  options: HingeOptions<R> = {},
): Reduced<R> {
  const op = 'hingeLoss'
  const [x, y] = pair(op, input, target)
  const { margin = 1, squared = false } = expectOptions(op, options)
  expectSetting(op, 'margin', margin, 'any')
  const losses = x.mul(y).neg().add(margin).relu()
  return reduced(op, squared ? losses.square() : losses, options)
}

/**
 * Hinge loss of class ids: `max(0, margin − x[y] + max over j ≠ y of x[j])`. The margin is 1 by default.
 *
 * @shape input [N, C], target [N] → [], or [N] without reduction
 * @dtype target of any integer dtype
 * @throws ShapeError when they do not fit, IndexError for a known label outside 0 … C − 1
 * @see Crammer & Singer 2001, https://www.jmlr.org/papers/v2/crammer01a.html
 */
export function multiClassHingeLoss<R extends Reduction = 'mean'>(
  input: Tensor,
  target: Tensor,
  options: MarginOptions<R> = {},
): Reduced<R> {
  const op = 'multiClassHingeLoss'
  const x = asFloat(op, input)
  const labels = expectLabels(op, x, target)
  const { margin = 1 } = expectOptions(op, options)
  expectSetting(op, 'margin', margin, 'any')
  const isHit = hits(x, labels.ids)
  const own = orNaN(isHit.where(x, 0), labels).sum(1)
  // With one class there is no other, and nothing to lose.
  const rest = isHit.where(Number.NEGATIVE_INFINITY, x)
  const other = labels.classes === 0 ? own : rest.max(1)
  return reduced(op, other.sub(own).add(margin).relu(), options)
}

export interface MultiMarginOptions<R extends Reduction> extends ClassLossOptions<R> {
  /** How far apart is far enough; 1 by default. */
  readonly margin?: number
  /** Power of what is missing: 1, as by default, or 2. */
  readonly p?: 1 | 2
}

/**
 * Hinge loss of class ids against every other class: `Σ over j ≠ y of max(0, margin − x[y] + x[j])ᵖ / C`,
 * times the weight of y.
 *
 * @shape input [N, C], target [N] → [], or [N] without reduction
 * @dtype target of any integer dtype
 * @throws ShapeError when they do not fit, IndexError for a known label outside 0 … C − 1
 */
export function multiMarginLoss<R extends Reduction = 'mean'>(
  input: Tensor,
  target: Tensor,
  options: MultiMarginOptions<R> = {},
): Reduced<R> {
  const op = 'multiMarginLoss'
  const x = asFloat(op, input)
  const labels = expectLabels(op, x, target)
  const { margin = 1, p = 1, weight } = expectOptions(op, options)
  expectSetting(op, 'margin', margin, 'any')
  if (p !== 1 && p !== 2) throw new ValueError('loss.power', { op, got: showAny(p) })
  const isHit = hits(x, labels.ids)
  const own = isHit.where(x, 0).sum(1, { keepDims: true })
  const gap = x.sub(own).add(margin).clampMin(0)
  const terms = orNaN(isHit.where(0, p === 1 ? gap : gap.square()), labels)
  const losses = terms.mean(1)
  if (weight === undefined) return reduced(op, losses, options)
  const w = asFloat(op, weight, x.dtype)
  expectShape(op, 'weight', w, [labels.classes])
  const rest = x.node.shape.slice(2).map(() => 1)
  const factor = isHit.where(w.reshape([1, labels.classes, ...rest]), 0).sum(1)
  return reduced(op, losses.mul(factor), options)
}

/**
 * Hinge loss of several class ids for each row, against every class that is none of them:
 * `Σ over targets j, others i of max(0, 1 − x[j] + x[i]) / C`.
 *
 * The ids of a row end before its first −1.
 *
 * @shape input and target [..., C] → [], or [...] without reduction
 * @dtype target int32
 * @throws ShapeError when the shapes differ, IndexError for a known label outside −1 … C − 1
 */
export function multiLabelMarginLoss<R extends Reduction = 'mean'>(
  input: Tensor,
  target: Tensor,
  options: LossOptions<R> = {},
): Reduced<R> {
  const op = 'multiLabelMarginLoss'
  const x = asFloat(op, input)
  expectAxes(op, x, 1, '[..., C]')
  const node = nodeOf(op, target)
  if (dtypes[node.dtype].kind !== 'int') {
    throw new DTypeError('labels.dtype', { op, dtype: node.dtype })
  }
  const ids = new Tensor(node).cast('int32')
  expectShape(op, 'target', ids, x.node.shape)
  const classes = at(x.node.shape, -1)
  checkKnown(node, (data) => {
    const { row, label } = findKnown(data, (each) => each < -1 || each >= classes)
    if (row < 0) return
    throw new IndexError('labels.range', { op, label, row, last: classes - 1, classes })
  })
  const isListed = ids.less(0).cast('int32').cumsum(-1).equal(0)
  // [..., place in the list, class]
  const own = ids.unsqueeze(-1)
  const spread = x.unsqueeze(-2)
  const places = spread.positionsOver([-1])
  const isOwn = places.equal(own).logicalAnd(isListed.unsqueeze(-1))
  const isTarget = isOwn.cast('int32').sum(-2, { keepDims: true }).greater(0)
  const score = isOwn.where(spread, 0).sum(-1, { keepDims: true })
  const counts = isListed.unsqueeze(-1).logicalAnd(isTarget.not())
  const terms = counts.where(spread.sub(score).add(1).clampMin(0), 0)
  return reduced(op, terms.sum([-2, -1]).div(classes), options)
}

/**
 * Logistic loss of a yes or no: `log(1 + e^(−y · x))` for targets y of 1 and −1.
 *
 * @shape two equal shapes → [], or their shape without reduction
 * @throws ShapeError when the shapes differ
 */
export function softMarginLoss<R extends Reduction = 'mean'>(
  input: Tensor,
  target: Tensor,
  options: LossOptions<R> = {},
): Reduced<R> {
  const [x, y] = pair('softMarginLoss', input, target)
  return reduced('softMarginLoss', x.mul(y).neg().softplus(), options)
}

/**
 * Of distances: `x` where the target is 1, `max(0, margin − x)` where it is −1. The margin is 1 by default.
 *
 * @shape two equal shapes → [], or their shape without reduction
 * @throws ShapeError when the shapes differ
 */
export function hingeEmbeddingLoss<R extends Reduction = 'mean'>(
  input: Tensor,
  target: Tensor,
  options: MarginOptions<R> = {},
): Reduced<R> {
  const op = 'hingeEmbeddingLoss'
  const [x, y] = pair(op, input, target)
  const { margin = 1 } = expectOptions(op, options)
  expectSetting(op, 'margin', margin, 'any')
  const far = y.equal(1).where(0, x.neg().add(margin).clampMin(0))
  return reduced(op, far.add(y.equal(-1).where(0, x)), options)
}

/**
 * Of two rankings: `max(0, margin − y · (a − b))`, so that a is above b where y is 1, and below where it
 * is −1. The margin is 0 by default.
 *
 * @shape three equal shapes → [], or their shape without reduction
 * @throws ShapeError when the shapes differ
 */
export function marginRankingLoss<R extends Reduction = 'mean'>(
  first: Tensor,
  second: Tensor,
  target: Tensor,
  options: MarginOptions<R> = {},
): Reduced<R> {
  const op = 'marginRankingLoss'
  const [a, b] = pair(op, first, second)
  const [gap, y] = floats(op, a.sub(b), target)
  expectShape(op, 'target', y, gap.node.shape)
  const { margin = 0 } = expectOptions(op, options)
  expectSetting(op, 'margin', margin, 'any')
  return reduced(op, gap.mul(y).neg().add(margin).clampMin(0), options)
}
