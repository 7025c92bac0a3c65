/** Operands of a contraction: read where they are, or copied first, with a border where they are read beyond their edge. */
import type { DType } from '../base/dtype.ts'
import { at, sizeOf, stridesOf } from '../base/shape.ts'
import { dot, type Guard } from '../graph/indexing.ts'
import type { Node } from '../graph/node.ts'
import { Affine, factorOf, type IndexExpr, keyOf, mentions, variable } from './index-expr.ts'
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

/** A reading, and the loops of its side: rows or columns, and those that are summed. */
export interface Reading {
  readonly ask: Ask
  readonly lines: readonly number[]
  readonly sums: readonly number[]
}

/** Elements in a row from which on vectors along lines, and along sums, are filled. */
const [FEWEST_ALONG_LINES, FEWEST_ALONG_SUMS] = [4, 8]
/** Multiply-adds from which on it matters how an operand lies. */
const MUCH_WORK = 160 ** 3

/** First and last place along each axis. */
type Frame = readonly (readonly [low: number, high: number])[]

interface Copy {
  readonly buffer: number
  readonly frame: Frame
  /** By axis of the operand. */
  readonly strides: readonly number[]
  /** Axes that lie the other way round, since they are read so. */
  readonly turned: readonly boolean[]
}

export class Operands {
  readonly #means: Means
  readonly #copies = new Map<Node, Copy>()

  constructor(means: Means) {
    this.#means = means
  }

  /** How many operands are copied. */
  get copies(): number {
    return this.#copies.size
  }

  /** The element as an expression of the loops. */
  read({ node, affine, index, guards }: Ask): Expr | undefined {
    const copy = this.#copies.get(node)
    if (!copy) return this.#inlined(affine, node, index, guards)
    const { buffer, frame, strides, turned } = copy
    const place = index.map((each, axis) => {
      const [low, high] = frame[axis] ?? [0, 0]
      return turned[axis]
        ? affine.add(affine.constant(high), affine.scale(each, -1))
        : affine.add(each, affine.constant(-low))
    })
    const open = guards.filter((guard) => {
      const axis = axisOf(guard, node, index)
      return axis < 0 || isWhole(node, axis, frame)
    })
    const offset = dot(affine, place, strides)
    return { kind: 'load', buffer, dtype: node.dtype, offset, guards: open }
  }

  /** Copies what all of this reads of one operand, if that is less work than reading it where it is. */
  settle(readings: readonly Reading[]): void {
    const [first] = readings
    if (!first || this.#copies.has(first.ask.node)) return
    const { node } = first.ask
    const asks = readings.map(({ ask }) => ask)
    const values = asks.map((ask) => this.read(ask))
    const costly = values.some((value) => value && !isCheap(value))
    const frame = this.#bordered(asks)
    const last = this.#lastAxis(readings)
    if (!costly && !frame && last === undefined) return
    const turned = node.shape.map((_, axis) => asks.every((ask) => isDescending(ask, axis)))
    this.#copies.set(node, this.#copy(node, { frame: frame ?? wholeOf(node), last, turned }))
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
    return readsOf(asks) >= FEWEST_READS * sizeOf(sizesOf(frame)) ? frame : undefined
  }

  /** The axis along which lines go, where neither they nor the sums go along memory; else `undefined`. */
  #lastAxis(readings: readonly Reading[]): number | undefined {
    const [first] = readings
    const asks = readings.map(({ ask }) => ask)
    const work = asks.reduce((sum, { extents }) => sum + sizeOf(extents), 0)
    if (!first || work < MUCH_WORK || readsOf(asks) < sizeOf(first.ask.node.shape)) return undefined
    if (this.#repeats(first.ask.node)) return undefined
    const lies = readings.some(({ ask, lines, sums }) => {
      const offset = offsetIn(this.read(ask))
      if (!offset) return false
      const [along, beside] = [lines, sums].map((loops) => runOf(offset, ask.extents, loops))
      return (along ?? 1) < FEWEST_ALONG_LINES && (beside ?? 1) < FEWEST_ALONG_SUMS
    })
    const { extents, index } = first.ask
    const line = first.lines.findLast((loop) => (extents[loop] ?? 1) > 1) ?? -1
    if (!lies || (extents[line] ?? 1) < FEWEST_ALONG_SUMS) return undefined
    const axis = index.findIndex((each) => factorOf(each, line) === 1)
    return axis < 0 ? undefined : axis
  }

  /** Whether elements in memory stand at several places of an operand, as in windows that overlap. */
  #repeats(node: Node): boolean {
    let below = node
    while (below.op.trait === 'movement' && this.#means.places.buffer(below) === undefined) {
      const [from] = below.inputs
      if (!from) return false
      if (sizeOf(from.shape) < sizeOf(node.shape)) return true
      below = from
    }
    return false
  }

  /** A copy of a frame in which one of the axes is the last in memory. */
  #copy(
    node: Node,
    {
      frame,
      last = frame.length - 1,
      turned,
    }: { frame: Frame; last: number | undefined; turned: readonly boolean[] },
  ): Copy {
    const { allocate, run } = this.#means
    const order = [...frame.keys()].filter((axis) => axis !== last)
    if (frame.length > 0) order.push(last)
    const own = sizesOf(frame)
    const sizes = order.map((axis) => at(own, axis))
    const affine = new Affine(sizes)
    const index = frame.map(([low, high], axis) => {
      const place = variable(order.indexOf(axis))
      return turned[axis]
        ? affine.add(affine.constant(high), affine.scale(place, -1))
        : affine.add(place, affine.constant(low))
    })
    const guards = index
      .map((value, axis) => ({ value, bound: at(node.shape, axis) }))
      .filter((_, axis) => !isWhole(node, axis, frame))
    const value = this.#inlined(affine, node, index, guards)
    if (!value) throw new RangeError('an operand cannot be expressed')
    const { dtype } = node
    const buffer = allocate(dtype, sizeOf(sizes))
    const axes = sizes.map((_, axis) => variable(axis))
    const store = { buffer, dtype, offset: dot(affine, axes, stridesOf(sizes)), value }
    run({ kind: 'loops', extents: sizes, folded: [], passes: [], stores: [store] })
    const steps = stridesOf(sizes)
    const strides = frame.map((_, axis) => at(steps, order.indexOf(axis)))
    return { buffer, frame, strides, turned }
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

/** How many elements are read, those that are read again included. */
function readsOf(asks: readonly Ask[]): number {
  return asks.reduce((sum, { extents, index }) => {
    const loops = extents.filter((_, loop) => index.some((each) => mentions(each, loop)))
    return sum + sizeOf(loops)
  }, 0)
}

/** Whether an axis is read from its end. */
function isDescending({ index }: Ask, axis: number): boolean {
  const factors = index[axis]?.terms.map(({ factor }) => factor) ?? []
  return factors.length > 0 && factors.every((factor) => factor < 0)
}

/** How many elements next to each other the last of some loops go over. */
export function runOf(
  offset: IndexExpr,
  extents: readonly number[],
  loops: readonly number[],
): number {
  let run = 1
  for (const loop of loops.toReversed()) {
    const extent = extents[loop] ?? 1
    if (extent === 1) continue
    if (factorOf(offset, loop) !== run) break
    run *= extent
  }
  return run
}

/** Where a value lies in memory, if it is read from there. */
function offsetIn(value: Expr | undefined): IndexExpr | undefined {
  let found: IndexExpr | undefined
  if (value) {
    eachPart(value, (part) => {
      if (part.kind === 'load') found ??= part.offset
    })
  }
  return found
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

/** A float32 element that is read at any place of the loops, at a sum of multiples of them, if a value is that. */
export function plainLoad(value: Expr): (Expr & { readonly kind: 'load' }) | undefined {
  if (value.kind !== 'load' || value.dtype !== 'float32' || value.guards.length > 0)
    return undefined
  return isAffine(value.offset) ? value : undefined
}
