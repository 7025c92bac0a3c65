/** Classification by Bayes's rule, as if features were independent of each other. */
import { ValueError } from '../base/error.ts'
import { exp, log } from '../base/math.ts'
import { showAny } from '../base/show.ts'
import { SparseRows } from '../data/index.ts'
import { fromHost } from '../tensor/create.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { Classifier, expectFitted, type Features, lessonOf, sizesOf } from './classifier.ts'

/** Calls `visit` for the elements of each row in turn; zeros of sparse rows are left out. */
async function visitRows(
  features: Features,
  visit: (row: number, column: number, value: number) => void,
): Promise<void> {
  const [rows = 0, columns = 0] =
    features instanceof SparseRows ? features.shape : features.node.shape
  if (features instanceof SparseRows) {
    for (let row = 0; row < rows; row++) features.forEachIn(row, (k, value) => visit(row, k, value))
    return
  }
  const data = await features.data()
  for (let i = 0; i < rows * columns; i++) {
    visit(Math.floor(i / columns), i % columns, Number(data[i]))
  }
}

/** Probabilities [N, classes] from logarithms that lack a constant in each row. */
function normalised(scores: Float64Array, classes: number): Tensor {
  const out = new Float32Array(scores.length)
  for (let start = 0; start < scores.length; start += classes) {
    const row = scores.subarray(start, start + classes)
    const top = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
    const weights = row.map((score) => exp(score - top))
    const sum = weights.reduce((a, b) => a + b, 0)
    out.set(
      weights.map((weight) => weight / sum),
      start,
    )
  }
  return fromHost(out, [scores.length / classes, classes], 'float32')
}

interface Gaussians {
  readonly classes: number
  readonly columns: number
  readonly priors: Float64Array
  /** [classes, features] */
  readonly means: Float64Array
  readonly variances: Float64Array
}

export interface GaussianNBOptions {
  /** The part of the largest variance of a feature that is added to all, so that none is 0. */
  readonly varSmoothing?: number
}

/**
 * Naive Bayes with a normal distribution of each feature in each class.
 *
 *     log p(y | x) = log p(y) − ½ Σⱼ (log 2πσ²ⱼ + (xⱼ − μⱼ)² / σ²ⱼ) + constant
 *
 * Classes without samples have probability 0. Computed on the host, in float64.
 */
export class GaussianNB extends Classifier {
  readonly varSmoothing: number
  #fitted: Gaussians | undefined

  constructor({ varSmoothing = 1e-9 }: GaussianNBOptions = {}) {
    super()
    this.varSmoothing = expectPositive('GaussianNB', 'varSmoothing', varSmoothing)
  }

  async fit(features: Features, labels: Tensor): Promise<this> {
    const lesson = await lessonOf('GaussianNB', features, labels)
    const { rows, columns, classes, labels: ids } = lesson
    const counts = countsOf(ids, classes)
    const means = new Float64Array(classes * columns)
    const variances = new Float64Array(classes * columns)
    const all = { means: new Float64Array(columns), variances: new Float64Array(columns) }
    const whole = features instanceof SparseRows ? features.toTensor() : features
    await visitRows(whole, (row, k, value) => {
      const label = ids[row] as number
      increase(means, label * columns + k, value / (counts[label] as number))
      increase(all.means, k, value / rows)
    })
    await visitRows(whole, (row, k, value) => {
      const label = ids[row] as number
      const away = value - (means[label * columns + k] as number)
      increase(variances, label * columns + k, (away * away) / (counts[label] as number))
      const far = value - (all.means[k] as number)
      increase(all.variances, k, (far * far) / rows)
    })
    const most = all.variances.reduce((a, b) => Math.max(a, b), 0)
    const least = this.varSmoothing * (most > 0 ? most : 1)
    this.#fitted = {
      classes,
      columns,
      priors: counts.map((count) => log(count / rows)),
      means,
      variances: variances.map((variance) => variance + least),
    }
    return this
  }

  async predictProba(features: Features): Promise<Tensor> {
    const { classes, columns, priors, means, variances } = expectFitted('GaussianNB', this.#fitted)
    const [rows] = sizesOf('GaussianNB', features, columns)
    const widths = Float64Array.from({ length: classes }, (_, c) => {
      const own = variances.subarray(c * columns, (c + 1) * columns)
      return own.reduce((sum, variance) => sum + log(2 * Math.PI * variance), 0)
    })
    const scores = new Float64Array(rows * classes)
    for (let i = 0; i < scores.length; i++) {
      scores[i] = (priors[i % classes] as number) - (widths[i % classes] as number) / 2
    }
    const whole = features instanceof SparseRows ? features.toTensor() : features
    await visitRows(whole, (row, k, value) => {
      for (let c = 0; c < classes; c++) {
        const away = value - (means[c * columns + k] as number)
        increase(
          scores,
          row * classes + c,
          -(away * away) / (2 * (variances[c * columns + k] as number)),
        )
      }
    })
    return normalised(scores, classes)
  }
}

interface Frequencies {
  readonly classes: number
  readonly columns: number
  readonly priors: Float64Array
  /** Logarithms [classes, features]. */
  readonly likelihoods: Float64Array
}

export interface MultinomialNBOptions {
  /** Occurrences that each feature is taken to have in each class beforehand. */
  readonly alpha?: number
}

/**
 * Naive Bayes of counts, such as of words: a class draws its features from one urn.
 *
 *     log p(y | x) = log p(y) + Σⱼ xⱼ · log((nⱼ + α) / (n + α·features)) + constant
 *
 * Zeros of sparse features cost nothing. Computed on the host, in float64.
 *
 * @throws ValueError for a feature below 0
 */
export class MultinomialNB extends Classifier {
  readonly alpha: number
  #fitted: Frequencies | undefined

  constructor({ alpha = 1 }: MultinomialNBOptions = {}) {
    super()
    this.alpha = expectPositive('MultinomialNB', 'alpha', alpha)
  }

  async fit(features: Features, labels: Tensor): Promise<this> {
    const op = 'MultinomialNB'
    const { rows, columns, classes, labels: ids } = await lessonOf(op, features, labels)
    const found = new Float64Array(classes * columns).fill(this.alpha)
    await visitRows(features, (row, k, value) => {
      if (value < 0) throw new ValueError('classifier.negative', { op, row, column: k, value })
      increase(found, (ids[row] as number) * columns + k, value)
    })
    for (let c = 0; c < classes; c++) {
      const own = found.subarray(c * columns, (c + 1) * columns)
      const sum = own.reduce((a, b) => a + b, 0)
      own.set(own.map((count) => log(count / sum)))
    }
    const priors = countsOf(ids, classes).map((count) => log(count / rows))
    this.#fitted = { classes, columns, priors, likelihoods: found }
    return this
  }

  async predictProba(features: Features): Promise<Tensor> {
    const { classes, columns, priors, likelihoods } = expectFitted('MultinomialNB', this.#fitted)
    const [rows] = sizesOf('MultinomialNB', features, columns)
    const scores = Float64Array.from({ length: rows * classes }, (_, i) => priors[i % classes] ?? 0)
    await visitRows(features, (row, k, value) => {
      if (value === 0) return
      for (let c = 0; c < classes; c++) {
        increase(scores, row * classes + c, value * (likelihoods[c * columns + k] as number))
      }
    })
    return normalised(scores, classes)
  }
}

function increase(array: Float64Array, i: number, by: number): void {
  array[i] = (array[i] as number) + by
}

function countsOf(labels: Int32Array, classes: number): Float64Array {
  const counts = new Float64Array(classes)
  for (const label of labels) increase(counts, label, 1)
  return counts
}

function expectPositive(op: string, name: string, value: number): number {
  if (typeof value === 'number' && value > 0 && Number.isFinite(value)) return value
  throw new ValueError('value.range', {
    op,
    name,
    got: showAny(value),
    low: Number.MIN_VALUE,
    high: Number.MAX_VALUE,
  })
}
