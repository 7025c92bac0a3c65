/** Functions of one number: rounding, powers, trigonometry, and what statistics needs. */
import { expectOptions } from '../base/argument.ts'
import { dtypes } from '../base/dtype.ts'
import { ValueError } from '../base/error.ts'
import { expectInteger } from '../base/shape.ts'
import type { Shape } from '../base/types/dim.ts'
import * as p from '../primitives/index.ts'
import { ElementwiseTensor } from './elementwise.ts'
import { apply, binary, castNode, floating, unary, whereNode } from './nodes.ts'
import type { Tensor } from './tensor.ts'

/** Derivatives of log Γ beyond this are sums of factorials that float64 cannot hold. */
const MOST_ORDER = 100
const INFINITY = Number.POSITIVE_INFINITY
const MAX_FLOAT32 = 3.4028234663852886e38

/** What `nanToNum` puts in the place of what is not finite. */
export interface NanToNumOptions {
  /** For NaN; 0 by default. */
  readonly nan?: number
  /** For ∞; the dtype's largest number by default. */
  readonly posInf?: number
  /** For −∞; the dtype's least number by default. */
  readonly negInf?: number
}

/** Methods of one operand beyond the first few; integers become float32 where that is the meaning. */
export abstract class MathTensor extends ElementwiseTensor {
  /** 1 above 0, −1 below, 0 at 0 and for NaN. */
  sign<S extends Shape>(this: Tensor<S>): Tensor<S> {
    const x = this.node
    const [above, below] = [binary(p.less, 0, this), binary(p.less, this, 0)]
    if (x.dtype === 'bool') return this.wrap(x)
    const node = { node: castNode(below, x.dtype) }
    return this.wrap(binary(p.sub, { node: castNode(above, x.dtype) }, node))
  }

  /** The nearest integer, the even one of two: 0.5 becomes 0, 1.5 becomes 2. */
  round<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.wrap(unary(p.round, this.node))
  }

  /** Smallest integer not below x. */
  ceil<S extends Shape>(this: Tensor<S>): Tensor<S> {
    const x = this.node
    if (dtypes[x.dtype].kind !== 'float') return this.wrap(unary(p.floor, x))
    return this.wrap(unary(p.neg, unary(p.floor, unary(p.neg, x))))
  }

  /** x without its fraction: the next integer toward zero. */
  trunc<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.less(0).where(this.ceil(), this.floor())
  }

  /** The fraction of x, with its sign: `x − trunc(x)`. */
  frac<S extends Shape>(this: Tensor<S>): Tensor<S> {
    const x: Tensor = this.wrap(this.node)
    return x.sub(x.trunc())
  }

  /** `1 / x`. */
  reciprocal<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.wrap(binary(p.div, 1, this, floating))
  }

  /** `1 / √x`. */
  rsqrt<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.sqrt().reciprocal()
  }

  /** `2ˣ`; exact for integers. */
  exp2<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.wrap(unary(p.exp2, floating(this.node)))
  }

  /** `eˣ − 1`, accurate near 0. */
  expm1<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.wrap(unary(p.expm1, floating(this.node)))
  }

  /** `log(1 + x)`, accurate near 0; −∞ at −1, NaN below. */
  log1p<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.wrap(unary(p.log1p, floating(this.node)))
  }

  /** Logarithm to base 2; exact for powers of two. */
  log2<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.wrap(unary(p.log2, floating(this.node)))
  }

  /** Logarithm to base 10. */
  log10<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.wrap(unary(p.log10, floating(this.node)))
  }

  /** Tangent of radians. */
  tan<S extends Shape>(this: Tensor<S>): Tensor<S> {
    const x: Tensor = this.wrap(this.node)
    return x.sin().div(x.cos())
  }

  /** Arcsine, from −π/2 to π/2; NaN outside of −1 … 1. */
  asin<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.wrap(unary(p.asin, floating(this.node)))
  }

  /** Arccosine, from 0 to π; NaN outside of −1 … 1. */
  acos<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.wrap(unary(p.acos, floating(this.node)))
  }

  /** Arctangent, from −π/2 to π/2. */
  atan<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.wrap(binary(p.atan2, this, 1, floating))
  }

  /** Hyperbolic sine. */
  sinh<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.wrap(unary(p.sinh, floating(this.node)))
  }

  /** Hyperbolic cosine. */
  cosh<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.wrap(unary(p.cosh, floating(this.node)))
  }

  /** Inverse hyperbolic sine. */
  asinh<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.wrap(unary(p.asinh, floating(this.node)))
  }

  /** Inverse hyperbolic cosine; NaN below 1. */
  acosh<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.wrap(unary(p.acosh, floating(this.node)))
  }

  /** Inverse hyperbolic tangent; ±∞ at ±1, NaN beyond. */
  atanh<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.wrap(unary(p.atanh, floating(this.node)))
  }

  /** `1 − erf(x)`, accurate where erf is near 1. */
  erfc<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.wrap(unary(p.erfc, floating(this.node)))
  }

  /** Inverse of the error function; ±∞ at ±1, NaN beyond. */
  erfinv<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.wrap(unary(p.erfinv, floating(this.node)))
  }

  /** `log |Γ(x)|`; ∞ at 0 and the negative integers. */
  lgamma<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.wrap(unary(p.lgamma, floating(this.node)))
  }

  /** Derivative of `log Γ(x)`; NaN at the negative integers. */
  digamma<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.polygamma(0)
  }

  /**
   * The derivative of order `order + 1` of `log Γ(x)`: 0 is digamma, 1 trigamma.
   *
   * @throws ValueError unless `order` is an integer ≥ 0
   */
  polygamma<S extends Shape>(this: Tensor<S>, order: number): Tensor<S> {
    const checked = expectInteger('polygamma', 'order', order, 0)
    if (checked > MOST_ORDER) {
      const range = { op: 'polygamma', name: 'order', low: 0, high: MOST_ORDER }
      throw new ValueError('value.range', { ...range, got: order })
    }
    return this.wrap(apply(p.polygamma, [floating(this.node)], { order: checked }))
  }

  /** Log-odds, `log(x / (1 − x))`: the inverse of the sigmoid; NaN outside 0 … 1. */
  logit<S extends Shape>(this: Tensor<S>): Tensor<S> {
    const x = floating(this.node)
    const odds = binary(p.div, { node: x }, { node: binary(p.sub, 1, { node: x }) })
    return this.wrap(unary(p.log, odds))
  }

  /** `sin(πx) / πx`, and 1 at 0. */
  sinc<S extends Shape>(this: Tensor<S>): Tensor<S> {
    const atZero = binary(p.equal, this, 0)
    const angle = binary(
      p.mul,
      { node: whereNode(atZero, 1, { node: floating(this.node) }) },
      Math.PI,
    )
    const ratio = binary(p.div, { node: unary(p.sin, angle) }, { node: angle })
    return this.wrap(whereNode(atZero, 1, { node: ratio }))
  }

  /** True where x is NaN. */
  isNaN<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.wrap(unary(p.not, binary(p.equal, this, this)))
  }

  /** True where x is ∞ or −∞. */
  isInf<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.abs().equal(INFINITY)
  }

  /** True where x is neither NaN nor infinite. */
  isFinite<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.abs().less(INFINITY)
  }

  /** x with numbers in the place of NaN, ∞ and −∞. */
  nanToNum<S extends Shape>(this: Tensor<S>, options: NanToNumOptions = {}): Tensor<S> {
    if (dtypes[this.dtype].kind !== 'float') return this.wrap(this.node)
    const most = this.dtype === 'float64' ? Number.MAX_VALUE : MAX_FLOAT32
    const { nan = 0, posInf = most, negInf = -most } = expectOptions('nanToNum', options)
    const bounded = this.equal(INFINITY).where(posInf, this.equal(-INFINITY).where(negInf, this))
    return this.isNaN().where(nan, bounded)
  }
}
