/** Blocks of a contraction's sides in a thread's own memory: where they lie, what fills them, where a tile reads. */
import { DEPTH } from './contraction.ts'
import { mentions } from './index-expr.ts'
import { type ContractKernel, collapseSide, eachPart, indicesOf, type Side } from './kernel.ts'
import { type BufferSizes, type Lowering, SCRATCH_BYTES } from './lowering.ts'
import { PANELS, Packing } from './pack.ts'
import type { Range } from './positions.ts'
import { MOST_STEPS, Standing } from './standing.ts'
import type { Scalar, TileColumns, VectorBuilder } from './vector.ts'

/** Most rows of a block that is packed, and of one that stands. */
export const HEIGHT = 512
export const STANDING_HEIGHT = 1152
const BYTES = 4
/** Most columns of a tile, and rows of a panel. */
const [WIDEST, HIGHEST] = [32, 8]
/** Elements of the left side in a block, about what the second cache holds. */
export const LEFT_SIZE: number = 2 * DEPTH * HEIGHT
/** Room for what vectors write beyond a block. */
const ROOM = 4096
const RIGHT = 0
/** Of distances, beside a side that stands. */
const TABLE = RIGHT + MOST_STEPS * WIDEST * BYTES + ROOM
/** Of addresses, where it is the left side that does. */
const ADDRESSES = TABLE + MOST_STEPS * BYTES
const LEFT = ADDRESSES + STANDING_HEIGHT * BYTES + ROOM
export const EDGE: number = LEFT + (LEFT_SIZE + MOST_STEPS * PANELS * HIGHEST) * BYTES + ROOM
const END = EDGE + STANDING_HEIGHT * WIDEST * BYTES + ROOM
if (END > SCRATCH_BYTES) throw new RangeError('blocks of contractions are larger than their memory')

/** Where a tile finds its rows: the address of one, and distances in bytes. */
export interface RowSource {
  readonly a: (row: Scalar) => Scalar
  readonly aRow: Scalar
  readonly aStep: Scalar
  /** Where distances along k are; then what is known of a row is where its address is. */
  readonly offsets?: Scalar
}

/** Some rows of the left side, and some steps of k. */
export interface Block {
  readonly rows: Range
  readonly summed: Range
  readonly count: Scalar
}

/** Makes the rows of a block, in a batch, what a tile reads. */
export type RowsByBatch = (batch: Scalar) => (block: Block) => RowSource

export interface PanelSizes {
  readonly sizes: BufferSizes
  /** Rows of a panel of the left side, and columns of one of the right side. */
  readonly rows: number
  readonly columns: number
}

export class Panels {
  readonly #kernel: ContractKernel
  readonly #l: Lowering
  readonly #b: VectorBuilder
  readonly #sizes: PanelSizes
  readonly #left: Packing
  readonly #right: Packing

  constructor(kernel: ContractKernel, l: Lowering, sized: PanelSizes) {
    this.#kernel = kernel
    this.#l = l
    this.#b = l.b
    this.#sizes = sized
    const { sizes, rows, columns } = sized
    this.#left = new Packing(kernel.a, l, { width: rows, sizes })
    this.#right = new Packing(kernel.b, l, { width: columns, sizes })
  }

  /** The right side where it stands, if that is better than packing it. */
  get standing(): Standing | undefined {
    return this.#standing(this.#kernel.b, 'vectors')
  }

  /** Likewise the left side. */
  get standingLeft(): Standing | undefined {
    return this.#standing(this.#kernel.a, 'lines')
  }

  #standing(side: Side, by: 'vectors' | 'lines'): Standing | undefined {
    const at = this.#b.add(this.#b.scratch, TABLE)
    return Standing.of(side, this.#l, { by, at, sizes: this.#sizes.sizes })
  }

  /** Rows that stand; `whole`: all of them, where they are listed at once. */
  listed(side: Standing, whole: Range | undefined): RowsByBatch {
    return (batch) => {
      const known = whole && this.#list(side, batch, whole)
      return ({ rows }) => known ?? this.#list(side, batch, rows)
    }
  }

  #list(side: Standing, batch: Scalar, rows: Range): RowSource {
    const b = this.#b
    const at = b.add(b.scratch, ADDRESSES)
    side.list(batch, rows, at)
    const word = { k: 'const', value: BYTES } as const
    return {
      a: (row) => b.add(at, b.scalar('shl', b.sub(row, rows[0]), 2)),
      ...{ aRow: word, aStep: word, offsets: side.table },
    }
  }

  /** Rows in panels; those of the `whole` left side are packed now, if it is the same in every batch. */
  packed(whole: Omit<Block, 'count'> | undefined): RowsByBatch {
    const once = whole && this.#isSame ? whole : undefined
    if (once) this.#packLeft({ k: 'const', value: 0 }, once)
    return (batch) => (block) => {
      if (!once) this.#packLeft(batch, block)
      return this.#rowsFrom((once ?? block).rows[0], block.count)
    }
  }

  get #isSame(): boolean {
    const { batch, value } = collapseSide(this.#kernel.a)
    let same = true
    eachPart(value, (part) => {
      const indices = indicesOf(part)
      same &&= batch.every((_, loop) => indices.every((index) => !mentions(index, loop)))
    })
    return same
  }

  #packLeft(batch: Scalar, { rows, summed }: Omit<Block, 'count'>): void {
    this.#left.write({ batch, lines: rows, summed, at: this.#b.add(this.#b.scratch, LEFT) })
  }

  /** Where the rows of a block are that was packed from a row on, `count` steps of k. */
  #rowsFrom(first: Scalar, count: Scalar): RowSource {
    const b = this.#b
    const bytes = b.variable(b.mul(count, BYTES))
    return {
      a: (row) => b.add(b.add(b.scratch, LEFT), b.mul(b.sub(row, first), bytes)),
      aRow: { k: 'const', value: BYTES },
      aStep: { k: 'const', value: this.#sizes.rows * BYTES },
    }
  }

  packRight(batch: Scalar, lines: Range, summed: Range): TileColumns {
    const at = this.#b.add(this.#b.scratch, RIGHT)
    this.#right.write({ batch, lines, summed, at })
    return { at, step: { k: 'const', value: this.#sizes.columns * BYTES } }
  }
}
