/** Parts, copies and diagonals: arrangements made from the basic ones. */
import { expectNumber, expectNumbers, expectOptions } from '../base/argument.ts'
import { IndexError, ShapeError, ValueError } from '../base/error.ts'
import {
  at,
  checkShape,
  expectInteger,
  expectWhole,
  normalizeAxis,
  type Sizes,
  sizeOf,
} from '../base/shape.ts'
import { showAny } from '../base/show.ts'
import type { Reduce } from '../base/types/axes.ts'
import type { SameRank, Shape } from '../base/types/dim.ts'
import type { Node } from '../graph/node.ts'
import * as p from '../primitives/index.ts'
import { list, MovementTensor } from './movement.ts'
import { apply, binary, expandNode, reshapeNode } from './nodes.ts'
import {
  counterNode,
  cutNode,
  flippedNode,
  framedNode,
  joinNodes,
  maskedNode,
  resized,
  stackNodes,
  stridedNode,
} from './pieces.ts'
import type { Tensor } from './tensor.ts'
import type { Ok, Out } from './typing.ts'

/** Parts that one call may make. */
const MOST_PARTS = 2 ** 16

interface Plane {
  /** How far above the main diagonal; negative below it. */
  readonly offset?: number
  /** The rows' axis. */
  readonly axis0?: number
  /** The columns' axis. */
  readonly axis1?: number
}

export abstract class ArrangeTensor extends MovementTensor {
  /** `length` elements from `start` on along an axis. @throws ShapeError when they are not there */
  narrow<S extends Shape>(
    this: Tensor<S>,
    axis: number,
    start: number,
    length: number,
  ): Tensor<SameRank<S>> {
    const along = normalizeAxis('narrow', axis, this.node.shape)
    const { shape } = this.node
    const from = expectNumber('narrow', 'start', start) + (start < 0 ? at(shape, along) : 0)
    const good = [from, length].every((n) => Number.isSafeInteger(n) && n >= 0)
    if (!good || from + length > at(shape, along)) {
      throw new ShapeError('narrow.range', { start, length: showAny(length), axis: along, shape })
    }
    return this.wrap(cutNode(this.node, along, from, from + length))
  }

  /**
   * One position of an axis, which is dropped; a negative one counts from the end.
   *
   * @shape [..., n, ...] → [..., ...]
   * @throws IndexError outside the axis
   */
  select<S extends Shape, const A extends number>(
    this: Tensor<S>,
    axis: Ok<Reduce<S, A, false, 'select'>, A>,
    index: number,
  ): Out<Reduce<S, A, false, 'select'>> {
    const { shape } = this.node
    const along = normalizeAxis('select', axis, shape)
    const size = at(shape, along)
    const fixed = expectNumber('select', 'index', index) + (index < 0 ? size : 0)
    if (!Number.isInteger(fixed) || fixed < 0 || fixed >= size) {
      throw new IndexError('select.range', { index, axis: along, shape, size })
    }
    return this.wrap(selectNode(this.node, along, fixed))
  }

  /**
   * Consecutive parts of an axis, of one size (the last may be smaller) or of given sizes.
   *
   * @throws ShapeError when given sizes do not add up to the axis
   * @example const [train, test] = x.split([8000, 2000])
   */
  split<S extends Shape>(
    this: Tensor<S>,
    sizes: number | readonly number[],
    axis = 0,
  ): Tensor<SameRank<S>>[] {
    const { shape } = this.node
    const along = normalizeAxis('split', axis, shape)
    const size = at(shape, along)
    const parts =
      typeof sizes === 'number'
        ? evenParts('split', size, expectInteger('split', 'sizes', sizes, 1))
        : expectNumbers('split', sizes)
    const total = parts.reduce((sum, n) => sum + expectInteger('split', 'sizes', n, 0), 0)
    if (total !== size) {
      throw new ShapeError('split.sizes', { sizes: [...parts], total, axis: along, shape })
    }
    let from = 0
    return parts.map((length) => {
      from += length
      return this.wrap(cutNode(this.node, along, from - length, from))
    })
  }

  /** At most `count` parts of one size along an axis; the last may be smaller. */
  chunk<S extends Shape>(this: Tensor<S>, count: number, axis = 0): Tensor<SameRank<S>>[] {
    const along = normalizeAxis('chunk', axis, this.node.shape)
    expectInteger('chunk', 'count', count, 1)
    const size = Math.ceil(at(this.node.shape, along) / count)
    // An axis without elements has parts, too.
    if (size === 0) {
      expectFew('chunk', count)
      return Array.from({ length: count }, () => this.wrap(this.node))
    }
    return evenParts('chunk', at(this.node.shape, along), size).map((length, i) =>
      this.wrap(cutNode(this.node, along, i * size, i * size + length)),
    )
  }

  /** All positions of an axis as tensors of their own. @shape [..., n, ...] → n × [..., ...] */
  unbind<S extends Shape, const A extends number = 0>(
    this: Tensor<S>,
    axis?: Ok<Reduce<S, A, false, 'unbind'>, A>,
  ): Out<Reduce<S, A, false, 'unbind'>>[] {
    const along = normalizeAxis('unbind', axis ?? 0, this.node.shape)
    const count = at(this.node.shape, along)
    expectFew('unbind', count)
    return Array.from({ length: count }, (_, i) => this.wrap(selectNode(this.node, along, i)))
  }

  /** One axis as several; one size may be -1. @shape [..., a·b, ...] → [..., a, b, ...] */
  unflatten(this: Tensor, axis: number, sizes: readonly number[]): Tensor {
    const { shape } = this.node
    const along = normalizeAxis('unflatten', axis, shape)
    const inner = list('unflatten', sizes)
    return this.wrap(reshapeNode(this.node, unflattened(shape, along, inner)))
  }

  /**
   * The whole tensor repeated along each axis; counts beyond its axes make new ones in front.
   *
   * @throws ShapeError for fewer counts than axes
   * @example tensor([1, 2]).repeat([2, 2]) // [[1, 2, 1, 2], [1, 2, 1, 2]]
   */
  repeat(this: Tensor, counts: number | readonly number[]): Tensor {
    const times = list('repeat', counts)
    const { shape } = this.node
    checkShape('repeat', times)
    const lead = times.length - shape.length
    if (lead < 0) throw new ShapeError('repeat.counts', { counts: times, shape })
    const from = times.flatMap((_, i) => [1, i < lead ? 1 : at(shape, i - lead)])
    const to = from.map((size, i) => (i % 2 === 0 ? at(times, i / 2) : size))
    const copies = expandNode(reshapeNode(this.node, from), to)
    const result = times.map((count, i) => count * at(from, 2 * i + 1))
    checkShape('repeat', result)
    return this.wrap(reshapeNode(copies, result))
  }

  /**
   * Each element `count` times in a row, along an axis or of the flattened tensor.
   *
   * @example tensor([1, 2]).repeatInterleave(2) // [1, 1, 2, 2]
   */
  repeatInterleave(this: Tensor, count: number, axis?: number): Tensor {
    const x = axis === undefined ? reshapeNode(this.node, [this.size]) : this.node
    const along = normalizeAxis('repeatInterleave', axis ?? 0, x.shape)
    expectInteger('repeatInterleave', 'count', count, 0)
    checkShape('repeatInterleave', resized(x.shape, along, at(x.shape, along) * count))
    return this.wrap(repeatedNode(x, along, count))
  }

  /**
   * Elements moved on by `shifts` places, those beyond the end to the front.
   *
   * Without axes it rolls the flattened tensor; otherwise each axis by its own shift.
   */
  roll<S extends Shape>(
    this: Tensor<S>,
    shifts: number | readonly number[],
    axes?: number | readonly number[],
  ): Tensor<S> {
    const { shape } = this.node
    const by = list('roll', shifts).map((shift) => expectWhole('roll', 'a shift', shift))
    const along = axes === undefined ? undefined : list('roll', axes)
    if (by.length !== (along?.length ?? 1)) {
      throw new ValueError('roll.shifts', {
        shifts: by,
        axes: along ?? [],
        expected: along?.length ?? 1,
      })
    }
    if (along === undefined) {
      const flat = reshapeNode(this.node, [this.size])
      return this.wrap(reshapeNode(rolledNode(flat, 0, at(by, 0)), shape))
    }
    return this.wrap(
      along.reduce(
        (x: Node, axis, i) => rolledNode(x, normalizeAxis('roll', axis, shape), at(by, i)),
        this.node,
      ),
    )
  }

  /** The part on and below a diagonal of the last two axes, 0 above it. */
  tril<S extends Shape>(this: Tensor<S>, diagonal = 0): Tensor<S> {
    const k = expectWhole('tril', 'diagonal', diagonal)
    const difference = aboveDiagonal('tril', this.node)
    return this.wrap(maskedNode(binary(p.lessEqual, { node: difference }, k), this.node))
  }

  /** The part on and above a diagonal of the last two axes, 0 below it. */
  triu<S extends Shape>(this: Tensor<S>, diagonal = 0): Tensor<S> {
    const k = expectWhole('triu', 'diagonal', diagonal)
    const difference = aboveDiagonal('triu', this.node)
    return this.wrap(maskedNode(binary(p.lessEqual, k, { node: difference }), this.node))
  }

  /**
   * Elements whose column is `offset` more than their row, as the last axis.
   *
   * @shape [m, n, ...] → [..., min(m, n)] for offset 0; the first two axes unless given
   */
  diagonal(this: Tensor, options: Plane = {}): Tensor {
    const { shape } = this.node
    const { offset = 0, axis0 = 0, axis1 = 1 } = expectOptions('diagonal', options)
    const [rows, columns] = [axis0, axis1].map((axis) => normalizeAxis('diagonal', axis, shape))
    if (rows === undefined || columns === undefined || rows === columns) {
      throw new IndexError('axis.repeated', { op: 'diagonal', axes: [axis0, axis1], shape })
    }
    return this.wrap(
      diagonalNode(this.node, rows, columns, expectWhole('diagonal', 'offset', offset)),
    )
  }

  /**
   * The last axis as a diagonal of a matrix of zeros.
   *
   * @shape [..., n] → [..., n + |offset|, n + |offset|]
   */
  diagEmbed(this: Tensor, offset = 0): Tensor {
    normalizeAxis('diagEmbed', -1, this.node.shape)
    const k = expectWhole('diagEmbed', 'offset', offset)
    return this.wrap(embeddedNode('diagEmbed', this.node, k))
  }

  /** The diagonal of a matrix, or the matrix with a vector as its diagonal. */
  diag(this: Tensor, offset = 0): Tensor {
    const { shape } = this.node
    expectWhole('diag', 'offset', offset)
    if (shape.length === 1) return this.wrap(embeddedNode('diag', this.node, offset))
    if (shape.length !== 2) throw new ShapeError('diag.rank', { shape })
    return this.wrap(diagonalNode(this.node, 0, 1, offset))
  }

  /** Axes moved to other places, the rest in their order. @example x.movedim(-1, 1) */
  movedim(
    this: Tensor,
    source: number | readonly number[],
    destination: number | readonly number[],
  ): Tensor {
    const { shape } = this.node
    const fix = (axes: number | readonly number[]): number[] =>
      list('movedim', axes).map((axis) => normalizeAxis('movedim', axis, shape))
    const [from, to] = [fix(source), fix(destination)]
    if (from.length !== to.length || new Set(from).size + new Set(to).size !== 2 * from.length) {
      throw new ShapeError('movedim.axes', { source: from, destination: to, shape })
    }
    const rest = [...shape.keys()].filter((axis) => !from.includes(axis))
    const axes = [...shape.keys()].map((axis) => {
      const moved = from[to.indexOf(axis)]
      return moved ?? rest.shift() ?? axis
    })
    return this.wrap(apply(p.permute, [this.node], { axes }))
  }

  /** Turned by `k` quarters in the plane of two axes, from the first towards the second. */
  rot90(this: Tensor, k = 1, axes: readonly [number, number] = [0, 1]): Tensor {
    const { shape } = this.node
    const plane = expectNumbers('rot90', axes).map((axis) => normalizeAxis('rot90', axis, shape))
    const [first, second, ...more] = plane
    if (first === undefined || second === undefined || first === second || more.length > 0) {
      throw new IndexError('rot90.axes', { axes: plane, shape })
    }
    const quarters = ((expectWhole('rot90', 'k', k) % 4) + 4) % 4
    const turned = quarters % 2 === 0 ? this.node : exchanged(this.node, first, second)
    const backwards = [[], [first], [first, second], [second]][quarters] ?? []
    return this.wrap(backwards.reduce((x: Node, axis) => flippedNode(x, axis), turned))
  }
}

/** Throws when more parts are asked for than one call may make. */
export function expectFew(op: string, count: number, most: number = MOST_PARTS): void {
  if (count > most) throw new ValueError('parts.many', { op, count, most })
}

function evenParts(op: string, size: number, part: number): number[] {
  // An axis without elements is one part without elements.
  const count = Math.max(1, Math.ceil(size / part))
  expectFew(op, count)
  return Array.from({ length: count }, (_, i) => Math.min(part, size - i * part))
}

/** One size as several, or an error that tells of that size alone. */
function unflattened(shape: Sizes, axis: number, sizes: readonly number[]): number[] {
  const size = at(shape, axis)
  const known = sizes.reduce((product, each) => (each === -1 ? product : product * each), 1)
  const holes = sizes.filter((each) => each === -1).length
  const rest = holes === 1 && known > 0 ? size / known : 1
  const inner = sizes.map((each) => (each === -1 ? rest : each))
  const good = inner.every((each) => Number.isSafeInteger(each) && each >= 0)
  if (holes > 1 || !good || sizeOf(inner) !== size) {
    throw new ShapeError('unflatten.sizes', { sizes: [...sizes], size, axis, shape })
  }
  return resized(shape, axis, ...inner)
}

export function selectNode(x: Node, axis: number, index: number): Node {
  return reshapeNode(cutNode(x, axis, index, index + 1), resized(x.shape, axis))
}

/** Each position of an axis `count` times in a row. */
export function repeatedNode(x: Node, axis: number, count: number): Node {
  const size = at(x.shape, axis)
  const raised = reshapeNode(x, resized(x.shape, axis, size, 1))
  const copies = expandNode(raised, resized(x.shape, axis, size, count))
  return reshapeNode(copies, resized(x.shape, axis, size * count))
}

function rolledNode(x: Node, axis: number, shift: number): Node {
  const size = at(x.shape, axis)
  const by = size === 0 ? 0 : ((shift % size) + size) % size
  if (by === 0) return x
  return joinNodes([cutNode(x, axis, size - by, size), cutNode(x, axis, 0, size - by)], axis)
}

/** Column minus row within the last two axes. */
function aboveDiagonal(op: string, { shape }: Node): Node {
  if (shape.length < 2) throw new ShapeError('matrix.rank', { op, shape, ndim: shape.length })
  const [row, column] = [-2, -1].map((axis) => counterNode(shape, axis + shape.length))
  return binary(p.sub, { node: column }, { node: row })
}

function exchanged(x: Node, first: number, second: number): Node {
  const axes = x.shape.map((_, axis) => (axis === first ? second : axis === second ? first : axis))
  return apply(p.permute, [x], { axes })
}

/** Sizes of a diagonal that starts at a row and a column. */
function diagonalOf(rows: number, columns: number, offset: number): [from: number, count: number] {
  const [row, column] = [Math.max(0, -offset), Math.max(0, offset)]
  const count = Math.max(0, Math.min(rows - row, columns - column))
  return [count === 0 ? 0 : row * columns + column, count]
}

/** A diagonal of two axes as the last axis: every (columns + 1)-th element of the rows in a row. */
export function diagonalNode(x: Node, rows: number, columns: number, offset: number): Node {
  const lead = [...x.shape.keys()].filter((axis) => axis !== rows && axis !== columns)
  const [m, n] = [at(x.shape, rows), at(x.shape, columns)]
  const last = apply(p.permute, [x], { axes: [...lead, rows, columns] })
  const shape: Sizes = lead.map((axis) => at(x.shape, axis))
  const flat = reshapeNode(last, [...shape, m * n])
  const [from, count] = diagonalOf(m, n, offset)
  return stridedNode(flat, lead.length, from, n + 1, count)
}

/** The last axis on a diagonal: rows of n + 1 elements, of which the first is not 0. */
function embeddedNode(op: string, x: Node, offset: number): Node {
  const lead = x.shape.slice(0, -1)
  const n = at(x.shape, -1)
  checkShape(op, [...lead, n + Math.abs(offset), n + Math.abs(offset)])
  const last = lead.length
  const rows = framedNode(reshapeNode(x, [...lead, n, 1]), last + 1, [0, n], 0)
  const flat = cutNode(reshapeNode(rows, [...lead, sizeOf([n, n + 1])]), last, 0, n * n)
  const square = reshapeNode(flat, [...lead, n, n])
  const [below, right] = [Math.max(0, -offset), Math.max(0, offset)]
  const moved = framedNode(square, last, [below, right], 0)
  return framedNode(moved, last + 1, [right, below], 0)
}

/** Nodes interleaved along an axis: a₀ b₀ a₁ b₁ …, all of one shape. */
export function interleavedNodes(parts: readonly [Node, ...Node[]], axis: number): Node {
  const [first, ...rest] = parts
  if (rest.length === 0) return first
  const size = at(first.shape, axis) * parts.length
  return reshapeNode(stackNodes(parts, axis + 1), resized(first.shape, axis, size))
}
