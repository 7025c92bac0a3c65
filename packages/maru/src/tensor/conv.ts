/** Convolutions over one, two or three axes: windows, then a contraction; and their adjoints. */
import { expectOptions } from '../base/argument.ts'
import { isFloat } from '../base/dtype.ts'
import { DTypeError, ShapeError } from '../base/error.ts'
import { at, checkShape, expectInteger, type Sizes, sizeOf } from '../base/shape.ts'
import type { Shape } from '../base/types/dim.ts'
import type {
  Conv2dOptions,
  ConvOptions,
  Convolve2d,
  ConvTransposeOptions,
} from '../base/types/window.ts'
import type { Node } from '../graph/node.ts'
import * as p from '../primitives/index.ts'
import { apply, castNode, nodeOf, numeric, reshapeNode, wide } from './nodes.ts'
import type { Tensor } from './tensor.ts'
import type { Arg, Out } from './typing.ts'
import {
  croppedNode,
  expectChannels,
  expectFit,
  namesOf,
  perAxis,
  sidesOf,
  WindowTensor,
  windowsNode,
} from './window.ts'
import { winogradNode, winogradPays } from './winograd.ts'

export abstract class ConvTensor extends WindowTensor {
  /**
   * Convolution along one axis.
   *
   * @shape x [..., c, L], weight [o, c / groups, k] → [..., o, L'];
   *   L' = ⌊(L + 2p − d·(k − 1) − 1) / s⌋ + 1
   * @throws ShapeError when channels or groups do not fit, or the kernel is longer than the input
   * @see conv2d
   */
  conv1d(this: Tensor, weight: Tensor, options: ConvOptions = {}): Tensor {
    return this.wrap(convNode('conv1d', 1, this.node, nodeOf('conv1d', weight), options))
  }

  /**
   * Two-dimensional convolution (cross-correlation, as in every deep-learning library).
   *
   *     out[n, o, y, x] = Σ c,i,j  in[n, c, y·s + i·d − p, x·s + j·d − p] · weight[o, c, i, j]
   *
   * With `winograd`, kernels of 3 × 3 at stride 1, without dilation or groups, take half of the multiplications,
   * forward and for both gradients, where sizes make that pay: from about 20 channels on, unless maps are so few
   * and small that the kernels' own transform outweighs them. Everything else is computed as without it.
   * Errors of float32 are then about twice as large, by 32 to 256 channels up to 6e-6 of the largest value instead
   * of 2e-6, and an infinity or NaN spreads over all rows of the tiles, of four rows, that read it.
   *
   * @shape x [..., c, H, W], weight [o, c / groups, kh, kw] → [..., o, H', W'];
   *   H' = ⌊(H + 2p − d·(kh − 1) − 1) / s⌋ + 1
   * @throws ShapeError when channels or groups do not fit, or the kernel is larger than the input
   * @see Lavin & Gray 2016, https://arxiv.org/abs/1509.09308 (winograd)
   */
  conv2d<S extends Shape, W extends Shape, const O extends Conv2dOptions = Record<never, never>>(
    this: Tensor<S>,
    weight: Arg<Convolve2d<S, W, O>, W>,
    options?: O,
  ): Out<Convolve2d<S, W, O>> {
    const filters = nodeOf('conv2d', weight)
    const direct = convNode('conv2d', 2, this.node, filters, options ?? {})
    if (!options?.winograd) return this.wrap(direct)
    const tensor = (node: Node): Tensor => this.wrap(node)
    return this.wrap(winogradOf(this.node, filters, options, direct.shape, tensor) ?? direct)
  }

  /** Convolution over depth, height and width. @shape x [..., c, D, H, W], weight [o, c / groups, kd, kh, kw] → [..., o, D', H', W'] @see conv2d */
  conv3d(this: Tensor, weight: Tensor, options: ConvOptions = {}): Tensor {
    return this.wrap(convNode('conv3d', 3, this.node, nodeOf('conv3d', weight), options))
  }

  /** The adjoint of `conv1d`. @shape x [..., c, L], weight [c, o / groups, k] → [..., o, L'] @see convTranspose2d */
  convTranspose1d(this: Tensor, weight: Tensor, options: ConvTransposeOptions = {}): Tensor {
    const filters = nodeOf('convTranspose1d', weight)
    return this.wrap(adjointNode('convTranspose1d', 1, this.node, filters, options))
  }

  /**
   * The adjoint of `conv2d` in its input: every element adds a multiple of the kernel to the result.
   *
   * @shape x [..., c, H, W], weight [c, o / groups, kh, kw] → [..., o, H', W'];
   *   H' = (H − 1)·s − 2p + d·(kh − 1) + outputPadding + 1
   * @throws ShapeError when channels, groups or output padding do not fit
   * @see Zeiler et al. 2010, https://doi.org/10.1109/CVPR.2010.5539957
   */
  convTranspose2d(this: Tensor, weight: Tensor, options: ConvTransposeOptions = {}): Tensor {
    const filters = nodeOf('convTranspose2d', weight)
    return this.wrap(adjointNode('convTranspose2d', 2, this.node, filters, options))
  }

  /** The adjoint of `conv3d`. @shape x [..., c, D, H, W], weight [c, o / groups, kd, kh, kw] → [..., o, D', H', W'] @see convTranspose2d */
  convTranspose3d(this: Tensor, weight: Tensor, options: ConvTransposeOptions = {}): Tensor {
    const filters = nodeOf('convTranspose3d', weight)
    return this.wrap(adjointNode('convTranspose3d', 3, this.node, filters, options))
  }
}

/** Labels of a contraction over `rank` axes: of the leading axes, the windows' and the positions'. */
function labelsFor(lead: Sizes, rank: number): { n: number[]; window: number[]; place: number[] } {
  const range = (from: number, count: number): number[] =>
    Array.from({ length: count }, (_, i) => from + i)
  return { n: range(100, lead.length), window: range(10, rank), place: range(20, rank) }
}

const [GROUP, INNER, OUTER] = [0, 1, 2]

/** Throws unless the weight has axes `[first, second, ...spatial]` and the input's dtype. */
function expectWeight(
  op: string,
  x: Node,
  weight: Node,
  rank: number,
  first: readonly [string, string],
): void {
  if (weight.shape.length !== rank + 2) {
    const axes = [...first, namesOf(rank)].join(', ')
    throw new ShapeError('conv.weight', { op, axes, count: rank + 2, weight: weight.shape })
  }
  if (x.dtype !== weight.dtype) {
    throw new DTypeError('conv.dtype', { op, x: x.dtype, weight: weight.dtype })
  }
}

function expectChannelCount(op: string, shape: Sizes, rank: number, inChannels: number): void {
  const c = at(shape, -rank - 1)
  if (c !== inChannels) throw new ShapeError('conv.channels', { op, inChannels, c, shape })
}

function convNode(op: string, rank: number, input: Node, filter: Node, given: ConvOptions): Node {
  const options = expectOptions(op, given)
  const [x, weight] = [numeric(input), numeric(filter)]
  expectWeight(op, x, weight, rank, ['out', 'in'])
  const [outChannels = 0, inner = 0, ...size] = weight.shape
  const stride = perAxis(op, 'stride', options.stride ?? 1, rank, 1)
  expectChannels(op, x.shape, rank)
  const dilation = perAxis(op, 'dilation', options.dilation ?? 1, rank, 1)
  const windows = { size, stride, dilation }
  const geometry = { ...windows, padding: sidesOf(op, options.padding, windows) }
  expectFit(op, x.shape, geometry)
  const groups = expectInteger(op, 'groups', options.groups ?? 1, 1)
  expectChannelCount(op, x.shape, rank, inner * groups)
  if (outChannels % groups !== 0) {
    throw new ShapeError('conv.groups', { op, channels: outChannels, groups })
  }
  const view = windowsNode(x, geometry, 0)
  const lead = x.shape.slice(0, -rank - 1)
  const places = view.shape.slice(-rank)
  const split = reshapeNode(view, [...lead, groups, inner, ...size, ...places])
  const filters = reshapeNode(options.flip ? turnedNode(weight, rank) : weight, [
    groups,
    outChannels / groups,
    inner,
    ...size,
  ])
  const { n, window, place } = labelsFor(lead, rank)
  const product = apply(p.contract, [filters, split], {
    a: [GROUP, OUTER, INNER, ...window],
    b: [...n, GROUP, INNER, ...window, ...place],
    out: [...n, GROUP, OUTER, ...place],
  })
  return reshapeNode(product, [...lead, outChannels, ...places])
}

/** A checked convolution by Winograd's way, where it has one that pays. */
function winogradOf(
  input: Node,
  filter: Node,
  { padding: border, stride = 1, dilation = 1, groups = 1, flip = false }: Conv2dOptions,
  out: Sizes,
  tensor: (node: Node) => Tensor,
): Node | undefined {
  const [to = 0, from = 0, ...size] = filter.shape
  const steps = [stride, dilation, groups].flat()
  if (!isFloat(input.dtype) || size.some((k) => k !== 3) || steps.some((step) => step !== 1)) return
  const windows = { size, stride: [1, 1], dilation: [1, 1] }
  const padding = sidesOf('conv2d', border, windows)
  const [height = 0, width = 0] = out.slice(-2)
  const images = sizeOf(out.slice(0, -3))
  const pays = winogradPays({ images, from, to, height, width })
  if (!pays || padding.flat().some((side) => side > 2)) return
  const x = reshapeNode(wide(input), [images, ...input.shape.slice(-3)])
  const weight = wide(flip ? turnedNode(filter, 2) : filter)
  const made = winogradNode(x, weight, { padding, turned: false }, tensor)
  return castNode(reshapeNode(made, out), input.dtype)
}

/** Kernels read backwards along every axis. */
function turnedNode(weight: Node, rank: number): Node {
  const axes = Array.from({ length: rank }, (_, axis) => axis + 2)
  return apply(p.flip, [weight], { axes })
}

function adjointNode(
  op: string,
  rank: number,
  input: Node,
  filter: Node,
  given: ConvTransposeOptions,
): Node {
  const options = expectOptions(op, given)
  const [x, weight] = [numeric(input), numeric(filter)]
  expectWeight(op, x, weight, rank, ['in', 'out'])
  expectChannels(op, x.shape, rank)
  const [channels = 0, inner = 0, ...size] = weight.shape
  const groups = expectInteger(op, 'groups', options.groups ?? 1, 1)
  expectChannelCount(op, x.shape, rank, channels)
  if (channels % groups !== 0) {
    throw new ShapeError('conv.inputGroups', { op, channels, groups })
  }
  const lead = x.shape.slice(0, -rank - 1)
  const places = x.shape.slice(-rank)
  const { windows, extents, cut } = spread(op, size, places, options)
  const split = reshapeNode(x, [...lead, groups, channels / groups, ...places])
  const filters = reshapeNode(weight, [groups, channels / groups, inner, ...size])
  const { n, window, place } = labelsFor(lead, rank)
  const product = apply(p.contract, [filters, split], {
    a: [GROUP, INNER, OUTER, ...window],
    b: [...n, GROUP, INNER, ...place],
    out: [...n, GROUP, OUTER, ...window, ...place],
  })
  const copies = reshapeNode(product, [...lead, groups * inner, ...size, ...places])
  return croppedNode(apply(p.fold, [copies], { ...windows, extents }), cut)
}

/** Where the kernels of an adjoint lie, how far they reach, and what is cut off. */
function spread(
  op: string,
  size: Sizes,
  places: Sizes,
  options: ConvTransposeOptions,
): {
  windows: { size: Sizes; stride: number[]; dilation: number[] }
  extents: number[]
  cut: [number, number][]
} {
  const rank = size.length
  const stride = perAxis(op, 'stride', options.stride ?? 1, rank, 1)
  const dilation = perAxis(op, 'dilation', options.dilation ?? 1, rank, 1)
  const windows = { size, stride, dilation }
  const padding = sidesOf(op, options.padding, windows)
  const extra = perAxis(op, 'outputPadding', options.outputPadding ?? 0, rank, 0)
  extra.forEach((width, axis) => {
    const most = Math.max(at(stride, axis), at(dilation, axis))
    if (width >= most) throw new ShapeError('conv.outputPadding', { op, width, most })
  })
  const extents = places.map(
    (count, axis) => (count - 1) * at(stride, axis) + at(dilation, axis) * (at(size, axis) - 1) + 1,
  )
  checkShape(
    op,
    extents.map((extent) => Math.max(0, extent)),
  )
  const cut = padding.map(([before, after], axis): [number, number] => [
    before,
    after - at(extra, axis),
  ])
  const empty = extents.some((extent, axis) => {
    const [before, after] = cut[axis] ?? [0, 0]
    return at(places, axis) === 0 || extent - Math.max(0, before) - after <= 0
  })
  if (empty) throw new ShapeError('conv.nothing', { op, size, shape: places })
  return { windows, extents, cut }
}
