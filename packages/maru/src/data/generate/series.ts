/** Series over time: periodic, chaotic, random. */
import { ShapeError } from '../../base/error.ts'
import { exp, log, sin } from '../../base/math.ts'
import { expectInteger } from '../../base/shape.ts'
import { expectAtLeast, roomFor, source } from './source.ts'

interface SeriesOptions {
  readonly seed?: number
}

/**
 * A sum of sines with noise; the phases follow the seed.
 *
 *     xₜ = Σ aₖ sin(2π t / pₖ + φₖ) + noise · nₜ
 *
 * @param periods in steps
 * @param amplitudes one for each period; 1 unless given
 * @throws ShapeError unless there are as many amplitudes as periods
 */
export function generateMultiSine(
  length: number,
  {
    periods = [20, 31, 57],
    amplitudes = periods.map(() => 1),
    noise = 0,
    seed = 0,
  }: SeriesOptions & {
    readonly periods?: readonly number[]
    readonly amplitudes?: readonly number[]
    readonly noise?: number
  } = {},
): Float32Array {
  if (amplitudes.length !== periods.length) {
    const counts = { periods: periods.length, amplitudes: amplitudes.length }
    throw new ShapeError('series.amplitudes', counts)
  }
  for (const period of periods) expectAtLeast('generateMultiSine', 'periods', period, 1)
  expectAtLeast('generateMultiSine', 'noise', noise, 0)
  const random = source('multiSine', seed)
  const phases = periods.map(() => 2 * Math.PI * random.uniform())
  const series = roomFor('generateMultiSine', length, 1)
  for (let t = 0; t < length; t++) {
    let value = noise * random.normal()
    periods.forEach((period, k) => {
      // the remainder keeps the angle small and its sine exact
      const angle = (2 * Math.PI * (t % period)) / period + (phases[k] ?? 0)
      value += (amplitudes[k] ?? 0) * sin(angle)
    })
    series[t] = value
  }
  return series
}

const MACKEY_STEPS = 10

/**
 * The Mackey-Glass equation, chaotic from a delay of 17 on; one value for each unit of time.
 *
 *     dx/dt = 0.2 x(t − τ) / (1 + x(t − τ)¹⁰) − 0.1 x(t)
 *
 * Euler steps of 0.1, the first 1,000 units left out; the seed displaces the start.
 *
 * @param tau the delay τ, a whole number of units
 * @see Mackey & Glass 1977, Science 197
 */
export function generateMackeyGlass(
  length: number,
  { tau = 17, seed = 0 }: SeriesOptions & { readonly tau?: number } = {},
): Float32Array {
  expectInteger('generateMackeyGlass', 'tau', tau, 1)
  const series = roomFor('generateMackeyGlass', length, 1)
  const random = source('mackeyGlass', seed)
  const delay = tau * MACKEY_STEPS
  const past = new Float64Array(delay).fill(1.2 + 0.1 * (random.uniform() - 0.5))
  let x = past[0] ?? 0
  const transient = 1000
  for (let t = -transient; t < length; t++) {
    for (let k = 0; k < MACKEY_STEPS; k++) {
      const at = ((t + transient) * MACKEY_STEPS + k) % delay
      const old = past[at] ?? 0
      past[at] = x
      const square = old * old
      const tenth = square * square * square * square * square
      x += (1 / MACKEY_STEPS) * ((0.2 * old) / (1 + tenth) - 0.1 * x)
    }
    if (t >= 0) series[t] = x
  }
  return series
}

/**
 * A price that nothing tells of beforehand: its logarithm is a random walk.
 *
 *     log xₜ₊₁ = log xₜ + drift + volatility · nₜ
 *
 * @param start x₀
 */
export function generateRandomWalk(
  length: number,
  {
    start = 100,
    drift = 0,
    volatility = 0.01,
    seed = 0,
  }: SeriesOptions & {
    readonly start?: number
    readonly drift?: number
    readonly volatility?: number
  } = {},
): Float32Array {
  expectAtLeast('generateRandomWalk', 'start', start, Number.MIN_VALUE)
  expectAtLeast('generateRandomWalk', 'drift', drift, -1)
  expectAtLeast('generateRandomWalk', 'volatility', volatility, 0)
  const random = source('randomWalk', seed)
  const series = roomFor('generateRandomWalk', length, 1)
  let height = log(start)
  for (let t = 0; t < length; t++) {
    series[t] = exp(height)
    height += drift + volatility * random.normal()
  }
  return series
}

/** Steps that are left out, so that the start does not show. */
const WARM_UP = 200

/**
 * An autoregressive series.
 *
 *     xₜ = Σ cₖ xₜ₋ₖ + noise · nₜ    k = 1, 2, …
 *
 * With coefficients that are not stable it grows without bound.
 */
export function generateAutoregression(
  length: number,
  {
    coefficients = [0.6, 0.3],
    noise = 1,
    seed = 0,
  }: SeriesOptions & { readonly coefficients?: readonly number[]; readonly noise?: number } = {},
): Float32Array {
  expectAtLeast('generateAutoregression', 'noise', noise, 0)
  const random = source('autoregression', seed)
  const series = roomFor('generateAutoregression', length, 1)
  const past = new Array<number>(coefficients.length).fill(0)
  for (let t = -WARM_UP; t < length; t++) {
    let value = noise * random.normal()
    coefficients.forEach((c, k) => {
      value += c * (past[k] ?? 0)
    })
    past.unshift(value)
    past.length = coefficients.length
    if (t >= 0) series[t] = value
  }
  return series
}
