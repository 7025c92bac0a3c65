import type { Sizes } from '../../../src/base/shape.ts'
import {
  DTypeError,
  einsum,
  IndexError,
  ShapeError,
  type Tensor,
  ValueError,
} from '../../../src/index.ts'
import { arithmetic, op, type Row, type Sample } from '../row.ts'
import { shapes, zero } from './samples.ts'

interface Equation {
  readonly equation: string
}

const of = (equation: string, ...inputs: readonly Sizes[]): Sample<Equation> => ({
  inputs,
  args: { equation },
})

type Axes = number | readonly [readonly number[], readonly number[]]

export const sums: readonly Row[] = [
  op<Equation>('einsum', {
    run: ({ equation }, ...operands) => einsum(equation, ...(operands as [Tensor])),
    samples: [
      of('ij,jk->ik', [2, 3], [3, 4]),
      of('ij -> j i', [2, 3]),
      of('iij->j', [2, 2, 3]),
      of('iii', [2, 2, 2]),
      of('...ij,...kj', [2, 1, 2, 3], [3, 4, 3]),
      of('...,...', [2, 3], [3]),
      of('a...b->b', [2, 3, 4]),
      of('ij,jk,kl,l->i', [2, 3], [3, 2], [2, 4], [4]),
      of('ij,ij->', [3, 4], [3, 1]),
      of('i,i,i->i', [3], [1], [3]),
      of('i,i->', [1], [1]),
      of(',->', [], []),
      of('->', []),
      of('ij,jk->ik', [2, 0], [0, 3]),
      of('ij,jk->ik', [0, 2], [2, 3]),
      of('bij,bik->jk', [5, 0, 4], [5, 0, 8]),
      of('i->', [0]),
    ],
    results: arithmetic,
    rejects: [
      [() => einsum('ij;jk', zero(2, 2), zero(2, 2)), ValueError, 'einsum.equation'],
      [() => einsum('i..j', zero(2, 2)), ValueError, 'einsum.equation'],
      [() => einsum('ij->i->j', zero(2, 2)), ValueError, 'einsum.equation'],
      [() => einsum('ij,jk', zero(2, 2)), ValueError, 'einsum.operands'],
      [() => einsum('ij->ik', zero(2, 2)), ValueError, 'einsum.result'],
      [() => einsum('ij->ii', zero(2, 2)), ValueError, 'einsum.result'],
      [() => einsum('ijk', zero(2, 2)), ShapeError, 'einsum.rank'],
      [() => einsum('ijk...', zero(2, 2)), ShapeError, 'einsum.rank'],
      [() => einsum('ij,jk', zero(2, 3), zero(4, 2)), ShapeError, 'einsum.sizes'],
      [() => einsum('ii', zero(2, 3)), ShapeError, 'einsum.sizes'],
      [() => einsum('...i,...i', zero(2, 3), zero(4, 3)), ShapeError, 'einsum.sizes'],
      [() => einsum('i,i', zero(2), zero(2).cast('int32')), DTypeError, 'matmul.dtype'],
      [() => einsum('i', 2 as never), ValueError, 'argument.tensor'],
    ],
  }),
  op('dot', {
    run: (_, a, b) => a.dot(b),
    samples: [shapes([4], [4]), shapes([0], [0]), shapes([1], [1])],
    results: arithmetic,
    rejects: [
      [() => zero(2, 2).dot(zero(2)), ShapeError, 'product.rank'],
      [() => zero(2).dot(zero(3)), ShapeError, 'matmul.inner'],
    ],
  }),
  op('outer', {
    run: (_, a, b) => a.outer(b),
    samples: [shapes([2], [3]), shapes([0], [3]), shapes([1], [1])],
    results: arithmetic,
    rejects: [[() => zero().outer(zero(2)), ShapeError, 'product.rank']],
  }),
  op('bmm', {
    run: (_, a, b) => a.bmm(b),
    samples: [shapes([2, 3, 4], [2, 4, 2]), shapes([0, 2, 3], [0, 3, 1])],
    results: arithmetic,
    rejects: [
      [() => zero(2, 3).bmm(zero(3, 2)), ShapeError, 'product.rank'],
      [() => zero(1, 2, 3).bmm(zero(2, 3, 2)), ShapeError, 'bmm.batch'],
      [() => zero(2, 2, 3).bmm(zero(2, 4, 2)), ShapeError, 'matmul.inner'],
    ],
  }),
  op<{ readonly axes?: Axes }>('tensordot', {
    run: ({ axes }, a, b) => a.tensordot(b, axes),
    samples: [
      {
        inputs: [
          [2, 3, 4],
          [3, 4, 2],
        ],
        args: {},
      },
      {
        inputs: [
          [2, 3, 4],
          [4, 2, 3],
        ],
        args: {
          axes: [
            [2, 0],
            [0, 1],
          ],
        },
      },
      {
        inputs: [
          [2, 3],
          [3, 2],
        ],
        args: { axes: 1 },
      },
      { inputs: [[2], [3]], args: { axes: 0 } },
      {
        inputs: [
          [2, 0],
          [0, 3],
        ],
        args: { axes: 1 },
      },
    ],
    results: arithmetic,
    rejects: [
      [() => zero(2, 3).tensordot(zero(4, 2), 1), ShapeError, 'tensordot.axes'],
      [() => zero(2, 3).tensordot(zero(2, 3), [[0, 1], [0]]), ShapeError, 'tensordot.axes'],
      [() => zero(2).tensordot(zero(2)), ShapeError, 'tensordot.count'],
      [() => zero(2).tensordot(zero(2), [[1], [0]]), IndexError, 'axis.range'],
      [() => zero(2).tensordot(zero(2).cast('int32'), 1), DTypeError, 'matmul.dtype'],
    ],
  }),
]
