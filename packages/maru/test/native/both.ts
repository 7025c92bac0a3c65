/** Runs vector code by WebAssembly and by the processor, on one linear memory. */
import { encodeX86 } from '../../src/backend/native/encode.ts'
import { type NativeKernel, openNative } from '../../src/backend/native/pages.ts'
import { assembleModule } from '../../src/backend/wasm/assembler.ts'
import { encode } from '../../src/backend/wasm/encode.ts'
import { enableFma } from '../../src/backend/wasm/features.ts'
import { dtypes, isFloat, presented, storeAs } from '../../src/base/dtype.ts'
import { sizeOf } from '../../src/base/shape.ts'
import { compile } from '../../src/compiler/compile.ts'
import { lowered } from '../../src/compiler/likeness.ts'
import {
  type Lowered,
  laneDTypes,
  laneWord,
  SLACK_BYTES,
  scratchOf,
} from '../../src/compiler/lowering.ts'
import { type CodeLaunch, launchesOf, type Program } from '../../src/compiler/program.ts'
import type { Target } from '../../src/compiler/target.ts'
import { type Vector, VectorBuilder, type VectorFunction } from '../../src/compiler/vector.ts'
import type { Tensor } from '../../src/index.ts'
import { capture, isReady } from '../../src/runtime/capture.ts'
import { cellLeaf } from '../../src/runtime/realize.ts'

const fma = enableFma()
const host = openNative()

/** Why machine code cannot be compared here, if it cannot. */
export const missing: string | undefined =
  'missing' in host ? host.missing : fma ? undefined : 'WebAssembly does not fuse multiply-adds'
if (missing) console.warn(`machine code is not tested: ${missing}`)

export const LANES = { wasm: 4, native: 8, wide: 16 } as const
export type Machine = keyof typeof LANES

/** The ways of machine code that this processor has. */
export const machines: readonly Machine[] =
  'pages' in host && host.pages.wide ? ['native', 'wide'] : ['native']

/** A launch's code, with the widest vectors that it can have: all of a loop's, but of a contraction only those of its sums. */
function codeFor({ alike, kernel }: CodeLaunch, machine: Machine): Lowered {
  const lanes = kernel?.kind === 'loops' ? LANES[machine] : Math.min(LANES[machine], LANES.native)
  return lowered(alike, lanes, LANES[machine])
}

/** The functions on a memory, by either way. */
export function load(
  machine: Machine,
  memory: WebAssembly.Memory,
  functions: readonly VectorFunction[],
): NativeKernel[] {
  if (machine !== 'wasm') {
    if ('missing' in host) throw new Error(host.missing)
    return host.pages.bind(memory, functions.map(encodeX86))
  }
  const bodies = functions.map((code) => encode(code, fma))
  const module = new WebAssembly.Module(assembleModule(bodies, 3))
  const { exports } = new WebAssembly.Instance(module, { env: { memory, scratch: scratchOf(0) } })
  return functions.map((_, i) => exports[`k${i}`] as NativeKernel)
}

type Captured = ReturnType<typeof capture>

function targetOf(machine: Machine): Target {
  return { name: machine, lanes: LANES[machine], dtypes: laneDTypes, fuse: true }
}

function captured(roots: readonly Tensor[]): Captured {
  const nodes = roots.map(({ node }) => node).filter((node) => !isReady(node))
  return capture(nodes, [], cellLeaf)
}

/** Whether nothing of it is left to the interpreter. */
export function isAllCode(roots: readonly Tensor[]): boolean {
  const { body } = compile(captured(roots), targetOf('wasm'))
  return launchesOf(body).every(({ kind }) => kind === 'code')
}

/** The vector code of a graph, as text. */
export function codeOf(root: Tensor, machine: Machine): string {
  const { body } = compile(captured([root]), targetOf(machine))
  const codes = launchesOf(body).map((launch) => {
    if (launch.kind !== 'code') return undefined
    return codeFor(launch, machine).code
  })
  return JSON.stringify(codes)
}

/** Lanes of a graph's kernels on a machine that has vectors of two widths. */
export function widthsOf(root: Tensor): number[] {
  const { body } = compile(captured([root]), targetOf('native'))
  return launchesOf(body).flatMap((launch) => {
    if (launch.kind !== 'code') return []
    return lowered(launch.alike, LANES.native, LANES.wide).code.lanes
  })
}

/** A compiled graph with its buffers in a memory. */
export class Bench {
  readonly memory: WebAssembly.Memory
  readonly program: Program
  readonly addresses: number[] = []
  readonly #top: number
  readonly #calls: readonly ((most: number) => void)[]

  constructor(machine: Machine, roots: readonly Tensor[], memory?: WebAssembly.Memory) {
    const graph = captured(roots)
    this.program = compile(graph, targetOf(machine))
    let top = scratchOf(1) + SLACK_BYTES
    for (const { shape } of this.program.buffers) {
      this.addresses.push(top)
      top += Math.ceil((sizeOf(shape) * 4 + 64) / 64) * 64
    }
    this.#top = top
    const pages = Math.ceil((top + 2 * SLACK_BYTES) / 65536)
    this.memory = memory ?? new WebAssembly.Memory({ initial: pages })
    this.#fill(graph.leaves)
    this.#calls = this.#prepare(machine)
  }

  #fill(leaves: Captured['leaves']): void {
    // so that a byte that one way writes and the other does not is seen
    new Uint8Array(this.memory.buffer, 0, this.#top + SLACK_BYTES).fill(0x55)
    this.program.buffers.forEach(({ place }, buffer) => {
      const leaf = place.kind === 'leaf' ? leaves[place.leaf]?.leaf : undefined
      if (leaf?.kind !== 'data' || !leaf.data.host) return
      const { host } = leaf.data
      const bytes = new Uint8Array(host.buffer, host.byteOffset, host.byteLength)
      new Uint8Array(this.memory.buffer).set(bytes, this.addresses[buffer])
    })
  }

  #prepare(machine: Machine): ((most: number) => void)[] {
    const called = launchesOf(this.program.body).map((launch) => {
      if (launch.kind !== 'code') throw new Error(`a launch is of kind ${launch.kind}`)
      return codeFor(launch, machine)
    })
    const kernels = load(
      machine,
      this.memory,
      called.map(({ code }) => code),
    )
    let at = this.#top + SLACK_BYTES
    return called.map(({ arguments: args, units }, code) => {
      const [block, view] = [at, new DataView(this.memory.buffer, at)]
      args.forEach((argument, i) => {
        if (argument.kind === 'integer') view.setInt32(i * 4, argument.value, true)
        else if (argument.kind === 'address') {
          view.setInt32(i * 4, this.addresses[argument.buffer] ?? 0, true)
        } else {
          const { dtype } = argument
          view.setInt32(i * 4, laneWord(dtype, isFloat(dtype) ? 0.5 : 3), true)
        }
      })
      at += args.length * 4
      return (most) => {
        for (let begin = 0; begin < units; begin += most) {
          kernels[code]?.(block, begin, Math.min(begin + most, units))
        }
      }
    })
  }

  /** Runs every kernel, in pieces of so many units. */
  run(most: number = Number.POSITIVE_INFINITY): void {
    for (const call of this.#calls) call(most)
  }

  /**
   * All buffers and the slack around them; which NaN a machine makes is its own affair, and so is what is
   * left where kernels keep a row for themselves.
   */
  bytes(): Uint8Array {
    const base = scratchOf(1)
    const copy = this.memory.buffer.slice(base, this.#top + SLACK_BYTES)
    for (const launch of launchesOf(this.program.body)) {
      const kernel = launch.kind === 'code' ? launch.kernel : undefined
      const scratch = kernel?.kind === 'loops' ? (kernel.scratch ?? []) : []
      // tiles reach into the room behind rows of sums that are laid aside
      const sums = kernel?.kind === 'contract' ? [kernel.sums ?? -1] : []
      for (const buffer of [...scratch, ...sums]) {
        const bytes = sizeOf(this.program.buffers[buffer]?.shape ?? [0]) * 4
        new Uint8Array(copy, (this.addresses[buffer] ?? base) - base, bytes).fill(0)
      }
    }
    this.program.buffers.forEach(({ dtype, shape }, buffer) => {
      if (!isFloat(dtype)) return
      const at = this.addresses[buffer] ?? 0
      const values = dtypes[dtype].array(copy, at - base, sizeOf(shape))
      if (values instanceof Float32Array) canonical(values)
      else if (values instanceof Uint16Array)
        storeAs(dtype, Array.from(presented(dtype, values), Number), values)
    })
    return new Uint8Array(copy)
  }
}

/**
 * Where the memory differs from what WebAssembly left, after machine code ran whole or unit by unit;
 * -1 if nowhere.
 */
export function difference(roots: readonly Tensor[]): number {
  const first = new Bench('wasm', roots)
  first.run()
  const wasm = first.bytes()
  for (const machine of machines) {
    for (const most of [Number.POSITIVE_INFINITY, 1]) {
      const native = new Bench(machine, roots, first.memory)
      native.run(most)
      const bytes = native.bytes()
      if (Buffer.compare(bytes, wasm) !== 0) return bytes.findIndex((byte, i) => byte !== wasm[i])
    }
  }
  return -1
}

type Emit = (b: VectorBuilder, inputs: readonly Vector[]) => Vector

/** A function of vectors over arrays of one length, by either way; NaNs made one. */
export function apply(machine: Machine, emit: Emit, inputs: readonly Int32Array[]): Int32Array {
  const length = Math.ceil((inputs[0]?.length ?? 0) / LANES.wide) * LANES.wide
  const b = new VectorBuilder(LANES[machine])
  const i = b.variable(b.begin)
  b.loop(i, b.end, b.lanes, () => {
    const offset = b.scalar('shl', i, 2)
    const loads = inputs.map((_, n): Vector => {
      return { k: 'load', form: 'full', element: 'i32', address: b.add(b.arg(n), offset) }
    })
    b.store('full', 'i32', b.add(b.arg(inputs.length), offset), emit(b, loads))
  })
  const memory = new WebAssembly.Memory({ initial: 1 + Math.ceil((length * 16) / 65536) })
  const at = (n: number): number => 64 + n * length * 4
  inputs.forEach((input, n) => {
    new Int32Array(memory.buffer, 0)[n] = at(n)
    new Int32Array(memory.buffer, at(n)).set(input)
  })
  new Int32Array(memory.buffer, 0)[inputs.length] = at(inputs.length)
  load(machine, memory, [b.finish()])[0]?.(0, 0, length)
  return new Int32Array(memory.buffer, at(inputs.length), inputs[0]?.length)
}

/** Every NaN the same, in place. */
export function canonical(values: Float32Array): void {
  values.forEach((value, i) => {
    if (Number.isNaN(value)) values[i] = Number.NaN
  })
}
