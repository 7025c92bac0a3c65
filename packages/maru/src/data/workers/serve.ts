/** The side of the worker: a module that has samples to give. */
import { DataError } from '../../base/error.ts'
import { Assembler, type Recipe } from '../assemble.ts'
import type { Dataset } from '../dataset.ts'
import type { Collated } from '../record.ts'
import { isNdArray, isRecord, isTypedArray } from '../record.ts'
import { type Job, nodeThreads, type Report, type Setup, WORKER_NAME } from './protocol.ts'

/** A data set and what is done to it, as both a loader and its workers need them. */
export interface Source<S, T = S, H = Collated<T>> extends Recipe<S, T, H> {
  readonly dataset: Dataset<S>
}

interface Port {
  listen(onJob: (job: Job) => void): void
  post(report: Report, transfer: readonly ArrayBuffer[]): void
  readonly begun: Int32Array | undefined
}

/**
 * Gives a source as it is; in a worker that a loader started, makes batches of it as well.
 *
 * Functions do not cross threads. So a module of its own holds the data set and what is done to it;
 * the loader's thread imports it, and every worker runs it.
 *
 * @example
 * // digits-source.ts
 * export const source = serve({ dataset: generateDigits(1000), transform: (sample) => sample })
 * // where it is used: import { source } from './digits-source.ts'
 * new DataLoader(source.dataset, {
 *   ...source,
 *   workers: { count: 2, module: new URL('./digits-source.ts', import.meta.url) },
 * })
 */
export function serve<S, T = S, H = Collated<T>>(source: Source<S, T, H>): Source<S, T, H> {
  const port = openPort()
  if (!port) return source
  const work = new Work(source, port)
  port.listen((job) => void work.do(job))
  port.post({ length: source.dataset.length }, [])
  return source
}

class Work<S, T, H> {
  readonly #source: Source<S, T, H>
  readonly #port: Port
  readonly #assembler: Assembler<S, T, H>
  /** Buffers that nobody but the batch knows. */
  #fresh: ReadonlySet<ArrayBufferLike> = new Set()

  constructor(source: Source<S, T, H>, port: Port) {
    this.#source = source
    this.#port = port
    this.#assembler = new Assembler(source, {
      begins: (index) => {
        if (port.begun) Atomics.store(port.begun, 0, index)
      },
      copied: (batch) => {
        this.#fresh = buffersOf(batch)
      },
    })
  }

  /** Jobs are done one after another, since each has to tell its fresh buffers from others'. */
  #last: Promise<void> = Promise.resolve()

  do(job: Job): Promise<void> {
    this.#last = this.#last.then(() => this.#make(job))
    return this.#last
  }

  async #make({ id, place, indices }: Job): Promise<void> {
    try {
      this.#fresh = new Set()
      const batch = await this.#assembler.indexed(this.#source.dataset, indices, place)
      const transfer = [...buffersOf(batch)].filter((buffer) => this.#fresh.has(buffer))
      this.#port.post({ id, batch }, transfer as ArrayBuffer[])
    } catch (error) {
      const about = error instanceof DataError && error.key === 'data.sample' ? error : undefined
      const cause = about?.cause ?? error
      const reason = cause instanceof Error ? cause.message : String(cause)
      this.#port.post({ id, reason, index: Number(about?.fields.index ?? -1) }, [])
    }
  }
}

/** The memory of all arrays in a batch that can be handed over. */
function buffersOf(value: unknown, into = new Set<ArrayBufferLike>()): Set<ArrayBufferLike> {
  if (isTypedArray(value)) {
    if (value.buffer instanceof ArrayBuffer) into.add(value.buffer)
  } else if (isNdArray(value)) buffersOf(value.data, into)
  else if (isRecord(value)) for (const each of Object.values(value)) buffersOf(each, into)
  else if (Array.isArray(value)) for (const each of value) buffersOf(each, into)
  return into
}

function openPort(): Port | undefined {
  const node = nodeThreads()
  if (node) {
    const setup = node.workerData as Partial<Setup> | null
    const { parentPort } = node
    if (!parentPort || setup?.name !== WORKER_NAME) return undefined
    return {
      begun: setup.begun,
      listen: (onJob) => parentPort.on('message', onJob),
      post: (report, transfer) => parentPort.postMessage(report, transfer),
    }
  }
  const scope = globalThis as unknown as Worker & { readonly name?: string }
  if (scope.name !== WORKER_NAME || typeof scope.postMessage !== 'function') return undefined
  return {
    begun: undefined,
    listen: (onJob) => {
      scope.onmessage = ({ data }: MessageEvent<Job>) => onJob(data)
    },
    post: (report, transfer) => scope.postMessage(report, [...transfer]),
  }
}
