import { describe, expect, test } from 'vitest'
import { IndexError, ShapeError, ValueError } from '../../src/base/error.ts'
import { ImageDataset } from '../../src/data/index.ts'

const CLASSES = ['cat', 'dog', 'owl']

/** Five images of 1 × 2 × 3 with values 0, 1, 2, …; labels 0 1 2 0 1. */
function five(): ImageDataset {
  return new ImageDataset({
    images: Float32Array.from({ length: 30 }, (_, i) => i),
    labels: Int32Array.from([0, 1, 2, 0, 1]),
    shape: [1, 2, 3],
    classes: CLASSES,
  })
}

describe('ImageDataset', () => {
  test('at gives a view of one image and its label', () => {
    const set = five()
    expect(set.length).toBe(5)
    expect([...set.at(2).input.data]).toEqual([12, 13, 14, 15, 16, 17])
    expect(set.at(2).label).toBe(2)
    expect(set.at(2).input.data.buffer).toBe(set.images.buffer)
  })

  test('gather copies samples side by side, also repeated and none', () => {
    const batch = five().gather([4, 0, 4])
    expect(batch.inputs.shape).toEqual([3, 1, 2, 3])
    expect([...batch.labels.data]).toEqual([1, 0, 1])
    expect([...batch.inputs.data.subarray(0, 7)]).toEqual([24, 25, 26, 27, 28, 29, 0])
    expect(five().gather([]).inputs.shape).toEqual([0, 1, 2, 3])
  })

  test('subset shares memory; subsets of subsets count from their own start', () => {
    const set = five()
    const part = set.subset(1, 5).subset(1, 3)
    expect([...part.labels]).toEqual([2, 0])
    expect(part.at(0).input.data[0]).toBe(12)
    expect(part.images.buffer).toBe(set.images.buffer)
    expect(set.subset(5, 5).length).toBe(0)
  })

  test('normalize with its own moments gives mean 0 and deviation 1, and leaves the set alone', () => {
    const set = five()
    const { mean, std } = set.moments()
    expect(mean).toBe(14.5)
    const { mean: zero, std: one } = set.normalize(mean, std).moments()
    expect(zero).toBeCloseTo(0, 6)
    expect(one).toBeCloseTo(1, 6)
    expect(set.images[3]).toBe(3)
  })

  const parts = { images: new Float32Array(12), shape: [1, 2, 3] as const, classes: CLASSES }
  test.each([
    ['at(-1)', () => five().at(-1), IndexError],
    ['at(5)', () => five().at(5), IndexError],
    ['at(0.5)', () => five().at(0.5), IndexError],
    ['gather beyond the end', () => five().gather([0, 9]), IndexError],
    ['subset backwards', () => five().subset(3, 2), IndexError],
    ['subset beyond the end', () => five().subset(0, 6), IndexError],
    ['subset of fractions', () => five().subset(0.5, 2), IndexError],
    ['normalize by 0', () => five().normalize(0, 0), ValueError],
    ['normalize by NaN', () => five().normalize(Number.NaN, 1), ValueError],
    ['normalize of nothing', () => normalized(five().subset(0, 0)), ValueError],
    ['too few labels', () => new ImageDataset({ ...parts, labels: new Int32Array(1) }), ShapeError],
    [
      'a label above',
      () => new ImageDataset({ ...parts, labels: Int32Array.of(0, 3) }),
      IndexError,
    ],
    [
      'a label below',
      () => new ImageDataset({ ...parts, labels: Int32Array.of(-1, 0) }),
      IndexError,
    ],
  ])('refuses %s', (_, act, error) => expect(act).toThrow(error))
})

function normalized(set: ImageDataset): ImageDataset {
  const { mean, std } = set.moments()
  return set.normalize(mean, std)
}
