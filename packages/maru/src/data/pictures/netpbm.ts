/** Pictures in the plainest of formats: PGM and PPM with bytes. */
import { FormatError } from '../../base/error.ts'
import type { NdArray } from '../record.ts'

/** `P5` or `P6`, width, height and largest value, between white space and comments, then one space. */
const HEADER = /^P([56])(?:\s|#[^\n]*\n)+(\d+)(?:\s|#[^\n]*\n)+(\d+)(?:\s|#[^\n]*\n)+(\d+)\s/
const MOST_HEADER = 1024

export function isNetpbm(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && (bytes[1] === 0x35 || bytes[1] === 0x36)
}

/**
 * The pixels of a PGM (`P5`) or PPM (`P6`) file of 8 or 16 bits, scaled to 0 … 255.
 *
 * @returns bytes [height, width, 1 or 3]
 * @throws FormatError when the file is damaged or larger than `maxPixels`
 * @see https://netpbm.sourceforge.net/doc/ppm.html
 */
export function decodeNetpbm(
  bytes: Uint8Array,
  { maxPixels }: { readonly maxPixels: number },
): NdArray<Uint8Array> {
  const head = String.fromCharCode(...bytes.subarray(0, MOST_HEADER))
  const found = HEADER.exec(head)
  if (!found) throw new FormatError('netpbm.header', {})
  const [width = 0, height = 0, most = 0] = found.slice(2).map(Number)
  if (width * height > maxPixels) {
    throw new FormatError('picture.large', { width, height, maxPixels })
  }
  if (width < 1 || height < 1 || most < 1 || most > 65_535)
    throw new FormatError('netpbm.header', {})
  const channels = found[1] === '5' ? 1 : 3
  const wide = most > 255
  const count = width * height * channels
  const rest = bytes.subarray(found[0].length)
  const needed = count * (wide ? 2 : 1)
  if (rest.length < needed) throw new FormatError('netpbm.size', { got: rest.length, needed })
  const data = new Uint8Array(count)
  for (let i = 0; i < count; i++) {
    const value = wide ? 256 * (rest[2 * i] ?? 0) + (rest[2 * i + 1] ?? 0) : (rest[i] ?? 0)
    data[i] = Math.round((255 * Math.min(value, most)) / most)
  }
  return { data, shape: [height, width, channels] }
}
