/** One scalar function at every index. */
import { type DType, dtypes } from '../base/dtype.ts'
import * as math from '../base/math.ts'
import type { Elementwise } from '../graph/primitive.ts'
import { elementwise, input } from './build.ts'

/** `-x`. */
export const neg: Elementwise = elementwise('neg', {
  arity: 1,
  takes: 'number',
  scalar: (_, x) => -x,
  vjp: (g) => [g.neg()],
})

/** `eˣ`. */
export const exp: Elementwise = elementwise('exp', {
  arity: 1,
  takes: 'float',
  cost: 12,
  scalar: (_, x) => math.exp(x),
  vjp: (g, { output }) => [g.mul(output)],
})

/** Natural logarithm; -∞ at 0, NaN below. */
export const log: Elementwise = elementwise('log', {
  arity: 1,
  takes: 'float',
  cost: 14,
  scalar: (_, x) => math.log(x),
  vjp: (g, { inputs: [x] }) => [x && g.div(x)],
})

/** Square root; NaN below 0. */
export const sqrt: Elementwise = elementwise('sqrt', {
  arity: 1,
  takes: 'float',
  cost: 6,
  scalar: (_, x) => Math.sqrt(x),
  vjp: (g, { output }) => [g.mul(0.5).div(output)],
})

/** Sine of radians. */
export const sin: Elementwise = elementwise('sin', {
  arity: 1,
  takes: 'float',
  cost: 16,
  scalar: (_, x) => math.sin(x),
  vjp: (g, { inputs: [x] }) => [x && g.mul(x.cos())],
})

/** Cosine of radians. */
export const cos: Elementwise = elementwise('cos', {
  arity: 1,
  takes: 'float',
  cost: 16,
  scalar: (_, x) => math.cos(x),
  vjp: (g, { inputs: [x] }) => [x && g.mul(x.sin()).neg()],
})

/** Hyperbolic tangent. */
export const tanh: Elementwise = elementwise('tanh', {
  arity: 1,
  takes: 'float',
  cost: 16,
  scalar: (_, x) => math.tanh(x),
  vjp: (g, { output }) => [g.mul(output.mul(output).neg().add(1))],
})

/** Logistic function, `1 / (1 + e⁻ˣ)`. */
export const sigmoid: Elementwise = elementwise('sigmoid', {
  arity: 1,
  takes: 'float',
  cost: 16,
  scalar: (_, x) => math.sigmoid(x),
  vjp: (g, { output }) => [g.mul(output.mul(output.neg().add(1)))],
})

/** Gauss error function, `2/√π · ∫₀ˣ e^(−t²) dt`. */
export const erf: Elementwise = elementwise('erf', {
  arity: 1,
  takes: 'float',
  cost: 20,
  scalar: (_, x) => math.erf(x),
  vjp: (g, { inputs: [x] }) => [x && g.mul(x.mul(x).neg().exp()).mul(1.1283791670955126)],
})

/** Largest integer not above x. */
export const floor: Elementwise = elementwise('floor', {
  arity: 1,
  takes: 'number',
  scalar: (_, x) => Math.floor(x),
})

/** `max(x, 0)`, with the sign of a zero kept; the derivative at 0 is 0. */
export const relu: Elementwise = elementwise('relu', {
  arity: 1,
  selects: true,
  takes: 'number',
  cost: 2,
  scalar: (_, x) => (x >= 0 || Number.isNaN(x) ? x : 0),
  vjp: (g, { inputs: [x] }) => [x?.lessEqual(0).where(0, g)],
})

/** Logical negation. */
export const not: Elementwise = elementwise('not', {
  arity: 1,
  takes: 'bool',
  scalar: (_, x) => 1 - x,
})

/** The nearest value of another dtype; to integers toward zero and saturating, to bool `x ≠ 0`. */
export const cast: Elementwise<{ readonly dtype: DType }> = elementwise('cast', {
  arity: 1,
  takes: 'any',
  scalar: ({ dtype }, x) => dtypes[dtype].coerce(x),
  result: (_, { dtype }) => dtype,
  vjp: (g, { inputs: [x] }) => [x && g.cast(x.dtype)],
})

/** `a + b`; of bools, whether either is true. */
export const add: Elementwise = elementwise('add', {
  arity: 2,
  takes: 'any',
  scalar: (_, a, b) => a + b,
  truth: (_, a, b) => a | b,
  vjp: (g) => [g, g],
})

/** `a − b`. */
export const sub: Elementwise = elementwise('sub', {
  arity: 2,
  takes: 'number',
  scalar: (_, a, b) => a - b,
  vjp: (g) => [g, g.neg()],
})

/** `a · b`; of bools, whether both are true. */
export const mul: Elementwise = elementwise('mul', {
  arity: 2,
  takes: 'any',
  identity: 1,
  scalar: (_, a, b) => a * b,
  integer: (_, a, b) => Math.imul(a, b),
  vjp: (g, { inputs: [a, b] }) => [b && g.mul(b), a && g.mul(a)],
})

/** `a / b`. */
export const div: Elementwise = elementwise('div', {
  arity: 2,
  takes: 'float',
  cost: 4,
  identity: 1,
  scalar: (_, a, b) => a / b,
  vjp: (g, { inputs: [, b], output }) => [b && g.div(b), b && g.mul(output).div(b).neg()],
})

/** The larger of two; NaN if either is. Equal operands share the gradient. */
export const maximum: Elementwise = elementwise('maximum', {
  arity: 2,
  takes: 'any',
  selects: true,
  scalar: (_, a, b) => Math.max(a, b),
  vjp: (g, { inputs: [a, b] }) => {
    if (!a || !b) return []
    const shared = a.equal(b).where(g.mul(0.5), 0)
    return [b.less(a).where(g, shared), a.less(b).where(g, shared)]
  },
})

/** The smaller of two; NaN if either is. Equal operands share the gradient. */
export const minimum: Elementwise = elementwise('minimum', {
  arity: 2,
  takes: 'any',
  selects: true,
  scalar: (_, a, b) => Math.min(a, b),
  vjp: (g, { inputs: [a, b] }) => {
    if (!a || !b) return []
    const shared = a.equal(b).where(g.mul(0.5), 0)
    return [a.less(b).where(g, shared), b.less(a).where(g, shared)]
  },
})

/** `a < b`; false where either is NaN. */
export const less: Elementwise = elementwise('less', {
  arity: 2,
  takes: 'any',
  selects: true,
  scalar: (_, a, b) => (a < b ? 1 : 0),
  result: () => 'bool',
})

/** `a ≤ b`; false where either is NaN. */
export const lessEqual: Elementwise = elementwise('lessEqual', {
  arity: 2,
  takes: 'any',
  selects: true,
  scalar: (_, a, b) => (a <= b ? 1 : 0),
  result: () => 'bool',
})

/** `a = b`; false where either is NaN. */
export const equal: Elementwise = elementwise('equal', {
  arity: 2,
  takes: 'any',
  selects: true,
  scalar: (_, a, b) => (a === b ? 1 : 0),
  result: () => 'bool',
})

/** `condition ? a : b` at every index; the branch not taken passes no gradient, NaN included. */
export const where: Elementwise = elementwise('where', {
  arity: 3,
  takes: 'any',
  selects: true,
  scalar: (_, condition, a, b) => (condition === 0 ? b : a),
  result: (inputs) => input(inputs, 2).dtype,
  vjp: (g, { inputs: [condition] }) => [undefined, condition?.where(g, 0), condition?.where(0, g)],
})

/** The value as it is, without a gradient. */
export const stopGradient: Elementwise = elementwise('stopGradient', {
  arity: 1,
  takes: 'any',
  selects: true,
  cost: 0,
  scalar: (_, x) => x,
})
