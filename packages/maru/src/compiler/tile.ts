/** The tile of a contraction in vectors of the kernel's own, and where a tile's columns are. */
import type { Scalar, TileColumns, TileRows, TileStatement, VectorBuilder } from './vector.ts'

const BYTES = 4

/** The columns in registers. */
export function settled(b: VectorBuilder, columns: TileColumns): TileColumns {
  if ('step' in columns) return { ...columns, at: b.variable(columns.at) }
  return { ...columns, vectors: columns.vectors.map((at) => b.variable(at)) }
}

export function withoutAhead(columns: TileColumns): TileColumns {
  if (!('ahead' in columns)) return columns
  const { ahead: _, ...others } = columns
  return others
}

/** A tile in vectors of the kernel's own. */
export function writtenTile(b: VectorBuilder, tile: Omit<TileStatement, 's'>): void {
  const bytes = b.lanes * BYTES
  const rows = Array.from({ length: tile.rows }, (_, i) => i)
  const vectors = Array.from({ length: tile.vectors }, (_, v) => v)
  const sums = rows.map(() => vectors.map(() => b.let(b.f32(0))))
  const to = rows.map((i) => b.variable(b.add(tile.c.at, b.mul(tile.c.row, i))))
  const place = (i: number, v: number): Scalar => b.add(to[i] ?? tile.c.at, v * bytes)
  b.when(b.scalar('ltS', tile.fresh, 1), () => {
    sums.forEach((line, i) => {
      line.forEach((sum, v) => {
        b.assign(sum, { k: 'load', form: 'full', element: 'f32', address: place(i, v) })
      })
    })
  })
  const rowsAt = writtenRows(b, tile.a, rows)
  const columnsAt = writtenColumns(b, tile.b)
  const k = b.variable(0)
  b.loop(k, tile.count, 1, () => {
    const places = columnsAt.next()
    const columns = vectors.map((v) => {
      const address = places[v] ?? b.add(places[0], v * bytes)
      return b.let({ k: 'load', form: 'full', element: 'f32', address })
    })
    const lefts = rowsAt.next()
    sums.forEach((line, i) => {
      const address = lefts[i] ?? lefts[0]
      const left = b.let({ k: 'load', form: 'splat', element: 'f32', address })
      line.forEach((sum, v) => {
        const right = columns[v]
        if (right) b.assign(sum, b.fma(left, right, sum))
      })
    })
    rowsAt.advance()
    columnsAt.advance()
  })
  sums.forEach((line, i) => {
    line.forEach((sum, v) => {
      b.store('full', 'f32', place(i, v), sum)
    })
  })
}

type Addresses = readonly [Scalar, ...Scalar[]]

/** Goes along k. */
interface Walk {
  readonly next: () => Addresses
  readonly advance: () => void
}

function first(b: VectorBuilder, address: Scalar): Scalar {
  return b.variable(b.first({ k: 'load', form: 'one', element: 'i32', address }))
}

/** From a table of distances along k: places that far from others. */
function byTable(b: VectorBuilder, offsets: Scalar, [head, ...rest]: Addresses): Walk {
  const table = b.variable(offsets)
  return {
    next() {
      const distance = first(b, table)
      return [b.add(head, distance), ...rest.map((at) => b.add(at, distance))]
    },
    advance: () => b.set(table, b.add(table, BYTES)),
  }
}

/** Addresses of a step's elements, one in each row. */
function writtenRows(b: VectorBuilder, a: TileRows, rows: readonly number[]): Walk {
  if ('addresses' in a) {
    const row = (i: number): Scalar => first(b, b.add(a.addresses, i * BYTES))
    return byTable(b, a.offsets, [row(0), ...rows.slice(1).map(row)])
  }
  const at = b.variable(a.at)
  const apart = a.row.k === 'const' ? a.row.value : undefined
  const beside = rows
    .slice(1)
    .map((i) => (apart === undefined ? b.variable(b.mul(a.row, i)) : i * apart))
  return {
    next: () => [at, ...beside.map((distance) => b.add(at, distance))],
    advance: () => b.set(at, b.add(at, a.step)),
  }
}

/** Addresses of the vectors of a step, or of the first where they lie side by side. */
function writtenColumns(b: VectorBuilder, columns: TileColumns): Walk {
  if ('step' in columns) {
    const at = b.variable(columns.at)
    return { next: () => [at], advance: () => b.set(at, b.add(at, columns.step)) }
  }
  const [head, ...rest] = columns.vectors
  if (!head) throw new RangeError('a tile without columns')
  return byTable(b, columns.offsets, [head, ...rest])
}
