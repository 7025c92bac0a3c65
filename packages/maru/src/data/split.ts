/** A set in parts for training, validation and testing. */
import { ShapeError, ValueError } from '../base/error.ts'
import { expectInteger } from '../base/shape.ts'
import { showAny } from '../base/show.ts'
import { Stream } from '../base/threefry.ts'
import type { Dataset, Role } from './dataset.ts'
import { labelsOf, Subset } from './sets.ts'

export interface SplitOptions {
  readonly seed?: number
  /**
   * Whether every part has each class in its share. By default where samples have a number as
   * `label` and need not be waited for; or the class of every sample.
   */
  readonly stratify?: boolean | ArrayLike<number>
}

/**
 * Parts of a set, by shares of any scale; every sample is in exactly one of them.
 *
 * Which samples are in a part is a function of the seed; within a part they keep their order. Of each
 * class a part has its share, rounded up or down. The part `test` is marked: training refuses it.
 *
 * @throws ValueError unless shares are finite numbers ≥ 0 and one of them is more
 * @throws ShapeError when there are not as many classes in `stratify` as samples
 * @example const { train, validation, test } = split(all, { train: 0.8, validation: 0.1, test: 0.1 })
 */
export function split<S, P extends Role>(
  dataset: Dataset<S>,
  shares: Readonly<Record<P, number>>,
  { seed = 0, stratify = true }: SplitOptions = {},
): Record<P, Subset<S>> {
  // the keys of a record of roles are roles
  const names = Object.keys(shares) as P[]
  const parts = checkedShares(names.map((name) => shares[name]))
  const random = new Stream(expectInteger('split', 'seed', seed, 0), 'split')
  const indices: number[][] = names.map(() => [])
  for (const group of groups(dataset, stratify)) {
    const order = random.fork(group.id).permutation(group.members.length)
    let at = 0
    for (const [part, count] of apportion(group.members.length, parts, indices).entries()) {
      for (let i = 0; i < count; i++) {
        indices[part]?.push(group.members[order[at++] ?? 0] ?? 0)
      }
    }
  }
  const subsets = names.map((role, part) => {
    const own = Uint32Array.from(indices[part] ?? []).sort()
    return [role, new Subset(dataset, own, { role })]
  })
  return Object.fromEntries(subsets) as Record<P, Subset<S>>
}

/** Shares as fractions of one. */
function checkedShares(shares: readonly number[]): number[] {
  const sum = shares.reduce((a, b) => a + b, 0)
  if (shares.every((share) => share >= 0) && sum > 0 && Number.isFinite(sum)) {
    return shares.map((share) => share / sum)
  }
  throw new ValueError('split.shares', { got: showAny(shares) })
}

interface Group {
  readonly id: number
  readonly members: readonly number[]
}

/** The samples of each class, classes in ascending order; or all samples. */
function groups(dataset: Dataset<unknown>, stratify: boolean | ArrayLike<number>): Group[] {
  const { length } = dataset
  const labels = stratify === true ? labelsOf(dataset) : stratify
  if (!labels) return [{ id: 0, members: Array.from({ length }, (_, i) => i) }]
  if (labels.length !== length) {
    throw new ShapeError('split.labels', { got: showAny(labels), length })
  }
  const classes = new Map<number, number[]>()
  for (let i = 0; i < length; i++) {
    const label = labels[i] ?? 0
    const members = classes.get(label)
    if (members) members.push(i)
    else classes.set(label, [i])
  }
  const sorted = [...classes].sort(([a], [b]) => a - b)
  return sorted.map(([, members], id) => ({ id, members }))
}

/** A number that is whole but for the rounding of shares. */
function withoutDust(x: number): number {
  const whole = Math.round(x)
  return Math.abs(x - whole) <= 1e-9 * whole ? whole : x
}

/**
 * How many of `count` samples each part gets: its share rounded down, and what is left over to the
 * parts that are furthest below their shares of all samples so far, one at most to each.
 */
function apportion(
  count: number,
  shares: readonly number[],
  sofar: readonly (readonly unknown[])[],
): number[] {
  const before = sofar.reduce((sum, part) => sum + part.length, 0)
  const exact = shares.map((share) => withoutDust(share * count))
  const counts = exact.map(Math.floor)
  const lack = (part: number): number =>
    (shares[part] ?? 0) * (before + count) - (sofar[part]?.length ?? 0) - (counts[part] ?? 0)
  const open = shares
    .map((_, part) => part)
    .filter((part) => (exact[part] ?? 0) > (counts[part] ?? 0))
    .sort((a, b) => lack(b) - lack(a) || a - b)
  const left = count - counts.reduce((a, b) => a + b, 0)
  for (const part of open.slice(0, left)) counts[part] = (counts[part] ?? 0) + 1
  return counts
}
