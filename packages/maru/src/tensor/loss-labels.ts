/** Class ids as losses take them: their shape, dtype and range. */
import { dtypes } from '../base/dtype.ts'
import { DTypeError, IndexError, ShapeError } from '../base/error.ts'
import { at, type Sizes, sameShape } from '../base/shape.ts'
import type { Data } from '../graph/data.ts'
import { checkKnown } from './known.ts'
import { nodeOf } from './nodes.ts'
import { Tensor } from './tensor.ts'

/** Labels that fit scores `[N, C, ...]`. */
export interface Labels {
  /** Class ids, int32 `[N, ...]`. */
  readonly ids: Tensor
  readonly classes: number
  /** Whether a label outside the classes is refused; where they are computed it cannot be. */
  readonly isChecked: boolean
}

/** Throws unless labels are class ids for scores; the label named `ignored` is none and allowed. */
export function expectLabels(
  op: string,
  scores: Tensor,
  labels: unknown,
  ignored?: number,
): Labels {
  const { shape } = scores.node
  const node = nodeOf(op, labels)
  if (shape.length < 2) throw new ShapeError('labels.scores', { op, scores: shape })
  const wanted = shape.toSpliced(1, 1)
  if (!sameShape(node.shape, wanted)) throw misplaced(op, shape, node.shape)
  if (dtypes[node.dtype].kind !== 'int')
    throw new DTypeError('labels.dtype', { op, dtype: node.dtype })
  const classes = at(shape, 1)
  const isChecked = checkKnown(node, (data) => expectClasses(op, data, classes, ignored))
  return { ids: new Tensor(node).cast('int32'), classes, isChecked }
}

function misplaced(op: string, scores: Sizes, labels: Sizes): ShapeError {
  if (sameShape(scores, labels)) return new ShapeError('labels.oneHot', { op, scores, labels })
  if (scores.length > 2) {
    return new ShapeError('labels.places', { op, scores, labels, wanted: scores.toSpliced(1, 1) })
  }
  if (labels.length !== 1) return new ShapeError('labels.shape', { op, labels })
  const [rows, count] = [at(scores, 0), at(labels, 0)]
  return new ShapeError('labels.rows', { op, rows, count, scores, labels })
}

function expectClasses(op: string, data: Data, classes: number, ignored?: number): void {
  const isOutside = (label: number): boolean => (label < 0 || label >= classes) && label !== ignored
  const { row, label } = findKnown(data, isOutside)
  if (row < 0) return
  throw new IndexError('labels.range', { op, label, row, last: classes - 1, classes })
}

/** The first of values on the host that is so; int64 is looked at as numbers. Row −1 where there is none. */
export function findKnown(
  { host, due }: Data,
  test: (value: number) => boolean,
): { readonly row: number; readonly label: number } {
  if (!host || due !== undefined) return { row: -1, label: 0 }
  const row = Array.prototype.findIndex.call(host, (each: number | bigint) => test(Number(each)))
  return { row, label: Number(host[row] ?? 0) }
}

/** Where the second axis stands at the label; nowhere for labels outside the classes. */
export function hits(scores: Tensor, ids: Tensor): Tensor {
  return scores.positionsOver([1]).equal(ids.unsqueeze(1))
}

/** Terms `[N, C, ...]` of the losses, NaN where the label is outside the classes and could not be refused. */
export function orNaN(terms: Tensor, labels: Labels, ignored?: number): Tensor {
  if (labels.isChecked) return terms
  const { ids, classes } = labels
  const isInside = ids.greaterEqual(0).logicalAnd(ids.less(classes))
  const isLabel = ignored === undefined ? isInside : isInside.logicalOr(ids.equal(ignored))
  return isLabel.unsqueeze(1).where(terms, Number.NaN)
}
