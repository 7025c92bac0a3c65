/**
 * How noisy is the gradient of a mini-batch? Its squared distance from that of the whole set over sizes of batches, which theory
 * has fall as one over the size, at the start and after some learning; and the size at which noise is as long as the gradient.
 * `npx tsx --conditions=source examples/gradient-noise.ts --data ../shared/data`
 *
 * @see McCandlish and others 2018, https://arxiv.org/abs/1812.06162
 */
import { compile, concat, crossEntropy, grad, manualSeed, type Tensor, tensor } from 'maru'
import { DataLoader } from 'maru/data'
import { mlp } from 'maru/models'
import { Flatten, type Module, Sequential } from 'maru/nn'
import { claim, digits, mean, progress, settings, tell, verdicts } from './experiment.ts'
import { learn } from './learn.ts'

const options = settings({ epochs: 2 })
const { name, train } = await digits(options)
const [channels, height, width] = train.shape

const sizes = [8, 16, 32, 64, 128, 256, 512]
/** Batches of each size. */
const DRAWS = 60
/** How far the exponent of the batch's size may be from −1. */
const NEAR = 0.1

type Flat = (inputs: Tensor, labels: Tensor) => Promise<Tensor>

/** The gradient of all parameters as one vector. */
function gradientOf(model: Module): Flat {
  return compile((inputs: Tensor, labels: Tensor): Tensor => {
    const slopes: Tensor[] = grad(crossEntropy(model.forward(inputs), labels), model.parameters())
    return concat(slopes.map((each) => each.reshape([-1])))
  })
}

interface Noise {
  readonly seed: number
  readonly when: string
  /** Mean squared distance from the whole set's gradient, for each size. */
  readonly noise: readonly number[]
  /** Squared length of the whole set's gradient. */
  readonly signal: number
  /** The power of the size that the noise goes with, by least squares. */
  readonly exponent: number
  /** The size whose noise is as long as the gradient. */
  readonly critical: number
}

async function measured(model: Module, seed: number, when: string): Promise<Noise> {
  const gradient = gradientOf(model)
  const whole = await gradient(
    tensor(train.images, [train.length, ...train.shape]),
    tensor(train.labels),
  )
  const signal = await whole.square().sum().item()
  const known = sizes.filter((size) => size <= train.length / 2)
  const noise: number[] = []
  for (const batchSize of known) {
    const off: number[] = []
    while (off.length < DRAWS) {
      const place = { shuffle: true, dropLast: true, seed: 1000 * seed + off.length }
      for await (const { inputs, labels } of new DataLoader(train, { batchSize, ...place })) {
        const there = await gradient(inputs, labels)
        off.push(await there.sub(whole).square().sum().item())
        if (off.length >= DRAWS) break
      }
    }
    // No sample is drawn twice, which takes a part of the noise away.
    noise.push(mean(off) / (1 - batchSize / train.length))
    progress(`${when}, seed ${seed}, batches of ${batchSize}: ${noise.at(-1)?.toExponential(2)}`)
  }
  const exponent = slopeOf(known, noise)
  const scale = mean(noise.map((each, i) => each * (known[i] ?? 1)))
  return { seed, when, noise, signal, exponent, critical: scale / signal }
}

/** Slope of the line through the logarithms of points. */
function slopeOf(xs: readonly number[], ys: readonly number[]): number {
  const [u, v] = [xs.map(Math.log), ys.map(Math.log)]
  const [meanU, meanV] = [mean(u), mean(v)]
  const across = mean(u.map((each, i) => (each - meanU) * ((v[i] ?? 0) - meanV)))
  return across / mean(u.map((each) => (each - meanU) ** 2))
}

const runs: Noise[] = []
for (const seed of options.seeds) {
  manualSeed(seed)
  const model = new Sequential<readonly Module[]>(
    new Flatten(),
    mlp([channels * height * width, 128, 10]),
  )
  runs.push(await measured(model, seed, 'at the start'))
  await learn(model, train, { name: 'network', epochs: options.epochs, seed })
  runs.push(await measured(model, seed, `after ${options.epochs} epochs`))
}
const farthest = Math.max(...runs.map(({ exponent }) => Math.abs(exponent + 1)))
const claims = [
  claim('H8.5', {
    promised: `measured; noise falls as the size to the power of −1 ± ${NEAR}`,
    found: runs.map(({ exponent }) => exponent.toFixed(2)).join(', '),
    met: farthest <= NEAR,
  }),
]
const results = {
  experiment: 'gradient-noise',
  data: name,
  train: train.length,
  sizes,
  runs,
  claims,
}
tell(options, results, [
  `${name}, ${train.length} to learn from; batches of ${sizes.join(', ')}`,
  ...runs.map(
    ({ seed, when, noise, signal, critical }) =>
      `seed ${seed}, ${when}: ${noise.map((each) => each.toExponential(1)).join(', ')}; gradient ${signal.toExponential(1)}, as much as the noise of ${critical.toFixed(0)}`,
  ),
  ...verdicts(claims),
])
