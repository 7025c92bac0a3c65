/** Loop kernels → vector IR: maps, and folds by rows, by columns or one by one. */
import { isFloat } from '../base/dtype.ts'
import { factorOf, valuesIn } from './index-expr.ts'
import {
  collapse,
  type Expr,
  eachPart,
  type Fold,
  indicesOf,
  type LoopKernel,
  partsOf,
} from './kernel.ts'
import { type BufferSizes, type Form, type Lowered, Lowering } from './lowering.ts'
import type { Scalar, Vector } from './vector.ts'

/** Elements of a one-dimensional kernel that make one unit of work. */
const CHUNK = 4096
/** Vectors that a column fold keeps in flight. */
const UNROLL = 4
/** Lanes that a row fold has on every machine; what fills no 16 goes to the first four. */
const VIRTUAL_LANES = 16
const LEFTOVER_LANES = 4

type Variable = Scalar & { readonly k: 'get' }
type VectorVariable = Vector & { readonly k: 'vget' }

/** The code of a loop kernel for a machine with this many lanes. */
export function lowerLoops(source: LoopKernel, lanes: number, sizes: BufferSizes): Lowered {
  const collapsed = collapse(source)
  const scalar = collapsed.extents.length + collapsed.folded.length === 0
  const kernel = scalar && collapsed.fold ? { ...collapsed, folded: [1] } : collapsed
  if (lanes === 1) return lowerPoints(kernel, sizes)
  if (!kernel.fold) return new LoopLowering(kernel, lanes, kernel.extents.length - 1, sizes).map()
  const all = kernel.extents.length + kernel.folded.length
  const byRows = prefersRows(kernel, kernel.fold.value)
  const inner = byRows ? all - 1 : kernel.extents.length - 1
  const lowering = new LoopLowering(kernel, lanes, inner, sizes)
  return byRows ? lowering.rows(kernel.fold) : lowering.columns(kernel.fold)
}

/** One output element to a unit of work, for machines that run very many units at a time. */
function lowerPoints(source: LoopKernel, sizes: BufferSizes): Lowered {
  const { fold, extents } = source
  if (!fold) return new LoopLowering(source, 1, -1, sizes).map()
  const kernel = source.folded.length === 0 ? { ...source, folded: [1] } : source
  const inner = extents.length + kernel.folded.length - 1
  return new LoopLowering(kernel, 1, inner, sizes).chains(fold)
}

/** Rows if the folded axis is the contiguous one, or there is no other. */
function prefersRows(kernel: LoopKernel, value: Expr): boolean {
  if (kernel.extents.length === 0) return true
  if (kernel.folded.length === 0) return false
  const [out, folded] = [
    kernel.extents.length - 1,
    kernel.extents.length + kernel.folded.length - 1,
  ]
  let votes = 0
  eachPart(value, (part) => {
    if (part.kind !== 'load') return
    if (Math.abs(factorOf(part.offset, folded)) === 1) votes++
    if (Math.abs(factorOf(part.offset, out)) === 1) votes--
  })
  return votes > 0
}

/** Whether neighbours along the axis lie more than an element apart in memory. */
function reachesFar(expr: Expr, axis: number, seen: Set<Expr> = new Set()): boolean {
  if (seen.has(expr)) return false
  seen.add(expr)
  if (expr.kind === 'load' && Math.abs(factorOf(expr.offset, axis)) > 1) return true
  const values = indicesOf(expr).flatMap((index) => valuesIn(index).map(({ value }) => value))
  return [...partsOf(expr), ...values].some((part) => reachesFar(part, axis, seen))
}

class LoopLowering {
  readonly #kernel: LoopKernel
  readonly #l: Lowering
  readonly #outer: number

  constructor(kernel: LoopKernel, lanes: number, inner: number, sizes: BufferSizes) {
    this.#kernel = kernel
    this.#l = new Lowering(lanes, [...kernel.extents, ...kernel.folded], inner, sizes)
    this.#outer = inner === kernel.extents.length - 1 ? inner : kernel.extents.length
  }

  map(): Lowered {
    const { stores } = this.#kernel
    const { inner } = this.#l
    const vectors = stores.every(
      ({ offset, value }) => factorOf(offset, inner) === 1 && this.#l.vectorizable(value),
    )
    return this.#eachRow(() => {
      for (const { value } of stores) this.#l.hoist(value)
      this.#along((form) => this.#storeAll(form), vectors)
    })
  }

  /** Folds along the contiguous axis: 16 virtual lanes, then 4 at a time, then one by one. */
  rows(fold: Fold): Lowered {
    const byIndex = fold.result === 'index'
    const vectors = !byIndex && this.#vectorizableFold(fold)
    return this.#eachRow(() => {
      const result = byIndex ? this.#scanIndex(fold) : this.#scanRow(fold, vectors)
      this.#l.enterRow()
      this.#l.folded = result
      this.#storeAll('one')
    })
  }

  /** Folds of one output element after another, each one ascending chain. */
  chains(fold: Fold): Lowered {
    return this.#eachRow(() => {
      const result = fold.result === 'index' ? this.#scanIndex(fold) : this.#chain(fold)
      this.#l.enterRow()
      this.#l.folded = result
      this.#storeAll('one')
    })
  }

  /** Folds across rows: each lane is one output element, folded in ascending order. */
  columns(fold: Fold): Lowered {
    const { stores } = this.#kernel
    const vectors =
      this.#vectorizableFold(fold) && stores.every(({ value }) => this.#l.vectorizable(value))
    const byIndex = fold.result === 'index'
    return this.#eachRow(() => {
      const block = (form: Form, count: number): void => {
        const results = byIndex ? [this.#columnIndex(fold, form)] : this.#column(fold, form, count)
        const { b, lanes, inner } = this.#shared()
        const at = this.#l.coordinate(inner)
        results.forEach((result, i) => {
          if (i > 0) this.#l.coordinates[inner] = b.variable(b.add(at, i * lanes))
          this.#l.enterRow()
          this.#l.folded = result
          this.#storeAll(form)
        })
        this.#l.coordinates[inner] = at
      }
      this.#along((form) => block(form, 1), vectors, byIndex ? undefined : block)
    })
  }

  #shared(): { b: Lowering['b']; lanes: number; inner: number } {
    return { b: this.#l.b, lanes: this.#l.b.lanes, inner: this.#l.inner }
  }

  #vectorizableFold(fold: Fold): boolean {
    const guarded: Expr = {
      kind: 'guarded',
      guards: fold.guards,
      value: fold.value,
      fill: 0,
      dtype: fold.dtype,
    }
    return this.#l.vectorizable(guarded)
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
      return this.#l.finish(inner === undefined ? 1 : Math.ceil(inner / CHUNK))
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

  /** Runs `body` along the innermost output loop: blocks of vectors, vectors, single elements. */
  #along(
    body: (form: Form) => void,
    vectors: boolean,
    block?: (form: Form, count: number) => void,
  ): void {
    const { b, lanes, inner } = this.#shared()
    if (inner < 0) {
      this.#l.enterBody()
      body('one')
      return
    }
    const whole = this.#l.integer(this.#kernel.extents[inner] ?? 1)
    const flat = this.#outer === 0
    const at: Variable = b.variable(flat ? b.mul(b.begin, CHUNK) : 0)
    const to: Variable = b.variable(flat ? b.mul(b.end, CHUNK) : whole)
    if (flat) b.when(b.scalar('ltS', whole, to), () => b.set(to, whole))
    this.#l.coordinates[inner] = at
    for (let count = UNROLL; vectors && block && count > 1; count--) {
      b.loop(at, to, lanes * count, () => {
        this.#l.enterBody()
        block('full', count)
      })
    }
    if (vectors) {
      b.loop(at, to, lanes, () => {
        this.#l.enterBody()
        body('full')
      })
    }
    b.loop(at, to, 1, () => {
      this.#l.enterBody()
      body('one')
    })
  }

  #storeAll(form: Form): void {
    const values = this.#kernel.stores.map(({ value }) => this.#l.evaluate(value, form))
    this.#kernel.stores.forEach((store, i) => {
      const value = values[i]
      if (!value) return
      const offset = this.#l.scalar(store.offset)
      this.#l.store(
        form,
        store.dtype,
        this.#l.byteAddress(store.buffer, store.dtype, offset),
        value,
      )
    })
  }

  // Folds

  #identity({ combine, dtype }: Fold): Vector {
    const { b } = this.#l
    if (isFloat(dtype)) return b.f32(combine === 'add' ? 0 : Number.NEGATIVE_INFINITY)
    return b.i32(combine === 'add' ? 0 : -2147483648)
  }

  #combine({ combine, dtype }: Fold, a: Vector, b: Vector): Vector {
    return this.#l.b.binary(`${isFloat(dtype) ? 'f32' : 'i32'}.${combine}`, a, b)
  }

  /** The folded value, with elements outside the guards replaced by the fold's identity. */
  #folding(fold: Fold, form: Form): Vector {
    const value = this.#l.evaluate(fold.value, form)
    const harmless = fold.combine === 'add' && fold.value.kind === 'load'
    const guards = this.#l.unassured(fold.guards)
    if (guards.length === 0 || harmless) return value
    return this.#l.b.select(this.#l.mask(guards, form), value, this.#identity(fold))
  }

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

  #scanRow(fold: Fold, vectors: boolean): Vector {
    const { b, lanes, inner } = this.#shared()
    const accumulators: VectorVariable[] = []
    for (let i = 0; i < VIRTUAL_LANES; i += lanes) accumulators.push(b.let(this.#identity(fold)))
    const [first] = accumulators
    if (!first) throw new RangeError('no accumulator')
    this.#overFolded(0, this.#kernel.folded.length - 1, () => {
      this.#l.enterRow()
      this.#l.hoist(fold.value)
      const to = this.#l.integer(this.#kernel.folded.at(-1) ?? 1)
      const at = b.variable(0)
      this.#l.coordinates[inner] = at
      if (vectors) {
        b.loop(at, to, VIRTUAL_LANES, () => this.#sixteen(fold, accumulators, at))
        b.loop(at, to, LEFTOVER_LANES, () => this.#four(fold, first, at))
      }
      b.loop(at, to, 1, () => {
        this.#l.enterBody()
        this.#foldOne(fold, first, 0)
      })
    })
    return this.#combineLanes(fold, accumulators)
  }

  #chain(fold: Fold): Vector {
    const { b, inner } = this.#shared()
    const sum = b.let(this.#identity(fold))
    this.#overFolded(0, this.#kernel.folded.length - 1, () => {
      this.#l.enterRow()
      this.#l.hoist(fold.value)
      const at = b.variable(0)
      this.#l.coordinates[inner] = at
      b.loop(at, this.#l.integer(this.#kernel.folded.at(-1) ?? 1), 1, () => {
        this.#l.enterBody()
        b.assign(sum, this.#combine(fold, sum, this.#folding(fold, 'one')))
      })
    })
    return sum
  }

  #sixteen(fold: Fold, accumulators: readonly VectorVariable[], at: Variable): void {
    const { b, lanes, inner } = this.#shared()
    accumulators.forEach((accumulator, i) => {
      this.#l.coordinates[inner] = i === 0 ? at : b.variable(b.add(at, i * lanes))
      this.#l.enterBody()
      b.assign(accumulator, this.#combine(fold, accumulator, this.#folding(fold, 'full')))
    })
    this.#l.coordinates[inner] = at
  }

  /** Four elements into the first four lanes, as one vector where that reads next to nothing beside them. */
  #four(fold: Fold, first: VectorVariable, at: Variable): void {
    const { b, lanes, inner } = this.#shared()
    const whole = lanes === LEFTOVER_LANES
    if (whole || !reachesFar(fold.value, inner)) {
      this.#l.enterBody()
      const values = this.#folding(fold, 'full')
      const within = b.binary('i32.lt', { k: 'lanes' }, b.i32(LEFTOVER_LANES))
      const four = whole ? values : b.select(within, values, this.#identity(fold))
      b.assign(first, this.#combine(fold, first, four))
      return
    }
    for (let lane = 0; lane < LEFTOVER_LANES; lane++) {
      this.#l.coordinates[inner] = lane === 0 ? at : b.variable(b.add(at, lane))
      this.#l.enterBody()
      this.#foldOne(fold, first, lane)
    }
    this.#l.coordinates[inner] = at
  }

  /** One element into one lane. */
  #foldOne(fold: Fold, accumulator: VectorVariable, lane: number): void {
    const { b } = this.#l
    const here = b.binary('i32.eq', { k: 'lanes' }, b.i32(lane))
    const value = this.#folding(fold, 'one')
    const everywhere: Vector = lane === 0 ? value : { k: 'broadcast', a: value, lane: 0 }
    const single = b.select(here, everywhere, this.#identity(fold))
    b.assign(accumulator, this.#combine(fold, accumulator, single))
  }

  #combineLanes(fold: Fold, accumulators: readonly VectorVariable[]): Vector {
    const { b, lanes } = this.#shared()
    const pair = (list: readonly Vector[]): Vector => {
      const [only] = list
      if (list.length === 1 && only) return only
      const half = list.length / 2
      return this.#combine(fold, pair(list.slice(0, half)), pair(list.slice(half)))
    }
    const lanesOf = (a: Vector): Vector[] =>
      Array.from({ length: lanes }, (_, lane): Vector => ({ k: 'broadcast', a, lane }))
    // lanes four apart meet first: as whole vectors where those have four
    if (lanes === LEFTOVER_LANES) return b.let(pair(lanesOf(b.let(pair(accumulators)))))
    const all = accumulators.flatMap(lanesOf)
    const columns = all.slice(0, 4).map((_, lane) => pair(all.filter((_, at) => at % 4 === lane)))
    return b.let(pair(columns))
  }

  #column(fold: Fold, form: Form, count: number): Vector[] {
    const { b, lanes, inner } = this.#shared()
    const at = this.#l.coordinate(inner)
    const accumulators = Array.from({ length: count }, () => b.let(this.#identity(fold)))
    const positions = accumulators.map((_, i) => (i === 0 ? at : b.variable(b.add(at, i * lanes))))
    this.#overFolded(0, this.#kernel.folded.length, () => {
      this.#l.enterRow()
      this.#l.whereUniform(fold.guards, () => {
        accumulators.forEach((accumulator, i) => {
          this.#l.coordinates[inner] = positions[i]
          this.#l.enterBody()
          b.assign(accumulator, this.#combine(fold, accumulator, this.#folding(fold, form)))
        })
      })
    })
    this.#l.coordinates[inner] = at
    return accumulators
  }

  /** First position of the largest value, NaN counting as largest, in each lane. */
  #columnIndex(fold: Fold, form: Form): Vector {
    const state = this.#indexState(fold)
    this.#overFolded(0, this.#kernel.folded.length, () => {
      this.#l.enterRow()
      this.#l.enterBody()
      this.#updateIndex(fold, form, state)
    })
    return state.where
  }

  #scanIndex(fold: Fold): Vector {
    const { b, inner } = this.#shared()
    const state = this.#indexState(fold)
    this.#overFolded(0, this.#kernel.folded.length - 1, () => {
      this.#l.enterRow()
      const at = b.variable(0)
      this.#l.coordinates[inner] = at
      b.loop(at, this.#l.integer(this.#kernel.folded.at(-1) ?? 1), 1, () => {
        this.#l.enterBody()
        this.#updateIndex(fold, 'one', state)
      })
    })
    return state.where
  }

  #indexState(fold: Fold): { best: VectorVariable; where: VectorVariable } {
    return { best: this.#l.b.let(this.#identity(fold)), where: this.#l.b.let(this.#l.b.i32(0)) }
  }

  #updateIndex(
    fold: Fold,
    form: Form,
    { best, where }: { best: VectorVariable; where: VectorVariable },
  ): void {
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
