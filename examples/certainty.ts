/**
 * How sure is a network, and how right? Its calibration error before and after scaling by a temperature that a
 * validation set gave, and the variance that dropout, left on, gives to what it takes for right and for wrong images.
 * `npx tsx --conditions=source examples/certainty.ts --data ../shared/data`
 *
 * @see Guo and others 2017, https://arxiv.org/abs/1706.04599
 * @see Gal & Ghahramani 2016, https://arxiv.org/abs/1506.02142
 */
import { manualSeed, type Tensor, tensor } from 'maru'
import type { ImageDataset } from 'maru/data'
import { mlp } from 'maru/models'
import { Flatten, type Module, Normalize, Sequential } from 'maru/nn'
import { CalibrationError, monteCarlo, TemperatureScaling, type Trainer } from 'maru/train'
import { claim, digits, mean, percent, progress, settings, tell, verdicts } from './experiment.ts'
import { learn } from './learn.ts'

const options = settings({ epochs: 20 })
const { name, train: all, test } = await digits(options)
const held = Math.ceil(all.length / 8)
const [train, validation] = [
  all.subset(0, all.length - held),
  all.subset(all.length - held, all.length),
]
const [channels, height, width] = train.shape
/** How often a network that leaves things out is asked. */
const DRAWS = 30

function network(dropout: number): Module {
  const { mean, std } = train.moments()
  return new Sequential<readonly Module[]>(
    new Normalize(mean, std),
    new Flatten(),
    mlp([channels * height * width, 512, 512, 10], { dropout }),
  )
}

const inputsOf = ({ images, shape, length }: ImageDataset): Tensor =>
  tensor(images, [length, ...shape])
const labelsOf = ({ labels }: ImageDataset): Tensor => tensor(labels)

async function calibrationError(probabilities: Tensor): Promise<number> {
  const metric = new CalibrationError()
  await metric.update(probabilities, labelsOf(test))
  return metric.compute()
}

interface Calibrated {
  readonly before: number
  readonly after: number
  readonly temperature: number
}

/** Without dropout a network becomes surer than it is right. */
async function calibrated(seed: number): Promise<Calibrated> {
  manualSeed(seed)
  const trainer: Trainer = await learn(network(0), train, {
    name: 'plain',
    epochs: options.epochs,
    seed,
  })
  const scaling = new TemperatureScaling()
  await scaling.update(await trainer.predict(inputsOf(validation)), labelsOf(validation))
  const temperature = scaling.compute()
  const logits = await trainer.predict(inputsOf(test))
  return {
    before: await calibrationError(logits.softmax(1)),
    after: await calibrationError(logits.div(temperature).softmax(1)),
    temperature,
  }
}

interface Uncertain {
  readonly error: number
  /** Mean variance of the probabilities of an image, where the network errs and where it does not. */
  readonly wrong: number
  readonly right: number
}

async function uncertain(seed: number): Promise<Uncertain> {
  manualSeed(seed)
  const model = network(0.5)
  await learn(model, train, { name: 'dropout', epochs: options.epochs, seed })
  const of = (logits: Tensor): Tensor => logits.softmax(1)
  const found = await monteCarlo(model, inputsOf(test), { draws: DRAWS, of })
  const errs = await found.mean.argmax(1).notEqual(labelsOf(test)).data()
  const variances = await found.variance.mean(1).data()
  const among = (wrong: boolean): number =>
    mean([...variances].filter((_, i) => Boolean(errs[i]) === wrong))
  return { error: mean([...errs].map(Number)), wrong: among(true), right: among(false) }
}

const runs: (Calibrated & Uncertain & { readonly seed: number })[] = []
for (const seed of options.seeds) {
  runs.push({ seed, ...(await calibrated(seed)), ...(await uncertain(seed)) })
  progress(`seed ${seed}: ${percent(runs.at(-1)?.before ?? 0)} calibration error\n`)
}
const least = Math.min(...runs.map(({ wrong, right }) => wrong / right))
const claims = [
  claim('D11.4', {
    promised: 'temperature scaling lowers the calibration error, for each seed',
    found: runs.map((run) => `${percent(run.before)} to ${percent(run.after)}`).join(', '),
    met: runs.every(({ before, after }) => after < before),
  }),
  claim('D13.11', {
    promised: 'a larger variance where the network errs, for each seed',
    found: `at least ${least.toFixed(1)} times as large`,
    met: least > 1,
  }),
]
const results = {
  experiment: 'certainty',
  data: name,
  train: train.length,
  validation: held,
  runs,
  claims,
}
tell(options, results, [
  `${name}, ${train.length} to train on, ${held} to find temperatures on, ${test.length} to test on`,
  ...runs.map(
    (run) =>
      `seed ${run.seed}: calibration error ${percent(run.before)}, ${percent(run.after)} at temperature ${run.temperature.toFixed(2)}; variance ${run.wrong.toExponential(2)} where wrong (${percent(run.error)}), ${run.right.toExponential(2)} where right`,
  ),
  ...verdicts(claims),
])
