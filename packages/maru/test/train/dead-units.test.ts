import { describe, expect, test } from 'vitest'
import { manualSeed } from '../../src/base/seed.ts'
import { DataLoader } from '../../src/data/index.ts'
import {
  BatchNorm1d,
  Conv2d,
  Dropout,
  Flatten,
  Linear,
  type Module,
  ReLU,
  Sequential,
  Tanh,
} from '../../src/nn/index.ts'
import { SGD } from '../../src/optim/index.ts'
import { tensor } from '../../src/tensor/create.ts'
import { crossEntropy } from '../../src/tensor/loss.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import {
  deadUnits,
  type Notice,
  ProgressBar,
  Trainer,
  watchDeadUnits,
} from '../../src/train/index.ts'
import { network, sectors } from './small.ts'

const data = sectors(60, 0.2)
const loader = new DataLoader(data, { batchSize: 16 })

/** Gives a layer's bias these values. */
async function setBias(layer: Module, values: readonly number[]): Promise<void> {
  const state = new Map(layer.stateDict())
  await layer.loadStateDict(state.set('bias', tensor([...values])))
}

describe('deadUnits', () => {
  test.each([1, 2, 3, 4, 5])('[E1.5] counts what plain loops count, seed %i', async (seed) => {
    manualSeed(seed)
    const first = new Linear(2, 40)
    const model = new Sequential<readonly Module[]>(new Flatten(), first, new ReLU())
    // most units are woken by few samples or by none
    await setBias(
      first,
      Array.from({ length: 40 }, (_, i) => -i / 40),
    )
    const active = new Set<number>()
    for (let i = 0; i < data.length; i++) {
      const one: Tensor = tensor(data.at(i).input.data, [1, 1, 1, 2])
      const made = await model.forward(one).data()
      for (const [unit, value] of made.entries()) if (value !== 0) active.add(unit)
    }
    const [layer] = await deadUnits(model, loader)
    expect(layer).toMatchObject({ name: '2', units: 40 })
    const dead = Array.from({ length: 40 }, (_, unit) => unit).filter((unit) => !active.has(unit))
    expect(layer!.dead).toEqual(dead)
    expect(dead.length).toBeGreaterThan(0)
    expect(dead.length).toBeLessThan(40)
  })

  test('[E1.5] a unit that the last sample alone wakes is alive', async () => {
    const layer = new Linear(1, 3)
    const weight = tensor([[1], [1], [1]])
    await layer.loadStateDict(
      new Map([
        ['weight', weight],
        ['bias', tensor([-8.5, -9.5, 0])],
      ]),
    )
    const model = new Sequential<readonly Module[]>(layer, new ReLU())
    const batches = [0, 3, 6].map((from) => ({
      inputs: tensor([[from + 1], [from + 2], [from + 3]]),
    }))
    expect((await deadUnits(model, batches))[0]!.dead).toEqual([1])
    expect((await deadUnits(model, batches.slice(0, 2)))[0]!.dead).toEqual([0, 1])
  })

  test('a channel is a unit; layers that are no activations are left out', async () => {
    const convolution = new Conv2d(1, 3, 1)
    const model = new Sequential<readonly Module[]>(
      convolution,
      new ReLU(),
      new Flatten(),
      new Tanh(),
    )
    await convolution.loadStateDict(
      new Map([
        ['weight', tensor([[[[1]]], [[[-1]]], [[[1]]]])],
        ['bias', tensor([0, 0, -5])],
      ]),
    )
    const found = await deadUnits(model, [{ inputs: tensor([[[[1, 2]]], [[[0, 3]]]]) }])
    expect(found.map(({ layer, dead }) => [layer, dead])).toEqual([
      ['ReLU()', [1, 2]],
      ['Tanh()', [2, 3, 4, 5]],
    ])
  })

  test('leaves the network as it was', async () => {
    const model = new Sequential<readonly Module[]>(
      new Flatten(),
      new Linear(2, 4),
      new BatchNorm1d(4),
      new Dropout(0.5),
      new ReLU(),
    )
    const values = async (): Promise<unknown> =>
      Promise.all([...model.stateDict()].map(async ([name, value]) => [name, await value.array()]))
    const before = await values()
    const [once] = await deadUnits(model, loader)
    expect(await deadUnits(model, loader)).toEqual([once])
    expect(model.training).toBe(true)
    expect(await values()).toEqual(before)
  })

  test('of nothing', async () => {
    expect(await deadUnits(new Linear(1, 2), [{ inputs: tensor([[1]]) }])).toEqual([])
    const none = deadUnits(network(), [])
    await expect(none).rejects.toMatchObject({ name: 'ValueError', key: 'data.empty' })
  })
})

describe('watchDeadUnits', () => {
  /** A step so long that units of the hidden layer die. */
  async function notices(lr: number): Promise<{ told: Notice[]; text: string; model: Module }> {
    const model = network()
    const told: Notice[] = []
    let text = ''
    const output = {
      screen: { columns: 80, interactive: false, colors: 'none' as const, unicode: true },
      write: (part: string) => {
        text += part
      },
    }
    const optimizer = new SGD(model.parameters(), { lr })
    await new Trainer(model, { optimizer, loss: crossEntropy }).fit(loader, {
      epochs: 3,
      callbacks: [
        watchDeadUnits(loader),
        { onNotice: (notice) => void told.push(notice) },
        new ProgressBar({ output }),
      ],
    })
    return { told, text, model }
  }

  test('[E1.6] tells of dead units once for each change, and what may help', async () => {
    const { told, text, model } = await notices(300)
    const [layer] = await deadUnits(model, loader)
    const count = layer!.dead.length
    expect(count).toBeGreaterThan(0)
    expect(told.at(-1)).toMatchObject({
      kind: 'deadUnits',
      details: { count, layers: { 2: count } },
    })
    const counts = told.map(({ details }) => details.count)
    expect(counts.every((each, i) => each !== counts[i - 1])).toBe(true)
    expect(text).toContain(`2 (${count})`)
    expect(text).toContain('LeakyReLU')
  })

  test('says nothing where every unit lives', async () => {
    expect((await notices(0.01)).told).toEqual([])
  })
})
