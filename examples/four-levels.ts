/**
 * One program at four levels: layers in a row, a class, plain functions with `if` and `for`, and raw ops. The same
 * weights, batches and steps give the same losses.
 * `npx tsx --conditions=source examples/four-levels.ts --data ../shared/data`
 */
import { compile, crossEntropy, grad, manualSeed, type Parameter, type Tensor, tensor } from 'maru'
import { DataLoader } from 'maru/data'
import { Flatten, Linear, Module, ReLU, Sequential } from 'maru/nn'
import { SGD } from 'maru/optim'
import { Trainer } from 'maru/train'
import { digits, settings, tell } from './experiment.ts'

const options = settings({ epochs: 3, samples: 2000, seeds: [1] })
const { name, train } = await digits(options)
const [, height, width] = train.shape
const [seed = 1] = options.seeds
const LR = 0.1
const WIDTHS = [height * width, 32, 10] as const

const loader = (): DataLoader => new DataLoader(train, { batchSize: 50, shuffle: true, seed })

/** Mean of a loss over the samples of each epoch. */
async function epochs(step: (x: Tensor, y: Tensor) => Promise<Tensor>): Promise<number[]> {
  const means: number[] = []
  const batches = loader()
  for (let epoch = 0; epoch < options.epochs; epoch++) {
    let sum = 0
    for (const { inputs, labels } of batches) {
      sum += (await (await step(inputs, labels)).item()) * labels.size
    }
    means.push(sum / train.length)
  }
  return means
}

/** The weights that all levels begin with. */
function initial(): Sequential<readonly Module[]> {
  manualSeed(seed)
  const [inputs, hidden, classes] = WIDTHS
  return new Sequential<readonly Module[]>(
    new Flatten(),
    new Linear(inputs, hidden),
    new ReLU(),
    new Linear(hidden, classes),
  )
}

/** Layers in a row, and the trainer. */
async function sequential(): Promise<number[]> {
  const model = initial()
  const optimizer = new SGD(model.parameters(), { lr: LR })
  const trainer = new Trainer(model, { optimizer, loss: crossEntropy })
  const history = await trainer.fit(loader(), { epochs: options.epochs })
  return history.epochs.map(({ loss = Number.NaN }) => loss)
}

class Perceptron extends Module {
  readonly hidden: Linear<number, 32>
  readonly out: Linear<32, 10>

  constructor() {
    super()
    manualSeed(seed)
    this.hidden = new Linear(WIDTHS[0], WIDTHS[1])
    this.out = new Linear(WIDTHS[1], WIDTHS[2])
  }

  override forward(x: Tensor): Tensor {
    return this.out.call(this.hidden.call(x.flatten(1)).relu())
  }
}

/** A class, and a loop of one's own. */
async function subclass(): Promise<number[]> {
  const model = new Perceptron()
  const optimizer = new SGD(model.parameters(), { lr: LR })
  return epochs(
    compile((x, y) => {
      const loss = crossEntropy(model.call(x), y)
      optimizer.step(loss)
      return loss
    }),
  )
}

/** A function of parameters and inputs: `for` goes through the layers, `if` leaves out the last activation. */
function forward(parameters: readonly Tensor[], x: Tensor): Tensor {
  let h: Tensor = x.flatten(1)
  for (let i = 0; i < parameters.length; i += 2) {
    const [weight, bias] = [parameters[i], parameters[i + 1]]
    if (!weight || !bias) throw new RangeError('each layer has a weight and a bias')
    h = h.matmul(weight.transpose()).add(bias)
    if (i + 2 < parameters.length) h = h.relu()
  }
  return h
}

/** Plain functions, differentiated. */
async function functions(): Promise<number[]> {
  const parameters: Parameter[] = initial().parameters()
  const optimizer = new SGD(parameters, { lr: LR })
  return epochs(async (x, y) => {
    const loss = crossEntropy(forward(parameters, x), y)
    await optimizer.step(loss)
    return loss
  })
}

/** Nothing but ops: the loss from its definition, its gradient, and what is subtracted from the weights. */
async function ops(): Promise<number[]> {
  let weights: Tensor[] = await Promise.all(
    initial()
      .parameters()
      .map(async (each) => tensor(await each.data<Float32Array>(), [...each.shape])),
  )
  return epochs(async (x, y) => {
    const [w1, b1, w2, b2] = weights
    if (!w1 || !b1 || !w2 || !b2) throw new RangeError('two layers have four parameters')
    const hidden: Tensor = x.reshape([-1, WIDTHS[0]]).matmul(w1.transpose()).add(b1).maximum(0)
    const logits: Tensor = hidden.matmul(w2.transpose()).add(b2)
    const shifted = logits.sub(logits.max(1, { keepDims: true }))
    const picked = shifted.gather(y.reshape([-1, 1]), { axis: 1 }).reshape([-1])
    const loss: Tensor = shifted.exp().sum(1).log().sub(picked).mean()
    const slopes = grad(loss, weights)
    const next = weights.map((each, i) => each.sub((slopes[i] ?? each).mul(LR)))
    const values = await Promise.all([loss, ...next].map((each) => each.data<Float32Array>()))
    weights = next.map((each, i) => tensor(values[i + 1] ?? [], [...each.shape]))
    return loss
  })
}

const levels = {
  sequential: await sequential(),
  subclass: await subclass(),
  functions: await functions(),
  ops: await ops(),
}
const all = Object.values(levels)
const spread = levels.sequential.map((_, i) => {
  const own = all.map((losses) => losses[i] ?? Number.NaN)
  return Math.max(...own) - Math.min(...own)
})
const results = {
  experiment: 'four-levels',
  data: name,
  train: train.length,
  epochs: options.epochs,
  levels,
  largestDifference: Math.max(...spread),
}
tell(options, results, [
  `${name}, ${train.length} to train on: mean loss of each epoch`,
  ...Object.entries(levels).map(
    ([level, losses]) => `${level.padEnd(12)}${losses.map((loss) => loss.toFixed(7)).join('  ')}`,
  ),
  `largest difference: ${results.largestDifference.toExponential(1)}`,
])
