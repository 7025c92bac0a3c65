/** Every reader of bytes that need not be trusted: a row each, which the suite and the bench go through. */
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { Stream } from '../../src/base/threefry.ts'
import { decodeText, readUnpacked } from '../../src/data/bytes.ts'
import {
  decodePicture,
  parseCifar,
  parseIdx,
  parseJsonLines,
  parseReviews,
  parseTable,
  readIdx,
} from '../../src/data/index.ts'
import {
  decodeNpy,
  decodeNpz,
  decodePytorch,
  decodeSafetensors,
  encodeNpy,
  encodeNpz,
  encodeSafetensors,
  type RawTensor,
} from '../../src/io/index.ts'
import { unzip, zip } from '../../src/io/zip.ts'
import { lenet5 } from '../../src/models/index.ts'
import { build, define } from '../../src/nn/index.ts'
import pictures from '../data/fixtures/pictures.json' with { type: 'json' }

export interface Reader {
  readonly name: string
  /** Whole files, which are damaged. */
  readonly files: readonly Uint8Array[]
  readonly read: (bytes: Uint8Array) => unknown
}

const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../io/fixtures/${name}`, import.meta.url)))
const small: RawTensor = {
  dtype: 'float32',
  shape: [2, 3],
  bytes: Uint8Array.from({ length: 24 }, (_, i) => i),
}
const text = (...lines: string[]): Uint8Array => new TextEncoder().encode(lines.join('\n'))
const bytes = (count: number, seed: number): number[] => {
  const random = new Stream(seed)
  return Array.from({ length: count }, () => random.integer(256))
}

const idx = [
  Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 3, ...bytes(24, 1)]),
  Uint8Array.from([0, 0, 13, 1, 0, 0, 0, 3, ...bytes(12, 2)]),
  Uint8Array.from([0, 0, 14, 2, 0, 0, 0, 1, 0, 0, 0, 2, ...bytes(16, 3)]),
]

const tables = [
  text('x,y,name', '1,2.5,"a, b"', '-3,1e3,"say ""so"""', '0,0,', ''),
  text('x', '1', '2', '3'),
]

const checkpoint = await unzip('pytorch', fixture('checkpoint.pt'))
const [pickle = ''] = [...checkpoint.keys()].filter((name) => name.endsWith('/data.pkl'))

/** What JSON a text is; that some are none is known of JSON itself. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

export const readers: readonly Reader[] = [
  { name: 'IDX', files: idx, read: parseIdx },
  { name: 'IDX, packed', files: idx.map((file) => new Uint8Array(gzipSync(file))), read: readIdx },
  {
    name: 'CIFAR',
    files: [Uint8Array.from([3, ...bytes(3072, 4), 9, ...bytes(3072, 5)])],
    read: parseCifar,
  },
  {
    name: 'CSV',
    files: tables,
    read: (file) => {
      const table = parseTable(decodeText(file))
      return [table.length, table.labels(table.names[0]!), table.numbers(table.names.slice(0, 1))]
    },
  },
  {
    name: 'TSV of reviews',
    files: [text('id\tdocument\tlabel', '1\t좋은 영화\t1', '2\t"별로\t0', '')],
    read: (file) => parseReviews(decodeText(file)).length,
  },
  {
    name: 'JSON lines',
    files: [
      text('{"text": "좋다", "label": 1}', '', '{"__proto__": {"polluted": true}, "x": [1, 2]}'),
    ],
    read: (file) => parseJsonLines(decodeText(file)),
  },
  {
    name: 'PNG',
    files: pictures.rows.map(({ file }) => new Uint8Array(Buffer.from(file, 'base64'))),
    read: (file) => decodePicture(file),
  },
  {
    name: 'PGM and PPM',
    files: [
      Uint8Array.from([...text('P5 # grey', '3 2 255', ''), ...bytes(6, 8)]),
      Uint8Array.from([...text('P6', '2 2', '65535', ''), ...bytes(24, 9)]),
    ],
    read: (file) => decodePicture(file),
  },
  { name: 'gzip', files: [new Uint8Array(gzipSync(text('plain text')))], read: readUnpacked },
  {
    name: 'safetensors',
    files: [
      encodeSafetensors(
        new Map([
          ['weight', { dtype: 'float32', shape: [2, 3], bytes: Uint8Array.from(bytes(24, 6)) }],
          ['count', { dtype: 'int64', shape: [], bytes: Uint8Array.from(bytes(8, 7)) }],
        ]),
        { format: 'maru' },
      ),
    ],
    read: decodeSafetensors,
  },
  {
    name: 'npy',
    files: [encodeNpy(small), encodeNpy({ dtype: 'int64', shape: [], bytes: new Uint8Array(8) })],
    read: decodeNpy,
  },
  {
    name: 'npz',
    files: [await encodeNpz(new Map([['w', small]])), fixture('packed.npz')],
    read: decodeNpz,
  },
  {
    name: 'PyTorch',
    files: [fixture('state-dict.pt'), fixture('checkpoint.pt')],
    read: decodePytorch,
  },
  {
    name: 'PyTorch, within an archive that is whole',
    files: [checkpoint.get(pickle)!],
    read: async (file) => {
      const files = new Map([...checkpoint, [pickle, file] as const])
      return decodePytorch(await zip(files, { compress: false }))
    },
  },
  {
    name: 'definition of a model',
    files: [text(JSON.stringify(define(lenet5())))],
    read: (file) => {
      const definition = parsed(decodeText(file))
      return definition === undefined ? undefined : build(definition)
    },
  },
]
