/** Images turned, moved, zoomed and sheared about their centres. */
import { cos, sin } from '../../base/math.ts'
import { type Affine, after } from './plane.ts'
import { type Border, expectBorder, warp } from './resample.ts'
import {
  drawFrom,
  expectRange,
  expectWithin,
  type ImageSample,
  imageSizes,
  type SampleTransform,
} from './sample.ts'

export interface AffineOptions {
  /** Degrees, clockwise as one looks at the image. */
  readonly angle?: number
  /** Pixels to the right and down. */
  readonly translate?: readonly [x: number, y: number]
  /** Above 1 the image grows. */
  readonly scale?: number
  /** Degrees by which upright lines lean to the left, and level ones to the top. */
  readonly shear?: readonly [x: number, y: number]
  /** A value, or the image again; 0 unless given. */
  readonly border?: Border
}

const RADIANS = Math.PI / 180

function tangent(degrees: number): number {
  return sin(degrees * RADIANS) / cos(degrees * RADIANS)
}

/**
 * The image sheared, zoomed and turned about its centre, then moved; bilinear.
 *
 *     p' = centre + translate + R(angle − shear_y) · S · scale · (p − centre)
 *
 * where S shears as in torchvision, whose `affine` this equals.
 */
export function affine(
  sample: ImageSample,
  { angle = 0, translate = [0, 0], scale = 1, shear = [0, 0], border = 0 }: AffineOptions = {},
): ImageSample {
  const op = 'affine'
  const sizes = imageSizes(op, sample)
  expectWithin(op, 'angle', angle)
  expectWithin(op, 'scale', scale, [Number.MIN_VALUE, Number.MAX_VALUE])
  const [dx, dy] = [
    expectWithin(op, 'translate', translate[0]),
    expectWithin(op, 'translate', translate[1]),
  ]
  const [leanX, leanY] = shear.map((degrees) => expectWithin(op, 'shear', degrees, STEEP)) as [
    number,
    number,
  ]
  const turn = angle * RADIANS
  const [centreX, centreY] = [sizes.width / 2, sizes.height / 2]
  const lean = leanY * RADIANS
  const c = cos(turn - lean) / cos(lean)
  const s = sin(turn - lean) / cos(lean)
  const t = tangent(leanX)
  const map: Affine = after(
    [
      scale * c,
      scale * (-c * t - sin(turn)),
      centreX + dx,
      scale * s,
      scale * (-s * t + cos(turn)),
      centreY + dy,
    ],
    [1, 0, -centreX, 0, 1, -centreY],
  )
  return warp(sample, sizes, [sizes.height, sizes.width], map, expectBorder(op, border))
}

/** Shears short of 90 degrees. */
const STEEP: readonly [number, number] = [-89, 89]

export interface RandomAffineOptions {
  /** Degrees: from −n to n, or from one to the other. */
  readonly degrees?: number | readonly [number, number]
  /** Most of the width and of the height that the image is moved by, to either side. */
  readonly translate?: readonly [x: number, y: number]
  /** Least and greatest scale. */
  readonly scale?: readonly [number, number]
  /** Degrees along x, and with four numbers along y, too: least and greatest. */
  readonly shear?: number | readonly [number, number] | readonly [number, number, number, number]
  readonly border?: Border
}

/**
 * Turns, moves by whole pixels, zooms and shears at random.
 *
 * @example randomAffine({ translate: [0.125, 0.125], scale: [0.85, 1.15] }) // shift and zoom
 */
export function randomAffine({
  degrees = 0,
  translate = [0, 0],
  scale = [1, 1],
  shear = 0,
  border = 0,
}: RandomAffineOptions = {}): SampleTransform {
  const op = 'randomAffine'
  const angles = expectRange(op, 'degrees', degrees)
  const [most, down] = translate
  expectWithin(op, 'translate', most, [0, 1])
  expectWithin(op, 'translate', down, [0, 1])
  const scales = expectRange(op, 'scale', scale, [Number.MIN_VALUE, Number.MAX_VALUE])
  const leans = typeof shear === 'number' ? ([-shear, shear] as const) : shear
  const leanX = expectRange(op, 'shear', [leans[0], leans[1]], STEEP)
  const leanY = expectRange(op, 'shear', [leans[2] ?? 0, leans[3] ?? 0], STEEP)
  expectBorder(op, border)
  return (sample, random) => {
    const { height, width } = imageSizes(op, sample)
    return affine(sample, {
      angle: drawFrom(random, angles),
      translate: [whole(random, most * width), whole(random, down * height)],
      scale: drawFrom(random, scales),
      shear: [drawFrom(random, leanX), drawFrom(random, leanY)],
      border,
    })
  }
}

function whole(random: Parameters<SampleTransform>[1], most: number): number {
  return Math.round(drawFrom(random, [-most, most]))
}

/**
 * Turns by a random angle, counter-clockwise as in torchvision.
 *
 * @param degrees from −n to n, or from one to the other
 */
export function randomRotation(
  degrees: number | readonly [number, number],
  { border = 0 }: { readonly border?: Border } = {},
): SampleTransform {
  const angles = expectRange('randomRotation', 'degrees', degrees)
  expectBorder('randomRotation', border)
  return (sample, random) => affine(sample, { angle: -drawFrom(random, angles), border })
}
