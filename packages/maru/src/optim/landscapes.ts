/** Functions whose shape tries optimisers, and whose lowest places are known. */
import { ShapeError } from '../base/error.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** A function of the last axis of a tensor. */
export interface Landscape {
  readonly name: string
  /** @shape x [..., 2] → [...]; `rosenbrock` takes any width from 2 on */
  readonly evaluate: (x: Tensor) => Tensor
  /** Where searches usually begin. */
  readonly start: readonly number[]
  /** Where it is lowest; nowhere if it falls without end. */
  readonly minima: readonly (readonly number[])[]
  /** Its lowest value. */
  readonly lowest: number
}

/** The two coordinates of points. */
function plane(op: string, x: Tensor): [Tensor, Tensor] {
  const { shape } = x.node
  if (shape.at(-1) !== 2) throw new ShapeError('landscape.axis', { op, shape, wanted: '2' })
  return [x.select(-1, 0), x.select(-1, 1)]
}

/**
 * Beale's function, flat but for steep corners.
 *
 *     (1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²
 *
 * @see Beale 1958, "On an iterative method for finding a local minimum of a function of more than one variable"
 */
export const beale: Landscape = {
  name: 'beale',
  evaluate: (point) => {
    const [x, y] = plane('beale', point)
    const term = (c: number, power: Tensor): Tensor => x.mul(power).sub(x).add(c).square()
    const y2 = y.square()
    return term(1.5, y)
      .add(term(2.25, y2))
      .add(term(2.625, y2.mul(y)))
  },
  start: [1, 1],
  minima: [[3, 0.5]],
  lowest: 0,
}

/**
 * Rosenbrock's function, a curved valley.
 *
 *     Σ 100 (xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)²
 *
 * @shape x [..., n] → [...], n ≥ 2
 * @see Rosenbrock 1960, Comput. J. 3
 */
export const rosenbrock: Landscape = {
  name: 'rosenbrock',
  evaluate: (x) => {
    const { shape } = x.node
    const width = shape.at(-1) ?? 0
    if (width < 2)
      throw new ShapeError('landscape.axis', { op: 'rosenbrock', shape, wanted: '≥ 2' })
    const first = x.narrow(-1, 0, width - 1)
    const next = x.narrow(-1, 1, width - 1)
    const valley = next.sub(first.square()).square().mul(100)
    return valley.add(first.mul(-1).add(1).square()).sum(-1)
  },
  start: [-1.2, 1],
  minima: [[1, 1]],
  lowest: 0,
}

/**
 * Branin's function, with three lowest places, for searches with few evaluations.
 *
 *     (y − 5.1 x² / 4π² + 5x / π − 6)² + 10 (1 − 1/8π) cos x + 10    −5 ≤ x ≤ 10, 0 ≤ y ≤ 15
 *
 * @see Branin 1972, IBM J. Res. Dev. 16
 */
export const branin: Landscape = {
  name: 'branin',
  evaluate: (point) => {
    const [x, y] = plane('branin', point)
    const bowl = x.square().mul(-5.1 / (4 * Math.PI * Math.PI))
    const valley = y
      .add(bowl)
      .add(x.mul(5 / Math.PI))
      .sub(6)
    return valley
      .square()
      .add(x.cos().mul(10 * (1 - 1 / (8 * Math.PI))))
      .add(10)
  },
  start: [2.5, 7.5],
  minima: [
    [-Math.PI, 12.275],
    [Math.PI, 2.275],
    [3 * Math.PI, 2.475],
  ],
  lowest: 0.39788735772973816,
}

/** A saddle: `x² − y²`. Its gradient vanishes at the origin, where it is no minimum. */
export const saddle: Landscape = {
  name: 'saddle',
  evaluate: (point) => {
    const [x, y] = plane('saddle', point)
    return x.square().sub(y.square())
  },
  start: [1, 1e-3],
  minima: [],
  lowest: Number.NEGATIVE_INFINITY,
}

/** A saddle for one with a tail: `x³ − 3xy²`. At the origin its Hessian vanishes, too. */
export const monkeySaddle: Landscape = {
  name: 'monkeySaddle',
  evaluate: (point) => {
    const [x, y] = plane('monkeySaddle', point)
    return x.square().sub(y.square().mul(3)).mul(x)
  },
  start: [1, 1e-3],
  minima: [],
  lowest: Number.NEGATIVE_INFINITY,
}

/** Two wells with a saddle between them: `(x² − 1)² + y²`. */
export const doubleWell: Landscape = {
  name: 'doubleWell',
  evaluate: (point) => {
    const [x, y] = plane('doubleWell', point)
    return x.square().sub(1).square().add(y.square())
  },
  start: [0.05, 1],
  minima: [
    [-1, 0],
    [1, 0],
  ],
  lowest: 0,
}

/** A ravine: `½ (x² + 100 y²)`, a hundred times steeper across than along. */
export const ravine: Landscape = {
  name: 'ravine',
  evaluate: (point) => {
    const [x, y] = plane('ravine', point)
    return x.square().add(y.square().mul(100)).mul(0.5)
  },
  start: [-4, 1],
  minima: [[0, 0]],
  lowest: 0,
}
