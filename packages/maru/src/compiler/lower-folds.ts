/** Folds in vector IR: accumulators, and how elements come into them. */
import { isFloat } from '../base/dtype.ts'
import type { Fold } from './kernel.ts'
import type { Form, Lowering } from './lowering.ts'
import type { Vector } from './vector.ts'

/** Lanes that a row fold has on every machine; what fills no 16 goes to the first four. */
export const VIRTUAL_LANES = 16
export const LEFTOVER_LANES = 4

type VectorVariable = Vector & { readonly k: 'vget' }

interface IndexState {
  readonly best: VectorVariable
  readonly where: VectorVariable
}

export class Folds {
  readonly #l: Lowering

  constructor(lowering: Lowering) {
    this.#l = lowering
  }

  identity({ combine, dtype }: Pick<Fold, 'combine' | 'dtype'>): Vector {
    const { b } = this.#l
    if (isFloat(dtype)) return b.f32(combine === 'add' ? 0 : Number.NEGATIVE_INFINITY)
    return b.i32(combine === 'add' ? 0 : -2147483648)
  }

  /** So many accumulators, with nothing in them. */
  accumulators(fold: Fold, count: number): VectorVariable[] {
    return Array.from({ length: count }, () => this.#l.b.let(this.identity(fold)))
  }

  combine({ combine, dtype }: Pick<Fold, 'combine' | 'dtype'>, a: Vector, b: Vector): Vector {
    return this.#l.b.binary(`${isFloat(dtype) ? 'f32' : 'i32'}.${combine}`, a, b)
  }

  /** What was folded with the value at the current position. */
  with(fold: Fold, folded: Vector, form: Form): Vector {
    return this.combine(fold, folded, this.#folding(fold, form))
  }

  /** Takes the value at the current position in. */
  add(fold: Fold, accumulator: VectorVariable, form: Form): void {
    this.#l.b.assign(accumulator, this.with(fold, accumulator, form))
  }

  /** The values of a vector at the current position. */
  value(fold: Fold): Vector {
    return this.#folding(fold, 'full')
  }

  /** The folded value, with elements outside the guards replaced by the fold's identity. */
  #folding(fold: Fold, form: Form): Vector {
    const value = this.#l.evaluate(fold.value, form)
    const harmless = fold.combine === 'add' && fold.value.kind === 'load'
    const guards = this.#l.unassured(fold.guards)
    if (guards.length === 0 || harmless) return value
    return this.#l.b.select(this.#l.mask(guards, form), value, this.identity(fold))
  }

  /** Four elements into the first four lanes. */
  addFour(fold: Fold, first: VectorVariable): void {
    this.addFirst(fold, first, { value: this.value(fold), count: LEFTOVER_LANES })
  }

  /** So many of the first lanes of a value into as many. */
  addFirst(
    fold: Fold,
    first: VectorVariable,
    { value, count }: { readonly value: Vector; readonly count: number },
  ): void {
    const { b } = this.#l
    const within = b.binary('i32.lt', { k: 'lanes' }, b.i32(count))
    const few = b.lanes === count ? value : b.select(within, value, this.identity(fold))
    b.assign(first, this.combine(fold, first, few))
  }

  /** One element into one lane. */
  addOne(fold: Fold, accumulator: VectorVariable, lane: number): void {
    const { b } = this.#l
    const here = b.binary('i32.eq', { k: 'lanes' }, b.i32(lane))
    const value = this.#folding(fold, 'one')
    const everywhere: Vector = lane === 0 ? value : { k: 'broadcast', a: value, lane: 0 }
    const single = b.select(here, everywhere, this.identity(fold))
    b.assign(accumulator, this.combine(fold, accumulator, single))
  }

  /** All lanes of all accumulators, combined pairwise in a fixed tree. */
  combineLanes(fold: Fold, accumulators: readonly VectorVariable[]): Vector {
    const { b } = this.#l
    const pair = (list: readonly Vector[]): Vector => {
      const [only] = list
      if (list.length === 1 && only) return only
      const half = list.length / 2
      return this.combine(fold, pair(list.slice(0, half)), pair(list.slice(half)))
    }
    // lanes four apart meet first, which are lanes of vectors of four
    const fours = accumulators.map((a) => {
      let met: Vector = a
      for (let by = LEFTOVER_LANES; by < b.lanes; by *= 2) {
        met = b.let(this.combine(fold, met, { k: 'exchange', a: met, by }))
      }
      return met
    })
    const columns = b.let(pair(fours))
    const lanes = Array.from({ length: LEFTOVER_LANES }, (_, lane): Vector => {
      return { k: 'broadcast', a: columns, lane }
    })
    return b.let(pair(lanes))
  }

  // The first position of the largest value, NaN counting as largest, in each lane

  indexState(fold: Fold): IndexState {
    return { best: this.#l.b.let(this.identity(fold)), where: this.#l.b.let(this.#l.b.i32(0)) }
  }

  addIndex(fold: Fold, form: Form, { best, where }: IndexState): void {
    const { b } = this.#l
    const value = b.let(this.#folding(fold, form))
    const float = isFloat(fold.dtype)
    const larger = b.binary(float ? 'f32.lt' : 'i32.lt', best, value)
    const isNumber = (x: Vector): Vector => b.binary('f32.eq', x, x)
    const firstNaN = b.binary('and', isNumber(best), b.not(isNumber(value)))
    const take = b.let(float ? b.binary('or', larger, firstNaN) : larger)
    b.assign(best, b.select(take, value, best))
    b.assign(where, b.select(take, this.#l.indexLanes(fold.position, form), where))
  }
}
