import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ValueError } from '../../src/base/error.ts'
import { DataLoader, generateDigits, type ImageDataset } from '../../src/data/index.ts'

const PIXELS = '4902205b0b1d2ca36c0c5b51f238ee8f038ec664510ee83d1981a8210dcee6cf'

describe('generateDigits', () => {
  test('has the same pixels on every engine', () => {
    const { images, labels } = generateDigits(200, { seed: 1 })
    const pixels = Uint8Array.from(images, (x) => Math.round(255 * x))
    expect(createHash('sha256').update(pixels).update(labels).digest('hex')).toBe(PIXELS)
  })

  test('gives images in [0, 1] on 256 levels, every class once in ten', () => {
    const set = generateDigits(50, { seed: 2 })
    expect(set.shape).toEqual([1, 28, 28])
    expect(set.images.every((x) => x >= 0 && x <= 1)).toBe(true)
    expect(set.images.every((x) => Math.fround(Math.round(255 * x) / 255) === x)).toBe(true)
    for (let i = 0; i < 50; i += 10) {
      const labels = [...set.labels.subarray(i, i + 10)]
      expect(labels.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    }
  })

  test('a longer set begins with the shorter one; another seed gives others', () => {
    const short = generateDigits(13, { seed: 3 })
    const long = generateDigits(40, { seed: 3 })
    expect(long.subset(0, 13).images).toEqual(short.images)
    expect(long.subset(0, 13).labels).toEqual(short.labels)
    expect(generateDigits(13, { seed: 4 }).images).not.toEqual(short.images)
  })

  test.each([8, 16, 64])('draws the same ink at size %i', (size) => {
    const { shape, images } = generateDigits(100, { seed: 5, size })
    expect(shape).toEqual([1, size, size])
    const share = images.reduce((a, b) => a + b) / images.length
    expect(share).toBeGreaterThan(0.1)
    expect(share).toBeLessThan(0.18)
  })

  test('a linear classifier errs on more than 5 % and less than 20 %', () => {
    const all = generateDigits(7500, { seed: 6 })
    const error = linearError(all.subset(0, 6000), all.subset(6000, 7500))
    expect(error).toBeGreaterThan(0.05)
    expect(error).toBeLessThan(0.2)
  })

  test.each([
    ['a negative count', () => generateDigits(-1)],
    ['half an image', () => generateDigits(1.5)],
    ['images too small to read', () => generateDigits(1, { size: 7 })],
    ['a fractional seed', () => generateDigits(1, { seed: 0.5 })],
  ])('refuses %s', (_, act) => expect(act).toThrow(ValueError))
})

/** Error of softmax regression on a test set: plain SGD, rate falling to 0, batches of 50. */
function linearError(train: ImageDataset, test: ImageDataset): number {
  const epochs = 10
  const { mean, std } = train.moments()
  const weight = Array.from({ length: 10 }, () => new Float64Array(785))
  const loader = new DataLoader(train.normalize(mean, std), {
    batchSize: 50,
    shuffle: true,
    collate: (samples) => samples,
  })
  const steps = epochs * loader.length
  for (let epoch = 0, step = 0; epoch < epochs; epoch++) {
    for (const samples of loader) {
      const rate = (0.02 / 50) * (1 - step++ / steps)
      for (const { input, label } of samples) {
        const x = input.data
        const scores = weight.map((row) => dot(row, x))
        const top = Math.max(...scores)
        const powers = scores.map((score) => Math.exp(score - top))
        const sum = powers.reduce((a, b) => a + b)
        for (const [c, row] of weight.entries()) {
          const gradient = powers[c]! / sum - (c === label ? 1 : 0)
          for (let i = 0; i < 784; i++) row[i]! -= rate * gradient * x[i]!
          row[784]! -= rate * gradient
        }
      }
    }
  }
  const { images, labels } = test.normalize(mean, std)
  let wrong = 0
  for (let n = 0; n < labels.length; n++) {
    const x = images.subarray(n * 784, (n + 1) * 784)
    const scores = weight.map((row) => dot(row, x))
    if (scores.indexOf(Math.max(...scores)) !== labels[n]) wrong++
  }
  return wrong / labels.length
}

function dot(row: Float64Array, x: Float32Array): number {
  let sum = row[784]!
  for (let i = 0; i < 784; i++) sum += row[i]! * x[i]!
  return sum
}
