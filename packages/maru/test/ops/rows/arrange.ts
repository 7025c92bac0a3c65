import {
  concat,
  IndexError,
  ShapeError,
  stack,
  type Tensor,
  ValueError,
} from '../../../src/index.ts'
import { kept, op, type Row } from '../row.ts'
import { given, NAN, zero } from './samples.ts'

/** Parts told apart by a factor each, so that their order matters. */
function numbered(parts: readonly Tensor[]): Tensor[] {
  return parts.map((part, i) => (part.dtype === 'bool' ? part : part.mul(i + 1)))
}

interface Plane {
  readonly offset?: number
  readonly axis0?: number
  readonly axis1?: number
}

export const arrangements: readonly Row[] = [
  op<{ readonly axis: number; readonly start: number; readonly length: number }>('narrow', {
    run: ({ axis, start, length }, x) => x.narrow(axis, start, length),
    samples: [
      { inputs: [[3, 5]], args: { axis: 1, start: 1, length: 3 } },
      { inputs: [[3, 5]], args: { axis: 0, start: -1, length: 1 } },
      { inputs: [[0, 2]], args: { axis: 0, start: 0, length: 0 } },
      { inputs: [[1]], args: { axis: -1, start: 0, length: 1 } },
    ],
    results: kept,
    rejects: [
      [() => zero(3).narrow(0, 2, 2), ShapeError, 'narrow.range'],
      [() => zero(3).narrow(0, 1, -1), ShapeError, 'narrow.range'],
      [() => zero(3).narrow(1, 0, 1), IndexError, 'axis.range'],
    ],
  }),
  op<{ readonly axis: number; readonly index: number }>('select', {
    run: ({ axis, index }, x) => x.select(axis, index),
    samples: [
      { inputs: [[3, 5]], args: { axis: 0, index: 1 } },
      { inputs: [[2, 3, 2]], args: { axis: -1, index: -2 } },
      { inputs: [[1]], args: { axis: 0, index: 0 } },
      { inputs: [[0, 2]], args: { axis: 1, index: 1 } },
    ],
    results: kept,
    rejects: [
      [() => zero(3).select(0, 3), IndexError, 'select.range'],
      [() => zero(3).select(0, -4), IndexError, 'select.range'],
      [() => zero(3).select(0, 0.5), IndexError, 'select.range'],
      [() => zero(0).select(0, 0), IndexError, 'select.range'],
      [() => zero().select(0, 0), IndexError, 'axis.range'],
    ],
  }),
  op<{ readonly sizes: number | readonly number[]; readonly axis?: number }>('split', {
    run: ({ sizes, axis = 0 }, x) => concat(numbered(x.split(sizes, axis)), axis),
    samples: [
      { inputs: [[5, 2]], args: { sizes: 2 } },
      { inputs: [[2, 6]], args: { sizes: [1, 0, 5], axis: -1 } },
      { inputs: [[0, 2]], args: { sizes: 3 } },
      { inputs: [given([1, 2, 3])], args: { sizes: 2 }, gives: [1, 2, 6] },
    ],
    results: kept,
    rejects: [
      [() => zero(3).split([1, 1]), ShapeError, 'split.sizes'],
      [() => zero(3).split(0), ValueError, 'value.integer'],
      [() => zero(3).split([4, -1]), ValueError, 'value.integer'],
      [() => zero().split(1), IndexError, 'axis.range'],
      [() => zero(2 ** 21).split(1), ValueError, 'parts.many'],
    ],
  }),
  op<{ readonly count: number; readonly axis?: number }>('chunk', {
    run: ({ count, axis = 0 }, x) => concat(numbered(x.chunk(count, axis)), axis),
    samples: [
      { inputs: [[5, 2]], args: { count: 3 } },
      { inputs: [[2, 4]], args: { count: 2, axis: 1 } },
      { inputs: [[0, 2]], args: { count: 3 } },
      { inputs: [[1]], args: { count: 4 } },
    ],
    results: kept,
    rejects: [[() => zero(3).chunk(0), ValueError, 'value.integer']],
  }),
  op<{ readonly axis?: number }>('unbind', {
    run: ({ axis = 0 }, x) => stack(numbered(x.unbind(axis))),
    samples: [
      { inputs: [[3, 2]], args: {} },
      { inputs: [[2, 3]], args: { axis: -1 } },
      { inputs: [[1]], args: {} },
      { inputs: [[2, 0]], args: {} },
    ],
    results: kept,
    rejects: [[() => zero().unbind(0), IndexError, 'axis.range']],
  }),
  op<{ readonly axis: number; readonly sizes: readonly number[] }>('unflatten', {
    run: ({ axis, sizes }, x) => x.unflatten(axis, sizes),
    samples: [
      { inputs: [[2, 6]], args: { axis: 1, sizes: [3, 2] } },
      { inputs: [[6, 2]], args: { axis: 0, sizes: [-1, 2] } },
      { inputs: [[0]], args: { axis: 0, sizes: [2, 0] } },
      { inputs: [[1]], args: { axis: 0, sizes: [1, 1, 1] } },
    ],
    results: kept,
    rejects: [
      [() => zero(2, 6).unflatten(1, [4, 2]), ShapeError, 'unflatten.sizes'],
      [() => zero(2, 6).unflatten(1, [-1, -1]), ShapeError, 'unflatten.sizes'],
      [() => zero(2, 6).unflatten(2, [4, 2]), IndexError, 'axis.range'],
    ],
  }),
  op<{ readonly counts: number | readonly number[] }>('repeat', {
    run: ({ counts }, x) => x.repeat(counts),
    samples: [
      { inputs: [[2, 3]], args: { counts: [2, 2] } },
      { inputs: [[3]], args: { counts: 2 } },
      { inputs: [[]], args: { counts: [2, 2] } },
      { inputs: [[2]], args: { counts: [3, 0] } },
      { inputs: [given([1, 2])], args: { counts: [2, 2] }, gives: [1, 2, 1, 2, 1, 2, 1, 2] },
    ],
    results: kept,
    rejects: [
      [() => zero(2, 3).repeat([2]), ShapeError, 'repeat.counts'],
      [() => zero(2).repeat([-1]), ShapeError, 'shape.sizes'],
    ],
  }),
  op<{ readonly count: number; readonly axis?: number }>('repeatInterleave', {
    run: ({ count, axis }, x) => x.repeatInterleave(count, axis),
    samples: [
      { inputs: [[2, 3]], args: { count: 2, axis: 0 } },
      { inputs: [[2, 2]], args: { count: 3 } },
      { inputs: [[]], args: { count: 2 } },
      { inputs: [[2]], args: { count: 0 } },
      { inputs: [given([1, NAN])], args: { count: 2 }, gives: [1, 1, NAN, NAN] },
    ],
    results: kept,
    rejects: [
      [() => zero(2).repeatInterleave(-1), ValueError, 'value.integer'],
      [() => zero(2).repeatInterleave(2, 1), IndexError, 'axis.range'],
    ],
  }),
  op<{
    readonly shifts: number | readonly number[]
    readonly axes?: number | readonly number[]
  }>('roll', {
    run: ({ shifts, axes }, x) => x.roll(shifts, axes),
    samples: [
      { inputs: [[2, 5]], args: { shifts: -2, axes: 1 } },
      { inputs: [[3, 4]], args: { shifts: [1, 9], axes: [0, -1] } },
      { inputs: [[2, 3]], args: { shifts: 4 } },
      { inputs: [[]], args: { shifts: 1 } },
      { inputs: [[0, 2]], args: { shifts: 1, axes: 0 } },
    ],
    results: kept,
    rejects: [
      [() => zero(2, 3).roll([1, 2]), ValueError, 'roll.shifts'],
      [() => zero(2, 3).roll([1, 2], 0), ValueError, 'roll.shifts'],
      [() => zero(2).roll(0.5), ValueError, 'value.whole'],
      [() => zero(2).roll(1, 1), IndexError, 'axis.range'],
    ],
  }),
  ...(['tril', 'triu'] as const).map((name) =>
    op<{ readonly diagonal?: number }>(name, {
      run: ({ diagonal }, x) => x[name](diagonal),
      samples: [
        { inputs: [[3, 4]], args: {} },
        { inputs: [[2, 4, 3]], args: { diagonal: 1 } },
        { inputs: [[3, 3]], args: { diagonal: -5 } },
        { inputs: [[1, 1]], args: { diagonal: 1 } },
        { inputs: [[0, 3]], args: {} },
        {
          inputs: [given([NAN, NAN, NAN, NAN], [2, 2])],
          args: {},
          gives: name === 'tril' ? [NAN, 0, NAN, NAN] : [NAN, NAN, 0, NAN],
          note: 'what is left out is 0, even where it was NaN',
        },
      ],
      results: kept,
      rejects: [
        [() => zero(3)[name](), ShapeError, 'matrix.rank'],
        [() => zero(3, 3)[name](0.5), ValueError, 'value.whole'],
      ],
    }),
  ),
  op<Plane>('diagonal', {
    run: (plane, x) => x.diagonal(plane),
    samples: [
      { inputs: [[3, 4]], args: {} },
      { inputs: [[4, 3]], args: { offset: 1 } },
      { inputs: [[2, 3, 4]], args: { offset: -1, axis0: 1, axis1: 2 } },
      { inputs: [[3, 2, 3]], args: { axis0: -1, axis1: 0 } },
      { inputs: [[3, 3]], args: { offset: 7 }, note: 'beyond the corner' },
      { inputs: [[0, 3]], args: {} },
      { inputs: [[1, 1]], args: {} },
    ],
    results: kept,
    rejects: [
      [() => zero(3).diagonal(), IndexError, 'axis.range'],
      [() => zero(3, 3).diagonal({ axis0: 0, axis1: -2 }), IndexError, 'axis.repeated'],
      [() => zero(3, 3).diagonal({ offset: 0.5 }), ValueError, 'value.whole'],
    ],
  }),
  op<{ readonly offset?: number }>('diagEmbed', {
    run: ({ offset }, x) => x.diagEmbed(offset),
    samples: [
      { inputs: [[2, 3]], args: {} },
      { inputs: [[3]], args: { offset: 2 } },
      { inputs: [[1]], args: { offset: -1 } },
      { inputs: [[2, 0]], args: { offset: 1 } },
    ],
    results: kept,
    rejects: [[() => zero().diagEmbed(), IndexError, 'axis.range']],
  }),
  op<{ readonly offset?: number }>('diag', {
    run: ({ offset }, x) => x.diag(offset),
    samples: [
      { inputs: [[3, 4]], args: { offset: 1 } },
      { inputs: [[3]], args: { offset: -1 } },
      { inputs: [[0]], args: {} },
    ],
    results: kept,
    rejects: [
      [() => zero().diag(), ShapeError, 'diag.rank'],
      [() => zero(2, 2, 2).diag(), ShapeError, 'diag.rank'],
    ],
  }),
  op<{
    readonly source: number | readonly number[]
    readonly destination: number | readonly number[]
  }>('movedim', {
    run: ({ source, destination }, x) => x.movedim(source, destination),
    samples: [
      { inputs: [[2, 3, 4]], args: { source: -1, destination: 0 } },
      { inputs: [[2, 3, 4]], args: { source: [0, 1], destination: [-1, 0] } },
      { inputs: [[1, 0]], args: { source: 0, destination: 1 } },
    ],
    results: kept,
    rejects: [
      [() => zero(2, 3).movedim([0, 1], 0), ShapeError, 'movedim.axes'],
      [() => zero(2, 3).movedim([0, 0], [0, 1]), ShapeError, 'movedim.axes'],
      [() => zero(2, 3).movedim(2, 0), IndexError, 'axis.range'],
    ],
  }),
  op<{ readonly k?: number; readonly axes?: readonly [number, number] }>('rot90', {
    run: ({ k, axes }, x) => x.rot90(k, axes),
    samples: [
      { inputs: [[2, 3]], args: {} },
      { inputs: [[2, 3]], args: { k: 3 } },
      { inputs: [[2, 3, 2]], args: { k: 6, axes: [2, 0] } },
      { inputs: [[1, 0]], args: {} },
    ],
    results: kept,
    rejects: [
      [() => zero(3).rot90(), IndexError, 'axis.range'],
      [() => zero(3, 3).rot90(1, [0] as never), IndexError, 'rot90.axes'],
      [() => zero(3, 3).rot90(1, [1, 1]), IndexError, 'rot90.axes'],
      [() => zero(3, 3).rot90(0.5), ValueError, 'value.whole'],
    ],
  }),
]

export const pixels: readonly Row[] = [
  op<{ readonly factor: number }>('pixelShuffle', {
    run: ({ factor }, x) => x.pixelShuffle(factor),
    samples: [
      { inputs: [[2, 8, 2, 3]], args: { factor: 2 } },
      { inputs: [[9, 1, 1]], args: { factor: 3 }, note: 'no batch axis' },
      { inputs: [[0, 4, 1, 1]], args: { factor: 2 } },
    ],
    results: kept,
    rejects: [
      [() => zero(6, 2, 2).pixelShuffle(2), ShapeError, 'pixels.shuffle'],
      [() => zero(4, 2).pixelShuffle(2), ShapeError, 'pixels.shuffle'],
      [() => zero(4, 2, 2).pixelShuffle(0), ValueError, 'value.integer'],
    ],
  }),
  op<{ readonly factor: number }>('pixelUnshuffle', {
    run: ({ factor }, x) => x.pixelUnshuffle(factor),
    samples: [
      { inputs: [[2, 2, 4, 6]], args: { factor: 2 } },
      { inputs: [[1, 1, 1]], args: { factor: 1 } },
      { inputs: [[0, 1, 2, 2]], args: { factor: 2 } },
    ],
    results: kept,
    rejects: [[() => zero(1, 3, 4).pixelUnshuffle(2), ShapeError, 'pixels.unshuffle']],
  }),
]
