/** Workers that run sections of programs on one shared memory. */
import { scratchOf } from '../../compiler/lowering.ts'
import type { Launch } from '../../compiler/program.ts'
import { encodePieces, takePieces } from './pieces.ts'
import { encodeSection } from './section.ts'
import type { Section, TapeCall } from './tape.ts'
import { startThread, type Thread } from './thread.ts'
import { type Code, codes, type KernelFunction, type Report, words } from './worker.ts'

/** How a section ended. */
export type Outcome =
  /** How long each launch took, at every turn, if that was wanted. */
  | { readonly times: readonly { readonly launch: Launch; readonly ms: number }[] }
  /** Nodes of the program from `begun` on had not begun. */
  | (Fault & { readonly begun: number })

/** A kernel failed, or a worker ended. */
interface Fault {
  readonly failed: 'kernel' | 'worker'
  readonly reason: unknown
}

/** A section that workers have, as they walk it or as its pieces. */
interface Posted {
  readonly id: number
  readonly tape: Int32Array
  readonly calls: readonly TapeCall[]
  /** Threads that have something to do. */
  readonly threads: number
}

interface Running {
  readonly run: number
  readonly calls: readonly TapeCall[]
  /** Whether all is done, even if nobody has said so. */
  readonly isOver: () => boolean
  /** Reports that are to come. */
  awaited: number
  /** Numbers of calls, each followed by its milliseconds. */
  times: readonly number[]
  readonly resolve: (outcome: Outcome) => void
}

/** The calling thread while it takes part. */
interface Caller {
  readonly functions: readonly KernelFunction[]
  /** When it was last free for others. */
  readonly since: number
}

/** Longest time in milliseconds for which the calling thread takes part before others have their turn. */
const SLICE_MS = 8
/** Longest time in milliseconds for which it waits for a piece that another thread does. */
const PATIENCE_MS = 0.2
/** Longest time in milliseconds for which it waits, before a worker is ended, until that has read a message. */
const MOST_READING_MS = 5000

interface Member {
  readonly thread: Thread
  /** Resolves when it leaves a run that failed. */
  readonly halted: Promise<void>
}

export class Pool {
  readonly size: number
  /** Resolves when all workers wait for commands; rejects if one cannot be started. */
  readonly ready: Promise<void>
  readonly #control: Int32Array
  readonly #members: readonly Member[]
  readonly #code: readonly Code[]
  readonly #splitWork: number
  readonly #posted = {
    walked: new Map<Section, Posted>(),
    shared: new Map<Section, Posted>(),
  }
  #dropped: number[] = []
  #sent = 0
  #unread = false
  #next = 0
  #missing: number
  #started: () => void = () => {}
  #refuse: (reason: unknown) => void = () => {}
  #running: Running | undefined
  #run = 0
  #holds = 0
  #state: 'starting' | 'ready' | 'over' = 'starting'
  #fault: Fault | undefined

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
    const control = new Int32Array(
      new SharedArrayBuffer((words.threads + (size + 1) * words.line) * 4),
    )
    this.#control = control
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
        settle: () => this.#settle(index),
        end: (reason) => {
          halt()
          this.#fail({ failed: 'worker', reason })
        },
      })
      const scratch = scratchOf(index + 1)
      thread.post({ kind: 'start', memory, control, words, codes, index, count: size, scratch })
      return { thread, halted }
    })
  }

  get state(): 'starting' | 'ready' | 'over' {
    return this.#state
  }

  /** Runs a section; one at a time. */
  run(section: Section, watched: boolean): Promise<Outcome> {
    if (this.#fault) return Promise.resolve({ ...this.#fault, begun: 0 })
    const control = this.#control
    const posted = this.#walked(section)
    const from = Atomics.load(control, words.finished)
    Atomics.store(control, words.watch, watched ? 1 : 0)
    this.#begin(posted, false)
    return this.#outcome({
      calls: posted.calls,
      isOver: () => Atomics.load(control, words.finished) !== from,
      awaited: watched ? 2 : 1,
    })
  }

  /**
   * Runs a section together with the calling thread, which takes pieces of it as workers do. All is done when
   * this returns, unless that would take so long that others must have their turn before. A section that
   * must be walked is `unfit`.
   */
  share(section: Section, { functions, since }: Caller): Promise<Outcome> | 'done' | 'unfit' {
    if (this.#fault) return Promise.resolve({ ...this.#fault, begun: 0 })
    const posted = this.#inPieces(section)
    if (!posted) return 'unfit'
    const { tape, calls } = posted
    const control = this.#control
    const base = Atomics.load(control, words.taken)
    const isOver = (): boolean =>
      Atomics.load(control, words.done) === ((base + (tape[0] ?? 0)) | 0)
    this.#begin(posted, true)
    let waited = false
    const goesOn = (): boolean => {
      if (waited || Atomics.load(control, words.poison) !== 0) return false
      return performance.now() - since < SLICE_MS
    }
    const waits = (done: number): void => {
      waited = !changes(control, done)
    }
    const thread = words.threads + this.size * words.line
    try {
      takePieces({ control, words, pieces: tape, base, functions, thread, goesOn, waits })
      while (!isOver() && goesOn()) waits(Atomics.load(control, words.done))
    } catch (error) {
      const outcome = this.#outcome({ calls, isOver, awaited: 1 })
      this.#fail({ failed: 'kernel', reason: error })
      return outcome
    }
    Atomics.store(control, words.left, this.#run)
    if (isOver()) return 'done'
    this.#command(0, 1)
    return this.#outcome({ calls, isOver, awaited: 1 })
  }

  /** Tells as many workers as there is work for; the first one's place is the calling thread's if that shares it. */
  #begin({ id, threads }: Posted, shared: boolean): void {
    const control = this.#control
    const first = shared ? 1 : 0
    this.#count()
    Atomics.store(control, words.section, id)
    Atomics.store(control, words.shared, first)
    Atomics.store(control, words.base, Atomics.load(control, words.taken))
    for (let i = 0; i <= this.size; i++) control[words.threads + i * words.line + words.begun] = 0
    // New messages are for all to read, so that nobody heaps them up.
    if (this.#unread) this.#command(0, this.size)
    else this.#command(first, threads)
    this.#unread = false
  }

  #count(): void {
    this.#run = (this.#run + 1) | 0
    Atomics.store(this.#control, words.run, this.#run)
  }

  #command(from: number, to: number): void {
    const control = this.#control
    const each = Array.from({ length: to - from }, (_, i) => {
      return words.threads + (from + i) * words.line + words.command
    })
    for (const word of each) Atomics.store(control, word, this.#run)
    if (Atomics.load(control, words.sleepers) === 0) return
    for (const word of each) Atomics.notify(control, word)
  }

  #outcome(running: Pick<Running, 'calls' | 'isOver' | 'awaited'>): Promise<Outcome> {
    this.hold(true)
    return new Promise((resolve) => {
      this.#running = { ...running, run: this.#run, times: [], resolve }
    })
  }

  /** Whether the process lives until the pool has answered; whoever wants that says when no longer. */
  hold(held: boolean): void {
    this.#holds += held ? 1 : -1
    this.#members[0]?.thread.hold(this.#holds > 0)
  }

  /** Workers forget a section. */
  drop(section: Section): void {
    for (const posted of [this.#posted.walked, this.#posted.shared]) {
      const known = posted.get(section)
      if (known) this.#dropped.push(known.id)
      posted.delete(section)
    }
  }

  #walked(section: Section): Posted {
    const known = this.#posted.walked.get(section)
    if (known) return known
    const { words: tape, calls } = encodeSection(section, this.#splitWork)
    const posted = this.#post(tape, calls, this.size)
    this.#posted.walked.set(section, posted)
    return posted
  }

  #inPieces(section: Section): Posted | undefined {
    const known = this.#posted.shared.get(section)
    if (known) return known
    const pieces = encodePieces(section, this.size, this.#splitWork)
    if (!pieces) return undefined
    const posted = this.#post(pieces.words, [], Math.min(this.size, pieces.widest))
    this.#posted.shared.set(section, posted)
    return posted
  }

  #post(tape: Int32Array, calls: readonly TapeCall[], threads: number): Posted {
    const id = this.#next++
    const code = this.#code.slice(this.#sent)
    this.#sent = this.#code.length
    for (const { thread } of this.#members) {
      thread.post({ kind: 'mail', code, sections: [[id, tape]], dropped: this.#dropped })
    }
    this.#dropped = []
    this.#unread = true
    Atomics.add(this.#control, words.mail, 1)
    return { id, tape, calls, threads }
  }

  #report(report: Report): void {
    switch (report.kind) {
      case 'ready':
        if (--this.#missing > 0 || this.#state === 'over') return
        this.#state = 'ready'
        this.#started()
        break
      case 'done':
        if (report.run === this.#running?.run) this.#progress()
        break
      case 'times':
        if (this.#running) this.#running.times = report.times
        this.#progress()
        break
      case 'fault':
        this.#fail({ failed: 'kernel', reason: report.error })
        break
      case 'stopped':
        break
    }
  }

  #progress(): void {
    const running = this.#running
    if (!running || --running.awaited > 0) return
    this.#finish()?.resolve({ times: timesOf(running) })
  }

  #finish(): Running | undefined {
    const running = this.#running
    this.#running = undefined
    if (running) this.hold(false)
    return running
  }

  /** Nobody computes on, and a worker has read what it was reading. */
  #settle(index: number): void {
    const control = this.#control
    Atomics.store(control, words.poison, 1)
    const word = words.threads + index * words.line + words.reading
    Atomics.wait(control, word, 1, MOST_READING_MS)
  }

  /** Ends all workers; who waits for a run is told when nobody writes to memory any more. */
  async #fail(fault: Fault): Promise<void> {
    if (this.#fault) return
    this.#fault = fault
    this.#state = 'over'
    this.#refuse(fault.reason)
    Atomics.store(this.#control, words.poison, 1)
    for (const word of [words.passed, words.done]) Atomics.notify(this.#control, word)
    // Who takes no part says only when asked that it has halted.
    this.#count()
    this.#command(0, this.size)
    const computing = this.#running !== undefined
    await Promise.all(
      this.#members.map(async ({ thread, halted }) => {
        if (computing && !thread.endsSurely) await halted
        await thread.terminate()
      }),
    )
    const running = this.#finish()
    if (!running) return
    if (running.isOver()) {
      running.resolve({ times: [] })
      return
    }
    const lines = Array.from({ length: this.size + 1 }, (_, i) => words.threads + i * words.line)
    const begun = Math.max(...lines.map((at) => this.#control[at + words.begun] ?? 0))
    running.resolve({ ...fault, begun })
  }
}

/** Waits for a while until the count of pieces that are done is another one; whether it is. */
function changes(control: Int32Array, done: number): boolean {
  const until = performance.now() + PATIENCE_MS
  for (let spins = 1; Atomics.load(control, words.done) === done; spins++) {
    if ((spins & 63) === 0 && performance.now() > until) return false
  }
  return true
}

function timesOf({ calls, times }: Running): { launch: Launch; ms: number }[] {
  return Array.from({ length: times.length / 2 }, (_, i) => {
    const launch = calls[times[2 * i] ?? -1]?.launch
    if (!launch) throw new RangeError('a call has no launch')
    return { launch, ms: times[2 * i + 1] ?? 0 }
  })
}
