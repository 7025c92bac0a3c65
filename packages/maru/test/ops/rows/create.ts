/** Tensors out of nothing. */
import type { DType } from '../../../src/base/dtype.ts'
import type { Sizes } from '../../../src/base/shape.ts'
import { arange, DTypeError, full, ones, ShapeError } from '../../../src/index.ts'
import { kept, op, type Row } from '../row.ts'
import { byValue, isFlat, NAN, zero } from './samples.ts'

export const creation: readonly Row[] = [
  op<{ readonly shape: Sizes; readonly value: number; readonly dtype?: DType }>('full', {
    run: ({ shape, value, dtype = 'float32' }) => full(shape, value, { dtype }),
    samples: [
      { inputs: [], args: { shape: [2, 2], value: 1.5 }, gives: [1.5, 1.5, 1.5, 1.5] },
      { inputs: [], args: { shape: [], value: NAN }, gives: [NAN] },
      { inputs: [], args: { shape: [0, 3], value: 1 }, gives: [] },
      { inputs: [], args: { shape: [2], value: -1, dtype: 'uint8' }, gives: [0, 0] },
      { inputs: [], args: { shape: [2], value: -7, dtype: 'bool' }, gives: [1, 1] },
    ],
    oracle: byValue,
    gradient: isFlat,
    results: kept,
    rejects: [
      [() => full([-1], 0), ShapeError, 'shape.sizes'],
      [() => full([1.5], 0), ShapeError, 'shape.sizes'],
      [() => full([2 ** 30, 2 ** 30], 0), ShapeError, 'shape.huge'],
      [() => full([2], 0, { dtype: 'float' as DType }), DTypeError, 'dtype.unknown'],
    ],
  }),
  op('zeros', {
    run: () => zero(2),
    samples: [{ inputs: [], gives: [0, 0] }],
    oracle: byValue,
    gradient: isFlat,
    results: kept,
  }),
  op('ones', {
    run: () => ones([2]),
    samples: [{ inputs: [], gives: [1, 1] }],
    oracle: byValue,
    gradient: isFlat,
    results: kept,
  }),
  op<{ readonly count: number; readonly dtype?: DType }>('arange', {
    run: ({ count, dtype = 'int32' }) => arange(count, { dtype }),
    samples: [
      { inputs: [], args: { count: 5 }, gives: [0, 1, 2, 3, 4] },
      { inputs: [], args: { count: 0 }, gives: [] },
      { inputs: [], args: { count: 3, dtype: 'float32' }, gives: [0, 1, 2] },
    ],
    oracle: byValue,
    gradient: isFlat,
    results: kept,
    rejects: [
      [() => arange(-1), ShapeError, 'shape.sizes'],
      [() => arange(2, { dtype: 'bool' }), DTypeError, 'dtype.kind'],
    ],
  }),
]
