/** Samples side by side: every key a column, sequences padded where that is asked for. */
import { type DType, dtypes, type NumericArray } from '../base/dtype.ts'
import { ShapeError, ValueError } from '../base/error.ts'
import { type Sizes, sameShape, sizeOf } from '../base/shape.ts'
import { showAny } from '../base/show.ts'
import {
  type Collated,
  dtypeOfArray,
  isNdArray,
  isRecord,
  isTypedArray,
  type NdArray,
} from './record.ts'

/** Makes one batch of samples. */
export type Collate<T, H> = (samples: readonly T[]) => H

/** Names of a sample's fields in a batch, where they differ. */
const PLURALS: ReadonlyMap<string, string> = new Map([
  ['input', 'inputs'],
  ['label', 'labels'],
])

/**
 * Samples side by side, key by key: what loaders do unless told otherwise.
 *
 * Arrays of one shape become one array with an axis more in front, of their own dtype; numbers
 * float32 and booleans bool, one for each sample; whatever else a list. A number under `label` is a
 * class id, int32. `input` becomes `inputs`, `label` `labels`.
 *
 * @throws ValueError when samples are no records of the same keys, or a class id is no int32
 * @throws ShapeError when arrays under one key differ in shape or dtype
 */
export function collate<T>(samples: readonly T[]): Collated<T> {
  const columns = keysOf(samples).map((key) => {
    const values = samples.map((sample) => (sample as Readonly<Record<string, unknown>>)[key])
    return [pluralOf(key), column(key, values)]
  })
  return Object.fromEntries(columns) as Collated<T>
}

/** What padding adds: how long each sample was, and where there are values rather than padding. */
export interface PaddingColumns {
  /** int32 [N] */
  readonly lengths: NdArray
  /** bool [N, longest] */
  readonly mask: NdArray
}

/**
 * Collates sequences of any lengths: the first axis of the arrays under `keys` is padded at its end
 * to the longest of the batch, and the batch has `lengths` and `mask` of the first key, too.
 *
 * `mask` is true where there are values; an attention's `keyPaddingMask` is its negation.
 *
 * @param value what stands in the padding
 * @throws ShapeError when arrays differ in other axes, or keys in the lengths of one sample
 * @example
 * const loader = new DataLoader(set, { batchSize: 32, collate: padSequences({ keys: ['input'] }) })
 */
export function padSequences({
  keys = ['input'],
  value = 0,
}: {
  readonly keys?: readonly string[]
  readonly value?: number
} = {}): <T>(samples: readonly T[]) => Collated<T> & PaddingColumns {
  return <T>(samples: readonly T[]) => {
    const found = keysOf(samples)
    const absent = keys.find((key) => !found.includes(key))
    if (samples.length > 0 && absent !== undefined) {
      throw new ValueError('collate.absent', { key: absent, keys: found })
    }
    const records = samples as readonly Readonly<Record<string, unknown>>[]
    const lengths = Int32Array.from(records, (record, i) => lengthOf(record, keys, i))
    const longest = lengths.reduce((a, b) => Math.max(a, b), 0)
    const padded = records.map((record) => {
      const long = keys.map((key) => [key, padTo(arrayOf(record[key]), longest, value)])
      return { ...record, ...Object.fromEntries(long) }
    })
    return {
      // padding changes no key and no type
      ...collate(padded as unknown as readonly T[]),
      lengths: { data: lengths, shape: [samples.length] },
      mask: maskOf(lengths, longest),
    }
  }
}

/** What a field of samples is called in a batch. */
export function pluralOf(key: string): string {
  return PLURALS.get(key) ?? key
}

function keysOf(samples: readonly unknown[]): string[] {
  const [first] = samples
  if (samples.length === 0) return []
  for (const [i, sample] of samples.entries()) {
    if (!isRecord(sample)) throw new ValueError('collate.record', { i, got: showAny(sample) })
  }
  const keys = Object.keys(first as object)
  for (const [i, sample] of samples.entries()) {
    const own = Object.keys(sample as object)
    const missing = keys.find((key) => !own.includes(key))
    const extra = own.find((key) => !keys.includes(key))
    if (missing ?? extra) throw new ValueError('collate.keys', { i, key: missing ?? extra, keys })
  }
  return keys
}

function column(key: string, values: readonly unknown[]): unknown {
  const [first] = values
  if (isNdArray(first) || isTypedArray(first)) return stacked(key, values)
  if (values.every((value) => typeof value === 'number')) {
    return key === 'label' ? classIds(values) : floats(values)
  }
  if (values.every((value) => typeof value === 'boolean')) {
    return { data: Uint8Array.from(values, Number), shape: [values.length], dtype: 'bool' }
  }
  return values
}

function floats(values: readonly number[]): NdArray<Float32Array> {
  return { data: Float32Array.from(values), shape: [values.length] }
}

function classIds(values: readonly number[]): NdArray<Int32Array> {
  const data = Int32Array.from(values)
  values.forEach((value, i) => {
    if (data[i] !== value) throw new ValueError('collate.label', { i, got: value })
  })
  return { data, shape: [values.length] }
}

/** A typed array alone is a vector. */
function arrayOf(value: unknown): NdArray | undefined {
  if (isTypedArray(value)) return { data: value, shape: [value.length] }
  return isNdArray(value) ? value : undefined
}

function stacked(key: string, values: readonly unknown[]): NdArray {
  const arrays = values.map(arrayOf)
  const first = arrays[0] as NdArray
  const size = sizeOf(first.shape)
  const dtype = dtypeOfArray(first)
  const data = emptyLike(first.data, size * arrays.length)
  arrays.forEach((array, i) => {
    if (!array || !sameShape(array.shape, first.shape)) {
      const got = array ? `[${array.shape.join(', ')}]` : showAny(values[i])
      throw new ShapeError('collate.shape', { key, i, got, wanted: first.shape })
    }
    if (dtypeOfArray(array) !== dtype || array.data.length !== size) {
      const got = `${array.data.length} ${dtypeOfArray(array)}`
      throw new ShapeError('collate.values', { key, i, got, wanted: size, dtype })
    }
    copyInto(data, array.data, i * size)
  })
  const shape = [arrays.length, ...first.shape]
  return first.dtype ? { data, shape, dtype: first.dtype } : { data, shape }
}

/** An array of the same class. */
export function emptyLike(array: NumericArray, length: number): NumericArray {
  const Same = array.constructor as new (length: number) => NumericArray
  return new Same(length)
}

export function copyInto(into: NumericArray, from: NumericArray, at: number): void {
  // arrays of one dtype are of one class, or of two that hold the same numbers
  into.set(from as never, at)
}

function lengthOf(record: Readonly<Record<string, unknown>>, keys: readonly string[], i: number) {
  const sizes = keys.map((key) => {
    const shape: Sizes | undefined = arrayOf(record[key])?.shape
    if (shape?.[0] !== undefined) return shape[0]
    throw new ShapeError('collate.sequence', { key, i, got: showAny(record[key]) })
  })
  const [first = 0] = sizes
  if (sizes.some((size) => size !== first)) {
    throw new ShapeError('collate.lengths', { i, keys, sizes })
  }
  return first
}

function padTo(array: NdArray | undefined, length: number, value: number): NdArray | undefined {
  if (!array) return array
  const [own = 0, ...rest] = array.shape
  if (own === length) return array
  const row = sizeOf(rest)
  const data = emptyLike(array.data, length * row)
  copyInto(data, array.data, 0)
  fillFrom(data, own * row, stored(dtypeOfArray(array), value))
  return { ...array, data, shape: [length, ...rest] }
}

/** A number as an array of the dtype stores it. */
function stored(dtype: DType, value: number): number {
  const { bits, coerce } = dtypes[dtype]
  return bits ? bits.of(value) : coerce(value)
}

function fillFrom(data: NumericArray, at: number, value: number): void {
  if (data instanceof BigInt64Array) data.fill(BigInt(value), at)
  else data.fill(value, at)
}

function maskOf(lengths: Int32Array, longest: number): NdArray<Uint8Array> {
  const data = new Uint8Array(lengths.length * longest)
  lengths.forEach((length, i) => {
    data.fill(1, i * longest, i * longest + length)
  })
  return { data, shape: [lengths.length, longest], dtype: 'bool' }
}
