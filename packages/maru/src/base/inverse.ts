/** Inverse trigonometric and hyperbolic functions in float64, from exact operations only. */
import { log, log1p } from './exponential.ts'
import { polynomial } from './float.ts'

// (arctan(t) - t)/t³ in t² for |t| ≤ 7/16, from Chebyshev's points in 60 digits; error below 2^-55
const ATAN = [
  -0.33333333333333326, 0.1999999999998777, -0.1428571428314864, 0.11111110900560475,
  -0.09090900195560148, 0.07692087348767168, -0.06663239299107136, 0.05847724720645106,
  -0.05033942776485848, 0.03782521866106712, -0.017547235157290005,
]

/** Largest ratio, its arctangent, and what float64 loses of that: where the table's intervals end. */
const ANCHORS: readonly (readonly [end: number, at: number, high: number, low: number])[] = [
  [7 / 16, 0, 0, 0],
  [11 / 16, 0.5, 0.4636476090008061, 2.2698777452961687e-17],
  [19 / 16, 1, 0.7853981633974483, 3.061616997868383e-17],
  [39 / 16, 1.5, 0.982793723247329, 1.3903311031230998e-17],
]
const HALF_PI = 1.5707963267948966
const HALF_PI_TAIL = 6.123233995736766e-17

/** Arctangent of x ≥ 0, by arctan(x) = arctan(c) + arctan((x - c)/(1 + c·x)). */
function atanOf(x: number): number {
  for (const [end, at, high, low] of ANCHORS) {
    if (x < end) return anchored((x - at) / (1 + at * x), high, low)
  }
  return anchored(-1 / x, HALF_PI, HALF_PI_TAIL)
}

function anchored(t: number, high: number, low: number): number {
  const z = t * t
  return high + (t + (t * z * polynomial(ATAN, z) + low))
}

/** Angle of the point (x, y) in radians, from -π to π, within 2 ulp; the signs of zeros count. */
export function atan2(y: number, x: number): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN
  const size = sizeOfAngle(Math.abs(y), Math.abs(x))
  const left = x < 0 || Object.is(x, -0)
  const value = left ? 2 * HALF_PI - (size - 2 * HALF_PI_TAIL) : size
  return y < 0 || Object.is(y, -0) ? -value : value
}

/** The angle in the first quadrant. */
function sizeOfAngle(y: number, x: number): number {
  if (y === 0) return 0
  if (y === x) return HALF_PI / 2
  return atanOf(y / x)
}

/** Arcsine, within 3 ulp; NaN outside of -1 … 1. */
export function asin(x: number): number {
  const size = Math.abs(x)
  const value = size > 0.5 ? HALF_PI - (2 * fromVersine(1 - size) - HALF_PI_TAIL) : asinNear(size)
  return x < 0 ? -value : x === 0 ? x : value
}

/** Arccosine, within 3 ulp; NaN outside of -1 … 1. */
export function acos(x: number): number {
  if (x > 0.5) return 2 * fromVersine(1 - x)
  if (x < -0.5) return 2 * HALF_PI - (2 * fromVersine(1 + x) - 2 * HALF_PI_TAIL)
  return HALF_PI - ((x < 0 ? -asinNear(-x) : asinNear(x)) - HALF_PI_TAIL)
}

/** Arcsine for 0 ≤ x ≤ 0.5. */
function asinNear(x: number): number {
  return atanOf(x / Math.sqrt((1 - x) * (1 + x)))
}

/** Half the angle whose cosine is 1 - v: its sine is √(v/2). */
function fromVersine(v: number): number {
  return asinNear(Math.sqrt(v / 2))
}

/** From here on, log 2x is asinh x and acosh x. */
const LARGE = 1e9

/** Inverse hyperbolic sine, within 3 ulp. */
export function asinh(x: number): number {
  const size = Math.abs(x)
  const square = size * size
  const value =
    size > LARGE ? log(size) + Math.LN2 : log1p(size + square / (1 + Math.sqrt(1 + square)))
  return x < 0 ? -value : x === 0 ? x : value
}

/** Inverse hyperbolic cosine, within 3 ulp; NaN below 1. */
export function acosh(x: number): number {
  if (!(x >= 1)) return Number.NaN
  if (x > LARGE) return log(x) + Math.LN2
  const t = x - 1
  return log1p(t + Math.sqrt(t * (t + 2)))
}

/** Inverse hyperbolic tangent, within 3 ulp; ±∞ at ±1, NaN beyond. */
export function atanh(x: number): number {
  const size = Math.abs(x)
  const value = 0.5 * log1p((2 * size) / (1 - size))
  return x < 0 ? -value : x === 0 ? x : value
}
