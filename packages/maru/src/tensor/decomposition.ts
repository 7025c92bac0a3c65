/** Factorisations of matrices, the last two axes; leading axes are a stack of them. */
import { expectOptions } from '../base/argument.ts'
import type { DType } from '../base/dtype.ts'
import { ValueError } from '../base/error.ts'
import { at } from '../base/shape.ts'
import type { Node } from '../graph/node.ts'
import * as p from '../primitives/index.ts'
import { resultOf } from '../primitives/several.ts'
import { EquationTensor, expectMatrix, expectSquare } from './equations.ts'
import { apply } from './nodes.ts'
import type { Tensor } from './tensor.ts'

/** Distance of 1 from the next number of a dtype. */
const SPACING: { readonly [D in DType]?: number } = {
  bfloat16: 1 / 128,
  float16: 1 / 1024,
  float32: 2 / 16777216,
  float64: Number.EPSILON,
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

export abstract class DecompositionTensor extends EquationTensor {
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
    const made = apply(p.qr, [tall.node], {})
    const q: Tensor = this.wrap(resultOf(made, 0))
    const r: Tensor = this.wrap(resultOf(made, 1))
    if (m >= n) return { q, r }
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
    const made = apply(p.eigh, [this.node], {})
    return { values: this.wrap(resultOf(made, 0)), vectors: this.wrap(resultOf(made, 1)) }
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
    const made = apply(p.svd, [this.node], {})
    return {
      u: this.wrap(resultOf(made, 0)),
      s: this.wrap(resultOf(made, 1)),
      vh: this.wrap(resultOf(made, 2)),
    }
  }

  /**
   * The inverse of Moore and Penrose, for any matrix: singular values below `tolerance` times the
   * largest count as 0, by default max(m, n) times the spacing of the dtype at 1.
   *
   * @shape [..., m, n] → [..., n, m]
   */
  pinv(this: Tensor, options: Cut = {}): Tensor {
    const { tolerance } = expectOptions('pinv', options)
    expectMatrix('pinv', this.node)
    return this.wrap(apply(p.pinv, [this.node], { share: shareOf('pinv', this.node, tolerance) }))
  }

  /** Number of singular values above `tolerance` times the largest, as in `pinv`. @shape [..., m, n] → [...] */
  matrixRank(this: Tensor, options: Cut = {}): Tensor {
    const { tolerance } = expectOptions('matrixRank', options)
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
}
