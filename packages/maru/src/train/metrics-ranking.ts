/** Metrics of scores that should put yes above no. They keep every score that they are given. */
import type { Tensor } from '../tensor/tensor.ts'
import { expectLabels, Metric, pairBatch } from './metrics-terms.ts'

/** How many of each kind share a score. */
interface Tie {
  yes: number
  no: number
}

abstract class Ranking extends Metric<number> {
  readonly #scores: number[] = []
  readonly #targets: number[] = []

  /** @shape scores and targets of 0 and 1, two equal shapes */
  async update(predictions: Tensor, targets: Tensor): Promise<void> {
    const op = this.constructor.name
    const [scores, labels] = await pairBatch(op, predictions, targets)
    expectLabels(op, labels, 2)
    scores.forEach((score, i) => {
      this.#scores.push(score)
      this.#targets.push(labels[i] ?? 0)
    })
  }

  reset(): void {
    this.#scores.length = 0
    this.#targets.length = 0
  }

  /** Groups of equal scores, the highest first; nothing if a score is NaN. */
  protected ties(): Tie[] | undefined {
    const scores = this.#scores
    if (scores.some(Number.isNaN)) return undefined
    const order = scores.map((_, i) => i).sort((a, b) => compare(scores[b], scores[a]))
    const ties: Tie[] = []
    let last: number | undefined
    for (const i of order) {
      if (scores[i] !== last || ties.length === 0) ties.push({ yes: 0, no: 0 })
      last = scores[i]
      const tie = ties.at(-1)
      if (tie) tie[this.#targets[i] === 1 ? 'yes' : 'no']++
    }
    return ties
  }
}

/** Not by subtraction, since ∞ − ∞ is NaN. */
function compare(a = 0, b = 0): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/**
 * Area under the receiver operating characteristic: how often a yes is scored above a no, equal scores
 * counting half. Exact, by sorting; NaN unless there are both.
 *
 * @see Mann & Whitney 1947, https://doi.org/10.1214/aoms/1177730491
 */
export class RocAuc extends Ranking {
  compute(): number {
    let [yes, no, wins] = [0, 0, 0]
    for (const tie of this.ties() ?? []) {
      wins += tie.no * (yes + tie.yes / 2)
      yes += tie.yes
      no += tie.no
    }
    return wins / (yes * no)
  }
}

/**
 * Area under the curve of precision over recall, as steps: `Σ (Rₙ − Rₙ₋₁) · Pₙ` over the distinct scores,
 * the highest first. NaN unless there is a yes.
 */
export class AveragePrecision extends Ranking {
  compute(): number {
    let [yes, count, sum] = [0, 0, 0]
    for (const tie of this.ties() ?? []) {
      yes += tie.yes
      count += tie.yes + tie.no
      sum += tie.yes * (yes / count)
    }
    return sum / yes
  }
}
