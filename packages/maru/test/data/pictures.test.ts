import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FormatError, ValueError } from '../../src/base/error.ts'
import {
  DataLoader,
  decodePicture,
  describe as describeSet,
  ImageFolder,
  imageOf,
  type NdArray,
  split,
} from '../../src/data/index.ts'
import { resizePlane } from '../../src/data/pictures/resize.ts'
import fixture from './fixtures/pictures.json' with { type: 'json' }

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))
const named = (name: string): Uint8Array =>
  bytesOf(fixture.rows.find((row) => row.name === name)?.file ?? '')

/** A PNG file of chunks, checksums by zlib's own rule computed here bit by bit. */
function png(...chunks: readonly [type: string, body: Uint8Array][]): Uint8Array {
  const parts = [Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10)]
  for (const [type, body] of chunks) {
    const chunk = new Uint8Array(12 + body.length)
    const view = new DataView(chunk.buffer)
    view.setUint32(0, body.length)
    chunk.set(new TextEncoder().encode(type), 4)
    chunk.set(body, 8)
    let crc = 0xffffffff
    for (const byte of chunk.subarray(4, 8 + body.length)) {
      crc ^= byte
      for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
    }
    view.setUint32(8 + body.length, ~crc >>> 0)
    parts.push(chunk)
  }
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

function header(width: number, height: number, depth: number, color: number): Uint8Array {
  const body = new Uint8Array(13)
  const view = new DataView(body.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  body.set([depth, color], 8)
  return body
}

const END: [string, Uint8Array] = ['IEND', new Uint8Array(0)]
const data = (...lines: number[]): [string, Uint8Array] => [
  'IDAT',
  new Uint8Array(deflateSync(Uint8Array.from(lines))),
]

describe('PNG', () => {
  test.each(fixture.rows)(`$name, as ${fixture.tool} has it`, async ({ file, shape, pixels }) => {
    const found = await decodePicture(bytesOf(file))
    const [height, width, channels = 0] = found.shape
    expect([height, width]).toEqual(shape.slice(0, 2))
    const wanted = bytesOf(pixels)
    // libvips tells three channels of grey files, too
    const own = channels === 1 ? [...found.data].flatMap((v) => [v, v, v]) : [...found.data]
    expect(own).toEqual([...wanted])
  })

  test.each([
    [1, [0b10100000], [255, 0, 255]],
    [2, [0b00011011], [0, 85, 170]],
    [4, [0x0f, 0x80], [0, 255, 136]],
  ])('grey of %i bits', async (depth, line, wanted) => {
    const file = png(['IHDR', header(3, 1, depth, 0)], data(0, ...line), END)
    expect([...(await decodePicture(file)).data]).toEqual(wanted)
  })

  test('filters of every kind', async () => {
    const lines = [1, 10, 5, 2, 2, 3, 3, 4, 4, 4, 1, 1]
    const file = png(['IHDR', header(2, 4, 8, 0)], data(...lines), END)
    expect([...(await decodePicture(file)).data]).toEqual([10, 15, 12, 18, 10, 18, 11, 19])
  })

  const rgb = named('rgb')
  const cases: [string, Uint8Array, string][] = [
    ['half a file', rgb.subarray(0, 60), 'png.damaged'],
    ['a wrong checksum', rgb.with(40, rgb[40]! ^ 1), 'png.damaged'],
    ['no pixels', png(['IHDR', header(3, 3, 8, 0)], END), 'png.damaged'],
    ['no header', png(END), 'png.damaged'],
    ['too few pixels', png(['IHDR', header(3, 3, 8, 0)], data(0, 1, 2), END), 'png.damaged'],
    ['too many pixels', png(['IHDR', header(1, 1, 8, 0)], data(0, 1, 2), END), 'png.damaged'],
    ['a strange filter', png(['IHDR', header(1, 1, 8, 0)], data(5, 1), END), 'png.damaged'],
    ['a strange depth', png(['IHDR', header(1, 1, 3, 0)], data(0, 1), END), 'png.damaged'],
    ['no palette', png(['IHDR', header(1, 1, 8, 3)], data(0, 1), END), 'png.damaged'],
    [
      'a colour beyond the palette',
      png(['IHDR', header(1, 1, 8, 3)], ['PLTE', Uint8Array.of(1, 2, 3)], data(0, 1), END),
      'png.damaged',
    ],
    ['4 gigapixels', png(['IHDR', header(65535, 65535, 8, 2)], data(0), END), 'picture.large'],
    [
      'sizes that the bytes cannot hold',
      png(['IHDR', header(8000, 8000, 8, 2)], data(0), END),
      'png.damaged',
    ],
  ]
  test.each(cases)('refuses %s', async (_, file, key) => {
    const wanted = expect.objectContaining({ name: 'FormatError', key })
    await expect(decodePicture(file)).rejects.toThrow(wanted)
  })

  test('refuses more pixels than are asked for', async () => {
    expect((await decodePicture(rgb, { maxPixels: 35 })).shape).toEqual([5, 7, 3])
    await expect(decodePicture(rgb, { maxPixels: 34 })).rejects.toThrow(FormatError)
  })
})

describe('PGM and PPM', () => {
  const text = (head: string, ...rest: number[]): Uint8Array =>
    Uint8Array.from([...new TextEncoder().encode(head), ...rest])

  test('bytes, words, comments', async () => {
    const grey = await decodePicture(text('P5\n# a comment\n2 1\n100\n', 50, 100))
    expect(grey).toEqual({ data: Uint8Array.of(128, 255), shape: [1, 2, 1] })
    const wide = await decodePicture(text('P6 1 1 65535\n', 255, 255, 0, 0, 128, 0))
    expect(wide).toEqual({ data: Uint8Array.of(255, 0, 128), shape: [1, 1, 3] })
  })

  test.each([
    ['no numbers', text('P5 x y z ')],
    ['no pixels', text('P5 2 2 255\n', 1)],
    ['no width', text('P5 0 2 255\n')],
    ['a largest value of 0', text('P5 1 1 0\n', 1)],
    ['too many pixels', text('P5 99999999 99999999 255\n', 1)],
    ['text', text('hello')],
    ['nothing', new Uint8Array(0)],
  ])('refuse %s', async (_, file) => {
    await expect(decodePicture(file)).rejects.toThrow(FormatError)
  })
})

const require = createRequire(import.meta.url)
const hasSharp = ((): boolean => {
  try {
    return Boolean(require.resolve('sharp'))
  } catch {
    return false
  }
})()
if (!hasSharp) console.warn('SKIPPED: JPEG is not decoded, since sharp is not installed')

describe('JPEG', () => {
  test.skipIf(hasSharp)('without sharp the error says how to get it', async () => {
    const wanted = expect.objectContaining({ key: 'picture.peer' })
    await expect(decodePicture(bytesOf(fixture.jpeg))).rejects.toThrow(wanted)
  })

  test.skipIf(!hasSharp)('with sharp', async () => {
    expect((await decodePicture(bytesOf(fixture.jpeg))).shape).toEqual([5, 7, 3])
    const half = bytesOf(fixture.jpeg).subarray(0, 200)
    await expect(decodePicture(half)).rejects.toThrow(FormatError)
  })
})

describe('imageOf', () => {
  const picture: NdArray<Uint8Array> = {
    data: Uint8Array.of(255, 0, 0, 9, 0, 255, 51, 9),
    shape: [1, 2, 4],
  }

  test('planes in [0, 1]; grey by luma, colours of grey', () => {
    const colors = imageOf(picture)
    expect(colors.shape).toEqual([3, 1, 2])
    expect([...colors.data]).toEqual([1, 0, 0, 1, 0, Math.fround(0.2)])
    const grey = imageOf(picture, { channels: 1 })
    expect(grey.data[0]).toBeCloseTo(0.2989, 5)
    const back = imageOf({ data: Uint8Array.of(51, 7), shape: [1, 1, 2] })
    expect([...back.data]).toEqual([0.2, 0.2, 0.2].map(Math.fround))
  })

  test('a size is covered, and the middle taken', () => {
    const wide = { data: Uint8Array.of(0, 0, 100, 200, 255, 255), shape: [1, 6, 1] }
    const square = imageOf(wide, { channels: 1, size: [1, 2] })
    expect(square.shape).toEqual([1, 1, 2])
    expect([...square.data].map((v) => Math.round(255 * v))).toEqual([100, 200])
  })

  test('refuses other numbers of channels and sizes', () => {
    expect(() => imageOf(picture, { channels: 2 as never })).toThrow(ValueError)
    expect(() => imageOf(picture, { size: [0, 1] })).toThrow(ValueError)
  })

  test('shrinking keeps the mean, growing interpolates', () => {
    const plane = Float32Array.from({ length: 64 }, (_, i) => (i * 29) % 17)
    const whole = (size: number, to: number) => ({ size, from: 0, length: size, to })
    const small = resizePlane(plane, { rows: whole(8, 2), columns: whole(8, 2) })
    const mean = (values: Float32Array) => values.reduce((a, b) => a + b, 0) / values.length
    expect(Math.abs(mean(small) - mean(plane))).toBeLessThan(0.5)
    const grown = resizePlane(Float32Array.of(0, 1), {
      rows: whole(1, 1),
      columns: whole(2, 4),
    })
    expect([...grown]).toEqual([0, 0.25, 0.75, 1])
    expect(resizePlane(plane, { rows: whole(8, 8), columns: whole(8, 8) })).toEqual(plane)
  })
})

describe('ImageFolder', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pictures-'))
    for (const name of ['dog', 'cat']) await mkdir(join(folder, name))
    await writeFile(join(folder, 'dog/1.png'), named('rgb'))
    await writeFile(join(folder, 'dog/2.PNG'), named('grey'))
    await writeFile(join(folder, 'cat/torn.png'), named('rgb').subarray(0, 50))
    await writeFile(join(folder, 'cat/a.png'), named('palette of 2 colours'))
    await writeFile(join(folder, 'cat/b.png'), named('palette of 2 colours'))
    await writeFile(join(folder, 'cat/notes.txt'), 'no picture')
    await writeFile(join(folder, 'readme.md'), 'no class')
    await symlink('/etc', join(folder, 'cat/link.png'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  test('folders are classes, pictures are read when they are asked for', async () => {
    const set = await ImageFolder.open(folder, { size: [4, 4] })
    expect(set.classes).toEqual(['cat', 'dog'])
    expect([...set.labels]).toEqual([0, 0, 0, 1, 1])
    expect(set.paths.map((path) => path.slice(folder.length + 1))).toEqual([
      'cat/a.png',
      'cat/b.png',
      'cat/torn.png',
      'dog/1.png',
      'dog/2.PNG',
    ])
    expect((await set.at(4)).input.shape).toEqual([3, 4, 4])
    const dogs = split(set, { train: 1 }).train
    const loader = new DataLoader(dogs, { batchSize: 2 })
    for await (const { inputs } of loader) {
      expect(inputs.shape).toEqual([2, 3, 4, 4])
      break
    }
  })

  test('describe finds what is torn and what is there twice', async () => {
    const found = await describeSet(await ImageFolder.open(folder))
    expect(found.classes).toEqual([
      { name: 'cat', count: 2 },
      { name: 'dog', count: 2 },
    ])
    expect(found.duplicates).toEqual([[0, 1]])
    expect(found.broken).toHaveLength(1)
    expect(found.broken[0]).toMatchObject({ index: 2 })
    expect(found.broken[0]?.reason).toContain('torn.png: PNG: the file is damaged')
  })

  test('refuses a folder without classes, and one that is not there', async () => {
    await expect(ImageFolder.open(join(folder, 'dog'))).rejects.toThrow(FormatError)
    await expect(ImageFolder.open(join(folder, 'bird'))).rejects.toThrow(FormatError)
  })
})
