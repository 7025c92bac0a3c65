/**
 * Are five networks better than the best of them? The same network from five seeds, and the mean of their
 * probabilities.
 * `npx tsx --conditions=source examples/ensemble.ts --data ../shared/data`
 */
import { manualSeed, nllLoss, type Tensor, tensor } from 'maru'
import { DataLoader } from 'maru/data'
import { mean, percent, photos, progress, settings, tell } from './experiment.ts'
import { convolutional, flipAndCrop, learn } from './learn.ts'

const options = settings({ epochs: 20, seeds: [1, 2, 3, 4, 5] })
const { name, train, test } = await photos(options)
const labels: Tensor = tensor(test.labels)

interface Score {
  readonly error: number
  /** Mean negative log-likelihood. */
  readonly nll: number
}

/** Of probabilities [N, classes]. */
async function score(probabilities: Tensor): Promise<Score> {
  const right = probabilities.argmax(1).equal(labels).cast('float32').mean()
  return {
    error: 1 - (await right.item()),
    nll: await nllLoss(probabilities.log(), labels).item(),
  }
}

const members: (Score & { readonly seed: number })[] = []
let sum: Tensor | undefined
for (const seed of options.seeds) {
  manualSeed(seed)
  const model = convolutional(train)
  const transform = flipAndCrop(train)
  const recipe = { name: 'member', epochs: options.epochs, seed, transform, decay: true }
  const trainer = await learn(model, train, recipe)
  const logits = await trainer.predict(new DataLoader(test, { batchSize: 250 }))
  const probabilities: Tensor = logits.softmax(1)
  sum = sum ? sum.add(probabilities) : probabilities
  const own = await score(probabilities)
  members.push({ seed, ...own })
  progress(`seed ${seed}: ${percent(own.error)}, NLL ${own.nll.toFixed(4)}\n`)
}
if (!sum) throw new RangeError('an ensemble needs a seed for each of its members')
const ensemble = await score(sum.div(members.length))
const results = {
  experiment: 'ensemble',
  data: name,
  train: train.length,
  epochs: options.epochs,
  members,
  meanError: mean(members.map(({ error }) => error)),
  bestError: Math.min(...members.map(({ error }) => error)),
  meanNll: mean(members.map(({ nll }) => nll)),
  ensemble,
  gain: Math.min(...members.map(({ error }) => error)) - ensemble.error,
}
tell(options, results, [
  `${name}, ${train.length} to train on, ${test.length} to test on, ${options.epochs} epochs`,
  ...members.map(
    ({ seed, error, nll }) => `seed ${seed}: ${percent(error)}, NLL ${nll.toFixed(4)}`,
  ),
  `together: ${percent(ensemble.error)}, NLL ${ensemble.nll.toFixed(4)} (mean ${results.meanNll.toFixed(4)})`,
  `better than the best by ${percent(results.gain)}`,
])
