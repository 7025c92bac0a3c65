/**
 * Finds the loops of a contraction: with what is computed from its results where they are stored, and with
 * a sum over them that is rather summed along with the products.
 */
import type { DType } from '../base/dtype.ts'
import { sizeOf, stridesOf } from '../base/shape.ts'
import { dot, type Guard } from '../graph/indexing.ts'
import type { Node } from '../graph/node.ts'
import { Affine, type IndexExpr, keyOf, mentions, variable } from './index-expr.ts'
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

/** What a contraction is part of. */
export interface Contracting {
  readonly node: Node
  /** A fold that alone reads it. */
  readonly fold: Node | undefined
  /** What is stored: a value over the fold's or the contraction's result, or that itself. */
  readonly result: Node
  readonly buffer: number
}

/** Memory that a contraction asks for. */
export interface Means {
  readonly places: Places
  readonly allocate: (dtype: DType, size: number) => number
  readonly run: (kernel: LoopKernel) => void
}

/** Steps of k after which sums are laid aside. */
export const DEPTH = 256
/** Work (in additions) that is rather done for every block of the other operand than written to memory. */
const CHEAP = 2
/** Columns of a batch from which on its own blocks are large enough. */
const MANY_COLUMNS = 512
/** Most work of a sum over products, as a share of that of the products alone. */
const MOST_WORK = 1.3
/** Rows and columns from which on such a sum is worth it. */
const FEWEST_LINES = 16
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
  const strided = store.offset.terms.every(({ atom }) => typeof atom === 'number')
  const step = store.offset.terms.find(({ atom }) => atom === last)?.factor ?? 1
  return store.dtype === 'float32' && strided && step === 1
}

/** Elements of a row of sums that are laid aside: whole tiles of 8, 24 and 32 columns fit. */
export function sumsLine(columns: number): number {
  return Math.ceil(columns / 96) * 96
}

/** Whether every index is a sum of multiples of loop variables. */
function isAffine(indices: readonly IndexExpr[]): boolean {
  return indices.every(({ terms }) => terms.every(({ atom }) => typeof atom === 'number'))
}

/** Whether a value is as well read at any place as computed beforehand. */
function isCheap(value: Expr): boolean {
  let cost = 0
  let plain = true
  eachPart(value, (part) => {
    if (part.kind === 'op') cost += part.op.cost
    plain &&= isAffine(indicesOf(part))
  })
  return plain && cost <= CHEAP
}

function reads(value: Expr, loop: number): boolean {
  let found = false
  eachPart(value, (part) => {
    found ||= indicesOf(part).some((index) => mentions(index, loop))
  })
  return found
}

/** The contraction's element that a point of the loops asks for. */
interface Demand {
  readonly affine: Affine
  /** By label. */
  readonly at: ReadonlyMap<number, IndexExpr>
  readonly guards: Guards
  /** What is stored, the contraction's part of it being `folded`. */
  readonly value: Expr
  readonly offset: IndexExpr
}

interface Found {
  readonly offset: IndexExpr
  readonly value: Expr
}

function domainOf({ op, attrs, inputs: [from] }: Node): readonly number[] {
  return op.trait === 'reduce' && from ? op.domain(attrs, from.shape) : []
}

class Fitting {
  readonly #it: Contracting
  readonly #means: Means
  readonly #labels: { readonly a: Loops; readonly b: Loops; readonly out: Loops }
  readonly #summed: Loops
  readonly #extents: readonly number[]
  readonly #first: { readonly fold: number; readonly summed: number }
  /** Operands that were copied, once that is decided. */
  #copies: Map<Node, number> | undefined

  constructor(it: Contracting, means: Means) {
    this.#it = it
    this.#means = means
    const { op, attrs, inputs } = it.node
    if (op.trait !== 'contract') throw new RangeError('not a contraction')
    this.#labels = op.labels(attrs)
    const { a, out } = this.#labels
    this.#summed = a.filter((label) => !out.includes(label))
    const sizes = this.#summed.map((label) => inputs[0]?.shape[a.indexOf(label)] ?? 1)
    const { fold, result } = it
    const folded = fold ? domainOf(fold) : []
    this.#extents = [...result.shape, ...folded, ...sizes]
    const first = result.shape.length
    this.#first = { fold: first, summed: first + folded.length }
  }

  kernel(): ContractKernel | undefined {
    const natural = [...this.#extents.keys()]
    const demand = this.#demand(natural)
    if (!demand) return undefined
    const { at, guards } = demand
    if (!isAffine([...at.values(), ...guards.map(({ value }) => value)])) return undefined
    const sides = this.#sides(natural, demand)
    const roles = sides && this.#roles(sides)
    if (!roles || !this.#pays(roles)) return undefined
    return this.#assemble(roles)
  }

  #assemble({ batch, rows, columns, swapped }: Roles): ContractKernel | undefined {
    this.#copies = new Map()
    const all = [...this.#extents.keys()]
    const { fold, summed } = this.#first
    const sums = [...all.slice(summed), ...all.slice(fold, summed)]
    const side = (lines: Loops, which: 0 | 1): Side | undefined => {
      const own = [...batch, ...lines, ...sums]
      const order = [...own, ...all.filter((loop) => !own.includes(loop))]
      const demand = this.#demand(order)
      const value = demand && this.#sides(order, demand)?.[which]
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
    const sized = (loops: Loops): number => sizeOf(this.#sizes(loops))
    const out = {
      out: { batch: this.#sizes(batch), rows: this.#sizes(rows), columns: this.#sizes(columns) },
      store: { buffer, dtype: result.dtype, offset: stored.offset, value: stored.value },
    }
    const k = sized(sums)
    const aside = k > DEPTH && !isPlainStore(out)
    const rest = sized([...batch, ...rows])
    return {
      kind: 'contract',
      ...{ batch: sized(batch), m: sized(rows), n: sized(columns), k, a, b, ...out },
      sums: aside ? this.#means.allocate('float32', rest * sumsLine(sized(columns))) : undefined,
    }
  }

  #sizes(loops: Loops): number[] {
    return loops.map((loop) => this.#extents[loop] ?? 1)
  }

  /** What is asked for where loop `order[i]` is variable i. */
  #demand(order: Loops): Demand | undefined {
    const { node, fold, result } = this.#it
    const affine = new Affine(this.#sizes(order))
    const loop = (number: number): IndexExpr => variable(order.indexOf(number))
    const axes = result.shape.map((_, axis) => loop(axis))
    const offset = dot(affine, axes, stridesOf(result.shape))
    const found = this.#found(affine, axes)
    if (!found) return undefined
    const own = unflatten(affine, found.offset, (fold ?? node).shape)
    const inner = fold ? domainOf(fold).map((_, i) => loop(this.#first.fold + i)) : []
    const part = fold ? this.#part(fold, affine, own, inner) : { index: own, guards: [] }
    if (!part) return undefined
    const { index, guards } = part
    const at = new Map(this.#labels.out.map((label, axis) => [label, index[axis] ?? variable(-1)]))
    this.#summed.forEach((label, i) => {
      at.set(label, loop(this.#first.summed + i))
    })
    return { affine, at, guards, value: found.value, offset }
  }

  /** The element of the contraction that a fold reads, through movements if there are any. */
  #part(
    fold: Node,
    affine: Affine,
    out: readonly IndexExpr[],
    inner: readonly IndexExpr[],
  ): { readonly index: readonly IndexExpr[]; readonly guards: Guards } | undefined {
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
    const open = guards.filter(({ value, bound }) => {
      const [low, high] = affine.range(value)
      return low < 0 || high >= bound
    })
    return { index, guards: open }
  }

  /** Places where a node's value stands in a buffer that is none. */
  #marked(node: Node): Places {
    const { places } = this.#means
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

  /** Both operands at the element that is asked for; those that are no cheap reading are copied first. */
  #sides(order: Loops, { affine, at, guards }: Demand): readonly [Expr, Expr] | undefined {
    const { inputs } = this.#it.node
    const labels = [this.#labels.a, this.#labels.b]
    const values = inputs.map((input, i) => {
      const index = (labels[i] ?? []).map((label) => at.get(label) ?? variable(-1))
      const known = (loop: number): boolean => index.some((each) => mentions(each, loop))
      const own = guards.filter(({ value }) => {
        return order.every((_, loop) => !mentions(value, loop) || known(loop))
      })
      const value = this.#read(affine, input, index, own)
      return value && { value, own }
    })
    const [a, b] = values
    if (!a || !b || !guards.every((each) => a.own.includes(each) || b.own.includes(each)))
      return undefined
    return [a.value, b.value]
  }

  #read(affine: Affine, node: Node, index: readonly IndexExpr[], guards: Guards): Expr | undefined {
    const { places } = this.#means
    const copied: Places = {
      buffer: (each) => this.#copies?.get(each) ?? places.buffer(each),
      parameter: (each) => places.parameter(each),
      nextValue: () => places.nextValue(),
    }
    const value = new Inliner(affine, copied).expression(node, index, guards)
    if (!value || !this.#copies || isCheap(value)) return value
    this.#copies.set(node, this.#copy(node))
    return new Inliner(affine, copied).expression(node, index, guards)
  }

  #copy(node: Node): number {
    const { places, allocate, run } = this.#means
    const affine = new Affine(node.shape)
    const axes = node.shape.map((_, axis) => variable(axis))
    const value = new Inliner(affine, places).expression(node, axes)
    if (!value) throw new RangeError('an operand cannot be expressed')
    const { dtype } = node
    const buffer = allocate(dtype, sizeOf(node.shape))
    const store = { buffer, dtype, offset: dot(affine, axes, stridesOf(node.shape)), value }
    run({ kind: 'loops', extents: node.shape, folded: [], passes: [], stores: [store] })
    return buffer
  }

  /** Columns end the result's axes and are one side's alone; rows are the other side's. */
  #roles([a, b]: readonly [Expr, Expr]): Roles {
    const axes = this.#it.result.shape.map((_, axis) => axis)
    const moving = axes.filter((axis) => (this.#extents[axis] ?? 1) !== 1)
    const last = moving.at(-1)
    const swapped = last !== undefined && reads(a, last) && !reads(b, last)
    const [left, right] = swapped ? [b, a] : [a, b]
    const rows = moving.filter((axis) => reads(left, axis) && !reads(right, axis))
    let end = moving.length
    const ofRight = (axis: number): boolean => !reads(left, axis)
    while (end > 0 && ofRight(moving[end - 1] ?? -1)) end--
    const columns = moving.slice(end)
    const others = moving.slice(0, end).filter((axis) => !rows.includes(axis))
    const few = sizeOf(this.#sizes(columns)) < MANY_COLUMNS
    const joined = few ? others.filter(ofRight) : []
    const fixed = axes.filter((axis) => !moving.includes(axis))
    const batch = [...fixed, ...others.filter((axis) => !joined.includes(axis))]
    return { batch, rows, columns: [...joined, ...columns], swapped }
  }

  /** Whether a sum over products is not much more work than the products, and keeps their form. */
  #pays({ rows, columns }: Roles): boolean {
    const { fold, node, result } = this.#it
    if (!fold) return sizeOf(result.shape) <= sizeOf(node.shape)
    const before = sizeOf(node.shape) * sizeOf(this.#extents.slice(this.#first.summed))
    const broad = [rows, columns].every((loops) => sizeOf(this.#sizes(loops)) >= FEWEST_LINES)
    return broad && sizeOf(this.#extents) <= MOST_WORK * before
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

/** The kernel that computes a result from a contraction; `undefined` where that takes several. */
export function fitContraction(it: Contracting, means: Means): ContractKernel | undefined {
  return new Fitting(it, means).kernel()
}
