/** Batches of a data set, epoch after epoch, in an order that can be resumed exactly. */
import { ValueError } from '../base/error.ts'
import { expectInteger } from '../base/shape.ts'
import { Stream } from '../base/threefry.ts'
import { fromHost } from '../tensor/create.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { Batch, Dataset } from './dataset.ts'

export interface LoaderOptions {
  /** Samples a batch. */
  readonly batchSize?: number
  /** A new order every epoch, a function of the seed and the epoch only. */
  readonly shuffle?: boolean
  /** Leave out a last batch that would be smaller. */
  readonly dropLast?: boolean
  readonly seed?: number
}

/** Makes of a batch what the loader hands out. */
export type Collate<B> = (batch: Batch) => B

/** A batch as tensors: what loaders hand out unless told otherwise. */
export interface TensorBatch {
  /** [N, ...] of the data set's samples. */
  readonly inputs: Tensor
  /** Class ids [N]. */
  readonly labels: Tensor
}

function tensorBatch({ inputs, inputShape, labels }: Batch): TensorBatch {
  return {
    inputs: fromHost(inputs, inputShape, 'float32'),
    labels: fromHost(labels, [labels.length], 'int32'),
  }
}

/** Where a loader stands: `batch` batches of the epoch have been handed out. Safe to write as JSON. */
export interface LoaderState {
  readonly seed: number
  readonly epoch: number
  readonly batch: number
}

/**
 * Iterates over a data set in batches; each `for … of` is one epoch.
 *
 * After a loop that was left early, `state()` still tells where, and the next loop begins the next
 * epoch. After `restore`, the next loop continues the saved epoch behind its last batch handed out.
 *
 * @example
 * const loader = new DataLoader(train, { batchSize: 64, shuffle: true })
 * for (const { inputs, labels } of loader) step(inputs, labels)
 */
export class DataLoader<B = TensorBatch> implements Iterable<B> {
  readonly dataset: Dataset
  readonly batchSize: number
  readonly shuffle: boolean
  readonly dropLast: boolean
  readonly #collate: Collate<B>
  #seed: number
  #epoch = 0
  #batch = 0
  #resumes = false

  /** @throws ValueError unless batchSize is an integer ≥ 1 and the seed one ≥ 0 */
  constructor(dataset: Dataset, options: LoaderOptions & { readonly collate: Collate<B> })
  constructor(dataset: Dataset, options?: LoaderOptions)
  constructor(dataset: Dataset, options: LoaderOptions & { readonly collate?: Collate<B> } = {}) {
    const { batchSize = 1, shuffle = false, dropLast = false, seed = 0 } = options
    this.dataset = dataset
    this.batchSize = expectInteger('DataLoader', 'batchSize', batchSize, 1)
    this.shuffle = shuffle
    this.dropLast = dropLast
    this.#seed = expectInteger('DataLoader', 'seed', seed, 0)
    // without collate B is its default
    this.#collate = options.collate ?? ((batch) => tensorBatch(batch) as B)
  }

  /** Number of batches in an epoch. */
  get length(): number {
    const batches = this.dataset.length / this.batchSize
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches)
  }

  *[Symbol.iterator](): Generator<B, void, void> {
    if (this.#batch > 0 && !this.#resumes) this.#begin(this.#epoch + 1)
    this.#resumes = false
    const epoch = this.#epoch
    const order = this.#order()
    for (let batch = this.#batch; batch < this.length; batch++) {
      this.#epoch = epoch
      this.#batch = batch + 1
      const start = batch * this.batchSize
      yield this.#collate(this.dataset.gather(order.subarray(start, start + this.batchSize)))
    }
    this.#begin(epoch + 1)
  }

  #order(): Uint32Array {
    const { length } = this.dataset
    if (this.shuffle) return new Stream(this.#seed, 'shuffle', this.#epoch).permutation(length)
    return Uint32Array.from({ length }, (_, i) => i)
  }

  #begin(epoch: number): void {
    this.#epoch = epoch
    this.#batch = 0
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
