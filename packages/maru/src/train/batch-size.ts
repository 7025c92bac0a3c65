/** The search for a size of batches that fits in memory. */
import { MemoryError, ValueError } from '../base/error.ts'
import { expectInteger } from '../base/shape.ts'
import type { Module } from '../nn/module.ts'
import type { Metrics } from './evaluation.ts'
import { rehearsal } from './rehearsal.ts'
import type { Trainer } from './trainer.ts'

export interface BatchSizeOptions {
  /** The least size, which is tried first. */
  readonly least?: number
  /** The largest that is of interest. */
  readonly most?: number
}

/**
 * The largest size `least · 2ⁿ` of batches, up to `most`, with which a step of training fits in memory.
 *
 * Each size is tried with one step, of which nothing remains. To train as with larger batches, accumulate:
 * the mean gradient of `n` batches is that of one batch `n` times as large.
 *
 * @param batchOf makes a batch of a size
 * @throws MemoryError when not even the least size fits
 * @example
 * const size = await findBatchSize(trainer, (count) => firstOf(new DataLoader(train, { batchSize: count })))
 */
export async function findBatchSize<L extends Module, B, M extends Metrics>(
  trainer: Trainer<L, B, M>,
  batchOf: (size: number) => B | Promise<B>,
  { least = 1, most = 65536 }: BatchSizeOptions = {},
): Promise<number> {
  expectInteger('findBatchSize', 'least', least, 1)
  expectInteger('findBatchSize', 'most', most, least)
  let fitting: number | undefined
  for (let size = least; size <= most; size *= 2) {
    const found = await attempt(trainer, batchOf, size)
    if (found && fitting === undefined) throw found
    if (found) break
    fitting = size
  }
  if (fitting === undefined)
    throw new ValueError('value.integer', {
      op: 'findBatchSize',
      name: 'most',
      got: most,
      low: least,
    })
  return fitting
}

/** One step with a size; the error if there is no room for it. */
async function attempt<L extends Module, B, M extends Metrics>(
  trainer: Trainer<L, B, M>,
  batchOf: (size: number) => B | Promise<B>,
  size: number,
): Promise<MemoryError | undefined> {
  try {
    await rehearsal({ trainer }, async () => {
      const batch = await batchOf(size)
      await trainer.fit([batch], { steps: 1, onNaN: 'skip', allowTest: true })
    })
    return undefined
  } catch (error) {
    if (error instanceof MemoryError) return error
    throw error
  }
}
