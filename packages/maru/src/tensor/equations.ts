/** Equations of square matrices, the last two axes; leading axes are a stack of them. */
import { expectOptions } from '../base/argument.ts'
import { isFloat } from '../base/dtype.ts'
import { DTypeError, ShapeError, ValueError } from '../base/error.ts'
import type { Triangle } from '../base/matrix/factor.ts'
import { at, broadcast } from '../base/shape.ts'
import type { Node } from '../graph/node.ts'
import * as p from '../primitives/index.ts'
import { resultOf } from '../primitives/several.ts'
import { FourierTensor } from './fourier.ts'
import { apply, binary, castNode, expandNode, nodeOf } from './nodes.ts'
import type { Tensor } from './tensor.ts'

/** Largest exponent of `matrixPower`. */
const MOST_POWER = 2147483647

export function expectMatrix(op: string, { shape, dtype }: Node): void {
  if (!isFloat(dtype)) throw new DTypeError('dtype.kind', { op, dtype, wanted: 'float' })
  if (shape.length < 2) throw new ShapeError('matrix.rank', { op, shape, ndim: shape.length })
}

export function expectSquare(op: string, node: Node): void {
  expectMatrix(op, node)
  const { shape } = node
  if (at(shape, -1) !== at(shape, -2)) throw new ShapeError('matrix.square', { op, shape })
}

/** Both sides of an equation with common leading axes; a vector becomes one column. */
function sides(op: string, a: Node, b: Tensor): { a: Node; b: Node; isVector: boolean } {
  expectSquare(op, a)
  const { dtype, shape } = nodeOf(op, b)
  if (dtype !== a.dtype) throw new DTypeError('matrix.dtype', { op, a: a.dtype, b: dtype })
  const isVector = shape.length === 1
  const columns = isVector ? b.unsqueeze(-1).node : b.node
  if (shape.length === 0 || at(columns.shape, -2) !== at(a.shape, -1)) {
    throw new ShapeError('matrix.rows', { op, a: a.shape, b: shape })
  }
  const lead = broadcast(op, a.shape.slice(0, -2), columns.shape.slice(0, -2))
  const whole = (node: Node): Node => expandNode(node, [...lead, ...node.shape.slice(-2)])
  return { a: whole(a), b: whole(columns), isVector }
}

/** Ones on the diagonals of a stack of matrices like another. */
function identity({ shape, dtype }: Node): Node {
  const position = (axis: number): { readonly node: Node } => ({
    node: apply(p.iota, [], { shape, axis: shape.length + axis, dtype: 'int32' as const }),
  })
  return castNode(binary(p.equal, position(-2), position(-1)), dtype)
}

export abstract class EquationTensor extends FourierTensor {
  /**
   * The lower triangular L of A = L·Lᵀ for symmetric positive definite matrices.
   *
   * The lower half of A is read; a matrix that is not positive definite gives NaN.
   *
   * @shape [..., n, n] → the same
   * @throws ShapeError unless square, DTypeError unless float
   * @see Golub & Van Loan 2013, Matrix Computations, 4.2; Murray 2016, https://arxiv.org/abs/1602.07527
   */
  cholesky(this: Tensor): Tensor {
    expectSquare('cholesky', this.node)
    return this.wrap(apply(p.cholesky, [this.node], {}))
  }

  /**
   * X of A·X = B for a triangular A, of which only one half is read.
   *
   * With `transpose` X of Aᵀ·X = B; with `unitriangular` the diagonal is taken for ones. A 0 on the
   * diagonal gives infinities or NaN.
   *
   * @shape [..., n, n], B [..., n, m] or [n] → that of B, leading axes broadcast
   * @throws ShapeError when the sizes differ
   */
  triangularSolve(this: Tensor, b: Tensor, options: Partial<Triangle> = {}): Tensor {
    const {
      upper = false,
      transpose = false,
      unitriangular = false,
    } = expectOptions('triangularSolve', options)
    const each = sides('triangularSolve', this.node, b)
    const x = apply(p.triangularSolve, [each.a, each.b], { upper, transpose, unitriangular })
    const result: Tensor = this.wrap(x)
    return each.isVector ? result.squeeze(-1) : result
  }

  /**
   * X of A·X = B, by elimination with pivots.
   *
   * A matrix without an inverse gives NaN, since the mistake is known only when values are.
   *
   * @shape [..., n, n], B [..., n, m] or [n] → that of B, leading axes broadcast
   * @throws ShapeError unless square and of one size, DTypeError unless of one float dtype
   * @example tensor([[2, 0], [0, 4]]).solve(tensor([2, 4])) // [1, 1]
   */
  solve(this: Tensor, b: Tensor): Tensor {
    const each = sides('solve', this.node, b)
    const result: Tensor = this.wrap(apply(p.solve, [each.a, each.b], {}))
    return each.isVector ? result.squeeze(-1) : result
  }

  /** A⁻¹; NaN where there is none. To solve an equation `solve` is better. @shape [..., n, n] → the same */
  inverse(this: Tensor): Tensor {
    expectSquare('inverse', this.node)
    return this.solve(this.wrap(identity(this.node)))
  }

  /**
   * Determinant; 1 of an empty matrix. Its gradient goes through the inverse, and is NaN without one.
   *
   * @shape [..., n, n] → [...]
   */
  det(this: Tensor): Tensor {
    expectSquare('det', this.node)
    return this.wrap(apply(p.det, [this.node], {}))
  }

  /**
   * Sign of the determinant, and the logarithm of its size; 0 and −∞ where there is no inverse.
   *
   * @shape [..., n, n] → [...] each
   */
  slogdet(this: Tensor): { readonly sign: Tensor; readonly logAbsDet: Tensor } {
    expectSquare('slogdet', this.node)
    const made = apply(p.slogdet, [this.node], {})
    return { sign: this.wrap(resultOf(made, 0)), logAbsDet: this.wrap(resultOf(made, 1)) }
  }

  /** Logarithm of the determinant; NaN where that is negative. @shape [..., n, n] → [...] */
  logDet(this: Tensor): Tensor {
    expectSquare('logDet', this.node)
    const { sign, logAbsDet } = this.slogdet()
    return sign.less(0).where(Number.NaN, logAbsDet)
  }

  /**
   * Aᵏ for a whole k, by squaring; of the inverse for k < 0.
   *
   * @shape [..., n, n] → the same
   */
  matrixPower(this: Tensor, exponent: number): Tensor {
    expectSquare('matrixPower', this.node)
    if (!Number.isInteger(exponent) || Math.abs(exponent) > MOST_POWER) {
      const bounds = { low: -MOST_POWER, high: MOST_POWER }
      throw new ValueError('value.range', {
        op: 'matrixPower',
        name: 'k',
        got: exponent,
        ...bounds,
      })
    }
    if (exponent < 0) return this.inverse().matrixPower(-exponent)
    let result: Tensor | undefined
    let power: Tensor = this
    for (let rest = exponent; rest > 0; rest >>= 1) {
      if (rest & 1) result = result ? result.matmul(power) : power
      if (rest > 1) power = power.matmul(power)
    }
    return result ?? this.wrap(identity(this.node))
  }

  /**
   * eᴬ = Σ Aᵏ/k!.
   *
   * @shape [..., n, n] → the same
   * @see Higham 2005, SIAM J. Matrix Anal. Appl. 26, 1179-1193
   */
  matrixExp(this: Tensor): Tensor {
    expectSquare('matrixExp', this.node)
    return this.wrap(apply(p.matrixExp, [this.node], {}))
  }
}
