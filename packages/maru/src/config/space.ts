/** Spaces of hyper-parameters as data: what may be chosen, and which choices are tried. */
import { FormatError } from '../base/error.ts'
import { exp, log } from '../base/math.ts'
import { expectInteger } from '../base/shape.ts'
import { Stream } from '../base/threefry.ts'
import { brief, isRecord } from '../nn/settings.ts'

/** In a configuration, in place of a value: one of several, or a number between two. */
export type Range =
  | { readonly choice: readonly unknown[] }
  | { readonly uniform: readonly [low: number, high: number] }
  | { readonly logUniform: readonly [low: number, high: number] }
  | { readonly int: readonly [low: number, high: number] }

const KINDS = ['choice', 'uniform', 'logUniform', 'int']

/** Whether a value of a configuration is a range. */
export function isRange(value: unknown): value is Range {
  if (!isRecord(value)) return false
  const [kind = '', ...rest] = Object.keys(value)
  return rest.length === 0 && KINDS.includes(kind)
}

/** @throws FormatError unless a range has something to choose from */
function expectRange(name: string, range: Range): Range {
  const [kind, given] = Object.entries(range)[0] as [string, unknown]
  const list: readonly unknown[] = Array.isArray(given) ? given : []
  const [low, high] = list
  const ends = typeof low === 'number' && typeof high === 'number' && low <= high
  const whole = Number.isSafeInteger(low) && Number.isSafeInteger(high)
  const good = {
    choice: list.length > 0,
    uniform: list.length === 2 && ends && Number.isFinite(low) && Number.isFinite(high),
    logUniform: list.length === 2 && ends && low > 0 && Number.isFinite(high),
    int: list.length === 2 && ends && whole,
  }[kind]
  if (good) return range
  throw new FormatError('config.range', { name, kind, got: brief(given) })
}

/** A value of a range. */
function draw(range: Range, random: Stream): unknown {
  if ('choice' in range) return range.choice[random.integer(range.choice.length)]
  if ('int' in range) return range.int[0] + random.integer(range.int[1] - range.int[0] + 1)
  if ('uniform' in range) {
    const [low, high] = range.uniform
    return low + (high - low) * random.uniform()
  }
  const [low, high] = range.logUniform
  return exp(log(low) + (log(high) - log(low)) * random.uniform())
}

export interface TrialOptions {
  /** How many points are drawn where a range has no list of values, 10 unless given. */
  readonly trials?: number
  readonly seed?: number
}

/**
 * The points of a space: every combination where all ranges are lists, else as many as asked, drawn by the seed.
 * What is no range is the same in all of them.
 *
 * @throws FormatError when a range has nothing to choose from
 * @example pointsOf({ lr: { choice: [0.1, 0.01] }, momentum: 0.9 }) // [{ lr: 0.1, … }, { lr: 0.01, … }]
 */
export function pointsOf(
  space: Readonly<Record<string, unknown>>,
  { trials = 10, seed = 0 }: TrialOptions = {},
): Record<string, unknown>[] {
  expectInteger('pointsOf', 'trials', trials, 1)
  const ranges = Object.entries(space).flatMap(([name, value]) =>
    isRange(value) ? [[name, expectRange(name, value)] as const] : [],
  )
  const lists = ranges.flatMap(([name, range]) =>
    'choice' in range ? [[name, range.choice] as const] : [],
  )
  if (lists.length < ranges.length) {
    return Array.from({ length: trials }, (_, i) => {
      const own = ranges.map(([name, range]) => [name, draw(range, new Stream(seed, i, name))])
      return { ...space, ...Object.fromEntries(own) }
    })
  }
  return lists.reduce<Record<string, unknown>[]>(
    (points, [name, values]) =>
      points.flatMap((point) => values.map((value) => ({ ...point, [name]: value }))),
    [{ ...space }],
  )
}
