/** Factorisations of matrices of any shape: in float64, rounded at the end. */
import { addScaled, orthogonalise } from '../base/matrix/orthogonal.ts'
import { singular, symmetricEigen, transposed } from '../base/matrix/spectral.ts'
import { at } from '../base/shape.ts'
import type { Bundle, Routine } from '../graph/primitive.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { expectKind, input } from './build.ts'
import { countOf, diagonal, lower, matrixOf, store, symmetric } from './matrix.ts'

/**
 * Q with orthonormal columns and the upper triangular R of A = Q·R, for at least as many rows as columns.
 *
 * @see Walter & Lehmann 2010, https://arxiv.org/abs/1001.1654, for the gradient
 */
export const qr: Bundle = {
  trait: 'bundle',
  name: 'qr',
  lift: (attrs) => attrs,
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
  lift: (attrs) => attrs,
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
  lift: (attrs) => attrs,
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
  lift: (attrs) => attrs,
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
