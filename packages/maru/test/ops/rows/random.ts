/** Random numbers: what can be said of single ones; distributions have their own suite. */
import type { Sizes } from '../../../src/base/shape.ts'
import { Stream, threefry2x32 } from '../../../src/base/threefry.ts'
import {
  bernoulli,
  categorical,
  DTypeError,
  exponential,
  gamma,
  manualSeed,
  normal,
  poisson,
  randint,
  randperm,
  ShapeError,
  type Tensor,
  truncatedNormal,
  uniform,
  ValueError,
} from '../../../src/index.ts'
import { positive, unit } from '../draw.ts'
import { all, floating, kept, op, positions, type Results, type Row } from '../row.ts'
import { byValue, given, INF, NAN, zero } from './samples.ts'

/** The same numbers for every call. */
function seeded(draw: () => Tensor): Tensor {
  manualSeed(7)
  return draw()
}

/** The first word of each block of the first stream of that seed. */
function words(count: number): number[] {
  const { key } = new Stream(7, 'random', 0).state()
  return Array.from({ length: count }, (_, i) => threefry2x32(key[0], key[1], i, 0)[0])
}

const noGradient = { none: 'what is drawn depends on no input' }
const floats: Results = all('float32')
const shared = { oracle: byValue, gradient: noGradient, results: kept, draws: true } as const

export const random: readonly Row[] = [
  op<{ readonly shape: Sizes; readonly low?: number; readonly high?: number }>('uniform', {
    run: ({ shape, ...range }) => seeded(() => uniform(shape, range)),
    samples: [
      {
        inputs: [],
        args: { shape: [2, 5] },
        gives: words(10).map((word) => (word & 0xffffff) * 2 ** -24),
      },
      { inputs: [], args: { shape: [3], low: 2, high: 2 }, gives: [2, 2, 2] },
      { inputs: [], args: { shape: [0, 2] }, gives: [] },
      { inputs: [], args: { shape: [], low: -1, high: 3 } },
    ],
    ...shared,
    rejects: [
      [() => uniform([2], { dtype: 'int32' }), DTypeError, 'dtype.kind'],
      [() => uniform([-2]), ShapeError, 'shape.sizes'],
    ],
  }),
  op<{ readonly shape: Sizes; readonly std?: number }>('normal', {
    run: ({ shape, std = 1 }) => seeded(() => normal(shape, { mean: 3, std })),
    samples: [
      { inputs: [], args: { shape: [2], std: 0 }, gives: [3, 3] },
      { inputs: [], args: { shape: [5, 7] } },
    ],
    ...shared,
    tolerance: {
      float32: {
        relative: 1e-6,
        absolute: 1e-6,
        reason: 'the cosine is within 9e-8 of its own size, times up to 6.7',
      },
    },
  }),
  op<{ readonly shape: Sizes }>('truncatedNormal', {
    run: ({ shape }) => seeded(() => truncatedNormal(shape, { mean: 1, std: 2, low: 0 })),
    samples: [
      { inputs: [], args: { shape: [0] }, gives: [] },
      { inputs: [], args: { shape: [5, 7] } },
    ],
    ...shared,
    rejects: [
      [() => truncatedNormal([2], { low: 3 }), ValueError, 'random.truncated'],
      [() => truncatedNormal([2], { std: 0 }), ValueError, 'random.truncated'],
    ],
  }),
  op<{ readonly shape: Sizes }>('exponential', {
    run: ({ shape }) => seeded(() => exponential(shape, { rate: 2 })),
    samples: [
      { inputs: [], args: { shape: [0] }, gives: [] },
      { inputs: [], args: { shape: [5, 7] } },
    ],
    ...shared,
    rejects: [[() => exponential([2], { rate: 0 }), ValueError, 'random.positive']],
  }),
  op('bernoulli', {
    run: (_, x) => seeded(() => bernoulli(x)),
    samples: [
      { inputs: [[3, 4]] },
      { inputs: [[0]] },
      { inputs: [given([0, 1, -1, 2, INF])], gives: [0, 1, 0, 1, 1] },
    ],
    domain: [unit],
    ...shared,
    results: floats,
    rejects: [
      [() => bernoulli(1.5), ValueError, 'value.range'],
      [() => bernoulli(Number.NaN), ValueError, 'value.range'],
    ],
  }),
  op<{ readonly shape: Sizes; readonly low?: number; readonly high: number }>('randint', {
    run: ({ shape, ...range }) => seeded(() => randint(shape, range)),
    samples: [
      {
        inputs: [],
        args: { shape: [6], high: 10 },
        gives: words(6).map((word) => (word & 0x7fffffff) % 10),
      },
      { inputs: [], args: { shape: [3], low: -7, high: -6 }, gives: [-7, -7, -7] },
      { inputs: [], args: { shape: [0], high: 1 }, gives: [] },
      { inputs: [], args: { shape: [9], low: -(2 ** 31), high: -1 } },
    ],
    ...shared,
    rejects: [
      [() => randint([2], { high: 0 }), ValueError, 'value.integer'],
      [() => randint([2], { high: 1.5 }), ValueError, 'value.integer'],
      [() => randint([2], { low: 2 ** 31, high: 2 ** 31 + 1 }), ValueError, 'value.range'],
      [() => randint([2], { high: 2 ** 31 }), ValueError, 'value.range'],
    ],
  }),
  op<{ readonly numSamples?: number }>('categorical', {
    run: (args, logits) => seeded(() => categorical(logits, args)),
    samples: [
      { inputs: [[3, 4]] },
      { inputs: [[2, 1, 5]], args: { numSamples: 3 } },
      { inputs: [[0, 4]] },
      { inputs: [given([-INF, 0, -INF, 5, -INF, -INF], [2, 3])], gives: [1, 0] },
      { inputs: [given([-INF, 0, -INF])], args: { numSamples: 3 }, gives: [1, 1, 1] },
    ],
    ...shared,
    results: positions,
    rejects: [
      [() => categorical(zero()), ShapeError, 'categorical.scalar'],
      [() => categorical(zero(2), { numSamples: -1 }), ValueError, 'value.integer'],
    ],
  }),
  op<{ readonly a: number; readonly rate?: number; readonly shape: Sizes }>('gamma', {
    run: ({ a, ...options }) => seeded(() => gamma(a, options)),
    samples: [
      { inputs: [], args: { a: 2, shape: [5, 7] } },
      { inputs: [], args: { a: 0.3, shape: [9], rate: 4 } },
      { inputs: [], args: { a: 1, shape: [0] }, gives: [] },
      { inputs: [], args: { a: INF, shape: [2] }, gives: [INF, INF] },
    ],
    ...shared,
    rejects: [
      [() => gamma(0), ValueError, 'random.positive'],
      [() => gamma(1, { rate: -1 }), ValueError, 'random.positive'],
      [() => gamma(Number.NaN), ValueError, 'random.positive'],
      [() => gamma(1, { dtype: 'int32' }), DTypeError, 'dtype.kind'],
      [() => gamma(zero(3), { shape: [2] }), ShapeError, 'broadcast'],
    ],
  }),
  op<{ readonly shape?: Sizes }>('poisson', {
    run: (options, rates) => seeded(() => poisson(rates, options)),
    samples: [
      { inputs: [[3, 4]] },
      { inputs: [[4]], args: { shape: [5, 4] } },
      { inputs: [[0]] },
      { inputs: [given([0, -1, NAN, INF])], gives: [0, NAN, NAN, INF] },
    ],
    domain: [positive],
    ...shared,
    results: floating,
    rejects: [
      [() => poisson(-1), ValueError, 'value.range'],
      [() => poisson(1, { shape: [-1] }), ShapeError, 'shape.sizes'],
      [() => poisson(1, { dtype: 'bool' }), DTypeError, 'dtype.kind'],
    ],
  }),
  op<{ readonly n: number }>('randperm', {
    run: ({ n }) => seeded(() => randperm(n)),
    samples: [
      { inputs: [], args: { n: 30 } },
      { inputs: [], args: { n: 1 }, gives: [0] },
      { inputs: [], args: { n: 0 }, gives: [] },
    ],
    ...shared,
    rejects: [
      [() => randperm(-1), ValueError, 'value.integer'],
      [() => randperm(2.5), ValueError, 'value.integer'],
    ],
  }),
]
