/** One worker thread, of Node or of a page, under one set of calls. */
import { env } from '../../base/env.ts'
import { takePieces } from './pieces.ts'
import type { Mail, Report, Start } from './worker.ts'
import { work } from './worker.ts'

export interface Thread {
  post(message: Start | Mail): void
  /** Whether `terminate` resolves only when it computes no more. */
  readonly endsSurely: boolean
  terminate(): Promise<unknown>
  /** Whether its work keeps the process alive. */
  hold(held: boolean): void
}

export interface ThreadEvents {
  readonly report: (report: Report) => void
  /** Called before Node ends the thread: returns when it does nothing that must not be broken off. */
  readonly settle: () => void
  /** It ended, or could not be started. */
  readonly end: (reason: unknown) => void
}

interface NodeWorker {
  on(event: string, listener: (value: never) => void): void
  postMessage(message: unknown): void
  terminate(): Promise<number>
  ref(): void
  unref(): void
}

interface WorkerThreads {
  readonly Worker: new (
    source: string,
    options: { readonly eval: boolean; readonly name: string; readonly execArgv: string[] },
  ) => NodeWorker
}

interface Host {
  readonly process?: {
    readonly versions?: { readonly node?: string }
    readonly getBuiltinModule?: (name: string) => unknown
  }
  readonly Worker?: typeof Worker
}

const host = globalThis as Host
const NAME = 'maru'

function workerThreads(): WorkerThreads | undefined {
  if (!host.process?.versions?.node) return undefined
  return host.process.getBuiltinModule?.('node:worker_threads') as WorkerThreads | undefined
}

/** Whether this host has threads. */
export function hasThreads(): boolean {
  return workerThreads() !== undefined || typeof host.Worker === 'function'
}

/** Starts a thread that waits for its `Start`. */
export function startThread(events: ThreadEvents): Thread {
  const node = workerThreads()
  return node ? startInNode(node, events) : startInPage(events)
}

/** Threads that live, each by what is called before it is ended; the end of the process ends them, too. */
const living = new Set<() => void>()

function settleAll(): void {
  for (const settle of living) settle()
}

function startInNode({ Worker }: WorkerThreads, { report, end, settle }: ThreadEvents): Thread {
  const source = `(${work})(require('node:worker_threads').parentPort, ${takePieces})`
  // Loaders given to this process are of no use to a text without imports.
  const worker = new Worker(source, { eval: true, name: NAME, execArgv: [] })
  worker.on('message', report)
  worker.on('error', end)
  worker.on('exit', (code: number) => {
    living.delete(settle)
    if (living.size === 0) process.off('exit', settleAll)
    end(new Error(`it exited with code ${code}`))
  })
  if (living.size === 0) process.on('exit', settleAll)
  living.add(settle)
  // After the listeners, which hold the process themselves.
  worker.unref()
  return {
    endsSurely: true,
    post: (message) => worker.postMessage(message),
    terminate: () => {
      if (living.has(settle)) settle()
      return worker.terminate()
    },
    hold: (held) => {
      if (held) worker.ref()
      else worker.unref()
    },
  }
}

function startInPage({ report, end }: ThreadEvents): Thread {
  const given = env('MARU_WORKER')
  const blob = new Blob([`(${work})(self, ${takePieces})`], { type: 'text/javascript' })
  const url = given || URL.createObjectURL(blob)
  const worker = new Worker(url, { name: NAME, type: given ? 'module' : 'classic' })
  worker.onmessage = ({ data }: MessageEvent<Report>) => {
    if (!given) URL.revokeObjectURL(url)
    report(data)
  }
  worker.onerror = (event) => {
    event.preventDefault()
    end(new Error(event.message || 'it could not be started'))
  }
  return {
    endsSurely: false,
    post: (message) => worker.postMessage(message),
    terminate: async () => worker.terminate(),
    hold: () => {},
  }
}
