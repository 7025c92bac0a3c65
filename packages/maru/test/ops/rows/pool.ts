import type { Sizes } from '../../../src/base/shape.ts'
import type { Averaging, PoolOptions } from '../../../src/base/types/window.ts'
import { ShapeError, ValueError } from '../../../src/index.ts'
import { distinct, nonzero } from '../draw.ts'
import { floating, kept, op, type Row, type Sample } from '../row.ts'
import { given, zero } from './samples.ts'

interface Pool extends PoolOptions {
  readonly kernelSize: number | readonly number[]
}

const lines: readonly Sample<Pool>[] = [
  { inputs: [[2, 1, 7]], args: { kernelSize: 2 } },
  { inputs: [[1, 6]], args: { kernelSize: 3, stride: 2, padding: 1, ceilMode: true } },
  { inputs: [[1, 6]], args: { kernelSize: 2, stride: 3, ceilMode: true } },
  { inputs: [[1, 1]], args: { kernelSize: 1 } },
  { inputs: [[0, 2, 4]], args: { kernelSize: 2 } },
]

const volumes: readonly Sample<Pool>[] = [
  { inputs: [[1, 2, 3, 4]], args: { kernelSize: [2, 2, 3], stride: 1 } },
  { inputs: [[1, 1, 3, 2, 3]], args: { kernelSize: 2, padding: [1, 0, 1], ceilMode: true } },
  { inputs: [[0, 1, 2, 2, 2]], args: { kernelSize: 2 } },
]

const uncounted: Sample<Pool & Averaging> = {
  inputs: [given([1, 2, 3], [1, 3])],
  args: { kernelSize: 3, stride: 2, padding: 1, countIncludePad: false },
  gives: [1.5, 2.5],
}

interface Parts {
  readonly outputSize: number | readonly number[]
}

const parts: Readonly<Record<1 | 2 | 3, readonly Sample<Parts>[]>> = {
  1: [
    { inputs: [[2, 6]], args: { outputSize: 3 } },
    { inputs: [[1, 7]], args: { outputSize: 3 } },
    { inputs: [[1, 2]], args: { outputSize: 3 }, note: 'more than there are' },
    { inputs: [[1, 1]], args: { outputSize: 1 } },
    { inputs: [[0, 1, 4]], args: { outputSize: 2 } },
  ],
  2: [
    { inputs: [[1, 2, 4, 5]], args: { outputSize: [2, 3] } },
    { inputs: [[1, 3, 3]], args: { outputSize: 1 } },
    { inputs: [[0, 1, 2, 2]], args: { outputSize: 2 } },
  ],
  3: [
    { inputs: [[1, 2, 3, 2]], args: { outputSize: [1, 2, 2] } },
    { inputs: [[0, 1, 2, 2, 2]], args: { outputSize: 1 } },
  ],
}

interface Norms extends Pool {
  readonly normType: number
}

const normed = (shape: Sizes, none: Sizes): readonly Sample<Norms>[] => [
  { inputs: [shape], args: { normType: 2, kernelSize: 2, stride: 1 } },
  { inputs: [shape], args: { normType: 3, kernelSize: 2, padding: 1 } },
  { inputs: [none], args: { normType: 2, kernelSize: 2 } },
]

const powers = {
  float32: {
    relative: 2e-6,
    absolute: 4e-7,
    reason: 'powers and roots round, and gradients are differences of them',
  },
} as const

export const pools: readonly Row[] = [
  ...(['maxPool1d', 'minPool1d'] as const).map((name) =>
    op<Pool>(name, {
      run: ({ kernelSize, ...options }, x) => x[name](kernelSize, options),
      samples: [
        ...lines,
        { inputs: [[1, 7]], args: { kernelSize: 3, stride: 1, dilation: 2 } },
        {
          inputs: [given([-1, -2, -3], [1, 3], 'int32')],
          args: { kernelSize: 2, padding: 1, ceilMode: true },
          gives: name === 'maxPool1d' ? [-1, -2] : [-1, -3],
        },
      ],
      domain: [distinct],
      results: kept,
      rejects: [
        [() => zero(4)[name](2), ShapeError, 'window.rank'],
        [() => zero(1, 4)[name](5), ShapeError, 'window.fit'],
        [() => zero(1, 4)[name](2, { padding: 2 }), ShapeError, 'pool.padding'],
        [() => zero(1, 4)[name]([2, 2]), ValueError, 'window.axes'],
      ],
    }),
  ),
  ...(['maxPool3d', 'minPool3d'] as const).map((name) =>
    op<Pool>(name, {
      run: ({ kernelSize, ...options }, x) => x[name](kernelSize, options),
      samples: volumes,
      domain: [distinct],
      results: kept,
      rejects: [[() => zero(4, 4, 4)[name](2), ShapeError, 'window.rank']],
    }),
  ),
  op<Pool & Averaging>('avgPool1d', {
    run: ({ kernelSize, ...options }, x) => x.avgPool1d(kernelSize, options),
    samples: [...lines, uncounted],
    results: floating,
    rejects: [[() => zero(1, 4).avgPool1d(5), ShapeError, 'window.fit']],
  }),
  op<Pool & Averaging>('avgPool3d', {
    run: ({ kernelSize, ...options }, x) => x.avgPool3d(kernelSize, options),
    samples: volumes,
    results: floating,
  }),
  op<Norms>('lpPool1d', {
    run: ({ normType, kernelSize, ...options }, x) => x.lpPool1d(normType, kernelSize, options),
    samples: normed([1, 5], [0, 1, 2]),
    domain: [nonzero],
    results: floating,
    tolerance: powers,
    rejects: [
      [() => zero(1, 4).lpPool1d(0, 2), ValueError, 'pool.norm'],
      [() => zero(1, 4).lpPool1d(Number.POSITIVE_INFINITY, 2), ValueError, 'pool.norm'],
    ],
  }),
  op<Norms>('lpPool2d', {
    run: ({ normType, kernelSize, ...options }, x) => x.lpPool2d(normType, kernelSize, options),
    samples: [
      ...normed([1, 3, 4], [0, 1, 2, 2]),
      {
        inputs: [given([0, 0, 0, 0], [1, 2, 2])],
        args: { normType: 3, kernelSize: 2 },
        gives: [0],
      },
    ],
    domain: [nonzero],
    results: floating,
    tolerance: powers,
  }),
  op<Norms>('lpPool3d', {
    run: ({ normType, kernelSize, ...options }, x) => x.lpPool3d(normType, kernelSize, options),
    samples: normed([1, 2, 3, 2], [0, 1, 2, 2, 2]),
    domain: [nonzero],
    results: floating,
    tolerance: powers,
  }),
  ...([1, 2, 3] as const).flatMap((rank) => [
    op<Parts>(`adaptiveAvgPool${rank}d`, {
      run: ({ outputSize }, x) => x[`adaptiveAvgPool${rank}d`](outputSize),
      samples: parts[rank],
      results: floating,
      rejects: [
        [() => zero(2)[`adaptiveAvgPool${rank}d`](1), ShapeError, 'window.rank'],
        [() => zero(1, 0, 0, 0)[`adaptiveAvgPool${rank}d`](1), ShapeError, 'window.fit'],
        [() => zero(1, 2, 2, 2)[`adaptiveAvgPool${rank}d`](0), ValueError, 'value.integer'],
        [() => zero(1, 2, 2, 2)[`adaptiveAvgPool${rank}d`](2 ** 31), ValueError, 'parts.many'],
      ],
    }),
    op<Parts>(`adaptiveMaxPool${rank}d`, {
      run: ({ outputSize }, x) => x[`adaptiveMaxPool${rank}d`](outputSize),
      samples: parts[rank],
      domain: [distinct],
      results: kept,
      rejects: [[() => zero(2)[`adaptiveMaxPool${rank}d`](1), ShapeError, 'window.rank']],
    }),
  ]),
]
