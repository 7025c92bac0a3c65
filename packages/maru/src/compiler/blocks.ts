/** Folds across many rows, cut into blocks of rows that threads share, whose results are folded again. */
import { type DType, isFloat } from '../base/dtype.ts'
import { type Sizes, sizeOf, stridesOf } from '../base/shape.ts'
import { dot } from '../graph/indexing.ts'
import { goesByRows } from './direction.ts'
import type { Bound } from './forms.ts'
import { Affine, type IndexExpr, variable } from './index-expr.ts'
import {
  collapse,
  type Expr,
  type Fold,
  type Kernel,
  type LoopKernel,
  overLoops,
  type Store,
} from './kernel.ts'
import { givenKernels, madeOnce } from './recipes.ts'
import type { PlannedBuffer, Step } from './steps.ts'

/** Elements below which one thread folds as they come. */
const FEW = 65_536
/** Most blocks, and fewest rows of one. */
const [MOST_BLOCKS, FEWEST_ROWS] = [32, 8]
/** Columns for vectors to be busy. */
const FEWEST_COLUMNS = 16

/**
 * A fold across rows as a kernel of passes over them, which combine what a block has, and the fold of the blocks,
 * if there are to be so many blocks at least.
 */
export function acrossRows(
  step: Step,
  least: number,
  buffers: PlannedBuffer[],
): readonly Bound[] | undefined {
  if (step.kind !== 'kernel' || !isLong(step.bound.form.kernel)) return undefined
  const { bound } = step
  return madeOnce(givenKernels(`across ${least}`, [bound]), buffers, () => {
    if (bound.kernel.kind !== 'loops') return undefined
    const kernel = collapse(bound.kernel)
    const blocks = blocksOf(kernel, bound.kernel.folded)
    return blocks < least ? undefined : combined(kernel, blocks, buffers)
  })
}

function combined(kernel: LoopKernel, blocks: number, buffers: PlannedBuffer[]): LoopKernel[] {
  const { extents, folded } = kernel
  const { parts, results, place } = cutUp(kernel, blocks, buffers)
  // Blocks, other results, rows of a block, then along the rows.
  const beside = extents.length - 1
  const [rows = 1, ...rest] = folded
  const loops = {
    extents: [blocks, ...extents.slice(0, beside), rows / blocks, ...rest],
    folded: extents.slice(beside),
  }
  const affine = new Affine([...loops.extents, ...loops.folded])
  const others = variables(1, beside)
  const along = variables(loops.extents.length, 1)
  const inner = variable(1 + beside)
  const row = affine.add(affine.scale(variable(0), rows / blocks), inner)
  const by = [...others, ...along, row, ...variables(2 + beside, rest.length)]
  const whole = overLoops({ ...kernel, stores: [] }, loops, by)
  const folds = whole.passes.flatMap((pass) => pass.folds)
  const stores = parts.flatMap(({ buffer, dtype }, i): Store[] => {
    const fold = folds[i]
    if (!fold) return []
    const offset = place([variable(0), ...others, ...along], affine)
    return [{ buffer, dtype, offset, value: fold.value, combine: fold.combine }]
  })
  return [{ ...whole, passes: [{ folds: [], stores }] }, results]
}

/** The step, or two in its place: the number of blocks follows from its sizes alone. */
export function inBlocks(step: Step, buffers: PlannedBuffer[]): readonly Step[] {
  if (step.kind === 'loop') {
    const [{ steps, own }] = step.bodies
    return [{ ...step, bodies: [{ own, steps: steps.flatMap((it) => inBlocks(it, buffers)) }] }]
  }
  if (step.kind !== 'kernel' || !isLong(step.bound.form.kernel)) return [step]
  const { bound } = step
  const cuts = madeOnce(givenKernels('blocks', [bound]), buffers, () => {
    if (bound.kernel.kind !== 'loops') return undefined
    const kernel = collapse(bound.kernel)
    const blocks = blocksOf(kernel, bound.kernel.folded)
    return blocks < 2 ? undefined : cut(kernel, blocks, buffers)
  })
  return cuts ? cuts.map((bound): Step => ({ kind: 'kernel', bound })) : [step]
}

/** Whether a kernel folds alone, to values, and goes over more than one thread does as it comes. */
function isLong(kernel: Kernel): boolean {
  if (kernel.kind !== 'loops' || kernel.scratch) return false
  const { extents, folded, passes } = kernel
  const [pass] = passes
  if (!pass || passes.length > 1 || pass.stores.length > 0) return false
  const plain = pass.folds.every(({ guards, result }) => guards.length === 0 && result === 'value')
  return plain && sizeOf(extents) * sizeOf(folded) >= FEW
}

/** So many blocks of a kernel's rows, whose axes were collapsed. */
function blocksOf(kernel: LoopKernel, axes: Sizes): number {
  const { extents, folded } = kernel
  const rows = folded[0] ?? 0
  if ((extents.at(-1) ?? 0) < FEWEST_COLUMNS || goesByRows(kernel)) return 0
  const possible = counts.filter((blocks) => {
    return rows % blocks === 0 && sizeOf(folded) / blocks >= FEWEST_ROWS
  })
  const aligned = possible.find((blocks) => meets(sizeOf(folded) / blocks, axes))
  const [most = 0] = possible
  return aligned !== undefined && aligned >= MOST_BLOCKS / 2 ? aligned : most
}

/** Numbers of blocks, the most first. */
const counts = Array.from({ length: MOST_BLOCKS - 1 }, (_, i) => MOST_BLOCKS - i)

/** Whether blocks of so many elements end where runs along the axes do, as do the loops of others over those rows. */
function meets(elements: number, axes: Sizes): boolean {
  return axes.every((_, i) => {
    const run = sizeOf(axes.slice(i))
    return run % elements === 0 || elements % run === 0
  })
}

function variables(from: number, count: number): IndexExpr[] {
  return Array.from({ length: count }, (_, i) => variable(from + i))
}

interface CutUp {
  /** Buffers for what the folds of each block come to. */
  readonly parts: readonly { readonly buffer: number; readonly dtype: DType }[]
  /** The place of a block and a result in one of them. */
  readonly place: (variables: readonly IndexExpr[], affine: Affine) => IndexExpr
  /** The kernel that folds these. */
  readonly results: LoopKernel
}

function cutUp(kernel: LoopKernel, blocks: number, buffers: PlannedBuffer[]): CutUp {
  const { extents, passes } = kernel
  const folds = passes.flatMap((pass) => pass.folds)
  const shape = [blocks, ...extents]
  const parts = folds.map(({ dtype }) => {
    const wide = isFloat(dtype) ? ('float32' as const) : ('int32' as const)
    return { dtype: wide, buffer: buffers.push({ dtype: wide, shape }) - 1 }
  })
  const place = (variables: readonly IndexExpr[], affine: Affine): IndexExpr =>
    dot(affine, variables, stridesOf(shape))
  const all = new Affine([...extents, blocks])
  const block = variable(extents.length)
  const again = folds.map((fold, i): Fold => {
    const { buffer, dtype } = parts[i] ?? { buffer: -1, dtype: 'float32' }
    const offset = place([block, ...variables(0, extents.length)], all)
    const value: Expr = { kind: 'load', buffer, dtype, offset, guards: [] }
    return { ...fold, value, position: block, dtype }
  })
  const results = { ...kernel, folded: [blocks], passes: [{ folds: again, stores: [] }] }
  return { parts, place, results }
}

function cut(kernel: LoopKernel, blocks: number, buffers: PlannedBuffer[]): LoopKernel[] {
  const { extents, folded } = kernel
  const { parts, place, results } = cutUp(kernel, blocks, buffers)
  const outer = [blocks, ...extents]
  const rows = (folded[0] ?? 1) / blocks
  const loops = { extents: outer, folded: [rows, ...folded.slice(1)] }
  const affine = new Affine([...outer, ...loops.folded])
  const [inner = variable(0), ...rest] = variables(outer.length, folded.length)
  const row = affine.add(affine.scale(variable(0), rows), inner)
  const by = [...variables(1, extents.length), row, ...rest]
  const stores = parts.map(({ buffer, dtype }, fold): Store => {
    const offset = place(variables(0, outer.length), affine)
    return { buffer, dtype, offset, value: { kind: 'folded', fold, dtype } }
  })
  return [{ ...overLoops({ ...kernel, stores: [] }, loops, by), stores }, results]
}
