/** What the elementary functions are made of: polynomials, scaling, exact products, logarithms in parts. */
import type { Vector, VectorBuilder } from './vector.ts'

/** A vector that is computed once. */
type Named = ReturnType<VectorBuilder['let']>

// ln 2 in two parts; the first has 9 bits, so that n times it is exact
const LN2_HIGH = 0.693359375
const LN2_LOW = -0.00021219444

export const SIGN = -0x80000000
const EXPONENT = -0x800000
export const SIGNIFICAND_BITS = 23

// e^r for |r| ≤ ln2/2, error below 2^-28
export const EXP: readonly number[] = [
  1, 1, 0.49999994, 0.16666517, 0.041668102, 0.0083691925, 0.0013838909,
]

/** `c₀ + c₁·x + c₂·x² + …`, by Horner's rule. */
export function polynomial(b: VectorBuilder, x: Vector, coefficients: readonly number[]): Vector {
  return coefficients.map((c) => b.f32(c)).reduceRight((sum, c) => b.fma(sum, x, c))
}

interface Rounded {
  /** The integer, as float32. */
  readonly value: Vector
  /** The integer plus the bias, in the low bits. */
  readonly bits: Vector
}

/** The integer nearest to `x · factor`: adding 1.5 · 2^23 pushes a fraction out of the significand. */
export function nearest(b: VectorBuilder, x: Vector, factor: number, bias: number): Rounded {
  const shifter = b.f32(12582912 + bias)
  const bits = b.let(b.fma(x, b.f32(factor), shifter))
  return { value: b.let(b.binary('f32.sub', bits, shifter)), bits }
}

/** The product of a value with 2^n, where `bits` holds n + 254: also where 2^n is outside of float32. */
export function scaled(b: VectorBuilder, value: Vector, bits: Vector): Vector {
  // 2^⌊n/2⌋ first, then 2^⌈n/2⌉, which rounds
  const half = b.shift('i32.shrS', bits, 1)
  const floorPower = b.let(b.shift('i32.shl', half, SIGNIFICAND_BITS))
  const power = b.shift('i32.shl', bits, SIGNIFICAND_BITS)
  const ceilPower = b.binary('i32.sub', power, floorPower)
  return b.binary('f32.mul', b.binary('f32.mul', value, floorPower), ceilPower)
}

/** e^(x + tail) · 2^shift for -104 ≤ x ≤ 90: x = n·ln 2 + r. */
export function expInRange(b: VectorBuilder, x: Vector, shift = 0, tail?: Vector): Vector {
  const n = nearest(b, x, Math.LOG2E, 254)
  const close = b.fma(n.value, b.f32(-LN2_HIGH), x)
  const low = b.fma(n.value, b.f32(-LN2_LOW), close)
  const r = b.let(tail ? b.binary('f32.add', low, tail) : low)
  const bits = shift === 0 ? n.bits : b.let(b.binary('i32.add', n.bits, b.i32(shift)))
  return scaled(b, polynomial(b, r, EXP), bits)
}

// (log(1 + f) - f)/f² for √½ ≤ 1 + f ≤ √2, error below 2^-25 of log(1 + f)
const LOG = [
  -0.5, 0.3333333, -0.25000823, 0.2000126, -0.16623189, 0.14199485, -0.13156137, 0.1277214,
  -0.076595016,
]

const SMALLEST_NORMAL = 1.1754943508222875e-38
const SQRT_HALF_BITS = 0x3f3504f3

/** x = 2^k · (1 + f) with √½ ≤ 1 + f ≤ √2, for positive x, subnormal ones included. */
export interface LogParts {
  readonly k: Named
  readonly f: Named
}

export function logParts(b: VectorBuilder, x: Vector): LogParts {
  const v = b.let(x)
  const tiny = b.let(b.binary('f32.lt', v, b.f32(SMALLEST_NORMAL)))
  const normal = b.let(b.select(tiny, b.binary('f32.mul', v, b.f32(1 << SIGNIFICAND_BITS)), v))
  const offset = b.let(b.binary('i32.sub', normal, b.i32(SQRT_HALF_BITS)))
  const shift = b.binary('and', tiny, b.i32(SIGNIFICAND_BITS))
  const exponent = b.binary('i32.sub', b.shift('i32.shrS', offset, SIGNIFICAND_BITS), shift)
  const k = b.let(b.unary('f32.fromI32', exponent))
  const reduced = b.binary('i32.sub', normal, b.binary('and', offset, b.i32(EXPONENT)))
  return { k, f: b.let(b.binary('f32.sub', reduced, b.f32(1))) }
}

/** k·ln 2 + log(1 + f) + tail. */
export function logOf(b: VectorBuilder, { k, f }: LogParts, tail?: Vector): Vector {
  const product = b.binary('f32.mul', k, b.f32(LN2_LOW))
  const low = tail ? b.binary('f32.add', product, tail) : product
  const rest = b.fma(b.binary('f32.mul', f, f), polynomial(b, f, LOG), low)
  return b.fma(k, b.f32(LN2_HIGH), b.binary('f32.add', f, rest))
}

/** log(1 + f). */
export function logOfFraction(b: VectorBuilder, f: Vector): Vector {
  return b.fma(b.binary('f32.mul', f, f), polynomial(b, f, LOG), f)
}

/** A logarithm of x, with its values outside of the positive numbers. */
export function logEdges(b: VectorBuilder, x: Vector, value: Vector): Vector {
  const v = b.let(x)
  const zero = b.f32(0)
  const infinity = b.f32(Number.POSITIVE_INFINITY)
  // the mask of a negative number is itself a NaN, and stays one
  const edge = b.binary('or', b.binary('f32.lt', v, zero), b.f32(Number.NEGATIVE_INFINITY))
  const proper = b.select(b.binary('f32.lt', zero, v), value, edge)
  return b.select(b.binary('f32.lt', v, infinity), proper, v)
}

/** A sum of two vectors and what it lost to rounding (Knuth's two-sum). */
export function exactSum(b: VectorBuilder, x: Named, y: Named): { sum: Named; error: Vector } {
  const sum = b.let(b.binary('f32.add', x, y))
  const part = b.let(b.binary('f32.sub', sum, x))
  const fromX = b.binary('f32.sub', x, b.binary('f32.sub', sum, part))
  return { sum, error: b.binary('f32.add', fromX, b.binary('f32.sub', y, part)) }
}

/** The upper 12 bits of the significand, and the rest: products of such halves are exact. */
export function halves(b: VectorBuilder, x: Named): readonly [high: Named, low: Named] {
  const high = b.let(b.binary('and', x, b.i32(-0x1000)))
  return [high, b.let(b.binary('f32.sub', x, high))]
}

/** A product of two vectors and what it lost to rounding (Dekker 1971), fused or not. */
export function exactProduct(
  b: VectorBuilder,
  x: Named,
  y: Named,
): { product: Named; error: Vector } {
  const product = b.let(b.binary('f32.mul', x, y))
  const [x1, x2] = halves(b, x)
  const [y1, y2] = halves(b, y)
  const times = (a: Vector, c: Vector): Vector => b.binary('f32.mul', a, c)
  const missing = b.binary('f32.sub', times(x1, y1), product)
  const mixed = b.binary('f32.add', b.binary('f32.add', missing, times(x1, y2)), times(x2, y1))
  return { product, error: b.binary('f32.add', mixed, times(x2, y2)) }
}

/** A size with the sign bit of another vector. */
export function signed(b: VectorBuilder, size: Vector, like: Vector): Vector {
  return b.binary('or', size, b.binary('and', like, b.i32(SIGN)))
}
