/** The running state: which device is used, what waits to be stored, which buffers are alive. */

import type { Backend, MemoryUse } from '../backend/backend.ts'
import { defaultDevice, openDevice } from '../backend/devices.ts'
import { type DType, dtypes, type HostArray } from '../base/dtype.ts'
import { MemoryError, ValueError } from '../base/error.ts'
import { type Sizes, sizeOf } from '../base/shape.ts'
import type { Cell } from '../graph/cell.ts'
import { Data, type DeviceBuffer } from '../graph/data.ts'
import type { Node } from '../graph/node.ts'
import { inherit, originOf } from '../graph/origin.ts'
import type { Spec } from '../graph/primitive.ts'
import { handedOut } from './pressure.ts'

/** Values up to this size stay on the host, where the collector sees their weight. */
const SMALL_BYTES = 65536

let current: Backend | undefined

/** The device that computes. */
export function device(): Backend {
  current ??= openDevice(defaultDevice())
  return current
}

/** Chooses the device by name: `wasm` or `reference`. Existing tensors move when they are used. */
export function useDevice(name: string): void {
  current = openDevice(name)
}

// Buffers

/** Values in device memory; their sites are known where origins are kept. */
const holders = new Map<DeviceBuffer, Holder>()

/** A value in device memory. */
export interface Holder {
  readonly bytes: number
  readonly shape: Sizes
  readonly dtype: DType
  /** `file:line` that made it, with `DEBUG=1`. */
  readonly site: string | undefined
}

const collected = new FinalizationRegistry<DeviceBuffer>((buffer) => {
  holders.delete(buffer)
  openDevice(buffer.device).free(buffer)
})

/** Memory of the current device. @throws MemoryError that names the largest holders */
function allocate(bytes: number): DeviceBuffer {
  try {
    return device().allocate(bytes)
  } catch (error) {
    throw withHolders(error)
  }
}

/** An error of a device that has no more memory, with those who have it. */
export function withHolders(error: unknown): unknown {
  if (!(error instanceof MemoryError) || error.key === 'memory.held') return error
  const largest = largestHolders(MOST_NAMED).map(holderText)
  if (largest.length === 0 || !('asked' in error.fields)) return error
  const { live, arena } = device().memory()
  return new MemoryError(
    'memory.held',
    { asked: Number(error.fields.asked), live, arena, largest },
    error,
  )
}

/** Holders that an error names. */
const MOST_NAMED = 3
/** Holders that `memory()` lists. */
const MOST_LISTED = 10

function largestHolders(most: number): Holder[] {
  const { name } = device()
  const own = [...holders].filter(([buffer]) => buffer.device === name).map(([, holder]) => holder)
  return own.sort((a, b) => b.bytes - a.bytes).slice(0, most)
}

function holderText({ bytes, dtype, shape, site }: Holder): string {
  return `${dtype}[${shape.join(', ')}] of ${bytes}${site ? ` made at ${site}` : ''}`
}

/** Gives a value a buffer, which is freed when the value is collected. */
function hold(data: Data, buffer: DeviceBuffer): DeviceBuffer {
  data.buffer = buffer
  const { dtype, shape } = data
  holders.set(buffer, { bytes: buffer.bytes, dtype, shape, site: originOf(data)?.site })
  collected.register(data, buffer, data)
  handedOut(buffer.bytes)
  return buffer
}

/** Frees a value's device memory now; it must not be read any more. */
export function release(data: Data): void {
  if (!data.buffer) return
  collected.unregister(data)
  holders.delete(data.buffer)
  openDevice(data.buffer.device).free(data.buffer)
  data.buffer = undefined
}

/** The value's elements where the host can see them, copied out of device memory if need be. */
function onHost(data: Data): HostArray {
  if (data.host) return settledHost(data, data.host)
  const { buffer, dtype, shape } = data
  const bytes = buffer && openDevice(buffer.device).view(buffer)
  if (!bytes) throw new ValueError('device.move', { shape, device: buffer?.device ?? 'none' })
  return dtypes[dtype].array(bytes.slice().buffer, 0, sizeOf(shape))
}

/** A host array that another device than the current one may still have to fill cannot be read. */
function settledHost({ due, shape }: Data, host: HostArray): HostArray {
  if (due === undefined || due === device().name) return host
  throw new ValueError('device.move', { shape, device: due })
}

/** The value on the current device: brought there if it lives elsewhere. */
export function resident(data: Data): DeviceBuffer {
  if (data.failure) throw data.failure
  const backend = device()
  if (data.buffer?.device === backend.name) return data.buffer
  const host = onHost(data)
  const buffer = allocate(host.byteLength)
  backend.upload(buffer, host)
  release(data)
  data.host = undefined
  return hold(data, buffer)
}

/**
 * What to bind for reading: a value that is small, or read for the first time, is staged from the
 * host; one that is read again gets a place on the device.
 */
export function readable(data: Data): DeviceBuffer | HostArray {
  if (data.failure) throw data.failure
  if (data.buffer?.device === device().name) return data.buffer
  if (data.host && (data.host.byteLength <= SMALL_BYTES || data.uploads++ === 0)) {
    return settledHost(data, data.host)
  }
  return resident(data)
}

/** A place for a node's value. */
export function resultData(node: Node): Data {
  const { dtype, shape } = node
  const size = sizeOf(shape)
  const bytes = size * dtypes[dtype].bytes
  if (bytes <= SMALL_BYTES) return new Data(dtype, shape, { host: dtypes[dtype].make(size) })
  const data = new Data(dtype, shape, {})
  inherit(data, node)
  hold(data, allocate(bytes))
  return data
}

/** A place on the device, whatever its size. */
export function roomFor({ dtype, shape }: Spec): Data {
  const data = new Data(dtype, shape, {})
  hold(data, allocate(sizeOf(shape) * dtypes[dtype].bytes))
  return data
}

/** A copy of the value on the host, as it is stored. */
export async function download(data: Data): Promise<HostArray> {
  if (data.failure) throw data.failure
  if (data.host) return data.host.slice()
  if (!data.buffer) throw new RangeError('a value has no place')
  const bytes = await openDevice(data.buffer.device).download(data.buffer)
  if (data.failure) throw data.failure
  return dtypes[data.dtype].array(bytes.buffer, 0, sizeOf(data.shape))
}

/** Gives a cell a buffer that nobody else reads and whose contents do not matter. */
export function freshBuffer(cell: Cell): DeviceBuffer {
  const data = new Data(cell.dtype, cell.shape, {})
  inherit(data, cell.data)
  const buffer = hold(data, allocate(sizeOf(cell.shape) * dtypes[cell.dtype].bytes))
  cell.data = data
  cell.shared = false
  return buffer
}

/** Gives a cell a buffer that nobody else reads, keeping its contents. */
export function ownBuffer(cell: Cell): DeviceBuffer {
  const from = resident(cell.data)
  if (!cell.shared) return from
  const data = new Data(cell.dtype, cell.shape, {})
  inherit(data, cell.data)
  const own = hold(data, allocate(from.bytes))
  device().copy(from, own)
  cell.data = data
  cell.shared = false
  return own
}

// Pending writes

const waiting = new Set<Cell>()

/** Cells whose new values wait for the next realisation. */
export function pendingCells(): ReadonlySet<Cell> {
  return waiting
}

export function setPending(cell: Cell): void {
  waiting.add(cell)
}

export function clearPending(cells: Iterable<Cell>): void {
  for (const cell of cells) {
    cell.pending = undefined
    waiting.delete(cell)
  }
}

export interface MemoryReport extends MemoryUse {
  readonly device: string
  /** The largest values in device memory; with `DEBUG=1` also who made them. */
  readonly largest: readonly Holder[]
}

/**
 * Memory of the current device in bytes, and its largest holders.
 *
 * Values up to 64 KiB live on the host and are not counted.
 *
 * @example console.log(memory().live, memory().largest[0])
 */
export function memory(): MemoryReport {
  const backend = device()
  return { device: backend.name, ...backend.memory(), largest: largestHolders(MOST_LISTED) }
}
