/** Indices that nobody could check before they were used: no memory is read or written by a wrong one. */
import { describe, expect, test } from 'vitest'
import { type DType, dtypes, isFloat } from '../../src/base/dtype.ts'
import { compile, IndexError, type Tensor, tensor, useDevice } from '../../src/index.ts'
import { devices } from './calls.ts'

const [MIN, MAX] = [-2147483648, 2147483647]
/** Those of a table of five rows, and others near and far. */
const INDICES = [3, -1, 0, 5, MIN, 4, MAX, 2, 1_000_000, 1, -1_000_000, 3, 65_536, 0, 7]
const [ROWS, COLUMNS] = [5, 21]
const all = Object.keys(dtypes) as DType[]

function ramp(dtype: DType, ...shape: number[]): Tensor {
  const size = shape.reduce((product, dim) => product * dim, 1)
  const data = Array.from({ length: size }, (_, i) => (dtype === 'bool' ? i % 2 : 1 + (i % 200)))
  return tensor(data, shape, { dtype })
}

/** Indices that are computed when they are used. */
function computed(indices: readonly number[] = INDICES): Tensor {
  return tensor([...indices], [indices.length], { dtype: 'int32' })
    .mul(1)
    .add(0)
    .sub(0)
}

function elementAt(dtype: DType, row: number, column: number): number {
  if (row >= 0 && row < ROWS) {
    const at = row * COLUMNS + column
    return dtype === 'bool' ? at % 2 : 1 + (at % 200)
  }
  return isFloat(dtype) ? Number.NaN : 0
}

describe.each(devices)('on %s', (device) => {
  describe.each(all)('%s', (dtype) => {
    test('rows and elements outside are NaN, or 0', async () => {
      useDevice(device)
      const want = INDICES.flatMap((row) =>
        Array.from({ length: COLUMNS }, (_, column) => elementAt(dtype, row, column)),
      )
      const table = ramp(dtype, ROWS, COLUMNS)
      const taken = await table.take(computed(), { axis: 0 }).data()
      expect([...taken].map(Number)).toEqual(want)
      const turned = table.transpose().take(computed(), { axis: 1 })
      expect([...(await turned.transpose().data())].map(Number)).toEqual(want)
    })

    test('values for places outside go nowhere', async () => {
      useDevice(device)
      const table = ramp(dtype, ROWS, COLUMNS)
      const rows = await table.indexFill(computed(), 1, { axis: 0 }).data()
      const changed = new Set(INDICES)
      const want = Array.from({ length: ROWS * COLUMNS }, (_, at) => {
        const row = Math.floor(at / COLUMNS)
        return changed.has(row) ? 1 : elementAt(dtype, row, at % COLUMNS)
      })
      expect([...rows].map(Number)).toEqual(want)
      const line = await ramp(dtype, ROWS).indexFill(computed(), 0, { axis: 0 }).data()
      expect([...line].map(Number)).toEqual([0, 0, 0, 0, 0])
    })

    test('the last of several values stays', async () => {
      useDevice(device)
      const line = ramp(dtype, 300)
      const places = Array.from({ length: 300 }, (_, i) => i % 7)
      const set = line.scatter(computed(places), line, { axis: 0 })
      const given = await line.data()
      const want = [...given].map((value, at) => {
        const last = places.lastIndexOf(at)
        return last < 0 ? value : given[last]
      })
      expect([...(await set.data())]).toEqual(want)
    })
  })

  test('an index in place of an element that is not there is not used', async () => {
    useDevice(device)
    const rows = computed([4, 9, 0]).take(computed([2, 3, -1, 0]))
    const padded = ramp('float32', ROWS)
      .take(rows)
      .pad([[1, 0]], 7)
    expect([...(await padded.data())]).toEqual([7, 1, 1, 1, 5])
  })

  test('a table without rows has none to read', async () => {
    useDevice(device)
    const table = ramp('float32', 0, 3)
    expect([...(await table.take(computed([0, 1]), { axis: 0 }).data())]).toEqual(
      Array(6).fill(Number.NaN),
    )
    const kept = table.indexAdd(computed([0, 1]), ramp('float32', 2, 3), { axis: 0 })
    expect([...(await kept.data())]).toEqual([])
  })

  test('a start is moved until the block fits', async () => {
    useDevice(device)
    const line = ramp('float32', 40)
    for (const [start, first] of [
      [MIN, 1],
      [-1, 1],
      [7, 8],
      [21, 22],
      [22, 22],
      [MAX, 22],
    ]) {
      const block = line.dynamicSlice([computed([start ?? 0]).reshape([])], { sizes: [19] })
      const data = await block.data()
      expect([...data]).toEqual(Array.from({ length: 19 }, (_, i) => (first ?? 0) + i))
    }
  })

  test('a compiled function checks the indices of every call', async () => {
    useDevice(device)
    const rows = compile((table: Tensor, ids: Tensor) => table.take(ids, { axis: 0 }))
    const table = ramp('float32', 3, 2)
    const ids = (...list: number[]): Tensor => tensor(list, [list.length], { dtype: 'int32' })
    expect([...(await rows(table, ids(2, 0)).then((taken) => taken.data()))]).toEqual([5, 6, 1, 2])
    await expect(rows(table, ids(0, 3))).rejects.toThrow(IndexError)
    await expect(rows(table, ids(-1, 0))).rejects.toThrow(IndexError)
    expect([...(await rows(table, ids(1, 1)).then((taken) => taken.data()))]).toEqual([3, 4, 3, 4])
  })
})
