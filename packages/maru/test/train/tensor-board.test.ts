import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { crc32c } from '../../src/base/crc32.ts'
import { type EventRecord, encodeEvent } from '../../src/io/event-file.ts'
import { SGD } from '../../src/optim/index.ts'
import { crossEntropy } from '../../src/tensor/loss.ts'
import { TensorBoard, Trainer } from '../../src/train/index.ts'
import written from './fixtures/events.json' with { type: 'json' }
import { loaderOf, network, sectors } from './small.ts'

let home = ''
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'board-'))
})
afterAll(() => rm(home, { recursive: true }))

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

// RFC 3720, appendix B.4, and the check value of the catalogue of CRC algorithms
test.each<[string, Uint8Array, number]>([
  ['nothing', new Uint8Array(), 0],
  ['the digits 1 to 9', ascii('123456789'), 0xe3069283],
  ['32 bytes of zeros', new Uint8Array(32), 0x8a9136aa],
  ['32 bytes of ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ['32 bytes that rise', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  ['32 bytes that fall', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
])('CRC-32C of %s', (_, bytes, sum) => {
  expect(crc32c(bytes)).toBe(sum)
})

interface Field {
  readonly field: number
  readonly value: number | Uint8Array
}

/** The fields of a message, read from scratch. */
function fields(bytes: Uint8Array): Field[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found: Field[] = []
  let at = 0
  const skip = (size: number): number => {
    at += size
    return at - size
  }
  const varint = (): number => {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = view.getUint8(skip(1))
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }
  const read: Record<number, () => number | Uint8Array> = {
    0: varint,
    1: () => view.getFloat64(skip(8), true),
    2: () => {
      const length = varint()
      const start = skip(length)
      return bytes.subarray(start, start + length)
    },
    5: () => view.getFloat32(skip(4), true),
  }
  while (at < bytes.length) {
    const key = varint()
    found.push({ field: key >> 3, value: read[key & 7]!() })
  }
  return found
}

/** The messages of a file; every checksum is looked at. */
function records(bytes: Uint8Array): Uint8Array[] {
  const unmask = (sum: number): number => {
    const rotated = (sum - 0xa282ead8) >>> 0
    return ((rotated >>> 17) | (rotated << 15)) >>> 0
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = Number(view.getBigUint64(at, true))
    expect(unmask(view.getUint32(at + 8, true))).toBe(crc32c(bytes.subarray(at, at + 8)))
    const data = bytes.subarray(at + 12, at + 12 + length)
    expect(unmask(view.getUint32(at + 12 + length, true))).toBe(crc32c(data))
    found.push(data)
    at += 16 + length
  }
  return found
}

const text = (value: number | Uint8Array | undefined): string =>
  new TextDecoder().decode(value as Uint8Array)

/** Tag, step and value of every scalar. */
function scalars(bytes: Uint8Array): [tag: string, step: number, value: number][] {
  return records(bytes).flatMap((record) => {
    const all = fields(record)
    const step = Number(all.find(({ field }) => field === 2)?.value)
    const summaries = all.filter(({ field }) => field === 5)
    return summaries.flatMap(({ value }) =>
      fields(value as Uint8Array).flatMap(({ value: entry }) => {
        const own = fields(entry as Uint8Array)
        const number = own.find(({ field }) => field === 2)?.value
        return typeof number === 'number'
          ? [[text(own[0]?.value), step, number] as [string, number, number]]
          : []
      }),
    )
  })
}

describe('event files', () => {
  test.each<[keyof typeof written, number, EventRecord['what']]>([
    ['version', 0, 'version'],
    ['start', 300, 'start'],
    ['scalar', 70000, [{ kind: 'scalar', tag: 'epoch/loss', value: 0.1 }]],
    ['text', 0, [{ kind: 'text', tag: 'settings', text: '넓이 8' }]],
    ['histogram', 7, [{ kind: 'histogram', tag: 'w', values: [29, -1, 0] }]],
  ])("are TensorBoard's own bytes: %s", (name, step, what) => {
    expect(hex(encodeEvent({ time: 1700000000.5, step, what }))).toBe(written[name])
    expect(records(Buffer.from(written[name], 'hex'))).toHaveLength(1)
  })

  test('hold the readings of a run', async () => {
    const model = network()
    const optimizer = new SGD(model.parameters(), { lr: 0.1 })
    const trainer = new Trainer(model, { optimizer, loss: crossEntropy })
    const { epochs } = await trainer.fit(loaderOf(sectors(40)), {
      epochs: 2,
      callbacks: [new TensorBoard(home, { histograms: true })],
    })
    const [name = ''] = await readdir(home)
    expect(name).toMatch(/^events\.out\.tfevents\.\d{10}\./)
    const found = scalars(await readFile(join(home, name)))
    const losses = found.filter(([tag]) => tag === 'epoch/loss')
    expect(losses).toEqual(
      epochs.map(({ loss }, i) => ['epoch/loss', 3 * (i + 1), Math.fround(loss!)]),
    )
    expect(new Set(found.map(([tag]) => tag))).toEqual(
      new Set(['batch/loss', 'batch/lr', 'epoch/loss', 'epoch/lr']),
    )
  })

  test('count values in buckets; of no values, and of NaN, there is an empty histogram', () => {
    const histogram = (values: readonly number[]): number[] => {
      const what = [{ kind: 'histogram', tag: 'w', values } as const]
      const [record] = records(encodeEvent({ time: 0, step: 1, what }))
      const summary = fields(record!).at(-1)?.value as Uint8Array
      const value = fields(fields(summary)[0]?.value as Uint8Array).at(-1)?.value as Uint8Array
      const own = fields(value)
      const counts = own.at(-1)?.value as Uint8Array
      const numbers = new Float64Array(counts.slice().buffer)
      return [
        ...own.slice(0, 5).map((each) => Number(each.value)),
        numbers.reduce((a, b) => a + b, 0),
      ]
    }
    expect(histogram([1, 2, 3, 4])).toEqual([1, 4, 4, 10, 30, 4])
    expect(histogram([])).toEqual([0, 0, 0, 0, 0, 0])
    expect(histogram([Number.NaN, 5])).toEqual([5, 5, 1, 5, 25, 1])
  })
})
