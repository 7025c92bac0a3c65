/** The IDX format of the MNIST files: a few header words, then the elements, big-endian. */
import { FormatError } from '../base/error.ts'
import { sizeOf } from '../base/shape.ts'
import { readUnpacked } from './bytes.ts'

/** Elements of an IDX file, row-major; the class of `data` tells their type. */
export interface IdxArray {
  readonly shape: readonly number[]
  readonly data: Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array
}

interface ElementType {
  readonly bytes: number
  readonly read: (view: DataView, count: number) => IdxArray['data']
}

// by the third byte of the file
const ELEMENTS: ReadonlyMap<number, ElementType> = new Map([
  [0x08, { bytes: 1, read: (view, n) => new Uint8Array(view.buffer, view.byteOffset, n) }],
  [0x09, { bytes: 1, read: (view, n) => new Int8Array(view.buffer, view.byteOffset, n) }],
  [0x0b, { bytes: 2, read: (view, n) => fill(new Int16Array(n), (i) => view.getInt16(2 * i)) }],
  [0x0c, { bytes: 4, read: (view, n) => fill(new Int32Array(n), (i) => view.getInt32(4 * i)) }],
  [0x0d, { bytes: 4, read: (view, n) => fill(new Float32Array(n), (i) => view.getFloat32(4 * i)) }],
  [0x0e, { bytes: 8, read: (view, n) => fill(new Float64Array(n), (i) => view.getFloat64(8 * i)) }],
])

function fill<A extends Int16Array | Int32Array | Float32Array | Float64Array>(
  out: A,
  at: (i: number) => number,
): A {
  for (let i = 0; i < out.length; i++) out[i] = at(i)
  return out
}

/**
 * Elements of an uncompressed IDX file; bytes are not copied but viewed.
 *
 * The sizes that the header claims are compared with the length before anything is allocated.
 *
 * @throws FormatError when the bytes are no IDX file, or shorter or longer than they claim
 * @see LeCun, Cortes & Burges, "The MNIST database of handwritten digits", file formats
 */
export function parseIdx(bytes: Uint8Array): IdxArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const size = view.byteLength
  if (size < 4) throw new FormatError('idx.short', { size, needed: 4 })
  if (view.getUint16(0) !== 0) throw new FormatError('idx.magic', { got: hex(view.getUint32(0)) })
  const type = view.getUint8(2)
  const element = ELEMENTS.get(type)
  if (!element) throw new FormatError('idx.type', { got: hex(type) })
  const ndim = view.getUint8(3)
  const header = 4 + 4 * ndim
  if (size < header) throw new FormatError('idx.short', { size, needed: header })
  const shape = Array.from({ length: ndim }, (_, axis) => view.getUint32(4 + 4 * axis))
  const count = sizeOf(shape)
  const needed = header + count * element.bytes
  if (!Number.isSafeInteger(count) || needed !== size) {
    throw new FormatError('idx.size', { shape, needed, size })
  }
  const rest = new DataView(view.buffer, view.byteOffset + header, size - header)
  return { shape, data: element.read(rest, count) }
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`
}

/**
 * Reads an IDX file, compressed by gzip or not; its bytes may also be given.
 *
 * @throws FormatError when the file cannot be read or is not what it claims to be
 */
export async function readIdx(source: string | Uint8Array): Promise<IdxArray> {
  return parseIdx(await readUnpacked(source))
}
