/** Steps of a plan, the buffers that they touch, and where the values of writes go. */
import type { DType } from '../base/dtype.ts'
import type { Sizes } from '../base/shape.ts'
import type { Node } from '../graph/node.ts'
import type { Bound, Form } from './forms.ts'
import { type IndexExpr, keyOf, valuesIn } from './index-expr.ts'
import { type Expr, foldsOf, type LoopKernel, type Store, storesOf } from './kernel.ts'
import type { Operand, Source, View } from './program.ts'

/** A buffer before it has a place. */
export interface PlannedBuffer {
  readonly dtype: DType
  readonly shape: Sizes
  /** Set for values that come from, or go to, outside of the program. */
  readonly outside?: Outside | undefined
  /** Set for parts of other buffers. */
  readonly view?: View | undefined
  /** Set for values that other programs may make, too. */
  readonly source?: Source | undefined
}

interface Outside {
  readonly kind: 'leaf' | 'output'
  readonly index: number
}

/** Steps of a body, and the buffers that were made for it: from the first up to the last's successor. */
export interface Body {
  readonly steps: readonly Step[]
  readonly own: readonly [number, number]
}

/** A kernel, a node for the interpreter, a copy, or bodies under control. */
export type Step =
  | { readonly kind: 'kernel'; bound: Bound }
  | {
      readonly kind: 'interpret'
      readonly node: Node
      readonly inputs: readonly Operand[]
      readonly outputs: readonly number[]
    }
  | { readonly kind: 'copy'; readonly from: number; readonly to: number }
  | ControlStep

/** Like the program's nodes of the same names. */
export type ControlStep =
  | {
      readonly kind: 'loop'
      readonly count: number
      readonly views: readonly number[]
      readonly bodies: readonly [Body]
    }
  | { readonly kind: 'while'; readonly predicate: number; readonly bodies: readonly [Body, Body] }
  | { readonly kind: 'branch'; readonly predicate: number; readonly bodies: readonly [Body, Body] }

/** The buffer that a view is part of, through views of views. */
export function rootOf(buffers: readonly PlannedBuffer[], buffer: number): number {
  let root = buffer
  for (let view = buffers[root]?.view; view; view = buffers[root]?.view) root = view.of
  return root
}

/** Whether a buffer is a view that moves with the turns of a loop, or part of one. */
export function isMoving(buffers: readonly PlannedBuffer[], buffer: number): boolean {
  for (let view = buffers[buffer]?.view; view; view = buffers[view.of]?.view) {
    if (view.step !== 0) return true
  }
  return false
}

/** Buffers that a step reads and writes, views as what they are part of. */
export function touches(
  step: Step,
  buffers: readonly PlannedBuffer[],
): { readonly reads: Set<number>; readonly writes: Set<number> } {
  const reads = new Set<number>()
  const writes = new Set<number>()
  const read = (buffer: number): void => {
    reads.add(rootOf(buffers, buffer))
  }
  const write = (buffer: number): void => {
    writes.add(rootOf(buffers, buffer))
  }
  if (step.kind === 'interpret') {
    for (const input of step.inputs) if (input.kind === 'buffer') read(input.buffer)
    step.outputs.forEach(write)
  } else if (step.kind === 'copy') {
    read(step.from)
    write(step.to)
  } else if (step.kind === 'kernel') {
    step.bound.reads.forEach(read)
    step.bound.writes.forEach(write)
  } else {
    if (step.kind !== 'loop') read(step.predicate)
    for (const inner of step.bodies.flatMap(({ steps }) => steps)) {
      const within = touches(inner, buffers)
      within.reads.forEach(read)
      within.writes.forEach(write)
    }
  }
  return { reads, writes }
}

export type Load = Expr & { readonly kind: 'load' }

/** Visits every load below an expression, those of indices included, shared ones once. */
export function eachLoad(
  expr: Expr,
  visit: (load: Load) => void,
  seen: Set<Expr> = new Set(),
): void {
  if (seen.has(expr)) return
  seen.add(expr)
  if (expr.kind === 'load') {
    visit(expr)
    eachIndexLoad(expr.offset, visit, seen)
    for (const { value } of expr.guards) eachIndexLoad(value, visit, seen)
  } else if (expr.kind === 'op') {
    for (const arg of expr.args) eachLoad(arg, visit, seen)
  } else if (expr.kind === 'guarded') {
    for (const { value } of expr.guards) eachIndexLoad(value, visit, seen)
    eachLoad(expr.value, visit, seen)
  } else if (expr.kind === 'index') eachIndexLoad(expr.index, visit, seen)
}

const loads = new WeakMap<LoopKernel, readonly Load[]>()

/** Every load of a kernel, shared ones once; looked for once, since kernels never change. */
export function loadsOf(kernel: LoopKernel): readonly Load[] {
  const known = loads.get(kernel)
  if (known) return known
  const found: Load[] = []
  const seen = new Set<Expr>()
  const values = [...foldsOf(kernel), ...storesOf(kernel)]
  for (const { value } of values) eachLoad(value, (load) => found.push(load), seen)
  loads.set(kernel, found)
  return found
}

function eachIndexLoad(index: IndexExpr, visit: (load: Load) => void, seen: Set<Expr>): void {
  for (const { value } of valuesIn(index)) eachLoad(value, visit, seen)
}

interface Writes {
  readonly steps: readonly Step[]
  readonly buffers: readonly PlannedBuffer[]
  readonly sources: readonly number[]
  readonly leaves: readonly number[]
  readonly movable: (buffer: number) => boolean
}

/**
 * Lets the results of writes go straight into their leaf's buffer, where no later step reads the
 * leaf's old value; the others are copied at the end.
 */
export function placeWrites({ steps, buffers, sources, leaves, movable }: Writes): {
  steps: Step[]
  aliases: Map<number, number>
} {
  const touched = steps.map((step) => ({ step, ...touches(step, buffers) }))
  const lastRead = lastReads(touched)
  const isWrite = new Set(sources)
  const isLast = touched.map(({ writes }, i) => {
    return [...writes].every((it) => isWrite.has(it) && (lastRead.get(it) ?? -1) <= i)
  })
  const ordered = [...touched.filter((_, i) => !isLast[i]), ...touched.filter((_, i) => isLast[i])]
  const lastInOrder = lastReads(ordered)
  const writer = new Map<number, number>()
  ordered.forEach(({ writes }, at) => {
    for (const buffer of writes) if (!writer.has(buffer)) writer.set(buffer, at)
  })
  const aliases = new Map<number, number>()
  const copies: Step[] = []
  sources.forEach((from, i) => {
    const to = leaves[i] ?? -1
    const at = writer.get(from) ?? -1
    const step = ordered[at]?.step
    const later = (lastInOrder.get(to) ?? -1) > at
    const shared = sources.indexOf(from) !== i || !movable(from)
    if (step && !later && !shared && inPlace(step, from, to, buffers)) aliases.set(from, to)
    else copies.push({ kind: 'copy', from, to })
  })
  return { steps: [...ordered.map(({ step }) => step), ...copies], aliases }
}

/** Position of the last that reads each buffer. */
function lastReads(steps: readonly { readonly reads: ReadonlySet<number> }[]): Map<number, number> {
  return new Map(steps.flatMap(({ reads }, i) => [...reads].map((it) => [it, i] as const)))
}

/** Whether a step may write `from` over `to`: it reads `to` nowhere, or only where, and before, it writes. */
function inPlace(step: Step, from: number, to: number, buffers: readonly PlannedBuffer[]): boolean {
  if (step.kind !== 'kernel') return !touches(step, buffers).reads.has(to)
  const { form, buffers: own } = step.bound
  const at = own.indexOf(from)
  // A view of it begins elsewhere.
  const isOver = own.map((buffer) => {
    return buffer === to ? 'here' : rootOf(buffers, buffer) === to ? 'elsewhere' : 'no'
  })
  const known = overwriting.get(form) ?? new Map<string, boolean>()
  overwriting.set(form, known)
  const key = `${at} ${isOver}`
  const found = known.get(key) ?? mayOverwrite(form, at, isOver)
  known.set(key, found)
  return found
}

/** Whether kernels of a form may do so, by how their buffers lie. */
const overwriting = new WeakMap<Form, Map<string, boolean>>()

/** Likewise, of a form: the buffer at `from` is written over one that others are, or begin elsewhere in. */
function mayOverwrite(
  { kernel, likeness, reads }: Form,
  from: number,
  isOver: readonly ('here' | 'elsewhere' | 'no')[],
): boolean {
  if (reads.every((position) => isOver[position] === 'no')) return true
  if (kernel.kind === 'scatter') return false
  // A contraction reads its sides again and again.
  const sided = kernel.kind === 'contract'
  const passes = sided ? [{ folds: [kernel.a, kernel.b], stores: [] }] : kernel.passes
  const stores = sided ? [kernel.store] : kernel.stores
  const turns = [...passes, { folds: [], stores }]
  const makes = ({ buffer }: Store): boolean => buffer === likeness.buffers[from]
  const at = turns.findIndex((turn) => turn.stores.some(makes))
  const made = turns[at]?.stores.find(makes)
  if (!made) return false
  let same = true
  turns.forEach(({ folds, stores }, i) => {
    for (const { value } of [...folds, ...stores]) {
      eachLoad(value, ({ buffer, offset }) => {
        const over = isOver[likeness.buffers.indexOf(buffer)]
        if (over === 'no') return
        const here = !(sided && i === 0) && over === 'here' && keyOf(offset) === keyOf(made.offset)
        if (!here || i > at) same = false
      })
    }
  })
  return same
}
