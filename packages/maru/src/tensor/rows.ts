/** Gradients that reach few rows of a table, and those rows alone. */
import { sizeOf } from '../base/shape.ts'
import type { Node } from '../graph/node.ts'
import * as p from '../primitives/index.ts'
import { concat, full, zeros } from './create.ts'
import { castNode, reshapeNode } from './nodes.ts'
import { Tensor } from './tensor.ts'

/** Some rows of a table, each once. */
export interface Rows {
  /** Which; what is left over stands behind the last row. @shape [n] */
  readonly indices: Tensor
  /** What there is for each. @shape [n, ...] */
  readonly values: Tensor
}

/** Values added to rows of zeros, some rows perhaps several times. */
interface Addition {
  readonly indices: Node
  readonly values: Node
}

/**
 * The rows that a gradient is made of: the adjoint of `embedding` and of `take` along axis 0.
 *
 * Values that meet in a row are added in the order of their places.
 *
 * @returns undefined for a gradient that is anything else
 */
export function touchedRows(gradient: Tensor): Rows | undefined {
  const found = additions(gradient.node)
  if (!found) return undefined
  const [size = 0, ...rest] = gradient.node.shape
  const count = found.reduce((sum, { indices }) => sum + sizeOf(indices.shape), 0)
  if (count === 0) {
    const none: Tensor = zeros([0], { dtype: 'int32' })
    return { indices: none, values: zeros([0, ...rest], { dtype: gradient.dtype }) }
  }
  const ids: Tensor = concat(found.map(({ indices }) => new Tensor(indices)))
  return merged(ids, concat(found.map(({ values }) => new Tensor(values))), size)
}

/** Rows of a table; zeros for what is left over. @shape table [m, ...], indices [n] → [n, ...] */
export function readRows(table: Tensor, indices: Tensor): Tensor {
  return table.gather(along(indices, table), { axis: 0, fill: 0 })
}

/** A table with other rows where the indices say. @shape table [m, ...], rows.values [n, ...] → [m, ...] */
export function writeRows(table: Tensor, { indices, values }: Rows): Tensor {
  return table.scatter(along(indices, table), values, { axis: 0 })
}

function along(indices: Tensor, table: Tensor): Tensor {
  const [, ...rest] = table.node.shape
  const count = sizeOf(indices.node.shape)
  return indices.reshape([count, ...rest.map(() => 1)]).expand([count, ...rest])
}

/** Each row once, with the sum of what is added to it. */
function merged(ids: Tensor, values: Tensor, size: number): Rows {
  const count = sizeOf(ids.node.shape)
  const order: Tensor = ids.argsort(0)
  const sorted: Tensor = ids.take(order, { axis: 0 })
  const isOther: Tensor = sorted.slice(0, 1).notEqual(sorted.slice(0, 0, count - 1))
  const group: Tensor = concat([zeros([1], { dtype: 'int32' }), isOther.cast('int32')]).cumsum(0)
  return {
    indices: full([count], size, { dtype: 'int32' }).scatter(group, sorted, { axis: 0 }),
    values: values.take(order, { axis: 0 }).segmentSum(group, { numSegments: count }),
  }
}

/** What a node adds to rows of zeros, if it does nothing else. */
function additions(node: Node): readonly Addition[] | undefined {
  const { op, inputs, attrs } = node
  const [first, second, third] = inputs
  if (isZero(node)) return []
  if (op === p.cast && first) {
    const found = additions(first)
    return found?.map(({ indices, values }) => ({ indices, values: castNode(values, node.dtype) }))
  }
  if (op === p.add && first && second) {
    const [left, right] = [additions(first), additions(second)]
    return left && right && [...left, ...right]
  }
  if (op !== p.scatter || !first || !second || !third || !addsRows(attrs)) return undefined
  const [below, indices] = [additions(first), ofWholeRows(second)]
  return below && indices && [...below, { indices, values: third }]
}

function addsRows(attrs: object): boolean {
  return 'axis' in attrs && attrs.axis === 0 && 'mode' in attrs && attrs.mode === 'add'
}

function isZero({ literal, op, inputs: [first] }: Node): boolean {
  if (literal === 0) return true
  return op === p.expand && first !== undefined && isZero(first)
}

/** The index of each row, where all elements of a row have one. @shape [n, ...] → [n] */
function ofWholeRows(indices: Node): Node | undefined {
  const [count = 0, ...rest] = indices.shape
  const [source] = indices.op === p.expand ? indices.inputs : [indices]
  if (!source || sizeOf(source.shape) !== count) return undefined
  const isColumn = rest.length === 0 || source.shape.at(-rest.length - 1) === count
  return isColumn ? reshapeNode(source, [count]) : undefined
}
