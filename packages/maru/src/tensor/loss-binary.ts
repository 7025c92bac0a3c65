/** Losses of yes or no at every element: cross entropy, focal, Dice. */
import { expectOptions } from '../base/argument.ts'
import {
  expectAxes,
  expectSetting,
  type LossOptions,
  pair,
  type Reduced,
  type Reduction,
  reduced,
  type WeightedLossOptions,
  weighted,
  within,
} from './loss-terms.ts'
import type { Tensor } from './tensor.ts'

/** Logarithms are not taken to lie below this, so that a sure mistake is a finite one. */
const LEAST_LOG = -100

/**
 * Cross entropy of probabilities: `−y · log p − (1 − y) · log(1 − p)`, each logarithm at least −100.
 *
 * From logits, `binaryCrossEntropyWithLogits` is more accurate and has a gradient everywhere.
 *
 * @shape two equal shapes → [], or their shape without reduction
 * @throws ShapeError when the shapes differ
 */
export function binaryCrossEntropy<R extends Reduction = 'mean'>(
  input: Tensor,
  target: Tensor,
  options: WeightedLossOptions<R> = {},
): Reduced<R> {
  const op = 'binaryCrossEntropy'
  const [p, y] = pair(op, input, target)
  expectOptions(op, options)
  const yes = y.mul(p.log().clampMin(LEAST_LOG))
  const no = y.neg().add(1).mul(p.neg().log1p().clampMin(LEAST_LOG))
  return reduced(op, weighted(op, yes.add(no).neg(), options), options)
}

export interface LogitsOptions<R extends Reduction> extends WeightedLossOptions<R> {
  /** Factor of the loss of what should be yes; above 1 it favours recall. Broadcasts to the losses. */
  readonly posWeight?: Tensor
}

/**
 * Cross entropy of logits: `y · log(1 + e⁻ˣ) + (1 − y) · log(1 + eˣ)`, without overflow or cancellation.
 *
 * @shape two equal shapes → [], or their shape without reduction
 * @throws ShapeError when the shapes differ
 */
export function binaryCrossEntropyWithLogits<R extends Reduction = 'mean'>(
  input: Tensor,
  target: Tensor,
  options: LogitsOptions<R> = {},
): Reduced<R> {
  const op = 'binaryCrossEntropyWithLogits'
  const [x, y] = pair(op, input, target)
  const { posWeight } = expectOptions(op, options)
  const yes = posWeight === undefined ? y : y.mul(within(op, posWeight, y))
  return reduced(op, weighted(op, bernoulli(x, y, yes), options), options)
}

/** Negative log likelihood of y under logits x; `yes` is y, or a weighted one. */
function bernoulli(x: Tensor, y: Tensor, yes = y): Tensor {
  return yes.mul(x.neg().softplus()).add(y.neg().add(1).mul(x.softplus()))
}

/**
 * Cross entropy of logits for several labels at once: for each row, the mean over its classes.
 *
 * @shape input and target [..., C] → [], or [...] without reduction; weight broadcasts to [..., C]
 * @throws ShapeError when the shapes differ or have no axis
 */
export function multiLabelSoftMarginLoss<R extends Reduction = 'mean'>(
  input: Tensor,
  target: Tensor,
  options: WeightedLossOptions<R> = {},
): Reduced<R> {
  const op = 'multiLabelSoftMarginLoss'
  const [x, y] = pair(op, input, target)
  expectAxes(op, x, 1, '[..., C]')
  expectOptions(op, options)
  return reduced(op, weighted(op, bernoulli(x, y), options).mean(-1), options)
}

export interface FocalOptions<R extends Reduction> extends LossOptions<R> {
  /** Weight of what should be yes, 0 … 1; 0.25 by default. No weights where it is `null`. */
  readonly alpha?: number | null
  /** How much what is right already loses in weight; 2 by default, 0 for cross entropy. */
  readonly gamma?: number
}

/**
 * Cross entropy of logits with less weight on what is right already:
 * `−α · (1 − p)^γ · log p`, p the probability given to what should be.
 *
 * @shape two equal shapes → [], or their shape without reduction
 * @throws ShapeError when the shapes differ, ValueError unless 0 ≤ α ≤ 1 and γ ≥ 0
 * @see Lin and others 2017, https://arxiv.org/abs/1708.02002
 */
export function focalLoss<R extends Reduction = 'mean'>(
  input: Tensor,
  target: Tensor,
  options: FocalOptions<R> = {},
): Reduced<R> {
  const op = 'focalLoss'
  const [x, y] = pair(op, input, target)
  const { alpha = 0.25, gamma = 2 } = expectOptions(op, options)
  expectSetting(op, 'gamma', gamma, '≥ 0')
  const no = y.neg().add(1)
  // 1 − p itself, since the difference would cancel.
  const missing = y.mul(x.neg().sigmoid()).add(no.mul(x.sigmoid()))
  const losses = bernoulli(x, y).mul(missing.pow(gamma))
  if (alpha === null) return reduced(op, losses, options)
  const share = expectSetting(op, 'alpha', alpha, '0 … 1')
  return reduced(op, losses.mul(y.mul(share).add(no.mul(1 - share))), options)
}

export interface DiceOptions<R extends Reduction> extends LossOptions<R> {
  /** Added above and below the line, so that nothing found where nothing is counts as right; 1 by default. */
  readonly smooth?: number
}

/**
 * How little two masks overlap: `1 − (2 Σ p·y + s) / (Σ p² + Σ y² + s)` for each example and channel.
 *
 * @shape probabilities and targets [N, C, ...], sums over what follows C → [], or [N, C] without reduction
 * @throws ShapeError when the shapes differ or have fewer than three axes
 * @see Milletari, Navab & Ahmadi 2016, https://arxiv.org/abs/1606.04797
 */
export function diceLoss<R extends Reduction = 'mean'>(
  input: Tensor,
  target: Tensor,
  options: DiceOptions<R> = {},
): Reduced<R> {
  const op = 'diceLoss'
  const [p, y] = pair(op, input, target)
  expectAxes(op, p, 3, '[N, C, ...]')
  const { smooth = 1 } = expectOptions(op, options)
  expectSetting(op, 'smooth', smooth, '≥ 0')
  const axes = p.node.shape.map((_, axis) => axis).slice(2)
  const total = (each: Tensor): Tensor => each.sum(axes)
  const shared = total(p.mul(y)).mul(2).add(smooth)
  const both = total(p.square().add(y.square())).add(smooth)
  return reduced(op, shared.div(both).neg().add(1), options)
}
