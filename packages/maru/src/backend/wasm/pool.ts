/** Workers that run sections of programs on one shared memory. */
import { scratchOf } from '../../compiler/lowering.ts'
import type { Launch } from '../../compiler/program.ts'
import { encodeSection } from './section.ts'
import type { Section, TapeCall } from './tape.ts'
import { startThread, type Thread } from './thread.ts'
import { type Code, codes, type Report, words } from './worker.ts'

/** How a section ended. */
export type Outcome =
  /** How long each launch took, at every turn, if that was wanted. */
  | { readonly times: readonly { readonly launch: Launch; readonly ms: number }[] }
  /** A kernel failed, or a worker ended; nodes of the program from `begun` on had not begun. */
  | { readonly failed: 'kernel' | 'worker'; readonly reason: unknown; readonly begun: number }

interface Posted {
  readonly id: number
  readonly calls: readonly TapeCall[]
}

interface Running {
  readonly posted: Posted
  /** Count of finished sections at the start. */
  readonly from: number
  /** Reports that are to come. */
  awaited: number
  /** Numbers of calls, each followed by its milliseconds. */
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
  readonly #control: Int32Array
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
    const control = new Int32Array(new SharedArrayBuffer((words.begun + size) * 4))
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
        end: (reason) => {
          halt()
          this.#fail('worker', reason)
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
    const control = this.#control
    const posted = this.#post(section)
    Atomics.store(control, words.watch, watched ? 1 : 0)
    Atomics.store(control, words.section, posted.id)
    control.fill(0, words.begun)
    this.hold(true)
    return new Promise((resolve) => {
      const from = Atomics.load(control, words.finished)
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
    const { words: tape, calls } = encodeSection(section, this.#splitWork)
    const code = this.#code.slice(this.#sent)
    this.#sent = this.#code.length
    for (const { thread } of this.#members) {
      thread.post({ kind: 'mail', code, sections: [[id, tape]], dropped: this.#dropped })
    }
    this.#dropped = []
    Atomics.add(this.#control, words.mail, 1)
    const posted = { id, calls }
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
    this.#finish()?.resolve({ times: timesOf(running) })
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
    if (Atomics.load(this.#control, words.finished) !== running.from) {
      running.resolve({ times: [] })
      return
    }
    const begun = Math.max(...this.#control.subarray(words.begun))
    running.resolve({ failed, reason, begun })
  }
}

function timesOf({ posted, times }: Running): { launch: Launch; ms: number }[] {
  return Array.from({ length: times.length / 2 }, (_, i) => {
    const launch = posted.calls[times[2 * i] ?? -1]?.launch
    if (!launch) throw new RangeError('a call has no launch')
    return { launch, ms: times[2 * i + 1] ?? 0 }
  })
}
