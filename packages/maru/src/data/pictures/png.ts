/** Pictures in PNG: every colour type and depth, interlaced or not, to bytes. */
import { crc32 } from '../../base/crc32.ts'
import { FormatError } from '../../base/error.ts'
import { joinBytes } from '../../base/join-bytes.ts'
import { unpack } from '../bytes.ts'
import type { NdArray } from '../record.ts'

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10]
/** A byte of zlib's format becomes 1,032 at most. */
const MOST_GROWTH = 1032

/** Samples of a pixel by colour type, and the depths that it may have. */
const COLORS: ReadonlyMap<number, { samples: number; depths: readonly number[] }> = new Map([
  [0, { samples: 1, depths: [1, 2, 4, 8, 16] }],
  [2, { samples: 3, depths: [8, 16] }],
  [3, { samples: 1, depths: [1, 2, 4, 8] }],
  [4, { samples: 2, depths: [8, 16] }],
  [6, { samples: 4, depths: [8, 16] }],
])
const PALETTE = 3

/** Every seventh of Adam's seven pictures in one: where it begins, and its steps. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const
const WHOLE = [[0, 0, 1, 1]] as const

interface Header {
  readonly width: number
  readonly height: number
  readonly depth: number
  readonly color: number
  readonly samples: number
  readonly passes: readonly (readonly [number, number, number, number])[]
}

export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte)
}

/**
 * The pixels of a PNG file.
 *
 * Samples of 16 bits lose their lower half; grey ones of less than 8 are stretched to it; palettes
 * become their colours. Sizes are compared with the file before anything is allocated.
 *
 * @returns bytes [height, width, channels]: grey, grey and alpha, RGB, or RGB and alpha
 * @throws FormatError when the file is damaged or larger than `maxPixels`
 * @see PNG specification, third edition, https://www.w3.org/TR/png-3/
 */
export async function decodePng(
  bytes: Uint8Array,
  { maxPixels }: { readonly maxPixels: number },
): Promise<NdArray<Uint8Array>> {
  const { header, packed, palette } = readChunks(bytes, maxPixels)
  const size = header.passes.reduce((sum, pass) => sum + passBytes(header, pass), 0)
  if (size > packed.length * MOST_GROWTH) throw damaged('IDAT')
  const lines = await unpack(packed, { format: 'deflate', limit: size }).catch((cause) => {
    throw damaged('IDAT', cause)
  })
  if (lines.length !== size) throw damaged('IDAT')
  const samples = new Uint8Array(header.width * header.height * header.samples)
  let at = 0
  for (const pass of header.passes) {
    const end = at + passBytes(header, pass)
    drawPass(lines.subarray(at, end), header, pass, samples)
    at = end
  }
  const shape = [header.height, header.width]
  if (header.color !== PALETTE) return { data: samples, shape: [...shape, header.samples] }
  if (!palette) throw damaged('PLTE')
  return { data: colored(samples, palette), shape: [...shape, palette[0]?.length ?? 3] }
}

function damaged(part: string, cause?: unknown): FormatError {
  return new FormatError('png.damaged', { part }, cause)
}

interface Chunks {
  readonly header: Header
  readonly packed: Uint8Array
  readonly palette: readonly (readonly number[])[] | undefined
}

/** Goes through the chunks; those that no pixel depends on are passed over. */
function readChunks(bytes: Uint8Array, maxPixels: number): Chunks {
  if (!isPng(bytes)) throw damaged('signature')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const parts: Uint8Array[] = []
  let header: Header | undefined
  let colors: Uint8Array | undefined
  let alphas: Uint8Array | undefined
  for (let at = SIGNATURE.length; ; ) {
    if (at + 12 > bytes.length) throw damaged('end')
    const length = view.getUint32(at)
    const end = at + 8 + length
    if (end + 4 > bytes.length) throw damaged('length')
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    if (crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end))
      throw damaged(`${type} checksum`)
    const body = bytes.subarray(at + 8, end)
    if (type === 'IHDR') header = readHeader(body, maxPixels)
    else if (type === 'PLTE') colors = body
    else if (type === 'tRNS') alphas = body
    else if (type === 'IDAT') parts.push(body)
    else if (type === 'IEND') break
    at = end + 4
  }
  if (!header) throw damaged('IHDR')
  const palette = colors && header.color === PALETTE ? readPalette(colors, alphas) : undefined
  return { header, packed: joinBytes(parts), palette }
}

function readHeader(body: Uint8Array, maxPixels: number): Header {
  if (body.length !== 13) throw damaged('IHDR')
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  const [width, height] = [view.getUint32(0), view.getUint32(4)]
  const [depth = 0, color = 0, packing, filters, interlaced] = body.subarray(8)
  const known = COLORS.get(color)
  if (!known?.depths.includes(depth) || packing !== 0 || filters !== 0) throw damaged('IHDR')
  if (width === 0 || height === 0 || interlaced === undefined || interlaced > 1) {
    throw damaged('IHDR')
  }
  if (width * height > maxPixels) {
    throw new FormatError('picture.large', { width, height, maxPixels })
  }
  const passes = interlaced ? PASSES : WHOLE
  return { width, height, depth, color, samples: known.samples, passes }
}

function readPalette(colors: Uint8Array, alphas: Uint8Array | undefined): number[][] {
  if (colors.length % 3 !== 0 || colors.length === 0 || colors.length > 768) throw damaged('PLTE')
  return Array.from({ length: colors.length / 3 }, (_, i) => {
    const rgb = [...colors.subarray(3 * i, 3 * i + 3)]
    return alphas ? [...rgb, alphas[i] ?? 255] : rgb
  })
}

type Pass = readonly [x: number, y: number, stepX: number, stepY: number]

/** Pixels of a pass across and down. */
function passSize({ width, height }: Header, [x, y, stepX, stepY]: Pass): [number, number] {
  const across = Math.max(0, Math.ceil((width - x) / stepX))
  const down = Math.max(0, Math.ceil((height - y) / stepY))
  return across === 0 ? [0, 0] : [across, down]
}

function lineBytes({ samples, depth }: Header, across: number): number {
  return Math.ceil((across * samples * depth) / 8)
}

function passBytes(header: Header, pass: Pass): number {
  const [across, down] = passSize(header, pass)
  return down * (1 + lineBytes(header, across))
}

/** Undoes the filters of a pass's lines and puts its samples where they belong. */
function drawPass(lines: Uint8Array, header: Header, pass: Pass, into: Uint8Array): void {
  const [across, down] = passSize(header, pass)
  const { samples, depth, width } = header
  const [left, top, stepX, stepY] = pass
  const size = lineBytes(header, across)
  const back = Math.max(1, (samples * depth) / 8)
  let above: Uint8Array = new Uint8Array(size)
  for (let row = 0; row < down; row++) {
    const start = row * (size + 1)
    const line = lines.subarray(start + 1, start + 1 + size)
    unfilter(lines[start] ?? 0, line, above, back)
    above = line
    for (let column = 0; column < across; column++) {
      const at = ((top + row * stepY) * width + left + column * stepX) * samples
      for (let k = 0; k < samples; k++) {
        into[at + k] = sampleOf(line, column * samples + k, header)
      }
    }
  }
}

/** Sample i of a line as a byte; that of a palette is its index. */
function sampleOf(line: Uint8Array, i: number, { depth, color }: Header): number {
  if (depth === 8) return line[i] ?? 0
  if (depth === 16) return line[2 * i] ?? 0
  const shift = 8 - depth - ((i * depth) % 8)
  const most = (1 << depth) - 1
  const value = ((line[Math.floor((i * depth) / 8)] ?? 0) >> shift) & most
  return color === PALETTE ? value : (value * 255) / most
}

function unfilter(kind: number, line: Uint8Array, above: Uint8Array, back: number): void {
  if (kind > 4) throw damaged('filter')
  if (kind === 0) return
  for (let i = 0; i < line.length; i++) {
    const left = i < back ? 0 : (line[i - back] ?? 0)
    const up = above[i] ?? 0
    const corner = i < back ? 0 : (above[i - back] ?? 0)
    // stored modulo 256
    line[i] = (line[i] ?? 0) + predicted(kind, left, up, corner)
  }
}

function predicted(kind: number, left: number, up: number, corner: number): number {
  if (kind === 1) return left
  if (kind === 2) return up
  if (kind === 3) return (left + up) >> 1
  const guess = left + up - corner
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)]
  if (a <= b && a <= c) return left
  return b <= c ? up : corner
}

function colored(indices: Uint8Array, palette: readonly (readonly number[])[]): Uint8Array {
  const channels = palette[0]?.length ?? 3
  const out = new Uint8Array(indices.length * channels)
  indices.forEach((index, i) => {
    const color = palette[index]
    if (!color) throw damaged('palette')
    out.set(color, i * channels)
  })
  return out
}
