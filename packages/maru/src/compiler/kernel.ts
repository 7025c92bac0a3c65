/** A kernel: a loop nest with what it reads, what it folds and what it writes. */
import type { DType } from '../base/dtype.ts'
import type { Guard } from '../graph/indexing.ts'
import type { Attrs, Elementwise } from '../graph/primitive.ts'
import {
  Affine,
  type IndexExpr,
  keyOf,
  mentions,
  mergeable,
  renumber,
  substituted,
  type ValueIndex,
  variable,
} from './index-expr.ts'

/** A number that the program supplies at run time: the value of a literal or of a slot. */
export interface Parameter {
  readonly kind: 'parameter'
  /** Position of its node among the program's parameters. */
  readonly index: number
  readonly dtype: DType
}

/** One scalar expression, evaluated at every point of the loop nest. */
export type Expr =
  | Parameter
  | {
      readonly kind: 'load'
      /** Position among the program's buffers. */
      readonly buffer: number
      readonly dtype: DType
      /** In elements. */
      readonly offset: IndexExpr
      /** Outside of them the load is not made and the value is 0. */
      readonly guards: readonly Guard<IndexExpr>[]
    }
  | { readonly kind: 'index'; readonly index: IndexExpr; readonly dtype: DType }
  | {
      readonly kind: 'op'
      readonly op: Elementwise
      readonly attrs: Attrs
      readonly args: readonly Expr[]
      readonly dtype: DType
    }
  | {
      readonly kind: 'guarded'
      readonly guards: readonly Guard<IndexExpr>[]
      readonly value: Expr
      readonly fill: number
      readonly dtype: DType
    }
  /** The result of one of the kernel's folds, which are counted through all passes. */
  | { readonly kind: 'folded'; readonly fold: number; readonly dtype: DType }

export interface Store {
  readonly buffer: number
  readonly dtype: DType
  readonly offset: IndexExpr
  readonly value: Expr
  /** The value is combined with those of the outer loops that the offset does not go over, in their order. */
  readonly combine?: Fold['combine']
}

/** What is folded over the inner loops. */
export interface Fold {
  readonly combine: 'add' | 'max'
  readonly result: 'value' | 'index'
  readonly value: Expr
  readonly guards: readonly Guard<IndexExpr>[]
  /** Row-major position in the folded space, for `result: 'index'`. */
  readonly position: IndexExpr
  readonly dtype: DType
}

/** One turn over the inner loops: what is folded over them, and what is stored at every point. */
export interface Pass {
  readonly folds: readonly Fold[]
  readonly stores: readonly Store[]
}

/** A pass that folds a position, which is folded alone. */
export type IndexPass = Pass & { readonly folds: readonly [Fold] }

export function isIndex(pass: Pass): pass is IndexPass {
  return pass.folds.some(({ result }) => result === 'index')
}

/**
 * At every point of the outer loops: passes over the inner ones, `folded`, then stores. What a pass folds
 * is known to the passes after it and to the stores; what it stores can be read by them at the same point.
 */
export interface LoopKernel {
  readonly kind: 'loops'
  readonly extents: readonly number[]
  readonly folded: readonly number[]
  readonly passes: readonly Pass[]
  readonly stores: readonly Store[]
  /** Buffers that hold no more than the inner loops of one outer point, and are addressed so. */
  readonly scratch?: readonly number[]
}

/** One side of a contraction: a value over loops of its own, which are the variables in this order. */
export interface Side {
  readonly batch: readonly number[]
  /** Rows of the left side, columns of the right one. */
  readonly lines: readonly number[]
  readonly summed: readonly number[]
  readonly value: Expr
  /** Whether it lies in panels, as `packedSide` has it, that a tile may read. */
  readonly isPacked?: true
}

/**
 * `Σₖ a[b, m, k] · b[b, k, n]` for all b, m and n, and what is stored of it: a store's variables are the
 * loops of `out` in this order, and `folded` is the sum.
 */
export interface ContractKernel {
  readonly kind: 'contract'
  /** Sizes: products of the loops' extents. */
  readonly batch: number
  readonly m: number
  readonly n: number
  readonly k: number
  readonly a: Side
  readonly b: Side
  readonly out: {
    readonly batch: readonly number[]
    readonly rows: readonly number[]
    readonly columns: readonly number[]
  }
  readonly store: Store
  /** A buffer for sums that are not complete, row-major, where they cannot be what is stored. */
  readonly sums: number | undefined
}

/**
 * Values combined with a buffer's elements in the order of the loops, the last one fastest: the
 * store's offset has a value in it, and nothing is stored outside the guard.
 */
export interface ScatterKernel {
  readonly kind: 'scatter'
  readonly extents: readonly number[]
  readonly guard: Guard<IndexExpr>
  /** What makes one element of the old one and the value; absent: the value replaces it. */
  readonly combine: Elementwise | undefined
  readonly store: Store
}

export type Kernel = LoopKernel | ContractKernel | ScatterKernel

/** The index expressions that belong to an expression itself. */
export function indicesOf(expr: Expr): readonly IndexExpr[] {
  if (expr.kind === 'index') return [expr.index]
  if (expr.kind !== 'load' && expr.kind !== 'guarded') return []
  const guards = expr.guards.map(({ value }) => value)
  return expr.kind === 'load' ? [expr.offset, ...guards] : guards
}

/** The expressions that an expression is made of. */
export function partsOf(expr: Expr): readonly Expr[] {
  if (expr.kind === 'op') return expr.args
  return expr.kind === 'guarded' ? [expr.value] : []
}

/** Visits an expression and all below it, shared parts once: squares of squares are a chain, not a tree. */
export function eachPart(
  expr: Expr,
  visit: (part: Expr) => void,
  seen: Set<Expr> = new Set(),
): void {
  if (seen.has(expr)) return
  seen.add(expr)
  visit(expr)
  for (const part of partsOf(expr)) eachPart(part, visit, seen)
}

/** Calls `visit` on every index expression of an expression. */
function visitIndices(expr: Expr, visit: (index: IndexExpr) => void): void {
  eachPart(expr, (part) => {
    for (const index of indicesOf(part)) visit(index)
  })
}

/** The value of an expression as an index. */
export function valueIndex(value: Expr, bound: number | undefined): ValueIndex {
  return { value, bound, indices: exprIndices(value) }
}

type Rewrite = (index: IndexExpr) => IndexExpr

/** Renumbers loop variables in index expressions, and in the values in them. */
function renaming(map: readonly number[] | undefined, done: Map<Expr, Expr>): Rewrite {
  const revalue = (atom: ValueIndex): ValueIndex => {
    const value = rewriteIndices(atom.value, rename, done)
    return value === atom.value ? atom : valueIndex(value, atom.bound)
  }
  const rename: Rewrite = (index) => renumber(index, map, revalue)
  return rename
}

/** The expression with others in the place of some. */
export function replaced(expr: Expr, known: Map<Expr, Expr>): Expr {
  return rewriteIndices(expr, renaming(undefined, known), known)
}

function rewriteGuards(
  guards: readonly Guard<IndexExpr>[],
  f: Rewrite,
): readonly Guard<IndexExpr>[] {
  return eachOf(guards, (guard) => {
    const value = f(guard.value)
    return value === guard.value ? guard : { value, bound: guard.bound }
  })
}

/** What `f` makes of each; the list as it is where that changes nothing. */
function eachOf<T>(list: readonly T[], f: (each: T) => T): readonly T[] {
  let changed: T[] | undefined
  for (const [i, each] of list.entries()) {
    const other = f(each)
    if (other === each) continue
    changed ??= [...list]
    changed[i] = other
  }
  return changed ?? list
}

/** Applies `f` to all index expressions, keeping shared sub-expressions shared, and those that nothing changes. */
function rewriteIndices(expr: Expr, f: Rewrite, done: Map<Expr, Expr>): Expr {
  const known = done.get(expr)
  if (known) return known
  const out = rewritten(expr, f, done)
  done.set(expr, out)
  return out
}

function rewritten(expr: Expr, f: Rewrite, done: Map<Expr, Expr>): Expr {
  switch (expr.kind) {
    case 'load': {
      const offset = f(expr.offset)
      const guards = rewriteGuards(expr.guards, f)
      if (offset === expr.offset && guards === expr.guards) return expr
      const { kind, buffer, dtype } = expr
      return { kind, buffer, dtype, offset, guards }
    }
    case 'index': {
      const index = f(expr.index)
      return index === expr.index ? expr : { ...expr, index }
    }
    case 'guarded': {
      const value = rewriteIndices(expr.value, f, done)
      const guards = rewriteGuards(expr.guards, f)
      return value === expr.value && guards === expr.guards ? expr : { ...expr, value, guards }
    }
    case 'op': {
      const args = eachOf(expr.args, (arg) => rewriteIndices(arg, f, done))
      if (args === expr.args) return expr
      const { kind, op, attrs, dtype } = expr
      return { kind, op, attrs, args, dtype }
    }
    default:
      return expr
  }
}

/** The expression with no more guards than those that are open. */
export function withoutGuards(
  expr: Expr,
  open: (guard: Guard<IndexExpr>) => boolean,
  done: Map<Expr, Expr> = new Map(),
): Expr {
  const known = done.get(expr)
  if (known) return known
  const inner = (each: Expr): Expr => withoutGuards(each, open, done)
  let out = expr
  if (expr.kind === 'load') out = { ...expr, guards: expr.guards.filter(open) }
  else if (expr.kind === 'op') out = { ...expr, args: expr.args.map(inner) }
  else if (expr.kind === 'guarded') {
    const guards = expr.guards.filter(open)
    const value = inner(expr.value)
    out = guards.length === 0 ? value : { ...expr, guards, value }
  }
  done.set(expr, out)
  return out
}

/** Every store of a kernel: those of passes, then those after them. */
export function storesOf({ passes, stores }: LoopKernel): readonly Store[] {
  return [...passes.flatMap((pass) => pass.stores), ...stores]
}

/** The stores of a kernel that combine. */
export function combiningIn(kernel: LoopKernel): Store[] {
  return storesOf(kernel).filter(({ combine }) => combine)
}

/**
 * How many of the outer loops may be gone through in any order, and be shared: those in front that stores
 * which combine go over, or all. Nothing where there are others between these.
 */
export function freeLoops(kernel: LoopKernel): number | undefined {
  const { extents } = kernel
  const combining = combiningIn(kernel)
  if (combining.length === 0) return extents.length
  const goesOver = ({ offset }: Store, loop: number): boolean => mentions(offset, loop)
  const last = extents.findLastIndex((_, i) => combining.some((store) => goesOver(store, i)))
  const all = extents.slice(0, last + 1).every((extent, i) => {
    return extent === 1 || combining.every((store) => goesOver(store, i))
  })
  return all ? last + 1 : undefined
}

/** Every fold of a kernel, in the order in which their results are counted. */
export function foldsOf({ passes }: LoopKernel): readonly Fold[] {
  return passes.flatMap(({ folds }) => folds)
}

/** Every index expression of a value. */
export function exprIndices(value: Expr): IndexExpr[] {
  const found: IndexExpr[] = []
  visitIndices(value, (index) => found.push(index))
  return found
}

/** Every index expression of a store. */
export function storeIndices({ offset, value }: Store): IndexExpr[] {
  return [offset, ...exprIndices(value)]
}

/** Every index expression of a fold. */
export function foldIndices({ position, value, guards }: Fold): IndexExpr[] {
  return [position, ...guards.map((guard) => guard.value), ...exprIndices(value)]
}

interface Collapsed<G extends readonly (readonly number[])[]> extends Rewriting {
  readonly groups: { readonly [I in keyof G]: readonly number[] }
}

/**
 * Drops loops of one iteration and merges neighbours of one group that every index treats as one, so
 * that `[32, 6, 28, 28]` over contiguous data becomes a single loop.
 */
function collapseLoops<G extends readonly (readonly number[])[]>(
  groups: G,
  indices: readonly IndexExpr[],
): Collapsed<G> {
  const extents = groups.flat()
  const groupOf = groups.flatMap((group, g) => group.map(() => g))
  const map = extents.map((_, i) => i)
  const kept: { extent: number; group: number | undefined; last: number }[] = []
  extents.forEach((extent, i) => {
    const group = groupOf[i]
    const previous = kept.at(-1)
    if (extent === 1) {
      map[i] = -1
      return
    }
    const joins =
      previous !== undefined &&
      previous.group === group &&
      indices.every((index) => mergeable(index, previous.last, i, extent))
    if (joins) {
      map[previous.last] = -1
      previous.extent *= extent
      previous.last = i
    } else {
      kept.push({ extent, group, last: i })
    }
  })
  kept.forEach(({ last }, position) => {
    map[last] = position
  })
  const done = new Map<Expr, Expr>()
  const left = groups.map((_, g) =>
    kept.filter(({ group }) => group === g).map(({ extent }) => extent),
  )
  return { groups: left as Collapsed<G>['groups'], done, rename: renaming(map, done) }
}

/** How index expressions change, and the expressions that were rewritten. */
interface Rewriting {
  readonly rename: Rewrite
  readonly done: Map<Expr, Expr>
}

function renamedStore(store: Store, { rename, done }: Rewriting): Store {
  const value = rewriteIndices(store.value, rename, done)
  return { ...store, offset: rename(store.offset), value }
}

function renamedFold(fold: Fold, { rename, done }: Rewriting): Fold {
  return {
    ...fold,
    value: rewriteIndices(fold.value, rename, done),
    guards: rewriteGuards(fold.guards, rename),
    position: rename(fold.position),
  }
}

/** What is computed at the points of loops, with all index expressions rewritten. */
function renamedWork(
  { passes, stores }: Pick<LoopKernel, 'passes' | 'stores'>,
  rewriting: Rewriting,
): Pick<LoopKernel, 'passes' | 'stores'> {
  const renamed = (store: Store): Store => renamedStore(store, rewriting)
  return {
    passes: passes.map((pass) => ({
      folds: pass.folds.map((fold) => renamedFold(fold, rewriting)),
      stores: pass.stores.map(renamed),
    })),
    stores: stores.map(renamed),
  }
}

/** The same as `overLoops`, whose expressions are the kernel's own where its variables stay as they are. */
export function asOver(
  kernel: LoopKernel,
  loops: Pick<LoopKernel, 'extents' | 'folded'>,
  by: readonly IndexExpr[],
): LoopKernel {
  const stays =
    by.length === loops.extents.length + loops.folded.length &&
    by.every((index, i) => keyOf(index) === keyOf(variable(i)))
  return stays ? { ...kernel, ...loops } : overLoops(kernel, loops, by)
}

/** The kernel with other loops, its variables being expressions of theirs. */
export function overLoops(
  kernel: LoopKernel,
  loops: Pick<LoopKernel, 'extents' | 'folded'>,
  by: readonly IndexExpr[],
): LoopKernel {
  const affine = new Affine([...loops.extents, ...loops.folded])
  const done = new Map<Expr, Expr>()
  const rename: Rewrite = (index) =>
    substituted(index, by, affine, ({ value, bound }) =>
      valueIndex(rewriteIndices(value, rename, done), bound),
    )
  return { ...kernel, ...loops, ...renamedWork(kernel, { rename, done }) }
}

/** The kernel with other expressions in the place of some. */
export function withReplaced(kernel: LoopKernel, known: Map<Expr, Expr>): LoopKernel {
  return { ...kernel, ...renamedWork(kernel, { rename: renaming(undefined, known), done: known }) }
}

/** The kernel with as few loops as there can be. */
export function collapse(kernel: LoopKernel): LoopKernel {
  const indices = [
    ...storesOf(kernel).flatMap(storeIndices),
    ...foldsOf(kernel).flatMap(foldIndices),
  ]
  const loops = collapseLoops([kernel.extents, kernel.folded] as const, indices)
  const [extents, folded] = loops.groups
  if (extents.length + folded.length === kernel.extents.length + kernel.folded.length) return kernel
  return { ...kernel, extents, folded, ...renamedWork(kernel, loops) }
}

/** Likewise for a scatter. */
export function collapseScatter(kernel: ScatterKernel): ScatterKernel {
  const { guard, store } = kernel
  const loops = collapseLoops([kernel.extents] as const, [...storeIndices(store), guard.value])
  return {
    ...kernel,
    extents: loops.groups[0],
    guard: { ...guard, value: loops.rename(guard.value) },
    store: renamedStore(store, loops),
  }
}

/** Likewise for a side of a contraction. */
export function collapseSide(side: Side): Side {
  const { batch, lines, summed, value } = side
  const { groups, rename, done } = collapseLoops(
    [batch, lines, summed] as const,
    exprIndices(value),
  )
  return {
    ...side,
    batch: groups[0],
    lines: groups[1],
    summed: groups[2],
    value: rewriteIndices(value, rename, done),
  }
}

/** Loops and store of a contraction's results, likewise. */
export function collapseOut({
  out: { batch, rows, columns },
  store,
}: Pick<ContractKernel, 'out' | 'store'>): Pick<ContractKernel, 'out' | 'store'> {
  const loops = collapseLoops([batch, rows, columns] as const, storeIndices(store))
  const [outerBatch, lines, inner] = loops.groups
  return {
    out: { batch: outerBatch, rows: lines, columns: inner },
    store: renamedStore(store, loops),
  }
}
