/** Values that have been computed or handed over: on the host, on a device, or both. */
import type { DType, HostArray } from '../base/dtype.ts'
import type { Sizes } from '../base/shape.ts'

/** A piece of a backend's memory. `segment` leaves room for several memories. */
export interface DeviceBuffer {
  readonly device: string
  readonly segment: number
  readonly offset: number
  readonly bytes: number
}

/**
 * An immutable value.
 *
 * Small results and fresh inputs live on the host, where JavaScript's collector accounts for
 * them; an input that is read by a second run, and any large result, gets a device buffer.
 */
export class Data {
  readonly dtype: DType
  readonly shape: Sizes
  host: HostArray | undefined
  buffer: DeviceBuffer | undefined
  /** How many runs have read it from the host. */
  uploads = 0
  /** The device that is to compute it, until it has. */
  due: string | undefined
  /** Why there is no value, if computing it failed. */
  failure: unknown

  constructor(
    dtype: DType,
    shape: Sizes,
    place: { readonly host?: HostArray; readonly buffer?: DeviceBuffer },
  ) {
    this.dtype = dtype
    this.shape = shape
    this.host = place.host
    this.buffer = place.buffer
  }
}
