/** Where the machinery tells what it does, to those who listen; nobody listening costs a comparison. */
import { debugLevel } from '../base/env.ts'
import { labelOfLaunch } from '../compiler/print.ts'
import type { Launch, Program } from '../compiler/program.ts'

/** A stretch of time, in milliseconds of `performance.now()`. */
interface Stretch {
  readonly start: number
  readonly end: number
}

/** One launch of a program that has run. */
export interface Launched extends Stretch {
  readonly program: Program
  /** One of the program's; in a loop it is told of at every turn. */
  readonly launch: Launch
  /** 0 is the calling thread. */
  readonly thread: number
}

/** Work of the runtime on the calling thread. */
export interface Worked extends Stretch {
  readonly what: 'record' | 'capture' | 'compile' | 'run'
  readonly details: Readonly<Record<string, number | string>>
  /** Bytes in use on the device afterwards. */
  readonly live: number
}

export interface Watcher {
  launched?(event: Launched): void
  worked?(event: Worked): void
}

const watchers = new Set<Watcher>()

/** Tells a watcher of everything from now on; the result ends it. */
export function watch(watcher: Watcher): () => void {
  watchers.add(watcher)
  return () => {
    watchers.delete(watcher)
  }
}

/** Whether `worked` has a listener. */
export function isWatched(): boolean {
  return watchers.size > 0
}

/** Whether a backend should time its launches and tell of them. */
export function timesLaunches(): boolean {
  return watchers.size > 0 || debugLevel() >= 2
}

export function launched(event: Launched): void {
  for (const watcher of watchers) watcher.launched?.(event)
  if (debugLevel() < 2) return
  const ms = (event.end - event.start).toFixed(3).padStart(9)
  console.error(`maru: ${ms} ms  ${labelOfLaunch(event.launch)}`)
}

export function worked(event: Worked): void {
  for (const watcher of watchers) watcher.worked?.(event)
}
