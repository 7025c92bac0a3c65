/** Workers that run sections of programs on one shared memory. */
import { startThread, type Thread } from './thread.ts'
import { CALL_WORDS, type Code, type Report, words } from './worker.ts'

/** One launch for the workers. */
export interface Call {
  /** Number of the function among all that the backend has. */
  readonly function: number
  /** Byte address of its arguments. */
  readonly arguments: number
  readonly units: number
  /** Rough cost, in elements. */
  readonly work: number
}

/** Launches that follow each other without the main thread. */
export interface Section {
  readonly calls: readonly Call[]
}

/** How a section ended. */
export type Outcome =
  /** Milliseconds of each call, if they were wanted. */
  | { readonly times: readonly number[] }
  /** A kernel failed, or a worker ended; calls from `begun` on had not begun. */
  | { readonly failed: 'kernel' | 'worker'; readonly reason: unknown; readonly begun: number }

interface Posted {
  readonly id: number
  /** How many calls have begun before each barrier is passed. */
  readonly begun: readonly number[]
}

interface Running {
  readonly posted: Posted
  /** Count of barriers at the start. */
  readonly from: number
  /** Reports that are to come. */
  awaited: number
  times: readonly number[]
  readonly resolve: (outcome: Outcome) => void
}

interface Member {
  readonly thread: Thread
  /** Resolves when it leaves a run that failed. */
  readonly halted: Promise<void>
}

export class Pool {
  readonly size: number
  /** Resolves when all workers wait for commands; rejects if one cannot be started. */
  readonly ready: Promise<void>
  readonly #control = new Int32Array(new SharedArrayBuffer(64 * 4))
  readonly #members: readonly Member[]
  readonly #code: readonly Code[]
  readonly #splitWork: number
  readonly #posted = new Map<Section, Posted>()
  #dropped: number[] = []
  #sent = 0
  #next = 0
  #missing: number
  #started: () => void = () => {}
  #refuse: (reason: unknown) => void = () => {}
  #running: Running | undefined
  #state: 'starting' | 'ready' | 'over' = 'starting'

  /**
   * `code` is a list that may grow; every run sends what is new. Calls of less than `splitWork` are made
   * by one worker.
   */
  constructor(size: number, memory: WebAssembly.Memory, code: readonly Code[], splitWork: number) {
    this.size = size
    this.#splitWork = splitWork
    this.#code = code
    this.#missing = size
    this.ready = new Promise((resolve, reject) => {
      this.#started = resolve
      this.#refuse = reject
    })
    this.ready.catch(() => {})
    const control = this.#control
    this.#members = Array.from({ length: size }, (_, index): Member => {
      let halt = (): void => {}
      const halted = new Promise<void>((resolve) => {
        halt = resolve
      })
      const thread = startThread({
        report: (report) => {
          if (report.kind === 'stopped' || report.kind === 'fault') halt()
          this.#report(report)
        },
        end: (reason) => {
          halt()
          this.#fail('worker', reason)
        },
      })
      thread.post({ kind: 'start', memory, control, words, index, count: size })
      return { thread, halted }
    })
  }

  get state(): 'starting' | 'ready' | 'over' {
    return this.#state
  }

  /** Runs a section; one at a time. */
  run(section: Section, watched: boolean): Promise<Outcome> {
    const control = this.#control
    const posted = this.#post(section)
    Atomics.store(control, words.watch, watched ? 1 : 0)
    Atomics.store(control, words.section, posted.id)
    this.hold(true)
    return new Promise((resolve) => {
      const from = Atomics.load(control, words.passed)
      this.#running = { posted, from, awaited: watched ? 2 : 1, times: [], resolve }
      Atomics.add(control, words.command, 1)
      Atomics.notify(control, words.command)
    })
  }

  /** Whether the process lives until the pool has answered. */
  hold(held: boolean): void {
    this.#members[0]?.thread.hold(held)
  }

  /** Workers forget a section. */
  drop(section: Section): void {
    const posted = this.#posted.get(section)
    if (!posted) return
    this.#posted.delete(section)
    this.#dropped.push(posted.id)
  }

  #post(section: Section): Posted {
    const known = this.#posted.get(section)
    if (known) return known
    const id = this.#next++
    const { tape, begun } = tapeOf(section.calls, this.#splitWork)
    const code = this.#code.slice(this.#sent)
    this.#sent = this.#code.length
    for (const { thread } of this.#members) {
      thread.post({ kind: 'mail', code, sections: [[id, tape]], dropped: this.#dropped })
    }
    this.#dropped = []
    Atomics.add(this.#control, words.mail, 1)
    const posted = { id, begun }
    this.#posted.set(section, posted)
    return posted
  }

  #report(report: Report): void {
    switch (report.kind) {
      case 'ready':
        if (--this.#missing > 0 || this.#state === 'over') return
        this.#state = 'ready'
        this.#started()
        break
      case 'done':
        this.#progress()
        break
      case 'times':
        if (this.#running) this.#running.times = report.times
        this.#progress()
        break
      case 'fault':
        this.#fail('kernel', report.error)
        break
      case 'stopped':
        break
    }
  }

  #progress(): void {
    const running = this.#running
    if (!running || --running.awaited > 0) return
    this.#finish()?.resolve({ times: running.times })
  }

  #finish(): Running | undefined {
    const running = this.#running
    this.#running = undefined
    this.hold(false)
    return running
  }

  /** Ends all workers; who waits for a run is told when nobody writes to memory any more. */
  async #fail(failed: 'kernel' | 'worker', reason: unknown): Promise<void> {
    if (this.#state === 'over') return
    this.#state = 'over'
    this.#refuse(reason)
    Atomics.store(this.#control, words.poison, 1)
    Atomics.notify(this.#control, words.passed)
    const computing = this.#running !== undefined
    await Promise.all(
      this.#members.map(async ({ thread, halted }) => {
        if (computing && !thread.endsSurely) await halted
        await thread.terminate()
      }),
    )
    const running = this.#finish()
    if (!running) return
    const passed = (Atomics.load(this.#control, words.passed) - running.from) | 0
    const begun = running.posted.begun[passed]
    running.resolve(begun === undefined ? { times: [] } : { failed, reason, begun })
  }
}

/** The launches as workers read them, and how many have begun before each of the barriers is passed. */
function tapeOf(calls: readonly Call[], splitWork: number): { tape: Int32Array; begun: number[] } {
  const tape = new Int32Array(calls.length * CALL_WORDS)
  const begun: number[] = []
  const split = calls.map(({ units, work }) => units > 1 && work >= splitWork)
  calls.forEach((call, i) => {
    // What is not split is done by the first worker, one after the other.
    const barrier = split[i] || split[i + 1] !== false
    const words = [call.function, call.arguments, call.units, split[i] ? 1 : 0, barrier ? 1 : 0]
    tape.set(words, i * CALL_WORDS)
    if (barrier) begun.push(i + 1)
  })
  return { tape, begun }
}
