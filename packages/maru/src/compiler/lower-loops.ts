/** Loop kernels → vector IR: maps, and passes by rows, by columns or one by one. */
import { dtypes } from '../base/dtype.ts'
import { sizeOf } from '../base/shape.ts'
import { goesByRows, isCheap, reachesFar } from './direction.ts'
import { factorOf } from './index-expr.ts'
import {
  collapse,
  combiningIn,
  type Expr,
  type Fold,
  foldsOf,
  freeLoops,
  type IndexPass,
  isIndex,
  type LoopKernel,
  type Pass,
  type Store,
  storesOf,
} from './kernel.ts'
import { Folds, LEFTOVER_LANES, VIRTUAL_LANES } from './lower-folds.ts'
import { type Blocks, Steps, type Vectors } from './lower-steps.ts'
import { Stores } from './lower-stores.ts'
import {
  type BufferSizes,
  type Form,
  type Load,
  type Lowered,
  Lowering,
  type Row,
} from './lowering.ts'
import type { Scalar, Vector } from './vector.ts'

/** Bytes of an element of a row that is kept between passes. */
const LANE_BYTES = 4
/** Elements of a one-dimensional kernel that make one unit of work. */
const CHUNK = 4096
/** Columns of a fold across rows that make one. */
const COLUMN_CHUNK = 64
/** Vectors that a fold across rows keeps in flight. */
const UNROLL = 4
/** Rows that are added to what lies in memory at a time. */
const ROWS = 4

type Variable = Scalar & { readonly k: 'get' }
type VectorVariable = Vector & { readonly k: 'vget' }

interface Range {
  readonly at: Variable
  readonly to: Scalar
}

/** The code of a loop kernel for a machine with this many lanes. */
export function lowerLoops(source: LoopKernel, lanes: number, sizes: BufferSizes): Lowered {
  const collapsed = collapse(source)
  const { extents, passes } = collapsed
  const single = passes.length > 0 && extents.length + collapsed.folded.length === 0
  const kernel = single ? { ...collapsed, folded: [1] } : collapsed
  if (lanes === 1) return lowerPoints(kernel, sizes)
  if (passes.length === 0) return new LoopLowering(kernel, lanes, extents.length - 1, sizes).map()
  const combines = combiningIn(kernel).length > 0
  const byRows = kernel.scratch !== undefined || combines || goesByRows(kernel)
  const inner = extents.length - 1 + (byRows ? kernel.folded.length : 0)
  const lowering = new LoopLowering(kernel, lanes, inner, sizes)
  return byRows ? lowering.rows() : lowering.columns()
}

/** One output element to a unit of work, for machines that run very many units at a time. */
function lowerPoints(source: LoopKernel, sizes: BufferSizes): Lowered {
  const { passes, extents } = source
  if (passes.length === 0) return new LoopLowering(source, 1, -1, sizes).map()
  const kernel = source.folded.length === 0 ? { ...source, folded: [1] } : source
  const inner = extents.length + kernel.folded.length - 1
  return new LoopLowering(kernel, 1, inner, sizes).chains()
}

class LoopLowering {
  readonly #kernel: LoopKernel
  readonly #l: Lowering
  readonly #folds: Folds
  readonly #stores: Stores
  readonly #steps: Steps
  readonly #outer: number
  readonly #chunk: number

  constructor(kernel: LoopKernel, lanes: number, inner: number, sizes: BufferSizes) {
    const all = [...kernel.extents, ...kernel.folded]
    this.#kernel = kernel
    this.#l = new Lowering(lanes, all, inner, sizes)
    this.#folds = new Folds(this.#l)
    const free = freeLoops(kernel) ?? 0
    this.#outer = inner === kernel.extents.length - 1 ? inner : free
    this.#chunk = kernel.passes.length > 0 ? COLUMN_CHUNK : CHUNK
    this.#stores = new Stores(kernel, this.#l, sizes)
    this.#steps = new Steps(this.#l, this.#stores)
  }

  map(): Lowered {
    const { stores } = this.#kernel
    const vectors = this.#vectors(this.#storable(stores), stores)
    return this.#eachRow(() => {
      for (const { value } of stores) this.#l.hoist(value)
      this.#stores.hoist(stores)
      const pair = (form: Form, count: number): void => {
        this.#steps.ahead(count, () => this.#stores.all(stores, form))
      }
      const blocks = isCheap(stores) ? { most: 2, run: pair } : undefined
      this.#along((form) => this.#stores.all(stores, form), vectors, blocks, stores)
    })
  }

  /** Passes along the contiguous axis: 16 virtual lanes, then 4 at a time, then one by one. */
  rows(): Lowered {
    return this.#eachPoint((pass) => {
      if (isIndex(pass)) return this.#scanIndex(pass)
      return pass.folds.length === 0 ? this.#writeRow(pass) : this.#scanRow(pass)
    })
  }

  /** Passes of one output element after another, each fold one ascending chain. */
  chains(): Lowered {
    return this.#eachPoint((pass) => {
      return isIndex(pass) ? this.#scanIndex(pass) : this.#chain(pass)
    })
  }

  /** Passes in which nothing is shared between outer points, then what is stored once at each. */
  #eachPoint(run: (pass: Pass) => readonly Vector[]): Lowered {
    const { passes, folded, scratch = [] } = this.#kernel
    for (const buffer of scratch) this.#l.overlay(buffer, LANE_BYTES * sizeOf(folded))
    const point = (): void => {
      this.#l.folded = []
      for (const pass of passes) {
        this.#l.enterRow()
        this.#l.folded = [...this.#l.folded, ...run(pass)]
      }
      this.#l.enterRow()
      this.#stores.all(this.#kernel.stores, 'one')
    }
    return this.#eachRow(() => {
      const combining = combiningIn(this.#kernel)
      if (combining.length > 0) this.#clear(combining)
      this.#inOrder(this.#outer, point)
    })
  }

  /** Clears what these stores combine into at one point of the free loops. */
  #clear(stores: readonly Store[]): void {
    const whole = stores.every(({ offset }) => factorOf(offset, this.#l.inner) === 1)
    const vectors = this.#vectors(whole, [])
    this.#alongFolded({ folds: [], stores: [] }, (at, to) => {
      this.#stores.hoist(stores)
      this.#steps.each(at, to, vectors, (form) => this.#stores.clear(stores, form))
    })
  }

  /** Runs `body` for each combination of the outer coordinates from `axis` on, one after the other. */
  #inOrder(axis: number, body: () => void): void {
    const { b } = this.#l
    const extent = this.#kernel.extents[axis]
    if (extent === undefined) {
      body()
      return
    }
    const counter = b.variable(0)
    this.#l.coordinates[axis] = counter
    b.loop(counter, this.#l.integer(extent), 1, () => this.#inOrder(axis + 1, body))
  }

  /** Passes across rows: each lane is one output element, folded in ascending order. */
  columns(): Lowered {
    const { passes, stores } = this.#kernel
    const whole =
      passes.every((pass) => this.#foldable(pass) && this.#storable(pass.stores)) &&
      this.#storable(stores)
    const [pass] = passes
    if (whole && pass && passes.length === 1 && this.#isStreamed(pass)) return this.#stream(pass)
    const vectors = this.#vectors(whole, [...foldsOf(this.#kernel), ...storesOf(this.#kernel)])
    const byIndex = passes.some(isIndex)
    const most = Math.max(...passes.map(({ folds }) => folds.length))
    const unrolled = Math.max(1, Math.floor(UNROLL / Math.max(1, most)))
    return this.#eachRow(() => {
      const block = (form: Form, count: number): void => {
        const { b, lanes, inner } = this.#shared()
        const at = this.#l.coordinate(inner)
        const positions = Array.from({ length: count }, (_, i) => {
          return i === 0 ? at : b.variable(b.add(at, i * lanes))
        })
        const results: Vector[][] = positions.map(() => [])
        for (const pass of passes) {
          const more = isIndex(pass)
            ? [this.#columnIndex(pass, form)]
            : this.#column(pass, form, positions, results)
          more.forEach((found, i) => {
            results[i]?.push(...found)
          })
        }
        positions.forEach((position, i) => {
          this.#l.coordinates[inner] = position
          this.#l.enterRow()
          this.#l.folded = results[i] ?? []
          this.#stores.all(stores, form)
        })
        this.#l.coordinates[inner] = at
      }
      const blocks = byIndex || unrolled === 1 ? undefined : { most: unrolled, run: block }
      this.#along((form) => block(form, 1), vectors, blocks)
    })
  }

  /** Whether results are stored as they are, so that rows can be added to them where they lie. */
  #isStreamed({ folds, stores }: Pass): boolean {
    const { stores: results } = this.#kernel
    const plain = results.every(({ value, dtype, offset }, i) => {
      const own = value.kind === 'folded' && value.fold === i && value.dtype === dtype
      return own && dtypes[dtype].bytes === LANE_BYTES && factorOf(offset, this.#l.inner) === 1
    })
    const whole = folds.every(({ guards, result }) => guards.length === 0 && result === 'value')
    const rows = this.#kernel.folded.length > 0 && stores.length === 0
    return rows && plain && whole && folds.length === results.length
  }

  /** Whole rows one after the other, added to results in memory: the same chains of sums. */
  #stream({ folds }: Pass): Lowered {
    const { stores, folded } = this.#kernel
    const { b, inner } = this.#shared()
    const results = stores.map(({ buffer, dtype, offset }): Load => {
      return { kind: 'load', buffer, dtype, offset, guards: [] }
    })
    const vectors = this.#vectors(true, folds)
    return this.#eachRow(() => {
      const { at, to } = this.#range()
      const from = b.variable(at)
      for (const result of results) this.#l.hoist(result)
      const along = (body: (form: Form) => void): void => {
        b.set(at, from)
        this.#l.coordinates[inner] = at
        this.#steps.each(at, to, vectors, body)
      }
      const put = (form: Form, values: readonly Vector[]): void => {
        results.forEach((result, i) => {
          const value = values[i]
          if (value) this.#l.store(form, result.dtype, this.#l.placeOf(result), value)
        })
      }
      along((form) =>
        put(
          form,
          folds.map((fold) => this.#folds.identity(fold)),
        ),
      )
      this.#overFolded(0, folded.length - 1, () => {
        const row = b.variable(0)
        for (const count of [ROWS, 1]) {
          b.loop(row, this.#l.integer(folded.at(-1) ?? 1), count, () => {
            const rows = this.#rowsFrom(row, count, [
              ...folds.map(({ value }) => value),
              ...results,
            ])
            along((form) => put(form, this.#added(rows, folds, results, form)))
          })
        }
      })
    })
  }

  /** So many rows of the innermost folded axis, what is the same along each of them computed. */
  #rowsFrom(first: Variable, count: number, values: readonly Expr[]): [Variable, Row][] {
    const { b } = this.#shared()
    const axis = this.#kernel.extents.length + this.#kernel.folded.length - 1
    return Array.from({ length: count }, (_, i) => {
      const at = i === 0 ? first : b.variable(b.add(first, i))
      this.#l.coordinates[axis] = at
      this.#l.enterRow()
      for (const value of values) this.#l.hoist(value)
      return [at, this.#l.row]
    })
  }

  #added(
    rows: readonly [Variable, Row][],
    folds: readonly Fold[],
    results: readonly Load[],
    form: Form,
  ): Vector[] {
    const axis = this.#kernel.extents.length + this.#kernel.folded.length - 1
    const [[, top] = []] = rows
    if (top) this.#l.resumeRow(top)
    const sums: Vector[] = results.map((result) => this.#l.evaluate(result, form))
    for (const [at, row] of rows) {
      this.#l.coordinates[axis] = at
      this.#l.resumeRow(row)
      folds.forEach((fold, i) => {
        const sum = sums[i]
        if (sum) sums[i] = this.#l.b.let(this.#folds.with(fold, sum, form))
      })
    }
    return sums
  }

  #shared(): { b: Lowering['b']; lanes: number; inner: number } {
    return { b: this.#l.b, lanes: this.#l.b.lanes, inner: this.#l.inner }
  }

  /** How far vectors go, given whether they go at all, and what is computed. */
  #vectors(whole: boolean, work: readonly { readonly value: Expr }[]): Vectors {
    if (!whole) return 'none'
    const far = work.some(({ value }) => reachesFar(value, this.#l.inner))
    return this.#l.b.masksStores && !far ? 'partial' : 'whole'
  }

  /** Whether what is folded can be computed by vectors. */
  #foldable({ folds }: Pass): boolean {
    return folds.every(({ guards, value, dtype }) => {
      return this.#l.vectorizable({ kind: 'guarded', guards, value, fill: 0, dtype })
    })
  }

  /** Whether whole vectors can be stored. */
  #storable(stores: readonly Store[]): boolean {
    const { inner } = this.#l
    return stores.every(
      ({ offset, value }) => factorOf(offset, inner) === 1 && this.#l.vectorizable(value),
    )
  }

  /** Runs `body` for each combination of the outer coordinates in `begin … end`. */
  #eachRow(body: () => void): Lowered {
    const { b } = this.#l
    const extents = this.#kernel.extents.slice(0, this.#outer)
    const rows = extents.reduce((product, extent) => product * extent, 1)
    if (extents.length === 0) {
      this.#l.enterRow()
      body()
      const inner = this.#kernel.extents[0]
      return this.#l.finish(inner === undefined ? 1 : Math.ceil(inner / this.#chunk))
    }
    const sizes = extents.map((extent) => this.#l.integer(extent))
    let rest: Scalar = b.variable(b.begin)
    for (let axis = extents.length - 1; axis >= 0; axis--) {
      const size = sizes[axis] ?? { k: 'const', value: 1 }
      this.#l.coordinates[axis] = b.variable(axis === 0 ? rest : b.scalar('remS', rest, size))
      if (axis > 0) rest = b.variable(b.scalar('divS', rest, size))
    }
    b.loop(b.variable(b.begin), b.end, 1, () => {
      this.#l.enterRow()
      body()
      this.#advance(sizes, extents.length - 1)
    })
    return this.#l.finish(rows)
  }

  /** Adds one to the last outer coordinate and carries. */
  #advance(sizes: readonly Scalar[], axis: number): void {
    const { b } = this.#l
    const coordinate = this.#l.coordinate(axis)
    b.set(coordinate, b.add(coordinate, 1))
    if (axis === 0) return
    b.when(b.scalar('geS', coordinate, sizes[axis] ?? 1), () => {
      b.set(coordinate, 0)
      this.#advance(sizes, axis - 1)
    })
  }

  /** Runs `body` along the innermost output loop. */
  #along(
    body: (form: Form) => void,
    vectors: Vectors,
    blocks?: Blocks,
    stores: readonly Store[] = [],
  ): void {
    if (this.#l.inner < 0) {
      this.#l.enterBody()
      body('one')
      return
    }
    const { at, to } = this.#range()
    this.#l.coordinates[this.#l.inner] = at
    this.#steps.all(at, to, { vectors, body, stores, ...(blocks && { blocks }) })
  }

  /** Where the innermost output loop begins and ends for the units at hand. */
  #range(): Range {
    const { b, inner } = this.#shared()
    const whole = this.#l.integer(this.#kernel.extents[inner] ?? 1)
    const flat = this.#outer === 0
    const at = b.variable(flat ? b.mul(b.begin, this.#chunk) : 0)
    const to = b.variable(flat ? b.mul(b.end, this.#chunk) : whole)
    if (flat) b.when(b.scalar('ltS', whole, to), () => b.set(to, whole))
    return { at, to }
  }

  // Passes

  /** Nested loops over the folded axes from `axis` on, up to but not including `stop`. */
  #overFolded(axis: number, stop: number, body: () => void): void {
    if (axis >= stop) {
      body()
      return
    }
    const { b } = this.#l
    const variable = this.#kernel.extents.length + axis
    const counter = b.variable(0)
    this.#l.coordinates[variable] = counter
    b.loop(counter, this.#l.integer(this.#kernel.folded[axis] ?? 1), 1, () =>
      this.#overFolded(axis + 1, stop, body),
    )
  }

  /** Runs `body` for every row of the innermost folded axis, what is the same along it computed before. */
  #alongFolded({ folds, stores }: Pass, body: (at: Variable, to: Scalar) => void): void {
    const { b, inner } = this.#shared()
    const { folded } = this.#kernel
    this.#overFolded(0, folded.length - 1, () => {
      this.#l.enterRow()
      for (const { value } of [...folds, ...stores]) this.#l.hoist(value)
      this.#stores.hoist(stores)
      const to = this.#l.integer(folded.at(-1) ?? 1)
      const at = b.variable(0)
      this.#l.coordinates[inner] = at
      body(at, to)
    })
  }

  #writeRow(pass: Pass): readonly Vector[] {
    const { stores } = pass
    const vectors = this.#vectors(this.#storable(stores), stores)
    const body = (form: Form): void => this.#stores.all(stores, form)
    this.#alongFolded(pass, (at, to) => this.#steps.all(at, to, { vectors, body, stores }))
    return []
  }

  #scanRow(pass: Pass): readonly Vector[] {
    const { b, lanes } = this.#shared()
    const { folds, stores } = pass
    const work = [...folds, ...stores]
    const vectors = this.#vectors(this.#foldable(pass) && this.#storable(stores), work)
    const sums = folds.map((fold) => this.#folds.accumulators(fold, VIRTUAL_LANES / lanes))
    const first = sums.flatMap(([sum]) => sum ?? [])
    this.#alongFolded(pass, (at, to) => {
      if (vectors !== 'none') {
        if (isCheap(work)) b.loop(at, to, 2 * VIRTUAL_LANES, () => this.#blocks(pass, sums, 2))
        b.loop(at, to, VIRTUAL_LANES, () => this.#blocks(pass, sums, 1))
      }
      if (vectors === 'partial') {
        this.#steps.rest(at, to, () => this.#leftover(pass, first, { at, to }))
        return
      }
      if (vectors === 'whole') {
        b.loop(at, to, LEFTOVER_LANES, () => this.#four(pass, first, at))
      }
      b.loop(at, to, 1, () => this.#single(pass, first, 0))
    })
    return folds.map((fold, i) => this.#folds.combineLanes(fold, sums[i] ?? []))
  }

  /** So many blocks of 16 elements. */
  #blocks(pass: Pass, sums: readonly VectorVariable[][], count: number): void {
    const vectors = VIRTUAL_LANES / this.#l.b.lanes
    this.#steps.ahead(count * vectors, (i) => {
      this.#foldAll(pass.folds, (fold) => sums[fold]?.[i % vectors], 'full')
      this.#stores.all(pass.stores, 'full')
    })
  }

  #foldAll(
    folds: readonly Fold[],
    accumulator: (fold: number) => VectorVariable | undefined,
    form: Form,
  ): void {
    folds.forEach((fold, i) => {
      const into = accumulator(i)
      if (into) this.#folds.add(fold, into, form)
    })
  }

  /** What fills no block, computed as one vector and taken in as ever: by fours, then one by one. */
  #leftover({ folds, stores }: Pass, first: readonly VectorVariable[], { at, to }: Range): void {
    const { b } = this.#l
    const values = folds.map((fold) => b.vectorVariable(this.#folds.value(fold)))
    this.#stores.all(stores, 'full')
    for (const count of [LEFTOVER_LANES, 1]) {
      b.loop(at, to, count, () => {
        folds.forEach((fold, i) => {
          const [into, value] = [first[i], values[i]]
          if (!into || !value) return
          this.#folds.addFirst(fold, into, { value, count })
          b.assign(value, { k: 'rotate', a: value, by: count })
        })
      })
    }
  }

  /** Four elements, as one vector where that reads next to nothing beside them and stores nothing there. */
  #four(pass: Pass, first: readonly (VectorVariable | undefined)[], at: Variable): void {
    const { b, lanes, inner } = this.#shared()
    const near = pass.stores.length === 0 && !pass.folds.some((it) => reachesFar(it.value, inner))
    if (lanes === LEFTOVER_LANES || near) {
      this.#l.enterBody()
      pass.folds.forEach((fold, i) => {
        const into = first[i]
        if (into) this.#folds.addFour(fold, into)
      })
      this.#stores.all(pass.stores, 'full')
      return
    }
    for (let lane = 0; lane < LEFTOVER_LANES; lane++) {
      this.#l.coordinates[inner] = lane === 0 ? at : b.variable(b.add(at, lane))
      this.#single(pass, first, lane)
    }
    this.#l.coordinates[inner] = at
  }

  #single(pass: Pass, first: readonly (VectorVariable | undefined)[], lane: number): void {
    this.#l.enterBody()
    pass.folds.forEach((fold, i) => {
      const into = first[i]
      if (into) this.#folds.addOne(fold, into, lane)
    })
    this.#stores.all(pass.stores, 'one')
  }

  #chain(pass: Pass): readonly Vector[] {
    const sums = pass.folds.flatMap((fold) => this.#folds.accumulators(fold, 1))
    this.#alongFolded(pass, (at, to) => {
      this.#l.b.loop(at, to, 1, () => {
        this.#l.enterBody()
        this.#foldAll(pass.folds, (fold) => sums[fold], 'one')
        this.#stores.all(pass.stores, 'one')
      })
    })
    return sums
  }

  /** The results of a pass at each of some positions, given those of passes before it. */
  #column(
    { folds, stores }: Pass,
    form: Form,
    positions: readonly Variable[],
    before: readonly Vector[][],
  ): readonly Vector[][] {
    const { inner } = this.#shared()
    const { extents, folded } = this.#kernel
    const moving = folded.map((_, i) => extents.length + i)
    const values = [...folds, ...stores].map(({ value }) => value)
    const sums = positions.map(() => folds.flatMap((fold) => this.#folds.accumulators(fold, 1)))
    const at = (i: number): void => {
      this.#l.coordinates[inner] = positions[i]
      this.#l.folded = before[i] ?? []
    }
    const known = positions.map((_, i) => {
      at(i)
      this.#l.enterRow()
      return this.#l.valuesBeside(values, moving, form)
    })
    this.#overFolded(0, folded.length, () => {
      this.#l.enterRow()
      // Guards are those of a fold that is alone.
      this.#l.whereUniform(folds[0]?.guards ?? [], () => {
        sums.forEach((into, i) => {
          at(i)
          this.#l.enterBody(known[i])
          this.#foldAll(folds, (fold) => into[fold], form)
          this.#stores.all(stores, form)
        })
      })
    })
    at(0)
    return sums
  }

  #columnIndex({ folds: [fold] }: IndexPass, form: Form): readonly Vector[] {
    const state = this.#folds.indexState(fold)
    this.#overFolded(0, this.#kernel.folded.length, () => {
      this.#l.enterRow()
      this.#l.enterBody()
      this.#folds.addIndex(fold, form, state)
    })
    return [state.where]
  }

  #scanIndex(pass: IndexPass): readonly Vector[] {
    const [fold] = pass.folds
    const state = this.#folds.indexState(fold)
    this.#alongFolded(pass, (at, to) => {
      this.#l.b.loop(at, to, 1, () => {
        this.#l.enterBody()
        this.#folds.addIndex(fold, 'one', state)
      })
    })
    return [state.where]
  }
}
