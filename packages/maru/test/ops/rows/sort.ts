import { dtypes } from '../../../src/base/dtype.ts'
import { DTypeError, IndexError, ShapeError, type Tensor, ValueError } from '../../../src/index.ts'
import { below, distinct, flags, normal } from '../draw.ts'
import {
  floating,
  kept,
  op,
  positions,
  type Reject,
  type Results,
  type Row,
  results,
  type Sample,
  summed,
} from '../row.ts'
import { byValue, given, INF, INT_MIN, isStep, NAN, shapes, zero } from './samples.ts'

type Part = { readonly part?: 'values' | 'indices' }
type Along = { readonly axis?: number }

const badAxes = (run: (x: Tensor, axis: number) => unknown): readonly Reject[] => [
  [() => run(zero(2, 3), 2), IndexError, 'axis.range'],
  [() => run(zero(), -1), IndexError, 'axis.range'],
]

/** Integers alone, as int32. */
const counted: Results = results((dtype) => (dtypes[dtype].kind === 'int' ? 'int32' : 'refused'))

type Sorting = Along & { readonly descending?: boolean }

const sorting: readonly Sample<Sorting>[] = [
  { inputs: [[3, 4]] },
  { inputs: [[2, 3, 4]], args: { axis: 1, descending: true } },
  { inputs: [[50, 2]], args: { axis: 0 }, note: 'several runs' },
  { inputs: [[1]], args: { axis: 0 } },
  { inputs: [[2, 0]] },
  { inputs: [[0, 2]] },
]

const folding: readonly Sample<Along>[] = [
  { inputs: [[3, 4]] },
  { inputs: [[2, 3, 4]], args: { axis: 1 } },
  { inputs: [[5, 2]], args: { axis: 0 } },
  { inputs: [[2, 0]] },
  { inputs: [[1]] },
]

export const orders: readonly Row[] = [
  op<Sorting>('argsort', {
    run: ({ axis, descending = false }, x) => x.argsort(axis, { descending }),
    samples: [
      ...sorting,
      { inputs: [given([2, 1, NAN, 2, -INF])], gives: [4, 1, 0, 3, 2] },
      {
        inputs: [given([2, 1, NAN, 2, -INF])],
        args: { descending: true },
        gives: [0, 3, 1, 4, 2],
      },
      { inputs: [given([0, -0, 0])], gives: [0, 1, 2], note: 'zeros are equal' },
      { inputs: [given([3, INT_MIN, 3], [3], 'int32')], gives: [1, 0, 2] },
    ],
    oracle: byValue,
    domain: [distinct],
    gradient: isStep,
    results: positions,
    rejects: badAxes((x, axis) => x.argsort(axis)),
  }),
  op<Sorting & Part>('sort', {
    run: ({ axis, descending = false, part = 'values' }, x) => x.sort(axis, { descending })[part],
    samples: [
      ...sorting,
      { inputs: [given([2, NAN, -INF, 1])], args: { descending: true }, gives: [2, 1, -INF, NAN] },
    ],
    domain: [distinct],
    results: kept,
    rejects: badAxes((x, axis) => x.sort(axis)),
  }),
  op<Along & Part & { readonly k: number; readonly largest?: boolean }>('topK', {
    run: ({ k, part = 'values', ...options }, x) => x.topK(k, options)[part],
    samples: [
      { inputs: [[3, 4]], args: { k: 2 } },
      { inputs: [[2, 40, 2]], args: { k: 3, axis: 1, largest: false }, note: 'from a heap' },
      { inputs: [[3]], args: { k: 0 } },
      { inputs: [[0, 2]], args: { k: 0, axis: 0 } },
      { inputs: [given([1, NAN, 3])], args: { k: 3 }, gives: [3, 1, NAN] },
      {
        inputs: [given([5, NAN, 7, ...Array(30).fill(NAN)])],
        args: { k: 3, part: 'indices' },
        gives: [2, 0, 1],
      },
      {
        inputs: [given([1, 2, ...Array(30).fill(2), 1])],
        args: { k: 3, part: 'indices', largest: false },
        gives: [0, 32, 1],
        note: 'the first of equals',
      },
    ],
    domain: [distinct],
    results: kept,
    rejects: [
      ...badAxes((x, axis) => x.topK(1, { axis })),
      [() => zero(2).topK(3), ValueError, 'value.range'],
      [() => zero(2).topK(0.5), ValueError, 'value.range'],
    ],
  }),
  op<Along & Part & { readonly k: number; readonly keepDims?: boolean }>('kthValue', {
    run: ({ k, part = 'values', ...options }, x) => x.kthValue(k, options)[part],
    samples: [
      { inputs: [[3, 4]], args: { k: 2 } },
      { inputs: [[2, 30, 2]], args: { k: 3, axis: 1, keepDims: true } },
      { inputs: [[1]], args: { k: 1 } },
      { inputs: [[0, 2]], args: { k: 2 } },
    ],
    domain: [distinct],
    results: kept,
    rejects: [[() => zero(2).kthValue(0), ValueError, 'value.range']],
  }),
  op<Along & { readonly keepDims?: boolean }>('median', {
    run: ({ axis, ...options }, x) => x.median(axis, options),
    samples: [
      { inputs: [[3, 5]], args: {} },
      { inputs: [[2, 4, 3]], args: { axis: 1 } },
      { inputs: [[2, 3]], args: { keepDims: true } },
      { inputs: [[]], args: {} },
      { inputs: [[0, 2]], args: { axis: 1 } },
    ],
    domain: [distinct],
    results: kept,
    rejects: [
      [() => zero(2, 3).median(2), IndexError, 'axis.range'],
      [() => zero(2, 0).median(1), ValueError, 'value.range'],
    ],
  }),
  op<Along & { readonly q: number; readonly keepDims?: boolean }>('quantile', {
    run: ({ q, ...options }, x) => x.quantile(q, options),
    samples: [
      { inputs: [[3, 5]], args: { q: 0.3 } },
      { inputs: [[2, 4, 3]], args: { q: 0.5, axis: 1 } },
      { inputs: [[2, 3]], args: { q: 1, keepDims: true } },
      { inputs: [[]], args: { q: 0.5 } },
      { inputs: [[0, 2]], args: { q: 0.5, axis: 1 } },
    ],
    domain: [distinct],
    results: floating,
    rejects: [
      [() => zero(2).quantile(1.5), ValueError, 'value.range'],
      [() => zero(2).quantile(NAN), ValueError, 'value.range'],
      [() => zero(0).quantile(0.5), ValueError, 'value.range'],
    ],
  }),
  op<{ readonly right?: boolean }>('searchSorted', {
    run: (options, sorted, values) => sorted.sort().values.searchSorted(values, options),
    samples: [
      shapes([5], [3, 2]),
      { inputs: [[5], []], args: { right: true } },
      shapes([2, 4], [2, 3]),
      shapes([2, 0], [2, 3]),
      shapes([2, 3], [2, 0]),
      {
        inputs: [given([1, 2, NAN, NAN]), given([NAN, 2, INF])],
        gives: [2, 1, 2],
        note: 'NaN is sorted last',
      },
      {
        inputs: [given([1, 2, NAN, NAN]), given([NAN, 2, INF])],
        args: { right: true },
        gives: [4, 2, 2],
      },
    ],
    domain: [distinct],
    gradient: isStep,
    results: positions,
    rejects: [
      [() => zero(2, 3).searchSorted(zero(3, 3)), ShapeError, 'searchSorted.shapes'],
      [() => zero().searchSorted(zero()), ShapeError, 'searchSorted.shapes'],
      [() => zero(2).searchSorted(1 as never), ValueError, 'argument.tensor'],
    ],
  }),
  op<Along & { readonly reverse?: boolean }>('cumsum', {
    run: ({ axis, ...options }, x) => x.cumsum(axis, options),
    samples: [
      ...folding,
      { inputs: [[2, 3]], args: { reverse: true } },
      { inputs: [given([1, 2, 4])], args: { reverse: true }, gives: [7, 6, 4] },
      {
        inputs: [given([INT_MIN, -1, 5], [3], 'int32')],
        gives: [INT_MIN, -INT_MIN - 1, INT_MIN + 4],
      },
      { inputs: [given([1, 0, 1], [3], 'bool')], gives: [1, 1, 2] },
    ],
    results: summed,
    rejects: badAxes((x, axis) => x.cumsum(axis)),
  }),
  op<Along & { readonly reverse?: boolean }>('logCumSumExp', {
    run: ({ axis, ...options }, x) => x.logCumSumExp(axis, options),
    samples: [
      ...folding,
      { inputs: [[2, 3]], args: { reverse: true } },
      { inputs: [given([-INF, -INF, 1, INF, 2])], gives: [-INF, -INF, 1, INF, INF] },
    ],
    results: floating,
    tolerance: {
      float32: {
        relative: 2e-6,
        absolute: 1e-6,
        reason: 'the gradient takes exponentials of differences',
      },
    },
    rejects: badAxes((x, axis) => x.logCumSumExp(axis)),
  }),
  op<Along & { readonly reverse?: boolean }>('linearRecurrence', {
    run: ({ axis, ...options }, x, decay) => x.linearRecurrence(decay, axis, options),
    samples: [
      shapes([3, 4], [3, 4]),
      {
        inputs: [
          [2, 3, 2],
          [3, 1],
        ],
        args: { axis: 1, reverse: true },
      },
      shapes([2, 0], []),
      shapes([1], [1]),
      { inputs: [given([1, 1, 1]), given([9, 0.5, 2])], gives: [1, 1.5, 4] },
    ],
    results: floating,
    tolerance: {
      float32: { relative: 1e-6, absolute: 1e-6, reason: 'sums of rounded terms cancel' },
    },
    rejects: [
      ...badAxes((x, axis) => x.linearRecurrence(zero(), axis)),
      [() => zero(3).linearRecurrence(zero(2, 3)), ShapeError, 'expand.shape'],
      [() => zero(3).linearRecurrence(1 as never), ValueError, 'argument.tensor'],
    ],
  }),
  ...(['cummax', 'cummin'] as const).map((name) =>
    op<Along & Part>(name, {
      run: ({ axis, part = 'values' }, x) => x[name](axis)[part],
      samples: [...folding, { inputs: [[2, 5]], args: { part: 'indices' } }],
      domain: [distinct],
      results: kept,
      rejects: badAxes((x, axis) => x[name](axis)),
    }),
  ),
  op<{ readonly part?: 'values' | 'counts' | 'inverse' | 'count' }>('unique', {
    run: ({ part = 'values' }, x) => x.unique()[part],
    samples: [
      shapes([3, 4]),
      shapes([]),
      shapes([0]),
      { inputs: [given([3, 1, 3])], gives: [1, 3, 0] },
      { inputs: [given([3, 1, 3])], args: { part: 'count' }, gives: [2] },
      { inputs: [given([])], args: { part: 'count' }, gives: [0] },
      { inputs: [given([NAN, 1, NAN])], args: { part: 'counts' }, gives: [1, 1, 1] },
      { inputs: [given([1, 0, 1], [3], 'bool')], args: { part: 'counts' }, gives: [1, 2, 0] },
    ],
    domain: [distinct],
    results: kept,
  }),
  op<{ readonly part?: 'values' | 'count' }>('maskedSelect', {
    run: ({ part = 'values' }, x, mask) => x.maskedSelect(mask)[part],
    samples: [
      shapes([3, 4], [3, 4]),
      shapes([3, 4], [4]),
      shapes([], []),
      shapes([0, 2], [0, 2]),
      {
        inputs: [given([5, 6, 7]), given([1, 0, 1], [3], 'bool')],
        gives: [5, 7, 0],
      },
      {
        inputs: [given([5, 6, 7]), given([1, 0, 1], [3], 'bool')],
        args: { part: 'count' },
        gives: [2],
      },
    ],
    domain: [normal, flags],
    results: kept,
    rejects: [
      [() => zero(2).maskedSelect(zero(2)), DTypeError, 'dtype.kind'],
      [() => zero(2).maskedSelect(zero(3).equal(0)), ShapeError, 'broadcast'],
    ],
  }),
  op<{ readonly length: number }>('bincount', {
    run: ({ length }, x) => x.bincount(length),
    samples: [
      { inputs: [[3, 4]], args: { length: 4 } },
      { inputs: [given([0, 2, 2, 5, 3], [5], 'int32')], args: { length: 4 }, gives: [1, 0, 2, 1] },
      { inputs: [given([1, 1, 0, 200], [2, 2], 'uint8')], args: { length: 2 }, gives: [1, 2] },
      { inputs: [given([-1, 0], [2], 'int32')], args: { length: 1 }, gives: [1] },
      { inputs: [given([], [0], 'int32')], args: { length: 2 }, gives: [0, 0] },
      { inputs: [given([1], [], 'int32')], args: { length: 0 }, gives: [] },
    ],
    domain: [below(6)],
    gradient: isStep,
    results: counted,
    rejects: [[() => zero(2).cast('int32').bincount(-1), ValueError, 'value.integer']],
  }),
  op<{ readonly bins: number; readonly min: number; readonly max: number }>('histogram', {
    run: ({ bins, ...range }, x) => x.histogram(bins, range),
    samples: [
      { inputs: [[4, 5]], args: { bins: 4, min: -2, max: 2 } },
      { inputs: [[0]], args: { bins: 2, min: 0, max: 1 } },
      {
        inputs: [given([0, 1, 2, 3, 4, -1, 5, NAN])],
        args: { bins: 2, min: 0, max: 4 },
        gives: [2, 3],
      },
    ],
    gradient: isStep,
    results: positions,
    rejects: [
      [() => zero(2).histogram(0, { min: 0, max: 1 }), ValueError, 'value.integer'],
      [() => zero(2).histogram(2, { min: 1, max: 1 }), ValueError, 'histogram.range'],
    ],
  }),
]
