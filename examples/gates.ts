/**
 * LSTM or GRU? Parameters, seconds of an epoch and the loss at the end on three tasks: the sum of two marked numbers, which of
 * two symbols came when, and the next character of a text.
 * `npx tsx --conditions=source examples/gates.ts --data ../shared/data`
 *
 * @see Chung and others 2014, https://arxiv.org/abs/1412.3555
 */
import { crossEntropy, manualSeed, mseLoss, type Tensor } from 'maru'
import {
  DataLoader,
  type Dataset,
  generateAdding,
  generateTemporalOrder,
  WindowDataset,
} from 'maru/data'
import { Embedding, GRU, Identity, Linear, LSTM, type Module, Sequential } from 'maru/nn'
import { Adam, clipNorm } from 'maru/optim'
import { type Loader, type LossFn, type Supervised, Trainer } from 'maru/train'
import { claim, mean, progress, settings, tell, verdicts, watch } from './experiment.ts'
import { LastStep } from './sums.ts'
import { charactersOf } from './text.ts'

const options = settings({ epochs: 8, samples: 4000 })
const text = await charactersOf(options)
const HIDDEN = 64
const LENGTH = 60

interface Task {
  readonly inputs: number
  readonly outputs: number
  /** What stands before the recurrent layer. */
  readonly first: () => Module
  readonly whole: boolean
  readonly loss: LossFn
  readonly loader: (seed: number) => Loader<Supervised> & { readonly length: number }
}

const loaderOf = <S>(dataset: Dataset<S>, seed: number): DataLoader<S> =>
  new DataLoader(dataset, { batchSize: 32, shuffle: true, seed })

const windows = new WindowDataset(text.train.subarray(0, options.samples * LENGTH), {
  length: LENGTH,
})
const { size } = text.vocabulary

const tasks: Readonly<Record<string, Task>> = {
  'marked sum': {
    inputs: 2,
    outputs: 1,
    first: () => new Identity(),
    whole: false,
    loss: mseLoss,
    loader: (seed) => loaderOf(generateAdding(options.samples, { length: LENGTH, seed }), seed),
  },
  'order of symbols': {
    inputs: 8,
    outputs: 4,
    first: () => new Embedding<number, number>(8, 8),
    whole: false,
    loss: crossEntropy,
    loader: (seed) =>
      loaderOf(generateTemporalOrder(options.samples, { length: LENGTH, seed }), seed),
  },
  characters: {
    inputs: 32,
    outputs: size,
    first: () => new Embedding<number, number>(size, 32),
    whole: true,
    loss: (logits: Tensor, labels: Tensor) =>
      crossEntropy(logits.reshape([-1, size]), labels.reshape([-1])),
    loader: (seed) => loaderOf(windows, seed),
  },
}

const gates: Readonly<Record<'LSTM' | 'GRU', (inputs: number) => Module>> = {
  LSTM: (inputs) => new LSTM<number, number, object>(inputs, HIDDEN, { batchFirst: true }),
  GRU: (inputs) => new GRU<number, number, object>(inputs, HIDDEN, { batchFirst: true }),
}

interface Row {
  readonly task: string
  readonly gate: string
  readonly parameters: number
  /** Of an epoch, the first left out, in which programs are made. */
  readonly seconds: number
  /** Mean of the last epoch. */
  readonly loss: number
}

async function rowOf(task: string, gate: keyof typeof gates): Promise<Row> {
  const { inputs, outputs, first, whole, loss, loader } = tasks[task] as Task
  const found: { parameters: number; seconds: number; loss: number }[] = []
  for (const seed of options.seeds) {
    manualSeed(seed)
    const recurrent = gates[gate](inputs)
    const layers = [first(), recurrent, new Linear(HIDDEN, outputs)] as const
    const model = whole ? new Sequential<readonly Module[]>(...layers) : new LastStep(...layers)
    const optimizer = new Adam(model.parameters(), { lr: 5e-3, clip: clipNorm(1) })
    const trainer = new Trainer<Module>(model, { optimizer, loss })
    const seconds: number[] = []
    const clock = { onEpochEnd: (end: { seconds: number }) => void seconds.push(end.seconds) }
    const { epochs } = await trainer.fit(loader(seed), {
      epochs: options.epochs,
      callbacks: [watch(`${task}, ${gate}, seed ${seed}`), clock],
    })
    const later = seconds.slice(seconds.length > 1 ? 1 : 0)
    const last = epochs.at(-1)?.loss ?? Number.NaN
    found.push({ parameters: recurrent.parameterCount, seconds: mean(later), loss: last })
  }
  const of = (pick: (each: (typeof found)[number]) => number): number => mean(found.map(pick))
  const row = { parameters: of((each) => each.parameters), seconds: of((each) => each.seconds) }
  return { task, gate, ...row, loss: of((each) => each.loss) }
}

const rows: Row[] = []
for (const task of Object.keys(tasks)) {
  rows.push(await rowOf(task, 'LSTM'), await rowOf(task, 'GRU'))
  progress(
    `${task}: ${rows
      .slice(-2)
      .map(({ loss }) => loss.toFixed(4))
      .join(' and ')}\n`,
  )
}
const lines = rows.map(
  ({ task, gate, parameters, seconds, loss }) =>
    `${task}, ${gate}: ${parameters} parameters, ${seconds.toFixed(2)} s an epoch, loss ${loss.toFixed(4)}`,
)
const claims = [
  claim('C7.3', {
    promised: 'printed as measured',
    found: `${rows.length / 2} tasks`,
    met: rows.length === 6,
  }),
]
const results = { experiment: 'gates', data: text.name, epochs: options.epochs, rows, claims }
tell(options, results, [
  `${options.samples} sequences of ${LENGTH}, ${options.epochs} epochs, mean of ${options.seeds.length} seeds`,
  ...lines,
  ...verdicts(claims),
])
