/** What is being recorded by `compile`, if anything is. */
import { TraceError } from '../base/error.ts'
import type { Data } from '../graph/data.ts'

/**
 * Host-side work just before a run; it sees the values that a compiled function was called with,
 * and may return what takes it back if the run fails.
 */
export type Action = (args: readonly Data[]) => (() => void) | undefined

/** A recording: what must happen before each replay, and the first read that was tried in it. */
export interface Trace {
  readonly before: Action[]
  mistake: TraceError | undefined
}

let active: Trace | undefined
/** Bodies of loops and branches that are being recorded, one in another. */
let bodies = 0
let queued: Action[] = []

export function tracing(): Trace | undefined {
  return active
}

/** Whether what is recorded now will run again and again: it is inside of `compile`. */
export function willReplay(): boolean {
  return active !== undefined && active.before !== queued
}

/** Runs `body` while recording into `trace`. */
export function record<T>(trace: Trace, body: () => T): T {
  const outer = active
  active = trace
  try {
    return body()
  } finally {
    active = outer
  }
}

/** Runs the body of a loop or branch: no values there either, and host work belongs to what is around. */
export function recordInside<T>(body: () => T): T {
  const trace: Trace = { before: active?.before ?? queued, mistake: undefined }
  bodies++
  try {
    const result = record(trace, body)
    if (trace.mistake) throw trace.mistake
    return result
  } finally {
    bodies--
  }
}

/** Throws in the body of a loop, a branch or a batch, whose values are no cell's. */
export function expectNoBody(): void {
  if (bodies > 0) throw new TraceError('trace.write', {})
}

/**
 * Throws while recording, when no tensor has a value. The recording remembers it, too: in an async
 * function the error ends in a promise.
 */
export function expectValues(): void {
  if (!active) return
  const error = new TraceError('trace.read', {})
  active.mistake ??= error
  throw error
}

/** Does `action` just before the next run, or before every replay if this is being recorded. */
export function beforeRun(action: Action): void {
  const list = active?.before ?? queued
  list.push(action)
}

/** What waits for the next run. */
export function takeActions(): readonly Action[] {
  const taken = queued
  queued = []
  return taken
}
