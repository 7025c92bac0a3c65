/** Activations: what stands between the layers of networks. */
import { expectNumber, expectOptions } from '../base/argument.ts'
import { isHalf } from '../base/dtype.ts'
import { ShapeError } from '../base/error.ts'
import { at, normalizeAxis } from '../base/shape.ts'
import type { Glu } from '../base/types/axes.ts'
import type { Shape } from '../base/types/dim.ts'
import * as p from '../primitives/index.ts'
import { BitwiseTensor } from './bitwise.ts'
import { binary, floating, nodeOf, numeric, reshapeNode, unary, whereNode } from './nodes.ts'
import type { Tensor } from './tensor.ts'
import type { Ok, Out } from './typing.ts'

/** Settings of `elu` and `celu`. */
export interface EluOptions {
  /** Minus the limit far below 0; 1 by default. */
  readonly alpha?: number
}

/** Settings of `gelu`. */
export interface GeluOptions {
  /** `tanh` for the formula with the hyperbolic tangent that some models were trained with. */
  readonly approximate?: 'none' | 'tanh'
}

const ROOT_TWO_OVER_PI = 0.7978845608028654
// Klambauer and others' fixed point: mean 0 and variance 1 are kept
const SELU_ALPHA = 1.6732632423543772
const SELU_SCALE = 1.0507009873554805

/** Activation methods; integers become float32 unless said otherwise. */
export abstract class ActivationTensor extends BitwiseTensor {
  /**
   * Rectified linear unit, `max(x, 0)`; NaN stays NaN, −0 stays −0, and the gradient at 0 is 0.
   *
   * @dtype kept
   * @see Nair & Hinton 2010, ICML
   */
  relu<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.wrap(unary(p.relu, numeric(this.node)))
  }

  /** `min(max(x, 0), 6)`; the gradient at 0 and 6 is 0. @dtype kept @see Krizhevsky 2010 */
  relu6<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.hardtanh(0, 6)
  }

  /**
   * `x` above 0, `slope · x` below.
   *
   * @see Maas, Hannun & Ng 2013, ICML workshop
   */
  leakyRelu<S extends Shape>(this: Tensor<S>, slope = 0.01): Tensor<S> {
    const x = { node: floating(this.node) }
    return this.wrap(whereNode(binary(p.less, 0, x), x, { node: binary(p.mul, x, slope) }))
  }

  /**
   * `x` above 0, `weight · x` below, with a learnt weight: one number, or one for each channel (axis 1).
   *
   * @shape [N, C, ...], [] or [1] or [C] → [N, C, ...]
   * @throws ShapeError for a weight that is neither
   * @see He and others 2015, https://arxiv.org/abs/1502.01852
   */
  prelu<S extends Shape>(this: Tensor<S>, weight: Tensor): Tensor<S> {
    const x: Tensor = this.wrap(floating(this.node))
    const { shape } = this.node
    const slopes: Tensor = this.wrap(nodeOf('prelu', weight))
    const count = slopes.node.shape
    const channels = shape[shape.length > 1 ? 1 : 0] ?? 1
    if (count.length > 1 || (slopes.size !== 1 && slopes.size !== channels)) {
      throw new ShapeError('prelu.weight', { weight: count, shape, channels })
    }
    const laid = shape.map((_, axis) => (axis === Math.min(1, shape.length - 1) ? slopes.size : 1))
    const slope: Tensor = this.wrap(reshapeNode(slopes.node, laid))
    return x.greater(0).where(x, x.mul(slope))
  }

  /**
   * Exponential linear unit: `x` above 0, `α(eˣ − 1)` below.
   *
   * @see Clevert, Unterthiner & Hochreiter 2015, https://arxiv.org/abs/1511.07289
   */
  elu<S extends Shape>(this: Tensor<S>, options: EluOptions = {}): Tensor<S> {
    const { alpha = 1 } = expectOptions('elu', options)
    return inSteps(this.wrap(floating(this.node)), (x) => exponentialBelow(x, alpha, 1))
  }

  /**
   * Continuously differentiable ELU: `x` above 0, `α(e^(x/α) − 1)` below.
   *
   * @see Barron 2017, https://arxiv.org/abs/1704.07483
   */
  celu<S extends Shape>(this: Tensor<S>, options: EluOptions = {}): Tensor<S> {
    const { alpha = 1 } = expectOptions('celu', options)
    return inSteps(this.wrap(floating(this.node)), (x) => exponentialBelow(x, alpha, 1 / alpha))
  }

  /**
   * Scaled ELU with the constants that keep mean 0 and variance 1 from layer to layer.
   *
   * @see Klambauer and others 2017, https://arxiv.org/abs/1706.02515
   */
  selu<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return inSteps(this.wrap(floating(this.node)), (x) =>
      exponentialBelow(x, SELU_ALPHA, 1).mul(SELU_SCALE),
    )
  }

  /**
   * Gaussian error linear unit, `x · Φ(x)`.
   *
   * @see Hendrycks & Gimpel 2016, https://arxiv.org/abs/1606.08415
   */
  gelu<S extends Shape>(this: Tensor<S>, options: GeluOptions = {}): Tensor<S> {
    const { approximate = 'none' } = expectOptions('gelu', options)
    return inSteps(this.wrap(floating(this.node)), (x) => {
      if (approximate === 'none') return x.mul(x.mul(Math.SQRT1_2).erf().add(1).mul(0.5))
      const inner = x.mul(x.square().mul(0.044715).add(1)).mul(ROOT_TWO_OVER_PI)
      return x.mul(inner.tanh().add(1).mul(0.5))
    })
  }

  /** Sigmoid-weighted linear unit, `x · σ(x)`. @see Elfwing and others 2017, https://arxiv.org/abs/1702.03118 */
  silu<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return inSteps(this.wrap(this.node), (x) => x.mul(x.sigmoid()))
  }

  /** `x · tanh(softplus(x))`. @see Misra 2019, https://arxiv.org/abs/1908.08681 */
  mish<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return inSteps(this.wrap(this.node), (x) => x.mul(x.softplus().tanh()))
  }

  /** Smooth rectifier, `log(1 + e^(βx)) / β`. @see Dugas and others 2000, NeurIPS */
  softplus<S extends Shape>(this: Tensor<S>, beta = 1): Tensor<S> {
    return inSteps(this.wrap(floating(this.node)), (x) =>
      this.wrap(binary(p.div, { node: unary(p.softplus, x.mul(beta).node) }, beta)),
    )
  }

  /** `x / (1 + |x|)`. */
  softsign<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.div(this.abs().add(1))
  }

  /** `log σ(x)`. */
  logSigmoid<S extends Shape>(this: Tensor<S>): Tensor<S> {
    const x: Tensor = this.wrap(floating(this.node))
    return x.neg().softplus().neg()
  }

  /** Values limited to `low … high`; the gradient at the bounds is 0. @dtype kept */
  hardtanh<S extends Shape>(this: Tensor<S>, low = -1, high = 1): Tensor<S> {
    const x = { node: numeric(this.node) }
    const below = whereNode(binary(p.lessEqual, high, x), high, x)
    return this.wrap(whereNode(binary(p.lessEqual, x, low), low, { node: below }))
  }

  /** `min(max(x + 3, 0), 6) / 6`. @see Howard and others 2019, https://arxiv.org/abs/1905.02244 */
  hardsigmoid<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.add(3).hardtanh(0, 6).div(6)
  }

  /** `x · hardsigmoid(x)`. @see Howard and others 2019, https://arxiv.org/abs/1905.02244 */
  hardswish<S extends Shape>(this: Tensor<S>): Tensor<S> {
    const x: Tensor = this.wrap(this.node)
    return x.mul(x.hardsigmoid())
  }

  /** `x − tanh x`. */
  tanhshrink<S extends Shape>(this: Tensor<S>): Tensor<S> {
    const x: Tensor = this.wrap(this.node)
    return x.sub(x.tanh())
  }

  /** x brought `lambda` nearer to 0, and 0 for what lies within that. */
  softshrink<S extends Shape>(this: Tensor<S>, lambda = 0.5): Tensor<S> {
    const x: Tensor = this.wrap(floating(this.node))
    const low = x.less(-expectNumber('softshrink', 'lambda', lambda)).where(x.add(lambda), 0)
    return x.greater(lambda).where(x.sub(lambda), low)
  }

  /** x, and 0 where it lies within `lambda` of 0. */
  hardshrink<S extends Shape>(this: Tensor<S>, lambda = 0.5): Tensor<S> {
    const x: Tensor = this.wrap(floating(this.node))
    return x.abs().lessEqual(lambda).where(0, x)
  }

  /** x above a bound, and `value` at it and below. @dtype kept */
  threshold<S extends Shape>(this: Tensor<S>, bound: number, value: number): Tensor<S> {
    const x: Tensor = this.wrap(numeric(this.node))
    return x.lessEqual(bound).where(value, x)
  }

  /**
   * Gated linear unit: the first half along an axis times the sigmoid of the second.
   *
   * @shape [..., 2n, ...] → [..., n, ...]
   * @throws ShapeError for an odd size
   * @see Dauphin and others 2016, https://arxiv.org/abs/1612.08083
   */
  glu<S extends Shape, const A extends number = -1>(
    this: Tensor<S>,
    axis?: Ok<Glu<S, A>, A>,
  ): Out<Glu<S, A>> {
    const x: Tensor = this.wrap(floating(this.node))
    const { shape } = this.node
    const along = normalizeAxis('glu', axis ?? -1, shape)
    const size = at(shape, along)
    if (size % 2 !== 0) throw new ShapeError('glu.odd', { size, axis: along, shape })
    const gate = x.slice(along, size / 2)
    return this.wrap(x.slice(along, 0, size / 2).mul(gate.sigmoid()).node)
  }
}

/** A composition of several steps; on 16-bit floats it runs in float32 and is rounded once. */
function inSteps(x: Tensor, compose: (x: Tensor) => Tensor): Tensor {
  return isHalf(x.dtype) ? compose(x.cast('float32')).cast(x.dtype) : compose(x)
}

/** x above 0, α·(e^(rate·x) − 1) below. */
function exponentialBelow(x: Tensor, alpha: number, rate: number): Tensor {
  const above = x.greater(0)
  // the side that is not taken must not overflow
  const below = above.where(0, x).mul(rate).expm1().mul(alpha)
  return above.where(x, below)
}
