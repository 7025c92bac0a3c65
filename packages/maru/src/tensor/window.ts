/** Sliding windows: what convolution and pooling are made of. */
import { expectOptions, isNumbers } from '../base/argument.ts'
import { ShapeError, ValueError } from '../base/error.ts'
import { at, checkShape, expectInteger, type Sizes, sameShape } from '../base/shape.ts'
import { showAny } from '../base/show.ts'
import type { Pair } from '../base/types/window.ts'
import type { Node } from '../graph/node.ts'
import * as p from '../primitives/index.ts'
import { type Windows, windowCounts } from '../primitives/movement.ts'
import { DecompositionTensor } from './decomposition.ts'
import { apply, numeric, reshapeNode } from './nodes.ts'
import { cutNode, framedNode } from './pieces.ts'
import type { Tensor } from './tensor.ts'

/** Windows with the border around what they slide over. */
export interface Geometry extends Windows {
  readonly padding: readonly (readonly [before: number, after: number])[]
}

/** How patches lie: sizes in elements. */
interface PatchOptions {
  readonly stride?: Pair
  readonly padding?: Pair
  readonly dilation?: Pair
}

const axisNames = ['depth', 'height', 'width']

/** Names of the last axes, as errors say them. */
export function namesOf(rank: number): string {
  return rank === 1 ? 'length' : axisNames.slice(-rank).join(', ')
}

/** One integer for each axis, from a list or from one number for all. */
export function perAxis(
  op: string,
  name: string,
  value: unknown,
  rank: number,
  low: number,
): number[] {
  const list: readonly unknown[] = Array.isArray(value)
    ? value
    : Array.from({ length: rank }, () => value)
  if (list.length !== rank) {
    throw new ValueError('window.axes', { op, name, got: showAny(value), rank })
  }
  return Array.from(list, (each) => expectInteger(op, name, each, low))
}

/** Widths of the border on both sides of each axis. */
export function sidesOf(op: string, value: unknown, windows: Windows): [number, number][] {
  const rank = windows.size.length
  const reach = windows.size.map((extent, axis) => at(windows.dilation, axis) * (extent - 1))
  if (value === 'same') {
    if (windows.stride.some((step) => step !== 1)) {
      throw new ShapeError('window.same', { op, stride: windows.stride })
    }
    return reach.map((total) => [Math.floor(total / 2), Math.ceil(total / 2)])
  }
  if (value === 'full') return reach.map((total) => [total, total])
  if (value === 'causal' && rank === 1) return [[at(reach, 0), 0]]
  if (typeof value === 'string' && value !== 'valid') {
    throw new ValueError('window.padding', { op, got: showAny(value) })
  }
  if (Array.isArray(value) && value.length === rank && value.every(Array.isArray)) {
    return value.map((sides: unknown) => {
      const [before, after] = perAxis(op, 'padding', sides, 2, 0)
      return [before ?? 0, after ?? 0]
    })
  }
  const plain = value === undefined || value === 'valid' ? 0 : value
  return perAxis(op, 'padding', plain, rank, 0).map((width) => [width, width])
}

/** Throws unless there are axes for windows, and one before them for channels. */
export function expectChannels(op: string, shape: Sizes, rank: number): void {
  if (shape.length > rank) return
  throw new ShapeError('window.rank', { op, axes: namesOf(rank), count: rank + 1, shape })
}

/** Throws unless a window fits along every axis. */
export function expectFit(op: string, shape: Sizes, { padding, ...windows }: Geometry): void {
  const lead = shape.length - windows.size.length
  const extents = padding.map(([before, after], axis) => at(shape, lead + axis) + before + after)
  if (windowCounts(extents, windows).some((count) => count === 0)) {
    throw new ShapeError('window.fit', { op, size: windows.size, shape })
  }
}

/** Windows of a padded input: [..., sizes, counts]. */
export function windowsNode(x: Node, { padding, ...windows }: Geometry, fill: number): Node {
  const lead = x.shape.length - windows.size.length
  const padded = paddedNode(x, padding, fill)
  const tiles =
    sameShape(windows.size, windows.stride) && windows.dilation.every((step) => step === 1)
  return tiles ? tilesNode(padded, lead, windows) : apply(p.window, [padded], windows)
}

function paddedNode(x: Node, padding: Geometry['padding'], value: number): Node {
  if (padding.flat().every((width) => width === 0)) return x
  const lead = x.shape.slice(0, -padding.length).map(() => 0)
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

/** Windows that meet without overlap are the same elements under another shape. */
function tilesNode(x: Node, lead: number, windows: Windows): Node {
  const { size } = windows
  const counts = windowCounts(x.shape.slice(lead), windows)
  const front = x.shape.slice(0, lead)
  const end = [...front, ...size.map((extent, axis) => extent * at(counts, axis))]
  const whole = sameShape(end, x.shape)
  const cut = whole ? x : apply(p.slice, [x], { start: end.map(() => 0), end })
  const parts = size.flatMap((extent, axis) => [at(counts, axis), extent])
  const split = reshapeNode(cut, [...front, ...parts])
  const places = size.map((_, axis) => lead + 2 * axis)
  const axes = [...front.keys(), ...places.map((place) => place + 1), ...places]
  return apply(p.permute, [split], { axes })
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
   * Patches of images as columns, as `F.unfold` of PyTorch (im2col).
   *
   * @shape [..., c, H, W] → [..., c·kh·kw, number of patches]
   * @throws ShapeError when no patch fits
   */
  unfold(this: Tensor, kernelSize: Pair, options: PatchOptions = {}): Tensor {
    expectChannels('unfold', this.node.shape, 2)
    const geometry = patches('unfold', kernelSize, options)
    expectFit('unfold', this.node.shape, geometry)
    const view = windowsNode(this.node, geometry, 0)
    const lead = view.shape.slice(0, -5)
    const [c, kh, kw, oh, ow] = view.shape.slice(-5)
    const [rows, columns] = [
      [c, kh, kw],
      [oh, ow],
    ].map(productOf)
    return this.wrap(reshapeNode(view, [...lead, rows ?? 0, columns ?? 0]))
  }

  /**
   * The adjoint of `unfold`, as `F.fold` of PyTorch (col2im): where patches overlap, they are summed.
   *
   * @shape [..., c·kh·kw, number of patches] → [..., c, H, W]
   * @throws ShapeError when rows or columns are not those of patches of such images
   */
  fold(this: Tensor, outputSize: Pair, kernelSize: Pair, options: PatchOptions = {}): Tensor {
    const x = numeric(this.node)
    const extents = perAxis('fold', 'outputSize', outputSize, 2, 1)
    const { padding, ...windows } = patches('fold', kernelSize, options)
    const full = extents.map((extent, axis) => extent + at(padding[axis] ?? [], 0) * 2)
    const counts = windowCounts(full, windows)
    const [area, columns] = [productOf(windows.size), productOf(counts)]
    const [rows = 0, given = 0] = x.shape.slice(-2)
    if (x.shape.length < 2 || rows % area !== 0 || given !== columns) {
      throw new ShapeError('fold.patches', { shape: x.shape, area, columns, size: extents })
    }
    const lead = x.shape.slice(0, -2)
    const parts = reshapeNode(x, [...lead, rows / area, ...windows.size, ...counts])
    const whole = apply(p.fold, [parts], { ...windows, extents: full })
    return this.wrap(croppedNode(whole, padding))
  }
}

function productOf(sizes: readonly (number | undefined)[]): number {
  return sizes.reduce((product: number, size = 1) => product * size, 1)
}

function patches(op: string, kernelSize: Pair, given: PatchOptions): Geometry {
  const options = expectOptions(op, given)
  const windows = {
    size: perAxis(op, 'kernelSize', kernelSize, 2, 1),
    stride: perAxis(op, 'stride', options.stride ?? 1, 2, 1),
    dilation: perAxis(op, 'dilation', options.dilation ?? 1, 2, 1),
  }
  return { ...windows, padding: sidesOf(op, options.padding, windows) }
}

/** Without a border around the last axes; a negative width adds zeros instead. */
export function croppedNode(x: Node, padding: Geometry['padding']): Node {
  const lead = x.shape.length - padding.length
  return padding.reduce((node: Node, [before, after], i) => {
    const axis = lead + i
    const whole = framedNode(node, axis, [Math.max(0, -before), Math.max(0, -after)], 0)
    return cutNode(whole, axis, Math.max(0, before), at(whole.shape, axis) - Math.max(0, after))
  }, x)
}
