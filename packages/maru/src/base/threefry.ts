/** Counter-based random numbers: the same stream on every engine, backend and thread count. */

import { ValueError } from './error.ts'
import { cos, log } from './math.ts'
import { expectInteger } from './shape.ts'

/**
 * Threefry-2x32 with 20 rounds: a keyed bijection of 64-bit counters.
 *
 * @returns two words in 0 … 2^32 - 1
 * @see Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", SC'11
 */
export function threefry2x32(
  key0: number,
  key1: number,
  counter0: number,
  counter1: number,
): [number, number] {
  const key2 = key0 ^ key1 ^ 0x1bd11bda
  let a = (counter0 + key0) | 0
  let b = (counter1 + key1) | 0
  for (let group = 1; group <= 5; group++) {
    if (group & 1) {
      a = (a + b) | 0
      b = ((b << 13) | (b >>> 19)) ^ a
      a = (a + b) | 0
      b = ((b << 15) | (b >>> 17)) ^ a
      a = (a + b) | 0
      b = ((b << 26) | (b >>> 6)) ^ a
      a = (a + b) | 0
      b = ((b << 6) | (b >>> 26)) ^ a
    } else {
      a = (a + b) | 0
      b = ((b << 17) | (b >>> 15)) ^ a
      a = (a + b) | 0
      b = ((b << 29) | (b >>> 3)) ^ a
      a = (a + b) | 0
      b = ((b << 16) | (b >>> 16)) ^ a
      a = (a + b) | 0
      b = ((b << 24) | (b >>> 8)) ^ a
    }
    const turn = group % 3
    a = (a + (turn === 0 ? key0 : turn === 1 ? key1 : key2)) | 0
    b = (b + (turn === 0 ? key1 : turn === 1 ? key2 : key0) + group) | 0
  }
  return [a >>> 0, b >>> 0]
}

/** One element of a stream's path: a layer's name, a step, an index. */
export type PathPart = string | number

/** Everything a stream is: 64 bits of key, and the number of words drawn. Safe to write as JSON. */
export interface StreamState {
  readonly key: readonly [number, number]
  readonly position: number
}

// upper counter words of key derivation; a stream's own counters stay below 2^21
const NUMBER = 0x80000000
const TEXT = 0xc0000000
const UNIT = 0xe0000000

/**
 * A random stream that is a pure function of its seed and path.
 *
 * The key starts as the 64 bits of the seed; each part of the path replaces it by a Threefry block
 * under the key so far: a number n by the block at 2^63 + n, a string by the blocks of its length
 * and of each UTF-16 code unit in turn. Word i of the stream is half of the block at ⌊i/2⌋.
 *
 * @example new Stream(0, 'conv1', 'weight').uniform() === new Stream(0, 'conv1', 'weight').uniform()
 */
export class Stream {
  #key: readonly [number, number]
  #position = 0
  #block: readonly [number, number] = [0, 0]

  /** @throws ValueError unless the seed and each number of the path are safe integers ≥ 0 */
  constructor(seed: number, ...path: PathPart[]) {
    const [low, high] = words('seed', seed)
    this.#key = path.reduce(fold, [low, high])
  }

  /** A stream further down the path, independent of this one's position. */
  fork(...path: PathPart[]): Stream {
    const child = new Stream(0)
    child.#key = path.reduce(fold, this.#key)
    return child
  }

  /** The next 32 bits, as an integer in 0 … 2^32 - 1. */
  bits(): number {
    const position = this.#position++
    if (position & 1) return this.#block[1]
    const counter = position / 2
    this.#block = threefry2x32(this.#key[0], this.#key[1], counter >>> 0, counter / 4294967296)
    return this.#block[0]
  }

  /** Uniform in [0, 1): a multiple of 2^-24, so exact in float32. */
  uniform(): number {
    return (this.bits() >>> 8) / 16777216
  }

  /** Uniform among 0 … n - 1 without bias, by rejection. @throws ValueError unless 1 ≤ n ≤ 2^32 */
  integer(n: number): number {
    expectInteger('Stream.integer', 'n', n, 1)
    if (n > 4294967296) {
      throw new ValueError('value.range', {
        op: 'Stream.integer',
        name: 'n',
        got: n,
        low: 1,
        high: 4294967296,
      })
    }
    const limit = 4294967296 - (4294967296 % n)
    let bits = this.bits()
    while (bits >= limit) bits = this.bits()
    return bits % n
  }

  /**
   * Standard normal, √(-2 log u) · cos(2πv): two words for one number, at most 6.7 from 0.
   *
   * @see Box & Muller 1958, Ann. Math. Stat. 29, 610-611
   */
  normal(): number {
    const u = (this.bits() + 0.5) / 4294967296
    const v = this.bits() / 4294967296
    return Math.sqrt(-2 * log(u)) * cos(2 * Math.PI * v)
  }

  /** The numbers 0 … n - 1 in random order, by Fisher and Yates's shuffle. */
  permutation(n: number): Uint32Array {
    expectInteger('Stream.permutation', 'n', n, 0)
    const order = Uint32Array.from({ length: n }, (_, i) => i)
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(i + 1)
      const held = order[i] as number
      order[i] = order[j] as number
      order[j] = held
    }
    return order
  }

  /** Fills an array with uniform numbers in [low, high), rounded to float32. */
  fill(out: Float32Array, low: number, high: number): void {
    for (let i = 0; i < out.length; i++) out[i] = low + (high - low) * this.uniform()
  }

  state(): StreamState {
    return { key: [...this.#key], position: this.#position }
  }

  /** Takes the key and position of another stream; its next number is the other's next. */
  restore({ key, position }: StreamState): void {
    this.#key = [key[0] >>> 0, key[1] >>> 0]
    this.#position = expectInteger('Stream.restore', 'position', position, 0)
    if (position & 1) {
      this.#position--
      this.bits()
    }
  }
}

function words(name: string, n: number): [number, number] {
  expectInteger('Stream', name, n, 0)
  return [n >>> 0, Math.floor(n / 4294967296)]
}

function fold(key: readonly [number, number], part: PathPart): [number, number] {
  if (typeof part === 'number') {
    const [low, high] = words('path', part)
    return threefry2x32(key[0], key[1], low, NUMBER + high)
  }
  let next = threefry2x32(key[0], key[1], part.length, TEXT)
  for (let i = 0; i < part.length; i++) {
    next = threefry2x32(next[0], next[1], part.charCodeAt(i), UNIT)
  }
  return next
}
