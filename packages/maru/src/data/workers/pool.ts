/** The side of the loader: workers that make batches, each of a module that serves samples. */
import { giveCores, takeCores } from '../../backend/wasm/cores.ts'
import { DataError, ValueError } from '../../base/error.ts'
import { expectInteger } from '../../base/shape.ts'
import type { BatchPlace } from '../assemble.ts'
import { type Job, nodeThreads, type Report, type Setup, WORKER_NAME } from './protocol.ts'

export interface WorkerOptions {
  /** Threads that load; they count among the cores that are left for computing. */
  readonly count: number
  /** The module that calls `serve` with the loader's data set. */
  readonly module: URL | string
}

interface Waiting<H> {
  readonly job: Job
  readonly resolve: (batch: H) => void
  readonly reject: (error: unknown) => void
}

/** One thread of Node or of a page. */
interface Thread {
  post(job: Job): void
  hold(held: boolean): void
  terminate(): void
}

interface ThreadEvents {
  readonly report: (report: Report) => void
  readonly end: (reason: string) => void
}

export class LoaderPool<H> {
  readonly #options: WorkerOptions
  readonly #length: number
  #members: Member<H>[] = []
  #ids = 0

  /** @throws ValueError unless there is at least one worker, and a module */
  constructor(options: WorkerOptions, length: number) {
    expectInteger('DataLoader', 'workers.count', options.count, 1)
    if (!(options.module instanceof URL) && typeof options.module !== 'string') {
      throw new ValueError('loader.module', {})
    }
    this.#options = options
    this.#length = length
    takeCores(options.count)
  }

  /** Batches of an epoch go to the workers in turn. */
  make(place: BatchPlace, indices: Uint32Array): Promise<H> {
    const { count, module } = this.#options
    const slot = place.batch % count
    let member = this.#members[slot]
    if (!member || member.over) {
      member = new Member(module, this.#length)
      this.#members[slot] = member
    }
    // a copy, since the order of an epoch is one array
    return member.make({ id: this.#ids++, place, indices: indices.slice() })
  }

  /** Ends the workers. */
  close(): void {
    for (const member of this.#members) member?.terminate()
    this.#members = []
    giveCores(this.#options.count)
  }
}

class Member<H> {
  readonly #thread: Thread
  readonly #waiting = new Map<number, Waiting<H>>()
  readonly #begun = sharedWord()
  readonly #length: number
  over = false

  constructor(module: URL | string, length: number) {
    this.#length = length
    const setup: Setup = { name: WORKER_NAME, begun: this.#begun }
    const events: ThreadEvents = {
      report: (report) => this.#hear(report),
      end: (reason) => this.#end(reason),
    }
    this.#thread = startThread(module, setup, events)
  }

  make(job: Job): Promise<H> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(job.id, { job, resolve, reject })
      this.#thread.hold(true)
      this.#thread.post(job)
    })
  }

  terminate(): void {
    this.over = true
    this.#thread.terminate()
  }

  #hear(report: Report): void {
    if ('length' in report) {
      if (report.length === this.#length) return
      const lengths = { got: report.length, length: this.#length }
      this.#fail(() => new DataError('worker.length', lengths))
      this.terminate()
      return
    }
    const waiting = this.#waiting.get(report.id)
    this.#waiting.delete(report.id)
    if (this.#waiting.size === 0) this.#thread.hold(false)
    if (!waiting) return
    // the worker's module made it of the same recipe
    if ('batch' in report) waiting.resolve(report.batch as H)
    else waiting.reject(failure(waiting.job, report.reason, report.index))
  }

  #end(reason: string): void {
    this.over = true
    const index = this.#begun ? Atomics.load(this.#begun, 0) : -1
    this.#fail(({ indices }) => {
      const [first = 0] = indices
      const last = indices.at(-1) ?? first
      const samples = index < 0 ? `${first} … ${last}` : String(index)
      return new DataError('worker.died', { samples, reason })
    })
  }

  #fail(error: (job: Job) => DataError): void {
    for (const { job, reject } of this.#waiting.values()) reject(error(job))
    this.#waiting.clear()
    this.#thread.hold(false)
  }
}

function failure({ place }: Job, reason: string, index: number | undefined): DataError {
  if (index !== undefined && index >= 0) return new DataError('data.sample', { index, reason })
  return new DataError('data.batch', { batch: place.batch, reason })
}

/** A word that a worker writes and that outlives it; starts below every index. */
function sharedWord(): Int32Array | undefined {
  const { crossOriginIsolated } = globalThis as { crossOriginIsolated?: boolean }
  if (typeof SharedArrayBuffer !== 'function' || crossOriginIsolated === false) return undefined
  return new Int32Array(new SharedArrayBuffer(4)).fill(-1)
}

function startThread(module: URL | string, setup: Setup, { report, end }: ThreadEvents): Thread {
  const node = nodeThreads()
  if (!node) return startInPage(module, { report, end })
  const worker = new node.Worker(module, { workerData: setup, name: WORKER_NAME })
  worker.on('message', report)
  worker.on('error', (error: Error) => end(error.message))
  worker.on('exit', (code: number) => end(`it exited with code ${code}`))
  // after the listeners, which hold the process themselves
  worker.unref()
  return {
    post: (job) => worker.postMessage(job),
    hold: (held) => (held ? worker.ref() : worker.unref()),
    terminate: () => void worker.terminate(),
  }
}

function startInPage(module: URL | string, { report, end }: ThreadEvents): Thread {
  const worker = new Worker(module, { name: WORKER_NAME, type: 'module' })
  worker.onmessage = ({ data }: MessageEvent<Report>) => report(data)
  worker.onerror = (event) => {
    event.preventDefault()
    end(event.message || 'it could not be started')
  }
  return {
    post: (job) => worker.postMessage(job),
    hold: () => {},
    terminate: () => worker.terminate(),
  }
}
