/** Learning-rate schedules: the factor on the rate at each update, counted from 0. */
import { ValueError } from '../base/error.ts'
import { cos, pow } from '../base/math.ts'
import { expectInteger } from '../base/shape.ts'
import { expectAtLeast } from './settings.ts'

export type Schedule = (step: number) => number

/** One factor, for `total` updates, and 1 afterwards; without `total`, for good. */
export function constant(factor: number, total: number = Number.POSITIVE_INFINITY): Schedule {
  expectAtLeast('factor', factor, 0)
  return (step) => (step < total ? factor : 1)
}

/** A fall by the factor `gamma` after every `size` updates. */
export function stepDecay(
  size: number,
  { gamma = 0.1 }: { readonly gamma?: number } = {},
): Schedule {
  expectInteger('stepDecay', 'size', size, 1)
  expectAtLeast('gamma', gamma, 0)
  return (step) => pow(gamma, Math.floor(step / size))
}

/** A fall by the factor `gamma` at each milestone. */
export function multiStep(
  milestones: readonly number[],
  { gamma = 0.1 }: { readonly gamma?: number } = {},
): Schedule {
  for (const each of milestones) expectInteger('multiStep', 'milestone', each, 0)
  expectAtLeast('gamma', gamma, 0)
  return (step) => pow(gamma, milestones.filter((each) => each <= step).length)
}

/** `gammaᵗ` */
export function exponentialDecay(gamma: number): Schedule {
  expectAtLeast('gamma', gamma, 0)
  return (step) => pow(gamma, step)
}

/**
 * A straight line over a number of updates; flat afterwards. From less than 1 it is a warm-up.
 *
 * @example linear(100, { from: 0.01 }) // warm-up
 * @example linear(1000, { from: 1, to: 0 }) // decay
 */
export function linear(
  total: number,
  { from = 1 / 3, to = 1 }: { readonly from?: number; readonly to?: number } = {},
): Schedule {
  expectInteger('linear', 'total', total, 1)
  expectAtLeast('from', from, 0)
  expectAtLeast('to', to, 0)
  return (step) => from + (to - from) * Math.min(1, step / total)
}

/** `(1 − t/total)^power`, and 0 afterwards. */
export function polynomial(
  total: number,
  { power = 1 }: { readonly power?: number } = {},
): Schedule {
  expectInteger('polynomial', 'total', total, 1)
  expectAtLeast('power', power, 0)
  return (step) => (step >= total ? 0 : pow(1 - step / total, power))
}

/**
 * Cosine decay from 1 to `end` over a number of updates; `end` afterwards.
 *
 *     end + ½ · (1 − end) · (1 + cos(π · step / total))
 *
 * @see Loshchilov & Hutter 2017, https://arxiv.org/abs/1608.03983
 */
export function cosine(total: number, { end = 0 }: { readonly end?: number } = {}): Schedule {
  expectInteger('cosine', 'total', total, 1)
  expectAtLeast('end', end, 0)
  return (step) => halfCosine(1, end, step / total)
}

/** Half a cosine from one value to another as `share` goes from 0 to 1. */
function halfCosine(from: number, to: number, share: number): number {
  return share >= 1 ? to : to + 0.5 * (from - to) * (1 + cos(Math.PI * share))
}

/**
 * Cosine decay that starts again after `first` updates, then after `growth` times as many, and so on.
 *
 * @see Loshchilov & Hutter 2017, https://arxiv.org/abs/1608.03983
 */
export function cosineRestarts(
  first: number,
  { growth = 1, end = 0 }: { readonly growth?: number; readonly end?: number } = {},
): Schedule {
  expectInteger('cosineRestarts', 'first', first, 1)
  expectInteger('cosineRestarts', 'growth', growth, 1)
  expectAtLeast('end', end, 0)
  return (step) => {
    let [rest, length] = growth === 1 ? [step % first, first] : [step, first]
    for (; rest >= length; length *= growth) rest -= length
    return halfCosine(1, end, rest / length)
  }
}

export interface OneCycleOptions {
  /** Share of the updates on which the rate rises. */
  readonly rise?: number
  /** The factor at the start. */
  readonly start?: number
  /** The factor at the end. */
  readonly end?: number
  /** Shape of rise and fall. */
  readonly shape?: 'cosine' | 'linear'
  /** Fall as long as the rise, to the start, and only then to the end. */
  readonly threePhase?: boolean
}

/**
 * Up from a small rate to the optimiser's, and down to nearly none.
 *
 * @see Smith & Topin 2019, https://arxiv.org/abs/1708.07120
 */
export function oneCycle(
  total: number,
  { rise = 0.3, start = 1 / 25, end, shape = 'cosine', threePhase = false }: OneCycleOptions = {},
): Schedule {
  expectInteger('oneCycle', 'total', total, 1)
  expectAtLeast('rise', rise, 0)
  expectAtLeast('start', start, 0)
  const last = expectAtLeast('end', end ?? start * 1e-4, 0)
  const top = rise * total - 1
  const phases: [until: number, from: number, to: number][] = [
    [top, start, 1],
    ...(threePhase ? [[2 * top, 1, start] satisfies [number, number, number]] : []),
    [total - 1, threePhase ? start : 1, last],
  ]
  return (step) => {
    let begin = 0
    for (const [until, from, to] of phases) {
      if (step <= until) {
        const share = (step - begin) / (until - begin || 1)
        return shape === 'cosine' ? halfCosine(from, to, share) : from + (to - from) * share
      }
      begin = until
    }
    return last
  }
}

export interface CyclicOptions {
  /** The smallest factor. */
  readonly low?: number
  /** Updates of a fall; as many as of a rise unless told otherwise. */
  readonly down?: number
  /** What becomes of the height from cycle to cycle. */
  readonly mode?: 'triangular' | 'halving' | 'exponential'
  /** In mode `exponential`, the height at step t is `gammaᵗ`. */
  readonly gamma?: number
}

/**
 * Up from `low` to 1 in `up` updates and down again, for ever.
 *
 * @see Smith 2017, https://arxiv.org/abs/1506.01186
 */
export function cyclic(
  up: number,
  { low = 0.1, down = up, mode = 'triangular', gamma = 1 }: CyclicOptions = {},
): Schedule {
  expectInteger('cyclic', 'up', up, 1)
  expectInteger('cyclic', 'down', down, 1)
  expectAtLeast('low', low, 0)
  expectAtLeast('gamma', gamma, 0)
  const period = up + down
  return (step) => {
    const at = step % period
    const height = at <= up ? at / up : (period - at) / down
    const halved = mode === 'halving' ? pow(0.5, Math.floor(step / period)) : 1
    return low + (1 - low) * height * (mode === 'exponential' ? pow(gamma, step) : halved)
  }
}

/**
 * A linear warm-up to 1, then `√(warmup/t)`, with updates counted from 1.
 *
 * @see Vaswani et al. 2017, https://arxiv.org/abs/1706.03762
 */
export function inverseSqrt(warmup: number): Schedule {
  expectInteger('inverseSqrt', 'warmup', warmup, 1)
  return (step) => Math.min((step + 1) / warmup, Math.sqrt(warmup / (step + 1)))
}

/** The product of several schedules. */
export function chain(...schedules: readonly Schedule[]): Schedule {
  return (step) => schedules.reduce((product, schedule) => product * schedule(step), 1)
}

/**
 * One schedule after the other, each counted from its own start: the next begins at the next milestone.
 *
 * @example sequential([linear(100, { from: 0 }), cosine(900)], [100])
 */
export function sequential(
  schedules: readonly Schedule[],
  milestones: readonly number[],
): Schedule {
  const ascend = milestones.every((each, i) => each > (milestones[i - 1] ?? 0))
  if (!ascend || schedules.length !== milestones.length + 1) {
    throw new ValueError('schedule.milestones', { count: schedules.length, milestones })
  }
  return (step) => {
    const place = milestones.filter((each) => each <= step).length
    return schedules[place]?.(step - (milestones[place - 1] ?? 0)) ?? 1
  }
}
