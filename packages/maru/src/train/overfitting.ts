/** Overfitting, named when it begins. */
import { FormatError } from '../base/error.ts'
import { expectInteger } from '../base/shape.ts'
import { modulesByPath } from '../nn/capture.ts'
import { Dropout } from '../nn/dropout.ts'
import { expectAtLeast } from '../optim/settings.ts'
import type { Callback, CallbackState, EpochEnd } from './events.ts'
import type { Fit } from './fit.ts'
import { recordOf } from './standing.ts'

/** What helps a network that learns its samples by heart. */
export type Remedy = 'earlyStopping' | 'weightDecay' | 'dropout' | 'augmentation' | 'ensemble'

export interface OverfittingOptions {
  /** Epochs in a row in which the loss of training falls while that of validation is above its best; 2 by default. */
  readonly patience?: number
  /** How far above its best the loss of validation has to be, as a share of it; 0.01 by default. */
  readonly tolerance?: number
  /** Whether training ends there. */
  readonly stop?: boolean
}

/**
 * Watches for the turn after which a network only learns its samples by heart: the loss of training goes on falling,
 * and that of validation rises. It is told once, as a notice of the kind `overfitting` with the epoch of the turn and
 * what could be done about it, with the default patience two epochs after the turn.
 *
 * @see Prechelt 1998, "Early stopping, but when?"
 * @example
 * const overfitting = new Overfitting()
 * await trainer.fit(loader, { epochs: 50, validation, callbacks: [overfitting] })
 * if (overfitting.turn) console.log(`since epoch ${overfitting.turn}: ${overfitting.remedies.join(', ')}`)
 */
export class Overfitting implements Callback {
  readonly name = 'Overfitting'
  /** The epoch of the lowest loss of validation, once it was named; 0 before. */
  turn = 0
  /** What could be done, in the order in which it is cheap; nothing before it was named. */
  remedies: readonly Remedy[] = []
  readonly #options: Required<OverfittingOptions>
  #best = Number.POSITIVE_INFINITY
  #bestEpoch = 0
  #before = Number.POSITIVE_INFINITY
  #waited = 0

  constructor({ patience = 2, tolerance = 0.01, stop = false }: OverfittingOptions = {}) {
    expectInteger('Overfitting', 'patience', patience, 1)
    expectAtLeast('tolerance', tolerance, 0)
    this.#options = { patience, tolerance, stop }
  }

  async onEpochEnd({ epoch, logs }: EpochEnd, fit: Fit): Promise<void> {
    const { loss = Number.NaN, valLoss } = logs
    if (valLoss === undefined) return
    const { patience, tolerance, stop } = this.#options
    const falls = loss < this.#before
    this.#before = loss
    if (valLoss < this.#best) {
      this.#best = valLoss
      this.#bestEpoch = epoch
      this.#waited = 0
      return
    }
    const rises = valLoss > this.#best + tolerance * Math.abs(this.#best)
    this.#waited = falls && rises ? this.#waited + 1 : 0
    if (this.#waited < patience || this.turn > 0) return
    this.turn = this.#bestEpoch
    this.remedies = remediesFor(fit)
    const details = { turn: this.turn, remedies: this.remedies.join(', ') }
    await fit.notice('overfitting', details)
    if (stop) fit.stop('Overfitting')
  }

  state(): CallbackState {
    const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)
    return {
      values: {
        turn: this.turn,
        remedies: this.remedies,
        best: finite(this.#best),
        bestEpoch: this.#bestEpoch,
        before: finite(this.#before),
        waited: this.#waited,
      },
    }
  }

  restore({ values }: CallbackState): void {
    const { turn, remedies, best, bestEpoch, before, waited } = recordOf('Overfitting', values)
    const whole = [turn, bestEpoch, waited].every((each) => Number.isSafeInteger(each))
    const known =
      Array.isArray(remedies) && remedies.every((each) => REMEDIES.some((own) => own === each))
    if (!whole || !known) throw new FormatError('checkpoint.part', { part: 'Overfitting' })
    const number = (value: unknown): number =>
      typeof value === 'number' ? value : Number.POSITIVE_INFINITY
    this.turn = Number(turn)
    // each was found among those that there are
    this.remedies = remedies as Remedy[]
    this.#best = number(best)
    this.#bestEpoch = Number(bestEpoch)
    this.#before = number(before)
    this.#waited = Number(waited)
  }
}

const REMEDIES: readonly Remedy[] = [
  'earlyStopping',
  'weightDecay',
  'dropout',
  'augmentation',
  'ensemble',
]

/** All of them but what the network has. */
function remediesFor({ model }: Fit): Remedy[] {
  const isDropped = [...modulesByPath(model).values()].some((each) => each instanceof Dropout)
  return REMEDIES.filter((remedy) => remedy !== 'dropout' || !isDropped)
}
