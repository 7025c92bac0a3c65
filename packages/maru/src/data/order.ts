/** In which order an epoch visits the samples: a function of the seed and the epoch only. */
import { ValueError } from '../base/error.ts'
import { showAny } from '../base/show.ts'
import { Stream } from '../base/threefry.ts'

/** Batches whose samples are sorted by length together: enough to have little padding. */
const POOL_BATCHES = 50

export interface OrderOptions {
  readonly batchSize: number
  readonly shuffle: boolean
  readonly bucket?: ((index: number) => number) | undefined
  readonly seed: number
  readonly epoch: number
}

/**
 * The indices of an epoch; each `batchSize` of them are a batch, the last ones may be fewer.
 *
 * With `bucket`, which tells a sample's length, neighbours within a pool of 50 batches are of like
 * lengths; the batches of all pools then come in random order, unless nothing is shuffled.
 */
export function epochOrder(length: number, options: OrderOptions): Uint32Array {
  const { shuffle, bucket, seed, epoch } = options
  const order = shuffle
    ? new Stream(seed, 'shuffle', epoch).permutation(length)
    : Uint32Array.from({ length }, (_, i) => i)
  return bucket ? bucketed(order, bucket, options) : order
}

function bucketed(
  order: Uint32Array,
  bucket: (index: number) => number,
  { batchSize, shuffle, seed, epoch }: OrderOptions,
): Uint32Array {
  const lengths = Float64Array.from(order, (_, i) => {
    const value = bucket(i)
    if (typeof value === 'number' && value >= 0) return value
    throw new ValueError('loader.bucket', { i, got: showAny(value) })
  })
  const pool = POOL_BATCHES * batchSize
  for (let start = 0; start < order.length; start += pool) {
    const part = Array.from(order.subarray(start, start + pool))
    // a stable sort keeps the shuffled order among equals
    part.sort((a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0))
    order.set(part, start)
  }
  return shuffle ? shuffledBatches(order, batchSize, new Stream(seed, 'batches', epoch)) : order
}

/** Whole batches in random order; what is left over stays last. */
function shuffledBatches(order: Uint32Array, batchSize: number, random: Stream): Uint32Array {
  const out = order.slice()
  random.permutation(Math.floor(order.length / batchSize)).forEach((from, to) => {
    out.set(order.subarray(from * batchSize, (from + 1) * batchSize), to * batchSize)
  })
  return out
}
