/** Functions of two and more numbers, with broadcasting. */
import { expectOptions } from '../base/argument.ts'
import { isFloat } from '../base/dtype.ts'
import type { Shape } from '../base/types/dim.ts'
import type { Broadcast } from '../base/types/shape.ts'
import { makeLiteral, type Node } from '../graph/node.ts'
import * as p from '../primitives/index.ts'
import { MathTensor } from './math.ts'
import {
  binary,
  expandNode,
  floating,
  nodeOf,
  numeric,
  operandNode,
  unary,
  whereNode,
} from './nodes.ts'
import type { Tensor } from './tensor.ts'
import type { Arg, Out } from './typing.ts'

const INFINITY = Number.POSITIVE_INFINITY
/** Largest size of a whole exponent whose power is a chain of products. */
const MOST_SQUARED = 64

/** A factor for `addcmul` and `addcdiv`. */
export interface ScaleOptions {
  /** 1 by default. */
  readonly value?: number
}

/** Methods of several operands beyond the first few. */
export abstract class ArithmeticTensor extends MathTensor {
  /** `a ≠ b`, as bool; true where either is NaN. @shape [...], [...] → broadcast */
  notEqual<S extends Shape, B extends Shape = []>(
    this: Tensor<S>,
    other: number | Arg<Broadcast<S, B, 'notEqual'>, B>,
  ): Out<Broadcast<S, B>> {
    return this.wrap(unary(p.not, binary(p.equal, this, other)))
  }

  /**
   * `xʸ`: 1 for y = 0 or x = 1, even where the other is NaN; NaN for a negative x and a fraction y.
   *
   * A whole number up to 64 is a chain of products, exact where they are. Integers keep their dtype:
   * they wrap around, and a tensor of negative exponents takes `1/xⁿ` toward zero; a negative number
   * makes them float32.
   *
   * @shape [...], [...] → broadcast
   */
  pow<S extends Shape, B extends Shape = []>(
    this: Tensor<S>,
    exponent: number | Arg<Broadcast<S, B, 'pow'>, B>,
  ): Out<Broadcast<S, B>> {
    if (typeof exponent === 'number') return this.wrap(powerOf(this.node, exponent))
    return this.wrap(binary(p.pow, this, exponent, numeric))
  }

  /** Angle of the points (b, a) in radians, from −π to π; the signs of zeros count. @shape [...], [...] → broadcast */
  atan2<S extends Shape, B extends Shape = []>(
    this: Tensor<S>,
    other: number | Arg<Broadcast<S, B, 'atan2'>, B>,
  ): Out<Broadcast<S, B>> {
    return this.wrap(binary(p.atan2, this, other, floating))
  }

  /** `√(a² + b²)` without overflow on the way. @shape [...], [...] → broadcast */
  hypot<S extends Shape, B extends Shape = []>(
    this: Tensor<S>,
    other: number | Arg<Broadcast<S, B, 'hypot'>, B>,
  ): Out<Broadcast<S, B>> {
    const [x, y]: [Tensor, Tensor] = [this, this.wrap(operandNode('hypot', other, this.node))]
    const [a, b] = [x.abs(), y.abs()]
    const most = a.maximum(b).stopGradient()
    const endless = a.equal(INFINITY).logicalOr(b.equal(INFINITY))
    const scale = most.greater(0).logicalAnd(most.isFinite()).where(most, 1)
    const root = x.div(scale).square().add(y.div(scale).square()).sqrt().mul(scale)
    return this.wrap(endless.where(INFINITY, root).node)
  }

  /** `log(eᵃ + eᵇ)` without overflow on the way. @shape [...], [...] → broadcast */
  logAddExp<S extends Shape, B extends Shape = []>(
    this: Tensor<S>,
    other: number | Arg<Broadcast<S, B, 'logAddExp'>, B>,
  ): Out<Broadcast<S, B>> {
    const y: Tensor = this.wrap(floating(operandNode('logAddExp', other, this.node)))
    const x: Tensor = this.wrap(floating(this.node))
    const isLess = x.less(y)
    const [large, small] = [isLess.where(y, x), isLess.where(x, y)]
    const alike = large.equal(small).logicalAnd(large.isInf())
    return this.wrap(large.add(alike.where(0, small.sub(large)).softplus()).node)
  }

  /** `a · log b`, and 0 where a is 0 unless b is NaN. @shape [...], [...] → broadcast */
  xlogy<S extends Shape, B extends Shape = []>(
    this: Tensor<S>,
    other: number | Arg<Broadcast<S, B, 'xlogy'>, B>,
  ): Out<Broadcast<S, B>> {
    const [x, y]: [Tensor, Tensor] = [this, this.wrap(operandNode('xlogy', other, this.node))]
    const none = x.equal(0).logicalAnd(y.lessEqual(0).logicalOr(y.equal(INFINITY)))
    return this.wrap(x.mul(none.where(1, y).log()).node)
  }

  /**
   * Remainder of `a / b` with the sign of a; of integers by 0 it is 0.
   *
   * Exact while |a/b| ≤ 2^24; beyond, where neighbouring float32 are further apart than b, it may be 0.
   *
   * @shape [...], [...] → broadcast
   */
  fmod<S extends Shape, B extends Shape = []>(
    this: Tensor<S>,
    other: number | Arg<Broadcast<S, B, 'fmod'>, B>,
  ): Out<Broadcast<S, B>> {
    return this.wrap(binary(p.fmod, this, other, numeric))
  }

  /** Remainder of `a / b` with the sign of b, and otherwise like `fmod`. @shape [...], [...] → broadcast */
  remainder<S extends Shape, B extends Shape = []>(
    this: Tensor<S>,
    other: number | Arg<Broadcast<S, B, 'remainder'>, B>,
  ): Out<Broadcast<S, B>> {
    const [x, y]: [Tensor, Tensor] = [this, this.wrap(operandNode('remainder', other, this.node))]
    const rest = x.fmod(y)
    const opposite = rest.less(0).notEqual(y.less(0)).logicalAnd(rest.notEqual(0))
    return this.wrap(opposite.where(rest.add(y), rest).node)
  }

  /** The largest integer not above `a / b`, in the operands' dtype; of integers by 0 it is 0. @shape [...], [...] → broadcast */
  floorDivide<S extends Shape, B extends Shape = []>(
    this: Tensor<S>,
    other: number | Arg<Broadcast<S, B, 'floorDivide'>, B>,
  ): Out<Broadcast<S, B>> {
    return this.wrap(binary(p.floorDivide, this, other, numeric))
  }

  /** |a| with the sign of b, that of a zero included. @shape [...], [...] → broadcast */
  copysign<S extends Shape, B extends Shape = []>(
    this: Tensor<S>,
    other: number | Arg<Broadcast<S, B, 'copysign'>, B>,
  ): Out<Broadcast<S, B>> {
    const [x, y]: [Tensor, Tensor] = [this, this.wrap(operandNode('copysign', other, this.node))]
    const size = x.cast(floating(this.node).dtype).abs()
    const negative = y.equal(0).where(y.reciprocal().less(0), y.less(0))
    return this.wrap(negative.where(size.neg(), size).node)
  }

  /** 0 below 0, 1 above, and `other` at 0. @shape [...], [...] → broadcast */
  heaviside<S extends Shape, B extends Shape = []>(
    this: Tensor<S>,
    other: number | Arg<Broadcast<S, B, 'heaviside'>, B>,
  ): Out<Broadcast<S, B>> {
    const [x, y]: [Tensor, Tensor] = [this, this.wrap(operandNode('heaviside', other, this.node))]
    return this.wrap(x.equal(0).where(y, x.greater(0).cast(x.dtype)).node)
  }

  /** The larger of a and b; the gradient passes to a where it is not below b. @shape [...], [...] → broadcast */
  clampMin<S extends Shape, B extends Shape = []>(
    this: Tensor<S>,
    other: number | Arg<Broadcast<S, B, 'clampMin'>, B>,
  ): Out<Broadcast<S, B>> {
    return this.wrap(whereNode(binary(p.less, this, other), other, this))
  }

  /** The smaller of a and b; the gradient passes to a where it is not above b. @shape [...], [...] → broadcast */
  clampMax<S extends Shape, B extends Shape = []>(
    this: Tensor<S>,
    other: number | Arg<Broadcast<S, B, 'clampMax'>, B>,
  ): Out<Broadcast<S, B>> {
    return this.wrap(whereNode(binary(p.less, other, this), other, this))
  }

  /** `a + weight · (end − a)`: a for a weight of 0, `end` for 1. @shape all of them → broadcast */
  lerp(end: Tensor, weight: Tensor | number): Tensor {
    const a: Tensor = this.wrap(floating(this.node))
    const last: Tensor = this.wrap(nodeOf('lerp', end))
    const step = last.sub(a)
    const near = (w: Tensor | number): Tensor => a.add(step.mul(w))
    const far = (rest: Tensor | number): Tensor => last.sub(step.mul(rest))
    if (typeof weight === 'number') return Math.abs(weight) < 0.5 ? near(weight) : far(1 - weight)
    const w: Tensor = this.wrap(floating(nodeOf('lerp', weight)))
    return w
      .abs()
      .less(0.5)
      .where(near(w), far(w.neg().add(1)))
  }

  /** `x + value · a · b`. @shape all three → broadcast */
  addcmul(a: Tensor, b: Tensor, options: ScaleOptions = {}): Tensor {
    const { value = 1 } = expectOptions('addcmul', options)
    const x: Tensor = this.wrap(this.node)
    const factor: Tensor = this.wrap(nodeOf('addcmul', a))
    return x.add(factor.mul(b).mul(value))
  }

  /** `x + value · a / b`. @shape all three → broadcast */
  addcdiv(a: Tensor, b: Tensor, options: ScaleOptions = {}): Tensor {
    const { value = 1 } = expectOptions('addcdiv', options)
    const x: Tensor = this.wrap(this.node)
    const dividend: Tensor = this.wrap(nodeOf('addcdiv', a))
    return x.add(dividend.div(b).mul(value))
  }
}

export function powerOf(x: Node, exponent: number): Node {
  const base = exponent < 0 || !Number.isInteger(exponent) ? floating(x) : numeric(x)
  if (exponent === 0) return expandNode(makeLiteral(p.literal, 1, base.dtype), base.shape)
  if (Math.abs(exponent) === 0.5) {
    const root = unary(p.sqrt, base)
    return exponent > 0 ? root : binary(p.div, 1, { node: root })
  }
  const whole = Number.isInteger(exponent)
  const exact = whole && (Math.abs(exponent) <= MOST_SQUARED || !isFloat(base.dtype))
  if (!exact) return binary(p.pow, { node: base }, exponent)
  const power = squared(base, Math.abs(exponent))
  return exponent > 0 ? power : binary(p.div, 1, { node: power })
}

/** A whole power ≥ 1 by squaring. */
function squared(x: Node, exponent: number): Node {
  let result: Node | undefined
  let square = x
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = result ? binary(p.mul, { node: result }, { node: square }) : square
    if (rest > 1) square = binary(p.mul, { node: square }, { node: square })
  }
  return result ?? x
}
