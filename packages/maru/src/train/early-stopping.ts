/** The end of training when it does not get better any more. */
import { FormatError } from '../base/error.ts'
import { expectInteger } from '../base/shape.ts'
import { expectAtLeast } from '../optim/settings.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { Callback, CallbackState, EpochEnd, FitEnd } from './events.ts'
import type { Fit } from './fit.ts'
import { expectMode, isBetter, type MonitorOptions, watched } from './monitor.ts'
import { recordOf } from './standing.ts'

export interface EarlyStoppingOptions extends MonitorOptions {
  /** Epochs in a row without anything better, after which training ends. */
  readonly patience?: number
  /** What counts as better: by more than this. */
  readonly minDelta?: number
  /** Whether the model ends with the weights of its best epoch. */
  readonly restoreBest?: boolean
}

/**
 * Ends training when a reading has not become better for some epochs, and gives back the best weights.
 *
 * They come back bit for bit, running statistics included. A run that is aborted keeps the weights that it
 * has, so that it can be resumed.
 *
 * @see Prechelt 1998, "Early stopping, but when?"
 * @example callbacks: [new EarlyStopping({ patience: 5 })]
 */
export class EarlyStopping implements Callback {
  readonly name = 'EarlyStopping'
  /** The best reading, and the epoch that it came in; 0 before the first. */
  best: number
  bestEpoch = 0
  readonly #options: Required<Omit<EarlyStoppingOptions, 'monitor'>>
  readonly #monitor: string | undefined
  #waited = 0
  #weights: ReadonlyMap<string, Tensor> | undefined

  constructor(options: EarlyStoppingOptions = {}) {
    const { monitor, mode = 'min', patience = 5, minDelta = 0, restoreBest = true } = options
    expectInteger('EarlyStopping', 'patience', patience, 1)
    expectAtLeast('minDelta', minDelta, 0)
    expectMode('EarlyStopping', mode)
    this.#options = { mode, patience, minDelta, restoreBest }
    this.#monitor = monitor
    this.best = Number.NaN
  }

  onEpochEnd({ epoch, logs }: EpochEnd, fit: Fit): void {
    const { mode, minDelta, patience, restoreBest } = this.#options
    const value = watched('EarlyStopping', logs, this.#monitor)
    if (isBetter(value, this.best, mode, minDelta)) {
      this.best = value
      this.bestEpoch = epoch
      this.#waited = 0
      if (restoreBest) this.#weights = fit.model.stateDict()
    } else if (++this.#waited >= patience) fit.stop('EarlyStopping')
  }

  async onFitEnd({ reason }: FitEnd, { model }: Fit): Promise<void> {
    if (!this.#weights || reason === 'aborted' || reason === 'failed') return
    await model.loadStateDict(this.#weights)
  }

  state(): CallbackState {
    const values = { best: this.best, bestEpoch: this.bestEpoch, waited: this.#waited }
    return { values, ...(this.#weights && { tensors: this.#weights }) }
  }

  restore({ values, tensors }: CallbackState): void {
    const { best, bestEpoch, waited } = recordOf('EarlyStopping', values)
    if (typeof best !== 'number' || typeof bestEpoch !== 'number' || typeof waited !== 'number') {
      throw new FormatError('checkpoint.part', { part: 'EarlyStopping' })
    }
    this.best = best
    this.bestEpoch = bestEpoch
    this.#waited = waited
    this.#weights = tensors?.size ? tensors : undefined
  }
}
