/** Matrices of which few elements are not zero. */
import { IndexError, ShapeError } from '../../base/error.ts'
import { fromHost } from '../../tensor/create.ts'
import type { Tensor } from '../../tensor/tensor.ts'

/** Elements by rows: row i has the columns and values from `starts[i]` to `starts[i + 1]`. */
export interface SparseParts {
  readonly shape: readonly [rows: number, columns: number]
  readonly starts: Int32Array
  readonly columns: Int32Array
  readonly values: Float32Array
}

/** A float32 matrix that holds its elements that are not zero, row by row. */
export class SparseRows {
  readonly shape: readonly [rows: number, columns: number]
  readonly starts: Int32Array
  readonly columns: Int32Array
  readonly values: Float32Array

  /** @throws ShapeError when the arrays do not fit each other, IndexError for a column that is none */
  constructor({ shape, starts, columns, values }: SparseParts) {
    const [rows, width] = shape
    const ascending = starts.every((start, i) => i === 0 || start >= (starts[i - 1] ?? 0))
    const whole = starts.length === rows + 1 && starts[0] === 0 && starts[rows] === values.length
    if (!whole || !ascending || columns.length !== values.length) {
      const got = [starts.length, columns.length, values.length]
      throw new ShapeError('sparse.parts', { shape, got })
    }
    const strange = columns.findIndex((column) => column < 0 || column >= width)
    if (strange >= 0) {
      throw new IndexError('sparse.column', { i: strange, column: columns[strange], width })
    }
    this.shape = shape
    this.starts = starts
    this.columns = columns
    this.values = values
  }

  /** Visits the elements of a row. */
  forEachIn(row: number, visit: (column: number, value: number) => void): void {
    const end = this.starts[row + 1] ?? 0
    for (let i = this.starts[row] ?? end; i < end; i++) {
      visit(this.columns[i] as number, this.values[i] as number)
    }
  }

  /** All elements, zeros included. @shape [rows, columns] */
  toTensor(): Tensor {
    const [rows, width] = this.shape
    const data = new Float32Array(rows * width)
    for (let row = 0; row < rows; row++) {
      this.forEachIn(row, (column, value) => {
        data[row * width + column] = (data[row * width + column] as number) + value
      })
    }
    return fromHost(data, [rows, width], 'float32')
  }
}
