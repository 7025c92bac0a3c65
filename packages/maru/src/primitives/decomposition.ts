/** Factorisations of matrices, the last two axes: computed in float64, rounded at the end. */
import { log } from '../base/math.ts'
import { exponential } from '../base/matrix/exponential.ts'
import {
  Factors,
  cholesky as factor,
  solveTriangular,
  type Triangle,
} from '../base/matrix/factor.ts'
import { addScaled, orthogonalise } from '../base/matrix/orthogonal.ts'
import { singular, symmetricEigen, transposed } from '../base/matrix/spectral.ts'
import { at, sizeOf } from '../base/shape.ts'
import type { Bundle, HostTensor, Routine, Spec } from '../graph/primitive.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { expectKind, input } from './build.ts'

/** A copy of one matrix of a stack. */
function matrixOf({ data, shape }: HostTensor, index: number): Float64Array {
  const size = at(shape, -1) * at(shape, -2)
  return Float64Array.from(data.subarray(index * size, (index + 1) * size))
}

/** Stores one of a stack of results. */
function store(out: HostTensor, index: number, values: ArrayLike<number>): void {
  out.data.set(values, index * values.length)
}

function countOf({ shape }: Spec): number {
  return sizeOf(shape.slice(0, -2))
}

/** A routine from one matrix to one of the same shape. */
function square(
  name: string,
  run: (a: Float64Array, n: number) => Float64Array,
  vjp: (g: Tensor, x: Tensor, output: Tensor) => Tensor,
): Routine {
  return {
    trait: 'routine',
    name,
    infer(inputs) {
      const { shape, dtype } = input(inputs, 0)
      expectKind(name, dtype, 'float')
      return { shape, dtype }
    },
    evaluate(inputs, _, out) {
      const from = input(inputs, 0)
      const n = at(from.shape, -1)
      for (let i = 0; i < countOf(from); i++) store(out, i, run(matrixOf(from, i), n))
    },
    vjp: (g, { inputs: [x], output }) => [x && vjp(g, x, output)],
  }
}

/** Indices of the last two axes at every element. */
function indices(x: Tensor): { row: Tensor; column: Tensor } {
  const { ndim } = x
  return { row: x.positionsOver([ndim - 2]), column: x.positionsOver([ndim - 1]) }
}

/** Elements at or below the diagonal, or strictly below it, the others 0. */
function lower(x: Tensor, strict = false): Tensor {
  const { row, column } = indices(x)
  return (strict ? row.greater(column) : row.greaterEqual(column)).where(x, 0)
}

/** A vector on the diagonal of a matrix of zeros. */
function diagonal(vector: Tensor): Tensor {
  const { shape } = vector.node
  const rows: Tensor = vector.unsqueeze(-1).expand([...shape, at(shape, -1)])
  const { row, column } = indices(rows)
  return row.equal(column).where(rows, 0)
}

function symmetric(x: Tensor): Tensor {
  return x.add(x.transpose()).mul(0.5)
}

/** A number for each matrix, beside its elements. */
function beside(numbers: Tensor): Tensor {
  return numbers.unsqueeze(-1).unsqueeze(-1)
}

/**
 * Lower factor of a symmetric positive definite matrix, of which the lower half is read; NaN for others.
 *
 * @see Murray 2016, https://arxiv.org/abs/1602.07527, for the gradient
 */
export const cholesky: Routine = square(
  'cholesky',
  (a, n) => (factor(a, n) ? a : a.fill(Number.NaN)),
  (g, _, l) => {
    const inner = l.transpose().matmul(g)
    const { row, column } = indices(inner)
    const half = row.equal(column).where(inner.mul(0.5), lower(inner))
    const left = l.triangularSolve(half, { transpose: true })
    return symmetric(l.triangularSolve(left.transpose(), { transpose: true }))
  },
)

/** eᴬ. The gradient is a block of the exponential of twice the size (Mathias 1996). */
export const matrixExp: Routine = square('matrixExp', exponential, (g, a) => {
  const n = at(a.node.shape, -1)
  const place = (x: Tensor, down: number, right: number): Tensor => {
    const lead = x.node.shape.slice(0, -2).map((): [number, number] => [0, 0])
    return x.pad([...lead, [down, n - down], [right, n - right]])
  }
  const turned = a.transpose()
  const blocks = place(turned, 0, 0)
    .add(place(g, 0, n))
    .add(place(turned, n, n))
  return blocks.matrixExp().slice(-2, 0, n).slice(-1, n)
})

/** X of A·X = B; NaN where A has no inverse. */
export const solve: Routine = {
  trait: 'routine',
  name: 'solve',
  infer(inputs) {
    const { shape, dtype } = input(inputs, 1)
    expectKind('solve', dtype, 'float')
    return { shape, dtype }
  },
  evaluate(inputs, _, out) {
    const [a, b] = [input(inputs, 0), input(inputs, 1)]
    const [n, m] = [at(b.shape, -2), at(b.shape, -1)]
    for (let i = 0; i < countOf(a); i++) {
      store(out, i, new Factors(matrixOf(a, i), n).solve(matrixOf(b, i), m))
    }
  },
  vjp: (g, { inputs: [a], output }) => {
    if (!a) return []
    const toB = a.transpose().solve(g)
    return [toB.matmul(output.transpose()).neg(), toB]
  },
}

/** X of A·X = B for a triangular A; a 0 on the diagonal divides. */
export const triangularSolve: Routine<Triangle> = {
  trait: 'routine',
  name: 'triangularSolve',
  infer: solve.infer,
  evaluate(inputs, attrs, out) {
    const [a, b] = [input(inputs, 0), input(inputs, 1)]
    const [n, m] = [at(b.shape, -2), at(b.shape, -1)]
    for (let i = 0; i < countOf(a); i++) {
      const x = matrixOf(b, i)
      solveTriangular(matrixOf(a, i), n, x, m, attrs)
      store(out, i, x)
    }
  },
  vjp: (g, { inputs: [a], output, attrs }) => {
    if (!a) return []
    const { upper, transpose, unitriangular } = attrs
    const toB = a.triangularSolve(g, { ...attrs, transpose: !transpose })
    const whole = transpose
      ? output.matmul(toB.transpose()).neg()
      : toB.matmul(output.transpose()).neg()
    const half = upper
      ? lower(whole.transpose(), unitriangular).transpose()
      : lower(whole, unitriangular)
    return [half, toB]
  },
}

/** Determinant. Its gradient goes through the inverse. */
export const det: Routine = {
  trait: 'routine',
  name: 'det',
  infer(inputs) {
    const { shape, dtype } = input(inputs, 0)
    expectKind('det', dtype, 'float')
    return { shape: shape.slice(0, -2), dtype }
  },
  evaluate(inputs, _, out) {
    const a = input(inputs, 0)
    for (let i = 0; i < countOf(a); i++) {
      const factors = new Factors(matrixOf(a, i), at(a.shape, -1))
      const pivots = factors.pivots()
      // a product of -0 is no other number than one of 0
      out.data[i] = pivots.reduce((product, pivot) => product * pivot, factors.sign) + 0
    }
  },
  vjp: (g, { inputs: [a], output }) => [
    a
      ?.inverse()
      .transpose()
      .mul(beside(g.mul(output))),
  ],
}

/** Sign of the determinant and the logarithm of its size; 0 and −∞ where there is no inverse. */
export const slogdet: Bundle = {
  trait: 'bundle',
  name: 'slogdet',
  results(inputs) {
    const { shape, dtype } = input(inputs, 0)
    expectKind('slogdet', dtype, 'float')
    const spec = { shape: shape.slice(0, -2), dtype }
    return [spec, spec]
  },
  evaluate(inputs, _, outs) {
    const a = input(inputs, 0)
    const [signs, logs] = [input(outs, 0), input(outs, 1)]
    for (let i = 0; i < countOf(a); i++) {
      const factors = new Factors(matrixOf(a, i), at(a.shape, -1))
      let [sign, sum] = [factors.sign, 0]
      for (const pivot of factors.pivots()) {
        sign *= Math.sign(pivot)
        sum += log(Math.abs(pivot))
      }
      signs.data[i] = sign + 0
      logs.data[i] = sum
    }
  },
  vjp: ([, g], { inputs: [a] }) => [a && g && a.inverse().transpose().mul(beside(g))],
}

/**
 * Q with orthonormal columns and the upper triangular R of A = Q·R, for at least as many rows as columns.
 *
 * @see Walter & Lehmann 2010, https://arxiv.org/abs/1001.1654, for the gradient
 */
export const qr: Bundle = {
  trait: 'bundle',
  name: 'qr',
  results(inputs) {
    const { shape, dtype } = input(inputs, 0)
    expectKind('qr', dtype, 'float')
    return [
      { shape, dtype },
      { shape: [...shape.slice(0, -2), at(shape, -1), at(shape, -1)], dtype },
    ]
  },
  evaluate(inputs, _, outs) {
    const a = input(inputs, 0)
    const [m, n] = [at(a.shape, -2), at(a.shape, -1)]
    for (let i = 0; i < countOf(a); i++) {
      const { q, r } = orthogonalise(transposed(matrixOf(a, i), m, n), n, m)
      store(input(outs, 0), i, transposed(q, n, m))
      store(input(outs, 1), i, r)
    }
  },
  vjp: ([toQ, toR], { outputs: [q, r] }) => {
    if (!q || !r) return []
    const fromR = toR && r.matmul(toR.transpose())
    const fromQ = toQ?.transpose().matmul(q).neg()
    const both = fromR && fromQ ? fromR.add(fromQ) : (fromR ?? fromQ)
    if (!both) return []
    const mirrored = lower(both).add(lower(both, true).transpose())
    const inner = q.matmul(mirrored)
    const sum = toQ ? toQ.add(inner) : inner
    return [r.triangularSolve(sum.transpose(), { upper: true }).transpose()]
  },
}

/** `1 / (sⱼ − sᵢ)` at i, j; 0 where they are equal. */
function inverseGaps(s: Tensor): Tensor {
  const gaps = s.unsqueeze(-2).sub(s.unsqueeze(-1))
  const isZero = gaps.equal(0)
  return isZero.where(0, isZero.where(1, gaps).pow(-1))
}

/**
 * Eigenvalues in ascending order, and eigenvectors as columns, of a symmetric matrix.
 *
 * Pairs of equal eigenvalues add nothing to the gradient of the eigenvectors.
 *
 * @see Giles 2008, An extended collection of matrix derivative results, 3.1, for the gradient
 */
export const eigh: Bundle = {
  trait: 'bundle',
  name: 'eigh',
  results(inputs) {
    const { shape, dtype } = input(inputs, 0)
    expectKind('eigh', dtype, 'float')
    return [
      { shape: shape.slice(0, -1), dtype },
      { shape, dtype },
    ]
  },
  evaluate(inputs, _, outs) {
    const a = input(inputs, 0)
    const n = at(a.shape, -1)
    for (let i = 0; i < countOf(a); i++) {
      const { values, vectors } = symmetricEigen(matrixOf(a, i), n)
      store(input(outs, 0), i, values)
      store(input(outs, 1), i, transposed(vectors, n, n))
    }
  },
  vjp: ([toValues, toVectors], { outputs: [values, v] }) => {
    if (!values || !v) return []
    const turned = v.transpose()
    const fromValues = toValues && diagonal(toValues)
    const fromVectors = toVectors && turned.matmul(toVectors).mul(inverseGaps(values))
    const inner =
      fromValues && fromVectors ? fromValues.add(fromVectors) : (fromValues ?? fromVectors)
    return [inner && symmetric(v.matmul(inner).matmul(turned))]
  },
}

/**
 * U, s and Vᵀ of A = U·diag(s)·Vᵀ, as many of each as the shorter side is long, s descending.
 *
 * Pairs of equal singular values add nothing to the gradient of the vectors, nor do those that are 0.
 *
 * @see Townsend 2016, Differentiating the Singular Value Decomposition, for the gradient
 */
export const svd: Bundle = {
  trait: 'bundle',
  name: 'svd',
  results(inputs) {
    const { shape, dtype } = input(inputs, 0)
    expectKind('svd', dtype, 'float')
    const [m, n] = [at(shape, -2), at(shape, -1)]
    const k = Math.min(m, n)
    const lead = shape.slice(0, -2)
    return [[m, k], [k], [k, n]].map((own) => ({ shape: [...lead, ...own], dtype }))
  },
  evaluate(inputs, _, outs) {
    const a = input(inputs, 0)
    const [m, n] = [at(a.shape, -2), at(a.shape, -1)]
    const k = Math.min(m, n)
    for (let i = 0; i < countOf(a); i++) {
      const { u, s, v } = singular(matrixOf(a, i), m, n)
      store(input(outs, 0), i, transposed(u, k, m))
      store(input(outs, 1), i, s)
      store(input(outs, 2), i, v)
    }
  },
  vjp: ([toU, toS, toVh], { outputs: [u, s, vh] }) => {
    if (!u || !s || !vh) return []
    const row = s.unsqueeze(-2)
    const isZero = row.equal(0)
    const inverse = isZero.where(0, isZero.where(1, row).pow(-1))
    const gaps = inverseGaps(s.square())
    const skew = (x: Tensor): Tensor => x.sub(x.transpose()).mul(gaps)
    const parts: Tensor[] = []
    if (toS) parts.push(u.matmul(diagonal(toS)).matmul(vh))
    if (toU) {
      const own = u.transpose().matmul(toU)
      const rest = toU.sub(u.matmul(own)).mul(inverse)
      parts.push(u.matmul(skew(own).mul(row)).add(rest).matmul(vh))
    }
    if (toVh) {
      const own = vh.matmul(toVh.transpose())
      const rest = toVh.sub(own.transpose().matmul(vh)).mul(inverse.transpose())
      parts.push(u.matmul(skew(own).mul(s.unsqueeze(-1)).matmul(vh).add(rest)))
    }
    const [first, ...others] = parts
    return [first && others.reduce((sum, part) => sum.add(part), first)]
  },
}

/**
 * Moore and Penrose's inverse, in which singular values below a share of the largest count as 0.
 *
 * The gradient holds where the rank stays what it is.
 *
 * @see Golub & Pereyra 1973, SIAM J. Numer. Anal. 10, 413-432, for the gradient
 */
export const pinv: Routine<{ readonly share: number }> = {
  trait: 'routine',
  name: 'pinv',
  infer(inputs) {
    const { shape, dtype } = input(inputs, 0)
    expectKind('pinv', dtype, 'float')
    return { shape: [...shape.slice(0, -2), at(shape, -1), at(shape, -2)], dtype }
  },
  evaluate(inputs, { share }, out) {
    const a = input(inputs, 0)
    const [m, n] = [at(a.shape, -2), at(a.shape, -1)]
    for (let i = 0; i < countOf(a); i++) {
      const { u, s, v } = singular(matrixOf(a, i), m, n)
      const result = new Float64Array(n * m)
      s.forEach((value, k) => {
        if (value <= share * (s[0] as number)) return
        for (let row = 0; row < n; row++) {
          const factor = (v[k * n + row] as number) / value
          addScaled(factor, u, k * m, result, row * m, m)
        }
      })
      store(out, i, result)
    }
  },
  vjp: (g, { inputs: [a], output: p }) => {
    if (!a) return []
    const [turnedG, turnedP] = [g.transpose(), p.transpose()]
    const through = turnedP.matmul(g).matmul(turnedP)
    const left = turnedG.matmul(p).matmul(turnedP)
    const right = turnedP.matmul(p).matmul(turnedG)
    return [
      left
        .sub(a.matmul(p).matmul(left))
        .add(right.sub(right.matmul(p).matmul(a)))
        .sub(through),
    ]
  },
}
