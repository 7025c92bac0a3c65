import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { cos, erf, exp, expm1, log, log1p, pow, sigmoid, sin, tanh } from '../../src/base/math.ts'
import { Stream } from '../../src/base/threefry.ts'
import fixture from './fixtures/math.json' with { type: 'json' }

type Function = (x: number) => number
type Range = readonly [low: number, high: number]

interface Row {
  readonly run: Function
  /** The engine's own function, when it has one: within 1 ulp in V8 except where `ulps` says more. */
  readonly twin?: Function
  /** Bound against the correctly rounded value, then against the twin. */
  readonly ulps: readonly [number, number]
  readonly ranges: readonly Range[]
  readonly special: readonly (readonly [number, number])[]
}

const INF = Number.POSITIVE_INFINITY
const TINY = Number.MIN_VALUE

// biome-ignore format: a table
const rows: Record<string, Row> = {
  exp: {
    run: exp, twin: Math.exp, ulps: [1, 2], ranges: [[-745, 709.7], [-1, 1], [-1e-8, 1e-8]],
    special: [[0, 1], [-0, 1], [INF, INF], [-INF, 0], [709, 8.218407461554972e307],
      [709.7827128933841, INF], [-745.1332191019412, 0], [-745.13321910194, TINY], [1e308, INF], [-1e308, 0], [TINY, 1]],
  },
  expm1: {
    run: expm1, twin: Math.expm1, ulps: [1, 2], ranges: [[-45, 709], [-1.5, 1.5], [-1e-8, 1e-8]],
    special: [[0, 0], [-0, -0], [INF, INF], [-INF, -1], [710, INF], [-1e308, -1], [TINY, TINY], [-1e-300, -1e-300]],
  },
  log: {
    run: log, twin: Math.log, ulps: [1, 2], ranges: [[1e-310, 1e-300], [0.4, 2.5], [1, 1e308]],
    special: [[1, 0], [0, -INF], [-0, -INF], [-1, NaN], [-INF, NaN], [INF, INF], [TINY, -744.4400719213812]],
  },
  log1p: {
    run: log1p, twin: Math.log1p, ulps: [1, 2], ranges: [[-1, 3], [-1e-5, 1e-5], [1, 1e308]],
    special: [[0, 0], [-0, -0], [-1, -INF], [-2, NaN], [-INF, NaN], [INF, INF], [TINY, TINY], [-1e-300, -1e-300]],
  },
  sin: {
    run: sin, twin: Math.sin, ulps: [1, 2], ranges: [[-4, 4], [-1e5, 1e5], [1e5, 1e300]],
    special: [[0, 0], [-0, -0], [INF, NaN], [-INF, NaN], [TINY, TINY], [Math.PI, 1.2246467991473532e-16],
      [6381956970095103 * 2 ** 797, 1], [-1e22, 0.8522008497671888]],
  },
  cos: {
    run: cos, twin: Math.cos, ulps: [1, 2], ranges: [[-4, 4], [-1e5, 1e5], [1e5, 1e300]],
    special: [[0, 1], [-0, 1], [INF, NaN], [-INF, NaN], [Math.PI, -1], [Math.PI / 2, 6.123233995736766e-17],
      [6381956970095103 * 2 ** 797, -4.687165924254628e-19]],
  },
  tanh: {
    run: tanh, twin: Math.tanh, ulps: [2, 4], ranges: [[-1, 1], [-25, 25], [-1e-8, 1e-8]],
    special: [[0, 0], [-0, -0], [INF, 1], [-INF, -1], [30, 1], [-30, -1], [TINY, TINY]],
  },
  sigmoid: {
    run: sigmoid, ulps: [2, 0], ranges: [[-740, 40], [-3, 3]],
    special: [[0, 0.5], [-0, 0.5], [INF, 1], [-INF, 0], [40, 1], [-745, TINY], [-1e308, 0], [1e308, 1]],
  },
  erf: {
    run: erf, ulps: [2, 0], ranges: [[-1, 1], [-6.5, 6.5], [-1e-8, 1e-8]],
    special: [[0, 0], [-0, -0], [INF, 1], [-INF, -1], [6, 1], [-7, -1],  [1e-320, 1.1284e-320]],
  },
}

const view = new DataView(new ArrayBuffer(8))

/** Position of a float64 among all of them, so that a difference counts ulps. */
function rank(x: number): bigint {
  view.setFloat64(0, x)
  const bits = view.getBigInt64(0)
  return bits < 0n ? -(bits & 0x7fffffffffffffffn) : bits
}

function ulpsApart(a: number, b: number): number {
  if (Object.is(a, b)) return 0
  if (Number.isNaN(a) || Number.isNaN(b)) return INF
  return Math.abs(Number(rank(a) - rank(b)))
}

function points(name: string, [low, high]: Range, count: number): number[] {
  const stream = new Stream(1, name)
  return Array.from({ length: count }, () => low + (high - low) * (stream.bits() / 4294967296))
}

describe.each(Object.entries(rows))('%s', (name, { run, twin, ulps, ranges, special }) => {
  test.each(special)('of %d is %d', (x, y) => expect(run(x)).toBe(y))

  test('keeps NaN', () => expect(run(Number.NaN)).toBe(Number.NaN))

  test(`is within ${ulps[0]} ulp of the true value`, () => {
    const pairs = (fixture as unknown as Record<string, [number, number][]>)[name] ?? []
    expect(pairs.length).toBeGreaterThan(50)
    for (const [x, y] of pairs) {
      const bound = `${name}(${x}) within ${ulps[0]} ulp of ${y}`
      expect(ulpsApart(run(x), y), bound).toBeLessThanOrEqual(ulps[0])
    }
  })

  if (!twin) return

  test(`is within ${ulps[1]} ulp of Math.${name}`, () => {
    let worst = { ulps: 0, x: 0 }
    for (const range of ranges) {
      for (const x of points(name, range, 4000)) {
        const apart = ulpsApart(run(x), twin(x))
        if (apart > worst.ulps) worst = { ulps: apart, x }
      }
    }
    expect(worst.ulps, `at x = ${worst.x}`).toBeLessThanOrEqual(ulps[1])
  })
})

describe('pow', () => {
  // biome-ignore format: a table
  const special = [
    [NaN, 0, 1], [1, NaN, 1], [1, INF, 1], [-1, INF, 1], [-1, -INF, 1], [NaN, 1, NaN], [2, NaN, NaN],
    [0, 3, 0], [-0, 3, -0], [-0, 2, 0], [0, -1, INF], [-0, -1, -INF], [-0, -2, INF], [-0, -0.5, INF],
    [INF, 2, INF], [INF, -2, 0], [-INF, 3, -INF], [-INF, -3, -0], [-INF, 2, INF], [-INF, 0.5, INF],
    [0.5, INF, 0], [0.5, -INF, INF], [2, INF, INF], [2, -INF, 0], [-8, 1 / 3, NaN], [-2, 3, -8], [-2, 2, 4],
    [2, 10, 1024], [2, -1074, TINY], [2, 1024, INF], [2, -1080, 0], [-2, 1025, -INF], [3, 4, 81], [10, 2, 100],
    [1.0000000000000002, 1e300, INF], [0.9999999999999999, 1e300, 0], [7, 1, 7], [9, 0.5, 3], [10, 15, 1e15],
    [1e-320, 1, 1e-320], [TINY, -0.5, 4.4989137945431964e161],
  ] as const
  test.each(special)('of %d, %d is %d', (x, y, z) => expect(pow(x, y)).toBe(z))

  test('is within 1 ulp of the true value', () => {
    for (const [x, y, z] of fixture.pow as [number, number, number][]) {
      expect(ulpsApart(pow(x, y), z), `pow(${x}, ${y})`).toBeLessThanOrEqual(1)
    }
  })
})

/** Bits of every function on fixed points; another engine with other bits fails here. */
test('results have the same bits on every engine', () => {
  const hash = createHash('sha256')
  for (const [name, { run, ranges }] of Object.entries(rows)) {
    for (const range of ranges) hash.update(bytes(points(name, range, 2000).map(run)))
  }
  const bases = points('base', [0, 20], 2000)
  const powers = points('power', [-30, 30], 2000)
  hash.update(bytes(bases.map((x, i) => pow(x, powers[i] ?? 0))))
  expect(hash.digest('hex')).toBe(
    'bcf346185b0b57529d6407cd5846ef358a19808c4bffa27116e6063eed3865a8',
  )
})

function bytes(values: readonly number[]): Uint8Array {
  const out = new DataView(new ArrayBuffer(8 * values.length))
  for (const [i, value] of values.entries()) out.setFloat64(8 * i, value, true)
  return new Uint8Array(out.buffer)
}
