/**
 * What is augmentation worth where images are few? The first 4,000 of CIFAR-10 as they are, flipped and cropped, and
 * changed in every way: mirrored, shifted, zoomed, brighter or darker, more or less contrast.
 * `npx tsx --conditions=source examples/augmentation.ts --data ../shared/data`
 */
import { manualSeed } from 'maru'
import {
  colorJitter,
  compose,
  type ImageSample,
  randomAffine,
  randomHorizontalFlip,
  type SampleTransform,
} from 'maru/data'
import { mean, percent, photos, progress, settings, tell } from './experiment.ts'
import { convolutional, errorOf, flipAndCrop, learn } from './learn.ts'

const options = settings({ epochs: 20, samples: 4000 })
const { name, train, test } = await photos(options)
const { mean: border } = train.moments()

/** Shifts by up to 4 pixels of 32. */
const shift = 4 / 32

const changes: Readonly<Record<string, SampleTransform>> = {
  none: compose<ImageSample>(),
  'flip and crop': flipAndCrop(train),
  all: compose(
    randomHorizontalFlip(),
    randomAffine({ translate: [shift, shift], scale: [0.85, 1.15], border }),
    colorJitter({ brightness: 0.2, contrast: 0.2 }),
  ),
}

const errors: Record<string, number[]> = {}
for (const seed of options.seeds) {
  for (const [change, transform] of Object.entries(changes)) {
    manualSeed(seed)
    const model = convolutional(train)
    await learn(model, train, { name: change, epochs: options.epochs, seed, transform })
    const error = await errorOf(model, test)
    errors[change] = [...(errors[change] ?? []), error]
    progress(`${change}, seed ${seed}: ${percent(error)}\n`)
  }
}

const means = Object.entries(errors).map(([change, each]) => [change, mean(each)] as const)
const plain = mean(errors.none ?? [])
const results = {
  experiment: 'augmentation',
  data: name,
  train: train.length,
  epochs: options.epochs,
  seeds: options.seeds,
  errors,
  gains: Object.fromEntries(means.slice(1).map(([change, error]) => [change, plain - error])),
}
tell(options, results, [
  `${name}, ${train.length} to train on, ${test.length} to test on, ${options.epochs} epochs`,
  ...means.map(
    ([change, error]) =>
      `${change.padEnd(14)} error ${percent(error)}, gain ${percent(plain - error)}`,
  ),
])
