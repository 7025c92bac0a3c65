/** Pooling over one, two or three axes: windows, then a fold of each. */
import { expectOptions } from '../base/argument.ts'
import { ShapeError, ValueError } from '../base/error.ts'
import { at, type Sizes } from '../base/shape.ts'
import { showAny } from '../base/show.ts'
import type { Shape } from '../base/types/dim.ts'
import type {
  Averaging,
  Pair,
  Pool2dOptions,
  Pool2dOut,
  PoolOptions,
} from '../base/types/window.ts'
import type { Node } from '../graph/node.ts'
import * as p from '../primitives/index.ts'
import { windowCounts } from '../primitives/movement.ts'
import { expectFew, interleavedNodes } from './arrange.ts'
import { ConvTensor } from './conv.ts'
import { binary, constantNode, precisely, reshapeNode, reversed } from './nodes.ts'
import { cutNode, resized } from './pieces.ts'
import { maxNode, sumNode } from './reduce.ts'
import { magnitudes, rootNode } from './statistics.ts'
import type { Tensor } from './tensor.ts'
import type { Ok, Out } from './typing.ts'
import {
  expectChannels,
  expectFit,
  type Geometry,
  perAxis,
  sidesOf,
  windowsNode,
} from './window.ts'

/** Places within a period that are folded apart. */
const MOST_PLACES = 2 ** 12
/** Windows along an axis whose elements are counted. */
const MOST_WINDOWS = 2 ** 22

/** One number for all axes, or one for each. */
type Kernel = number | readonly number[]

export abstract class PoolTensor extends ConvTensor {
  /** Largest element of each window along one axis. @shape x [..., c, L] → [..., c, L'] @see maxPool2d */
  maxPool1d(this: Tensor, kernelSize: Kernel, options: PoolOptions = {}): Tensor {
    return this.wrap(maxPoolNode('maxPool1d', 1, this.node, kernelSize, options))
  }

  /**
   * Largest element of each window; the gradient goes to the first of equal ones.
   *
   * @shape x [..., c, H, W] → [..., c, H', W']; the stride is the kernel's size unless given
   */
  maxPool2d<
    S extends Shape,
    const K extends Pair,
    const O extends Pool2dOptions = Record<never, never>,
  >(
    this: Tensor<S>,
    kernelSize: Ok<Pool2dOut<S, K, O, 'maxPool2d'>, K>,
    options?: O,
  ): Out<Pool2dOut<S, K, O, 'maxPool2d'>> {
    return this.wrap(maxPoolNode('maxPool2d', 2, this.node, kernelSize, options ?? {}))
  }

  /** Largest element of each window of a volume. @shape x [..., c, D, H, W] → [..., c, D', H', W'] @see maxPool2d */
  maxPool3d(this: Tensor, kernelSize: Kernel, options: PoolOptions = {}): Tensor {
    return this.wrap(maxPoolNode('maxPool3d', 3, this.node, kernelSize, options))
  }

  /** Smallest element of each window along one axis. @shape x [..., c, L] → [..., c, L'] */
  minPool1d(this: Tensor, kernelSize: Kernel, options: PoolOptions = {}): Tensor {
    return this.wrap(minPoolNode('minPool1d', 1, this.node, kernelSize, options))
  }

  /** Smallest element of each window; the gradient goes to the first of equal ones. */
  minPool2d<
    S extends Shape,
    const K extends Pair,
    const O extends Pool2dOptions = Record<never, never>,
  >(
    this: Tensor<S>,
    kernelSize: Ok<Pool2dOut<S, K, O, 'minPool2d'>, K>,
    options?: O,
  ): Out<Pool2dOut<S, K, O, 'minPool2d'>> {
    return this.wrap(minPoolNode('minPool2d', 2, this.node, kernelSize, options ?? {}))
  }

  /** Smallest element of each window of a volume. @shape x [..., c, D, H, W] → [..., c, D', H', W'] */
  minPool3d(this: Tensor, kernelSize: Kernel, options: PoolOptions = {}): Tensor {
    return this.wrap(minPoolNode('minPool3d', 3, this.node, kernelSize, options))
  }

  /** Mean of each window along one axis. @shape x [..., c, L] → [..., c, L'] @see avgPool2d */
  avgPool1d(this: Tensor, kernelSize: Kernel, options: PoolOptions & Averaging = {}): Tensor {
    return this.wrap(meanPoolNode('avgPool1d', 1, this.node, kernelSize, options))
  }

  /**
   * Mean of each window, the border counted in as zeros unless `countIncludePad` is false.
   *
   * What a window has beyond the border, in `ceilMode`, is never counted.
   */
  avgPool2d<
    S extends Shape,
    const K extends Pair,
    const O extends Pool2dOptions & Averaging = Record<never, never>,
  >(
    this: Tensor<S>,
    kernelSize: Ok<Pool2dOut<S, K, O, 'avgPool2d'>, K>,
    options?: O,
  ): Out<Pool2dOut<S, K, O, 'avgPool2d'>> {
    return this.wrap(meanPoolNode('avgPool2d', 2, this.node, kernelSize, options ?? {}))
  }

  /** Mean of each window of a volume. @shape x [..., c, D, H, W] → [..., c, D', H', W'] @see avgPool2d */
  avgPool3d(this: Tensor, kernelSize: Kernel, options: PoolOptions & Averaging = {}): Tensor {
    return this.wrap(meanPoolNode('avgPool3d', 3, this.node, kernelSize, options))
  }

  /** Norm of each window along one axis. @shape x [..., c, L] → [..., c, L'] @see lpPool2d */
  lpPool1d(this: Tensor, normType: number, kernelSize: Kernel, options: PoolOptions = {}): Tensor {
    return this.wrap(normPoolNode('lpPool1d', 1, this.node, normType, kernelSize, options))
  }

  /**
   * Norm of each window, `(Σ|x|ᵖ)^(1/p)`; its gradient is 0 where it is 0.
   *
   * @shape x [..., c, H, W] → [..., c, H', W']
   * @throws ValueError unless p is finite and more than 0
   */
  lpPool2d(this: Tensor, normType: number, kernelSize: Kernel, options: PoolOptions = {}): Tensor {
    return this.wrap(normPoolNode('lpPool2d', 2, this.node, normType, kernelSize, options))
  }

  /** Norm of each window of a volume. @shape x [..., c, D, H, W] → [..., c, D', H', W'] @see lpPool2d */
  lpPool3d(this: Tensor, normType: number, kernelSize: Kernel, options: PoolOptions = {}): Tensor {
    return this.wrap(normPoolNode('lpPool3d', 3, this.node, normType, kernelSize, options))
  }

  /** Means over as many even parts of the last axis as asked for. @shape x [..., c, L] → [..., c, outputSize] @see adaptiveAvgPool2d */
  adaptiveAvgPool1d(this: Tensor, outputSize: Kernel): Tensor {
    return this.wrap(evenMeans('adaptiveAvgPool1d', 1, this.node, outputSize))
  }

  /**
   * Means over even parts of height and width: part i of o covers `⌊i·n/o⌋ … ⌈(i + 1)·n/o⌉`.
   *
   * @shape x [..., c, H, W] → [..., c, ...outputSize]
   */
  adaptiveAvgPool2d(this: Tensor, outputSize: Kernel): Tensor {
    return this.wrap(evenMeans('adaptiveAvgPool2d', 2, this.node, outputSize))
  }

  /** Means over even parts of a volume. @shape x [..., c, D, H, W] → [..., c, ...outputSize] @see adaptiveAvgPool2d */
  adaptiveAvgPool3d(this: Tensor, outputSize: Kernel): Tensor {
    return this.wrap(evenMeans('adaptiveAvgPool3d', 3, this.node, outputSize))
  }

  /** Largest elements of as many even parts of the last axis as asked for. @shape x [..., c, L] → [..., c, outputSize] @see adaptiveAvgPool2d */
  adaptiveMaxPool1d(this: Tensor, outputSize: Kernel): Tensor {
    return this.wrap(evenMaxima('adaptiveMaxPool1d', 1, this.node, outputSize))
  }

  /** Largest elements of even parts of height and width. @shape x [..., c, H, W] → [..., c, ...outputSize] @see adaptiveAvgPool2d */
  adaptiveMaxPool2d(this: Tensor, outputSize: Kernel): Tensor {
    return this.wrap(evenMaxima('adaptiveMaxPool2d', 2, this.node, outputSize))
  }

  /** Largest elements of even parts of a volume. @shape x [..., c, D, H, W] → [..., c, ...outputSize] @see adaptiveAvgPool2d */
  adaptiveMaxPool3d(this: Tensor, outputSize: Kernel): Tensor {
    return this.wrap(evenMaxima('adaptiveMaxPool3d', 3, this.node, outputSize))
  }
}

/** A border that is never larger than what it surrounds. */
function lowest({ dtype }: Node): number {
  return dtype === 'bool' ? 0 : Number.NEGATIVE_INFINITY
}

/** Axes of the windows in a view [..., sizes, counts]. */
function windowAxes(view: Node, rank: number): number[] {
  return Array.from({ length: rank }, (_, i) => view.shape.length - 2 * rank + i)
}

/** The view's fold without its axes of windows. */
function folded(view: Node, rank: number, fold: (view: Node, axes: number[]) => Node): Node {
  const axes = windowAxes(view, rank)
  return reshapeNode(
    fold(view, axes),
    view.shape.filter((_, axis) => !axes.includes(axis)),
  )
}

function firstMax(view: Node, axes: number[]): Node {
  return maxNode(view, axes, 'first')
}

interface PoolGeometry extends Geometry {
  /** How much of the border after each axis only rounding up has added. */
  readonly beyond: readonly number[]
}

function poolGeometry(
  op: string,
  rank: number,
  shape: Sizes,
  kernelSize: unknown,
  given: PoolOptions,
): PoolGeometry {
  const options = expectOptions(op, given)
  expectChannels(op, shape, rank)
  const size = perAxis(op, 'kernelSize', kernelSize, rank, 1)
  const stride = perAxis(op, 'stride', options.stride ?? size, rank, 1)
  const dilation = perAxis(op, 'dilation', options.dilation ?? 1, rank, 1)
  const windows = { size, stride, dilation }
  const padding = sidesOf(op, options.padding, windows)
  padding.forEach(([width], axis) => {
    if (width > at(size, axis) / 2) {
      throw new ShapeError('pool.padding', { op, size, padding: width })
    }
  })
  expectFit(op, shape, { ...windows, padding })
  if (!options.ceilMode) return { ...windows, padding, beyond: size.map(() => 0) }
  const extents = shape.slice(-rank)
  const beyond = extents.map((extent, axis) => {
    const [step, width] = [at(stride, axis), padding[axis]?.[0] ?? 0]
    const room = extent + 2 * width - (at(dilation, axis) * (at(size, axis) - 1) + 1)
    const last = Math.ceil(room / step)
    // The last window must begin on an element or the border before it.
    const kept = last * step >= extent + width ? last - 1 : last
    return Math.max(0, kept * step - room)
  })
  const wide = padding.map(([before, after], axis): [number, number] => [
    before,
    after + at(beyond, axis),
  ])
  return { ...windows, padding: wide, beyond }
}

function maxPoolNode(
  op: string,
  rank: number,
  x: Node,
  kernelSize: unknown,
  options: PoolOptions,
): Node {
  const geometry = poolGeometry(op, rank, x.shape, kernelSize, options)
  return folded(windowsNode(x, geometry, lowest(x)), rank, firstMax)
}

function minPoolNode(
  op: string,
  rank: number,
  x: Node,
  kernelSize: unknown,
  options: PoolOptions,
): Node {
  return reversed(maxPoolNode(op, rank, reversed(x), kernelSize, options))
}

function meanPoolNode(
  op: string,
  rank: number,
  input: Node,
  kernelSize: unknown,
  options: PoolOptions & Averaging,
): Node {
  return precisely(input, (x) => averageNode(op, rank, x, kernelSize, options))
}

function averageNode(
  op: string,
  rank: number,
  x: Node,
  kernelSize: unknown,
  options: PoolOptions & Averaging,
): Node {
  const geometry = poolGeometry(op, rank, x.shape, kernelSize, options)
  const sum = folded(windowsNode(x, geometry, 0), rank, sumNode)
  const counts = geometry.size.map((_, axis) =>
    elementCounts(op, at(x.shape, axis - rank), axis, geometry, options.countIncludePad ?? true),
  )
  const even = counts.map((list) =>
    list.every((count) => count === list[0]) ? list[0] : undefined,
  )
  const whole = even.reduce(
    (product: number | undefined, count) =>
      product === undefined || count === undefined ? undefined : product * count,
    1,
  )
  if (whole !== undefined) return binary(p.div, { node: sum }, whole)
  const divisor = counts.reduce((product: Node | undefined, list, axis) => {
    const shape = counts.map((_, i) => (i === axis ? list.length : 1))
    const along = constantNode(list, shape, x.dtype)
    return product ? binary(p.mul, { node: product }, { node: along }) : along
  }, undefined)
  return binary(p.div, { node: sum }, { node: divisor })
}

/** How many elements each window along an axis counts. */
function elementCounts(
  op: string,
  extent: number,
  axis: number,
  { size, stride, dilation, padding, beyond }: PoolGeometry,
  withBorder: boolean,
): number[] {
  const [before, after] = padding[axis] ?? [0, 0]
  const [low, high] = withBorder ? [-before, extent + after - at(beyond, axis)] : [0, extent]
  const line = {
    size: only(size, axis),
    stride: only(stride, axis),
    dilation: only(dilation, axis),
  }
  const [count = 0] = windowCounts([extent + before + after], line)
  expectFew(op, count, MOST_WINDOWS)
  const [taps, gap] = [at(size, axis), at(dilation, axis)]
  return Array.from({ length: count }, (_, i) => {
    const start = i * at(stride, axis) - before
    const [first, end] = [low, high].map((bound) => Math.ceil((bound - start) / gap))
    return Math.max(0, Math.min(taps, end ?? 0) - Math.max(0, first ?? 0))
  })
}

function only(list: Sizes, axis: number): number[] {
  return [at(list, axis)]
}

function normPoolNode(
  op: string,
  rank: number,
  input: Node,
  order: number,
  kernelSize: unknown,
  options: PoolOptions,
): Node {
  if (!(Number.isFinite(order) && order > 0)) {
    throw new ValueError('pool.norm', { op, got: showAny(order) })
  }
  return precisely(input, (x) => {
    const geometry = poolGeometry(op, rank, x.shape, kernelSize, options)
    const powers = windowsNode(magnitudes(x, order), geometry, 0)
    return rootNode(folded(powers, rank, sumNode), order)
  })
}

export function evenMeans(op: string, rank: number, x: Node, outputSize: unknown): Node {
  const mean = (part: Node, axis: number): Node =>
    binary(p.div, { node: sumNode(part, [axis]) }, at(part.shape, axis))
  return precisely(x, (wide) => evenParts(op, rank, wide, outputSize, mean))
}

function evenMaxima(op: string, rank: number, x: Node, outputSize: unknown): Node {
  return evenParts(op, rank, x, outputSize, (part, axis) => firstMax(part, [axis]))
}

/** Folds even parts of the last axes, one axis after the other, the last one first. */
function evenParts(
  op: string,
  rank: number,
  x: Node,
  outputSize: unknown,
  fold: (part: Node, axis: number) => Node,
): Node {
  expectChannels(op, x.shape, rank)
  const sizes = perAxis(op, 'outputSize', outputSize, rank, 1)
  const lead = x.shape.length - rank
  if (x.shape.slice(lead).includes(0))
    throw new ShapeError('window.fit', { op, size: sizes, shape: x.shape })
  return sizes.reduceRight((node, count, i) => evenAxis(op, node, lead + i, count, fold), x)
}

/**
 * Parts repeat with period n / gcd(n, count): within one period each has its place, and all parts at
 * one place are folded at once.
 */
function evenAxis(
  op: string,
  x: Node,
  axis: number,
  count: number,
  fold: (part: Node, axis: number) => Node,
): Node {
  const size = at(x.shape, axis)
  const periods = commonDivisor(size, count)
  const [width, places] = [size / periods, count / periods]
  expectFew(op, places, MOST_PLACES)
  const rows = reshapeNode(x, resized(x.shape, axis, periods, width))
  const place = (i: number): Node => {
    const [from, to] = [Math.floor((i * width) / places), Math.ceil(((i + 1) * width) / places)]
    const part = fold(cutNode(rows, axis + 1, from, to), axis + 1)
    return reshapeNode(part, resized(x.shape, axis, periods))
  }
  const rest = Array.from({ length: places - 1 }, (_, i) => place(i + 1))
  return interleavedNodes([place(0), ...rest], axis)
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b)
}
