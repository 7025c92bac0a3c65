/** Losses: functions from predictions and targets to a number. */
import { dtypes, isHalf } from '../base/dtype.ts'
import { DTypeError, IndexError, ShapeError, ValueError } from '../base/error.ts'
import { at, sameShape } from '../base/shape.ts'
import type { Shape } from '../base/types/dim.ts'
import type { CrossEntropy } from '../base/types/shape.ts'
import type { Data } from '../graph/data.ts'
import type { Node } from '../graph/node.ts'
import { checkKnown } from './known.ts'
import { nodeOf } from './nodes.ts'
import type { Tensor } from './tensor.ts'
import type { Arg } from './typing.ts'

/**
 * Cross entropy of class ids under logits, averaged over rows.
 *
 *     −1/N · Σₙ log softmax(logits[n])[labels[n]]
 *
 * Takes logits, not probabilities: a softmax before it is a mistake, and is reported as one.
 *
 * @shape logits [N, C], labels [N] → []
 * @dtype logits float, labels of any integer dtype
 * @throws ShapeError for one-hot labels or unequal rows, IndexError for a label outside 0 … C − 1
 *   (labels that are themselves computed make the loss NaN instead)
 */
export function crossEntropy<L extends Shape, T extends Shape>(
  logits: Tensor<L>,
  labels: Arg<CrossEntropy<L, T>, T>,
): Tensor<[]> {
  return rowEntropy(logits, labels as Tensor)
}

function rowEntropy(logits: Tensor, labels: Tensor): Tensor<[]> {
  const [a, b] = [nodeOf('crossEntropy', logits).shape, nodeOf('crossEntropy', labels).shape]
  if (a.length !== 2) throw new ShapeError('crossEntropy.logits', { logits: a })
  if (sameShape(a, b)) throw new ShapeError('crossEntropy.oneHot', { logits: a, labels: b })
  if (b.length !== 1) throw new ShapeError('crossEntropy.labels', { labels: b })
  if (at(a, 0) !== at(b, 0)) {
    throw new ShapeError('crossEntropy.rows', {
      rows: at(a, 0),
      count: at(b, 0),
      logits: a,
      labels: b,
    })
  }
  if (dtypes[labels.dtype].kind !== 'int') {
    throw new DTypeError('crossEntropy.dtype', { dtype: labels.dtype })
  }
  if (at(a, 0) === 0) throw new ValueError('crossEntropy.empty', { logits: a })
  if (isSoftmax(logits.node)) throw new ValueError('crossEntropy.softmax', {})
  if (isHalf(logits.dtype)) return rowEntropy(logits.cast('float32'), labels).cast(logits.dtype)
  const classes = at(a, 1)
  const checked = checkKnown(labels.node, (data) => expectClasses(data, classes))
  const logp = logits.logSoftmax(1)
  const ids = labels.cast('int32')
  const hit = logp.positionsOver([1]).equal(ids.unsqueeze(1))
  const sum = hit.where(logp, 0).sum()
  if (checked) return sum.div(-at(a, 0))
  // Computed labels cannot be refused here: one outside the classes makes the loss NaN.
  const outside = ids.less(0).maximum(ids.greaterEqual(classes)).cast('int32').sum()
  return outside.equal(0).where(sum, Number.NaN).div(-at(a, 0))
}

/** Whether a node divides an exponential by its own sum: a softmax that came too early. */
function isSoftmax({ op, inputs: [raised, total] }: Node): boolean {
  if (op.name === 'cast' && raised) return isSoftmax(raised)
  if (op.trait !== 'elementwise' || !raised || !total) return false
  const source = total.inputs[0]
  return op.name === 'div' && raised.op.name === 'exp' && source?.inputs[0] === raised
}

function expectClasses({ host, due }: Data, classes: number): void {
  if (!host || due !== undefined) return
  // Bigints compare with numbers.
  const outside = (label: number | bigint): boolean => label < 0 || label >= classes
  const row = Array.prototype.findIndex.call(host, outside)
  if (row >= 0) {
    throw new IndexError('crossEntropy.range', {
      label: String(host[row] ?? 0),
      row,
      last: classes - 1,
      classes,
    })
  }
}

/**
 * Mean squared error, `mean((a − b)²)`.
 *
 * @shape two equal shapes → []
 * @throws ShapeError when the shapes differ, even if they would broadcast
 */
export function mseLoss(prediction: Tensor, target: Tensor): Tensor<[]> {
  const [a, b] = [nodeOf('mseLoss', prediction).shape, nodeOf('mseLoss', target).shape]
  if (!sameShape(a, b)) throw new ShapeError('loss.broadcast', { op: 'mseLoss', a, b })
  const difference = prediction.sub(target)
  if (!isHalf(difference.dtype)) return difference.square().mean() as Tensor<[]>
  return difference.cast('float32').square().mean().cast(difference.dtype) as Tensor<[]>
}
