import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { manualSeed } from '../../src/base/seed.ts'
import { DataLoader } from '../../src/data/index.ts'
import { BatchNorm1d, Dropout, Linear, Module, Sequential } from '../../src/nn/index.ts'
import { Adam, cosineRestarts, SGD } from '../../src/optim/index.ts'
import { tensor } from '../../src/tensor/create.ts'
import { crossEntropy } from '../../src/tensor/loss.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import {
  bagging,
  Ensemble,
  monteCarlo,
  Snapshots,
  Stacking,
  Trainer,
} from '../../src/train/index.ts'
import { network, sectors, weightsOf } from './small.ts'

const data = sectors(60, 0.2)
const loader = new DataLoader(data, { batchSize: 16 })

async function trained(seed: number, epochs = 5): Promise<Module> {
  const model = network(seed)
  const optimizer = new Adam(model.parameters(), { lr: 0.03 })
  await new Trainer(model, { optimizer, loss: crossEntropy }).fit(loader, { epochs })
  return model
}

/** Says the same whatever it is asked. */
class Fixed extends Module {
  readonly logits: Tensor
  constructor(logits: readonly number[]) {
    super()
    this.logits = tensor([...logits])
  }
  override forward(x: Tensor): Tensor {
    return this.logits.reshape([1, -1]).expand([x.node.shape[0] ?? 0, this.logits.size])
  }
}

describe('an ensemble', () => {
  test('[H6.2] is the mean of its members probabilities', async () => {
    const members = [await trained(1), await trained(2), await trained(3)]
    const x = [...loader][0]!.inputs
    const own = await Promise.all(members.map(async (each) => each.forward(x).softmax(1).data()))
    const mean = own[0]!.map((_, i) => own.reduce((sum, each) => sum + each[i]!, 0) / 3)
    const together = await new Ensemble(members).forward(x).exp().data()
    expect([...together]).toEqual([...mean].map((value) => expect.closeTo(value, 6)))
  })

  test('[H6.7] has a negative log-likelihood never above the mean of its members', async () => {
    // logits of any size: members that are sure of different classes, and members that are alike
    const logit = fc.double({ min: -30, max: 30, noNaN: true })
    const rows = fc.array(fc.array(logit, { minLength: 4, maxLength: 4 }), {
      minLength: 1,
      maxLength: 6,
    })
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 0, max: 3 }), async (all, label) => {
        const batch = { inputs: tensor([[0]]), labels: tensor(Int32Array.of(label), [1]) }
        const { ensemble, members } = await new Ensemble(all.map((row) => new Fixed(row))).scores([
          batch,
        ])
        const mean = members.reduce((sum, { nll }) => sum + nll, 0) / members.length
        // rounding of float32 at losses of up to 60
        expect(ensemble.nll).toBeLessThanOrEqual(mean + 1e-5)
      }),
      { numRuns: 60, seed: 4 },
    )
    const real = new Ensemble([await trained(1), await trained(2), await trained(3)])
    const { ensemble, members } = await real.scores(loader)
    expect(members).toHaveLength(3)
    expect(ensemble.nll).toBeLessThan(members.reduce((sum, { nll }) => sum + nll, 0) / 3)
    expect(ensemble.accuracy).toBeGreaterThan(0.5)
  })

  test('of nobody is refused', () => {
    expect(() => new Ensemble([])).toThrow(/no members/)
    expect(() => new Stacking([], 3)).toThrow(/no members/)
  })
})

test('[H6.1] bagging draws samples with replacement, by its seed', async () => {
  const drawn: number[][] = []
  const draw = (seed: number) =>
    bagging(
      data,
      3,
      async (samples, member) => {
        drawn.push(
          Array.from({ length: samples.length }, (_, i) => samples.at(i) as never).map(keyOf),
        )
        const model = network(member)
        const optimizer = new Adam(model.parameters(), { lr: 0.03 })
        const trainer = new Trainer(model, { optimizer, loss: crossEntropy })
        await trainer.fit(new DataLoader(samples, { batchSize: 20 }), { epochs: 3 })
        return model
      },
      { seed },
    )
  const ensemble = await draw(1)
  expect(ensemble.members).toHaveLength(3)
  await draw(1)
  expect(drawn.slice(3)).toEqual(drawn.slice(0, 3))
  await draw(2)
  expect(drawn[6]).not.toEqual(drawn[0])
  for (const samples of drawn) expect(samples).toHaveLength(60)
  // about 1 − 1/e of the samples are drawn at all
  const distinct = drawn.map((samples) => new Set(samples).size / new Set(allKeys()).size)
  for (const share of distinct) expect(Math.abs(share - (1 - 1 / Math.E))).toBeLessThan(0.2)
  const { ensemble: together, members } = await ensemble.scores(loader)
  expect(together.nll).toBeLessThanOrEqual(members.reduce((sum, { nll }) => sum + nll, 0) / 3)
})

function keyOf({ input }: { readonly input: { readonly data: Float32Array } }): number {
  return (input.data[0] ?? 0) * 1000 + (input.data[1] ?? 0)
}

function allKeys(): number[] {
  return Array.from({ length: data.length }, (_, i) => keyOf(data.at(i)))
}

test('[H6.4] snapshots are the weights at the ends of cycles', async () => {
  const model = network()
  const optimizer = new SGD(model.parameters(), { lr: 0.3, schedule: cosineRestarts(8) })
  const snapshots = new Snapshots({ everyEpochs: 2 })
  const kept: number[][][] = []
  const keep = { onEpochEnd: async () => void kept.push(await weightsOf(model)) }
  await new Trainer(model, { optimizer, loss: crossEntropy }).fit(loader, {
    epochs: 6,
    callbacks: [snapshots, keep],
  })
  const ensemble = await snapshots.ensemble(() => network(9))
  expect(await Promise.all(ensemble.members.map(weightsOf))).toEqual([kept[1], kept[3], kept[5]])
  // what it has is what a resumed run gets
  const again = new Snapshots({ everyEpochs: 2 })
  again.restore(snapshots.state())
  const other = await again.ensemble(() => network(9))
  expect(await Promise.all(other.members.map(weightsOf))).toEqual([kept[1], kept[3], kept[5]])
})

describe('stacking', () => {
  test('[H6.3] learns whom to believe, and leaves the members alone', async () => {
    // the first knows nothing but one class; the second has been trained
    const members = [new Fixed([9, 0, 0]), await trained(2, 20)]
    const before = await weightsOf(members[1]!)
    const stacked = new Stacking(members, 3)
    const optimizer = new Adam(stacked.head.parameters(), { lr: 0.05 })
    const trainer = new Trainer(stacked, { optimizer, loss: crossEntropy })
    const first = (await trainer.evaluate(loader)).loss
    await trainer.fit(loader, { epochs: 30 })
    expect((await trainer.evaluate(loader)).loss).toBeLessThan(first)
    const { ensemble } = await new Ensemble(members).scores(loader)
    expect((await trainer.evaluate(loader)).loss).toBeLessThan(ensemble.nll)
    expect(await weightsOf(members[1]!)).toEqual(before)
  })

  test('begins as the geometric mean, with members that predict', async () => {
    const members = [new Fixed([1, 0, 0]), new Fixed([0, 2, 0])]
    const stacked = new Stacking(members, 3).train()
    expect(members.map(({ training }) => training)).toEqual([false, false])
    const logs = await stacked
      .forward(tensor([[0]]))
      .softmax(1)
      .data()
    const wanted = await tensor([[0.5, 1, 0]])
      .softmax(1)
      .data()
    expect([...logs]).toEqual([...wanted].map((value) => expect.closeTo(value, 6)))
    expect(stacked.head).toBeInstanceOf(Linear)
  })
})

describe('Monte-Carlo dropout', () => {
  test('[H6.6] has the mean and the variance of networks that leave things out', async () => {
    manualSeed(5)
    const model = new Sequential(new Dropout(0.25), new Linear(4, 1, { bias: false }))
    await model.loadStateDict(new Map([['1.weight', tensor([[1, 2, 3, 4]])]]))
    model.eval()
    const { mean, variance } = await monteCarlo(model, tensor([[1, 1, 1, 1]]), { draws: 4000 })
    // each term is 0, or w/(1 − p) with probability 1 − p: mean Σ w, variance Σ w² · p/(1 − p)
    expect(Math.abs((await mean.item()) - 10)).toBeLessThan(0.2)
    expect(Math.abs((await variance.item()) - 10)).toBeLessThan(0.8)
    expect([model.training, ...model.layers.map(({ training }) => training)]).toEqual(
      new Array(3).fill(false),
    )
  })

  test('other layers predict: without dropout there is no variance', async () => {
    const model = new Sequential(new Linear(4, 3), new BatchNorm1d(3))
    const { variance } = await monteCarlo(model, tensor([[1, 2, 3, 4]]), { draws: 3 })
    expect(Math.max(...(await variance.data()))).toBeLessThan(1e-12)
    expect(model.training).toBe(true)
  })
})
