/** Products of matrices. */
import { expectOptions } from '../base/argument.ts'
import { promote } from '../base/dtype.ts'
import { DTypeError, ShapeError } from '../base/error.ts'
import { at, broadcast } from '../base/shape.ts'
import type { Shape } from '../base/types/dim.ts'
import type { MatMul } from '../base/types/shape.ts'
import type { Node } from '../graph/node.ts'
import type { Labels } from '../primitives/contract.ts'
import * as p from '../primitives/index.ts'
import { apply, expandNode, nodeOf, numeric } from './nodes.ts'
import { ReduceTensor } from './reduce.ts'
import type { Tensor } from './tensor.ts'
import type { Arg, Out } from './typing.ts'

export abstract class LinearTensor extends ReduceTensor {
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

  /** Products summed over the labels that `out` lacks: see the `contract` primitive. */
  contract(other: Tensor, labels: Labels): Tensor {
    const b = nodeOf('contract', other)
    return this.wrap(apply(p.contract, [this.node, b], expectOptions('contract', labels)))
  }
}

function matmulNode(first: Node, second: Node): Node {
  const [a, b] = [numeric(first), numeric(second)]
  if (a.dtype !== b.dtype) {
    const wide = promote(a.dtype, b.dtype)
    const narrow = wide === a.dtype ? 'b' : 'a'
    throw new DTypeError('matmul.dtype', { a: a.dtype, b: b.dtype, narrow, wide })
  }
  if (a.shape.length === 0 || b.shape.length === 0) {
    const side = a.shape.length === 0 ? 'left' : 'right'
    throw new ShapeError('matmul.scalar', { side, a: a.shape, b: b.shape })
  }
  const k = at(a.shape, -1)
  const k2 = at(b.shape, b.shape.length === 1 ? 0 : -2)
  if (k !== k2) {
    const key = b.shape.length >= 2 && at(b.shape, -1) === k ? 'matmul.transposed' : 'matmul.inner'
    throw new ShapeError(key, { a: a.shape, b: b.shape, k, k2 })
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
