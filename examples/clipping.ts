/**
 * A recurrent network that diverges, and trains once its gradients are clipped: rectified units whose recurrent weights
 * begin as the identity, on the sum of two marked numbers among 50, by gradient descent with momentum.
 * `npx tsx --conditions=source examples/clipping.ts`
 *
 * @see Pascanu, Mikolov & Bengio 2013, https://arxiv.org/abs/1211.5063
 * @see Le, Jaitly & Hinton 2015, https://arxiv.org/abs/1504.00941
 */
import { manualSeed, mseLoss, ValueError } from 'maru'
import { DataLoader, generateAdding } from 'maru/data'
import { init, Linear, type Module, RNN } from 'maru/nn'
import { clipNorm, SGD } from 'maru/optim'
import { type Callback, Trainer } from 'maru/train'
import { claim, progress, settings, tell, verdicts, watch } from './experiment.ts'
import { BASELINE, LastStep } from './sums.ts'

const options = settings({ epochs: 30, samples: 8000 })
const LENGTH = 50
const HIDDEN = 64
/** Mean squared error below which something was learned: half of that of always saying 1. */
const GOAL = BASELINE / 2

function network(seed: number): Module {
  manualSeed(seed)
  const recurrent = new RNN<number, number, object>(2, HIDDEN, {
    batchFirst: true,
    nonlinearity: 'relu',
  })
  for (const [name, parameter] of recurrent.namedParameters()) {
    if (name.startsWith('weightHh')) init.identity(parameter)
    else if (name.startsWith('bias')) init.zeros(parameter)
    else init.normal(parameter, { std: 0.1 })
  }
  return new LastStep(recurrent, new Linear(HIDDEN, 1))
}

interface Outcome {
  /** The largest mean loss of an epoch; infinite where it was no number any more. */
  readonly peak: number
  /** Mean squared error on sequences that were not learned from. */
  readonly error: number
}

async function outcomeOf(clips: boolean, seed: number): Promise<Outcome> {
  const model = network(seed)
  const clip = clips ? { clip: clipNorm(1) } : {}
  const optimizer = new SGD(model.parameters(), { lr: 0.01, momentum: 0.9, ...clip })
  const trainer = new Trainer(model, { optimizer, loss: mseLoss })
  const train = generateAdding(options.samples, { length: LENGTH, seed })
  const loader = new DataLoader(train, { batchSize: 32, shuffle: true, seed })
  const title = `seed ${seed}, ${clips ? 'clipped' : 'not clipped'}`
  let peak = 0
  try {
    const keep: Callback = {
      onEpochEnd({ logs }) {
        peak = Math.max(peak, logs.loss ?? 0)
      },
    }
    await trainer.fit(loader, { epochs: options.epochs, callbacks: [watch(title), keep] })
  } catch (error) {
    if (!(error instanceof ValueError)) throw error
    return { peak: Number.POSITIVE_INFINITY, error: Number.POSITIVE_INFINITY }
  }
  const tests = generateAdding(1000, { length: LENGTH, seed: 1000 + seed })
  const { loss } = await trainer.evaluate(new DataLoader(tests, { batchSize: 100 }))
  return { peak, error: loss }
}

/** JSON has no infinity. */
const shown = (value: number): string => value.toPrecision(3)

const runs: { seed: number; peak: string; free: string; clipped: number }[] = []
for (const seed of options.seeds) {
  const { peak, error } = await outcomeOf(false, seed)
  const clipped = await outcomeOf(true, seed)
  runs.push({ seed, peak: shown(peak), free: shown(error), clipped: clipped.error })
  progress(`seed ${seed}: ${shown(error)} and ${shown(clipped.error)}\n`)
}
const claims = [
  claim('I6.4', {
    promised: `without it an epoch's mean loss is no number, or ten times that of always saying 1; with it the error falls below ${GOAL.toFixed(3)}, for each seed`,
    found: runs.map(({ peak, clipped }) => `${peak} and ${clipped.toFixed(4)}`).join(', '),
    met: runs.every(({ peak, clipped }) => Number(peak) > 10 * BASELINE && clipped < GOAL),
  }),
]
const results = { experiment: 'clipping', length: LENGTH, epochs: options.epochs, runs, claims }
tell(options, results, [
  `two of ${LENGTH} numbers, ${options.samples} sequences to learn from, ${options.epochs} epochs`,
  ...runs.map(
    ({ seed, peak, free, clipped }) =>
      `seed ${seed}: largest loss ${peak}, error ${free}; with clipping ${clipped.toFixed(4)}`,
  ),
  ...verdicts(claims),
])
