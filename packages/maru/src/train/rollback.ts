/** Where training was well: weights and optimiser, to go back to. */
import type { Module } from '../nn/module.ts'
import type { Optimizer } from '../optim/optimizer.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** Ways back without a report in between that went well, after which there is no other. */
const MOST = 10

interface Kept {
  readonly step: number
  readonly model: ReadonlyMap<string, Tensor>
  readonly optimizer: ReadonlyMap<string, Tensor>
}

/**
 * Two places in the past. A finite loss says that the weights before its step were well, not those
 * behind it: so one goes back to the place before the last.
 */
export class Rollback {
  readonly #model: Module
  readonly #optimizer: Optimizer
  #sure: Kept | undefined
  #last: Kept | undefined
  #count = 0
  #wasBack = false

  constructor({ model, optimizer }: { readonly model: Module; readonly optimizer: Optimizer }) {
    this.#model = model
    this.#optimizer = optimizer
  }

  /** Keeps the place, reached with finite losses. */
  keep(step: number): void {
    if (!this.#wasBack) this.#count = 0
    this.#wasBack = false
    const [model, optimizer] = [this.#model.stateDict(), this.#optimizer.stateDict()]
    this.#sure = this.#last ?? { step, model, optimizer }
    this.#last = { step, model, optimizer }
  }

  /** Goes back; tells to which step, or that there is no use in it. */
  async back(): Promise<number | undefined> {
    const { step, model, optimizer } = this.#sure ?? {}
    if (!model || !optimizer || ++this.#count > MOST) return undefined
    await this.#model.loadStateDict(model)
    await this.#optimizer.loadStateDict(optimizer)
    this.#last = this.#sure
    this.#wasBack = true
    return step
  }
}
