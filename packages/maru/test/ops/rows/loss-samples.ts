/** Samples, domains and rejects that rows of losses share. */
import { type Reduction, ShapeError, type Tensor, tensor, ValueError } from '../../../src/index.ts'
import type { Draw } from '../draw.ts'
import { floating, type Reject, type Results, type Sample, type Tolerance } from '../row.ts'
import { NAN, shapes, zero } from './samples.ts'

/** Any reduction: what a row is called with. */
export interface Reduced {
  readonly reduction?: Reduction
}

export const none: Reduced = { reduction: 'none' }

/** Between 0 and 1, neither included. */
export const chance: Draw = {
  dtype: 'float32',
  numbers: (from, count) => Array.from({ length: count }, () => (4 + from.integer(56)) / 64),
}
export function between(low: number, high: number): Draw {
  const numbers: Draw['numbers'] = (from, count) =>
    Array.from({ length: count }, () => low + from.integer(high - low + 1))
  return { dtype: 'int32', numbers }
}
/** −1 and 1. */
export const signs: Draw = {
  dtype: 'int32',
  numbers: (from, count) => Array.from({ length: count }, () => 2 * from.integer(2) - 1),
}

export const ids = (...labels: number[]): Tensor => tensor(Int32Array.from(labels))

/** What every loss of two equal shapes refuses. */
export function unequal(run: (a: Tensor, b: Tensor, options?: never) => unknown): Reject[] {
  const other = { reduction: 'max' } as never
  return [
    [() => run(zero(2, 1), zero(2)), ShapeError, 'loss.broadcast'],
    [() => run(zero(2, 1, 1), zero(2, 1, 1), other), ValueError, 'loss.reduction'],
    [() => run(zero(2, 1, 1), zero(2, 1, 1), 3 as never), ValueError, 'argument.options'],
  ]
}

export const alike: readonly Sample<Reduced>[] = [
  shapes([3, 4], [3, 4]),
  shapes([], []),
  { ...shapes([5], [5]), args: { reduction: 'sum' } },
  { ...shapes([2, 3], [2, 3]), args: none },
  { ...shapes([0], [0]), args: none, gives: [] },
  { ...shapes([0, 2], [0, 2]), args: { reduction: 'sum' }, gives: [0] },
  { ...shapes([0], [0]), gives: [NAN], note: 'a mean of none' },
]

export const smallSums: { readonly float32: Tolerance } = {
  float32: {
    relative: 2e-6,
    absolute: 5e-7,
    reason: 'terms of both signs of some size, whose rounding their sum keeps',
  },
}

/** Losses of halves are float32, since their sums would overflow. */
export const precise: Results = { ...floating, float16: 'float32', bfloat16: 'float32' }
