import { arange, DTypeError, ShapeError, ValueError } from '../../../src/index.ts'
import type { Labels } from '../../../src/primitives/contract.ts'
import { arithmetic, numbers, op, type Row } from '../row.ts'
import { byValue, given, shapes, zero } from './samples.ts'

export const products: readonly Row[] = [
  op('matmul', {
    run: (_, a, b) => a.matmul(b),
    samples: [
      shapes([3, 4], [4, 2]),
      shapes([5], [5]),
      shapes([3], [3, 4]),
      shapes([3, 4], [4]),
      shapes([2, 3, 4], [2, 4, 2]),
      shapes([2, 1, 2, 3], [4, 3, 2]),
      shapes([2, 3, 4], [4, 2]),
      shapes([2, 3, 4], [4]),
      shapes([3], [2, 3, 4]),
      shapes([2, 0], [0, 3]),
      shapes([0, 2], [2, 3]),
      shapes([2, 3], [3, 0]),
      shapes([0, 2, 3], [0, 3, 1]),
      {
        inputs: [
          [7, 5],
          [5, 13],
        ],
        note: 'rests of a tile in both directions',
      },
    ],
    results: arithmetic,
    rejects: [
      [() => zero(2, 3).matmul(zero(4, 5)), ShapeError, 'matmul.inner'],
      [() => zero(2, 3).matmul(zero(5, 3)), ShapeError, 'matmul.transposed'],
      [() => zero().matmul(zero(2)), ShapeError, 'matmul.scalar'],
      [() => zero(2).matmul(zero()), ShapeError, 'matmul.scalar'],
      [() => zero(2, 3, 4).matmul(zero(3, 4, 5)), ShapeError, 'broadcast'],
      [() => zero(2).matmul(arange(2)), DTypeError, 'matmul.dtype'],
      [() => zero(2).matmul(2 as never), ValueError, 'argument.tensor'],
    ],
  }),
  op('linear', {
    run: (_, x, weight, bias) => {
      const y = x.matmul(weight.transpose())
      return bias ? y.add(bias) : y
    },
    samples: [shapes([3, 4], [2, 4], [2]), shapes([0, 4], [2, 4], [2])],
    results: arithmetic,
  }),
  op<Labels>('contract', {
    run: (labels, a, b) => a.contract(b, labels),
    samples: [
      {
        inputs: [
          [2, 3, 4],
          [4, 3, 5],
        ],
        args: { a: [0, 1, 2], b: [2, 1, 3], out: [0, 3] },
      },
      {
        inputs: [
          [2, 3, 4],
          [5, 3, 2],
        ],
        args: { a: [0, 1, 2], b: [3, 1, 0], out: [1, 3, 2, 0] },
        note: 'two batches out of order',
      },
      { inputs: [[2], [3]], args: { a: [0], b: [1], out: [1, 0] } },
      { inputs: [[2, 0], [0]], args: { a: [0, 1], b: [1], out: [0] } },
      { inputs: [given([1, 2]), given([3, 4])], args: { a: [0], b: [0], out: [0] }, gives: [3, 8] },
    ],
    oracle: byValue,
    results: numbers,
  }),
]
