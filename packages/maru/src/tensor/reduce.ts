/** Folds over axes, and what is built from them. */
import { at, normalizeAxes, normalizeAxis, type Sizes, sizeOf, stridesOf } from '../base/shape.ts'
import type { Reduce } from '../base/types/axes.ts'
import type { Shape } from '../base/types/dim.ts'
import { makeLiteral, type Node } from '../graph/node.ts'
import * as p from '../primitives/index.ts'
import { ArrangeTensor } from './arrange.ts'
import { apply, binary, expandNode, precisely, reshapeNode, reversed, summable } from './nodes.ts'
import type { Tensor } from './tensor.ts'
import type { Ok, Out } from './typing.ts'

export type Axes = number | readonly number[] | undefined

export interface KeepDims<K extends boolean> {
  /** Keep the reduced axes, with size 1. */
  readonly keepDims?: K
}

export function axesOf(op: string, axis: unknown, shape: Sizes): number[] {
  return normalizeAxes(op, axis, shape)
}

export function dropped(node: Node, axes: readonly number[], keep: boolean | undefined): Node {
  if (keep) return node
  return reshapeNode(
    node,
    node.shape.filter((_, axis) => !axes.includes(axis)),
  )
}

export function sumNode(x: Node, axes: readonly number[]): Node {
  const ready = summable(x)
  return axes.length === 0 ? ready : apply(p.sum, [ready], { axes })
}

export function maxNode(x: Node, axes: readonly number[], ties: 'share' | 'first' = 'share'): Node {
  return axes.length === 0 ? x : apply(p.max, [x], { axes, ties })
}

export abstract class ReduceTensor extends ArrangeTensor {
  /**
   * Sum over axes, all of them by default; 0 over none. Small integers and bools sum to int32.
   *
   * @dtype float32 sums in 16 fixed lanes, so the result does not depend on threads
   */
  sum<S extends Shape, const A extends Axes = undefined, const K extends boolean = false>(
    this: Tensor<S>,
    axis?: Ok<Reduce<S, A, K, 'sum'>, A>,
    options?: KeepDims<K>,
  ): Out<Reduce<S, A, K, 'sum'>> {
    const axes = axesOf('sum', axis, this.node.shape)
    return this.wrap(dropped(sumNode(this.node, axes), axes, options?.keepDims))
  }

  /** Mean over axes; NaN over none. */
  mean<S extends Shape, const A extends Axes = undefined, const K extends boolean = false>(
    this: Tensor<S>,
    axis?: Ok<Reduce<S, A, K, 'mean'>, A>,
    options?: KeepDims<K>,
  ): Out<Reduce<S, A, K, 'mean'>> {
    const { shape } = this.node
    const axes = axesOf('mean', axis, shape)
    const count = sizeOf(axes.map((each) => at(shape, each)))
    const mean = precisely(this.node, (x) => binary(p.div, { node: sumNode(x, axes) }, count))
    return this.wrap(dropped(mean, axes, options?.keepDims))
  }

  /** Largest element; NaN if any is. Equal ones share the gradient. @throws IndexError over none */
  max<S extends Shape, const A extends Axes = undefined, const K extends boolean = false>(
    this: Tensor<S>,
    axis?: Ok<Reduce<S, A, K, 'max'>, A>,
    options?: KeepDims<K>,
  ): Out<Reduce<S, A, K, 'max'>> {
    const axes = axesOf('max', axis, this.node.shape)
    return this.wrap(dropped(maxNode(this.node, axes), axes, options?.keepDims))
  }

  /** Smallest element; NaN if any is. Equal ones share the gradient. @throws IndexError over none */
  min<S extends Shape, const A extends Axes = undefined, const K extends boolean = false>(
    this: Tensor<S>,
    axis?: Ok<Reduce<S, A, K, 'min'>, A>,
    options?: KeepDims<K>,
  ): Out<Reduce<S, A, K, 'min'>> {
    const axes = axesOf('min', axis, this.node.shape)
    const least = reversed(maxNode(reversed(this.node), axes))
    return this.wrap(dropped(least, axes, options?.keepDims))
  }

  /** Position of the first largest element along an axis, or in the flattened tensor; NaN is largest. */
  argmax<
    S extends Shape,
    const A extends number | undefined = undefined,
    const K extends boolean = false,
  >(
    this: Tensor<S>,
    axis?: Ok<Reduce<S, A, K, 'argmax'>, A>,
    options?: KeepDims<K>,
  ): Out<Reduce<S, A, K, 'argmax'>> {
    const axes = axesOf('argmax', axis, this.node.shape)
    const found = apply(p.argmax, [this.node], { axes })
    return this.wrap(dropped(found, axes, options?.keepDims))
  }

  /** Largest element over axes with the gradient going to the first of equal ones, as in pooling. */
  firstMax(axes: readonly number[]): Tensor {
    const fixed = normalizeAxes('firstMax', axes, this.node.shape)
    return this.wrap(dropped(maxNode(this.node, fixed, 'first'), fixed, false))
  }

  /** Row-major position within `axes` of the first largest element, the axes kept with size 1. */
  argmaxOver(axes: readonly number[]): Tensor {
    const fixed = normalizeAxes('argmaxOver', axes, this.node.shape)
    return this.wrap(apply(p.argmax, [this.node], { axes: fixed }))
  }

  /** At every element, its row-major position within `axes`. */
  positionsOver(axes: readonly number[]): Tensor {
    const { shape } = this.node
    const fixed = normalizeAxes('positionsOver', axes, shape)
    const strides = stridesOf(fixed.map((axis) => at(shape, axis)))
    const parts = fixed.map((axis, i) => {
      const index = apply(p.iota, [], { shape, axis, dtype: 'int32' as const })
      return binary(p.mul, { node: index }, at(strides, i))
    })
    const [first = expandNode(makeLiteral(p.literal, 0, 'int32'), shape), ...rest] = parts
    return this.wrap(
      rest.reduce((sum, part) => binary(p.add, { node: sum }, { node: part }), first),
    )
  }

  /**
   * `log Σ eˣ` over an axis, without overflow.
   *
   * @shape [..., n, ...] → [..., ...]
   */
  logSumExp<S extends Shape, const A extends number = -1, const K extends boolean = false>(
    this: Tensor<S>,
    axis?: Ok<Reduce<S, A, K, 'logSumExp'>, A>,
    options?: KeepDims<K>,
  ): Out<Reduce<S, A, K, 'logSumExp'>> {
    const along = normalizeAxis('logSumExp', axis ?? -1, this.node.shape)
    const result = precisely(this.node, (node) => {
      const x = this.wrap<Tensor>(node)
      const top = shiftOf(x, along)
      return x.sub(top).exp().sum(along, { keepDims: true }).log().add(top).node
    })
    return this.wrap(dropped(result, [along], options?.keepDims))
  }

  /**
   * `eˣ / Σ eˣ` along an axis.
   *
   * @shape [..., n, ...] → the same; sums to 1 along the axis
   */
  softmax<S extends Shape>(this: Tensor<S>, axis = -1): Tensor<S> {
    const along = normalizeAxis('softmax', axis, this.node.shape)
    const result = precisely(this.node, (node) => {
      const x = this.wrap<Tensor>(node)
      const raised = x.sub(shiftOf(x, along)).exp()
      return raised.div(raised.sum(along, { keepDims: true })).node
    })
    return this.wrap(result)
  }

  /** `x − log Σ eˣ` along an axis: the logarithm of `softmax`, without its rounding. */
  logSoftmax<S extends Shape>(this: Tensor<S>, axis = -1): Tensor<S> {
    const along = normalizeAxis('logSoftmax', axis, this.node.shape)
    const result = precisely(this.node, (node) => {
      const x = this.wrap<Tensor>(node)
      const shifted = x.sub(shiftOf(x, along))
      return shifted.sub(shifted.exp().sum(along, { keepDims: true }).log()).node
    })
    return this.wrap(result)
  }
}

/** The largest element as a constant; 0 over none, and for an infinite one, since ∞ − ∞ is NaN. */
function shiftOf(x: Tensor, axis: number): Tensor {
  const constant = x.stopGradient()
  if (x.node.shape.at(axis) === 0) return constant.sum(axis, { keepDims: true })
  const top = constant.max(axis, { keepDims: true })
  const infinite = top.abs().equal(Number.POSITIVE_INFINITY)
  return infinite.where(0, top)
}
