/**
 * Sides of a contraction that are packed once and read by many runs: kernels that lay one out in panels,
 * `[panel][k][width]`, and the side as it is read from there. How wide panels are does not depend on what
 * computes, since WebAssembly may pack what machine code reads.
 */
import { at, sizeOf, stridesOf } from '../base/shape.ts'
import { dot } from '../graph/indexing.ts'
import { Affine, mentions, variable, zero } from './index-expr.ts'
import {
  type Expr,
  exprIndices,
  type LoopKernel,
  overLoops,
  type Side,
  type Store,
} from './kernel.ts'

/** Lines of a panel: rows of the left side, and columns, of which tiles take some that divide them. */
export const PACKED_ROWS = 8
export const PACKED_COLUMNS = 96

/** A side, and how many of its lines a panel has. */
export interface Wide {
  readonly side: Side
  readonly width: number
}

/** Panels by batch, those of a side that does not change with a loop of the batch once. */
interface Layout {
  /** Loops of the batch that the side changes with. */
  readonly own: readonly number[]
  readonly sizes: { readonly own: readonly number[]; readonly panels: number; readonly k: number }
}

/** Loops of the batch that a side changes with. */
function batchOf({ batch, value }: Side): number[] {
  const indices = exprIndices(value)
  return [...batch.keys()].filter((loop) => indices.some((index) => mentions(index, loop)))
}

/** Whether a side is another one for some of a batch. */
export function changesInBatch(side: Side): boolean {
  return batchOf(side).some((loop) => at(side.batch, loop) > 1)
}

function layoutOf({ side, width }: Wide): Layout {
  const { batch, lines, summed } = side
  const own = batchOf(side)
  const panels = Math.ceil(sizeOf(lines) / width)
  return { own, sizes: { own: own.map((loop) => at(batch, loop)), panels, k: sizeOf(summed) } }
}

/** Elements of the panels of a side. */
export function sizeInPanels(it: Wide): number {
  const { own, panels, k } = layoutOf(it).sizes
  return sizeOf([...own, panels, k, it.width])
}

/** Lines that are packed side by side: more would lie in too many places at once. */
const BESIDE = 8

/** Lines of a side, in panels from the first one on, each in groups. */
interface Part {
  readonly first: number
  readonly panels: number
  readonly groups: number
  readonly lines: number
}

/** Kernels that write the panels of a side: the whole ones, and what there is of one that is not. */
export function packing(it: Wide, buffer: number): LoopKernel[] {
  const count = sizeOf(it.side.lines)
  const panels = Math.floor(count / it.width)
  const rest = count - panels * it.width
  const groups = Math.floor(rest / BESIDE)
  const end = panels * it.width + groups * BESIDE
  const parts: Part[] = [
    { first: 0, panels, groups: it.width / BESIDE, lines: BESIDE },
    { first: panels * it.width, panels: 1, groups, lines: BESIDE },
    { first: end, panels: 1, groups: 1, lines: count - end },
  ]
  const some = parts.filter(({ panels, groups, lines }) => panels * groups * lines > 0)
  return some.map((part) => packingPart(it, part, buffer))
}

function packingPart(it: Wide, part: Part, buffer: number): LoopKernel {
  const { batch, lines, summed, value } = it.side
  const { own, sizes } = layoutOf(it)
  const extents = [...sizes.own, part.panels, part.groups, ...summed, part.lines]
  const affine = new Affine(extents)
  const [panel, group] = [own.length, own.length + 1]
  const line = [affine.scale(variable(panel), it.width), affine.scale(variable(group), BESIDE)]
    .concat(variable(extents.length - 1))
    .reduce((sum, each) => affine.add(sum, each), affine.constant(part.first))
  const steps = summed.map((_, i) => variable(group + 1 + i))
  const by = [
    ...batch.map((_, loop) => (own.includes(loop) ? variable(own.indexOf(loop)) : zero)),
    ...stridesOf(lines).map((stride, i) => {
      const count = affine.floorDiv(line, stride)
      return i === 0 ? count : affine.mod(count, at(lines, i))
    }),
    ...steps,
  ]
  const outer = own.map((_, i) => variable(i))
  const place = [...outer, affine.floorDiv(line, it.width), ...steps, affine.mod(line, it.width)]
  const strides = stridesOf([...sizes.own, sizes.panels, ...summed, it.width])
  const store: Store = { buffer, dtype: 'float32', offset: zero, value }
  const before: LoopKernel = {
    ...{ kind: 'loops', extents: [...batch, ...lines, ...summed], folded: [], passes: [] },
    stores: [store],
  }
  const moved = overLoops(before, { extents, folded: [] }, by)
  const offset = dot(affine, place, strides)
  return { ...moved, stores: moved.stores.map((each) => ({ ...each, offset })) }
}

/** A side as it is read from its panels. */
export function packedSide(it: Wide, buffer: number): Side {
  const { batch, lines } = it.side
  const { own, sizes } = layoutOf(it)
  const { panels, k } = sizes
  const count = sizeOf(lines)
  const affine = new Affine([...batch, count, k])
  const line = variable(batch.length)
  const place = [
    ...own.map((loop) => variable(loop)),
    affine.floorDiv(line, it.width),
    variable(batch.length + 1),
    affine.mod(line, it.width),
  ]
  const offset = dot(affine, place, stridesOf([...sizes.own, panels, k, it.width]))
  const value: Expr = { kind: 'load', buffer, dtype: 'float32', offset, guards: [] }
  return { batch, lines: [count], summed: [k], value, isPacked: true }
}
