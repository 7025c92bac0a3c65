/**
 * What batch normalisation does, on the network that its paper began with: three hidden layers of 100 sigmoids, with
 * and without it. Starting values of five scales, steps to a goal, gradients of the first layer, the gap between
 * training and test, and what normalised features look like while training.
 * `npx tsx --conditions=source examples/batch-norm.ts --data ../shared/data`
 *
 * @see Ioffe & Szegedy 2015, https://arxiv.org/abs/1502.03167, section 4.1
 */
import { crossEntropy, grad, manualSeed, type Tensor } from 'maru'
import { DataLoader, type ImageDataset } from 'maru/data'
import {
  BatchNorm1d,
  capture,
  Flatten,
  init,
  Linear,
  type Module,
  Sequential,
  Sigmoid,
} from 'maru/nn'
import { SGD } from 'maru/optim'
import { Accuracy, type Supervised, Trainer } from 'maru/train'
import { claim, digits, mean, percent, progress, settings, tell, verdicts } from './experiment.ts'

const options = settings({ epochs: 10 })
const { name, train, test } = await digits(options)
const [channels, height, width] = train.shape
const tests = new DataLoader(test, { batchSize: 500 })

/** Units of each hidden layer. */
const HIDDEN = 100
/** Factors on Glorot's deviation in the hidden layers. */
const scales = [0.01, 0.1, 1, 10, 100]
/** Above this share of mistakes a network has not learned; guessing makes 90 %. */
const LEARNED = 0.2
/** Learning rates of which each network gets its best. */
const rates = [0.03, 0.1, 0.3, 1, 3]
/** The share of mistakes that the race is to. */
const GOAL = 0.08
/** Steps between two looks at the test set. */
const LOOK = 10

type Network = Sequential<readonly Module[]>

function network(normalised: boolean, scale = 1): Network {
  const hidden = [channels * height * width, HIDDEN, HIDDEN].flatMap((inputs): Module[] => [
    new Linear(inputs, HIDDEN),
    ...(normalised ? [new BatchNorm1d(HIDDEN)] : []),
    new Sigmoid(),
  ])
  const model = new Sequential<readonly Module[]>(new Flatten(), ...hidden, new Linear(HIDDEN, 10))
  for (const layer of model.layers) {
    if (!(layer instanceof Linear)) continue
    init.xavierNormal(layer.weight, { gain: layer.outFeatures === HIDDEN ? scale : 1 })
  }
  return model
}

const loaderOf = (set: ImageDataset, seed: number): DataLoader =>
  new DataLoader(set, { batchSize: 60, shuffle: true, seed, dropLast: true })

function trainerOf(
  model: Network,
  lr: number,
): Trainer<Network, Supervised, { accuracy: Accuracy }> {
  const optimizer = new SGD(model.parameters(), { lr })
  const metrics = { accuracy: new Accuracy() }
  return new Trainer(model, { optimizer, loss: crossEntropy, metrics })
}

/** Mistakes on the test set after training from weights of one scale; all, where the loss is no number any more. */
async function errorFrom(normalised: boolean, scale: number, seed: number): Promise<number> {
  manualSeed(seed)
  const trainer = trainerOf(network(normalised, scale), 0.3)
  const { reason } = await trainer
    .fit(loaderOf(train, seed), { epochs: options.epochs })
    .catch(() => ({ reason: 'failed' }))
  return reason === 'failed' ? 1 : 1 - (await trainer.evaluate(tests)).metrics.accuracy
}

/** Steps to the goal; one more than all where it is not reached. */
async function stepsToGoal(normalised: boolean, lr: number, seed: number): Promise<number> {
  manualSeed(seed)
  const trainer = trainerOf(network(normalised), lr)
  const loader = loaderOf(train, seed)
  let reached = options.epochs * loader.length + 1
  await trainer.fit(loader, {
    epochs: options.epochs,
    callbacks: [
      {
        async onBatchEnd({ step }, fit) {
          if (step % LOOK !== 0) return
          const { accuracy } = (await trainer.evaluate(tests)).metrics
          if (1 - accuracy > GOAL) return
          reached = step
          fit.stop('goal')
        },
      },
    ],
  })
  return reached
}

/** Mean norm of the loss's gradient with respect to the first layer's weights, before anything is learned. */
async function firstGradient(normalised: boolean, seed: number): Promise<number> {
  manualSeed(seed)
  const model = network(normalised)
  const weights = model.layers.flatMap((layer) => (layer instanceof Linear ? [layer.weight] : []))
  const norms: number[] = []
  const some = train.subset(0, Math.min(600, train.length))
  for await (const { inputs, labels } of loaderOf(some, seed)) {
    const slopes: Tensor[] = grad(crossEntropy(model.forward(inputs), labels), weights)
    norms.push((await slopes[0]?.square().sum().sqrt().item()) ?? 0)
  }
  return mean(norms)
}

/** How much more is wrong of the test set than of the few images that were trained on. */
async function gap(normalised: boolean, seed: number): Promise<{ test: number; gap: number }> {
  manualSeed(seed)
  const few = train.subset(0, Math.min(1000, train.length))
  const trainer = trainerOf(network(normalised), 0.3)
  await trainer.fit(loaderOf(few, seed), { epochs: 4 * options.epochs })
  const known = (await trainer.evaluate(new DataLoader(few, { batchSize: 500 }))).metrics.accuracy
  const { accuracy } = (await trainer.evaluate(tests)).metrics
  return { test: 1 - accuracy, gap: known - accuracy }
}

/** The farthest that the mean of a normalised feature was from 0 and its deviation from 1, in any batch of an epoch. */
async function moments(seed: number): Promise<{ mean: number; deviation: number }> {
  manualSeed(seed)
  const model = network(true)
  await trainerOf(model, 0.3).fit(loaderOf(train, seed))
  const norms = [...model.children()].flatMap(([path, layer]) =>
    layer instanceof BatchNorm1d ? [{ path, layer }] : [],
  )
  const watched = capture(
    model,
    norms.map(({ path }) => path),
  )
  const worst = { mean: 0, deviation: 0 }
  for await (const { inputs } of loaderOf(train, seed + 1)) {
    const { maps } = watched(inputs)
    for (const { path, layer } of norms) {
      const made = maps.get(path)
      if (!made || !layer.bias || !layer.weight) continue
      const normal: Tensor = made.sub(layer.bias).div(layer.weight)
      const off = normal.std(0, { correction: 0 }).sub(1).abs().max()
      worst.mean = Math.max(worst.mean, await normal.mean(0).abs().max().item())
      worst.deviation = Math.max(worst.deviation, await off.item())
    }
  }
  return worst
}

/** Something for the plain network and for the normalised one. */
async function both<T>(of: (normalised: boolean) => Promise<T>): Promise<{ plain: T; normal: T }> {
  return { plain: await of(false), normal: await of(true) }
}

const errors: { scale: number; plain: number; normal: number }[] = []
for (const scale of scales) {
  const found: { plain: number; normal: number }[] = []
  for (const seed of options.seeds) {
    found.push(await both((normalised) => errorFrom(normalised, scale, seed)))
  }
  const [plain, normal] = [found.map((each) => each.plain), found.map((each) => each.normal)]
  errors.push({ scale, plain: Math.min(...plain), normal: Math.max(...normal) })
  progress(`weights of ${scale} times Glorot's: ${percent(errors.at(-1)?.normal ?? 1)}\n`)
}

/** The fewest steps that any of the rates needs. */
async function fewestSteps(normalised: boolean, seed: number): Promise<number> {
  const steps: number[] = []
  for (const rate of rates) {
    steps.push(await stepsToGoal(normalised, rate, seed))
    progress(`seed ${seed}, rate ${rate}, normalised ${normalised}: ${steps.at(-1)} steps`)
  }
  return Math.min(...steps)
}

const runs = []
for (const seed of options.seeds) {
  runs.push({
    seed,
    steps: await both((normalised) => fewestSteps(normalised, seed)),
    gradient: await both((normalised) => firstGradient(normalised, seed)),
    fit: await both((normalised) => gap(normalised, seed)),
    moments: await moments(seed),
  })
}

const ratios = runs.map(({ steps }) => steps.normal / steps.plain)
const growth = runs.map(({ gradient }) => gradient.normal / gradient.plain)
const worst = Math.max(...errors.map(({ normal }) => normal))
const farthest = Math.max(...runs.flatMap(({ moments }) => [moments.mean, moments.deviation]))
const gaps = {
  plain: mean(runs.map(({ fit }) => fit.plain.gap)),
  normal: mean(runs.map(({ fit }) => fit.normal.gap)),
  plainTest: mean(runs.map(({ fit }) => fit.plain.test)),
  normalTest: mean(runs.map(({ fit }) => fit.normal.test)),
}
const claims = [
  claim('D12.5', {
    promised: `at most ${percent(LEARNED)} wrong at each of five scales`,
    found: `at most ${percent(worst)}; without at best ${percent(Math.min(...errors.map(({ plain }) => plain)))}`,
    met: worst <= LEARNED,
  }),
  claim('D12.6', {
    promised: 'at most half of the steps, each network at its best rate',
    found: `${ratios.map((ratio) => ratio.toFixed(2)).join(', ')} of them`,
    met: Math.max(...ratios) <= 0.5,
  }),
  claim('D12.7', {
    promised: "larger gradients in the first layer, by the norm's mean",
    found: `${growth.map((ratio) => ratio.toFixed(2)).join(', ')} times as large`,
    met: Math.min(...growth) > 1,
  }),
  claim('D12.8', {
    promised: 'measured, whichever way it comes out',
    found: `a gap of ${percent(gaps.normal)} and ${percent(gaps.normalTest)} of the test set wrong, without ${percent(gaps.plain)} and ${percent(gaps.plainTest)}`,
    met: true,
  }),
  claim('D12.9', {
    promised: 'mean 0 and deviation 1 within 0.01 in every batch',
    found: `off by at most ${farthest.toExponential(1)}`,
    met: farthest <= 0.01,
  }),
]
const results = {
  experiment: 'batch-norm',
  data: name,
  train: train.length,
  errors,
  runs,
  gaps,
  claims,
}
tell(options, results, [
  `${name}, ${train.length} to train on, ${test.length} to test on`,
  ...errors.map(
    ({ scale, plain, normal }) =>
      `weights of ${scale} times Glorot's: at worst ${percent(normal)} wrong, without at best ${percent(plain)}`,
  ),
  ...runs.map(
    ({ seed, steps, gradient }) =>
      `seed ${seed}: ${steps.normal} steps to ${percent(GOAL)}, without ${steps.plain}; first gradient ${gradient.normal.toExponential(2)}, without ${gradient.plain.toExponential(2)}`,
  ),
  ...verdicts(claims),
])
