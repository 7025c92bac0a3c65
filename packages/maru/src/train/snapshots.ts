/** Members that one run has left on its way. */
import { expectInteger } from '../base/shape.ts'
import type { Module } from '../nn/module.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { Ensemble } from './ensemble.ts'
import type { Callback, CallbackState, EpochEnd } from './events.ts'
import type { Fit } from './fit.ts'

/**
 * Keeps the weights that training has at the ends of cycles: several members from one run, with a rate that
 * rises again after each.
 *
 * @see Huang et al. 2017, https://arxiv.org/abs/1704.00109
 * @example
 * const snapshots = new Snapshots({ everyEpochs: 10 })
 * await trainer.fit(loader, { epochs: 50, callbacks: [snapshots] }) // with cosineRestarts
 * const ensemble = await snapshots.ensemble(() => network())
 */
export class Snapshots implements Callback {
  readonly name = 'Snapshots'
  readonly #everyEpochs: number
  readonly #states: ReadonlyMap<string, Tensor>[] = []

  constructor({ everyEpochs }: { readonly everyEpochs: number }) {
    this.#everyEpochs = expectInteger('Snapshots', 'everyEpochs', everyEpochs, 1)
  }

  onEpochEnd({ epoch }: EpochEnd, { model }: Fit): void {
    if (epoch % this.#everyEpochs === 0) this.#states.push(model.stateDict())
  }

  state(): CallbackState {
    const tensors = new Map<string, Tensor>()
    this.#states.forEach((state, i) => {
      for (const [name, value] of state) tensors.set(`${i}.${name}`, value)
    })
    return { values: this.#states.length, tensors }
  }

  restore({ values, tensors }: CallbackState): void {
    const count = expectInteger('Snapshots', 'states', values, 0)
    const all = [...(tensors ?? [])]
    this.#states.length = 0
    for (let i = 0; i < count; i++) {
      const own = all.filter(([name]) => name.startsWith(`${i}.`))
      this.#states.push(new Map(own.map(([name, value]) => [name.slice(`${i}.`.length), value])))
    }
  }

  /** Members with the weights of all cycles so far. @param make a model of the same architecture */
  async ensemble<L extends Module>(make: () => L): Promise<Ensemble<L>> {
    const members: L[] = []
    for (const state of this.#states) {
      const member = make()
      await member.loadStateDict(state)
      members.push(member)
    }
    return new Ensemble(members)
  }
}
