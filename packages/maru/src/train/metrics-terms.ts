/** What metrics share: their form, and batches read from the device. */
import { ShapeError, ValueError } from '../base/error.ts'
import { at, sameShape } from '../base/shape.ts'
import type { Tensor } from '../tensor/tensor.ts'

/**
 * A number, or several, about all predictions since the last reset.
 *
 * Batches of any sizes in any division give the same, up to the rounding of float64 sums.
 *
 * @example
 * const accuracy = new Accuracy()
 * for (const { inputs, labels } of loader) await accuracy.update(model.call(inputs), labels)
 * accuracy.compute()
 */
export abstract class Metric<R> {
  /** Takes in a batch: reads both from the device. */
  abstract update(predictions: Tensor, targets: Tensor): Promise<void>
  /** Of what was taken in so far; NaN of nothing. */
  abstract compute(): R
  /** Forgets all batches. */
  abstract reset(): void
}

/** A batch of scores for classes. */
export interface ClassBatch {
  /** Scores, row by row. */
  readonly scores: Float64Array
  readonly labels: Float64Array
  readonly classes: number
}

/** Scores `[N, C]` with class ids `[N]`, or any axes before C. */
export async function classBatch(
  op: string,
  predictions: Tensor,
  targets: Tensor,
  ignored?: number,
): Promise<ClassBatch> {
  const { shape } = predictions.node
  if (shape.length < 2 || !sameShape(shape.slice(0, -1), targets.node.shape)) {
    throw mismatch(op, predictions, targets, '[..., C], [...]')
  }
  const [scores, labels] = [await numbers(predictions), await numbers(targets)]
  const classes = at(shape, -1)
  expectLabels(op, labels, classes, ignored)
  return { scores, labels, classes }
}

/** Throws unless all labels are classes, or the one that stands for none. */
export function expectLabels(
  op: string,
  labels: Float64Array,
  classes: number,
  ignored?: number,
): void {
  for (const label of labels) {
    const isClass = Number.isInteger(label) && label >= 0 && label < classes
    if (!isClass && label !== ignored) throw new ValueError('metric.label', { op, label, classes })
  }
}

/** Two arrays of one shape. */
export async function pairBatch(
  op: string,
  predictions: Tensor,
  targets: Tensor,
): Promise<readonly [Float64Array, Float64Array]> {
  if (!sameShape(predictions.node.shape, targets.node.shape)) {
    throw mismatch(op, predictions, targets, '[...], [...]')
  }
  return [await numbers(predictions), await numbers(targets)]
}

/** The elements of any dtype as numbers. */
async function numbers(values: Tensor): Promise<Float64Array> {
  return Float64Array.from(await values.data(), Number)
}

function mismatch(op: string, a: Tensor, b: Tensor, wanted: string): ShapeError {
  const [predictions, targets] = [a.node.shape, b.node.shape]
  return new ShapeError('metric.shape', { op, predictions, targets, wanted })
}

/** Position of the first largest number in a row; NaN is largest, as in `argmax`. */
export function argmax(row: Float64Array): number {
  let best = 0
  for (const [i, value] of row.entries()) {
    if (Number.isNaN(value)) return i
    if (value > (row[best] ?? 0)) best = i
  }
  return best
}
