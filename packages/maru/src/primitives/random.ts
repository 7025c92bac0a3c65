/** Draws that reject: each element has a key of two words, so that it is the same wherever it is computed. */
import { gammaFrom, gammaSlope, poissonFrom } from '../base/rejection.ts'
import type { Elementwise } from '../graph/primitive.ts'
import { elementwise } from './build.ts'

/** How a gamma number moves with its shape. */
export const gammaShift: Elementwise = elementwise('gammaShift', {
  arity: 2,
  takes: 'float',
  cost: 500,
  scalar: (_, x, shape) => gammaSlope(shape, x),
})

/** A gamma number of rate 1, at least `least`, from two words and its shape. */
export const drawGamma: Elementwise<{ readonly least: number }> = elementwise('drawGamma', {
  arity: 3,
  takes: 'float',
  cost: 300,
  scalar: ({ least }, key0, key1, shape) => Math.max(gammaFrom(key0, key1, shape), least),
})

/** A Poisson number from two words and its mean. */
export const drawPoisson: Elementwise = elementwise('drawPoisson', {
  arity: 3,
  takes: 'float',
  cost: 300,
  scalar: (_, key0, key1, mean) => poissonFrom(key0, key1, mean),
})
