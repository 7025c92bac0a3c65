/** Linear algebra on the last two axes; leading axes are a stack of matrices. */
import { type DType, isFloat } from '../base/dtype.ts'
import { DTypeError, ShapeError, ValueError } from '../base/error.ts'
import type { Triangle } from '../base/matrix/factor.ts'
import { at, broadcast, type Sizes } from '../base/shape.ts'
import type { Node } from '../graph/node.ts'
import { makeNode } from '../graph/node.ts'
import type { Multiple, Primitive } from '../graph/primitive.ts'
import * as p from '../primitives/index.ts'
import { resultOf } from '../primitives/several.ts'
import { FourierTensor } from './fourier.ts'
import { apply, expandNode, nodeOf } from './nodes.ts'
import type { Tensor } from './tensor.ts'

/** Distance of 1 from the next number of a dtype. */
const SPACING: { readonly [D in DType]?: number } = {
  float32: 2 / 16777216,
  float64: Number.EPSILON,
}
/** Largest exponent of `matrixPower`. */
const MOST_POWER = 2147483647

function expectMatrix(op: string, { shape, dtype }: Node): void {
  if (!isFloat(dtype)) throw new DTypeError('dtype.kind', { op, dtype, wanted: 'float' })
  if (shape.length < 2) throw new ShapeError('matrix.rank', { op, shape, ndim: shape.length })
}

function expectSquare(op: string, node: Node): void {
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

/** The results of an op with several, in order. */
function several(op: Multiple, node: Node): Node[] {
  const made = makeNode(op as Primitive, [node])
  return (made.results ?? []).map((_, index) => resultOf(made, index))
}

/** Axes from 0 to n − 1 of a stack's last two, equal ones true. */
function onDiagonal(shape: Sizes): Node {
  const [rows, columns] = [-2, -1].map((axis) =>
    apply(p.iota, [], { shape, axis: shape.length + axis, dtype: 'int32' as const }),
  )
  return makeNode(p.equal, [rows as Node, columns as Node])
}

export abstract class DecompositionTensor extends FourierTensor {
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
    const { upper = false, transpose = false, unitriangular = false } = options
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
    const [sign, size] = several(p.slogdet, this.node)
    return { sign: this.wrap(sign as Node), logAbsDet: this.wrap(size as Node) }
  }

  /** Logarithm of the determinant; NaN where that is negative. @shape [..., n, n] → [...] */
  logDet(this: Tensor): Tensor {
    expectSquare('logDet', this.node)
    const { sign, logAbsDet } = this.slogdet()
    return sign.less(0).where(Number.NaN, logAbsDet)
  }

  /**
   * A = Q·R with orthonormal columns in Q and an upper triangular R, for k = min(m, n).
   *
   * The gradient needs the first k columns of A to be independent.
   *
   * @shape [..., m, n] → q [..., m, k], r [..., k, n]
   * @see Golub & Van Loan 2013, Matrix Computations, 5.2; Walter & Lehmann 2010, https://arxiv.org/abs/1001.1654
   */
  qr(this: Tensor): { readonly q: Tensor; readonly r: Tensor } {
    expectMatrix('qr', this.node)
    const { shape } = this.node
    const [m, n] = [at(shape, -2), at(shape, -1)]
    const tall = m >= n ? this : this.slice(-1, 0, m)
    const [first, second] = several(p.qr, tall.node)
    const [q, r]: Tensor[] = [this.wrap(first as Node), this.wrap(second as Node)]
    if (!q || !r || m >= n) return { q: q as Tensor, r: r as Tensor }
    const lead = shape.slice(0, -2).map((): [number, number] => [0, 0])
    const rest = q.transpose().matmul(this.slice(-1, m))
    return { q, r: r.pad([...lead, [0, 0], [0, n - m]]).add(rest.pad([...lead, [0, 0], [m, 0]])) }
  }

  /**
   * Eigenvalues in ascending order, and orthonormal eigenvectors as columns, of symmetric matrices:
   * A = V·diag(values)·Vᵀ.
   *
   * The lower half of A is read. Vectors have no sign of their own, and those of equal eigenvalues are
   * any of their space: only what does not depend on the choice has a gradient.
   *
   * @shape [..., n, n] → values [..., n], vectors [..., n, n]
   * @see Giles 2008, https://people.maths.ox.ac.uk/gilesm/files/NA-08-01.pdf
   */
  eigh(this: Tensor): { readonly values: Tensor; readonly vectors: Tensor } {
    expectSquare('eigh', this.node)
    const [values, vectors] = several(p.eigh, this.node)
    return { values: this.wrap(values as Node), vectors: this.wrap(vectors as Node) }
  }

  /**
   * A = U·diag(s)·Vᴴ with orthonormal columns in U and V and singular values s ≥ 0, falling, for
   * k = min(m, n).
   *
   * Vectors have no sign of their own, and those of equal singular values are any of their space: only
   * what does not depend on the choice has a gradient.
   *
   * @shape [..., m, n] → u [..., m, k], s [..., k], vh [..., k, n]
   * @see Drmač & Veselić 2008, SIAM J. Matrix Anal. Appl. 29, 1322-1342; Townsend 2016,
   *   https://j-towns.github.io/papers/svd-derivative.pdf
   */
  svd(this: Tensor): { readonly u: Tensor; readonly s: Tensor; readonly vh: Tensor } {
    expectMatrix('svd', this.node)
    const [u, s, vh] = several(p.svd, this.node)
    return { u: this.wrap(u as Node), s: this.wrap(s as Node), vh: this.wrap(vh as Node) }
  }

  /**
   * The inverse of Moore and Penrose, for any matrix: singular values below `tolerance` times the
   * largest count as 0, by default max(m, n) times the spacing of the dtype at 1.
   *
   * @shape [..., m, n] → [..., n, m]
   */
  pinv(this: Tensor, { tolerance }: Cut = {}): Tensor {
    expectMatrix('pinv', this.node)
    return this.wrap(apply(p.pinv, [this.node], { share: shareOf('pinv', this.node, tolerance) }))
  }

  /** Number of singular values above `tolerance` times the largest, as in `pinv`. @shape [..., m, n] → [...] */
  matrixRank(this: Tensor, { tolerance }: Cut = {}): Tensor {
    expectMatrix('matrixRank', this.node)
    const { s } = this.svd()
    const share = shareOf('matrixRank', this.node, tolerance)
    if (at(s.node.shape, -1) === 0) return s.cast('int32').sum(-1)
    return s.greater(s.max(-1, { keepDims: true }).mul(share)).sum(-1)
  }

  /**
   * The X that makes ‖A·X − B‖ least, and of several the smallest, for any A.
   *
   * @shape [..., m, n], B [..., m, k] or [m] → [..., n, k] or [..., n]
   */
  lstsq(this: Tensor, b: Tensor): Tensor {
    expectMatrix('lstsq', this.node)
    return this.pinv().matmul(b)
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

interface Cut {
  readonly tolerance?: number
}

function shareOf(op: string, { shape, dtype }: Node, tolerance: number | undefined): number {
  const share = tolerance ?? Math.max(at(shape, -1), at(shape, -2)) * (SPACING[dtype] ?? 0)
  if (share >= 0) return share
  const bounds = { low: 0, high: Number.POSITIVE_INFINITY }
  throw new ValueError('value.range', { op, name: 'tolerance', got: share, ...bounds })
}

/** Ones on the diagonal, like a stack of matrices. */
function identity({ shape, dtype }: Node): Node {
  return apply(p.cast, [onDiagonal(shape)], { dtype })
}
