import { describe, expect, test } from 'vitest'
import { ValueError } from '../../src/base/error.ts'
import { DataLoader, ImageDataset, type LoaderOptions, type Sample } from '../../src/data/index.ts'

/** n samples; sample i has value i and label i mod 10. */
function counting(n: number): ImageDataset {
  return new ImageDataset({
    images: Float32Array.from({ length: n }, (_, i) => i),
    labels: Int32Array.from({ length: n }, (_, i) => i % 10),
    shape: [1, 1, 1],
    classes: [...'0123456789'],
  })
}

type Order = Omit<LoaderOptions, 'transform' | 'batchTransform' | 'collate'>

function loader(n: number, options: Order = {}): DataLoader<Sample, Sample, number[]> {
  const collate = (samples: readonly Sample[]) => samples.map(({ input }) => input.data[0]!)
  return new DataLoader(counting(n), { ...options, collate })
}

const SHUFFLED = { batchSize: 3, shuffle: true, seed: 5 }

describe('DataLoader', () => {
  test.each([
    [7, { batchSize: 3 }, [[0, 1, 2], [3, 4, 5], [6]]],
    [
      7,
      { batchSize: 3, dropLast: true },
      [
        [0, 1, 2],
        [3, 4, 5],
      ],
    ],
    [
      6,
      { batchSize: 3, dropLast: true },
      [
        [0, 1, 2],
        [3, 4, 5],
      ],
    ],
    [2, {}, [[0], [1]]],
    [2, { batchSize: 9 }, [[0, 1]]],
    [2, { batchSize: 9, dropLast: true }, []],
    [0, {}, []],
  ])('[H8.3] %i samples with %o', (n, options, batches) => {
    expect(loader(n, options).length).toBe(batches.length)
    expect([...loader(n, options)]).toEqual(batches)
  })

  test('without collate a batch is tensors', async () => {
    const [, last] = new DataLoader(counting(12), { batchSize: 8 })
    expect(last?.inputs.shape).toEqual([4, 1, 1, 1])
    expect(await last?.labels.array()).toEqual([8, 9, 0, 1])
  })

  test('[H8.1] [H8.2] shuffle visits every sample once, in another order each epoch, the same for one seed', () => {
    const [a, b] = [loader(100, SHUFFLED), loader(100, SHUFFLED)]
    const epochs = [[...a].flat(), [...a].flat()]
    expect(epochs).toEqual([[...b].flat(), [...b].flat()])
    expect(epochs[0]).not.toEqual(epochs[1])
    expect([...loader(100, { ...SHUFFLED, seed: 6 })].flat()).not.toEqual(epochs[0])
    for (const epoch of epochs)
      expect(epoch.toSorted((x, y) => x - y)).toEqual([...Array(100).keys()])
  })

  test('restore continues at the exact batch, wherever the state was taken', () => {
    const whole = loader(20, SHUFFLED)
    const all = [...whole, ...whole, ...whole]
    for (let stop = 0; stop <= 15; stop++) {
      const first = loader(20, SHUFFLED)
      const seen: number[][] = []
      while (seen.length < stop) {
        for (const batch of first) {
          seen.push(batch)
          if (seen.length === stop) break
        }
      }
      const second = loader(20, { ...SHUFFLED, seed: 0 })
      second.restore(JSON.parse(JSON.stringify(first.state())))
      while (seen.length < all.length) seen.push(...second)
      expect(seen, `stopped after ${stop}`).toEqual(all)
    }
  })

  test('a loop that is left early leaves its epoch', () => {
    const whole = loader(20, SHUFFLED)
    const [, second] = [[...whole], [...whole]]
    const early = loader(20, SHUFFLED)
    for (const _ of early) break
    expect(early.state()).toEqual({ seed: 5, epoch: 0, batch: 1 })
    expect([...early]).toEqual(second)
  })

  test('two loops at once do not disturb each other', () => {
    const both = loader(20, SHUFFLED)
    const [a, b] = [both[Symbol.iterator](), both[Symbol.iterator]()]
    const [first, second] = [[a.next().value], [b.next().value]]
    first.push(...a)
    second.push(...b)
    const whole = loader(20, SHUFFLED)
    expect([first, second]).toEqual([[...whole], [...whole]])
  })

  test.each([
    ['batchSize 0', () => loader(3, { batchSize: 0 })],
    ['batchSize 1.5', () => loader(3, { batchSize: 1.5 })],
    ['a negative seed', () => loader(3, { seed: -1 })],
    ['a batch beyond the epoch', () => loader(3).restore({ seed: 0, epoch: 0, batch: 4 })],
    ['a negative epoch', () => loader(3).restore({ seed: 0, epoch: -1, batch: 0 })],
  ])('refuses %s', (_, act) => expect(act).toThrow(ValueError))
})
