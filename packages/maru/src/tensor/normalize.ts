/** Normalisations, and how near vectors are to each other. */

import { expectNumber, expectOptions } from '../base/argument.ts'
import { dtypes, promote } from '../base/dtype.ts'
import { DTypeError, IndexError, ShapeError } from '../base/error.ts'
import { at, expectInteger, normalizeAxis, type Sizes, sameShape, sizeOf } from '../base/shape.ts'
import type { Shape } from '../base/types/dim.ts'
import type { Node } from '../graph/node.ts'
import * as p from '../primitives/index.ts'
import { checkKnown } from './known.ts'
import { list } from './movement.ts'
import { binary, castNode, floating, nodeOf, reshapeNode, unary, wide } from './nodes.ts'
import { counterNode } from './pieces.ts'
import { sumNode } from './reduce.ts'
import { ResizeTensor } from './resize.ts'
import { normNode } from './statistics.ts'
import type { Tensor } from './tensor.ts'

interface Scaling {
  /** Factors of the normalised elements. */
  readonly weight?: Tensor
  /** Added before the root is taken. */
  readonly eps?: number
}

interface Affine extends Scaling {
  /** Summands after the factors. */
  readonly bias?: Tensor
}

export abstract class NormalizeTensor extends ResizeTensor {
  /**
   * `(x − mean) / √(variance + eps) · weight + bias` over the last axes, whose sizes are given.
   *
   * @shape x [..., ...normalizedShape], weight and bias normalizedShape → the same as x
   * @throws ShapeError when the last sizes, or those of weight and bias, are others
   * @see Ba, Kiros & Hinton 2016, https://arxiv.org/abs/1607.06450
   */
  layerNorm<S extends Shape>(
    this: Tensor<S>,
    normalizedShape: number | readonly number[],
    options: Affine = {},
  ): Tensor<S> {
    const { weight, bias, eps = 1e-5 } = settings('layerNorm', options)
    const x = wide(this.node)
    const { shape, axes } = lastAxes('layerNorm', x.shape, normalizedShape)
    const y = affine('layerNorm', standardized(x, axes, eps), shape, { weight, bias })
    return this.wrap(rounded(y, this, weight, bias))
  }

  /**
   * `x / √(mean(x²) + eps) · weight` over the last axes; eps is the dtype's spacing at 1 unless given.
   *
   * @shape x [..., ...normalizedShape], weight normalizedShape → the same as x
   * @throws ShapeError when the last sizes, or those of the weight, are others
   * @see Zhang & Sennrich 2019, https://arxiv.org/abs/1910.07467
   */
  rmsNorm<S extends Shape>(
    this: Tensor<S>,
    normalizedShape: number | readonly number[],
    options: Scaling = {},
  ): Tensor<S> {
    const { weight, eps } = settings('rmsNorm', options)
    const x = wide(this.node)
    const { shape, axes } = lastAxes('rmsNorm', x.shape, normalizedShape)
    const small = eps ?? (x.dtype === 'float64' ? 2 ** -52 : 2 ** -23)
    const y = affine('rmsNorm', overRoot(x, x, axes, small), shape, { weight })
    return this.wrap(rounded(y, this, weight))
  }

  /**
   * Each of `groups` parts of the channels normalised by its own mean and variance.
   *
   * @shape x [n, c, ...], weight and bias [c] → the same as x
   * @throws ShapeError when channels do not split into the groups
   * @see Wu & He 2018, https://arxiv.org/abs/1803.08494
   */
  groupNorm<S extends Shape>(this: Tensor<S>, groups: number, options: Affine = {}): Tensor<S> {
    const { weight, bias, eps = 1e-5 } = settings('groupNorm', options)
    const x = wide(this.node)
    const channels = channelsOf('groupNorm', x.shape)
    if (channels % expectInteger('groupNorm', 'groups', groups, 1) !== 0) {
      throw new ShapeError('norm.groups', { channels, groups, shape: x.shape })
    }
    const [n = 0, , ...rest] = x.shape
    const split = reshapeNode(x, [n, groups, (channels / groups) * sizeOf(rest)])
    const y = reshapeNode(standardized(split, [2], eps), x.shape)
    const scaled = affine('groupNorm', y, perChannel(x.shape), { weight, bias })
    return this.wrap(rounded(scaled, this, weight, bias))
  }

  /**
   * Each channel of each example normalised by its own mean and variance.
   *
   * @shape x [n, c, ...], weight and bias [c] → the same as x
   * @see Ulyanov, Vedaldi & Lempitsky 2016, https://arxiv.org/abs/1607.08022
   */
  instanceNorm<S extends Shape>(this: Tensor<S>, options: Affine = {}): Tensor<S> {
    const { weight, bias, eps = 1e-5 } = settings('instanceNorm', options)
    const x = wide(this.node)
    channelsOf('instanceNorm', x.shape)
    const axes = [...x.shape.keys()].slice(2)
    const y = standardized(x, axes, eps)
    const scaled = affine('instanceNorm', y, perChannel(x.shape), { weight, bias })
    return this.wrap(rounded(scaled, this, weight, bias))
  }

  /**
   * Channels normalised by given means and variances: batch normalisation as inference has it.
   *
   * @shape x [n, c, ...], mean, variance, weight and bias [c] → the same as x
   * @throws ShapeError unless there is one of each for every channel
   * @see Ioffe & Szegedy 2015, https://arxiv.org/abs/1502.03167
   */
  batchNorm<S extends Shape>(
    this: Tensor<S>,
    mean: Tensor,
    variance: Tensor,
    options: Affine = {},
  ): Tensor<S> {
    const { weight, bias, eps = 1e-5 } = settings('batchNorm', options)
    const x = wide(this.node)
    channelsOf('batchNorm', x.shape)
    const shape = perChannel(x.shape)
    const [centre, spread] = [
      fitted('batchNorm', 'mean', mean, shape),
      fitted('batchNorm', 'variance', variance, shape),
    ]
    const centred = binary(p.sub, { node: x }, { node: centre })
    const root = unary(p.sqrt, binary(p.add, { node: wide(spread) }, eps))
    const scaled = affine('batchNorm', overNode(centred, root), shape, { weight, bias })
    return this.wrap(rounded(scaled, this, mean, variance, weight, bias))
  }

  /**
   * Cosine of the angle between vectors along an axis; lengths below eps count as eps.
   *
   *     Σ a·b / (max(‖a‖, eps) · max(‖b‖, eps))
   *
   * @shape [..., d, ...] and the same or one that broadcasts → [..., ...]
   */
  cosineSimilarity(
    this: Tensor,
    other: Tensor,
    options: { readonly axis?: number; readonly eps?: number } = {},
  ): Tensor {
    const { axis = 1, eps = 1e-8 } = settings('cosineSimilarity', options)
    const both = [this.node, nodeOf('cosineSimilarity', other)]
    const unit = both.map((each) => {
      const x = floating(each)
      const along = normalizeAxis('cosineSimilarity', axis, x.shape)
      const length = normNode('cosineSimilarity', x, [along], 2)
      return {
        node: binary(p.div, { node: x }, { node: binary(p.maximum, { node: length }, eps) }),
      }
    })
    const product = binary(p.mul, unit[0], unit[1])
    const along = normalizeAxis('cosineSimilarity', axis, product.shape)
    return this.wrap(reshapeNode(sumNode(product, [along]), product.shape.toSpliced(along, 1)))
  }

  /**
   * Distances of all pairs of rows, `‖aᵢ − bⱼ‖ₚ`; the gradient is 0 where a distance is.
   *
   * Computed from the differences, not from products, so that near rows are not rounded together.
   *
   * @shape [..., m, d], [..., n, d] → [..., m, n]
   * @throws ShapeError when rows have different lengths
   */
  cdist(this: Tensor, other: Tensor, options: { readonly p?: number } = {}): Tensor {
    const { p: order = 2 } = expectOptions('cdist', options)
    const [a, b] = [floating(this.node), floating(nodeOf('cdist', other))]
    const good = a.shape.length > 1 && b.shape.length > 1 && at(a.shape, -1) === at(b.shape, -1)
    if (!good) throw new ShapeError('cdist.rows', { a: a.shape, b: b.shape })
    const left = reshapeNode(a, a.shape.toSpliced(-1, 0, 1))
    const right = reshapeNode(b, b.shape.toSpliced(-2, 0, 1))
    const difference = binary(p.sub, { node: left }, { node: right })
    const axis = difference.shape.length - 1
    const length = normNode('cdist', difference, [axis], order)
    return this.wrap(reshapeNode(length, difference.shape.slice(0, -1)))
  }

  /**
   * Class ids as rows with a 1 at the id.
   *
   * @shape [...] → [..., numClasses]
   * @dtype int32, from int32 or uint8
   * @throws IndexError for an id outside 0 … numClasses − 1 (a computed one makes a row of zeros instead)
   */
  oneHot(this: Tensor, numClasses: number): Tensor {
    const ids = this.node
    const classes = expectInteger('oneHot', 'numClasses', numClasses, 1)
    if (dtypes[ids.dtype].kind !== 'int') throw new DTypeError('oneHot.dtype', { dtype: ids.dtype })
    checkKnown(ids, ({ host, due }) => {
      // What a run in flight will fill in is not known yet.
      if (!host || due !== undefined) return
      // Bigints compare with numbers.
      const outside = (each: number | bigint): boolean => each < 0 || each >= classes
      const id: number | bigint | undefined = Array.prototype.find.call(host, outside)
      if (id === undefined) return
      throw new IndexError('oneHot.range', { id: String(id), classes, last: classes - 1 })
    })
    const raised = reshapeNode(castNode(ids, 'int32'), [...ids.shape, 1])
    const counter = counterNode([...ids.shape.map(() => 1), classes], ids.shape.length)
    const hit = binary(p.equal, { node: raised }, { node: counter })
    return this.wrap(castNode(hit, 'int32'))
  }
}

/** Options whose eps, if there is one, is a number. */
function settings<T extends { readonly eps?: number }>(op: string, options: T): T {
  if (expectOptions(op, options).eps !== undefined) expectNumber(op, 'eps', options.eps)
  return options
}

/** What was computed in float32, in the dtype that its operands are promoted to. */
function rounded(node: Node, ...operands: readonly (Tensor | undefined)[]): Node {
  const dtypes = operands.flatMap((each) => (each ? [floating(each.node).dtype] : []))
  return castNode(node, dtypes.reduce(promote))
}

/** The axes that a normalised shape names, or an error when their sizes are others. */
function lastAxes(
  op: string,
  shape: Sizes,
  given: number | readonly number[],
): { shape: number[]; axes: number[] } {
  const wanted = list(op, given)
  const lead = shape.length - wanted.length
  if (wanted.length === 0 || lead < 0 || !sameShape(shape.slice(lead), wanted)) {
    throw new ShapeError('norm.shape', { op, wanted, shape })
  }
  return { shape: wanted, axes: wanted.map((_, i) => lead + i) }
}

function channelsOf(op: string, shape: Sizes): number {
  if (shape.length < 2) throw new ShapeError('norm.channels', { op, shape })
  return at(shape, 1)
}

/** The shape of one number for each channel of [n, c, ...]. */
function perChannel(shape: Sizes): number[] {
  return [at(shape, 1), ...shape.slice(2).map(() => 1)]
}

/** `(x − mean) / √(variance + eps)` over axes. */
function standardized(x: Node, axes: readonly number[], eps: number): Node {
  const count = sizeOf(axes.map((axis) => at(x.shape, axis)))
  const mean = binary(p.div, { node: sumNode(x, axes) }, count)
  const centred = binary(p.sub, { node: x }, { node: mean })
  return overRoot(centred, centred, axes, eps)
}

/** `x / √(mean(y²) + eps)` over axes. */
function overRoot(x: Node, y: Node, axes: readonly number[], eps: number): Node {
  const count = sizeOf(axes.map((axis) => at(x.shape, axis)))
  const squares = sumNode(binary(p.mul, { node: y }, { node: y }), axes)
  const mean = binary(p.div, { node: squares }, count)
  const root = unary(p.sqrt, binary(p.add, { node: mean }, eps))
  return overNode(x, root)
}

/** `x · (1/root)`: one division for each root instead of one for each element. */
function overNode(x: Node, root: Node): Node {
  const scale = binary(p.div, 1, { node: root })
  return binary(p.mul, { node: x }, { node: scale })
}

/** A tensor of as many elements as a shape has, in that shape. */
function fitted(op: string, name: string, given: Tensor, shape: Sizes): Node {
  const node = nodeOf(op, given)
  const plain = shape.filter((dim, axis) => axis === 0 || dim !== 1)
  if (sameShape(node.shape, shape) || sameShape(node.shape, plain)) return reshapeNode(node, shape)
  throw new ShapeError('norm.affine', { op, name, got: node.shape, wanted: plain })
}

interface Given {
  readonly weight?: Tensor | undefined
  readonly bias?: Tensor | undefined
}

function affine(op: string, x: Node, shape: Sizes, { weight, bias }: Given): Node {
  const scaled = weight
    ? binary(p.mul, { node: x }, { node: fitted(op, 'weight', weight, shape) })
    : x
  return bias ? binary(p.add, { node: scaled }, { node: fitted(op, 'bias', bias, shape) }) : scaled
}
