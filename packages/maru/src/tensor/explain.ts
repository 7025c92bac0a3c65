/** `explain`: what a function becomes, kernel by kernel, against what the device can do. */
import { type Launched, watch } from '../backend/watch.ts'
import { type Cost, costOf } from '../compiler/cost.ts'
import { opsOf, printProgram } from '../compiler/print.ts'
import { type Launch, launchesOf, type Program } from '../compiler/program.ts'
import type { Data } from '../graph/data.ts'
import { device } from '../runtime/engine.ts'
import { programFor } from '../runtime/programs.ts'
import { type Run, realizeNodes, rehearse } from '../runtime/realize.ts'
import { type Roofline, rooflineOf } from '../runtime/roofline.ts'
import { type Arguments, mustData, nodesOf, type Outputs, record } from './compile.ts'
import type { Tensor } from './tensor.ts'

/** One launch of an explained program. */
export interface KernelReport {
  /** Its loops: `loops [64] add [100] → 1`, `contract 1·1 × (64·30·1·100)`. */
  readonly label: string
  readonly kind: 'loops' | 'contract' | 'scatter' | 'interpret' | 'copy'
  /** Ops that it computes, inputs before users. */
  readonly ops: readonly string[]
  /** Whether it computes what is the same in every run, before the first one and when a parameter has changed. */
  readonly once: boolean
  /** Launches in one run: as many as the turns of a loop around it. */
  readonly calls: number
  /** Median of the runs, in milliseconds, all launches together; so are the numbers that follow. */
  readonly ms: number
  /** Operations, each as many as it costs in additions; a multiply-add is two. */
  readonly flops: number
  /** Bytes that must come from memory once. */
  readonly read: number
  readonly written: number
  /** What limits it: arithmetic or memory; nothing without a roofline, or with nothing to do. */
  readonly bound: 'compute' | 'memory' | undefined
  /**
   * Share of the roofline, 1 where it is as fast as the device can be. Above 1 its data came from a
   * cache, which is faster than the memory that the roofline is measured with.
   */
  readonly share: number | undefined
}

const MOST_RUNS = 30
/** Milliseconds after which no run is added. */
const LONG_ENOUGH = 300
/** Runs before the measured ones: engines optimise code that they have seen. */
const WARM_UP = 3

/** What `explain` found; as text it is a table. */
export class Explanation {
  readonly device: string
  readonly kernels: readonly KernelReport[]
  /** What the device can do at most; nothing where it runs no compiled code. */
  readonly roofline: Roofline | undefined
  /** Number of runs that were measured. */
  readonly runs: number
  /** Nodes of the recorded graph. */
  readonly nodes: number
  readonly #program: Program

  constructor(
    program: Program,
    of: Pick<Explanation, 'device' | 'kernels' | 'roofline' | 'runs' | 'nodes'>,
  ) {
    this.device = of.device
    this.kernels = of.kernels
    this.roofline = of.roofline
    this.runs = of.runs
    this.nodes = of.nodes
    this.#program = program
  }

  static {
    // How Node's console shows it.
    const inspect = Symbol.for('nodejs.util.inspect.custom')
    Object.defineProperty(Explanation.prototype, inspect, { value: Explanation.prototype.toString })
  }

  /** Milliseconds of a run in all kernels together, but for those that run once. */
  get ms(): number {
    return this.kernels.reduce((sum, { ms, once }) => sum + (once ? 0 : ms), 0)
  }

  /** The loop nests, as `DEBUG=3` prints them. */
  loops(): string {
    return printProgram(this.#program).join('\n')
  }

  toString(): string {
    const { kernels, nodes, runs, roofline } = this
    const total = this.ms
    const once = kernels.filter((it) => it.once)
    const launches = `${kernels.length - once.length} launches on ${this.device}: ${time(total)}`
    const more = once.length > 0 ? `; before them ${once.length} once` : ''
    const head = `${nodes} nodes, ${launches}, median of ${runs} runs${more}`
    const top =
      roofline &&
      `this machine: ${rate(roofline.flops)}FLOP/s of multiply-adds, ${rate(roofline.bandwidth)}B/s copied`
    const rows = kernels.map((it, i) => [
      String(i),
      time(it.ms),
      it.once ? 'once' : total > 0 ? `${Math.round((100 * it.ms) / total)}%` : '',
      rate(it.flops),
      `${rate(it.read)}B`,
      `${rate(it.written)}B`,
      it.ms > 0 ? rate((it.flops * 1000) / it.ms) : '',
      it.share === undefined ? '' : `${Math.round(100 * it.share)}% ${it.bound}`,
      [it.calls > 1 ? `${it.calls} × ` : '', [it.label, ...it.ops].join(' ')].join(''),
    ])
    const title = ['', 'time', '', 'FLOPs', 'read', 'written', 'FLOP/s', 'of roofline', 'kernel']
    return [head, ...(top ? [top] : []), ...table([title, ...rows])].join('\n')
  }
}

/**
 * Runs a function as `compile` would and tells what became of it: kernels in order with the bytes they
 * move, the operations they compute, the time they take, and the share of the roofline that it is.
 *
 * Bytes and operations are counted from the kernels' loops; the roofline is measured once on this
 * machine, with 64 MiB of memory for a moment. Nothing changes: parameters that the function steps
 * keep their values.
 *
 * @throws TraceError as `compile` does
 * @see Williams, Waterman and Patterson 2009, "Roofline", https://doi.org/10.1145/1498765.1498785
 * @example console.log(await explain((x) => model.call(x).softmax(), x))
 */
export async function explain<A extends readonly Tensor[], R extends Outputs>(
  fn: (...args: A) => R,
  ...args: Arguments<A>
): Promise<Explanation> {
  const nodes = nodesOf('explain', args)
  await realizeNodes(nodes)
  const data = nodes.map(mustData)
  const { recording } = record(fn, nodes)
  const backend = device()
  const roofline = await rooflineOf(backend)
  const { program } = programFor(recording.graph, backend).prepared
  const { once, runs } = await measure(recording, data, program)
  const reports = (of: Program, runs: readonly Times[], once: boolean): KernelReport[] =>
    launchesOf(of.body).map((launch) => {
      const taken = runs.map((run) => run.get(launch) ?? { calls: 0, ms: 0 })
      const calls = taken[0]?.calls ?? 0
      const ms = median(taken.map((each) => each.ms))
      const one = costOf(launch, of.buffers)
      const cost = {
        flops: one.flops * calls,
        read: one.read * calls,
        written: one.written * calls,
      }
      return { ...describe(launch), once, calls, ms, ...cost, ...compare(cost, ms, roofline) }
    })
  const before = program.once ? reports(program.once.program, [once], true) : []
  const kernels = [...before, ...reports(program, runs, false)]
  const count = recording.graph.nodes.length
  return new Explanation(program, {
    device: backend.name,
    kernels,
    roofline,
    runs: runs.length,
    nodes: count,
  })
}

/** What a launch took in one run. */
interface Taken {
  readonly calls: number
  readonly ms: number
}

type Times = Map<Launch, Taken>

/** Times of every launch in every run, and of those before them, from runs that leave no trace. */
async function measure(
  recording: Run,
  data: readonly Data[],
  program: Program,
): Promise<{ readonly once: Times; readonly runs: readonly Times[] }> {
  const once: Times = new Map()
  const runs: Times[] = []
  const stop = watch({
    launched({ program: of, launch, start, end }: Launched): void {
      const times = of === program ? runs.at(-1) : of === program.once?.program ? once : undefined
      const { calls, ms } = times?.get(launch) ?? { calls: 0, ms: 0 }
      times?.set(launch, { calls: calls + 1, ms: ms + end - start })
    },
  })
  try {
    const warm = performance.now() + LONG_ENOUGH
    for (let i = 0; i < WARM_UP && performance.now() < warm; i++) await rehearse(recording, data)
    const end = performance.now() + LONG_ENOUGH
    do {
      runs.push(new Map())
      await rehearse(recording, data)
    } while (runs.length < MOST_RUNS && performance.now() < end)
  } finally {
    stop()
  }
  return { once, runs }
}

function describe(launch: Launch): Pick<KernelReport, 'label' | 'kind' | 'ops'> {
  if (launch.kind === 'copy') return { label: 'copy', kind: 'copy', ops: [] }
  if (launch.kind === 'interpret') {
    return { label: 'interpret', kind: 'interpret', ops: [launch.op.name] }
  }
  const { kernel, label } = launch
  return { label, kind: kernel?.kind ?? 'loops', ops: kernel ? opsOf(kernel) : [] }
}

function compare(
  { flops, read, written }: Cost,
  ms: number,
  roofline: Roofline | undefined,
): Pick<KernelReport, 'bound' | 'share'> {
  if (!roofline || ms === 0) return { bound: undefined, share: undefined }
  const arithmetic = flops / roofline.flops
  const memory = (read + written) / roofline.bandwidth
  const share = (Math.max(arithmetic, memory) * 1000) / ms
  return { bound: arithmetic > memory ? 'compute' : 'memory', share }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? 0
}

function time(ms: number): string {
  return ms < 1 ? `${Math.round(ms * 1000)} µs` : `${ms.toPrecision(3)} ms`
}

/** A count with three digits and a prefix of thousands. */
function rate(value: number): string {
  const prefixes = ['', 'k', 'M', 'G', 'T']
  let scaled = value
  let i = 0
  for (; scaled >= 999.5 && i < prefixes.length - 1; i++) scaled /= 1000
  const digits = scaled >= 100 || i === 0 ? scaled.toFixed(0) : scaled.toPrecision(3)
  return `${digits} ${prefixes[i]}`
}

/** Columns to the right, the last one to the left. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}
