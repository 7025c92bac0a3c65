/**
 * The vector IR: what kernels are made of before an encoder turns them into a machine's code.
 *
 * Scalars are 32-bit integers (counters and byte addresses); vectors have as many 32-bit lanes as
 * the target. All element arithmetic is vector arithmetic, also for single elements, so that an
 * element's value never depends on where in an array it stands.
 */

/** Lanes of machines that can store some of a vector's. */
const MASKING_LANES = 16

/** Form of an element in memory. Bytes and 16-bit words widen to 32-bit lanes with zeros. */
export type Element = 'f32' | 'i32' | 'u16' | 'u8'

export type ScalarOp =
  | 'add'
  | 'sub'
  | 'mul'
  | 'divS'
  | 'remS'
  | 'and'
  | 'shl'
  | 'shrS'
  | 'ltS'
  | 'ltU'
  | 'geS'

/** An i32. */
export type Scalar =
  | { readonly k: 'const'; readonly value: number }
  | { readonly k: 'get'; readonly local: number }
  | { readonly k: 'arg'; readonly index: number }
  /** Address of memory that belongs to the thread, `SCRATCH_BYTES` of it. */
  | { readonly k: 'scratch' }
  | { readonly k: 'scalar'; readonly op: ScalarOp; readonly a: Scalar; readonly b: Scalar }
  /** Lane 0 of a vector of integers. */
  | { readonly k: 'first'; readonly of: Vector }

export type UnaryOp =
  | 'f32.neg'
  | 'f32.abs'
  | 'f32.sqrt'
  | 'f32.floor'
  | 'f32.nearest'
  | 'f32.fromI32'
  | 'i32.fromF32'
  | 'i32.neg'
  | 'not'

export type BinaryOp =
  | 'f32.add'
  | 'f32.sub'
  | 'f32.mul'
  | 'f32.div'
  | 'f32.min'
  | 'f32.max'
  | 'f32.lt'
  | 'f32.le'
  | 'f32.eq'
  | 'i32.add'
  | 'i32.sub'
  | 'i32.mul'
  | 'i32.min'
  | 'i32.max'
  | 'i32.lt'
  | 'i32.le'
  | 'i32.eq'
  | 'i32.ltU'
  | 'and'
  | 'or'
  | 'xor'

/** Shift of every lane by a constant. */
export type ShiftOp = 'i32.shl' | 'i32.shrS' | 'i32.shrU'

/** A vector. Comparisons give masks: all ones or all zeros in each lane. */
export type Vector =
  | { readonly k: 'vget'; readonly local: number }
  | { readonly k: 'f32'; readonly value: number }
  | { readonly k: 'i32'; readonly value: number }
  /** 0, 1, 2 … in the lanes. */
  | { readonly k: 'lanes' }
  | { readonly k: 'splat'; readonly of: Scalar }
  /** An argument word in every lane. */
  | { readonly k: 'splatArg'; readonly index: number }
  /**
   * `full`: one element a lane; `other`: every other one, of 32 bits; `one`: lane 0 only, others unspecified;
   * `splat`: one in all lanes.
   */
  | {
      readonly k: 'load'
      readonly form: 'full' | 'other' | 'one' | 'splat'
      readonly element: Element
      readonly address: Scalar
    }
  /** Lane l from `address + l · step`. */
  | {
      readonly k: 'gather'
      readonly element: Element
      readonly address: Scalar
      readonly step: Scalar
    }
  /** Lane l from `address + offsets[l]`. */
  | {
      readonly k: 'pick'
      readonly element: Element
      readonly address: Scalar
      readonly offsets: Vector & { readonly k: 'vget' }
    }
  | { readonly k: 'unary'; readonly op: UnaryOp; readonly a: Vector }
  | { readonly k: 'binary'; readonly op: BinaryOp; readonly a: Vector; readonly b: Vector }
  | { readonly k: 'shift'; readonly op: ShiftOp; readonly a: Vector; readonly by: number }
  /** `a · b + c`, rounded once where the target can. */
  | { readonly k: 'fma'; readonly a: Vector; readonly b: Vector; readonly c: Vector }
  | { readonly k: 'select'; readonly mask: Vector; readonly a: Vector; readonly b: Vector }
  /** Evaluates one side only, so that `then` may hold loads that would be out of bounds. */
  | { readonly k: 'choose'; readonly when: Scalar; readonly a: Vector; readonly b: Vector }
  /** Lane `lane` of `a` in all lanes. */
  | { readonly k: 'broadcast'; readonly a: Vector; readonly lane: number }
  /** Groups of so many lanes, of four at least, change places in pairs: lane l holds what lane l XOR `by` held. */
  | { readonly k: 'exchange'; readonly a: Vector; readonly by: number }
  /** Lane l holds what lane l + `by` held, the first lanes' coming behind the last's; for machines that mask stores. */
  | { readonly k: 'rotate'; readonly a: Vector; readonly by: number }

export type Statement =
  | { readonly s: 'set'; readonly local: number; readonly value: Scalar }
  | { readonly s: 'vset'; readonly local: number; readonly value: Vector }
  | {
      readonly s: 'store'
      readonly form: 'full' | 'one'
      readonly element: Element
      readonly address: Scalar
      readonly value: Vector
      /**
       * A whole vector of 32-bit elements, at a multiple of its size, that nobody reads soon: it need not
       * be kept in caches, where the machine has a say in that.
       */
      readonly past?: true
      /** Of a whole vector, a mask of the lanes that are stored; for machines that mask stores. */
      readonly within?: Vector
    }
  /** `for (local = from; local + step <= to; local += step)`; the local keeps its last value. */
  | {
      readonly s: 'loop'
      readonly local: number
      readonly to: Scalar
      readonly step: number
      readonly body: readonly Statement[]
    }
  | { readonly s: 'if'; readonly when: Scalar; readonly body: readonly Statement[] }
  /** Memory that is wanted soon, or written: a machine that has a say in that brings it nearby. No other effect. */
  | { readonly s: 'fetch'; readonly address: Scalar; readonly written: boolean }
  /** As many vectors as they have lanes, turned: lane i of vector j becomes lane j of vector i. */
  | { readonly s: 'transpose'; readonly locals: readonly number[] }
  | TileStatement

/**
 * `c[i, j] ← c[i, j] + Σₚ a[i, p]·b[p, j]`, p ascending, each sum one chain of multiply-adds; from 0 where
 * `fresh` is not 0. For machines that hold the sums in vectors of their own, wider ones among them.
 */
export interface TileStatement {
  readonly s: 'tile'
  readonly rows: number
  readonly vectors: number
  /** Of the vectors that hold the sums. */
  readonly lanes: number
  /** Byte addresses and distances. */
  readonly a: TileRows
  readonly b: TileColumns
  readonly c: { readonly at: Scalar; readonly row: Scalar }
  readonly count: Scalar
  readonly fresh: Scalar
}

/**
 * The rows of a tile: a distance apart, and another along k; or each where a table of addresses says, with distances
 * along k in a second table.
 */
export type TileRows =
  | { readonly at: Scalar; readonly row: Scalar; readonly step: Scalar }
  | { readonly addresses: Scalar; readonly offsets: Scalar }

/**
 * The columns of a tile: side by side, and a distance apart along k; or vectors of their own, each so far from its
 * first step as a table of words says. `ahead`: how far from each vector there is one that is wanted later, to have
 * it nearby by then.
 */
export type TileColumns =
  | {
      readonly at: Scalar
      readonly step: Scalar
      readonly ahead?: Scalar & { readonly k: 'const' }
    }
  | {
      readonly vectors: readonly Scalar[]
      /** Address of the table. */
      readonly offsets: Scalar
      readonly ahead?: Scalar
    }

/** `f(args, begin, end)`: locals 0, 1, 2 are the parameters; `end − begin` units of work are done. */
export interface VectorFunction {
  readonly lanes: number
  readonly scalars: number
  readonly vectors: number
  readonly body: readonly Statement[]
}

/** Elements of 32 bits in a line of the caches, which is what is fetched. */
export const LINE = 16

type Operand = Scalar | number

function scalarOf(value: Operand): Scalar {
  return typeof value === 'number' ? { k: 'const', value } : value
}

/** Writes a `VectorFunction` statement by statement. */
export class VectorBuilder {
  readonly lanes: number
  readonly begin: Scalar = { k: 'get', local: 1 }
  readonly end: Scalar = { k: 'get', local: 2 }
  readonly scratch: Scalar = { k: 'scratch' }
  #scalars = 3
  #vectors = 0
  #block: Statement[] = []

  constructor(lanes: number) {
    this.lanes = lanes
  }

  finish(): VectorFunction {
    const { lanes } = this
    return { lanes, scalars: this.#scalars, vectors: this.#vectors, body: this.#block }
  }

  // Scalars

  arg(index: number): Scalar {
    return { k: 'arg', index }
  }

  scalar(op: ScalarOp, a: Operand, b: Operand): Scalar {
    const [x, y] = [scalarOf(a), scalarOf(b)]
    if (y.k === 'const') {
      if (y.value === 0 && (op === 'add' || op === 'sub')) return x
      if (y.value === 1 && (op === 'mul' || op === 'divS')) return x
    }
    if (x.k === 'const' && x.value === 0 && op === 'add') return y
    return { k: 'scalar', op, a: x, b: y }
  }

  add(a: Operand, b: Operand): Scalar {
    return this.scalar('add', a, b)
  }

  sub(a: Operand, b: Operand): Scalar {
    return this.scalar('sub', a, b)
  }

  mul(a: Operand, b: Operand): Scalar {
    return this.scalar('mul', a, b)
  }

  /** A new scalar variable. */
  variable(value: Operand): Scalar & { readonly k: 'get' } {
    const local = this.#scalars++
    this.#block.push({ s: 'set', local, value: scalarOf(value) })
    return { k: 'get', local }
  }

  /** Lane 0 of a vector of integers. */
  first(of: Vector): Scalar {
    return { k: 'first', of }
  }

  set(variable: Scalar & { readonly k: 'get' }, value: Operand): void {
    this.#block.push({ s: 'set', local: variable.local, value: scalarOf(value) })
  }

  // Vectors

  f32(value: number): Vector {
    return { k: 'f32', value }
  }

  i32(value: number): Vector {
    return { k: 'i32', value }
  }

  unary(op: UnaryOp, a: Vector): Vector {
    return { k: 'unary', op, a }
  }

  binary(op: BinaryOp, a: Vector, b: Vector): Vector {
    return { k: 'binary', op, a, b }
  }

  /** Every bit the other way round: the mask of what does not hold. */
  not(a: Vector): Vector {
    return { k: 'unary', op: 'not', a }
  }

  shift(op: ShiftOp, a: Vector, by: number): Vector {
    return { k: 'shift', op, a, by }
  }

  fma(a: Vector, b: Vector, c: Vector): Vector {
    return { k: 'fma', a, b, c }
  }

  select(mask: Vector, a: Vector, b: Vector): Vector {
    return { k: 'select', mask, a, b }
  }

  /** Elements from `address + lane · step`. */
  gather(element: Element, address: Scalar, step: Scalar): Vector {
    return { k: 'gather', element, address, step }
  }

  /** Elements from `address + offsets[lane]`. */
  pick(element: Element, address: Scalar, offsets: Vector): Vector {
    return { k: 'pick', element, address, offsets: this.let(offsets) }
  }

  /** Names a vector, so that it is computed once; a name is returned as it is. */
  let(value: Vector): Vector & { readonly k: 'vget' } {
    return value.k === 'vget' ? value : this.vectorVariable(value)
  }

  /** A new vector variable. */
  vectorVariable(value: Vector): Vector & { readonly k: 'vget' } {
    const local = this.#vectors++
    this.#block.push({ s: 'vset', local, value })
    return { k: 'vget', local }
  }

  assign(variable: Vector & { readonly k: 'vget' }, value: Vector): void {
    this.#block.push({ s: 'vset', local: variable.local, value })
  }

  // Statements

  /** `within` tells the lanes of a whole vector that are stored, if not all are. */
  store(
    form: 'full' | 'one',
    element: Element,
    address: Scalar,
    value: Vector,
    within?: Vector,
  ): void {
    const where = within && { within }
    this.#block.push({ s: 'store', form, element, address, value, ...where })
  }

  /** Whether the machine can store some lanes of a vector. */
  get masksStores(): boolean {
    return this.lanes >= MASKING_LANES
  }

  /** A whole vector that is not to be kept in caches, at a multiple of its size. */
  storePast(element: Element, address: Scalar, value: Vector): void {
    this.#block.push({ s: 'store', form: 'full', element, address, value, past: true })
  }

  /** Runs `body` while `counter + step <= to`, adding `step` each time. */
  loop(counter: Scalar & { readonly k: 'get' }, to: Operand, step: number, body: () => void): void {
    this.#block.push({
      s: 'loop',
      local: counter.local,
      to: scalarOf(to),
      step,
      body: this.#nested(body),
    })
  }

  when(condition: Scalar, body: () => void): void {
    this.#block.push({ s: 'if', when: condition, body: this.#nested(body) })
  }

  /** As many vectors as there are lanes, turned. */
  transpose(values: readonly Vector[]): readonly (Vector & { readonly k: 'vget' })[] {
    const named = values.map((value) => this.vectorVariable(value))
    this.#block.push({ s: 'transpose', locals: named.map(({ local }) => local) })
    return named
  }

  /** Whether the machine has a say in what is nearby: WebAssembly has none, which has four lanes. */
  get fetches(): boolean {
    return this.lanes > 4
  }

  /** Says that what lies at an address is read soon, or written. */
  fetch(address: Scalar, { written }: { readonly written: boolean }): void {
    this.#block.push({ s: 'fetch', address, written })
  }

  tile(tile: Omit<TileStatement, 's'>): void {
    this.#block.push({ s: 'tile', ...tile })
  }

  #nested(body: () => void): Statement[] {
    const outer = this.#block
    const inner: Statement[] = []
    this.#block = inner
    body()
    this.#block = outer
    return inner
  }
}
