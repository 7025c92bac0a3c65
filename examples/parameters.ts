/**
 * How many parameters do a convolutional network, a multi-layer perceptron and a recurrent network need to read digits equally
 * well? The smallest of each kind, of sizes that double, that errs on at most one digit of twenty.
 * `npx tsx --conditions=source examples/parameters.ts --data ../shared/data`
 */
import { manualSeed, type Tensor } from 'maru'
import { mlp } from 'maru/models'
import { Conv2d, Flatten, Linear, LSTM, MaxPool2d, Module, ReLU, Sequential } from 'maru/nn'
import { claim, digits, mean, percent, progress, settings, tell, verdicts } from './experiment.ts'
import { errorOf, learn } from './learn.ts'
import { LastStep } from './sums.ts'

const options = settings({ epochs: 10 })
const { name, train, test } = await digits(options)
const [channels, height, width] = train.shape
const GOAL = 0.05

/** @shape x [N, 1, H, W] → [N, H, W]: rows one after the other */
class Rows extends Module {
  override forward(x: Tensor): Tensor {
    return x.squeeze(1)
  }
}

interface Kind {
  readonly sizes: readonly number[]
  readonly network: (size: number) => Module
}

/** Sides of a map after a convolution of 5 and a pool of 2, twice. */
const shrunk = (side: number): number => Math.floor((Math.floor((side - 4) / 2) - 4) / 2)

const kinds: Readonly<Record<string, Kind>> = {
  'convolutional network': {
    sizes: [1, 2, 4, 8],
    network: (size) =>
      new Sequential<readonly Module[]>(
        new Conv2d(channels, size, 5),
        new ReLU(),
        new MaxPool2d(2),
        new Conv2d(size, 2 * size, 5),
        new ReLU(),
        new MaxPool2d(2),
        new Flatten(),
        new Linear(2 * size * shrunk(height) * shrunk(width), 10),
      ),
  },
  perceptron: {
    sizes: [8, 16, 32, 64, 128, 256],
    network: (size) =>
      new Sequential<readonly Module[]>(new Flatten(), mlp([channels * height * width, size, 10])),
  },
  'recurrent network': {
    sizes: [8, 16, 32, 64, 128],
    network: (size) => {
      const lstm = new LSTM<number, number, object>(width, size, { batchFirst: true })
      return new LastStep(new Rows(), lstm, new Linear(size, 10))
    },
  },
}

interface Found {
  readonly kind: string
  readonly size: number
  readonly parameters: number
  readonly error: number
}

/** The smallest size that comes to the goal; the largest where none does. */
async function smallest(kind: string, { sizes, network }: Kind): Promise<Found> {
  let found: Found = { kind, size: 0, parameters: 0, error: 1 }
  for (const size of sizes) {
    const errors: number[] = []
    let parameters = 0
    for (const seed of options.seeds) {
      manualSeed(seed)
      const model = network(size)
      parameters = model.parameterCount
      const title = `${kind} of ${size}`
      await learn(model, train, { name: title, epochs: options.epochs, seed, decay: true })
      errors.push(await errorOf(model, test))
    }
    found = { kind, size, parameters, error: mean(errors) }
    progress(`${kind} of ${size}: ${parameters} parameters, ${percent(found.error)}\n`)
    if (found.error <= GOAL) break
  }
  return found
}

const table: Found[] = []
for (const [kind, each] of Object.entries(kinds)) table.push(await smallest(kind, each))
const claims = [
  claim('C4.5', {
    promised: `printed, each erring on at most ${percent(GOAL)}`,
    found: table
      .map(({ kind, parameters, error }) => `${kind} ${parameters} (${percent(error)})`)
      .join(', '),
    met: table.every(({ error }) => error <= GOAL),
  }),
]
const results = { experiment: 'parameters', data: name, train: train.length, table, claims }
tell(options, results, [
  `${name}, ${train.length} to train on, ${test.length} to test on, mean of ${options.seeds.length} seeds`,
  ...table.map(
    ({ kind, size, parameters, error }) =>
      `${kind.padEnd(22)} size ${String(size).padStart(3)}: ${String(parameters).padStart(6)} parameters, ${percent(error)}`,
  ),
  ...verdicts(claims),
])
