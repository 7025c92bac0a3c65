/** RandAugment. */

import { expectInteger } from '../../base/shape.ts'
import type { Stream } from '../../base/threefry.ts'
import { type AffineOptions, affine } from './affine.ts'
import { adjustBrightness, adjustContrast, adjustSaturation } from './color.ts'
import { type Border, expectBorder } from './resample.ts'
import { expectWithin, type ImageSample, imageSizes, type SampleTransform } from './sample.ts'
import { adjustSharpness, autocontrast, equalize, posterize, solarize } from './tone.ts'

export interface RandAugmentOptions {
  /** Changes made to each image, one after the other. */
  readonly numOps?: number
  /** How strong they are, from 0 to `magnitudes` - 1. */
  readonly magnitude?: number
  readonly magnitudes?: number
  /** What lies around an image that is moved; 0 unless given. */
  readonly border?: Border
}

/** How strong, from 0 to 1; chance gives the sign. */
type Change = (
  sample: ImageSample,
  strength: number,
  options: { readonly sign: 1 | -1; readonly border: Border },
) => ImageSample

/** Degrees of a shear by 0.3, torchvision's strongest. */
const MOST_SHEAR = 16.69924423399362
/** The part of a side that an image is moved by at most. */
const MOST_SHIFT = 150 / 331

function geometric(options: (amount: number, sample: ImageSample) => AffineOptions): Change {
  return (sample, strength, { sign, border }) =>
    affine(sample, { ...options(sign * strength, sample), border })
}

function factor(adjust: (sample: ImageSample, factor: number) => ImageSample): Change {
  return (sample, strength, { sign }) => adjust(sample, 1 + sign * 0.9 * strength)
}

/** The fourteen changes of torchvision, with its ranges. */
const CHANGES: readonly Change[] = [
  (sample) => sample,
  geometric((amount) => ({ shear: [amount * MOST_SHEAR, 0] })),
  geometric((amount) => ({ shear: [0, amount * MOST_SHEAR] })),
  geometric((amount, { input: { shape } }) => ({
    translate: [Math.trunc(amount * MOST_SHIFT * (shape[2] ?? 0)), 0],
  })),
  geometric((amount, { input: { shape } }) => ({
    translate: [0, Math.trunc(amount * MOST_SHIFT * (shape[1] ?? 0))],
  })),
  geometric((amount) => ({ angle: 30 * amount })),
  factor(adjustBrightness),
  factor(adjustSaturation),
  factor(adjustContrast),
  factor(adjustSharpness),
  (sample, strength) => posterize(sample, 8 - Math.round(4 * strength)),
  (sample, strength) => solarize(sample, 1 - strength),
  autocontrast,
  equalize,
]

/**
 * A few changes out of fourteen, drawn with equal chance, all of one strength.
 *
 * @see Cubuk et al. 2019, https://arxiv.org/abs/1909.13719
 */
export function randAugment({
  numOps = 2,
  magnitude = 9,
  magnitudes = 31,
  border = 0,
}: RandAugmentOptions = {}): SampleTransform {
  const op = 'randAugment'
  expectInteger(op, 'numOps', numOps, 0)
  expectInteger(op, 'magnitudes', magnitudes, 2)
  expectWithin(op, 'magnitude', magnitude, [0, magnitudes - 1])
  expectBorder(op, border)
  const strength = magnitude / (magnitudes - 1)
  return (sample, random) => {
    imageSizes(op, sample)
    let changed = sample
    for (let i = 0; i < numOps; i++) changed = change(changed, strength, border, random)
    return changed
  }
}

function change(
  sample: ImageSample,
  strength: number,
  border: Border,
  random: Stream,
): ImageSample {
  const apply = CHANGES[random.integer(CHANGES.length)]
  const sign = random.bits() & 1 ? 1 : -1
  return apply ? apply(sample, strength, { sign, border }) : sample
}
