/** Data sets made of records, of functions, and of other sets. */
import { ValueError } from '../base/error.ts'
import { expectInteger } from '../base/shape.ts'
import { Stream } from '../base/threefry.ts'
import { after } from './assemble.ts'
import {
  commonRole,
  type Dataset,
  expectIndex,
  type IterableDataset,
  type Role,
} from './dataset.ts'
import type { Collated, Sample } from './record.ts'

/**
 * Records of an array, which is not copied.
 *
 * @example new ArrayDataset([{ input: Float32Array.of(0, 1), label: 1 }])
 */
export class ArrayDataset<S> implements Dataset<S> {
  readonly records: readonly S[]
  readonly role: Role | undefined

  constructor(records: readonly S[], { role }: { readonly role?: Role | undefined } = {}) {
    this.records = records
    this.role = role
  }

  get length(): number {
    return this.records.length
  }

  at(i: number): S {
    // the index is one, so there is a record
    return this.records[expectIndex('ArrayDataset', i, this.length)] as S
  }
}

/**
 * Records that a function makes when they are asked for: record i is a function of the seed and i.
 *
 * @throws ValueError unless length and seed are integers ≥ 0
 * @example
 * new GeneratedDataset(1000, (i, random) => ({ input: Float32Array.of(random.normal()), label: i % 2 }))
 */
export class GeneratedDataset<S> implements Dataset<S> {
  readonly length: number
  readonly role: Role | undefined
  readonly #make: (i: number, random: Stream) => S | Promise<S>
  readonly #root: Stream

  constructor(
    length: number,
    make: (i: number, random: Stream) => S | Promise<S>,
    { seed = 0, role }: { readonly seed?: number; readonly role?: Role } = {},
  ) {
    this.length = expectInteger('GeneratedDataset', 'length', length, 0)
    this.role = role
    this.#make = make
    this.#root = new Stream(expectInteger('GeneratedDataset', 'seed', seed, 0), 'generated')
  }

  at(i: number): S | Promise<S> {
    return this.#make(expectIndex('GeneratedDataset', i, this.length), this.#root.fork(i))
  }
}

/**
 * Records one after another: of an array, a file's lines, or a generator function, which is called
 * anew for every epoch with a stream that is a function of the loader's seed and the epoch.
 *
 * @example new StreamDataset(function* (random) { for (;;) yield { input: Float32Array.of(random.normal()) } })
 */
export class StreamDataset<S> implements IterableDataset<S> {
  readonly role: Role | undefined
  readonly #open: (random: Stream) => Iterable<S> | AsyncIterable<S>

  /** @throws ValueError for an iterator, which can be gone through only once */
  constructor(
    source: Iterable<S> | AsyncIterable<S> | ((random: Stream) => Iterable<S> | AsyncIterable<S>),
    { role }: { readonly role?: Role } = {},
  ) {
    if (typeof source === 'object' && 'next' in source) throw new ValueError('stream.once', {})
    this.role = role
    this.#open = typeof source === 'function' ? source : () => source
  }

  records(random: Stream): Iterable<S> | AsyncIterable<S> {
    return this.#open(random)
  }
}

/**
 * The samples of a set at some indices, in that order.
 *
 * @throws IndexError when one is no index of the set
 * @example new Subset(all, [3, 1, 4])
 */
export class Subset<S> implements Dataset<S> {
  readonly dataset: Dataset<S>
  readonly indices: Uint32Array
  readonly role: Role | undefined
  readonly gather?: (indices: ArrayLike<number>) => Collated<S>

  constructor(
    dataset: Dataset<S>,
    indices: ArrayLike<number>,
    { role = dataset.role }: { readonly role?: Role | undefined } = {},
  ) {
    for (let i = 0; i < indices.length; i++) {
      expectIndex('Subset', indices[i] as number, dataset.length)
    }
    this.dataset = dataset
    this.indices = Uint32Array.from(indices)
    // a part of a set for testing is one, whatever it is called
    this.role = dataset.role === 'test' ? 'test' : role
    if (dataset.gather) {
      const gather = dataset.gather.bind(dataset)
      this.gather = (places) => gather(Array.from(places, (i) => this.#index(i)))
    }
  }

  get length(): number {
    return this.indices.length
  }

  at(i: number): S | Promise<S> {
    return this.dataset.at(this.#index(i))
  }

  /** Class of each sample, where the set tells. */
  get labels(): Int32Array | undefined {
    const all = labelsOf(this.dataset)
    return all && Int32Array.from(this.indices, (i) => all[i] ?? 0)
  }

  get classes(): readonly string[] | undefined {
    return classesOf(this.dataset)
  }

  #index(i: number): number {
    return this.indices[expectIndex('Subset', i, this.length)] as number
  }
}

/**
 * The samples of several sets, one set after the other.
 *
 * @example new ConcatDataset([first, second]).at(first.length) // second.at(0)
 */
export class ConcatDataset<S> implements Dataset<S> {
  readonly datasets: readonly Dataset<S>[]
  readonly length: number
  readonly role: Role | undefined

  constructor(datasets: readonly Dataset<S>[]) {
    this.datasets = datasets
    this.length = datasets.reduce((sum, { length }) => sum + length, 0)
    this.role = commonRole(datasets)
  }

  at(i: number): S | Promise<S> {
    let rest = expectIndex('ConcatDataset', i, this.length)
    for (const set of this.datasets) {
      if (rest < set.length) return set.at(rest)
      rest -= set.length
    }
    throw new RangeError(`no set has sample ${i}`)
  }

  get classes(): readonly string[] | undefined {
    const [first] = this.datasets
    return first && classesOf(first)
  }
}

/**
 * What a function makes of the samples of a set, each time that one is asked for.
 *
 * @example new MappedDataset(digits, ({ input, label }) => ({ input, label: label % 2 }))
 */
export class MappedDataset<S, T> implements Dataset<T> {
  readonly dataset: Dataset<S>
  readonly #change: (sample: S, i: number) => T | Promise<T>

  constructor(dataset: Dataset<S>, change: (sample: S, i: number) => T | Promise<T>) {
    this.dataset = dataset
    this.#change = change
  }

  get length(): number {
    return this.dataset.length
  }

  get role(): Role | undefined {
    return this.dataset.role
  }

  at(i: number): T | Promise<T> {
    expectIndex('MappedDataset', i, this.length)
    return after(this.dataset.at(i), (sample) => this.#change(sample, i))
  }
}

/**
 * Samples of two sets, pairwise: the fields of both.
 *
 * @throws ValueError when the sets are not of one length, or, at a sample, share a field
 * @example new ZippedDataset(images, captions).at(0) // { input, label, caption }
 */
export class ZippedDataset<A extends object, B extends object> implements Dataset<A & B> {
  readonly datasets: readonly [Dataset<A>, Dataset<B>]
  readonly role: Role | undefined

  constructor(a: Dataset<A>, b: Dataset<B>) {
    if (a.length !== b.length) throw new ValueError('zip.length', { a: a.length, b: b.length })
    this.datasets = [a, b]
    this.role = commonRole([a, b])
  }

  get length(): number {
    return this.datasets[0].length
  }

  at(i: number): (A & B) | Promise<A & B> {
    expectIndex('ZippedDataset', i, this.length)
    const [a, b] = this.datasets
    return after(a.at(i), (left) => after(b.at(i), (right) => merged(left, right)))
  }
}

function merged<A extends object, B extends object>(a: A, b: B): A & B {
  const shared = Object.keys(a).find((key) => Object.hasOwn(b, key))
  if (shared !== undefined) throw new ValueError('zip.field', { key: shared })
  return { ...a, ...b }
}

/** Names of a set's classes, where it tells. */
export function classesOf(set: object): readonly string[] | undefined {
  return (set as { readonly classes?: readonly string[] }).classes
}

/**
 * Class of each sample: as the set tells, else as its samples do; undefined where samples have no
 * class, or must be waited for.
 */
export function labelsOf(set: Dataset<unknown>): Int32Array | undefined {
  const { labels } = set as { readonly labels?: Int32Array }
  if (labels) return labels
  const out = new Int32Array(set.length)
  for (let i = 0; i < set.length; i++) {
    const sample = set.at(i)
    if (sample instanceof Promise) {
      sample.catch(() => undefined)
      return undefined
    }
    const { label } = (sample ?? {}) as Partial<Sample>
    if (typeof label !== 'number') return undefined
    out[i] = label
  }
  return out
}
