/** Equations of square matrices and what their elimination gives: in float64, rounded at the end. */
import { log } from '../base/math.ts'
import { exponential } from '../base/matrix/exponential.ts'
import {
  Factors,
  cholesky as factor,
  solveTriangular,
  type Triangle,
} from '../base/matrix/factor.ts'
import { at } from '../base/shape.ts'
import type { Bundle, Routine } from '../graph/primitive.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { expectKind, input } from './build.ts'
import { countOf, indices, lower, matrixOf, store, symmetric } from './matrix.ts'

/** A routine from one matrix to one of the same shape. */
function square(
  name: string,
  run: (a: Float64Array, n: number) => Float64Array,
  vjp: (g: Tensor, x: Tensor, output: Tensor) => Tensor,
): Routine {
  return {
    trait: 'routine',
    name,
    lift: (attrs) => attrs,
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
  lift: (attrs) => attrs,
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
  lift: (attrs) => attrs,
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
  lift: (attrs) => attrs,
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
  lift: (attrs) => attrs,
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
