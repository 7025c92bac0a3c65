/** The compiler from end to end: schedule, plan, lower, place. Read this file first. */
import { canonical } from '../base/canonical.ts'
import { dtypes } from '../base/dtype.ts'
import { sizeOf } from '../base/shape.ts'
import { type Lifetime, planArena } from './arena.ts'
import { refuseExtents } from './extent.ts'
import { keyOf } from './index-expr.ts'
import type { Kernel } from './kernel.ts'
import { inPlaceOf, type Likeness, likenessOf } from './likeness.ts'
import { lowerContract } from './lower-contract.ts'
import { lowerLoops } from './lower-loops.ts'
import { lowerScatter } from './lower-scatter.ts'
import type { Argument, Lowered } from './lowering.ts'
import { type Plan, plan } from './plan.ts'
import { labelOf } from './print.ts'
import type {
  BufferPlace,
  Launch,
  Operand,
  Program,
  ProgramBuffer,
  ProgramNode,
} from './program.ts'
import type { CompileInput } from './schedule.ts'
import { type Body, type ControlStep, type PlannedBuffer, type Step, touches } from './steps.ts'
import type { Target } from './target.ts'

/** A step that is one launch. */
type PlainStep = Exclude<Step, ControlStep>

/** Compiles a graph for a target. The same graph gives the same program, bit for bit. */
export function compile(input: CompileInput, target: Target): Program {
  const planned = plan(input, target)
  const resolve = (buffer: number): number => planned.aliases.get(buffer) ?? buffer
  const places = placeBuffers(planned, resolve)
  const [large] = planned.large
  // What no memory holds is the device's to refuse: it knows what was asked, and who has the rest.
  if (large && !isBeyondMemory(planned, places.bytes)) refuseExtents(large)
  const functions = new Functions(planned.buffers, target.lanes)
  const body = treeOf(planned.steps, (step) => functions.launch(step, resolve), resolve)
  const buffers = planned.buffers.map(({ dtype, shape }, i): ProgramBuffer => {
    return { dtype, shape, place: places.at[i] ?? { kind: 'arena', offset: 0 } }
  })
  return { buffers, functions: functions.list, body, arenaBytes: places.bytes }
}

/** Bytes that 32-bit addresses reach. */
const MOST_BYTES = 2 ** 32

function isBeyondMemory({ buffers }: Plan, arenaBytes: number): boolean {
  const results = buffers.filter(({ outside }) => outside?.kind === 'output')
  const bytes = results.map(({ dtype, shape }) => sizeOf(shape) * dtypes[dtype].bytes)
  return [arenaBytes, ...bytes].some((size) => size >= MOST_BYTES)
}

/** Steps as nodes of the program; those without work are left out. */
function treeOf(
  steps: readonly Step[],
  launchOf: (step: PlainStep) => Launch | undefined,
  resolve: (buffer: number) => number,
): ProgramNode[] {
  const inner = ({ steps }: Body): ProgramNode[] => treeOf(steps, launchOf, resolve)
  return steps.flatMap((step): ProgramNode[] => {
    switch (step.kind) {
      case 'loop': {
        const { kind, count, views, bodies } = step
        return [{ kind, count, views, body: inner(bodies[0]) }]
      }
      case 'while': {
        const [condition, body] = step.bodies.map(inner)
        const predicate = resolve(step.predicate)
        return [{ kind: 'while', predicate, condition: condition ?? [], body: body ?? [] }]
      }
      case 'branch': {
        const [yes, no] = step.bodies.map(inner)
        return [
          { kind: 'branch', predicate: resolve(step.predicate), yes: yes ?? [], no: no ?? [] },
        ]
      }
      default: {
        const launch = launchOf(step)
        return launch ? [{ kind: 'launch', launch }] : []
      }
    }
  })
}

interface Life {
  readonly from: number
  readonly to: number
}

/** When each buffer is in use, on a clock that every step of every body advances. */
function livesOf({ buffers, steps }: Plan, resolve: (buffer: number) => number): Map<number, Life> {
  const lives = new Map<number, Life>()
  let clock = 0
  const use = (buffer: number, from: number, to: number): void => {
    const known = lives.get(buffer) ?? { from, to }
    lives.set(buffer, { from: Math.min(known.from, from), to: Math.max(known.to, to) })
  }
  const visit = (step: Step): void => {
    const from = clock++
    const { reads, writes } = touches(step, buffers)
    if (!('bodies' in step)) {
      for (const buffer of [...reads, ...writes]) use(resolve(buffer), from, from)
      return
    }
    for (const { steps } of step.bodies) steps.forEach(visit)
    // What a body made for itself is free between its uses; all else is held for as long as it runs.
    const own = (buffer: number): boolean =>
      step.bodies.some(({ own: [first, end] }) => buffer >= first && buffer < end)
    for (const buffer of [...reads, ...writes]) {
      if (!own(buffer)) use(resolve(buffer), from, clock)
    }
    clock++
  }
  steps.forEach(visit)
  return lives
}

function placeBuffers(
  planned: Plan,
  resolve: (buffer: number) => number,
): { at: BufferPlace[]; bytes: number } {
  const { buffers } = planned
  const lives = livesOf(planned, resolve)
  const temporary: { readonly buffer: number; readonly life: Lifetime }[] = []
  buffers.forEach(({ outside, view, dtype, shape }, buffer) => {
    const life = lives.get(buffer)
    if (outside || view || !life || resolve(buffer) !== buffer) return
    temporary.push({ buffer, life: { bytes: sizeOf(shape) * dtypes[dtype].bytes, ...life } })
  })
  const { offsets, bytes } = planArena(temporary.map(({ life }) => life))
  const at = buffers.map((planned, i): BufferPlace => {
    return fixedPlace(buffers[resolve(i)] ?? planned, resolve)
  })
  temporary.forEach(({ buffer }, i) => {
    at[buffer] = { kind: 'arena', offset: offsets[i] ?? 0 }
  })
  return { at, bytes }
}

function fixedPlace(
  { outside, view }: PlannedBuffer,
  resolve: (buffer: number) => number,
): BufferPlace {
  if (view) return { kind: 'view', ...view, of: resolve(view.of) }
  if (outside?.kind === 'leaf') return { kind: 'leaf', leaf: outside.index }
  if (outside?.kind === 'output') return { kind: 'output', output: outside.index }
  return { kind: 'arena', offset: 0 }
}

/** What was lowered for the first of kernels that are alike. */
interface Sample {
  readonly likeness: Likeness
  /** Held weakly: when all are lowered, code is what the backend made of it. */
  readonly lowered: WeakRef<Lowered>
}

/** Lowers steps, kernels that are alike once, giving those with equal code one function. */
class Functions {
  readonly list: { key: string; code: Lowered['code'] }[] = []
  readonly #known = new Map<string, number>()
  readonly #numbers = new Map<Lowered['code'], number>()
  readonly #samples = new Map<string, Sample>()
  readonly #buffers: readonly PlannedBuffer[]
  readonly #lanes: number

  constructor(buffers: readonly PlannedBuffer[], lanes: number) {
    this.#buffers = buffers
    this.#lanes = lanes
  }

  launch(step: PlainStep, resolve: (buffer: number) => number): Launch | undefined {
    if (step.kind === 'copy') {
      return { kind: 'copy', from: resolve(step.from), to: resolve(step.to) }
    }
    if (step.kind === 'interpret') {
      const { op, attrs } = step.node
      const inputs = step.inputs.map((input): Operand => {
        return input.kind === 'buffer' ? { ...input, buffer: resolve(input.buffer) } : input
      })
      return { kind: 'interpret', op, attrs, inputs, outputs: step.outputs.map(resolve) }
    }
    const kernel = withoutIdentity(step.kernel, resolve)
    if (!kernel) return undefined
    const likeness = likenessOf(kernel, (buffer) => this.#sizeOf(buffer))
    const lower = (lanes: number, sums = lanes): Lowered =>
      resolved(this.#lowered(kernel, likeness, lanes, sums), resolve)
    const lowered = lower(this.#lanes)
    if (lowered.units === 0) return undefined
    const code = this.#number(lowered.code)
    return {
      kind: 'code',
      label: labelOf(kernel),
      kernel,
      code,
      arguments: lowered.arguments,
      units: lowered.units,
      together: lowered.together,
      writes: [...touches(step, this.#buffers).writes].map(resolve),
      work: workOf(kernel),
      lower,
    }
  }

  /** Number of the function with this code. */
  #number(code: Lowered['code']): number {
    const seen = this.#numbers.get(code)
    if (seen !== undefined) return seen
    const key = canonical(code)
    const number = this.#known.get(key) ?? this.list.push({ key, code }) - 1
    this.#known.set(key, number)
    this.#numbers.set(code, number)
    return number
  }

  #sizeOf(buffer: number): number {
    return sizeOf(this.#buffers[buffer]?.shape ?? [])
  }

  /** What the first kernel that is like this one was lowered to, with this one's arguments. */
  #lowered(kernel: Kernel, likeness: Likeness, lanes: number, sums: number): Lowered {
    const key = `${lanes} ${sums} ${likeness.text}`
    const sample = this.#samples.get(key)
    const known = sample?.lowered.deref()
    if (sample && known) return inPlaceOf(known, sample.likeness, likeness)
    const lowered = this.#lower(kernel, lanes, sums)
    this.#samples.set(key, { likeness, lowered: new WeakRef(lowered) })
    return lowered
  }

  #lower(kernel: Kernel, lanes: number, sums: number): Lowered {
    const sizes = (buffer: number): number => this.#sizeOf(buffer)
    if (kernel.kind === 'contract') return lowerContract(kernel, { lanes, sums, sizes })
    if (kernel.kind === 'scatter') return lowerScatter(kernel, lanes, sizes)
    return lowerLoops(kernel, lanes, sizes)
  }
}

/** The kernel without stores of what lies where it should be, since a result is written in place. */
function withoutIdentity(kernel: Kernel, resolve: (buffer: number) => number): Kernel | undefined {
  if (kernel.kind !== 'loops' || kernel.passes.length > 0) return kernel
  const stores = kernel.stores.filter(({ buffer, offset, value }) => {
    if (value.kind !== 'load' || value.guards.length > 0) return true
    return resolve(value.buffer) !== resolve(buffer) || keyOf(value.offset) !== keyOf(offset)
  })
  return stores.length === 0 ? undefined : { ...kernel, stores }
}

/** Arguments that address the buffers which results go to in truth. */
function resolved(lowered: Lowered, resolve: (buffer: number) => number): Lowered {
  const args = lowered.arguments.map((argument): Argument => {
    return argument.kind === 'address'
      ? { ...argument, buffer: resolve(argument.buffer) }
      : argument
  })
  return { ...lowered, arguments: args }
}

function workOf(kernel: Kernel): number {
  if (kernel.kind === 'contract') {
    const { batch, m, n, k } = kernel
    return (batch * m * n * k) / 8
  }
  if (kernel.kind === 'scatter') return 2 * sizeOf(kernel.extents)
  const { extents, folded, passes, stores } = kernel
  const inner = passes.reduce((sum, pass) => sum + pass.folds.length + pass.stores.length, 0)
  return sizeOf(extents) * (sizeOf(folded) * inner + stores.length)
}
