/** Operations on the bits of integers. */
import { powerOfTwo } from '../base/float.ts'
import { threefry2x32 } from '../base/threefry.ts'
import type { Elementwise } from '../graph/primitive.ts'
import { elementwise } from './build.ts'

/** Ones where both have ones; of bools, whether both are true. */
export const bitwiseAnd: Elementwise = elementwise('bitwiseAnd', {
  arity: 2,
  takes: 'integer',
  scalar: (_, a, b) => a & b,
  long: (_, a, b) => Number(BigInt(a) & BigInt(b)),
})

/** Ones where either has ones. */
export const bitwiseOr: Elementwise = elementwise('bitwiseOr', {
  arity: 2,
  takes: 'integer',
  scalar: (_, a, b) => a | b,
  long: (_, a, b) => Number(BigInt(a) | BigInt(b)),
})

/** Ones where just one has ones. */
export const bitwiseXor: Elementwise = elementwise('bitwiseXor', {
  arity: 2,
  takes: 'integer',
  scalar: (_, a, b) => a ^ b,
  long: (_, a, b) => Number(BigInt(a) ^ BigInt(b)),
})

/** `a · 2ᵇ`, high bits lost; 0 where b is not within 0 … 31 (63 of int64). */
export const shiftLeft: Elementwise = elementwise('shiftLeft', {
  arity: 2,
  takes: 'int',
  cost: 16,
  scalar: (_, a, b) => (b < 0 || b > 31 ? 0 : a << b),
  long: (_, a, b) => (b < 0 || b > 63 ? 0 : a * powerOfTwo(b)),
})

/** `⌊a / 2ᵇ⌋`; where b is not within 0 … 31 (63 of int64), as for that. */
export const shiftRight: Elementwise = elementwise('shiftRight', {
  arity: 2,
  takes: 'int',
  cost: 16,
  scalar: (_, a, b) => a >> (b < 0 || b > 31 ? 31 : b),
  long: (_, a, b) => Math.floor(a / powerOfTwo(b < 0 || b > 63 ? 63 : b)),
})

/** One word of Threefry's block at (counter, upper) under the key of two words, as int32. */
export const threefry: Elementwise<{ readonly word: 0 | 1; readonly upper: number }> = elementwise(
  'threefry',
  {
    arity: 3,
    takes: 'int',
    cost: 120,
    scalar: ({ word, upper }, counter, key0, key1) =>
      threefry2x32(key0, key1, counter, upper)[word] | 0,
  },
)
