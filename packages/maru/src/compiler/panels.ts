/** Blocks of a contraction's sides in a thread's own memory: where they lie, what fills them, where a tile reads. */
import { DEPTH } from './contraction.ts'
import { mentions } from './index-expr.ts'
import { type ContractKernel, collapseSide, eachPart, indicesOf } from './kernel.ts'
import { type BufferSizes, type Lowering, SCRATCH_BYTES } from './lowering.ts'
import { PANELS, Packing } from './pack.ts'
import type { Range } from './positions.ts'
import { MOST_STEPS, Standing } from './standing.ts'
import type { Scalar, TileColumns, VectorBuilder } from './vector.ts'

/** Most rows of a block. */
export const HEIGHT = 512
const BYTES = 4
/** Most columns of a tile, and rows of a panel. */
const [WIDEST, HIGHEST] = [32, 8]
/** Elements of the left side in a block, about what the second cache holds. */
export const LEFT_SIZE: number = 2 * DEPTH * HEIGHT
/** Room for what vectors write beyond a block. */
const ROOM = 4096
const RIGHT = 0
/** Of distances, beside a right side that stands. */
const TABLE = RIGHT + DEPTH * WIDEST * BYTES + ROOM
const LEFT = TABLE + MOST_STEPS * BYTES + ROOM
export const EDGE: number = LEFT + (LEFT_SIZE + MOST_STEPS * PANELS * HIGHEST) * BYTES + ROOM
const END = EDGE + HEIGHT * WIDEST * BYTES + ROOM
if (END > SCRATCH_BYTES) throw new RangeError('blocks of contractions are larger than their memory')

/** Where a tile finds its rows: the address of one, and distances in bytes. */
export interface RowSource {
  readonly a: (row: Scalar) => Scalar
  readonly aRow: Scalar
  readonly aStep: Scalar
}

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

  /** Whether the left side is the same in every batch. */
  get isSame(): boolean {
    const { batch, value } = collapseSide(this.#kernel.a)
    let same = true
    eachPart(value, (part) => {
      const indices = indicesOf(part)
      same &&= batch.every((_, loop) => indices.every((index) => !mentions(index, loop)))
    })
    return same
  }

  /** The right side where it stands, if that is better than packing it. */
  get standing(): Standing | undefined {
    const at = this.#b.add(this.#b.scratch, TABLE)
    return Standing.of(this.#kernel.b, this.#l, { at, sizes: this.#sizes.sizes })
  }

  packLeft(batch: Scalar, lines: Range, summed: Range): void {
    this.#left.write({ batch, lines, summed, at: this.#b.add(this.#b.scratch, LEFT) })
  }

  packRight(batch: Scalar, lines: Range, summed: Range): TileColumns {
    const at = this.#b.add(this.#b.scratch, RIGHT)
    this.#right.write({ batch, lines, summed, at })
    return { at, step: { k: 'const', value: this.#sizes.columns * BYTES } }
  }

  /** Where the rows of a block are that was packed from a row on, `count` steps of k. */
  rowsFrom(first: Scalar | number, count: Scalar): RowSource {
    const b = this.#b
    const bytes = b.variable(b.mul(count, BYTES))
    return {
      a: (row) => b.add(b.add(b.scratch, LEFT), b.mul(b.sub(row, first), bytes)),
      aRow: { k: 'const', value: BYTES },
      aStep: { k: 'const', value: this.#sizes.rows * BYTES },
    }
  }
}
