/**
 * Elementary functions of float32 lanes, in vector IR: their bits follow from its operations alone.
 * Polynomials are minimax fits by Remez's exchange: coefficients rounded to float32 one by one from
 * the lowest, the others refitted each time. Errors stated are the largest over all float32 numbers.
 */
import {
  EXP,
  expInRange,
  logEdges,
  logOf,
  logParts,
  nearest,
  polynomial,
  SIGN,
  SIGNIFICAND_BITS,
} from './approximate.ts'
import type { Vector, VectorBuilder } from './vector.ts'

// π/2 in three parts; the first two have 8 bits, so that n times each is exact for |n| < 2^16
const HALF_PI_HIGH = 1.5703125
const HALF_PI_MIDDLE = 0.0004825592041015625
const HALF_PI_LOW = 1.2675908e-6

/**
 * e^x, within 0.90 ulp (1.18 where multiply-adds round twice).
 *
 * Gradually subnormal below -87.3, 0 below -104, ∞ above 88.73.
 *
 * @see Cody & Waite 1980, Software Manual for the Elementary Functions, chapter 6
 */
export function exp(b: VectorBuilder, x: Vector): Vector {
  const bounded = b.binary('f32.min', b.binary('f32.max', x, b.f32(-104)), b.f32(89))
  return expInRange(b, b.let(bounded))
}

/**
 * Natural logarithm, within 0.92 ulp (0.93 where multiply-adds round twice), subnormal x included.
 *
 * -∞ at 0, NaN below: x = 2^k · (1 + f), log x = k·ln 2 + f + f²·P(f).
 *
 * @see Cody & Waite 1980, Software Manual for the Elementary Functions, chapter 5
 */
export function log(b: VectorBuilder, x: Vector): Vector {
  const v = b.let(x)
  return logEdges(b, v, logOf(b, logParts(b, v)))
}

// sin(r)/r and cos(r) in r² for |r| ≤ 0.79, errors below 2^-27 and 2^-33
const SIN = [1, -0.16666654, 0.008332106, -0.00019507883]
const COS = [1, -0.5, 0.041666646, -0.0013887301, 2.443067e-5]

/** sin(x + quarter · π/2): x = n·π/2 + r. */
function wave(b: VectorBuilder, x: Vector, quarter: 0 | 1): Vector {
  const v = b.let(x)
  const n = nearest(b, v, 2 / Math.PI, quarter)
  const close = b.fma(n.value, b.f32(-HALF_PI_HIGH), v)
  const closer = b.fma(n.value, b.f32(-HALF_PI_MIDDLE), close)
  const remainder = b.fma(n.value, b.f32(-HALF_PI_LOW), closer)
  // for huge x the remainder is anything; between -1 and 1 the polynomials are, too
  const bounded = b.binary('f32.min', b.binary('f32.max', remainder, b.f32(-1)), b.f32(1))
  const r = b.let(bounded)
  const z = b.let(b.binary('f32.mul', r, r))
  const sine = b.binary('f32.mul', r, polynomial(b, z, SIN))
  const odd = b.shift('i32.shrS', b.shift('i32.shl', n.bits, 31), 31)
  const sign = b.binary('and', b.shift('i32.shl', n.bits, 30), b.i32(SIGN))
  return b.binary('xor', b.select(odd, polynomial(b, z, COS), sine), sign)
}

/**
 * Sine of an angle in radians, within 9e-8 for |x| ≤ 2^16, and within 1.3 ulp for |x| ≤ 0.79.
 *
 * The error is at most 4e-7 up to 2^22; where multiply-adds round twice, 2e-6 up to 2^17 and
 * |x| · 2^-24 up to 2^22. Beyond, the result is some number between -1 and 1. NaN for ±∞.
 *
 * @see Cody & Waite 1980, Software Manual for the Elementary Functions, chapter 8
 */
export function sin(b: VectorBuilder, x: Vector): Vector {
  return wave(b, x, 0)
}

/** Cosine of an angle in radians, with the error bounds of `sin`. */
export function cos(b: VectorBuilder, x: Vector): Vector {
  return wave(b, x, 1)
}

// (tanh(x) - x)/x³ in x² for |x| ≤ 0.55, error below 2^-24 of tanh(x)
const TANH = [-0.33332947, 0.13320729, -0.052671988, 0.01643779]

// e^(2r)
const EXP_TWICE = EXP.map((c, power) => c * (1 << power))

/**
 * Hyperbolic tangent, within 1.59 ulp; exactly ±1 from |x| = 9.02 on.
 *
 * An odd polynomial up to 0.55, from there 1 - 2/(e^2|x| + 1).
 *
 * @see Cody & Waite 1980, Software Manual for the Elementary Functions, chapter 13
 */
export function tanh(b: VectorBuilder, x: Vector): Vector {
  const v = b.let(x)
  const size = b.let(b.unary('f32.abs', v))
  const z = b.let(b.binary('f32.mul', size, size))
  const near = b.fma(b.binary('f32.mul', size, z), polynomial(b, z, TANH), size)
  const bounded = b.let(b.binary('f32.min', size, b.f32(9.2)))
  const n = nearest(b, bounded, 2 * Math.LOG2E, 127)
  // one part of ln 2 will do: with n grows e^2|x|, and its error counts for less
  const r = b.let(b.fma(n.value, b.f32(-Math.LN2 / 2), bounded))
  const power = b.shift('i32.shl', n.bits, SIGNIFICAND_BITS)
  const one = b.f32(1)
  const sum = b.fma(polynomial(b, r, EXP_TWICE), power, one)
  const far = b.binary('f32.sub', one, b.binary('f32.div', b.f32(2), sum))
  const value = b.select(b.binary('f32.lt', size, b.f32(0.55)), near, far)
  return b.binary('or', value, b.binary('xor', v, size))
}

/**
 * Logistic function 1/(1 + e^-x), within 1.65 ulp (1.97 where multiply-adds round twice), also where
 * it is subnormal.
 */
export function sigmoid(b: VectorBuilder, x: Vector): Vector {
  const v = b.let(x)
  const negative = b.binary('or', v, b.i32(SIGN))
  const e = b.let(expInRange(b, b.let(b.binary('f32.max', negative, b.f32(-104)))))
  // with w = e/(1 + e), e - e·w and 1 - w round less than the quotients that they equal
  const minusW = b.binary('f32.div', e, b.binary('f32.sub', b.f32(-1), e))
  const whole = b.let(b.select(b.binary('f32.lt', v, b.f32(0)), e, b.f32(1)))
  return b.fma(minusW, whole, whole)
}

// erf(x)/x - 1 in x² for |x| ≤ 1.15, error below 2^-25
const ERF_NEAR = [
  0.12837915, -0.37612534, 0.11282646, -0.026818816, 0.0051292027, -0.0007547688, 6.4894215e-5,
]

// (1 - erf(x))^-⅛ for x ≥ 1.15, error below 2^-27 of erf(x)
const ERF_FAR = [
  0.9918905, 0.17912415, 0.012975846, 0.110227026, -0.05461234, 0.025284808, -0.0054389387,
  0.00065908034,
]

/**
 * Error function 2/√π · ∫₀ˣ e^(-t²) dt, within 1.69 ulp (1.86 where multiply-adds round twice).
 *
 * An odd polynomial up to 1.15, from there 1 - 1/Q(|x|)⁸.
 *
 * @see Abramowitz & Stegun 1964, 7.1.28, after Hastings 1955, for the form of the far part
 */
export function erf(b: VectorBuilder, x: Vector): Vector {
  const v = b.let(x)
  const size = b.let(b.unary('f32.abs', v))
  const z = b.let(b.binary('f32.mul', size, size))
  const near = b.fma(size, polynomial(b, z, ERF_NEAR), size)
  const q = b.let(polynomial(b, size, ERF_FAR))
  const q2 = b.let(b.binary('f32.mul', q, q))
  const q4 = b.let(b.binary('f32.mul', q2, q2))
  const one = b.f32(1)
  const tail = b.binary('f32.div', one, b.binary('f32.mul', q4, q4))
  const far = b.binary('f32.sub', one, tail)
  const value = b.select(b.binary('f32.lt', size, b.f32(1.15)), near, far)
  return b.binary('or', value, b.binary('xor', v, size))
}
