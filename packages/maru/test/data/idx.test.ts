import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { FormatError } from '../../src/base/error.ts'
import { Stream } from '../../src/base/threefry.ts'
import { type IdxArray, parseIdx, readIdx } from '../../src/data/index.ts'

/** An IDX file with these element bytes. */
function idx(type: number, shape: readonly number[], elements: readonly number[]): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * shape.length))
  header.setUint8(2, type)
  header.setUint8(3, shape.length)
  for (const [axis, size] of shape.entries()) header.setUint32(4 + 4 * axis, size)
  return Uint8Array.from([...new Uint8Array(header.buffer), ...elements])
}

const image = idx(8, [2, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255])

// biome-ignore format: a table
const types = [
  ['uint8', idx(8, [3], [0, 1, 255]), new Uint8Array([0, 1, 255])],
  ['int8', idx(9, [3], [0, 1, 255]), new Int8Array([0, 1, -1])],
  ['int16', idx(11, [1, 2], [1, 2, 255, 254]), new Int16Array([258, -2])],
  ['int32', idx(12, [1], [255, 255, 255, 0]), new Int32Array([-256])],
  ['float32', idx(13, [2, 1], [63, 128, 0, 0, 192, 0, 0, 0]), new Float32Array([1, -2])],
  ['float64', idx(14, [1], [63, 248, 0, 0, 0, 0, 0, 0]), new Float64Array([1.5])],
  ['nothing', idx(8, [0, 28], []), new Uint8Array(0)],
  ['a scalar', idx(8, [], [7]), new Uint8Array([7])],
] as const

describe('parseIdx', () => {
  test.each(types)('reads %s', (_, bytes, data) => {
    expect(parseIdx(bytes).data).toEqual(data)
    const shifted = new Uint8Array([9, ...bytes]).subarray(1)
    expect(parseIdx(shifted).data).toEqual(data)
  })

  test('reads the shape and copies no bytes', () => {
    const { shape, data } = parseIdx(image)
    expect(shape).toEqual([2, 2, 3])
    expect(data.buffer).toBe(image.buffer)
  })

  const bad: [string, Uint8Array, string][] = [
    ['no bytes', new Uint8Array(0), 'idx.short'],
    ['three bytes', image.subarray(0, 3), 'idx.short'],
    ['half a header', image.subarray(0, 9), 'idx.short'],
    ['missing elements', image.subarray(0, -1), 'idx.size'],
    ['bytes after the end', new Uint8Array([...image, 0]), 'idx.size'],
    ['text', new TextEncoder().encode('label,pixel\n'), 'idx.magic'],
    ['an unknown element type', idx(10, [1], [0]), 'idx.type'],
    ['2^96 elements', idx(8, [2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1], []), 'idx.size'],
    ['2^32 elements in no bytes', idx(14, [2 ** 32 - 1], []), 'idx.size'],
    ['infinitely many, none', idx(8, [...Array(40).fill(2 ** 32 - 1), 0], []), 'idx.size'],
  ]
  test.each(bad)('refuses %s', (_, bytes, key) => {
    expect(() => parseIdx(bytes)).toThrow(expect.objectContaining({ name: 'FormatError', key }))
  })
})

describe('readIdx', () => {
  test('unpacks gzip', async () => {
    expect(await readIdx(gzipSync(image))).toEqual(parseIdx(image))
  })

  const zipped = gzipSync(image)
  const bad: [string, string | Uint8Array, string][] = [
    ['a missing file', 'no-such-folder/t10k', 'file.missing'],
    ['a folder', '.', 'file.kind'],
    ['half a gzip file', zipped.subarray(0, 20), 'gzip.data'],
    ['a wrong checksum', zipped.with(-6, zipped.at(-6)! ^ 1), 'gzip.data'],
    ['gzip around text', gzipSync('text, not numbers'), 'idx.magic'],
    ['a bomb', gzipSync(new Uint8Array(2 ** 26 + 2 ** 22)), 'gzip.large'],
  ]
  test.each(bad)('refuses %s', async (_, source, key) => {
    const error = expect.objectContaining({ name: 'FormatError', key })
    await expect(readIdx(source)).rejects.toThrow(error)
  })
})

/** Damages a file in one to four places: bits, words, cuts, repeats. */
function mutate(bytes: Uint8Array, random: Stream): Uint8Array {
  let out = Uint8Array.from(bytes)
  for (let times = 1 + random.integer(4); times > 0; times--) {
    const at = random.integer(out.length + 1)
    const to = at + random.integer(out.length - at + 1)
    const kind = random.integer(5)
    if (kind === 0 && at < out.length) out[at]! ^= 1 << random.integer(8)
    else if (kind === 1) out.fill([0, 1, 127, 128, 255][random.integer(5)]!, at, at + 4)
    else if (kind === 2) out = out.slice(0, at)
    else if (kind === 3) out = Uint8Array.from([...out.subarray(0, to), ...out.subarray(at)])
    else out = Uint8Array.from([...out.subarray(0, at), ...out.subarray(to)])
  }
  return out
}

/** A whole array, or nothing after a typed error; anything else fails the test. */
function check(read: () => IdxArray): boolean {
  try {
    const { shape, data } = read()
    expect(data.length).toBe(shape.reduce((a, b) => a * b, 1))
    return true
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    return false
  }
}

describe('damaged files give an array or a FormatError', () => {
  const MUTATIONS = 4000
  const ZIPPED_MUTATIONS = 400

  test('plain', () => {
    const random = new Stream(11, 'idx')
    let read = 0
    for (let i = 0; i < MUTATIONS; i++) {
      const [, seed] = types[i % types.length]!
      if (check(() => parseIdx(mutate(seed, random)))) read++
    }
    expect(read).toBeGreaterThan(MUTATIONS / 100)
    expect(read).toBeLessThan(MUTATIONS / 2)
  })

  test('compressed', async () => {
    const random = new Stream(12, 'idx')
    const seed = new Uint8Array(gzipSync(image))
    for (let i = 0; i < ZIPPED_MUTATIONS; i++) {
      const result = await readIdx(mutate(seed, random)).catch((error: unknown) => error)
      check(() => {
        if (result instanceof Error) throw result
        return result as IdxArray
      })
    }
  })
})
