/** NumPy's npy format: one array, data and never objects. */
import { FormatError, ValueError } from '../base/error.ts'
import { quote } from './json-scanner.ts'
import { elementBytes, type RawTensor, type StoredDType, sizeInBytes } from './raw-tensor.ts'

const MAGIC = '\x93NUMPY'
const ALIGNMENT = 64
const MAX_HEADER_BYTES = 65_536

/** NumPy's codes after the sign of the byte order. */
const codes: { readonly [code: string]: StoredDType } = {
  b1: 'bool',
  u1: 'uint8',
  i1: 'int8',
  i2: 'int16',
  u2: 'uint16',
  f2: 'float16',
  i4: 'int32',
  u4: 'uint32',
  f4: 'float32',
  f8: 'float64',
  i8: 'int64',
  u8: 'uint64',
}

/** `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`, in any order. */
const LAYOUT =
  /^\{\s*(?:'(?:descr|fortran_order|shape)'\s*:\s*(?:'[^']{0,64}'|True|False|\([\d\s,L]*\))\s*,?\s*){3}\}\s*$/
const FIELDS = {
  descr: /'descr'\s*:\s*'([^']*)'/,
  fortran: /'fortran_order'\s*:\s*(True|False)/,
  shape: /'shape'\s*:\s*\(([^)]*)\)/,
}

interface Header {
  readonly dtype: StoredDType
  readonly bigEndian: boolean
  readonly fortran: boolean
  readonly shape: readonly number[]
  /** Where the elements begin. */
  readonly start: number
}

/**
 * Reads the bytes of an npy file: little-endian elements in row-major order, whatever the file's are.
 *
 * @throws FormatError when the bytes are no npy file, hold objects, texts, times or complex numbers, or
 *   do not fill the shape
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function decodeNpy(bytes: Uint8Array): RawTensor {
  const { dtype, bigEndian, fortran, shape, start } = headerOf(bytes)
  const size = sizeInBytes(dtype, shape)
  const rest = bytes.length - start
  if (size !== rest) {
    throw new FormatError('npy.size', { dtype, shape, size: size ?? 'more than 2^53', rest })
  }
  const width = elementBytes[dtype]
  const stored = bytes.subarray(start)
  const little = bigEndian && width > 1 ? swapped(stored, width) : stored
  const data = fortran && shape.length > 1 ? rowMajor(little, shape, width) : little
  return { dtype, shape, bytes: data }
}

function headerOf(bytes: Uint8Array): Header {
  const text = (from: number, to: number): string =>
    String.fromCharCode(...bytes.subarray(from, to))
  if (bytes.length < 12 || text(0, MAGIC.length) !== MAGIC) throw new FormatError('npy.magic', {})
  const major = bytes[6] ?? 0
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (major < 1 || major > 3) throw new FormatError('npy.version', { got: major })
  const [from, length] = major === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)]
  const start = from + length
  if (length > MAX_HEADER_BYTES || start > bytes.length) {
    throw new FormatError('npy.header.length', { length, rest: bytes.length - from })
  }
  const header = Array.from(bytes.subarray(from, start), (unit) => String.fromCharCode(unit)).join(
    '',
  )
  const field = (name: keyof typeof FIELDS) => FIELDS[name].exec(header)?.[1]
  const [descr, fortran, shape] = [field('descr'), field('fortran'), field('shape')]
  if (!LAYOUT.test(header) || descr === undefined || !fortran || shape === undefined) {
    throw new FormatError('npy.header', { got: quote(header) })
  }
  const dtype = Object.hasOwn(codes, descr.slice(1)) ? codes[descr.slice(1)] : undefined
  const order = descr[0] ?? ''
  if (!dtype || !'<>|='.includes(order)) {
    throw new FormatError('npy.dtype', { got: quote(descr), known: Object.keys(codes) })
  }
  const sizes = shape.match(/\d+/g)?.map(Number) ?? []
  return { dtype, bigEndian: order === '>', fortran: fortran === 'True', shape: sizes, start }
}

/** Elements with their bytes the other way round. */
function swapped(bytes: Uint8Array, width: number): Uint8Array {
  const out = new Uint8Array(bytes.length)
  for (let at = 0; at < bytes.length; at += width) {
    for (let i = 0; i < width; i++) out[at + i] = bytes[at + width - 1 - i] ?? 0
  }
  return out
}

/** Column-major elements in row-major order. */
function rowMajor(bytes: Uint8Array, shape: readonly number[], width: number): Uint8Array {
  const out = new Uint8Array(bytes.length)
  const index = shape.map(() => 0)
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((a, b) => a * b, width))
  let from = 0
  for (let to = 0; to < out.length; to += width) {
    for (let i = 0; i < width; i++) out[to + i] = bytes[from + i] ?? 0
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const [stride = 0, size = 0, at = 0] = [strides[axis], shape[axis], index[axis]]
      if (at + 1 < size) {
        index[axis] = at + 1
        from += stride
        break
      }
      index[axis] = 0
      from -= stride * at
    }
  }
  return out
}

/**
 * Writes a tensor as the bytes of an npy file, version 1.0.
 *
 * @throws ValueError when the bytes do not match the shape, or for bfloat16, which NumPy lacks
 */
export function encodeNpy({ dtype, shape, bytes }: RawTensor): Uint8Array {
  const code = Object.keys(codes).find((each) => codes[each] === dtype)
  if (!code) throw new ValueError('npy.write.dtype', { dtype, known: Object.values(codes) })
  const size = sizeInBytes(dtype, shape)
  if (size !== bytes.length)
    throw new ValueError('npy.write.size', { dtype, shape, bytes: bytes.length })
  const order = elementBytes[dtype] === 1 ? '|' : '<'
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const text = `{'descr': '${order}${code}', 'fortran_order': False, 'shape': (${sizes}), }`
  const padded = Math.ceil((10 + text.length + 1) / ALIGNMENT) * ALIGNMENT - 10
  const header = `${MAGIC}\x01\x00${String.fromCharCode(padded & 255, padded >> 8)}${text.padEnd(padded - 1)}\n`
  const file = new Uint8Array(header.length + bytes.length)
  file.set(Uint8Array.from(header, (unit) => unit.charCodeAt(0)))
  file.set(bytes, header.length)
  return file
}
