/** The small network and the recipe that the experiments on images share. */
import { crossEntropy, type Tensor } from 'maru'
import {
  compose,
  DataLoader,
  type ImageDataset,
  randomCrop,
  randomHorizontalFlip,
  type SampleTransform,
} from 'maru/data'
import {
  BatchNorm1d,
  BatchNorm2d,
  Conv2d,
  Flatten,
  Linear,
  MaxPool2d,
  type Module,
  Normalize,
  ReLU,
  Sequential,
} from 'maru/nn'
import { Adam, cosine } from 'maru/optim'
import { Accuracy, Trainer } from 'maru/train'
import { watch } from './experiment.ts'

/**
 * Three pooled convolutions of 16, 32 and 64 channels and a hidden layer of 128, on standardised pixels; each
 * normalised over the batch if asked.
 */
export function convolutional(
  train: ImageDataset,
  { normalised = false }: { readonly normalised?: boolean } = {},
): Module {
  const [channels, height, width] = train.shape
  const { mean, std } = train.moments()
  const features = 64 * Math.floor(height / 8) * Math.floor(width / 8)
  const block = (inputs: number, outputs: number): Module[] => [
    new Conv2d(inputs, outputs, 3, { padding: 1 }),
    ...(normalised ? [new BatchNorm2d(outputs)] : []),
    new ReLU(),
    new MaxPool2d(2),
  ]
  return new Sequential<readonly Module[]>(
    new Normalize(mean, std),
    ...block(channels, 16),
    ...block(16, 32),
    ...block(32, 64),
    new Flatten(),
    new Linear(features, 128),
    ...(normalised ? [new BatchNorm1d(128)] : []),
    new ReLU(),
    new Linear(128, 10),
  )
}

/** Mirrored half of the time, and moved by up to 4 pixels: what is outside has the mean colour, which the network sees as 0. */
export function flipAndCrop(train: ImageDataset): SampleTransform {
  const [, height, width] = train.shape
  const { mean } = train.moments()
  return compose(randomHorizontalFlip(), randomCrop([height, width], { padding: 4, border: mean }))
}

export interface Recipe {
  /** What the progress line begins with. */
  readonly name: string
  readonly epochs: number
  readonly seed: number
  readonly transform?: SampleTransform
  /** The learning rate falls to 0 along a cosine; otherwise it stays. */
  readonly decay?: boolean
  readonly batchSize?: number
  /** What becomes of weights that are products' after each step. */
  readonly constrain?: (weight: Tensor) => Tensor
}

/** Adam at 1e-3, on batches of 50 unless told otherwise. */
export async function learn(
  model: Module,
  train: ImageDataset,
  { name, epochs, seed, transform, decay = false, batchSize = 50, constrain }: Recipe,
): Promise<Trainer> {
  const loader = new DataLoader(train, {
    batchSize,
    shuffle: true,
    seed,
    ...(transform && { transform }),
  })
  const schedule = decay ? cosine(epochs * loader.length) : () => 1
  const groups = constrain ? [{ match: /weight$/, constrain }] : []
  const optimizer = new Adam(model.namedParameters(), { lr: 1e-3, schedule, groups })
  const trainer = new Trainer(model, { optimizer, loss: crossEntropy })
  await trainer.fit(loader, {
    epochs,
    callbacks: [watch(`${name}, seed ${seed}`)],
  })
  return trainer
}

/** The part of a test set that a classifier takes for another class. */
export async function errorOf(model: Module, test: ImageDataset): Promise<number> {
  const trainer = new Trainer(model, { loss: crossEntropy, metrics: { accuracy: new Accuracy() } })
  const { accuracy } = (await trainer.evaluate(new DataLoader(test, { batchSize: 256 }))).metrics
  return 1 - accuracy
}
