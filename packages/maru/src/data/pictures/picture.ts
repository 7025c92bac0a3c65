/** Files of pictures as the images that networks take. */
import { FormatError, ValueError } from '../../base/error.ts'
import { expectInteger } from '../../base/shape.ts'
import { luma } from '../luma.ts'
import type { NdArray } from '../record.ts'
import { decodeForeign, foreignFormat } from './foreign.ts'
import { decodeNetpbm, isNetpbm } from './netpbm.ts'
import { decodePng, isPng } from './png.ts'
import { resizePlane } from './resize.ts'

/** Pixels of a picture of 64 megapixels. */
const MOST_PIXELS = 2 ** 26

export interface PictureOptions {
  /** Most pixels that a picture may have. */
  readonly maxPixels?: number
}

/**
 * The pixels of a picture: PNG, PGM and PPM anywhere, JPEG, WebP and GIF in pages and, in Node, where
 * `sharp` is installed.
 *
 * @returns bytes [height, width, channels]: grey, grey and alpha, RGB, or RGB and alpha
 * @throws FormatError when the format is not known, the file is damaged, or larger than `maxPixels`
 */
export async function decodePicture(
  bytes: Uint8Array,
  { maxPixels = MOST_PIXELS }: PictureOptions = {},
): Promise<NdArray<Uint8Array>> {
  expectInteger('decodePicture', 'maxPixels', maxPixels, 1)
  if (isPng(bytes)) return decodePng(bytes, { maxPixels })
  if (isNetpbm(bytes)) return decodeNetpbm(bytes, { maxPixels })
  const format = foreignFormat(bytes)
  if (format) return decodeForeign(bytes, { format, maxPixels })
  throw new FormatError('picture.format', { size: bytes.length })
}

export interface ImageOptions {
  /** 3 for red, green and blue, 1 for grey. */
  readonly channels?: 1 | 3
  /** Height and width: the picture is scaled until it covers them, and its middle is taken. */
  readonly size?: readonly [height: number, width: number]
}

/**
 * A picture's pixels as an image with values in [0, 1]; transparency is dropped.
 *
 * @shape picture [height, width, channels] → [1 or 3, height, width]
 * @throws ValueError for another number of channels
 */
export function imageOf(
  picture: NdArray<Uint8Array>,
  { channels = 3, size }: ImageOptions = {},
): NdArray<Float32Array> {
  if (channels !== 1 && channels !== 3) {
    throw new ValueError('image.channels', { op: 'imageOf', channels: String(channels) })
  }
  const [height = 0, width = 0, own = 0] = picture.shape
  const area = height * width
  const colors = own < 3 ? 1 : 3
  const planes = new Float32Array(colors * area)
  for (let k = 0; k < colors; k++) {
    for (let p = 0; p < area; p++) planes[k * area + p] = (picture.data[p * own + k] ?? 0) / 255
  }
  const image = { data: withChannels(planes, colors, channels), shape: [channels, height, width] }
  return size ? covering(image, size) : image
}

function withChannels(planes: Float32Array, from: 1 | 3, to: 1 | 3): Float32Array {
  if (from === to) return planes
  if (to === 1) return luma(planes, from)
  const out = new Float32Array(3 * planes.length)
  for (let k = 0; k < 3; k++) out.set(planes, k * planes.length)
  return out
}

/** Scaled until it covers the size, then its middle. */
function covering(
  { data, shape }: NdArray<Float32Array>,
  [toHeight, toWidth]: readonly [number, number],
): NdArray<Float32Array> {
  expectInteger('imageOf', 'size', toHeight, 1)
  expectInteger('imageOf', 'size', toWidth, 1)
  const [channels = 0, height = 0, width = 0] = shape
  const scale = Math.max(toHeight / height, toWidth / width)
  // what is seen of the picture, in its own pixels
  const [seenHeight, seenWidth] = [toHeight / scale, toWidth / scale]
  const out = new Float32Array(channels * toHeight * toWidth)
  for (let k = 0; k < channels; k++) {
    const plane = data.subarray(k * height * width, (k + 1) * height * width)
    const part = resizePlane(plane, {
      rows: { size: height, from: (height - seenHeight) / 2, length: seenHeight, to: toHeight },
      columns: { size: width, from: (width - seenWidth) / 2, length: seenWidth, to: toWidth },
    })
    out.set(part, k * toHeight * toWidth)
  }
  return { data: out, shape: [channels, toHeight, toWidth] }
}
