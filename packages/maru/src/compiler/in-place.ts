/** Sides of a contraction that tiles read where they are: one buffer by strides, or panels that were packed before. */

import { sizeOf } from '../base/shape.ts'
import { factorOf, type IndexExpr } from './index-expr.ts'
import { collapseSide, type Side } from './kernel.ts'
import type { Lowering } from './lowering.ts'
import { plainLoad } from './operands.ts'
import { PACKED_COLUMNS, PACKED_ROWS } from './packed.ts'
import type { RowsByBatch } from './panels.ts'
import type { Range } from './positions.ts'
import type { Scalar, TileColumns } from './vector.ts'

const BYTES = 4
/** Steps of k before which columns of packed panels are fetched: memory is that far. */
const AHEAD = 48

/** Makes the columns of a batch, from a step of k on, what a tile reads. */
export type ColumnsByBatch = (batch: Scalar) => (step: Scalar) => (columns: Range) => TileColumns

/** Elements of a buffer by batch. */
export interface Batched {
  readonly buffer: number
  readonly offset: IndexExpr
  readonly batch: readonly number[]
}

/** A side that is one buffer, read by one stride along its lines and one along k. */
interface Plain extends Batched {
  readonly line: number
  readonly step: number
}

function plainOf(source: Side): Plain | undefined {
  const { batch, lines, summed, value } = collapseSide(source)
  const load = plainLoad(value)
  if (!load || lines.length > 1 || summed.length > 1) return
  // without a loop any stride will do
  const stride = (there: number, axis: number): number =>
    there === 0 ? 1 : factorOf(load.offset, axis)
  return {
    ...{ buffer: load.buffer, offset: load.offset, batch },
    line: stride(lines.length, batch.length),
    step: stride(summed.length, batch.length + lines.length),
  }
}

/** Whether columns lie side by side in memory, so that tiles may read them there. */
export function isBeside(right: Side): boolean {
  return plainOf(right)?.line === 1
}

/** The batch of a side whose lines and steps of k lie in panels. */
function panelsOf(source: Side): Batched {
  const { batch, value } = collapseSide(source)
  if (value.kind !== 'load') throw new RangeError('a side that is packed is one buffer')
  return { buffer: value.buffer, offset: value.offset, batch }
}

/** Rows of the left side where they are, if a tile can read them there. */
export function rowsInPlace(l: Lowering, left: Side): RowsByBatch | undefined {
  if (left.isPacked) return rowsOfPanels(l, left)
  const plain = plainOf(left)
  return plain && rowsOf(l, plain)
}

/** Columns of the right side, likewise; such that were not packed only where that `pays`. */
export function columnsInPlace(
  l: Lowering,
  right: Side,
  pays: boolean,
): ColumnsByBatch | undefined {
  if (right.isPacked) return columnsOfPanels(l, right)
  const plain = pays ? plainOf(right) : undefined
  return plain?.line === 1 ? columnsOf(l, plain) : undefined
}

/** Byte address of the first element in a batch. */
export function batchAddress(
  l: Lowering,
  { buffer, offset, batch }: Batched,
): (at: Scalar) => Scalar {
  const { b } = l
  const start = b.variable(b.add(l.address(buffer), l.integer(offset.constant * BYTES)))
  const loops = batch.map((size, i) => [
    b.variable(l.integer(size)),
    b.variable(l.integer(factorOf(offset, i) * BYTES)),
  ])
  return (at) => {
    const sum = b.variable(start)
    const rest = b.variable(at)
    for (const [size, stride] of loops.toReversed()) {
      if (!size || !stride) continue
      b.set(sum, b.add(sum, b.mul(b.scalar('remS', rest, size), stride)))
      b.set(rest, b.scalar('divS', rest, size))
    }
    return sum
  }
}

/** Bytes of a stride. */
function distance(l: Lowering, stride: number): Scalar {
  if (stride === 1) return { k: 'const', value: BYTES }
  return l.b.variable(l.integer(stride * BYTES))
}

function rowsOf(l: Lowering, a: Plain): RowsByBatch {
  const { b } = l
  const [aRow, aStep] = [distance(l, a.line), distance(l, a.step)]
  const inBatch = batchAddress(l, a)
  return (batch) => {
    const start = inBatch(batch)
    return ({ summed }) => {
      const left = b.variable(b.add(start, b.mul(summed[0], aStep)))
      return { a: (row) => b.add(left, b.mul(row, aRow)), aRow, aStep }
    }
  }
}

function columnsOf(l: Lowering, right: Plain): ColumnsByBatch {
  const { b } = l
  const step = distance(l, right.step)
  const inBatch = batchAddress(l, right)
  return (batch) => {
    const start = inBatch(batch)
    return (first) => {
      const above = b.variable(b.add(start, b.mul(first, step)))
      return ([column]) => ({ at: b.add(above, b.scalar('shl', column, 2)), step })
    }
  }
}

function rowsOfPanels(l: Lowering, left: Side): RowsByBatch {
  const { b } = l
  const depth = b.variable(l.integer(sizeOf(left.summed)))
  const inBatch = batchAddress(l, panelsOf(left))
  const within = (row: Scalar): Scalar => b.scalar('and', row, PACKED_ROWS - 1)
  return (batch) => {
    const start = inBatch(batch)
    return ({ summed }) => {
      const above = b.variable(b.add(start, b.mul(summed[0], PACKED_ROWS * BYTES)))
      const before = (row: Scalar): Scalar => b.mul(b.sub(row, within(row)), depth)
      return {
        a: (row) => b.add(above, b.scalar('shl', b.add(before(row), within(row)), 2)),
        aRow: { k: 'const', value: BYTES },
        aStep: { k: 'const', value: PACKED_ROWS * BYTES },
      }
    }
  }
}

function columnsOfPanels(l: Lowering, right: Side): ColumnsByBatch {
  const { b } = l
  const depth = b.variable(l.integer(sizeOf(right.summed)))
  const width = b.variable(l.integer(PACKED_COLUMNS))
  const step = { k: 'const', value: PACKED_COLUMNS * BYTES } as const
  const ahead = { k: 'const', value: AHEAD * step.value } as const
  const inBatch = batchAddress(l, panelsOf(right))
  return (batch) => {
    const start = inBatch(batch)
    return (first) => {
      const above = b.variable(b.add(start, b.mul(first, step)))
      return ([column]) => {
        const within = b.variable(b.scalar('remS', column, width))
        const before = b.mul(b.sub(column, within), depth)
        const at = b.add(above, b.scalar('shl', b.add(before, within), 2))
        return { at: b.variable(at), step, ahead }
      }
    }
  }
}
