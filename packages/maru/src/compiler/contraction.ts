/**
 * Finds the loops of a contraction: with what is computed from its results where they are stored, and with
 * a sum over them that is rather summed along with the products.
 */
import { sizeOf, stridesOf } from '../base/shape.ts'
import { dot, type Guard } from '../graph/indexing.ts'
import type { Node } from '../graph/node.ts'
import type { Frame } from './frames.ts'
import {
  Affine,
  eachVariable,
  type IndexExpr,
  keyOf,
  mentions,
  variable,
  zero,
} from './index-expr.ts'
import { Inliner, type Places } from './inline.ts'
import {
  type ContractKernel,
  collapseOut,
  type Expr,
  eachPart,
  indicesOf,
  type LoopKernel,
  replaced,
  type Side,
} from './kernel.ts'
import { type Ask, isAffine, type Means, type Operands, type Reading, runOf } from './operands.ts'
import { everyTurn, type Progression } from './phases.ts'
import { overlapping, standingSteps } from './standing.ts'

/** What a contraction is part of. */
export interface Contracting {
  readonly node: Node
  /** A fold that alone reads it. */
  readonly fold: Node | undefined
  /** What is stored: a value over the fold's or the contraction's result, or that itself. */
  readonly result: Node
  /** What is in memory of it, if that is more than the result. */
  readonly frame?: Frame | undefined
  readonly buffer: number
}

/** Steps of k after which sums are laid aside. */
export const DEPTH = 256
/** Columns of a batch from which on its own blocks are large enough. */
const MANY_COLUMNS = 512
/** Elements next to each other that are few for vectors. */
const SHORT_RUN = 8
/** Products by rows from which on it matters little how sums are stored. */
const FEWEST_SUMS = 0.5
/** The buffer that stands for the result of the contraction. */
const RESULT = -1

type Load = Expr & { readonly kind: 'load' }
type Guards = readonly Guard<IndexExpr>[]
/** Numbers of loops: of the result's axes, then of the fold's, then of the summed labels. */
type Loops = readonly number[]

/** Whether a contraction's results are in memory as they come, rows behind each other. */
export function isPlainStore(kernel: Pick<ContractKernel, 'out' | 'store'>): boolean {
  const { out, store } = collapseOut(kernel)
  const { rows, columns, batch } = out
  if (rows.length > 1 || columns.length > 1 || store.value.kind !== 'folded') return false
  const last = batch.length + rows.length
  const strided = isAffine(store.offset)
  const step = store.offset.terms.find(({ atom }) => atom === last)?.factor ?? 1
  return store.dtype === 'float32' && strided && step === 1
}

/** Elements of a row of sums that are laid aside: whole tiles of 8, 24 and 32 columns fit. */
export function sumsLine(columns: number): number {
  return Math.ceil(columns / 96) * 96
}

/** Loops that a value changes with. */
function loopsOf(value: Expr): ReadonlySet<number> {
  const found = new Set<number>()
  eachPart(value, (part) => {
    for (const index of indicesOf(part)) eachVariable(index, (loop) => found.add(loop))
  })
  return found
}

/** The contraction's element that a point of the loops asks for. */
interface Demand {
  readonly affine: Affine
  /** By label. */
  readonly at: ReadonlyMap<number, IndexExpr>
  readonly guards: Guards
  /** Whether one of them holds nowhere. */
  readonly never: boolean
  /** What is stored, the contraction's part of it being `folded`. */
  readonly value: Expr
  readonly offset: IndexExpr
}

/** The contraction's element that a fold reads. */
interface Part {
  readonly index: readonly IndexExpr[]
  readonly guards: Guards
  readonly never: boolean
}

interface Found {
  readonly offset: IndexExpr
  readonly value: Expr
}

function domainOf({ op, attrs, inputs: [from] }: Node): readonly number[] {
  return op.trait === 'reduce' && from ? op.domain(attrs, from.shape) : []
}

/** What is known of all parts of a contraction. */
export interface Whole extends Contracting {
  readonly means: Means
  readonly operands: Operands
}

/** The loops of a contraction, or of one of its parts, of which each goes over some turns of each loop. */
export class Fitting {
  readonly #it: Whole
  readonly #labels: { readonly a: Loops; readonly b: Loops; readonly out: Loops }
  readonly #summed: Loops
  readonly turns: readonly Progression[]
  readonly extents: readonly number[]
  readonly first: { readonly fold: number; readonly summed: number }
  /** Where all loops are variables in their own order. */
  readonly demand: Demand | undefined
  #asked: { readonly asks: readonly [Ask, Ask] | undefined } | undefined
  #playing: { readonly copies: number; readonly roles: Roles | undefined } | undefined

  constructor(it: Whole, turns: readonly Progression[] = []) {
    this.#it = it
    const { op, attrs, inputs } = it.node
    if (op.trait !== 'contract') throw new RangeError('not a contraction')
    this.#labels = op.labels(attrs)
    const { a, out } = this.#labels
    this.#summed = a.filter((label) => !out.includes(label))
    const sizes = this.#summed.map((label) => inputs[0]?.shape[a.indexOf(label)] ?? 1)
    const { fold, result } = it
    const folded = fold ? domainOf(fold) : []
    const all = [...result.shape, ...folded, ...sizes]
    this.turns = all.map((extent, loop) => turns[loop] ?? everyTurn(extent))
    this.extents = this.turns.map(({ count }) => count)
    const first = result.shape.length
    this.first = { fold: first, summed: first + folded.length }
    this.demand = this.#demand([...this.extents.keys()])
  }

  /** Where the operands are read. */
  get indices(): readonly IndexExpr[] {
    const { at, guards } = this.demand ?? {}
    return [...(at?.values() ?? []), ...(guards ?? []).map(({ value }) => value)]
  }

  get asks(): readonly [Ask, Ask] | undefined {
    this.#asked ??= { asks: this.demand && this.#asks([...this.extents.keys()], this.demand) }
    return this.#asked.asks
  }

  /** What the loops are for, which is another question once an operand is copied. */
  get roles(): Roles | undefined {
    const { operands } = this.#it
    if (this.#playing?.copies !== operands.copies) {
      const [a, b] = this.asks ?? []
      const [left, right] = [a, b].map((ask) => ask && operands.read(ask))
      const roles = left && right && this.#roles([left, right])
      this.#playing = { copies: operands.copies, roles }
    }
    return this.#playing.roles
  }

  get readings(): readonly Reading[] | undefined {
    const { asks, roles } = this
    return asks?.map((ask, i) => {
      const lines = (roles?.swapped ? i === 1 : i === 0) ? roles?.rows : roles?.columns
      return { ask, lines: lines ?? [], sums: this.#sums }
    })
  }

  /** Loops that are summed, the last one innermost. */
  get #sums(): Loops {
    const all = [...this.extents.keys()]
    const { fold, summed } = this.first
    return [...all.slice(summed), ...all.slice(fold, summed)]
  }

  /** The kernel that stores results where they belong, or row by row in a buffer of their own. */
  kernel(own?: number): ContractKernel | undefined {
    const { roles } = this
    return roles && this.#assemble(roles, own)
  }

  /** Brings what was stored so to where it belongs, or stores there what becomes of a sum of nothing. */
  placing(own: number | undefined): LoopKernel | undefined {
    const { buffer, result } = this.#it
    const { dtype } = result
    const { roles } = this
    if (!this.demand || !roles) return undefined
    const axes = result.shape.map((_, axis) => axis)
    const value: Expr =
      own === undefined
        ? withZero(this.demand.value)
        : {
            ...{ kind: 'load', buffer: own, dtype, guards: [] },
            offset: this.#rowByRow(roles, axes),
          }
    const store = { buffer, dtype, offset: this.demand.offset, value }
    return { kind: 'loops', extents: this.#sizes(axes), folded: [], passes: [], stores: [store] }
  }

  /** Where an element of the part lies row by row, loop `order[i]` being variable i. */
  #rowByRow({ batch, rows, columns }: Roles, order: Loops): IndexExpr {
    const loops = [...batch, ...rows, ...columns]
    const places = loops.map((loop) => variable(order.indexOf(loop)))
    return dot(new Affine(this.#sizes(order)), places, stridesOf(this.#sizes(loops)))
  }

  #assemble(roles: Roles, own: number | undefined): ContractKernel | undefined {
    const { batch, rows, columns, swapped } = roles
    const all = [...this.extents.keys()]
    const sums = this.#sums
    const side = (lines: Loops, which: 0 | 1): Side | undefined => {
      const first = [...batch, ...lines, ...sums]
      const order = [...first, ...all.filter((loop) => !first.includes(loop))]
      const demand = this.#demand(order)
      const ask = demand && this.#asks(order, demand)?.[which]
      const value = ask && this.#it.operands.read(ask)
      if (!value) return undefined
      const loops = [batch, lines, sums].map((each) => this.#sizes(each))
      const [outer = [], middle = [], inner = []] = loops
      // Of no terms no place is asked for, but code divides by these.
      return { batch: outer, lines: middle, summed: inner.map((size) => Math.max(1, size)), value }
    }
    const [a, b] = swapped ? [side(rows, 1), side(columns, 0)] : [side(rows, 0), side(columns, 1)]
    const axes = [...batch, ...rows, ...columns]
    const stored = this.#demand([...axes, ...sums])
    if (!a || !b || !stored) return undefined
    const { buffer, result } = this.#it
    const offset = own === undefined ? stored.offset : this.#rowByRow(roles, axes)
    const sized = (loops: Loops): number => sizeOf(this.#sizes(loops))
    const out = {
      out: { batch: this.#sizes(batch), rows: this.#sizes(rows), columns: this.#sizes(columns) },
      store: { buffer: own ?? buffer, dtype: result.dtype, offset, value: stored.value },
    }
    const k = sized(sums)
    const aside = k > (standingSteps({ a, b, k }) ?? DEPTH) && !isPlainStore(out)
    const rest = sized([...batch, ...rows])
    return {
      kind: 'contract',
      ...{ batch: sized(batch), m: sized(rows), n: sized(columns), k, a, b, ...out },
      sums: aside ? this.#it.means.allocate('float32', rest * sumsLine(sized(columns))) : undefined,
    }
  }

  /** Points of some of the loops. */
  sizeOf(loops: Loops): number {
    return sizeOf(this.#sizes(loops))
  }

  #sizes(loops: Loops): number[] {
    return loops.map((loop) => this.extents[loop] ?? 1)
  }

  /** What is asked for where loop `order[i]` is variable i. */
  #demand(order: Loops): Demand | undefined {
    const { node, fold, result } = this.#it
    const affine = new Affine(this.#sizes(order))
    const loop = (number: number): IndexExpr => {
      const { step, first } = this.turns[number] ?? everyTurn(1)
      const turn = affine.scale(variable(order.indexOf(number)), step)
      return affine.add(turn, affine.constant(first))
    }
    const axes = result.shape.map((_, axis) => loop(axis))
    const { node: around = result, low = [] } = this.#it.frame ?? {}
    const place = axes.map((each, axis) => affine.add(each, affine.constant(low[axis] ?? 0)))
    const offset = dot(affine, place, stridesOf(around.shape))
    const found = this.#found(affine, axes)
    if (!found) return undefined
    const own = unflatten(affine, found.offset, (fold ?? node).shape)
    const inner = fold ? domainOf(fold).map((_, i) => loop(this.first.fold + i)) : []
    const part = fold
      ? this.#part(fold, affine, own, inner)
      : { index: own, guards: [], never: false }
    if (!part) return undefined
    const { index, guards, never } = part
    const at = new Map(this.#labels.out.map((label, axis) => [label, index[axis] ?? variable(-1)]))
    this.#summed.forEach((label, i) => {
      at.set(label, loop(this.first.summed + i))
    })
    return { affine, at, guards, never, value: found.value, offset }
  }

  /** The element of the contraction that a fold reads, through movements if there are any. */
  #part(
    fold: Node,
    affine: Affine,
    out: readonly IndexExpr[],
    inner: readonly IndexExpr[],
  ): Part | undefined {
    const { op, attrs } = fold
    let [from] = fold.inputs
    if (op.trait !== 'reduce' || !from) return undefined
    let { index, guards } = op.origin(affine, out, inner, attrs, from.shape)
    while (from && from !== this.#it.node) {
      const [next]: readonly Node[] = from.inputs
      const { op } = from
      if (op.trait !== 'movement' || !next || !Object.is(op.fill(from.attrs), 0)) return undefined
      const origin = op.origin(affine, index, from.attrs, next.shape)
      index = origin.index
      guards = [...guards, ...origin.guards]
      from = next
    }
    const open = guards.filter((guard) => affine.mayFail(guard))
    return { index, guards: open, never: guards.some((guard) => affine.neverHolds(guard)) }
  }

  /** Places where a node's value stands in a buffer that is none. */
  #marked(node: Node): Places {
    const { places } = this.#it.means
    return {
      buffer: (each) => (each === node ? RESULT : places.buffer(each)),
      parameter: (each) => places.parameter(each),
      nextValue: () => places.nextValue(),
    }
  }

  /** The value that is stored, and where in the contraction's or fold's result its part of it lies. */
  #found(affine: Affine, axes: readonly IndexExpr[]): Found | undefined {
    const { fold, node, result } = this.#it
    const source = fold ?? node
    const value = new Inliner(affine, this.#marked(source)).expression(result, axes)
    const loads: Load[] = []
    if (value) {
      eachPart(value, (part) => {
        if (part.kind === 'load' && part.buffer === RESULT) loads.push(part)
      })
    }
    const [first] = loads
    if (!value || !first || isInIndices(value)) return undefined
    const same = ({ offset, guards }: Load): boolean =>
      guards.length === 0 && keyOf(offset) === keyOf(first.offset)
    if (!loads.every(same)) return undefined
    const folded: Expr = { kind: 'folded', fold: 0, dtype: source.dtype }
    const stored = replaced(value, new Map(loads.map((load) => [load, folded])))
    return { offset: first.offset, value: stored }
  }

  /** Both operands at the element that is asked for, each with the guards that are about it. */
  #asks(order: Loops, { affine, at, guards }: Demand): readonly [Ask, Ask] | undefined {
    const labels = [this.#labels.a, this.#labels.b]
    const extents = this.#sizes(order)
    const [a, b] = this.#it.node.inputs.map((node, i): Ask => {
      const index = (labels[i] ?? []).map((label) => at.get(label) ?? variable(-1))
      const known = (loop: number): boolean => index.some((each) => mentions(each, loop))
      const own = guards.filter(({ value }) => {
        return order.every((_, loop) => !mentions(value, loop) || known(loop))
      })
      return { node, affine, extents, index, guards: own }
    })
    if (!a || !b || !guards.every((each) => a.guards.includes(each) || b.guards.includes(each)))
      return undefined
    return [a, b]
  }

  /** Columns end the result's axes and are one side's alone; rows are the other side's. */
  #roles([a, b]: readonly [Expr, Expr]): Roles {
    const axes = this.#it.result.shape.map((_, axis) => axis)
    const moving = axes.filter((axis) => (this.extents[axis] ?? 1) !== 1)
    const last = moving.at(-1)
    const [ofA, ofB] = [loopsOf(a), loopsOf(b)]
    const swapped = last !== undefined && ofA.has(last) && !ofB.has(last)
    const [left, beside] = swapped ? [ofB, ofA] : [ofA, ofB]
    const rows = moving.filter((axis) => left.has(axis) && !beside.has(axis))
    let end = moving.length
    const ofRight = (axis: number): boolean => !left.has(axis)
    while (end > 0 && ofRight(moving[end - 1] ?? -1)) end--
    const columns = moving.slice(end)
    const others = moving.slice(0, end).filter((axis) => !rows.includes(axis))
    const few = sizeOf(this.#sizes(columns)) < MANY_COLUMNS
    const joined = few ? others.filter(ofRight) : []
    const fixed = axes.filter((axis) => !moving.includes(axis))
    const batch = [...fixed, ...others.filter((axis) => !joined.includes(axis))]
    const roles = { batch, rows, columns: [...joined, ...columns], swapped }
    if (!this.#isBetterTurned(swapped ? a : b, roles)) return roles
    return { batch, rows: roles.columns, columns: rows, swapped: !swapped }
  }

  /**
   * Whether columns are windows that overlap, and would have to be turned for panels of them: rows can be read
   * where they stand. Results are then stored across, which must be little beside the sums.
   */
  #isBetterTurned(right: Expr, { rows, columns }: Roles): boolean {
    const sums = this.#sums
    const [m = 1, n = 1, k = 1] = [rows, columns, sums].map((loops) => this.sizeOf(loops))
    const found = overlapping(right, this.extents, [...columns, ...sums])
    if (!found || n <= m || k < FEWEST_SUMS * m) return false
    return runOf(found.offset, this.extents, columns) < SHORT_RUN
  }
}

interface Roles {
  readonly batch: Loops
  readonly rows: Loops
  readonly columns: Loops
  /** Whether the rows are the second operand's. */
  readonly swapped: boolean
}

/** Whether the contraction's result decides where something is read. */
function isInIndices(value: Expr): boolean {
  let found = false
  eachPart(value, (part) => {
    for (const { terms } of indicesOf(part)) {
      found ||= terms.some(({ atom }) => typeof atom === 'object' && 'value' in atom)
    }
  })
  return found
}

function unflatten(affine: Affine, flat: IndexExpr, shape: readonly number[]): IndexExpr[] {
  const strides = stridesOf(shape)
  return shape.map((dim, axis) => {
    const whole = affine.floorDiv(flat, Math.max(1, strides[axis] ?? 1))
    return axis === 0 ? whole : affine.mod(whole, Math.max(1, dim))
  })
}

/** What becomes of a sum of nothing. */
function withZero(value: Expr): Expr {
  const known = new Map<Expr, Expr>()
  eachPart(value, (part) => {
    if (part.kind === 'folded') known.set(part, { kind: 'index', index: zero, dtype: part.dtype })
  })
  return replaced(value, known)
}
