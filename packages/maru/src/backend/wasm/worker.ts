/**
 * What a worker of the pool does. `work` is sent to workers as text, so it refers to nothing outside of itself
 * but what every host has, and all functions in it are methods of one object: builders that keep the
 * names of functions by calls to helpers of their own leave those alone.
 */

import type { NativeCalls } from '../native/tier.ts'
import type { takePieces } from './pieces.ts'

/** A kernel on the linear memory, called with its argument block and a range of its units. */
export type KernelFunction = (args: number, begin: number, end: number) => void

/** Words of the memory by which the main thread and its workers talk. */
export const words = {
  /** The number of the run that was begun last. */
  run: 0,
  /** Counts the messages that must be read before the command is obeyed. */
  mail: 1,
  /** The section to run. */
  section: 2,
  /** Workers that have come to the barrier. */
  arrived: 3,
  /** Counts barriers that all have passed; workers sleep on it. */
  passed: 4,
  sleepers: 5,
  /** Not 0 once a worker has failed, or is to be ended: nobody computes on, or reads another message. */
  poison: 6,
  /** Whether times are wanted. */
  watch: 7,
  /** Counts sections that all have finished. */
  finished: 8,
  /** Whether the section is shared in pieces. */
  shared: 9,
  /** Pieces that were taken before the run. */
  base: 10,
  /** The last run that the calling thread has left to others. */
  left: 11,
  /** Counts pieces that were taken, in all runs, and those that are done; workers sleep on it. */
  taken: 16,
  done: 17,
  /** From here on, a line of words for each thread; the calling one comes last. */
  threads: 32,
  /** Words of a line. */
  line: 16,
  /** In a line: the run that the worker is to take part in; it sleeps on it. */
  command: 0,
  /** In a line: nodes of the program that the thread has begun. */
  begun: 1,
  /** In a line: 1 while the worker reads a message, when nobody may end it; who would do so sleeps on it. */
  reading: 2,
} as const

/** What the words of a section begin with. */
export const codes = {
  /** Function, address of its arguments, units, whether workers share them, number, nodes begun. */
  call: 0,
  barrier: 1,
  /** Length of what the first worker does without the others. */
  alone: 2,
  /**
   * Turns, lengths of views and body, views, body. A view: the word that is its whole's address, offset, step,
   * shift, period, how many words are its address, those.
   */
  loop: 3,
  /** The word that is the predicate's address, lengths of condition and body, condition, body. */
  while: 4,
  /** Likewise, with two bodies. */
  branch: 5,
} as const

export interface Start {
  readonly kind: 'start'
  readonly memory: WebAssembly.Memory
  readonly control: Int32Array
  readonly words: typeof words
  readonly codes: typeof codes
  readonly index: number
  readonly count: number
  /** Address of the worker's own memory. */
  readonly scratch: number
}

/** New functions, in the order of their numbers: a module of so many, or machine code at an address. */
export type Code =
  | { readonly kind: 'module'; readonly module: WebAssembly.Module; readonly functions: number }
  | { readonly kind: 'native'; readonly address: bigint; readonly calls: NativeCalls }

export interface Mail {
  readonly kind: 'mail'
  readonly code: readonly Code[]
  readonly sections: readonly (readonly [id: number, tape: Int32Array])[]
  readonly dropped: readonly number[]
}

export type Report =
  | { readonly kind: 'ready' | 'stopped' }
  | { readonly kind: 'done'; readonly run: number }
  | { readonly kind: 'fault'; readonly error: unknown }
  | { readonly kind: 'times'; readonly times: readonly number[] }

interface Port {
  onmessage: ((event: { readonly data: Start | Mail }) => void) | null
  postMessage(report: Report): void
}

interface Koffi {
  load(path: null): unknown
  address(view: ArrayBufferView): bigint
  proto(result: string, parameters: readonly string[]): object
  decode(address: bigint, type: object): (argument: bigint) => void
}

/** The function at an address. */
type Machine = (address: bigint) => KernelFunction

interface NodeHost {
  readonly process: {
    getBuiltinModule(name: string): { createRequire(path: string): (path: string) => Koffi }
  }
}

/** Runs the commands that come through the control words, and reads messages when told of some. */
export function work(port: Port, take: typeof takePieces): void {
  const SPIN_MS = 0.05
  const MOST_SPIN_MS = 0.5
  const LOOK_MS = 100
  const functions: KernelFunction[] = []
  const sections = new Map<number, Int32Array>()
  let given: Start | undefined
  let machine: Machine | undefined
  let seen = 0
  let read = 0
  /** How long it spins before it sleeps: twice the time between the last two commands, within bounds. */
  let patience = SPIN_MS
  /** Nodes of the program that this worker has begun in this section. */
  let begun = 0
  /** Numbers of calls, each followed by its milliseconds, if they are wanted. */
  let times: number[] | undefined
  let since = 0
  let cells = new Int32Array(0)
  let bytes = new Uint8Array(0)

  const worker = {
    start(start: Start): void {
      given = start
      port.postMessage({ kind: 'ready' })
      worker.obey()
    },

    /**
     * Reads a message, unless all are to end. Either this worker sees that, or who says so sees that it reads:
     * a thread that is ended while it loads koffi ends the process with it.
     */
    open(mail: Mail): void {
      const { control, words, index } = worker.state()
      const own = words.threads + index * words.line + words.reading
      Atomics.store(control, own, 1)
      const goesOn = Atomics.load(control, words.poison) === 0
      try {
        if (goesOn) worker.read(mail)
      } finally {
        Atomics.store(control, own, 0)
        Atomics.notify(control, own)
      }
      if (goesOn) worker.obey()
      else port.postMessage({ kind: 'stopped' })
    },

    read({ code, sections: fresh, dropped }: Mail): void {
      const { memory, scratch } = worker.state()
      for (const it of code) {
        if (it.kind === 'native') {
          machine ??= worker.machine(it.calls)
          functions.push(machine(it.address))
          continue
        }
        const { exports } = new WebAssembly.Instance(it.module, { env: { memory, scratch } })
        for (let i = 0; i < it.functions; i++) functions.push(exports[`k${i}`] as KernelFunction)
      }
      for (const [id, tape] of fresh) sections.set(id, tape)
      for (const id of dropped) sections.delete(id)
      read++
    },

    state(): Start {
      if (!given) throw new Error('a worker was not started')
      return given
    },

    /** Calls functions at an address, with arguments in a block of memory of the worker's own. */
    machine({ library, bytes, parameters, memory }: NativeCalls): Machine {
      const host = globalThis as unknown as NodeHost
      const koffi = host.process.getBuiltinModule('node:module').createRequire(library)(library)
      // Without a library, koffi has no stack to call with.
      koffi.load(null)
      const type = koffi.proto('void', ['uintptr_t'])
      const block = new DataView(new ArrayBuffer(bytes))
      block.setBigUint64(memory, koffi.address(new Uint8Array(worker.state().memory.buffer)), true)
      block.setUint32(parameters[3], worker.state().scratch, true)
      const at = koffi.address(block)
      return (address) => {
        const call = koffi.decode(address, type)
        return (args, begin, end) => {
          block.setUint32(parameters[0], args, true)
          block.setInt32(parameters[1], begin, true)
          block.setInt32(parameters[2], end, true)
          call(at)
        }
      }
    },

    /** Commands, one after the other, until there is a message: those come between tasks only. */
    obey(): void {
      const { control, words, index } = worker.state()
      const own = words.threads + index * words.line + words.command
      for (;;) {
        const idle = performance.now()
        worker.waitWhile(own, seen, false, patience)
        const run = Atomics.load(control, own)
        const section = Atomics.load(control, words.section)
        const shared = Atomics.load(control, words.shared) !== 0
        const base = Atomics.load(control, words.base)
        if (Atomics.load(control, words.mail) !== read) return
        seen = run
        // What was read belongs together, unless others have finished that run and another has begun.
        if (Atomics.load(control, words.run) !== run) continue
        const gap = 2 * (performance.now() - idle)
        patience = shared && gap < MOST_SPIN_MS ? Math.max(SPIN_MS, gap) : SPIN_MS
        worker.run(run, section, shared ? base : undefined)
      }
    },

    /** Returns when the word is no longer as it was, or, if asked, when a worker has failed. */
    waitWhile(word: number, value: number, heedPoison: boolean, spin: number): void {
      const { control, words } = worker.state()
      const until = performance.now() + spin
      for (let spins = 1; Atomics.load(control, word) === value; spins++) {
        if ((spins & 63) !== 0) continue
        if (heedPoison && Atomics.load(control, words.poison) !== 0) return
        if (performance.now() < until) continue
        Atomics.add(control, words.sleepers, 1)
        Atomics.wait(control, word, value, heedPoison ? LOOK_MS : undefined)
        Atomics.sub(control, words.sleepers, 1)
      }
    },

    run(run: number, section: number, base: number | undefined): void {
      const { control, words } = worker.state()
      try {
        if (Atomics.load(control, words.poison) === 0) {
          const isWalked = base === undefined
          if (isWalked ? worker.play(run, section) : worker.help(run, section, base)) return
        }
        port.postMessage({ kind: 'stopped' })
      } catch (error) {
        Atomics.store(control, words.poison, 1)
        Atomics.notify(control, words.passed)
        port.postMessage({ kind: 'fault', error })
      }
    },

    /** Pieces of a section, whose last the calling thread is told of if it has left; whether all went well. */
    help(run: number, section: number, base: number): boolean {
      const { control, words, index } = worker.state()
      const pieces = sections.get(section)
      // Only sections that are over are dropped.
      if (!pieces) return true
      const end = take({
        ...{ control, words, pieces, base, functions },
        thread: words.threads + index * words.line,
        goesOn() {
          return Atomics.load(control, words.poison) === 0
        },
        waits(done) {
          worker.waitWhile(words.done, done, true, SPIN_MS)
        },
      })
      if (end === 'last' && Atomics.load(control, words.left) === run) {
        port.postMessage({ kind: 'done', run })
      }
      return Atomics.load(control, words.poison) === 0
    },

    /** This worker's part of a section; whether all went well. */
    play(run: number, section: number): boolean {
      const { control, words, memory, index } = worker.state()
      const tape = sections.get(section)
      if (!tape) throw new Error(`section ${section} is not known`)
      const watched = index === 0 && Atomics.load(control, words.watch) !== 0
      times = watched ? [] : undefined
      since = performance.now()
      begun = 0
      cells = new Int32Array(memory.buffer)
      bytes = new Uint8Array(memory.buffer)
      if (!worker.range(tape, 0, tape.length) || !worker.meet(run)) return false
      if (times) port.postMessage({ kind: 'times', times })
      return true
    },

    range(tape: Int32Array, from: number, to: number): boolean {
      const { codes, index } = worker.state()
      for (let at = from; at < to; ) {
        const [first = 0, second = 0] = [tape[at + 2], tape[at + 3]]
        switch (tape[at]) {
          case codes.call:
            worker.call(tape, at)
            at += 7
            break
          case codes.barrier:
            if (!worker.meet()) return false
            at++
            break
          case codes.alone: {
            const end = at + 2 + (tape[at + 1] ?? 0)
            if (index === 0 && !worker.range(tape, at + 2, end)) return false
            at = end
            break
          }
          default:
            if (!worker.control(tape, at)) return false
            at += 4 + first + second
        }
      }
      return true
    },

    call(tape: Int32Array, at: number): void {
      const { control, words, index, count } = worker.state()
      const units = tape[at + 3] ?? 0
      const parts = tape[at + 4] !== 0 ? count : 1
      const begin = Math.floor((units * Math.min(index, parts)) / parts)
      const end = Math.floor((units * Math.min(index + 1, parts)) / parts)
      if (begin < end) {
        const kernel = functions[tape[at + 1] ?? -1]
        if (!kernel) throw new Error(`function ${tape[at + 1]} is not known`)
        const node = tape[at + 6] ?? 0
        const line = words.threads + index * words.line
        if (node > begun) Atomics.store(control, line + words.begun, node)
        begun = node
        kernel(tape[at + 2] ?? 0, begin, end)
      }
      if (!times) return
      const now = performance.now()
      times.push(tape[at + 5] ?? 0, now - since)
      since = now
    },

    /** A loop or a branch, with two stretches behind its head of four words. */
    control(tape: Int32Array, at: number): boolean {
      const { control, words, codes } = worker.state()
      const [kind, given = 0] = [tape[at], tape[at + 1]]
      const second = at + 4 + (tape[at + 2] ?? 0)
      const end = second + (tape[at + 3] ?? 0)
      if (kind === codes.branch) {
        return worker.holds(given)
          ? worker.range(tape, at + 4, second)
          : worker.range(tape, second, end)
      }
      for (let turn = 0; kind === codes.while || turn < given; turn++) {
        if (Atomics.load(control, words.poison) !== 0) return false
        if (kind === codes.loop) worker.move(tape, at + 4, second, turn)
        else if (!worker.range(tape, at + 4, second)) return false
        else if (!worker.holds(given)) return true
        if (!worker.range(tape, second, end)) return false
      }
      return true
    },

    /** Whether the byte at the address in a word is true. */
    holds(word: number): boolean {
      return bytes[(cells[word] ?? 0) >>> 0] !== 0
    },

    /** Brings views to where they are at a turn; all who share a loop write the same words. */
    move(tape: Int32Array, from: number, to: number, turn: number): void {
      for (let at = from; at < to; ) {
        const [whole = 0, offset = 0, step = 0] = [tape[at], tape[at + 1], tape[at + 2]]
        const [shift = 0, period = 0, count = 0] = [tape[at + 3], tape[at + 4], tape[at + 5]]
        const steps = period > 0 ? (turn + shift) % period : turn
        const place = (cells[whole] ?? 0) + offset + Math.imul(step, steps)
        at += 6
        for (const end = at + count; at < end; at++) cells[tape[at] ?? 0] = place
      }
    },

    /** Waits for the others; whether all went well. Nobody waits at a run's end, where the last one reports. */
    meet(ended?: number): boolean {
      const { control, words, count } = worker.state()
      const passed = Atomics.load(control, words.passed)
      if (Atomics.add(control, words.arrived, 1) + 1 === count) {
        Atomics.store(control, words.arrived, 0)
        Atomics.add(control, words.passed, 1)
        if (Atomics.load(control, words.sleepers) > 0) Atomics.notify(control, words.passed)
        if (ended !== undefined) {
          Atomics.add(control, words.finished, 1)
          port.postMessage({ kind: 'done', run: ended })
        }
      } else if (ended === undefined) {
        worker.waitWhile(words.passed, passed, true, SPIN_MS)
      }
      return Atomics.load(control, words.poison) === 0
    },
  }

  port.onmessage = ({ data }) => {
    if (data.kind === 'start') worker.start(data)
    else worker.open(data)
  }
}
