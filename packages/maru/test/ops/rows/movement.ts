import type { Sizes } from '../../../src/base/shape.ts'
import {
  concat,
  IndexError,
  ShapeError,
  stack,
  type Tensor,
  ValueError,
} from '../../../src/index.ts'
import type { PadMode } from '../../../src/tensor/pieces.ts'
import { kept, op, type Row } from '../row.ts'
import { given, INF, NAN, zero } from './samples.ts'

export const movements: readonly Row[] = [
  op<{ readonly shape: Sizes }>('reshape', {
    run: ({ shape }, x) => x.reshape(shape),
    samples: [
      { inputs: [[2, 6]], args: { shape: [3, -1] } },
      { inputs: [[]], args: { shape: [1, 1] } },
      { inputs: [[0, 4]], args: { shape: [2, 0, 3] } },
      { inputs: [[0, 4]], args: { shape: [2, -1] } },
    ],
    results: kept,
    rejects: [
      [() => zero(2, 3).reshape([4]), ShapeError, 'reshape.size'],
      [() => zero(2, 3).reshape([-1, -1] as never), ShapeError, 'reshape.holes'],
      [() => zero(2, 3).reshape([4, -1]), ShapeError, 'reshape.divide'],
      [() => zero(0, 3).reshape([0, -1]), ShapeError, 'reshape.divide'],
      [() => zero(2).reshape([-2]), ShapeError, 'shape.sizes'],
      [() => zero(2).reshape('2' as never), ValueError, 'argument.list'],
    ],
  }),
  op<{ readonly start: number; readonly end?: number }>('flatten', {
    run: ({ start, end = -1 }, x) => x.flatten(start, end),
    samples: [
      { inputs: [[2, 3, 4]], args: { start: 0 } },
      { inputs: [[2, 3, 4]], args: { start: 0, end: 1 } },
      { inputs: [[]], args: { start: 0 } },
      { inputs: [[2, 0, 4]], args: { start: 1 } },
    ],
    results: kept,
    rejects: [[() => zero(2).flatten(1), IndexError, 'axis.range']],
  }),
  op<{ readonly axes: readonly number[] }>('permute', {
    run: ({ axes }, x) => x.permute(axes),
    samples: [
      { inputs: [[2, 3, 4]], args: { axes: [2, 0, 1] } },
      { inputs: [[]], args: { axes: [] } },
      { inputs: [[2, 0, 3]], args: { axes: [1, -1, 0] } },
    ],
    results: kept,
    rejects: [
      [() => zero(2, 3).permute([0]), ShapeError, 'permute.axes'],
      [() => zero(2, 3).permute([0, 0]), ShapeError, 'permute.axes'],
      [() => zero(2, 3).permute([0, 2]), IndexError, 'axis.range'],
    ],
  }),
  op<{ readonly axes: readonly [number, number] }>('transpose', {
    run: ({ axes: [first, second] }, x) => x.transpose(first, second),
    samples: [
      { inputs: [[2, 3, 4]], args: { axes: [0, 2] } },
      { inputs: [[5, 9]], args: { axes: [-2, -1] } },
      { inputs: [[3]], args: { axes: [0, 0] } },
      { inputs: [[2, 0]], args: { axes: [0, 1] } },
    ],
    results: kept,
    rejects: [[() => zero(2).transpose(), IndexError, 'axis.range']],
  }),
  op<{ readonly shape: Sizes }>('expand', {
    run: ({ shape }, x) => x.expand(shape),
    samples: [
      { inputs: [[3, 1]], args: { shape: [2, 3, 4] } },
      { inputs: [[]], args: { shape: [2, 2] } },
      { inputs: [[1, 3]], args: { shape: [0, 3] } },
    ],
    results: kept,
    rejects: [
      [() => zero(2, 3).expand([2, 6]), ShapeError, 'broadcast'],
      [() => zero(2, 3).expand([1, 3]), ShapeError, 'expand.shape'],
    ],
  }),
  op<{
    readonly axis: number
    readonly start: number
    readonly end?: number
    readonly step?: number
  }>('slice', {
    run: ({ axis, start, end, step = 1 }, x) => x.slice(axis, start, end, { step }),
    samples: [
      { inputs: [[3, 5]], args: { axis: 1, start: 1, end: 4 } },
      { inputs: [[3, 5]], args: { axis: -1, start: -2 } },
      { inputs: [[3, 2]], args: { axis: 0, start: 1, end: 1 } },
      { inputs: [[0, 2]], args: { axis: 1, start: 1 } },
      { inputs: [given([0, 1, 2, 3, 4])], args: { axis: 0, start: 1, end: -1 }, gives: [1, 2, 3] },
      { inputs: [[2, 7]], args: { axis: 1, start: 1, end: 6, step: 2 } },
      { inputs: [[2, 7]], args: { axis: 1, start: 0, step: 3 }, note: 'leaves a rest' },
      { inputs: [[5, 2]], args: { axis: 0, start: -1, step: -1 } },
      { inputs: [[0, 2]], args: { axis: 0, start: -1, step: -2 } },
      { inputs: [[3]], args: { axis: 0, start: 1, end: 1, step: -1 } },
      {
        inputs: [given([0, 1, 2, 3, 4])],
        args: { axis: 0, start: -1, end: 0, step: -2 },
        gives: [4, 2],
      },
    ],
    oracle: { torch: 'strided' },
    results: kept,
    rejects: [
      [() => zero(3).slice(0, 2, 1), ShapeError, 'slice.range'],
      [() => zero(3).slice(0, 0, 4), ShapeError, 'slice.range'],
      [() => zero(3).slice(0, 0.5), ShapeError, 'slice.range'],
      [() => zero(3).slice(0, 1, 2, { step: -1 }), ShapeError, 'slice.range'],
      [() => zero(3).slice(0, 3, 0, { step: -1 }), ShapeError, 'slice.range'],
      [() => zero(3).slice(0, 0, 3, { step: 0 }), ValueError, 'slice.step'],
      [() => zero(3).slice(1, 0), IndexError, 'axis.range'],
    ],
  }),
  op<{ readonly ranges: readonly (readonly [number, number])[] }>('slices', {
    run: ({ ranges }, x) => x.slices(ranges),
    samples: [
      {
        inputs: [[3, 5]],
        args: {
          ranges: [
            [1, 3],
            [0, 4],
          ],
        },
      },
      {
        inputs: [[3, 5]],
        args: {
          ranges: [
            [0, 3],
            [0, 5],
          ],
        },
      },
      { inputs: [[]], args: { ranges: [] } },
    ],
    oracle: {
      torch: 'slice',
      args: ({ ranges = [] }: { ranges?: number[][] }) => ({
        ranges: ranges.map(([from = 0, to = 0]) => [from, to] as const),
      }),
      skip: { steps: 'ranges have no step' },
    },
    results: kept,
    rejects: [
      [() => zero(3).slices([[0, 4]]), ShapeError, 'slices.ranges'],
      [() => zero(3).slices([]), ShapeError, 'slices.ranges'],
      [() => zero(3).slices([[0, 1.5]]), ShapeError, 'slices.ranges'],
    ],
  }),
  op<{
    readonly padding: readonly (readonly [number, number])[]
    readonly value?: number | PadMode
  }>('pad', {
    run: ({ padding, value }, x) => x.pad(padding, value),
    samples: [
      {
        inputs: [[2, 3]],
        args: {
          padding: [
            [1, 0],
            [2, 1],
          ],
        },
      },
      {
        inputs: [[2, 3]],
        args: {
          padding: [
            [0, 1],
            [0, 0],
          ],
          value: 3,
        },
      },
      { inputs: [[0]], args: { padding: [[1, 2]], value: 7 } },
      ...(['reflect', 'replicate', 'circular'] as const).map((value) => ({
        inputs: [[3, 4]],
        args: { padding: [[1, 2] as const, [3, 0] as const], value },
      })),
      {
        inputs: [[0, 2]],
        args: {
          padding: [
            [0, 0],
            [1, 1],
          ],
          value: 'reflect',
        },
      },
      { inputs: [[1]], args: { padding: [[2, 2]], value: 'replicate' } },
      {
        inputs: [given([1, 2])],
        args: { padding: [[2, 1]], value: 'circular' },
        gives: [1, 2, 1, 2, 1],
      },
      { inputs: [[]], args: { padding: [] } },
      {
        inputs: [given([1, 2])],
        args: { padding: [[1, 1]], value: -INF },
        gives: [-INF, 1, 2, -INF],
      },
      { inputs: [given([1, 2])], args: { padding: [[1, 0]], value: NAN }, gives: [NAN, 1, 2] },
    ],
    results: kept,
    rejects: [
      [() => zero(2).pad([[0, -1]]), ShapeError, 'pad.widths'],
      [() => zero(2).pad([[0, 0.5]]), ShapeError, 'pad.widths'],
      [() => zero(2).pad([]), ShapeError, 'pad.widths'],
      [() => zero(2).pad([[2, 0]], 'reflect'), ShapeError, 'pad.mode'],
      [() => zero(2).pad([[0, 3]], 'circular'), ShapeError, 'pad.mode'],
      [() => zero(0).pad([[0, 1]], 'replicate'), ShapeError, 'pad.mode'],
      [() => zero(2).pad([[0, 1]], 'symmetric' as 'reflect'), ValueError, 'pad.border'],
    ],
  }),
  op<{ readonly axes: readonly number[] }>('flip', {
    run: ({ axes }, x) => x.flip(axes),
    samples: [
      { inputs: [[3, 7]], args: { axes: [1] } },
      { inputs: [[2, 3, 2]], args: { axes: [-1, 0] } },
      { inputs: [[0, 2]], args: { axes: [0] } },
      { inputs: [[2]], args: { axes: [] } },
    ],
    results: kept,
    rejects: [
      [() => zero(2).flip(1), IndexError, 'axis.range'],
      [() => zero(2).flip([0, 0]), IndexError, 'axis.repeated'],
    ],
  }),
  op<{ readonly axis: number }>('squeeze', {
    run: ({ axis }, x) => x.squeeze(axis),
    samples: [
      { inputs: [[2, 1, 3]], args: { axis: 1 } },
      { inputs: [[1]], args: { axis: -1 } },
      { inputs: [[1, 0]], args: { axis: 0 } },
    ],
    oracle: { torch: 'squeeze', skip: { all: 'axes are named' } },
    results: kept,
    rejects: [
      [() => zero(2, 1).squeeze(0), ShapeError, 'squeeze.size'],
      [() => zero().squeeze(0), IndexError, 'axis.range'],
    ],
  }),
  op<{ readonly axis: number }>('unsqueeze', {
    run: ({ axis }, x) => x.unsqueeze(axis),
    samples: [
      { inputs: [[2, 3]], args: { axis: 1 } },
      { inputs: [[]], args: { axis: 0 } },
      { inputs: [[0, 2]], args: { axis: -3 } },
    ],
    results: kept,
    rejects: [[() => zero(2).unsqueeze(2), IndexError, 'axis.range']],
  }),
  op<{ readonly axis: number }>('concat', {
    run: ({ axis }, ...parts) => concat(parts as [Tensor], axis),
    samples: [
      {
        inputs: [
          [2, 3],
          [1, 3],
        ],
        args: { axis: 0 },
      },
      {
        inputs: [
          [2, 1],
          [2, 5],
          [2, 2],
        ],
        args: { axis: -1 },
      },
      {
        inputs: [
          [2, 2],
          [0, 2],
        ],
        args: { axis: 0 },
      },
      { inputs: [[0], [0]], args: { axis: 0 } },
      { inputs: [[4]], args: { axis: 0 } },
      { inputs: [given([1, NAN]), given([INF])], args: { axis: 0 }, gives: [1, NAN, INF] },
    ],
    results: kept,
    rejects: [
      [() => concat([]), ValueError, 'concat.none'],
      [() => concat([zero(2), zero(2, 1)]), ShapeError, 'concat.rank'],
      [() => concat([zero(2, 2), zero(2, 3)]), ShapeError, 'concat.sizes'],
      [() => concat([zero(2)], 1), IndexError, 'axis.range'],
    ],
  }),
  op<{ readonly axis: number }>('stack', {
    run: ({ axis }, ...parts) => stack(parts as [Tensor], axis),
    samples: [
      {
        inputs: [
          [2, 3],
          [2, 3],
        ],
        args: { axis: 1 },
      },
      { inputs: [[], []], args: { axis: 0 } },
      { inputs: [[0], [0]], args: { axis: -1 } },
    ],
    results: kept,
    rejects: [
      [() => stack([]), ValueError, 'concat.none'],
      [() => stack([zero(2), zero(3)]), ShapeError, 'stack.shapes'],
      [() => stack([zero(2)], 2), IndexError, 'axis.range'],
    ],
  }),
]
