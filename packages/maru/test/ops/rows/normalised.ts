import { IndexError } from '../../../src/index.ts'
import { floating, op, type Row, type Sample } from '../row.ts'
import { given, INF, NAN, zero } from './samples.ts'

interface AlongAxis {
  readonly axis: number
  readonly keepDims?: boolean
}

const alongAxis: readonly Sample<AlongAxis>[] = [
  { inputs: [[3, 5]], args: { axis: -1 } },
  { inputs: [[4, 3]], args: { axis: 0 } },
  { inputs: [[2, 3, 2]], args: { axis: 1 } },
  { inputs: [[3, 1]], args: { axis: 1 } },
  { inputs: [[0, 3]], args: { axis: 1 } },
  { inputs: [given([1e4, 9999, -1e4, 0])], args: { axis: 0 }, note: 'overflows unless shifted' },
  { inputs: [given([0.5, -INF, 1.5, -INF])], args: { axis: 0 } },
  { inputs: [given([0, NAN, 1])], args: { axis: 0 }, gives: [NAN, NAN, NAN] },
]

export const normalised: readonly Row[] = [
  op<AlongAxis>('softmax', {
    run: ({ axis }, x) => x.softmax(axis),
    samples: [...alongAxis, { inputs: [given([], [2, 0])], args: { axis: -1 }, gives: [] }],
    results: floating,
    rejects: [[() => zero(2).softmax(1), IndexError, 'axis.range']],
  }),
  op<AlongAxis>('logSoftmax', {
    run: ({ axis }, x) => x.logSoftmax(axis),
    samples: [...alongAxis, { inputs: [given([], [2, 0])], args: { axis: -1 }, gives: [] }],
    results: floating,
    tolerance: {
      float32: {
        relative: 1e-6,
        absolute: 3e-7,
        reason: 'near 0 it is the logarithm of a sum near 1, whose rounding counts in full',
      },
    },
    rejects: [[() => zero(2).logSoftmax(-2), IndexError, 'axis.range']],
  }),
  op<AlongAxis>('logSumExp', {
    run: ({ axis, keepDims = false }, x) => x.logSumExp(axis, { keepDims }),
    samples: [
      ...alongAxis.slice(0, -1),
      { inputs: [[2, 4]], args: { axis: 1, keepDims: true } },
      { inputs: [given([-INF, -INF])], args: { axis: 0 }, gives: [-INF] },
      { inputs: [given([3, INF])], args: { axis: 0 }, gives: [INF] },
      { inputs: [given([], [2, 0])], args: { axis: 1 }, gives: [-INF, -INF] },
    ],
    results: floating,
  }),
]
