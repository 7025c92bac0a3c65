/** The same elements in another arrangement. */
import { expectNumber, expectNumbers, expectOptions, isPairs } from '../base/argument.ts'
import { ShapeError, ValueError } from '../base/error.ts'
import {
  at,
  broadcast,
  checkShape,
  normalizeAxes,
  normalizeAxis,
  sameShape,
} from '../base/shape.ts'
import { showAny } from '../base/show.ts'
import type { Permute, Slice, Squeeze, Transpose, Unsqueeze } from '../base/types/axes.ts'
import type { SameRank, Shape, ToShape } from '../base/types/dim.ts'
import type { Flatten, Reshape } from '../base/types/reshape.ts'
import type { Expand } from '../base/types/shape.ts'
import type { Node } from '../graph/node.ts'
import * as p from '../primitives/index.ts'
import { ActivationTensor } from './activation.ts'
import { apply, expandNode, expectExact, reshapeNode } from './nodes.ts'
import { mirroredNode, type PadMode, padModes, stridedNode } from './pieces.ts'
import type { Tensor } from './tensor.ts'
import type { Ok, Out } from './typing.ts'

/** A list argument at run time, whatever its checked type is. */
export function list(op: string, value: unknown): number[] {
  return [...expectNumbers(op, value)]
}

export abstract class MovementTensor extends ActivationTensor {
  /**
   * The same elements, row by row, under another shape; one size may be -1.
   *
   * @throws ShapeError when the numbers of elements differ
   * @example zeros([2, 6]).reshape([3, -1]).shape // [3, 4]
   */
  reshape<S extends Shape, const N extends readonly number[]>(
    this: Tensor<S>,
    shape: Ok<Reshape<S, ToShape<N>>, N>,
  ): Out<Reshape<S, ToShape<N>>> {
    return this.wrap(reshapeNode(this.node, list('reshape', shape)))
  }

  /**
   * Axes `startAxis … endAxis` as one.
   *
   * @shape [..., a, b, c, ...] → [..., a·b·c, ...]
   */
  flatten<S extends Shape, const A extends number = 0, const B extends number = -1>(
    this: Tensor<S>,
    startAxis?: Ok<Flatten<S, A, B>, A>,
    endAxis?: B,
  ): Out<Flatten<S, A, B>> {
    const { shape } = this.node
    if (shape.length === 0) return this.wrap(reshapeNode(this.node, [1]))
    const first = normalizeAxis('flatten', startAxis ?? 0, shape)
    const last = normalizeAxis('flatten', endAxis ?? -1, shape)
    if (first > last) throw new ShapeError('flatten.order', { start: first, end: last, shape })
    const middle = shape.slice(first, last + 1).reduce((product, dim) => product * dim, 1)
    return this.wrap(
      reshapeNode(this.node, [...shape.slice(0, first), middle, ...shape.slice(last + 1)]),
    )
  }

  /** Axes in another order: axis i of the result is axis `axes[i]`. */
  permute<S extends Shape, const P extends readonly number[]>(
    this: Tensor<S>,
    axes: Ok<Permute<S, P>, P>,
  ): Out<Permute<S, P>> {
    const { shape } = this.node
    const given = list('permute', axes)
    const order = given.map((axis) => normalizeAxis('permute', axis, shape))
    if (new Set(order).size !== shape.length || order.length !== shape.length) {
      throw new ShapeError('permute.axes', { axes: given, shape, ndim: shape.length })
    }
    return this.wrap(apply(p.permute, [this.node], { axes: order }))
  }

  /** Two axes exchanged, the last two by default. @shape [..., m, n] → [..., n, m] */
  transpose<S extends Shape, const A extends number = -2, const B extends number = -1>(
    this: Tensor<S>,
    axis0?: Ok<Transpose<S, A, B>, A>,
    axis1?: B,
  ): Out<Transpose<S, A, B>> {
    const { shape } = this.node
    const first = normalizeAxis('transpose', axis0 ?? -2, shape)
    const second = normalizeAxis('transpose', axis1 ?? -1, shape)
    const axes = shape.map((_, axis) => (axis === first ? second : axis === second ? first : axis))
    return this.wrap(apply(p.permute, [this.node], { axes }))
  }

  /** Broadcast to a larger shape: axes of size 1 repeat, new axes appear in front. */
  expand<S extends Shape, const N extends readonly number[]>(
    this: Tensor<S>,
    shape: Ok<Expand<S, ToShape<N>>, N>,
  ): Out<Expand<S, ToShape<N>>> {
    const to = list('expand', shape)
    checkShape('expand', to)
    const from = this.node.shape
    if (!sameShape(broadcast('expand', from, to), to)) {
      throw new ShapeError('expand.shape', { from, to })
    }
    return this.wrap(expandNode(this.node, to))
  }

  /**
   * Elements from `start` up to, not including, `end` along an axis, every `step`-th of them.
   *
   * Negative positions count from the end; a negative step goes backwards, down to the first
   * element unless `end` is given.
   *
   * @throws ShapeError for positions outside the axis, ValueError for a step of 0
   * @example x.slice(0, 1, -1) // without the first and the last
   * @example x.slice(0, -1, undefined, { step: -2 }) // every second one, backwards
   */
  slice<
    S extends Shape,
    const A extends number,
    const F extends number,
    const E extends number | undefined = undefined,
    const P extends number = 1,
  >(
    this: Tensor<S>,
    axis: Ok<Slice<S, A, F, E, P>, A>,
    start: F,
    end?: E,
    options?: { readonly step?: P },
  ): Out<Slice<S, A, F, E, P>> {
    const { shape } = this.node
    const along = normalizeAxis('slice', axis, shape)
    const size = at(shape, along)
    const step: number = expectOptions('slice', options ?? {}).step ?? 1
    if (!Number.isSafeInteger(step) || step === 0) {
      throw new ValueError('slice.step', { step: showAny(step) })
    }
    const fix = (position: number): number => (position < 0 ? position + size : position)
    const from = fix(expectNumber('slice', 'start', start))
    const past = step > 0 ? size : -1
    const to = end === undefined ? past : fix(expectNumber('slice', 'end', end))
    const inside =
      step > 0 ? 0 <= from && from <= to && to <= size : -1 <= to && to <= from && from < size
    if (!(Number.isInteger(from) && Number.isInteger(to) && inside && (from >= 0 || size === 0))) {
      throw new ShapeError('slice.range', { start, end: end ?? size, axis: along, shape })
    }
    const count = Math.ceil((to - from) / step)
    return this.wrap(stridedNode(this.node, along, Math.max(0, from), step, count))
  }

  /** A range `[start, end)` for every axis. */
  slices(ranges: readonly (readonly [number, number])[]): Tensor {
    const { shape } = this.node
    const good =
      isPairs(ranges, shape.length) &&
      ranges.flat().every(Number.isInteger) &&
      ranges.every(([from, to], axis) => from >= 0 && from <= to && to <= at(shape, axis))
    if (!good) throw new ShapeError('slices.ranges', { ranges: showAny(ranges), shape })
    const start = ranges.map(([from]) => from)
    const end = ranges.map(([, to]) => to)
    if (sameShape(end, shape) && start.every((from) => from === 0)) return this.wrap(this.node)
    return this.wrap(apply(p.slice, [this.node], { start, end }))
  }

  /**
   * A border around each axis; widths are `[before, after]`, one pair per axis.
   *
   * It holds a number, 0 unless given, or the tensor's own elements: `'reflect'` mirrors them
   * without the outermost, `'replicate'` repeats the outermost, `'circular'` goes round.
   *
   * @throws ShapeError for widths that do not fit the axes, or an axis too short for the mode
   * @example tensor([1, 2, 3]).pad([[2, 1]], 'reflect') // [3, 2, 1, 2, 3, 2]
   */
  pad<S extends Shape>(
    this: Tensor<S>,
    widths: readonly (readonly [number, number])[],
    border: number | PadMode = 0,
  ): Tensor<SameRank<S>> {
    const { shape } = this.node
    const good =
      isPairs(widths, shape.length) &&
      widths.flat().every((width) => Number.isSafeInteger(width) && width >= 0)
    if (!good) throw new ShapeError('pad.widths', { widths: showAny(widths), shape })
    const before = widths.map(([width]) => width)
    const after = widths.map(([, width]) => width)
    if ([...before, ...after].every((width) => width === 0)) return this.wrap(this.node)
    if (typeof border === 'number') {
      expectExact('pad', border, this.dtype)
      // Adding 0 makes -0 into 0: signatures, being text, do not tell them apart.
      return this.wrap(apply(p.pad, [this.node], { before, after, value: border + 0 }))
    }
    if (!padModes.includes(border)) throw new ValueError('pad.border', { got: showAny(border) })
    return this.wrap(
      widths.reduce((x: Node, width, axis) => mirroredNode(x, axis, width, border), this.node),
    )
  }

  /** Axes read backwards. */
  flip<S extends Shape>(this: Tensor<S>, axes: number | readonly number[]): Tensor<S> {
    const fixed = normalizeAxes('flip', axes, this.node.shape)
    return this.wrap(apply(p.flip, [this.node], { axes: fixed }))
  }

  /** Without an axis of size 1. */
  squeeze<S extends Shape, const A extends number>(
    this: Tensor<S>,
    axis: Ok<Squeeze<S, A>, A>,
  ): Out<Squeeze<S, A>> {
    const { shape } = this.node
    const along = normalizeAxis('squeeze', axis, shape)
    if (shape[along] !== 1) {
      throw new ShapeError('squeeze.size', { axis: along, size: at(shape, along), shape })
    }
    return this.wrap(
      reshapeNode(
        this.node,
        shape.filter((_, i) => i !== along),
      ),
    )
  }

  /** With a new axis of size 1 at a position. */
  unsqueeze<S extends Shape, const A extends number>(
    this: Tensor<S>,
    axis: Ok<Unsqueeze<S, A>, A>,
  ): Out<Unsqueeze<S, A>> {
    const { shape } = this.node
    const along = normalizeAxis('unsqueeze', axis, [...shape, 1])
    return this.wrap(reshapeNode(this.node, [...shape.slice(0, along), 1, ...shape.slice(along)]))
  }
}
