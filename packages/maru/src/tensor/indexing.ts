/** Elements at places that are values: reading them, writing them, blocks that begin at them. */
import { expectNumber, expectOptions } from '../base/argument.ts'
import { dtypes, isFloat, isHalf } from '../base/dtype.ts'
import { DTypeError, IndexError, ShapeError, ValueError } from '../base/error.ts'
import {
  at,
  broadcast,
  checkShape,
  expectInteger,
  normalizeAxis,
  type Sizes,
  sameShape,
  sizeOf,
} from '../base/shape.ts'
import { showAny } from '../base/show.ts'
import type { Shape } from '../base/types/dim.ts'
import { Data } from '../graph/data.ts'
import { makeLeaf, makeLiteral, type Node } from '../graph/node.ts'
import * as p from '../primitives/index.ts'
import { isScatterMode, type ScatterMode } from '../primitives/indexing.ts'
import { beforeRun, tracing } from '../runtime/trace.ts'
import { LinearTensor } from './linalg.ts'
import {
  apply,
  castNode,
  expandNode,
  expectExact,
  literalNode,
  nodeOf,
  numeric,
  reshapeNode,
  whereNode,
} from './nodes.ts'
import type { Tensor } from './tensor.ts'

interface Axis {
  readonly axis: number
}

interface GatherOptions extends Axis {
  /** Value of elements whose index lies outside the axis: NaN by default, 0 for integers and bools. */
  readonly fill?: number
}

interface ScatterOptions extends Axis {
  /** What becomes of an element that a value comes to; it is replaced by default. */
  readonly mode?: ScatterMode
}

function literalOf(value: number, { dtype, shape }: Pick<Node, 'dtype' | 'shape'>): Node {
  return expandNode(literalNode('scatter', value, dtype), shape)
}

// Indices

/** Indices that lie on the host are checked now, and those of a compiled function at every call. */
function checkRange(op: string, { leaf }: Node, size: number): void {
  if (leaf?.kind === 'data') expectInside(op, leaf.data, size)
  if (leaf?.kind !== 'input' || !tracing()) return
  const { index } = leaf
  beforeRun((args) => {
    const data = args[index]
    if (data) expectInside(op, data, size)
  })
}

function expectInside(op: string, { host }: Data, size: number): void {
  if (!host) return
  // Bigints compare with numbers.
  const outside = (index: number | bigint): boolean => index < 0 || index >= size
  const position = Array.prototype.findIndex.call(host, outside)
  if (position < 0) return
  throw new IndexError('index.range', { op, index: String(host[position] ?? 0), position, size })
}

/** Indices along an axis of a size, as int32. */
function indexNode(op: string, value: unknown, size: number): Node {
  const node = nodeOf(op, value)
  if (dtypes[node.dtype].kind !== 'int')
    throw new DTypeError('index.dtype', { op, dtype: node.dtype })
  checkRange(op, node, size)
  return castNode(node, 'int32')
}

/** A number as an index, counted from the end when negative. */
function fromEnd(op: string, index: number, size: number, position = 0): number {
  if (Number.isInteger(index)) {
    const fixed = index < 0 ? index + size : index
    if (fixed >= 0 && fixed < size) return fixed
  }
  throw new IndexError('index.range', { op, index: showAny(index), position, size })
}

/** Numbers as indices; negative ones count from the end. */
function hostIndices(op: string, values: readonly number[], shape: Sizes, size: number): Node {
  const fixed = values.map((index, position) => fromEnd(op, index, size, position))
  // One number is an argument of the program, so that another one is not another program.
  const [only] = fixed
  if (shape.length === 0 && only !== undefined) return makeLiteral(p.literal, only, 'int32')
  const data = new Data('int32', shape, { host: Int32Array.from(fixed) })
  return makeLeaf(p.leaf, { kind: 'data', data }, data)
}

/** Indices of one axis, the same for all others: `[n]` as a tensor of `shape` with `axis` replaced. */
function alongAxis(indices: Node, axis: number, shape: Sizes): Node {
  const count = sizeOf(indices.shape)
  const line = reshapeNode(
    indices,
    shape.map((_, i) => (i === axis ? count : 1)),
  )
  return expandNode(line, shape.with(axis, count))
}

/** The index along an axis. */
function countNode(shape: Sizes, axis: number): Node {
  return apply(p.iota, [], { shape, axis, dtype: 'int32' as const })
}

/** Throws unless `part` fits into `whole` along every axis but one. */
function expectWithin(op: string, part: Sizes, whole: Sizes, axis?: number): void {
  const fits =
    part.length === whole.length && part.every((dim, i) => i === axis || dim <= at(whole, i))
  if (!fits) throw new ShapeError('index.shape', { op, indices: part, shape: whole })
}

function cut(node: Node, shape: Sizes): Node {
  if (sameShape(node.shape, shape)) return node
  return apply(p.slice, [node], { start: shape.map(() => 0), end: [...shape] })
}

// Reading

function gatherNode(x: Node, indices: Node, axis: number, fill: number | undefined): Node {
  expectWithin('gather', indices.shape, x.shape, axis)
  const source = cut(x, indices.shape.with(axis, at(x.shape, axis)))
  const outside = fill ?? (isFloat(x.dtype) ? Number.NaN : 0)
  // Adding 0 makes -0 into 0: signatures, being text, do not tell them apart.
  const number = expectNumber('gather', 'fill', outside)
  expectExact('gather', number, x.dtype)
  return apply(p.gather, [source, indices], { axis, fill: number + 0 })
}

function takeNode(x: Node, indices: Node, axis: number): Node {
  const { shape } = x
  const taken = gatherNode(x, alongAxis(indices, axis, shape), axis, undefined)
  return reshapeNode(taken, [...shape.slice(0, axis), ...indices.shape, ...shape.slice(axis + 1)])
}

// Writing

function modeOf(mode: unknown): ScatterMode {
  if (isScatterMode(mode)) return mode
  throw new ValueError('scatter.mode', { got: showAny(mode) })
}

function scatterNode(
  op: string,
  into: Node,
  indices: Node,
  given: Tensor | number,
  options: { readonly axis: number; readonly mode: ScatterMode },
): Node {
  const { axis, mode } = expectOptions('expectWithin', options)
  const counts = mode === 'add' || mode === 'mul'
  const x = counts ? numeric(into) : into
  expectWithin(op, indices.shape, x.shape, axis)
  const { shape } = indices
  const own =
    typeof given === 'number' ? literalOf(given, { dtype: x.dtype, shape }) : nodeOf(op, given)
  const values = counts ? numeric(own) : own
  if (values.dtype !== x.dtype) {
    throw new DTypeError('scatter.dtype', { op, dtype: x.dtype, values: values.dtype })
  }
  expectWithin(op, shape, values.shape)
  const block = shape.with(axis, at(x.shape, axis))
  const inputs = [cut(x, block), indices, cut(values, shape)]
  const scattered = scatterOf(inputs, axis, mode)
  return sameShape(block, x.shape) ? scattered : overlaid(x, scattered)
}

/** A scatter; many 16-bit floats are combined in float32, and rounded once. */
function scatterOf(inputs: readonly Node[], axis: number, mode: ScatterMode): Node {
  const dtype = inputs[0]?.dtype ?? 'float32'
  const adds = mode === 'add' || mode === 'mul'
  if (!isHalf(dtype) || !adds) return apply(p.scatter, inputs, { axis, mode })
  const wide = inputs.map((each) => (each.dtype === dtype ? castNode(each, 'float32') : each))
  return castNode(apply(p.scatter, wide, { axis, mode }), dtype)
}

/** A block over the first elements of each axis. */
function overlaid(x: Node, block: Node): Node {
  const before = x.shape.map(() => 0)
  const after = x.shape.map((dim, axis) => dim - at(block.shape, axis))
  const inside = literalOf(1, { dtype: 'bool', shape: block.shape })
  const [where, values] = [inside, block].map((node) =>
    apply(p.pad, [node], { before, after, value: 0 }),
  )
  return where && values ? whereNode(where, { node: values }, { node: x }) : x
}

// Blocks

/** Starts of a block along the axes on which it can be moved, each within what fits. */
function startNodes(
  op: string,
  starts: readonly (Tensor | number)[],
  part: Sizes,
  whole: Sizes,
): { readonly axes: readonly number[]; readonly lead: number; readonly nodes: readonly Node[] } {
  checkShape(op, part)
  checkShape(op, whole)
  const count = Array.isArray(starts) ? starts.length : 0
  const good =
    count === whole.length &&
    part.length === whole.length &&
    part.every((dim, axis) => dim <= at(whole, axis))
  if (!good) throw new ShapeError('dynamic.block', { op, count, part, whole })
  const axes = whole.flatMap((dim, axis) => (dim === part[axis] ? [] : [axis]))
  const nodes = axes.map((axis) => startNode(op, starts[axis], at(whole, axis)))
  const lead = Math.max(0, ...nodes.map((node) => node.shape.length))
  const shape = part.slice(0, lead)
  const fits = (node: Node): boolean => node.shape.length === 0 || sameShape(node.shape, shape)
  const wrong = nodes.find((node) => !fits(node) || axes.some((axis) => axis < lead))
  if (wrong) throw new ShapeError('dynamic.start', { op, start: wrong.shape, part, whole })
  return { axes, lead, nodes: nodes.map((node) => expandNode(node, shape)) }
}

function startNode(op: string, start: Tensor | number | undefined, size: number): Node {
  if (typeof start === 'number' && Number.isInteger(start)) {
    return makeLiteral(p.literal, start < 0 ? start + size : start, 'int32')
  }
  const node = nodeOf(op, start)
  if (dtypes[node.dtype].kind !== 'int')
    throw new DTypeError('index.dtype', { op, dtype: node.dtype })
  return castNode(node, 'int32')
}

export abstract class IndexingTensor extends LinearTensor {
  /**
   * Along one axis, the elements that indices name.
   *
   *     out[i, j, k] = x[i, indices[i, j, k], k]   for axis 1
   *
   * Indices that are computed cannot be refused: those outside the axis, negative ones too, give
   * `fill`, so that a mistake shows as NaN.
   *
   * @shape x [..., n, ...], indices [..., m, ...], no longer than x on other axes → that of indices
   * @dtype indices int32 or uint8
   * @throws IndexError for a known index outside the axis, ShapeError when the sizes do not fit
   */
  gather<I extends Shape>(indices: Tensor<I>, options: GatherOptions): Tensor<I> {
    const { axis, fill } = expectOptions('gather', options)
    const { shape } = this.node
    const along = normalizeAxis('gather', axis, shape)
    const places = indexNode('gather', indices, at(shape, along))
    return this.wrap(gatherNode(this.node, places, along, fill))
  }

  /**
   * `gather` with broadcasting: sizes of 1 on axes other than the named one repeat.
   *
   * @shape x [..., n, ...], indices [..., m, ...] → broadcast, with m at the axis
   */
  takeAlongAxis(indices: Tensor, options: Axis): Tensor {
    const { axis } = expectOptions('takeAlongAxis', options)
    const { shape } = this.node
    const along = normalizeAxis('takeAlongAxis', axis, shape)
    const places = indexNode('takeAlongAxis', indices, at(shape, along))
    if (places.shape.length !== shape.length) {
      throw new ShapeError('index.shape', { op: 'takeAlongAxis', indices: places.shape, shape })
    }
    const rest = broadcast('takeAlongAxis', shape.with(along, 1), places.shape.with(along, 1))
    const x = expandNode(this.node, rest.with(along, at(shape, along)))
    const expanded = expandNode(places, rest.with(along, at(places.shape, along)))
    return this.wrap(gatherNode(x, expanded, along, undefined))
  }

  /**
   * The elements at indices along an axis, or of the flattened tensor without one: rows of a table,
   * for instance. A number takes one and drops the axis; negative numbers count from the end.
   *
   * Indices that are computed cannot be refused: those outside the axis give NaN, or 0 for integers.
   *
   * @shape x [..., n, ...], indices of any shape → its axes in the place of the axis
   * @dtype indices int32 or uint8
   * @throws IndexError for a known index outside the axis
   * @example table.take(tensor([2, 0], [2], { dtype: 'int32' }), { axis: 0 })
   */
  take(indices: Tensor | number | readonly number[], options?: Partial<Axis>): Tensor {
    const along = options?.axis
    const x = along === undefined ? reshapeNode(this.node, [-1]) : this.node
    const axis = along === undefined ? 0 : normalizeAxis('take', along, x.shape)
    const size = at(x.shape, axis)
    const places =
      typeof indices === 'number'
        ? hostIndices('take', [indices], [], size)
        : Array.isArray(indices)
          ? hostIndices('take', indices, [indices.length], size)
          : indexNode('take', indices, size)
    return this.wrap(takeNode(x, places, axis))
  }

  /** The adjoint of `gather`: zeros of a size along the axis, with elements added where indices say. */
  ungather(indices: Tensor, options: Axis & { readonly size: number }): Tensor {
    const { axis, size } = expectOptions('ungather', options)
    const { dtype, shape } = this.node
    const along = normalizeAxis('ungather', axis, shape)
    expectInteger('ungather', 'size', size, 0)
    const places = indexNode('ungather', indices, size)
    if (!sameShape(places.shape, shape)) {
      throw new ShapeError('index.shape', { op: 'ungather', indices: places.shape, shape })
    }
    const zeros = literalOf(0, { dtype, shape: shape.with(along, size) })
    return this.wrap(scatterOf([zeros, places, this.node], along, 'add'))
  }

  /**
   * Values written, added and so on where indices say along one axis.
   *
   *     out[i, indices[i, j, k], k] = values[i, j, k]   for axis 1 and mode 'set'
   *
   * Values that meet are combined in ascending order, so the last one stays with 'set' and sums do
   * not depend on threads; the old element counts among them. Computed indices outside the axis are
   * passed over. With 'set' the gradient goes to the last value alone; equal extremes share it.
   *
   * @shape x [..., n, ...], indices and values [..., m, ...], no longer than x on other axes → that of x
   * @dtype indices any integers, values the tensor's own
   * @throws IndexError for a known index outside the axis, ShapeError when the sizes do not fit
   */
  scatter<S extends Shape>(
    this: Tensor<S>,
    indices: Tensor,
    values: Tensor | number,
    options: ScatterOptions,
  ): Tensor<S> {
    const { axis, mode = 'set' } = expectOptions('scatter', options)
    const along = normalizeAxis('scatter', axis, this.node.shape)
    const places = indexNode('scatter', indices, at(this.node.shape, along))
    const how = { axis: along, mode: modeOf(mode) }
    return this.wrap(scatterNode('scatter', this.node, places, values, how))
  }

  /** `scatter` that adds. @shape x [..., n, ...], indices and values [..., m, ...] → that of x */
  scatterAdd<S extends Shape>(
    this: Tensor<S>,
    indices: Tensor,
    values: Tensor | number,
    options: Axis,
  ): Tensor<S> {
    const { axis } = expectOptions('scatterAdd', options)
    const along = normalizeAxis('scatterAdd', axis, this.node.shape)
    const places = indexNode('scatterAdd', indices, at(this.node.shape, along))
    const how = { axis: along, mode: 'add' } as const
    return this.wrap(scatterNode('scatterAdd', this.node, places, values, how))
  }

  /**
   * Slices added to those at indices along an axis.
   *
   * @shape x [..., n, ...], indices [m], values [..., m, ...] → that of x
   */
  indexAdd<S extends Shape>(
    this: Tensor<S>,
    indices: Tensor,
    values: Tensor | number,
    options: Axis,
  ): Tensor<S> {
    const { axis } = expectOptions('indexAdd', options)
    const places = linePlaces('indexAdd', this.node, indices, axis)
    return this.wrap(scatterNode('indexAdd', this.node, places.node, values, places.how('add')))
  }

  /** A number in the slices at indices along an axis. @shape x [..., n, ...], indices [m] → that of x */
  indexFill<S extends Shape>(
    this: Tensor<S>,
    indices: Tensor,
    value: number,
    options: Axis,
  ): Tensor<S> {
    const { axis } = expectOptions('indexFill', options)
    const places = linePlaces('indexFill', this.node, indices, axis)
    return this.wrap(scatterNode('indexFill', this.node, places.node, value, places.how('set')))
  }

  /**
   * A value where a mask is true, which broadcasts to the tensor's shape.
   *
   * @throws ShapeError when the mask or the value is larger than the tensor, DTypeError for a mask
   *   that is not bool
   */
  maskedFill<S extends Shape>(this: Tensor<S>, mask: Tensor, value: Tensor | number): Tensor<S> {
    const x = this.node
    const fill =
      typeof value === 'number'
        ? literalOf(value, x)
        : castNode(nodeOf('maskedFill', value), x.dtype)
    const filled = whereNode(nodeOf('maskedFill', mask), { node: fill }, { node: x })
    if (!sameShape(filled.shape, x.shape)) {
      throw new ShapeError('maskedFill.shape', {
        mask: nodeOf('maskedFill', mask).shape,
        shape: x.shape,
      })
    }
    return this.wrap(filled)
  }

  /**
   * Sums of the slices of the first axis that have one id.
   *
   * @shape x [n, ...], ids [n] → [numSegments, ...]
   * @throws IndexError for a known id outside `0 … numSegments − 1`
   */
  segmentSum(ids: Tensor, options: { readonly numSegments: number }): Tensor {
    const { numSegments } = expectOptions('segmentSum', options)
    expectInteger('segmentSum', 'numSegments', numSegments, 0)
    const x = numeric(this.node)
    const own = nodeOf('segmentSum', ids).shape
    if (x.shape.length === 0 || own.length !== 1 || own[0] !== x.shape[0]) {
      throw new ShapeError('segmentSum.ids', { ids: own, shape: x.shape })
    }
    const places = alongAxis(indexNode('segmentSum', ids, numSegments), 0, x.shape)
    const zeros = literalOf(0, { dtype: x.dtype, shape: x.shape.with(0, numSegments) })
    return this.wrap(apply(p.scatter, [zeros, places, x], { axis: 0, mode: 'add' as const }))
  }

  /**
   * A block of fixed sizes that begins where numbers say which are known when it runs.
   *
   * A start is moved so that the block fits, as JAX does. Starts that are numbers count from the end
   * when negative; another number is not another program. Starts with the shape of the leading axes
   * are for each of the blocks there.
   *
   * @shape x [n, ...], one start [] for each axis → sizes
   * @dtype starts int32 or uint8
   * @throws ShapeError when the block is larger than the tensor
   */
  dynamicSlice(
    starts: readonly (Tensor | number)[],
    options: { readonly sizes: readonly number[] },
  ): Tensor {
    const { sizes } = expectOptions('dynamicSlice', options)
    const { axes, lead, nodes } = startNodes('dynamicSlice', starts, sizes, this.node.shape)
    if (axes.length === 0) return this.wrap(this.node)
    const attrs = { axes, shape: [...sizes], lead }
    return this.wrap(apply(p.dynamicSlice, [this.node, ...nodes], attrs))
  }

  /** The adjoint of `dynamicSlice`: the tensor as a block in zeros of a shape. */
  dynamicPad(
    starts: readonly (Tensor | number)[],
    options: { readonly shape: readonly number[] },
  ): Tensor {
    const { shape } = expectOptions('dynamicPad', options)
    const { axes, lead, nodes } = startNodes('dynamicPad', starts, this.node.shape, shape)
    if (axes.length === 0) return this.wrap(this.node)
    const attrs = { axes, shape: [...shape], lead }
    return this.wrap(apply(p.dynamicPad, [this.node, ...nodes], attrs))
  }

  /**
   * The tensor with a block of it replaced, which begins where `dynamicSlice` would find it.
   *
   * Stored over a parameter, a block that moves along one axis is written in place: a cache of keys
   * and values costs what is new in it.
   *
   * @shape x [n, ...], update no larger on any axis, one start [] for each axis → that of x
   * @throws ShapeError when the update is larger than the tensor, DTypeError when the dtypes differ
   */
  dynamicUpdate<S extends Shape>(
    this: Tensor<S>,
    update: Tensor,
    starts: readonly (Tensor | number)[],
  ): Tensor<S> {
    const { shape, dtype } = this.node
    const block = nodeOf('dynamicUpdate', update)
    if (block.dtype !== dtype) {
      throw new DTypeError('scatter.dtype', { op: 'dynamicUpdate', dtype, values: block.dtype })
    }
    const { axes, lead, nodes } = startNodes('dynamicUpdate', starts, block.shape, shape)
    const [axis] = axes
    const [start] = nodes
    if (axis === undefined || !start) return this.wrap(block)
    if (axes.length === 1) {
      const room = at(shape, axis) - at(block.shape, axis)
      const ones = shape.slice(lead).map(() => 1)
      const each = reshapeNode(start, [...start.shape, ...ones])
      const first = this.wrap<Tensor>(each).maximum(0).minimum(room)
      const places = first.add(this.wrap<Tensor>(countNode(block.shape, axis)))
      return this.wrap(
        apply(p.scatter, [this.node, places.node, block], { axis, mode: 'set' as const }),
      )
    }
    const inside = literalOf(1, { dtype: 'bool', shape: block.shape })
    const lay = (node: Node): Node => apply(p.dynamicPad, [node, ...nodes], { axes, shape, lead })
    return this.wrap(whereNode(lay(inside), { node: lay(block) }, this))
  }
}

/** Indices of slices along an axis, laid out for every element of them. */
function linePlaces(
  op: string,
  x: Node,
  indices: Tensor,
  axis: number,
): {
  readonly node: Node
  readonly how: (mode: ScatterMode) => { readonly axis: number; readonly mode: ScatterMode }
} {
  const along = normalizeAxis(op, axis, x.shape)
  const places = indexNode(op, indices, at(x.shape, along))
  if (places.shape.length !== 1) {
    throw new ShapeError('index.line', { op, indices: places.shape })
  }
  return { node: alongAxis(places, along, x.shape), how: (mode) => ({ axis: along, mode }) }
}

/**
 * Rows of a table, one for each id: what words become in a network.
 *
 * The row at `paddingIndex` gets no gradient.
 *
 * @shape weight [n, d], ids of any shape → [..., d]
 * @dtype ids int32 or uint8
 * @throws IndexError for a known id outside `0 … n − 1`
 */
export function embedding(
  weight: Tensor,
  ids: Tensor,
  options?: { readonly paddingIndex?: number },
): Tensor {
  const { shape } = nodeOf('embedding', weight)
  if (shape.length !== 2) throw new ShapeError('embedding.weight', { shape })
  indexNode('embedding', ids, at(shape, 0))
  const rows = weight.take(ids, { axis: 0 })
  if (options?.paddingIndex === undefined) return rows
  const padding = fromEnd('embedding', options.paddingIndex, at(shape, 0))
  return ids.equal(padding).unsqueeze(-1).where(rows.stopGradient(), rows)
}
