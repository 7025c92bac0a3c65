/** What the expressions of a loop kernel say of how it is best lowered. */
import { dtypes } from '../base/dtype.ts'
import { sizeOf } from '../base/shape.ts'
import { factorOf, type IndexExpr, mentions, valuesIn } from './index-expr.ts'
import {
  type Expr,
  eachPart,
  foldsOf,
  indicesOf,
  isIndex,
  type LoopKernel,
  partsOf,
  type Store,
  storesOf,
} from './kernel.ts'
import type { BufferSizes } from './lowering.ts'
import { eachLoad, loadsOf } from './steps.ts'

/** Elements of a fold that fill no vectors; outputs whose first elements lie this near share lines of memory. */
const [FEW, NEAR] = [16, 4]

/** Rows if the innermost of the folded loops is the contiguous one, or there is no other. */
export function goesByRows(kernel: LoopKernel): boolean {
  const outer = kernel.extents.length
  if (outer === 0) return true
  if (kernel.folded.length === 0) return false
  const last = outer + kernel.folded.length - 1
  const few = sizeOf(kernel.folded) < FEW
  let votes = 0
  const seen = new Set<Expr>()
  for (const { value } of kernel.passes.flatMap(({ folds, stores }) => [...folds, ...stores])) {
    eachPart(
      value,
      (part) => {
        if (part.kind !== 'load') return
        // what the inner loops do not move is read once either way
        if (!kernel.folded.some((_, i) => mentions(part.offset, outer + i))) return
        const [inner, beside] = [last, outer - 1].map((loop) =>
          Math.abs(factorOf(part.offset, loop)),
        )
        const isNear = beside !== undefined && beside >= 1 && beside <= (few ? NEAR : 1)
        if (inner === 1 && !(few && isNear)) votes++
        if (isNear) votes--
      },
      seen,
    )
  }
  return votes > 0
}

/** Whether neighbours along the axis lie more than an element apart in memory. */
export function reachesFar(expr: Expr, axis: number, seen: Set<Expr> = new Set()): boolean {
  if (seen.has(expr)) return false
  seen.add(expr)
  if (expr.kind === 'load' && Math.abs(factorOf(expr.offset, axis)) > 1) return true
  const values = indicesOf(expr).flatMap((index) => valuesIn(index).map(({ value }) => value))
  return [...partsOf(expr), ...values].some((part) => reachesFar(part, axis, seen))
}

/** Work (in additions) of an element beside which that of a loop counts. */
const CHEAP = 4

export function isCheap(work: readonly { readonly value: Expr }[]): boolean {
  let cost = 0
  const seen = new Set<Expr>()
  const add = (part: Expr): void => {
    if (part.kind === 'op') cost += part.op.cost
  }
  for (const { value } of work) eachPart(value, add, seen)
  return cost <= CHEAP
}

/** Bytes that a kernel goes over, of which the first have left most caches when the last come in. */
const MOST_CACHED = 24 * 2 ** 20
/** Bytes of an element that is stored as its lane is. */
const LANE_BYTES = 4

/** The stores of a kernel whose results are written once, and have left the caches when they are read. */
export function leavingCaches(kernel: LoopKernel, sizes: BufferSizes): ReadonlySet<Store> {
  const bytes = new Map<number, number>()
  const read = new Set<number>(kernel.scratch)
  const seen = new Set<Expr>()
  const touch = ({ buffer, dtype, combine }: Pick<Store, 'buffer' | 'dtype' | 'combine'>): void => {
    if (combine) read.add(buffer)
    bytes.set(buffer, sizes(buffer) * dtypes[dtype].bytes)
  }
  const stores = storesOf(kernel)
  for (const { value } of [...foldsOf(kernel), ...stores]) {
    eachLoad(
      value,
      (load) => {
        touch(load)
        read.add(load.buffer)
      },
      seen,
    )
  }
  stores.forEach(touch)
  const all = [...bytes.values()].reduce((sum, each) => sum + each, 0)
  const leaves = ({ buffer, dtype }: Store): boolean =>
    !read.has(buffer) && dtypes[dtype].bytes === LANE_BYTES
  return new Set(all < MOST_CACHED ? [] : stores.filter(leaves))
}

/** Whether a value changes when one of the loop variables does. */
export function changesWith(
  expr: Expr,
  moving: readonly number[],
  known: Map<Expr, boolean>,
): boolean {
  const found = known.get(expr)
  if (found !== undefined) return found
  const moves = (index: IndexExpr): boolean => moving.some((each) => mentions(index, each))
  const changes =
    indicesOf(expr).some(moves) || partsOf(expr).some((part) => changesWith(part, moving, known))
  known.set(expr, changes)
  return changes
}

/**
 * Lanes of the vectors that a loop's values are computed in: the widest where computing takes the time, or
 * making lanes of elements that are smaller than one, rather than what comes from memory.
 */
export function lanesFor(kernel: LoopKernel, lanes: number, widest: number): number {
  const stores = storesOf(kernel)
  const isSmall = ({ dtype }: Pick<Store, 'dtype'>): boolean => dtypes[dtype].bytes < LANE_BYTES
  const cheap = isCheap([...foldsOf(kernel), ...stores])
  const isWork = !cheap || stores.some(isSmall) || loadsOf(kernel).some(isSmall)
  // along rows a largest element's position is looked for one by one
  const oneByOne = kernel.passes.some(isIndex) && goesByRows(kernel)
  return isWork && !oneByOne ? widest : lanes
}
