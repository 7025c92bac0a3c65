/** The reference backend: every node by its primitive's own definition, one after the other. */
import { dtypes, type HostArray } from '../../base/dtype.ts'
import { MemoryError } from '../../base/error.ts'
import { sizeOf } from '../../base/shape.ts'
import { launchesOf, type Program } from '../../compiler/program.ts'
import type { Target } from '../../compiler/target.ts'
import type { DeviceBuffer } from '../../graph/data.ts'
import {
  type Backend,
  type Bindings,
  bytesOf,
  Interrupted,
  type MemoryUse,
  type Prepared,
} from '../backend.ts'
import { interpret } from '../interpret.ts'
import { launched, timesLaunches } from '../watch.ts'

const target: Target = { name: 'reference', lanes: 0, dtypes: new Set(), fuse: false }

export class ReferenceBackend implements Backend {
  readonly name = 'reference'
  readonly target: Target = target
  readonly busy = false
  readonly #memory = new Map<number, ArrayBuffer>()
  #next = 1
  #live = 0

  allocate(bytes: number): DeviceBuffer {
    const segment = this.#next++
    this.#memory.set(segment, this.#bytes(bytes))
    this.#live += bytes
    return { device: this.name, segment, offset: 0, bytes }
  }

  #bytes(bytes: number): ArrayBuffer {
    try {
      return new ArrayBuffer(bytes)
    } catch (cause) {
      throw new MemoryError('memory.host', { asked: bytes, live: this.#live }, cause)
    }
  }

  free(buffer: DeviceBuffer): void {
    if (this.#memory.delete(buffer.segment)) this.#live -= buffer.bytes
  }

  #bytesOf(buffer: DeviceBuffer): ArrayBuffer {
    const found = this.#memory.get(buffer.segment)
    if (!found) throw new RangeError('a buffer was used after it was freed')
    return found
  }

  upload(buffer: DeviceBuffer, from: HostArray): void {
    new Uint8Array(this.#bytesOf(buffer)).set(bytesOf(from))
  }

  async download(buffer: DeviceBuffer): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(this.#bytesOf(buffer).slice(0))
  }

  view(buffer: DeviceBuffer): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#bytesOf(buffer))
  }

  copy(from: DeviceBuffer, to: DeviceBuffer): void {
    new Uint8Array(this.#bytesOf(to)).set(new Uint8Array(this.#bytesOf(from)))
  }

  prepare(program: Program): Prepared {
    return { program }
  }

  release(): void {}

  run({ program }: Prepared, bindings: Bindings): Promise<void> {
    const views = program.buffers.map(({ place, dtype, shape }): HostArray => {
      const size = sizeOf(shape)
      const bound =
        place.kind === 'leaf'
          ? bindings.leaves[place.leaf]
          : place.kind === 'output'
            ? bindings.outputs[place.output]
            : undefined
      if (bound && 'device' in bound) return dtypes[dtype].array(this.#bytesOf(bound), 0, size)
      return bound ?? dtypes[dtype].array(this.#bytes(size * dtypes[dtype].bytes), 0, size)
    })
    const view = (buffer: number): HostArray => {
      const found = views[buffer]
      if (!found) throw new RangeError(`no buffer ${buffer}`)
      return found
    }
    const timed = timesLaunches()
    launchesOf(program.body).forEach((launch, index) => {
      if (launch.kind === 'code') throw new RangeError('the reference backend has no code to run')
      const start = timed ? performance.now() : 0
      try {
        if (launch.kind === 'copy') bytesOf(view(launch.to)).set(bytesOf(view(launch.from)))
        else interpret(launch, program.buffers, bindings.parameters, view)
      } catch (error) {
        throw new Interrupted(error, index + 1)
      }
      if (timed) launched({ program, launch, start, end: performance.now(), thread: 0 })
    })
    return Promise.resolve()
  }

  memory(): MemoryUse {
    return { live: this.#live, arena: 0, reserved: this.#live }
  }
}
