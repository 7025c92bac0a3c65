/** What `fit` is told, what callbacks can do with it, and what it returns. */
import type { Module } from '../nn/module.ts'
import type { Optimizer } from '../optim/optimizer.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { Loader } from './batches.ts'
import type { Callback, FitEnd, Json, Notice, Position } from './events.ts'
import type { Readings } from './meter.ts'

export interface FitOptions<B> {
  /** How often every sample is seen; 1 unless told otherwise, without end where `steps` are given. */
  readonly epochs?: number
  /** Batches in all, after which training ends. */
  readonly steps?: number
  /** What the model is judged by after every epoch. */
  readonly validation?: Loader<B>
  readonly callbacks?: readonly Callback[]
  /** Once aborted, training ends after the batch at hand; that is no error. */
  readonly signal?: AbortSignal
  /**
   * What a loss that is not finite does: ends training with an error, is left out (its step stores
   * nothing, which is looked at after every step), or takes model and optimiser back to where they last
   * were well, behind which training goes on with the next batches.
   */
  readonly onNaN?: 'stop' | 'skip' | 'rollback'
  /** Batches between two reports, for which losses are read from the device. */
  readonly reportEvery?: number
  /** Evaluates the first batch of `validation` before anything is trained, so that its mistakes show now. */
  readonly sanity?: boolean
  /** One batch to train and one to validate, without callbacks: does the program run through? */
  readonly fastDevRun?: boolean
  /** Trains on a set even if it is marked as one for testing. */
  readonly allowTest?: boolean
  /** A folder of checkpoints: training goes on from the newest whole one, or begins if there is none. */
  readonly resume?: string
  /** What else decides the run, for the record. */
  readonly settings?: { readonly [name: string]: Json }
}

/** What was learned on the way. */
export interface History {
  /** Of each epoch that was finished: `loss`, its parts, `lr`, `valLoss` and the metrics of validation. */
  readonly epochs: readonly Readings[]
  readonly reason: FitEnd['reason']
  readonly by: string | undefined
}

/** All that a later run needs to go on bit for bit. */
export interface Saved {
  readonly tensors: ReadonlyMap<string, Tensor>
  readonly values: { readonly [name: string]: Json }
}

/** Training that goes on, as callbacks see it. */
export interface Fit {
  readonly model: Module
  readonly optimizer: Optimizer
  readonly epochs: number
  readonly position: Position
  readonly history: readonly Readings[]
  /** Ends training after the batch at hand. */
  stop(by: string): void
  /** Waits for the steps that are queued, and reads their losses. */
  settle(): Promise<void>
  /** Tells all listeners something. */
  notice(kind: Notice['kind'], details: Notice['details']): Promise<void>
  /** The whole state, at the end of a batch or an epoch. */
  save(): Promise<Saved>
}
