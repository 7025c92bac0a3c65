import type { Sizes } from '../../../src/base/shape.ts'
import type { Averaging, Conv2dOptions } from '../../../src/base/types/window.ts'
import { DTypeError, ShapeError, type Tensor, ValueError } from '../../../src/index.ts'
import type { Windows } from '../../../src/primitives/movement.ts'
import { distinct } from '../draw.ts'
import { arithmetic, floating, kept, numbers, op, type Row, type Sample } from '../row.ts'
import { byValue, given, INT_MIN, NAN, zero } from './samples.ts'

interface Pool2d {
  readonly kernelSize: number | readonly [number, number]
  readonly stride?: number | readonly [number, number]
  readonly padding?: number | readonly [number, number]
  readonly dilation?: number | readonly [number, number]
  readonly ceilMode?: boolean
}

const pools: readonly Sample<Pool2d>[] = [
  { inputs: [[2, 2, 4, 4]], args: { kernelSize: 2 } },
  { inputs: [[1, 5, 5]], args: { kernelSize: 3, stride: 1 } },
  { inputs: [[1, 1, 5, 5]], args: { kernelSize: 3, stride: 2, padding: 1 } },
  { inputs: [[1, 1, 5, 6]], args: { kernelSize: [2, 3], stride: [2, 1], padding: [1, 0] } },
  { inputs: [[1, 1, 6, 5]], args: { kernelSize: 2, stride: 1, dilation: [2, 3] } },
  { inputs: [[1, 5, 4]], args: { kernelSize: [2, 3], stride: 2, padding: 1, ceilMode: true } },
  { inputs: [[0, 2, 4, 4]], args: { kernelSize: 2 } },
  { inputs: [[1, 1, 2, 2]], args: { kernelSize: [1, 2] } },
]

const grid = (size: number[], stride: number[], dilation: number[]): Windows => ({
  size,
  stride,
  dilation,
})

export const windows: readonly Row[] = [
  op<Conv2dOptions>('conv2d', {
    run: (options, x, weight, bias) => {
      const y: Tensor = x.conv2d(weight, options)
      return bias ? y.add(bias.reshape([-1, 1, 1])) : y
    },
    samples: [
      {
        inputs: [
          [2, 2, 5, 5],
          [3, 2, 3, 3],
        ],
        args: {},
      },
      {
        inputs: [
          [2, 5, 4],
          [3, 2, 3, 3],
        ],
        args: { padding: 'same' },
        note: 'no batch axis',
      },
      {
        inputs: [
          [1, 1, 4, 4],
          [1, 1, 2, 2],
        ],
        args: {
          padding: [
            [1, 0],
            [0, 2],
          ],
        },
        note: 'lopsided',
      },
      {
        inputs: [
          [1, 4, 6, 5],
          [4, 2, 3, 2],
        ],
        args: { stride: [2, 1], padding: [2, 1], dilation: [2, 1], groups: 2 },
      },
      {
        inputs: [
          [1, 3, 4, 4],
          [6, 1, 3, 3],
        ],
        args: { groups: 3, padding: 1 },
      },
      {
        inputs: [
          [0, 2, 4, 4],
          [3, 2, 3, 3],
        ],
        args: {},
      },
      {
        inputs: [
          [1, 1, 9, 11],
          [5, 1, 3, 3],
        ],
        args: { padding: 1, stride: 2 },
      },
    ],
    results: arithmetic,
    rejects: [
      [() => zero(4, 4).conv2d(zero(1, 1, 2, 2)), ShapeError, 'window.rank'],
      [() => zero(1, 4, 4).conv2d(zero(1, 2, 2)), ShapeError, 'conv.weight'],
      [() => zero(1, 4, 4).conv2d(zero(1, 2, 2, 2)), ShapeError, 'conv.channels'],
      [() => zero(1, 4, 4).conv2d(zero(1, 1, 5, 5)), ShapeError, 'window.fit'],
      [() => zero(2, 4, 4).conv2d(zero(3, 1, 2, 2), { groups: 2 }), ShapeError, 'conv.groups'],
      [
        () => zero(1, 4, 4).conv2d(zero(1, 1, 2, 2), { stride: 2, padding: 'same' }),
        ShapeError,
        'window.same',
      ],
      [() => zero(1, 4, 4).conv2d(zero(1, 1, 2, 2), { stride: 0 }), ValueError, 'value.integer'],
      [() => zero(1, 4, 4).conv2d(zero(1, 1, 2, 2), { padding: -1 }), ValueError, 'value.integer'],
      [() => zero(1, 4, 4).conv2d(zero(1, 1, 2, 2).cast('float64')), DTypeError, 'conv.dtype'],
    ],
  }),
  op<Pool2d>('maxPool2d', {
    run: ({ kernelSize, ...options }, x) => x.maxPool2d(kernelSize, options),
    samples: [
      ...pools,
      {
        inputs: [given([0, 0, 0, 0], [1, 2, 2], 'bool')],
        args: { kernelSize: 2, padding: 1 },
        gives: [0, 0, 0, 0],
        note: 'the border is never the largest',
      },
      {
        inputs: [given([-1, -2, -3, -4], [1, 2, 2], 'int32')],
        args: { kernelSize: 2, padding: 1 },
        gives: [-1, -2, -3, -4],
      },
      { inputs: [given([1, NAN, 3, 4], [1, 2, 2])], args: { kernelSize: 2 }, gives: [NAN] },
    ],
    domain: [distinct],
    results: kept,
    rejects: [
      [() => zero(1, 4, 4).maxPool2d(5), ShapeError, 'window.fit'],
      [() => zero(4, 4).maxPool2d(2), ShapeError, 'window.rank'],
      [() => zero(1, 4, 4).maxPool2d(2, { padding: 2 }), ShapeError, 'pool.padding'],
      [() => zero(1, 4, 4).maxPool2d(0), ValueError, 'value.integer'],
    ],
  }),
  op<Pool2d>('minPool2d', {
    run: ({ kernelSize, ...options }, x) => x.minPool2d(kernelSize, options),
    samples: [
      ...pools,
      {
        inputs: [given([0, 1, 7, 255], [1, 2, 2], 'uint8')],
        args: { kernelSize: 2, padding: 1 },
        gives: [0, 1, 7, 255],
        note: 'the border is never the smallest',
      },
      {
        inputs: [given([1, 1, 0, 1], [1, 2, 2], 'bool')],
        args: { kernelSize: 2, padding: 1 },
        gives: [1, 1, 0, 1],
      },
      {
        inputs: [given([INT_MIN, 5, 6, 7], [1, 2, 2], 'int32')],
        args: { kernelSize: 2 },
        gives: [INT_MIN],
      },
    ],
    domain: [distinct],
    results: kept,
  }),
  op<Pool2d & Averaging>('avgPool2d', {
    run: ({ kernelSize, ...options }, x) => x.avgPool2d(kernelSize, options),
    samples: pools,
    results: floating,
  }),
  op<Windows>('windows', {
    run: (attrs, x) => x.windows(attrs),
    samples: [
      { inputs: [[2, 5, 4]], args: grid([2, 3], [1, 1], [1, 1]) },
      { inputs: [[7]], args: grid([2], [2], [3]) },
      { inputs: [[2, 2]], args: grid([3, 1], [1, 1], [1, 1]), note: 'no window fits' },
      { inputs: [[0, 3]], args: grid([2], [1], [1]) },
      { inputs: [given([0, 1, 2, 3, 4])], args: grid([2], [2], [1]), gives: [0, 2, 1, 3] },
    ],
    oracle: byValue,
    results: kept,
  }),
  op<{ readonly extents: Sizes; readonly grid: Windows }>('foldWindows', {
    run: ({ extents, grid }, x) => x.foldWindows(extents, grid),
    samples: [
      { inputs: [[2, 2, 3, 4, 2]], args: { extents: [5, 4], grid: grid([2, 3], [1, 1], [1, 1]) } },
      { inputs: [[2, 2]], args: { extents: [7], grid: grid([2], [2], [3]) } },
      { inputs: [[0, 2, 3]], args: { extents: [4], grid: grid([2], [1], [1]) } },
      {
        inputs: [given([1, 2, 3, 4], [2, 2])],
        args: { extents: [3], grid: grid([2], [1], [1]) },
        gives: [1, 5, 4],
      },
    ],
    oracle: byValue,
    results: numbers,
  }),
]
