/** What a classifier says, in words. */
import { expectOptions } from '../base/argument.ts'
import { ShapeError } from '../base/error.ts'
import { at, expectInteger } from '../base/shape.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** One class that a sample may be of. */
export interface Prediction {
  readonly label: string
  /** From 0 to 100; those of all classes add up to 100. */
  readonly percent: number
}

export interface PredictionOptions {
  /** How many classes are told of a sample, the most probable first; all of them by default. */
  readonly top?: number
}

/**
 * Logits as percentages with labels, for each sample the most probable class first; of equally probable ones that
 * with the lower id.
 *
 * @shape logits [N, classes]
 * @throws ShapeError unless there is a label for every class
 * @example
 * const [[best]] = await decodePredictions(await trainer.predict(images), classes, { top: 3 })
 * console.log(`${best.label}, ${best.percent.toFixed(1)} %`) // chicken breast, 93.1 %
 */
export async function decodePredictions(
  logits: Tensor,
  classes: readonly string[],
  options: PredictionOptions = {},
): Promise<Prediction[][]> {
  const op = 'decodePredictions'
  const { shape } = logits.node
  const { top = classes.length } = expectOptions(op, options)
  expectInteger(op, 'top', top, 0)
  if (shape.length !== 2 || at(shape, 1) !== classes.length) {
    const wanted = `[N, ${classes.length}]`
    throw new ShapeError('predictions.classes', { op, got: shape, wanted })
  }
  const shares = Float64Array.from(await logits.cast('float32').softmax(1).data(), Number)
  return Array.from({ length: at(shape, 0) }, (_, row) => {
    const found = classes.map((label, i): Prediction => {
      return { label, percent: 100 * (shares[row * classes.length + i] ?? 0) }
    })
    return found.sort((a, b) => b.percent - a.percent).slice(0, top)
  })
}
