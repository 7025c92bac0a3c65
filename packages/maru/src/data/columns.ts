/** Records as columns of arrays: points, series, tables of numbers. */
import { ShapeError, ValueError } from '../base/error.ts'
import { type Sizes, sizeOf } from '../base/shape.ts'
import { copyInto, emptyLike, pluralOf } from './collate.ts'
import { type Dataset, expectIndex, type Role } from './dataset.ts'
import { type Collated, isNdArray, type NdArray, type Sample } from './record.ts'

/** One entry for each record: an array with an axis of records in front, or a list. */
export type ColumnOf<V> = NdArray | readonly V[]

interface ColumnOptions {
  /** Names of the classes that `label` counts. */
  readonly classes?: readonly string[] | undefined
  readonly role?: Role | undefined
}

/**
 * Records whose fields lie in arrays, one array for each field: batches are copies of rows.
 *
 * A field of an array with one axis is a number (a flag where it is bool), of one with more a view
 * of its row; of a list its item. An array under `label` with one axis holds class ids, integers.
 *
 * @throws ShapeError when columns differ in length or an array does not fill its shape
 * @throws ValueError when a class id is no integer
 * @example
 * new ColumnDataset<Sample>({
 *   input: { data: Float32Array.of(0, 0, 1, 1), shape: [2, 2] },
 *   label: { data: Int32Array.of(0, 1), shape: [2] },
 * })
 */
export class ColumnDataset<S extends object = Sample> implements Dataset<S> {
  readonly columns: { readonly [K in keyof S]: ColumnOf<S[K]> }
  readonly length: number
  readonly classes: readonly string[] | undefined
  readonly role: Role | undefined

  constructor(
    columns: { readonly [K in keyof S]: ColumnOf<S[K]> },
    { classes, role }: ColumnOptions = {},
  ) {
    const entries: [string, ColumnOf<unknown>][] = Object.entries(columns)
    const [first] = entries
    if (!first) throw new ValueError('columns.none', {})
    this.length = lengthOf(first[1])
    for (const [key, column] of entries) checkColumn(key, column, this.length)
    this.columns = columns
    this.classes = classes
    this.role = role
  }

  /** Record i; arrays in it are views. @throws IndexError unless 0 ≤ i < length */
  at(i: number): S {
    expectIndex('ColumnDataset', i, this.length)
    const fields = this.#entries().map(([key, column]) => [key, fieldOf(column, i)])
    // one field of each column's type
    return Object.fromEntries(fields) as S
  }

  gather(indices: ArrayLike<number>): Collated<S> {
    for (let i = 0; i < indices.length; i++) {
      expectIndex('ColumnDataset', indices[i] as number, this.length)
    }
    const columns = this.#entries().map(([key, column]) => {
      return [pluralOf(key), isNdArray(column) ? rows(column, indices) : items(column, indices)]
    })
    return Object.fromEntries(columns) as Collated<S>
  }

  /** Class of each record, where there is a column of them. */
  get labels(): Int32Array | undefined {
    const column = this.#entries().find(([key]) => key === 'label')?.[1]
    return column && isNdArray(column) && column.data instanceof Int32Array
      ? column.data
      : undefined
  }

  /** The same set with some columns replaced. @throws as the constructor */
  with(columns: Partial<{ readonly [K in keyof S]: ColumnOf<S[K]> }>): ColumnDataset<S> {
    const { classes, role } = this
    return new ColumnDataset<S>({ ...this.columns, ...columns }, { classes, role })
  }

  #entries(): [string, ColumnOf<unknown>][] {
    return Object.entries(this.columns)
  }
}

function lengthOf(column: ColumnOf<unknown>): number {
  return isNdArray(column) ? (column.shape[0] ?? 0) : column.length
}

function checkColumn(key: string, column: ColumnOf<unknown>, length: number): void {
  if (lengthOf(column) !== length || (isNdArray(column) && column.shape.length === 0)) {
    throw new ShapeError('columns.length', { key, got: lengthOf(column), length })
  }
  if (!isNdArray(column)) return
  const { data, shape } = column
  if (data.length !== sizeOf(shape)) {
    throw new ShapeError('columns.size', { key, got: data.length, shape })
  }
  if (key === 'label' && shape.length === 1 && !(data instanceof Int32Array)) {
    throw new ValueError('columns.label', { got: data.constructor.name })
  }
}

function fieldOf(column: ColumnOf<unknown>, i: number): unknown {
  if (!isNdArray(column)) return column[i]
  const { data, shape, dtype } = column
  if (shape.length === 1) return dtype === 'bool' ? data[i] !== 0 : Number(data[i])
  const rest: Sizes = shape.slice(1)
  const size = sizeOf(rest)
  return { ...column, data: data.subarray(i * size, (i + 1) * size), shape: rest }
}

function rows(column: NdArray, indices: ArrayLike<number>): NdArray {
  const rest = column.shape.slice(1)
  const size = sizeOf(rest)
  const data = emptyLike(column.data, size * indices.length)
  for (let slot = 0; slot < indices.length; slot++) {
    const at = (indices[slot] as number) * size
    copyInto(data, column.data.subarray(at, at + size), slot * size)
  }
  return { ...column, data, shape: [indices.length, ...rest] }
}

function items(column: readonly unknown[], indices: ArrayLike<number>): unknown[] {
  return Array.from(indices, (i) => column[i])
}
