/** Folds over terms at quotients of places, as a strided window's copies are, cut into folds without quotients. */
import { sizeOf, stridesOf } from '../base/shape.ts'
import { dot, type Guard } from '../graph/indexing.ts'
import { Affine, type IndexExpr, variable } from './index-expr.ts'
import {
  type Expr,
  eachPart,
  type Fold,
  foldIndices,
  foldsOf,
  type LoopKernel,
  overLoops,
  storesOf,
  withoutGuards,
  withReplaced,
} from './kernel.ts'
import { isAffine } from './operands.ts'
import { type Progression, progressions, stepsFor, together } from './phases.ts'

/** The kernel, or for each way to take results a stride apart one that folds and one that puts them in place. */
export function cutFold(kernel: LoopKernel, allocate: (size: number) => number): LoopKernel[] {
  const { extents, folded } = kernel
  const [fold, ...more] = foldsOf(kernel)
  if (!fold || more.length > 0 || fold.result !== 'value' || fold.dtype !== 'float32') {
    return [kernel]
  }
  const steps = stepsFor(foldIndices(fold), extents.length + folded.length)
  if (!steps?.some((step) => step > 1)) return [kernel]
  const phases = progressions(steps.slice(0, extents.length), extents)
  const classes = progressions(steps.slice(extents.length), folded)
  if (!phases || !classes) return [kernel]
  const parts: LoopKernel[] = []
  for (const phase of phases.filter((turns) => turns.every(({ count }) => count > 0))) {
    const found = classes.flatMap((each) => partOf(kernel, phase, each) ?? [])
    const [part] = found
    if (!part || found.length > 1) return [kernel]
    parts.push(part)
  }
  const plain = parts.every((part) => foldsOf(part).flatMap(foldIndices).every(isAffine))
  if (!plain) return [kernel]
  const halves = parts.map((part) => inTwo(part, allocate))
  return [...halves.map(([first]) => first), ...together(halves.map(([, second]) => second))]
}

/** The terms of some turns for the results of some turns, if there are any. */
function partOf(
  kernel: LoopKernel,
  phase: readonly Progression[],
  terms: readonly Progression[],
): LoopKernel | undefined {
  const counts = [...phase, ...terms].map(({ count }) => count)
  const affine = new Affine(counts)
  const by = [...phase, ...terms].map(({ first, step }, loop) => {
    return affine.add(affine.scale(variable(loop), step), affine.constant(first))
  })
  const [extents, folded] = [counts.slice(0, phase.length), counts.slice(phase.length)]
  const part = overLoops(kernel, { extents, folded }, by)
  const [fold] = foldsOf(part)
  const never = fold?.guards.some((guard) => affine.neverHolds(guard))
  if (!fold || never || folded.includes(0)) return undefined
  const open = (guard: Guard<IndexExpr>): boolean => affine.mayFail(guard)
  const known: Fold = {
    ...fold,
    guards: fold.guards.filter(open),
    value: withoutGuards(fold.value, open),
  }
  return { ...part, passes: [{ folds: [known], stores: [] }] }
}

/** Results next to each other, which vectors hold, then each where it belongs. */
function inTwo(
  part: LoopKernel,
  allocate: (size: number) => number,
): readonly [LoopKernel, LoopKernel] {
  const { extents } = part
  const axes = extents.map((_, axis) => variable(axis))
  const offset = dot(new Affine(extents), axes, stridesOf(extents))
  const place = { buffer: allocate(sizeOf(extents)), dtype: 'float32', offset } as const
  const value: Expr = { kind: 'folded', fold: 0, dtype: 'float32' }
  const load: Expr = { kind: 'load', ...place, guards: [] }
  const known = new Map<Expr, Expr>()
  for (const store of storesOf(part)) {
    eachPart(store.value, (each) => {
      if (each.kind === 'folded') known.set(each, load)
    })
  }
  const after = { ...part, folded: [], passes: [] }
  return [{ ...part, stores: [{ ...place, value }] }, withReplaced(after, known)]
}
