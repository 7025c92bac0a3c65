/** Kernels that compute element by element, and several of them as one pass over memory. */
import type { Sizes } from '../base/shape.ts'
import { keyOf } from './index-expr.ts'
import { type Expr, type Kernel, type LoopKernel, replaced, type Store } from './kernel.ts'
import { loadsOf } from './steps.ts'

/** Stores beyond which a kernel is not grown. */
const MOST_STORES = 8

export function mapOf(extents: Sizes, store: Store): LoopKernel {
  return { kind: 'loops', extents, folded: [], passes: [], stores: [store] }
}

/** Two inputs of a join in one kernel, where both read some of the same elements. */
export function beside(kernel: LoopKernel, other: LoopKernel): LoopKernel | undefined {
  if (kernel.extents.join() !== other.extents.join()) return undefined
  if (kernel.stores.length >= MOST_STORES) return undefined
  const known = new Set(loadsOf(kernel))
  if (!loadsOf(other).some((load) => known.has(load))) return undefined
  return { ...kernel, stores: [...kernel.stores, ...other.stores] }
}

/** Whether a kernel computes element by element. */
export function isMap(kernel: Kernel): boolean {
  return kernel.kind === 'loops' && kernel.passes.length === 0
}

/** A map with another's store, its own results taken from registers; `undefined` if unrelated. */
export function withStores(
  kernel: Kernel,
  map: Kernel,
  rootIn: (buffer: number) => number,
): readonly LoopKernel[] | undefined {
  if (kernel.kind !== 'loops' || map.kind !== 'loops') return undefined
  const [store] = map.stores
  if (!store || kernel.stores.length >= MOST_STORES) return undefined
  if (kernel.extents.join() !== map.extents.join()) return undefined
  const known = new Map<Expr, Expr>()
  const reads = new Set(loadsOf(kernel).map(({ buffer }) => buffer))
  let related = false
  for (const load of loadsOf(map)) {
    const root = rootIn(load.buffer)
    const made = kernel.stores.find(({ buffer }) => rootIn(buffer) === root)
    // A part of what the kernel makes is not yet there.
    if (made && made.buffer !== load.buffer) return undefined
    if (made && keyOf(made.offset) !== keyOf(load.offset)) return undefined
    if (made) known.set(load, made.value)
    related ||= made !== undefined || reads.has(load.buffer)
  }
  if (!related) return undefined
  const own = { ...store, value: replaced(store.value, known) }
  return [{ ...kernel, stores: [...kernel.stores, own] }]
}
