/** Broadcasting, promotion and literals: what every method does before a primitive sees its inputs. */

import { type DType, dtypes, isFloat, isHalf, promote, storeAs, wraps } from '../base/dtype.ts'
import { DTypeError, ValueError } from '../base/error.ts'
import { broadcast, inferReshape, type Sizes, sameShape } from '../base/shape.ts'
import { showAny } from '../base/show.ts'
import { Data } from '../graph/data.ts'
import { makeLeaf, makeLiteral, makeNode, Node } from '../graph/node.ts'
import type { Attrs, Elementwise, Primitive } from '../graph/primitive.ts'
import * as p from '../primitives/index.ts'

/** Anything that carries a node. */
export interface HasNode {
  readonly node: Node
}

function hasNode(value: unknown): value is HasNode {
  return (
    typeof value === 'object' && value !== null && 'node' in value && value.node instanceof Node
  )
}

/** A node for an argument that should be a tensor. */
export function nodeOf(op: string, value: unknown): Node {
  if (hasNode(value)) return value.node
  if (value instanceof Promise) throw new ValueError('argument.promise', { op })
  throw new ValueError('argument.tensor', { op, got: showAny(value) })
}

/** Nodes for an argument that should be a list of tensors. */
export function nodesOf(op: string, value: unknown): Node[] {
  if (!Array.isArray(value)) throw new ValueError('argument.tensors', { op, got: showAny(value) })
  return Array.from(value, (each) => nodeOf(op, each))
}

/** A number beside a tensor takes the tensor's dtype, unless it would lose its fraction. */
function literalFor(op: string, value: number, other: DType): Node {
  if (isFloat(other)) return literalNode(op, value, other)
  if (!Number.isInteger(value)) return makeLiteral(p.literal, value, 'float32')
  const dtype = other === 'bool' ? 'int32' : other
  const high = dtypes[dtype].coerce(Number.POSITIVE_INFINITY)
  // bytes stand for negative numbers, too: adding -1 is adding 255
  const low = Math.min(-high, dtypes[dtype].coerce(Number.NEGATIVE_INFINITY))
  if (value < low || value > high)
    throw new DTypeError('dtype.number', { op, value, dtype, low, high })
  expectExact(op, value, dtype)
  return makeLiteral(p.literal, value, dtype)
}

/** A node for an operand that may be a number, which takes the dtype of the other one. */
export function operandNode(op: string, value: unknown, other: Node): Node {
  return typeof value === 'number' ? literalFor(op, value, other.dtype) : nodeOf(op, value)
}

/** The dtype's value for a number, as a node. */
export function literalNode(op: string, value: number, dtype: DType): Node {
  expectExact(op, value, dtype)
  return makeLiteral(p.literal, dtypes[dtype].coerce(value), dtype)
}

/** Throws for a number so large that it may not be the int64 that was meant. */
export function expectExact(op: string, value: number, dtype: DType): void {
  if (dtype !== 'int64' || Math.abs(value) <= Number.MAX_SAFE_INTEGER || !Number.isFinite(value))
    return
  throw new ValueError('int64.literal', { op, value })
}

/** Numbers worked out on the host. */
export function constantNode(values: readonly number[], shape: Sizes, dtype: DType): Node {
  const host = storeAs(dtype, values)
  const data = new Data(dtype, shape, { host })
  return makeLeaf(p.leaf, { kind: 'data', data }, data)
}

export function castNode(node: Node, dtype: DType): Node {
  if (node.dtype === dtype) return node
  if (node.literal !== undefined) return literalNode('cast', node.literal, dtype)
  return apply(p.cast, [node], { dtype })
}

export function expandNode(node: Node, shape: Sizes): Node {
  return sameShape(node.shape, shape) ? node : apply(p.expand, [node], { shape })
}

export function reshapeNode(node: Node, to: readonly number[]): Node {
  const shape = inferReshape(node.shape, to)
  return sameShape(node.shape, shape) ? node : apply(p.reshape, [node], { shape })
}

/** A node of a primitive, its attributes checked against the primitive's. */
export function apply<A extends Attrs>(op: Primitive<A>, inputs: readonly Node[], attrs: A): Node {
  return makeNode(op as Primitive, inputs, attrs)
}

export function unary(op: Elementwise, x: Node): Node {
  return makeNode(op, [x])
}

/** Integers and bools become float32 where an op has only a floating-point meaning. */
export function floating(node: Node): Node {
  return dtypes[node.dtype].kind === 'float' ? node : castNode(node, 'float32')
}

/** A composition with a floating-point meaning; on 16-bit floats it runs in float32 and is rounded once. */
export function precisely(node: Node, compose: (x: Node) => Node): Node {
  return castNode(compose(wide(node)), floating(node).dtype)
}

/** Floats as a composition that rounds once computes on them: those of 16 bits become float32. */
export function wide(node: Node): Node {
  const x = floating(node)
  return isHalf(x.dtype) ? castNode(x, 'float32') : x
}

/** Bools become int32 where an op computes. */
export function numeric(node: Node): Node {
  return node.dtype === 'bool' ? castNode(node, 'int32') : node
}

/** Small integers and bools become int32 where many are added up. */
export function summable(node: Node): Node {
  return isFloat(node.dtype) || node.dtype === 'int64' ? node : castNode(node, 'int32')
}

/** Larger where the node is smaller: integers that wrap by complement, since the least has no negative. */
export function reversed(node: Node): Node {
  if (node.dtype === 'bool') return unary(p.not, node)
  return wraps(node.dtype) ? binary(p.sub, -1, { node }) : unary(p.neg, node)
}

type Prepare = (node: Node) => Node
const asIs: Prepare = (node) => node

/** A binary op with broadcasting; numbers are weak, tensors are promoted as in PyTorch. */
export function binary(
  op: Elementwise,
  left: unknown,
  right: unknown,
  prepare: Prepare = asIs,
): Node {
  const name = op.name
  const [a, b] = operands(name, left, right)
  if (op.identity !== undefined && b.literal === op.identity && b.dtype === a.dtype) {
    if (prepare(a) === a) return a
  }
  const dtype = promote(a.dtype, b.dtype)
  const shape = broadcast(name, a.shape, b.shape)
  const ready = [a, b].map((node) => expandNode(prepare(castNode(node, dtype)), shape))
  return makeNode(op, ready)
}

function operands(name: string, left: unknown, right: unknown): [Node, Node] {
  if (typeof left === 'number') {
    const b = nodeOf(name, right)
    return [literalFor(name, left, b.dtype), b]
  }
  const a = nodeOf(name, left)
  return [a, operandNode(name, right, a)]
}

/** `condition ? a : b` with all three broadcast. */
export function whereNode(condition: Node, left: unknown, right: unknown): Node {
  if (condition.dtype !== 'bool')
    throw new DTypeError('where.condition', { dtype: condition.dtype })
  const [a, b] =
    typeof left === 'number' && typeof right === 'number'
      ? [literalFor('where', left, 'float32'), literalFor('where', right, 'float32')]
      : operands('where', left, right)
  const dtype = promote(a.dtype, b.dtype)
  const inner = broadcast('where', a.shape, b.shape)
  const shape = broadcast('where', condition.shape, inner)
  const ready = [castNode(a, dtype), castNode(b, dtype)].map((node) => expandNode(node, shape))
  return makeNode(p.where, [expandNode(condition, shape), ...ready])
}
