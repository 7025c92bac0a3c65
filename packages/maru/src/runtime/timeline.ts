/** A record of what ran when, in the trace event format that Perfetto and Chrome open. */
import { type Launched, type Worked, watch } from '../backend/watch.ts'
import { ValueError } from '../base/error.ts'
import { labelOfLaunch } from '../compiler/print.ts'
import { device } from './engine.ts'

interface Common {
  readonly name: string
  readonly pid: number
  readonly tid: number
  /** Microseconds. */
  readonly ts: number
}

type Details = Readonly<Record<string, number | string>>

type TraceEvent =
  /** A stretch of time on a thread; those of one thread lie side by side or inside each other. */
  | (Common & {
      readonly ph: 'X'
      readonly cat: string
      readonly dur: number
      readonly args: Details
    })
  /** Begin and end of what may overlap others of its kind: runs that nobody awaited. */
  | (Common & {
      readonly ph: 'b' | 'e'
      readonly cat: string
      readonly id: number
      readonly args: Details
    })
  /** A number that changes. */
  | (Common & { readonly ph: 'C'; readonly args: Readonly<Record<string, number>> })
  /** Names of the process and its threads. */
  | (Common & { readonly ph: 'M'; readonly args: { readonly name: string } })

/** Events after which the rest is only counted: about 150 MB of text. */
const MOST_EVENTS = 1_000_000
const PROCESS = 1

class Timeline {
  readonly #events: TraceEvent[] = []
  readonly #threads = new Set<number>()
  readonly #origin = performance.now()
  readonly #stop: () => void
  #dropped = 0
  #runs = 0

  constructor() {
    this.#stop = watch({
      launched: (event) => this.#launched(event),
      worked: (event) => this.#worked(event),
    })
    this.#name('process_name', 0, `maru on ${device().name}`)
  }

  /** No two threads have one number, and none the number of the process. */
  #tid(thread: number): number {
    const tid = thread + 1
    if (!this.#threads.has(thread)) {
      this.#threads.add(thread)
      this.#name('thread_name', tid, thread === 0 ? 'calling thread' : `worker ${thread}`)
    }
    return tid
  }

  #name(name: string, tid: number, value: string): void {
    this.#events.push({ ph: 'M', name, ts: 0, pid: PROCESS, tid, args: { name: value } })
  }

  #microseconds(time: number): number {
    return Math.round((time - this.#origin) * 1e6) / 1e3
  }

  #launched({ launch, start, end, thread }: Launched): void {
    const args: Details = launch.kind === 'code' ? { work: launch.work } : {}
    this.#span(labelOfLaunch(launch), 'launch', { start, end, thread, args })
  }

  #worked({ what, start, end, details, live }: Worked): void {
    const ts = this.#microseconds(end)
    if (what === 'run') {
      const run = { name: what, cat: 'run', pid: PROCESS, tid: this.#tid(0), id: ++this.#runs }
      this.#add({ ph: 'b', ts: this.#microseconds(start), ...run, args: details })
      this.#add({ ph: 'e', ts, ...run, args: {} })
    } else {
      this.#span(what, 'runtime', { start, end, thread: 0, args: details })
    }
    const { arena, reserved } = device().memory()
    const args = { live, arena, reserved }
    this.#add({ ph: 'C', name: 'memory (bytes)', ts, pid: PROCESS, tid: 0, args })
  }

  #span(
    name: string,
    cat: string,
    at: Pick<Launched, 'start' | 'end' | 'thread'> & { readonly args: Details },
  ): void {
    const ts = this.#microseconds(at.start)
    const dur = Math.max(0, Math.round((at.end - at.start) * 1e6) / 1e3)
    const tid = this.#tid(at.thread)
    this.#add({ ph: 'X', name, cat, ts, dur, pid: PROCESS, tid, args: at.args })
  }

  #add(event: TraceEvent): void {
    if (this.#events.length < MOST_EVENTS) this.#events.push(event)
    else this.#dropped++
  }

  /** The file's text, an event a line. */
  finish(): string {
    this.#stop()
    const events = this.#events.map((event) => JSON.stringify(event)).join(',\n')
    const other = JSON.stringify({ droppedEvents: this.#dropped })
    return `{"displayTimeUnit":"ms","otherData":${other},"traceEvents":[\n${events}\n]}\n`
  }
}

let timeline: Timeline | undefined

/**
 * Records from now on what runs when: captures, compilations, runs, every launch, and memory.
 *
 * @throws ValueError when a trace is being recorded already
 */
export function startTrace(): void {
  if (timeline) throw new ValueError('trace.started', {})
  timeline = new Timeline()
}

/**
 * Ends the recording that `startTrace` began and returns it as JSON, to be written to a file that
 * [Perfetto](https://ui.perfetto.dev) or `chrome://tracing` opens.
 *
 * @throws ValueError when no trace is being recorded
 * @see The Trace Event Format, https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 * @example startTrace(); await step(x, y); await writeFile('trace.json', stopTrace())
 */
export function stopTrace(): string {
  if (!timeline) throw new ValueError('trace.stopped', {})
  const text = timeline.finish()
  timeline = undefined
  return text
}
