/** The first question when a network does not learn. */
import type { Module } from '../nn/module.ts'
import type { Loader } from './batches.ts'
import type { Metrics } from './evaluation.ts'
import { firstBatch, rehearsal } from './rehearsal.ts'
import type { Trainer } from './trainer.ts'

/**
 * Can the network learn one batch by heart? Trains on the first batch alone and tells the loss at every
 * step; if it does not fall to nearly nothing, something is wrong with model, loss, labels or rate, and
 * more data will not help. Afterwards model, optimiser, loader and random streams are as they were.
 *
 * @example (await overfitBatch(trainer, loader)).at(-1) // near 0
 */
export async function overfitBatch<L extends Module, B, M extends Metrics>(
  trainer: Trainer<L, B, M>,
  loader: Loader<B>,
  { steps = 100 }: { readonly steps?: number } = {},
): Promise<number[]> {
  return rehearsal({ trainer, loader }, async () => {
    const batch = await firstBatch('overfitBatch', loader)
    const losses: number[] = []
    await trainer.fit([batch], {
      epochs: steps,
      callbacks: [{ onEpochEnd: ({ logs }) => void losses.push(logs.loss ?? Number.NaN) }],
    })
    return losses
  })
}
