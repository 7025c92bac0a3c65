/** Stored int64 as the numbers that primitives compute on. */
import { nearestInt64 } from '../base/dtype.ts'
import { powerOfTwo } from '../base/float.ts'

/** Every integer below it is a number of its own. */
const SAFE = powerOfTwo(53)
const LIMIT = powerOfTwo(63)

/**
 * The int64 values of some arrays, as numbers.
 *
 * Up to 2^53 − 1 a value is its number. Larger ones have numbers beyond, in their order, that stand for
 * them: good enough for what moves and compares, which is all that may be done with them.
 */
export class Int64Numbers {
  readonly #numbers = new Map<bigint, number>()
  readonly #values = new Map<number, bigint>()

  constructor(arrays: readonly BigInt64Array[]) {
    const large = new Set<bigint>()
    for (const values of arrays) {
      for (const value of values) if (!Number.isSafeInteger(Number(value))) large.add(value)
    }
    const ordered = [...large].sort((a, b) => (a < b ? -1 : 1))
    const negative = ordered.filter((value) => value < 0n).reverse()
    const positive = ordered.filter((value) => value > 0n)
    negative.forEach((value, i) => {
      this.#note(value, -(SAFE + 2 * i))
    })
    positive.forEach((value, i) => {
      this.#note(value, SAFE + 2 * i)
    })
  }

  #note(value: bigint, beyond: number): void {
    // The ends are what numbers saturate to, as the border of a pooled input does.
    const isEnd = value === nearestInt64(-LIMIT) || value === nearestInt64(LIMIT)
    const number = isEnd ? Number(value) : beyond
    this.#numbers.set(value, number)
    this.#values.set(number, value)
  }

  decode(values: BigInt64Array): Float64Array {
    return Float64Array.from(values, (value) => this.#numbers.get(value) ?? Number(value))
  }

  encode(numbers: ArrayLike<number>, into: BigInt64Array): void {
    for (let i = 0; i < into.length; i++) {
      const number = numbers[i] ?? 0
      into[i] = this.#values.get(number) ?? nearestInt64(number)
    }
  }
}
