import {
  arange,
  crossEntropy,
  DTypeError,
  IndexError,
  mseLoss,
  ShapeError,
  tensor,
  ValueError,
} from '../../../src/index.ts'
import { below, normal } from '../draw.ts'
import { floating, op, type Row, type Sample } from '../row.ts'
import { given, INF, NAN, shapes, zero } from './samples.ts'

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
  op('crossEntropy', {
    run: (_, logits, labels) => crossEntropy(logits, labels),
    samples: [
      shapes([4, 3], [4]),
      shapes([1, 3], [1]),
      { inputs: [given([0, 0, 0, 0], [1, 4]), given([2], [1], 'uint8')], gives: [Math.log(4)] },
    ],
    domain: [normal, below(3)],
    results: floating,
    rejects: [
      [() => crossEntropy(zero(2), zero(2)), ShapeError, 'crossEntropy.logits'],
      [() => crossEntropy(zero(2, 3), zero(2, 3)), ShapeError, 'crossEntropy.oneHot'],
      [() => crossEntropy(zero(2, 3), zero(2, 1)), ShapeError, 'crossEntropy.labels'],
      [() => crossEntropy(zero(2, 3), zero(4)), ShapeError, 'crossEntropy.rows'],
      [() => crossEntropy(zero(2, 3), zero(2)), DTypeError, 'crossEntropy.dtype'],
      [() => crossEntropy(zero(0, 3), arange(0)), ValueError, 'crossEntropy.empty'],
      [() => crossEntropy(zero(2, 3).softmax(), arange(2)), ValueError, 'crossEntropy.softmax'],
      [
        () => crossEntropy(zero(1, 3), tensor([3], [1], { dtype: 'int32' })),
        IndexError,
        'crossEntropy.range',
      ],
      [
        () => crossEntropy(zero(1, 3), tensor([-1], [1], { dtype: 'int32' })),
        IndexError,
        'crossEntropy.range',
      ],
    ],
  }),
  op('mseLoss', {
    run: (_, a, b) => mseLoss(a, b),
    samples: [shapes([3, 4], [3, 4]), shapes([], []), shapes([5], [5])],
    results: { ...floating, bool: 'refused' },
    rejects: [[() => mseLoss(zero(2, 1), zero(2)), ShapeError, 'loss.broadcast']],
  }),
]
