/** How well a classifier does: error, confusion, and the mistakes it is surest of. */
import type { NumberArray } from '../base/dtype.ts'
import { ValueError } from '../base/error.ts'
import type { Dataset } from '../data/dataset.ts'
import { DataLoader } from '../data/loader.ts'
import type { Module } from '../nn/module.ts'
import { compile } from '../tensor/compile.ts'
import { crossEntropy } from '../tensor/loss.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** A sample that was taken for one of another class. */
export interface Mistake {
  /** Where it is in the data set. */
  readonly index: number
  readonly truth: number
  readonly predicted: number
  /** Probability that the model gave to the predicted class. */
  readonly confidence: number
}

export interface Evaluation {
  readonly samples: number
  /** Share of samples that were mistaken, from 0 to 1. */
  readonly error: number
  /** Mean cross entropy. */
  readonly loss: number
  /** `confusion[truth][predicted]`, how many samples. */
  readonly confusion: readonly (readonly number[])[]
  /** Every mistake, the most confident first. */
  readonly mistakes: readonly Mistake[]
}

/**
 * Applies a classifier to every sample of a data set, in evaluation mode.
 *
 * @throws ValueError when the data set is empty
 * @example const { error, confusion } = await evaluate(model, test)
 */
export async function evaluate(
  model: Module,
  data: Dataset,
  { batchSize = 256 }: { readonly batchSize?: number } = {},
): Promise<Evaluation> {
  if (data.length === 0) throw new ValueError('data.empty', { op: 'evaluate' })
  const mode = model.training
  const classify = compile((inputs: Tensor, labels: Tensor) => {
    const logits = model.forward(inputs)
    return { loss: crossEntropy(logits, labels), probabilities: logits.softmax(1) }
  })
  const tally = new Tally()
  model.eval()
  try {
    for (const { inputs, labels } of new DataLoader(data, { batchSize })) {
      const { loss, probabilities } = await classify(inputs, labels)
      tally.add(await labels.data(), await probabilities.data(), await loss.item())
    }
  } finally {
    model.train(mode)
  }
  return tally.result()
}

class Tally {
  readonly #confusion: number[][] = []
  readonly #mistakes: Mistake[] = []
  #samples = 0
  #loss = 0

  /** @shape labels [N], probabilities [N, classes]; loss is their mean */
  add(labels: NumberArray, probabilities: NumberArray, loss: number): void {
    const classes = probabilities.length / labels.length
    while (this.#confusion.length < classes) this.#confusion.push(new Array(classes).fill(0))
    labels.forEach((truth: number, i: number) => {
      const row = probabilities.subarray(i * classes, (i + 1) * classes)
      const confidence = Math.max(...row)
      const predicted = row.indexOf(confidence)
      const counts = this.#confusion[truth]
      if (counts) counts[predicted] = (counts[predicted] ?? 0) + 1
      if (truth === predicted) return
      this.#mistakes.push({ index: this.#samples + i, truth, predicted, confidence })
    })
    this.#samples += labels.length
    this.#loss += loss * labels.length
  }

  result(): Evaluation {
    return {
      samples: this.#samples,
      error: this.#mistakes.length / this.#samples,
      loss: this.#loss / this.#samples,
      confusion: this.#confusion,
      mistakes: this.#mistakes.sort((a, b) => b.confidence - a.confidence),
    }
  }
}
