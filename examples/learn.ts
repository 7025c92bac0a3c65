/** The small network and the recipe that the experiments on images share. */
import { crossEntropy } from 'maru'
import { DataLoader, type ImageDataset, type SampleTransform } from 'maru/data'
import { Conv2d, Flatten, Linear, MaxPool2d, type Module, ReLU, Sequential } from 'maru/nn'
import { Adam, cosine } from 'maru/optim'
import { Accuracy, Trainer } from 'maru/train'
import { progress } from './experiment.ts'

/** Three convolutions of 16, 32 and 64 channels, each pooled, and a hidden layer of 128. */
export function convolutional([channels, height, width]: readonly [
  number,
  number,
  number,
]): Module {
  const features = 64 * Math.floor(height / 8) * Math.floor(width / 8)
  return new Sequential<readonly Module[]>(
    new Conv2d(channels, 16, 3, { padding: 1 }),
    new ReLU(),
    new MaxPool2d(2),
    new Conv2d(16, 32, 3, { padding: 1 }),
    new ReLU(),
    new MaxPool2d(2),
    new Conv2d(32, 64, 3, { padding: 1 }),
    new ReLU(),
    new MaxPool2d(2),
    new Flatten(),
    new Linear(features, 128),
    new ReLU(),
    new Linear(128, 10),
  )
}

export interface Recipe {
  /** What the progress line begins with. */
  readonly name: string
  readonly epochs: number
  readonly seed: number
  readonly transform?: SampleTransform
  /** The learning rate falls to 0 along a cosine; otherwise it stays. */
  readonly decay?: boolean
}

/** Adam at 1e-3 on batches of 50. */
export async function learn(
  model: Module,
  train: ImageDataset,
  { name, epochs, seed, transform, decay = false }: Recipe,
): Promise<Trainer> {
  const loader = new DataLoader(train, {
    batchSize: 50,
    shuffle: true,
    seed,
    ...(transform && { transform }),
  })
  const schedule = decay ? cosine(epochs * loader.length) : () => 1
  const optimizer = new Adam(model.parameters(), { lr: 1e-3, schedule })
  const trainer = new Trainer(model, { optimizer, loss: crossEntropy })
  await trainer.fit(loader, {
    epochs,
    callbacks: [
      {
        onEpochEnd: ({ epoch, logs }) =>
          progress(`${name}, seed ${seed}, epoch ${epoch}: loss ${logs.loss?.toFixed(4)}`),
      },
    ],
  })
  return trainer
}

/** The part of a test set that a classifier takes for another class. */
export async function errorOf(model: Module, test: ImageDataset): Promise<number> {
  const trainer = new Trainer(model, { loss: crossEntropy, metrics: { accuracy: new Accuracy() } })
  const { accuracy } = (await trainer.evaluate(new DataLoader(test, { batchSize: 256 }))).metrics
  return 1 - accuracy
}
