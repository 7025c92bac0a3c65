/** The contract between the runtime and a device. A backend knows neither gradients nor what ops mean. */
import type { HostArray } from '../base/dtype.ts'
import type { Program } from '../compiler/program.ts'
import type { Target } from '../compiler/target.ts'
import type { VectorFunction } from '../compiler/vector.ts'
import type { DeviceBuffer } from '../graph/data.ts'

/** A program made ready by a backend: code loaded, arguments laid out. */
export interface Prepared {
  readonly program: Program
}

/**
 * Values of one run. A host array among the leaves is brought to the device for this run only; one
 * among the outputs receives the result.
 */
export interface Bindings {
  readonly leaves: readonly (DeviceBuffer | HostArray)[]
  readonly outputs: readonly (DeviceBuffer | HostArray | undefined)[]
  /** Values of literals and slots. */
  readonly parameters: readonly number[]
}

export interface MemoryUse {
  /** Bytes of buffers that are in use. */
  readonly live: number
  /** Bytes for temporaries, shared by all programs. */
  readonly arena: number
  /** Bytes taken from the system. */
  readonly reserved: number
}

/** A run that ended early, or was given up because one before it had: `cause` says why. */
export class Interrupted extends Error {
  /** Nodes of the program's body that may have begun: later ones have written nothing. */
  readonly begun: number

  constructor(cause: unknown, begun: number) {
    super('a run was interrupted', { cause })
    this.begun = begun
  }
}

/**
 * One device. What it is asked for happens in the order of the calls, runs, uploads and copies alike,
 * and may go on after they return.
 */
export interface Backend {
  readonly name: string
  readonly target: Target
  /** What it found on this host, in words for a report. */
  readonly features?: readonly string[]
  /** Whether something was queued and has not been done yet. */
  readonly busy: boolean
  /** Memory for a buffer, its contents unspecified. Throws `MemoryError`. */
  allocate(bytes: number): DeviceBuffer
  /** The memory is given to nobody else before everything queued so far has run. */
  free(buffer: DeviceBuffer): void
  /** Host arrays of uploads and runs must not change any more. */
  upload(buffer: DeviceBuffer, from: HostArray): void
  /** A copy of the buffer's bytes once everything queued before has run. */
  download(buffer: DeviceBuffer): Promise<Uint8Array<ArrayBuffer>>
  /** The buffer's bytes in place, where the host can see them and nothing is queued. */
  view(buffer: DeviceBuffer): Uint8Array<ArrayBuffer> | undefined
  copy(from: DeviceBuffer, to: DeviceBuffer): void
  prepare(program: Program): Prepared
  release(prepared: Prepared): void
  /**
   * Queues one run; one that is short happens at once if nothing is queued. Addresses and parameters
   * are taken before it returns, host arrays are read when it begins, and host outputs are filled
   * when the promise resolves. Throws at once, or rejects with, `Interrupted` for a fault.
   */
  run(prepared: Prepared, bindings: Bindings): Promise<void>
  memory(): MemoryUse
  /** The machine code of a function, for readers: its size, then one instruction a line. */
  listing?(code: VectorFunction): string[]
}

/** The bytes of a host array. */
export function bytesOf(array: HostArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}
