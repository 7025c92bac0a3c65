/** What training tells while it goes on: one stream of events, and those who listen. */
import type { Tensor } from '../tensor/tensor.ts'
import type { Fit } from './fit.ts'
import type { Readings } from './meter.ts'

/** What JSON can hold. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [name: string]: Json }

/** Where training stands. */
export interface Position {
  /** The epoch at hand, counted from 1. */
  readonly epoch: number
  /** Batches of this epoch that are done. */
  readonly batch: number
  /** Batches of all epochs that are done. */
  readonly step: number
  /** Samples of all epochs that are done. */
  readonly samples: number
}

/** Training begins, or goes on from a checkpoint. */
export interface FitBegin extends Position {
  readonly type: 'fitBegin'
  readonly epochs: number
  /** Batches of an epoch, where that is known. */
  readonly batches: number | undefined
  /** Samples of an epoch, where that is known. */
  readonly epochSamples: number | undefined
  readonly parameters: number
  /** What decides the run: optimiser, rate, sizes, seed, and what `fit` was told of. */
  readonly settings: { readonly [name: string]: Json }
}

export interface EpochBegin extends Position {
  readonly type: 'epochBegin'
}

/** A batch was taken from the loader; its step comes. */
export interface BatchBegin extends Position {
  readonly type: 'batchBegin'
}

/** The step of a batch is queued; whoever needs its results awaits `fit.settle()`. */
export interface BatchEnd extends Position {
  readonly type: 'batchEnd'
}

/** Losses were read: means since the last report. */
export interface Report extends Position {
  readonly type: 'report'
  readonly logs: Readings
}

export interface ValidationBegin extends Position {
  readonly type: 'validationBegin'
}

export interface ValidationEnd extends Position {
  readonly type: 'validationEnd'
  /** `valLoss`, and `valAccuracy` for a metric called `accuracy`. */
  readonly logs: Readings
}

export interface EpochEnd extends Position {
  readonly type: 'epochEnd'
  /** Means over the epoch, `lr`, and what validation has found. */
  readonly logs: Readings
  readonly seconds: number
}

/** Something that a person should know. */
export interface Notice extends Position {
  readonly type: 'notice'
  readonly kind:
    | 'resumed'
    | 'fresh'
    | 'damaged'
    | 'device'
    | 'saved'
    | 'skipped'
    | 'rolledBack'
    | 'deadUnits'
    | 'overfitting'
  /** The folder or file that it is about, the reason, the number: by name. */
  readonly details: { readonly [name: string]: Json }
}

export interface FitEnd extends Position {
  readonly type: 'fitEnd'
  /** All epochs, a callback's wish, the signal, or an error. */
  readonly reason: 'done' | 'stopped' | 'aborted' | 'failed'
  /** Who stopped it, or what went wrong. */
  readonly by: string | undefined
}

export type TrainEvent =
  | FitBegin
  | EpochBegin
  | BatchBegin
  | BatchEnd
  | Report
  | ValidationBegin
  | ValidationEnd
  | EpochEnd
  | Notice
  | FitEnd

export type EventType = TrainEvent['type']
export type EventOf<T extends EventType> = Extract<TrainEvent, { readonly type: T }>

type Hooks = {
  readonly [T in EventType as `on${Capitalize<T>}`]?: (
    event: EventOf<T>,
    fit: Fit,
  ) => void | Promise<void>
}

/** What a callback keeps from run to run. */
export interface CallbackState {
  readonly values: Json
  readonly tensors?: ReadonlyMap<string, Tensor>
}

/**
 * Listens to training: a method for each event that it cares for, or `onEvent` for all of them.
 *
 * Callbacks are told one after the other, in their order, and awaited; what they do with `fit` (stop it,
 * read the model) happens before the next batch.
 *
 * @example callbacks: [{ onEpochEnd: ({ epoch, logs }) => console.log(epoch, logs.loss) }]
 */
export interface Callback extends Hooks {
  onEvent?(event: TrainEvent, fit: Fit): void | Promise<void>
  /** Under which name its state is kept; needed with `state`. */
  readonly name?: string
  /** Told after all others, so that it sees what they have decided. */
  readonly last?: boolean
  /** What it needs to go on in a later run. */
  state?(): CallbackState
  /** @throws FormatError for what `state` cannot have given */
  restore?(state: CallbackState): void | Promise<void>
}

/** Those who listen, by what they listen to. */
export class Listeners {
  readonly callbacks: readonly Callback[]
  readonly #of = new Map<EventType, readonly Callback[]>()

  constructor(callbacks: readonly Callback[]) {
    const last = callbacks.filter((each) => each.last)
    this.callbacks = [...callbacks.filter((each) => !each.last), ...last]
  }

  /** Whether anybody would hear an event. */
  hear(type: EventType): boolean {
    return this.#listening(type).length > 0
  }

  async tell(event: TrainEvent, fit: Fit): Promise<void> {
    for (const callback of this.#listening(event.type)) {
      await callback.onEvent?.(event, fit)
      await hookOf(callback, event.type)?.call(callback, event, fit)
    }
  }

  #listening(type: EventType): readonly Callback[] {
    const known = this.#of.get(type)
    if (known) return known
    const found = this.callbacks.filter((each) => each.onEvent || hookOf(each, type))
    this.#of.set(type, found)
    return found
  }
}

type Hook = (this: Callback, event: TrainEvent, fit: Fit) => void | Promise<void>

function hookOf(callback: Callback, type: EventType): Hook | undefined {
  const name = `on${type.charAt(0).toUpperCase()}${type.slice(1)}` as keyof Hooks
  // the name follows from the type, and so does what it takes
  return callback[name] as Hook | undefined
}
