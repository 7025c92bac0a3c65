/** How the inputs of samples are drawn: from a seed and a name, so that no sample moves another. */
import { type DType, dtypes } from '../../src/base/dtype.ts'
import { Stream } from '../../src/base/threefry.ts'

const SEED = 20261120

/** A domain: the dtype of what it draws, and the numbers. Floats are multiples of 1/64, exact in float32. */
export interface Draw {
  readonly dtype: DType
  readonly numbers: (stream: Stream, count: number) => number[]
}

export function stream(...path: (string | number)[]): Stream {
  return new Stream(SEED, ...path)
}

function each(draw: (stream: Stream) => number, dtype: DType = 'float32'): Draw {
  return { dtype, numbers: (from, count) => Array.from({ length: count }, () => draw(from)) }
}

function normalNumber(from: Stream): number {
  return Math.round(from.normal() * 1.5 * 32) / 32
}

export const normal: Draw = each(normalNumber)
/** Never equal to what `normal` draws, and at least 1/64 from it: away from ties and from 0. */
export const odd: Draw = each((from) => normalNumber(from) + 1 / 64)
export const positive: Draw = each((from) => (8 + from.integer(240)) / 64)
/** At least half away from zero. */
export const nonzero: Draw = each(
  (from) => ((32 + from.integer(160)) / 64) * (from.integer(2) === 0 ? 1 : -1),
)
/** A shuffled grid around zero: no two of a sample are equal, and none is 0. */
export const distinct: Draw = {
  dtype: 'float32',
  numbers: (from, count) =>
    Array.from(from.permutation(count), (place) => (place - Math.floor(count / 2)) / 16 + 1 / 64),
}
/** Odd multiples of 1/64. */
export const oddParts: Draw = each((from) => (2 * (from.integer(192) - 96) + 1) / 64)
/** Even multiples of 1/64 and at least half away from zero: no odd one is their multiple. */
export const evenParts: Draw = each(
  (from) => ((16 + from.integer(80)) / 32) * (from.integer(2) === 0 ? 1 : -1),
)
/** Between -1 and 1. */
/** Probabilities away from 0 and 1. */
export const likely: Draw = each((from) => (8 + from.integer(49)) / 64)
export const unit: Draw = each((from) => (from.integer(121) - 60) / 64)
/** Above 1. */
export const aboveOne: Draw = each((from) => (72 + from.integer(240)) / 64)
export const flags: Draw = each((from) => from.integer(2), 'bool')

export function below(count: number): Draw {
  return each((from) => from.integer(count), 'int32')
}

/** What a number of a float domain becomes in another dtype, so that domains stay what they are. */
export function inDType(value: number, dtype: DType): number {
  switch (dtypes[dtype].kind) {
    case 'float':
      return dtypes[dtype].coerce(value)
    case 'bool':
      return value > 0 ? 1 : 0
    case 'int':
      return dtype === 'uint8' ? Math.abs(Math.round(value * 4)) : Math.round(value * 4)
  }
}
