/** The compiler from end to end: schedule, plan, lower, place. Read this file first. */
import { canonical } from '../base/canonical.ts'
import { dtypes } from '../base/dtype.ts'
import { sizeOf } from '../base/shape.ts'
import { type Lifetime, planArena } from './arena.ts'
import type { Kernel } from './kernel.ts'
import { lowerContract } from './lower-contract.ts'
import { lowerLoops } from './lower-loops.ts'
import type { Argument, Lowered } from './lowering.ts'
import { type Plan, type PlannedBuffer, plan, type Step, touches } from './plan.ts'
import type {
  BufferPlace,
  Launch,
  Operand,
  Program,
  ProgramBuffer,
  ProgramNode,
} from './program.ts'
import type { CompileInput } from './schedule.ts'
import type { Target } from './target.ts'

/** Compiles a graph for a target. The same graph gives the same program, bit for bit. */
export function compile(input: CompileInput, target: Target): Program {
  const planned = plan(input, target)
  const resolve = (buffer: number): number => planned.aliases.get(buffer) ?? buffer
  const places = placeBuffers(planned, resolve)
  const functions = new Functions(planned.buffers, target.lanes)
  const body = planned.steps.flatMap((step): ProgramNode[] => {
    const launch = functions.launch(step, resolve)
    return launch ? [{ kind: 'launch', launch }] : []
  })
  const buffers = planned.buffers.map(({ dtype, shape }, i): ProgramBuffer => {
    return { dtype, shape, place: places.at[i] ?? { kind: 'arena', offset: 0 } }
  })
  return { buffers, functions: functions.list, body, arenaBytes: places.bytes }
}

function placeBuffers(
  { buffers, steps }: Plan,
  resolve: (buffer: number) => number,
): { at: BufferPlace[]; bytes: number } {
  const lives = new Map<number, { from: number; to: number }>()
  steps.forEach((step, at) => {
    const { reads, writes } = touches(step)
    for (const buffer of [...reads, ...writes]) {
      const life = lives.get(resolve(buffer)) ?? { from: at, to: at }
      lives.set(resolve(buffer), { from: life.from, to: at })
    }
  })
  const temporary: { readonly buffer: number; readonly life: Lifetime }[] = []
  buffers.forEach(({ outside, dtype, shape }, buffer) => {
    const life = lives.get(buffer)
    if (outside || !life || resolve(buffer) !== buffer) return
    temporary.push({ buffer, life: { bytes: sizeOf(shape) * dtypes[dtype].bytes, ...life } })
  })
  const { offsets, bytes } = planArena(temporary.map(({ life }) => life))
  const at = buffers.map((planned): BufferPlace => outsidePlace(planned))
  temporary.forEach(({ buffer }, i) => {
    at[buffer] = { kind: 'arena', offset: offsets[i] ?? 0 }
  })
  return { at, bytes }
}

function outsidePlace({ outside }: PlannedBuffer): BufferPlace {
  if (outside?.kind === 'leaf') return { kind: 'leaf', leaf: outside.index }
  if (outside?.kind === 'output') return { kind: 'output', output: outside.index }
  return { kind: 'arena', offset: 0 }
}

/** Lowers steps, giving kernels with equal code one function. */
class Functions {
  readonly list: { key: string; code: Lowered['code'] }[] = []
  readonly #known = new Map<string, number>()
  readonly #buffers: readonly PlannedBuffer[]
  readonly #lanes: number

  constructor(buffers: readonly PlannedBuffer[], lanes: number) {
    this.#buffers = buffers
    this.#lanes = lanes
  }

  launch(step: Step, resolve: (buffer: number) => number): Launch | undefined {
    if (step.kind === 'copy') {
      return { kind: 'copy', from: resolve(step.from), to: resolve(step.to) }
    }
    if (step.kind === 'interpret') {
      const { op, attrs } = step.node
      const inputs = step.inputs.map((input): Operand => {
        return input.kind === 'buffer' ? { ...input, buffer: resolve(input.buffer) } : input
      })
      return { kind: 'interpret', op, attrs, inputs, output: resolve(step.output) }
    }
    const lowered = this.#lower(step.kernel)
    if (lowered.units === 0) return undefined
    const key = canonical(lowered.code)
    let code = this.#known.get(key)
    if (code === undefined) {
      code = this.list.push({ key, code: lowered.code }) - 1
      this.#known.set(key, code)
    }
    const args = lowered.arguments.map((argument): Argument => {
      return argument.kind === 'address'
        ? { ...argument, buffer: resolve(argument.buffer) }
        : argument
    })
    return {
      kind: 'code',
      label: labelOf(step.kernel),
      code,
      arguments: args,
      units: lowered.units,
    }
  }

  #lower(kernel: Kernel): Lowered {
    if (kernel.kind === 'contract') return lowerContract(kernel, this.#lanes)
    return lowerLoops(kernel, this.#lanes, (buffer) => sizeOf(this.#buffers[buffer]?.shape ?? []))
  }
}

/** One line about a kernel: `contract 64 × (6·784·25)`, `loops [301056] → 3`. */
function labelOf(kernel: Kernel): string {
  if (kernel.kind === 'contract') {
    const { batch, m, n, k } = kernel
    return `contract ${batch.join('·')} × (${m}·${n}·${k.join('·')})`
  }
  const { extents, folded, fold, stores } = kernel
  const over = fold ? ` ${fold.combine} [${folded.join(', ')}]` : ''
  return `loops [${extents.join(', ')}]${over} → ${stores.length}`
}
