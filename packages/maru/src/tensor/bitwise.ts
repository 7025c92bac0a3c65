/** Logic on truth values and on the bits of integers, with broadcasting. */
import type { Shape } from '../base/types/dim.ts'
import type { Broadcast } from '../base/types/shape.ts'
import type { Node } from '../graph/node.ts'
import * as p from '../primitives/index.ts'
import { ArithmeticTensor } from './arithmetic.ts'
import { binary, castNode, unary } from './nodes.ts'
import type { Tensor } from './tensor.ts'
import type { Arg, Out } from './typing.ts'

const truth = (node: Node): Node => castNode(node, 'bool')

/** Logical and bitwise methods. */
export abstract class BitwiseTensor extends ArithmeticTensor {
  /** Whether both are true; numbers are, unless 0. @shape [...], [...] → broadcast */
  logicalAnd<S extends Shape, B extends Shape = []>(
    this: Tensor<S>,
    other: number | Arg<Broadcast<S, B, 'logicalAnd'>, B>,
  ): Out<Broadcast<S, B>> {
    return this.wrap(binary(p.bitwiseAnd, this, other, truth))
  }

  /** Whether either is true; numbers are, unless 0. @shape [...], [...] → broadcast */
  logicalOr<S extends Shape, B extends Shape = []>(
    this: Tensor<S>,
    other: number | Arg<Broadcast<S, B, 'logicalOr'>, B>,
  ): Out<Broadcast<S, B>> {
    return this.wrap(binary(p.bitwiseOr, this, other, truth))
  }

  /** Whether just one is true; numbers are, unless 0. @shape [...], [...] → broadcast */
  logicalXor<S extends Shape, B extends Shape = []>(
    this: Tensor<S>,
    other: number | Arg<Broadcast<S, B, 'logicalXor'>, B>,
  ): Out<Broadcast<S, B>> {
    return this.wrap(binary(p.bitwiseXor, this, other, truth))
  }

  /** Ones where both integers have ones; of bools, whether both are true. @shape [...], [...] → broadcast */
  bitwiseAnd<S extends Shape, B extends Shape = []>(
    this: Tensor<S>,
    other: number | Arg<Broadcast<S, B, 'bitwiseAnd'>, B>,
  ): Out<Broadcast<S, B>> {
    return this.wrap(binary(p.bitwiseAnd, this, other))
  }

  /** Ones where either integer has ones; of bools, whether either is true. @shape [...], [...] → broadcast */
  bitwiseOr<S extends Shape, B extends Shape = []>(
    this: Tensor<S>,
    other: number | Arg<Broadcast<S, B, 'bitwiseOr'>, B>,
  ): Out<Broadcast<S, B>> {
    return this.wrap(binary(p.bitwiseOr, this, other))
  }

  /** Ones where just one integer has ones; of bools, whether just one is true. @shape [...], [...] → broadcast */
  bitwiseXor<S extends Shape, B extends Shape = []>(
    this: Tensor<S>,
    other: number | Arg<Broadcast<S, B, 'bitwiseXor'>, B>,
  ): Out<Broadcast<S, B>> {
    return this.wrap(binary(p.bitwiseXor, this, other))
  }

  /** Every bit the other way round; of bools, their negation. */
  bitwiseNot<S extends Shape>(this: Tensor<S>): Tensor<S> {
    if (this.node.dtype === 'bool') return this.wrap(unary(p.not, this.node))
    return this.wrap(binary(p.bitwiseXor, this, -1))
  }

  /** Greatest common divisor of integers, never negative; `gcd(0, 0)` is 0. @shape [...], [...] → broadcast */
  gcd<S extends Shape, B extends Shape = []>(
    this: Tensor<S>,
    other: number | Arg<Broadcast<S, B, 'gcd'>, B>,
  ): Out<Broadcast<S, B>> {
    return this.wrap(binary(p.gcd, this, other))
  }

  /** `a · 2ᵇ` of integers, high bits lost; 0 where b is not within 0 … 31 (63 of int64). @shape [...], [...] → broadcast */
  shiftLeft<S extends Shape, B extends Shape = []>(
    this: Tensor<S>,
    other: number | Arg<Broadcast<S, B, 'shiftLeft'>, B>,
  ): Out<Broadcast<S, B>> {
    return this.wrap(binary(p.shiftLeft, this, other))
  }

  /** `⌊a / 2ᵇ⌋` of integers; where b is not within 0 … 31 (63 of int64), as for that. @shape [...], [...] → broadcast */
  shiftRight<S extends Shape, B extends Shape = []>(
    this: Tensor<S>,
    other: number | Arg<Broadcast<S, B, 'shiftRight'>, B>,
  ): Out<Broadcast<S, B>> {
    return this.wrap(binary(p.shiftRight, this, other))
  }
}
