/** The logarithm of the gamma function and its derivatives in float64, from exact operations only. */
import { log, log1p } from './exponential.ts'
import { polynomial } from './float.ts'
import { cos, sin } from './trigonometry.ts'

// log Γ(2 + z)/z for |z| ≤ ½, from Chebyshev's points in 60 digits; error below 2^-64
const NEAR_TWO = [
  0.42278433509846713, 0.3224670334241132, -0.06735230105319814, 0.02058080842778457,
  -0.0073855510286681535, 0.002890510330738737, -0.0011927539120010226, 0.0005096695248853096,
  -0.00022315475074520367, 9.945750909889392e-5, -4.4926351103833334e-5, 2.050726741605779e-5,
  -9.438458716242811e-6, 4.374374916915131e-6, -2.0449201467015115e-6, 9.578663334114758e-7,
  -4.303558760359961e-7, 2.0304806751615227e-7, -1.3412819758517287e-7, 6.379047507619774e-8,
]

// Bernoulli's numbers of even index over its factorial, from the second on
const BERNOULLI = [
  0.08333333333333333, -0.001388888888888889, 3.306878306878307e-5, -8.267195767195768e-7,
  2.08767569878681e-8, -5.284190138687493e-10, 1.3382536530684679e-11, -3.3896802963225827e-13,
  8.586062056277845e-15, -2.174868698558062e-16,
]

// the same over 2k·(2k - 1) instead: Stirling's series in 1/x²
const STIRLING = [
  0.08333333333333333, -0.002777777777777778, 0.0007936507936507937, -0.0005952380952380953,
  0.0008417508417508417, -0.0019175269175269176, 0.00641025641025641, -0.029550653594771242,
]

// ½·log 2π - ½
const STIRLING_CONSTANT = 0.4189385332046727

/** log |Γ(x)|, within 4 ulp or 1e-14 where it crosses 0; ∞ at 0 and the negative integers. */
export function lgamma(x: number): number {
  if (Math.abs(x) === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY
  if (x <= 0) return x === Math.floor(x) ? Number.POSITIVE_INFINITY : reflected(-x)
  if (x < 0.5) return nearTwo(x) - log1p(x) - log(x)
  return positive(x)
}

function nearTwo(z: number): number {
  return z * polynomial(NEAR_TWO, z)
}

/** By Γ(x)·Γ(-x) = -π/(x·sin πx), for x > 0. */
function reflected(x: number): number {
  if (x < 1e-17) return -log(x)
  const wave = Math.abs(sin(Math.PI * (x - Math.floor(x + 0.5))))
  return log(Math.PI / (x * wave)) - lgamma(x)
}

function positive(x: number): number {
  if (x < 1.5) return nearTwo(x - 1) - log1p(x - 1)
  if (x < 10) return descended(x)
  const inverse = 1 / x
  const series = inverse * polynomial(STIRLING, inverse * inverse)
  return (x - 0.5) * (log(x) - 1) + (STIRLING_CONSTANT + series)
}

/** By Γ(x) = (x - 1)·Γ(x - 1). */
function descended(x: number): number {
  let product = 1
  let rest = x
  while (rest > 2.5) product *= --rest
  return nearTwo(rest - 2) + log(product)
}

function factorial(n: number): number {
  let product = 1
  for (let i = 2; i <= n; i++) product *= i
  return product
}

/** xⁿ for small n. */
function whole(x: number, n: number): number {
  let product = 1
  for (let i = 0; i < n; i++) product *= x
  return product
}

/**
 * The derivative of order n + 1 of log Γ: digamma for n = 0, trigamma for n = 1.
 *
 * Within 1e-13 of the sum of its terms' sizes.
 */
export function polygamma(n: number, x: number): number {
  if (Number.isNaN(x) || x === Number.NEGATIVE_INFINITY) return Number.NaN
  if (x === 0) return n % 2 === 0 ? -1 / x : Number.POSITIVE_INFINITY
  if (x > 0) return polygammaOfPositive(n, x)
  if (x === Math.floor(x)) return n % 2 === 0 ? Number.NaN : Number.POSITIVE_INFINITY
  // π/tan πx, differentiated n times, is the difference of both sides' values
  const angle = Math.PI * (x - Math.floor(x + 0.5))
  const turned = whole(Math.PI, n + 1) * polynomial(cotangentDerivative(n), cos(angle) / sin(angle))
  const mirrored = polygammaOfPositive(n, 1 - x)
  return (n % 2 === 0 ? mirrored : -mirrored) - turned
}

/** The n-th derivative of cot as a polynomial in cot, by cot' = -1 - cot². */
function cotangentDerivative(n: number): number[] {
  let current = [0, 1]
  for (let i = 0; i < n; i++) {
    const next = Array.from({ length: current.length + 1 }, () => 0)
    current.forEach((c, power) => {
      if (power === 0) return
      next[power - 1] = (next[power - 1] ?? 0) - c * power
      next[power + 1] = (next[power + 1] ?? 0) - c * power
    })
    current = next
  }
  return current
}

/** Upwards by the recurrence until the asymptotic series will do. */
function polygammaOfPositive(n: number, x: number): number {
  const sign = n % 2 === 0 ? -1 : 1
  const top = factorial(n)
  let sum = 0
  let at = x
  for (; at < 15 + n; at++) sum += 1 / whole(at, n + 1)
  return sign * (top * sum + asymptotic(n, at))
}

function asymptotic(n: number, x: number): number {
  const inverse = 1 / x
  const scale = whole(inverse, n)
  let series = 0
  for (let k = BERNOULLI.length; k >= 1; k--) {
    series += (BERNOULLI[k - 1] as number) * factorial(2 * k + n - 1) * whole(inverse, 2 * k)
  }
  const lead = n === 0 ? -log(x) : factorial(n - 1)
  return scale * (lead + 0.5 * factorial(n) * inverse + series)
}
