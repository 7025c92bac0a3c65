/** Tensors out of nothing. */
import type { DType } from '../../../src/base/dtype.ts'
import type { Sizes } from '../../../src/base/shape.ts'
import { arange, DTypeError, full, ones, ShapeError, ValueError } from '../../../src/index.ts'
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
  op<{
    readonly count?: number
    readonly start?: number
    readonly stop?: number
    readonly step?: number
    readonly dtype?: DType
  }>('arange', {
    run: ({ count, start = 0, stop = 0, step = 1, dtype }) => {
      const type = dtype ? { dtype } : {}
      return count === undefined ? arange(start, stop, { step, ...type }) : arange(count, type)
    },
    samples: [
      { inputs: [], args: { count: 5 }, gives: [0, 1, 2, 3, 4] },
      { inputs: [], args: { count: 0 }, gives: [] },
      { inputs: [], args: { count: 3, dtype: 'float32' }, gives: [0, 1, 2] },
      { inputs: [], args: { start: 2, stop: 7, step: 2 }, gives: [2, 4, 6] },
      { inputs: [], args: { start: 2, stop: -1, step: -1, dtype: 'float32' }, gives: [2, 1, 0] },
      { inputs: [], args: { start: 0, stop: 1, step: 0.25 }, gives: [0, 0.25, 0.5, 0.75] },
      { inputs: [], args: { start: 2, stop: 2 }, gives: [] },
    ],
    gradient: isFlat,
    results: kept,
    rejects: [
      [() => arange(-1), ShapeError, 'shape.sizes'],
      [() => arange(2, { dtype: 'bool' }), DTypeError, 'dtype.kind'],
      [() => arange(0, 2, { step: 0 }), ValueError, 'arange.step'],
      [() => arange(0, 2, { step: -1 }), ValueError, 'arange.step'],
      [() => arange(0, NAN), ValueError, 'arange.step'],
    ],
  }),
]
