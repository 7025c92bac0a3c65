/** What is being recorded by `compile`, if anything is. */
import type { Data } from '../graph/data.ts'

/** Host-side work around a run; it sees the values that a compiled function was called with. */
export type Action = (args: readonly Data[]) => void

/** A recording: what must happen before each replay. */
export interface Trace {
  readonly before: Action[]
}

let active: Trace | undefined

export function tracing(): Trace | undefined {
  return active
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

/** Does `action` before the run: now, or before every replay if this is being recorded. */
export function beforeRun(action: Action): void {
  if (active) active.before.push(action)
  else action([])
}
