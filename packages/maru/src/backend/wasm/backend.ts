/** The WebAssembly backend: vector kernels on one linear memory, run on the calling thread. */
import { type DType, dtypes, type HostArray } from '../../base/dtype.ts'
import { MemoryError } from '../../base/error.ts'
import { sizeOf } from '../../base/shape.ts'
import { type Argument, SLACK_BYTES } from '../../compiler/lowering.ts'
import { type Launch, launchesOf, type Program, viewOffset } from '../../compiler/program.ts'
import type { Target } from '../../compiler/target.ts'
import type { VectorFunction } from '../../compiler/vector.ts'
import type { DeviceBuffer } from '../../graph/data.ts'
import { type Backend, type Bindings, bytesOf, type MemoryUse, type Prepared } from '../backend.ts'
import { interpret } from '../interpret.ts'
import { walk } from '../walk.ts'
import { launched, timesLaunches } from '../watch.ts'
import { assembleModule } from './assembler.ts'
import { encode } from './encode.ts'
import { enableFma } from './features.ts'
import { Heap } from './heap.ts'
import { listing } from './listing.ts'

const PAGE = 65536
const MOST_PAGES = 65536
const LANES = 4

type KernelFunction = (args: number, begin: number, end: number) => void

/** An integer or bool as lanes hold it: bytes wrap to 8 bits, true is all ones. */
function laneOf(dtype: DType, value: number): number {
  if (dtype === 'bool') return -dtypes.bool.coerce(value)
  return dtype === 'uint8' ? value & 255 : value
}

/** Where run-time words go in the argument block. */
interface Patch {
  readonly word: number
  readonly argument: Argument
}

interface WasmPrepared extends Prepared {
  readonly functions: readonly KernelFunction[]
  /** Byte offset of each launch's arguments. */
  readonly arguments: ReadonlyMap<Launch, number>
  readonly patches: readonly Patch[]
  readonly block: DeviceBuffer
}

export class WasmBackend implements Backend {
  readonly name: string
  readonly target: Target
  readonly features: readonly string[]
  readonly #memory = new WebAssembly.Memory({ initial: 4, maximum: MOST_PAGES })
  readonly #heap: Heap
  readonly #fma: boolean
  readonly #functions = new Map<string, KernelFunction>()
  #arena: DeviceBuffer | undefined

  constructor({ fuse = true }: { readonly fuse?: boolean } = {}) {
    this.name = fuse ? 'wasm' : 'wasm-unfused'
    this.#fma = enableFma()
    this.features = ['vectors', this.#fma ? 'fused multiply-add' : 'no fused multiply-add']
    this.#heap = new Heap(SLACK_BYTES, (end) => this.#reserve(end + SLACK_BYTES))
    const compiled = new Set(['float32', 'int32', 'uint8', 'bool'] as const)
    this.target = { name: this.name, lanes: LANES, dtypes: compiled, fuse }
  }

  #reserve(end: number): boolean {
    const missing = Math.ceil((end - this.#memory.buffer.byteLength) / PAGE)
    if (missing <= 0) return true
    const pages = this.#memory.buffer.byteLength / PAGE
    if (pages + missing > MOST_PAGES) return false
    // A tenth more than asked, so that growth stays rare.
    const generous = Math.min(Math.ceil(missing + pages / 10), MOST_PAGES - pages)
    for (const more of [generous, missing]) {
      try {
        this.#memory.grow(more)
        return true
      } catch {
        // The system refused; less may still be granted.
      }
    }
    return false
  }

  allocate(bytes: number): DeviceBuffer {
    const offset = this.#heap.allocate(bytes)
    if (offset === undefined) {
      const free = MOST_PAGES * PAGE - this.#heap.live
      throw new MemoryError('memory.out', {
        asked: bytes,
        free,
        live: this.#heap.live,
        arena: this.#arena?.bytes ?? 0,
      })
    }
    return { device: this.name, segment: 0, offset, bytes }
  }

  free(buffer: DeviceBuffer): void {
    this.#heap.free(buffer.offset, buffer.bytes)
  }

  view(buffer: DeviceBuffer): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#memory.buffer, buffer.offset, buffer.bytes)
  }

  upload(buffer: DeviceBuffer, from: HostArray): void {
    this.view(buffer).set(bytesOf(from))
  }

  async download(buffer: DeviceBuffer): Promise<Uint8Array<ArrayBuffer>> {
    return this.view(buffer).slice()
  }

  copy(from: DeviceBuffer, to: DeviceBuffer): void {
    this.view(to).set(this.view(from))
  }

  prepare(program: Program): Prepared {
    const functions = this.#load(program)
    const launches = launchesOf(program.body)
    const words = launches.reduce(
      (sum, launch) => sum + (launch.kind === 'code' ? launch.arguments.length : 0),
      0,
    )
    const block = this.allocate(words * 4)
    const view = new Int32Array(this.#memory.buffer, block.offset, words)
    const patches: Patch[] = []
    const places = new Map<Launch, number>()
    let word = 0
    for (const launch of launches) {
      places.set(launch, block.offset + word * 4)
      if (launch.kind !== 'code') continue
      for (const argument of launch.arguments) {
        if (argument.kind === 'integer') view[word] = argument.value
        else patches.push({ word, argument })
        word++
      }
    }
    const prepared: WasmPrepared = { program, functions, arguments: places, patches, block }
    return prepared
  }

  /** Functions of the program; those that no earlier program had are compiled as one module. */
  #load(program: Program): KernelFunction[] {
    const fresh = program.functions.filter(({ key }) => !this.#functions.has(key))
    if (fresh.length > 0) {
      const bodies = fresh.map(({ code }) => encode(code, this.#fma))
      const module = new WebAssembly.Module(assembleModule(bodies, 3))
      const { exports } = new WebAssembly.Instance(module, { env: { memory: this.#memory } })
      fresh.forEach(({ key }, i) => {
        this.#functions.set(key, exports[`k${i}`] as KernelFunction)
      })
    }
    return program.functions.map(({ key }) => {
      const found = this.#functions.get(key)
      if (!found) throw new RangeError('a kernel was not loaded')
      return found
    })
  }

  release(prepared: Prepared): void {
    this.free((prepared as WasmPrepared).block)
  }

  run(prepared: Prepared, bindings: Bindings): Promise<void> {
    // Throws at once when there is no room, before anybody counts on the results.
    this.#run(prepared as WasmPrepared, bindings)
    return Promise.resolve()
  }

  #run(prepared: WasmPrepared, bindings: Bindings): void {
    const { program } = prepared
    const addresses = this.#place(program, bindings)
    this.#patch(prepared, addresses, bindings.parameters)
    const view = (buffer: number): HostArray => {
      const { dtype, shape } = program.buffers[buffer] ?? { dtype: 'float32', shape: [] }
      return dtypes[dtype].array(this.#memory.buffer, addresses[buffer] ?? 0, sizeOf(shape))
    }
    const timed = timesLaunches()
    const run = (launch: Launch): void => {
      const start = timed ? performance.now() : 0
      if (launch.kind === 'code') {
        prepared.functions[launch.code]?.(prepared.arguments.get(launch) ?? 0, 0, launch.units)
      } else if (launch.kind === 'copy') {
        view(launch.to).set(view(launch.from))
      } else {
        interpret(launch, program.buffers, bindings.parameters, view)
      }
      if (timed) launched({ program, launch, start, end: performance.now(), thread: 0 })
    }
    walk(program.body, {
      launch: run,
      move: (views, turn) => this.#move(prepared, addresses, views, turn),
      holds: (predicate) => this.#byte(addresses[predicate] ?? 0) !== 0,
    })
    program.buffers.forEach(({ place }, buffer) => {
      if (place.kind !== 'output') return
      const output = bindings.outputs[place.output]
      if (output && !('device' in output)) output.set(view(buffer))
    })
  }

  /** Brings views, and the arguments that are their addresses, to where they are at a turn. */
  #move(
    { program, patches, block }: WasmPrepared,
    addresses: number[],
    views: readonly number[],
    turn: number,
  ): void {
    for (const view of views) {
      const place = program.buffers[view]?.place
      if (place?.kind !== 'view') continue
      addresses[view] = (addresses[place.of] ?? 0) + viewOffset(place, turn)
    }
    const words = new Int32Array(this.#memory.buffer, block.offset, block.bytes >> 2)
    for (const { word, argument } of patches) {
      if (argument.kind !== 'address' || !views.includes(argument.buffer)) continue
      words[word] = addresses[argument.buffer] ?? 0
    }
  }

  #byte(address: number): number {
    return new Uint8Array(this.#memory.buffer, address, 1)[0] ?? 0
  }

  /** Byte address of every buffer; host arrays get a place behind the temporaries. */
  #place({ buffers, arenaBytes }: Program, { leaves, outputs }: Bindings): number[] {
    let top = arenaBytes
    const staged: { readonly at: number; readonly from: HostArray }[] = []
    const stage = (bytes: number): number => {
      const at = top
      top += this.#heap.rounded(bytes)
      return at
    }
    const places = buffers.map(({ place }): { at: number; inArena: boolean } => {
      if (place.kind === 'arena') return { at: place.offset, inArena: true }
      if (place.kind === 'view') return { at: 0, inArena: true }
      const bound = place.kind === 'leaf' ? leaves[place.leaf] : outputs[place.output]
      if (!bound) return { at: 0, inArena: true }
      if ('device' in bound) return { at: bound.offset, inArena: false }
      const at = stage(bound.byteLength)
      if (place.kind === 'leaf') staged.push({ at, from: bound })
      return { at, inArena: true }
    })
    const base = this.#arenaOf(top)
    const memory = new Uint8Array(this.#memory.buffer)
    for (const { at, from } of staged) memory.set(bytesOf(from), base + at)
    const addresses = places.map(({ at, inArena }) => (inArena ? base + at : at))
    // A view comes after what it is a part of.
    buffers.forEach(({ place }, i) => {
      if (place.kind === 'view') addresses[i] = (addresses[place.of] ?? 0) + viewOffset(place, 0)
    })
    return addresses
  }

  #arenaOf(bytes: number): number {
    if (!this.#arena || this.#arena.bytes < bytes) {
      if (this.#arena) this.free(this.#arena)
      this.#arena = undefined
      this.#arena = this.allocate(bytes)
    }
    return this.#arena.offset
  }

  #patch(
    { patches, block }: WasmPrepared,
    addresses: readonly number[],
    values: readonly number[],
  ): void {
    const words = new Int32Array(this.#memory.buffer, block.offset, block.bytes >> 2)
    const floats = new Float32Array(this.#memory.buffer, block.offset, block.bytes >> 2)
    for (const { word, argument } of patches) {
      if (argument.kind === 'address') words[word] = addresses[argument.buffer] ?? 0
      else if (argument.kind === 'parameter') {
        const value = values[argument.index] ?? 0
        if (argument.dtype === 'float32') floats[word] = value
        else words[word] = laneOf(argument.dtype, value)
      }
    }
  }

  memory(): MemoryUse {
    const arena = this.#arena?.bytes ?? 0
    return { live: this.#heap.live - arena, arena, reserved: this.#memory.buffer.byteLength }
  }

  listing(code: VectorFunction): string[] {
    const bytes = encode(code, this.#fma).code.view()
    return [`${bytes.length} bytes of WebAssembly`, ...listing(bytes).map((line) => `  ${line}`)]
  }
}
