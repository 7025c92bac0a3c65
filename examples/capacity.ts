/**
 * Do rectified units need more samples than tanh, at equal width, as is said? The error of networks of one hidden layer of 256,
 * by how many digits they learned from.
 * `npx tsx --conditions=source examples/capacity.ts --data ../shared/data`
 */
import { manualSeed } from 'maru'
import { mlp } from 'maru/models'
import { Flatten, type Module, ReLU, Sequential, Tanh } from 'maru/nn'
import { claim, digits, mean, percent, progress, settings, tell, verdicts } from './experiment.ts'
import { errorOf, learn } from './learn.ts'

const options = settings({ epochs: 10 })
const { name, train, test } = await digits(options)
const [channels, height, width] = train.shape

const activations = { ReLU: () => new ReLU(), tanh: () => new Tanh() } as const
type Activation = keyof typeof activations

/** Numbers of samples; each network takes as many steps as with all of them. */
const counts = [100, 300, 1000, 3000, 8000].filter((count) => count <= train.length)

async function errorWith(activation: Activation, count: number, seed: number): Promise<number> {
  manualSeed(seed)
  const model = new Sequential<readonly Module[]>(
    new Flatten(),
    mlp([channels * height * width, 256, 10], { activation: activations[activation] }),
  )
  const epochs = Math.round((options.epochs * train.length) / count)
  const title = `${activation}, ${count} samples`
  await learn(model, train.subset(0, count), { name: title, epochs, seed, decay: true })
  return errorOf(model, test)
}

interface Point {
  readonly count: number
  readonly ReLU: number
  readonly tanh: number
}

const points: Point[] = []
for (const count of counts) {
  const errors: Record<Activation, number[]> = { ReLU: [], tanh: [] }
  for (const seed of options.seeds) {
    errors.ReLU.push(await errorWith('ReLU', count, seed))
    errors.tanh.push(await errorWith('tanh', count, seed))
  }
  points.push({ count, ReLU: mean(errors.ReLU), tanh: mean(errors.tanh) })
  progress(
    `${count} samples: ${percent(points.at(-1)?.ReLU ?? 1)}, ${percent(points.at(-1)?.tanh ?? 1)}\n`,
  )
}
const found = points.map(
  (point) => `${point.count}: ${percent(point.ReLU)} and ${percent(point.tanh)}`,
)
const worse = points.filter((point) => point.ReLU > point.tanh).map(({ count }) => count)
const claims = [
  claim('A3.3', {
    promised: 'printed, whichever way it comes out',
    found: `ReLU and tanh after ${found.join(', ')}; ReLU is worse at ${worse.length} of ${points.length} sizes`,
    met: points.length > 0,
  }),
]
const results = { experiment: 'capacity', data: name, points, claims }
tell(options, results, [
  `${name}, ${test.length} to test on, mean error of ${options.seeds.length} seeds`,
  ...points.map(
    ({ count, ReLU, tanh }) =>
      `${String(count).padStart(6)} samples: ReLU ${percent(ReLU)}, tanh ${percent(tanh)}`,
  ),
  ...verdicts(claims),
])
