/** The error function, its complement and its inverse in float64, from exact operations only. */
import { exp, expSum, log } from './exponential.ts'
import { polynomial, productError } from './float.ts'

// erf(x)/x - 1 in x² for |x| ≤ 1, from Chebyshev's points in 60 digits; error below 2^-56
const ERF_NEAR = [
  0.12837916709551256, -0.37612638903183543, 0.11283791670945006, -0.02686617064323777,
  0.0052239776071164225, -0.0008548325975389692, 0.00012055294904839707, -1.492473690741966e-5,
  1.6447424703317362e-6, -1.6208483801871705e-7, 1.3720064546777686e-8, -7.795898827002142e-10,
]

// (1 + 2x)·e^(x²)·erfc(x) in (x - 4)/(x + 4) for 0.5 ≤ x ≤ 28, likewise; error below 2^-60
const ERFC = [
  1.2329951186255526, -0.1396211168405625, 0.015379652102619901, 0.06809705425468844,
  -0.1010390660363143, 0.09373283499853434, -0.06633036581196795, 0.03716751553379472,
  -0.016197734061059108, 0.00503197001856426, -0.0007577732634973155, -0.00019925696553927866,
  0.00015062155590137163, -2.4398057333996413e-5, -1.1221668942295945e-5, 5.706494720146254e-6,
  2.9313186423696087e-7, -8.195085083459565e-7, 7.540467350144586e-8, 1.03256669073015e-7,
  -1.8406671051403966e-8, -9.652213521087604e-9, 1.9717656765049794e-9,
]

/** erfc(x) for x ≥ 0.5. */
function erfcFar(x: number): number {
  if (x > 28) return 0
  const square = x * x
  const power = expSum(-square, -productError(x, x, square))
  return (power * polynomial(ERFC, (x - 4) / (x + 4))) / (1 + 2 * x)
}

/**
 * Error function 2/√π · ∫₀ˣ e^(-t²) dt, within 2 ulp.
 *
 * @see Shepherd & Laframboise 1981, Math. Comp. 36, 249-253, for the variable of the far part
 */
export function erf(x: number): number {
  const size = Math.abs(x)
  if (size <= 1) return x + x * polynomial(ERF_NEAR, x * x)
  const value = 1 - erfcFar(size)
  return x < 0 ? -value : value
}

/** Complement of the error function, 1 - erf(x) without cancellation, within 4 ulp. */
export function erfc(x: number): number {
  if (x < -0.5) return 2 - erfcFar(-x)
  return x < 0.5 ? 1 - erf(x) : erfcFar(x)
}

// erfinv(x)/x in w - 2.5 for w = -log(1 - x²) ≤ 5, and in √w - 3 beyond; errors below 2^-15 and 2^-10
const START_NEAR = [1.5013878, 0.24667688, -0.004110053, -0.0012828555, 0.00018807646, 1.5988117e-6]
const START_FAR = [2.8325534, 0.9971534, 0.011558324, -0.0025891317]

const HALF_ROOT_PI = 0.886226925452758

/**
 * Inverse of the error function, within 4 ulp; ±∞ at ±1, NaN beyond.
 *
 * Two of Halley's steps from an approximation in log(1 - x²).
 *
 * @see Giles 2012, GPU Computing Gems Jade, chapter 10, for the variable
 */
export function erfinv(x: number): number {
  const size = Math.abs(x)
  if (!(size < 1)) return size === 1 ? x * Number.POSITIVE_INFINITY : Number.NaN
  if (size < 1e-9) return x * HALF_ROOT_PI
  const w = -log((1 - size) * (1 + size))
  let y = size * (w < 5 ? polynomial(START_NEAR, w - 2.5) : polynomial(START_FAR, Math.sqrt(w) - 3))
  for (let step = 0; step < 2; step++) {
    const excess = size < 0.5 ? erf(y) - size : 1 - size - erfc(y)
    const newton = excess * exp(y * y) * HALF_ROOT_PI
    y -= newton / (1 + newton * y)
  }
  return x < 0 ? -y : y
}
