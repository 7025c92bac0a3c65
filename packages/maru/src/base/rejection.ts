/** Gamma and Poisson numbers from the words of a key, in float64 from exact operations only. */
import { exp, log, log1p } from './exponential.ts'
import { lgamma, polygamma } from './gamma.ts'
import { threefry2x32 } from './threefry.ts'
import { cos } from './trigonometry.ts'

/** What a draw is made from, pair after pair: words of Threefry's blocks under its own key. */
class Source {
  readonly #key0: number
  readonly #key1: number
  #counter = 0

  constructor(key0: number, key1: number) {
    this.#key0 = key0
    this.#key1 = key1
  }

  /** Two numbers in (0, 1). */
  pair(): [number, number] {
    const [a, b] = threefry2x32(this.#key0, this.#key1, this.#counter++, 0)
    return [(a + 0.5) / 4294967296, (b + 0.5) / 4294967296]
  }

  normal(): number {
    const [u, v] = this.pair()
    return Math.sqrt(-2 * log(u)) * cos(2 * Math.PI * v)
  }
}

/**
 * A number of the gamma distribution of a shape and rate 1; NaN for a negative shape.
 *
 * @see Marsaglia & Tsang 2000, "A simple method for generating gamma variables", ACM TOMS 26(3)
 */
export function gammaFrom(key0: number, key1: number, shape: number): number {
  if (!(shape >= 0)) return Number.NaN
  if (shape === 0 || shape === Number.POSITIVE_INFINITY) return shape
  const source = new Source(key0, key1)
  if (shape >= 1) return aboveOne(source, shape)
  const [u] = source.pair()
  return aboveOne(source, shape + 1) * exp(log(u) / shape)
}

function aboveOne(source: Source, shape: number): number {
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = source.normal()
    const root = 1 + c * x
    if (root <= 0) continue
    const v = root * root * root
    const [u] = source.pair()
    if (log(u) < 0.5 * x * x + d - d * v + d * log(v)) return d * v
  }
}

/** Shapes beyond this have the slope of Wilson and Hilferty's cube, which is within 1e-7 there. */
const LARGE_SHAPE = 1e5

/**
 * How a gamma number moves with the shape while its share of smaller ones stays: -∂P/∂a ÷ ∂P/∂x, by the
 * series of P with its terms' derivatives.
 *
 * @see Figurnov, Mohamed & Mnih 2018, "Implicit reparameterization gradients", arXiv:1805.08498
 */
export function gammaSlope(shape: number, x: number): number {
  if (!(shape > 0 && x >= 0 && x < Number.POSITIVE_INFINITY)) return Number.NaN
  if (x === 0) return 0
  if (shape > LARGE_SHAPE) return slopeOfCube(shape, x)
  if (x > shape + 4 * Math.sqrt(shape) + 4) return slopeOfTail(shape, x)
  // term = xⁿ⁺¹ · Γ(a) / Γ(a + n + 1); digamma climbs with n by its recurrence
  let term = x / shape
  let digamma = polygamma(0, shape + 1)
  const level = log(x)
  let sum = 0
  for (let n = 1; ; n++) {
    sum += term * (digamma - level)
    const next = shape + n
    if (next > x && term * (next + Math.abs(sum)) < 1e-18 * Math.abs(sum)) return sum
    term *= x / next
    digamma += 1 / next
    if (term === 0) return sum
  }
}

/** Steps of Simpson's rule over a tail, and where it ends, in lengths of its decay. */
const TAIL_STEPS = 400
const TAIL_LENGTH = 40

/**
 * (log x - ψ(a))·∫w + ∫log(1 + s/x)·w with w = (1 + s/x)ᵃ⁻¹·e⁻ˢ, from 1 - P = xᵃ⁻¹·e⁻ˣ/Γ(a)·∫w: where little of
 * the distribution is left, the sum's terms would cancel.
 */
function slopeOfTail(shape: number, x: number): number {
  const step = TAIL_LENGTH / (1 - Math.max(0, shape - 1) / x) / TAIL_STEPS
  const level = log(x) - polygamma(0, shape)
  let sum = 0
  for (let i = 0; i <= TAIL_STEPS; i++) {
    const s = i * step
    const rise = log1p(s / x)
    const weight = i === 0 || i === TAIL_STEPS ? 1 : i % 2 === 1 ? 4 : 2
    sum += weight * (level + rise) * exp((shape - 1) * rise - s)
  }
  return (sum * step) / 3
}

/** x = a·c³ with c = 1 - 1/(9a) + z/(3√a), z staying. */
function slopeOfCube(shape: number, x: number): number {
  const c = exp(log(x / shape) / 3)
  const z = 3 * Math.sqrt(shape) * (c - 1 + 1 / (9 * shape))
  const move = 1 / (9 * shape * shape) - z / (6 * shape * Math.sqrt(shape))
  return c * c * (c + 3 * shape * move)
}

/** Means below this are drawn factor by factor. */
const SMALL_MEAN = 10
/** Means beyond this are drawn as normal numbers, which differ by less than a millionth of a deviation. */
const LARGE_MEAN = 1e12

/**
 * A number of the Poisson distribution; NaN for a negative mean.
 *
 * @see Hörmann 1993, "The transformed rejection method for generating Poisson random variables"
 */
export function poissonFrom(key0: number, key1: number, mean: number): number {
  if (!(mean >= 0)) return Number.NaN
  if (mean === Number.POSITIVE_INFINITY) return mean
  const source = new Source(key0, key1)
  if (mean < SMALL_MEAN) return byFactors(source, mean)
  if (mean > LARGE_MEAN) return Math.round(mean + Math.sqrt(mean) * source.normal())
  return byRejection(source, mean)
}

function byFactors(source: Source, mean: number): number {
  const end = exp(-mean)
  let product = 1
  for (let count = 0; ; count++) {
    product *= source.pair()[0]
    if (product <= end) return count
  }
}

function byRejection(source: Source, mean: number): number {
  const level = log(mean)
  const b = 0.931 + 2.53 * Math.sqrt(mean)
  const a = -0.059 + 0.02483 * b
  const inverse = 1.1239 + 1.1328 / (b - 3.4)
  const quick = 0.9277 - 3.6224 / (b - 2)
  for (;;) {
    const [share, v] = source.pair()
    const u = share - 0.5
    const us = 0.5 - Math.abs(u)
    const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43)
    if (us >= 0.07 && v <= quick) return k
    if (k < 0 || (us < 0.013 && v > us)) continue
    const reached = log(v) + log(inverse) - log(a / (us * us) + b)
    if (reached <= k * level - mean - lgamma(k + 1)) return k
  }
}
