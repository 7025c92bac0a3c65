/** Functions of floating-point numbers beyond the first few, each with the derivative that it has. */
import * as math from '../base/math.ts'
import type { Elementwise } from '../graph/primitive.ts'
import { elementwise } from './build.ts'

const TWO_OVER_ROOT_PI = 1.1283791670955126
const HALF_ROOT_PI = 0.886226925452758

/** `2ˣ`. */
export const exp2: Elementwise = elementwise('exp2', {
  arity: 1,
  takes: 'float',
  cost: 12,
  scalar: (_, x) => math.exp2(x),
  vjp: (g, { output }) => [g.mul(output).mul(Math.LN2)],
})

/** `eˣ − 1` without cancellation near 0. */
export const expm1: Elementwise = elementwise('expm1', {
  arity: 1,
  takes: 'float',
  cost: 14,
  scalar: (_, x) => math.expm1(x),
  vjp: (g, { output }) => [g.mul(output.add(1))],
})

/** `log(1 + x)` without cancellation near 0; -∞ at -1, NaN below. */
export const log1p: Elementwise = elementwise('log1p', {
  arity: 1,
  takes: 'float',
  cost: 20,
  scalar: (_, x) => math.log1p(x),
  vjp: (g, { inputs: [x] }) => [x && g.div(x.add(1))],
})

/** Logarithm to base 2. */
export const log2: Elementwise = elementwise('log2', {
  arity: 1,
  takes: 'float',
  cost: 14,
  scalar: (_, x) => math.log2(x),
  vjp: (g, { inputs: [x] }) => [x && g.div(x.mul(Math.LN2))],
})

/** Logarithm to base 10. */
export const log10: Elementwise = elementwise('log10', {
  arity: 1,
  takes: 'float',
  cost: 14,
  scalar: (_, x) => math.log10(x),
  vjp: (g, { inputs: [x] }) => [x && g.div(x.mul(Math.LN10))],
})

/** `log(1 + eˣ)`; a record of its own, so that its derivatives are smooth at 0. */
export const softplus: Elementwise = elementwise('softplus', {
  arity: 1,
  takes: 'float',
  cost: 30,
  scalar: (_, x) => math.softplus(x),
  vjp: (g, { inputs: [x] }) => [x && g.mul(x.sigmoid())],
})

/** Hyperbolic sine. */
export const sinh: Elementwise = elementwise('sinh', {
  arity: 1,
  takes: 'float',
  cost: 20,
  scalar: (_, x) => math.sinh(x),
  vjp: (g, { inputs: [x] }) => [x && g.mul(x.cosh())],
})

/** Hyperbolic cosine. */
export const cosh: Elementwise = elementwise('cosh', {
  arity: 1,
  takes: 'float',
  cost: 16,
  scalar: (_, x) => math.cosh(x),
  vjp: (g, { inputs: [x] }) => [x && g.mul(x.sinh())],
})

/** Arcsine; NaN outside of -1 … 1. */
export const asin: Elementwise = elementwise('asin', {
  arity: 1,
  takes: 'float',
  cost: 16,
  scalar: (_, x) => math.asin(x),
  vjp: (g, { inputs: [x] }) => [x && g.div(x.square().neg().add(1).sqrt())],
})

/** Arccosine; NaN outside of -1 … 1. */
export const acos: Elementwise = elementwise('acos', {
  arity: 1,
  takes: 'float',
  cost: 16,
  scalar: (_, x) => math.acos(x),
  vjp: (g, { inputs: [x] }) => [x && g.div(x.square().neg().add(1).sqrt()).neg()],
})

/** Angle of the point (x, y), for inputs y and x. */
export const atan2: Elementwise = elementwise('atan2', {
  arity: 2,
  takes: 'float',
  cost: 24,
  scalar: (_, y, x) => math.atan2(y, x),
  vjp: (g, { inputs: [y, x] }) => {
    if (!x || !y) return []
    const share = g.div(x.square().add(y.square()))
    return [share.mul(x), share.mul(y).neg()]
  },
})

/** Inverse hyperbolic sine. */
export const asinh: Elementwise = elementwise('asinh', {
  arity: 1,
  takes: 'float',
  cost: 30,
  scalar: (_, x) => math.asinh(x),
  vjp: (g, { inputs: [x] }) => [x && g.div(x.square().add(1).sqrt())],
})

/** Inverse hyperbolic cosine; NaN below 1. */
export const acosh: Elementwise = elementwise('acosh', {
  arity: 1,
  takes: 'float',
  cost: 30,
  scalar: (_, x) => math.acosh(x),
  vjp: (g, { inputs: [x] }) => [x && g.div(x.sub(1).mul(x.add(1)).sqrt())],
})

/** Inverse hyperbolic tangent; ±∞ at ±1, NaN beyond. */
export const atanh: Elementwise = elementwise('atanh', {
  arity: 1,
  takes: 'float',
  cost: 26,
  scalar: (_, x) => math.atanh(x),
  vjp: (g, { inputs: [x] }) => [x && g.div(x.square().neg().add(1))],
})

/** `1 − erf(x)` without cancellation. */
export const erfc: Elementwise = elementwise('erfc', {
  arity: 1,
  takes: 'float',
  cost: 50,
  scalar: (_, x) => math.erfc(x),
  vjp: (g, { inputs: [x] }) => [x && g.mul(x.square().neg().exp()).mul(-TWO_OVER_ROOT_PI)],
})

/** Inverse of the error function; ±∞ at ±1, NaN beyond. */
export const erfinv: Elementwise = elementwise('erfinv', {
  arity: 1,
  takes: 'float',
  cost: 40,
  scalar: (_, x) => math.erfinv(x),
  vjp: (g, { output }) => [g.mul(output.square().exp()).mul(HALF_ROOT_PI)],
})

/** `log |Γ(x)|`. */
export const lgamma: Elementwise = elementwise('lgamma', {
  arity: 1,
  takes: 'float',
  cost: 60,
  scalar: (_, x) => math.lgamma(x),
  vjp: (g, { inputs: [x] }) => [x && g.mul(x.polygamma(0))],
})

/** The derivative of order `order + 1` of `log Γ`. */
export const polygamma: Elementwise<{ readonly order: number }> = elementwise('polygamma', {
  arity: 1,
  takes: 'float',
  cost: 100,
  scalar: ({ order }, x) => math.polygamma(order, x),
  vjp: (g, { inputs: [x], attrs: { order } }) => [x && g.mul(x.polygamma(order + 1))],
})

/** `xʸ`; on integers modulo 2^32 (int64 is exact), where a negative y takes the quotient 1/xⁿ toward zero. */
export const pow: Elementwise = elementwise('pow', {
  arity: 2,
  takes: 'number',
  cost: 90,
  scalar: (_, x, y) => math.pow(x, y),
  integer: (_, x, y) => math.integerPower(x, y),
  long: (_, x, y) => math.integerPower(x, y, (a, b) => a * b),
  vjp: (g, { inputs: [x, y], output }) => {
    if (!x || !y) return []
    const atZero = x.equal(0)
    // 0⁰ is flat in x, and 0ʸ for y ≥ 0 in y: neither may meet 1/0 or log 0
    const less = atZero.logicalAnd(y.equal(0)).where(0, y.sub(1))
    const base = atZero.logicalAnd(y.greaterEqual(0)).where(1, x)
    return [g.mul(y).mul(x.pow(less)), g.mul(output).mul(base.log())]
  },
})
