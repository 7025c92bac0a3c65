/**
 * Sums whose terms lie at quotients of places, as a strided window's copies do, cut into sums over places
 * and terms a stride apart: of each of those every index is a sum of multiples of loops.
 */
import { gcd, type IndexExpr } from './index-expr.ts'
import type { LoopKernel } from './kernel.ts'

/** Turns `first`, `first + step` … of a loop, `count` of them; a step may lead back. */
export interface Progression {
  readonly first: number
  readonly step: number
  readonly count: number
}

/** Most ways to cut a result, or the terms of its sums. */
const MOST_PHASES = 16

/** All turns of a loop. */
export function everyTurn(extent: number): Progression {
  return { first: 0, step: 1, count: extent }
}

/** The same turns, the last one first. */
export function backwards({ first, step, count }: Progression): Progression {
  return { first: first + step * (count - 1), step: -step, count }
}

/** Steps for so many loops with which quotients become whole; `undefined` where there are none. */
export function stepsFor(indices: readonly IndexExpr[], loops: number): number[] | undefined {
  const steps = Array.from({ length: loops }, () => 1)
  for (const { atom: quotient } of indices.flatMap(({ terms }) => terms)) {
    if (typeof quotient === 'number') continue
    if ('value' in quotient) return undefined
    for (const { atom, factor } of quotient.of.terms) {
      const known = typeof atom === 'number' ? steps[atom] : undefined
      if (typeof atom !== 'number' || known === undefined) return undefined
      const step = quotient.divisor / gcd(factor, quotient.divisor)
      steps[atom] = (known * step) / gcd(known, step)
    }
  }
  return steps
}

/** Every way to take turns of loops a step apart; `undefined` where there are very many. */
export function progressions(
  steps: readonly number[],
  extents: readonly number[],
): Progression[][] | undefined {
  if (steps.reduce((product, step) => product * step, 1) > MOST_PHASES) return undefined
  let ways: Progression[][] = [[]]
  steps.forEach((step, loop) => {
    const extent = extents[loop] ?? 1
    const own = Array.from({ length: step }, (_, first): Progression => {
      return { first, step, count: Math.max(0, Math.ceil((extent - first) / step)) }
    })
    ways = ways.flatMap((way) => own.map((each) => [...way, each]))
  })
  return ways
}

/** Kernels that put parts of a result in place, those over equal loops as one: it writes whole lines of memory. */
export function together(kernels: readonly LoopKernel[]): LoopKernel[] {
  const groups = new Map<string, LoopKernel>()
  for (const kernel of kernels) {
    const key = kernel.extents.join()
    const known = groups.get(key)
    groups.set(key, known ? { ...known, stores: [...known.stores, ...kernel.stores] } : kernel)
  }
  return [...groups.values()]
}
