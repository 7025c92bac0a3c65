/** Parts of nodes along one axis, and nodes put together from parts. */
import { promote } from '../base/dtype.ts'
import { ShapeError } from '../base/error.ts'
import { at, type Sizes } from '../base/shape.ts'
import type { Node } from '../graph/node.ts'
import * as p from '../primitives/index.ts'
import { apply, castNode, expandNode, literalNode, reshapeNode, whereNode } from './nodes.ts'

/** What stands in a border that is not a number: the elements near it, or those of the other end. */
export type PadMode = 'reflect' | 'replicate' | 'circular'

export const padModes: readonly PadMode[] = ['reflect', 'replicate', 'circular']

/** Positions `from` up to, not including, `to` along an axis. */
export function cutNode(x: Node, axis: number, from: number, to: number): Node {
  if (from === 0 && to === at(x.shape, axis)) return x
  const start = x.shape.map((_, i) => (i === axis ? from : 0))
  const end = x.shape.map((dim, i) => (i === axis ? to : dim))
  return apply(p.slice, [x], { start, end })
}

/** A number before and after an axis. */
export function framedNode(
  x: Node,
  axis: number,
  [before, after]: readonly [number, number],
  value: number,
): Node {
  if (before === 0 && after === 0) return x
  const widths = (width: number): number[] => x.shape.map((_, i) => (i === axis ? width : 0))
  return apply(p.pad, [x], { before: widths(before), after: widths(after), value })
}

export function flippedNode(x: Node, axis: number): Node {
  return apply(p.flip, [x], { axes: [axis] })
}

/** The index along an axis, at every element of a shape. */
export function counterNode(shape: Sizes, axis: number): Node {
  return apply(p.iota, [], { shape, axis, dtype: 'int32' as const })
}

/** One size replaced by others, none included. */
export function resized(shape: Sizes, axis: number, ...sizes: readonly number[]): number[] {
  return shape.toSpliced(axis, 1, ...sizes)
}

/** `count` positions from `start` on, each `step` after the one before; `step` may be negative. */
export function stridedNode(
  x: Node,
  axis: number,
  start: number,
  step: number,
  count: number,
): Node {
  const size = at(x.shape, axis)
  if (count === 0) return cutNode(x, axis, 0, 0)
  if (step < 0) return stridedNode(flippedNode(x, axis), axis, size - 1 - start, -step, count)
  if (step === 1) return cutNode(x, axis, start, start + count)
  // Rows of `step` elements, of which one column is taken; a border only where no full rows fit.
  const from = Math.max(0, Math.min(start, size - step * count))
  const end = from + step * count
  const cut = cutNode(x, axis, from, Math.min(end, size))
  const whole = framedNode(cut, axis, [0, Math.max(0, end - size)], 0)
  const rows = reshapeNode(whole, resized(x.shape, axis, count, step))
  const column = cutNode(rows, axis + 1, start - from, start - from + 1)
  return reshapeNode(column, resized(x.shape, axis, count))
}

/** Nodes one after the other along an axis, in the widest of their dtypes; their other sizes agree. */
export function joinNodes(parts: readonly [Node, ...Node[]], axis: number): Node {
  const dtype = parts.map((part) => part.dtype).reduce(promote)
  const nodes = parts.map((part) => castNode(part, dtype))
  const filled = nodes.filter(({ shape }) => shape[axis] !== 0)
  const [first = nodes[0], ...rest] = filled
  if (!first) throw new RangeError('there is a part')
  return rest.length === 0 ? first : apply(p.concat, filled, { axis })
}

/** Nodes of one shape along a new axis. */
export function stackNodes(parts: readonly [Node, ...Node[]], axis: number): Node {
  const raise = (x: Node): Node => reshapeNode(x, x.shape.toSpliced(axis, 0, 1))
  const [first, ...rest] = parts
  return joinNodes([raise(first), ...rest.map(raise)], axis)
}

/** An axis with copies of its own elements before and after it. */
export function mirroredNode(
  x: Node,
  axis: number,
  [before, after]: readonly [number, number],
  mode: PadMode,
): Node {
  if (before === 0 && after === 0) return x
  const size = at(x.shape, axis)
  const most = {
    reflect: size - 1,
    replicate: size === 0 ? 0 : Number.MAX_SAFE_INTEGER,
    circular: size,
  }
  if (Math.max(before, after) > most[mode]) {
    throw new ShapeError('pad.mode', { mode, widths: [before, after], axis, shape: x.shape })
  }
  const [left, right] = edges(x, axis, [before, after], mode)
  return joinNodes([left, x, right], axis)
}

function edges(
  x: Node,
  axis: number,
  [before, after]: readonly [number, number],
  mode: PadMode,
): [Node, Node] {
  const size = at(x.shape, axis)
  switch (mode) {
    case 'reflect':
      return [
        flippedNode(cutNode(x, axis, 1, before + 1), axis),
        flippedNode(cutNode(x, axis, size - 1 - after, size - 1), axis),
      ]
    case 'replicate':
      return [
        expandNode(cutNode(x, axis, 0, 1), resized(x.shape, axis, before)),
        expandNode(cutNode(x, axis, size - 1, size), resized(x.shape, axis, after)),
      ]
    case 'circular':
      return [cutNode(x, axis, size - before, size), cutNode(x, axis, 0, after)]
  }
}

/** The node where a condition holds, and 0 elsewhere, in the node's dtype. */
export function maskedNode(condition: Node, x: Node): Node {
  return whereNode(condition, { node: x }, { node: literalNode('where', 0, x.dtype) })
}
