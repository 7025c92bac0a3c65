import { afterEach, describe, expect, test } from 'vitest'
import { openDevice } from '../../src/backend/devices.ts'
import { MemoryError } from '../../src/base/error.ts'
import { seedState } from '../../src/base/seed.ts'
import { DataLoader } from '../../src/data/index.ts'
import { Linear, type Module } from '../../src/nn/index.ts'
import { Adam, cosine, SGD } from '../../src/optim/index.ts'
import { zeros } from '../../src/tensor/create.ts'
import { grad } from '../../src/tensor/grad.ts'
import { crossEntropy } from '../../src/tensor/loss.ts'
import {
  findBatchSize,
  findLearningRate,
  overfitBatch,
  type Supervised,
  Trainer,
} from '../../src/train/index.ts'
import { loaderOf, network, sectors, weightsOf } from './small.ts'

/** A trainer in the middle of its work, and all that must be as before. */
async function used() {
  const model = network(3, 0.2)
  const optimizer = new Adam(model.parameters(), { lr: 0.02, schedule: cosine(100) })
  const trainer = new Trainer(model, { optimizer, loss: crossEntropy })
  const loader = loaderOf(sectors(64, 0.2))
  await trainer.fit(loader, { steps: 6 })
  const look = async () => ({
    weights: await weightsOf(model),
    states: await Promise.all([...optimizer.stateDict()].map(async ([, each]) => each.array())),
    place: loader.state(),
    seed: seedState(),
    rates: [optimizer.lr, optimizer.steps],
  })
  return { model, optimizer, trainer, loader, look }
}

describe('the finder of learning rates', () => {
  test('[I1.6] goes through a range and proposes a rate at which the loss falls', async () => {
    const { trainer, loader } = await used()
    const { rates, losses, suggestion } = await findLearningRate(trainer, loader)
    expect(rates[0]).toBeCloseTo(1e-6, 12)
    expect(rates.length).toBe(losses.length)
    const ratios = rates.slice(1).map((rate, i) => rate / (rates[i] ?? 1))
    for (const ratio of ratios) expect(ratio).toBeCloseTo(1e7 ** (1 / 99), 6)
    expect(suggestion).toBeGreaterThan(1e-4)
    expect(suggestion).toBeLessThan(1)
    // and that rate is one to learn with
    const model = network()
    const optimizer = new Adam(model.parameters(), { lr: suggestion! })
    const fresh = new Trainer(model, { optimizer, loss: crossEntropy })
    const { epochs } = await fresh.fit(loaderOf(sectors(64, 0.2)), { epochs: 20 })
    expect(epochs.at(-1)?.loss).toBeLessThan(0.5 * (epochs[0]?.loss ?? 0))
  })

  test('ends where the loss goes up and away, finite or not', async () => {
    const model = network()
    const optimizer = new SGD(model.parameters(), { lr: 0.1 })
    const trainer = new Trainer(model, { optimizer, loss: crossEntropy })
    const { rates } = await findLearningRate(trainer, loaderOf(sectors(64)), { from: 1, to: 1e30 })
    expect(rates.length).toBeLessThan(100)
    expect(await weightsOf(model)).toEqual(await weightsOf(network()))
  })

  test('leaves everything as it was', async () => {
    const { trainer, loader, look } = await used()
    const before = await look()
    await findLearningRate(trainer, loader, { steps: 12 })
    expect(await look()).toEqual(before)
  })

  test.each([
    { from: 0, to: 1 },
    { from: 1, to: 1 },
    { from: Number.NaN, to: 1 },
    { from: 1, to: Number.POSITIVE_INFINITY },
    { steps: 2 },
  ])('refuses %j', async (options) => {
    const { trainer, loader } = await used()
    await expect(findLearningRate(trainer, loader, options)).rejects.toThrow(/findLearningRate/)
  })
})

test('one batch can be learned by heart, and everything is as it was', async () => {
  const { model, trainer, loader, look } = await used()
  const before = await look()
  model.eval()
  const losses = await overfitBatch(trainer, loader, { steps: 60 })
  expect(losses).toHaveLength(60)
  expect(Math.min(...losses.slice(-5))).toBeLessThan(0.5 * losses[0]!)
  expect(await look()).toEqual(before)
  expect(model.training).toBe(false)
})

describe('sizes of batches', () => {
  test.each([2, 4, 8])(
    '[I3.1] the gradient of a batch is the mean over %i parts',
    async (parts) => {
      const whole = [...new DataLoader(sectors(64, 0.2), { batchSize: 64 })][0]!
      const pieces = [...new DataLoader(sectors(64, 0.2), { batchSize: 64 / parts })]
      // plain descent with rate 1: what the weights lose is the gradient
      const gradient = async (batches: Supervised[], accumulate: number) => {
        const model = network()
        const before = await weightsOf(model)
        const optimizer = new SGD(model.parameters(), { lr: 1, accumulate })
        await new Trainer(model, { optimizer, loss: crossEntropy }).fit(batches)
        expect(optimizer.steps).toBe(1)
        const after = await weightsOf(model)
        return before.flat().map((value, i) => value - (after.flat()[i] ?? 0))
      }
      const [at, over] = [await gradient([whole], 1), await gradient(pieces, parts)]
      const model = network()
      const exact = grad(
        crossEntropy(model.forward(whole.inputs), whole.labels),
        model.parameters(),
      )
      const values = await Promise.all(exact.map((each) => each.data()))
      values
        .flatMap((each) => [...each])
        .forEach((value, i) => {
          expect(Math.abs((at[i] ?? 0) - value)).toBeLessThan(1e-6)
          expect(Math.abs((over[i] ?? 0) - value)).toBeLessThan(1e-5)
        })
    },
  )

  const { allocate } = openDevice('wasm')
  afterEach(() => {
    openDevice('wasm').allocate = allocate
  })
  /** No room for more than so many bytes at once. */
  const limit = (most: number): void => {
    const backend = openDevice('wasm')
    backend.allocate = (bytes) => {
      if (bytes > most)
        throw new MemoryError('memory.out', { asked: bytes, free: most, live: 0, arena: 0 })
      return allocate.call(backend, bytes)
    }
  }
  const wide = () => {
    const model: Module = new Linear(256, 256)
    const optimizer = new SGD(model.parameters(), { lr: 0.1 })
    const trainer = new Trainer(model, { optimizer, loss: crossEntropy })
    const batchOf = (size: number): Supervised => ({
      inputs: zeros([size, 256]),
      labels: zeros([size], { dtype: 'int32' }),
    })
    return { model, trainer, batchOf }
  }

  test('[I3.2] one that fits in memory is found, and nothing of the search remains', async () => {
    const { model, trainer, batchOf } = wide()
    const before = await weightsOf(model)
    limit(2 ** 20)
    const size = await findBatchSize(trainer, batchOf, { least: 4 })
    // inputs and logits of a sample are 2 KiB, so a limit of 1 MiB is met between 2^8 and 2^11
    expect(Math.log2(size / 4) % 1).toBe(0)
    expect(size).toBeGreaterThanOrEqual(128)
    expect(size).toBeLessThanOrEqual(2048)
    expect(await weightsOf(model)).toEqual(before)
    // it does fit, and twice as much does not
    await trainer.fit([batchOf(size)])
    await expect(trainer.fit([batchOf(2 * size)])).rejects.toThrow(MemoryError)
    expect(await findBatchSize(trainer, batchOf, { most: 32 })).toBe(32)
  })

  test('where not even the least fits, that is the error', async () => {
    const { trainer, batchOf } = wide()
    limit(1000)
    await expect(findBatchSize(trainer, batchOf, { least: 4096 })).rejects.toThrow(MemoryError)
  })
})
