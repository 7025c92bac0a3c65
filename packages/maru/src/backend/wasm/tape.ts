/** A program laid out in memory: argument blocks, and the tree of what is to be done. */
import { dtypes } from '../../base/dtype.ts'
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
  type View,
  writesOf,
} from '../../compiler/program.ts'
import type { DeviceBuffer } from '../../graph/data.ts'

/** A stretch of memory: bytes of the arena, of a leaf or of an output. */
export interface Range {
  readonly of: string
  readonly from: number
  readonly to: number
}

/** A kernel to call with a block of arguments. */
export interface TapeCall {
  readonly launch: Launch
  /** Number of the function among all that the backend has. */
  readonly function: number
  /** Byte address of its arguments. */
  readonly arguments: number
  readonly units: number
  /** Rough cost, in elements. */
  readonly work: number
  /** Units that one thread does between looks at the clock. */
  readonly piece: number
  /** Position of what it belongs to in the program's body. */
  readonly node: number
  readonly touches: readonly Range[]
  readonly writes: readonly Range[]
}

/** A view of a loop, the words of memory that are its address, and that of what it is a part of. */
interface Moved {
  readonly view: number
  readonly place: View
  readonly whole: number
  readonly words: readonly number[]
}

/** A buffer whose first byte decides, and the word of memory that is its address. */
export interface Predicate {
  readonly buffer: number
  readonly word: number
  readonly range: Range
}

/** What any thread can do without the calling one. */
export interface Section {
  readonly kind: 'section'
  readonly parts: readonly SectionPart[]
  readonly work: number
  /** Position of the last that it does in the program's body. */
  readonly last: number
}

export type SectionPart = TapeCall | ControlPart
export type Part =
  | Section
  | ControlPart
  | { readonly kind: 'interpret'; readonly launch: InterpretLaunch; readonly node: number }

/** Like the program's nodes of the same names. */
type ControlPart = { readonly node: number } & (
  | {
      readonly kind: 'loop'
      readonly count: number
      readonly moved: readonly Moved[]
      readonly body: readonly Part[]
    }
  | {
      readonly kind: 'while'
      readonly condition: readonly Part[]
      readonly predicate: Predicate
      readonly body: readonly Part[]
    }
  | {
      readonly kind: 'branch'
      readonly predicate: Predicate
      readonly yes: readonly Part[]
      readonly no: readonly Part[]
    }
)

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
  readonly together: number
  /** How many times as much it does in a time as WebAssembly, about. */
  readonly pace: number
}

/** What lays out a program: its kernels, and memory for their arguments. */
interface Means {
  readonly callee: (launch: CodeLaunch | CopyLaunch) => Callee | undefined
  readonly allocate: (bytes: number) => DeviceBuffer
  readonly words: (block: DeviceBuffer) => Int32Array
}

/** Elements of work between looks at the clock. */
const PIECE_WORK = 250_000
/** The same for contractions, and the most where what units share would have to be packed again. */
const [CONTRACT_PIECE_WORK, SHARED_PIECE_WORK] = [12_000_000, 100_000_000]
/** An interpreted element costs about as much as this many computed by a kernel. */
const INTERPRETED = 50

/** Gives every launch its arguments; those that are known now are written at once. */
export function layOut(program: Program, means: Means): Tape {
  const callees = new Map<Launch, Callee>()
  let words = addressWords(program.body)
  for (const launch of launchesOf(program.body)) {
    if (launch.kind === 'interpret') continue
    const callee = means.callee(launch)
    if (!callee) throw new RangeError('a launch has no kernel')
    callees.set(launch, callee)
    words += callee.arguments.length
  }
  const block = means.allocate(words * 4)
  const layout = new Layout(program, callees, block, means.words(block))
  const parts = layout.parts(program.body)
  return { parts, patches: layout.patches, block, work: workOf(program.body, program) }
}

/** Rough cost of nodes, in elements. */
export function workOf(body: readonly ProgramNode[], program: Program): number {
  const work = (node: ProgramNode): number => {
    switch (node.kind) {
      case 'launch': {
        const { launch } = node
        if (launch.kind === 'code') return launch.work
        if (launch.kind === 'copy') return sizeOfBuffer(program, launch.to)
        return sizeOfBuffer(program, launch.outputs[0] ?? -1) * INTERPRETED
      }
      case 'loop':
        return node.count * workOf(node.body, program)
      case 'while':
        // Who knows how often.
        return Number.POSITIVE_INFINITY
      case 'branch':
        return Math.max(workOf(node.yes, program), workOf(node.no, program))
    }
  }
  return body.reduce((sum, node) => sum + work(node), 0)
}

/** Addresses that control itself reads. */
function addressWords(body: readonly ProgramNode[]): number {
  const own = (node: ProgramNode): number => {
    if (node.kind === 'launch') return 0
    if (node.kind === 'loop') return node.views.length + addressWords(node.body)
    const [first, second] =
      node.kind === 'while' ? [node.condition, node.body] : [node.yes, node.no]
    return 1 + addressWords(first) + addressWords(second)
  }
  return body.reduce((sum, node) => sum + own(node), 0)
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
    let free: SectionPart[] = []
    const flush = (end: number): void => {
      const last = free.at(-1)
      if (last) {
        const work = workOf(body.slice(end - free.length, end), this.#program)
        parts.push({ kind: 'section', parts: free, work, last: last.node })
      }
      free = []
    }
    body.forEach((node, index) => {
      const part = this.#part(node, at ?? index)
      if ('kind' in part && !isFree(part)) {
        flush(index)
        parts.push(part)
      } else free.push(part)
    })
    flush(body.length)
    return parts
  }

  #part(node: ProgramNode, at: number): Exclude<Part, Section> | TapeCall {
    const inner = (body: readonly ProgramNode[]): Part[] => this.parts(body, at)
    switch (node.kind) {
      case 'launch': {
        const { launch } = node
        if (launch.kind === 'interpret') return { kind: 'interpret', launch, node: at }
        return this.#call(launch, at)
      }
      case 'loop': {
        const { kind, count, views } = node
        const body = inner(node.body)
        return { kind, node: at, count, moved: this.#moved(views), body }
      }
      case 'while': {
        const condition = inner(node.condition)
        const body = inner(node.body)
        return {
          kind: 'while',
          node: at,
          predicate: this.#predicate(node.predicate),
          condition,
          body,
        }
      }
      case 'branch': {
        const [yes, no] = [inner(node.yes), inner(node.no)]
        return { kind: 'branch', node: at, predicate: this.#predicate(node.predicate), yes, no }
      }
    }
  }

  /** A word that is the address of a buffer. */
  #address(buffer: number): number {
    this.patches.push({ word: this.#word, argument: { kind: 'address', buffer } })
    return this.#inMemory(this.#word++)
  }

  /** A word of the block, counted from the start of the memory. */
  #inMemory(word: number): number {
    return this.#block.offset / 4 + word
  }

  #predicate(buffer: number): Predicate {
    return { buffer, word: this.#address(buffer), range: this.#range(buffer) }
  }

  /** A view may be a part of another that moves, here or in a loop around. */
  #moved(views: readonly number[]): Moved[] {
    const moved = views.map((view) => {
      const place = this.#program.buffers[view]?.place
      if (place?.kind !== 'view') throw new RangeError('what moves is no view')
      return { view, place, whole: this.#address(place.of) }
    })
    return moved.map((it) => {
      const own = this.patches.filter(({ argument }) => {
        return argument.kind === 'address' && argument.buffer === it.view
      })
      return { ...it, words: own.map(({ word }) => this.#inMemory(word)) }
    })
  }

  #call(launch: CodeLaunch | CopyLaunch, node: number): TapeCall {
    const callee = this.#callees.get(launch)
    if (!callee) throw new RangeError('a launch has no kernel')
    const first = this.#word
    const touched = new Set<number>()
    for (const argument of callee.arguments) {
      if (argument.kind === 'integer') this.#view[this.#word] = argument.value
      else this.patches.push({ word: this.#word, argument })
      if (argument.kind === 'address') touched.add(argument.buffer)
      this.#word++
    }
    const { units, together, pace } = callee
    const work = launch.kind === 'code' ? launch.work : sizeOfBuffer(this.#program, launch.to)
    const ranges = (buffers: Iterable<number>): Range[] =>
      [...buffers].map((buffer) => this.#range(buffer))
    return {
      launch,
      function: callee.function,
      arguments: this.#block.offset + first * 4,
      units,
      work,
      piece: pieceOf(launch, { units, together, work: work / pace }),
      node,
      touches: ranges(touched),
      writes: ranges(writesOf(launch)),
    }
  }

  /** Where a buffer may be at any turn. */
  #range(buffer: number): Range {
    const { place, shape, dtype } = this.#program.buffers[buffer] ?? {}
    if (!place || !shape || !dtype) throw new RangeError(`no buffer ${buffer}`)
    const bytes = sizeOf(shape) * dtypes[dtype].bytes
    switch (place.kind) {
      case 'arena':
        return { of: 'arena', from: place.offset, to: place.offset + bytes }
      case 'leaf':
        return { of: `leaf ${place.leaf}`, from: 0, to: bytes }
      case 'output':
        return { of: `output ${place.output}`, from: 0, to: bytes }
      case 'view': {
        const whole = this.#range(place.of)
        if (place.step !== 0 || this.#moves(place.of)) return whole
        const from = whole.from + place.offset
        return { of: whole.of, from, to: from + bytes }
      }
    }
  }

  #moves(buffer: number): boolean {
    const place = this.#program.buffers[buffer]?.place
    return place?.kind === 'view' && (place.step !== 0 || this.#moves(place.of))
  }
}

/** Whether nothing in it is interpreted. */
function isFree(part: Exclude<Part, Section>): part is ControlPart {
  if (part.kind === 'interpret') return false
  return bodiesOf(part).every((body) => body.every(({ kind }) => kind === 'section'))
}

function pieceOf(
  launch: Launch,
  { units, together, work }: { units: number; together: number; work: number },
): number {
  // Every part of a scatter goes over all indices.
  const kind = launch.kind === 'code' ? launch.kernel?.kind : undefined
  if (kind === 'scatter') return units
  const most = kind === 'contract' ? CONTRACT_PIECE_WORK : PIECE_WORK
  const piece = Math.max(1, Math.floor((most * units) / Math.max(work, 1)))
  if (together === 1) return piece
  if (piece >= together) return piece - (piece % together)
  const cuts = Math.ceil((work * together) / units / SHARED_PIECE_WORK)
  return Math.ceil(together / cuts)
}

function sizeOfBuffer({ buffers }: Program, buffer: number): number {
  return sizeOf(buffers[buffer]?.shape ?? [])
}

function bodiesOf(part: ControlPart): readonly (readonly Part[])[] {
  if (part.kind === 'loop') return [part.body]
  return part.kind === 'while' ? [part.condition, part.body] : [part.yes, part.no]
}

/** Every section of a tree, those inside of others included. */
export function sectionsIn(parts: readonly (Part | SectionPart)[]): Section[] {
  return parts.flatMap((part): Section[] => {
    if (!('kind' in part) || part.kind === 'interpret') return []
    if (part.kind === 'section') return [part, ...sectionsIn(part.parts)]
    return bodiesOf(part).flatMap(sectionsIn)
  })
}
