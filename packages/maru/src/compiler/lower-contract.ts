/**
 * Contractions → vector IR. Blocks of both sides are packed into a thread's own memory, where tiles of sums
 * are computed from panels that lie side by side; small ones are read where they are.
 *
 * Every output is one chain of multiply-adds from 0 with k ascending, whatever tile and block it falls
 * in, so the result does not depend on sizes of blocks, partitions or the number of lanes.
 *
 * @see Goto & van de Geijn 2008, https://doi.org/10.1145/1356052.1356053
 */

import { ContractStore, type Strip as StoredStrip } from './contract-store.ts'
import { DEPTH, isPlainStore, sumsLine } from './contraction.ts'
import {
  batchAddress,
  type ColumnsByBatch,
  columnsInPlace,
  isBeside,
  rowsInPlace,
} from './in-place.ts'
import { factorOf } from './index-expr.ts'
import { type ContractKernel, collapseOut } from './kernel.ts'
import { lowerPoints } from './lower-contract-points.ts'
import { type BufferSizes, type Lowered, Lowering } from './lowering.ts'
import {
  EDGE,
  HEIGHT,
  LEFT_SIZE,
  Panels,
  type RowSource,
  type RowsByBatch,
  STANDING_HEIGHT,
} from './panels.ts'
import { least, type Range } from './positions.ts'
import { evenSteps, type Standing } from './standing.ts'
import { settled, withoutAhead, writtenTile } from './tile.ts'
import type { Scalar, TileColumns, TileRows, TileStatement, VectorBuilder } from './vector.ts'

/** What a contraction is lowered for. */
export interface ContractTarget {
  readonly lanes: number
  /** Lanes of the vectors that hold sums. */
  readonly sums: number
  readonly sizes: BufferSizes
}

/** Rows and vectors of a tile. */
interface TileSize {
  readonly rows: number
  readonly vectors: number
}

/** By the lanes of its sums, as registers allow, of which there are so many. */
const tiles: { readonly [lanes: number]: TileSize & { readonly registers: number } } = {
  4: { rows: 4, vectors: 2, registers: 16 },
  8: { rows: 4, vectors: 3, registers: 16 },
  16: { rows: 8, vectors: 2, registers: 32 },
}
/** Vectors of a tile of few rows, which so reads long stretches of the columns' lines. */
const LONG = [6, 3]

const BYTES = 4
/** Columns of a block. */
const BREADTH = 2048
/** A row costs about as much to pack as so many columns, since it has to be turned. */
const FEW_ROWS = 4
/** Tiles side by side up to which rows are read where they are. */
const FEW_TILES = 2
/** Multiply-adds up to which packing is more work than it saves. */
export const SMALL: number = 160 ** 3

/** The code of a contraction. */
export function lowerContract(kernel: ContractKernel, target: ContractTarget): Lowered {
  if (target.lanes === 1) return lowerPoints(kernel, target.sizes)
  return new ContractLowering(kernel, target).lower()
}

/** Where a tile finds its operands. */
interface Source extends RowSource {
  /** Makes the columns of a tile, at the beginning of some or with others before them, what the tile reads. */
  readonly b: (columns: Range) => TileColumns
}

/** Both sides where they are. */
interface Sources {
  readonly rows: RowsByBatch
  readonly columns: ColumnsByBatch
}

/** A block of outputs, and the steps of k that are added to it. */
interface Block extends Strip {
  readonly count: Scalar
  /** Whether these are the first steps, and the last. */
  readonly fresh: Scalar
  readonly last: Scalar
  readonly source: Source
}

/** Where sums of a batch begin, and bytes between rows. */
interface Sums {
  readonly at: (batch: Scalar) => Scalar
  readonly line: Scalar
}

interface Place {
  readonly at: Scalar
  readonly line: Scalar | number
}

interface Size {
  readonly width: Scalar
  readonly height: Scalar
}

/** A column of tiles: its sums in memory if they are there, and the strip beside. */
interface Column {
  readonly column: Scalar
  readonly sums: Place | undefined
  readonly edge: { readonly at: Scalar; readonly line: number }
  readonly size: Size
  /** Where a tile reads it. */
  readonly right: TileColumns
}

/** A tile of just the rows that there are, if they are few, and of as many vectors as registers hold beside. */
function fewRows(m: number, tile: TileSize & { readonly registers: number }): TileSize | undefined {
  const rows = Math.max(1, m)
  // sums, a line of columns, and an element of a row
  const vectors = LONG.find((count) => rows * count + count + 1 <= tile.registers)
  return rows < tile.rows && vectors ? { rows, vectors } : undefined
}

class ContractLowering {
  readonly #kernel: ContractKernel
  readonly #l: Lowering
  readonly #b: VectorBuilder
  readonly #target: ContractTarget
  readonly #rows: number
  readonly #vectors: number
  /** Rows of a panel of a: units of work are as high. */
  readonly #panel: number
  /** Columns of a tile, and of a panel of b. */
  readonly #columns: number
  readonly #size: { readonly m: Scalar; readonly n: Scalar; readonly k: Scalar }
  /** Where sums are added to in memory, if they are. */
  readonly #sums: Sums | undefined
  /** What computes results that are not the sums themselves. */
  readonly #store: ContractStore | undefined

  constructor(kernel: ContractKernel, target: ContractTarget) {
    this.#kernel = kernel
    this.#target = target
    this.#l = new Lowering(target.lanes, [], -1, target.sizes)
    this.#b = this.#l.b
    const tile = tiles[target.sums] ?? { rows: 1, vectors: 1, registers: 0 }
    this.#panel = Math.max(tile.rows, target.lanes)
    const inPlace = kernel.b.isPacked || (this.#isSmall && isBeside(kernel.b))
    const { rows, vectors } = (inPlace && fewRows(kernel.m, tile)) || tile
    this.#rows = rows
    this.#vectors = Math.min(vectors, Math.max(1, Math.ceil(kernel.n / target.sums)))
    this.#columns = this.#vectors * target.sums
    const { m, n, k } = kernel
    const integer = (value: number): Scalar => this.#b.variable(this.#l.integer(value))
    this.#size = { m: integer(m), n: integer(n), k: integer(k) }
    const plain = isPlainStore(kernel)
    this.#store = plain ? undefined : new ContractStore(kernel, this.#l, target.sizes)
    if (plain) this.#sums = this.#storedSums()
    else if (kernel.sums !== undefined) this.#sums = this.#ownSums(kernel.sums)
  }

  /** Whether packing is more work than it saves. */
  get #isSmall(): boolean {
    const { m, n, k } = this.#kernel
    return m * n * k <= SMALL || m <= this.#panel
  }

  /** The results as they lie in memory. */
  #storedSums(): Sums {
    const b = this.#b
    const { out, store } = collapseOut(this.#kernel)
    const { batch, rows } = out
    const line = rows.length === 0 ? 0 : factorOf(store.offset, batch.length)
    const at = batchAddress(this.#l, { buffer: store.buffer, offset: store.offset, batch })
    return { at, line: b.variable(this.#l.integer(line * BYTES)) }
  }

  /** Sums in memory of their own, with room for whole tiles in every row. */
  #ownSums(buffer: number): Sums {
    const b = this.#b
    const line = b.variable(this.#l.integer(sumsLine(this.#kernel.n) * BYTES))
    const start = b.variable(this.#l.address(buffer))
    return {
      at: (batch) => b.variable(b.add(start, b.mul(b.mul(batch, this.#size.m), line))),
      line,
    }
  }

  lower(): Lowered {
    const { batch, m, n } = this.#kernel
    const small = this.#isSmall
    const rows = rowsInPlace(this.#l, this.#kernel.a)
    const columns = columnsInPlace(this.#l, this.#kernel.b, small)
    const broad = this.#breadth(n)
    const [across, down] = [Math.ceil(n / broad), Math.ceil(m / this.#panel)]
    const body =
      small && rows && columns
        ? this.#direct({ rows, columns })
        : this.#packed({ rows, columns }, across)
    this.#units({ across, down, broad }, body)
    return this.#l.finish(batch * across * down, down)
  }

  /**
   * Columns of a block. Every block packs its rows, so there are few; but where columns are many more than rows an
   * even number, so that two threads share them rather than pack the same columns.
   */
  #breadth(n: number): number {
    const pairs = Math.ceil(n / (2 * BREADTH))
    const halved = n > FEW_ROWS * this.#kernel.m && n >= 4 * this.#columns
    const blocks = halved || n > BREADTH ? 2 * pairs : 1
    return Math.max(1, Math.ceil(n / blocks / this.#columns)) * this.#columns
  }

  /** Units are (batch, block of columns, panel of rows); blocks that a range touches get its rows at once. */
  #units(
    sizes: { readonly across: number; readonly down: number; readonly broad: number },
    body: (at: Strip) => void,
  ): void {
    const b = this.#b
    const integer = (value: number): Scalar => b.variable(this.#l.integer(value))
    const [across, down, broad] = [integer(sizes.across), integer(sizes.down), integer(sizes.broad)]
    const { m, n } = this.#size
    const strip = b.variable(b.scalar('divS', b.begin, down))
    const last = b.variable(b.scalar('divS', b.add(b.end, b.sub(down, 1)), down))
    b.loop(strip, last, 1, () => {
      const start = b.variable(b.mul(strip, down))
      const from = b.variable(b.mul(b.sub(b.begin, start), this.#panel))
      b.when(b.scalar('ltS', from, 0), () => b.set(from, 0))
      const to = least(b, b.mul(b.sub(b.end, start), this.#panel), m)
      const batch = b.variable(b.scalar('divS', strip, across))
      const left = b.variable(b.mul(b.scalar('remS', strip, across), broad))
      const right = least(b, b.add(left, broad), n)
      const out = this.#sums?.at(batch)
      body({ batch, out, rows: [from, to], columns: [left, right] })
    })
  }

  // Sides that are read where they are

  #direct({ rows: rowsOf, columns: columnsOf }: Sources): (at: Strip) => void {
    const { k } = this.#size
    const [none, one]: readonly [Scalar, Scalar] = [
      { k: 'const', value: 0 },
      { k: 'const', value: 1 },
    ]
    return (strip) => {
      const left = rowsOf(strip.batch)({ rows: strip.rows, summed: [none, k], count: k })
      const source: Source = { ...left, b: columnsOf(strip.batch)(none) }
      this.#inHeights(strip.rows, HEIGHT, (rows) => {
        this.#block({ ...strip, rows, count: k, fresh: one, last: one, source })
      })
    }
  }

  /** Rows block by block. */
  #inHeights([from, to]: Range, height: Scalar | number, body: (rows: Range) => void): void {
    const b = this.#b
    const top = b.variable(from)
    b.loop(top, to, 1, () => {
      const bottom = least(b, b.add(top, height), to)
      body([top, bottom])
      b.set(top, b.sub(bottom, 1))
    })
  }

  // Sides that are packed

  /** `there`: sides that can be read where they are; `across`: blocks of columns of a batch. */
  #packed(
    there: { readonly [S in keyof Sources]: Sources[S] | undefined },
    across: number,
  ): (at: Strip) => void {
    const b = this.#b
    const { m, n, k, batch, a } = this.#kernel
    const panels = new Panels(this.#kernel, this.#l, {
      ...{ sizes: this.#target.sizes, rows: this.#panel, columns: this.#columns },
    })
    // few columns share what would be packed
    const few = n <= FEW_TILES * this.#columns
    const held = few || a.isPacked ? there.rows : undefined
    const standing = there.columns || (held && !a.isPacked) ? undefined : panels.standing
    const left = held || standing ? undefined : panels.standingLeft
    const steps = (held && few) || standing || left ? evenSteps(k) : DEPTH
    const rows = left ? STANDING_HEIGHT : standing ? this.#height(steps) : HEIGHT
    const depth = steps === DEPTH ? steps : b.variable(this.#l.integer(steps))
    const height = standing ? b.variable(this.#l.integer(rows)) : rows
    const all = (size: Scalar): Range => [{ k: 'const', value: 0 }, size]
    const allRows = m <= rows ? all(this.#size.m) : undefined
    const allSteps = k <= steps ? all(this.#size.k) : undefined
    const measured = standing ?? left
    if (allSteps) measured?.measure(allSteps)
    const isShared = batch * across > 1 && allRows && allSteps
    const shared = isShared ? { rows: allRows, summed: allSteps } : undefined
    const rowsIn = left ? panels.listed(left, allRows) : (held ?? panels.packed(shared))
    return (strip) => {
      const rowsOf = rowsIn(strip.batch)
      const columnsOf = there.columns?.(strip.batch)
      this.#inDepths(depth, ({ summed, ...steps }) => {
        if (!allSteps) measured?.measure(summed)
        this.#inHeights(strip.rows, height, (rows) => {
          const found = rowsOf({ rows, summed, count: steps.count })
          const columns =
            columnsOf?.(summed[0]) ??
            (standing
              ? this.#standing(standing, strip)
              : (at: Range) => panels.packRight(strip.batch, at, summed))
          this.#block({ ...strip, rows, ...steps, source: { ...found, b: columns } })
        })
      })
    }
  }

  /** Steps of k block by block: once, even where there is nothing to add. */
  #inDepths(
    depth: Scalar | number,
    body: (steps: Pick<Block, 'count' | 'fresh' | 'last'> & { readonly summed: Range }) => void,
  ): void {
    const b = this.#b
    const { k } = this.#size
    const from = b.variable(0)
    const fresh = b.variable(1)
    const stop = b.variable(b.add(k, b.scalar('ltS', k, 1)))
    b.loop(from, stop, 1, () => {
      const to = least(b, b.add(from, depth), k)
      const count = b.variable(b.sub(to, from))
      const last = b.variable(b.scalar('geS', to, k))
      body({ summed: [from, to], count, fresh, last })
      b.set(fresh, 0)
      b.set(from, b.sub(b.add(from, depth), 1))
    })
  }

  /** Rows of a block of so many steps that its memory holds, in blocks alike. */
  #height(steps: number): number {
    const most = Math.floor(LEFT_SIZE / steps / this.#panel) * this.#panel
    const blocks = Math.ceil(this.#kernel.m / Math.min(most, HEIGHT))
    return Math.ceil(this.#kernel.m / Math.max(1, blocks) / this.#panel) * this.#panel
  }

  /** The columns of a tile, and the next ones, in a side that is read where it stands. */
  #standing(side: Standing, { batch, columns }: Strip): (at: Range) => TileColumns {
    const b = this.#b
    const lanes = this.#target.sums
    return (at) => {
      const next = b.variable(b.add(at[0], this.#columns))
      b.when(b.scalar('geS', next, columns[1]), () => b.set(next, at[0]))
      const [then] = side.vectors(batch, [next, columns[1]], { count: 1, lanes })
      const vectors = side.vectors(batch, at, { count: this.#vectors, lanes })
      return { vectors, offsets: side.table, ahead: b.variable(b.sub(then, vectors[0])) }
    }
  }

  // Tiles

  /** Columns of tiles, one after the other; those that are not stored as they are lie in a strip beside. */
  #block(block: Block): void {
    const b = this.#b
    const [left, right] = block.columns
    const [top, bottom] = block.rows
    const column = b.variable(left)
    b.loop(column, right, 1, () => {
      const width = least(b, b.sub(right, column), { k: 'const', value: this.#columns })
      const edge = { at: b.variable(b.add(b.scratch, EDGE)), line: this.#columns * BYTES }
      const size = { width, height: b.variable(b.sub(bottom, top)) }
      const sums = this.#placeOf(block, column)
      const tiles = block.source.b([column, b.variable(b.add(column, width))])
      if (this.#store) this.#beside(this.#store, block, { column, sums, edge, size, right: tiles })
      else if (sums) this.#inPlace(block, { column, sums, edge, size, right: tiles })
      b.set(column, b.add(column, this.#columns - 1))
    })
  }

  /** Where a block's sums from a column on are in memory, if they are. */
  #placeOf({ out, rows }: Block, column: Scalar): Place | undefined {
    const b = this.#b
    if (!this.#sums || !out) return undefined
    const { line } = this.#sums
    const row = b.add(out, b.mul(rows[0], line))
    return { at: b.variable(b.add(row, b.scalar('shl', column, 2))), line }
  }

  /** A strip of tiles from which results are computed at last. */
  #beside(store: ContractStore, block: Block, { column, sums, edge, size, right }: Column): void {
    const b = this.#b
    const strip = sums ?? edge
    const line: Scalar =
      typeof strip.line === 'number' ? { k: 'const', value: strip.line } : strip.line
    const columns = [column, b.variable(b.add(column, size.width))] as const
    const { batch, rows, last } = block
    const whole: StoredStrip = { batch, rows, columns, at: strip.at, line }
    const atLast = (body: () => void): void => {
      if (last.k === 'const') body()
      else b.when(last, body)
    }
    const fetch = (rows: Range): void => atLast(() => store.fetch({ ...whole, rows }))
    const tiles = { right, to: strip.at, line }
    if (this.#b.fetches && store.isScattered) this.#tiles(block, tiles, fetch)
    else this.#tiles(block, tiles)
    atLast(() => store.write(whole))
  }

  /** Tiles that are stored as they are, but for those that reach over the right edge. */
  #inPlace(block: Block, { sums, edge, size, right }: Column & { readonly sums: Place }): void {
    const b = this.#b
    const partial = b.variable(b.scalar('ltS', size.width, this.#columns))
    const [to, line] = [b.variable(sums.at), b.variable(sums.line)]
    b.when(partial, () => {
      b.set(to, edge.at)
      b.set(line, edge.line)
      this.#unless(block.fresh, () => this.#copy(sums, edge, size))
    })
    this.#tiles(block, { right, to, line })
    b.when(partial, () => this.#copy(edge, sums, size))
  }

  #unless(condition: Scalar, body: () => void): void {
    if (condition.k === 'const' && condition.value !== 0) return
    this.#b.when(this.#b.scalar('ltS', condition, 1), body)
  }

  /** `fetch`: has what some rows will want brought nearby, while their tiles are computed. */
  #tiles(
    block: Block,
    at: { right: TileColumns; to: Scalar; line: Scalar },
    fetch?: (rows: Range) => void,
  ): void {
    const b = this.#b
    const { count, fresh, source } = block
    const [top, bottom] = block.rows
    const target = b.variable(at.to)
    const right = settled(b, at.right)
    const row = b.variable(top)
    const left = b.variable(source.a(row))
    const tileRows = (at: Scalar): TileRows =>
      source.offsets
        ? { addresses: at, offsets: source.offsets }
        : { at, row: source.aRow, step: source.aStep }
    const tile = (rows: number, columns: TileColumns): void => {
      this.#tile({
        ...{ rows, vectors: this.#vectors, lanes: this.#target.sums, count, fresh },
        ...{ a: tileRows(left), b: columns },
        c: { at: target, row: at.line },
      })
      b.set(target, b.add(target, b.mul(at.line, rows)))
      b.set(left, b.add(left, b.mul(source.aRow, rows)))
    }
    const nearby = withoutAhead(right)
    if (nearby !== right && this.#rows === this.#panel) {
      const full = b.scalar('geS', b.sub(bottom, row), this.#rows)
      b.when(full, () => {
        fetch?.([row, b.variable(b.add(row, this.#rows))])
        tile(this.#rows, right)
        b.set(row, b.add(row, this.#rows))
      })
    }
    b.loop(row, bottom, 1, () => {
      const end = least(b, b.add(row, this.#panel), bottom)
      fetch?.([row, end])
      b.set(left, source.a(row))
      const within = b.variable(row)
      for (let rows = this.#rows; rows >= 1; rows >>= 1) {
        b.loop(within, end, rows, () => tile(rows, nearby))
      }
      b.set(row, b.sub(end, 1))
    })
  }

  #copy(source: Place, goal: Place, { width, height }: Size): void {
    const b = this.#b
    const [from, to] = [b.variable(source.at), b.variable(goal.at)]
    const row = b.variable(0)
    b.loop(row, height, 1, () => {
      const column = b.variable(0)
      const move = (form: 'full' | 'one') => (): void => {
        const offset = b.scalar('shl', column, 2)
        const address = b.add(from, offset)
        b.store(form, 'f32', b.add(to, offset), { k: 'load', form, element: 'f32', address })
      }
      b.loop(column, width, b.lanes, move('full'))
      b.loop(column, width, 1, move('one'))
      b.set(from, b.add(from, source.line))
      b.set(to, b.add(to, goal.line))
    })
  }

  #tile(tile: Omit<TileStatement, 's'>): void {
    if (this.#target.lanes === 4) writtenTile(this.#b, tile)
    else this.#b.tile(tile)
  }
}

/** Rows and columns of a batch. */
interface Strip {
  readonly batch: Scalar
  /** Address of the batch's sums in memory. */
  readonly out: Scalar | undefined
  readonly rows: readonly [Scalar, Scalar]
  readonly columns: readonly [Scalar, Scalar]
}
