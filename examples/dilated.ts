/**
 * The sum of two marked numbers among 600, by dilated causal convolutions: eight residual blocks whose gaps double, so that
 * the last place sees 766 before it.
 * `npx tsx --conditions=source examples/dilated.ts`
 *
 * @see Bai, Kolter & Koltun 2018, https://arxiv.org/abs/1803.01271
 */
import { manualSeed, type Tensor } from 'maru'
import { Conv1d, init, Linear, Module, ReLU, Residual, Sequential } from 'maru/nn'
import { claim, progress, settings, tell, verdicts } from './experiment.ts'
import { LastStep, learnSums, type Mistakes, mistaken } from './sums.ts'

const options = settings({ epochs: 6, samples: 24_000 })
const LENGTH = 600
const CHANNELS = 16
const BLOCKS = 8
/** Mean squared error below which the sums are known; always saying 1 has 0.167. */
const GOAL = 1e-3

/** @shape x [N, time, 2] → [N, time, CHANNELS] */
class Dilated extends Module {
  readonly blocks: Sequential<readonly Module[]> = new Sequential<readonly Module[]>(
    new Conv1d(2, CHANNELS, 1),
    ...Array.from({ length: BLOCKS }, (_, i) => {
      const convolution = new Conv1d(CHANNELS, CHANNELS, 4, { dilation: 2 ** i, padding: 'causal' })
      return new Residual(new Sequential<readonly Module[]>(convolution, new ReLU()))
    }),
  )

  constructor() {
    super()
    // Through eight layers smaller weights, as they are usual, lose what lies far back.
    for (const [path, parameter] of this.namedParameters()) {
      if (path.endsWith('weight')) init.kaimingNormal(parameter)
    }
  }

  override forward(x: Tensor): Tensor {
    return this.blocks.forward(x.transpose(1, 2)).transpose(1, 2)
  }
}

const runs: Mistakes[] = []
for (const seed of options.seeds) {
  manualSeed(seed)
  const model = new LastStep(new Dilated(), new Linear(CHANNELS, 1))
  const { samples, epochs } = options
  const recipe = { name: 'dilated', length: LENGTH, samples, epochs, lr: 4e-3, seed }
  runs.push(await learnSums(model, recipe))
  progress(`${runs.map(mistaken).at(-1)}\n`)
}
const claims = [
  claim('D3.3', {
    promised: `a mean squared error below ${GOAL}, for each seed`,
    found: runs.map(({ mse }) => mse.toExponential(1)).join(', '),
    met: runs.every(({ mse }) => mse < GOAL),
  }),
]
const results = { experiment: 'dilated', length: LENGTH, epochs: options.epochs, runs, claims }
tell(options, results, [
  `two of ${LENGTH} numbers, ${options.samples} sequences to learn from, ${options.epochs} epochs`,
  ...runs.map(mistaken),
  ...verdicts(claims),
])
