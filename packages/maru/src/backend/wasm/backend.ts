/** The WebAssembly backend: vector kernels on one linear memory, run by a pool of workers or in turns. */
import { dtypes, type HostArray } from '../../base/dtype.ts'
import { DeviceError, MaruError, MemoryError } from '../../base/error.ts'
import { pause } from '../../base/pause.ts'
import { sizeOf } from '../../base/shape.ts'
import { laneDTypes, laneWord } from '../../compiler/lowering.ts'
import {
  type CodeLaunch,
  type CopyLaunch,
  launchesOf,
  type Program,
  viewOffset,
} from '../../compiler/program.ts'
import type { Target } from '../../compiler/target.ts'
import type { VectorFunction } from '../../compiler/vector.ts'
import type { DeviceBuffer } from '../../graph/data.ts'
import {
  type Backend,
  type Bindings,
  bytesOf,
  Interrupted,
  type MemoryUse,
  type Prepared,
} from '../backend.ts'
import { interpret } from '../interpret.ts'
import { launched, timesLaunches } from '../watch.ts'
import { canShare, threadCount } from './cores.ts'
import { enableFma } from './features.ts'
import { COPY_SHIFT, Kernels, LANES } from './kernels.ts'
import { Machine, type MachineUse } from './machine.ts'
import { type Player, play } from './play.ts'
import type { Pool } from './pool.ts'
import { Queue } from './queue.ts'
import { Space } from './space.ts'
import { type Callee, layOut, type Section, sectionsIn, type Tape, workOf } from './tape.ts'
import { hasThreads } from './thread.ts'
import { Workers } from './workers.ts'

/** Elements of work that are done faster by one thread at once than by waking others: about 200 µs. */
const SHORT_WORK = 250_000
/** Elements of work up to which the calling thread takes part: a few milliseconds. */
const SHARED_WORK = 32_000_000
/** Elements of work that take much longer than it takes workers to wait for each other. */
const SPLIT_WORK = 32_768

/** Elements of work beside which the call of machine code costs nothing. */
const MACHINE_WORK = 8_192

export interface WasmOptions {
  readonly name?: string
  readonly fuse?: boolean
  /** Threads that compute; one is the calling thread itself. */
  readonly threads?: number
  /** Runs of less work than this are done at once. */
  readonly shortWork?: number
  /** Sections of more work than this are the workers' alone. */
  readonly sharedWork?: number
  /** Launches of less work than this are not shared among threads. */
  readonly splitWork?: number
  /** Whether launches run as machine code: where it can (the default), never, or always. */
  readonly machine?: MachineUse
  /** Launches of less work than this are left to WebAssembly. */
  readonly machineWork?: number
}

interface WasmPrepared extends Prepared {
  readonly isLong: boolean
  /** Once it is laid out. */
  tape: Tape | undefined
}

/** One run with its places in memory. */
interface Bound {
  readonly prepared: WasmPrepared
  readonly bindings: Bindings
  /** Byte address of every buffer; those of views change in loops. */
  readonly addresses: number[]
  /** Host arrays that must be copied in first. */
  readonly staged: readonly { readonly at: number; readonly from: HostArray }[]
}

export class WasmBackend implements Backend {
  readonly name: string
  readonly target: Target
  readonly #space: Space
  readonly #kernels: Kernels
  readonly #queue = new Queue()
  readonly #workers: Workers | undefined
  readonly #machine: Machine
  readonly #shortWork: number
  readonly #sharedWork: number
  readonly #machineWork: number
  #arena: DeviceBuffer | undefined

  constructor(options: WasmOptions = {}) {
    const { fuse = true, threads = threadCount() } = options
    const { shortWork = SHORT_WORK, sharedWork = SHARED_WORK, splitWork = SPLIT_WORK } = options
    const { machine = 'auto', machineWork = MACHINE_WORK } = options
    this.name = options.name ?? (fuse ? 'wasm' : 'wasm-unfused')
    this.target = { name: this.name, lanes: LANES, dtypes: laneDTypes, fuse }
    this.#shortWork = shortWork
    this.#sharedWork = sharedWork
    const shared = threads > 1 && canShare() && hasThreads()
    // The calling thread computes, too.
    this.#space = new Space(shared, shared ? threads + 1 : 1)
    const fma = enableFma()
    this.#kernels = new Kernels(this.#space, shared, fma)
    this.#machine = new Machine(machine, this.#space, this.#kernels, fma)
    this.#machineWork = machineWork
    if (shared) {
      const { code } = this.#kernels
      this.#workers = new Workers(threads, this.#space.memory, code, splitWork)
    }
  }

  get busy(): boolean {
    return this.#queue.busy
  }

  allocate(bytes: number): DeviceBuffer {
    const { heap } = this.#space
    const offset = heap.allocate(bytes)
    if (offset === undefined) {
      const { free } = this.#space
      const arena = this.#arena?.bytes ?? 0
      throw new MemoryError('memory.out', { asked: bytes, free, live: heap.live, arena })
    }
    return { device: this.name, segment: 0, offset, bytes }
  }

  free(buffer: DeviceBuffer): void {
    this.#queue.act(() => this.#space.heap.free(buffer.offset, buffer.bytes))
  }

  view(buffer: DeviceBuffer): Uint8Array<ArrayBuffer> | undefined {
    return this.#queue.busy ? undefined : this.#bytes(buffer)
  }

  #bytes(buffer: DeviceBuffer): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#space.memory.buffer, buffer.offset, buffer.bytes)
  }

  upload(buffer: DeviceBuffer, from: HostArray): void {
    this.#queue.act(() => this.#bytes(buffer).set(bytesOf(from)))
  }

  async download(buffer: DeviceBuffer): Promise<Uint8Array<ArrayBuffer>> {
    await this.#queue.drained()
    return this.#bytes(buffer).slice()
  }

  copy(from: DeviceBuffer, to: DeviceBuffer): void {
    this.#queue.act(() => this.#bytes(to).set(this.#bytes(from)))
  }

  prepare(program: Program): Prepared {
    const isLong = workOf(program.body, program) >= this.#shortWork
    const prepared: WasmPrepared = { program, isLong, tape: undefined }
    // How a long program is laid out depends on what there is, which is found out when one is run.
    if (!isLong || this.#machine.settled) prepared.tape = this.#layOut(prepared)
    return prepared
  }

  /** Large launches of long programs call machine code where there is a tier: the bits are the same. */
  #layOut({ program, isLong }: WasmPrepared): Tape {
    const { tier } = this.#machine
    const launches = launchesOf(program.body).filter((launch) => launch.kind === 'code')
    const isNative = ({ work }: CodeLaunch): boolean => {
      return tier !== undefined && isLong && work >= this.#machineWork
    }
    const callees = new Map([
      ...this.#kernels.calleesOf(launches.filter((launch) => !isNative(launch))),
      ...this.#kernels.calleesOf(launches.filter(isNative), tier),
    ])
    return layOut(program, {
      callee: (launch) => {
        return launch.kind === 'code' ? callees.get(launch) : this.#copying(launch, program)
      },
      allocate: (bytes) => this.allocate(bytes),
      words: (block) => new Int32Array(this.#space.memory.buffer, block.offset, block.bytes >> 2),
    })
  }

  #copying({ from, to }: CopyLaunch, { buffers }: Program): Callee {
    const { dtype, shape } = buffers[to] ?? { dtype: 'float32', shape: [] }
    const bytes = sizeOf(shape) * dtypes[dtype].bytes
    return {
      function: this.#kernels.copy,
      arguments: [
        { kind: 'address', buffer: from },
        { kind: 'address', buffer: to },
        { kind: 'integer', value: bytes },
      ],
      units: Math.ceil(bytes / 2 ** COPY_SHIFT),
      together: 1,
      pace: 1,
    }
  }

  release(prepared: Prepared): void {
    this.#queue.act(() => {
      const { tape } = prepared as WasmPrepared
      if (!tape) return
      this.#workers?.forget(sectionsIn(tape.parts))
      this.#space.heap.free(tape.block.offset, tape.block.bytes)
    })
  }

  run(prepared: Prepared, bindings: Bindings): Promise<void> {
    // Throws at once when there is no room, before anybody counts on the results.
    const bound = this.#place(prepared as WasmPrepared, bindings)
    return this.#queue.run(() => this.#begin(bound))
  }

  /** Runs to the end if that is soon, else as far as it may before others have their turn. */
  #begin(bound: Bound): Promise<void> | undefined {
    const { tape } = bound.prepared
    const waits = this.#machine.use === 'always' && !this.#machine.tier
    if (!tape || waits) return this.#opened(bound)
    this.#stage(bound, tape)
    const pool = tape.work < this.#shortWork ? undefined : this.#workers?.pool()
    const player = this.#player(bound, tape, pool !== undefined)
    const playing = play(tape.parts, player)
    try {
      const rest = this.#advance(playing, player, pool)
      if (rest) return this.#finish(bound, player, this.#follow(playing, player, pool, rest))
      this.#fetch(bound)
      return undefined
    } catch (error) {
      throw interrupted(error, player)
    }
  }

  /** Plays on to the end, or to what must be waited for. */
  #advance(
    playing: ReturnType<typeof play>,
    player: Player,
    pool: Pool | undefined,
  ): Promise<void> | undefined {
    for (;;) {
      const { done, value } = playing.next()
      if (done) return undefined
      const rest = value && pool ? this.#hand(pool, value, player) : pause()
      if (rest) return rest
    }
  }

  /** Gives a section to the pool; the calling thread helps where it is soon free again. */
  #hand(pool: Pool, section: Section, player: Player): Promise<void> | undefined {
    const workers = this.#workers
    return section.work > this.#sharedWork
      ? workers?.run(pool, section, player)
      : workers?.share(pool, section, player)
  }

  /** Likewise, once it is known whether there is machine code. */
  async #opened(bound: Bound): Promise<void> {
    const { prepared } = bound
    try {
      await this.#machine.open()
      prepared.tape ??= this.#layOut(prepared)
    } catch (error) {
      throw new Interrupted(error, 0)
    }
    await this.#begin(bound)
  }

  /** Does what the player cannot do at one go. */
  async #follow(
    playing: ReturnType<typeof play>,
    player: Player,
    pool: Pool | undefined,
    first: Promise<void>,
  ): Promise<void> {
    for (let rest: Promise<void> | undefined = first; rest; ) {
      await rest
      player.since = performance.now()
      rest = this.#advance(playing, player, pool)
    }
  }

  async #finish(bound: Bound, player: Player, rest: Promise<void>): Promise<void> {
    try {
      await rest
      this.#fetch(bound)
    } catch (error) {
      throw interrupted(error, player)
    }
  }

  #player(bound: Bound, tape: Tape, pooled: boolean): Player {
    const { prepared, addresses, bindings } = bound
    const { program } = prepared
    const watched = timesLaunches()
    return {
      functions: this.#kernels.functions,
      interpret: (launch) => {
        const view = (buffer: number): HostArray => this.#view(bound, buffer)
        interpret(launch, program.buffers, bindings.parameters, view)
      },
      move: (view, words, turn) => {
        const place = program.buffers[view]?.place
        if (place?.kind !== 'view') return
        const address = (addresses[place.of] ?? 0) + viewOffset(place, turn)
        addresses[view] = address
        const memory = new Int32Array(this.#space.memory.buffer)
        for (const word of words) memory[word] = address
      },
      holds: (predicate) => this.#view(bound, predicate)[0] !== 0,
      shares: ({ work }) => pooled && work >= this.#shortWork,
      report: watched ? (event) => launched({ program, ...event }) : undefined,
      short: tape.work < this.#shortWork && !watched,
      begun: 0,
      since: performance.now(),
    }
  }

  /** Copies what lies on the host into its place, and addresses and parameters into the arguments. */
  #stage({ addresses, staged, bindings }: Bound, { block, patches }: Tape): void {
    const { buffer } = this.#space.memory
    const memory = new Uint8Array(buffer)
    for (const { at, from } of staged) memory.set(bytesOf(from), at)
    const words = new Int32Array(buffer, block.offset, block.bytes >> 2)
    for (const { word, argument } of patches) {
      if (argument.kind === 'address') words[word] = addresses[argument.buffer] ?? 0
      else if (argument.kind === 'parameter') {
        words[word] = laneWord(argument.dtype, bindings.parameters[argument.index] ?? 0)
      }
    }
  }

  /** Copies results to host arrays that wait for them. */
  #fetch(bound: Bound): void {
    const { outputs } = bound.bindings
    bound.prepared.program.buffers.forEach(({ place }, buffer) => {
      if (place.kind !== 'output') return
      const output = outputs[place.output]
      if (output && !('device' in output)) bytesOf(output).set(bytesOf(this.#view(bound, buffer)))
    })
  }

  #view({ prepared, addresses }: Bound, buffer: number): HostArray {
    const { dtype, shape } = prepared.program.buffers[buffer] ?? { dtype: 'float32', shape: [] }
    return dtypes[dtype].array(this.#space.memory.buffer, addresses[buffer] ?? 0, sizeOf(shape))
  }

  /** Finds a place for every buffer; host arrays get one behind the temporaries. */
  #place(prepared: WasmPrepared, bindings: Bindings): Bound {
    const { buffers, arenaBytes } = prepared.program
    const { leaves, outputs } = bindings
    let top = arenaBytes
    const inArena: { readonly at: number; readonly from: HostArray }[] = []
    const places = buffers.map(({ place }): { at: number; inArena: boolean } => {
      if (place.kind === 'arena') return { at: place.offset, inArena: true }
      if (place.kind === 'view') return { at: 0, inArena: true }
      const bound = place.kind === 'leaf' ? leaves[place.leaf] : outputs[place.output]
      if (!bound) return { at: 0, inArena: true }
      if ('device' in bound) return { at: bound.offset, inArena: false }
      const at = top
      top += this.#space.heap.rounded(bound.byteLength)
      if (place.kind === 'leaf') inArena.push({ at, from: bound })
      return { at, inArena: true }
    })
    const base = this.#arenaOf(top)
    const addresses = places.map(({ at, inArena }) => (inArena ? base + at : at))
    // A view comes after what it is a part of.
    buffers.forEach(({ place }, i) => {
      if (place.kind === 'view') addresses[i] = (addresses[place.of] ?? 0) + viewOffset(place, 0)
    })
    const staged = inArena.map(({ at, from }) => ({ at: base + at, from }))
    return { prepared, bindings, addresses, staged }
  }

  /** Queued runs go on in the arena that they were placed in. */
  #arenaOf(bytes: number): number {
    if (!this.#arena || this.#arena.bytes < bytes) {
      if (this.#arena) this.free(this.#arena)
      this.#arena = undefined
      this.#arena = this.allocate(bytes)
    }
    return this.#arena.offset
  }

  memory(): MemoryUse {
    const arena = this.#arena?.bytes ?? 0
    return { live: this.#space.heap.live - arena, arena, reserved: this.#space.bytes }
  }

  get features(): readonly string[] {
    const threads = this.#workers?.count ?? 1
    return [
      'vectors',
      this.#kernels.fma ? 'fused multiply-add' : 'no fused multiply-add',
      threads === 1 ? 'one thread' : `${threads} threads`,
      ...(this.machine ? ['machine code'] : []),
    ]
  }

  listing(code: VectorFunction): string[] {
    return this.#kernels.listing(code)
  }

  /** Resolves once workers and machine code are there, if they are to be; tells how many threads compute. */
  async ready(): Promise<number> {
    await this.#machine.open()
    return this.#workers?.ready() ?? 1
  }

  /** Whether machine code computes. */
  get machine(): boolean {
    return this.#machine.tier !== undefined
  }
}

/** What a run ended with; whatever is no error of maru's own was a fault of a kernel. */
function interrupted(error: unknown, { begun }: Player): Interrupted {
  if (error instanceof MaruError) return new Interrupted(error, begun)
  const reason = error instanceof Error ? error.message : String(error)
  return new Interrupted(new DeviceError('device.fault', { reason }, error), begun)
}
