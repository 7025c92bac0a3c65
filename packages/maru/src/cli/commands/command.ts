/** What every command of `maru` is. */
import type { Arguments, Grammar } from '../arguments.ts'
import type { Reporter } from '../reporter.ts'

/** Exit codes; a process that Ctrl-C ends has 128 and the number of the signal. */
export const EXIT = { done: 0, failed: 1, misused: 2, interrupted: 130 } as const

export interface Command {
  readonly grammar: Grammar
  /** Returns the exit code. */
  run(given: Arguments, to: Reporter): Promise<number>
}
