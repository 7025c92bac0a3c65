/** The samples that a classifier gets wrong. */
import { exp } from '../base/math.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { argmax, classBatch, Metric } from './metrics-terms.ts'

/** A sample that was taken for one of another class. */
export interface Mistake {
  /** Its place among all that were judged. */
  readonly index: number
  readonly truth: number
  readonly predicted: number
  /** Probability that the model gave to the predicted class. */
  readonly confidence: number
}

/** Every mistake, the most confident first. */
export class Mistakes extends Metric<readonly Mistake[]> {
  #found: Mistake[] = []
  #count = 0

  /** @shape logits [..., C], labels [...] */
  async update(predictions: Tensor, targets: Tensor): Promise<void> {
    const { scores, labels, classes } = await classBatch('Mistakes', predictions, targets)
    labels.forEach((truth, i) => {
      const row = scores.subarray(i * classes, (i + 1) * classes)
      const predicted = argmax(row)
      if (truth === predicted) return
      const confidence = probabilityOf(row, predicted)
      this.#found.push({ index: this.#count + i, truth, predicted, confidence })
    })
    this.#count += labels.length
  }

  compute(): readonly Mistake[] {
    return [...this.#found].sort((a, b) => b.confidence - a.confidence)
  }

  reset(): void {
    this.#found = []
    this.#count = 0
  }
}

/** The softmax of the largest logit. */
function probabilityOf(row: Float64Array, largest: number): number {
  const top = row[largest] ?? 0
  return 1 / row.reduce((sum, each) => sum + exp(each - top), 0)
}
