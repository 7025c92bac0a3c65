/**
 * Convolutions with 3 × 3 kernels by half of the multiplications: Winograd's minimal filtering F(4, 3) along the
 * height. Four rows of a result take six products for each of the kernel's columns, where the direct way takes twelve.
 *
 * Along the width the products are convolutions as they always are, so that vectors run along rows, and what is
 * transformed grows by a half only; with tiles in both directions it more than doubles, and its parts lie apart.
 */
import { at } from '../base/shape.ts'
import { close } from '../graph/closed.ts'
import { makeNode, type Node } from '../graph/node.ts'
import type { Primitive, Vjp } from '../graph/primitive.ts'
import * as p from '../primitives/index.ts'
import { resultOf } from '../primitives/several.ts'
import { placeholder } from '../primitives/source.ts'
import { recordInside } from '../runtime/trace.ts'
import { apply, binary, expandNode, literalNode, reshapeNode } from './nodes.ts'
import { cutNode, stackNodes, stridedNode } from './pieces.ts'
import type { Tensor } from './tensor.ts'
import { croppedNode } from './window.ts'

/** Rows that a tile makes of the result, that it reads, and that a kernel has. */
const [ROWS, REACH, KERNEL] = [4, 6, 3]

type Matrix = readonly (readonly number[])[]

/** Bᵀ: rows of an input → the products' right factors. */
const ofInput: Matrix = [
  [4, 0, -5, 0, 1, 0],
  [0, -4, -4, 1, 1, 0],
  [0, 4, -4, -1, 1, 0],
  [0, -2, -1, 2, 1, 0],
  [0, 2, -1, -2, 1, 0],
  [0, 4, 0, -5, 0, 1],
]
/** G: rows of a kernel → their left factors. */
const ofKernel: Matrix = [
  [1 / 4, 0, 0],
  [-1 / 6, -1 / 6, -1 / 6],
  [-1 / 6, 1 / 6, -1 / 6],
  [1 / 24, 1 / 12, 1 / 6],
  [1 / 24, -1 / 12, 1 / 6],
  [0, 0, 1],
]
/** Aᵀ: products → rows of the result. */
const ofProducts: Matrix = [
  [1, 1, 1, 1, 1, 0],
  [0, 1, -1, 2, -2, 0],
  [0, 1, 1, 4, 4, 0],
  [0, 1, -1, 8, -8, 1],
]

function transposed(matrix: Matrix): Matrix {
  return (matrix[0] ?? []).map((_, j) => matrix.map((row) => row[j] ?? 0))
}

type Sides = readonly [before: number, after: number]

/** How kernels lie over an input. */
interface Lie {
  /** Zeros around the height and the width, at most two. */
  readonly padding: readonly Sides[]
  /** Kernels as the input's gradient takes them: [in, out, 3, 3], turned around. */
  readonly turned: boolean
}

/** Sizes of a convolution with kernels of three rows and columns. */
interface Extent {
  readonly images: number
  readonly from: number
  readonly to: number
  /** Of the result. */
  readonly height: number
  readonly width: number
}

/** Multiply-adds in whose time a term of the input is made, one of the result, and one of the kernels. */
const [OF_INPUT, OF_RESULT, OF_KERNELS] = [32, 20, 32]

/** Whether what multiplications are saved take longer than what is done for it: a matter of sizes alone. */
export function winogradPays({ images, from, to, height, width }: Extent): boolean {
  const tiles = images * Math.ceil(height / ROWS)
  const saved = KERNEL * from * to * width * (KERNEL * images * height - REACH * tiles)
  const made = tiles * width * (OF_INPUT * from + OF_RESULT * to) + OF_KERNELS * KERNEL * from * to
  return saved > REACH * made
}

const [TERM, IMAGE, TO, FROM, TILE, INNER, PLACE] = [0, 1, 2, 3, 4, 5, 6]

/**
 * The convolution of [n, c, H, W] with [o, c, 3, 3]. `tensor` wraps nodes for the gradients, which are made the same
 * way: that of the input is such a convolution, that of the kernels its adjoint.
 */
export function winogradNode(
  x: Node,
  weight: Node,
  lie: Lie,
  tensor: (node: Node) => Tensor,
): Node {
  const { padding, turned } = lie
  const rule: Vjp<object> = ({ node: gradient }, { inputs }) => {
    const [, input = gradient, kernels = gradient] = inputs.map(({ node }) => node)
    const around = padding.map(([a, b]): Sides => [KERNEL - 1 - a, KERNEL - 1 - b])
    const back = winogradNode(gradient, kernels, { padding: around, turned: !turned }, tensor)
    return [undefined, tensor(back), tensor(kernelGradient(input, gradient, lie))]
  }
  return makeNode(p.custom, [convolved(x, weight, lie), x, weight], {}, rule)
}

function convolved(x: Node, weight: Node, lie: Lie): Node {
  const [n = 0, from = 0, ...sides] = x.shape
  const to = at(weight.shape, lie.turned ? 1 : 0)
  const [height = 0, width = 0] = sides.map((side, i) => {
    const [before, after] = lie.padding[i] ?? [0, 0]
    return before + side + after - KERNEL + 1
  })
  const tiles = Math.ceil(height / ROWS)
  const left = kernelTerms(weight, lie)
  const group = groupOf(n, tiles * width * (from + to), KERNEL * from * to)
  const made = inGroups([x], group, ([part = x]) => {
    const images = imagesOf(part)
    const products = apply(p.contract, [left, windowsOf(part, lie, tiles)], {
      a: [TERM, INNER, ...channelsOf(lie)],
      b: [TERM, ...images, FROM, TILE, INNER, PLACE],
      out: [TERM, TO, ...images, TILE, PLACE],
    })
    const axes = images.length > 0 ? [1, 0, 2, 3] : [0, 1, 2]
    const rows = mixed(ofProducts, unstacked(products, 0))
    return stacked(
      rows.map((row) => apply(p.permute, [row], { axes })),
      axes.length - 1,
    )
  })
  return cutNode(reshapeNode(made, [n, to, tiles * ROWS, width]), 2, 0, height)
}

/** The gradient of the kernels for that of [n, o, H', W']: products of terms of both, summed over all tiles. */
function kernelGradient(x: Node, gradient: Node, lie: Lie): Node {
  const [n = 0, to = 0, height = 0, width = 0] = gradient.shape
  const from = at(x.shape, 1)
  const tiles = Math.ceil(height / ROWS)
  const group = groupOf(n, tiles * width * (from + to), MORE * KERNEL * from * to)
  const body = ([input = x, pulled = gradient]: readonly Node[]): Node => {
    const images = imagesOf(input)
    const whole = croppedNode(pulled, [
      [0, height - tiles * ROWS],
      [0, 0],
    ])
    const left = stacked(mixed(transposed(ofProducts), rowsOf(whole, ROWS, tiles)), 0)
    return apply(p.contract, [left, windowsOf(input, lie, tiles)], {
      a: [TERM, ...images, TO, TILE, PLACE],
      b: [TERM, ...images, FROM, TILE, INNER, PLACE],
      out: [TERM, ...channelsOf(lie), INNER],
    })
  }
  const terms = inGroups([x, gradient], group, body, { adds: true })
  const kernels = stacked(mixed(transposed(ofKernel), unstacked(terms, 0)), 2)
  return lie.turned ? apply(p.flip, [kernels], { axes: [2, 3] }) : kernels
}

/** Axes of a tensor of images: none where it is one. */
function imagesOf(x: Node): number[] {
  return x.shape.length > 3 ? [IMAGE] : []
}

/** Axes of kernels before the windows'. */
function channelsOf({ turned }: Lie): number[] {
  return turned ? [FROM, TO] : [TO, FROM]
}

/** Terms of kernels, [6, 3, ..., ...]: channels last, for vectors to run along them. */
function kernelTerms(weight: Node, { turned }: Lie): Node {
  const kernels = turned ? apply(p.flip, [weight], { axes: [2, 3] }) : weight
  const rows = unstacked(kernels, 2).map((row) => apply(p.permute, [row], { axes: [2, 0, 1] }))
  return stacked(mixed(ofKernel, rows), 0)
}

/** Terms of an input in windows along its width: [6, ..., c, tiles, 3, W']. */
function windowsOf(x: Node, { padding }: Lie, tiles: number): Node {
  const [[top, bottom] = [0, 0], [left, right] = [0, 0]] = padding
  const missing = ROWS * tiles + KERNEL - 1 - (top + at(x.shape, -2) + bottom)
  const framed = croppedNode(x, [
    [-top, -bottom - missing],
    [-left, -right],
  ])
  const terms = stacked(mixed(ofInput, rowsOf(framed, REACH, tiles)), 0)
  return apply(p.window, [terms], { size: [KERNEL], stride: [1], dilation: [1] })
}

/** The first rows of all tiles, the second ones, and so on: each [..., tiles, W]. */
function rowsOf(x: Node, count: number, tiles: number): Node[] {
  const axis = x.shape.length - 2
  return Array.from({ length: count }, (_, i) => stridedNode(x, axis, i, ROWS, tiles))
}

/** Sums of nodes, weighted by the rows of a matrix. */
function mixed(matrix: Matrix, parts: readonly Node[]): Node[] {
  return matrix.map((row) => {
    const terms = parts.flatMap((node, i) => {
      const factor = row[i] ?? 0
      return factor === 0 ? [] : [binary(p.mul, { node }, factor)]
    })
    return terms.reduce((a, b) => binary(p.add, { node: a }, { node: b }))
  })
}

function stacked([first, ...rest]: readonly Node[], axis: number): Node {
  if (!first) throw new RangeError('nothing to stack')
  return stackNodes([first, ...rest], axis)
}

function unstacked(x: Node, axis: number): Node[] {
  const rest = x.shape.toSpliced(axis, 1)
  return Array.from({ length: at(x.shape, axis) }, (_, i) => {
    return reshapeNode(cutNode(x, axis, i, i + 1), rest)
  })
}

/** Elements that a core keeps near; how much more of them there is where sums are gone over for each group. */
const [NEAR, MORE] = [2 ** 19, 4]

/**
 * Images of a group: as many as have their terms near, but no fewer than have as many as the kernels, which are gone
 * over once for every group. Both are counted without their six products.
 */
function groupOf(n: number, image: number, kernels: number): number {
  let group = Math.max(1, Math.min(n, Math.floor(Math.max(NEAR / REACH, kernels) / image)))
  while (n % group !== 0) group--
  return group
}

/**
 * What is made of groups of images, one after the other, so that it stays in a cache: side by side or, with `adds`,
 * summed. A group of one is an image without an axis for it.
 */
function inGroups(
  xs: readonly Node[],
  group: number,
  body: (parts: readonly Node[]) => Node,
  { adds = false }: { readonly adds?: boolean } = {},
): Node {
  const n = at(xs[0]?.shape ?? [], 0)
  if (group >= n) return body(xs)
  const shapes = xs.map(({ shape: [, ...sizes] }) => (group === 1 ? sizes : [group, ...sizes]))
  const parts = xs.map(({ dtype }, i) => placeholder({ shape: shapes[i] ?? [], dtype }))
  const turn = placeholder({ shape: [], dtype: 'int32' })
  const made = recordInside(() => body(parts))
  const sums = adds ? [placeholder(made)] : []
  const next = sums.map((sum) => binary(p.add, { node: sum }, { node: made }))
  const { graphs, captured } = close([turn, ...sums, ...parts], [adds ? next : [made]], placeholder)
  const length = n / group
  const counts = { carries: sums.length, sequences: parts.length, length }
  const zeros = sums.map(({ shape, dtype }) => expandNode(literalNode('conv2d', 0, dtype), shape))
  const sequences = xs.map((x, i) => reshapeNode(x, [length, ...(shapes[i] ?? [])]))
  const attrs = { body: graphs[0], ...counts, reverse: false }
  return resultOf(makeNode(p.scan as Primitive, [...zeros, ...sequences, ...captured], attrs), 0)
}
