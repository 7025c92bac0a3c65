/** Runs rendered kernels on a WebGPU device. */
import { render } from '../../src/backend/webgpu/render.ts'
import { workgroups } from '../../src/backend/webgpu/target.ts'
import type { VectorFunction } from '../../src/compiler/vector.ts'

/** The specification's bits; not every host has their names among its globals. */
const usage = { read: 1, copyFrom: 4, copyTo: 8, storage: 128 } as const
const MAP_READ = 1

export class Machine {
  readonly #device: GPUDevice
  readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>()

  constructor(device: GPUDevice) {
    this.#device = device
  }

  buffer(from: ArrayBuffer): GPUBuffer {
    const all = usage.storage | usage.copyFrom | usage.copyTo
    const made = this.#device.createBuffer({ size: from.byteLength, usage: all })
    this.write(made, from)
    return made
  }

  write(to: GPUBuffer, from: ArrayBuffer): void {
    this.#device.queue.writeBuffer(to, 0, from)
  }

  async read(from: GPUBuffer, to: ArrayBuffer): Promise<void> {
    const size = to.byteLength
    const staging = this.#device.createBuffer({ size, usage: usage.read | usage.copyTo })
    const encoder = this.#device.createCommandEncoder()
    encoder.copyBufferToBuffer(from, 0, staging, 0, size)
    this.#device.queue.submit([encoder.finish()])
    await staging.mapAsync(MAP_READ)
    new Uint8Array(to).set(new Uint8Array(staging.getMappedRange()))
    staging.destroy()
  }

  /** Runs units of a kernel on a memory, with the words of its arguments. */
  async dispatch(
    code: VectorFunction,
    units: number,
    words: readonly number[],
    memory: GPUBuffer,
  ): Promise<void> {
    const pipeline = await this.#pipeline(render(code))
    const args = this.buffer(Int32Array.from([units, ...words]).buffer)
    const group = this.#device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [memory, args].map((buffer, binding) => ({ binding, resource: { buffer } })),
    })
    const encoder = this.#device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    pass.setPipeline(pipeline)
    pass.setBindGroup(0, group)
    pass.dispatchWorkgroups(...workgroups(units))
    pass.end()
    this.#device.queue.submit([encoder.finish()])
  }

  #pipeline(code: string): Promise<GPUComputePipeline> {
    const known = this.#pipelines.get(code) ?? this.#compile(code)
    this.#pipelines.set(code, known)
    return known
  }

  /** Throws what the compiler of WGSL has to say, warnings included. */
  async #compile(code: string): Promise<GPUComputePipeline> {
    const module = this.#device.createShaderModule({ code })
    const { messages } = await module.getCompilationInfo()
    const errors = messages.map(({ lineNum, message }) => `${lineNum}: ${message}`)
    if (errors.length > 0) throw new Error(`${errors.join('\n')}\n${code}`)
    return this.#device.createComputePipelineAsync({ layout: 'auto', compute: { module } })
  }
}
