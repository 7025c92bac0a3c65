import fc from 'fast-check'
import { expect, describe as group, test } from 'vitest'
import { DataError, IndexError, ShapeError, ValueError } from '../../src/base/error.ts'
import {
  ArrayDataset,
  ColumnDataset,
  ConcatDataset,
  DataLoader,
  type Dataset,
  describe,
  expectTrainable,
  flipLabels,
  GeneratedDataset,
  generateDigits,
  MappedDataset,
  type NdArray,
  type Sample,
  StreamDataset,
  Subset,
  split,
  ZippedDataset,
} from '../../src/data/index.ts'

const numbers = (length: number): ArrayDataset<{ x: number }> =>
  new ArrayDataset(Array.from({ length }, (_, x) => ({ x })))

/** Classes by index, samples without content. */
const labelled = (labels: readonly number[]): ArrayDataset<{ label: number }> =>
  new ArrayDataset(labels.map((label) => ({ label })))

const contents = async <S>(set: Dataset<S>): Promise<S[]> => {
  const out: S[] = []
  for (let i = 0; i < set.length; i++) out.push(await set.at(i))
  return out
}

group('sets made of others', () => {
  test('concat, subset, map and zip compose', async () => {
    const both = new ConcatDataset([numbers(3), numbers(0), numbers(2)])
    expect((await contents(both)).map(({ x }) => x)).toEqual([0, 1, 2, 0, 1])
    const part = new Subset(both, [4, 0, 4])
    const doubled = new MappedDataset(part, ({ x }, i) => ({ y: 2 * x, i }))
    expect(await contents(new ZippedDataset(part, doubled))).toEqual([
      { x: 1, y: 2, i: 0 },
      { x: 0, y: 0, i: 1 },
      { x: 1, y: 2, i: 2 },
    ])
  })

  test('what must be waited for stays so', async () => {
    const later = new GeneratedDataset(4, async (i) => ({ x: i }))
    const squares = new MappedDataset(new Subset(later, [3, 2]), ({ x }) => ({ y: x * x }))
    expect(squares.at(0)).toBeInstanceOf(Promise)
    expect(await contents(new ZippedDataset(squares, numbers(2)))).toEqual([
      { y: 9, x: 0 },
      { y: 4, x: 1 },
    ])
  })

  test('a generated record is a function of seed and index', () => {
    const make = (seed: number) =>
      new GeneratedDataset(5, (_, random) => ({ x: random.uniform() }), { seed })
    expect([4, 1, 4].map((i) => make(1).at(i))).toEqual([4, 1, 4].map((i) => make(1).at(i)))
    expect(make(1).at(0)).not.toEqual(make(2).at(0))
    expect(make(1).at(0)).not.toEqual(make(1).at(1))
  })

  test('a part of images gathers as fast as they do', () => {
    const digits = generateDigits(20)
    const part = new Subset(digits, [7, 9, 11])
    expect(part.gather?.([2, 0])).toEqual(digits.gather([11, 7]))
    expect(part.labels).toEqual(Int32Array.of(...[7, 9, 11].map((i) => digits.labels[i]!)))
  })

  test('a set for testing marks all that is made of it', () => {
    const digits = generateDigits(4).as('test')
    const made: Dataset<unknown>[] = [
      digits.subset(0, 2),
      digits.normalize(0, 1),
      new Subset<Sample>(digits, [0], { role: 'train' }),
      new MappedDataset<Sample, Sample>(digits, (sample) => sample),
      new ConcatDataset<Sample>([generateDigits(1), digits]),
      new ZippedDataset(digits, numbers(4)),
      split(digits, { train: 1 }).train,
    ]
    for (const set of made) expect(() => expectTrainable('fit', set)).toThrow(DataError)
    const trained = new ConcatDataset([digits.as('train'), digits.as('train')])
    expect(trained.role).toBe('train')
    expect(new ConcatDataset([digits.as('train'), digits.as('validation')]).role).toBeUndefined()
  })

  test('a stream is opened anew for every epoch', async () => {
    const set = new StreamDataset(function* (random) {
      for (let i = 0; i < 3; i++) yield { x: random.integer(1000) }
    })
    const loader = new DataLoader(set, { collate: (samples) => samples.map(({ x }) => x) })
    const epochs = [[...loader], [...loader]]
    expect(epochs.map(({ length }) => length)).toEqual([3, 3])
    expect(epochs[0]).not.toEqual(epochs[1])
  })

  test.each<[string, () => unknown, unknown]>([
    ['an index beyond', () => numbers(2).at(2), IndexError],
    ['a negative index', () => new ConcatDataset([numbers(2)]).at(-1), IndexError],
    ['a subset beyond', () => new Subset(numbers(2), [0, 2]), IndexError],
    ['half an index', () => new Subset(numbers(2), [0.5]), IndexError],
    ['sets of two lengths', () => new ZippedDataset(numbers(2), numbers(3)), ValueError],
    ['fields that clash', () => new ZippedDataset(numbers(2), numbers(2)).at(0), ValueError],
    ['an iterator', () => new StreamDataset([1].values()), ValueError],
    ['a negative length', () => new GeneratedDataset(-1, () => 0), ValueError],
  ])('refuse %s', (_, act, error) => expect(act).toThrow(error as never))
})

group('ColumnDataset', () => {
  const set = new ColumnDataset<{ input: NdArray; label: number; odd: boolean; name: string }>({
    input: { data: Float32Array.of(0, 1, 2, 3, 4, 5), shape: [3, 2] },
    label: { data: Int32Array.of(0, 1, 0), shape: [3] },
    odd: { data: Uint8Array.of(0, 1, 0), shape: [3], dtype: 'bool' },
    name: ['a', 'b', 'c'],
  })

  test('a record is a row of every column', () => {
    const input = { data: Float32Array.of(2, 3), shape: [2] }
    expect(set.at(1)).toEqual({ input, label: 1, odd: true, name: 'b' })
  })

  test('gathering equals collating', () => {
    const one = [...new DataLoader(set, { batchSize: 3 })][0]!
    const other = [...new DataLoader(set, { batchSize: 3, transform: (sample) => sample })][0]!
    expect(set.gather([2, 0]).inputs.data).toEqual(Float32Array.of(4, 5, 0, 1))
    for (const key of ['inputs', 'labels', 'odd'] as const) {
      expect([one[key].dtype, one[key].shape]).toEqual([other[key].dtype, other[key].shape])
    }
    expect(one.name).toEqual(other.name)
  })

  test.each<[string, () => unknown, unknown]>([
    ['no column', () => new ColumnDataset<object>({}), ValueError],
    ['an array that does not fill its shape', () => column(new Float32Array(3), [2]), ShapeError],
    ['an array without axes', () => column(new Float32Array(1), []), ShapeError],
    ['classes that are no integers', () => column(new Float32Array(2), [2]), ValueError],
    ['columns of two lengths', () => set.with({ name: ['a'] }), ShapeError],
    ['an index beyond', () => set.gather([3]), IndexError],
  ])('refuses %s', (_, act, error) => expect(act).toThrow(error as never))
})

function column(data: Float32Array, shape: number[]): unknown {
  return new ColumnDataset<{ label: number }>({ label: { data, shape } })
}

const shares = fc
  .tuple(fc.nat(20), fc.nat(20), fc.nat(20))
  .filter(([a, b, c]) => a + b + c > 0)
  .map(([train, validation, test]) => ({ train, validation, test }))
const classes = fc.array(fc.nat(4), { maxLength: 120 })

group('split', () => {
  test('[B2.3] no index is in two parts and none is lost, for any sizes', () => {
    fc.assert(
      fc.property(classes, shares, fc.nat(), fc.boolean(), (labels, wanted, seed, stratify) => {
        const parts = split(labelled(labels), wanted, { seed, stratify })
        const all = Object.values(parts).flatMap(({ indices }) => [...indices])
        expect(all.sort((a, b) => a - b)).toEqual([...labels.keys()])
      }),
      { numRuns: 300, seed: 1 },
    )
  })

  test('[B2.1] of each class a part has its share, rounded up or down, and of all samples nearly', () => {
    fc.assert(
      fc.property(classes, shares, fc.nat(), (labels, wanted, seed) => {
        const parts = split(labelled(labels), wanted, { seed })
        const sum = wanted.train + wanted.validation + wanted.test
        for (const [name, { indices }] of Object.entries(parts)) {
          const share = wanted[name as keyof typeof wanted] / sum
          for (const label of new Set(labels)) {
            const total = labels.filter((each) => each === label).length
            const got = [...indices].filter((i) => labels[i] === label).length
            expect(Math.abs(got - share * total)).toBeLessThan(1)
          }
          expect(Math.abs(indices.length - share * labels.length)).toBeLessThan(2)
        }
      }),
      { numRuns: 300, seed: 2 },
    )
  })

  test('[B2.2] it follows its seed', () => {
    const set = labelled(Array.from({ length: 100 }, (_, i) => i % 3))
    const of = (seed: number) => split(set, { train: 0.7, test: 0.3 }, { seed }).test.indices
    expect(of(1)).toEqual(of(1))
    expect(of(1)).not.toEqual(of(2))
    expect([...of(1)].slice(0, 5)).toEqual([2, 8, 13, 14, 21])
  })

  test('parts are marked; what is tested on is refused in training', () => {
    const parts = split(labelled([0, 1, 0, 1]), { train: 2, validation: 1, test: 1 })
    expect(Object.values(parts).map(({ role }) => role)).toEqual(['train', 'validation', 'test'])
    expect(() => expectTrainable('fit', parts.test)).toThrow(DataError)
    expect(() => expectTrainable('fit', parts.train)).not.toThrow()
  })

  test('classes may be given where samples have none, or must be waited for', () => {
    const set = new GeneratedDataset(40, async (i) => ({ x: i }))
    const stratify = Array.from({ length: 40 }, (_, i) => (i < 10 ? 1 : 0))
    const { test: held } = split(set, { train: 0.9, test: 0.1 }, { stratify })
    expect([...held.indices].filter((i) => i < 10)).toHaveLength(1)
    expect(split(set, { train: 0.9, test: 0.1 }).test.length).toBe(4)
  })

  test.each<[string, () => unknown, unknown]>([
    ['a negative share', () => split(numbers(3), { train: -1, test: 2 }), ValueError],
    ['no share', () => split(numbers(3), { train: 0 }), ValueError],
    ['NaN', () => split(numbers(3), { train: Number.NaN }), ValueError],
    ['an endless share', () => split(numbers(3), { train: Infinity, test: 1 }), ValueError],
    ['too few classes', () => split(numbers(3), { train: 1 }, { stratify: [0] }), ShapeError],
  ])('refuses %s', (_, act, error) => expect(act).toThrow(error as never))
})

group('flipLabels', () => {
  const labels = Int32Array.from({ length: 1000 }, (_, i) => i % 10)

  test('[H7.2] a share of the labels becomes wrong, evenly among the other classes', () => {
    const { labels: noisy, flipped } = flipLabels(labels, { rate: 0.3, classes: 10, seed: 1 })
    const wrong = [...labels.keys()].filter((i) => labels[i] !== noisy[i])
    expect(wrong).toEqual([...flipped])
    expect(wrong).toHaveLength(300)
    const counts = new Array<number>(10).fill(0)
    for (const i of wrong) counts[noisy[i]!]!++
    for (const count of counts) expect(Math.abs(count - 30)).toBeLessThan(18)
    expect(flipLabels(labels, { rate: 0.3, classes: 10, seed: 2 }).flipped).not.toEqual(flipped)
  })

  test('nothing and everything', () => {
    expect(flipLabels(labels, { rate: 0, classes: 10 }).labels).toEqual(labels)
    const { labels: all } = flipLabels(labels, { rate: 1, classes: 10 })
    expect(all.some((label, i) => label === labels[i])).toBe(false)
  })

  test.each([
    ['a rate above 1', () => flipLabels(labels, { rate: 1.1, classes: 10 })],
    ['NaN', () => flipLabels(labels, { rate: Number.NaN, classes: 10 })],
    ['one class', () => flipLabels(labels, { rate: 0, classes: 1 })],
    ['a label beyond', () => flipLabels(labels, { rate: 0, classes: 9 })],
  ])('refuses %s', (_, act) => expect(act).toThrow(ValueError))
})

group('describe', () => {
  const vector = (...values: number[]): NdArray<Float32Array> => ({
    data: Float32Array.from(values),
    shape: [values.length],
  })

  test('tells classes, imbalance, duplicates, contradictions, shapes and what is broken', async () => {
    const records = [
      { input: vector(1, 2), label: 0 },
      { input: vector(1, 2, 3), label: 1 },
      { input: vector(1, 2), label: 0 },
      { input: vector(1, 2), label: 1 },
      { input: vector(-0, 2), label: 0 },
      { input: vector(0, 2), label: 0 },
    ]
    const set = new GeneratedDataset(7, (i) => {
      if (i === 6) throw new Error('it is torn')
      return records[i]!
    })
    const named = Object.assign(set, { classes: ['cat', 'dog'] })
    expect(await describe(named)).toEqual({
      samples: 7,
      classes: [
        { name: 'cat', count: 4 },
        { name: 'dog', count: 2 },
      ],
      imbalance: 2,
      duplicates: [[0, 2, 3]],
      conflicts: [[0, 2, 3]],
      broken: [{ index: 6, reason: 'it is torn' }],
      shapes: new Map([
        ['[2]', 5],
        ['[3]', 1],
      ]),
    })
  })

  test('a class without samples is as unbalanced as can be; texts and empty sets are described', async () => {
    const missing = Object.assign(labelled([0, 0]), { classes: ['a', 'b'] })
    expect((await describe(missing)).imbalance).toBe(Number.POSITIVE_INFINITY)
    const texts = new ArrayDataset([
      { input: 'a', label: 0 },
      { input: 'a', label: 0 },
    ])
    expect((await describe(texts)).duplicates).toEqual([[0, 1]])
    const none = await describe(numbers(0))
    expect(none).toMatchObject({ samples: 0, classes: [], imbalance: 1, duplicates: [] })
  })

  test('digits: no two are equal', async () => {
    const { duplicates, classes, imbalance } = await describe(generateDigits(500))
    expect(duplicates).toEqual([])
    expect(classes.map(({ count }) => count)).toEqual(new Array(10).fill(50))
    expect(imbalance).toBe(1)
  })
})
