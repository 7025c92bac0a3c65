/** What a loader and its workers tell each other. */
import type { BatchPlace } from '../assemble.ts'

/** Name of a worker of a loader, by which a module knows that it is to serve. */
export const WORKER_NAME = 'maru-loader'

/** A batch to be made. */
export interface Job {
  readonly id: number
  readonly place: BatchPlace
  readonly indices: Uint32Array
}

/** What a worker is given at its start. */
export interface Setup {
  readonly name: typeof WORKER_NAME
  /** Word 0 is the index of the sample that was begun last, where memory can be shared. */
  readonly begun: Int32Array | undefined
}

export type Report =
  /** It can begin; so long is its data set. */
  | { readonly length: number }
  | { readonly id: number; readonly batch: unknown }
  /** What was thrown; the sample that it was about, if it was about one. */
  | { readonly id: number; readonly reason: string; readonly index: number | undefined }

interface Host {
  readonly process?: {
    readonly versions?: { readonly node?: string }
    readonly getBuiltinModule?: (name: string) => unknown
  }
}

/** Node's threads, where this is Node. */
export function nodeThreads(): NodeThreads | undefined {
  const { process } = globalThis as Host
  if (!process?.versions?.node) return undefined
  return process.getBuiltinModule?.('node:worker_threads') as NodeThreads | undefined
}

export interface NodeWorker {
  on(event: string, listener: (value: never) => void): void
  postMessage(message: unknown): void
  terminate(): Promise<number>
  ref(): void
  unref(): void
}

interface NodePort {
  on(event: 'message', listener: (message: Job) => void): void
  postMessage(message: Report, transfer: readonly ArrayBuffer[]): void
}

export interface NodeThreads {
  readonly Worker: new (
    module: URL | string,
    options: { readonly workerData: Setup; readonly name: string },
  ) => NodeWorker
  readonly parentPort: NodePort | null
  readonly workerData: unknown
}
