/** The tile of a contraction as machine code: all sums in registers, the loop over k inside. */
import { type Assembler, gpr, Label, type Memory } from './assembler.ts'

/** Sizes of a tile, its strides in bytes where they are known, and the registers that hold the rest. */
export interface TileCode {
  readonly rows: number
  readonly vectors: number
  /** 8 for AVX2, 16 for AVX-512. */
  readonly lanes: number
  /** Addresses within the linear memory; all of these registers are written over. */
  readonly a: number
  readonly b: TileColumns
  readonly c: number
  readonly count: number
  /** Whether the sums begin with 0, else with what `c` holds. */
  readonly fresh: number
  readonly strides: {
    readonly aRow: Stride
    readonly aStep: Stride
    readonly cRow: number
  }
}

/** Columns side by side, or vectors with a table of their distances along k; `ahead`: to the next tile's. */
type TileColumns =
  | { readonly at: number; readonly step: Stride }
  | { readonly vectors: readonly number[]; readonly offsets: number; readonly ahead?: number }

/** A distance in bytes: known, or in a register. */
export type Stride = { readonly bytes: number } | { readonly register: number }

const { rax, rcx, rdx } = gpr
/** Steps along k in one turn of the loop. */
const UNROLL = 4
/** Rows whose addresses one pointer reaches, and the registers of the pointers after the first. */
const ROWS_PER_POINTER = 4
const pointers = [rax, rdx]

/** Most rows of a tile whose rows are a stride apart that is not known. */
export const MOST_STRIDED_ROWS: number = ROWS_PER_POINTER * (1 + pointers.length)

/** Writes the tile; `memory` holds the address of the linear memory. */
export function writeTile(out: Assembler, tile: TileCode, memory: number): void {
  new TileWriter(out, tile).write(memory)
}

class TileWriter {
  readonly #out: Assembler
  readonly #tile: TileCode
  readonly #bytes: number

  constructor(out: Assembler, tile: TileCode) {
    this.#out = out
    this.#tile = tile
    this.#bytes = tile.lanes * 4
  }

  write(memory: number): void {
    const out = this.#out
    const { a, b, c, count, strides } = this.#tile
    const columns = 'step' in b ? [b.at] : [b.offsets, ...b.vectors]
    const bStep = 'step' in b ? b.step : undefined
    for (const stride of [strides.aRow, strides.aStep, bStep]) {
      if (stride && 'register' in stride) this.#widen(stride.register)
    }
    if ('ahead' in b && b.ahead !== undefined) this.#widen(b.ahead)
    for (const address of [a, c, ...columns]) out.integer('add', address, memory, true)
    this.#begin()
    this.#point()
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
    this.#eachSum((sum, at) => this.#store(sum, at))
  }

  #widen(register: number): void {
    this.#out.integer('movsxd', register, register, true)
  }

  // Sums

  /** Calls with every sum's register and place in memory. */
  #eachSum(visit: (register: number, at: Memory) => void): void {
    const { rows, vectors, c, strides } = this.#tile
    this.#out.integer('mov', rax, c, true)
    for (let row = 0; row < rows; row++) {
      for (let v = 0; v < vectors; v++) {
        visit(row * vectors + v, { base: rax, offset: v * this.#bytes })
      }
      if (row + 1 < rows) this.#out.integer('add', rax, strides.cRow, true)
    }
  }

  #begin(): void {
    const out = this.#out
    const { rows, vectors, fresh } = this.#tile
    const [held, done] = [new Label(), new Label()]
    out.integer('test', fresh, fresh)
    out.jump(held, 'e')
    for (let sum = 0; sum < rows * vectors; sum++) this.#zero(sum)
    out.jump(done)
    out.bind(held)
    this.#eachSum((sum, at) => this.#load(sum, at))
    out.bind(done)
  }

  // Steps along k

  /** Pointers to every fourth row, and three rows' distance, where rows are not at known places. */
  #point(): void {
    const { a, b, rows, strides } = this.#tile
    if (!('register' in strides.aRow)) return
    if ('offsets' in b) throw new RangeError('a tile without a panel of either side')
    const out = this.#out
    const row = strides.aRow.register
    if (rows > MOST_STRIDED_ROWS) throw new RangeError(`a tile of ${rows} strided rows`)
    out.integer('lea', rcx, { base: row, index: row, scale: 1, offset: 0 }, true)
    let before = a
    for (const pointer of this.#pointers()) {
      out.integer('lea', pointer, { base: before, index: row, scale: 2, offset: 0 }, true)
      before = pointer
    }
  }

  #pointers(): readonly number[] {
    const { rows, strides } = this.#tile
    return 'register' in strides.aRow
      ? pointers.slice(0, Math.ceil(rows / ROWS_PER_POINTER) - 1)
      : []
  }

  #element(row: number, offset: number): Memory {
    const { a, strides } = this.#tile
    if ('bytes' in strides.aRow) return { base: a, offset: row * strides.aRow.bytes + offset }
    const base = [a, ...pointers][Math.floor(row / ROWS_PER_POINTER)] ?? a
    const { register } = strides.aRow
    const within = row % ROWS_PER_POINTER
    if (within === 0) return { base, offset }
    if (within === 3) return { base, index: rcx, offset }
    return { base, index: register, scale: within - 1, offset }
  }

  #steps(count: number): void {
    const out = this.#out
    const { a, b, strides } = this.#tile
    for (let step = 0; step < count; step++) {
      const known = (stride: Stride): number => ('bytes' in stride ? step * stride.bytes : 0)
      this.#step(known(strides.aStep), this.#columns(step))
      if ('step' in b) this.#advance([b.at], b.step)
      this.#advance([a, ...this.#pointers()], strides.aStep)
    }
    const move = (addresses: readonly number[], stride: Stride): void => {
      if (!('bytes' in stride)) return
      for (const address of addresses) out.immediate('add', address, count * stride.bytes, true)
    }
    if ('step' in b) move([b.at], b.step)
    else out.immediate('add', b.offsets, count * 4, true)
    move([a, ...this.#pointers()], strides.aStep)
  }

  #advance(addresses: readonly number[], stride: Stride): void {
    if (!('register' in stride)) return
    for (const address of addresses) this.#out.integer('add', address, stride.register, true)
  }

  /** Where the vectors of a row of b are, `step` steps on. */
  #columns(step: number): readonly Memory[] {
    const out = this.#out
    const { b, vectors } = this.#tile
    if ('step' in b) {
      const first = 'bytes' in b.step ? step * b.step.bytes : 0
      return Array.from({ length: vectors }, (_, v) => {
        return { base: b.at, offset: first + v * this.#bytes }
      })
    }
    out.integer('movsxd', rax, { base: b.offsets, offset: step * 4 }, true)
    if (b.ahead !== undefined) {
      out.integer('lea', rcx, { base: rax, index: b.ahead, offset: 0 }, true)
      for (const base of b.vectors) out.prefetch({ base, index: rcx, offset: 0 })
    }
    return b.vectors.map((base) => ({ base, index: rax, offset: 0 }))
  }

  /** One step: the products of a column of a and a row of b. */
  #step(aOffset: number, columns: readonly Memory[]): void {
    const { rows, vectors, lanes } = this.#tile
    const first = rows * vectors
    const registers = lanes === 16 ? 32 : 16
    const spare = registers - first - vectors
    columns.forEach((at, v) => {
      this.#load(first + v, at)
    })
    for (let row = 0; row < rows; row++) {
      const x = first + vectors + (row % spare)
      this.#broadcast(x, this.#element(row, aOffset))
      for (let v = 0; v < vectors; v++) this.#multiplyAdd(row * vectors + v, x, first + v)
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
