/** Data sets: records by index, or one after another; what they are for. */
import { DataError, IndexError } from '../base/error.ts'
import { showAny } from '../base/show.ts'
import type { Stream } from '../base/threefry.ts'
import type { Collated, Sample } from './record.ts'

/** What records may be used for. A part or a picture of a set for testing is one, too. */
export type Role = 'train' | 'validation' | 'test'

/**
 * Records by index.
 *
 * `at` may give a promise, as where a file must be read. `gather`, where there is one, copies several
 * records side by side, faster than one by one: the arrays that it gives are the caller's.
 */
export interface Dataset<S = Sample> {
  readonly length: number
  readonly role?: Role | undefined
  /** Record i. @throws IndexError unless 0 ≤ i < length */
  at(i: number): S | Promise<S>
  gather?(indices: ArrayLike<number>): Collated<S>
}

/** Records one after another, of a number that need not be known. */
export interface IterableDataset<S = Sample> {
  readonly role?: Role | undefined
  /** The records of an epoch; `random` is a function of the loader's seed and the epoch. */
  records(random: Stream): Iterable<S> | AsyncIterable<S>
}

export function isIndexed<S>(set: Dataset<S> | IterableDataset<S>): set is Dataset<S> {
  return 'at' in set
}

/** @throws IndexError unless i is an index of the set */
export function expectIndex(set: string, i: number, length: number): number {
  if (Number.isInteger(i) && i >= 0 && i < length) return i
  throw new IndexError('dataset.index', { set, i: showAny(i), length })
}

/**
 * The check that keeps a test set out of training: whatever was made of one is refused.
 *
 * @throws DataError when the set, or one that it is made of, is marked as a test set
 * @example expectTrainable('fit', loader.dataset, { allowTest: false })
 */
export function expectTrainable(
  op: string,
  set: { readonly role?: Role | undefined },
  { allowTest = false }: { readonly allowTest?: boolean } = {},
): void {
  if (set.role === 'test' && !allowTest) throw new DataError('data.test', { op })
}

/** The role of what is made of several sets: one for testing makes it one. */
export function commonRole(
  sets: readonly { readonly role?: Role | undefined }[],
): Role | undefined {
  const roles = new Set(sets.map(({ role }) => role))
  if (roles.has('test')) return 'test'
  return roles.size === 1 ? sets[0]?.role : undefined
}
