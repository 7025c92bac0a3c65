/**
 * How many steps does natural gradient spare? A deep autoencoder of digits, 784-400-200-100-30 and back, by gradient descent with
 * momentum at the best of some rates, and by K-FAC.
 * `npx tsx --conditions=source examples/autoencoder.ts --data ../shared/data`
 *
 * @see Martens & Grosse 2015, https://arxiv.org/abs/1503.05671
 */
import {
  bernoulli,
  binaryCrossEntropyWithLogits,
  compile,
  manualSeed,
  type Tensor,
  tensor,
} from 'maru'
import { DataLoader } from 'maru/data'
import { mlp } from 'maru/models'
import { Flatten, init, type Module, Sequential, Tanh } from 'maru/nn'
import { KFAC, SGD } from 'maru/optim'
import { claim, digits, progress, settings, tell, verdicts } from './experiment.ts'

const options = settings({ epochs: 40 })
const { name, train } = await digits(options)
const [channels, height, width] = train.shape
const pixels = channels * height * width

const BATCH = 250
/** Steps between two looks at the loss. */
const LOOK = 10
/** Learning rates of which gradient descent gets the best, by the first seed; K-FAC's settings were chosen by it, too. */
const rates = [0.001, 0.002, 0.004, 0.008]

/** What the loss is told of: the first of the digits to learn from. */
const some = train.subset(0, Math.min(1000, train.length))
const watched: Tensor = tensor(some.images, [some.length, pixels])

function network(seed: number): Module {
  manualSeed(seed)
  const [first, ...narrow] = [pixels, 400, 200, 100, 30] as const
  const inner = mlp([first, ...narrow], { activation: () => new Tanh() })
  const outer = mlp([30, 100, 200, 400, pixels], { activation: () => new Tanh() })
  const model = new Sequential<readonly Module[]>(new Flatten(), inner, outer)
  for (const [path, parameter] of model.namedParameters()) {
    if (path.endsWith('weight')) init.xavierNormal(parameter)
  }
  return model
}

/** Nats of a digit: the sum over its pixels. */
function nats(logits: Tensor, pixelsOf: Tensor): Tensor {
  return binaryCrossEntropyWithLogits(logits, pixelsOf).mul(pixels)
}

/** One step on a batch, which gives the loss before it. */
type Step = (inputs: Tensor) => Promise<Tensor>

function bySgd(model: Module, lr: number): Step {
  const optimizer = new SGD(model.parameters(), { lr, momentum: 0.9 })
  return compile((inputs: Tensor): Tensor => {
    const loss = nats(model.forward(inputs), inputs)
    optimizer.step(loss)
    return loss
  })
}

/** The curvature is that of pixels drawn from the model's own predictions. */
function byKfac(model: Module): Step {
  const optimizer = new KFAC(model, { lr: 0.1, momentum: 0.9, damping: 0.1, trust: 0.03, every: 5 })
  return compile((inputs: Tensor): Tensor => {
    const logits = model.forward(inputs)
    const loss = nats(logits, inputs)
    const drawn = bernoulli(logits.sigmoid()).stopGradient()
    optimizer.step(loss, { fisher: nats(logits, drawn) })
    return loss
  })
}

/** Steps that were taken, and the loss after them: all there are, or as many as it took to come to a goal. */
interface Course {
  readonly steps: number
  readonly loss: number
}

interface Race {
  readonly name: string
  readonly seed: number
  readonly goal?: number
}

async function run(model: Module, step: Step, { name, seed, goal = 0 }: Race): Promise<Course> {
  const loader = new DataLoader(train, {
    batchSize: Math.min(BATCH, train.length),
    shuffle: true,
    seed,
    dropLast: true,
  })
  const look = compile((): Tensor => nats(model.forward(watched), watched))
  let steps = 0
  let loss = Number.POSITIVE_INFINITY
  for (let epoch = 1; epoch <= options.epochs; epoch++) {
    for await (const { inputs } of loader) {
      await step(inputs.reshape([-1, pixels]))
      if (++steps % LOOK !== 0 && steps % loader.length !== 0) continue
      loss = await look().then((value) => value.item())
      progress(`${name}, seed ${seed}, step ${steps}: ${loss.toFixed(2)} nats`)
      if (loss <= goal || Number.isNaN(loss)) return { steps, loss }
    }
  }
  return { steps, loss }
}

const [first = 1] = options.seeds
const tried: { rate: number; loss: string }[] = []
let best = { rate: 0, loss: Number.POSITIVE_INFINITY }
for (const rate of rates) {
  const model = network(first)
  const { loss } = await run(model, bySgd(model, rate), { name: `rate ${rate}`, seed: first })
  tried.push({ rate, loss: loss.toFixed(2) })
  if (loss < best.loss) best = { rate, loss }
}

const runs: { seed: number; descent: Course; natural: Course }[] = []
for (const seed of options.seeds) {
  const plain = network(seed)
  const descent = await run(plain, bySgd(plain, best.rate), { name: 'descent', seed })
  const model = network(seed)
  const race = { name: 'K-FAC', seed, goal: descent.loss }
  const natural = await run(model, byKfac(model), race)
  runs.push({ seed, descent, natural })
  progress(`seed ${seed}: ${natural.steps} of ${descent.steps} steps\n`)
}
/** A course that ends above its goal has not come there in any number of its steps. */
const isThere = ({ descent, natural }: (typeof runs)[number]): boolean =>
  natural.loss <= descent.loss && natural.steps <= descent.steps / 3
const claims = [
  claim('G9.9', {
    promised: 'to the same loss in a third of the steps, for each seed',
    found: runs
      .map(
        ({ descent, natural }) =>
          `${natural.loss.toFixed(1)} nats after ${natural.steps} steps, ${descent.loss.toFixed(1)} after ${descent.steps}`,
      )
      .join('; '),
    met: runs.every(isThere),
  }),
]
const results = { experiment: 'autoencoder', data: name, train: train.length, tried, runs, claims }
tell(options, results, [
  `${name}, ${train.length} to learn from, batches of ${BATCH}`,
  ...tried.map(({ rate, loss }) => `descent at ${rate}: ${loss} nats`),
  ...verdicts(claims),
])
