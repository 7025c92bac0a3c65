/** Whole quotients, remainders and rounding. */
import type { Elementwise } from '../graph/primitive.ts'
import { elementwise } from './build.ts'

const WHOLE = 4503599627370496

/** Adding 2^52 pushes the fraction out of the significand. */
function roundToEven(x: number): number {
  const size = Math.abs(x)
  if (!(size < WHOLE)) return x
  const value = size + WHOLE - WHOLE
  return x < 0 || Object.is(x, -0) ? -value : value
}

function remainder(_: object, a: number, b: number): number {
  return b === 0 ? 0 : a % b
}

function wholeQuotient(_: object, a: number, b: number): number {
  return b === 0 ? 0 : Math.floor(a / b)
}

/** The nearest integer, the even one of two. */
export const round: Elementwise = elementwise('round', {
  arity: 1,
  takes: 'number',
  scalar: (_, x) => roundToEven(x),
})

/** Remainder with the sign of the dividend; of integers by 0 it is 0. */
export const fmod: Elementwise = elementwise('fmod', {
  arity: 2,
  takes: 'number',
  cost: 30,
  scalar: (_, a, b) => a % b,
  integer: remainder,
  long: remainder,
  vjp: (g, { inputs: [a, b], output }) => [g, a && b && g.mul(a.sub(output).div(b).round()).neg()],
})

/** The largest integer not above `a / b`; of integers by 0 it is 0. */
export const floorDivide: Elementwise = elementwise('floorDivide', {
  arity: 2,
  takes: 'number',
  cost: 36,
  scalar: (_, a, b) => {
    if (b === 0) return a / b
    const rest = a % b
    const quotient = roundToEven((a - rest) / b)
    const down = rest !== 0 && rest < 0 !== b < 0
    if (down) return quotient - 1
    return quotient === 0 ? (a / b) * 0 : quotient
  },
  integer: wholeQuotient,
  long: wholeQuotient,
})

/** Greatest common divisor of two integers, never negative; `gcd(0, 0)` is 0. */
export const gcd: Elementwise = elementwise('gcd', {
  arity: 2,
  takes: 'int',
  scalar: (_, a, b) => {
    let [larger, smaller] = [Math.abs(a), Math.abs(b)]
    while (smaller > 0) [larger, smaller] = [smaller, larger % smaller]
    return larger
  },
})
