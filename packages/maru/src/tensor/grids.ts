/** Tensors that follow a rule, and tensors like others. */
import { expectNumber, expectOptions } from '../base/argument.ts'
import { expectDType } from '../base/dtype.ts'
import { ShapeError, ValueError } from '../base/error.ts'
import { checkShape, expectInteger } from '../base/shape.ts'
import { showAny } from '../base/show.ts'
import type { Shape, ToShape } from '../base/types/dim.ts'
import * as p from '../primitives/index.ts'
import { type CreateOptions, full } from './create.ts'
import { binary, castNode, expandNode, nodeOf, nodesOf, reshapeNode } from './nodes.ts'
import { counterNode } from './pieces.ts'
import { Tensor } from './tensor.ts'

/** A matrix with ones on its diagonal, square unless columns are given. */
export function eye<const N extends number, const M extends number = N>(
  rows: N,
  columns?: M,
  options: CreateOptions = {},
): Tensor<ToShape<[N, M]>> {
  const { dtype = 'float32' } = expectOptions('eye', options)
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
  options: CreateOptions = {},
): Tensor<ToShape<[N]>> {
  const { dtype = 'float32' } = expectOptions('linspace', options)
  const numbers = spaced('linspace', start, end, steps)
  return new Tensor(numbers.cast(expectDType('linspace', dtype)).node)
}

/** `base` to the powers that `linspace(start, end, steps)` gives, 10 unless told otherwise. */
export function logspace<const N extends number>(
  start: number,
  end: number,
  steps: N,
  options: CreateOptions & { readonly base?: number } = {},
): Tensor<ToShape<[N]>> {
  const { dtype = 'float32', base = 10 } = expectOptions('logspace', options)
  if (!(Number.isFinite(base) && base > 0)) {
    throw new ValueError('value.number', { op: 'logspace', name: 'base', got: showAny(base) })
  }
  const exponents = spaced('logspace', start, end, steps)
  const powers: Tensor = full([], base, { dtype: 'float64' }).pow(exponents)
  return new Tensor(powers.cast(expectDType('logspace', dtype)).node)
}

/** The numbers in float64, so that each is rounded once. */
function spaced(op: string, start: number, end: number, steps: number): Tensor {
  for (const [name, got] of Object.entries({ start, end })) {
    if (!Number.isFinite(got)) throw new ValueError('value.number', { op, name, got: showAny(got) })
  }
  const count = expectInteger(op, 'steps', steps, 0)
  const step = count > 1 ? (end - start) / (count - 1) : 0
  const place: Tensor = new Tensor(counterNode([count], 0)).cast('float64')
  // From both ends, so that both are met exactly.
  const [rising, falling] = [
    place.mul(step).add(start),
    place
      .sub(count - 1)
      .mul(step)
      .add(end),
  ]
  return place.less(count / 2).where(rising, falling)
}

/**
 * Each vector's elements along an axis of its own, over the grid of all of them.
 *
 * @shape [m], [n] → two of [m, n]; [n, m] with `indexing: 'xy'`, where the first runs along columns
 */
export function meshgrid(
  vectors: readonly Tensor[],
  options: { readonly indexing?: 'ij' | 'xy' } = {},
): Tensor[] {
  const { indexing = 'ij' } = expectOptions('meshgrid', options)
  if (indexing !== 'ij' && indexing !== 'xy')
    throw new ValueError('meshgrid.indexing', { got: showAny(indexing) })
  const nodes = nodesOf('meshgrid', vectors)
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
  options: CreateOptions = {},
): Tensor<S> {
  return like('fullLike', other, expectNumber('fullLike', 'value', value), options)
}

function like<S extends Shape>(
  op: string,
  other: Tensor<S>,
  value: number,
  options: CreateOptions = {},
): Tensor<S> {
  const { shape, dtype } = nodeOf(op, other)
  const type = expectDType(op, expectOptions(op, options).dtype ?? dtype)
  return new Tensor(full([...shape], value, { dtype: type }).node)
}

/** Zeros in the shape and dtype of another tensor. */
export function zerosLike<S extends Shape>(other: Tensor<S>, options?: CreateOptions): Tensor<S> {
  return like('zerosLike', other, 0, options)
}

/** Ones in the shape and dtype of another tensor. */
export function onesLike<S extends Shape>(other: Tensor<S>, options?: CreateOptions): Tensor<S> {
  return like('onesLike', other, 1, options)
}
