/**
 * The sum of two marked numbers among 400, by an LSTM of 64 units whose gates keep what they hold for as long, at first, and
 * let in as little.
 * `npx tsx --conditions=source examples/adding-far.ts`
 *
 * @see Tallec & Ollivier 2018, https://arxiv.org/abs/1804.11188
 */
import { manualSeed } from 'maru'
import { Linear } from 'maru/nn'
import { claim, progress, settings, tell, verdicts } from './experiment.ts'
import { LastStep, LIMIT, learnSums, type Mistakes, mistaken, remembering } from './sums.ts'

const options = settings({ epochs: 6, samples: 32_000, seeds: [1] })
const LENGTH = 400
const HIDDEN = 64
/** A sigmoid of this keeps all but one part in `LENGTH`. */
const FAR = Math.log(LENGTH)

const runs: Mistakes[] = []
for (const seed of options.seeds) {
  manualSeed(seed)
  const lstm = await remembering(HIDDEN, { forget: FAR, input: -FAR })
  const model = new LastStep(lstm, new Linear(HIDDEN, 1))
  const { samples, epochs } = options
  const recipe = { name: 'LSTM', length: LENGTH, samples, epochs, lr: 5e-3, seed }
  runs.push(await learnSums(model, recipe))
  progress(`${runs.map(mistaken).at(-1)}\n`)
}
const claims = [
  claim('C6.6', {
    promised: `every one of 2,000 sums off by less than ${LIMIT}`,
    found: runs.map(({ wrong, judged }) => `${wrong} of ${judged} not`).join(', '),
    met: runs.every(({ wrong }) => wrong === 0),
  }),
]
const results = { experiment: 'adding-far', length: LENGTH, epochs: options.epochs, runs, claims }
tell(options, results, [
  `two of ${LENGTH} numbers, ${options.samples} sequences to learn from, ${options.epochs} epochs`,
  ...runs.map(mistaken),
  ...verdicts(claims),
])
