/** Metrics of predicted numbers. */
import type { Tensor } from '../tensor/tensor.ts'
import { Metric, pairBatch } from './metrics-terms.ts'

abstract class MeanError extends Metric<number> {
  protected sum = 0
  protected count = 0

  protected abstract error(difference: number): number

  /** @shape two equal shapes */
  async update(predictions: Tensor, targets: Tensor): Promise<void> {
    const [x, y] = await pairBatch(this.constructor.name, predictions, targets)
    x.forEach((value, i) => {
      this.sum += this.error(value - (y[i] ?? 0))
    })
    this.count += x.length
  }

  compute(): number {
    return this.sum / this.count
  }

  reset(): void {
    this.sum = 0
    this.count = 0
  }
}

/** Mean of `|x − y|` over all elements. */
export class MeanAbsoluteError extends MeanError {
  protected error(difference: number): number {
    return Math.abs(difference)
  }
}

/** Mean of `(x − y)²` over all elements. */
export class MeanSquaredError extends MeanError {
  protected error(difference: number): number {
    return difference * difference
  }
}

interface Column {
  count: number
  mean: number
  /** Sum of squared differences from the mean. */
  spread: number
  /** Sum of squared errors. */
  error: number
}

/**
 * The part of the targets' variance that predictions explain, `1 − Σ(x − y)² / Σ(y − ȳ)²`: the mean over
 * columns.
 *
 * Of targets that do not vary it is 1 for predictions without error, else 0. NaN of fewer than two rows.
 */
export class R2Score extends Metric<number> {
  #columns: Column[] = []

  /** @shape two equal shapes [N, ...] */
  async update(predictions: Tensor, targets: Tensor): Promise<void> {
    const [x, y] = await pairBatch('R2Score', predictions, targets)
    const width = Math.max(1, x.length / Math.max(1, targets.node.shape[0] ?? 1))
    while (this.#columns.length < width) {
      this.#columns.push({ count: 0, mean: 0, spread: 0, error: 0 })
    }
    x.forEach((value, i) => {
      const column = this.#columns[i % width]
      if (column) add(column, value, y[i] ?? 0)
    })
  }

  compute(): number {
    const scores = this.#columns.map(explained)
    return scores.reduce((sum, each) => sum + each, 0) / scores.length
  }

  reset(): void {
    this.#columns = []
  }
}

/** Welford's update: the spread never comes from a difference of large sums. */
function add(column: Column, predicted: number, target: number): void {
  column.count++
  const before = target - column.mean
  column.mean += before / column.count
  column.spread += before * (target - column.mean)
  column.error += (predicted - target) * (predicted - target)
}

function explained({ count, spread, error }: Column): number {
  if (count < 2) return Number.NaN
  if (spread === 0) return error === 0 ? 1 : 0
  return 1 - error / spread
}
