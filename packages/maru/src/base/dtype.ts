/** The element types: one row each. Suites and targets iterate over the rows. */
import { showAny } from './argument.ts'
import { DTypeError } from './error.ts'

/** Name of an element type. */
export type DType = 'float64' | 'float32' | 'int32' | 'uint8' | 'bool'

/** A host array that can hold some dtype's elements. */
export type HostArray = Float64Array | Float32Array | Int32Array | Uint8Array

/** Arrays accepted where a user hands over numbers. */
export type NumericArray =
  | HostArray
  | Int8Array
  | Int16Array
  | Uint16Array
  | Uint32Array
  | Uint8ClampedArray

interface DTypeRow {
  readonly bytes: number
  readonly kind: 'float' | 'int' | 'bool'
  /** Position in PyTorch's promotion order: bool < uint8 < int32 < float32 < float64. */
  readonly rank: number
  readonly array: (buffer: ArrayBufferLike, byteOffset: number, length: number) => HostArray
  readonly make: (length: number) => HostArray
  /** Rounds or wraps a JavaScript number to a value of the dtype. */
  readonly coerce: (value: number) => number
}

/** Every dtype with its storage and arithmetic kind. `bool` is stored as one byte, 0 or 1. */
export const dtypes: { readonly [D in DType]: DTypeRow } = {
  float64: {
    bytes: 8,
    kind: 'float',
    rank: 4,
    array: (buffer, offset, length) => new Float64Array(buffer, offset, length),
    make: (length) => new Float64Array(length),
    coerce: (value) => value,
  },
  float32: {
    bytes: 4,
    kind: 'float',
    rank: 3,
    array: (buffer, offset, length) => new Float32Array(buffer, offset, length),
    make: (length) => new Float32Array(length),
    coerce: Math.fround,
  },
  int32: {
    bytes: 4,
    kind: 'int',
    rank: 2,
    array: (buffer, offset, length) => new Int32Array(buffer, offset, length),
    make: (length) => new Int32Array(length),
    coerce: saturate(-2147483648, 2147483647),
  },
  uint8: {
    bytes: 1,
    kind: 'int',
    rank: 1,
    array: (buffer, offset, length) => new Uint8Array(buffer, offset, length),
    make: (length) => new Uint8Array(length),
    coerce: saturate(0, 255),
  },
  bool: {
    bytes: 1,
    kind: 'bool',
    rank: 0,
    array: (buffer, offset, length) => new Uint8Array(buffer, offset, length),
    make: (length) => new Uint8Array(length),
    coerce: (value) => (value === 0 ? 0 : 1),
  },
}

/** Rounds toward zero and clamps; NaN becomes 0, as WebAssembly's saturating conversions do. */
function saturate(low: number, high: number): (value: number) => number {
  return (value) => {
    if (Number.isNaN(value)) return 0
    return Math.trunc(Math.min(high, Math.max(low, value))) + 0
  }
}

export function isDType(name: unknown): name is DType {
  return typeof name === 'string' && Object.hasOwn(dtypes, name)
}

/** The dtype, or a `DTypeError` that lists what exists. */
export function expectDType(op: string, name: unknown): DType {
  if (isDType(name)) return name
  throw new DTypeError('dtype.unknown', {
    op,
    got: typeof name === 'string' ? name : showAny(name),
    known: Object.keys(dtypes),
  })
}

export function isFloat(dtype: DType): boolean {
  return dtypes[dtype].kind === 'float'
}

/** The wider of two dtypes in PyTorch's order. */
export function promote(a: DType, b: DType): DType {
  return dtypes[a].rank >= dtypes[b].rank ? a : b
}

/** The dtype that a host array's elements have in maru; a wider integer array becomes int32. */
export function dtypeOf(array: NumericArray): DType {
  if (array instanceof Float64Array) return 'float64'
  if (array instanceof Float32Array) return 'float32'
  if (array instanceof Uint8Array || array instanceof Uint8ClampedArray) return 'uint8'
  return 'int32'
}
