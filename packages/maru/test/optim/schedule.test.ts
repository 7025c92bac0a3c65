/** Schedules: PyTorch's rates, at every step. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { useDevice } from '../../src/index.ts'
import * as optim from '../../src/optim/index.ts'
import { type PlateauOptions, ReduceOnPlateau, type Schedule, SGD } from '../../src/optim/index.ts'
import { parameter } from '../../src/tensor/create.ts'

interface Rates {
  readonly schedule: string
  readonly rates: readonly number[]
}

interface Fixture {
  readonly metrics: readonly (number | 'NaN')[]
  readonly plateaus: readonly { readonly rates: readonly number[] }[]
  readonly entries: readonly Rates[]
}

const url = new URL('fixtures/schedules.json', import.meta.url)
const { metrics, plateaus, entries }: Fixture = JSON.parse(readFileSync(url, 'utf8'))

const schedules: Readonly<Record<string, Schedule>> = {
  constant: optim.constant(0.25, 7),
  stepDecay: optim.stepDecay(8, { gamma: 0.3 }),
  multiStep: optim.multiStep([5, 20, 21], { gamma: 0.5 }),
  exponentialDecay: optim.exponentialDecay(0.93),
  linear: optim.linear(12, { from: 0.2, to: 0.9 }),
  polynomial: optim.polynomial(30, { power: 1.7 }),
  cosine: optim.cosine(50, { end: 0.1 }),
  cosineRestarts: optim.cosineRestarts(7),
  'cosineRestarts, longer each time': optim.cosineRestarts(4, { growth: 2, end: 0.05 }),
  oneCycle: optim.oneCycle(50),
  'oneCycle, linear, in three phases': optim.oneCycle(50, {
    rise: 0.4,
    start: 0.1,
    end: 0.001,
    shape: 'linear',
    threePhase: true,
  }),
  cyclic: optim.cyclic(5),
  'cyclic, halving': optim.cyclic(5, { low: 0.2, down: 9, mode: 'halving' }),
  'cyclic, exponential': optim.cyclic(6, { low: 0, mode: 'exponential', gamma: 0.95 }),
  chain: optim.chain(optim.linear(5, { from: 0.1 }), optim.exponentialDecay(0.9)),
  sequential: optim.sequential(
    [optim.linear(10, { from: 0.1 }), optim.stepDecay(6, { gamma: 0.5 })],
    [10],
  ),
}

function farthest(got: readonly number[], want: readonly number[]): number {
  return Math.max(...want.map((rate, i) => Math.abs(rate - got[i]!)))
}

describe("PyTorch's rates:", () => {
  test('every schedule is there', () => {
    expect(Object.keys(schedules)).toEqual(entries.map(({ schedule }) => schedule))
  })

  /** Lines of the mission that schedules prove. */
  const lines: readonly (readonly [RegExp, string])[] = [
    [/^(stepDecay|multiStep|exponentialDecay|polynomial)/, '[I1.1] '],
    [/^cosine/, '[I1.2] '],
    [/^oneCycle/, '[I1.3] '],
    [/^linear/, '[I1.4] '],
  ]
  const titled = entries.map(({ schedule, rates }) => {
    const [, line = ''] = lines.find(([pattern]) => pattern.test(schedule)) ?? []
    return [line + schedule, schedule, rates] as const
  })
  test.each(titled)('%s', (_, schedule, rates) => {
    const got = rates.map((_, step) => schedules[schedule]!(step))
    expect(farthest(got, rates)).toBeLessThan(1e-12)
    // A schedule is a function of the step alone.
    expect([...got.keys()].reverse().map(schedules[schedule]!).reverse()).toEqual(got)
  })

  const options: readonly PlateauOptions[] = [
    { patience: 2 },
    { patience: 1, factor: 0.5, threshold: 0.01, cooldown: 2 },
    { patience: 0, factor: 0.2, least: 0.01, threshold: 0.01, absolute: true },
    { patience: 1, mode: 'max', factor: 0.5 },
  ]
  test.each([...plateaus.entries()])('[I1.5] a plateau, %i', (i, { rates }) => {
    const plateau = new ReduceOnPlateau(options[i])
    const scales = metrics.map((metric) => {
      plateau.update(Number(metric))
      return plateau.schedule(0)
    })
    expect(farthest(scales, rates)).toBeLessThan(1e-12)
  })
})

test('warm-up to 1, then a fall with the root of the step', () => {
  const rate = optim.inverseSqrt(4)
  expect([0, 1, 2, 3, 15, 399].map(rate)).toEqual([0.25, 0.5, 0.75, 1, 0.5, 0.1])
})

test('a plateau lowers the rate of the optimiser that it was given to', async () => {
  useDevice('wasm')
  const p = parameter(Float32Array.of(1), [1], 'float32')
  const plateau = new ReduceOnPlateau({ patience: 0, factor: 0.5 })
  const optimizer = new SGD([p], { lr: 0.5, schedule: plateau.schedule })
  expect([plateau.update(1), plateau.update(1)]).toEqual([false, true])
  await optimizer.step(p.sum())
  expect(await p.array()).toEqual([0.75])
  const other = new ReduceOnPlateau({ patience: 0, factor: 0.5 })
  other.state = plateau.state
  expect(other.update(1)).toBe(true)
  expect(other.schedule(0)).toBe(0.25)
})

const refused: readonly (readonly [string, () => unknown, string])[] = [
  ['no steps', () => optim.linear(0), 'value.integer'],
  ['half a period', () => optim.cyclic(1.5), 'value.integer'],
  ['a factor below 0', () => optim.exponentialDecay(-1), 'optimizer.option'],
  ['too few milestones', () => optim.sequential([optim.constant(1)], [3]), 'schedule.milestones'],
  [
    'milestones that fall',
    () =>
      optim.sequential(
        [1, 2, 3].map((each) => optim.constant(each)),
        [3, 2],
      ),
    'schedule.milestones',
  ],
]
test.each(refused)('%s: refused', (_, act, key) => {
  expect(act).toThrow(expect.objectContaining({ key }))
})
