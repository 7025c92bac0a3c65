/** What the expressions of a loop kernel say of how it is best lowered. */
import { factorOf, mentions, valuesIn } from './index-expr.ts'
import { type Expr, eachPart, indicesOf, type LoopKernel, partsOf } from './kernel.ts'

/** Rows if the innermost of the folded loops is the contiguous one, or there is no other. */
export function goesByRows(kernel: LoopKernel): boolean {
  const outer = kernel.extents.length
  if (outer === 0) return true
  if (kernel.folded.length === 0) return false
  const last = outer + kernel.folded.length - 1
  let votes = 0
  const seen = new Set<Expr>()
  for (const { value } of kernel.passes.flatMap(({ folds, stores }) => [...folds, ...stores])) {
    eachPart(
      value,
      (part) => {
        if (part.kind !== 'load') return
        // what the inner loops do not move is read once either way
        if (!kernel.folded.some((_, i) => mentions(part.offset, outer + i))) return
        if (Math.abs(factorOf(part.offset, last)) === 1) votes++
        if (Math.abs(factorOf(part.offset, outer - 1)) === 1) votes--
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
