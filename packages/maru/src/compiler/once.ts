/**
 * What is the same in every run: steps that read nothing but leaves which stay, and sides of contractions
 * that are made of them, packed. They run once, and what they leave behind is given to every run.
 */
import { sizeOf } from '../base/shape.ts'
import type { Node } from '../graph/node.ts'
import { Bound } from './forms.ts'
import { isBeside } from './in-place.ts'
import { type ContractKernel, type Expr, eachPart, type Side } from './kernel.ts'
import { type Likeness, likenessOf } from './likeness.ts'
import { SMALL } from './lower-contract.ts'
import {
  changesInBatch,
  PACKED_COLUMNS,
  PACKED_ROWS,
  packedSide,
  packing,
  sizeInPanels,
  type Wide,
} from './packed.ts'
import type { Source } from './program.ts'
import {
  type Body,
  eachLoad,
  isMoving,
  type PlannedBuffer,
  rootOf,
  type Step,
  touches,
} from './steps.ts'

/** Steps in order, and what they work on. */
interface Planned {
  readonly steps: readonly Step[]
  readonly buffers: PlannedBuffer[]
  /** Buffers that are a leaf's in truth. */
  readonly aliases: ReadonlyMap<number, number>
  /** Leaves that are the same in every run. */
  readonly steady: ReadonlySet<number>
  readonly parameters: readonly Node[]
}

/** Steps that run once, those of every run, and buffers that the former fill for the latter. */
export interface Parted {
  readonly once: readonly Step[]
  readonly steps: readonly Step[]
  readonly kept: readonly number[]
}

/** Elements that are worth keeping, of a side and of all, and columns that fill panels well. */
const [FEWEST_ELEMENTS, FEWEST_COLUMNS] = [1024, 64]
/** Elements that are too many to keep beside what they are made of, where addresses have 32 bits. */
const MOST_ELEMENTS = 2 ** 28
/** Columns for which rows are read where they are: eight streams come faster than one of eight. */
const MOST_FEW = 64

/** Parts the steps of a plan. */
export function parted(planned: Planned): Parted {
  const { buffers } = planned
  const steadiness = new Steadiness(planned)
  const sides = new Sides(planned, steadiness)
  const steps = steadiness.rest.map((step) => sides.packedIn(step))
  const once = [...steadiness.once, ...sides.steps]
  const made = new Set(once.flatMap((step) => [...touches(step, buffers).writes]))
  const read = new Set(steps.flatMap((step) => [...touches(step, buffers).reads]))
  const kept = [...made].filter((buffer) => read.has(buffer))
  const size = kept.reduce((sum, buffer) => sum + sizeOf(buffers[buffer]?.shape ?? []), 0)
  return size < FEWEST_ELEMENTS || size > MOST_ELEMENTS
    ? { once: [], steps: planned.steps, kept: [] }
    : { once, steps, kept }
}

/** Which steps, buffers and numbers are the same in every run. */
class Steadiness implements Staying {
  readonly mostLines: number = Infinity
  readonly inBatches = true
  readonly once: readonly Step[]
  readonly rest: readonly Step[]
  readonly #planned: Planned
  /** Buffers that steps of every run write. */
  readonly #changing = new Set<number>()

  constructor(planned: Planned) {
    this.#planned = planned
    const { steps, buffers } = planned
    const rest = new Set<Step>()
    const all = steps.map((step) => ({ step, ...touches(step, buffers) }))
    // again, where a buffer is written by several of which a later one is not
    for (let before = -1; before < rest.size; ) {
      before = rest.size
      for (const { step, reads, writes } of all) {
        const stays = (buffer: number): boolean =>
          this.#isOwn(buffer) && !this.#changing.has(buffer)
        const isSteady = numbersOf(step).every((index) => this.isLiteral(index))
        if (isSteady && [...reads].every((it) => this.holds(it)) && [...writes].every(stays))
          continue
        rest.add(step)
        for (const buffer of writes) this.#changing.add(buffer)
      }
    }
    this.once = steps.filter((step) => !rest.has(step))
    this.rest = steps.filter((step) => rest.has(step))
  }

  /** Whether a buffer is of the program alone. */
  #isOwn(buffer: number): boolean {
    return !this.#planned.buffers[buffer]?.outside && !this.#planned.aliases.has(buffer)
  }

  /** Whether a buffer holds the same in every run, at any time when it is read. */
  holds(buffer: number): boolean {
    const { buffers, steady } = this.#planned
    if (isMoving(buffers, buffer)) return false
    const root = rootOf(buffers, buffer)
    const { outside } = buffers[root] ?? {}
    if (outside) return outside.kind === 'leaf' && steady.has(outside.index)
    return this.#isOwn(root) && !this.#changing.has(root)
  }

  /** Whether a number is bound to the same value at every run. */
  isLiteral(index: number): boolean {
    return this.#planned.parameters[index]?.leaf?.kind !== 'slot'
  }
}

/** Numbers that a step is given at every run. */
function numbersOf(step: Step): readonly number[] {
  switch (step.kind) {
    case 'kernel':
      return step.bound.parameters
    case 'interpret':
      return step.inputs.flatMap((input) => (input.kind === 'parameter' ? [input.index] : []))
    case 'copy':
      return []
    default:
      return step.bodies.flatMap(({ steps }) => steps).flatMap(numbersOf)
  }
}

/** What is known to stay the same while panels are read. */
interface Staying {
  /** Whether a buffer does. */
  holds(buffer: number): boolean
  /** Whether a number does, by its position. */
  isLiteral(index: number): boolean
  /** Lines of the other side up to which they are packed. */
  readonly mostLines: number
  /** Whether they are packed where each of a batch has its own. */
  readonly inBatches: boolean
}

/** Sides of contractions that are packed once. */
export class Sides {
  readonly steps: Step[] = []
  readonly #buffers: PlannedBuffer[]
  readonly #staying: Staying
  /** Buffers of panels, by what packs them. */
  readonly #packed = new Map<string, number>()

  constructor({ buffers }: { readonly buffers: PlannedBuffer[] }, staying: Staying) {
    this.#buffers = buffers
    this.#staying = staying
  }

  /** The step, with sides that are packed already where that is better. */
  packedIn(step: Step): Step {
    const inner = (body: Body): Body => {
      return { ...body, steps: body.steps.map((each) => this.packedIn(each)) }
    }
    switch (step.kind) {
      case 'kernel':
        return step.bound.form.kernel.kind === 'contract' ? this.#contraction(step) : step
      case 'loop':
        return { ...step, bodies: [inner(step.bodies[0])] }
      case 'while':
      case 'branch':
        return { ...step, bodies: [inner(step.bodies[0]), inner(step.bodies[1])] }
      default:
        return step
    }
  }

  #contraction(step: Step & { readonly kind: 'kernel' }): Step {
    const { kernel } = step.bound
    if (kernel.kind !== 'contract' || isReadInPlace(kernel)) return step
    const { m, n } = kernel
    const { mostLines } = this.#staying
    const fillsRows = m > PACKED_ROWS && n > MOST_FEW && n <= mostLines
    const fillsColumns = n >= FEWEST_COLUMNS && m <= mostLines
    const a = fillsRows && this.#side({ side: kernel.a, width: PACKED_ROWS })
    const b = fillsColumns && this.#side({ side: kernel.b, width: PACKED_COLUMNS })
    if (!a && !b) return step
    const packed = { ...kernel, ...(a && { a }), ...(b && { b }) }
    return { kind: 'kernel', bound: Bound.of(packed, this.#buffers) }
  }

  #side(it: Wide): Side | undefined {
    if (it.side.isPacked) return undefined
    const size = sizeInPanels(it)
    if (size < FEWEST_ELEMENTS || !this.#isSteady(it.side.value)) return undefined
    if (!this.#staying.inBatches && changesInBatch(it.side)) return undefined
    const nowhere = packing(it, -1)
    const told = nowhere.map((kernel) => likenessOf(kernel, () => 0))
    const key = told
      .map(({ text, ...own }) => `${text}|${own.buffers}|${own.parameters}`)
      .join('\n')
    const known = this.#packed.get(key)
    if (known !== undefined) return packedSide(it, known)
    const source = this.#sourceOf(told)
    const buffer = this.#buffers.push({ dtype: 'float32', shape: [size], source }) - 1
    this.#packed.set(key, buffer)
    for (const kernel of packing(it, buffer)) {
      this.steps.push({ kind: 'kernel', bound: Bound.of(kernel, this.#buffers) })
    }
    return packedSide(it, buffer)
  }

  /** What panels are made of, if that is leaves. */
  #sourceOf(told: readonly Likeness[]): Source | undefined {
    const buffers = told.flatMap((each) => each.buffers.filter((buffer) => buffer >= 0))
    const leaves = buffers.flatMap((buffer) => {
      const { outside } = this.#buffers[buffer] ?? {}
      return outside?.kind === 'leaf' ? [outside.index] : []
    })
    if (leaves.length < buffers.length) return undefined
    const text = told.map((each) => each.text).join('\n')
    return { text, leaves, parameters: told.flatMap(({ parameters }) => parameters) }
  }

  #isSteady(value: Expr): boolean {
    let steady = true
    eachLoad(value, ({ buffer }) => {
      steady &&= this.#staying.holds(buffer)
    })
    eachPart(value, (part) => {
      steady &&= part.kind !== 'parameter' || this.#staying.isLiteral(part.index)
    })
    return steady
  }
}

/** Whether both sides are so small, and lie so, that tiles read them where they are. */
function isReadInPlace({ m, n, k, b }: ContractKernel): boolean {
  return m * n * k <= SMALL && isBeside(b)
}
