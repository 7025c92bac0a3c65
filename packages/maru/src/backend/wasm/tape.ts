/** A program laid out in memory: argument blocks, and the tree of what is to be done. */
import { sizeOf } from '../../base/shape.ts'
import type { Argument } from '../../compiler/lowering.ts'
import {
  type CodeLaunch,
  type CopyLaunch,
  type InterpretLaunch,
  type Launch,
  launchesOf,
  type Program,
  type ProgramNode,
} from '../../compiler/program.ts'
import type { DeviceBuffer } from '../../graph/data.ts'
import type { Call } from './pool.ts'

/** A call with what the main thread knows of it. */
export interface TapeCall extends Call {
  readonly launch: Launch
  /** Units that one thread does between looks at the clock. */
  readonly piece: number
  /** Position of what it belongs to in the program's body. */
  readonly node: number
}

/** Calls that any thread can make, one after the other. */
export interface CallsPart {
  readonly kind: 'calls'
  readonly calls: readonly TapeCall[]
  readonly work: number
}

/** A view of a loop, and the words of the argument block that are its address. */
interface Moved {
  readonly view: number
  readonly words: readonly number[]
}

export type Part =
  | CallsPart
  | { readonly kind: 'interpret'; readonly launch: InterpretLaunch; readonly node: number }
  | {
      readonly kind: 'loop'
      readonly count: number
      readonly moved: readonly Moved[]
      readonly body: readonly Part[]
    }
  | {
      readonly kind: 'while'
      readonly condition: readonly Part[]
      readonly predicate: number
      readonly body: readonly Part[]
    }
  | {
      readonly kind: 'branch'
      readonly predicate: number
      readonly yes: readonly Part[]
      readonly no: readonly Part[]
    }

/** Where run-time words go in the argument block. */
export interface Patch {
  readonly word: number
  readonly argument: Argument
}

export interface Tape {
  readonly parts: readonly Part[]
  readonly patches: readonly Patch[]
  readonly block: DeviceBuffer
  /** Rough cost of the whole, in elements. */
  readonly work: number
}

/** A kernel to call, and what it is called with. */
export interface Callee {
  readonly function: number
  readonly arguments: readonly Argument[]
  readonly units: number
}

/** What lays out a program: its kernels, and memory for their arguments. */
interface Means {
  readonly callee: (launch: CodeLaunch | CopyLaunch) => Callee
  readonly allocate: (bytes: number) => DeviceBuffer
  readonly words: (block: DeviceBuffer) => Int32Array
}

/** Elements of work between looks at the clock. */
const PIECE_WORK = 250_000
/** An interpreted element costs about as much as this many computed by a kernel. */
const INTERPRETED = 50

/** Gives every launch its arguments; those that are known now are written at once. */
export function layOut(program: Program, means: Means): Tape {
  const callees = new Map<Launch, Callee>()
  let words = 0
  for (const launch of launchesOf(program.body)) {
    if (launch.kind === 'interpret') continue
    const callee = means.callee(launch)
    callees.set(launch, callee)
    words += callee.arguments.length
  }
  const block = means.allocate(words * 4)
  const layout = new Layout(program, callees, block, means.words(block))
  const parts = layout.parts(program.body)
  return { parts, patches: layout.patches, block, work: workOf(parts, program) }
}

class Layout {
  readonly patches: Patch[] = []
  readonly #program: Program
  readonly #callees: ReadonlyMap<Launch, Callee>
  readonly #block: DeviceBuffer
  readonly #view: Int32Array
  #word = 0

  constructor(
    program: Program,
    callees: ReadonlyMap<Launch, Callee>,
    block: DeviceBuffer,
    view: Int32Array,
  ) {
    this.#program = program
    this.#callees = callees
    this.#block = block
    this.#view = view
  }

  /** `at` is the position in the program's body, where these nodes are not the body itself. */
  parts(body: readonly ProgramNode[], at?: number): Part[] {
    const parts: Part[] = []
    let calls: TapeCall[] = []
    const flush = (): void => {
      const work = calls.reduce((sum, call) => sum + call.work, 0)
      if (calls.length > 0) parts.push({ kind: 'calls', calls, work })
      calls = []
    }
    body.forEach((node, index) => {
      const launch = node.kind === 'launch' ? node.launch : undefined
      if (launch && launch.kind !== 'interpret') {
        calls.push(this.#call(launch, at ?? index))
        return
      }
      flush()
      parts.push(this.#other(node, at ?? index))
    })
    flush()
    return parts
  }

  #other(node: ProgramNode, at: number): Part {
    const inner = (body: readonly ProgramNode[]): Part[] => this.parts(body, at)
    switch (node.kind) {
      case 'launch':
        if (node.launch.kind !== 'interpret') throw new RangeError('a call is no part of its own')
        return { kind: 'interpret', launch: node.launch, node: at }
      case 'loop': {
        const body = inner(node.body)
        return {
          kind: 'loop',
          count: node.count,
          moved: node.views.map((it) => this.#moved(it)),
          body,
        }
      }
      case 'while': {
        const { kind, predicate } = node
        return { kind, predicate, condition: inner(node.condition), body: inner(node.body) }
      }
      case 'branch': {
        const { kind, predicate } = node
        return { kind, predicate, yes: inner(node.yes), no: inner(node.no) }
      }
    }
  }

  #moved(view: number): Moved {
    const own = this.patches.filter(({ argument }) => {
      return argument.kind === 'address' && argument.buffer === view
    })
    return { view, words: own.map(({ word }) => word) }
  }

  #call(launch: CodeLaunch | CopyLaunch, node: number): TapeCall {
    const callee = this.#callees.get(launch)
    if (!callee) throw new RangeError('a launch has no kernel')
    const first = this.#word
    for (const argument of callee.arguments) {
      if (argument.kind === 'integer') this.#view[this.#word] = argument.value
      else this.patches.push({ word: this.#word, argument })
      this.#word++
    }
    const { units } = callee
    const work = launch.kind === 'code' ? launch.work : sizeOfBuffer(this.#program, launch.to)
    const at = this.#block.offset + first * 4
    const piece = pieceOf(launch, units, work)
    return { function: callee.function, arguments: at, units, launch, work, piece, node }
  }
}

function pieceOf(launch: Launch, units: number, work: number): number {
  // Every part of a scatter goes over all indices.
  if (launch.kind === 'code' && launch.kernel?.kind === 'scatter') return units
  return Math.max(1, Math.floor((PIECE_WORK * units) / Math.max(work, 1)))
}

function sizeOfBuffer({ buffers }: Program, buffer: number): number {
  return sizeOf(buffers[buffer]?.shape ?? [])
}

function workOf(parts: readonly Part[], program: Program): number {
  const work = (part: Part): number => {
    switch (part.kind) {
      case 'calls':
        return part.work
      case 'interpret':
        return sizeOfBuffer(program, part.launch.outputs[0] ?? -1) * INTERPRETED
      case 'loop':
        return part.count * workOf(part.body, program)
      case 'while':
        // Who knows how often.
        return Number.POSITIVE_INFINITY
      case 'branch':
        return Math.max(workOf(part.yes, program), workOf(part.no, program))
    }
  }
  return parts.reduce((sum, part) => sum + work(part), 0)
}

/** Every list of calls in a tree. */
export function callsIn(parts: readonly Part[]): CallsPart[] {
  const inner = (part: Part): CallsPart[] => {
    switch (part.kind) {
      case 'calls':
        return [part]
      case 'interpret':
        return []
      case 'loop':
        return callsIn(part.body)
      case 'while':
        return [...callsIn(part.condition), ...callsIn(part.body)]
      case 'branch':
        return [...callsIn(part.yes), ...callsIn(part.no)]
    }
  }
  return parts.flatMap(inner)
}
