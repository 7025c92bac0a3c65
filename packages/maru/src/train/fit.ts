/** The training loop for classifiers. */
import { ValueError } from '../base/error.ts'
import { expectInteger } from '../base/shape.ts'
import type { DataLoader } from '../data/loader.ts'
import { applied, type Module } from '../nn/module.ts'
import type { Optimizer } from '../optim/optimizer.ts'
import { compile } from '../tensor/compile.ts'
import { crossEntropy } from '../tensor/loss.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** Where training stands after a batch. */
export interface BatchReport {
  /** Counted from 1. */
  readonly epoch: number
  /** Samples seen since training began. */
  readonly samples: number
  /** Mean cross entropy of the batch, before its step. */
  readonly loss: number
}

export interface EpochReport {
  /** Counted from 1. */
  readonly epoch: number
  /** Mean of the cross entropies that its samples had when their turn came. */
  readonly loss: number
}

export interface FitOptions {
  /** How often every sample is seen. */
  readonly epochs: number
  readonly onBatch?: (report: BatchReport) => void
  readonly onEpoch?: (report: EpochReport) => void | Promise<void>
  /** Once aborted, training ends after the batch at hand; that is no error. */
  readonly signal?: AbortSignal
}

/**
 * Trains a classifier: one step of the optimiser down the cross entropy of each batch.
 *
 * The step is compiled once for each size of batch. The model is in training mode meanwhile and
 * afterwards in the mode that it came in. A schedule is the optimiser's.
 *
 * @returns the mean loss of each epoch that was finished
 * @throws ValueError when there is no data, or the loss is not a finite number any more
 * @example
 * const optimizer = new Adam(model.parameters(), { lr: 1e-3 })
 * await fit(model, optimizer, new DataLoader(train, { batchSize: 64, shuffle: true }), { epochs: 5 })
 */
export async function fit(
  model: Module,
  optimizer: Optimizer,
  data: DataLoader,
  { epochs, onBatch, onEpoch, signal }: FitOptions,
): Promise<number[]> {
  expectInteger('fit', 'epochs', epochs, 1)
  if (data.length === 0) throw new ValueError('data.empty', { op: 'fit' })
  const mode = model.training
  const step = compile((inputs: Tensor, labels: Tensor) => {
    const loss = crossEntropy(applied(model, inputs), labels)
    optimizer.step(loss)
    return loss
  })
  const losses: number[] = []
  let samples = 0
  model.train()
  try {
    for (let epoch = 1; epoch <= epochs && !signal?.aborted; epoch++) {
      const before = samples
      let sum = 0
      for (const { inputs, labels } of data) {
        const loss = await (await step(inputs, labels)).item()
        if (!Number.isFinite(loss)) throw diverged(loss, optimizer)
        samples += labels.size
        sum += loss * labels.size
        onBatch?.({ epoch, samples, loss })
        if (signal?.aborted && data.state().batch < data.length) return losses
      }
      const loss = sum / (samples - before)
      losses.push(loss)
      await onEpoch?.({ epoch, loss })
    }
  } finally {
    model.train(mode)
  }
  return losses
}

function diverged(loss: number, { steps, lr }: Optimizer): ValueError {
  return new ValueError('fit.diverged', { loss, steps, lr })
}
