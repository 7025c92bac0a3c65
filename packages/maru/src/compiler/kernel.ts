/** A kernel: a loop nest with what it reads, what it folds and what it writes. */
import type { DType } from '../base/dtype.ts'
import type { Guard } from '../graph/indexing.ts'
import type { Attrs, Elementwise } from '../graph/primitive.ts'
import { type IndexExpr, mergeable, renumber } from './index-expr.ts'

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
  /** The result of the kernel's fold. */
  | { readonly kind: 'folded'; readonly dtype: DType }

export interface Store {
  readonly buffer: number
  readonly dtype: DType
  readonly offset: IndexExpr
  readonly value: Expr
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

/** Elementwise stores at every point, after a fold over the inner `folded` loops if there is one. */
export interface LoopKernel {
  readonly kind: 'loops'
  readonly extents: readonly number[]
  readonly folded: readonly number[]
  readonly fold: Fold | undefined
  readonly stores: readonly Store[]
}

/** Strides of one operand of a contraction, in elements. */
export interface Strides {
  readonly batch: readonly [number, number]
  readonly row: number
  readonly k: readonly [number, number]
}

/** `c[b, m, n] = Σₖ a[b, m, k] · b[b, k, n]`, n contiguous in b and c. */
export interface ContractKernel {
  readonly kind: 'contract'
  readonly batch: readonly [number, number]
  readonly m: number
  readonly n: number
  readonly k: readonly [number, number]
  readonly a: Strides & { readonly buffer: number; readonly offset: number }
  readonly b: Strides & { readonly buffer: number; readonly offset: number }
  readonly c: {
    readonly batch: readonly [number, number]
    readonly row: number
    readonly buffer: number
  }
}

export type Kernel = LoopKernel | ContractKernel

/** Calls `visit` on every index expression of an expression tree. */
function visitIndices(expr: Expr, visit: (index: IndexExpr) => void): void {
  if (expr.kind === 'load') visit(expr.offset)
  if (expr.kind === 'index') visit(expr.index)
  if (expr.kind === 'load' || expr.kind === 'guarded') {
    for (const { value } of expr.guards) visit(value)
  }
  if (expr.kind === 'guarded') visitIndices(expr.value, visit)
  if (expr.kind === 'op') for (const arg of expr.args) visitIndices(arg, visit)
}

type Rewrite = (index: IndexExpr) => IndexExpr

function rewriteGuards(guards: readonly Guard<IndexExpr>[], f: Rewrite): Guard<IndexExpr>[] {
  return guards.map(({ value, bound }) => ({ value: f(value), bound }))
}

/** Applies `f` to all index expressions, keeping shared sub-expressions shared. */
function rewriteIndices(expr: Expr, f: Rewrite, done: Map<Expr, Expr>): Expr {
  const known = done.get(expr)
  if (known) return known
  let out: Expr = expr
  if (expr.kind === 'load') {
    out = { ...expr, offset: f(expr.offset), guards: rewriteGuards(expr.guards, f) }
  } else if (expr.kind === 'index') {
    out = { ...expr, index: f(expr.index) }
  } else if (expr.kind === 'guarded') {
    const value = rewriteIndices(expr.value, f, done)
    out = { ...expr, value, guards: rewriteGuards(expr.guards, f) }
  } else if (expr.kind === 'op') {
    out = { ...expr, args: expr.args.map((arg) => rewriteIndices(arg, f, done)) }
  }
  done.set(expr, out)
  return out
}

function allIndices(kernel: LoopKernel): IndexExpr[] {
  const found: IndexExpr[] = []
  const note = (index: IndexExpr): void => {
    found.push(index)
  }
  for (const { offset, value } of kernel.stores) {
    note(offset)
    visitIndices(value, note)
  }
  if (kernel.fold) {
    note(kernel.fold.position)
    visitIndices(kernel.fold.value, note)
    for (const { value } of kernel.fold.guards) note(value)
  }
  return found
}

/**
 * Drops loops of one iteration and merges neighbours that every index treats as one, so that
 * `[32, 6, 28, 28]` over contiguous data becomes a single loop.
 */
export function collapse(kernel: LoopKernel): LoopKernel {
  const extents = [...kernel.extents, ...kernel.folded]
  const outer = kernel.extents.length
  const map = extents.map((_, i) => i)
  const indices = allIndices(kernel)
  const kept: { extent: number; folded: boolean; last: number }[] = []
  extents.forEach((extent, i) => {
    const folded = i >= outer
    const previous = kept.at(-1)
    if (extent === 1) {
      map[i] = -1
      return
    }
    const joins =
      previous !== undefined &&
      previous.folded === folded &&
      indices.every((index) => mergeable(index, previous.last, i, extent))
    if (joins) {
      map[previous.last] = -1
      previous.extent *= extent
      previous.last = i
    } else {
      kept.push({ extent, folded, last: i })
    }
  })
  kept.forEach(({ last }, position) => {
    map[last] = position
  })
  const done = new Map<Expr, Expr>()
  const rename: Rewrite = (index) => renumber(index, map)
  const fold = kernel.fold && {
    ...kernel.fold,
    value: rewriteIndices(kernel.fold.value, rename, done),
    guards: rewriteGuards(kernel.fold.guards, rename),
    position: rename(kernel.fold.position),
  }
  return {
    kind: 'loops',
    extents: kept.filter(({ folded }) => !folded).map(({ extent }) => extent),
    folded: kept.filter(({ folded }) => folded).map(({ extent }) => extent),
    fold,
    stores: kernel.stores.map((store) => ({
      ...store,
      offset: rename(store.offset),
      value: rewriteIndices(store.value, rename, done),
    })),
  }
}
