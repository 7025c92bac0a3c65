/** Operands of a contraction: read where they are, or copied first, with a border where they are read beyond their edge. */
import type { DType } from '../base/dtype.ts'
import { at, sizeOf, stridesOf } from '../base/shape.ts'
import { dot, type Guard } from '../graph/indexing.ts'
import type { Node } from '../graph/node.ts'
import { Affine, type IndexExpr, keyOf, mentions, variable } from './index-expr.ts'
import { Inliner, type Places } from './inline.ts'
import { type Expr, eachPart, indicesOf, type LoopKernel } from './kernel.ts'

/** Memory that a contraction asks for. */
export interface Means {
  readonly places: Places
  readonly allocate: (dtype: DType, size: number) => number
  readonly run: (kernel: LoopKernel) => void
}

/** An element of an operand, by loops of known extents: 0 where the guards do not hold. */
export interface Ask {
  readonly node: Node
  readonly affine: Affine
  readonly extents: readonly number[]
  readonly index: readonly IndexExpr[]
  readonly guards: readonly Guard<IndexExpr>[]
}

/** Work (in additions) that is rather done for every block of the other operand than written to memory. */
const CHEAP = 2
/** How often an element is read for a border to be written beside it rather than masked. */
const FEWEST_READS = 2

/** First and last place along each axis. */
type Frame = readonly (readonly [low: number, high: number])[]

interface Copy {
  readonly buffer: number
  readonly frame: Frame
}

export class Operands {
  readonly #means: Means
  readonly #copies = new Map<Node, Copy>()

  constructor(means: Means) {
    this.#means = means
  }

  /** The element as an expression of the loops. */
  read({ node, affine, index, guards }: Ask): Expr | undefined {
    const copy = this.#copies.get(node)
    if (!copy) return this.#inlined(affine, node, index, guards)
    const { buffer, frame } = copy
    const place = index.map((each, axis) => {
      return affine.add(each, affine.constant(-(frame[axis]?.[0] ?? 0)))
    })
    const open = guards.filter((guard) => {
      const axis = axisOf(guard, node, index)
      return axis < 0 || isWhole(node, axis, frame)
    })
    const offset = dot(affine, place, stridesOf(sizesOf(frame)))
    return { kind: 'load', buffer, dtype: node.dtype, offset, guards: open }
  }

  /** Copies what all of this reads of one operand, if that is less work than reading it where it is. */
  settle(asks: readonly Ask[]): void {
    const [first] = asks
    if (!first || this.#copies.has(first.node)) return
    const { node } = first
    const values = asks.map((ask) => this.read(ask))
    const costly = values.some((value) => value && !isCheap(value))
    const frame = this.#bordered(asks)
    if (!costly && !frame) return
    this.#copies.set(node, this.#copy(node, frame ?? wholeOf(node)))
  }

  /** The places that are read, if there are some beyond the edge and each is read often. */
  #bordered(asks: readonly Ask[]): Frame | undefined {
    const [first] = asks
    if (!first || asks.every(({ guards }) => guards.length === 0)) return undefined
    const { node } = first
    const covered = asks.every(({ guards, index }) =>
      guards.every((guard) => axisOf(guard, node, index) >= 0),
    )
    if (!covered) return undefined
    const frame = node.shape.map((_, axis): [number, number] => {
      const ranges = asks.map(({ affine, index }) => affine.range(index[axis] ?? variable(-1)))
      return [Math.min(...ranges.map(([low]) => low)), Math.max(...ranges.map(([, high]) => high))]
    })
    const reads = asks.reduce((sum, { extents, index }) => {
      const loops = extents.filter((_, loop) => index.some((each) => mentions(each, loop)))
      return sum + sizeOf(loops)
    }, 0)
    return reads >= FEWEST_READS * sizeOf(sizesOf(frame)) ? frame : undefined
  }

  #copy(node: Node, frame: Frame): Copy {
    const { allocate, run } = this.#means
    const sizes = sizesOf(frame)
    const affine = new Affine(sizes)
    const axes = sizes.map((_, axis) => variable(axis))
    const index = axes.map((axis, i) => affine.add(axis, affine.constant(frame[i]?.[0] ?? 0)))
    const guards = index
      .map((value, axis) => ({ value, bound: at(node.shape, axis) }))
      .filter((_, axis) => !isWhole(node, axis, frame))
    const value = this.#inlined(affine, node, index, guards)
    if (!value) throw new RangeError('an operand cannot be expressed')
    const { dtype } = node
    const buffer = allocate(dtype, sizeOf(sizes))
    const store = { buffer, dtype, offset: dot(affine, axes, stridesOf(sizes)), value }
    run({ kind: 'loops', extents: sizes, folded: [], passes: [], stores: [store] })
    return { buffer, frame }
  }

  #inlined(
    affine: Affine,
    node: Node,
    index: readonly IndexExpr[],
    guards: readonly Guard<IndexExpr>[],
  ): Expr | undefined {
    const value = new Inliner(affine, this.#means.places).expression(node, index, guards)
    if (!value || value.kind === 'load' || guards.length === 0) return value
    return { kind: 'guarded', guards, value, fill: 0, dtype: node.dtype }
  }
}

/** The axis whose places a guard keeps within the operand; -1 where it says something else. */
function axisOf(
  { value, bound }: Guard<IndexExpr>,
  { shape }: Node,
  index: readonly IndexExpr[],
): number {
  return index.findIndex((each, axis) => shape[axis] === bound && keyOf(each) === keyOf(value))
}

function wholeOf({ shape }: Node): Frame {
  return shape.map((size) => [0, size - 1] as const)
}

function isWhole({ shape }: Node, axis: number, frame: Frame): boolean {
  const [low, high] = frame[axis] ?? [0, -1]
  return low >= 0 && high < at(shape, axis)
}

function sizesOf(frame: Frame): number[] {
  return frame.map(([low, high]) => high - low + 1)
}

/** Whether a value is as well read at any place as computed beforehand. */
function isCheap(value: Expr): boolean {
  let cost = 0
  let plain = true
  eachPart(value, (part) => {
    if (part.kind === 'op') cost += part.op.cost
    plain &&= indicesOf(part).every(isAffine)
  })
  return plain && cost <= CHEAP
}

/** Whether an index is a sum of multiples of loop variables. */
export function isAffine({ terms }: IndexExpr): boolean {
  return terms.every(({ atom }) => typeof atom === 'number')
}
