/** Whether machine code computes beside WebAssembly: opened in the background, when there is work for it. */
import { DeviceError } from '../../base/error.ts'
import type { VectorFunction } from '../../compiler/vector.ts'
import type { Tier } from '../native/tier.ts'
import type { Kernels } from './kernels.ts'
import type { Space } from './space.ts'

/** `always` makes it an error that there is none. */
export type MachineUse = 'never' | 'auto' | 'always'

interface Host {
  readonly process?: { readonly versions?: { readonly node?: string } }
}

export class Machine {
  readonly use: MachineUse
  readonly #space: Space
  readonly #kernels: Kernels
  readonly #fma: boolean
  #tier: Tier | undefined
  #opening: Promise<void> | undefined
  #settled = false

  constructor(use: MachineUse, space: Space, kernels: Kernels, fma: boolean) {
    this.use = use
    this.#space = space
    this.#kernels = kernels
    this.#fma = fma
  }

  /** The tier, once it is open. */
  get tier(): Tier | undefined {
    return this.#tier
  }

  /** Whether it is known if there is a tier. */
  get settled(): boolean {
    return this.#settled
  }

  /** Begins to open the tier; rejects if there must be one and cannot. */
  open(): Promise<void> {
    this.#opening ??= this.#open()
    return this.#opening
  }

  async #open(): Promise<void> {
    const found = this.use === 'never' ? { missing: 'not wanted' } : await this.#find()
    this.#settled = true
    if (!('missing' in found)) this.#tier = found
    else if (this.use === 'always')
      throw new DeviceError('device.native', { reason: found.missing })
  }

  async #find(): Promise<Tier | { readonly missing: string }> {
    const { process } = globalThis as Host
    if (!process?.versions?.node) return { missing: 'machine code is for Node' }
    if (!this.#fma) return { missing: 'WebAssembly rounds multiply-adds twice here' }
    // Apart, so that a page never loads it.
    const found = await import('../native/tier.ts').catch(() => undefined)
    if (!found) return { missing: 'its part of the package could not be loaded' }
    const { memory, heap } = this.#space
    let taken = { at: 0, bytes: 0 }
    try {
      return found.openTier({
        memory,
        load: (code) => this.#load(code),
        scratch: (bytes) => {
          const at = heap.allocate(bytes) ?? 0
          taken = { at, bytes: at === 0 ? 0 : bytes }
          return at
        },
      })
    } finally {
      if (taken.bytes > 0) heap.free(taken.at, taken.bytes)
    }
  }

  #load(code: VectorFunction): (args: number, begin: number, end: number) => void {
    const [number = -1] = this.#kernels.load([code])
    const kernel = this.#kernels.functions[number]
    if (!kernel) throw new RangeError('a kernel was not loaded')
    return kernel
  }
}
