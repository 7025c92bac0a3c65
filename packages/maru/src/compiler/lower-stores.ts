/** Stores of a loop kernel in vector IR: their places, and which of them leave the caches alone. */
import { leavingCaches } from './direction.ts'
import { factorOf } from './index-expr.ts'
import type { LoopKernel, Store } from './kernel.ts'
import { Folds } from './lower-folds.ts'
import { type BufferSizes, elementOf, type Form, type Load, type Lowering } from './lowering.ts'
import type { Scalar, Vector } from './vector.ts'

/** Lanes of machines that can store past their caches. */
const PAST_LANES = 8
/** Bytes of an element that is stored as its lane is. */
const LANE_BYTES = 4

export class Stores {
  readonly #l: Lowering
  readonly #folds: Folds
  /** What stands at the places of stores. */
  readonly #places = new Map<Store, Load>()
  readonly #leaving: ReadonlySet<Store>
  /** Whether whole vectors are now stored past the caches. */
  #past = false

  constructor(kernel: LoopKernel, lowering: Lowering, sizes: BufferSizes) {
    this.#l = lowering
    this.#folds = new Folds(lowering)
    const machine = lowering.b.lanes >= PAST_LANES
    this.#leaving = machine ? leavingCaches(kernel, sizes) : new Set()
  }

  /** Stores the values at the current position. */
  all(stores: readonly Store[], form: Form): void {
    const values = stores.map((store) => this.#valueOf(store, form))
    stores.forEach((store, i) => {
      const value = values[i]
      if (!value) return
      const { dtype } = store
      const past = this.#past && this.#leaving.has(store)
      if (past) this.#l.b.storePast(elementOf(dtype), this.#placeOf(store), value)
      else this.#l.store(form, dtype, this.#placeOf(store), value)
    })
  }

  #valueOf(store: Store, form: Form): Vector {
    const { combine, dtype } = store
    const value = this.#l.evaluate(store.value, form)
    if (!combine) return value
    const before = this.#l.stored(form, dtype, this.#placeOf(store))
    return this.#folds.combine({ combine, dtype }, before, value)
  }

  /** Puts what changes nothing where the stores combine. */
  clear(stores: readonly Store[], form: Form): void {
    for (const store of stores) {
      const { combine, dtype } = store
      if (!combine) continue
      this.#l.store(form, dtype, this.#placeOf(store), this.#folds.identity({ combine, dtype }))
    }
  }

  #placeOf(store: Store): Scalar {
    const { buffer, dtype, offset } = store
    const known = this.#places.get(store)
    if (known && this.#l.hasPlace(known)) return this.#l.placeOf(known)
    return this.#l.byteAddress(buffer, dtype, this.#l.scalar(offset))
  }

  /** Computes the row's part of addresses before the innermost loop. */
  hoist(stores: readonly Store[]): void {
    for (const store of stores) {
      const { buffer, dtype, offset } = store
      if (factorOf(offset, this.#l.inner) !== 1) continue
      const place: Load = this.#places.get(store) ?? {
        ...{ kind: 'load', buffer, dtype, offset, guards: [] },
      }
      this.#places.set(store, place)
      this.#l.hoist(place)
    }
  }

  /**
   * Writes a loop over whole vectors so that they are stored past the caches, if any are to be; it runs where
   * their places are multiples of a vector's size.
   */
  pastCaches(stores: readonly Store[], loop: () => void): void {
    const { b } = this.#l
    const leaving = stores.filter((store) => this.#leaving.has(store))
    if (leaving.length === 0) return
    const aligned = leaving.map((store) => {
      const beside = b.scalar('and', this.#placeOf(store), b.lanes * LANE_BYTES - 1)
      return b.scalar('ltS', beside, 1)
    })
    const all = aligned.reduce((both, each) => b.scalar('and', both, each))
    b.when(all, () => {
      this.#past = true
      loop()
      this.#past = false
    })
  }
}
