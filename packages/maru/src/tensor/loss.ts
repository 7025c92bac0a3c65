/** Losses: functions from predictions and targets to a number. */
import { dtypes } from '../base/dtype.ts'
import { DTypeError, IndexError, ShapeError, ValueError } from '../base/error.ts'
import { at, sameShape } from '../base/shape.ts'
import type { Shape } from '../base/types/dim.ts'
import type { CrossEntropy } from '../base/types/shape.ts'
import type { Data } from '../graph/data.ts'
import type { Node } from '../graph/node.ts'
import { beforeRun, tracing } from '../runtime/trace.ts'
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
 * @dtype logits float, labels int32 or uint8
 * @throws ShapeError for one-hot labels or unequal rows, IndexError for a label outside 0 … C − 1
 */
export function crossEntropy<L extends Shape, T extends Shape>(
  logits: Tensor<L>,
  labels: Arg<CrossEntropy<L, T>, T>,
): Tensor<[]> {
  return rowEntropy(logits, labels as Tensor)
}

function rowEntropy(logits: Tensor, labels: Tensor): Tensor<[]> {
  const [a, b] = [logits.node.shape, labels.node.shape]
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
  checkLabels(labels.node, at(a, 1))
  const logp = logits.logSoftmax(1)
  const hit = logp.positionsOver([1]).equal(labels.cast('int32').unsqueeze(1))
  return hit.where(logp, 0).sum().div(-at(a, 0))
}

/** Whether a node divides an exponential by its own sum: a softmax that came too early. */
function isSoftmax({ op, inputs: [raised, total] }: Node): boolean {
  if (op.trait !== 'elementwise' || !raised || !total) return false
  const source = total.inputs[0]
  return op.name === 'div' && raised.op.name === 'exp' && source?.inputs[0] === raised
}

/** Labels that lie on the host are checked now, and those of a compiled function at every call. */
function checkLabels(node: Node, classes: number): void {
  const { leaf } = node
  if (leaf?.kind === 'data') expectClasses(leaf.data, classes)
  if (leaf?.kind !== 'input' || !tracing()) return
  const { index } = leaf
  beforeRun((args) => {
    const data = args[index]
    if (data) expectClasses(data, classes)
  })
}

function expectClasses({ host }: Data, classes: number): void {
  if (!host) return
  const row = host.findIndex((label: number) => label < 0 || label >= classes)
  if (row >= 0) {
    throw new IndexError('crossEntropy.range', {
      label: host[row] ?? 0,
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
  const [a, b] = [prediction.node.shape, target.node.shape]
  if (!sameShape(a, b)) throw new ShapeError('loss.broadcast', { op: 'mseLoss', a, b })
  return prediction.sub(target).square().mean() as Tensor<[]>
}
