/** Losses of scores for classes: cross entropy and its relatives. */
import { expectOptions } from '../base/argument.ts'
import { isFloat } from '../base/dtype.ts'
import { ShapeError, ValueError } from '../base/error.ts'
import { at, expectInteger, sameShape, sizeOf } from '../base/shape.ts'
import type { Shape } from '../base/types/dim.ts'
import type { CrossEntropy } from '../base/types/shape.ts'
import type { Node } from '../graph/node.ts'
import { expectLabels, hits, type Labels, orNaN } from './loss-labels.ts'
import {
  asFloat,
  expectReduction,
  expectSetting,
  expectShape,
  flagsFor,
  floats,
  type LossOptions,
  type Reduced,
  type Reduction,
  reduced,
} from './loss-terms.ts'
import { nodeOf } from './nodes.ts'
import type { Tensor } from './tensor.ts'
import type { Arg } from './typing.ts'

export interface ClassLossOptions<R extends Reduction> extends LossOptions<R> {
  /** A factor for each class; a mean is then one with these weights. @shape [C] */
  readonly weight?: Tensor
}

export interface NllOptions<R extends Reduction> extends ClassLossOptions<R> {
  /** A label that stands for none: its place adds nothing, to the count of a mean neither. */
  readonly ignoreIndex?: number
}

export interface CrossEntropyOptions<R extends Reduction> extends NllOptions<R> {
  /** Part of the probability that is spread evenly over all classes, 0 … 1; 0 by default. */
  readonly labelSmoothing?: number
}

/**
 * Cross entropy of class ids, or of probabilities for each class, under logits.
 *
 *     −1/N · Σₙ log softmax(logits[n])[labels[n]]
 *     −1/N · Σₙ Σ꜀ target[n, c] · log softmax(logits[n])[c]
 *
 * Takes logits, not probabilities: a softmax before it is a mistake, and is reported as one.
 * Under a class weight the mean over ids is weighted; where every id is ignored it is NaN.
 *
 * @shape logits [N, C, ...], labels [N, ...] or probabilities [N, C, ...] → [], or [N, ...] without reduction
 * @dtype logits float, labels of any integer dtype, probabilities float; halves give float32
 * @throws ShapeError for one-hot integers or unequal rows, IndexError for a label outside 0 … C − 1
 *   (labels that are themselves computed make the loss NaN instead), ValueError for a mean over no rows
 * @see Szegedy and others 2015, https://arxiv.org/abs/1512.00567 (label smoothing)
 * @example crossEntropy(logits, labels, { labelSmoothing: 0.1, ignoreIndex: -100 })
 */
export function crossEntropy<L extends Shape, T extends Shape, const R extends Reduction = 'mean'>(
  logits: Tensor<L>,
  labels: Arg<CrossEntropy<L, T>, T>,
  options: CrossEntropyOptions<R> = {},
): Reduced<R> {
  return entropy(logits, labels as Tensor, options)
}

function entropy<R extends Reduction>(
  logits: Tensor,
  labels: Tensor,
  options: CrossEntropyOptions<R>,
): Reduced<R> {
  const op = 'crossEntropy'
  const { labelSmoothing = 0, ignoreIndex } = expectOptions(op, options)
  expectSetting(op, 'labelSmoothing', labelSmoothing, '0 … 1')
  const { shape } = nodeOf(op, logits)
  const target = nodeOf(op, labels)
  if (shape.length < 2) throw new ShapeError('labels.scores', { op, scores: shape })
  const isSoft = isFloat(target.dtype) && sameShape(target.shape, shape)
  const known = isSoft ? undefined : expectLabels(op, logits, labels, ignored(op, ignoreIndex))
  if (isSoft && ignoreIndex !== undefined) throw new ValueError('crossEntropy.ignored', {})
  if (expectReduction(op, options) === 'mean' && sizeOf(shape.toSpliced(1, 1)) === 0) {
    throw new ValueError('labels.empty', { op, scores: shape })
  }
  if (isSoftmax(logits.node)) throw new ValueError('crossEntropy.softmax', {})
  if (known) return nll(op, asFloat(op, logits).logSoftmax(1), known, options, labelSmoothing)
  const [x, given] = floats(op, logits, labels)
  const spread = labelSmoothing / Math.max(1, at(shape, 1))
  const wanted = labelSmoothing === 0 ? given : given.mul(1 - labelSmoothing).add(spread)
  const terms = byClass(op, x.logSoftmax(1).neg(), options).mul(wanted)
  return reduced(op, terms.sum(1), options)
}

/** Whether a node divides an exponential by its own sum: a softmax that came too early. */
function isSoftmax({ op, inputs: [raised, total] }: Node): boolean {
  if (op.name === 'cast' && raised) return isSoftmax(raised)
  if (op.trait !== 'elementwise' || !raised || !total) return false
  const source = total.inputs[0]
  return op.name === 'div' && raised.op.name === 'exp' && source?.inputs[0] === raised
}

/**
 * Negative log likelihood of class ids: `−logProbs[n, labels[n]]`, times the weight of the class.
 *
 * @shape logProbs [N, C, ...], labels [N, ...] → [], or [N, ...] without reduction
 * @dtype logProbs float, labels of any integer dtype
 * @throws ShapeError when they do not fit, IndexError for a known label outside 0 … C − 1
 */
export function nllLoss<R extends Reduction = 'mean'>(
  logProbs: Tensor,
  labels: Tensor,
  options: NllOptions<R> = {},
): Reduced<R> {
  const op = 'nllLoss'
  const { ignoreIndex } = expectOptions(op, options)
  const x = asFloat(op, logProbs)
  return nll(op, x, expectLabels(op, x, labels, ignored(op, ignoreIndex)), options, 0)
}

function ignored(op: string, index: number | undefined): number | undefined {
  if (index !== undefined) expectInteger(op, 'ignoreIndex', index, Number.MIN_SAFE_INTEGER)
  return index
}

/** Terms `[N, C, ...]` times the weights of the classes. */
function byClass(op: string, terms: Tensor, { weight }: { readonly weight?: Tensor }): Tensor {
  return weight === undefined ? terms : terms.mul(classWeights(op, weight, terms))
}

/** A label that no class has. */
const NOWHERE = -1

/** Weights [C] laid along the second axis. */
function classWeights(op: string, weight: Tensor, terms: Tensor): Tensor {
  const { shape } = terms.node
  const w = asFloat(op, weight, terms.dtype)
  expectShape(op, 'weight', w, [at(shape, 1)])
  return w.reshape([1, at(shape, 1), ...shape.slice(2).map(() => 1)])
}

function nll<R extends Reduction>(
  op: string,
  logp: Tensor,
  labels: Labels,
  options: NllOptions<R>,
  smoothing: number,
): Reduced<R> {
  const { weight, ignoreIndex, mask } = options
  const { ids, classes } = labels
  const isLabel = ignoreIndex === undefined ? undefined : ids.notEqual(ignoreIndex)
  const isKept = mask === undefined ? undefined : flagsFor(op, mask, ids)
  const isCounted = isLabel && isKept ? isLabel.logicalAnd(isKept) : (isLabel ?? isKept)
  const isHit = hits(logp, isCounted ? isCounted.where(ids, NOWHERE) : ids)
  const terms = byClass(op, logp.neg(), options)
  const spread = isCounted ? isCounted.unsqueeze(1).where(terms, 0) : terms
  const single = isHit.where(terms, 0)
  const smooth =
    smoothing === 0
      ? single
      : single.mul(1 - smoothing).add(spread.mul(smoothing / Math.max(1, classes)))
  const unmasked = orNaN(smooth, labels, ignoreIndex)
  const parts = isKept ? isKept.unsqueeze(1).where(unmasked, 0) : unmasked
  const reduction = expectReduction(op, options)
  if (reduction === 'none') return parts.sum(1) as Reduced<R>
  const total = parts.sum()
  if (reduction === 'sum') return total as Reduced<R>
  const counts = weight ? isHit.where(classWeights(op, weight, logp), 0) : isCounted
  const count = counts ? counts.cast(logp.dtype).sum() : ids.size
  return total.div(count) as Reduced<R>
}
