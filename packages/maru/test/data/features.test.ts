import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { IndexError, ShapeError, ValueError } from '../../src/base/error.ts'
import type { Image } from '../../src/data/index.ts'
import * as data from '../../src/data/index.ts'
import { tensor } from '../../src/index.ts'

interface Stored {
  readonly shape: readonly number[]
  readonly data: readonly number[]
}

interface Entry {
  readonly feature?: 'hog' | 'lbp' | 'colorHistogram' | 'edgeHistogram'
  readonly vectorizer?: 'CountVectorizer' | 'TfidfVectorizer'
  readonly sound?: 'mfcc'
  readonly count: number
  readonly spectra: Stored
  readonly projection?: 'PCA' | 'StandardScaler'
  readonly args: object
  readonly input: Stored
  readonly output: Stored
  readonly terms: readonly string[]
  readonly k: number
  readonly variances: readonly number[]
}

interface Fixture {
  readonly texts: readonly string[]
  readonly others: readonly string[]
  readonly entries: readonly Entry[]
}

const url = new URL('fixtures/features.json', import.meta.url)
const { texts, others, entries }: Fixture = JSON.parse(readFileSync(url, 'utf8'))
const named = (kind: 'feature' | 'vectorizer' | 'projection'): [string, Entry][] =>
  entries
    .filter((entry) => entry[kind])
    .map((entry) => [`${entry[kind]} ${JSON.stringify(entry.args ?? entry.k ?? '')}`, entry])

const imageOf = ({ shape, data }: Stored): Image => ({ data: Float32Array.from(data), shape })

/** Within the rounding of float32. */
function expectClose(
  got: ArrayLike<number | bigint>,
  wanted: ArrayLike<number>,
  bound = 2e-6,
): void {
  expect(got.length).toBe(wanted.length)
  for (let i = 0; i < got.length; i++) {
    expect(Math.abs(Number(got[i]) - wanted[i]!)).toBeLessThan(bound)
  }
}

const { hog, lbp, colorHistogram, edgeHistogram } = data
const VECTORIZERS = { CountVectorizer: data.CountVectorizer, TfidfVectorizer: data.TfidfVectorizer }
const FEATURES = { hog, lbp, colorHistogram, edgeHistogram }

describe('features of images', () => {
  test.each(named('feature'))('[A11.1] %s', (_, { feature, args, input, output }) => {
    expectClose(FEATURES[feature!](imageOf(input), args), output.data)
  })

  test('[A11.1] a ramp climbs one way', () => {
    const across = Float32Array.from({ length: 25 }, (_, i) => i % 5)
    const { magnitude, direction } = data.sobel({ data: across, shape: [1, 5, 5] })
    expect(magnitude[12]).toBe(8)
    expect(direction[12]).toBe(0)
    const down = Float32Array.from({ length: 25 }, (_, i) => -Math.floor(i / 5))
    expect(data.sobel({ data: down, shape: [1, 5, 5] }).direction[12]).toBe(0.5)
  })

  test('a brighter image has the same HOG and LBP', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(255), { minLength: 256, maxLength: 256 }), (levels) => {
        const image = {
          data: Float32Array.from(levels, (level) => level / 512),
          shape: [1, 16, 16],
        }
        const bright = { data: image.data.map((value) => value + 0.25), shape: [1, 16, 16] }
        expectClose(hog(bright), hog(image), 1e-5)
        expect(lbp(bright)).toEqual(lbp(image))
      }),
      { seed: 5, numRuns: 20 },
    )
  })

  test('flat images have none', () => {
    const flat = { data: new Float32Array(768).fill(0.5), shape: [3, 16, 16] }
    expect(hog(flat).every((value) => value === 0)).toBe(true)
    expect(edgeHistogram(flat).every((value) => value === 0)).toBe(true)
  })

  test.each([
    ['a vector', { data: new Float32Array(3), shape: [3] }],
    ['a wrong length', { data: new Float32Array(3), shape: [1, 16, 16] }],
    ['no channels', { data: new Float32Array(0), shape: [0, 16, 16] }],
    ['two pixels', { data: new Float32Array(2), shape: [1, 1, 2] }],
    ['nothing', undefined as unknown as Image],
  ])('%s is refused', (_, image) => {
    expect(() => hog(image)).toThrow(ShapeError)
    expect(() => lbp(image)).toThrow(ShapeError)
  })

  test('options that cannot be are refused', () => {
    const image = { data: new Float32Array(256).fill(0.5), shape: [1, 16, 16] }
    expect(() => hog(image, { cellSize: 0 })).toThrow(ValueError)
    expect(() => hog(image, { blockNorm: 'l3' as 'l2' })).toThrow(/there is no norm/)
    expect(() => hog(image, { blockNorm: 'toString' as 'l2' })).toThrow(ValueError)
    expect(() => lbp(image, { grid: 0 })).toThrow(ValueError)
    expect(() => colorHistogram({ data: new Float32Array(1).fill(2), shape: [1, 1, 1] })).toThrow(
      ValueError,
    )
    expect(() => colorHistogram({ data: new Float32Array(2), shape: [2, 1, 1] })).toThrow(
      ValueError,
    )
  })

  test('of a whole set, several side by side', async () => {
    const set = data.generateDigits(7)
    const { features, labels } = await data.featureMatrix(set, hog, edgeHistogram)
    const { input, label } = set.at(3)
    const one = [...hog(input), ...edgeHistogram(input)]
    expect(features.shape).toEqual([7, one.length])
    expectClose((await features.data()).slice(3 * one.length, 4 * one.length), one)
    expect((await labels.data())[3]).toBe(label)
    const growing = {
      length: 2,
      at: (i: number) => ({ input: { data: new Float32Array(i + 1), shape: [i + 1] }, label: 0 }),
    }
    await expect(data.featureMatrix(growing, ({ data }) => data)).rejects.toThrow(/sample 1 has 2/)
  })
})

describe('features of sound', () => {
  const sounds = entries.filter((entry) => entry.sound)

  test.each(sounds.map((entry) => [JSON.stringify(entry.args), entry] as const))(
    '[A11.2] mfcc %s',
    (_, { args, count, input, spectra, output }) => {
      const spectrogram = data.logMelSpectrogram(imageOf(input), args)
      expect(spectrogram.shape).toEqual(spectra.shape)
      expectClose(spectrogram.data, spectra.data, 1e-5)
      const cepstra = data.mfcc(imageOf(input), { ...args, numCoefficients: count })
      expect(cepstra.shape).toEqual(output.shape)
      expectClose(cepstra.data, output.data, 1e-5)
    },
  )

  test('silence is finite, and no number stays none', () => {
    const signal = { data: new Float32Array(600), shape: [600] }
    expect(data.mfcc(signal).data.every(Number.isFinite)).toBe(true)
    signal.data[3] = Number.NaN
    expect(data.mfcc(signal).data.every(Number.isNaN)).toBe(true)
  })

  test('what is no signal is refused', () => {
    const signal = { data: new Float32Array(600), shape: [600] }
    expect(() => data.mfcc({ data: signal.data, shape: [1, 600] })).toThrow(ShapeError)
    expect(() => data.mfcc({ data: new Float32Array(511), shape: [511] })).toThrow(/512/)
    expect(() => data.mfcc(signal, { numCoefficients: 41 })).toThrow(ShapeError)
    expect(() => data.mfcc(signal, { hopLength: 0 })).toThrow(ValueError)
  })
})

describe('terms of texts', () => {
  test.each(named('vectorizer'))('[A11.3] %s', async (_, { vectorizer, args, terms, output }) => {
    const made = new VECTORIZERS[vectorizer!](args).fit(texts)
    expect([...made.vocabulary.keys()]).toEqual(terms)
    const rows = made.transform([...texts, ...others])
    expect(rows.shape).toEqual(output.shape)
    expectClose(await rows.toTensor().data(), output.data)
  })

  test('are refused what cannot be', () => {
    expect(() => new data.CountVectorizer().transform(['a'])).toThrow(/call fit/)
    expect(() => new data.CountVectorizer({ analyzer: 'line' as 'word' })).toThrow(ValueError)
    expect(() => new data.CountVectorizer({ ngramRange: [3, 2] })).toThrow(ValueError)
    const parts = {
      shape: [1, 2],
      starts: Int32Array.of(0, 1),
      values: Float32Array.of(1),
    } as const
    expect(() => new data.SparseRows({ ...parts, columns: Int32Array.of(2) })).toThrow(IndexError)
    expect(() => new data.SparseRows({ ...parts, columns: Int32Array.of() })).toThrow(ShapeError)
  })

  test('none where there are no texts', () => {
    const empty = new data.TfidfVectorizer().fit([])
    expect(empty.transform([]).shape).toEqual([0, 0])
    expect(empty.transform(['new']).values.length).toBe(0)
  })
})

describe('projections', () => {
  test.each(named('projection').filter(([name]) => name.startsWith('PCA')))(
    '[A11.1] %s',
    async (_, { k, input, output, variances }) => {
      const x = tensor([...input.data]).reshape(input.shape)
      const pca = await new data.PCA(k).fit(x)
      // eigenvectors of a float32 covariance
      expectClose(await pca.transform(x).data(), output.data, 2e-4)
      expectClose(await pca.explainedVariance.data(), variances, 2e-4)
      const gram = pca.components.matmul(pca.components.transpose())
      expectClose(await gram.flatten().data(), identity(k), 1e-5)
      const back = await pca.inverseTransform(pca.transform(x)).sub(x).square().mean().item()
      const rest = await x.sub(x.mean(0)).square().mean().item()
      expect(back).toBeLessThan(rest)
    },
  )

  test('[A11.1] StandardScaler', async () => {
    const [, { input, output }] = named('projection').find(([name]) => name.startsWith('Standard'))!
    const x = tensor([...input.data]).reshape(input.shape)
    const scaler = await new data.StandardScaler().fit(x)
    expectClose(await scaler.transform(x).data(), output.data)
  })

  test('are refused what cannot be', async () => {
    const x = tensor([[1, 2]])
    await expect(new data.PCA(2).fit(x)).rejects.toThrow(ShapeError)
    expect(() => new data.PCA(0)).toThrow(ValueError)
    expect(() => new data.PCA(1).transform(x)).toThrow(/call fit/)
    await expect(new data.StandardScaler().fit(tensor([1, 2]))).rejects.toThrow(ShapeError)
  })
})

function identity(n: number): number[] {
  return Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0))
}
