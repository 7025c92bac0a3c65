/**
 * When should training stop where labels are wrong? An over-sized network, 30 % of whose labels are wrong in training
 * and in validation, learns the rule first and the errors afterwards.
 * `npx tsx --conditions=source examples/early-stopping.ts --data ../shared/data`
 */
import { crossEntropy, manualSeed } from 'maru'
import { DataLoader, flipLabels } from 'maru/data'
import { Flatten, Linear, ReLU, Sequential } from 'maru/nn'
import { Adam } from 'maru/optim'
import { Accuracy, Trainer } from 'maru/train'
import { digits, mean, percent, progress, settings, tell } from './experiment.ts'

const options = settings({ epochs: 30, seeds: [1, 2, 3, 4, 5] })
const { name, train: all, test } = await digits(options)
const [, height, width] = all.shape
const held = Math.floor(all.length / 8)

/** Test errors after the epoch of the least validation loss, and after the last one. */
interface Run {
  readonly seed: number
  readonly bestEpoch: number
  readonly best: number
  readonly final: number
}

async function run(seed: number): Promise<Run> {
  manualSeed(seed)
  const noisy = all.withLabels(flipLabels(all.labels, { rate: 0.3, classes: 10, seed }).labels)
  const train = noisy.subset(0, noisy.length - held)
  const validation = noisy.subset(noisy.length - held, noisy.length)
  const model = new Sequential(
    new Flatten(),
    new Linear(height * width, 512),
    new ReLU(),
    new Linear(512, 512),
    new ReLU(),
    new Linear(512, 10),
  )
  const optimizer = new Adam(model.parameters(), { lr: 1e-3 })
  const metrics = { accuracy: new Accuracy() }
  const trainer = new Trainer(model, { optimizer, loss: crossEntropy, metrics })
  const loader = new DataLoader(train, { batchSize: 128, shuffle: true, seed })
  const [checks, tests] = [validation, test].map((set) => new DataLoader(set, { batchSize: 500 }))
  let least = Number.POSITIVE_INFINITY
  let [bestEpoch, best, final] = [0, 1, 1]
  for (let epoch = 1; epoch <= options.epochs; epoch++) {
    await trainer.fit(loader)
    if (!checks || !tests) continue
    const { loss } = await trainer.evaluate(checks)
    final = 1 - (await trainer.evaluate(tests)).metrics.accuracy
    if (loss < least) [least, bestEpoch, best] = [loss, epoch, final]
    progress(`seed ${seed}, epoch ${epoch}: validation ${loss.toFixed(4)}, test ${percent(final)}`)
  }
  return { seed, bestEpoch, best, final }
}

const runs: Run[] = []
for (const seed of options.seeds) runs.push(await run(seed))
const [best, final] = [mean(runs.map((each) => each.best)), mean(runs.map((each) => each.final))]
const results = {
  experiment: 'early-stopping',
  data: name,
  train: all.length - held,
  validation: held,
  epochs: options.epochs,
  runs,
  best,
  final,
  worstBest: Math.max(...runs.map((each) => each.best)),
  leastRatio: Math.min(...runs.map((each) => each.final / each.best)),
}
tell(options, results, [
  `${name}, 30 % of the labels of ${results.train} to train on and ${held} to validate on are wrong`,
  ...runs.map(
    (each) =>
      `seed ${each.seed}: ${percent(each.best)} at epoch ${each.bestEpoch}, ${percent(each.final)} at the end`,
  ),
  `mean ${percent(best)} and ${percent(final)}; the end is at least ${results.leastRatio.toFixed(2)} times worse`,
])
