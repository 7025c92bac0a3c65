/** Images with what lies in them, and what is asked of transforms' arguments. */
import { expectOptions } from '../../base/argument.ts'
import { ShapeError, ValueError } from '../../base/error.ts'
import { sizeOf } from '../../base/shape.ts'
import { showAny } from '../../base/show.ts'
import type { Stream } from '../../base/threefry.ts'
import { expectUnit } from '../luma.ts'
import { isNdArray, type NdArray, type Sample } from '../record.ts'

/**
 * An image [channels, height, width], its class, and what is known of places in it.
 *
 * Places are in pixels from the upper left corner, x to the right and y down; pixel i spans i to i + 1,
 * so that its centre is at i + ½.
 */
export interface ImageSample extends Sample {
  /** Left, top, right and bottom of each box, [boxes, 4]. */
  readonly boxes?: NdArray<Float32Array>
  /** x and y of each point, [points, 2]. */
  readonly keypoints?: NdArray<Float32Array>
  /** One class for each pixel, [height, width]. */
  readonly mask?: NdArray<Mask>
}

export type Mask = Uint8Array | Int32Array

/** Makes another sample of one, which it leaves as it was. All chance comes from the stream. */
export type SampleTransform = (sample: ImageSample, random: Stream) => ImageSample

/** The sizes of an image. */
export interface ImageSizes {
  readonly channels: number
  readonly height: number
  readonly width: number
}

/** @throws ShapeError unless the sample's arrays have the shapes that they should */
export function imageSizes(op: string, sample: ImageSample): ImageSizes {
  const { input, boxes, keypoints, mask } = expectOptions(op, sample)
  const [channels = 0, height = 0, width = 0] = expectShape(op, 'input', input, [-1, -1, -1])
  if (boxes) expectShape(op, 'boxes', boxes, [-1, 4])
  if (keypoints) expectShape(op, 'keypoints', keypoints, [-1, 2])
  if (mask) expectShape(op, 'mask', mask, [height, width])
  return { channels, height, width }
}

/** The shape of an array, which is as wanted; -1 stands for any size. */
export function expectShape(
  op: string,
  name: string,
  array: NdArray,
  wanted: readonly number[],
): readonly number[] {
  const isArray = isNdArray(array)
  const shape = isArray ? array.shape : []
  const fits =
    isArray &&
    shape.length === wanted.length &&
    wanted.every((size, axis) => size === -1 || size === shape[axis]) &&
    array.data.length === sizeOf(shape)
  if (fits) return shape
  const got = isArray ? `[${shape.join(', ')}], ${array.data.length}` : showAny(array)
  const sizes = wanted.map((size) => (size === -1 ? 'n' : size))
  throw new ShapeError('augment.shape', { op, name, got, wanted: sizes })
}

/** As `imageSizes`, for what is about brightness: @throws ValueError for a pixel outside 0 … 1 */
export function expectPixels(op: string, sample: ImageSample): ImageSizes {
  const sizes = imageSizes(op, sample)
  expectUnit(op, sample.input.data)
  return sizes
}

/** The sample with other pixels in an image of the same shape. */
export function withPixels(sample: ImageSample, data: Float32Array): ImageSample {
  return { ...sample, input: { data, shape: sample.input.shape } }
}

/** A number with a value in a range, or a `ValueError` that names the argument. */
export function expectWithin(
  op: string,
  name: string,
  value: number,
  [low, high]: readonly [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= low && value <= high) {
    return value
  }
  throw new ValueError('value.range', { op, name, got: showAny(value), low, high })
}

/** Two ends of a range, or ±one number; both within bounds and in order. */
export function expectRange(
  op: string,
  name: string,
  range: number | readonly [number, number],
  bounds?: readonly [number, number],
): readonly [number, number] {
  const ends = typeof range === 'number' ? [-range, range] : range
  const [low = Number.NaN, high = Number.NaN] = Array.isArray(ends) ? ends : [Number.NaN]
  expectWithin(op, name, low, bounds)
  expectWithin(op, name, high, [low, bounds?.[1] ?? Number.POSITIVE_INFINITY])
  return [low, high]
}

/** A uniform draw from a range. */
export function drawFrom(random: Stream, [low, high]: readonly [number, number]): number {
  return low + (high - low) * random.uniform()
}
