/** Products of matrices. */
import { expectNumbers, expectOptions } from '../base/argument.ts'
import { promote } from '../base/dtype.ts'
import { DTypeError, ShapeError, ValueError } from '../base/error.ts'
import { at, broadcast, expectInteger, normalizeAxes, normalizeAxis } from '../base/shape.ts'
import { showAny } from '../base/show.ts'
import type { Shape } from '../base/types/dim.ts'
import type { MatMul } from '../base/types/shape.ts'
import type { Node } from '../graph/node.ts'
import type { Labels } from '../primitives/contract.ts'
import * as p from '../primitives/index.ts'
import { apply, binary, expandNode, nodeOf, numeric, reshapeNode } from './nodes.ts'
import { StatisticsTensor } from './statistics.ts'
import type { Tensor } from './tensor.ts'
import type { Arg, Out } from './typing.ts'

export abstract class LinearTensor extends StatisticsTensor {
  /**
   * Matrix product over the last two axes; leading axes broadcast, vectors are rows or columns.
   *
   * @shape [..., m, k], [..., k, n] → [..., m, n]
   * @dtype both the same; float32 sums in float32, k ascending
   * @throws ShapeError when the inner sizes differ, DTypeError when the dtypes do
   */
  matmul<S extends Shape, B extends Shape>(
    this: Tensor<S>,
    other: Arg<MatMul<S, B>, B>,
  ): Out<MatMul<S, B>> {
    return this.wrap(matmulNode(this.node, nodeOf('matmul', other)))
  }

  /** Sum of the products of two vectors. @shape [n], [n] → [] @throws ShapeError unless both are vectors of one size */
  dot(this: Tensor, other: Tensor): Tensor<[]> {
    const [a, b] = [this.node, nodeOf('dot', other)]
    expectRank('dot', a, b, 1)
    return this.wrap(matmulNode(a, b, 'dot'))
  }

  /** All products of the elements of two vectors. @shape [m], [n] → [m, n] */
  outer(this: Tensor, other: Tensor): Tensor<[number, number]> {
    const [a, b] = [this.node, nodeOf('outer', other)]
    expectRank('outer', a, b, 1)
    const [column, row] = [reshapeNode(a, [this.size, 1]), reshapeNode(b, [1, b.shape[0] ?? 0])]
    return this.wrap(binary(p.mul, { node: column }, { node: row }, numeric))
  }

  /** Products of as many matrices. @shape [b, m, k], [b, k, n] → [b, m, n] */
  bmm(this: Tensor, other: Tensor): Tensor<[number, number, number]> {
    const [a, b] = [this.node, nodeOf('bmm', other)]
    expectRank('bmm', a, b, 3)
    if (at(a.shape, 0) !== at(b.shape, 0)) {
      throw new ShapeError('bmm.batch', { a: a.shape, b: b.shape })
    }
    return this.wrap(matmulNode(a, b, 'bmm'))
  }

  /**
   * Products summed over axes of both: the last `axes` of the first with the first of the second,
   * or the axes listed for each.
   *
   * @shape [...a, k...], [k..., ...b] → [...a, ...b]
   * @throws ShapeError when sizes that are summed over differ
   */
  tensordot(
    this: Tensor,
    other: Tensor,
    axes: number | readonly [readonly number[], readonly number[]] = 2,
  ): Tensor {
    return this.wrap(tensordotNode(this.node, nodeOf('tensordot', other), axes))
  }

  /** Products summed over the labels that `out` lacks: see the `contract` primitive. */
  contract(other: Tensor, labels: Labels): Tensor {
    const b = nodeOf('contract', other)
    return this.wrap(apply(p.contract, [this.node, b], expectOptions('contract', labels)))
  }
}

/** Throws a `DTypeError` unless the operands of a product have one dtype. */
export function expectOneDType(op: string, a: Node, b: Node): void {
  if (a.dtype === b.dtype) return
  const wide = promote(a.dtype, b.dtype)
  const narrow = wide === a.dtype ? 'b' : 'a'
  throw new DTypeError('matmul.dtype', { op, a: a.dtype, b: b.dtype, narrow, wide })
}

function matmulNode(first: Node, second: Node, op = 'matmul'): Node {
  const [a, b] = [numeric(first), numeric(second)]
  expectOneDType(op, a, b)
  if (a.shape.length === 0 || b.shape.length === 0) {
    const side = a.shape.length === 0 ? 'left' : 'right'
    throw new ShapeError('matmul.scalar', { side, a: a.shape, b: b.shape })
  }
  const k = at(a.shape, -1)
  const k2 = at(b.shape, b.shape.length === 1 ? 0 : -2)
  if (k !== k2) {
    const key = b.shape.length >= 2 && at(b.shape, -1) === k ? 'matmul.transposed' : 'matmul.inner'
    throw new ShapeError(key, { op, a: a.shape, b: b.shape, k, k2 })
  }
  const rows = a.shape.length > 1
  const columns = b.shape.length > 1
  const lead = broadcast('matmul', a.shape.slice(0, -2), b.shape.slice(0, -2))
  // Leading axes that only the left side has are more rows of it, not more products.
  const shared = b.shape.length > 2
  const left = shared && rows ? expandNode(a, [...lead, at(a.shape, -2), k]) : a
  const right = shared ? expandNode(b, [...lead, k, at(b.shape, -1)]) : b
  return product(left, right, { shared: shared && rows, rows, columns })
}

function expectRank(op: string, a: Node, b: Node, rank: number): void {
  if (a.shape.length !== rank || b.shape.length !== rank) {
    throw new ShapeError('product.rank', { op, rank, a: a.shape, b: b.shape })
  }
}

function tensordotNode(
  first: Node,
  second: Node,
  axes: number | readonly [readonly number[], readonly number[]],
): Node {
  const [a, b] = [numeric(first), numeric(second)]
  expectOneDType('tensordot', a, b)
  const [own, others] = summedAxes(a, b, axes)
  const same =
    own.length === others.length &&
    own.every((axis, i) => {
      return at(a.shape, axis) === at(b.shape, at(others, i))
    })
  if (!same) throw new ShapeError('tensordot.axes', { own, others, a: a.shape, b: b.shape })
  const labelsA = [...a.shape.keys()]
  const labelsB = b.shape.map((_, axis) => {
    const place = others.indexOf(axis)
    return place < 0 ? a.shape.length + axis : at(own, place)
  })
  const out = [...labelsA, ...labelsB].filter(
    (label) => !(own.includes(label) && label < a.shape.length),
  )
  return apply(p.contract, [a, b], { a: labelsA, b: labelsB, out })
}

function summedAxes(
  a: Node,
  b: Node,
  axes: number | readonly [readonly number[], readonly number[]],
): [number[], number[]] {
  if (typeof axes === 'number') {
    const count = expectInteger('tensordot', 'axes', axes, 0)
    if (count > Math.min(a.shape.length, b.shape.length)) {
      throw new ShapeError('tensordot.count', { count, a: a.shape, b: b.shape })
    }
    const numbers = Array.from({ length: count }, (_, i) => i)
    return [numbers.map((i) => a.shape.length - count + i), numbers]
  }
  const fix = (given: unknown, { shape }: Node): number[] => {
    const list = expectNumbers('tensordot', given)
    normalizeAxes('tensordot', list, shape)
    return list.map((axis) => normalizeAxis('tensordot', axis, shape))
  }
  if (!Array.isArray(axes) || axes.length !== 2) {
    throw new ValueError('argument.list', { op: 'tensordot', got: showAny(axes) })
  }
  return [fix(axes[0], a), fix(axes[1], b)]
}

interface Form {
  /** Both operands have the same leading axes. */
  readonly shared: boolean
  readonly rows: boolean
  readonly columns: boolean
}

function product(a: Node, b: Node, { shared, rows, columns }: Form): Node {
  const count = a.shape.length
  const labelsA = a.shape.map((_, axis) => axis)
  const k = count - 1
  const n = count
  const lead = b.shape.slice(0, columns ? -2 : -1)
  const labelsB = [
    ...lead.map((_, axis) => (shared ? axis : n + 1 + axis)),
    k,
    ...(columns ? [n] : []),
  ]
  const ownLead = shared ? [] : lead.map((_, axis) => n + 1 + axis)
  const outA = rows ? labelsA.slice(0, -1) : []
  const out = [...ownLead, ...outA, ...(columns ? [n] : [])]
  return apply(p.contract, [a, b], { a: labelsA, b: labelsB, out })
}
