/** What the lowerings share: arguments, coordinates, index arithmetic and expressions in vector IR. */
import { type DType, dtypes, elementOf as inDType, isFloat } from '../base/dtype.ts'
import type { Guard } from '../graph/indexing.ts'
import { changesWith } from './direction.ts'
import {
  Affine,
  factorOf,
  type IndexExpr,
  isValueIndex,
  keyOf,
  mentions,
  mentionsInQuotient,
  type Quotient,
  splitValues,
  type ValueIndex,
  valuesIn,
} from './index-expr.ts'
import { type Expr, indicesOf, partsOf } from './kernel.ts'
import { fromElement, settle, toElement } from './narrow.ts'
import {
  type Element,
  type Scalar,
  type Vector,
  VectorBuilder,
  type VectorFunction,
} from './vector.ts'
import { emitElementwise } from './vector-ops.ts'

/** One 32-bit word that a kernel is called with. */
export type Argument =
  | { readonly kind: 'integer'; readonly value: number }
  /** Byte address of a buffer. */
  | { readonly kind: 'address'; readonly buffer: number }
  /** A literal or slot, in the form that lanes of its dtype have. */
  | { readonly kind: 'parameter'; readonly index: number; readonly dtype: DType }

/** Code, its arguments, and how many units of work `begin … end` ranges over. */
export interface Lowered {
  readonly code: VectorFunction
  readonly arguments: readonly Argument[]
  readonly units: number
  /** Neighbours that share what is prepared for them; a range prepares it for those that it touches. */
  readonly together: number
}

/** How a body sees the innermost loop: several elements at a time, or one. */
export type Form = 'full' | 'one'

/**
 * Bytes beside every buffer that may be read (and then masked away). Backends keep this much of
 * their memory readable before the first and after the last buffer.
 */
export const SLACK_BYTES = 65536

/** Bytes of memory that each thread has for itself. */
export const SCRATCH_BYTES: number = 3 << 19

/** Byte address of a thread's own memory: behind the first slack, before all buffers. */
export function scratchOf(thread: number): number {
  return SLACK_BYTES + thread * SCRATCH_BYTES
}

/**
 * No address below this is ever formed, since buffers lie behind the first thread's memory, so that adding
 * an offset smaller than it never wraps around 32 bits, and may be left to the machine.
 */
export const MOST_OFFSET: number = SCRATCH_BYTES - SLACK_BYTES

/** Row-major size in elements of each of the program's buffers. */
export type BufferSizes = (buffer: number) => number

/** Dtypes that have a form in 32-bit lanes; nodes with others are interpreted. */
export const laneDTypes: ReadonlySet<DType> = new Set<DType>([
  ...(['float32', 'float16', 'bfloat16', 'int32', 'int8', 'uint8', 'bool'] as const),
])

const elements: { readonly [bytes: number]: Element } = { 1: 'u8', 2: 'u16', 4: 'i32' }

export function elementOf(dtype: DType): Element {
  if (dtype === 'float32') return 'f32'
  return elements[dtypes[dtype].bytes] ?? 'i32'
}

const shiftOf: { readonly [E in Element]: number } = { f32: 2, i32: 2, u16: 1, u8: 0 }

const float = new Float32Array(1)
const word = new Int32Array(float.buffer)

/** A number as a lane of its dtype holds it: floats as float32, true as all ones. */
export function laneWord(dtype: DType, number: number): number {
  const value = inDType(dtype, number)
  if (dtype === 'bool') return -value
  if (isFloat(dtype)) float[0] = value
  else word[0] = value
  return word[0] ?? 0
}

export type Load = Expr & { readonly kind: 'load' }

/** What is known before the innermost loop. */
export interface Row {
  /** Values of expressions that do not change along it. */
  readonly hoisted: Map<Expr, Vector>
  /** What was looked at for hoisting. */
  readonly visited: Set<Expr>
  readonly bases: Map<Expr, Scalar>
  /** Addresses that bases lie constants apart from. */
  readonly starts: Map<string, Scalar>
  /** Values as indices, and which guards hold. */
  readonly values: Map<string, Scalar>
  readonly tests: Map<string, Scalar>
  readonly masks: Map<string, Vector>
}

function newRow(): Row {
  const [values, tests] = [new Map<string, Scalar>(), new Map<string, Scalar>()]
  return {
    hoisted: new Map(),
    visited: new Set(),
    bases: new Map(),
    starts: new Map(),
    values,
    tests,
    masks: new Map(),
  }
}

/** One loop variable's current value. */
type Coordinate = Scalar & { readonly k: 'get' }

export class Lowering {
  readonly b: VectorBuilder
  readonly args: Argument[]
  /** Values of loop variables; the innermost one is set by the loop that runs it. */
  readonly coordinates: (Coordinate | undefined)[] = []
  readonly inner: number
  /** Elements before the one at hand, of those that are computed from one coordinate. */
  ahead = 0
  /** The lanes of whole vectors that are stored, if not all are. */
  within: Vector | undefined
  readonly affine: Affine
  readonly #sizes: BufferSizes
  readonly #addresses = new Map<number, number>()
  readonly #overlaid = new Map<number, Scalar>()
  #row = newRow()
  #memo = new Map<Expr, Vector>()
  #known: ReadonlyMap<Expr, Vector> = this.#row.hoisted
  /** Which expressions change along the innermost loop, and which can be computed by vectors. */
  readonly #varying = new Map<Expr, boolean>()
  readonly #vectors = new Map<Expr, boolean>()
  #quotients = new Map<string, Scalar>()
  /** Values as indices, by what they are of and their bound. */
  #values = new Map<string, Scalar>()
  /** Guards that hold wherever code is written now, because a condition around it says so. */
  #assured: ReadonlySet<string> = new Set()
  /** Results of folds, in the order in which a kernel counts them. */
  folded: readonly Vector[] = []

  /** Writes code of its own, or on into another's. */
  constructor(
    lanes: number,
    extents: readonly number[],
    inner: number,
    sizes: BufferSizes,
    into?: Lowering,
  ) {
    this.b = into?.b ?? new VectorBuilder(lanes)
    this.args = into?.args ?? []
    this.inner = inner
    this.affine = new Affine(extents)
    this.#sizes = sizes
  }

  /** Lays rows of a buffer over each other: the one at hand begins where the first of this call does. */
  overlay(buffer: number, rowBytes: number): void {
    const { b } = this
    const from = b.mul(b.begin, this.integer(rowBytes))
    this.#overlaid.set(buffer, b.variable(b.add(this.address(buffer), from)))
  }

  integer(value: number): Scalar {
    this.args.push({ kind: 'integer', value })
    return this.b.arg(this.args.length - 1)
  }

  address(buffer: number): Scalar {
    const overlaid = this.#overlaid.get(buffer)
    if (overlaid) return overlaid
    let index = this.#addresses.get(buffer)
    if (index === undefined) {
      index = this.args.push({ kind: 'address', buffer }) - 1
      this.#addresses.set(buffer, index)
    }
    return this.b.arg(index)
  }

  #position(variable: number): Scalar {
    const at = this.coordinate(variable)
    return variable === this.inner ? this.b.add(at, this.ahead) : at
  }

  coordinate(variable: number): Coordinate {
    const found = this.coordinates[variable]
    if (!found) throw new RangeError(`loop variable ${variable} is not running`)
    return found
  }

  /** Value of an index expression, leaving the innermost variable out if asked. */
  scalar(index: IndexExpr, without = -1): Scalar {
    const { b } = this
    let sum: Scalar = index.constant === 0 ? { k: 'const', value: 0 } : this.integer(index.constant)
    for (const { atom, factor, key } of index.terms) {
      if (atom === without) continue
      const value =
        typeof atom === 'number'
          ? this.#position(atom)
          : isValueIndex(atom)
            ? this.#valueScalar(atom, key)
            : this.#quotient(atom)
      sum = b.add(sum, factor === 1 ? value : b.mul(value, this.integer(factor)))
    }
    return sum
  }

  /** A quotient, computed once in a body. */
  #quotient({ of, divisor }: Quotient): Scalar {
    const key = `${keyOf(of)}/${divisor}`
    const known = this.#quotients.get(key)
    if (known) return known
    const value = this.b.variable(this.#floorDiv(this.scalar(of), of, divisor))
    this.#quotients.set(key, value)
    return value
  }

  /** A value as an index, computed once in a body, or before it where it was hoisted. */
  #valueScalar(atom: ValueIndex, key: string): Scalar {
    const known = this.#values.get(key) ?? this.#row.values.get(key)
    if (known) return known
    const value = this.b.variable(this.b.first(this.#valueLanes(atom, 'one')))
    this.#values.set(key, value)
    return value
  }

  /** A value as an index, in every lane. */
  #valueLanes({ value, bound }: ValueIndex, form: Form): Vector {
    const { b } = this
    const lanes = this.evaluate(value, form)
    if (bound === undefined) return lanes
    const last: Vector = { k: 'splat', of: this.integer(Math.max(0, bound - 1)) }
    return b.binary('i32.min', b.binary('i32.max', lanes, b.i32(0)), last)
  }

  #floorDiv(value: Scalar, of: IndexExpr, divisor: number): Scalar {
    const { b } = this
    // An arithmetic shift rounds down, for negative values too.
    if ((divisor & (divisor - 1)) === 0) return b.scalar('shrS', value, 31 - Math.clz32(divisor))
    const by = this.integer(divisor)
    if (this.affine.range(of)[0] >= 0) return b.scalar('divS', value, by)
    const kept = b.variable(value)
    const toFloor = b.mul(b.scalar('ltS', kept, 0), b.sub(by, 1))
    return b.scalar('divS', b.sub(kept, toFloor), by)
  }

  /** Starts a new row: what was hoisted or based on outer coordinates is forgotten. */
  enterRow(): void {
    this.#row = newRow()
    this.enterBody()
  }

  /** What is known of the row at hand, to come back to it. */
  get row(): Row {
    return this.#row
  }

  /** Comes back to a row, in a new body of the innermost loop. */
  resumeRow(row: Row): void {
    this.#row = row
    this.enterBody()
  }

  /** Starts a body of the innermost loop: sharing inside it begins anew, but for what is known. */
  enterBody(known: ReadonlyMap<Expr, Vector> = this.#row.hoisted): void {
    this.#known = known
    if (this.#memo.size > 0) this.#memo = new Map()
    if (this.#quotients.size > 0) this.#quotients = new Map()
    if (this.#values.size > 0) this.#values = new Map()
  }

  /** Computes, before the innermost loop, everything in `expr` that stays the same along it. */
  hoist(expr: Expr): void {
    if (this.#row.visited.has(expr)) return
    this.#row.visited.add(expr)
    if (!this.#varies(expr)) {
      this.#row.hoisted.set(expr, this.b.let(this.evaluate(expr, 'full')))
      return
    }
    for (const part of partsOf(expr)) this.hoist(part)
    for (const index of indicesOf(expr)) this.hoistIndex(index)
    if (expr.kind === 'load' && this.#hasBase(expr)) this.#base(expr)
    if (expr.kind !== 'load' && expr.kind !== 'guarded') return
    for (const guard of expr.guards) {
      const key = guardKey(guard)
      if (mentions(guard.value, this.inner)) continue
      const mixed = expr.guards.some(({ value }) => mentions(value, this.inner))
      if (mixed || valuesIn(guard.value).length > 0 || expr.kind === 'guarded') {
        this.#row.masks.set(key, this.b.let(this.mask([guard], 'full')))
      }
      if (expr.kind === 'load') this.#row.tests.set(key, this.b.variable(this.condition([guard])))
    }
  }

  /** Values, at the current position, of what stays the same while some loop variables move. */
  valuesBeside(
    exprs: readonly Expr[],
    moving: readonly number[],
    form: Form,
  ): ReadonlyMap<Expr, Vector> {
    const found = new Map<Expr, Vector>()
    const known = new Map<Expr, boolean>()
    const visit = (expr: Expr): void => {
      if (found.has(expr)) return
      if (changesWith(expr, moving, known)) for (const part of partsOf(expr)) visit(part)
      else found.set(expr, this.evaluate(expr, form))
    }
    exprs.forEach(visit)
    return found
  }

  /** Likewise for the values in an index. */
  hoistIndex(index: IndexExpr): void {
    for (const { value } of valuesIn(index)) this.hoist(value)
    for (const { atom, key } of index.terms) {
      if (typeof atom !== 'object' || !isValueIndex(atom)) continue
      if (splitValues(index, this.inner).values.some((term) => term.key === key)) continue
      this.#row.values.set(key, this.#valueScalar(atom, key))
    }
  }

  /** Tells that an expression changes along the innermost loop. */
  vary(expr: Expr): void {
    this.#varying.set(expr, true)
  }

  #varies(expr: Expr): boolean {
    return this.inner >= 0 && changesWith(expr, [this.inner], this.#varying)
  }

  /** Whether a load's addresses are one for the row and a constant step. */
  #hasBase({ offset }: Load): boolean {
    if (this.inner < 0 || mentionsInQuotient(offset, this.inner)) return false
    return splitValues(offset, this.inner).values.length === 0
  }

  /** Byte address of a load where the innermost variable is 0, computed once a row. */
  #base(load: Load): Scalar {
    const known = this.#row.bases.get(load)
    if (known) return known
    const apart = this.scalar({ constant: load.offset.constant, terms: [] })
    const base = this.b.variable(this.b.add(this.#start(load), this.bytes(load.dtype, apart)))
    this.#row.bases.set(load, base)
    return base
  }

  /** A load's base but for the constant part of its offset, which is all that sets apart rows of one buffer. */
  #start({ buffer, dtype, offset: { terms } }: Load): Scalar {
    const moving = { constant: 0, terms }
    const key = `${buffer} ${keyOf(moving)}`
    const known = this.#row.starts.get(key)
    if (known) return known
    const start = this.b.variable(this.byteAddress(buffer, dtype, this.scalar(moving, this.inner)))
    this.#row.starts.set(key, start)
    return start
  }

  /** Byte address of what a load reads next along the innermost loop. */
  placeOf(load: Load): Scalar {
    const at = this.b.add(this.#base(load), this.bytes(load.dtype, this.coordinate(this.inner)))
    return this.b.add(at, this.ahead << shiftOf[elementOf(load.dtype)])
  }

  /** Whether that needs no more than a sum, since the row's part of it was computed before. */
  hasPlace(load: Load): boolean {
    return this.#row.bases.has(load) && factorOf(load.offset, this.inner) === 1
  }

  /** Likewise, where that is known already. */
  setBase(load: Load, base: Scalar): void {
    this.#row.bases.set(load, this.b.variable(base))
  }

  byteAddress(buffer: number, dtype: DType, offset: Scalar): Scalar {
    return this.b.add(this.address(buffer), this.bytes(dtype, offset))
  }

  /** An offset in elements as one in bytes. */
  bytes(dtype: DType, offset: Scalar): Scalar {
    const shift = shiftOf[elementOf(dtype)]
    return shift === 0 ? offset : this.b.scalar('shl', offset, shift)
  }

  /** A vector that holds the expression at the innermost position, or at it and those after it. */
  evaluate(expr: Expr, form: Form): Vector {
    const known = this.#memo.get(expr) ?? this.#known.get(expr)
    if (known) return known
    const value = this.b.let(this.#evaluate(expr, form))
    this.#memo.set(expr, value)
    return value
  }

  #evaluate(expr: Expr, form: Form): Vector {
    const { b } = this
    switch (expr.kind) {
      case 'parameter': {
        const { index, dtype } = expr
        return { k: 'splatArg', index: this.args.push({ kind: 'parameter', index, dtype }) - 1 }
      }
      case 'folded':
        return settle(b, this.#result(expr.fold), expr.dtype)
      case 'index': {
        const lanes = this.indexLanes(expr.index, form)
        const value = isFloat(expr.dtype) ? b.unary('f32.fromI32', lanes) : lanes
        return settle(b, value, expr.dtype)
      }
      case 'guarded': {
        const value = this.evaluate(expr.value, form)
        const { coerce } = dtypes[expr.dtype]
        const fill = b.i32(laneWord(expr.dtype, coerce(expr.fill)))
        return b.select(this.mask(expr.guards, form), value, fill)
      }
      case 'op': {
        const values = expr.args.map((arg) => this.evaluate(arg, form))
        const from = expr.args.map((arg) => arg.dtype)
        return emitElementwise(b, expr.op, values, from, expr.dtype, expr.attrs)
      }
      case 'load':
        return this.#load(expr, form)
    }
  }

  #result(fold: number): Vector {
    const found = this.folded[fold]
    if (!found) throw new RangeError(`fold ${fold} is not yet known`)
    return found
  }

  /** An index expression's value in each lane. */
  indexLanes(index: IndexExpr, form: Form): Vector {
    const { b } = this
    if (form === 'one') return { k: 'splat', of: this.scalar(index) }
    const { values, rest } = splitValues(index, this.inner)
    const times = (lanes: Vector, factor: number): Vector =>
      factor === 1 ? lanes : b.binary('i32.mul', lanes, { k: 'splat', of: this.integer(factor) })
    let sum: Vector = { k: 'splat', of: this.scalar(rest) }
    const factor = this.inner < 0 ? 0 : factorOf(index, this.inner)
    if (factor !== 0) sum = b.binary('i32.add', sum, times({ k: 'lanes' }, factor))
    for (const { atom, factor } of values) {
      sum = b.binary('i32.add', sum, times(this.#valueLanes(atom, form), factor))
    }
    return sum
  }

  /** All ones where every guard holds. */
  mask(guards: readonly Guard<IndexExpr>[], form: Form): Vector {
    const { b } = this
    let mask: Vector | undefined
    for (const guard of guards) {
      const { value, bound } = guard
      const test = (): Vector =>
        b.binary('i32.ltU', this.indexLanes(value, form), {
          k: 'splat',
          of: this.integer(bound),
        })
      const holds = this.#row.masks.get(guardKey(guard)) ?? test()
      mask = mask ? b.binary('and', mask, holds) : holds
    }
    return mask ?? b.i32(-1)
  }

  /** Writes `body` so that it runs only where the guards that are the same for all lanes hold. */
  whereUniform(guards: readonly Guard<IndexExpr>[], body: () => void): void {
    const uniform = guards.filter(({ value }) => this.inner < 0 || !mentions(value, this.inner))
    if (uniform.length === 0) {
      body()
      return
    }
    const outer = this.#assured
    this.b.when(this.condition(uniform), () => {
      this.#assured = new Set([...outer, ...uniform.map(guardKey)])
      body()
    })
    this.#assured = outer
  }

  /** The guards that nothing around the code assures. */
  unassured(guards: readonly Guard<IndexExpr>[]): readonly Guard<IndexExpr>[] {
    return guards.filter((guard) => !this.#assured.has(guardKey(guard)))
  }

  /** 1 where every guard holds for the current element, else 0. */
  condition(guards: readonly Guard<IndexExpr>[]): Scalar {
    const { b } = this
    const test = ({ value, bound }: Guard<IndexExpr>): Scalar =>
      b.scalar('ltU', this.scalar(value), this.integer(bound))
    return guards
      .map((guard) => this.#row.tests.get(guardKey(guard)) ?? test(guard))
      .reduce((all, holds) => b.scalar('and', all, holds))
  }

  #load(expr: Load, form: Form): Vector {
    const { b } = this
    const guards = this.unassured(expr.guards)
    const value = this.#fetch(expr, form)
    const raw = fromElement(b, value, expr.dtype)
    if (guards.length === 0) return raw
    const perLane = guards.some(({ value }) => this.inner >= 0 && mentions(value, this.inner))
    // An index that is a value was brought into the buffer, so that a load needs no branch.
    const safe = guards.every((guard) => valuesIn(guard.value).length > 0) && this.#readable(expr)
    if (safe || (perLane && form === 'full')) return b.binary('and', raw, this.mask(guards, form))
    return { k: 'choose', when: this.condition(guards), a: raw, b: b.i32(0) }
  }

  #fetch(expr: Load, form: Form): Vector {
    const { b } = this
    const element = elementOf(expr.dtype)
    const factor = this.inner < 0 ? 0 : factorOf(expr.offset, this.inner)
    if (!this.#hasBase(expr)) {
      if (form === 'full' && splitValues(expr.offset, this.inner).values.length > 0) {
        const lanes = this.indexLanes(expr.offset, form)
        const shift = shiftOf[element]
        const offsets = shift === 0 ? lanes : b.shift('i32.shl', lanes, shift)
        return b.pick(element, this.address(expr.buffer), offsets)
      }
      const address = this.byteAddress(expr.buffer, expr.dtype, this.scalar(expr.offset))
      return { k: 'load', form: this.inner < 0 ? 'splat' : 'one', element, address }
    }
    const base = this.#base(expr)
    if (factor === 0) return { k: 'load', form: 'splat', element, address: base }
    const shift = shiftOf[element]
    if (factor === 1) return { k: 'load', form, element, address: this.placeOf(expr) }
    const at = this.#position(this.inner)
    const step = this.integer(factor * (1 << shift))
    if (factor === 2 && form === 'full' && shift === 2) {
      const address = b.add(base, b.scalar('shl', at, 3))
      return { k: 'load', form: 'other', element, address }
    }
    const address = b.add(base, b.mul(at, step))
    if (form === 'one') return { k: 'load', form, element, address }
    return b.gather(element, address, step)
  }

  /** Whether the expression can be computed several elements at a time along the innermost loop. */
  vectorizable(expr: Expr): boolean {
    const known = this.#vectors.get(expr)
    if (known !== undefined) return known
    const good = this.#isStraight(expr)
    this.#vectors.set(expr, good)
    return good
  }

  #isStraight(expr: Expr): boolean {
    const straight = (index: IndexExpr): boolean =>
      !mentionsInQuotient(index, this.inner) &&
      valuesIn(index).every(({ value }) => this.vectorizable(value))
    if (!indicesOf(expr).every(straight)) return false
    if (expr.kind === 'load') {
      const perLane = expr.guards.some(({ value }) => mentions(value, this.inner))
      return !perLane || this.#readable(expr)
    }
    return partsOf(expr).every((part) => this.vectorizable(part))
  }

  /** Whether every address that the loops can form lies within the readable slack. */
  #readable(load: Load): boolean {
    const [low, high] = this.affine.range(load.offset)
    const bytes = dtypes[load.dtype].bytes
    const spare = SLACK_BYTES - 64
    return -low * bytes < spare && (high + 1 - this.#sizes(load.buffer)) * bytes < spare
  }

  /** What a buffer holds at an address, as lanes have it. */
  stored(form: Form, dtype: DType, address: Scalar): Vector {
    const { b } = this
    return b.let(fromElement(b, { k: 'load', form, element: elementOf(dtype), address }, dtype))
  }

  store(form: Form, dtype: DType, address: Scalar, value: Vector): void {
    const { b } = this
    const words = toElement(b, value, dtype)
    const within = form === 'full' ? this.within : undefined
    b.store(form, elementOf(dtype), address, words === value ? words : b.let(words), within)
  }

  finish(units: number, together = 1): Lowered {
    return { code: this.b.finish(), arguments: this.args, units, together }
  }
}

function guardKey({ value, bound }: Guard<IndexExpr>): string {
  return `${keyOf(value)}<${bound}`
}
