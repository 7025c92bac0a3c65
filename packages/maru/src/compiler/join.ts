/** One loop kernel put into another that goes over the same rows. */
import { type Alignment, align } from './align.ts'
import { goesByRows } from './direction.ts'
import { type IndexExpr, keyOf } from './index-expr.ts'
import {
  asOver,
  type Expr,
  eachPart,
  type Fold,
  indicesOf,
  type LoopKernel,
  overLoops,
  type Pass,
  partsOf,
  replaced,
  type Store,
  storesOf,
} from './kernel.ts'
import { eachLoad, type Load, loadsOf } from './steps.ts'

/** A kernel that does what two did. */
export interface Joined {
  readonly kernel: LoopKernel
  readonly byRows: boolean
  /** Buffers that its inner loops go over. */
  readonly inner: ReadonlySet<number>
}

type RootOf = (buffer: number) => number

/** Work (in additions) that is rather done again in a later pass than kept in memory. */
const CHEAP = 8
/** Places that are tried for two kernels to be aligned by. */
const MOST_TRIES = 6

/** The first kernel with the second inside, if all that the second reads of the first is at hand there. */
export function join(first: LoopKernel, second: LoopKernel, rootOf: RootOf): Joined | undefined {
  if (first.passes.length === 0 && second.passes.length === 0) return undefined
  const { offsets, depends } = anchors(first, second)
  for (const pair of offsets) {
    const alignment = align(first, second, pair, depends)
    const kernel = alignment && new Joining(first, second, alignment, rootOf).kernel()
    if (kernel) return { kernel, byRows: goesByRows(kernel), inner: innerBuffers(kernel) }
  }
  return undefined
}

function loadsIn(values: readonly Expr[]): Load[] {
  const loads: Load[] = []
  const seen = new Set<Expr>()
  for (const value of values) eachLoad(value, (load) => loads.push(load), seen)
  return loads
}

/** Offsets at which both go over one buffer: what the second reads of the first, else what both read. */
function anchors(
  first: LoopKernel,
  second: LoopKernel,
): { readonly offsets: readonly [IndexExpr, IndexExpr][]; readonly depends: boolean } {
  const reads = loadsOf(second)
  const pairs = (places: readonly { buffer: number; offset: IndexExpr }[]): void => {
    for (const { buffer, offset } of places) {
      for (const read of reads) {
        if (read.buffer !== buffer) continue
        const key = `${keyOf(offset)} ${keyOf(read.offset)}`
        if (!found.has(key)) found.set(key, [offset, read.offset])
      }
    }
  }
  const found = new Map<string, [IndexExpr, IndexExpr]>()
  pairs(storesOf(first))
  const depends = found.size > 0
  if (!depends) pairs(loadsOf(first))
  // what goes over most loops tells most
  const loops = ([offset]: [IndexExpr, IndexExpr]): number => offset.terms.length
  const offsets = [...found.values()].sort((a, b) => loops(b) - loops(a)).slice(0, MOST_TRIES)
  return { offsets, depends }
}

function innerBuffers({ extents, folded, passes }: LoopKernel): Set<number> {
  const isInner = (offset: IndexExpr): boolean =>
    offset.terms.some(
      ({ atom }) =>
        typeof atom !== 'number' ||
        (atom >= extents.length && (folded[atom - extents.length] ?? 1) > 1),
    )
  const values = passes.flatMap(({ folds, stores }) => [...folds, ...stores])
  const loads = loadsIn(values.map(({ value }) => value))
  const places = [...loads, ...passes.flatMap(({ stores }) => stores)]
  return new Set(places.filter(({ offset }) => isInner(offset)).map(({ buffer }) => buffer))
}

/** Additions that a value costs at every point of the inner loops. */
function costOf(value: Expr, outer: number): number {
  const moving = new Map<Expr, boolean>()
  let cost = 0
  const moves = (expr: Expr): boolean => {
    const known = moving.get(expr)
    if (known !== undefined) return known
    const parts = partsOf(expr).map(moves)
    const own = indicesOf(expr).some(({ terms }) =>
      terms.some(({ atom }) => typeof atom !== 'number' || atom >= outer),
    )
    const found = own || parts.includes(true)
    if (found && expr.kind === 'op') cost += expr.op.cost
    moving.set(expr, found)
    return found
  }
  moves(value)
  return cost
}

interface Made {
  readonly store: Store
  /** The pass that stores it; none: it is stored after them. */
  readonly pass: number | undefined
}

class Joining {
  readonly #first: LoopKernel
  readonly #second: LoopKernel
  readonly #rootOf: RootOf
  readonly #passes: { folds: Fold[]; stores: Store[] }[]
  readonly #stores: Store[]

  constructor(
    first: LoopKernel,
    second: LoopKernel,
    { extents, folded, first: by, second: other }: Alignment,
    rootOf: RootOf,
  ) {
    const loops = { extents, folded }
    this.#first = asOver(first, loops, by)
    this.#second = overLoops(second, loops, other)
    this.#rootOf = rootOf
    const { passes, stores } = this.#first
    // A map becomes a pass of its own.
    const own: readonly Pass[] = passes.length > 0 ? passes : [{ folds: [], stores }]
    this.#passes = own.map((pass) => ({ folds: [...pass.folds], stores: [...pass.stores] }))
    this.#stores = passes.length > 0 ? [...stores] : []
  }

  kernel(): LoopKernel | undefined {
    const made = this.#made()
    if (!made) return undefined
    const [pass, ...more] = this.#second.passes
    if (more.length > 0 || (pass?.stores.length && pass.folds.length)) return undefined
    if (pass?.folds.length) this.#fold(pass, made)
    else this.#map(pass?.stores ?? this.#second.stores, made)
    const { extents, folded } = this.#first
    return { kind: 'loops', extents, folded, passes: this.#passes, stores: this.#stores }
  }

  /** What the second reads of the first; `undefined` if it is read anywhere but where it is made. */
  #made(): Map<Load, Made> | undefined {
    const made = new Map<Load, Made>()
    const stores: Made[] = [
      ...this.#passes.flatMap((pass, i) => pass.stores.map((store) => ({ store, pass: i }))),
      ...this.#stores.map((store) => ({ store, pass: undefined })),
    ]
    for (const load of loadsOf(this.#second)) {
      const root = this.#rootOf(load.buffer)
      const places = stores.filter(({ store }) => this.#rootOf(store.buffer) === root)
      const [only, ...others] = places
      if (!only) continue
      const { store } = only
      const same = store.buffer === load.buffer && keyOf(store.offset) === keyOf(load.offset)
      if (others.length > 0 || !same || load.guards.length > 0 || store.combine) return undefined
      made.set(load, only)
    }
    return made
  }

  /** The pass of each fold, in the order in which results are counted. */
  #passOfFold(): number[] {
    return this.#passes.flatMap(({ folds }, pass) => folds.map(() => pass))
  }

  /** The first pass in which all that the values need is known. */
  #ready(values: readonly Expr[]): number {
    const passOf = this.#passOfFold()
    const storing = new Map(
      this.#passes.flatMap(({ stores }, i) => stores.map(({ buffer }) => [buffer, i] as const)),
    )
    let ready = 0
    const seen = new Set<Expr>()
    const visit = (part: Expr): void => {
      if (part.kind === 'folded') ready = Math.max(ready, (passOf[part.fold] ?? 0) + 1)
      // what is read from memory was stored by an earlier pass
      if (part.kind === 'load') ready = Math.max(ready, (storing.get(part.buffer) ?? -1) + 1)
    }
    for (const value of values) eachPart(value, visit, seen)
    return ready
  }

  /** The pass that values can be computed in, and what then stands for their loads of the first kernel. */
  #placed(
    values: readonly Expr[],
    made: Map<Load, Made>,
  ): { pass: number; known: Map<Expr, Expr> } {
    const known = new Map<Expr, Expr>()
    const costly: (readonly [Load, Made])[] = []
    let pass = 0
    for (const load of new Set(loadsIn(values))) {
      const from = made.get(load)
      if (!from) continue
      const { value } = from.store
      const again = from.pass === undefined || costOf(value, this.#first.extents.length) <= CHEAP
      pass = Math.max(pass, again ? this.#ready([value]) : (from.pass ?? 0))
      if (again) known.set(load, value)
      else costly.push([load, from])
    }
    for (const [load, from] of costly) if (from.pass === pass) known.set(load, from.store.value)
    return { pass, known }
  }

  #passAt(index: number): { folds: Fold[]; stores: Store[] } {
    for (let i = this.#passes.length; i <= index; i++) this.#passes.push({ folds: [], stores: [] })
    const found = this.#passes[index]
    if (!found) throw new RangeError('no pass')
    return found
  }

  #fold({ folds }: Pass, made: Map<Load, Made>): void {
    const values = folds.map(({ value }) => value)
    const { pass, known } = this.#placed(values, made)
    const into = this.#passAt(pass)
    // Results are counted pass by pass: those of later passes move up.
    const before = this.#passes.slice(0, pass + 1).reduce((sum, it) => sum + it.folds.length, 0)
    this.#recount((fold) => (fold < before ? fold : fold + folds.length))
    for (const fold of folds) into.folds.push({ ...fold, value: replaced(fold.value, known) })
    // Counted anew, the first kernel's values are others.
    const again = this.#made() ?? made
    for (const store of this.#second.stores) {
      const { known } = this.#placed([store.value], again)
      eachPart(store.value, (part) => {
        if (part.kind === 'folded') known.set(part, { ...part, fold: part.fold + before })
      })
      this.#stores.push({ ...store, value: replaced(store.value, known) })
    }
  }

  /** Gives results other numbers wherever they are used. */
  #recount(to: (fold: number) => number): void {
    const again = <T extends { readonly value: Expr }>(it: T): T => {
      return { ...it, value: renumbered(it.value, to) }
    }
    for (const pass of this.#passes) {
      pass.folds = pass.folds.map(again)
      pass.stores = pass.stores.map(again)
    }
    this.#stores.splice(0, this.#stores.length, ...this.#stores.map(again))
  }

  #map(stores: readonly Store[], made: Map<Load, Made>): void {
    for (const store of stores) {
      const { pass, known } = this.#placed([store.value], made)
      const own = { ...store, value: replaced(store.value, known) }
      if (this.#isInner(store)) this.#passAt(pass).stores.push(own)
      else this.#stores.push(own)
    }
  }

  /** Whether a store of the second kernel is made at every point of the inner loops. */
  #isInner({ offset }: Store): boolean {
    const { extents, folded } = this.#first
    return folded.every((extent, i) => {
      return extent === 1 || offset.terms.some(({ atom }) => atom === extents.length + i)
    })
  }
}

/** The expression with the results of folds counted otherwise. */
function renumbered(expr: Expr, to: (fold: number) => number): Expr {
  const known = new Map<Expr, Expr>()
  eachPart(expr, (part) => {
    if (part.kind === 'folded') known.set(part, { ...part, fold: to(part.fold) })
  })
  return known.size === 0 ? expr : replaced(expr, known)
}
