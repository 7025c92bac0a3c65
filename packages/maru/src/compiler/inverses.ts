/**
 * Inverse trigonometric and hyperbolic functions of float32 lanes, in the manner of `elementary.ts`.
 * Errors stated bound those of eight million numbers of all sizes.
 */
import { exactSum, logOf, logParts, polynomial, SIGN, signed } from './approximate.ts'
import { log1p } from './exponentials.ts'
import type { Vector, VectorBuilder } from './vector.ts'

type Named = ReturnType<VectorBuilder['let']>

// π/2 in two parts
const HALF_PI = 1.5707963705062866
const HALF_PI_LOW = -4.371139e-8

// tan(π/8)
const TAN_EIGHTH = 0.41421357

// (arctan(t) - t)/t³ in t² for |t| ≤ tan(π/8), error below 2^-30
const ATAN = [-0.33333316, 0.19998528, -0.14244393, 0.105991915, -0.06090139]

/**
 * Angle of the point (x, y) in radians, from -π to π, within 1.85 ulp; the signs of zeros count.
 *
 * The ratio r of the smaller to the larger side, or above tan(π/8) the tangent (r - 1)/(r + 1) of
 * the angle less π/4.
 */
export function atan2(b: VectorBuilder, y: Vector, x: Vector): Vector {
  const [v, u] = [b.let(y), b.let(x)]
  const ratio = sides(b, b.let(b.unary('f32.abs', v)), b.let(b.unary('f32.abs', u)))
  const steep = b.binary('f32.lt', b.binary('f32.mul', ratio.large, b.f32(TAN_EIGHTH)), ratio.small)
  const isSteep = b.let(steep)
  const above = b.select(isSteep, b.binary('f32.sub', ratio.small, ratio.large), ratio.small)
  const below = b.select(isSteep, b.binary('f32.add', ratio.small, ratio.large), ratio.large)
  const t = b.let(b.binary('f32.div', above, below))
  const z = b.let(b.binary('f32.mul', t, t))
  const cubic = b.binary('f32.mul', b.binary('f32.mul', t, z), polynomial(b, z, ATAN))
  const when = (mask: Vector, value: number): Vector => b.binary('and', mask, b.f32(value))
  const low = b.binary('f32.add', cubic, when(isSteep, HALF_PI_LOW / 2))
  const eighth = b.let(b.binary('f32.add', when(isSteep, HALF_PI / 2), b.binary('f32.add', t, low)))
  const swapped = b.let(b.binary('f32.lt', b.unary('f32.abs', u), b.unary('f32.abs', v)))
  const quarter = b.let(b.select(swapped, less(b, 1, eighth), eighth))
  const left = b.shift('i32.shrS', u, 31)
  return signed(b, b.select(left, less(b, 2, quarter), quarter), v)
}

/** The smaller and the larger of two sizes, brought to where neither sums nor quotients overflow. */
function sides(b: VectorBuilder, y: Named, x: Named): { small: Named; large: Named } {
  const large = b.let(b.binary('f32.max', y, x))
  const small = b.let(b.binary('f32.min', y, x))
  const huge = b.let(b.binary('f32.lt', b.f32(2 ** 125), large))
  const factor = b.let(b.select(huge, b.f32(0.25), b.f32(1)))
  const shrunk = b.let(b.binary('f32.mul', small, factor))
  const infinity = b.f32(Number.POSITIVE_INFINITY)
  const endless = b.let(b.binary('f32.eq', large, infinity))
  const both = b.binary('and', b.binary('f32.eq', small, infinity), b.f32(1))
  const none = b.binary('f32.eq', large, b.f32(0))
  const single = b.binary('or', endless, none)
  return {
    small: b.let(b.select(endless, both, shrunk)),
    large: b.let(b.select(single, b.f32(1), b.binary('f32.mul', large, factor))),
  }
}

/** A number of quarter turns less an angle. */
function less(b: VectorBuilder, quarters: number, angle: Vector): Vector {
  const rest = b.binary('f32.sub', angle, b.f32(quarters * HALF_PI_LOW))
  return b.binary('f32.sub', b.f32(quarters * HALF_PI), rest)
}

// (arcsin(x) - x)/x³ in x² for |x| ≤ ½, error below 2^-31
const ASIN = [0.1666666, 0.07500522, 0.044513375, 0.031839095, 0.014314775, 0.037697077]

interface Arcsine {
  readonly size: Named
  /** |x| > ½. */
  readonly far: Named
  /** arcsin |x|, or where x is far half of arccos |x|, whose sine is √((1 - |x|)/2). */
  readonly angle: Named
}

function arcsine(b: VectorBuilder, x: Named): Arcsine {
  const size = b.let(b.unary('f32.abs', x))
  const far = b.let(b.binary('f32.lt', b.f32(0.5), size))
  const versine = b.fma(size, b.f32(-0.5), b.f32(0.5))
  const z = b.let(b.select(far, versine, b.binary('f32.mul', size, size)))
  const sine = b.let(b.select(far, b.unary('f32.sqrt', z), size))
  const angle = b.fma(b.binary('f32.mul', sine, z), polynomial(b, z, ASIN), sine)
  return { size, far, angle: b.let(angle) }
}

function twice(b: VectorBuilder, x: Vector): Vector {
  return b.binary('f32.mul', x, b.f32(2))
}

/** Arcsine, within 2.4 ulp; NaN outside of -1 … 1. */
export function asin(b: VectorBuilder, x: Vector): Vector {
  const v = b.let(x)
  const { far, angle } = arcsine(b, v)
  return signed(b, b.select(far, less(b, 1, twice(b, angle)), angle), v)
}

/** Arccosine, within 1.12 ulp (1.15 where multiply-adds round twice); NaN outside of -1 … 1. */
export function acos(b: VectorBuilder, x: Vector): Vector {
  const v = b.let(x)
  const { far, angle } = arcsine(b, v)
  const double = b.let(twice(b, angle))
  const negative = b.let(b.binary('f32.lt', v, b.f32(0)))
  const beyond = b.select(negative, less(b, 2, double), double)
  const signedAngle = b.binary('xor', angle, b.binary('and', v, b.i32(SIGN)))
  return b.select(far, beyond, less(b, 1, signedAngle))
}

/** From here on, log 2x is asinh x and acosh x. */
const LARGE = 8192

/** log(1 + t), or where x is large log 2x. */
function logOfSum(b: VectorBuilder, x: Named, t: Vector): Vector {
  const large = b.let(b.binary('f32.lt', b.f32(LARGE), x))
  const { sum, error } = exactSum(b, b.let(b.f32(1)), b.let(t))
  const tail = b.select(large, b.f32(0), b.binary('f32.div', error, sum))
  const parts = logParts(b, b.select(large, x, sum))
  const k = b.let(b.binary('f32.add', parts.k, b.binary('and', large, b.f32(1))))
  const value = logOf(b, { k, f: parts.f }, tail)
  return b.select(b.binary('f32.eq', x, b.f32(Number.POSITIVE_INFINITY)), x, value)
}

/** Inverse hyperbolic sine, within 1.8 ulp: log(1 + t) with t = |x| + x²/(1 + √(1 + x²)). */
export function asinh(b: VectorBuilder, x: Vector): Vector {
  const v = b.let(x)
  const size = b.let(b.unary('f32.abs', v))
  const square = b.let(b.binary('f32.mul', size, size))
  const root = b.unary('f32.sqrt', b.binary('f32.add', b.f32(1), square))
  const quotient = b.binary('f32.div', square, b.binary('f32.add', b.f32(1), root))
  return signed(b, logOfSum(b, size, b.binary('f32.add', size, quotient)), v)
}

/** Inverse hyperbolic cosine: log(1 + t + √(t·(t + 2))) with t = x - 1, within 2.1 ulp; NaN below 1. */
export function acosh(b: VectorBuilder, x: Vector): Vector {
  const v = b.let(x)
  const t = b.let(b.binary('f32.sub', v, b.f32(1)))
  const root = b.unary('f32.sqrt', b.binary('f32.mul', t, b.binary('f32.add', t, b.f32(2))))
  const value = logOfSum(b, v, b.binary('f32.add', t, root))
  return b.select(b.binary('f32.le', b.f32(1), v), value, b.f32(Number.NaN))
}

/** Inverse hyperbolic tangent: ½·log(1 + 2|x|/(1 - |x|)), within 2.1 ulp (2.15 where multiply-adds round twice); ±∞ at ±1, NaN beyond. */
export function atanh(b: VectorBuilder, x: Vector): Vector {
  const v = b.let(x)
  const size = b.let(b.unary('f32.abs', v))
  const ratio = b.binary('f32.div', twice(b, size), b.binary('f32.sub', b.f32(1), size))
  return signed(b, b.binary('f32.mul', log1p(b, ratio), b.f32(0.5)), v)
}
