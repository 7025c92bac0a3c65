/** npy, npz and PyTorch's files: what NumPy and PyTorch wrote, what maru writes back, what is refused. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FormatError, MaruError } from '../../src/base/error.ts'
import { fromBfloat16Bits, fromFloat16Bits } from '../../src/base/half.ts'
import {
  decodeNpy,
  decodeNpz,
  decodePytorch,
  encodeNpy,
  encodeNpz,
  type RawTensor,
} from '../../src/io/index.ts'
import { zip } from '../../src/io/zip.ts'

const fixture = (name: string) =>
  new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)))

interface Written {
  readonly file: string
  readonly shape: readonly number[]
  readonly values: readonly number[]
}
const written: Readonly<Record<string, Written>> = JSON.parse(
  new TextDecoder().decode(fixture('npy.json')),
)
const fileOf = (name: string) => new Uint8Array(Buffer.from(written[name]!.file, 'hex'))

const arrays = {
  float64: Float64Array,
  float32: Float32Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
}

function valuesOf({ dtype, bytes }: RawTensor): number[] {
  const own = bytes.slice()
  const words = [...new arrays[dtype](own.buffer)].map(Number)
  if (dtype === 'float16') return words.map(fromFloat16Bits)
  return dtype === 'bfloat16' ? words.map(fromBfloat16Bits) : words
}

async function keyOf(read: () => unknown): Promise<string> {
  try {
    await read()
  } catch (error) {
    if (error instanceof MaruError) return error.key
    throw error
  }
  return 'accepted'
}

describe('npy', () => {
  const refused = ['object', 'text', 'complex']
  const known = Object.keys(written).filter((name) => !refused.includes(name))

  it.each(known)("reads NumPy's %s", (name) => {
    const raw = decodeNpy(fileOf(name))
    expect(raw.shape).toEqual(written[name]!.shape)
    expect(valuesOf(raw)).toEqual(written[name]!.values)
  })

  it.each(known.filter((name) => !/big|fortran/.test(name)))('writes %s as NumPy does', (name) => {
    expect(encodeNpy(decodeNpy(fileOf(name)))).toEqual(fileOf(name))
  })

  it.each(refused)('refuses %s', async (name) => {
    expect(await keyOf(() => decodeNpy(fileOf(name)))).toBe('npy.dtype')
  })

  it('refuses damaged headers and sizes', async () => {
    const file = fileOf('float32')
    const spoilt = (at: number, ...bytes: number[]) => {
      const copy = file.slice()
      copy.set(bytes, at)
      return copy
    }
    const cases: [string, Uint8Array][] = [
      ['npy.magic', spoilt(0, 0)],
      ['npy.magic', file.slice(0, 5)],
      ['npy.version', spoilt(6, 9)],
      ['npy.header.length', spoilt(8, 255, 255)],
      ['npy.header', spoilt(10, 0x5b)],
      ['npy.size', file.slice(0, -1)],
    ]
    for (const [key, bytes] of cases) expect(await keyOf(() => decodeNpy(bytes))).toBe(key)
    const brain: RawTensor = { dtype: 'bfloat16', shape: [1], bytes: new Uint8Array(2) }
    expect(await keyOf(() => encodeNpy(brain))).toBe('npy.write.dtype')
    const short: RawTensor = { dtype: 'float32', shape: [2], bytes: new Uint8Array(4) }
    expect(await keyOf(() => encodeNpy(short))).toBe('npy.write.size')
  })
})

describe('npz', () => {
  it.each(['plain.npz', 'packed.npz'])("reads NumPy's %s", async (name) => {
    const read = await decodeNpz(fixture(name))
    expect(valuesOf(read.get('weight')!)).toEqual(written.float32!.values)
    expect([...read.keys()]).toEqual(['weight', name === 'plain.npz' ? 'a/b' : 'zeros'])
  })

  it('gives back what was written', async () => {
    const bytes = fc.uint8Array({ minLength: 0, maxLength: 64 })
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), bytes), fc.boolean(), async (named, compress) => {
        const tensors = Object.entries(named)
          .filter(([name]) => !/\/$|^$|^__proto__/.test(name))
          .map(([name, each]): [string, RawTensor] => {
            return [name, { dtype: 'uint8', shape: [each.length], bytes: each }]
          })
        const read = await decodeNpz(await encodeNpz(new Map(tensors), { compress }))
        expect([...read].sort()).toEqual(tensors.sort())
      }),
      { numRuns: 50, seed: 1 },
    )
  })

  it('refuses what is no array, and archives that would grow too large', async () => {
    const other = await zip(new Map([['a.txt', Uint8Array.of(1)]]), { compress: false })
    expect(await keyOf(() => decodeNpz(other))).toBe('npz.name')
    expect(await keyOf(() => decodeNpz(Uint8Array.of(1, 2, 3)))).toBe('zip.damaged')
    const bomb = await zip(new Map([['a.npy', new Uint8Array(2 ** 27)]]), { compress: true })
    expect(await keyOf(() => decodeNpz(bomb))).toBe('zip.large')
  })
})

describe('checksums', () => {
  it('tell one bit of data that fell over', async () => {
    const file = fixture('plain.npz')
    const view = new DataView(file.buffer, file.byteOffset)
    const directory = view.getUint32(file.length - 22 + 16, true)
    // the last byte of the first file: shape and size remain as they were
    const at = 30 + view.getUint16(26, true) + view.getUint16(28, true)
    file[at + view.getUint32(directory + 20, true) - 1]! ^= 1
    expect(await keyOf(() => decodeNpz(file))).toBe('zip.checksum')
  })

  it('are those of what was packed', async () => {
    const file = fixture('packed.npz')
    const directory = new DataView(file.buffer, file.byteOffset).getUint32(file.length - 6, true)
    file[directory + 16]! ^= 1
    expect(await keyOf(() => decodeNpz(file))).toBe('zip.checksum')
  })

  it('of a weight of PyTorch are looked at', async () => {
    const file = fixture('state-dict.pt')
    const at = Buffer.from(file).indexOf('/data/0') + '/data/0'.length
    const whole = await decodePytorch(file)
    const first = whole.get('0.weight')!.bytes
    const data = Buffer.from(file).indexOf(Buffer.from(first), at)
    expect(data).toBeGreaterThan(at)
    file[data]! ^= 1
    expect(await keyOf(() => decodePytorch(file))).toBe('zip.checksum')
  })

  it('sizes that are claimed are held to what packed bytes can become', async () => {
    const file = await zip(new Map([['a.npy', new Uint8Array(64)]]), { compress: true })
    const view = new DataView(file.buffer, file.byteOffset)
    const directory = view.getUint32(file.length - 22 + 16, true)
    view.setUint32(directory + 24, 2 ** 26, true)
    const before = process.memoryUsage().arrayBuffers
    expect(await keyOf(() => decodeNpz(file))).toBe('zip.large')
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20)
  })
})

describe('PyTorch', () => {
  it('reads tensors of a checkpoint by their paths, whatever their strides', async () => {
    const read = await decodePytorch(fixture('checkpoint.pt'))
    const all = Object.fromEntries(
      [...read].map(([name, raw]) => [name, [raw.shape, valuesOf(raw)]]),
    )
    const base = Array.from({ length: 12 }, (_, i) => i)
    expect(all).toEqual({
      'state_dict.weight': [[3, 4], base],
      'state_dict.transposed': [
        [4, 3],
        [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11],
      ],
      'state_dict.part': [
        [2, 2],
        [5, 6, 9, 10],
      ],
      'state_dict.repeated': [
        [3, 2],
        [1, 2, 1, 2, 1, 2],
      ],
      'state_dict.half': [[2], [1.5, -2]],
      'state_dict.brain': [[2], [1.5, -2]],
      'state_dict.count': [[], [7]],
      'state_dict.flags': [[2], [1, 0]],
      'state_dict.empty': [[0, 5], []],
      'state_dict.parameter': [[1], [3]],
      'list.0': [[1], [1]],
      'list.1': [[1], [2]],
    })
  })

  it("[N2.1] reads a network's state dict", async () => {
    const read = await decodePytorch(fixture('state-dict.pt'))
    expect([...read].map(([name, { dtype, shape }]) => `${name} ${dtype} [${shape}]`)).toEqual([
      '0.weight float32 [3,2]',
      '0.bias float32 [3]',
      '1.weight float32 [3]',
      '1.bias float32 [3]',
      '1.running_mean float32 [3]',
      '1.running_var float32 [3]',
      '1.num_batches_tracked int64 []',
    ])
  })

  it('refuses other classes by name, and files of before 1.6', async () => {
    expect(await keyOf(() => decodePytorch(fixture('old.pt')))).toBe('pytorch.version')
    const refused = decodePytorch(fixture('strange.pt'))
    await expect(refused).rejects.toThrow(FormatError)
    await expect(decodePytorch(fixture('strange.pt'))).rejects.toThrow(/__main__\.Strange/)
  })

  const pickled = async (...codes: (number | string)[]) => {
    const bytes = codes.flatMap((code) =>
      typeof code === 'number' ? [code] : Array.from(code, (unit) => unit.charCodeAt(0)),
    )
    const files = new Map([['a/data.pkl', Uint8Array.from(bytes)]])
    return decodePytorch(await zip(files, { compress: false }))
  }

  it.each([
    ['os.system', ['\x80\x02cos\nsystem\n', 0x58, 4, 0, 0, 0, 'echo', 0x85, 'R.']],
    ['builtins.eval', ['\x80\x02cbuiltins\neval\n(tR.']],
    ['a call that is only a constant', ['\x80\x02ctorch\nFloatStorage\n)R.'], 'pickle.damaged'],
    ['an extension', ['\x80\x02\x82\x01.'], 'pickle.damaged'],
    ['no end', ['\x80\x02]'], 'pickle.damaged'],
    ['an empty stack', ['\x80\x02.'], 'pickle.damaged'],
    ['a text beyond the end', ['\x80\x02X\xff.'], 'pickle.damaged'],
  ] as [string, (number | string)[], string?][])(
    '[N2.1] runs nothing: %s',
    async (_, codes, key = 'pickle.global') => {
      expect(await keyOf(() => pickled(...codes))).toBe(key)
    },
  )

  it('is not caught by lists of lists of the same list', async () => {
    const level = 'q\x00](h\x00h\x00h\x00h\x00e'
    const codes = ['\x80\x02]', ...Array.from({ length: 40 }, () => level), '.']
    expect(await keyOf(() => pickled(...codes))).toBe('pytorch.deep')
  })
})
