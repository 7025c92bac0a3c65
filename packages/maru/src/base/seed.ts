/** The global seed: one call decides every random number that is not given a seed of its own. */
import { expectInteger } from './shape.ts'
import { Stream } from './threefry.ts'

let seed = 0
let drawn = 0

/** Sets the global seed and starts its streams anew. @throws ValueError unless an integer ≥ 0 */
export function manualSeed(value: number): void {
  seed = expectInteger('manualSeed', 'seed', value, 0)
  drawn = 0
}

/** The next stream of the global seed, for a purpose: the n-th call since `manualSeed` decides it. */
export function nextStream(purpose: string): Stream {
  return new Stream(seed, purpose, drawn++)
}

/** The global seed, and how many of its streams are in use. Safe to write as JSON. */
export interface SeedState {
  readonly seed: number
  readonly drawn: number
}

export function seedState(): SeedState {
  return { seed, drawn }
}

/** Goes to where the streams stood. @throws ValueError for what is no state */
export function restoreSeed(state: SeedState): void {
  const streams = expectInteger('restoreSeed', 'drawn', state.drawn, 0)
  manualSeed(state.seed)
  drawn = streams
}
