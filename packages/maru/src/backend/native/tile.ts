/** The tile of a contraction as machine code: all sums in registers, the loop over k inside. */
import { type Assembler, gpr, Label, type Memory } from './assembler.ts'

/** Sizes of a tile, its strides in bytes where they are known, and the registers that hold the rest. */
export interface TileCode {
  readonly rows: number
  readonly vectors: number
  /** 8 for AVX2, 16 for AVX-512. */
  readonly lanes: number
  /** Addresses within the linear memory; all of these registers are written over. */
  readonly a: StridedRows | RowsByAddress
  readonly b: ColumnsSideBySide | ColumnVectors
  readonly c: number
  readonly cRow: number
  readonly count: number
  /** Whether the sums begin with 0, else with what `c` holds. */
  readonly fresh: number
}

interface StridedRows {
  readonly at: number
  readonly row: Stride
  readonly step: Stride
}

/** A table of the addresses of rows, and one of distances along k. */
interface RowsByAddress {
  readonly addresses: number
  readonly offsets: number
}

/** `ahead`: how many bytes from each vector what is wanted later lies. */
interface ColumnsSideBySide {
  readonly at: number
  readonly step: Stride
  readonly ahead?: number | undefined
}

/** Addresses of vectors, a table of their distances along k, and how far ahead the next tile's are. */
interface ColumnVectors {
  readonly vectors: readonly number[]
  readonly offsets: number
  readonly ahead?: number
}

/** A distance in bytes: known, or in a register. */
export type Stride = { readonly bytes: number } | { readonly register: number }

/** The register of the linear memory's address, and another one that a tile may lend if it gives it back. */
export interface Lent {
  readonly memory: number
  readonly spare: number
}

const { rax, rcx, rdx } = gpr
/** Steps along k in one turn of the loop. */
const UNROLL = 4
/** Rows whose addresses one pointer reaches, and the registers of the pointers after the first. */
const ROWS_PER_POINTER = 4
const pointers = [rax, rdx]

/** Most rows of a tile whose rows are a stride apart that is not known. */
export const MOST_STRIDED_ROWS: number = ROWS_PER_POINTER * (1 + pointers.length)

export function writeTile(out: Assembler, tile: TileCode, lent: Lent): void {
  new TileWriter(out, tile, lent).write()
}

/** How one side is gone through along k. */
interface Walk {
  /** Makes the registers ready, after the sums are. */
  readonly begin: () => void
  /** Once before what a step of the loop's turn reads. */
  readonly step: (step: number) => void
  /** Once for all steps of a turn. */
  readonly turn: (steps: number) => void
  /** A row of the left side, a vector of the right one. */
  readonly at: (which: number, step: number) => Memory
}

class TileWriter {
  readonly #out: Assembler
  readonly #tile: TileCode
  readonly #lent: Lent
  readonly #bytes: number
  readonly #left: Walk
  readonly #right: Walk
  /** Registers that a tile's rows take and that are wanted again. */
  readonly #kept: readonly number[]

  constructor(out: Assembler, tile: TileCode, lent: Lent) {
    this.#out = out
    this.#tile = tile
    this.#lent = lent
    this.#bytes = tile.lanes * 4
    const { a, b, c, cRow } = tile
    if ('offsets' in b && !('row' in a && 'bytes' in a.row)) {
      throw new RangeError('a tile without a panel of either side')
    }
    this.#left = 'step' in a ? this.#strided(a) : this.#byAddress(a)
    this.#right = 'step' in b ? this.#sideBySide(b) : this.#vectors(b)
    this.#kept = 'step' in a ? [] : [c, cRow, lent.spare, lent.memory]
  }

  write(): void {
    const out = this.#out
    const { a, b, c, count } = this.#tile
    const left = 'step' in a ? [a.at] : [a.addresses, a.offsets]
    const right = 'step' in b ? [b.at] : [b.offsets, ...b.vectors]
    for (const address of [...left, ...right, c]) {
      out.integer('add', address, this.#lent.memory, true)
    }
    this.#begin()
    for (const register of this.#kept) out.push(register)
    this.#left.begin()
    this.#right.begin()
    const [head, rest, turn, end] = [new Label(), new Label(), new Label(), new Label()]
    out.immediate('sub', count, UNROLL)
    out.jump(rest, 'l')
    out.bind(head)
    this.#steps(UNROLL)
    out.immediate('sub', count, UNROLL)
    out.jump(head, 'ge')
    out.bind(rest)
    out.immediate('add', count, UNROLL)
    out.jump(end, 'e')
    out.bind(turn)
    this.#steps(1)
    out.immediate('sub', count, 1)
    out.jump(turn, 'ne')
    out.bind(end)
    for (const register of this.#kept.toReversed()) out.pop(register)
    this.#eachSum((sum, at) => this.#store(sum, at))
  }

  // Sums

  /** Calls with every sum's register and place in memory. */
  #eachSum(visit: (register: number, at: Memory) => void): void {
    const { rows, vectors, c, cRow } = this.#tile
    this.#out.integer('mov', rax, c, true)
    for (let row = 0; row < rows; row++) {
      for (let v = 0; v < vectors; v++) {
        visit(row * vectors + v, { base: rax, offset: v * this.#bytes })
      }
      if (row + 1 < rows) this.#out.integer('add', rax, cRow, true)
    }
  }

  #begin(): void {
    const out = this.#out
    const { rows, vectors, fresh } = this.#tile
    const [held, done] = [new Label(), new Label()]
    out.integer('test', fresh, fresh)
    out.jump(held, 'e')
    for (let sum = 0; sum < rows * vectors; sum++) this.#zero(sum)
    // what is stored at the end is fetched meanwhile
    this.#eachSum((_, at) => out.prefetchw(at))
    out.jump(done)
    out.bind(held)
    this.#eachSum((sum, at) => this.#load(sum, at))
    out.bind(done)
  }

  // Steps along k

  #steps(count: number): void {
    for (let step = 0; step < count; step++) {
      this.#left.step(step)
      this.#right.step(step)
      this.#products(step)
    }
    this.#left.turn(count)
    this.#right.turn(count)
  }

  /** The products of a column of a and a row of b. */
  #products(step: number): void {
    const { rows, vectors, lanes } = this.#tile
    const first = rows * vectors
    const registers = lanes === 16 ? 32 : 16
    const spare = registers - first - vectors
    for (let v = 0; v < vectors; v++) this.#load(first + v, this.#right.at(v, step))
    for (let row = 0; row < rows; row++) {
      const x = first + vectors + (row % spare)
      this.#broadcast(x, this.#left.at(row, step))
      for (let v = 0; v < vectors; v++) this.#multiplyAdd(row * vectors + v, x, first + v)
    }
  }

  #widen(...strides: readonly Stride[]): void {
    for (const stride of strides) {
      if ('register' in stride) this.#out.integer('movsxd', stride.register, stride.register, true)
    }
  }

  /** Addresses that move by a distance at every step, at once at the end of a turn where it is known. */
  #moving(addresses: readonly number[], by: Stride): Pick<Walk, 'step' | 'turn'> {
    const out = this.#out
    return {
      step(step) {
        if (step === 0 || !('register' in by)) return
        for (const address of addresses) out.integer('add', address, by.register, true)
      },
      turn(steps) {
        for (const address of addresses) {
          if ('register' in by) out.integer('add', address, by.register, true)
          else out.immediate('add', address, steps * by.bytes, true)
        }
      },
    }
  }

  /** Rows a distance apart: where that is not known, pointers to every fourth one, and three rows' distance. */
  #strided({ at, row, step }: StridedRows): Walk {
    const out = this.#out
    const { rows } = this.#tile
    const known = 'bytes' in step ? step.bytes : 0
    if ('bytes' in row) {
      return {
        begin: () => this.#widen(step),
        ...this.#moving([at], step),
        at: (which, turn) => ({ base: at, offset: which * row.bytes + turn * known }),
      }
    }
    if (rows > MOST_STRIDED_ROWS) throw new RangeError(`a tile of ${rows} strided rows`)
    const all = [at, ...pointers.slice(0, Math.ceil(rows / ROWS_PER_POINTER) - 1)]
    const { register } = row
    return {
      begin: () => {
        this.#widen(row, step)
        out.integer('lea', rcx, { base: register, index: register, scale: 1, offset: 0 }, true)
        all.slice(1).forEach((pointer, i) => {
          const base = all[i] ?? at
          out.integer('lea', pointer, { base, index: register, scale: 2, offset: 0 }, true)
        })
      },
      ...this.#moving(all, step),
      at(which, turn) {
        const [base, offset] = [all[Math.floor(which / ROWS_PER_POINTER)] ?? at, turn * known]
        const within = which % ROWS_PER_POINTER
        if (within === 0) return { base, offset }
        if (within === 3) return { base, index: rcx, offset }
        return { base, index: register, scale: within - 1, offset }
      },
    }
  }

  /** Each row's address in a register of its own: of those that nothing else wants, or that are kept. */
  #byAddress({ addresses, offsets }: RowsByAddress): Walk {
    const out = this.#out
    const { rows, c, cRow, fresh } = this.#tile
    const { memory, spare } = this.#lent
    const held = [fresh, c, cRow, rcx, rdx, spare, addresses, memory].slice(0, rows)
    if (held.length < rows) throw new RangeError(`a tile of ${rows} rows by address`)
    const table = this.#table(offsets)
    return {
      begin() {
        // the last two registers are those that the loads themselves want
        out.integer('mov', rax, { base: addresses, offset: 4 * (rows - 1) })
        held.forEach((register, row) => {
          if (register === memory) return
          out.integer('mov', register, { base: addresses, offset: 4 * row })
          out.integer('add', register, memory, true)
        })
        if (held.includes(memory)) out.integer('add', memory, rax, true)
      },
      ...table,
      at: (row) => ({ base: held[row] ?? addresses, index: rax, offset: 0 }),
    }
  }

  #sideBySide({ at, step, ahead }: ColumnsSideBySide): Walk {
    const known = 'bytes' in step ? step.bytes : 0
    const moving = this.#moving([at], step)
    const place = (v: number, turn: number): { readonly base: number; readonly offset: number } => {
      return { base: at, offset: turn * known + v * this.#bytes }
    }
    return {
      begin: () => this.#widen(step),
      ...moving,
      step: (turn) => {
        moving.step(turn)
        if (ahead === undefined) return
        for (let v = 0; v < this.#tile.vectors; v++) {
          const { base, offset } = place(v, turn)
          this.#out.prefetch({ base, offset: offset + ahead })
        }
      },
      at: place,
    }
  }

  #vectors({ vectors, offsets, ahead }: ColumnVectors): Walk {
    const out = this.#out
    const table = this.#table(offsets)
    return {
      begin: () => this.#widen(...(ahead === undefined ? [] : [{ register: ahead }])),
      ...table,
      step(step) {
        table.step(step)
        if (ahead === undefined) return
        out.integer('lea', rcx, { base: rax, index: ahead, offset: 0 }, true)
        for (const base of vectors) out.prefetch({ base, index: rcx, offset: 0 })
      },
      at: (v) => ({ base: vectors[v] ?? offsets, index: rax, offset: 0 }),
    }
  }

  /** Brings a step's distance from a table to rax. */
  #table(offsets: number): Pick<Walk, 'step' | 'turn'> {
    const out = this.#out
    return {
      step: (step) => out.integer('movsxd', rax, { base: offsets, offset: 4 * step }, true),
      turn: (steps) => out.immediate('add', offsets, 4 * steps, true),
    }
  }

  // Instructions of either width

  get #wide(): boolean {
    return this.#tile.lanes === 16
  }

  #zero(to: number): void {
    if (this.#wide) this.#out.evex('vpxord', to, to, to)
    else this.#out.vex('vxorps', to, to, to)
  }

  #load(to: number, at: Memory): void {
    if (this.#wide) this.#out.evex('vmovups', to, 0, at)
    else this.#out.vex('vmovups', to, 0, at)
  }

  #store(from: number, at: Memory): void {
    if (this.#wide) this.#out.evex('vmovups.store', from, 0, at)
    else this.#out.vex('vmovups.store', from, 0, at)
  }

  #broadcast(to: number, at: Memory): void {
    if (this.#wide) this.#out.evex('vbroadcastss', to, 0, at)
    else this.#out.vex('vbroadcastss', to, 0, at)
  }

  #multiplyAdd(sum: number, x: number, y: number): void {
    if (this.#wide) this.#out.evex('vfmadd231ps', sum, x, y)
    else this.#out.vex('vfmadd231ps', sum, x, y)
  }
}
