/** Running folds along an axis. */
import { expectOptions } from '../base/argument.ts'
import { ShapeError } from '../base/error.ts'
import { broadcast, normalizeAxis, sameShape } from '../base/shape.ts'
import type { Shape } from '../base/types/dim.ts'
import * as p from '../primitives/index.ts'
import { apply, castNode, expandNode, floating, nodeOf, reversed, summable } from './nodes.ts'
import { type Selection, SortTensor, selected } from './sort.ts'
import type { Tensor } from './tensor.ts'

interface Direction {
  /** Fold from the end of the axis. */
  readonly reverse?: boolean
}

export abstract class PrefixTensor extends SortTensor {
  /**
   * Running sum along an axis. Small integers and bools sum to int32.
   *
   * @example tensor([1, 2, 3]).cumsum() // [1, 3, 6]
   */
  cumsum<S extends Shape>(this: Tensor<S>, axis = -1, options: Direction = {}): Tensor<S> {
    const { reverse = false } = expectOptions('cumsum', options)
    const along = normalizeAxis('cumsum', axis, this.node.shape)
    return this.wrap(apply(p.cumsum, [summable(this.node)], { axis: along, reverse }))
  }

  /**
   * `sᵢ = xᵢ + aᵢ · sᵢ₋₁` along an axis, from `s₀ = x₀`; with sᵢ₊₁, from the end, in reverse.
   *
   * Discounted returns, exponential averages and the states of linear recurrent networks are such sums.
   *
   * @shape [...], decay broadcast to it → the same
   * @dtype that of the tensor, float32 for integers
   * @example ones([3]).linearRecurrence(full([], 0.5)) // [1, 1.5, 1.75]
   */
  linearRecurrence<S extends Shape>(
    this: Tensor<S>,
    decay: Tensor,
    axis = -1,
    options: Direction = {},
  ): Tensor<S> {
    const { reverse = false } = expectOptions('linearRecurrence', options)
    const along = normalizeAxis('linearRecurrence', axis, this.node.shape)
    const x = floating(this.node)
    const factors = castNode(nodeOf('linearRecurrence', decay), x.dtype)
    const shape = broadcast('linearRecurrence', x.shape, factors.shape)
    if (!sameShape(shape, x.shape))
      throw new ShapeError('expand.shape', { from: factors.shape, to: x.shape })
    const inputs = [x, expandNode(factors, x.shape)]
    return this.wrap(apply(p.linearRecurrence, inputs, { axis: along, reverse }))
  }

  /** Running `log Σ eˣ` along an axis, without overflow. */
  logCumSumExp<S extends Shape>(this: Tensor<S>, axis = -1, options: Direction = {}): Tensor<S> {
    const { reverse = false } = expectOptions('logCumSumExp', options)
    const along = normalizeAxis('logCumSumExp', axis, this.node.shape)
    return this.wrap(apply(p.logCumSumExp, [floating(this.node)], { axis: along, reverse }))
  }

  /** The largest element so far along an axis, the latest of equal ones; a NaN stays. */
  cummax(this: Tensor, axis = -1): Selection {
    const along = normalizeAxis('cummax', axis, this.node.shape)
    return selected(this, this.wrap(apply(p.argCummax, [this.node], { axis: along })), along)
  }

  /** The smallest element so far along an axis, the latest of equal ones; a NaN stays. */
  cummin(this: Tensor, axis = -1): Selection {
    const along = normalizeAxis('cummin', axis, this.node.shape)
    return selected(
      this,
      this.wrap(apply(p.argCummax, [reversed(this.node)], { axis: along })),
      along,
    )
  }
}
