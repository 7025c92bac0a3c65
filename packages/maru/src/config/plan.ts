/** What is known when a network is put together. */
import { FormatError } from '../base/error.ts'
import type { Module } from '../nn/index.ts'

/** What is to be learned: what a sample looks like, and what is asked of it. */
export interface Task {
  /** Shape of a sample without the batch: [features], or [channels, height, width]. */
  readonly input: readonly number[]
  /** Names of the classes; a number is predicted where there are none. */
  readonly classes?: readonly string[] | undefined
}

/** A non-linearity: what stands between layers, or a cell that has its own. */
export interface Unit {
  /** Between two layers. */
  readonly between?: () => Module
  /** What goes over a sequence; the result has `hidden` features. */
  readonly cell?: (inputs: number, hidden: number) => Module
}

/** What connectivity is built of. */
export interface Plan {
  readonly input: readonly number[]
  readonly outputs: number
  /** Units of each hidden layer, or channels. */
  readonly sizes: readonly number[]
  readonly unit: Unit
  /** Name of the unit, for messages. */
  readonly unitName: string
  readonly dropout: number
}

/** The layer between two others. @throws FormatError for a unit that is a cell of sequences only */
export function between({ unit, unitName }: Plan): Module {
  if (unit.between) return unit.between()
  throw new FormatError('config.unit', { unit: unitName })
}

/** An entry of a closed registry. @throws FormatError for a name that it does not have */
export function entryOf<T>(
  drawer: string,
  registry: Readonly<Record<string, T>>,
  name: unknown,
): T {
  const entry =
    typeof name === 'string' && Object.hasOwn(registry, name) ? registry[name] : undefined
  if (entry !== undefined) return entry
  const got = typeof name === 'string' ? name : String(JSON.stringify(name))
  throw new FormatError('config.entry', { drawer, got, known: Object.keys(registry) })
}
