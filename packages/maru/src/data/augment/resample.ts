/** Images, and all that lies in them, under maps of the plane. */
import { ValueError } from '../../base/error.ts'
import { showAny } from '../../base/show.ts'
import { type PadMode, padModes } from '../../tensor/pieces.ts'
import { type Affine, inverse, moveBoxes, movePoints } from './plane.ts'
import { expectWithin, type ImageSample, type ImageSizes, type Mask } from './sample.ts'

/** What lies around an image: one value, or the image again, as in `Tensor.pad`. */
export type Border = number | PadMode

export function expectBorder(op: string, border: Border): Border {
  if (typeof border === 'number') return expectWithin(op, 'border', border)
  if (padModes.includes(border)) return border
  throw new ValueError('augment.border', { op, got: showAny(border), known: padModes })
}

/** Where a row or column outside 0 … size - 1 is taken from; -1 for a border of one value. */
function sourceOf(i: number, size: number, border: Border): number {
  if (i >= 0 && i < size) return i
  if (typeof border === 'number' || size === 0) return -1
  if (border === 'replicate') return i < 0 ? 0 : size - 1
  const period = border === 'circular' || size === 1 ? size : 2 * size - 2
  const turn = ((i % period) + period) % period
  return turn < size ? turn : period - turn
}

/** How rows and columns are laid out anew: places in the old image, which need not be within it. */
export interface Layout {
  readonly rows: (y: number) => number
  readonly columns: (x: number) => number
  /** The same for points: from the old image to the new one. */
  readonly map: Affine
}

/** The image whose pixel (y, x) is the old one's (rows(y), columns(x)). */
export function rearrange(
  sample: ImageSample,
  { channels, height, width }: ImageSizes,
  size: readonly [height: number, width: number],
  { rows, columns, map }: Layout,
  border: Border,
): ImageSample {
  const [tall, wide] = size
  const ys = Int32Array.from({ length: tall }, (_, y) => sourceOf(rows(y), height, border))
  const xs = Int32Array.from({ length: wide }, (_, x) => sourceOf(columns(x), width, border))
  const fill = typeof border === 'number' ? border : 0
  const pixels = new Float32Array(channels * tall * wide)
  for (let c = 0; c < channels; c++) {
    const plane = sample.input.data.subarray(c * height * width, (c + 1) * height * width)
    place(plane, width, pixels.subarray(c * tall * wide, (c + 1) * tall * wide), ys, xs, fill)
  }
  const mask = sample.mask && emptyLike(sample.mask.data, tall * wide)
  if (sample.mask && mask) place(sample.mask.data, width, mask, ys, xs, 0)
  return moved(sample, pixels, mask, { channels, height: tall, width: wide, map })
}

type Plane = Float32Array | Uint8Array | Int32Array

function place(
  from: Plane,
  width: number,
  to: Plane,
  ys: Int32Array,
  xs: Int32Array,
  fill: number,
): void {
  let at = 0
  for (const y of ys) {
    const row = y * width
    for (let i = 0; i < xs.length; i++) {
      const x = xs[i] as number
      to[at++] = y < 0 || x < 0 ? fill : (from[row + x] as number)
    }
  }
}

function emptyLike(mask: Mask, length: number): Mask {
  return mask instanceof Uint8Array ? new Uint8Array(length) : new Int32Array(length)
}

/** The sample with another image and mask, its boxes and points moved. */
function moved(
  sample: ImageSample,
  pixels: Float32Array,
  mask: Mask | undefined,
  { channels, height, width, map }: ImageSizes & { readonly map: Affine },
): ImageSample {
  const { boxes, keypoints } = sample
  const points = keypoints && movePoints(keypoints.data, map)
  const frames = boxes && moveBoxes(boxes.data, map, { height, width })
  return {
    ...sample,
    input: { data: pixels, shape: [channels, height, width] },
    ...(mask && { mask: { data: mask, shape: [height, width] } }),
    ...(frames && { boxes: { data: frames, shape: boxes.shape } }),
    ...(points && { keypoints: { data: points, shape: keypoints.shape } }),
  }
}

/**
 * The image under an affine map from old places to new ones.
 *
 * A pixel is the bilinear mean of the four whose centres surround the place that its own centre came
 * from, those outside as the border says; a mask's is the class of the pixel that holds that place.
 * Nothing is smoothed when an image shrinks.
 */
export function warp(
  sample: ImageSample,
  { channels, height, width }: ImageSizes,
  size: readonly [height: number, width: number],
  map: Affine,
  border: Border,
): ImageSample {
  const [tall, wide] = size
  const area = { from: height * width, to: tall * wide }
  const data = new Float32Array(channels * area.to)
  const mask = sample.mask && emptyLike(sample.mask.data, area.to)
  const fill = typeof border === 'number' ? border : 0
  const [a, b, c, d, e, f] = inverse(map)
  const pixels = sample.input.data
  const look = (base: number, y: number, x: number): number => {
    const row = sourceOf(y, height, border)
    const column = sourceOf(x, width, border)
    return row < 0 || column < 0 ? fill : (pixels[base + row * width + column] as number)
  }
  for (let y = 0; y < tall; y++) {
    for (let x = 0; x < wide; x++) {
      const u = a * (x + 0.5) + b * (y + 0.5) + c
      const v = d * (x + 0.5) + e * (y + 0.5) + f
      const left = Math.floor(u - 0.5)
      const top = Math.floor(v - 0.5)
      const right = u - 0.5 - left
      const below = v - 0.5 - top
      const inside = left >= 0 && top >= 0 && left + 1 < width && top + 1 < height
      const at = y * wide + x
      for (let k = 0; k < channels; k++) {
        const base = k * area.from
        const corner = base + top * width + left
        const p = inside ? (pixels[corner] as number) : look(base, top, left)
        const q = inside ? (pixels[corner + 1] as number) : look(base, top, left + 1)
        const r = inside ? (pixels[corner + width] as number) : look(base, top + 1, left)
        const s = inside ? (pixels[corner + width + 1] as number) : look(base, top + 1, left + 1)
        const upper = p + (q - p) * right
        const lower = r + (s - r) * right
        data[k * area.to + at] = upper + (lower - upper) * below
      }
      if (sample.mask && mask) {
        const row = sourceOf(Math.floor(v), height, border)
        const column = sourceOf(Math.floor(u), width, border)
        mask[at] = row < 0 || column < 0 ? 0 : (sample.mask.data[row * width + column] as number)
      }
    }
  }
  return moved(sample, data, mask, { channels, height: tall, width: wide, map })
}
