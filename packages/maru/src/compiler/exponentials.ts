/**
 * Exponentials, logarithms and powers of float32 lanes beyond `exp` and `log`, in the manner of
 * `elementary.ts`. Errors stated bound those of eight million numbers of all sizes.
 */
import {
  exactProduct,
  exactSum,
  expInRange,
  logEdges,
  logOf,
  logOfFraction,
  logParts,
  nearest,
  polynomial,
  SIGN,
  SIGNIFICAND_BITS,
  scaled,
  signed,
} from './approximate.ts'
import { exp } from './elementary.ts'
import type { Vector, VectorBuilder } from './vector.ts'

const INFINITY = Number.POSITIVE_INFINITY

// 2^r for |r| ≤ ½, error below 2^-28
const EXP2 = [1, Math.LN2, 0.24022648, 0.0555036, 0.009618506, 0.0013390806, 0.00015326463]

/** 2^x, within 0.9 ulp (1.12 where multiply-adds round twice); exact for integers, gradually subnormal below -126. */
export function exp2(b: VectorBuilder, x: Vector): Vector {
  const v = b.let(b.binary('f32.min', b.binary('f32.max', x, b.f32(-151)), b.f32(129)))
  const n = nearest(b, v, 1, 254)
  const r = b.let(b.binary('f32.sub', v, n.value))
  return scaled(b, polynomial(b, r, EXP2), n.bits)
}

// (e^r - 1 - r)/r² for |r| ≤ ln2/2, error below 2^-31
const EXPM1 = [0.5, 0.16666666, 0.041666493, 0.008333547, 0.001393232, 0.0001976078]

// ln 2 in two parts; the first has 9 bits
const LN2_HIGH = 0.693359375
const LN2_LOW = -0.00021219444

/** e^x - 1 without cancellation near 0, within 1.5 ulp. */
export function expm1(b: VectorBuilder, x: Vector): Vector {
  const v = b.let(x)
  const bounded = b.let(b.binary('f32.min', b.binary('f32.max', v, b.f32(-18)), b.f32(89)))
  // n - 1 as a biased exponent, so that 2^128 is not needed where e^x is still finite
  const n = nearest(b, bounded, Math.LOG2E, 126)
  const close = b.fma(n.value, b.f32(-LN2_HIGH), bounded)
  const r = b.let(b.fma(n.value, b.f32(-LN2_LOW), close))
  const p = b.let(b.fma(b.binary('f32.mul', r, r), polynomial(b, r, EXPM1), r))
  const half = b.let(b.shift('i32.shl', n.bits, SIGNIFICAND_BITS))
  const sum = b.let(b.fma(half, p, b.binary('f32.sub', half, b.f32(0.5))))
  const far = b.binary('f32.add', sum, sum)
  const near = b.binary('f32.lt', b.unary('f32.abs', v), b.f32(0.34))
  return signed(b, b.select(near, p, far), v)
}

/** log(1 + x) without cancellation near 0, within 0.92 ulp (0.94 where multiply-adds round twice); -∞ at -1, NaN below. */
export function log1p(b: VectorBuilder, x: Vector): Vector {
  const v = b.let(x)
  const { sum, error } = exactSum(b, b.let(b.f32(1)), v)
  const tail = b.binary('f32.div', error, sum)
  return signed(b, logEdges(b, sum, logOf(b, logParts(b, sum), tail)), v)
}

/** Logarithm to base 2, within 1.9 ulp (2.05 where multiply-adds round twice); exact for powers of two. */
export function log2(b: VectorBuilder, x: Vector): Vector {
  const v = b.let(x)
  const { k, f } = logParts(b, v)
  return logEdges(b, v, b.fma(logOfFraction(b, f), b.f32(Math.LOG2E), k))
}

// log 2 to base 10 in two parts; the first has 7 bits, so that k times it is exact
const LG2_HIGH = 0.30078125
const LG2_LOW = 0.00024874567

/** Logarithm to base 10, within 2 ulp. */
export function log10(b: VectorBuilder, x: Vector): Vector {
  const v = b.let(x)
  const { k, f } = logParts(b, v)
  const fraction = b.binary('f32.mul', logOfFraction(b, f), b.f32(Math.LOG10E))
  const low = b.fma(k, b.f32(LG2_LOW), fraction)
  return logEdges(b, v, b.fma(k, b.f32(LG2_HIGH), low))
}

/** log(1 + e^x): max(x, 0) + log(1 + e^-|x|), within 1.75 ulp (1.8 where multiply-adds round twice). */
export function softplus(b: VectorBuilder, x: Vector): Vector {
  const v = b.let(x)
  const small = b.let(exp(b, b.binary('or', v, b.i32(SIGN))))
  const { sum, error } = exactSum(b, b.let(b.f32(1)), small)
  const tail = b.binary('f32.div', error, sum)
  return b.binary('f32.add', b.binary('f32.max', v, b.f32(0)), logOf(b, logParts(b, sum), tail))
}

/** e^|x| / 2, finite as long as sinh and cosh are. */
function halfExp(b: VectorBuilder, x: Vector): Vector & { readonly k: 'vget' } {
  const size = b.binary('f32.min', b.unary('f32.abs', x), b.f32(90))
  return b.let(expInRange(b, b.let(size), -1))
}

// (sinh(x) - x)/x³ in x² for |x| ≤ 1, error below 2^-31
const SINH = [0.16666667, 0.0083333105, 0.00019842896, 2.7822132e-6]

/** Hyperbolic sine, within 1.75 ulp. */
export function sinh(b: VectorBuilder, x: Vector): Vector {
  const v = b.let(x)
  const size = b.let(b.unary('f32.abs', v))
  const z = b.let(b.binary('f32.mul', size, size))
  const near = b.fma(b.binary('f32.mul', size, z), polynomial(b, z, SINH), size)
  const half = halfExp(b, v)
  const far = b.binary('f32.sub', half, b.binary('f32.div', b.f32(0.25), half))
  return signed(b, b.select(b.binary('f32.lt', size, b.f32(1)), near, far), v)
}

/** Hyperbolic cosine, within 1.4 ulp (1.65 where multiply-adds round twice). */
export function cosh(b: VectorBuilder, x: Vector): Vector {
  const half = halfExp(b, x)
  return b.binary('f32.add', half, b.binary('f32.div', b.f32(0.25), half))
}

// (2·artanh(s)/s - 2)/s² in s², without its first coefficient
const ARTANH_TAIL = [2 / 5, 2 / 7, 2 / 9, 2 / 11]
const TWO_THIRDS = 0.6666667
const TWO_THIRDS_LOW = -1.9868216e-8

interface Pair {
  readonly high: Vector & { readonly k: 'vget' }
  readonly low: Vector
}

/** log x for positive x as a sum of two vectors, to about 2^-34 of its size. */
function longLog(b: VectorBuilder, x: Vector): Pair {
  const add = (p: Vector, q: Vector): Vector => b.binary('f32.add', p, q)
  const sub = (p: Vector, q: Vector): Vector => b.binary('f32.sub', p, q)
  const times = (p: Vector, q: Vector): Vector => b.binary('f32.mul', p, q)
  const { k, f } = logParts(b, x)
  const d = exactSum(b, b.let(b.f32(2)), f)
  const s = b.let(b.binary('f32.div', f, d.sum))
  const sd = exactProduct(b, s, d.sum)
  const missing = sub(sub(sub(f, sd.product), sd.error), times(s, d.error))
  const sLow = b.let(b.binary('f32.div', missing, d.sum))
  const z = exactProduct(b, s, s)
  const zLow = b.let(b.fma(add(s, s), sLow, z.error))
  const tail = b.let(times(z.product, polynomial(b, z.product, ARTANH_TAIL)))
  const c = exactSum(b, b.let(b.f32(TWO_THIRDS)), tail)
  const cLow = b.let(add(c.error, b.f32(TWO_THIRDS_LOW)))
  const cz = exactProduct(b, c.sum, z.product)
  const czLow = b.fma(c.sum, zLow, b.fma(cLow, z.product, cz.error))
  const cubic = exactProduct(b, s, cz.product)
  const cubicLow = b.fma(s, czLow, b.fma(sLow, cz.product, cubic.error))
  const lead = exactSum(b, b.let(times(k, b.f32(LN2_HIGH))), b.let(add(s, s)))
  const high = exactSum(b, lead.sum, cubic.product)
  const low = b.fma(k, b.f32(LN2_LOW), add(add(sLow, sLow), cubicLow))
  return { high: high.sum, low: b.let(add(add(lead.error, high.error), low)) }
}

/** x^y for positive x and finite y below 2^31. */
function powOfPositive(b: VectorBuilder, x: Vector, y: Vector & { readonly k: 'vget' }): Vector {
  const { high, low } = longLog(b, x)
  const { product, error } = exactProduct(b, y, high)
  const bounded = b.binary('f32.min', b.binary('f32.max', product, b.f32(-104)), b.f32(89))
  const inside = b.binary('f32.lt', b.unary('f32.abs', product), b.f32(128))
  const tail = b.select(inside, b.fma(y, low, error), b.f32(0))
  return expInRange(b, b.let(bounded), 0, tail)
}

/**
 * x^y with the special values of IEEE 754-2008: 1^y and x^0 are 1 even for NaN.
 *
 * Within 1.35 ulp (1.45 where multiply-adds round twice): a logarithm in two parts, so that the
 * error does not grow with y.
 */
export function pow(b: VectorBuilder, x: Vector, y: Vector): Vector {
  const [base, exponent] = [b.let(x), b.let(y)]
  const [zero, one, infinity] = [b.f32(0), b.f32(1), b.f32(INFINITY)]
  const size = b.let(b.unary('f32.abs', base))
  const limit = 2 ** 31
  const bounded = b.binary('f32.min', b.binary('f32.max', exponent, b.f32(-limit)), b.f32(limit))
  const value = powOfPositive(b, size, b.let(bounded))
  const below = b.binary('f32.lt', size, one)
  const grows = b.binary('xor', below, b.binary('f32.lt', zero, exponent))
  const atEdge = b.binary('or', equal(b, size, zero), equal(b, size, infinity))
  const edge = b.binary('and', grows, infinity)
  const numbers = b.binary('and', equal(b, base, base), equal(b, exponent, exponent))
  const kept = b.select(numbers, b.select(atEdge, edge, value), b.f32(Number.NaN))
  const whole = b.let(equal(b, b.unary('f32.floor', exponent), exponent))
  const half = b.let(b.binary('f32.mul', exponent, b.f32(0.5)))
  const odd = b.binary('and', whole, b.not(equal(b, b.unary('f32.floor', half), half)))
  const sign = b.binary('and', b.binary('and', base, b.i32(SIGN)), odd)
  const negative = b.binary(
    'and',
    b.binary('f32.lt', base, zero),
    b.binary('f32.lt', size, infinity),
  )
  const isComplex = b.binary('and', negative, b.not(whole))
  const proper = b.select(isComplex, b.f32(Number.NaN), b.binary('xor', kept, sign))
  const isOne = b.binary('or', equal(b, exponent, zero), equal(b, base, one))
  return b.select(isOne, one, proper)
}

function equal(b: VectorBuilder, x: Vector, y: Vector): Vector {
  return b.binary('f32.eq', x, y)
}
