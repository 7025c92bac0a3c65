/** What samples hold, and what becomes of them in a batch. */
import {
  type DType,
  dtypeOf,
  dtypes,
  type HostArray,
  type NumericArray,
  storeAs,
} from '../base/dtype.ts'
import type { Sizes } from '../base/shape.ts'
import { fromHost } from '../tensor/create.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** Numbers in memory, row-major, with their shape. */
export interface NdArray<A extends NumericArray = NumericArray> {
  readonly data: A
  readonly shape: Sizes
  /** Where the class of `data` does not tell: bool lies in a Uint8Array, 16-bit floats in a Uint16Array. */
  readonly dtype?: DType
}

/** The usual sample: values and a class id. */
export interface Sample {
  readonly input: NdArray<Float32Array>
  readonly label: number
}

/** The usual batch before it becomes tensors: `inputs` [N, ...], `labels` [N]. */
export interface Batch {
  readonly inputs: NdArray<Float32Array>
  readonly labels: NdArray<Int32Array>
}

/** The usual batch as loaders hand it out. */
export interface TensorBatch {
  /** [N, ...] of the data set's samples. */
  readonly inputs: Tensor
  /** Class ids [N]. */
  readonly labels: Tensor
}

/** What lies side by side in one array; everything else becomes a list. */
export type Stackable = number | boolean | NumericArray | NdArray

type ColumnName<K> = K extends 'input' ? 'inputs' : K extends 'label' ? 'labels' : K

/** One column of a batch. */
export type Column<V> = [V] extends [Stackable] ? NdArray : readonly V[]

/** Samples side by side, key by key: `input` becomes `inputs`, `label` `labels`, other keys stay. */
export type Collated<T> = { readonly [K in keyof T as ColumnName<K>]: Column<T[K]> }

/** A batch whose arrays have become tensors. */
export type Tensors<H> = H extends NdArray
  ? Tensor
  : { [K in keyof H]: H[K] extends NdArray ? Tensor : H[K] }

export function isTypedArray(value: unknown): value is NumericArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView)
}

export function isNdArray(value: unknown): value is NdArray {
  if (typeof value !== 'object' || value === null) return false
  const { data, shape } = value as Partial<NdArray>
  return isTypedArray(data) && Array.isArray(shape)
}

/** An object that is nothing but its fields. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value)
  )
}

/** Element type of an array; bool and 16-bit floats say so themselves. */
export function dtypeOfArray({ data, dtype }: NdArray): DType {
  return dtype ?? dtypeOf(data)
}

/** The array as a tensor; its memory is taken over where the dtype is stored like that. */
export function tensorOf(array: NdArray): Tensor {
  const dtype = dtypeOfArray(array)
  const stored = dtypes[dtype].make(0).constructor === array.data.constructor
  // the constructors are equal, so the class is the dtype's own
  const data = stored ? (array.data as HostArray) : storeAs(dtype, array.data)
  return fromHost(data, array.shape, dtype)
}

/** Turns the arrays of a batch into tensors; what is no array stays. */
export function tensorsOf<H>(batch: H): Tensors<H> {
  const convert = (value: unknown): unknown => (isNdArray(value) ? tensorOf(value) : value)
  const whole = convert(batch)
  if (whole !== batch || !isRecord(batch)) return whole as Tensors<H>
  const entries = Object.entries(batch).map(([key, value]) => [key, convert(value)])
  return Object.fromEntries(entries) as Tensors<H>
}
