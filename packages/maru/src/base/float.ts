/** Bit-level work on float64 values: exponents, exact scaling, sums and products without error. */

const view = new DataView(new ArrayBuffer(8))

/** 2^k for -1022 ≤ k ≤ 1023, from its bits. */
export function powerOfTwo(k: number): number {
  view.setUint32(0, (k + 1023) << 20)
  view.setUint32(4, 0)
  return view.getFloat64(0)
}

const BIG = powerOfTwo(1023)
const SMALL = powerOfTwo(-969) // leaves a normal number, so that only the last product rounds
const TWO_54 = powerOfTwo(54)

/** The e in |x| = m · 2^e with 1 ≤ m < 2, for finite nonzero x. */
export function exponentOf(x: number): number {
  view.setFloat64(0, x)
  const e = (view.getUint32(0) >>> 20) & 0x7ff
  return e === 0 ? exponentOf(x * TWO_54) - 54 : e - 1023
}

/** x · 2^k for |k| ≤ 4096, rounded once when |x| ≥ 2^-53. */
export function scale(x: number, k: number): number {
  while (k > 1023) {
    x *= BIG
    k -= 1023
  }
  while (k < -1022) {
    x *= SMALL
    k += 969
  }
  return x * powerOfTwo(k)
}

/** c₀ + c₁·x + c₂·x² + …, by Horner's rule. */
export function polynomial(c: readonly number[], x: number): number {
  let sum = 0
  for (let i = c.length - 1; i >= 0; i--) sum = sum * x + (c[i] as number)
  return sum
}

/** What a + b lost to rounding, where sum = a + b (Knuth's two-sum). */
export function sumError(a: number, b: number, sum: number): number {
  const bb = sum - a
  return a - (sum - bb) + (b - bb)
}

/** What a · b lost to rounding, where product = a · b (Dekker 1971); for |a|, |b| < 2^996. */
export function productError(a: number, b: number, product: number): number {
  const a1 = highHalf(a)
  const b1 = highHalf(b)
  const a2 = a - a1
  const b2 = b - b1
  return a1 * b1 - product + a1 * b2 + a2 * b1 + a2 * b2
}

/** The upper 26 bits of x, so that products of halves are exact. */
function highHalf(x: number): number {
  const t = 134217729 * x
  return t - (t - x)
}
