/** Augmentation: samples and batches changed at random, so that few are worth many. */
export {
  type AffineOptions,
  affine,
  type RandomAffineOptions,
  randomAffine,
  randomRotation,
} from './affine.ts'
export {
  adjustBrightness,
  adjustContrast,
  adjustHue,
  adjustSaturation,
  type ColorJitterOptions,
  colorJitter,
  randomGrayscale,
} from './color.ts'
export { compose, randomApply, randomChoice, type Transform } from './compose.ts'
export {
  type CropOptions,
  centerCrop,
  crop,
  type RandomCropOptions,
  type RandomResizedCropOptions,
  randomCrop,
  randomResizedCrop,
  type Size,
} from './crop.ts'
export { type CutoutOptions, cutout, type RandomErasingOptions, randomErasing } from './erasing.ts'
export {
  horizontalFlip,
  randomHorizontalFlip,
  randomVerticalFlip,
  verticalFlip,
} from './flip.ts'
export { type BatchTransform, cutmix, type MixableBatch, type MixOptions, mixup } from './mix.ts'
export { type GaussianNoiseOptions, gaussianNoise } from './noise.ts'
export { type RandAugmentOptions, randAugment } from './rand-augment.ts'
export type { Border } from './resample.ts'
export type { ImageSample, SampleTransform } from './sample.ts'
export {
  frequencyMasking,
  type SpecAugmentOptions,
  specAugment,
  timeMasking,
} from './spectrogram.ts'
export { randomTypos, wordDropout, wordSwap } from './text.ts'
export {
  adjustSharpness,
  autocontrast,
  equalize,
  invert,
  posterize,
  solarize,
} from './tone.ts'
