/** Sine and cosine in float64, from exact operations only: the same bits on every engine. */
import { exponentOf, polynomial, powerOfTwo, scale, sumError } from './float.ts'

const TWO_OVER_PI = 0.6366197723675814

// π/2 in four parts; the first three have 33 bits, so that n times each is exact for |n| < 2^20
const HALF_PI_1 = 1.5707963267341256
const HALF_PI_2 = 6.077100506303966e-11
const HALF_PI_3 = 2.0222662487111665e-21
const HALF_PI_4 = 8.4784276603689e-32

// floor(2/π · 2^1200) and floor(π/2 · 2^200)
const TWO_OVER_PI_BITS = BigInt(
  '0xa2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561b7246e3a424dd2e006492eea' +
    '09d1921cfe1deb1cb129a73ee88235f52ebb4484e99c7026b45f7e413991d639835339f49c845f8bbdf9283b' +
    '1ff897ffde05980fef2f118b5a0a6d1f6d367ecf27cb09b74f463f669e5fea2d7527bac7ebe5f17b3d0739f7' +
    '8a5292ea6bfb5fb11f8d5d0856033046fc7b',
)
const HALF_PI_BITS = BigInt('0x1921fb54442d18469898cc51701b839a252049c1114cf98e804')

/** The quadrant and the remainder of an angle: x = (4m + quadrant)·π/2 + high + low. */
interface Reduced {
  readonly quadrant: number
  readonly high: number
  readonly low: number
}

function reduce(x: number): Reduced {
  const size = Math.abs(x)
  if (size <= Math.PI / 4) return { quadrant: 0, high: x, low: 0 }
  if (size >= 1048576) return reduceHuge(x)
  const n = Math.floor(x * TWO_OVER_PI + 0.5)
  const a = x - n * HALF_PI_1
  const b = n * HALF_PI_2
  const ab = a - b
  const c = n * HALF_PI_3
  const abc = ab - c
  const rest = sumError(a, -b, ab) + sumError(ab, -c, abc) - n * HALF_PI_4
  const high = abc + rest
  return { quadrant: n & 3, high, low: abc - high + rest }
}

/** Integer arithmetic with 1,200 bits of 2/π keeps 176 bits of the fraction for the largest x. */
function reduceHuge(x: number): Reduced {
  const e = exponentOf(x) - 52
  const turns = (BigInt(scale(x, -e)) << BigInt(Math.max(e, 0))) * TWO_OVER_PI_BITS
  const quarters = BigInt.asIntN(1203, e < 0 ? turns >> BigInt(-e) : turns)
  const n = (quarters + (1n << 1199n)) >> 1200n
  const remainder = ((quarters - (n << 1200n)) * HALF_PI_BITS) >> 1200n
  const leading = Number(remainder)
  const trailing = Number(remainder - BigInt(leading))
  const unit = powerOfTwo(-200)
  return { quadrant: Number(n & 3n), high: leading * unit, low: trailing * unit }
}

const SIN = [
  -1 / 6,
  1 / 120,
  -1 / 5040,
  1 / 362880,
  -1 / 39916800,
  1 / 6227020800,
  -1 / 1307674368000,
  1 / 355687428096000,
]

const COS = [
  1 / 24,
  -1 / 720,
  1 / 40320,
  -1 / 3628800,
  1 / 479001600,
  -1 / 87178291200,
  1 / 20922789888000,
  -1 / 6402373705728000,
]

/** sin(high + low) for |high| ≤ π/4: Taylor's series, the first neglected term below 2^-63. */
function sinSeries(high: number, low: number): number {
  const z = high * high
  return high + (low * (1 - 0.5 * z) + high * z * polynomial(SIN, z))
}

/** cos(high + low) for |high| ≤ π/4; 1 - z/2 is kept with its rounding error. */
function cosSeries(high: number, low: number): number {
  const z = high * high
  const half = 0.5 * z
  const lead = 1 - half
  return lead + (1 - lead - half + (z * z * polynomial(COS, z) - high * low))
}

/** Quarter turns past a sine: 0 sin, 1 cos, 2 -sin, 3 -cos. */
function wave(x: number, shift: number): number {
  if (!Number.isFinite(x)) return Number.NaN
  const { quadrant, high, low } = reduce(x)
  const turn = (quadrant + shift) & 3
  const value = turn & 1 ? cosSeries(high, low) : sinSeries(high, low)
  return turn & 2 ? -value : value
}

/** Sine of an angle in radians, within 1 ulp for every finite x; NaN for ±∞. */
export function sin(x: number): number {
  return x === 0 ? x : wave(x, 0)
}

/** Cosine of an angle in radians, within 1 ulp for every finite x; NaN for ±∞. */
export function cos(x: number): number {
  return wave(x, 1)
}
