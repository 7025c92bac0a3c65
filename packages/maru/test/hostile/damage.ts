/** One damaged file of one reader: what is wrong with how it was read. */
import { MaruError } from '../../src/base/error.ts'
import { Stream } from '../../src/base/threefry.ts'
import { mutate } from './mutate.ts'
import type { Reader } from './readers.ts'

/** What a reader may take of memory beside ten times its file. */
const ROOM_BYTES = 64 * 1024 * 1024
const SLOW_MS = 1000

export interface Outcome {
  /** Undefined where all is well: a value or a typed error, in time and within memory. */
  readonly wrong: string | undefined
  readonly read: boolean
}

/** Reads damaged file `i` of a seed. */
export async function damage(reader: Reader, seed: number, i: number): Promise<Outcome> {
  const random = new Stream(seed, reader.name, i)
  const pick = (): Uint8Array => reader.files[random.integer(reader.files.length)] as Uint8Array
  const file = mutate(pick(), random, pick())
  const before = process.memoryUsage().arrayBuffers
  const start = performance.now()
  let error: unknown
  try {
    await reader.read(file)
  } catch (thrown) {
    error = thrown
  }
  const taken = process.memoryUsage().arrayBuffers - before
  const ms = performance.now() - start
  return { wrong: verdict(error, ms, taken, file.length), read: error === undefined }
}

function verdict(error: unknown, ms: number, taken: number, size: number): string | undefined {
  if (error !== undefined && !(error instanceof MaruError)) return `threw ${String(error)}`
  if (ms > SLOW_MS) return `took ${ms.toFixed(0)} ms`
  if (taken > 10 * size + ROOM_BYTES) return `took ${taken} bytes for a file of ${size}`
  if ('polluted' in {}) return 'changed the prototype of all objects'
  return undefined
}
