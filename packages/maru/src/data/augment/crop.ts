/** Parts of images. */
import { expectOptions } from '../../base/argument.ts'
import { ValueError } from '../../base/error.ts'
import { exp, log } from '../../base/math.ts'
import { expectInteger, expectWhole } from '../../base/shape.ts'
import { type Border, expectBorder, rearrange, warp } from './resample.ts'
import {
  drawFrom,
  expectRange,
  type ImageSample,
  imageSizes,
  type SampleTransform,
} from './sample.ts'

/** A height and a width, or one number for both. */
export type Size = number | readonly [height: number, width: number]

function expectSize(op: string, size: Size): readonly [number, number] {
  const [height = Number.NaN, width = Number.NaN] = Array.isArray(size) ? size : [size, size]
  return [expectInteger(op, 'height', height, 1), expectInteger(op, 'width', width, 1)]
}

export interface CropOptions {
  readonly top: number
  readonly left: number
  readonly size: Size
  /** A value, or the image again; 0 unless given. */
  readonly border?: Border
}

/** The part of an image with this upper left corner; what lies outside is the border. */
export function crop(sample: ImageSample, options: CropOptions): ImageSample {
  const op = 'crop'
  const { top, left, size, border = 0 } = expectOptions(op, options)
  expectWhole(op, 'top', top)
  expectWhole(op, 'left', left)
  return rearrange(
    sample,
    imageSizes(op, sample),
    expectSize(op, size),
    { rows: (y) => y + top, columns: (x) => x + left, map: [1, 0, -left, 0, 1, -top] },
    expectBorder(op, border),
  )
}

export interface RandomCropOptions {
  /** Pixels of border that are laid around the image first. */
  readonly padding?: number
  /** A value, or the image again; 0 unless given. */
  readonly border?: Border
}

/**
 * A part of a given size, anywhere in the padded image with equal chance.
 *
 * @throws ValueError when the padded image is smaller than that
 * @example randomCrop(32, { padding: 4 })
 */
export function randomCrop(
  size: Size,
  { padding = 0, border = 0 }: RandomCropOptions = {},
): SampleTransform {
  const op = 'randomCrop'
  const [tall, wide] = expectSize(op, size)
  expectInteger(op, 'padding', padding, 0)
  expectBorder(op, border)
  return (sample, random) => {
    const { height, width } = imageSizes(op, sample)
    const [down, right] = [height + 2 * padding - tall, width + 2 * padding - wide]
    if (down < 0 || right < 0) {
      throw new ValueError('augment.crop', { op, size: [tall, wide], height, width, padding })
    }
    const top = random.integer(down + 1) - padding
    const left = random.integer(right + 1) - padding
    return crop(sample, { top, left, size: [tall, wide], border })
  }
}

/** The middle part of a given size, half a pixel up or left where there is no middle. */
export function centerCrop(size: Size): SampleTransform {
  const [tall, wide] = expectSize('centerCrop', size)
  return (sample) => {
    const { height, width } = imageSizes('centerCrop', sample)
    const [top, left] = [Math.floor((height - tall) / 2), Math.floor((width - wide) / 2)]
    return crop(sample, { top, left, size: [tall, wide] })
  }
}

export interface RandomResizedCropOptions {
  /** Least and greatest part of the image's area. */
  readonly scale?: readonly [number, number]
  /** Least and greatest width by height. */
  readonly ratio?: readonly [number, number]
}

/** Draws until a part fits; then the largest of a good shape is taken from the middle. */
const MOST_DRAWS = 10

/**
 * A part of random area and shape, resized bilinearly.
 *
 * @see Szegedy et al. 2014, https://arxiv.org/abs/1409.4842
 */
export function randomResizedCrop(
  size: Size,
  { scale = [0.08, 1], ratio = [3 / 4, 4 / 3] }: RandomResizedCropOptions = {},
): SampleTransform {
  const op = 'randomResizedCrop'
  const [tall, wide] = expectSize(op, size)
  const parts = expectRange(op, 'scale', scale, [Number.MIN_VALUE, 1])
  const [flat, upright] = expectRange(op, 'ratio', ratio, [Number.MIN_VALUE, Number.MAX_VALUE])
  const slants = [log(flat), log(upright)] as const
  return (sample, random) => {
    const sizes = imageSizes(op, sample)
    const { height, width } = sizes
    let [h, w] = [height, width]
    for (let draw = 0; ; draw++) {
      const area = height * width * drawFrom(random, parts)
      const shape = exp(drawFrom(random, slants))
      w = Math.round(Math.sqrt(area * shape))
      h = Math.round(Math.sqrt(area / shape))
      if (w > 0 && w <= width && h > 0 && h <= height) break
      if (draw + 1 < MOST_DRAWS) continue
      w = Math.max(1, Math.min(width, Math.round(height * upright)))
      h = Math.max(1, Math.min(height, Math.round(width / flat)))
      break
    }
    const top = random.integer(Math.max(1, height - h + 1))
    const left = random.integer(Math.max(1, width - w + 1))
    const part = crop(sample, { top, left, size: [h, w] })
    const [sx, sy] = [wide / w, tall / h]
    return warp(part, imageSizes(op, part), [tall, wide], [sx, 0, 0, 0, sy, 0], 'replicate')
  }
}
