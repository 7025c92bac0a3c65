/** Wrong labels: what learning meets in real data, in a dose that is known. */
import { ValueError } from '../base/error.ts'
import { expectInteger } from '../base/shape.ts'
import { Stream } from '../base/threefry.ts'

export interface FlippedLabels {
  readonly labels: Int32Array
  /** Indices whose label is wrong now, ascending. */
  readonly flipped: Uint32Array
}

/**
 * Replaces the labels of a share of the samples, each by one of the other classes, all equally likely.
 *
 * Exactly ⌊rate · N + ½⌋ labels become wrong; which ones, and what they become, follows the seed.
 *
 * @throws ValueError unless 0 ≤ rate ≤ 1, there are two classes, and labels are among them
 * @see Zhang et al. 2017, https://arxiv.org/abs/1611.03530
 * @example
 * const noisy = train.withLabels(flipLabels(train.labels, { rate: 0.3, classes: 10 }).labels)
 */
export function flipLabels(
  labels: ArrayLike<number>,
  {
    rate,
    classes,
    seed = 0,
  }: { readonly rate: number; readonly classes: number; readonly seed?: number },
): FlippedLabels {
  expectInteger('flipLabels', 'classes', classes, 2)
  if (!(rate >= 0 && rate <= 1)) {
    throw new ValueError('value.range', {
      op: 'flipLabels',
      name: 'rate',
      got: rate,
      low: 0,
      high: 1,
    })
  }
  const random = new Stream(expectInteger('flipLabels', 'seed', seed, 0), 'labels')
  const out = Int32Array.from(labels)
  const strange = out.findIndex((label) => label < 0 || label >= classes)
  if (strange >= 0) {
    const range = { got: out[strange] ?? 0, low: 0, high: classes - 1 }
    throw new ValueError('value.range', { op: 'flipLabels', name: `labels[${strange}]`, ...range })
  }
  const count = Math.floor(rate * out.length + 0.5)
  const flipped = random.permutation(out.length).slice(0, count).sort()
  for (const i of flipped) {
    const other = random.fork(i).integer(classes - 1)
    out[i] = other + (other >= (out[i] ?? 0) ? 1 : 0)
  }
  return { labels: out, flipped }
}
