import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FormatError, ValueError } from '../../src/base/error.ts'
import type { RawTensor, StoredDType } from '../../src/io/raw-tensor.ts'
import {
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsLimits,
} from '../../src/io/safetensors.ts'

/** From `tools/oracle/safetensors_file.py`: every dtype, written by the reference implementation. */
const reference = new Uint8Array(
  readFileSync(new URL('./fixtures/reference.safetensors', import.meta.url)),
)

/** A file of the given header text and number of data bytes; `claim` overrides the length field. */
function file(header: string | Uint8Array, dataBytes = 0, claim?: bigint): Uint8Array {
  const text = typeof header === 'string' ? new TextEncoder().encode(header) : header
  const bytes = new Uint8Array(8 + text.length + dataBytes)
  new DataView(bytes.buffer).setBigUint64(0, claim ?? BigInt(text.length), true)
  bytes.set(text, 8)
  return bytes
}

function info(shape: string, offsets: string, dtype = 'F32'): string {
  return `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`
}

function f32(shape: number[], ...values: number[]): RawTensor {
  return { dtype: 'float32', shape, bytes: new Uint8Array(new Float32Array(values).buffer) }
}

function keyOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof FormatError || error instanceof ValueError) return error.key
    throw error
  }
  return 'accepted'
}

describe('reading', () => {
  it('reads the file of the reference implementation', () => {
    const { tensors, metadata } = decodeSafetensors(reference)
    expect([...metadata]).toEqual([['framework', 'maru 마루']])
    expect(tensors.size).toBe(24)
    expect(tensors.get('layer.0.weight')).toEqual({
      dtype: 'float32',
      shape: [2, 3],
      bytes: Uint8Array.from({ length: 24 }, (_, i) => i),
    })
    expect(tensors.get('scalar')).toMatchObject({ dtype: 'float64', shape: [] })
    expect(tensors.get('empty')).toMatchObject({ shape: [0, 3], bytes: new Uint8Array(0) })
    expect(tensors.get('__proto__')).toMatchObject({ shape: [1] })
    expect(tensors.get('dtype.bfloat16')?.bytes).toHaveLength(4)
  })

  it('views the bytes given, wherever they begin in their buffer', () => {
    const shifted = new Uint8Array(reference.length + 3)
    shifted.set(reference, 3)
    const moved = shifted.subarray(3)
    const weight = decodeSafetensors(moved).tensors.get('layer.0.weight')
    expect(weight?.bytes.buffer).toBe(shifted.buffer)
    expect(weight?.bytes).toEqual(Uint8Array.from({ length: 24 }, (_, i) => i))
  })

  it('accepts white space, padding, any order of tensors, and no tensors', () => {
    const header = ` "b" : ${info('[ 1 ]', '[4, 8]')} ,\n\t"a":${info('[1]', '[0,4]')}`
    expect([...decodeSafetensors(file(`{${header}}   `, 8)).tensors.keys()]).toEqual(['a', 'b'])
    expect(decodeSafetensors(file('{}')).tensors.size).toBe(0)
    expect(decodeSafetensors(file('{"__metadata__":{}}')).metadata.size).toBe(0)
  })

  it('keeps keys that JavaScript treats specially as plain data', () => {
    const keys = ['__proto__', 'constructor', 'toString']
    const pairs = keys.map((key) => `"${key}":"x"`).join(',')
    const { metadata, tensors } = decodeSafetensors(
      file(`{"__metadata__":{${pairs}},"__proto__":${info('[0]', '[0,0]')}}`),
    )
    expect([...metadata.keys()]).toEqual(keys)
    expect([...tensors.keys()]).toEqual(['__proto__'])
    expect(({} as Record<string, unknown>).x).toBeUndefined()
    const again = decodeSafetensors(encodeSafetensors(tensors, Object.fromEntries(metadata)))
    expect(again.metadata.get('__proto__')).toBe('x')
  })
})

describe('writing', () => {
  it('gives the very bytes of the reference implementation', () => {
    const { tensors, metadata } = decodeSafetensors(reference)
    const reversed = new Map([...tensors].reverse())
    const written = encodeSafetensors(reversed, Object.fromEntries(metadata))
    expect(Buffer.from(written).equals(reference)).toBe(true)
  })

  it('aligns the data to 8 bytes and writes the empty file as the reference does', () => {
    expect([...encodeSafetensors(new Map())]).toEqual([
      8, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20,
    ])
    for (let length = 0; length < 9; length++) {
      const bytes = encodeSafetensors(new Map([['x'.repeat(length), f32([1], 1)]]))
      expect((bytes.length - 4) % 8).toBe(0)
    }
  })

  it('orders metadata by key', () => {
    const forward = encodeSafetensors(new Map(), { a: '1', b: '2' })
    expect(encodeSafetensors(new Map(), { b: '2', a: '1' })).toEqual(forward)
  })

  const bad: [name: string, key: string, tensors: [string, RawTensor][], metadata?: object][] = [
    ['bytes that do not match', 'safetensors.write', [['a', f32([3], 1, 2)]]],
    ['a negative size', 'safetensors.write', [['a', f32([-1, -1], 1)]]],
    ['a fraction', 'safetensors.write', [['a', f32([0.5, 2], 1)]]],
    ['the reserved name', 'safetensors.reserved', [['__metadata__', f32([1], 1)]]],
    ['half a character', 'safetensors.text', [['\ud800', f32([1], 1)]]],
    ['metadata that is no string', 'safetensors.text', [], { epoch: 3 }],
    ['a header nobody would read', 'safetensors.large', [], { note: 'x'.repeat(16_000_001) }],
  ]
  it.each(bad)('refuses %s', (_, key, tensors, metadata) => {
    const run = () => encodeSafetensors(new Map(tensors), metadata as Record<string, string>)
    expect(keyOf(run)).toBe(key)
  })
})

const one = info('[1]', '[0,4]')
const huge = '9007199254740991'
const hostile: [name: string, key: string, bytes: Uint8Array, limits?: SafetensorsLimits][] = [
  ['no bytes', 'safetensors.short', new Uint8Array(0)],
  ['seven bytes', 'safetensors.short', new Uint8Array(7)],
  ['a header past the end', 'safetensors.header.length', file('{}', 0, 3n)],
  ['a header of 2^64 - 1 bytes', 'safetensors.header.length', file('{}', 0, 2n ** 64n - 1n)],
  ['a header of 2^63 bytes', 'safetensors.header.length', file('{}', 0, 2n ** 63n)],
  ['a header over the limit', 'safetensors.header.limit', file(`{${' '.repeat(16_000_000)}}`)],
  ['a header over a limit given', 'safetensors.header.limit', file('{}  '), { maxHeaderBytes: 3 }],
  ['an empty header', 'safetensors.header.start', file('')],
  ['leading space', 'safetensors.header.start', file(' {}')],
  ['a byte order mark', 'safetensors.header.start', file('\ufeff{}')],
  ['an array', 'safetensors.header.start', file('[]')],
  ['bytes that are not UTF-8', 'safetensors.header.text', file(Uint8Array.of(0x7b, 0xff, 0x7d))],
  ['an open object', 'json.syntax', file('{')],
  ['text after the object', 'json.syntax', file('{}x')],
  ['zero bytes as padding', 'json.syntax', file('{}\0')],
  ['a comma at the end', 'json.syntax', file(`{"a":${one},}`, 4)],
  ['single quotes', 'json.syntax', file(`{'a':${one}}`, 4)],
  ['an open string', 'json.syntax', file('{"a')],
  ['a string that ends in an escape', 'json.syntax', file('{"a\\')],
  ['a bad escape', 'json.syntax', file(`{"\\x":${one}}`, 4)],
  ['a line break in a string', 'json.syntax', file(`{"\n":${one}}`, 4)],
  ['half a character', 'json.syntax', file(`{"\\ud800":${one}}`, 4)],
  ['a tensor that is null', 'json.syntax', file('{"a":null}')],
  ['deep nesting', 'json.syntax', file(`{"a":${'['.repeat(1e6)}`)],
  ['metadata that is no string', 'json.syntax', file('{"__metadata__":{"a":1}}')],
  ['nested metadata', 'json.syntax', file('{"__metadata__":{"a":{"b":"c"}}}')],
  ['a key twice', 'json.duplicate', file(`{"a":${one},"a":${one}}`, 4)],
  ['a key twice, once escaped', 'json.duplicate', file(`{"a":${one},"\\u0061":${one}}`, 4)],
  ['metadata twice', 'json.duplicate', file('{"__metadata__":{},"__metadata__":{}}')],
  ['a metadata key twice', 'json.duplicate', file('{"__metadata__":{"a":"","a":""}}')],
  ['a field twice', 'json.duplicate', file(`{"a":{"dtype":"F32","dtype":"F32"}}`)],
  ['a negative size', 'json.syntax', file(`{"a":${info('[-1]', '[0,4]')}}`, 4)],
  ['a fraction', 'json.syntax', file(`{"a":${info('[1.0]', '[0,4]')}}`, 4)],
  ['an exponent', 'json.syntax', file(`{"a":${info('[1e0]', '[0,4]')}}`, 4)],
  ['a leading zero', 'json.syntax', file(`{"a":${info('[01]', '[0,4]')}}`, 4)],
  ['2^53', 'json.syntax', file(`{"a":${info('[9007199254740992]', '[0,4]')}}`, 4)],
  ['twenty digits', 'json.syntax', file(`{"a":${info('[18446744073709551617]', '[0,4]')}}`, 4)],
  ['too many tensors', 'safetensors.count', file(`{"a":${one},"b":${one}}`, 4), { maxTensors: 1 }],
  ['an unknown field', 'safetensors.field', file(`{"a":{"code":"rm -rf"}}`)],
  ['a missing field', 'safetensors.fields', file(`{"a":{"dtype":"F32","shape":[1]}}`, 4)],
  ['one offset', 'safetensors.fields', file(`{"a":${info('[1]', '[0]')}}`, 4)],
  ['three offsets', 'safetensors.fields', file(`{"a":${info('[1]', '[0,4,8]')}}`, 4)],
  ['an unknown dtype', 'safetensors.dtype', file(`{"a":${info('[1]', '[0,4]', 'F8_E4M3')}}`, 4)],
  ['a dtype of Object', 'safetensors.dtype', file(`{"a":${info('[1]', '[0,4]', '__proto__')}}`, 4)],
  ['too few bytes', 'safetensors.size', file(`{"a":${info('[2]', '[0,4]')}}`, 4)],
  ['too many bytes', 'safetensors.size', file(`{"a":${info('[1]', '[0,8]')}}`, 8)],
  ['offsets the wrong way', 'safetensors.size', file(`{"a":${info('[1]', '[4,0]')}}`, 4)],
  ['a product past 2^53', 'safetensors.size', file(`{"a":${info(`[${huge},2]`, '[0,4]')}}`, 4)],
  ['a product that wraps to 0', 'safetensors.size', file(`{"a":${info(wrap(), '[0,0]')}}`)],
  ['bytes past 2^53', 'safetensors.size', file(`{"a":${info(`[${huge}]`, '[0,4]')}}`, 4)],
  ['a size hidden by a zero', 'safetensors.size', file(`{"a":${info(`[0,${huge},4]`, '[0,0]')}}`)],
  ['a gap at the start', 'safetensors.offsets', file(`{"a":${info('[1]', '[4,8]')}}`, 8)],
  ['a gap', 'safetensors.offsets', file(`{"a":${one},"b":${info('[1]', '[8,12]')}}`, 12)],
  ['an overlap', 'safetensors.offsets', file(`{"a":${one},"b":${info('[1]', '[2,6]')}}`, 6)],
  ['one tensor inside another', 'safetensors.offsets', file(`{"a":${one},"b":${one}}`, 4)],
  ['an offset past the end', 'safetensors.end', file(`{"a":${info('[2]', '[0,8]')}}`, 4)],
  ['data left over', 'safetensors.end', file(`{"a":${one}}`, 5)],
]

/** Sizes whose product is 2^64, which is 0 for a reader that counts in 64 bits. */
function wrap(): string {
  return `[${new Array(4).fill(65536).join(',')}]`
}

describe('hostile files', () => {
  it.each(hostile)('refuses %s', (_, key, bytes, limits) => {
    expect(keyOf(() => decodeSafetensors(bytes, limits))).toBe(key)
  })

  it('names the tensor without obeying its name', () => {
    const name = '\u001b[2J\u009b31m\u202e'
    const run = () => decodeSafetensors(file(`{${JSON.stringify(name)}:{"dtype":"F32"}}`))
    expect(run).toThrow('tensor "\\u001b[2J�31m�"')
  })
})

const anyName = fc.string({ unit: 'binary', maxLength: 12 }).filter((name) => !/^__meta/.test(name))
const sizes: Record<string, number> = { bool: 1, int16: 2, bfloat16: 2, float32: 4, int64: 8 }
const anyTensor = fc
  .record({
    dtype: fc.constantFrom(...(Object.keys(sizes) as StoredDType[])),
    shape: fc.array(fc.nat(4), { maxLength: 4 }),
    seed: fc.nat(255),
  })
  .map(({ dtype, shape, seed }): RawTensor => {
    const length = shape.reduce((size, dim) => size * dim, sizes[dtype] ?? 0)
    return { dtype, shape, bytes: new Uint8Array(length).fill(seed) }
  })

describe('properties', () => {
  it('gives back what was written', () => {
    const entries = fc.uniqueArray(fc.tuple(anyName, anyTensor), {
      selector: ([name]) => name,
      maxLength: 6,
    })
    const metadata = fc.dictionary(anyName, fc.string({ unit: 'binary' }), { maxKeys: 4 })
    fc.assert(
      fc.property(entries, metadata, (rows, notes) => {
        const bytes = encodeSafetensors(new Map(rows), notes)
        const { tensors, metadata } = decodeSafetensors(bytes)
        expect(tensors).toEqual(new Map(rows))
        expect(metadata).toEqual(new Map(Object.entries(notes)))
        expect(encodeSafetensors(tensors, Object.fromEntries(metadata))).toEqual(bytes)
      }),
      { seed: 20261120, numRuns: 300 },
    )
  })

  it('answers 5,000 damaged files with a value or a FormatError, quickly', () => {
    const split = 8 + new DataView(reference.buffer).getUint32(0, true)
    const claim = fc.oneof(
      { weight: 19, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.bigInt(0n, 2n ** 64n - 1n) },
    )
    const keys = new Map<string, number>()
    fc.assert(
      fc.property(edits(2), edits(1), claim, (head, tail, length) => {
        const header = head.reduce(damage, reference.slice(8, split))
        const data = tail.reduce(damage, reference.slice(split))
        const bytes = file(header, data.length, length)
        bytes.set(data, 8 + header.length)
        const key = keyOf(() => check(bytes))
        keys.set(key, (keys.get(key) ?? 0) + 1)
      }),
      { seed: 20261120, numRuns: 5000 },
    )
    expect(keys.get('accepted')).toBeGreaterThan(500)
    expect(keys.size).toBeGreaterThan(9)
  })
})

/** Reads, and holds what was read against the file: nothing outside it, nothing twice. */
function check(bytes: Uint8Array): void {
  const { tensors } = decodeSafetensors(bytes)
  let total = 0
  for (const tensor of tensors.values()) {
    expect(tensor.bytes.buffer).toBe(bytes.buffer)
    total += tensor.bytes.length
  }
  expect(total).toBeLessThanOrEqual(bytes.length)
}

type Edit = [where: number, value: number, kind: number]

function edits(maxLength: number): fc.Arbitrary<Edit[]> {
  return fc.noBias(fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.nat(6)), { maxLength }))
}

const tokens = ['{', '}', '[', '"', ',', ':', '\\', '0', '9', '-', ' ', '__proto__', huge, '"F64"']

/** One damage: a byte set, a bit or a digit changed, bytes cut, doubled or lost, a token put in. */
function damage(bytes: Uint8Array, [where, value, kind]: Edit): Uint8Array {
  const at = where % (bytes.length + 1)
  const before = bytes.subarray(0, at)
  const after = bytes.subarray(at)
  if (kind === 0) return bytes.with(Math.min(at, bytes.length - 1), value)
  if (kind === 1) return bytes.map((byte, i) => (i === at ? byte ^ (1 << (value % 8)) : byte))
  if (kind === 2) return before.slice()
  if (kind === 3) return join(before, after.subarray(0, value), after)
  if (kind === 4) return join(before, after.subarray(value % 16))
  if (kind === 5)
    return join(before, new TextEncoder().encode(tokens[value % tokens.length]), after)
  const digit = after.findIndex((byte) => byte >= 0x30 && byte <= 0x39)
  return bytes.map((byte, i) => (digit >= 0 && i === at + digit ? 0x30 + (value % 10) : byte))
}

function join(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}
