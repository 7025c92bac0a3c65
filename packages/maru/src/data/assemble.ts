/** From records to a batch: load, transform, collate, transform the batch. The same in every thread. */
import { DataError } from '../base/error.ts'
import { Stream } from '../base/threefry.ts'
import { type Collate, collate } from './collate.ts'
import type { Dataset } from './dataset.ts'

/** What is done to samples and batches. Both transforms may give promises. */
export interface Recipe<S, T, H> {
  /** Of one sample; its stream is a function of the loader's seed, the epoch and the sample's index. */
  readonly transform?: ((sample: S, random: Stream) => T | Promise<T>) | undefined
  /** Of one batch, before it becomes tensors; its stream depends on seed, epoch and the batch's number. */
  readonly batchTransform?: ((batch: H, random: Stream) => H | Promise<H>) | undefined
  /** Makes one batch of samples; arrays in it become tensors. */
  readonly collate?: Collate<T, H> | undefined
}

/** Which batch. */
export interface BatchPlace {
  readonly seed: number
  readonly epoch: number
  readonly batch: number
}

/** What a worker has to know of how a batch is made. */
export interface AssemblyEvents {
  /** A sample is about to be loaded. */
  readonly begins?: (index: number) => void
  /** A batch was copied together: its arrays are nobody else's. */
  readonly copied?: (batch: unknown) => void
}

export class Assembler<S, T, H> {
  readonly #recipe: Recipe<S, T, H>
  readonly #events: AssemblyEvents

  constructor(recipe: Recipe<S, T, H>, events: AssemblyEvents = {}) {
    this.#recipe = recipe
    this.#events = events
  }

  /** The batch of a set's samples at these indices. */
  indexed(set: Dataset<S>, indices: Uint32Array, place: BatchPlace): H | Promise<H> {
    const { transform, collate } = this.#recipe
    if (set.gather && !transform && !collate) {
      this.#events.begins?.(indices[0] ?? 0)
      const batch = set.gather(indices)
      this.#events.copied?.(batch)
      // without transform T is S, without collate H is its collation
      return this.#finish(batch as H, place)
    }
    const samples = Array.from(indices, (index) => this.#sample(() => set.at(index), index, place))
    return this.#join(samples, place)
  }

  /** The batch of records that came one after another, counted from `first` in their epoch. */
  listed(records: readonly S[], first: number, place: BatchPlace): H | Promise<H> {
    const samples = records.map((record, i) => this.#sample(() => record, first + i, place))
    return this.#join(samples, place)
  }

  #sample(load: () => S | Promise<S>, index: number, { seed, epoch }: BatchPlace): T | Promise<T> {
    const { transform } = this.#recipe
    const fail = (cause: unknown): never => {
      throw sampleError(index, cause)
    }
    this.#events.begins?.(index)
    try {
      const loaded = load()
      // without transform T is S
      if (!transform)
        return (loaded instanceof Promise ? loaded.catch(fail) : loaded) as T | Promise<T>
      const random = new Stream(seed, 'transform', epoch, index)
      const made = after(loaded, (sample) => transform(sample, random))
      return made instanceof Promise ? made.catch(fail) : made
    } catch (cause) {
      return fail(cause)
    }
  }

  #join(samples: readonly (T | Promise<T>)[], place: BatchPlace): H | Promise<H> {
    const join = (ready: readonly T[]): H | Promise<H> => {
      const own = this.#recipe.collate
      if (own) return this.#finish(own(ready), place)
      const batch = collate(ready)
      this.#events.copied?.(batch)
      // without collate H is the collation of T
      return this.#finish(batch as H, place)
    }
    const waits = samples.some((sample) => sample instanceof Promise)
    return waits ? Promise.all(samples).then(join) : join(samples as readonly T[])
  }

  #finish(batch: H, { seed, epoch, batch: number }: BatchPlace): H | Promise<H> {
    const { batchTransform } = this.#recipe
    return batchTransform ? batchTransform(batch, new Stream(seed, 'batch', epoch, number)) : batch
  }
}

function sampleError(index: number, cause: unknown): DataError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new DataError('data.sample', { index, reason }, cause)
}

/** Goes on at once with a value, later with a promise. */
export function after<A, B>(
  value: A | Promise<A>,
  go: (value: A) => B | Promise<B>,
): B | Promise<B> {
  return value instanceof Promise ? value.then(go) : go(value)
}
