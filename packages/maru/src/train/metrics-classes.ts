/** Metrics of predicted classes. */
import { ValueError } from '../base/error.ts'
import { rankOf } from '../base/ranking.ts'
import { expectInteger } from '../base/shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { argmax, classBatch, Metric } from './metrics-terms.ts'

export interface AccuracyOptions {
  /** A label among so many of the highest scores counts; 1 by default. */
  readonly topK?: number
  /** A label that stands for none and is not counted. */
  readonly ignoreIndex?: number
}

/**
 * The part of labels that have the highest score, or one of the k highest.
 *
 * Of equal scores the class with the lower id comes first, as in `argmax`.
 */
export class Accuracy extends Metric<number> {
  readonly #topK: number
  readonly #ignored: number | undefined
  #right = 0
  #count = 0

  constructor({ topK = 1, ignoreIndex }: AccuracyOptions = {}) {
    super()
    this.#topK = expectTop(topK)
    this.#ignored = ignoreIndex
  }

  /** @shape scores [..., C], labels [...] */
  async update(predictions: Tensor, targets: Tensor): Promise<void> {
    const batch = await classBatch('Accuracy', predictions, targets, this.#ignored)
    const { scores, labels, classes } = batch
    labels.forEach((label, i) => {
      if (label === this.#ignored) return
      const row = scores.subarray(i * classes, (i + 1) * classes)
      this.#right += rankOf(row, label) < this.#topK ? 1 : 0
      this.#count++
    })
  }

  compute(): number {
    return this.#right / this.#count
  }

  reset(): void {
    this.#right = 0
    this.#count = 0
  }
}

function expectTop(topK: number): number {
  expectInteger('Accuracy', 'topK', topK, 1)
  return topK
}

/** How often each class was taken for each: `matrix[truth][predicted]`. */
export class ConfusionMatrix extends Metric<number[][]> {
  #counts: number[][] = []

  /** @shape scores [..., C], labels [...] */
  async update(predictions: Tensor, targets: Tensor): Promise<void> {
    const { scores, labels, classes } = await classBatch('ConfusionMatrix', predictions, targets)
    const known = this.#counts.length
    if (known === 0) this.#counts = Array.from({ length: classes }, () => zeros(classes))
    else if (known !== classes) {
      throw new ValueError('metric.classes', {
        op: 'ConfusionMatrix',
        got: classes,
        classes: known,
      })
    }
    labels.forEach((label, i) => {
      const predicted = argmax(scores.subarray(i * classes, (i + 1) * classes))
      const row = this.#counts[label]
      if (row) row[predicted] = (row[predicted] ?? 0) + 1
    })
  }

  compute(): number[][] {
    return this.#counts.map((row) => [...row])
  }

  reset(): void {
    this.#counts = []
  }
}

function zeros(count: number): number[] {
  return new Array<number>(count).fill(0)
}

/** How classes are made one number: their mean, the mean by how often they occur, or all counts together. */
export type Average = 'macro' | 'weighted' | 'micro'

export interface PrecisionRecallOptions {
  /** `macro` by default. */
  readonly average?: Average
}

export interface Scores {
  /** The part of what was taken for a class that is of it. */
  readonly precision: number
  /** The part of a class that was taken for it. */
  readonly recall: number
  /** Their harmonic mean. */
  readonly f1: number
}

/**
 * Precision, recall and F1 of predicted classes, each class against all others.
 *
 * A quotient of 0 by 0 is 0: of a class that never occurs, or is never predicted.
 */
export class PrecisionRecall extends Metric<Scores> {
  readonly #matrix = new ConfusionMatrix()
  readonly #average: Average

  constructor({ average = 'macro' }: PrecisionRecallOptions = {}) {
    super()
    this.#average = average
  }

  /** @shape scores [..., C], labels [...] */
  async update(predictions: Tensor, targets: Tensor): Promise<void> {
    await this.#matrix.update(predictions, targets)
  }

  /** For each class. */
  byClass(): Scores[] {
    const matrix = this.#matrix.compute()
    return matrix.map((row, k) => {
      const predicted = total(matrix.map((each) => each[k] ?? 0))
      return scoresOf(row[k] ?? 0, predicted, total(row))
    })
  }

  compute(): Scores {
    const matrix = this.#matrix.compute()
    const sizes = matrix.map(total)
    const count = total(sizes)
    const right = total(matrix.map((row, k) => row[k] ?? 0))
    if (this.#average === 'micro') return scoresOf(right, count, count)
    const share = (k: number): number =>
      this.#average === 'macro' ? 1 / matrix.length : (sizes[k] ?? 0) / count
    const classes = this.byClass()
    const mean = (of: (each: Scores) => number): number =>
      classes.length === 0 ? Number.NaN : total(classes.map((each, k) => of(each) * share(k)))
    return {
      precision: mean(({ precision }) => precision),
      recall: mean(({ recall }) => recall),
      f1: mean(({ f1 }) => f1),
    }
  }

  reset(): void {
    this.#matrix.reset()
  }
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0)
}

function scoresOf(right: number, predicted: number, actual: number): Scores {
  const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b)
  return {
    precision: ratio(right, predicted),
    recall: ratio(right, actual),
    f1: ratio(2 * right, predicted + actual),
  }
}
