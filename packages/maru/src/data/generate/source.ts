/** Where generators take their random numbers from. */
import { ValueError } from '../../base/error.ts'
import { expectInteger } from '../../base/shape.ts'
import { Stream } from '../../base/threefry.ts'

/** What each generator makes is fixed by its version, its options and the seed: another output is another version. */
export const versions = {
  logic: 1,
  moons: 1,
  circles: 1,
  spirals: 1,
  blobs: 1,
  ring: 1,
  grid: 1,
  swissRoll: 1,
  adding: 1,
  temporalOrder: 1,
  copyMemory: 1,
  parity: 1,
  multiSine: 1,
  mackeyGlass: 1,
  randomWalk: 1,
  autoregression: 1,
  textures: 1,
  shapes: 2,
  dates: 1,
  numberWords: 1,
} as const

export type GeneratorName = keyof typeof versions

/** The stream of a generator's current version. @throws ValueError unless the seed is an integer ≥ 0 */
export function source(name: GeneratorName, seed: number): Stream {
  return new Stream(expectInteger(name, 'seed', seed, 0), name, versions[name])
}

/** A finite number of at least `low`. @throws ValueError otherwise */
export function expectAtLeast(op: string, name: string, value: number, low: number): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= low) return value
  throw new ValueError('value.least', { op, name, got: String(value), low })
}

/** Values that one typed array holds on every engine. */
const MOST_VALUES = 2 ** 30

/** Room for `count` rows. @throws ValueError when they are more than an array holds */
export function roomFor(op: string, count: number, row: number): Float32Array {
  expectInteger(op, 'count', count, 0)
  if (count * row <= MOST_VALUES) return new Float32Array(count * row)
  const high = Math.floor(MOST_VALUES / row)
  throw new ValueError('value.range', { op, name: 'count', got: count, low: 0, high })
}
