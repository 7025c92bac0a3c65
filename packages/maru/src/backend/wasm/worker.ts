/**
 * What a worker of the pool does. `work` is sent to workers as text, so it refers to nothing outside of itself
 * but what every host has, and all functions in it are methods of one object: builders that keep the
 * names of functions by calls to helpers of their own leave those alone.
 */

import type { NativeCalls } from '../native/tier.ts'

/** A kernel on the linear memory, called with its argument block and a range of its units. */
export type KernelFunction = (args: number, begin: number, end: number) => void

/** Words of the memory by which the main thread and its workers talk. */
export const words = {
  /** Counts commands; workers sleep on it. */
  command: 0,
  /** Counts the messages that must be read before the command is obeyed. */
  mail: 1,
  /** The section to run. */
  section: 2,
  /** Workers that have come to the barrier. */
  arrived: 3,
  /** Counts barriers that all have passed; workers sleep on it. */
  passed: 4,
  sleepers: 5,
  /** Not 0 once a worker has failed: nobody computes on. */
  poison: 6,
  /** Whether times are wanted. */
  watch: 7,
} as const

/**
 * Words of a tape for one launch: function, address of its arguments, units, whether workers share them,
 * whether they wait for each other behind it.
 */
export const CALL_WORDS = 5

export interface Start {
  readonly kind: 'start'
  readonly memory: WebAssembly.Memory
  readonly control: Int32Array
  readonly words: typeof words
  readonly index: number
  readonly count: number
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
  | { readonly kind: 'ready' | 'done' | 'stopped' }
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
export function work(port: Port): void {
  const SPIN_MS = 0.05
  const LOOK_MS = 100
  const functions: KernelFunction[] = []
  const sections = new Map<number, Int32Array>()
  let given: Start | undefined
  let machine: Machine | undefined
  let seen = 0
  let read = 0

  const worker = {
    start(start: Start): void {
      given = start
      port.postMessage({ kind: 'ready' })
      worker.obey()
    },

    open({ code, sections: fresh, dropped }: Mail): void {
      const { memory } = worker.state()
      for (const it of code) {
        if (it.kind === 'native') {
          machine ??= worker.machine(it.calls)
          functions.push(machine(it.address))
          continue
        }
        const { exports } = new WebAssembly.Instance(it.module, { env: { memory } })
        for (let i = 0; i < it.functions; i++) functions.push(exports[`k${i}`] as KernelFunction)
      }
      for (const [id, tape] of fresh) sections.set(id, tape)
      for (const id of dropped) sections.delete(id)
      read++
      worker.obey()
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
      const { control, words } = worker.state()
      for (;;) {
        worker.waitWhile(words.command, seen, false)
        if (Atomics.load(control, words.mail) !== read) return
        seen = Atomics.load(control, words.command)
        worker.run(Atomics.load(control, words.section))
      }
    },

    /** Returns when the word is no longer as it was, or, if asked, when a worker has failed. */
    waitWhile(word: number, value: number, heedPoison: boolean): void {
      const { control, words } = worker.state()
      const until = performance.now() + SPIN_MS
      for (let spins = 1; Atomics.load(control, word) === value; spins++) {
        if ((spins & 63) !== 0) continue
        if (heedPoison && Atomics.load(control, words.poison) !== 0) return
        if (performance.now() < until) continue
        Atomics.add(control, words.sleepers, 1)
        Atomics.wait(control, word, value, heedPoison ? LOOK_MS : undefined)
        Atomics.sub(control, words.sleepers, 1)
      }
    },

    run(section: number): void {
      const { control, words } = worker.state()
      try {
        if (worker.play(section)) return
        port.postMessage({ kind: 'stopped' })
      } catch (error) {
        Atomics.store(control, words.poison, 1)
        Atomics.notify(control, words.passed)
        port.postMessage({ kind: 'fault', error })
      }
    },

    /** This worker's part of every launch; whether all went well. */
    play(section: number): boolean {
      const { control, words, index, count } = worker.state()
      const tape = sections.get(section)
      if (!tape) throw new Error(`section ${section} is not known`)
      const watched = index === 0 && Atomics.load(control, words.watch) !== 0
      const times: number[] = []
      let since = performance.now()
      for (let at = 0; at < tape.length; at += 5) {
        const kernel = functions[tape[at] ?? -1]
        if (!kernel) throw new Error(`function ${tape[at]} is not known`)
        const units = tape[at + 2] ?? 0
        const parts = tape[at + 3] !== 0 ? count : 1
        const begin = Math.floor((units * Math.min(index, parts)) / parts)
        const end = Math.floor((units * Math.min(index + 1, parts)) / parts)
        if (begin < end) kernel(tape[at + 1] ?? 0, begin, end)
        const last = at + 5 === tape.length
        if (tape[at + 4] !== 0 && !worker.meet(last)) return false
        if (!watched) continue
        times.push(performance.now() - since)
        since = performance.now()
      }
      if (watched) port.postMessage({ kind: 'times', times })
      return true
    },

    /** Waits for the others; whether all went well. Nobody waits at the end, where the last one reports. */
    meet(last: boolean): boolean {
      const { control, words, count } = worker.state()
      const passed = Atomics.load(control, words.passed)
      if (Atomics.add(control, words.arrived, 1) + 1 === count) {
        Atomics.store(control, words.arrived, 0)
        Atomics.add(control, words.passed, 1)
        if (Atomics.load(control, words.sleepers) > 0) Atomics.notify(control, words.passed)
        if (last) port.postMessage({ kind: 'done' })
      } else if (!last) {
        worker.waitWhile(words.passed, passed, true)
      }
      return Atomics.load(control, words.poison) === 0
    },
  }

  port.onmessage = ({ data }) => {
    if (data.kind === 'start') worker.start(data)
    else worker.open(data)
  }
}
