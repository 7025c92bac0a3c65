/** The command line of `npm start`. */
import { readArguments } from './arguments.ts'

export interface Options {
  /** Folder of the MNIST files; generated digits without one. */
  readonly data: string | undefined
  readonly epochs: number | undefined
  readonly seed: number
  readonly json: boolean
  readonly help: boolean
}

const known = { data: '<folder>', epochs: '<n>', seed: '<n>', json: '', help: '' }

/** @throws UsageError for what is no option, lacks its value or has a wrong one */
export function readOptions(args: readonly string[]): Options {
  const given = readArguments(args, { options: known, words: [] })
  return {
    data: given.text('data'),
    epochs: given.integer('epochs', 1),
    seed: given.integer('seed', 0) ?? 0,
    json: given.has('json'),
    help: given.has('help'),
  }
}
