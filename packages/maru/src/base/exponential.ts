/** Exponentials, logarithms and powers in float64, from exact operations only: the same bits on every engine. */
import { exponentOf, polynomial, productError, scale, sumError } from './float.ts'

// ln 2 in two parts; the first has 32 bits, so that k times it is exact
const LN2_HIGH = 0.6931471803691238
const LN2_LOW = 1.9082149292705877e-10

// Taylor's (eʳ - 1 - r)/r²; for |r| ≤ ln2/2 the first neglected term is below 2^-58 of the result
const EXP = [
  1 / 2,
  1 / 6,
  1 / 24,
  1 / 120,
  1 / 720,
  1 / 5040,
  1 / 40320,
  1 / 362880,
  1 / 3628800,
  1 / 39916800,
  1 / 479001600,
  1 / 6227020800,
]

// (2·artanh(s)/s - 2)/s² in s², for s ≤ 3 - 2√2
const ARTANH = [2 / 3, 2 / 5, 2 / 7, 2 / 9, 2 / 11, 2 / 13, 2 / 15, 2 / 17, 2 / 19, 2 / 21, 2 / 23]
const ARTANH_TAIL = ARTANH.slice(1)
const TWO_THIRDS_LOW = 3.700743415417188e-17

/** e^x, within 1 ulp. */
export function exp(x: number): number {
  return expSum(x, 0)
}

/** e^(x + tail), where tail is what x lost to rounding. */
export function expSum(x: number, tail: number): number {
  if (!(x < 710)) return x + Number.POSITIVE_INFINITY
  if (x < -746) return 0
  const k = Math.floor(x * Math.LOG2E + 0.5)
  const high = x - k * LN2_HIGH
  const low = k * LN2_LOW - tail
  const r = high - low
  return scale(1 + (high + (r * r * polynomial(EXP, r) - low)), k)
}

// what float64 loses of ln 2 and of 1/ln 2 and 1/ln 10
const LN2_TAIL = 2.3190468138462996e-17
const LOG2E_TAIL = 2.0355273740931033e-17
const LOG10E_TAIL = 1.098319650216765e-17

/** 2^x, within 1 ulp. */
export function exp2(x: number): number {
  if (!(x < 1024)) return x + Number.POSITIVE_INFINITY
  if (x < -1076) return 0
  const k = Math.floor(x + 0.5)
  const r = x - k
  const product = r * Math.LN2
  return scale(expSum(product, productError(r, Math.LN2, product) + r * LN2_TAIL), k)
}

/** e^x / 2, which is finite a little longer than e^x. */
function halfExp(x: number): number {
  if (!(x < 711)) return x + Number.POSITIVE_INFINITY
  const rest = x - Math.LN2
  return expSum(rest, sumError(x, -Math.LN2, rest) - LN2_TAIL)
}

/** e^x - 1 without cancellation near 0, within 1 ulp. */
export function expm1(x: number): number {
  if (!(x < 710)) return x + Number.POSITIVE_INFINITY
  if (x < -40) return -1
  if (Math.abs(x) < 1e-17) return x
  const k = Math.floor(x * Math.LOG2E + 0.5)
  if (k === 0) return x + x * x * polynomial(EXP, x)
  const high = x - k * LN2_HIGH
  const low = k * LN2_LOW
  const r = high - low
  const rest = r * r * polynomial(EXP, r) + (high - r - low)
  const one = k < 1000 ? scale(1, -k) : 0
  const lead = 1 - one
  const sum = lead + r
  return scale(sum + (sumError(1, -one, lead) + sumError(lead, r, sum) + rest), k)
}

/** Natural logarithm, within 1 ulp; -∞ at 0, NaN below. */
export function log(x: number): number {
  if (!(x > 0) || x === Number.POSITIVE_INFINITY) return logEdge(x)
  const k = halfCentred(x)
  return logOf(k, scale(x, -k) - 1, 0)
}

/** log(1 + x) without cancellation near 0, within 1 ulp; -∞ at -1, NaN below. */
export function log1p(x: number): number {
  if (!(x > -1) || x === Number.POSITIVE_INFINITY) return logEdge(x + 1)
  if (Math.abs(x) < 2e-17) return x
  const u = 1 + x
  const k = halfCentred(u)
  if (k === 0) return logOf(0, x, 0)
  return logOf(k, scale(u, -k) - 1, sumError(1, x, u) / u)
}

function logEdge(x: number): number {
  if (x === 0) return Number.NEGATIVE_INFINITY
  return x > 0 ? x : Number.NaN
}

/** The k for which √½ ≤ x · 2^-k < √2, to within rounding. */
function halfCentred(x: number): number {
  const k = exponentOf(x)
  return scale(x, -k) > Math.SQRT2 ? k + 1 : k
}

/** k·ln 2 + log(1 + f) + tail, by log(1 + f) = 2 artanh(f/(2 + f)) = f - f²/2 + … */
function logOf(k: number, f: number, tail: number): number {
  const s = f / (2 + f)
  const z = s * s
  const half = 0.5 * f * f
  const rest = s * (half + z * polynomial(ARTANH, z))
  return k * LN2_HIGH - (half - (rest + (k * LN2_LOW + tail)) - f)
}

/** Logarithm to base 2, within 1 ulp; exact for powers of two. */
export function log2(x: number): number {
  return logToBase(x, Math.LOG2E, LOG2E_TAIL)
}

/** Logarithm to base 10, within 1 ulp; exact for powers of ten. */
export function log10(x: number): number {
  return logToBase(x, Math.LOG10E, LOG10E_TAIL)
}

/** log x · (factor + tail). */
function logToBase(x: number, factor: number, tail: number): number {
  if (!(x > 0) || x === Number.POSITIVE_INFINITY) return logEdge(x)
  const { high, low } = longLog(x)
  const product = high * factor
  return product + (productError(high, factor, product) + (low * factor + high * tail))
}

/** log(1 + e^x), the smooth maximum of x and 0, within 2 ulp. */
export function softplus(x: number): number {
  return Math.max(x, 0) + log1p(exp(-Math.abs(x)))
}

/** Hyperbolic sine, within 2 ulp. */
export function sinh(x: number): number {
  const size = Math.abs(x)
  if (size < 1) {
    const t = expm1(size)
    return x === 0 ? x : withSign(0.5 * (t + t / (t + 1)), x)
  }
  const half = halfExp(size)
  return withSign(half - 0.25 / half, x)
}

/** Hyperbolic cosine, within 2 ulp. */
export function cosh(x: number): number {
  const half = halfExp(Math.abs(x))
  return half + 0.25 / half
}

function withSign(value: number, x: number): number {
  return x < 0 ? -value : value
}

/** Hyperbolic tangent, within 2 ulp. */
export function tanh(x: number): number {
  if (x === 0) return x
  const size = Math.abs(x)
  if (size > 22) return x > 0 ? 1 : -1
  const t = 0.5 * expm1(2 * size)
  const value = size < 0.6 ? t - (t * t) / (1 + t) : 1 - 1 / (1 + t)
  return withSign(value, x)
}

/** Logistic function 1/(1 + e^-x), within 2 ulp. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + exp(-x))
  const e = exp(x)
  return e / (1 + e)
}

/**
 * x^y, within 1 ulp, with the special values of IEEE 754-2008 and PyTorch: 1^y and x^0 are 1
 * even for NaN, and (-1)^±∞ is 1, where JavaScript's `**` gives NaN.
 */
export function pow(x: number, y: number): number {
  if (y === 0 || x === 1) return 1
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN
  const size = Math.abs(x)
  const odd = Math.floor(y) === y && Math.floor(y / 2) * 2 !== y
  if (x < 0 && Number.isFinite(x) && Math.floor(y) !== y) return Number.NaN
  const value = powOfPositive(size, y)
  return odd && (x < 0 || Object.is(x, -0)) ? -value : value
}

function powOfPositive(x: number, y: number): number {
  if (x === 1) return 1
  const grows = x > 1 === y > 0
  if (x === 0 || x === Number.POSITIVE_INFINITY || Math.abs(y) >= 1e19) {
    return grows ? Number.POSITIVE_INFINITY : 0
  }
  const { high, low } = longLog(x)
  const product = y * high
  if (Math.abs(product) > 1000) return grows ? Number.POSITIVE_INFINITY : 0
  return expSum(product, productError(y, high, product) + y * low)
}

/** log x to about 2^-64 of its size, as high + low: the series of `logOf` in double-double. */
function longLog(x: number): { high: number; low: number } {
  const k = halfCentred(x)
  const f = scale(x, -k) - 1
  const d = 2 + f
  const s = f / d
  const sd = s * d
  const sLow = (f - sd - productError(s, d, sd) - s * sumError(2, f, d)) / d
  const z = s * s
  const zLow = productError(s, s, z) + 2 * s * sLow
  const tail = z * polynomial(ARTANH_TAIL, z)
  const c = 2 / 3 + tail
  const cLow = sumError(2 / 3, tail, c) + TWO_THIRDS_LOW
  const cz = c * z
  const czLow = productError(c, z, cz) + c * zLow + cLow * z
  const cubic = s * cz
  const cubicLow = productError(s, cz, cubic) + s * czLow + sLow * cz
  const a = k * LN2_HIGH
  const b = a + 2 * s
  const high = b + cubic
  const low = sumError(a, 2 * s, b) + sumError(b, cubic, high)
  return { high, low: low + (2 * sLow + cubicLow + k * LN2_LOW) }
}

/** xⁿ for integers, modulo 2^32 unless told to multiply otherwise; for negative n the quotient 1/xⁿ, toward zero. */
export function integerPower(
  x: number,
  n: number,
  times: (a: number, b: number) => number = Math.imul,
): number {
  if (n < 0) return x === 1 ? 1 : x === -1 ? (n % 2 === 0 ? 1 : -1) : 0
  let result = 1
  for (let rest = n, square = x; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = times(result, square)
    square = times(square, square)
  }
  return result
}
