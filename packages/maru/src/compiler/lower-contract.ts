/**
 * Contractions → vector IR. Blocks of both sides are packed into a thread's own memory, where tiles of sums
 * are computed from panels that lie side by side; small ones are read where they are.
 *
 * Every output is one chain of multiply-adds from 0 with k ascending, whatever tile and block it falls
 * in, so the result does not depend on sizes of blocks, partitions or the number of lanes.
 *
 * @see Goto & van de Geijn 2008, https://doi.org/10.1145/1356052.1356053
 */

import { ContractStore } from './contract-store.ts'
import { DEPTH, isPlainStore, sumsLine } from './contraction.ts'
import { factorOf, type IndexExpr } from './index-expr.ts'
import { type ContractKernel, collapseOut, collapseSide, type Side } from './kernel.ts'
import { lowerPoints } from './lower-contract-points.ts'
import { type BufferSizes, type Lowered, Lowering, SCRATCH_BYTES } from './lowering.ts'
import { PANELS, Packing } from './pack.ts'
import { least } from './positions.ts'
import type { Scalar, TileStatement, VectorBuilder } from './vector.ts'

type Variable = Scalar & { readonly k: 'get' }

/** What a contraction is lowered for. */
export interface ContractTarget {
  readonly lanes: number
  /** Lanes of the vectors that hold sums. */
  readonly sums: number
  readonly sizes: BufferSizes
}

/** Rows and vectors of a tile by the lanes of its sums, as registers allow. */
const tiles: { readonly [lanes: number]: { readonly rows: number; readonly vectors: number } } = {
  4: { rows: 4, vectors: 2 },
  8: { rows: 4, vectors: 3 },
  16: { rows: 8, vectors: 2 },
}

const BYTES = 4
/** Rows and columns of a block; most columns of a tile, and rows of a panel. */
const [HEIGHT, BREADTH, WIDEST, HIGHEST] = [512, 768, 32, 8]
/** Tiles side by side up to which rows are read where they are. */
const FEW_TILES = 2
/** Multiply-adds up to which packing is more work than it saves. */
const SMALL = 160 ** 3

/** The code of a contraction. */
export function lowerContract(kernel: ContractKernel, target: ContractTarget): Lowered {
  if (target.lanes === 1) return lowerPoints(kernel, target.sizes)
  return new ContractLowering(kernel, target).lower()
}

/** Elements of a buffer by batch. */
interface Batched {
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
  if (value.kind !== 'load' || value.guards.length > 0 || value.dtype !== 'float32') return
  if (lines.length > 1 || summed.length > 1) return
  if (value.offset.terms.some(({ atom }) => typeof atom !== 'number')) return
  // without a loop any stride will do
  const stride = (there: number, axis: number): number =>
    there === 0 ? 1 : factorOf(value.offset, axis)
  return {
    ...{ buffer: value.buffer, offset: value.offset, batch },
    line: stride(lines.length, batch.length),
    step: stride(summed.length, batch.length + lines.length),
  }
}

/** Where a tile finds its operands: addresses of a row and a column, and distances in bytes. */
interface RowSource {
  readonly a: (row: Scalar) => Scalar
  readonly aRow: Scalar
  readonly aStep: Scalar
}

interface Source extends RowSource {
  readonly b: (column: Scalar) => Scalar
  readonly bStep: Scalar
  /** Makes the columns of a tile what `b` finds. */
  readonly panel?: (columns: Range) => void
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
    const { rows, vectors } = tiles[target.sums] ?? { rows: 1, vectors: 1 }
    this.#rows = rows
    this.#vectors = vectors
    this.#panel = Math.max(rows, target.lanes)
    this.#columns = vectors * target.sums
    const { m, n, k } = kernel
    const integer = (value: number): Scalar => this.#b.variable(this.#l.integer(value))
    this.#size = { m: integer(m), n: integer(n), k: integer(k) }
    const plain = isPlainStore(kernel)
    this.#store = plain ? undefined : new ContractStore(kernel, this.#l, target.sizes)
    if (plain) this.#sums = this.#storedSums()
    else if (kernel.sums !== undefined) this.#sums = this.#ownSums(kernel.sums)
  }

  /** The results as they lie in memory. */
  #storedSums(): Sums {
    const b = this.#b
    const { out, store } = collapseOut(this.#kernel)
    const { batch, rows } = out
    const line = rows.length === 0 ? 0 : factorOf(store.offset, batch.length)
    const at = this.#inBatch({ buffer: store.buffer, offset: store.offset, batch })
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
    const { batch, m, n, k } = this.#kernel
    const [a, right] = [plainOf(this.#kernel.a), plainOf(this.#kernel.b)]
    const small = m * n * k <= SMALL || m <= this.#panel
    const direct = small && a && right?.line === 1 ? { a, right } : undefined
    const broad = this.#breadth(n)
    const [across, down] = [Math.ceil(n / broad), Math.ceil(m / this.#panel)]
    const packer = new Packer(this.#kernel, this.#l, this.#target, this.#panel, this.#columns)
    const held = n <= FEW_TILES * this.#columns ? a : undefined
    const body = direct ? this.#direct(direct.a, direct.right) : this.#packed(packer, held)
    this.#units({ across, down, broad }, body)
    return this.#l.finish(batch * across * down, down)
  }

  /** Columns of a block: an even number of blocks where there are several, so that two threads share them. */
  #breadth(n: number): number {
    const pairs = Math.ceil(n / (2 * BREADTH))
    const blocks = n >= 4 * this.#columns ? 2 * pairs : 1
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

  /** Bytes of a stride. */
  #distance(stride: number): Scalar {
    if (stride === 1) return { k: 'const', value: BYTES }
    return this.#b.variable(this.#l.integer(stride * BYTES))
  }

  /** Where rows of the left side are in a batch, from a step of k on. */
  #rowsOf(a: Plain): (batch: Scalar) => (from: Scalar) => RowSource {
    const b = this.#b
    const [aRow, aStep] = [this.#distance(a.line), this.#distance(a.step)]
    const inBatch = this.#inBatch(a)
    return (batch) => {
      const start = inBatch(batch)
      return (from) => {
        const left = b.variable(b.add(start, b.mul(from, aStep)))
        return { a: (row) => b.add(left, b.mul(row, aRow)), aRow, aStep }
      }
    }
  }

  #direct(a: Plain, right: Plain): (at: Strip) => void {
    const b = this.#b
    const [rowsOf, bStep] = [this.#rowsOf(a), this.#distance(right.step)]
    const inBatch = this.#inBatch(right)
    const [none, one]: readonly [Scalar, Scalar] = [
      { k: 'const', value: 0 },
      { k: 'const', value: 1 },
    ]
    return (strip) => {
      const left = rowsOf(strip.batch)(none)
      const above = inBatch(strip.batch)
      const source: Source = { ...left, b: (at) => b.add(above, b.scalar('shl', at, 2)), bStep }
      this.#inHeights(strip.rows, (rows) => {
        this.#block({ ...strip, rows, count: this.#size.k, fresh: one, last: one, source })
      })
    }
  }

  /** Rows block by block. */
  #inHeights([from, to]: Range, body: (rows: Range) => void): void {
    const b = this.#b
    const top = b.variable(from)
    b.loop(top, to, 1, () => {
      const bottom = least(b, b.add(top, HEIGHT), to)
      body([top, bottom])
      b.set(top, b.sub(bottom, 1))
    })
  }

  /** Byte address of the first element in a batch. */
  #inBatch({ buffer, offset, batch }: Batched): (at: Scalar) => Variable {
    const b = this.#b
    const start = b.variable(
      b.add(this.#l.address(buffer), this.#l.integer(offset.constant * BYTES)),
    )
    const loops = batch.map((size, i) => [
      b.variable(this.#l.integer(size)),
      b.variable(this.#l.integer(factorOf(offset, i) * BYTES)),
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

  // Sides that are packed

  /** `held`: the left side, where it is read where it is, since few columns share what would be packed. */
  #packed(packer: Packer, held: Plain | undefined): (at: Strip) => void {
    const b = this.#b
    const rowsOf = held && this.#rowsOf(held)
    return (strip) => {
      const inPlace = rowsOf?.(strip.batch)
      const { k } = this.#size
      const from = b.variable(0)
      // once, even where there is nothing to add
      const more = b.variable(1)
      const stop = b.variable(b.add(k, b.scalar('ltS', k, 1)))
      b.loop(from, stop, 1, () => {
        const to = least(b, b.add(from, DEPTH), k)
        const summed = [from, to] as const
        const count = b.variable(b.sub(to, from))
        const last = b.variable(b.scalar('geS', to, k))
        const own = inPlace?.(from)
        this.#inHeights(strip.rows, (rows) => {
          if (!own) packer.left(strip.batch, rows, summed)
          const panel = (columns: Range): void => packer.right(strip.batch, columns, summed)
          const source = { ...packer.source(rows, panel, count), ...own }
          this.#block({ ...strip, rows, count, fresh: more, last, source })
        })
        b.set(more, 0)
        b.set(from, b.add(from, DEPTH - 1))
      })
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
      block.source.panel?.([column, b.variable(b.add(column, width))])
      if (this.#store) this.#beside(this.#store, block, { column, sums, edge, size })
      else if (sums) this.#inPlace(block, { column, sums, edge, size })
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
  #beside(store: ContractStore, block: Block, { column, sums, edge, size }: Column): void {
    const b = this.#b
    const strip = sums ?? edge
    const line: Scalar =
      typeof strip.line === 'number' ? { k: 'const', value: strip.line } : strip.line
    this.#tiles(block, { column, to: strip.at, line })
    const columns = [column, b.variable(b.add(column, size.width))] as const
    const { batch, rows } = block
    const write = (): void => store.write({ batch, rows, columns, at: strip.at, line })
    if (block.last.k === 'const') write()
    else b.when(block.last, write)
  }

  /** Tiles that are stored as they are, but for those that reach over the right edge. */
  #inPlace(block: Block, { column, sums, edge, size }: Column & { readonly sums: Place }): void {
    const b = this.#b
    const partial = b.variable(b.scalar('ltS', size.width, this.#columns))
    const [to, line] = [b.variable(sums.at), b.variable(sums.line)]
    b.when(partial, () => {
      b.set(to, edge.at)
      b.set(line, edge.line)
      this.#unless(block.fresh, () => this.#copy(sums, edge, size))
    })
    this.#tiles(block, { column, to, line })
    b.when(partial, () => this.#copy(edge, sums, size))
  }

  #unless(condition: Scalar, body: () => void): void {
    if (condition.k === 'const' && condition.value !== 0) return
    this.#b.when(this.#b.scalar('ltS', condition, 1), body)
  }

  #tiles(block: Block, at: { column: Scalar; to: Scalar; line: Scalar }): void {
    const b = this.#b
    const { count, fresh, source } = block
    const [top, bottom] = block.rows
    const target = b.variable(at.to)
    const right = b.variable(source.b(at.column))
    const row = b.variable(top)
    b.loop(row, bottom, 1, () => {
      const end = least(b, b.add(row, this.#panel), bottom)
      const left = b.variable(source.a(row))
      const within = b.variable(row)
      for (let rows = this.#rows; rows >= 1; rows /= 2) {
        b.loop(within, end, rows, () => {
          this.#tile({
            ...{ rows, vectors: this.#vectors, lanes: this.#target.sums, count, fresh },
            a: { at: left, row: source.aRow, step: source.aStep },
            b: { at: right, step: source.bStep },
            c: { at: target, row: at.line },
          })
          b.set(target, b.add(target, b.mul(at.line, rows)))
          b.set(left, b.add(left, b.mul(source.aRow, rows)))
        })
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

/** A tile in vectors of the kernel's own. */
function writtenTile(b: VectorBuilder, tile: Omit<TileStatement, 's'>): void {
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
  const [x, y] = [b.variable(tile.a.at), b.variable(tile.b.at)]
  const apart = tile.a.row.k === 'const' ? tile.a.row.value : undefined
  const beside = apart === undefined ? rows.map((i) => b.variable(b.mul(tile.a.row, i))) : undefined
  const k = b.variable(0)
  b.loop(k, tile.count, 1, () => {
    const columns = vectors.map((v) =>
      b.let({ k: 'load', form: 'full', element: 'f32', address: b.add(y, v * bytes) }),
    )
    sums.forEach((line, i) => {
      const address = b.add(x, beside?.[i] ?? i * (apart ?? 0))
      const left = b.let({ k: 'load', form: 'splat', element: 'f32', address })
      line.forEach((sum, v) => {
        const right = columns[v]
        if (right) b.assign(sum, b.fma(left, right, sum))
      })
    })
    b.set(x, b.add(x, tile.a.step))
    b.set(y, b.add(y, tile.b.step))
  })
  sums.forEach((line, i) => {
    line.forEach((sum, v) => {
      b.store('full', 'f32', place(i, v), sum)
    })
  })
}

/** Rows and columns of a batch. */
interface Strip {
  readonly batch: Scalar
  /** Address of the batch's sums in memory. */
  readonly out: Scalar | undefined
  readonly rows: readonly [Scalar, Scalar]
  readonly columns: readonly [Scalar, Scalar]
}

/** Where blocks lie in a thread's memory, each with room for what vectors write beyond it. */
const ROOM = 4096
const RIGHT = 0
const LEFT = RIGHT + DEPTH * WIDEST * BYTES + ROOM
const EDGE = LEFT + DEPTH * (HEIGHT + PANELS * HIGHEST) * BYTES + ROOM
const END = EDGE + HEIGHT * WIDEST * BYTES + ROOM
if (END > SCRATCH_BYTES) throw new RangeError('blocks of contractions are larger than their memory')

type Range = readonly [Scalar, Scalar]

/** Packs blocks of both sides, and tells where in them a tile reads. */
class Packer {
  readonly #b: VectorBuilder
  readonly #left: Packing
  readonly #right: Packing
  readonly #panel: number
  readonly #columns: number

  constructor(
    { a, b }: ContractKernel,
    l: Lowering,
    { sizes }: ContractTarget,
    panel: number,
    columns: number,
  ) {
    this.#b = l.b
    this.#panel = panel
    this.#columns = columns
    this.#left = new Packing(a, l, { width: panel, sizes })
    this.#right = new Packing(b, l, { width: columns, sizes })
  }

  left(batch: Scalar, lines: Range, summed: Range): void {
    this.#left.write({ batch, lines, summed, at: this.#b.add(this.#b.scratch, LEFT) })
  }

  right(batch: Scalar, lines: Range, summed: Range): void {
    this.#right.write({ batch, lines, summed, at: this.#b.add(this.#b.scratch, RIGHT) })
  }

  source(rows: Range, panel: (columns: Range) => void, count: Scalar): Source {
    const b = this.#b
    const bytes = b.variable(b.mul(count, BYTES))
    return {
      a: (row) => b.add(b.add(b.scratch, LEFT), b.mul(b.sub(row, rows[0]), bytes)),
      b: () => b.add(b.scratch, RIGHT),
      panel,
      aRow: { k: 'const', value: BYTES },
      aStep: { k: 'const', value: this.#panel * BYTES },
      bStep: { k: 'const', value: this.#columns * BYTES },
    }
  }
}
