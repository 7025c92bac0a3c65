/** Values that are in memory with a border around them alone: what computes them stores them within it. */
import { at, sizeOf, stridesOf } from '../base/shape.ts'
import { dot } from '../graph/indexing.ts'
import type { Node } from '../graph/node.ts'
import { Affine, keyOf, variable, zero } from './index-expr.ts'
import type { LoopKernel } from './kernel.ts'
import { together } from './phases.ts'

export interface Frame {
  /** The value with its border. */
  readonly node: Node
  readonly inside: Node
  /** Where the value begins along each axis. */
  readonly low: readonly number[]
}

/** What a value with a border of zeros is around; `undefined` of any other node. */
export function frameOf(node: Node): Frame | undefined {
  const { op, attrs, shape } = node
  const [inside] = node.inputs
  if (op.trait !== 'movement' || !inside || inside.shape.length !== shape.length) return undefined
  if (!Object.is(op.fill(attrs), 0) || sizeOf(inside.shape) === 0) return undefined
  const affine = new Affine(shape)
  const out = shape.map((_, axis) => variable(axis))
  const { index } = op.origin(affine, out, attrs, inside.shape)
  const low = index.map(({ constant }) => -constant)
  const holds = low.every((first, axis) => {
    const place = affine.add(index[axis] ?? zero, affine.constant(first))
    return (
      keyOf(place) === keyOf(variable(axis)) &&
      first >= 0 &&
      first + at(inside.shape, axis) <= at(shape, axis)
    )
  })
  return holds ? { node, inside, low } : undefined
}

/** The kernels that store the border: along each axis what is before and behind the value. */
export function bordering({ node, inside, low }: Frame, buffer: number): LoopKernel[] {
  const { shape, dtype } = node
  const slabs = shape.flatMap((size, axis) => {
    const end = at(low, axis) + at(inside.shape, axis)
    return [slab(axis, 0, at(low, axis)), slab(axis, end, size - end)]
  })
  return together(slabs.filter(({ extents }) => !extents.includes(0)))

  function slab(axis: number, from: number, count: number): LoopKernel {
    const own = (other: number): readonly [from: number, count: number] => {
      if (other === axis) return [from, count]
      return other < axis ? [at(low, other), at(inside.shape, other)] : [0, at(shape, other)]
    }
    const ranges = shape.map((_, other) => own(other))
    const extents = ranges.map(([, length]) => length)
    const affine = new Affine(extents)
    const place = ranges.map(([first], other) =>
      affine.add(variable(other), affine.constant(first)),
    )
    const value = { kind: 'index', index: zero, dtype } as const
    const store = { buffer, dtype, offset: dot(affine, place, stridesOf(shape)), value }
    return { kind: 'loops', extents, folded: [], passes: [], stores: [store] }
  }
}
