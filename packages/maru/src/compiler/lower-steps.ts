/** How code goes along a kernel's innermost loop: blocks of vectors, vectors, and what is left. */
import type { Store } from './kernel.ts'
import type { Stores } from './lower-stores.ts'
import type { Form, Lowering } from './lowering.ts'
import type { Scalar } from './vector.ts'

type Variable = Scalar & { readonly k: 'get' }

/** None at all; whole ones, then single elements; or whole ones and one of which some lanes are stored. */
export type Vectors = 'none' | 'whole' | 'partial'

/** So many vectors side by side, at most. */
export interface Blocks {
  readonly most: number
  readonly run: (form: Form, count: number) => void
}

interface Work {
  readonly vectors: Vectors
  readonly body: (form: Form) => void
  readonly blocks?: Blocks
  /** Those of the body that may go past the caches. */
  readonly stores: readonly Store[]
}

export class Steps {
  readonly #l: Lowering
  readonly #stores: Stores

  constructor(lowering: Lowering, stores: Stores) {
    this.#l = lowering
    this.#stores = stores
  }

  /** Runs the body from `at` on, past the caches first where it is to. */
  all(at: Variable, to: Scalar, { vectors, body, blocks, stores }: Work): void {
    const { b } = this.#l
    const sideBySide = (): void => {
      for (let count = blocks?.most ?? 1; count > 1; count--) {
        b.loop(at, to, b.lanes * count, () => {
          this.#l.enterBody()
          blocks?.run('full', count)
        })
      }
    }
    if (vectors !== 'none') {
      this.#stores.pastCaches(stores, () => {
        sideBySide()
        this.#loop(at, to, 'full', body)
      })
      sideBySide()
    }
    this.each(at, to, vectors, body)
  }

  /** Runs `body` from `at` on: for vectors, then for what fills none. */
  each(at: Variable, to: Scalar, vectors: Vectors, body: (form: Form) => void): void {
    if (vectors !== 'none') this.#loop(at, to, 'full', body)
    if (vectors === 'partial') this.rest(at, to, () => body('full'))
    else this.#loop(at, to, 'one', body)
  }

  #loop(at: Variable, to: Scalar, form: Form, body: (form: Form) => void): void {
    const { b } = this.#l
    b.loop(at, to, form === 'full' ? b.lanes : 1, () => {
      this.#l.enterBody()
      body(form)
    })
  }

  /** A vector, unless none is left, of which only the lanes before `to` are stored. */
  rest(at: Variable, to: Scalar, body: () => void): void {
    const l = this.#l
    const { b } = l
    b.when(b.scalar('ltS', at, to), () => {
      l.enterBody()
      const left: Scalar = b.sub(to, at)
      l.within = b.let(b.binary('i32.lt', { k: 'lanes' }, { k: 'splat', of: left }))
      body()
      l.within = undefined
    })
  }

  /** Runs `body` for so many vectors that lie side by side. */
  ahead(count: number, body: (vector: number) => void): void {
    for (let i = 0; i < count; i++) {
      this.#l.ahead = i * this.#l.b.lanes
      this.#l.enterBody()
      body(i)
    }
    this.#l.ahead = 0
  }
}
