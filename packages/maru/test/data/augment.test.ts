import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MaruError, ShapeError, ValueError } from '../../src/base/error.ts'
import { Stream } from '../../src/base/threefry.ts'
import type { ImageSample, SampleTransform } from '../../src/data/augment/index.ts'
import * as augment from '../../src/data/augment/index.ts'
import { DataLoader, generateDigits } from '../../src/data/index.ts'
import { crossEntropy } from '../../src/index.ts'

/** An image of random levels. */
function image(seed: number, shape: readonly [number, number, number] = [3, 8, 9]): ImageSample {
  const random = new Stream(seed, 'image')
  const [channels, height, width] = shape
  const data = Float32Array.from(
    { length: channels * height * width },
    () => random.integer(257) / 256,
  )
  return { input: { data, shape }, label: 1 }
}

/** Every transform of one image, in three families. */
const GEOMETRIC: Readonly<Record<string, SampleTransform>> = {
  randomCrop: augment.randomCrop([8, 9], { padding: 3 }),
  'randomCrop, smaller': augment.randomCrop(5),
  centerCrop: augment.centerCrop([6, 5]),
  randomResizedCrop: augment.randomResizedCrop([7, 8], { scale: [0.3, 1] }),
  randomHorizontalFlip: augment.randomHorizontalFlip(),
  randomVerticalFlip: augment.randomVerticalFlip(),
  randomRotation: augment.randomRotation(180),
  'randomAffine, zoom': augment.randomAffine({ scale: [0.6, 1.6] }),
  'randomAffine, shift': augment.randomAffine({ translate: [0.5, 0.5] }),
  'randomAffine, shear': augment.randomAffine({ shear: [-30, 30, -20, 20] }),
  'randomAffine, all': augment.randomAffine({
    degrees: 90,
    translate: [0.2, 0.2],
    scale: [0.7, 1.4],
    shear: 20,
  }),
}
const COLOURS: Readonly<Record<string, SampleTransform>> = {
  'colorJitter, brightness': augment.colorJitter({ brightness: 0.5 }),
  'colorJitter, contrast': augment.colorJitter({ contrast: 0.5 }),
  colorJitter: augment.colorJitter({ brightness: 0.5, contrast: 0.5, saturation: 1, hue: 0.5 }),
  randomGrayscale: augment.randomGrayscale(0.5),
}
const HIDING: Readonly<Record<string, SampleTransform>> = {
  gaussianNoise: augment.gaussianNoise({ sigma: 0.3 }),
  cutout: augment.cutout(4, { value: 2 }),
  randomErasing: augment.randomErasing({ p: 1, value: 2 }),
}
const RANDOM: Readonly<Record<string, SampleTransform>> = {
  ...GEOMETRIC,
  ...COLOURS,
  ...HIDING,
  randAugment: augment.randAugment({ numOps: 3, magnitude: 15 }),
}

/** What is called by name. */
const changes: Readonly<Record<string, unknown>> = { ...augment }

describe('torchvision', () => {
  interface Entry {
    readonly change: string
    readonly args: readonly number[] | Readonly<Record<string, unknown>>
    readonly input: { readonly shape: readonly number[]; readonly data: readonly number[] }
    readonly output: { readonly shape: readonly number[]; readonly data: readonly number[] }
  }
  const url = new URL('fixtures/torchvision.json', import.meta.url)
  const { entries }: { entries: readonly Entry[] } = JSON.parse(readFileSync(url, 'utf8'))

  test.each(
    entries.map(
      (entry, i) => [`${entry.change} ${JSON.stringify(entry.args)}, ${i}`, entry] as const,
    ),
  )('%s', (_, { change, args, input, output }) => {
    const sample = { input: { data: Float32Array.from(input.data), shape: input.shape }, label: 0 }
    const call = changes[change] as (...given: unknown[]) => ImageSample
    const { top, left, height, width, threshold, bits, ...options } = Object(args)
    const rest: Readonly<Record<string, unknown[]>> = {
      affine: [options],
      crop: [{ top, left, size: [height, width] }],
      solarize: [threshold],
      posterize: [bits],
    }
    const made = call(sample, ...(Array.isArray(args) ? args : (rest[change] ?? [])))
    expect(made.input.shape).toEqual(output.shape)
    // torchvision maps the grid in float32, where places are off by some 1e-6 pixels
    const bound = change === 'affine' ? 2e-5 : 1e-6
    made.input.data.forEach((value, i) => {
      expect(Math.abs(value - output.data[i]!)).toBeLessThan(bound)
    })
  })

  test('a resized part is bilinear with centres aligned', () => {
    const sample: ImageSample = {
      input: { data: Float32Array.of(0, 1, 2, 3), shape: [1, 2, 2] },
      label: 0,
    }
    const whole = augment.randomResizedCrop(4, { scale: [1, 1], ratio: [1, 1] })
    const row = [0, 0.25, 0.75, 1]
    expect([...whole(sample, new Stream(0)).input.data]).toEqual(
      [0, 0.5, 1.5, 2].flatMap((base) => row.map((value) => base + value)),
    )
  })
})

describe('chance', () => {
  const title = 'follows its seed, and leaves what it is given as it was'
  const line = (name: string): string =>
    name in GEOMETRIC || name in COLOURS ? '[H5.1]' : name in HIDING ? '[H5.2]' : '[H5.5]'

  test.each(Object.entries(RANDOM).map(([name, each]) => [line(name), name, each] as const))(
    `%s %s ${title}`,
    (_, __, transform) => {
      const sample = image(1)
      const before = sample.input.data.slice()
      const of = (seed: number): ImageSample => transform(sample, new Stream(seed, 'augment'))
      const seeds = Array.from({ length: 20 }, (_, seed) => seed)
      const made = seeds.map(of)
      expect(seeds.toReversed().map(of).toReversed()).toEqual(made)
      expect(sample.input.data).toEqual(before)
      const distinct = new Set(made.map(({ input }) => input.data.join()))
      if (transform !== GEOMETRIC.centerCrop) expect(distinct.size).toBeGreaterThan(1)
      for (const { input } of made) {
        expect(input.data.length).toBe(input.shape.reduce((size, each) => size * each, 1))
        expect(input.data.every(Number.isFinite)).toBe(true)
      }
    },
  )

  test('of one part of a composition moves no other part', () => {
    const noise = augment.gaussianNoise()
    const after = augment.compose<ImageSample>((sample, random) => {
      random.bits()
      return sample
    }, noise)
    const alone = augment.compose<ImageSample>((sample) => sample, noise)
    expect(after(image(2), new Stream(3))).toEqual(alone(image(2), new Stream(3)))
  })

  test('decides how often', () => {
    const flip = augment.randomHorizontalFlip(0.25)
    const sample = image(4)
    const flips = Array.from(
      { length: 2000 },
      (_, seed) => flip(sample, new Stream(seed)) !== sample,
    )
    // five deviations of a binomial share
    expect(Math.abs(flips.filter(Boolean).length / 2000 - 0.25)).toBeLessThan(0.05)
    const both = augment.randomChoice<number>(
      (x) => x + 1,
      (x) => x + 2,
    )
    expect(new Set([0, 1, 2, 3, 4, 5, 6, 7].map((seed) => both(0, new Stream(seed))))).toEqual(
      new Set([1, 2]),
    )
    const never = augment.randomApply<number>((x) => x + 1, { p: 0 })
    expect(never(0, new Stream(0))).toBe(0)
  })
})

describe('what lies in an image', () => {
  const SIZE = 24
  /** A lit rectangle in the dark, with the box, the mask and the corner points that belong to it. */
  function lit(left: number, top: number, right: number, bottom: number): ImageSample {
    const data = new Float32Array(SIZE * SIZE)
    for (let y = top; y < bottom; y++) data.fill(1, y * SIZE + left, y * SIZE + right)
    const mask = { data: Uint8Array.from(data), shape: [SIZE, SIZE] }
    const boxes = { data: Float32Array.of(left, top, right, bottom), shape: [1, 4] }
    const corners = [left, top, right, top, left, bottom, right, bottom]
    const keypoints = { data: Float32Array.from(corners), shape: [4, 2] }
    return { input: { data, shape: [1, SIZE, SIZE] }, label: 0, boxes, mask, keypoints }
  }
  const rectangle = fc
    .tuple(fc.nat(SIZE - 1), fc.nat(SIZE - 1), fc.integer({ min: 1, max: 9 }), fc.nat(8))
    .map(([left, top, wide, more]) =>
      lit(left, top, Math.min(SIZE, left + wide), Math.min(SIZE, top + more + 1)),
    )
  const slack = 1e-4

  test.each(Object.entries({ ...GEOMETRIC, randomCrop: augment.randomCrop(SIZE, { padding: 5 }) }))(
    '[H5.3] %s: the box, the mask and the points stay with the lit pixels',
    (_, transform) => {
      fc.assert(
        fc.property(rectangle, fc.nat(1e6), (sample, seed) => {
          const { input, mask, boxes, keypoints } = transform(sample, new Stream(seed))
          const [, height = 0, width = 0] = input.shape
          const [left, top, right, bottom] = boxes!.data as unknown as [
            number,
            number,
            number,
            number,
          ]
          expect(left >= 0 && left <= right && right <= width).toBe(true)
          expect(top >= 0 && top <= bottom && bottom <= height).toBe(true)
          expect(mask!.shape).toEqual([height, width])
          for (let y = 0; y < height; y++) {
            for (let x = 0; x < width; x++) {
              const at = y * width + x
              const value = input.data[at]!
              // the lit rectangle's edge is where the bilinear mean is one half
              if (value > 0.5 + slack || mask!.data[at] === 1) {
                expect(x + 0.5).toBeGreaterThanOrEqual(left - slack)
                expect(x + 0.5).toBeLessThanOrEqual(right + slack)
                expect(y + 0.5).toBeGreaterThanOrEqual(top - slack)
                expect(y + 0.5).toBeLessThanOrEqual(bottom + slack)
              }
              if (value > 0.75 + slack) expect(mask!.data[at]).toBe(1)
            }
          }
          // the box is no larger than the corner points ask for, cut to the image
          const xs = keypoints!.data.filter((_, i) => i % 2 === 0)
          const clamp = (x: number, high: number): number => Math.min(high, Math.max(0, x))
          expect(left).toBeCloseTo(clamp(Math.min(...xs), width), 3)
          expect(right).toBeCloseTo(clamp(Math.max(...xs), width), 3)
        }),
        { seed: 7, numRuns: 60 },
      )
    },
  )

  test('[H5.3] twice mirrored is as before, places included', () => {
    const sample = lit(2, 3, 9, 8)
    expect(augment.horizontalFlip(augment.horizontalFlip(sample))).toEqual(sample)
    expect(augment.verticalFlip(augment.verticalFlip(sample))).toEqual(sample)
  })

  test('a box that left the image keeps its place in the list', () => {
    const { boxes } = augment.crop(lit(1, 1, 3, 3), { top: 10, left: 10, size: 5 })
    expect([...boxes!.data]).toEqual([0, 0, 0, 0])
  })

  test('borders repeat the image', () => {
    const sample: ImageSample = {
      input: { data: Float32Array.of(1, 2, 3), shape: [1, 1, 3] },
      label: 0,
    }
    const row = (border: augment.Border): number[] => [
      ...augment.crop(sample, { top: 0, left: -3, size: [1, 9], border }).input.data,
    ]
    expect(row(9)).toEqual([9, 9, 9, 1, 2, 3, 9, 9, 9])
    expect(row('replicate')).toEqual([1, 1, 1, 1, 2, 3, 3, 3, 3])
    expect(row('reflect')).toEqual([2, 3, 2, 1, 2, 3, 2, 1, 2])
    expect(row('circular')).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3])
    const down = augment.affine(sample, { translate: [1, 0], border: 'circular' })
    expect([...down.input.data]).toEqual([3, 1, 2])
  })
})

describe('mixing', () => {
  const batch = () => ({
    inputs: {
      data: Float32Array.from({ length: 6 * 2 * 4 * 5 }, (_, i) => i),
      shape: [6, 2, 4, 5],
    },
    labels: { data: Int32Array.of(0, 1, 2, 0, 1, 2), shape: [6] },
    names: ['a', 'b', 'c', 'd', 'e', 'f'],
  })
  const MIXES = { mixup: augment.mixup, cutmix: augment.cutmix }

  test.each(Object.entries(MIXES))('[H5.4] %s mixes labels as it mixes images', (_, make) => {
    const mix = make({ numClasses: 3, alpha: 0.7 })
    for (let seed = 0; seed < 50; seed++) {
      const made = mix(batch(), new Stream(seed))
      expect(made).toEqual(mix(batch(), new Stream(seed)))
      expect(made.names).toEqual(batch().names)
      expect(made.labels.shape).toEqual([6, 3])
      const size = 2 * 4 * 5
      const shares = new Set<string>()
      for (let i = 0; i < 6; i++) {
        const row = [...made.labels.data.slice(3 * i, 3 * i + 3)].map(Number)
        expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 6)
        // where a value comes from tells how far it was moved, in samples
        const own = made.inputs.data.slice(i * size, (i + 1) * size)
        const shifts = [...own].map((value, k) => (Number(value) - (i * size + k)) / size)
        const mean = shifts.reduce((a, b) => a + b) / size
        const partner = i + Math.round(shifts.reduce((a, b) => (Math.abs(a) > Math.abs(b) ? a : b)))
        const expected = [0, 0, 0]
        if (make === augment.mixup) {
          expect(Math.max(...shifts) - Math.min(...shifts)).toBeLessThan(1e-4)
          continue
        }
        const share = partner === i ? 1 : 1 - mean / (partner - i)
        expected[i % 3]! += share
        expected[partner % 3]! += 1 - share
        if (partner !== i) shares.add(share.toFixed(4))
        row.forEach((value, k) => {
          expect(value).toBeCloseTo(expected[k]!, 5)
        })
      }
      expect(shares.size).toBeLessThan(2)
    }
  })

  test('[H5.4] mixup: image and label have the same share of the same partner', () => {
    const two = {
      inputs: { data: Float32Array.of(0, 1), shape: [2, 1] },
      labels: { data: Int32Array.of(0, 1), shape: [2] },
    }
    const mix = augment.mixup({ numClasses: 2, alpha: 1 })
    for (let seed = 0; seed < 30; seed++) {
      const { inputs, labels } = mix(two, new Stream(seed))
      expect(labels.data[1]).toBeCloseTo(Number(inputs.data[0]), 6)
      expect(labels.data[3]).toBeCloseTo(Number(inputs.data[1]), 6)
    }
  })

  test('the share has the moments of Beta(α, α)', () => {
    const two = {
      inputs: { data: Float32Array.of(0, 1), shape: [2, 1] },
      labels: { data: Int32Array.of(0, 1), shape: [2] },
    }
    for (const alpha of [0.2, 1, 3]) {
      const mix = augment.mixup({ numClasses: 2, alpha })
      const shares: number[] = []
      for (let seed = 0; shares.length < 3000; seed++) {
        const first = Number(mix(two, new Stream(seed, 'beta')).inputs.data[1])
        // paired with itself a sample tells nothing
        if (first < 1) shares.push(first)
      }
      const mean = shares.reduce((a, b) => a + b) / shares.length
      const variance = shares.reduce((a, b) => a + (b - mean) * (b - mean), 0) / shares.length
      // five standard errors at the widest of the three
      expect(Math.abs(mean - 0.5)).toBeLessThan(0.04)
      expect(Math.abs(variance - 1 / (8 * alpha + 4))).toBeLessThan(0.012)
    }
  })

  test('mixes what is mixed already', () => {
    const both = augment.compose(
      augment.mixup({ numClasses: 3 }),
      augment.cutmix({ numClasses: 3 }),
    )
    const { labels } = both(batch(), new Stream(1))
    expect(labels.shape).toEqual([6, 3])
    expect([...labels.data].map(Number).reduce((a, b) => a + b)).toBeCloseTo(6, 5)
  })
})

describe('in a loader', () => {
  const set = generateDigits(24, { seed: 3 })
  const transform = augment.compose(
    augment.randomAffine({ degrees: 10, translate: [0.1, 0.1] }),
    augment.gaussianNoise(),
  )

  async function images(batchSize: number, shuffle: boolean): Promise<Map<number, string>> {
    const loader = new DataLoader(set, { batchSize, shuffle, transform, seed: 5 })
    const found = new Map<number, string>()
    const order = shuffle ? new DataLoader(numbers(24), { batchSize, shuffle, seed: 5 }) : undefined
    const places: number[] = []
    for (const { i } of order ?? []) places.push(...((await i.array()) as number[]))
    let at = 0
    for (const { inputs } of loader) {
      const data = await inputs.data()
      for (let k = 0; k < inputs.shape[0]!; k++, at++) {
        found.set(places[at] ?? at, data.slice(k * 784, (k + 1) * 784).join())
      }
    }
    return found
  }

  const numbers = (length: number) => ({ length, at: (i: number) => ({ i }) })

  test('[H5.1] [H5.2] a sample is changed alike in every order and size of batches', async () => {
    const plain = await images(24, false)
    expect(new Set(plain.values()).size).toBe(24)
    for (const [batchSize, shuffle] of [
      [7, false],
      [5, true],
    ] as const) {
      const other = await images(batchSize, shuffle)
      for (let i = 0; i < 24; i++) expect(other.get(i)).toBe(plain.get(i))
    }
  })

  test('[H5.4] mixed labels are what the loss takes', async () => {
    const batchTransform = augment.mixup({ numClasses: 10, alpha: 0.4 })
    const loader = new DataLoader(set, { batchSize: 12, batchTransform })
    for (const { inputs, labels } of loader) {
      expect(labels.shape).toEqual([12, 10])
      const logits = inputs.reshape([12, 784]).slice(1, 0, 10)
      expect(await crossEntropy(logits, labels).item()).toBeGreaterThan(0)
    }
  })
})

describe('sound and text', () => {
  test('[H5.6] SpecAugment wipes out whole bands', () => {
    const sample = {
      input: { data: new Float32Array(2 * 20 * 30).fill(1), shape: [2, 20, 30] },
      label: 0,
    }
    const transform = augment.specAugment({ frequencies: [5, 2], times: [8, 2], part: 0.2 })
    let wiped = 0
    for (let seed = 0; seed < 40; seed++) {
      const { data } = transform(sample, new Stream(seed)).input
      expect(transform(sample, new Stream(seed)).input.data).toEqual(data)
      const at = (row: number, column: number): number => data[row * 30 + column]!
      const rows = Array.from({ length: 40 }, (_, i) => i)
      const columns = Array.from({ length: 30 }, (_, i) => i)
      const dark = rows.filter((row) => columns.every((column) => at(row, column) === 0))
      const silent = columns.filter((column) => rows.every((row) => at(row, column) === 0))
      for (const row of rows) {
        for (const column of columns) {
          expect(at(row, column) === 0).toBe(dark.includes(row) || silent.includes(column))
        }
      }
      // both channels lose the same frequencies
      expect(dark.filter((row) => row >= 20)).toEqual(
        dark.filter((row) => row < 20).map((row) => row + 20),
      )
      expect(dark.length).toBeLessThanOrEqual(2 * 2 * 5)
      expect(silent.length).toBeLessThanOrEqual(2 * 6)
      wiped += dark.length + silent.length
    }
    expect(wiped).toBeGreaterThan(100)
    expect(sample.input.data.every((value) => value === 1)).toBe(true)
  })

  test('[H5.7] typos leave out, double and exchange characters of words', () => {
    const text = 'the quick brown fox 한국어도 된다 🦊'
    const typos = augment.randomTypos({ p: 0.2 })
    const made = Array.from({ length: 50 }, (_, seed) => typos(text, new Stream(seed)))
    expect(new Set(made).size).toBeGreaterThan(40)
    expect(typos(text, new Stream(3))).toBe(made[3])
    for (const each of made) {
      expect(each.split(' ').length).toBe(text.split(' ').length)
      expect([...each].every((character) => text.includes(character))).toBe(true)
    }
    expect(augment.randomTypos({ p: 0 })(text, new Stream(0))).toBe(text)
    const all = augment.randomTypos({ p: 1 })
    const outcomes = new Set(Array.from({ length: 40 }, (_, seed) => all('ab', new Stream(seed))))
    expect([...outcomes].sort()).toEqual(['', 'aa', 'aabb', 'ba', 'bb'])
  })

  test('[H5.7] words go missing and change places', () => {
    const text = 'a b c d e f g h'
    const some = augment.wordDropout({ p: 0.5 })(text, new Stream(1)).split(' ')
    expect(some.length).toBeLessThan(8)
    expect(some).toEqual(text.split(' ').filter((word) => some.includes(word)))
    expect(augment.wordDropout({ p: 1 })(text, new Stream(1))).toMatch(/^[a-h]$/)
    expect(augment.wordDropout()('', new Stream(1))).toBe('')
    const swapped = augment.wordSwap({ count: 2 })(text, new Stream(2)).split(' ')
    expect(swapped.toSorted()).toEqual(text.split(' '))
    expect(swapped).not.toEqual(text.split(' '))
  })
})

describe('what cannot be', () => {
  const good = image(1)
  const random = (): Stream => new Stream(0)
  const rejects: [name: string, call: () => unknown, type: typeof MaruError][] = [
    ['crop too large', () => augment.randomCrop(20)(good, random()), ValueError],
    ['size 0', () => augment.randomCrop(0), ValueError],
    ['negative padding', () => augment.randomCrop(3, { padding: -1 }), ValueError],
    ['unknown border', () => augment.randomCrop(3, { border: 'edge' as 'reflect' }), ValueError],
    ['border NaN', () => augment.randomRotation(3, { border: Number.NaN }), ValueError],
    ['p above 1', () => augment.randomHorizontalFlip(1.5), ValueError],
    ['degrees NaN', () => augment.randomRotation(Number.NaN), ValueError],
    ['ends exchanged', () => augment.randomRotation([10, -10]), ValueError],
    ['scale 0', () => augment.randomAffine({ scale: [0, 1] }), ValueError],
    ['shear of 90', () => augment.randomAffine({ shear: 90 }), ValueError],
    ['translate by 2', () => augment.randomAffine({ translate: [2, 0] }), ValueError],
    ['hue of 1', () => augment.colorJitter({ hue: 1 }), ValueError],
    ['factor -1', () => augment.adjustBrightness(good, -1), ValueError],
    ['bits 9', () => augment.posterize(good, 9), ValueError],
    ['sigma -1', () => augment.gaussianNoise({ sigma: -1 }), ValueError],
    ['no classes', () => augment.mixup({ numClasses: 0 }), ValueError],
    ['alpha 0', () => augment.cutmix({ numClasses: 2, alpha: 0 }), ValueError],
    ['magnitude 31', () => augment.randAugment({ magnitude: 31 }), ValueError],
    ['nothing to choose', () => augment.randomChoice(), ValueError],
    ['no function', () => augment.compose(3 as never), ValueError],
    ['typos of 2', () => augment.randomTypos({ p: 2 }), ValueError],
    ['half a pixel', () => augment.crop(good, { top: 0.5, left: 0, size: 2 }), ValueError],
    ['no size', () => augment.randomCrop(undefined as unknown as number), ValueError],
    ['no options', () => augment.crop(good, undefined as never), ValueError],
    ['no number of classes', () => augment.mixup(undefined as never), ValueError],
    ['no jitter', () => augment.colorJitter(undefined as never), ValueError],
    ['bands of -1', () => augment.timeMasking(-1), ValueError],
  ]
  test.each(rejects)('%s is refused', (_, call, type) => {
    expect(call).toThrow(type)
  })

  const wrong: [string, unknown][] = [
    ['a vector', { ...good, input: { data: new Float32Array(3), shape: [3] } }],
    ['a wrong length', { ...good, input: { data: new Float32Array(3), shape: [1, 2, 2] } }],
    ['a bare array', { ...good, input: new Float32Array(3) }],
    ['boxes of 3', { ...good, boxes: { data: new Float32Array(3), shape: [1, 3] } }],
    ['nothing', undefined],
    ['a small mask', { ...good, mask: { data: new Uint8Array(4), shape: [2, 2] } }],
    ['a bare point', { ...good, keypoints: { data: new Float32Array(2), shape: [2] } }],
  ]
  test.each(wrong)('%s is refused by every transform of images', (_, sample) => {
    for (const transform of Object.values(RANDOM)) {
      expect(() => transform(sample as ImageSample, random())).toThrow(MaruError)
    }
  })

  test('pixels beyond 1 are refused where colours change', () => {
    const bright = {
      ...good,
      input: { data: good.input.data.map((x) => 2 * x), shape: good.input.shape },
    }
    for (const transform of [COLOURS.colorJitter!, COLOURS['colorJitter, brightness']!]) {
      expect(() => transform(bright, random())).toThrow(/normalise afterwards/)
    }
    expect(() => augment.adjustHue(image(1, [2, 3, 3]), 0.1)).toThrow(/2 channels/)
  })

  test('labels and shapes of a batch that do not fit are refused', () => {
    const mix = augment.mixup({ numClasses: 2 })
    const inputs = { data: new Float32Array(4), shape: [2, 2] }
    const ids = (...data: number[]) => ({ data: Int32Array.from(data), shape: [data.length] })
    expect(() => mix({ inputs, labels: ids(0, 2) }, random())).toThrow(/label 1 is 2/)
    expect(() => mix({ inputs, labels: ids(0) }, random())).toThrow(ShapeError)
    expect(() => mix({ inputs: ids(1, 2), labels: ids(0, 1) }, random())).toThrow(ShapeError)
    const cut = augment.cutmix({ numClasses: 2 })
    expect(() => cut({ inputs, labels: ids(0, 1) }, random())).toThrow(ShapeError)
  })

  test('an image without pixels stays without', () => {
    const empty = image(1, [3, 0, 0])
    for (const [name, transform] of Object.entries(RANDOM)) {
      if (/Crop/.test(name)) continue
      expect(transform(empty, random()).input.data.length).toBe(0)
    }
  })
})
