/**
 * The sum of two marked numbers among 100, which an LSTM of 64 units learns and an Elman network of as many does not.
 * `npx tsx --conditions=source examples/adding.ts`
 *
 * @see Hochreiter & Schmidhuber 1997, "Long short-term memory"
 */
import { manualSeed } from 'maru'
import { Linear, type Module, RNN } from 'maru/nn'
import { claim, progress, settings, tell, verdicts } from './experiment.ts'
import {
  BASELINE,
  LastStep,
  LIMIT,
  learnSums,
  type Mistakes,
  mistaken,
  remembering,
} from './sums.ts'

const options = settings({ epochs: 15, samples: 32_000 })
const LENGTH = 100
const HIDDEN = 64

const networks: Readonly<Record<'LSTM' | 'Elman', () => Module | Promise<Module>>> = {
  LSTM: () => remembering(HIDDEN, { forget: 3 }),
  Elman: () => new RNN<number, number, object>(2, HIDDEN, { batchFirst: true }),
}

async function runsOf(name: keyof typeof networks): Promise<Mistakes[]> {
  const found: Mistakes[] = []
  for (const seed of options.seeds) {
    manualSeed(seed)
    const model = new LastStep(await networks[name](), new Linear(HIDDEN, 1))
    const { samples, epochs } = options
    found.push(await learnSums(model, { name, length: LENGTH, samples, epochs, lr: 5e-3, seed }))
    progress(`${name}, ${found.map(mistaken).at(-1)}\n`)
  }
  return found
}

const [lstm, elman] = [await runsOf('LSTM'), await runsOf('Elman')]
const claims = [
  claim('C6.4', {
    promised: `every one of 2,000 sums off by less than ${LIMIT}`,
    found: lstm.map(({ wrong, judged }) => `${wrong} of ${judged} not`).join(', '),
    met: lstm.every(({ wrong }) => wrong === 0),
  }),
  claim('C6.5', {
    promised: `a mean squared error within a tenth of ${BASELINE.toFixed(3)}, that of always saying 1`,
    found: elman.map(({ mse }) => mse.toFixed(3)).join(', '),
    met: elman.every(({ mse }) => Math.abs(mse / BASELINE - 1) <= 0.1),
  }),
]
const results = {
  experiment: 'adding',
  length: LENGTH,
  epochs: options.epochs,
  lstm,
  elman,
  claims,
}
tell(options, results, [
  `two of ${LENGTH} numbers, ${options.samples} sequences to learn from, ${options.epochs} epochs`,
  ...lstm.map((each) => `LSTM, ${mistaken(each)}`),
  ...elman.map((each) => `Elman, ${mistaken(each)}`),
  ...verdicts(claims),
])
