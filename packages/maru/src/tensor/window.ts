/** Convolution and pooling: windows, then a contraction or a fold. */
import { expectOptions, isNumbers, showAny } from '../base/argument.ts'
import { DTypeError, ShapeError } from '../base/error.ts'
import { at, checkShape, expectInteger, type Sizes, sameShape } from '../base/shape.ts'
import type { Shape } from '../base/types/dim.ts'
import type {
  Conv2dOptions,
  Convolve2d,
  Pair,
  Pool2dOptions,
  Pool2dOut,
} from '../base/types/window.ts'
import type { Node } from '../graph/node.ts'
import * as p from '../primitives/index.ts'
import { type Windows, windowCounts } from '../primitives/movement.ts'
import { DecompositionTensor } from './decomposition.ts'
import { apply, nodeOf, numeric, reshapeNode, reversed } from './nodes.ts'
import type { Tensor } from './tensor.ts'
import type { Arg, Ok, Out } from './typing.ts'

interface Geometry extends Windows {
  readonly padding: readonly (readonly [number, number])[]
}

function pairOf(op: string, name: string, value: unknown, low: number): [number, number] {
  const [h, w] = Array.isArray(value) ? value : [value, value]
  return [expectInteger(op, name, h, low), expectInteger(op, name, w, low)]
}

function samePadding(op: string, { size, stride, dilation }: Windows): [number, number][] {
  if (stride.some((step) => step !== 1)) throw new ShapeError('window.same', { op, stride })
  return size.map((extent, axis) => {
    const total = at(dilation, axis) * (extent - 1)
    return [Math.floor(total / 2), total - Math.floor(total / 2)]
  })
}

function geometry(
  op: string,
  shape: Sizes,
  size: readonly [number, number],
  options: Conv2dOptions,
  stride: readonly [number, number],
): Geometry {
  if (shape.length < 3) throw new ShapeError('window.rank', { op, shape })
  const dilation = pairOf(op, 'dilation', options.dilation ?? 1, 1)
  const windows = { size, stride, dilation }
  const padding =
    options.padding === 'same'
      ? samePadding(op, windows)
      : pairOf(op, 'padding', options.padding ?? 0, 0).map((each): [number, number] => [each, each])
  const padded = padding.map(([before, after], axis) => at(shape, axis - 2) + before + after)
  if (windowCounts(padded, windows).some((count) => count === 0)) {
    throw new ShapeError('window.fit', { op, size, shape })
  }
  return { ...windows, padding }
}

function padded(x: Node, padding: Geometry['padding'], value: number): Node {
  if (padding.flat().every((width) => width === 0)) return x
  const lead = x.shape.slice(0, -2).map(() => 0)
  const before = [...lead, ...padding.map(([width]) => width)]
  const after = [...lead, ...padding.map(([, width]) => width)]
  return apply(p.pad, [x], { before, after, value })
}

/** The geometry, or an error; `axes` of the shape belong to each axis of a window. */
function expectWindows(op: string, shape: Sizes, windows: Windows, axes: number): Windows {
  const given = expectOptions(op, windows)
  const { size, stride, dilation } = given
  const good = [size, stride, dilation].every(
    (part) =>
      isNumbers(part) &&
      part.length === size.length &&
      part.length * axes <= shape.length &&
      part.every((each) => Number.isSafeInteger(each) && each >= 1),
  )
  if (good) return { size, stride, dilation }
  throw new ShapeError('windows.sizes', { op, got: showAny([size, stride, dilation]), shape })
}

/** Windows of a padded input: [..., kh, kw, oh, ow]. */
function windowsNode(x: Node, geometry: Geometry, fill: number): Node {
  const { size, stride, dilation, padding } = geometry
  if (
    size.every((extent, axis) => extent === stride[axis]) &&
    dilation.every((step) => step === 1)
  ) {
    return tilesNode(padded(x, padding, fill), geometry)
  }
  return apply(p.window, [padded(x, padding, fill)], { size, stride, dilation })
}

/** Windows that meet without overlap are the same elements under another shape. */
function tilesNode(x: Node, geometry: Geometry): Node {
  const lead = x.shape.slice(0, -2)
  const [kh = 1, kw = 1] = geometry.size
  const [oh = 1, ow = 1] = windowCounts(x.shape.slice(-2), geometry)
  const end = [...lead, oh * kh, ow * kw]
  const whole = sameShape(end, x.shape)
  const cut = whole ? x : apply(p.slice, [x], { start: end.map(() => 0), end })
  const split = reshapeNode(cut, [...lead, oh, kh, ow, kw])
  const n = lead.length
  return apply(p.permute, [split], { axes: [...lead.keys(), n + 1, n + 3, n, n + 2] })
}

export abstract class WindowTensor extends DecompositionTensor {
  /** Sliding windows over the last axes, as a view. @shape [..., H, W] → [..., kh, kw, oh, ow] */
  windows(attrs: Windows): Tensor {
    const windows = expectWindows('windows', this.node.shape, attrs, 1)
    return this.wrap(apply(p.window, [this.node], windows))
  }

  /** The adjoint of `windows`: overlapping copies are summed. @shape [..., kh, kw, oh, ow] → [..., H, W] */
  foldWindows(extents: Sizes, attrs: Windows): Tensor {
    const { shape } = this.node
    const windows = expectWindows('foldWindows', shape, attrs, 2)
    checkShape('foldWindows', extents)
    const { size } = windows
    const view = shape.slice(shape.length - 2 * size.length)
    if (
      extents.length !== size.length ||
      !sameShape(view, [...size, ...windowCounts(extents, windows)])
    )
      throw new ShapeError('windows.sizes', {
        op: 'foldWindows',
        got: showAny([size, extents]),
        shape,
      })
    return this.wrap(apply(p.fold, [this.node], { ...windows, extents }))
  }

  /**
   * Two-dimensional convolution (cross-correlation, as in every deep-learning library).
   *
   *     out[n, o, y, x] = Σ c,i,j  in[n, c, y·s + i·d − p, x·s + j·d − p] · weight[o, c, i, j]
   *
   * @shape x [..., c, H, W], weight [o, c / groups, kh, kw] → [..., o, H', W'];
   *   H' = ⌊(H + 2p − d·(kh − 1) − 1) / s⌋ + 1
   * @throws ShapeError when channels or groups do not fit, or the kernel is larger than the input
   */
  conv2d<S extends Shape, W extends Shape, const O extends Conv2dOptions = Record<never, never>>(
    this: Tensor<S>,
    weight: Arg<Convolve2d<S, W, O>, W>,
    options?: O,
  ): Out<Convolve2d<S, W, O>> {
    const settings: Conv2dOptions = options ?? {}
    return this.wrap(convolve(numeric(this.node), numeric(nodeOf('conv2d', weight)), settings))
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
    const view = poolWindows('maxPool2d', this.node, kernelSize, options, lowest(this.node))
    return this.wrap(this.wrap<Tensor>(view).firstMax(windowAxes(view)).node)
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
    const upsideDown = reversed(this.node)
    const view = poolWindows('minPool2d', upsideDown, kernelSize, options, lowest(upsideDown))
    const most = this.wrap<Tensor>(view).firstMax(windowAxes(view))
    return this.wrap(reversed(most.node))
  }

  /** Mean of each window, padding counted in as zeros. */
  avgPool2d<
    S extends Shape,
    const K extends Pair,
    const O extends Pool2dOptions = Record<never, never>,
  >(
    this: Tensor<S>,
    kernelSize: Ok<Pool2dOut<S, K, O, 'avgPool2d'>, K>,
    options?: O,
  ): Out<Pool2dOut<S, K, O, 'avgPool2d'>> {
    const view = poolWindows('avgPool2d', this.node, kernelSize, options, 0)
    return this.wrap(this.wrap<Tensor>(view).mean(windowAxes(view)).node)
  }
}

/** A border that is never larger than what it surrounds. */
function lowest({ dtype }: Node): number {
  return dtype === 'bool' ? 0 : Number.NEGATIVE_INFINITY
}

/** Axes of the window in a view [..., kh, kw, oh, ow]. */
function windowAxes(view: Node): number[] {
  return [view.shape.length - 4, view.shape.length - 3]
}

function poolWindows(
  op: string,
  x: Node,
  kernelSize: unknown,
  options: Pool2dOptions | undefined,
  fill: number,
): Node {
  const size = pairOf(op, 'kernelSize', kernelSize, 1)
  const stride = pairOf(op, 'stride', options?.stride ?? size, 1)
  const shape = geometry(op, x.shape, size, options ?? {}, stride)
  shape.padding.forEach(([width], axis) => {
    if (width > at(size, axis) / 2)
      throw new ShapeError('pool.padding', { op, size, padding: width })
  })
  return windowsNode(x, shape, fill)
}

function convolve(x: Node, weight: Node, options: Conv2dOptions): Node {
  const op = 'conv2d'
  if (weight.shape.length !== 4) throw new ShapeError('conv2d.weight', { weight: weight.shape })
  if (x.dtype !== weight.dtype)
    throw new DTypeError('conv2d.dtype', { x: x.dtype, weight: weight.dtype })
  const [outChannels = 0, inner = 0, kh = 1, kw = 1] = weight.shape
  const stride = pairOf(op, 'stride', options.stride ?? 1, 1)
  const shape = geometry(op, x.shape, [kh, kw], options, stride)
  const groups = expectInteger(op, 'groups', options.groups ?? 1, 1)
  const channels = at(x.shape, -3)
  if (channels !== inner * groups) {
    throw new ShapeError('conv2d.channels', {
      inChannels: inner * groups,
      c: channels,
      shape: x.shape,
    })
  }
  if (outChannels % groups !== 0)
    throw new ShapeError('conv2d.groups', { channels: outChannels, groups })
  const view = windowsNode(x, shape, 0)
  const lead = view.shape.slice(0, -5)
  const [oh, ow] = [at(view.shape, -2), at(view.shape, -1)]
  // n leading · g groups · c channels in a group · i, j window · y, x position · o outputs in a group
  const split = reshapeNode(view, [...lead, groups, inner, kh, kw, oh, ow])
  const filters = reshapeNode(weight, [groups, outChannels / groups, inner, kh, kw])
  const n = lead.map((_, axis) => 100 + axis)
  const [g, c, i, j, y, w, o] = [0, 1, 2, 3, 4, 5, 6]
  const product = apply(p.contract, [filters, split], {
    a: [g, o, c, i, j],
    b: [...n, g, c, i, j, y, w],
    out: [...n, g, o, y, w],
  })
  return reshapeNode(product, [...lead, outChannels, oh, ow])
}
