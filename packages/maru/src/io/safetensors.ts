/** The safetensors format: named tensors and string metadata in one file, data and never code. */
import { FormatError, ValueError } from '../base/error.ts'
import { JsonScanner, quote } from './json-scanner.ts'
import { type RawTensor, type StoredDType, sizeInBytes } from './raw-tensor.ts'

/** What a reader accepts from a file that it does not trust. */
export interface SafetensorsLimits {
  /** Longest header in bytes. */
  readonly maxHeaderBytes?: number
  readonly maxTensors?: number
}

/** Contents of a safetensors file. */
export interface Safetensors {
  readonly tensors: Map<string, RawTensor>
  readonly metadata: Map<string, string>
}

interface Layout {
  readonly name: string
  readonly dtype: StoredDType
  readonly shape: readonly number[]
  readonly begin: number
  readonly end: number
}

const METADATA = '__metadata__'
const MAX_HEADER_BYTES = 16_000_000
const MAX_TENSORS = 1_000_000

/** Names on disk, in ascending alignment: files hold the last row first. */
const stored: { readonly [D in StoredDType]: string } = {
  bool: 'BOOL',
  uint8: 'U8',
  int8: 'I8',
  int16: 'I16',
  uint16: 'U16',
  float16: 'F16',
  bfloat16: 'BF16',
  int32: 'I32',
  uint32: 'U32',
  float32: 'F32',
  float64: 'F64',
  int64: 'I64',
  uint64: 'U64',
}
const dtypes = Object.keys(stored) as StoredDType[]
const dtypeOfCode = new Map(dtypes.map((dtype) => [stored[dtype], dtype]))

/**
 * Writes tensors and metadata as the bytes of a safetensors file.
 *
 * The bytes depend on the contents alone: tensors are ordered by falling alignment, then by name,
 * as the reference implementation orders them; metadata by key.
 *
 * @throws ValueError when a tensor's bytes do not match its shape, or the header would be too long.
 * @see https://github.com/huggingface/safetensors#format
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, RawTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const rows = [...tensors].sort(
    ([nameA, a], [nameB, b]) =>
      dtypes.indexOf(b.dtype) - dtypes.indexOf(a.dtype) || compare(nameA, nameB),
  )
  const header = headerOf(rows, metadata)
  const dataBytes = rows.reduce((sum, [, { bytes }]) => sum + bytes.length, 0)
  const file = new Uint8Array(8 + header.length + dataBytes)
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true)
  file.set(header, 8)
  let at = 8 + header.length
  for (const [, { bytes }] of rows) {
    file.set(bytes, at)
    at += bytes.length
  }
  return file
}

function headerOf(
  rows: readonly (readonly [string, RawTensor])[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const parts: string[] = []
  const pairs = Object.entries(metadata).sort(([a], [b]) => compare(a, b))
  if (pairs.length > 0) {
    const inner = pairs.map(([key, value]) => `${write(key)}:${write(value)}`)
    parts.push(`"${METADATA}":{${inner.join(',')}}`)
  }
  let begin = 0
  for (const [name, tensor] of rows) {
    const { dtype, shape, bytes } = tensor
    if (name === METADATA) throw new ValueError('safetensors.reserved', { name })
    const size = sizeInBytes(dtype, shape)
    if (size !== bytes.length) {
      throw new ValueError('safetensors.write', { name, dtype, shape, bytes: bytes.length })
    }
    const offsets = `[${begin},${begin + size}]`
    const code = stored[dtype]
    parts.push(
      `${write(name)}:{"dtype":"${code}","shape":[${shape.join(',')}],"data_offsets":${offsets}}`,
    )
    begin += size
  }
  const text = new TextEncoder().encode(`{${parts.join(',')}}`)
  const header = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20)
  header.set(text)
  if (header.length > MAX_HEADER_BYTES || rows.length > MAX_TENSORS) {
    throw new ValueError('safetensors.large', { bytes: header.length, count: rows.length })
  }
  return header
}

/** A JSON string; a lone surrogate would not survive UTF-8 and could make two names one. */
function write(text: unknown): string {
  if (typeof text !== 'string' || /\p{Surrogate}/u.test(text)) {
    throw new ValueError('safetensors.text', { text: quote(String(text)) })
  }
  return JSON.stringify(text)
}

/** Order of the UTF-8 bytes: as code units, but with surrogates above everything else. */
function compare(a: string, b: string): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const difference = rank(a.charCodeAt(i)) - rank(b.charCodeAt(i))
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit
}

/**
 * Reads the bytes of a safetensors file.
 *
 * The tensors are views into `bytes`, in file order, and not always aligned to their element size.
 * Nothing in the file is trusted: lengths are checked against the file before they are used, the
 * tensors must cover the data without gap or overlap, and no key may appear twice.
 *
 * @throws FormatError when the bytes break any rule of the format or a limit.
 * @see https://github.com/huggingface/safetensors#format
 */
export function decodeSafetensors(bytes: Uint8Array, limits: SafetensorsLimits = {}): Safetensors {
  const { maxHeaderBytes = MAX_HEADER_BYTES, maxTensors = MAX_TENSORS } = limits
  const header = headerBytes(bytes, maxHeaderBytes)
  const { rows, metadata } = parseHeader(decodeText(header), maxTensors)
  const data = bytes.subarray(8 + header.length)
  rows.sort((a, b) => a.begin - b.begin || a.end - b.end)
  checkCover(rows, data.length)
  const tensors = new Map<string, RawTensor>()
  for (const { name, dtype, shape, begin, end } of rows) {
    tensors.set(name, { dtype, shape, bytes: data.subarray(begin, end) })
  }
  return { tensors, metadata }
}

function headerBytes(bytes: Uint8Array, limit: number): Uint8Array {
  if (bytes.length < 8) throw new FormatError('safetensors.short', { size: bytes.length })
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8)
  const length = view.getBigUint64(0, true)
  const rest = bytes.length - 8
  if (length > BigInt(rest)) {
    throw new FormatError('safetensors.header.length', { length: String(length), rest })
  }
  if (length > BigInt(limit)) {
    throw new FormatError('safetensors.header.limit', { length: String(length), limit })
  }
  return bytes.subarray(8, 8 + Number(length))
}

function decodeText(header: Uint8Array): string {
  if (header[0] !== 0x7b) throw new FormatError('safetensors.header.start', {})
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(header)
  } catch (cause) {
    throw new FormatError('safetensors.header.text', {}, cause)
  }
}

function parseHeader(
  text: string,
  maxTensors: number,
): { rows: Layout[]; metadata: Map<string, string> } {
  const scanner = new JsonScanner('safetensors', text)
  const rows: Layout[] = []
  const metadata = new Map<string, string>()
  scanner.object((name) => {
    if (name === METADATA) scanner.object((key) => metadata.set(key, scanner.string()))
    else if (rows.length < maxTensors) rows.push(parseTensor(scanner, name))
    else throw new FormatError('safetensors.count', { limit: maxTensors })
  })
  scanner.end()
  return { rows, metadata }
}

function parseTensor(scanner: JsonScanner, key: string): Layout {
  const name = quote(key)
  let code: string | undefined
  let shape: number[] | undefined
  let offsets: number[] | undefined
  scanner.object((field) => {
    if (field === 'dtype') code = scanner.string()
    else if (field === 'shape') shape = scanner.integers()
    else if (field === 'data_offsets') offsets = scanner.integers()
    else throw new FormatError('safetensors.field', { name, field: quote(field) })
  })
  const [begin, end] = offsets ?? []
  if (!code || !shape || offsets?.length !== 2 || begin === undefined || end === undefined) {
    throw new FormatError('safetensors.fields', { name })
  }
  const dtype = dtypeOfCode.get(code)
  if (dtype === undefined) {
    throw new FormatError('safetensors.dtype', {
      name,
      got: quote(code),
      known: [...dtypeOfCode.keys()],
    })
  }
  const size = sizeInBytes(dtype, shape)
  if (size !== end - begin) {
    throw new FormatError('safetensors.size', {
      name,
      shape: shape.length > 8 ? [...shape.slice(0, 8), '…'] : shape,
      dtype,
      size: size ?? 'more than 2^53',
      begin,
      end,
    })
  }
  return { name: key, dtype, shape, begin, end }
}

/** Throws unless the tensors, ordered by offset, lie side by side and fill the data. */
function checkCover(rows: readonly Layout[], dataBytes: number): void {
  let at = 0
  for (const { name, begin, end } of rows) {
    if (begin !== at) throw new FormatError('safetensors.offsets', { name: quote(name), begin, at })
    at = end
  }
  if (at !== dataBytes) throw new FormatError('safetensors.end', { end: at, dataBytes })
}
