/** Tensors as they lie in files: what every format is read to and written from. */
import type { DType } from '../base/dtype.ts'

/** Element types that a file may hold; those beyond `DType` are storage only. */
export type StoredDType = DType | 'int16' | 'uint16' | 'uint32' | 'uint64'

/** A tensor as it lies in a file: little-endian elements in row-major order. */
export interface RawTensor {
  readonly dtype: StoredDType
  readonly shape: readonly number[]
  readonly bytes: Uint8Array
}

/** Bytes of one element. */
export const elementBytes: { readonly [D in StoredDType]: number } = {
  bool: 1,
  uint8: 1,
  int8: 1,
  int16: 2,
  uint16: 2,
  float16: 2,
  bfloat16: 2,
  int32: 4,
  uint32: 4,
  float32: 4,
  float64: 8,
  int64: 8,
  uint64: 8,
}

/** Bytes of a tensor, or undefined where they cannot be counted. */
export function sizeInBytes(dtype: StoredDType, shape: readonly number[]): number | undefined {
  let size = elementBytes[dtype]
  let empty = false
  for (const dim of shape) {
    if (!Number.isSafeInteger(dim) || dim < 0) return undefined
    if (dim === 0) empty = true
    else size *= dim
    if (!Number.isSafeInteger(size)) return undefined
  }
  return empty ? 0 : size
}
