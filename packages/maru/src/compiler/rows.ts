/** Kernels that go over the same rows → one kernel with a pass for each of them, while a row is in the cache. */
import { sizeOf } from '../base/shape.ts'
import { acrossRows, inBlocks } from './blocks.ts'
import type { Bound } from './forms.ts'
import { factorOf } from './index-expr.ts'
import { type Joined, join } from './join.ts'
import { combiningIn, freeLoops, type Kernel, storesOf } from './kernel.ts'
import { trimmed } from './local.ts'
import { givenKernels, madeOnce } from './recipes.ts'
import { type Body, type PlannedBuffer, rootOf, type Step, touches } from './steps.ts'

/** What is known of the program around the steps. */
interface Around {
  /** Grows by buffers for what is only known here. */
  readonly buffers: PlannedBuffer[]
  /** Buffers whose values are wanted when all steps are done. */
  readonly kept: ReadonlySet<number>
}

interface Entry {
  step: Step
  reads: ReadonlySet<number>
  writes: ReadonlySet<number>
}

/** The steps with rows fused, in bodies of loops and branches too. */
export function fuseRows(steps: readonly Step[], around: Around): readonly Step[] {
  const fused = fuseAll(steps, around, true)
  const uses = new Map<number, number>()
  count(fused, around.buffers, uses)
  const parts = new Set(around.buffers.flatMap(({ view }) => (view ? [view.of] : [])))
  const isLocal = (buffer: number): boolean => {
    const planned = around.buffers[buffer]
    const alone = uses.get(buffer) === 1 && !parts.has(buffer) && !around.kept.has(buffer)
    return alone && planned !== undefined && !planned.outside && !planned.view
  }
  const trimmed = trimAll(fused, around.buffers, isLocal)
  return trimmed.flatMap((step) => inBlocks(step, around.buffers))
}

/** How many steps touch each buffer. */
function count(
  steps: readonly Step[],
  buffers: readonly PlannedBuffer[],
  uses: Map<number, number>,
): void {
  for (const step of steps) {
    if ('bodies' in step) for (const { steps } of step.bodies) count(steps, buffers, uses)
    else {
      const { reads, writes } = touches(step, buffers)
      for (const buffer of new Set([...reads, ...writes])) {
        uses.set(buffer, (uses.get(buffer) ?? 0) + 1)
      }
    }
    if ('predicate' in step) uses.set(step.predicate, (uses.get(step.predicate) ?? 0) + 1)
  }
}

function mapBodies(step: Step, change: (steps: readonly Step[]) => readonly Step[]): Step {
  const changed = (body: Body): Body => ({ ...body, steps: change(body.steps) })
  if (step.kind === 'loop') return { ...step, bodies: [changed(step.bodies[0])] }
  if (step.kind === 'while' || step.kind === 'branch') {
    return { ...step, bodies: [changed(step.bodies[0]), changed(step.bodies[1])] }
  }
  return step
}

function trimAll(
  steps: readonly Step[],
  buffers: PlannedBuffer[],
  isLocal: (buffer: number) => boolean,
): readonly Step[] {
  return steps.map((step) => {
    if (step.kind !== 'kernel' || !folds(step)) {
      return mapBodies(step, (inner) => trimAll(inner, buffers, isLocal))
    }
    const { bound } = step
    const locals = bound.buffers.map((buffer) => Number(isLocal(buffer))).join('')
    const [own] =
      madeOnce(givenKernels(`trim ${locals}`, [bound]), buffers, () => {
        const { kernel } = bound
        return kernel.kind === 'loops' ? [trimmed(kernel, isLocal)] : undefined
      }) ?? []
    return own ? { ...step, bound: own } : step
  })
}

/** `cuts`: whether folds may be cut into blocks. */
function fuseAll(steps: readonly Step[], around: Around, cuts: boolean): readonly Step[] {
  const fused = new Fused(around.buffers)
  for (const before of steps) {
    const step = mapBodies(before, (inner) => {
      return fuseAll(inner, around, cuts && before.kind === 'loop')
    })
    fused.take(step, cuts)
  }
  return fused.steps
}

/** Earlier steps that are tried for one to be joined to. */
const MOST_TRIES = 64

/** Steps so far, found by the buffers that they touch: programs of thousands go over a shared few. */
class Fused {
  readonly #entries: Entry[] = []
  readonly #buffers: PlannedBuffer[]
  /** Numbers of the entries that touch a buffer, and of the last one that writes it. */
  readonly #touching = new Map<number, number[]>()
  readonly #writer = new Map<number, number>()

  constructor(buffers: PlannedBuffer[]) {
    this.#buffers = buffers
  }

  get steps(): Step[] {
    return this.#entries.map(({ step }) => step)
  }

  /** A kernel becomes part of an earlier one if it can; a fold across the rows of one leaves its end. */
  take(step: Step, cuts: boolean): void {
    const { length } = this.#buffers
    const [rows, results] = (cuts && acrossRows(step, ENOUGH_ROWS, this.#buffers)) || []
    if (rows && results && this.#join(this.#entry({ kind: 'kernel', bound: rows }))) {
      this.#push(this.#entry({ kind: 'kernel', bound: results }))
      return
    }
    this.#buffers.length = length
    const entry = this.#entry(step)
    if (!this.#join(entry)) this.#push(entry)
  }

  #entry(step: Step): Entry {
    return { step, ...touches(step, this.#buffers) }
  }

  #push(entry: Entry): void {
    this.#note(this.#entries.push(entry) - 1, entry)
  }

  #note(at: number, { reads, writes }: Entry): void {
    for (const buffer of new Set([...reads, ...writes])) {
      const touching = this.#touching.get(buffer) ?? []
      const after = touching.findLastIndex((other) => other <= at)
      if (touching[after] !== at) touching.splice(after + 1, 0, at)
      this.#touching.set(buffer, touching)
    }
    for (const buffer of writes) {
      this.#writer.set(buffer, Math.max(at, this.#writer.get(buffer) ?? 0))
    }
  }

  /** Puts a kernel into an earlier one over the same rows, if there is one before which all is ready. */
  #join(entry: Entry): boolean {
    const { step, reads, writes } = entry
    if (step.kind !== 'kernel' || !isWhole(step.bound.form.kernel)) return false
    for (const at of this.#candidates(entry, folds(step))) {
      const host = this.#entries[at]
      if (host?.step.kind !== 'kernel' || !isWhole(host.step.bound.form.kernel)) continue
      const joined = this.#joined(host.step.bound, step.bound)
      if (!joined) continue
      host.step.bound = joined
      host.reads = new Set([...host.reads, ...reads])
      host.writes = new Set([...host.writes, ...writes])
      this.#note(at, { step, reads, writes })
      return true
    }
    return false
  }

  #joined(first: Bound, second: Bound): Bound | undefined {
    const root = (buffer: number): number => rootOf(this.#buffers, buffer)
    const [joined] =
      madeOnce(givenKernels('join', [first, second], root), this.#buffers, () => {
        const [a, b] = [first.kernel, second.kernel]
        if (a.kind !== 'loops' || b.kind !== 'loops') return undefined
        const joined = join(a, b, root)
        return joined && isWorthwhile(joined) ? [joined.kernel] : undefined
      }) ?? []
    return joined
  }

  /** Entries that share what is read, the last one first, back to what must come before. */
  #candidates({ reads, writes }: Entry, isFold: boolean): number[] {
    const ready = Math.max(0, ...[...reads].map((buffer) => this.#writer.get(buffer) ?? 0))
    const touched = [...writes].map((buffer) => this.#touching.get(buffer)?.at(-1) ?? -1)
    const first = Math.max(ready, ...touched.map((at) => at + 1))
    const found = new Set<number>()
    for (const buffer of reads) {
      const touching = this.#touching.get(buffer) ?? []
      let tries = 0
      for (let i = touching.length - 1; i >= 0 && tries < MOST_TRIES; i--) {
        const at = touching[i] ?? -1
        if (at < first) break
        if (!isFold && !folds(this.#entries[at]?.step)) continue
        found.add(at)
        tries++
      }
    }
    return [...found].sort((a, b) => b - a).slice(0, MOST_TRIES)
  }
}

function folds(step: Step | undefined): boolean {
  if (step?.kind !== 'kernel') return false
  const { kernel } = step.bound.form
  return kernel.kind === 'loops' && kernel.passes.length > 0
}

/** Whether this is a loop kernel that has work, and folds, if at all, everything that its loops go over, to values. */
function isWhole(kernel: Kernel): boolean {
  if (kernel.kind !== 'loops') return false
  if (sizeOf([...kernel.extents, ...kernel.folded]) === 0) return false
  return kernel.passes.every(({ folds }) =>
    folds.every(({ guards, result }) => guards.length === 0 && result === 'value'),
  )
}

/** Elements of a kernel that is anyway done by one thread. */
const FEW = 16_384
/** Rows that a kernel needs for every thread to have some. */
const ENOUGH_ROWS = 16
/** Elements in a row for vectors to be busy. */
const ENOUGH_ELEMENTS = 16
/** Bytes of a row, all its buffers together, that are taken to stay in a core's cache. */
const ROW_BYTES = 1 << 20
/** Elements up to which values are stored column by column, which goes through memory in long strides. */
const FEW_IN_COLUMNS = 131_072
/** Buffers that one kernel may go over. */
const MOST_BUFFERS = 16

/** Whether rows are many enough to be shared by threads, and small enough to be kept between passes. */
function isWorthwhile({ kernel, byRows, inner }: Joined): boolean {
  const { extents, folded } = kernel
  const [rows, elements] = [sizeOf(extents), sizeOf(folded)]
  if (inner.size > MOST_BUFFERS) return false
  if (combiningIn(kernel).length > 0) {
    const free = freeLoops(kernel)
    if (!byRows || free === undefined || sizeOf(extents.slice(0, free)) < ENOUGH_ROWS) return false
  }
  if (rows * elements <= FEW) return true
  const along = (byRows ? folded : extents).findLast((extent) => extent > 1) ?? 1
  const within = kernel.passes.flatMap(({ stores }) => stores)
  const writes = within.length > 0
  const last = byRows ? extents.length + folded.length - 1 : extents.length - 1
  const vectors = (byRows ? within : storesOf(kernel)).every(({ offset }) => {
    return factorOf(offset, last) === 1
  })
  if (!vectors) return false
  if (along < ENOUGH_ELEMENTS) return false
  if (writes && (byRows ? elements * inner.size * 4 > ROW_BYTES : rows * elements > FEW_IN_COLUMNS))
    return false
  return rows >= ENOUGH_ROWS || !writes
}
