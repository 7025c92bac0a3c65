/** The element types: one row each. Suites and targets iterate over the rows. */

import { DTypeError, ValueError } from './error.ts'
import { powerOfTwo } from './float.ts'
import { bfloat16Bits, float16Bits, fromBfloat16Bits, fromFloat16Bits } from './half.ts'
import { showAny } from './show.ts'

/** Name of an element type. */
export type DType =
  | 'float64'
  | 'float32'
  | 'float16'
  | 'bfloat16'
  | 'int64'
  | 'int32'
  | 'int8'
  | 'uint8'
  | 'bool'

/** Elements as JavaScript's numbers: what primitives compute on. */
export type NumberArray = Float64Array | Float32Array | Int32Array | Int8Array | Uint8Array

/** Elements as they are stored: 16-bit floats as their bits, int64 as bigints. */
export type HostArray = NumberArray | Uint16Array | BigInt64Array

/** Elements as users read them: float16 and bfloat16 in a Float32Array, int64 in a BigInt64Array. */
export type DataArray = NumberArray | BigInt64Array

/** Arrays accepted where a user hands over numbers. */
export type NumericArray =
  | NumberArray
  | BigInt64Array
  | Int16Array
  | Uint16Array
  | Uint32Array
  | Uint8ClampedArray

interface DTypeRow {
  readonly bytes: number
  readonly kind: 'float' | 'int' | 'bool'
  /** Position in PyTorch's promotion order; two dtypes of one rank meet in the next. */
  readonly rank: number
  readonly array: (buffer: ArrayBufferLike, byteOffset: number, length: number) => HostArray
  readonly make: (length: number) => HostArray
  /** Rounds or wraps a JavaScript number to a value of the dtype. */
  readonly coerce: (value: number) => number
  /** Of a dtype that is stored as 16 bits: what they mean, and those of the nearest value. */
  readonly bits?: {
    readonly of: (value: number) => number
    readonly value: (bits: number) => number
  }
}

/** Every dtype with its storage and arithmetic kind. `bool` is stored as one byte, 0 or 1. */
export const dtypes: { readonly [D in DType]: DTypeRow } = {
  float64: {
    bytes: 8,
    kind: 'float',
    rank: 6,
    array: (buffer, offset, length) => new Float64Array(buffer, offset, length),
    make: (length) => new Float64Array(length),
    coerce: (value) => value,
  },
  float32: {
    bytes: 4,
    kind: 'float',
    rank: 5,
    array: (buffer, offset, length) => new Float32Array(buffer, offset, length),
    make: (length) => new Float32Array(length),
    coerce: Math.fround,
  },
  float16: half(float16Bits, fromFloat16Bits),
  bfloat16: half(bfloat16Bits, fromBfloat16Bits),
  int64: {
    bytes: 8,
    kind: 'int',
    rank: 3,
    array: (buffer, offset, length) => new BigInt64Array(buffer, offset, length),
    make: (length) => new BigInt64Array(length),
    coerce: saturate(-powerOfTwo(63), powerOfTwo(63)),
  },
  int32: {
    bytes: 4,
    kind: 'int',
    rank: 2,
    array: (buffer, offset, length) => new Int32Array(buffer, offset, length),
    make: (length) => new Int32Array(length),
    coerce: saturate(-2147483648, 2147483647),
  },
  int8: {
    bytes: 1,
    kind: 'int',
    rank: 1,
    array: (buffer, offset, length) => new Int8Array(buffer, offset, length),
    make: (length) => new Int8Array(length),
    coerce: saturate(-128, 127),
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

function half(of: (value: number) => number, value: (bits: number) => number): DTypeRow {
  return {
    bytes: 2,
    kind: 'float',
    rank: 4,
    array: (buffer, offset, length) => new Uint16Array(buffer, offset, length),
    make: (length) => new Uint16Array(length),
    coerce: (number) => value(of(number)),
    bits: { of, value },
  }
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

/** Whether a float has too few bits for what a composition computes on the way to its result. */
export function isHalf(dtype: DType): boolean {
  return dtypes[dtype].bits !== undefined
}

/** Whether arithmetic wraps around, as that of machine integers does; int64's is refused there. */
export function wraps(dtype: DType): boolean {
  return dtypes[dtype].kind === 'int' && dtype !== 'int64'
}

/**
 * The dtype that holds what both hold, in PyTorch's order: bool < int8, uint8 < int32 < int64 <
 * float16, bfloat16 < float32 < float64. int8 with uint8 is int32 (PyTorch's int16 is not here).
 */
export function promote(a: DType, b: DType): DType {
  const [low, high] = [dtypes[a].rank, dtypes[b].rank]
  if (a === b || low > high) return a
  if (low < high) return b
  return low < dtypes.int32.rank ? 'int32' : 'float32'
}

/** The dtype that a host array's elements have in maru; one that maru lacks becomes a wider one. */
export function dtypeOf(array: NumericArray): DType {
  if (array instanceof Float64Array) return 'float64'
  if (array instanceof Float32Array) return 'float32'
  if (array instanceof BigInt64Array || array instanceof Uint32Array) return 'int64'
  if (array instanceof Int8Array) return 'int8'
  if (array instanceof Uint8Array || array instanceof Uint8ClampedArray) return 'uint8'
  return 'int32'
}

// Numbers and how they are stored

const [LEAST, MOST] = [-(2n ** 63n), 2n ** 63n - 1n]

/** The nearest int64. */
export function nearestInt64(value: number | bigint): bigint {
  const whole = BigInt(typeof value === 'bigint' ? value : dtypes.int64.coerce(value))
  return whole > MOST ? MOST : whole < LEAST ? LEAST : whole
}

/** Stores the dtype's nearest values. */
export function storeAs(
  dtype: DType,
  values: ArrayLike<number | bigint>,
  into: HostArray = dtypes[dtype].make(values.length),
): HostArray {
  const { coerce, bits } = dtypes[dtype]
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0
    if (into instanceof BigInt64Array) into[i] = nearestInt64(value)
    else into[i] = bits ? bits.of(Number(value)) : coerce(Number(value))
  }
  return into
}

/** Room for numbers of a dtype, which round and wrap as the dtype does; 16-bit floats only when stored. */
export function numbersOf(dtype: DType, length: number): NumberArray {
  const stored = dtypes[dtype].make(length)
  if (stored instanceof BigInt64Array) return new Float64Array(length)
  return stored instanceof Uint16Array ? new Float32Array(length) : stored
}

/** What a number beside elements of a dtype is as one of them: integers wrap around, floats are rounded. */
export function elementOf(dtype: DType, value: number): number {
  if (!wraps(dtype)) return dtypes[dtype].coerce(value)
  const one = numbersOf(dtype, 1)
  one[0] = value
  return one[0] ?? 0
}

/** Stored elements as users read them. */
export function presented(dtype: DType, stored: HostArray): DataArray {
  const { bits } = dtypes[dtype]
  if (!(stored instanceof Uint16Array)) return stored
  return Float32Array.from(stored, (word) => bits?.value(word) ?? word)
}

/**
 * An element as a number.
 *
 * @throws ValueError for an int64 beyond ±(2^53 − 1), which no number holds
 */
export function numberOf(op: string, value: number | bigint): number {
  const number = Number(value)
  if (typeof value === 'number' || Number.isSafeInteger(number)) return number
  throw new ValueError('int64.number', { op, value: String(value) })
}
