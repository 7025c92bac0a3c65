import { describe, expect, test } from 'vitest'
import { DataLoader } from '../../src/data/index.ts'
import { nodesMade } from '../../src/graph/node.ts'
import { Module } from '../../src/nn/index.ts'
import { Adam, cosine, SGD } from '../../src/optim/index.ts'
import { programsCompiled } from '../../src/runtime/programs.ts'
import { tensor } from '../../src/tensor/create.ts'
import { crossEntropy } from '../../src/tensor/loss.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import {
  Accuracy,
  type Callback,
  type TrainEvent,
  Trainer,
  type TrainerOptions,
} from '../../src/train/index.ts'
import { loaderOf, type Network, network, sectors, weightsOf } from './small.ts'

const trainerOf = (model: Network, options: Partial<TrainerOptions<Network>> = {}) => {
  const optimizer = new Adam(model.parameters(), { lr: 0.05 })
  return new Trainer(model, {
    optimizer,
    loss: crossEntropy,
    ...options,
  } as TrainerOptions<Network>)
}

/** Remembers what it is told. */
function listener(): { events: TrainEvent[]; callback: Callback } {
  const events: TrainEvent[] = []
  return { events, callback: { onEvent: (event) => void events.push(event) } }
}

describe('fit', () => {
  test('takes the steps of a loop written by hand, bit for bit', async () => {
    const [model, other] = [network(), network()]
    const options = { lr: 0.05, schedule: cosine(9) }
    const trainer = trainerOf(model, { optimizer: new Adam(model.parameters(), options) })
    await trainer.fit(loaderOf(sectors(40)), { epochs: 3 })

    const optimizer = new Adam(other.parameters(), options)
    const loader = loaderOf(sectors(40))
    for (let epoch = 0; epoch < 3; epoch++) {
      for (const { inputs, labels } of loader) {
        await optimizer.step(crossEntropy(other.forward(inputs), labels))
      }
    }
    expect(await weightsOf(model)).toEqual(await weightsOf(other))
  })

  test('tells every batch and epoch, and weighs a smaller batch by its size', async () => {
    const { events, callback } = listener()
    const trainer = trainerOf(network())
    const options = { epochs: 2, callbacks: [callback], reportEvery: 1 }
    const { epochs, reason } = await trainer.fit(loaderOf(sectors(40)), options)
    const ends = events.filter((event) => event.type === 'batchEnd')
    expect(ends.map(({ epoch, batch, step, samples }) => [epoch, batch, step, samples])).toEqual([
      [1, 1, 1, 16],
      [1, 2, 2, 32],
      [1, 3, 3, 40],
      [2, 1, 4, 56],
      [2, 2, 5, 72],
      [2, 3, 6, 80],
    ])
    const reports = events.filter((event) => event.type === 'report')
    const [a = 0, b = 0, c = 0] = reports.map(({ logs }) => logs.loss)
    expect(epochs[0]?.loss).toBeCloseTo((16 * a + 16 * b + 8 * c) / 40, 12)
    const ended = events.filter((event) => event.type === 'epochEnd')
    expect(ended.map(({ logs }) => logs)).toEqual(epochs)
    expect([epochs.length, reason]).toEqual([2, 'done'])
    const kinds = events.map(({ type }) => type).filter((type) => !/batch|report/i.test(type))
    const epoch = ['epochBegin', 'epochEnd']
    expect(kinds).toEqual(['fitBegin', ...epoch, ...epoch, 'fitEnd'])
  })

  test('reads losses at intervals, which changes neither them nor the weights', async () => {
    const [often, seldom] = [network(), network()]
    const { events, callback } = listener()
    const a = await trainerOf(often).fit(loaderOf(sectors(80), 8), { epochs: 3, reportEvery: 1 })
    const options = { epochs: 3, reportEvery: 4, callbacks: [callback] }
    const b = await trainerOf(seldom).fit(loaderOf(sectors(80), 8), options)
    expect(b).toEqual(a)
    expect(await weightsOf(seldom)).toEqual(await weightsOf(often))
    // and where an epoch ends
    const steps = events.filter((event) => event.type === 'report').map(({ step }) => step)
    expect(steps).toEqual([4, 8, 10, 12, 16, 20, 24, 28, 30])
  })

  test('[N7.3] learns, evaluates and predicts', async () => {
    const model = network()
    const loader = loaderOf(sectors(64, 0.2))
    const optimizer = new Adam(model.parameters(), { lr: 0.05 })
    const metrics = { accuracy: new Accuracy() }
    const trainer = new Trainer(model, { optimizer, loss: crossEntropy, metrics })
    const { epochs } = await trainer.fit(loader, { epochs: 30 })
    expect(epochs.at(-1)?.loss).toBeLessThan(0.2 * (epochs[0]?.loss ?? 0))
    const found = await trainer.evaluate(loader)
    expect(found.metrics.accuracy).toBeGreaterThan(0.95)
    const logits = await trainer.predict(new DataLoader(sectors(40, 0.2), { batchSize: 16 }))
    expect(logits.shape).toEqual([40, 3])
    const all = await trainer.predict(tensor(sectors(40, 0.2).images, [40, 1, 1, 2]))
    expect(await all.array()).toEqual(await logits.array())
  })

  test('compiles once for each size of batch, and builds no graph afterwards', async () => {
    const seen: { nodes: number; programs: number }[] = []
    const count = (): void => void seen.push({ nodes: nodesMade(), programs: programsCompiled() })
    const callbacks = [{ onBatchEnd: count }]
    await trainerOf(network()).fit(loaderOf(sectors(40)), { epochs: 3, callbacks })
    // from the first small batch on, all is known; leaves for data and results are no graph
    const [first, ...rest] = seen.slice(2)
    expect(rest.map(({ programs }) => programs - first!.programs)).toEqual(rest.map(() => 0))
    // two leaves and a result for each, of which the last step's may be on its way
    const made = (rest.at(-1)?.nodes ?? 0) - first!.nodes
    expect(made).toBeLessThanOrEqual(3 * rest.length + 1)
  })

  test('trains in training mode, validates in the other, and leaves the mode as it was', async () => {
    const modes: [string, boolean, boolean][] = []
    let now = ''
    class Watched extends Module {
      readonly inner = network()
      override forward(x: Tensor): Tensor {
        modes.push([now, this.training, this.inner.training])
        return this.inner.forward(x)
      }
    }
    const model = new Watched().eval()
    const optimizer = new SGD(model.parameters())
    const watch: Callback = {
      onEvent: ({ type }) => {
        now = type
      },
    }
    const options = { callbacks: [watch], sanity: false, validation: loaderOf(sectors(16)) }
    const trainer = new Trainer(model, { optimizer, loss: crossEntropy })
    await trainer.fit(loaderOf(sectors(16)), options)
    expect(modes).toEqual([
      ['batchBegin', true, true],
      ['validationBegin', false, false],
    ])
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
    const onBatchEnd = ({ step }: { step: number }): void => {
      if (step === at) controller.abort()
    }
    const history = await trainerOf(model, { optimizer }).fit(loaderOf(sectors(40)), {
      epochs: 2,
      signal: controller.signal,
      callbacks: [{ onBatchEnd }],
    })
    expect([optimizer.steps, history.epochs.length]).toEqual([batches, epochs])
    expect(history.reason).toBe(at === 6 ? 'done' : 'aborted')
    expect(model.training).toBe(true)
  })

  test('hears what comes from outside', async () => {
    const signal = AbortSignal.timeout(100)
    const { epochs } = await trainerOf(network()).fit(loaderOf(sectors(40)), {
      epochs: 1_000_000,
      signal,
    })
    expect(epochs.length).toBeLessThan(1_000_000)
  })

  test('ends after so many steps, or when a callback says so', async () => {
    const model = network()
    const trainer = trainerOf(model)
    expect((await trainer.fit(loaderOf(sectors(40)), { steps: 5 })).epochs).toHaveLength(2)
    expect(trainer.optimizer?.steps).toBe(5)
    const onBatchEnd: Callback['onBatchEnd'] = ({ step }, fit) => {
      if (step === 2) fit.stop('me')
    }
    const callbacks = [{ onBatchEnd }]
    const history = await trainer.fit(loaderOf(sectors(40)), { epochs: 9, callbacks })
    expect(history).toEqual({ epochs: [], reason: 'stopped', by: 'me' })
    expect(trainer.optimizer?.steps).toBe(7)
  })

  test.each([
    ['no data', sectors(0), { epochs: 1 }, 'data.empty'],
    ['no epochs', sectors(16), { epochs: 0 }, 'value.integer'],
    ['data that are not finite', sectors(16, Number.NaN), {}, 'fit.diverged'],
    ['a set for testing', sectors(16).as('test'), {}, 'data.test'],
  ])('refuses %s', async (_, data, options, key) => {
    const model = network()
    const run = trainerOf(model).fit(loaderOf(data), options)
    await expect(run).rejects.toMatchObject({ key })
    expect(model.training).toBe(true)
  })

  test('[B2.4] refuses a test set unless told otherwise', async () => {
    const data = loaderOf(sectors(16).as('test'))
    const trainer = trainerOf(network())
    await expect(trainer.fit(data)).rejects.toMatchObject({ key: 'data.test' })
    expect((await trainer.fit(data, { allowTest: true })).epochs).toHaveLength(1)
    // to judge by it is what it is for
    expect((await trainer.evaluate(data)).samples).toBe(16)
  })

  test('tells listeners of an error, and passes it on', async () => {
    const { events, callback } = listener()
    const broken: Callback = {
      onEpochEnd: () => {
        throw new RangeError('mine')
      },
    }
    const run = trainerOf(network()).fit(loaderOf(sectors(16)), { callbacks: [broken, callback] })
    await expect(run).rejects.toThrow('mine')
    expect(events.at(-1)).toMatchObject({ type: 'fitEnd', reason: 'failed', by: 'mine' })
  })
})
