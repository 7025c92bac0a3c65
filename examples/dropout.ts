/**
 * Does dropout help? The same network of 784-1024-1024-10 with and without it, seed by seed.
 * `npx tsx --conditions=source examples/dropout.ts --data ../shared/data`
 */
import { crossEntropy, manualSeed } from 'maru'
import { DataLoader } from 'maru/data'
import { Dropout, Flatten, Linear, type Module, ReLU, Sequential } from 'maru/nn'
import { Adam, cosine } from 'maru/optim'
import { Accuracy, Trainer } from 'maru/train'
import { digits, mean, percent, settings, tell, watch } from './experiment.ts'

const options = settings({ epochs: 25 })
const { name, train, test } = await digits(options)
const [, height, width] = train.shape

/** Srivastava et al. 2014: a fifth of the input and half of each hidden layer are left out. */
function network(dropout: boolean): Module {
  const drop = (p: number): Module => new Dropout(dropout ? p : 0)
  return new Sequential<readonly Module[]>(
    new Flatten(),
    drop(0.2),
    new Linear(height * width, 1024),
    new ReLU(),
    drop(0.5),
    new Linear(1024, 1024),
    new ReLU(),
    drop(0.5),
    new Linear(1024, 10),
  )
}

async function errorOf(dropout: boolean, seed: number): Promise<number> {
  manualSeed(seed)
  const model = network(dropout)
  const loader = new DataLoader(train, { batchSize: 128, shuffle: true, seed })
  const schedule = cosine(options.epochs * loader.length)
  const optimizer = new Adam(model.parameters(), { lr: 1e-3, schedule })
  const metrics = { accuracy: new Accuracy() }
  const trainer = new Trainer(model, { optimizer, loss: crossEntropy, metrics })
  const name = `seed ${seed}, dropout ${dropout ? 'on' : 'off'}`
  await trainer.fit(loader, {
    epochs: options.epochs,
    callbacks: [watch(name)],
  })
  const { accuracy } = (await trainer.evaluate(new DataLoader(test, { batchSize: 256 }))).metrics
  return 1 - accuracy
}

const pairs: { seed: number; without: number; with: number }[] = []
for (const seed of options.seeds) {
  pairs.push({ seed, without: await errorOf(false, seed), with: await errorOf(true, seed) })
}
const gains = pairs.map((pair) => pair.without - pair.with)
const results = {
  experiment: 'dropout',
  data: name,
  train: train.length,
  epochs: options.epochs,
  pairs,
  meanGain: mean(gains),
  leastGain: Math.min(...gains),
}
tell(options, results, [
  `${name}, ${train.length} to train on, ${test.length} to test on, ${options.epochs} epochs`,
  ...pairs.map(
    (pair) =>
      `seed ${pair.seed}: without ${percent(pair.without)}, with dropout ${percent(pair.with)}`,
  ),
  `gain: mean ${percent(results.meanGain)}, least ${percent(results.leastGain)}`,
])
