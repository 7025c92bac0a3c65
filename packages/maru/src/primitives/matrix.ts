/** Stacks of matrices: the last two axes, in the hands of routines and of gradients. */
import { at, sizeOf } from '../base/shape.ts'
import type { HostTensor, Spec } from '../graph/primitive.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** A copy of one matrix of a stack. */
export function matrixOf({ data, shape }: HostTensor, index: number): Float64Array {
  const size = at(shape, -1) * at(shape, -2)
  return Float64Array.from(data.subarray(index * size, (index + 1) * size))
}

/** Stores one of a stack of results. */
export function store(out: HostTensor, index: number, values: ArrayLike<number>): void {
  out.data.set(values, index * values.length)
}

export function countOf({ shape }: Spec): number {
  return sizeOf(shape.slice(0, -2))
}

/** Indices of the last two axes at every element. */
export function indices(x: Tensor): { row: Tensor; column: Tensor } {
  const { ndim } = x
  return { row: x.positionsOver([ndim - 2]), column: x.positionsOver([ndim - 1]) }
}

/** Elements at or below the diagonal, or strictly below it, the others 0. */
export function lower(x: Tensor, strict = false): Tensor {
  const { row, column } = indices(x)
  return (strict ? row.greater(column) : row.greaterEqual(column)).where(x, 0)
}

/** A vector on the diagonal of a matrix of zeros. */
export function diagonal(vector: Tensor): Tensor {
  const { shape } = vector.node
  const rows: Tensor = vector.unsqueeze(-1).expand([...shape, at(shape, -1)])
  const { row, column } = indices(rows)
  return row.equal(column).where(rows, 0)
}

export function symmetric(x: Tensor): Tensor {
  return x.add(x.transpose()).mul(0.5)
}
