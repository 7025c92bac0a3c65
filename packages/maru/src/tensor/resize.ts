/** Images in other sizes. */
import { expectNumbers, expectOptions } from '../base/argument.ts'
import { ShapeError, ValueError } from '../base/error.ts'
import { at, expectInteger, type Sizes, sizeOf } from '../base/shape.ts'
import { showAny } from '../base/show.ts'
import type { Node } from '../graph/node.ts'
import * as p from '../primitives/index.ts'
import { interleavedNodes, repeatedNode } from './arrange.ts'
import { apply, constantNode, precisely, reshapeNode } from './nodes.ts'
import { stridedNode } from './pieces.ts'
import { evenMeans, PoolTensor } from './pool.ts'
import type { Tensor } from './tensor.ts'
import { perAxis } from './window.ts'

/** How elements between others come about. */
export type ResizeMode =
  | 'nearest'
  | 'nearest-exact'
  | 'linear'
  | 'bilinear'
  | 'trilinear'
  | 'bicubic'
  | 'area'

export interface ResizeOptions {
  /** The new sizes, one number for all axes or one for each. */
  readonly size?: number | readonly number[]
  /** What the sizes are multiplied by, in place of `size`. */
  readonly scaleFactor?: number | readonly number[]
  /** 'nearest' unless given; the linear ones and 'bicubic' are for as many axes as they say. */
  readonly mode?: ResizeMode
  /** Whether the outermost elements' centres stay where they are, and not the image's borders. */
  readonly alignCorners?: boolean
}

/** Axes that a mode is for; any number of 1 to 3 where it does not say. */
export const ranks: Readonly<Record<ResizeMode, number | undefined>> = {
  nearest: undefined,
  'nearest-exact': undefined,
  area: undefined,
  linear: 1,
  bilinear: 2,
  trilinear: 3,
  bicubic: 2,
}

/** Places or weights that are worked out for one axis. */
const MOST_WEIGHTS = 2 ** 25

function near(mode: ResizeMode): boolean {
  return mode === 'nearest' || mode === 'nearest-exact'
}

export abstract class ResizeTensor extends PoolTensor {
  /**
   * Images in another size, by their nearest elements, by interpolation or by means ('area').
   *
   * Linear and cubic interpolation is a product with a matrix along each axis, so a NaN or infinity
   * spreads along its row and column.
   *
   * @shape x [n, c, ...sizes] → [n, c, ...new sizes], ⌊size · scaleFactor⌋ where a factor is given
   * @dtype integers become float32 except by 'nearest'
   * @throws ShapeError when the axes are not those of the mode, ValueError without one of size and scaleFactor
   * @see Keys 1981, https://doi.org/10.1109/TASSP.1981.1163711, for 'bicubic' (with a = −0.75)
   */
  interpolate(this: Tensor, options: ResizeOptions): Tensor {
    const { mode = 'nearest', alignCorners = false } = expectOptions('interpolate', options)
    const x = this.node
    const rank = x.shape.length - 2
    if (typeof mode !== 'string' || !Object.hasOwn(ranks, mode)) {
      throw new ValueError('resize.mode', { got: showAny(mode) })
    }
    if (rank < 1 || rank > 3 || (ranks[mode] ?? rank) !== rank) {
      throw new ShapeError('resize.rank', { mode, shape: x.shape })
    }
    const lines = linesOf(x.shape.slice(2), options)
    for (const { from, to } of lines) {
      const weights = near(mode) || mode === 'area' ? to : to * from
      if (weights > MOST_WEIGHTS) {
        throw new ShapeError('resize.large', { from, to, weights, most: MOST_WEIGHTS })
      }
    }
    if (mode === 'area') {
      const sizes = lines.map(({ to }) => to)
      return this.wrap(evenMeans('interpolate', rank, x, sizes))
    }
    if (near(mode)) {
      const centre = mode === 'nearest' ? 0 : 0.5
      const taken = lines.reduce(
        (node: Node, line, i) => takenNode(node, i + 2, nearestPlaces(line, centre)),
        x,
      )
      return this.wrap(taken)
    }
    const weights = mode === 'bicubic' ? cubicWeights : linearWeights
    const blended = precisely(x, (wide) =>
      lines.reduce(
        (node: Node, line, i) => blendedNode(node, i + 2, line, weights, alignCorners),
        wide,
      ),
    )
    return this.wrap(blended)
  }

  /**
   * Channels laid out as finer images: each r·r of them become one of r times the height and width.
   *
   * @shape [..., c·r², H, W] → [..., c, H·r, W·r]
   * @see Shi et al. 2016, https://arxiv.org/abs/1609.05158
   */
  pixelShuffle(this: Tensor, factor: number): Tensor {
    const r = expectInteger('pixelShuffle', 'factor', factor, 1)
    const { shape } = this.node
    const [channels = 0, height = 0, width = 0] = shape.slice(-3)
    if (shape.length < 3 || channels % (r * r) !== 0) {
      throw new ShapeError('pixels.shuffle', { shape, factor: r, area: r * r })
    }
    const lead = shape.slice(0, -3)
    const n = lead.length
    const split = reshapeNode(this.node, [...lead, channels / (r * r), r, r, height, width])
    const axes = [...lead.keys(), n, n + 3, n + 1, n + 4, n + 2]
    const woven = apply(p.permute, [split], { axes })
    return this.wrap(reshapeNode(woven, [...lead, channels / (r * r), height * r, width * r]))
  }

  /** The inverse of `pixelShuffle`. @shape [..., c, H·r, W·r] → [..., c·r², H, W] */
  pixelUnshuffle(this: Tensor, factor: number): Tensor {
    const r = expectInteger('pixelUnshuffle', 'factor', factor, 1)
    const { shape } = this.node
    const [channels = 0, height = 0, width = 0] = shape.slice(-3)
    if (shape.length < 3 || height % r !== 0 || width % r !== 0) {
      throw new ShapeError('pixels.unshuffle', { shape, factor: r })
    }
    const lead = shape.slice(0, -3)
    const n = lead.length
    const split = reshapeNode(this.node, [...lead, channels, height / r, r, width / r, r])
    const axes = [...lead.keys(), n, n + 2, n + 4, n + 1, n + 3]
    const woven = apply(p.permute, [split], { axes })
    return this.wrap(reshapeNode(woven, [...lead, channels * r * r, height / r, width / r]))
  }
}

/** One axis and its new size. */
interface Line {
  readonly from: number
  readonly to: number
  /** Elements of the old axis for one of the new. */
  readonly step: number
}

function linesOf(sizes: Sizes, { size, scaleFactor }: ResizeOptions): Line[] {
  const rank = sizes.length
  if ((size === undefined) === (scaleFactor === undefined)) throw new ValueError('resize.size', {})
  if (sizeOf(sizes) === 0) throw new ShapeError('resize.empty', { sizes })
  if (size !== undefined) {
    const to = perAxis('interpolate', 'size', size, rank, 1)
    return sizes.map((from, axis) => ({ from, to: at(to, axis), step: from / at(to, axis) }))
  }
  const factors =
    typeof scaleFactor === 'number'
      ? sizes.map(() => scaleFactor)
      : expectNumbers('interpolate', scaleFactor)
  if (factors.length !== rank || !factors.every((f) => Number.isFinite(f) && f > 0)) {
    throw new ValueError('resize.factor', { got: [...factors], rank })
  }
  return sizes.map((from, axis) => {
    const to = expectInteger('interpolate', 'size', Math.floor(from * at(factors, axis)), 1)
    return { from, to, step: 1 / at(factors, axis) }
  })
}

/** The old element for each new one, in the float32 arithmetic that PyTorch has here. */
function nearestPlaces({ from, to, step }: Line, centre: number): number[] {
  const narrow = Math.fround(step)
  return Array.from({ length: to }, (_, i) =>
    Math.min(from - 1, Math.floor(Math.fround((i + centre) * narrow))),
  )
}

/** Given positions of an axis: those that repeat with a period are taken together. */
function takenNode(x: Node, axis: number, places: readonly number[]): Node {
  const [period, step] = periodOf(places)
  const count = places.length / period
  const starts = places.slice(0, period)
  const [first = 0, ...rest] = starts
  const take = (start: number): Node => stridedNode(x, axis, start, count === 1 ? 1 : step, count)
  if (rest.every((start) => start === first)) {
    return repeatedNode(take(first), axis, period)
  }
  return interleavedNodes([take(first), ...rest.map(take)], axis)
}

/** The shortest part after which positions go on alike, and how far it moves them. */
function periodOf(places: readonly number[]): [period: number, step: number] {
  for (let period = 1; period < places.length; period++) {
    if (places.length % period !== 0) continue
    const step = at(places, period) - at(places, 0)
    const alike = places.every((place, i) => i < period || place - at(places, i - period) === step)
    if (step > 0 && alike) return [period, step]
  }
  return [places.length, 0]
}

/** Adds what an element takes from each old one to a row of weights. */
type Weights = (place: number, last: number, add: (index: number, weight: number) => void) => void

const linearWeights: Weights = (place, last, add) => {
  const inside = Math.max(0, place)
  const low = Math.min(last, Math.floor(inside))
  const part = Math.min(1, inside - low)
  add(low, 1 - part)
  add(Math.min(last, low + 1), part)
}

const cubicWeights: Weights = (place, last, add) => {
  const low = Math.floor(place)
  const part = place - low
  for (let i = -1; i <= 2; i++) {
    add(Math.min(last, Math.max(0, low + i)), cubic(Math.abs(part - i)))
  }
}

/** Keys' kernel, a = −0.75. */
function cubic(distance: number): number {
  const a = -0.75
  const d = distance
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1
  return d < 2 ? ((d - 5) * d + 8) * d * a - 4 * a : 0
}

/** An axis as weighted sums of its elements: a product with a matrix. */
function blendedNode(
  x: Node,
  axis: number,
  { from, to, step }: Line,
  weights: Weights,
  alignCorners: boolean,
): Node {
  const width = alignCorners ? (to > 1 ? (from - 1) / (to - 1) : 0) : step
  if (from === to && (width === 1 || from === 1)) return x
  const matrix = new Array<number>(to * from).fill(0)
  for (let i = 0; i < to; i++) {
    const place = alignCorners ? i * width : (i + 0.5) * width - 0.5
    weights(place, from - 1, (index, weight) => {
      matrix[i * from + index] = (matrix[i * from + index] ?? 0) + weight
    })
  }
  const labels = [...x.shape.keys()]
  const fresh = labels.length
  return apply(p.contract, [constantNode(matrix, [to, from], x.dtype), x], {
    a: [fresh, axis],
    b: labels,
    out: labels.map((label) => (label === axis ? fresh : label)),
  })
}
