/** Losses of predicted numbers: how far they lie from their targets. */
import { expectOptions } from '../base/argument.ts'
import {
  expectSetting,
  type LossOptions,
  pair,
  type Reduced,
  type Reduction,
  reduced,
} from './loss-terms.ts'
import type { Tensor } from './tensor.ts'

/**
 * Squared error, `(x − y)²`.
 *
 * @shape two equal shapes → [], or their shape without reduction
 * @throws ShapeError when the shapes differ, even if they would broadcast
 */
export function mseLoss<R extends Reduction = 'mean'>(
  input: Tensor,
  target: Tensor,
  options: LossOptions<R> = {},
): Reduced<R> {
  const [x, y] = pair('mseLoss', input, target)
  return reduced('mseLoss', x.sub(y).square(), options)
}

/**
 * Absolute error, `|x − y|`: its minimum is the median.
 *
 * @shape two equal shapes → [], or their shape without reduction
 * @throws ShapeError when the shapes differ
 */
export function l1Loss<R extends Reduction = 'mean'>(
  input: Tensor,
  target: Tensor,
  options: LossOptions<R> = {},
): Reduced<R> {
  const [x, y] = pair('l1Loss', input, target)
  return reduced('l1Loss', x.sub(y).abs(), options)
}

export interface SmoothL1Options<R extends Reduction> extends LossOptions<R> {
  /** Where the parabola becomes a line; 1 by default, 0 for `l1Loss`. */
  readonly beta?: number
}

/**
 * A parabola near 0 and a line beyond: `d² / 2β` for |d| < β, else `|d| − β/2`, with d = x − y.
 *
 * @shape two equal shapes → [], or their shape without reduction
 * @throws ShapeError when the shapes differ, ValueError for a negative β
 * @see Girshick 2015, https://arxiv.org/abs/1504.08083
 */
export function smoothL1Loss<R extends Reduction = 'mean'>(
  input: Tensor,
  target: Tensor,
  options: SmoothL1Options<R> = {},
): Reduced<R> {
  const [x, y] = pair('smoothL1Loss', input, target)
  const { beta = 1 } = expectOptions('smoothL1Loss', options)
  expectSetting('smoothL1Loss', 'beta', beta, '≥ 0')
  const d = x.sub(y)
  return reduced('smoothL1Loss', beta === 0 ? d.abs() : bent(d, beta).div(beta), options)
}

export interface HuberOptions<R extends Reduction> extends LossOptions<R> {
  /** Where the parabola becomes a line; 1 by default. */
  readonly delta?: number
}

/**
 * A parabola near 0 and a line beyond: `d² / 2` for |d| < δ, else `δ · (|d| − δ/2)`, with d = x − y.
 *
 * @shape two equal shapes → [], or their shape without reduction
 * @throws ShapeError when the shapes differ, ValueError unless δ > 0
 * @see Huber 1964, https://doi.org/10.1214/aoms/1177703732
 */
export function huberLoss<R extends Reduction = 'mean'>(
  input: Tensor,
  target: Tensor,
  options: HuberOptions<R> = {},
): Reduced<R> {
  const [x, y] = pair('huberLoss', input, target)
  const { delta = 1 } = expectOptions('huberLoss', options)
  expectSetting('huberLoss', 'delta', delta, '> 0')
  return reduced('huberLoss', bent(x.sub(y), delta), options)
}

/** Huber's function. With c = d limited to ±δ it is `c · (d − c/2)` on both sides, and finite slopes stay so. */
function bent(d: Tensor, delta: number): Tensor {
  const near = d.clamp(-delta, delta)
  return near.mul(d.sub(near.mul(0.5)))
}

/**
 * `log cosh(x − y)`: like `d²/2` near 0 and `|d| − log 2` far from it, smooth everywhere.
 *
 * @shape two equal shapes → [], or their shape without reduction
 * @throws ShapeError when the shapes differ
 */
export function logCoshLoss<R extends Reduction = 'mean'>(
  input: Tensor,
  target: Tensor,
  options: LossOptions<R> = {},
): Reduced<R> {
  const [x, y] = pair('logCoshLoss', input, target)
  const d = x.sub(y)
  const size = d.abs()
  const isNear = size.less(1)
  // Near 0 the difference of the far form would cancel: log cosh d = log(1 + sinh² d) / 2.
  const near = isNear.where(d, 0).sinh().square().log1p().mul(0.5)
  const far = size.add(size.mul(-2).exp().log1p()).sub(Math.LN2)
  return reduced('logCoshLoss', isNear.where(near, far), options)
}
