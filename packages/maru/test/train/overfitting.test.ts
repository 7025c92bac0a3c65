/** Overfitting: it is there, and it is named when it begins. */
import { beforeEach, describe, expect, test } from 'vitest'
import {
  concat,
  FormatError,
  manualSeed,
  mseLoss,
  normal,
  type Tensor,
  useDevice,
} from '../../src/index.ts'
import { mlp } from '../../src/models/index.ts'
import { Adam } from '../../src/optim/index.ts'
import { uniform } from '../../src/tensor/random.ts'
import { Overfitting, type TrainEvent, Trainer } from '../../src/train/index.ts'

beforeEach(() => useDevice('wasm'))

/** Noisy samples of a sine. */
function samples(count: number, noise: number): { inputs: Tensor; labels: Tensor } {
  const inputs: Tensor = uniform([count, 1], { low: -1, high: 1 })
  return {
    inputs,
    labels: inputs
      .mul(3)
      .sin()
      .add(normal([count, 1]).mul(noise)),
  }
}

test('[H7.1] a polynomial shows it: with its degree the training error falls, and the test error rises', async () => {
  manualSeed(4)
  const [train, judged] = [samples(14, 0.3), samples(200, 0.3)]
  const errorsOf = async (degree: number): Promise<[train: number, test: number]> => {
    const powers = (x: Tensor): Tensor => {
      const wide = x.cast('float64')
      return concat(
        Array.from({ length: degree + 1 }, (_, k) => wide.pow(k)),
        1,
      )
    }
    const [a, b] = [powers(train.inputs), powers(judged.inputs)]
    const { q, r } = a.qr()
    const weights = r.solve(q.transpose().matmul(train.labels.cast('float64')))
    const error = (x: Tensor, y: Tensor): Promise<number> =>
      mseLoss(x.matmul(weights), y.cast('float64')).item()
    return [await error(a, train.labels), await error(b, judged.labels)]
  }
  const [line, cubic, high] = [await errorsOf(1), await errorsOf(3), await errorsOf(12)]
  expect(cubic[0]).toBeLessThan(line[0])
  expect(cubic[1]).toBeLessThan(line[1])
  expect(high[0]).toBeLessThan(cubic[0] / 2)
  expect(high[1]).toBeGreaterThan(2 * cubic[1])
})

interface Watched {
  readonly losses: readonly { readonly loss: number; readonly valLoss: number }[]
  readonly found: Overfitting
  readonly namedAt: number | undefined
}

/** A network that learns which side of a plane points of 8 coordinates are on, of few of them or of many. */
async function watched(seed: number, count: number, own = new Overfitting()): Promise<Watched> {
  manualSeed(seed)
  const side = normal([8, 1])
  const points = (count: number): { inputs: Tensor; labels: Tensor } => {
    const inputs: Tensor = normal([count, 8])
    return { inputs, labels: inputs.matmul(side).add(normal([count, 1]).mul(2)) }
  }
  const [train, judged] = [points(count), points(400)]
  const model = mlp([8, 64, 1])
  const trainer = new Trainer(model, {
    optimizer: new Adam(model.parameters(), { lr: 5e-3 }),
    loss: mseLoss,
  })
  const events: TrainEvent[] = []
  // an epoch is ten steps
  const { epochs: losses } = await trainer.fit(Array(10).fill(train), {
    epochs: 30,
    validation: [judged],
    callbacks: [own, { onEvent: (event) => void events.push(event) }],
  })
  const notices = events.filter((each) => each.type === 'notice' && each.kind === 'overfitting')
  expect(notices.length).toBeLessThanOrEqual(1)
  return {
    losses: losses.map(({ loss = 0, valLoss = 0 }) => ({ loss, valLoss })),
    found: own,
    // told between two epochs, at the beginning of the next
    namedAt: notices[0] && notices[0].epoch - 1,
  }
}

describe('a network on 24 noisy samples', () => {
  test.each([1, 2, 3, 4, 5])(
    '[H7.1] [H7.3] overfits (seed %i), which is named within 3 epochs of the turn with remedies',
    async (seed) => {
      const { losses, found, namedAt } = await watched(seed, 24)
      const [first, last] = [losses[0]!, losses.at(-1)!]
      const judged = losses.map(({ valLoss }) => valLoss)
      const turn = judged.indexOf(Math.min(...judged)) + 1
      expect(last.loss).toBeLessThan(first.loss / 3)
      expect(last.valLoss).toBeGreaterThan(1.2 * Math.min(...judged))
      expect(found.turn).toBe(turn)
      expect(namedAt! - turn).toBeGreaterThanOrEqual(1)
      expect(namedAt! - turn).toBeLessThanOrEqual(3)
      expect(found.remedies).toEqual([
        'earlyStopping',
        'weightDecay',
        'dropout',
        'augmentation',
        'ensemble',
      ])
    },
  )

  test('ends there, if asked', async () => {
    const { losses, namedAt } = await watched(1, 24, new Overfitting({ stop: true }))
    expect(losses).toHaveLength(namedAt!)
  })
})

test('a network on many samples is not accused', async () => {
  const { found, namedAt } = await watched(1, 4000)
  expect(namedAt).toBeUndefined()
  expect([found.turn, found.remedies]).toEqual([0, []])
})

test('what it has seen is kept from run to run', async () => {
  const { found } = await watched(1, 24)
  const other = new Overfitting()
  other.restore({ values: JSON.parse(JSON.stringify(found.state().values)) })
  expect(other.state()).toEqual(found.state())
  const damaged = { ...(found.state().values as object), remedies: ['prayer'] }
  expect(() => new Overfitting().restore({ values: damaged })).toThrow(FormatError)
})
