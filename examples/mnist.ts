/**
 * Three classifiers of digits, and how they fare beside the same in PyTorch (`tools/oracle/mnist.py`): softmax
 * regression, two hidden layers of 800 with dropout, and the same with limits on the norms of weights.
 * `npx tsx --conditions=source examples/mnist.ts --data ../shared/data`
 *
 * @see Srivastava and others 2014, https://jmlr.org/papers/v15/srivastava14a.html
 */
import { manualSeed } from 'maru'
import { Dropout, Flatten, Linear, type Module, ReLU, Sequential } from 'maru/nn'
import { maxNorm } from 'maru/optim'
import { claim, digits, mean, percent, progress, settings, tell, verdicts } from './experiment.ts'
import { errorOf, learn, type Recipe } from './learn.ts'

const options = settings({ epochs: 25 })
const { name, train, test } = await digits(options)
const [channels, height, width] = train.shape
const pixels = channels * height * width

/** How much worse than PyTorch's mean the mean may be. */
const MARGIN = 0.004

interface Case {
  readonly line: string
  readonly network: () => Module
  readonly constrain?: Recipe['constrain']
  /** PyTorch's mean over five seeds on the 8,000 and 2,000 digits of MNIST. */
  readonly torch: number
}

/** A fifth of the input and half of each hidden layer are left out. */
const dropout = (): Module =>
  new Sequential<readonly Module[]>(
    new Flatten(),
    new Dropout(0.2),
    new Linear(pixels, 800),
    new ReLU(),
    new Dropout(0.5),
    new Linear(800, 800),
    new ReLU(),
    new Dropout(0.5),
    new Linear(800, 10),
  )

const cases: Readonly<Record<string, Case>> = {
  'softmax regression': {
    line: 'C2.4',
    network: () => new Sequential<readonly Module[]>(new Flatten(), new Linear(pixels, 10)),
    torch: 0.0694,
  },
  dropout: { line: 'C1.6', network: dropout, torch: 0.0232 },
  'dropout and norms of at most 1': {
    line: 'H2.4',
    network: dropout,
    constrain: maxNorm(1),
    torch: 0.024,
  },
}

const claims = []
const errors: Record<string, number[]> = {}
for (const [title, { line, network, constrain, torch }] of Object.entries(cases)) {
  const found: number[] = []
  for (const seed of options.seeds) {
    manualSeed(seed)
    const model = network()
    const recipe = { name: title, epochs: options.epochs, seed, decay: true, batchSize: 128 }
    await learn(model, train, { ...recipe, ...(constrain && { constrain }) })
    found.push(await errorOf(model, test))
    progress(`${title}, seed ${seed}: ${percent(found.at(-1) ?? 1)}\n`)
  }
  errors[title] = found
  claims.push(
    claim(line, {
      promised: `at most ${percent(torch + MARGIN)} with 8,000 digits, as PyTorch has ${percent(torch)}`,
      found: `${title}: ${found.map(percent).join(', ')}, on average ${percent(mean(found))}`,
      met: mean(found) <= torch + MARGIN,
    }),
  )
}
const results = { experiment: 'mnist', data: name, train: train.length, errors, claims }
tell(options, results, [
  `${name}, ${train.length} to train on, ${test.length} to test on, ${options.epochs} epochs`,
  ...verdicts(claims),
])
