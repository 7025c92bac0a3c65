import { IndexError, type Tensor } from '../../../src/index.ts'
import { distinct } from '../draw.ts'
import {
  floating,
  kept,
  op,
  positions,
  type Reject,
  type Row,
  type Sample,
  summed,
} from '../row.ts'
import { byValue, given, INF, INT_MIN, isFlat, isStep, NAN, zero } from './samples.ts'

interface Reduction {
  readonly axis?: number | readonly number[]
  readonly keepDims?: boolean
}

/** Every way to name axes; `empty` where folding nothing has a value. */
function reductions(empty: boolean): Sample<Reduction>[] {
  return [
    { inputs: [[3, 4]], args: {} },
    { inputs: [[3, 4]], args: { axis: -1 } },
    { inputs: [[3, 4]], args: { axis: 0, keepDims: true } },
    { inputs: [[2, 3, 4]], args: { axis: [0, 2] } },
    { inputs: [[2, 3, 4]], args: { axis: [2, 1], keepDims: true } },
    { inputs: [[2, 3, 4]], args: { axis: [] }, note: 'over no axes: the tensor itself' },
    { inputs: [[3, 1, 2]], args: { axis: 1 } },
    { inputs: [[]], args: {} },
    { inputs: [[0, 3]], args: { axis: 1 } },
    { inputs: [[2, 45]], args: { axis: 1 }, note: 'past 16 lanes, with a rest' },
    { inputs: [[45, 2]], args: { axis: 0 } },
    { inputs: [[7, 21]], args: { axis: 0 }, note: 'columns, with a rest' },
    ...(empty
      ? [
          { inputs: [[2, 0]], args: { axis: 1 } },
          { inputs: [[0, 3]], args: {} },
        ]
      : []),
  ]
}

const nan: Sample<Reduction> = {
  inputs: [given([1, NAN, 2, -INF, 3, INF], [2, 3])],
  args: { axis: 1 },
}

const badAxes = (run: (x: Tensor, axis: number) => unknown): readonly Reject[] => [
  [() => run(zero(2, 3), 2), IndexError, 'axis.range'],
  [() => run(zero(2, 3), -3), IndexError, 'axis.range'],
  [() => run(zero(2, 3), 0.5), IndexError, 'axis.range'],
]

export const folds: readonly Row[] = [
  op<Reduction>('sum', {
    run: ({ axis, keepDims = false }, x) => x.sum(axis, { keepDims }),
    samples: [...reductions(true), nan],
    results: summed,
    rejects: [
      ...badAxes((x, axis) => x.sum(axis)),
      [() => zero(2, 3).sum([0, -2]), IndexError, 'axis.repeated'],
    ],
  }),
  op<Reduction>('mean', {
    run: ({ axis, keepDims = false }, x) => x.mean(axis, { keepDims }),
    samples: [
      ...reductions(true),
      nan,
      { inputs: [given([], [2, 0])], args: { axis: 1 }, gives: [NAN, NAN] },
    ],
    results: floating,
    rejects: badAxes((x, axis) => x.mean(axis)),
  }),
  op<Reduction>('max', {
    run: ({ axis, keepDims = false }, x) => x.max(axis, { keepDims }),
    samples: [
      ...reductions(false),
      nan,
      { inputs: [given([INT_MIN, 3, -4, -5], [2, 2], 'int32')], args: { axis: 1 }, gives: [3, -4] },
      { inputs: [given([0, 1, 0, 0], [2, 2], 'bool')], args: { axis: 1 }, gives: [1, 0] },
    ],
    domain: [distinct],
    results: kept,
    rejects: [
      ...badAxes((x, axis) => x.max(axis)),
      [() => zero(2, 0).max(), IndexError, 'reduce.empty'],
      [() => zero(2, 0).max(1), IndexError, 'reduce.empty'],
    ],
  }),
  op<Reduction>('min', {
    run: ({ axis, keepDims = false }, x) => x.min(axis, { keepDims }),
    samples: [
      ...reductions(false),
      nan,
      {
        inputs: [given([INT_MIN, 3, -4, -5], [2, 2], 'int32')],
        args: { axis: 1 },
        gives: [INT_MIN, -5],
      },
      { inputs: [given([0, 1, 7, 255], [2, 2], 'uint8')], args: { axis: 1 }, gives: [0, 7] },
      { inputs: [given([0, 1, 1, 1], [2, 2], 'bool')], args: { axis: 1 }, gives: [0, 1] },
    ],
    domain: [distinct],
    results: kept,
    rejects: [[() => zero(0).min(), IndexError, 'reduce.empty']],
  }),
  op<{ readonly axis?: number; readonly keepDims?: boolean }>('argmax', {
    run: ({ axis, keepDims = false }, x) => x.argmax(axis, { keepDims }),
    samples: [
      { inputs: [[3, 4]], args: {} },
      { inputs: [[2, 3, 4]], args: { axis: -1 } },
      { inputs: [[2, 3, 4]], args: { axis: 1, keepDims: true } },
      { inputs: [[9, 21]], args: { axis: 0 } },
      { inputs: [[0, 2]], args: { axis: 1 } },
      { inputs: [given([1, NAN, 3, NAN, 2, 2, 1, 2], [2, 4])], args: { axis: 1 }, gives: [1, 0] },
      { inputs: [given([-INF, -INF])], args: { axis: 0 }, gives: [0] },
      { inputs: [given([INT_MIN, INT_MIN], [2], 'int32')], args: { axis: 0 }, gives: [0] },
    ],
    domain: [distinct],
    gradient: isStep,
    results: positions,
    rejects: [
      ...badAxes((x, axis) => x.argmax(axis)),
      [() => zero(0).argmax(), IndexError, 'reduce.empty'],
    ],
  }),
  op<{ readonly axes: readonly number[] }>('firstMax', {
    run: ({ axes }, x) => x.firstMax(axes),
    samples: [
      { inputs: [[2, 3, 4]], args: { axes: [1, 2] } },
      { inputs: [[2, 3]], args: { axes: [] } },
      { inputs: [[0, 3]], args: { axes: [1] } },
      { inputs: [given([3, 1, 3, 2], [2, 2])], args: { axes: [0, 1] }, gives: [3] },
    ],
    oracle: byValue,
    domain: [distinct],
    results: kept,
  }),
  op<{ readonly axes: readonly number[] }>('argmaxOver', {
    run: ({ axes }, x) => x.argmaxOver(axes),
    samples: [
      { inputs: [[0, 3]], args: { axes: [1] } },
      { inputs: [[2, 3, 4]], args: { axes: [0, 2] } },
      { inputs: [given([1, 2, 9, 3, 3, 1], [2, 3])], args: { axes: [0, 1] }, gives: [2] },
    ],
    oracle: byValue,
    domain: [distinct],
    gradient: isStep,
    results: positions,
  }),
  op<{ readonly axes: readonly number[] }>('positionsOver', {
    run: ({ axes }, x) => x.positionsOver(axes),
    samples: [
      {
        inputs: [given([7, 7, 7, 7, 7, 7], [2, 3])],
        args: { axes: [0, 1] },
        gives: [0, 1, 2, 3, 4, 5],
      },
      { inputs: [given([7, 7, 7, 7], [2, 2])], args: { axes: [0] }, gives: [0, 0, 1, 1] },
      { inputs: [given([7, 7])], args: { axes: [] }, gives: [0, 0] },
      { inputs: [[2, 0]], args: { axes: [1] } },
    ],
    oracle: byValue,
    gradient: isFlat,
    results: positions,
  }),
]
