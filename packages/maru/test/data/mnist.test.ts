import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readMnist } from '../../src/data/index.ts'

function images(count: number, type = 8): Uint8Array {
  const pixels = Array.from({ length: count * 4 }, (_, i) => i % 256)
  return Uint8Array.from([0, 0, type, 3, 0, 0, 0, count, 0, 0, 0, 2, 0, 0, 0, 2, ...pixels])
}

function labels(values: readonly number[]): Uint8Array {
  return Uint8Array.from([0, 0, 8, 1, 0, 0, 0, values.length, ...values])
}

const TEN = [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mnist-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function write(files: Readonly<Record<string, Uint8Array>>): Promise<void> {
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes)
}

describe('readMnist', () => {
  test('reads all four files, whichever of their names they have', async () => {
    await write({
      'train-images-idx3-ubyte': images(10),
      'train-labels.idx1-ubyte': labels(TEN),
      't10k-images-idx3-ubyte.gz': gzipSync(images(3)),
      't10k-labels.idx1-ubyte.gz': gzipSync(labels([1, 2, 3])),
    })
    const { train, test, complete } = await readMnist(folder)
    expect(complete).toBe(true)
    expect([train.length, test.length]).toEqual([10, 3])
    expect(train.shape).toEqual([1, 2, 2])
    expect(train.at(1).label).toBe(0)
    expect([...train.at(1).input.data]).toEqual([4, 5, 6, 7].map((x) => Math.fround(x / 255)))
  })

  test('splits the t10k files where the others are absent', async () => {
    await write({ 't10k-images-idx3-ubyte': images(10), 't10k-labels-idx1-ubyte': labels(TEN) })
    const { train, test, complete } = await readMnist(folder)
    expect(complete).toBe(false)
    expect([train.length, test.length]).toEqual([8, 2])
    expect([...test.labels]).toEqual([1, 4])
  })

  const good = { 't10k-images-idx3-ubyte': images(10), 't10k-labels-idx1-ubyte': labels(TEN) }
  const bad: [string, Record<string, Uint8Array>, string][] = [
    ['an empty folder', {}, 'mnist.missing'],
    ['no labels', { 't10k-images-idx3-ubyte': images(10) }, 'mnist.missing'],
    ['training labels alone', { ...good, 'train-labels-idx1-ubyte': labels(TEN) }, 'mnist.missing'],
    ['fewer labels', { ...good, 't10k-labels-idx1-ubyte': labels([1, 2]) }, 'mnist.count'],
    [
      'a label of 10',
      { ...good, 't10k-labels-idx1-ubyte': labels([...TEN.slice(1), 10]) },
      'mnist.label',
    ],
    ['signed pixels', { ...good, 't10k-images-idx3-ubyte': images(10, 9) }, 'mnist.images'],
    ['labels for images', { ...good, 't10k-images-idx3-ubyte': labels(TEN) }, 'mnist.images'],
    ['images for labels', { ...good, 't10k-labels-idx1-ubyte': images(10) }, 'mnist.labels'],
    ['half a file', { ...good, 't10k-images-idx3-ubyte': images(10).subarray(0, 40) }, 'idx.size'],
  ]
  test.each(bad)('refuses %s', async (_, files, key) => {
    await write(files)
    const error = expect.objectContaining({ name: 'FormatError', key })
    await expect(readMnist(folder)).rejects.toThrow(error)
  })

  const real = resolve(import.meta.dirname, '../../../../../shared/data/mnist')
  const absent = !existsSync(real)
  if (absent) console.warn(`skipped: the MNIST files are not in ${real}`)

  test.skipIf(absent)('reads the real files', async () => {
    const { train, test, complete } = await readMnist(real)
    expect(complete).toBe(false)
    expect([train.length, test.length]).toEqual([8000, 2000])
    expect([...train.labels.subarray(0, 5)]).toEqual([7, 2, 1, 0, 4])
    const { mean, std } = train.moments()
    expect(mean).toBeCloseTo(0.13, 2)
    expect(std).toBeCloseTo(0.31, 2)
  })
})
