/** Rectangles of images wiped out. Boxes, points and masks stay: what is hidden is still there. */
import { exp, log } from '../../base/math.ts'
import { expectInteger } from '../../base/shape.ts'
import {
  drawFrom,
  expectRange,
  expectWithin,
  type ImageSample,
  type ImageSizes,
  imageSizes,
  type SampleTransform,
  withPixels,
} from './sample.ts'

interface Rectangle {
  readonly top: number
  readonly left: number
  readonly bottom: number
  readonly right: number
}

/** The image with one value in a rectangle, of which only what lies in the image counts. */
function erase(
  sample: ImageSample,
  { channels, height, width }: ImageSizes,
  { top, left, bottom, right }: Rectangle,
  value: number,
): ImageSample {
  const data = sample.input.data.slice()
  for (let c = 0; c < channels; c++) {
    for (let y = Math.max(0, top); y < Math.min(height, bottom); y++) {
      const row = (c * height + y) * width
      data.fill(value, row + Math.max(0, left), row + Math.max(0, Math.min(width, right)))
    }
  }
  return withPixels(sample, data)
}

export interface CutoutOptions {
  /** Number of squares. */
  readonly holes?: number
  readonly value?: number
}

/**
 * Squares of a side in pixels wiped out; their centres lie anywhere in the image, so parts may be outside.
 *
 * @see DeVries & Taylor 2017, https://arxiv.org/abs/1708.04552
 */
export function cutout(
  length: number,
  { holes = 1, value = 0 }: CutoutOptions = {},
): SampleTransform {
  const op = 'cutout'
  expectInteger(op, 'length', length, 1)
  expectInteger(op, 'holes', holes, 0)
  expectWithin(op, 'value', value)
  return (sample, random) => {
    const sizes = imageSizes(op, sample)
    let cut = sample
    for (let hole = 0; hole < holes && sample.input.data.length > 0; hole++) {
      const top = random.integer(sizes.height) - (length >> 1)
      const left = random.integer(sizes.width) - (length >> 1)
      cut = erase(cut, sizes, { top, left, bottom: top + length, right: left + length }, value)
    }
    return cut
  }
}

export interface RandomErasingOptions {
  /** Probability that anything is wiped out. */
  readonly p?: number
  /** Least and greatest part of the area. */
  readonly scale?: readonly [number, number]
  /** Least and greatest height by width. */
  readonly ratio?: readonly [number, number]
  readonly value?: number
}

/** Draws until a rectangle fits; then the image stays as it is. */
const MOST_DRAWS = 10

/**
 * A rectangle of random area and shape wiped out with probability p.
 *
 * @see Zhong et al. 2017, https://arxiv.org/abs/1708.04896
 */
export function randomErasing({
  p = 0.5,
  scale = [0.02, 0.33],
  ratio = [0.3, 3.3],
  value = 0,
}: RandomErasingOptions = {}): SampleTransform {
  const op = 'randomErasing'
  expectWithin(op, 'p', p, [0, 1])
  expectWithin(op, 'value', value)
  const parts = expectRange(op, 'scale', scale, [0, 1])
  const [flat, upright] = expectRange(op, 'ratio', ratio, [Number.MIN_VALUE, Number.MAX_VALUE])
  const slants = [log(flat), log(upright)] as const
  return (sample, random) => {
    const sizes = imageSizes(op, sample)
    const { height, width } = sizes
    if (random.uniform() >= p) return sample
    for (let draw = 0; draw < MOST_DRAWS; draw++) {
      const area = height * width * drawFrom(random, parts)
      const shape = exp(drawFrom(random, slants))
      const tall = Math.round(Math.sqrt(area * shape))
      const wide = Math.round(Math.sqrt(area / shape))
      if (tall >= height || wide >= width) continue
      const top = random.integer(height - tall + 1)
      const left = random.integer(width - wide + 1)
      return erase(sample, sizes, { top, left, bottom: top + tall, right: left + wide }, value)
    }
    return sample
  }
}
