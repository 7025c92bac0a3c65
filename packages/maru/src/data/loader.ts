/** Batches of a data set, epoch after epoch, in an order that can be resumed exactly. */
import { ValueError } from '../base/error.ts'
import { expectInteger } from '../base/shape.ts'
import { Stream } from '../base/threefry.ts'
import { Assembler, type BatchPlace, type Recipe } from './assemble.ts'
import { ahead, chunks, chunksLater } from './chunks.ts'
import { type Dataset, type IterableDataset, isIndexed } from './dataset.ts'
import { epochOrder } from './order.ts'
import { type Collated, type Sample, type Tensors, tensorsOf } from './record.ts'
import { LoaderPool, type WorkerOptions } from './workers/pool.ts'

export interface LoaderOptions<S = Sample, T = S, H = Collated<T>> extends Recipe<S, T, H> {
  /** Samples a batch. */
  readonly batchSize?: number
  /** A new order every epoch, a function of the seed and the epoch only. */
  readonly shuffle?: boolean
  /** Leave out a last batch that would be smaller. */
  readonly dropLast?: boolean
  readonly seed?: number
  /** The length of the sample at an index: batches are of samples of like lengths. */
  readonly bucket?: (index: number) => number
  /**
   * Batches that `for await` prepares while the one handed out is in use: one unless told otherwise,
   * with workers two for each.
   */
  readonly prefetch?: number
  /** Threads that load, transform and collate, running a module that calls `serve`. */
  readonly workers?: WorkerOptions
}

/** Where a loader stands: `batch` batches of the epoch have been handed out. Safe to write as JSON. */
export interface LoaderState {
  readonly seed: number
  readonly epoch: number
  readonly batch: number
}

/**
 * Iterates over a data set in batches; each `for await … of` is one epoch, and so is each `for … of`
 * where neither the set nor what is done to it gives promises.
 *
 * Batches are a function of the data, the options and the seed: whatever order or thread they are
 * made in, they are the same. After a loop that was left early, `state()` still tells where, and the
 * next loop begins the next epoch. After `restore`, the next loop continues the saved epoch behind
 * its last batch handed out; batches that were prepared only do not count.
 *
 * @example
 * const loader = new DataLoader(train, { batchSize: 64, shuffle: true })
 * for await (const { inputs, labels } of loader) await step(inputs, labels)
 */
export class DataLoader<S = Sample, T = S, H = Collated<T>>
  implements Iterable<Tensors<H>>, AsyncIterable<Tensors<H>>
{
  readonly dataset: Dataset<S> | IterableDataset<S>
  readonly batchSize: number
  readonly shuffle: boolean
  readonly dropLast: boolean
  readonly #bucket: ((index: number) => number) | undefined
  readonly #prefetch: number
  readonly #assembler: Assembler<S, T, H>
  #pool: LoaderPool<H> | undefined
  #seed: number
  #epoch = 0
  #batch = 0
  #resumes = false

  /**
   * @throws ValueError unless batchSize is an integer ≥ 1, seed and prefetch are ≥ 0; and where an
   * iterable set should be shuffled or put into buckets
   */
  constructor(dataset: Dataset<S> | IterableDataset<S>, options: LoaderOptions<S, T, H> = {}) {
    const { batchSize = 1, shuffle = false, dropLast = false, seed = 0, workers } = options
    const { prefetch = Math.max(1, 2 * (workers?.count || 0)) } = options
    this.dataset = dataset
    this.batchSize = expectInteger('DataLoader', 'batchSize', batchSize, 1)
    this.shuffle = shuffle
    this.dropLast = dropLast
    this.#bucket = options.bucket
    this.#seed = expectInteger('DataLoader', 'seed', seed, 0)
    this.#prefetch = expectInteger('DataLoader', 'prefetch', prefetch, 0)
    if (!isIndexed(dataset) && (shuffle || options.bucket))
      throw new ValueError('loader.stream', {})
    this.#assembler = new Assembler(options)
    if (workers && workers.count !== 0) {
      if (!isIndexed(dataset)) throw new ValueError('loader.workers', {})
      this.#pool = new LoaderPool(workers, dataset.length)
      pools.register(this, this.#pool, this)
    }
  }

  /** Number of batches in an epoch; infinity where the set does not tell how many records it has. */
  get length(): number {
    if (!isIndexed(this.dataset)) return Number.POSITIVE_INFINITY
    const batches = this.dataset.length / this.batchSize
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches)
  }

  /** @throws ValueError when a batch needs waiting for */
  *[Symbol.iterator](): Generator<Tensors<H>, void, void> {
    const place = this.#enter()
    let { batch } = place
    for (const made of this.#batches(place)) {
      if (made instanceof Promise) {
        made.catch(() => undefined)
        throw new ValueError('loader.async', {})
      }
      yield this.#handOut(place.epoch, batch++, made)
    }
    this.#begin(place.epoch + 1)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Tensors<H>, void, void> {
    const place = this.#enter()
    let { batch } = place
    const source = this.#asyncRecords(place)
    const batches = source ? this.#later(source, place) : this.#batches(place)
    for await (const made of ahead(batches, this.#prefetch)) {
      yield this.#handOut(place.epoch, batch++, made)
    }
    this.#begin(place.epoch + 1)
  }

  /** Where the loop that begins now starts. */
  #enter(): BatchPlace {
    if (this.#batch > 0 && !this.#resumes) this.#begin(this.#epoch + 1)
    this.#resumes = false
    return { seed: this.#seed, epoch: this.#epoch, batch: this.#batch }
  }

  #handOut(epoch: number, batch: number, made: H): Tensors<H> {
    this.#epoch = epoch
    this.#batch = batch + 1
    return tensorsOf(made)
  }

  /** The batches that are left of an epoch; each is begun when it is asked for. */
  *#batches(place: BatchPlace): Generator<H | Promise<H>, void, void> {
    if (!isIndexed(this.dataset)) {
      yield* this.#listed(this.dataset, place)
      return
    }
    const { batchSize, shuffle, length } = this
    const { seed, epoch } = place
    const options = { batchSize, shuffle, bucket: this.#bucket, seed, epoch }
    const order = epochOrder(this.dataset.length, options)
    for (let batch = place.batch; batch < length; batch++) {
      const indices = order.subarray(batch * batchSize, (batch + 1) * batchSize)
      const next = { seed, epoch, batch }
      yield this.#pool
        ? this.#pool.make(next, indices)
        : this.#assembler.indexed(this.dataset, indices, next)
    }
  }

  /** The batches of records that come one after another; those handed out before are passed over. */
  *#listed(set: IterableDataset<S>, place: BatchPlace): Generator<H | Promise<H>, void, void> {
    const source = set.records(recordStream(place))
    if (!(Symbol.iterator in source)) throw new ValueError('loader.async', {})
    let batch = 0
    for (const records of chunks(source, this.batchSize, this.dropLast)) {
      if (batch >= place.batch) yield this.#join(records, { ...place, batch })
      batch++
    }
  }

  async *#later(source: AsyncIterable<S>, place: BatchPlace): AsyncGenerator<H, void, void> {
    let batch = 0
    for await (const records of chunksLater(source, this.batchSize, this.dropLast)) {
      if (batch >= place.batch) yield this.#join(records, { ...place, batch })
      batch++
    }
  }

  #join(records: readonly S[], place: BatchPlace): H | Promise<H> {
    return this.#assembler.listed(records, place.batch * this.batchSize, place)
  }

  #asyncRecords(place: BatchPlace): AsyncIterable<S> | undefined {
    if (isIndexed(this.dataset)) return undefined
    const source = this.dataset.records(recordStream(place))
    return Symbol.asyncIterator in source ? source : undefined
  }

  #begin(epoch: number): void {
    this.#epoch = epoch
    this.#batch = 0
  }

  /** Ends the workers, if there are any; a loop after that loads in this thread. */
  close(): void {
    pools.unregister(this)
    this.#pool?.close()
    this.#pool = undefined
  }

  state(): LoaderState {
    return { seed: this.#seed, epoch: this.#epoch, batch: this.#batch }
  }

  /**
   * Goes to where another loader over the same data stood.
   *
   * @throws ValueError when the state cannot be one of this loader's
   */
  restore({ seed, epoch, batch }: LoaderState): void {
    expectInteger('DataLoader.restore', 'seed', seed, 0)
    expectInteger('DataLoader.restore', 'epoch', epoch, 0)
    expectInteger('DataLoader.restore', 'batch', batch, 0)
    if (batch > this.length) {
      const range = { got: batch, low: 0, high: this.length }
      throw new ValueError('value.range', { op: 'DataLoader.restore', name: 'batch', ...range })
    }
    this.#seed = seed
    this.#epoch = epoch
    this.#batch = batch
    this.#resumes = true
  }
}

/** Ends the workers of loaders that nobody has any more. */
const pools = new FinalizationRegistry<{ close(): void }>((pool) => pool.close())

/** What an epoch's records may depend on. */
function recordStream({ seed, epoch }: BatchPlace): Stream {
  return new Stream(seed, 'records', epoch)
}
