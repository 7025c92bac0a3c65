import { describe, expect, test } from 'vitest'
import { DataError, ValueError } from '../../src/base/error.ts'
import type { Stream } from '../../src/base/threefry.ts'
import {
  DataLoader,
  type Dataset,
  expectTrainable,
  type IterableDataset,
  type NdArray,
  padSequences,
} from '../../src/data/index.ts'

interface Point {
  readonly input: Float32Array
}

/** Sample i is the number i, at once or later. */
function counting(length: number, { later = false } = {}): Dataset<Point> {
  const point = (i: number): Point => ({ input: Float32Array.of(i) })
  const turns = (i: number) => new Promise((resolve) => setTimeout(resolve, (i * 7) % 5))
  return {
    length,
    at: (i) => (later ? turns(i).then(() => point(i)) : point(i)),
  }
}

const noisy = ({ input }: Point, random: Stream): Point => ({
  input: input.map((x) => x + random.uniform()),
})
const values = (samples: readonly Point[]): number[] => samples.map(({ input }) => input[0]!)

async function all<X>(source: AsyncIterable<X>): Promise<X[]> {
  const out: X[] = []
  for await (const each of source) out.push(each)
  return out
}

const SHUFFLED = { batchSize: 4, shuffle: true, seed: 3 }

describe('transforms', () => {
  test('a sample is transformed alike in every order, batch size and batch; anew in every epoch', () => {
    const seen = (options: object): number[][] => {
      const loader = new DataLoader(counting(23), { ...options, transform: noisy, collate: values })
      return [[...loader].flat().sort((a, b) => a - b), [...loader].flat().sort((a, b) => a - b)]
    }
    const [first, second] = seen({ batchSize: 1 })
    expect(seen({ batchSize: 7 })).toEqual([first, second])
    expect(seen({ batchSize: 5, shuffle: true })).toEqual([first, second])
    expect(second).not.toEqual(first)
    expect(seen({ batchSize: 7, seed: 1 })[0]).not.toEqual(first)
  })

  test('a batch is transformed by its own stream, before it becomes tensors', async () => {
    const options = {
      ...SHUFFLED,
      batchTransform: ({ inputs }: { inputs: NdArray }, random: Stream) => ({
        inputs: { ...inputs, data: Float32Array.of(random.uniform()), shape: [] },
      }),
    }
    const loader = new DataLoader(counting(12), options)
    const epochs = [await all(loader), await all(loader)].flat()
    const numbers = await Promise.all(epochs.map(({ inputs }) => inputs.item()))
    expect(new Set(numbers).size).toBe(6)
    const again = await all(new DataLoader(counting(12), options))
    expect(await Promise.all(again.map(({ inputs }) => inputs.item()))).toEqual(numbers.slice(0, 3))
  })

  test('an error names the sample', async () => {
    const transform = ({ input }: Point): Point => {
      if (input[0] === 5) throw new TypeError('no five')
      return { input }
    }
    const fields = { index: 5, reason: 'no five' }
    const wanted = { name: 'DataError', key: 'data.sample', fields }
    const loader = new DataLoader(counting(9), { batchSize: 2, transform })
    expect(() => [...loader]).toThrow(expect.objectContaining(wanted))
    const later = new DataLoader(counting(9, { later: true }), { batchSize: 2, transform })
    await expect(all(later)).rejects.toThrow(expect.objectContaining(wanted))
  })
})

describe('sets that give promises', () => {
  test('for await hands out the same batches, however many are prepared ahead', async () => {
    const options = { ...SHUFFLED, transform: noisy, collate: values }
    const wanted = [...new DataLoader(counting(30), options)]
    for (const prefetch of [0, 1, 3, 50]) {
      const loader = new DataLoader(counting(30, { later: true }), { ...options, prefetch })
      expect(await all(loader)).toEqual(wanted)
    }
    expect(await all(new DataLoader(counting(30), options))).toEqual(wanted)
  })

  test('for … of says that it cannot wait', () => {
    expect(() => [...new DataLoader(counting(3, { later: true }))]).toThrow(ValueError)
  })

  test('batches that were prepared only do not count in the state', async () => {
    const options = { ...SHUFFLED, prefetch: 4, collate: values }
    const whole = new DataLoader(counting(30, { later: true }), options)
    const wanted = [...(await all(whole)), ...(await all(whole))]
    for (let stop = 0; stop < wanted.length; stop++) {
      const first = new DataLoader(counting(30, { later: true }), options)
      const seen: (readonly number[])[] = []
      while (seen.length < stop) {
        for await (const batch of first) {
          seen.push(batch)
          if (seen.length === stop) break
        }
      }
      const second = new DataLoader(counting(30, { later: true }), options)
      second.restore(JSON.parse(JSON.stringify(first.state())))
      while (seen.length < wanted.length) seen.push(...(await all(second)))
      expect(seen, `stopped after ${stop}`).toEqual(wanted)
    }
  })
})

describe('iterable sets', () => {
  const stream = (count: number, later: boolean): IterableDataset<Point> => ({
    records(random) {
      const start = random.integer(1000)
      const point = (i: number): Point => ({ input: Float32Array.of(start + i) })
      if (!later) return Array.from({ length: count }, (_, i) => point(i))
      return (async function* () {
        for (let i = 0; i < count; i++) yield point(i)
      })()
    },
  })

  test.each([false, true])('give batches and resume exactly; asynchronous: %s', async (later) => {
    const options = { batchSize: 4, seed: 8, transform: noisy, collate: values }
    const loader = new DataLoader(stream(10, later), options)
    expect(loader.length).toBe(Number.POSITIVE_INFINITY)
    const wanted = [...(await all(loader)), ...(await all(loader))]
    expect(wanted.map(({ length }) => length)).toEqual([4, 4, 2, 4, 4, 2])
    expect(wanted[3]).not.toEqual(wanted[0])
    const second = new DataLoader(stream(10, later), { ...options, seed: 0 })
    second.restore({ seed: 8, epoch: 1, batch: 1 })
    expect(await all(second)).toEqual(wanted.slice(4))
    const dropped = new DataLoader(stream(10, later), { ...options, dropLast: true })
    expect(await all(dropped)).toEqual(wanted.slice(0, 2))
  })

  test('are iterated at once where they can be', () => {
    const loader = new DataLoader(stream(10, false), { batchSize: 4, collate: values })
    expect([...loader].length).toBe(3)
    const later = new DataLoader(stream(10, true), { batchSize: 4, collate: values })
    expect(() => [...later]).toThrow(ValueError)
  })

  test.each([{ shuffle: true }, { bucket: () => 1 }])('refuse %o', (options) => {
    expect(() => new DataLoader(stream(3, false), options)).toThrow(ValueError)
  })
})

describe('buckets', () => {
  /** Sample i is as long as told. */
  const sequences = (lengths: readonly number[]): Dataset<{ input: Int32Array }> => ({
    length: lengths.length,
    at: (i) => ({ input: new Int32Array(lengths[i]!).fill(i) }),
  })
  const lengths = Array.from({ length: 1003 }, (_, i) => 1 + ((i * 389) % 97))

  test('[H8.4] every sample once, batches of like lengths in another order each epoch', async () => {
    const loader = new DataLoader(sequences(lengths), {
      batchSize: 8,
      shuffle: true,
      bucket: (i) => lengths[i]!,
      collate: (samples) => samples.map(({ input }) => input),
    })
    const epochs = [[...loader], [...loader]]
    for (const epoch of epochs) {
      const ids = epoch.flat().map(([id]) => id!)
      expect(ids.toSorted((a, b) => a - b)).toEqual([...lengths.keys()])
      const padding = epoch.map((batch) => {
        const sizes = batch.map(({ length }) => length)
        return Math.max(...sizes) - Math.min(...sizes)
      })
      const mean = padding.reduce((a, b) => a + b, 0) / padding.length
      expect(mean).toBeLessThan(4)
    }
    expect(epochs[1]!.map((batch) => batch[0]![0])).not.toEqual(epochs[0]!.map((b) => b[0]![0]))
  })

  test('with padding a batch has inputs, lengths and mask as tensors', async () => {
    const loader = new DataLoader(sequences([3, 1, 2]), {
      batchSize: 2,
      bucket: (i) => [3, 1, 2][i]!,
      collate: padSequences(),
    })
    const [first] = [...loader]
    expect(await first!.inputs.array()).toEqual([
      [1, 0],
      [2, 2],
    ])
    expect(await first!.lengths.array()).toEqual([1, 2])
    expect(await first!.mask.array()).toEqual([
      [true, false],
      [true, true],
    ])
  })

  test('refuses a length that is none', () => {
    const loader = new DataLoader(sequences([1]), { bucket: () => Number.NaN })
    expect(() => [...loader]).toThrow(ValueError)
  })
})

describe('sets for testing', () => {
  test('are refused in training unless it is meant', () => {
    const set = { ...counting(2), role: 'test' as const }
    expect(() => expectTrainable('fit', set)).toThrow(DataError)
    expect(() => expectTrainable('fit', set, { allowTest: true })).not.toThrow()
    expect(() => expectTrainable('fit', counting(2))).not.toThrow()
  })
})
