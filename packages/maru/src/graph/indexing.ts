/** How an op reads its input: index arithmetic over any algebra, numbers or symbols alike. */
import type { Sizes } from '../base/shape.ts'

/** Integer arithmetic that index maps may use. `floorDiv` and `mod` take positive divisors. */
export interface IndexAlgebra<I> {
  constant(value: number): I
  add(a: I, b: I): I
  scale(a: I, factor: number): I
  floorDiv(a: I, divisor: number): I
  mod(a: I, divisor: number): I
}

/** `0 ≤ value < bound` must hold for the element to exist. */
export interface Guard<I> {
  readonly value: I
  readonly bound: number
}

/** Where one output element comes from; outside its guards it is the op's fill value. */
export interface Origin<I> {
  readonly index: readonly I[]
  readonly guards: readonly Guard<I>[]
}

/** An element that is an index: as it is, and brought within `0 … bound − 1`. */
export interface Looked<I> {
  readonly given: I
  readonly inside: I
}

/** Takes the element of an input, by its position among the inputs, at an index. */
export type Look<I> = (input: number, at: readonly I[], bound: number) => Looked<I>

/** The algebra of plain numbers: what the reference interpreter uses. */
export const numbers: IndexAlgebra<number> = {
  constant: (value) => value,
  add: (a, b) => a + b,
  scale: (a, factor) => a * factor,
  floorDiv: (a, divisor) => Math.floor(a / divisor),
  mod: (a, divisor) => a - Math.floor(a / divisor) * divisor,
}

/** `Σ index[i] · strides[i]`. */
export function dot<I>(algebra: IndexAlgebra<I>, index: readonly I[], strides: Sizes): I {
  let sum = algebra.constant(0)
  index.forEach((part, axis) => {
    sum = algebra.add(sum, algebra.scale(part, strides[axis] ?? 0))
  })
  return sum
}
