/** All that decides how training goes on: taken, and put back. */
import { FormatError } from '../base/error.ts'
import { restoreSeed, seedState } from '../base/seed.ts'
import type { Module } from '../nn/module.ts'
import type { Optimizer } from '../optim/optimizer.ts'
import { device } from '../runtime/engine.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { Loader } from './batches.ts'
import type { Callback, Json } from './events.ts'
import type { Saved } from './fit.ts'
import type { Meter, Readings } from './meter.ts'
import type { LossScale } from './precision.ts'

/** Where the loop is. */
export interface Place {
  /** Epochs that are finished. */
  epoch: number
  /** Batches of the epoch at hand. */
  batch: number
  step: number
  samples: number
  /** Who wants training to end. */
  stopped: string | undefined
}

export interface Standing {
  readonly place: Place
  readonly model: Module
  readonly optimizer: Optimizer
  readonly loader: Loader<unknown>
  readonly validation: Loader<unknown> | undefined
  readonly scale: LossScale | undefined
  readonly meter: Meter
  readonly history: Readings[]
  readonly callbacks: readonly Callback[]
}

/** Everything as it is now; later steps do not change it. */
export function take(standing: Standing): Saved {
  const { place, model, optimizer, loader, validation, scale, meter, history } = standing
  const tensors = new Map<string, Tensor>()
  for (const [name, value] of model.stateDict()) tensors.set(`model.${name}`, value)
  for (const [name, value] of optimizer.stateDict()) tensors.set(`optimizer.${name}`, value)
  const callbacks: Record<string, Json> = {}
  for (const [key, callback] of named(standing.callbacks)) {
    const state = callback.state?.()
    if (!state) continue
    callbacks[key] = state.values
    for (const [name, value] of state.tensors ?? []) {
      tensors.set(`callbacks.${key}.${name}`, value)
    }
  }
  const values = {
    place: { ...place, stopped: place.stopped ?? null },
    loader: stateOf(loader),
    validation: validation ? stateOf(validation) : null,
    seed: { ...seedState() },
    scale: scale?.state() ?? null,
    meter: meter.state(),
    history: history.map((each) => ({ ...each })),
    callbacks,
    rounding: rounding(),
  }
  return { tensors, values }
}

/** What a loader says of itself, which is JSON by its own promise. */
function stateOf(loader: Loader<unknown>): Json {
  return (loader.state?.() ?? null) as Json
}

/** What of the device decides the last bits. */
export function rounding(): string {
  return device().features?.find((each) => /multiply-add/.test(each)) ?? device().name
}

/**
 * Goes to where `take` was.
 *
 * @throws FormatError when a part is missing or is not what `take` has given; what was put back by then
 *   stays
 */
export async function putBack({ tensors, values }: Saved, standing: Standing): Promise<void> {
  const { model, optimizer, loader, validation, scale, meter, history, callbacks } = standing
  const under = (prefix: string): Map<string, Tensor> => {
    const own = [...tensors].filter(([name]) => name.startsWith(prefix))
    return new Map(own.map(([name, value]) => [name.slice(prefix.length), value]))
  }
  const place = placeOf(values.place)
  await model.loadStateDict(under('model.'))
  await optimizer.loadStateDict(under('optimizer.'))
  const kept = recordOf('callbacks', values.callbacks)
  for (const [key, callback] of named(callbacks)) {
    const own = kept[key]
    if (own === undefined) continue
    await callback.restore?.({ values: own, tensors: under(`callbacks.${key}.`) })
  }
  meter.restore(values.meter)
  history.splice(0, history.length, ...historyOf(values.history))
  if (scale && values.scale !== null) scale.restore(values.scale)
  if (values.loader !== null) restoreLoader(loader, values.loader)
  if (validation && values.validation !== null) restoreLoader(validation, values.validation)
  Object.assign(standing.place, place)
  const { seed, drawn } = recordOf('seed', values.seed)
  restoreSeed({ seed: Number(seed), drawn: Number(drawn) })
}

/** Loaders look at their states themselves. */
export function restoreLoader(loader: Loader<unknown>, state: unknown): void {
  loader.restore?.(state as never)
}

/** Callbacks by their names, and by their order where names are equal. */
function named(callbacks: readonly Callback[]): [key: string, callback: Callback][] {
  const seen = new Map<string, number>()
  return callbacks.map((callback) => {
    const name = callback.name ?? callback.constructor.name
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    return [count === 1 ? name : `${name}-${count}`, callback]
  })
}

/** @throws FormatError unless it is an object of fields */
export function recordOf(part: string, value: unknown): { readonly [name: string]: Json } {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as { readonly [name: string]: Json }
  }
  throw new FormatError('checkpoint.part', { part })
}

function placeOf(value: unknown): Place {
  const { epoch, batch, step, samples, stopped } = recordOf('place', value)
  const counts = [epoch, batch, step, samples].map(Number)
  if (!counts.every((each) => Number.isSafeInteger(each) && each >= 0)) {
    throw new FormatError('checkpoint.part', { part: 'place' })
  }
  const [e = 0, b = 0, s = 0, n = 0] = counts
  const by = typeof stopped === 'string' ? stopped : undefined
  return { epoch: e, batch: b, step: s, samples: n, stopped: by }
}

function historyOf(value: unknown): Readings[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [undefined]
  return list.map((each) => {
    const fields = Object.entries(recordOf('history', each))
    return Object.fromEntries(fields.map(([name, reading]) => [name, Number(reading)]))
  })
}
