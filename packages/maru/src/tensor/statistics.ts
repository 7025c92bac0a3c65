/** Folds that are made from the basic ones: counts, products, spreads, norms. */

import { expectNumber, expectOptions } from '../base/argument.ts'
import { IndexError, ShapeError, ValueError } from '../base/error.ts'
import { at, normalizeAxis, type Sizes, sizeOf } from '../base/shape.ts'
import { showAny } from '../base/show.ts'
import type { Reduce } from '../base/types/axes.ts'
import type { Shape } from '../base/types/dim.ts'
import type { Node } from '../graph/node.ts'
import * as p from '../primitives/index.ts'
import { powerOf } from './arithmetic.ts'
import { diagonalNode, interleavedNodes, selectNode } from './arrange.ts'
import {
  apply,
  binary,
  castNode,
  literalNode,
  precisely,
  reshapeNode,
  reversed,
  summable,
  unary,
  whereNode,
} from './nodes.ts'
import { cutNode, framedNode, maskedNode } from './pieces.ts'
import {
  type Axes,
  axesOf,
  dropped,
  type KeepDims,
  maxNode,
  ReduceTensor,
  sumNode,
} from './reduce.ts'
import type { Tensor } from './tensor.ts'
import type { Ok, Out } from './typing.ts'

interface Spread<K extends boolean> extends KeepDims<K> {
  /** Subtracted from the number of elements; 1 unless given, which makes the variance unbiased. */
  readonly correction?: number
}

interface NormOptions<K extends boolean> extends KeepDims<K> {
  /** Order of the norm, 2 unless given; any number, 0 and the infinities included. */
  readonly p?: number
}

export abstract class StatisticsTensor extends ReduceTensor {
  /** Whether any element is not 0, over axes; false over none. */
  any<S extends Shape, const A extends Axes = undefined, const K extends boolean = false>(
    this: Tensor<S>,
    axis?: Ok<Reduce<S, A, K, 'any'>, A>,
    options?: KeepDims<K>,
  ): Out<Reduce<S, A, K, 'any'>> {
    const axes = axesOf('any', axis, this.node.shape)
    const hits = sumNode(castNode(this.node, 'bool'), axes)
    return this.wrap(dropped(binary(p.less, 0, { node: hits }), axes, options?.keepDims))
  }

  /** Whether all elements are not 0, over axes; true over none. */
  all<S extends Shape, const A extends Axes = undefined, const K extends boolean = false>(
    this: Tensor<S>,
    axis?: Ok<Reduce<S, A, K, 'all'>, A>,
    options?: KeepDims<K>,
  ): Out<Reduce<S, A, K, 'all'>> {
    const axes = axesOf('all', axis, this.node.shape)
    const misses = sumNode(unary(p.not, castNode(this.node, 'bool')), axes)
    return this.wrap(dropped(binary(p.equal, { node: misses }, 0), axes, options?.keepDims))
  }

  /** Number of elements that are not 0, over axes. @dtype int32 */
  countNonzero<S extends Shape, const A extends Axes = undefined, const K extends boolean = false>(
    this: Tensor<S>,
    axis?: Ok<Reduce<S, A, K, 'countNonzero'>, A>,
    options?: KeepDims<K>,
  ): Out<Reduce<S, A, K, 'countNonzero'>> {
    const axes = axesOf('countNonzero', axis, this.node.shape)
    const count = sumNode(castNode(this.node, 'bool'), axes)
    return this.wrap(dropped(count, axes, options?.keepDims))
  }

  /** Position of the first smallest element along an axis, or in the flattened tensor; NaN is smallest. */
  argmin<
    S extends Shape,
    const A extends number | undefined = undefined,
    const K extends boolean = false,
  >(
    this: Tensor<S>,
    axis?: Ok<Reduce<S, A, K, 'argmin'>, A>,
    options?: KeepDims<K>,
  ): Out<Reduce<S, A, K, 'argmin'>> {
    const axes = axesOf('argmin', axis, this.node.shape)
    const found = apply(p.argmax, [reversed(this.node)], { axes })
    return this.wrap(dropped(found, axes, options?.keepDims))
  }

  /**
   * Product over axes; 1 over none. Small integers and bools multiply to int32.
   *
   * A tree of products by halves: n − 1 products, and gradients that are right where elements are 0.
   */
  prod<S extends Shape, const A extends Axes = undefined, const K extends boolean = false>(
    this: Tensor<S>,
    axis?: Ok<Reduce<S, A, K, 'prod'>, A>,
    options?: KeepDims<K>,
  ): Out<Reduce<S, A, K, 'prod'>> {
    const x = summable(this.node)
    const axes = axesOf('prod', axis, x.shape)
    return this.wrap(dropped(productNode(x, axes), axes, options?.keepDims))
  }

  /**
   * Products of the elements up to each one along an axis.
   *
   * Work is O(n), and gradients are right where elements are 0.
   */
  cumprod<S extends Shape>(this: Tensor<S>, axis: number): Tensor<S> {
    const along = normalizeAxis('cumprod', axis, this.node.shape)
    return this.wrap(runningProduct(summable(this.node), along))
  }

  /** Sum over axes, NaN counted as 0. */
  nanSum<S extends Shape, const A extends Axes = undefined, const K extends boolean = false>(
    this: Tensor<S>,
    axis?: Ok<Reduce<S, A, K, 'nanSum'>, A>,
    options?: KeepDims<K>,
  ): Out<Reduce<S, A, K, 'nanSum'>> {
    const axes = axesOf('nanSum', axis, this.node.shape)
    const sum = sumNode(maskedNode(isNumber(this.node), this.node), axes)
    return this.wrap(dropped(sum, axes, options?.keepDims))
  }

  /** Mean over axes of the elements that are not NaN; NaN where there are none. */
  nanMean<S extends Shape, const A extends Axes = undefined, const K extends boolean = false>(
    this: Tensor<S>,
    axis?: Ok<Reduce<S, A, K, 'nanMean'>, A>,
    options?: KeepDims<K>,
  ): Out<Reduce<S, A, K, 'nanMean'>> {
    const axes = axesOf('nanMean', axis, this.node.shape)
    const mean = precisely(this.node, (x) => {
      const real = isNumber(x)
      const [sum, count] = [sumNode(maskedNode(real, x), axes), sumNode(real, axes)]
      return binary(p.div, { node: sum }, { node: castNode(count, x.dtype) })
    })
    return this.wrap(dropped(mean, axes, options?.keepDims))
  }

  /**
   * Variance over axes, `Σ(x − mean)² / (n − correction)`, in two passes.
   *
   * NaN where nothing is left to divide by.
   */
  var<S extends Shape, const A extends Axes = undefined, const K extends boolean = false>(
    this: Tensor<S>,
    axis?: Ok<Reduce<S, A, K, 'var'>, A>,
    options?: Spread<K>,
  ): Out<Reduce<S, A, K, 'var'>> {
    const axes = axesOf('var', axis, this.node.shape)
    const spread = precisely(this.node, (x) => varianceNode('var', x, axes, options?.correction))
    return this.wrap(dropped(spread, axes, options?.keepDims))
  }

  /** Standard deviation over axes, the root of `var`; its gradient is 0 where it is 0. */
  std<S extends Shape, const A extends Axes = undefined, const K extends boolean = false>(
    this: Tensor<S>,
    axis?: Ok<Reduce<S, A, K, 'std'>, A>,
    options?: Spread<K>,
  ): Out<Reduce<S, A, K, 'std'>> {
    const axes = axesOf('std', axis, this.node.shape)
    const root = precisely(this.node, (x) =>
      rootNode(varianceNode('std', x, axes, options?.correction), 2),
    )
    return this.wrap(dropped(root, axes, options?.keepDims))
  }

  /**
   * Norm over axes, `(Σ|x|ᵖ)^(1/p)`; the largest and smallest magnitude for p = ±∞, the number of
   * elements that are not 0 for p = 0. Its gradient is 0 where it is 0.
   *
   * @throws IndexError for p = ±∞ over none
   */
  norm<S extends Shape, const A extends Axes = undefined, const K extends boolean = false>(
    this: Tensor<S>,
    axis?: Ok<Reduce<S, A, K, 'norm'>, A>,
    options?: NormOptions<K>,
  ): Out<Reduce<S, A, K, 'norm'>> {
    const axes = axesOf('norm', axis, this.node.shape)
    const length = precisely(this.node, (x) => normNode('norm', x, axes, options?.p ?? 2))
    return this.wrap(dropped(length, axes, options?.keepDims))
  }

  /** `x / max(‖x‖, eps)` along an axis: vectors of length 1. */
  normalize<S extends Shape>(
    this: Tensor<S>,
    axis: number | readonly number[] = -1,
    options: { readonly p?: number; readonly eps?: number } = {},
  ): Tensor<S> {
    const { p: order = 2, eps = 1e-12 } = expectOptions('normalize', options)
    const axes = axesOf('normalize', axis, this.node.shape)
    const least = expectNumber('normalize', 'eps', eps)
    const unit = precisely(this.node, (x) => {
      const length = normNode('normalize', x, axes, order)
      return binary(p.div, { node: x }, { node: binary(p.maximum, { node: length }, least) })
    })
    return this.wrap(unit)
  }

  /** Sum of a matrix's diagonal. @shape [m, n] → [] */
  trace(this: Tensor): Tensor<[]> {
    const { shape } = this.node
    if (shape.length !== 2) throw new ShapeError('trace.rank', { shape })
    return this.wrap(dropped(sumNode(diagonalNode(this.node, 0, 1, 0), [0]), [0], false))
  }
}

/** Where a node is not NaN. */
function isNumber(x: Node): Node {
  return binary(p.equal, { node: x }, { node: x })
}

/** The product over axes, which are kept with size 1. */
function productNode(x: Node, axes: readonly number[]): Node {
  const kept = [...x.shape.keys()].filter((axis) => !axes.includes(axis))
  const lead = kept.map((axis) => at(x.shape, axis))
  const count = sizeOf(axes.map((axis) => at(x.shape, axis)))
  const last = apply(p.permute, [x], { axes: [...kept, ...axes] })
  const product = halved(reshapeNode(last, [...lead, count]))
  return reshapeNode(
    product,
    x.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim)),
  )
}

/** Folds the last axis to one product: the first half times the second, until one is left. */
function halved(x: Node): Node {
  const axis = x.shape.length - 1
  let rest = x
  if (at(x.shape, axis) === 0) rest = framedNode(x, axis, [0, 1], 1)
  for (let n = at(rest.shape, axis); n > 1; n = at(rest.shape, axis)) {
    const half = Math.ceil(n / 2)
    const second = framedNode(cutNode(rest, axis, half, n), axis, [0, 2 * half - n], 1)
    rest = binary(p.mul, { node: cutNode(rest, axis, 0, half) }, { node: second })
  }
  return rest
}

/** Running products of pairs give every second result; one more product gives those between. */
function runningProduct(x: Node, axis: number): Node {
  const n = at(x.shape, axis)
  if (n <= 1) return x
  const m = Math.ceil(n / 2)
  const even = framedNode(x, axis, [0, 2 * m - n], 1)
  const pairs = reshapeNode(even, x.shape.toSpliced(axis, 1, m, 2))
  const [first, second] = [selectNode(pairs, axis + 1, 0), selectNode(pairs, axis + 1, 1)]
  const whole = runningProduct(binary(p.mul, { node: first }, { node: second }), axis)
  const before = framedNode(cutNode(whole, axis, 0, m - 1), axis, [1, 0], 1)
  const between = binary(p.mul, { node: before }, { node: first })
  return cutNode(interleavedNodes([between, whole], axis), axis, 0, n)
}

/** The variance over axes, which are kept with size 1. */
export function varianceNode(op: string, x: Node, axes: readonly number[], correction = 1): Node {
  if (!Number.isFinite(correction)) {
    throw new ValueError('value.number', { op, name: 'correction', got: showAny(correction) })
  }
  const count = sizeOf(axes.map((axis) => at(x.shape, axis)))
  const mean = binary(p.div, { node: sumNode(x, axes) }, count)
  const centred = binary(p.sub, { node: x }, { node: mean })
  const squares = binary(p.mul, { node: centred }, { node: centred })
  return binary(p.div, { node: sumNode(squares, axes) }, Math.max(0, count - correction))
}

/** A root of what is not negative, whose gradient is 0, and not infinite, at 0. */
export function rootNode(x: Node, order: number): Node {
  if (order === 1) return x
  const zero = binary(p.equal, { node: x }, 0)
  const safe = whereNode(zero, 1, { node: x })
  const atZero = order < 0 ? Number.POSITIVE_INFINITY : 0
  return whereNode(zero, atZero, { node: powerOf(safe, 1 / order) })
}

/** The norm over axes, which are kept with size 1. */
export function normNode(op: string, x: Node, axes: readonly number[], order: number): Node {
  if (Number.isNaN(expectNumber(op, 'p', order))) {
    throw new ValueError('value.number', { op, name: 'p', got: order })
  }
  expectLargest(op, x, axes, order)
  if (order === 0) return castNode(sumNode(castNode(x, 'bool'), axes), x.dtype)
  if (order === Number.POSITIVE_INFINITY) return maxNode(sizeNode(x), axes)
  if (order === Number.NEGATIVE_INFINITY) return reversed(maxNode(reversed(sizeNode(x)), axes))
  return rootNode(sumNode(magnitudes(x, order), axes), order)
}

/** Throws for the largest or smallest magnitude of nothing. */
function expectLargest(op: string, { shape }: Node, axes: readonly number[], order: number): void {
  const size = sizeOf(axes.map((axis) => at(shape, axis)))
  if (
    Math.abs(order) === Number.POSITIVE_INFINITY &&
    size === 0 &&
    sizeOf(keptSizes(shape, axes)) > 0
  ) {
    throw new IndexError('reduce.empty', { op, shape, axes })
  }
}

function keptSizes(shape: Sizes, axes: readonly number[]): number[] {
  return shape.filter((_, axis) => !axes.includes(axis))
}

function sizeNode(x: Node): Node {
  return binary(p.maximum, { node: x }, { node: unary(p.neg, x) })
}

/** `|x|ᵖ`, whose gradient at 0 is 0. */
export function magnitudes(x: Node, order: number): Node {
  if (order === 2) return binary(p.mul, { node: x }, { node: x })
  const size = sizeNode(x)
  if (order === 1) return size
  const zero = binary(p.equal, { node: size }, 0)
  const powers = powerOf(whereNode(zero, 1, { node: size }), order)
  const atZero = order < 0 ? Number.POSITIVE_INFINITY : 0
  return whereNode(zero, { node: literalNode('norm', atZero, size.dtype) }, { node: powers })
}
