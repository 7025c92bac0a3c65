/** A learning rate that falls when things stop getting better. */
import { expectInteger } from '../base/shape.ts'
import type { Schedule } from './schedule.ts'
import { expectAtLeast } from './settings.ts'

export interface PlateauOptions {
  /** Whether less or more is better. */
  readonly mode?: 'min' | 'max'
  /** What the rate is multiplied by at each fall. */
  readonly factor?: number
  /** Updates without anything better that are borne. */
  readonly patience?: number
  /** What counts as better: by this share of the best, or this much if `absolute`. */
  readonly threshold?: number
  readonly absolute?: boolean
  /** Updates after a fall that are not counted. */
  readonly cooldown?: number
  /** The least that the falls leave of the rate. */
  readonly least?: number
}

/** What a later run needs to go on. */
export interface PlateauState {
  readonly scale: number
  readonly best: number
  readonly waited: number
  readonly cooling: number
}

/**
 * Multiplies the learning rate by a factor when a metric has not become better for some time.
 *
 * @example
 * const plateau = new ReduceOnPlateau({ patience: 3 })
 * const optimizer = new SGD(model.parameters(), { lr: 0.1, schedule: plateau.schedule })
 * plateau.update(validationLoss) // after each epoch
 */
export class ReduceOnPlateau {
  /** What the optimiser is given. */
  readonly schedule: Schedule = () => this.state.scale
  /** Plain numbers; may be set to go on from another run's. */
  state: PlateauState
  readonly #options: Required<PlateauOptions>

  constructor({
    mode = 'min',
    factor = 0.1,
    patience = 10,
    threshold = 1e-4,
    absolute = false,
    cooldown = 0,
    least = 0,
  }: PlateauOptions = {}) {
    expectAtLeast('factor', factor, 0)
    expectAtLeast('threshold', threshold, 0)
    expectAtLeast('least', least, 0)
    expectInteger('ReduceOnPlateau', 'patience', patience, 0)
    expectInteger('ReduceOnPlateau', 'cooldown', cooldown, 0)
    this.#options = { mode, factor, patience, threshold, absolute, cooldown, least }
    const best = mode === 'min' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
    this.state = { scale: 1, best, waited: 0, cooling: 0 }
  }

  /** Tells how things stand; whether the rate falls. NaN is never better. */
  update(metric: number): boolean {
    const { factor, patience, cooldown, least } = this.#options
    let { scale, best, waited, cooling } = this.state
    if (this.#isBetter(metric)) {
      best = metric
      waited = 0
    } else waited++
    if (cooling > 0) {
      cooling--
      waited = 0
    }
    const falls = waited > patience
    if (falls) {
      scale = Math.max(scale * factor, least)
      cooling = cooldown
      waited = 0
    }
    this.state = { scale, best, waited, cooling }
    return falls
  }

  #isBetter(metric: number): boolean {
    const { mode, threshold, absolute } = this.#options
    const { best } = this.state
    const margin = mode === 'min' ? -threshold : threshold
    const bar = Number.isFinite(best) && !absolute ? best * (1 + margin) : best + margin
    return mode === 'min' ? metric < bar : metric > bar
  }
}
