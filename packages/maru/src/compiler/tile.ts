/** The tile of a contraction in vectors of the kernel's own, and where a tile's columns are. */
import type { Scalar, TileColumns, TileStatement, VectorBuilder } from './vector.ts'

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
  const x = b.variable(tile.a.at)
  const columnsAt = writtenColumns(b, tile.b)
  const apart = tile.a.row.k === 'const' ? tile.a.row.value : undefined
  const beside = apart === undefined ? rows.map((i) => b.variable(b.mul(tile.a.row, i))) : undefined
  const k = b.variable(0)
  b.loop(k, tile.count, 1, () => {
    const places = columnsAt.next()
    const columns = vectors.map((v) => {
      const address = places[v] ?? b.add(places[0], v * bytes)
      return b.let({ k: 'load', form: 'full', element: 'f32', address })
    })
    sums.forEach((line, i) => {
      const address = b.add(x, beside?.[i] ?? i * (apart ?? 0))
      const left = b.let({ k: 'load', form: 'splat', element: 'f32', address })
      line.forEach((sum, v) => {
        const right = columns[v]
        if (right) b.assign(sum, b.fma(left, right, sum))
      })
    })
    b.set(x, b.add(x, tile.a.step))
    columnsAt.advance()
  })
  sums.forEach((line, i) => {
    line.forEach((sum, v) => {
      b.store('full', 'f32', place(i, v), sum)
    })
  })
}

/** Walks along k: addresses of the vectors of a step, or of the first where they lie side by side. */
function writtenColumns(
  b: VectorBuilder,
  columns: TileColumns,
): { readonly next: () => readonly [Scalar, ...Scalar[]]; readonly advance: () => void } {
  if ('step' in columns) {
    const at = b.variable(columns.at)
    return { next: () => [at], advance: () => b.set(at, b.add(at, columns.step)) }
  }
  const [first, ...others] = columns.vectors
  if (!first) throw new RangeError('a tile without columns')
  const table = b.variable(columns.offsets)
  return {
    next() {
      const word = { k: 'load', form: 'one', element: 'i32', address: table } as const
      const distance = b.variable(b.first(word))
      return [b.add(first, distance), ...others.map((at) => b.add(at, distance))]
    },
    advance: () => b.set(table, b.add(table, BYTES)),
  }
}
