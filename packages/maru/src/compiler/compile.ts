/** The compiler from end to end: schedule, plan, lower, place. Read this file first. */
import { dtypes } from '../base/dtype.ts'
import { sizeOf } from '../base/shape.ts'
import { type Lifetime, planArena } from './arena.ts'
import { lanesFor } from './direction.ts'
import { refuseExtents } from './extent.ts'
import { Bound, type Form } from './forms.ts'
import { keyOf } from './index-expr.ts'
import type { Kernel } from './kernel.ts'
import { inCommon } from './likeness.ts'
import { lowerContract } from './lower-contract.ts'
import { lowerLoops } from './lower-loops.ts'
import { lowerScatter } from './lower-scatter.ts'
import type { BufferSizes, Lowered } from './lowering.ts'
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
  const { once, kept, large } = planned
  const first = { leaf: input.leaves.length, output: input.outputs.length }
  const program = programOf(given(planned, 'leaf', first.leaf))
  // What no memory holds is the device's to refuse: it knows what was asked, and who has the rest.
  if (large[0] && !isBeyondMemory(planned, program.arenaBytes)) refuseExtents(large[0])
  if (kept.length === 0) return program
  const before = programOf({ ...given(planned, 'output', first.output), steps: once })
  const results = kept.flatMap((buffer) => planned.buffers[buffer] ?? [])
  return { ...program, once: { program: before, results, first } }
}

/** A plan in which what is kept from run to run comes from, or goes to, outside: numbered from `first` on. */
function given(planned: Plan, kind: 'leaf' | 'output', first: number): Plan {
  const { buffers, kept } = planned
  if (kept.length === 0) return planned
  const places = new Map(kept.map((buffer, i) => [buffer, first + i]))
  const placed = buffers.map((buffer, i): PlannedBuffer => {
    const index = places.get(i)
    return index === undefined ? buffer : { ...buffer, outside: { kind, index } }
  })
  return { ...planned, buffers: placed }
}

function programOf(planned: Plan): Program {
  const resolve = (buffer: number): number => planned.aliases.get(buffer) ?? buffer
  const places = placeBuffers(planned, resolve)
  const body = treeOf(planned.steps, (step) => launchOf(step, planned.buffers, resolve), resolve)
  const buffers = planned.buffers.map(({ dtype, shape }, i): ProgramBuffer => {
    return { dtype, shape, place: places.at[i] ?? { kind: 'arena', offset: 0 } }
  })
  return { buffers, body, arenaBytes: places.bytes }
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

function launchOf(
  step: PlainStep,
  buffers: readonly PlannedBuffer[],
  resolve: (buffer: number) => number,
): Launch | undefined {
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
  const bound = withoutIdentity(step.bound, buffers, resolve)
  if (!bound || isEmpty(bound.form.kernel)) return undefined
  const { form } = bound
  return {
    kind: 'code',
    label: labelOf(form.kernel),
    get kernel() {
      return bound.kernel
    },
    writes: [...touches(step, buffers).writes].map(resolve),
    work: workOf(form.kernel),
    alike: {
      text: form.likeness.text,
      buffers: bound.buffers.map(resolve),
      parameters: bound.parameters,
      lower: (lanes, widest) => lower(form, lanes, widest),
    },
  }
}

function lower(form: Form, lanes: number, widest: number): Lowered {
  const { kernel, likeness } = form
  const sizes: BufferSizes = (buffer) => form.sizes[likeness.buffers.indexOf(buffer)] ?? 0
  switch (kernel.kind) {
    case 'contract':
      return inCommon(lowerContract(kernel, { lanes, sums: widest, sizes }), likeness)
    case 'scatter':
      return inCommon(lowerScatter(kernel, lanes, sizes), likeness)
    case 'loops':
      return inCommon(lowerLoops(kernel, lanesFor(kernel, lanes, widest), sizes), likeness)
  }
}

/** Whether a kernel goes over nothing. */
function isEmpty(kernel: Kernel): boolean {
  if (kernel.kind !== 'contract') return sizeOf(kernel.extents) === 0
  return kernel.batch * kernel.m * kernel.n === 0
}

/** The kernel without stores of what lies where it should be, since a result is written in place. */
function withoutIdentity(
  bound: Bound,
  buffers: readonly PlannedBuffer[],
  resolve: (buffer: number) => number,
): Bound | undefined {
  const { kernel } = bound.form
  if (kernel.kind !== 'loops' || kernel.passes.length > 0) return bound
  const place = (buffer: number): number => resolve(bound.own(buffer))
  const kept = kernel.stores.map(({ buffer, offset, value }) => {
    if (value.kind !== 'load' || value.guards.length > 0) return true
    return place(value.buffer) !== place(buffer) || keyOf(value.offset) !== keyOf(offset)
  })
  if (!kept.includes(false)) return bound
  if (!kept.includes(true) || bound.kernel.kind !== 'loops') return undefined
  const stores = bound.kernel.stores.filter((_, i) => kept[i])
  return Bound.of({ ...bound.kernel, stores }, buffers)
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
