import { describe, expect, test } from 'vitest'
import { manualSeed } from '../../src/base/seed.ts'
import { DataLoader, ImageDataset } from '../../src/data/index.ts'
import { nodesMade } from '../../src/graph/node.ts'
import { Flatten, Linear, Module, ReLU, Sequential } from '../../src/nn/index.ts'
import { Adam, cosine, SGD } from '../../src/optim/index.ts'
import { programsCompiled } from '../../src/runtime/programs.ts'
import { crossEntropy } from '../../src/tensor/loss.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { type BatchReport, type EpochReport, fit } from '../../src/train/index.ts'

/** Points of a plane whose class is the sector that they lie in. */
function sectors(count: number, scale = 1): ImageDataset {
  const points = Array.from({ length: count }, (_, i) => [((i * 7) % 11) - 5, ((i * 3) % 13) - 6])
  return new ImageDataset({
    images: Float32Array.from(points.flat(), (x) => x * scale),
    labels: Int32Array.from(points, ([x = 0, y = 0]) => (x > 0 ? 0 : y > 0 ? 1 : 2)),
    shape: [1, 1, 2],
    classes: ['right', 'above', 'below'],
  })
}

function network(): Sequential<readonly Module[]> {
  manualSeed(3)
  return new Sequential<readonly Module[]>(
    new Flatten(),
    new Linear(2, 8),
    new ReLU(),
    new Linear(8, 3),
  )
}

const loaderOf = (data: ImageDataset) =>
  new DataLoader(data, { batchSize: 16, shuffle: true, seed: 1 })

async function weightsOf(model: Module): Promise<number[][]> {
  const values = await Promise.all(model.parameters().map((parameter) => parameter.data()))
  return values.map((array) => [...array])
}

describe('fit', () => {
  test('takes the steps of a loop written by hand, bit for bit', async () => {
    const [model, other] = [network(), network()]
    const options = { lr: 0.05, schedule: cosine(9) }
    await fit(model, new Adam(model.parameters(), options), loaderOf(sectors(40)), { epochs: 3 })

    const optimizer = new Adam(other.parameters(), options)
    const loader = loaderOf(sectors(40))
    for (let epoch = 0; epoch < 3; epoch++) {
      for (const { inputs, labels } of loader) {
        await optimizer.step(crossEntropy(other.forward(inputs), labels))
      }
    }
    expect(await weightsOf(model)).toEqual(await weightsOf(other))
  })

  test('reports every batch and epoch, and weighs a smaller batch by its size', async () => {
    const batches: BatchReport[] = []
    const epochs: EpochReport[] = []
    const model = network()
    const losses = await fit(model, new SGD(model.parameters()), loaderOf(sectors(40)), {
      epochs: 2,
      onBatch: (report) => batches.push(report),
      onEpoch: (report) => {
        epochs.push(report)
      },
    })
    expect(batches.map(({ epoch, samples }) => [epoch, samples])).toEqual([
      [1, 16],
      [1, 32],
      [1, 40],
      [2, 56],
      [2, 72],
      [2, 80],
    ])
    const [a = 0, b = 0, c = 0] = batches.map(({ loss }) => loss)
    expect(losses[0]).toBeCloseTo((16 * a + 16 * b + 8 * c) / 40, 12)
    expect(epochs).toEqual(losses.map((loss, i) => ({ epoch: i + 1, loss })))
  })

  test('learns', async () => {
    const model = network()
    const optimizer = new Adam(model.parameters(), { lr: 0.05 })
    const losses = await fit(model, optimizer, loaderOf(sectors(64, 0.2)), { epochs: 30 })
    expect(losses.at(-1)).toBeLessThan(0.2 * losses[0]!)
  })

  test('compiles once for each size of batch, and builds no graph afterwards', async () => {
    const model = network()
    const seen: { nodes: number; programs: number }[] = []
    await fit(model, new Adam(model.parameters()), loaderOf(sectors(40)), {
      epochs: 3,
      onBatch: () => seen.push({ nodes: nodesMade(), programs: programsCompiled() }),
    })
    // from the first small batch on, all is known; leaves for data and results are no graph
    const [first, ...rest] = seen.slice(2)
    expect(rest.map(({ programs }) => programs - first!.programs)).toEqual(rest.map(() => 0))
    const made = rest.map(({ nodes }, i) => nodes - (rest[i - 1] ?? first!).nodes)
    expect(Math.max(...made)).toBeLessThanOrEqual(3)
  })

  test('trains in training mode and leaves the mode as it was', async () => {
    const modes: boolean[] = []
    class Watched extends Module {
      readonly inner = network()
      override forward(x: Tensor): Tensor {
        modes.push(this.training, this.inner.training)
        return this.inner.forward(x)
      }
    }
    const model = new Watched().eval()
    await fit(model, new SGD(model.parameters()), loaderOf(sectors(16)), { epochs: 1 })
    expect(modes).toEqual([true, true])
    expect([model.training, model.inner.training]).toEqual([false, false])
  })

  test.each([
    ['before it begins', 0, 0, 0],
    ['in the first epoch', 1, 1, 0],
    ['with the last batch of an epoch', 3, 3, 1],
    ['in the second epoch', 5, 5, 1],
    ['with the last batch of all', 6, 6, 2],
  ])('ends after the batch at hand when aborted %s', async (_, at, batches, epochs) => {
    const controller = new AbortController()
    if (at === 0) controller.abort()
    const model = network()
    const optimizer = new SGD(model.parameters())
    const reports: EpochReport[] = []
    const losses = await fit(model, optimizer, loaderOf(sectors(40)), {
      epochs: 2,
      signal: controller.signal,
      onBatch: () => {
        if (optimizer.steps === at) controller.abort()
      },
      onEpoch: (report) => void reports.push(report),
    })
    expect([optimizer.steps, losses.length, reports.length]).toEqual([batches, epochs, epochs])
    expect(model.training).toBe(true)
  })

  test('hears what comes from outside', async () => {
    const model = network()
    const signal = AbortSignal.timeout(100)
    const options = { epochs: 1_000_000, signal }
    const losses = await fit(model, new SGD(model.parameters()), loaderOf(sectors(40)), options)
    expect(losses.length).toBeLessThan(1_000_000)
  })

  test.each([
    ['no data', sectors(0), 1, 'data.empty'],
    ['no epochs', sectors(16), 0, 'value.integer'],
    ['data that are not finite', sectors(16, Number.NaN), 1, 'fit.diverged'],
  ])('refuses %s', async (_, data, epochs, key) => {
    const model = network()
    const run = fit(model, new SGD(model.parameters()), loaderOf(data), { epochs })
    await expect(run).rejects.toMatchObject({ key })
    expect(model.training).toBe(true)
  })
})
