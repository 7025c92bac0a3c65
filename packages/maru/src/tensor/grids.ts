/** Tensors that follow a rule, and tensors like others. */
import { type DType, expectDType } from '../base/dtype.ts'
import { ShapeError, ValueError } from '../base/error.ts'
import { pow } from '../base/math.ts'
import { checkShape, expectInteger } from '../base/shape.ts'
import type { Shape, ToShape } from '../base/types/dim.ts'
import * as p from '../primitives/index.ts'
import { type CreateOptions, full } from './create.ts'
import { binary, castNode, constantNode, expandNode, nodeOf, reshapeNode } from './nodes.ts'
import { counterNode } from './pieces.ts'
import { Tensor } from './tensor.ts'

/** A matrix with ones on its diagonal, square unless columns are given. */
export function eye<const N extends number, const M extends number = N>(
  rows: N,
  columns?: M,
  { dtype = 'float32' }: CreateOptions = {},
): Tensor<ToShape<[N, M]>> {
  const shape = [rows, columns ?? rows]
  checkShape('eye', shape)
  const [row, column] = [counterNode(shape, 0), counterNode(shape, 1)]
  const diagonal = binary(p.equal, { node: row }, { node: column })
  return new Tensor(castNode(diagonal, expectDType('eye', dtype)))
}

/**
 * `steps` numbers from `start` to `end`, both included, at equal distances.
 *
 * @example linspace(0, 1, 5) // [0, 0.25, 0.5, 0.75, 1]
 */
export function linspace<const N extends number>(
  start: number,
  end: number,
  steps: N,
  { dtype = 'float32' }: CreateOptions = {},
): Tensor<ToShape<[N]>> {
  return spaced('linspace', start, end, steps, dtype, (x) => x)
}

/** `base` to the powers that `linspace(start, end, steps)` gives, 10 unless told otherwise. */
export function logspace<const N extends number>(
  start: number,
  end: number,
  steps: N,
  { dtype = 'float32', base = 10 }: CreateOptions & { readonly base?: number } = {},
): Tensor<ToShape<[N]>> {
  if (!(Number.isFinite(base) && base > 0)) {
    throw new ValueError('value.number', { op: 'logspace', name: 'base', got: base })
  }
  return spaced('logspace', start, end, steps, dtype, (x) => pow(base, x))
}

function spaced<N extends number>(
  op: string,
  start: number,
  end: number,
  steps: N,
  dtype: DType,
  value: (x: number) => number,
): Tensor<ToShape<[N]>> {
  for (const [name, got] of Object.entries({ start, end })) {
    if (!Number.isFinite(got)) throw new ValueError('value.number', { op, name, got })
  }
  const count = expectInteger(op, 'steps', steps, 0)
  const step = count > 1 ? (end - start) / (count - 1) : 0
  // From both ends, so that both are met exactly.
  const values = Array.from({ length: count }, (_, i) =>
    value(i < count / 2 ? start + step * i : end - step * (count - 1 - i)),
  )
  return new Tensor(constantNode(values, [count], expectDType(op, dtype)))
}

/**
 * Each vector's elements along an axis of its own, over the grid of all of them.
 *
 * @shape [m], [n] → two of [m, n]; [n, m] with `indexing: 'xy'`, where the first runs along columns
 */
export function meshgrid(
  vectors: readonly Tensor[],
  { indexing = 'ij' }: { readonly indexing?: 'ij' | 'xy' } = {},
): Tensor[] {
  if (indexing !== 'ij' && indexing !== 'xy')
    throw new ValueError('meshgrid.indexing', { got: String(indexing) })
  const nodes = vectors.map((each: unknown) => nodeOf('meshgrid', each))
  for (const { shape } of nodes) {
    if (shape.length > 1) throw new ShapeError('meshgrid.rank', { shape })
  }
  const places = nodes.map((_, i) => (indexing === 'xy' && nodes.length > 1 && i < 2 ? 1 - i : i))
  const grid = places.map((place) => nodes[place]?.shape[0] ?? 1)
  return nodes.map((node, i) => {
    const alone = grid.map((size, axis) => (axis === places[i] ? size : 1))
    return new Tensor(expandNode(reshapeNode(node, alone), grid))
  })
}

/** One value in the shape and dtype of another tensor. */
export function fullLike<S extends Shape>(
  other: Tensor<S>,
  value: number,
  { dtype }: CreateOptions = {},
): Tensor<S> {
  const node = nodeOf('fullLike', other)
  return new Tensor(full([...node.shape], value, { dtype: dtype ?? node.dtype }).node)
}

/** Zeros in the shape and dtype of another tensor. */
export function zerosLike<S extends Shape>(other: Tensor<S>, options?: CreateOptions): Tensor<S> {
  return fullLike(other, 0, options)
}

/** Ones in the shape and dtype of another tensor. */
export function onesLike<S extends Shape>(other: Tensor<S>, options?: CreateOptions): Tensor<S> {
  return fullLike(other, 1, options)
}
