/** Samples, reasons and rejects that rows of several families share. */
import type { DType } from '../../../src/base/dtype.ts'
import type { Sizes } from '../../../src/base/shape.ts'
import { ShapeError, type Tensor, ValueError, zeros } from '../../../src/index.ts'
import type { Reject, Sample, Values } from '../row.ts'

export const INF: number = Number.POSITIVE_INFINITY
export const NAN: number = Number.NaN
export const INT_MIN = -2147483648

export function given(
  data: number[],
  shape: Sizes = [data.length],
  dtype: DType = 'float32',
): Values {
  return { shape, dtype, data }
}

export const shapes = (...inputs: readonly Sizes[]): Sample<object> => ({ inputs })

export const unary: readonly Sample<object>[] = [
  shapes([3, 4]),
  shapes([]),
  shapes([1, 5, 1]),
  shapes([2, 0, 3]),
  shapes([0]),
  { ...shapes([23]), note: 'five vectors and a rest' },
]
/** Of functions that hardly differ in their form. */
export const few: readonly Sample<object>[] = [shapes([2, 3]), shapes([]), shapes([0]), shapes([9])]
export const special: Sample<object> = {
  inputs: [given([0, -0, 1, -1, INF, -INF, NAN, 1e-40, 3e38])],
}

export const pairs: readonly Sample<object>[] = [
  shapes([2, 3], [2, 3]),
  shapes([3, 4], [4]),
  shapes([3, 1], [1, 4]),
  shapes([], [2, 2]),
  shapes([], []),
  shapes([2, 1, 3], [4, 1]),
  shapes([0, 3], [1, 3]),
  shapes([2, 0], [1]),
  shapes([5, 7], [5, 7]),
]
export const fewPairs: readonly Sample<object>[] = [
  shapes([2, 1, 3], [4, 1]),
  shapes([], []),
  shapes([0, 3], [1, 3]),
  shapes([9], [9]),
]
export const specialPair: Sample<object> = {
  inputs: [
    given([INF, -INF, INF, NAN, 1, 0, -0, 0, 1, 1]),
    given([INF, INF, 1, 1, NAN, 0, 0, 0, 0, 2]),
  ],
}

export const byValue: { readonly none: string } = { none: 'values are given beside the samples' }
export const isStep: { readonly none: string } = { none: 'constant between its steps' }
export const isFlat: { readonly none: string } = {
  none: 'the result does not change with small changes',
}

/** Zeros of a shape that the type checker does not know, so that it lets mistakes through. */
export function zero(...shape: number[]): Tensor {
  return zeros(shape)
}

export const badOperands = (run: (a: Tensor, b: Tensor) => unknown): readonly Reject[] => [
  [() => run(zero(2), [1, 2] as never), ValueError, 'argument.tensor'],
  [() => run(zero(2, 3), zero(2)), ShapeError, 'broadcast'],
]
