import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import * as math from '../../src/base/math.ts'
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
  /** Also within this, absolutely, is right: where the function crosses 0. */
  readonly absolute?: number
  readonly ranges: readonly Range[]
  readonly special: readonly (readonly [number, number])[]
}

const INF = Number.POSITIVE_INFINITY
const TINY = Number.MIN_VALUE

// biome-ignore format: a table
const rows: Record<string, Row> = {
  exp: {
    run: math.exp, twin: Math.exp, ulps: [1, 2], ranges: [[-745, 709.7], [-1, 1], [-1e-8, 1e-8]],
    special: [[0, 1], [-0, 1], [INF, INF], [-INF, 0], [709, 8.218407461554972e307],
      [709.7827128933841, INF], [-745.1332191019412, 0], [-745.13321910194, TINY], [1e308, INF], [-1e308, 0], [TINY, 1]],
  },
  expm1: {
    run: math.expm1, twin: Math.expm1, ulps: [1, 2], ranges: [[-45, 709], [-1.5, 1.5], [-1e-8, 1e-8]],
    special: [[0, 0], [-0, -0], [INF, INF], [-INF, -1], [710, INF], [-1e308, -1], [TINY, TINY], [-1e-300, -1e-300]],
  },
  log: {
    run: math.log, twin: Math.log, ulps: [1, 2], ranges: [[1e-310, 1e-300], [0.4, 2.5], [1, 1e308]],
    special: [[1, 0], [0, -INF], [-0, -INF], [-1, NaN], [-INF, NaN], [INF, INF], [TINY, -744.4400719213812]],
  },
  log1p: {
    run: math.log1p, twin: Math.log1p, ulps: [1, 2], ranges: [[-1, 3], [-1e-5, 1e-5], [1, 1e308]],
    special: [[0, 0], [-0, -0], [-1, -INF], [-2, NaN], [-INF, NaN], [INF, INF], [TINY, TINY], [-1e-300, -1e-300]],
  },
  sin: {
    run: math.sin, twin: Math.sin, ulps: [1, 2], ranges: [[-4, 4], [-1e5, 1e5], [1e5, 1e300]],
    special: [[0, 0], [-0, -0], [INF, NaN], [-INF, NaN], [TINY, TINY], [Math.PI, 1.2246467991473532e-16],
      [6381956970095103 * 2 ** 797, 1], [-1e22, 0.8522008497671888]],
  },
  cos: {
    run: math.cos, twin: Math.cos, ulps: [1, 2], ranges: [[-4, 4], [-1e5, 1e5], [1e5, 1e300]],
    special: [[0, 1], [-0, 1], [INF, NaN], [-INF, NaN], [Math.PI, -1], [Math.PI / 2, 6.123233995736766e-17],
      [6381956970095103 * 2 ** 797, -4.687165924254628e-19]],
  },
  tanh: {
    run: math.tanh, twin: Math.tanh, ulps: [2, 4], ranges: [[-1, 1], [-25, 25], [-1e-8, 1e-8]],
    special: [[0, 0], [-0, -0], [INF, 1], [-INF, -1], [30, 1], [-30, -1], [TINY, TINY]],
  },
  sigmoid: {
    run: math.sigmoid, ulps: [2, 0], ranges: [[-740, 40], [-3, 3]],
    special: [[0, 0.5], [-0, 0.5], [INF, 1], [-INF, 0], [40, 1], [-745, TINY], [-1e308, 0], [1e308, 1]],
  },
  erf: {
    run: math.erf, ulps: [2, 0], ranges: [[-1, 1], [-6.5, 6.5], [-1e-8, 1e-8]],
    special: [[0, 0], [-0, -0], [INF, 1], [-INF, -1], [6, 1], [-7, -1],  [1e-320, 1.1284e-320]],
  },
  erfc: {
    run: math.erfc, ulps: [3, 0], ranges: [[-1, 1], [-6, 27]],
    special: [[0, 1], [-0, 1], [INF, 0], [-INF, 2], [28, 0], [-7, 2], [27, 5.23705e-319]],
  },
  erfinv: {
    run: math.erfinv, ulps: [3, 0], ranges: [[-1, 1], [0.999, 1]],
    special: [[0, 0], [-0, -0], [1, INF], [-1, -INF], [1.5, NaN], [INF, NaN], [1e-300, 8.862269254527582e-301]],
  },
  exp2: {
    run: math.exp2, ulps: [1, 0], ranges: [[-1070, 1020], [-1, 1]],
    special: [[0, 1], [-0, 1], [10, 1024], [-1074, TINY], [1024, INF], [-1080, 0], [INF, INF], [-INF, 0]],
  },
  log2: {
    run: math.log2, twin: Math.log2, ulps: [1, 2], ranges: [[1e-310, 1e-300], [0.4, 2.5], [1, 1e308]],
    special: [[1, 0], [8, 3], [TINY, -1074], [0, -INF], [-1, NaN], [INF, INF]],
  },
  log10: {
    run: math.log10, twin: Math.log10, ulps: [1, 2], ranges: [[1e-310, 1e-300], [0.4, 2.5], [1, 1e308]],
    special: [[1, 0], [1000, 3], [1e22, 22], [0, -INF], [-1, NaN], [INF, INF]],
  },
  softplus: {
    run: math.softplus, ulps: [2, 0], ranges: [[-740, 40], [-2, 2]],
    special: [[0, Math.LN2], [INF, INF], [-INF, 0], [-745, TINY], [40, 40]],
  },
  sinh: {
    run: math.sinh, twin: Math.sinh, ulps: [2, 4], ranges: [[-2, 2], [-710, 710], [-1e-8, 1e-8]],
    special: [[0, 0], [-0, -0], [INF, INF], [-INF, -INF], [TINY, TINY], [711, INF]],
  },
  cosh: {
    run: math.cosh, twin: Math.cosh, ulps: [2, 4], ranges: [[-2, 2], [-710, 710]],
    special: [[0, 1], [-0, 1], [INF, INF], [-INF, INF], [711, INF]],
  },
  asin: {
    run: math.asin, twin: Math.asin, ulps: [3, 4], ranges: [[-1, 1], [-1e-8, 1e-8]],
    special: [[0, 0], [-0, -0], [1, Math.PI / 2], [-1, -Math.PI / 2], [1.5, NaN], [-INF, NaN], [TINY, TINY]],
  },
  acos: {
    run: math.acos, twin: Math.acos, ulps: [3, 4], ranges: [[-1, 1]],
    special: [[1, 0], [-1, Math.PI], [0, Math.PI / 2], [1.5, NaN], [-INF, NaN]],
  },
  atan: {
    run: (x) => math.atan2(x, 1), twin: Math.atan, ulps: [2, 3], ranges: [[-4, 4], [-1e5, 1e5], [-1e-8, 1e-8]],
    special: [[0, 0], [-0, -0], [1, Math.PI / 4], [INF, Math.PI / 2], [-INF, -Math.PI / 2], [TINY, TINY]],
  },
  asinh: {
    run: math.asinh, twin: Math.asinh, ulps: [3, 4], ranges: [[-4, 4], [1, 1e300], [-1e-8, 1e-8]],
    special: [[0, 0], [-0, -0], [INF, INF], [-INF, -INF], [TINY, TINY]],
  },
  acosh: {
    run: math.acosh, twin: Math.acosh, ulps: [3, 4], ranges: [[1.01, 4], [1, 1e300]],
    special: [[1, 0], [0.5, NaN], [-INF, NaN], [INF, INF]],
  },
  atanh: {
    run: math.atanh, twin: Math.atanh, ulps: [3, 4], ranges: [[-0.99, 0.99], [-1e-8, 1e-8]],
    special: [[0, 0], [-0, -0], [1, INF], [-1, -INF], [1.5, NaN], [TINY, TINY]],
  },
  lgamma: {
    run: math.lgamma, ulps: [4, 0], absolute: 1e-14, ranges: [[0, 12], [12, 1e6], [-4, 0]],
    special: [[1, 0], [2, 0], [0, INF], [-0, INF], [-3, INF], [INF, INF], [-INF, INF], [TINY, 744.4400719213812]],
  },
  digamma: {
    run: (x) => math.polygamma(0, x), ulps: [4, 0], absolute: 1e-14, ranges: [[0, 12], [12, 1e6], [-4, 0]],
    special: [[0, -INF], [-0, INF], [-3, NaN], [INF, INF], [-INF, NaN]],
  },
  trigamma: {
    run: (x) => math.polygamma(1, x), ulps: [8, 0], ranges: [[0, 12], [12, 1e6], [-4, 0]],
    special: [[0, INF], [-3, INF], [INF, 0], [-INF, NaN]],
  },
  tetragamma: {
    run: (x) => math.polygamma(2, x), ulps: [16, 0], ranges: [[0, 12], [12, 1e6], [-4, 0]],
    special: [[0, -INF], [-3, NaN], [INF, -0], [-INF, NaN]],
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

describe.each(Object.entries(rows))(
  '%s',
  (name, { run, twin, ulps, absolute = 0, ranges, special }) => {
    test.each(special)('of %d is %d', (x, y) => expect(run(x)).toBe(y))

    test('keeps NaN', () => expect(run(Number.NaN)).toBe(Number.NaN))

    test(`is within ${ulps[0]} ulp of the true value`, () => {
      const pairs = (fixture as unknown as Record<string, [number, number][]>)[name] ?? []
      expect(pairs.length).toBeGreaterThan(50)
      for (const [x, y] of pairs) {
        const bound = `${name}(${x}) within ${ulps[0]} ulp of ${y}`
        if (Math.abs(run(x) - y) <= absolute) continue
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
  },
)

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
  test.each(special)('of %d, %d is %d', (x, y, z) => expect(math.pow(x, y)).toBe(z))

  test('is within 1 ulp of the true value', () => {
    for (const [x, y, z] of fixture.pow as [number, number, number][]) {
      expect(ulpsApart(math.pow(x, y), z), `pow(${x}, ${y})`).toBeLessThanOrEqual(1)
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
  hash.update(bytes(bases.map((x, i) => math.pow(x, powers[i] ?? 0))))
  expect(hash.digest('hex')).toBe(
    '84dc49364bccfa06db74b9f8c8db55de91b4efe8a23d15fe86f51669689616a0',
  )
})

function bytes(values: readonly number[]): Uint8Array {
  const out = new DataView(new ArrayBuffer(8 * values.length))
  for (const [i, value] of values.entries()) out.setFloat64(8 * i, value, true)
  return new Uint8Array(out.buffer)
}
