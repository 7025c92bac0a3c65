/** Tensors that follow a rule, and tensors like others. */
import type { DType } from '../../../src/base/dtype.ts'
import {
  DTypeError,
  eye,
  fullLike,
  linspace,
  logspace,
  meshgrid,
  onesLike,
  ShapeError,
  ValueError,
  zerosLike,
} from '../../../src/index.ts'
import { arithmetic, kept, op, type Row } from '../row.ts'
import { byValue, INF, isFlat, zero } from './samples.ts'

interface Line {
  readonly start: number
  readonly end: number
  readonly steps: number
}

export const grids: readonly Row[] = [
  op<{ readonly rows: number; readonly columns?: number; readonly dtype?: DType }>('eye', {
    run: ({ rows, columns, dtype = 'float32' }) => eye(rows, columns, { dtype }),
    samples: [
      { inputs: [], args: { rows: 2 }, gives: [1, 0, 0, 1] },
      { inputs: [], args: { rows: 1, columns: 2, dtype: 'bool' }, gives: [1, 0] },
      { inputs: [], args: { rows: 0 }, gives: [] },
    ],
    gradient: isFlat,
    results: kept,
    rejects: [
      [() => eye(-1), ShapeError, 'shape.sizes'],
      [() => eye(2, 2, { dtype: 'float' as DType }), DTypeError, 'dtype.unknown'],
    ],
  }),
  op<Line>('linspace', {
    run: ({ start, end, steps }) => linspace(start, end, steps),
    samples: [
      { inputs: [], args: { start: 0, end: 1, steps: 5 }, gives: [0, 0.25, 0.5, 0.75, 1] },
      { inputs: [], args: { start: 3, end: 9, steps: 1 }, gives: [3] },
      { inputs: [], args: { start: 3, end: 9, steps: 0 }, gives: [] },
    ],
    gradient: isFlat,
    results: kept,
    rejects: [
      [() => linspace(0, 1, -1), ValueError, 'value.integer'],
      [() => linspace(0, INF, 2), ValueError, 'value.number'],
    ],
  }),
  op<Line & { readonly base?: number }>('logspace', {
    run: ({ start, end, steps, base = 10 }) => logspace(start, end, steps, { base }),
    samples: [
      { inputs: [], args: { start: 0, end: 3, steps: 4 }, gives: [1, 10, 100, 1000] },
      { inputs: [], args: { start: 0, end: 2, steps: 3, base: 2 }, gives: [1, 2, 4] },
    ],
    gradient: isFlat,
    results: kept,
    rejects: [[() => logspace(0, 1, 2, { base: -1 }), ValueError, 'value.number']],
  }),
  op<{ readonly indexing?: 'ij' | 'xy' }>('meshgrid', {
    run: (options, a, b) => {
      const [first, second] = meshgrid([a, b], options)
      return first!.mul(2).add(second!)
    },
    samples: [
      { inputs: [[2], [3]], args: {} },
      { inputs: [[2], [3]], args: { indexing: 'xy' } },
      { inputs: [[], [3]], args: {} },
      { inputs: [[0], [2]], args: {} },
    ],
    results: arithmetic,
    rejects: [
      [() => meshgrid([zero(2, 2)]), ShapeError, 'meshgrid.rank'],
      [() => meshgrid([], { indexing: 'yx' as 'xy' }), ValueError, 'meshgrid.indexing'],
    ],
  }),
  op<{ readonly value: number }>('fullLike', {
    run: ({ value }, x) => fullLike(x, value),
    samples: [
      { inputs: [[2, 2]], args: { value: 1 }, gives: [1, 1, 1, 1] },
      { inputs: [[]], args: { value: 0 }, gives: [0] },
      { inputs: [[0, 3]], args: { value: 1 }, gives: [] },
    ],
    oracle: byValue,
    gradient: isFlat,
    results: kept,
    rejects: [[() => fullLike([2] as never, 1), ValueError, 'argument.tensor']],
  }),
  op('zerosLike', {
    run: (_, x) => zerosLike(x),
    samples: [{ inputs: [[2]], gives: [0, 0] }, { inputs: [[0]] }],
    oracle: byValue,
    gradient: isFlat,
    results: kept,
  }),
  op('onesLike', {
    run: (_, x) => onesLike(x),
    samples: [{ inputs: [[2]], gives: [1, 1] }, { inputs: [[]] }],
    oracle: byValue,
    gradient: isFlat,
    results: kept,
  }),
]
