/** One result for each element, with broadcasting. */
import { type DType, expectDType } from '../base/dtype.ts'
import type { Shape } from '../base/types/dim.ts'
import type { Broadcast } from '../base/types/shape.ts'
import { makeNode } from '../graph/node.ts'
import * as p from '../primitives/index.ts'
import { TensorBase } from './base.ts'
import { binary, castNode, floating, nodeOf, numeric, unary, whereNode } from './nodes.ts'
import type { Tensor } from './tensor.ts'
import type { Arg, Out } from './typing.ts'

/** Elementwise methods. Numbers take the tensor's dtype; tensors are promoted as in PyTorch. */
export abstract class ElementwiseTensor extends TensorBase {
  /** `a + b`; of bools, whether either is true. @shape [...], [...] → broadcast */
  add<S extends Shape, B extends Shape = []>(
    this: Tensor<S>,
    other: number | Arg<Broadcast<S, B, 'add'>, B>,
  ): Out<Broadcast<S, B>> {
    return this.wrap(binary(p.add, this, other))
  }

  /** `a − b`; bools are refused. @shape [...], [...] → broadcast */
  sub<S extends Shape, B extends Shape = []>(
    this: Tensor<S>,
    other: number | Arg<Broadcast<S, B, 'sub'>, B>,
  ): Out<Broadcast<S, B>> {
    return this.wrap(binary(p.sub, this, other))
  }

  /** `a · b`; of bools, whether both are true. @shape [...], [...] → broadcast */
  mul<S extends Shape, B extends Shape = []>(
    this: Tensor<S>,
    other: number | Arg<Broadcast<S, B, 'mul'>, B>,
  ): Out<Broadcast<S, B>> {
    return this.wrap(binary(p.mul, this, other))
  }

  /** `a / b`, always floating-point. @shape [...], [...] → broadcast */
  div<S extends Shape, B extends Shape = []>(
    this: Tensor<S>,
    other: number | Arg<Broadcast<S, B, 'div'>, B>,
  ): Out<Broadcast<S, B>> {
    return this.wrap(binary(p.div, this, other, floating))
  }

  /** The larger of two; NaN if either is. @shape [...], [...] → broadcast */
  maximum<S extends Shape, B extends Shape = []>(
    this: Tensor<S>,
    other: number | Arg<Broadcast<S, B, 'maximum'>, B>,
  ): Out<Broadcast<S, B>> {
    return this.wrap(binary(p.maximum, this, other))
  }

  /** The smaller of two; NaN if either is. @shape [...], [...] → broadcast */
  minimum<S extends Shape, B extends Shape = []>(
    this: Tensor<S>,
    other: number | Arg<Broadcast<S, B, 'minimum'>, B>,
  ): Out<Broadcast<S, B>> {
    return this.wrap(binary(p.minimum, this, other))
  }

  /** `a < b`, as bool. @shape [...], [...] → broadcast */
  less<S extends Shape, B extends Shape = []>(
    this: Tensor<S>,
    other: number | Arg<Broadcast<S, B, 'less'>, B>,
  ): Out<Broadcast<S, B>> {
    return this.wrap(binary(p.less, this, other))
  }

  /** `a ≤ b`, as bool. @shape [...], [...] → broadcast */
  lessEqual<S extends Shape, B extends Shape = []>(
    this: Tensor<S>,
    other: number | Arg<Broadcast<S, B, 'lessEqual'>, B>,
  ): Out<Broadcast<S, B>> {
    return this.wrap(binary(p.lessEqual, this, other))
  }

  /** `a > b`, as bool. @shape [...], [...] → broadcast */
  greater<S extends Shape, B extends Shape = []>(
    this: Tensor<S>,
    other: number | Arg<Broadcast<S, B, 'greater'>, B>,
  ): Out<Broadcast<S, B>> {
    return this.wrap(binary(p.less, other, this))
  }

  /** `a ≥ b`, as bool. @shape [...], [...] → broadcast */
  greaterEqual<S extends Shape, B extends Shape = []>(
    this: Tensor<S>,
    other: number | Arg<Broadcast<S, B, 'greaterEqual'>, B>,
  ): Out<Broadcast<S, B>> {
    return this.wrap(binary(p.lessEqual, other, this))
  }

  /** `a = b`, as bool. @shape [...], [...] → broadcast */
  equal<S extends Shape, B extends Shape = []>(
    this: Tensor<S>,
    other: number | Arg<Broadcast<S, B, 'equal'>, B>,
  ): Out<Broadcast<S, B>> {
    return this.wrap(binary(p.equal, this, other))
  }

  /** `this ? a : b` at every index, for a bool tensor. @shape [...] and those of a, b → broadcast */
  where(a: Tensor | number, b: Tensor | number): Tensor {
    return this.wrap(whereNode(this.node, a, b))
  }

  /** `−x`; bools are refused. */
  neg<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.wrap(unary(p.neg, this.node))
  }

  /** `eˣ`. */
  exp<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.wrap(unary(p.exp, floating(this.node)))
  }

  /** Natural logarithm; −∞ at 0, NaN below. */
  log<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.wrap(unary(p.log, floating(this.node)))
  }

  /** Square root; NaN below 0. */
  sqrt<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.wrap(unary(p.sqrt, floating(this.node)))
  }

  /** Sine of radians. */
  sin<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.wrap(unary(p.sin, floating(this.node)))
  }

  /** Cosine of radians. */
  cos<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.wrap(unary(p.cos, floating(this.node)))
  }

  /** Hyperbolic tangent. */
  tanh<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.wrap(unary(p.tanh, floating(this.node)))
  }

  /** Logistic function, `1 / (1 + e⁻ˣ)`. */
  sigmoid<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.wrap(unary(p.sigmoid, floating(this.node)))
  }

  /** Gauss error function. */
  erf<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.wrap(unary(p.erf, floating(this.node)))
  }

  /** Largest integer not above x. */
  floor<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.wrap(unary(p.floor, this.node))
  }

  /** Logical negation of a bool tensor. */
  not<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.wrap(unary(p.not, this.node))
  }

  /** `|x|`; its gradient at 0 is 0. */
  abs<S extends Shape>(this: Tensor<S>): Tensor<S> {
    const x = numeric(this.node)
    // Bytes are never negative, and wrap when negated.
    if (x.dtype === 'uint8') return this.wrap(x)
    return this.wrap(binary(p.maximum, { node: x }, { node: unary(p.neg, x) }))
  }

  /** `x²`. */
  square<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.wrap(binary(p.mul, this, this, numeric))
  }

  /** Values limited to `low … high`; the gradient passes where they were inside. */
  clamp<S extends Shape>(this: Tensor<S>, low: number, high: number): Tensor<S> {
    const below = binary(p.less, this, low)
    const above = binary(p.less, high, this)
    return this.wrap(whereNode(below, low, { node: whereNode(above, high, this) }))
  }

  /** The nearest values of another dtype; integers are reached toward zero, and saturate. */
  cast<S extends Shape>(this: Tensor<S>, dtype: DType): Tensor<S> {
    return this.wrap(castNode(this.node, expectDType('cast', dtype)))
  }

  /** The same values as a constant: no gradient flows to what they were computed from. */
  stopGradient<S extends Shape>(this: Tensor<S>): Tensor<S> {
    return this.wrap(makeNode(p.stopGradient, [nodeOf('stopGradient', this)]))
  }
}
