/**
 * What a device can do at most: multiply-adds that never leave the registers, and a copy that no
 * cache holds, both run through the backend like any other program.
 *
 * @see Williams, Waterman and Patterson 2009, "Roofline", https://doi.org/10.1145/1498765.1498785
 */
import type { Backend } from '../backend/backend.ts'
import { pause } from '../base/pause.ts'
import { sizeOf } from '../base/shape.ts'
import { variable } from '../compiler/index-expr.ts'
import type { LoopKernel } from '../compiler/kernel.ts'
import type { Alike } from '../compiler/likeness.ts'
import { lowerLoops } from '../compiler/lower-loops.ts'
import type { Lowered } from '../compiler/lowering.ts'
import type { CodeLaunch, Program, ProgramBuffer } from '../compiler/program.ts'
import { VectorBuilder, type VectorFunction } from '../compiler/vector.ts'
import type { DeviceBuffer } from '../graph/data.ts'

export interface Roofline {
  /** Floating-point operations in a second; a multiply-add is two. */
  readonly flops: number
  /** Bytes in a second, read and written together. */
  readonly bandwidth: number
}

/** Independent chains of multiply-adds: enough to hide their latency, few enough for 16 registers. */
const CHAINS = 10
/** Lanes of the widest vectors. */
const WIDEST = 16
/** Parts of the work, for backends that share it out. */
const UNITS = 64
/** Elements of each side of the copy: 32 MiB, more than the caches of one core. */
const COPIED = 8 * 1024 * 1024
/** Runs without a new record after which one is believed. */
const TRIES = 20
/** Milliseconds after which the best so far must do. */
const LONGEST = 1000
/**
 * Milliseconds that one timing of the multiply-adds takes at least: enough for the clock, and short, so
 * that some of them find the processor undisturbed.
 */
const LONG_ENOUGH = 0.3

const measured = new Map<string, Roofline>()

/** The device's roofline, measured at the first call; nothing for one that runs no compiled code. */
export async function rooflineOf(backend: Backend): Promise<Roofline | undefined> {
  const known = measured.get(backend.name)
  if (known || backend.target.lanes === 0) return known
  const flops = await peak(backend)
  const roofline = { flops, bandwidth: await bandwidth(backend) }
  measured.set(backend.name, roofline)
  return roofline
}

async function peak(backend: Backend): Promise<number> {
  const { lanes } = backend.target
  const buffers = [outputBuffer(UNITS * WIDEST)]
  const output = backend.allocate(UNITS * WIDEST * 4)
  try {
    for (let rounds = 20_000; ; rounds *= 8) {
      const address = { kind: 'address', buffer: 0 } as const
      // Wider vectors go fewer rounds: the operations are the same.
      const lower = (wide: number): Lowered => {
        const integer = { kind: 'integer', value: (rounds * lanes) / wide } as const
        return { code: chains(wide), arguments: [address, integer], units: UNITS, together: 1 }
      }
      const work = Number.MAX_SAFE_INTEGER
      const launch = launchOf(`peak of ${rounds}`, { lower, writes: [0], work })
      const program = programOf(launch, buffers)
      const ms = await fastest(backend, program, [], [output])
      if (ms >= LONG_ENOUGH) return (2 * CHAINS * lanes * rounds * UNITS * 1000) / ms
    }
  } finally {
    backend.free(output)
  }
}

/** Every unit runs `args[1]` rounds of all chains and stores their sum. */
function chains(lanes: number): VectorFunction {
  const b = new VectorBuilder(lanes)
  const unit = b.variable(b.begin)
  b.loop(unit, b.end, 1, () => {
    const sums = Array.from({ length: CHAINS }, (_, i) => b.let(b.f32(i)))
    const [half, one] = [b.let(b.f32(0.5)), b.let(b.f32(1))]
    b.loop(b.variable(0), b.arg(1), 1, () => {
      for (const sum of sums) b.assign(sum, b.fma(sum, half, one))
    })
    const [first = one, ...others] = sums
    for (const sum of others) b.assign(first, b.binary('f32.add', first, sum))
    b.store('full', 'f32', b.add(b.arg(0), b.mul(unit, lanes * 4)), first)
  })
  return b.finish()
}

async function bandwidth(backend: Backend): Promise<number> {
  const at = variable(0)
  const load = { kind: 'load', buffer: 0, dtype: 'float32', offset: at, guards: [] } as const
  const kernel: LoopKernel = {
    kind: 'loops',
    extents: [COPIED],
    folded: [],
    passes: [],
    stores: [{ buffer: 1, dtype: 'float32', offset: at, value: load }],
  }
  const shape = [COPIED]
  const buffers: ProgramBuffer[] = [
    { place: { kind: 'leaf', leaf: 0 }, dtype: 'float32', shape },
    outputBuffer(COPIED),
  ]
  const lower = (lanes: number): Lowered => lowerLoops(kernel, lanes, () => sizeOf(shape))
  const launch = { ...launchOf('bandwidth', { lower, writes: [1], work: COPIED }), kernel }
  const bytes = COPIED * 4
  const held: DeviceBuffer[] = []
  try {
    const from = backend.allocate(bytes)
    held.push(from)
    const to = backend.allocate(bytes)
    held.push(to)
    // Pages that were never written are all one page.
    backend.upload(from, new Float32Array(COPIED).fill(1))
    const program = programOf(launch, buffers)
    const ms = await fastest(backend, program, [from], [to])
    return (2 * bytes * 1000) / ms
  } finally {
    for (const buffer of held) backend.free(buffer)
  }
}

function outputBuffer(size: number): ProgramBuffer {
  return { place: { kind: 'output', output: 0 }, dtype: 'float32', shape: [size] }
}

/** A launch whose buffers are all that its program has. */
function launchOf(
  label: string,
  { lower, writes, work }: Pick<CodeLaunch, 'writes' | 'work'> & Pick<Alike, 'lower'>,
): CodeLaunch {
  const alike = { text: `roofline ${label}`, buffers: [0, 1], parameters: [], lower }
  return { kind: 'code', label, kernel: undefined, alike, writes, work }
}

function programOf(launch: CodeLaunch, buffers: readonly ProgramBuffer[]): Program {
  return { buffers, body: [{ kind: 'launch', launch }], arenaBytes: 0 }
}

/**
 * Shortest run, in milliseconds. Engines optimise code beside its first runs, so it is run until there
 * is no new record.
 */
async function fastest(
  backend: Backend,
  program: Program,
  leaves: readonly DeviceBuffer[],
  outputs: readonly DeviceBuffer[],
): Promise<number> {
  const prepared = backend.prepare(program)
  const end = performance.now() + LONGEST
  let best = Number.POSITIVE_INFINITY
  for (let left = TRIES; left > 0 && performance.now() < end; left--) {
    const start = performance.now()
    await backend.run(prepared, { leaves, outputs, parameters: [] })
    const ms = performance.now() - start
    if (ms < 0.97 * best) left = TRIES
    best = Math.min(best, ms)
    await pause()
  }
  backend.release(prepared)
  return best
}
