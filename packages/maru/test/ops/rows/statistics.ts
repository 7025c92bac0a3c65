import { IndexError, ShapeError, type Tensor, ValueError } from '../../../src/index.ts'
import { distinct, nonzero } from '../draw.ts'
import { floating, op, positions, type Row, type Sample, summed, truths } from '../row.ts'
import { given, INF, INT_MIN, isStep, NAN, zero } from './samples.ts'

interface Reduction {
  readonly axis?: number | readonly number[]
  readonly keepDims?: boolean
}

interface Spread extends Reduction {
  readonly correction?: number
}

interface Norm extends Reduction {
  readonly p?: number
}

type Method = 'any' | 'all' | 'countNonzero' | 'prod' | 'nanSum' | 'nanMean'

/** Ways to name axes, sizes of 0 and 1 among them. */
const reductions: readonly Sample<Reduction>[] = [
  { inputs: [[3, 4]], args: {} },
  { inputs: [[3, 4]], args: { axis: -1 } },
  { inputs: [[2, 3, 4]], args: { axis: [2, 0], keepDims: true } },
  { inputs: [[2, 3]], args: { axis: [] }, note: 'over no axes' },
  { inputs: [[3, 1, 2]], args: { axis: 1 } },
  { inputs: [[]], args: {} },
  { inputs: [[0, 3]], args: { axis: 1 } },
  { inputs: [[2, 0]], args: { axis: 1 } },
]

const fold =
  (method: Method) =>
  ({ axis, keepDims = false }: Reduction, x: Tensor): Tensor =>
    x[method](axis, { keepDims })

export const statistics: readonly Row[] = [
  op<Reduction>('any', {
    run: fold('any'),
    samples: [
      ...reductions,
      { inputs: [given([], [2, 0])], args: { axis: 1 }, gives: [0, 0] },
      { inputs: [given([0, 0, -0, NAN], [2, 2])], args: { axis: 1 }, gives: [0, 1] },
      { inputs: [given([0, 0, 0, 1], [2, 2], 'bool')], args: { axis: 0 }, gives: [0, 1] },
    ],
    gradient: isStep,
    results: truths,
    rejects: [[() => zero(2).any(1), IndexError, 'axis.range']],
  }),
  op<Reduction>('all', {
    run: fold('all'),
    samples: [
      ...reductions,
      { inputs: [given([], [2, 0])], args: { axis: 1 }, gives: [1, 1] },
      { inputs: [given([1, 0, NAN, 2], [2, 2])], args: { axis: 1 }, gives: [0, 1] },
      { inputs: [given([1, 0, 1, 1], [2, 2], 'bool')], args: { axis: 0 }, gives: [1, 0] },
    ],
    gradient: isStep,
    results: truths,
    rejects: [[() => zero(2).all(1), IndexError, 'axis.range']],
  }),
  op<Reduction>('countNonzero', {
    run: fold('countNonzero'),
    samples: [
      ...reductions,
      { inputs: [given([0, NAN, -0, 3])], args: {}, gives: [2] },
      { inputs: [given([1, 0, 1], [3], 'bool')], args: {}, gives: [2] },
    ],
    gradient: isStep,
    results: positions,
  }),
  op<{ readonly axis?: number; readonly keepDims?: boolean }>('argmin', {
    run: ({ axis, keepDims = false }, x) => x.argmin(axis, { keepDims }),
    samples: [
      { inputs: [[3, 4]], args: {} },
      { inputs: [[2, 3, 4]], args: { axis: 1, keepDims: true } },
      { inputs: [[0, 2]], args: { axis: 1 } },
      { inputs: [given([2, NAN, 3, NAN, 2, 1, 1, 2], [2, 4])], args: { axis: 1 }, gives: [1, 1] },
      { inputs: [given([INF, INF])], args: {}, gives: [0] },
      { inputs: [given([3, INT_MIN, 4], [3], 'int32')], args: {}, gives: [1] },
      { inputs: [given([3, 255, 0], [3], 'uint8')], args: {}, gives: [2] },
    ],
    domain: [distinct],
    gradient: isStep,
    results: positions,
    rejects: [[() => zero(0).argmin(), IndexError, 'reduce.empty']],
  }),
  op<Reduction>('prod', {
    run: fold('prod'),
    samples: [
      ...reductions,
      { inputs: [[2, 33]], args: { axis: 1 }, note: 'six halvings' },
      { inputs: [given([], [2, 0])], args: { axis: 1 }, gives: [1, 1] },
      { inputs: [given([200, 3], [2], 'uint8')], args: {}, gives: [600] },
      { inputs: [given([123456789, 2147483647], [2], 'int32')], args: {}, gives: [2024026859] },
    ],
    results: summed,
    rejects: [[() => zero(2).prod(1), IndexError, 'axis.range']],
  }),
  op<{ readonly axis: number }>('cumprod', {
    run: ({ axis }, x) => x.cumprod(axis),
    samples: [
      { inputs: [[2, 5]], args: { axis: 1 } },
      { inputs: [[8, 2]], args: { axis: 0 } },
      { inputs: [[1]], args: { axis: -1 } },
      { inputs: [[2, 0]], args: { axis: 1 } },
      { inputs: [[0, 2]], args: { axis: 1 } },
      { inputs: [given([2, 3, 4, 5, 6])], args: { axis: 0 }, gives: [2, 6, 24, 120, 720] },
      { inputs: [given([1, 0, NAN, 2])], args: { axis: 0 }, gives: [1, 0, NAN, NAN] },
    ],
    results: summed,
    rejects: [
      [() => zero(2).cumprod(1), IndexError, 'axis.range'],
      [() => zero().cumprod(0), IndexError, 'axis.range'],
    ],
  }),
  op<Reduction>('nanSum', {
    run: fold('nanSum'),
    samples: [
      ...reductions,
      { inputs: [given([1, NAN, 2, NAN, NAN, NAN], [2, 3])], args: { axis: 1 }, gives: [3, 0] },
    ],
    results: summed,
  }),
  op<Reduction>('nanMean', {
    run: fold('nanMean'),
    samples: [
      ...reductions.slice(0, -1),
      { inputs: [given([1, NAN, 2, NAN, NAN, NAN], [2, 3])], args: { axis: 1 }, gives: [1.5, NAN] },
      { inputs: [given([], [2, 0])], args: { axis: 1 }, gives: [NAN, NAN] },
    ],
    results: floating,
  }),
  ...(['var', 'std'] as const).map((name) =>
    op<Spread>(name, {
      run: ({ axis, ...options }, x) => x[name](axis, { keepDims: false, ...options }),
      samples: [
        { inputs: [[3, 4]], args: {} },
        { inputs: [[3, 4]], args: { axis: 0, correction: 0 } },
        { inputs: [[2, 3, 4]], args: { axis: [0, 2], keepDims: true } },
        { inputs: [[0, 3]], args: { axis: 1 } },
        { inputs: [given([1, 1, 1])], args: {}, gives: [0] },
        { inputs: [given([3])], args: {}, gives: [NAN], note: 'one element has no spread' },
        { inputs: [given([3])], args: { correction: 0 }, gives: [0] },
        { inputs: [given([], [2, 0])], args: { axis: 1 }, gives: [NAN, NAN] },
        { inputs: [given([1e4, 10001, 10002])], args: {}, gives: [1], note: 'in two passes' },
      ],
      results: floating,
      rejects: [
        [() => zero(2)[name](1), IndexError, 'axis.range'],
        [() => zero(2)[name](0, { correction: NAN }), ValueError, 'value.number'],
      ],
    }),
  ),
  op<Norm>('norm', {
    run: ({ axis, ...options }, x) => x.norm(axis, { keepDims: false, ...options }),
    samples: [
      { inputs: [[3, 4]], args: {} },
      ...[1, 3, 0.5, -1, INF, -INF].map((p) => ({ inputs: [[2, 4]], args: { axis: 1, p } })),
      { inputs: [[2, 3, 4]], args: { axis: [0, 2], keepDims: true, p: 4 } },
      { inputs: [[]], args: {} },
      { inputs: [[0, 3]], args: { axis: 1 } },
      { inputs: [given([0, 3, NAN, -0])], args: { p: 0 }, gives: [2] },
      { inputs: [given([0, 0])], args: {}, gives: [0] },
      { inputs: [given([0, 2])], args: { p: -2 }, gives: [0] },
      { inputs: [given([3, -INF])], args: {}, gives: [INF] },
      { inputs: [given([3, NAN])], args: { p: 3 }, gives: [NAN] },
      { inputs: [given([], [2, 0])], args: { axis: 1 }, gives: [0, 0] },
    ],
    domain: [nonzero],
    results: floating,
    tolerance: {
      float32: {
        relative: 2e-6,
        absolute: 1e-7,
        reason: 'powers and roots round, and so does the sum between them',
      },
    },
    rejects: [
      [() => zero(2).norm(1), IndexError, 'axis.range'],
      [() => zero(2).norm(0, { p: NAN }), ValueError, 'value.number'],
      [() => zero(0).norm(0, { p: INF }), IndexError, 'reduce.empty'],
    ],
  }),
  op<{ readonly axis?: number; readonly p?: number; readonly eps?: number }>('normalize', {
    run: ({ axis, ...options }, x) => x.normalize(axis, options),
    samples: [
      { inputs: [[3, 4]], args: {} },
      { inputs: [[2, 3]], args: { axis: 0, p: 1 } },
      { inputs: [[2, 1]], args: {} },
      { inputs: [[2, 0]], args: {} },
      { inputs: [given([0, 0])], args: {}, gives: [0, 0] },
    ],
    domain: [nonzero],
    results: floating,
    rejects: [[() => zero().normalize(0), IndexError, 'axis.range']],
  }),
  op('trace', {
    run: (_, x) => x.trace(),
    samples: [{ inputs: [[3, 4]] }, { inputs: [[1, 1]] }, { inputs: [[0, 2]] }],
    results: summed,
    rejects: [
      [() => zero(3).trace(), ShapeError, 'trace.rank'],
      [() => zero(2, 2, 2).trace(), ShapeError, 'trace.rank'],
    ],
  }),
]
