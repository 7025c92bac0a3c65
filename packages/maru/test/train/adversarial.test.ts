import { describe, expect, test } from 'vitest'
import { manualSeed } from '../../src/base/seed.ts'
import { DataLoader } from '../../src/data/index.ts'
import { Linear, type Module } from '../../src/nn/index.ts'
import { Adam } from '../../src/optim/index.ts'
import { fgsm, pgd } from '../../src/tensor/attack.ts'
import { compile } from '../../src/tensor/compile.ts'
import { tensor } from '../../src/tensor/create.ts'
import { grad } from '../../src/tensor/grad.ts'
import { crossEntropy } from '../../src/tensor/loss.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { Trainer } from '../../src/train/index.ts'
import { network, sectors } from './small.ts'

const data = sectors(60, 0.1)
const [{ inputs, labels }] = [...new DataLoader(data, { batchSize: 60 })] as [
  { inputs: Tensor; labels: Tensor },
]
/** Signed, unlike the usual one. */
const range = { range: [-1, 1] } as const
const attacks = { fgsm, pgd }

async function trained(): Promise<Module> {
  const model = network()
  const optimizer = new Adam(model.parameters(), { lr: 0.05 })
  const trainer = new Trainer(model, { optimizer, loss: crossEntropy })
  await trainer.fit(new DataLoader(data, { batchSize: 20 }), { epochs: 40 })
  return model
}

const lossOf =
  (model: Module) =>
  (x: Tensor): Tensor =>
    crossEntropy(model.forward(x), labels)

describe.each(Object.entries(attacks))('%s', (_, attack) => {
  test.each([0, 1e-3, 0.03, 0.2, 3])(
    '[F3.6] stays within %s and within the range, and does not lower the loss',
    async (epsilon) => {
      const loss = lossOf(await trained())
      manualSeed(5)
      const worse = attack(loss, inputs, { epsilon, ...range })
      const far = await worse.sub(inputs).abs().max().item()
      expect(far).toBeLessThanOrEqual(epsilon + 1e-6)
      expect(await worse.min().item()).toBeGreaterThanOrEqual(-1)
      expect(await worse.max().item()).toBeLessThanOrEqual(1)
      const [before, after] = [await loss(inputs).item(), await loss(worse).item()]
      if (epsilon === 0) expect(after).toBeCloseTo(before, 6)
      else expect(after).toBeGreaterThan(before)
    },
  )

  test('goes to the corner where the loss is linear', async () => {
    manualSeed(1)
    const weight = tensor([[1], [-2]])
    const x = tensor([[0.5, 0.5]])
    const worse = attack((each) => each.matmul(weight).sum(), x, { epsilon: 0.25 })
    expect(await worse.array()).toEqual([[0.75, 0.25]])
  })

  test('gives a constant, alone and in a compiled function', async () => {
    const layer = new Linear(2, 3)
    const loss = (x: Tensor): Tensor => crossEntropy(layer.forward(x), labels)
    const x: Tensor = inputs.reshape([60, 2])
    const slope = (at: Tensor): Tensor[] => grad(loss(at), [layer.weight])
    manualSeed(2)
    const worse = attack(loss, x, { epsilon: 0.1, ...range })
    const constant = tensor(await worse.data(), [60, 2])
    const wanted = await slope(constant)[0]!.array()
    manualSeed(2)
    const compiled = compile((each: Tensor): Tensor => {
      return slope(attack(loss, each, { epsilon: 0.1, ...range }))[0]!
    })
    const found = await compiled(x)
    expect((await found.sub(tensor(wanted)).abs().max().item())!).toBeLessThan(1e-6)
  })

  test.each([
    [{ epsilon: -1 }, 'value.range'],
    [{ epsilon: Number.NaN }, 'value.range'],
    [{ epsilon: 0.1, range: [1, 0] }, 'attack.range'],
    [{ epsilon: 0.1, range: [Number.NaN, 1] }, 'attack.range'],
  ] as const)('refuses %o', (options, key) => {
    expect(() => attack((x) => x.sum(), inputs, options)).toThrow(expect.objectContaining({ key }))
  })
})

test('pgd follows the global seed, or begins at the input', async () => {
  const loss = lossOf(network())
  const options = { epsilon: 0.2, steps: 2, ...range }
  const made = async (seed: number, randomStart = true): Promise<number[]> => {
    manualSeed(seed)
    return [...(await pgd(loss, inputs, { ...options, randomStart }).data())]
  }
  expect(await made(1)).toEqual(await made(1))
  expect(await made(1)).not.toEqual(await made(2))
  expect(await made(1, false)).toEqual(await made(2, false))
})

test('pgd takes at least one step, of a length', () => {
  const loss = (x: Tensor): Tensor => x.sum()
  const refuse = (more: object) => () => pgd(loss, inputs, { epsilon: 0.1, ...more })
  expect(refuse({ steps: 0 })).toThrow(expect.objectContaining({ name: 'ValueError' }))
  expect(refuse({ stepSize: -1 })).toThrow(expect.objectContaining({ key: 'value.range' }))
})
