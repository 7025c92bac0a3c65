/** Metrics of how sure predictions are. */
import { exp, log } from '../base/math.ts'
import { expectInteger } from '../base/shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { argmax, classBatch, Metric } from './metrics-terms.ts'

export interface PerplexityOptions {
  /** A label that stands for none and is not counted. */
  readonly ignoreIndex?: number
}

/** `exp` of the mean cross entropy of labels under logits: among how many equal choices one guesses. */
export class Perplexity extends Metric<number> {
  readonly #ignored: number | undefined
  #sum = 0
  #count = 0

  constructor({ ignoreIndex }: PerplexityOptions = {}) {
    super()
    this.#ignored = ignoreIndex
  }

  /** @shape logits [..., C], labels [...] */
  async update(predictions: Tensor, targets: Tensor): Promise<void> {
    const batch = await classBatch('Perplexity', predictions, targets, this.#ignored)
    const { scores, labels, classes } = batch
    labels.forEach((label, i) => {
      if (label === this.#ignored) return
      const row = scores.subarray(i * classes, (i + 1) * classes)
      this.#sum += moments(row, 1).logSum - (row[label] ?? 0)
      this.#count++
    })
  }

  compute(): number {
    return exp(this.#sum / this.#count)
  }

  reset(): void {
    this.#sum = 0
    this.#count = 0
  }
}

export interface CalibrationOptions {
  /** Intervals of equal width that confidence is divided into; 15 by default. */
  readonly bins?: number
}

/**
 * Expected calibration error: how far the confidence of predictions lies from how often they are right,
 * `Σ |right − confidence| / N` over bins of confidence that hold their upper ends.
 *
 * @see Guo and others 2017, https://arxiv.org/abs/1706.04599
 */
export class CalibrationError extends Metric<number> {
  readonly #gaps: Float64Array
  #count = 0

  constructor({ bins = 15 }: CalibrationOptions = {}) {
    super()
    expectInteger('CalibrationError', 'bins', bins, 1)
    this.#gaps = new Float64Array(bins)
  }

  /** @shape probabilities [..., C], labels [...] */
  async update(predictions: Tensor, targets: Tensor): Promise<void> {
    const batch = await classBatch('CalibrationError', predictions, targets)
    const { scores, labels, classes } = batch
    const bins = this.#gaps.length
    labels.forEach((label, i) => {
      const row = scores.subarray(i * classes, (i + 1) * classes)
      const predicted = argmax(row)
      const confidence = row[predicted] ?? 0
      const bin = Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1))
      this.#gaps[bin] = (this.#gaps[bin] ?? 0) + (predicted === label ? 1 : 0) - confidence
      this.#count++
    })
  }

  compute(): number {
    return this.#gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / this.#count
  }

  reset(): void {
    this.#gaps.fill(0)
    this.#count = 0
  }
}

const MOST_TURNS = 100

/**
 * The temperature that logits should be divided by: the one with the least cross entropy on validation
 * data. It changes no prediction, only how sure each is. Keeps the logits that it is given.
 *
 * The loss is convex in 1/T, so Newton's steps within a shrinking bracket find the one minimum. Where it
 * lies at an end (all right, or no better than chance), the temperature is that of the bracket, 1/1000 or 1000.
 *
 * @see Guo and others 2017, https://arxiv.org/abs/1706.04599
 * @example
 * const scaling = new TemperatureScaling()
 * await scaling.update(model.call(inputs), labels)
 * const probabilities = logits.div(scaling.compute()).softmax()
 */
export class TemperatureScaling extends Metric<number> {
  readonly #rows: { readonly row: Float64Array; readonly label: number }[] = []

  /** @shape logits [..., C], labels [...] */
  async update(predictions: Tensor, targets: Tensor): Promise<void> {
    const batch = await classBatch('TemperatureScaling', predictions, targets)
    const { scores, labels, classes } = batch
    labels.forEach((label, i) => {
      this.#rows.push({ row: scores.slice(i * classes, (i + 1) * classes), label })
    })
  }

  compute(): number {
    if (this.#rows.length === 0) return Number.NaN
    let [low, high, scale] = [1e-3, 1e3, 1]
    for (let turn = 0; turn < MOST_TURNS; turn++) {
      const { slope, curvature } = this.#slopeAt(scale)
      if (Number.isNaN(slope)) return slope
      if (slope > 0) high = scale
      else low = scale
      const step = scale - slope / curvature
      const next = step > low && step < high ? step : (low + high) / 2
      if (Math.abs(next - scale) <= 1e-12 * scale) return 1 / next
      scale = next
    }
    return 1 / scale
  }

  reset(): void {
    this.#rows.length = 0
  }

  /** First and second derivative of the summed cross entropy by 1/T. */
  #slopeAt(scale: number): { slope: number; curvature: number } {
    let [slope, curvature] = [0, 0]
    for (const { row, label } of this.#rows) {
      const { mean, variance } = moments(row, scale)
      slope += mean - (row[label] ?? 0)
      curvature += variance
    }
    return { slope, curvature }
  }
}

/** Of logits under the probabilities that they have when scaled; and the logarithm of their scaled sum. */
function moments(
  row: Float64Array,
  scale: number,
): { logSum: number; mean: number; variance: number } {
  const top = row[argmax(row)] ?? 0
  let [sum, first, second] = [0, 0, 0]
  for (const value of row) {
    const weight = exp((value - top) * scale)
    sum += weight
    if (weight === 0) continue
    first += weight * (value - top)
    second += weight * (value - top) * (value - top)
  }
  const mean = first / sum
  const variance = Math.max(0, second / sum - mean * mean)
  return { logSum: log(sum) + top * scale, mean: mean + top, variance }
}
