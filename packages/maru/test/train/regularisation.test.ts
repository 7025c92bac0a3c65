/** Limits on weights, decay, averages: what keeps a model simple, as training applies it. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { manualSeed } from '../../src/base/seed.ts'
import { Linear } from '../../src/nn/index.ts'
import { Adam, maxNorm, SGD } from '../../src/optim/index.ts'
import { tensor } from '../../src/tensor/create.ts'
import { mseLoss } from '../../src/tensor/loss.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { type Callback, l2, type Supervised, Trainer } from '../../src/train/index.ts'

/** Values that look drawn, of any size. */
const noise = (count: number, size = 1): number[] =>
  Array.from({ length: count }, (_, i) => size * Math.sin(12.9898 * (i + 1) + 78.233 * i * i))

function regression(rows: number, columns: number, size = 1): Supervised {
  const x = noise(rows * columns, size)
  return {
    inputs: tensor(Float32Array.from(x), [rows, columns]),
    labels: tensor(Float32Array.from(noise(rows * 2, 10 * size)), [rows, 2]),
  }
}

/** The weights after every step of training under a constraint. */
async function watchedWeights(
  constrain: (value: Tensor) => Tensor,
  { lr, size }: { readonly lr: number; readonly size: number },
): Promise<number[][][]> {
  manualSeed(2)
  const model = new Linear(3, 2)
  const optimizer = new SGD(model.namedParameters(), {
    lr,
    momentum: 0.9,
    groups: [{ match: /weight$/, constrain }],
  })
  const seen: number[][][] = []
  const look: Callback = {
    onBatchEnd: async (_, fit) => {
      await fit.settle()
      seen.push((await model.weight.array()) as number[][])
    },
  }
  const batches = [regression(8, 3, size), regression(5, 3, size)]
  const trainer = new Trainer(model, { optimizer, loss: mseLoss })
  await trainer.fit(batches, { epochs: 3, callbacks: [look] })
  return seen
}

const norm = (row: readonly number[]): number => Math.hypot(...row)
const strengths = fc.record({
  lr: fc.double({ min: 1e-4, max: 0.3, noNaN: true }),
  size: fc.double({ min: 0.1, max: 5, noNaN: true }),
})

describe('limits hold after every step, whatever the rate and the data', () => {
  const check = (constrain: (value: Tensor) => Tensor, holds: (row: number[]) => boolean) =>
    fc.assert(
      fc.asyncProperty(strengths, async (options) => {
        const seen = await watchedWeights(constrain, options)
        expect(seen).toHaveLength(6)
        for (const weight of seen) for (const row of weight) expect(holds(row)).toBe(true)
      }),
      { numRuns: 25, seed: 1 },
    )

  test('[H2.1] a maximal norm', () => check(maxNorm(0.5), (row) => norm(row) <= 0.5 + 1e-6))

  test('[H2.2] a unit norm', () => {
    const unit = (value: Tensor): Tensor =>
      value.div(value.square().sum(1, { keepDims: true }).sqrt().clampMin(1e-12))
    return check(unit, (row) => Math.abs(norm(row) - 1) < 1e-6)
  })

  test('[H2.3] no weight is negative', () =>
    check(
      (value) => value.relu(),
      (row) => row.every((each) => each >= 0),
    ))
})

describe('decay', () => {
  const decayed = async (
    make: (model: Linear<3, 2>) => Adam | SGD,
    penalties: Readonly<Record<string, ReturnType<typeof l2>>> = {},
  ): Promise<number[]> => {
    manualSeed(4)
    const model = new Linear(3, 2)
    const trainer = new Trainer(model, { optimizer: make(model), loss: mseLoss, penalties })
    await trainer.fit([regression(8, 3)], { epochs: 20 })
    const values = await Promise.all(model.parameters().map((each) => each.data()))
    return values.flatMap((each) => [...each])
  }
  const distance = (a: readonly number[], b: readonly number[]): number =>
    Math.max(...a.map((each, i) => Math.abs(each - (b[i] ?? 0))))
  const WEIGHT = 0.1

  test('[H3.1] in the loss and apart from it differ for Adam', async () => {
    // the gradient of λ/2 · Σ w² is λ · w
    const inLoss = await decayed((model) => new Adam(model.parameters(), { lr: 0.05 }), {
      decay: l2(WEIGHT / 2),
    })
    const apart = await decayed((model) => {
      const options = { lr: 0.05, weightDecay: WEIGHT, decoupledWeightDecay: true }
      return new Adam(model.parameters(), options)
    })
    expect(distance(inLoss, apart)).toBeGreaterThan(1e-3)
  })

  test('[H3.2] are equal for plain SGD', async () => {
    const inLoss = await decayed((model) => new SGD(model.parameters(), { lr: 0.05 }), {
      decay: l2(WEIGHT / 2),
    })
    for (const decoupledWeightDecay of [false, true]) {
      const other = await decayed((model) => {
        const options = { lr: 0.05, weightDecay: WEIGHT, decoupledWeightDecay }
        return new SGD(model.parameters(), options)
      })
      expect(distance(inLoss, other)).toBeLessThan(1e-6)
    }
  })

  test('[H3.3] ridge regression is its closed form', async () => {
    const rows = 12
    const penalty = 0.3
    const x = Array.from({ length: rows }, (_, i) => noise(rows * 2).slice(2 * i, 2 * i + 2))
    const y = noise(rows, 3)
    const model = new Linear(2, 1, { bias: false })
    const optimizer = new SGD(model.parameters(), { lr: 0.2 })
    const trainer = new Trainer(model, {
      optimizer,
      loss: mseLoss,
      penalties: { ridge: l2(penalty) },
    })
    const batch = { inputs: tensor(x), labels: tensor(y.map((each) => [each])) }
    await trainer.fit(new Array(400).fill(batch))
    // (XᵀX/n + λ·1)⁻¹ Xᵀy/n, for two columns by hand
    const dot = (a: (i: number) => number, b: (i: number) => number): number =>
      x.reduce((sum, _, i) => sum + a(i) * b(i), 0) / rows
    const [p, q] = [(i: number) => x[i]?.[0] ?? 0, (i: number) => x[i]?.[1] ?? 0]
    const [a, b, d] = [dot(p, p) + penalty, dot(p, q), dot(q, q) + penalty]
    const [u, v] = [dot(p, (i) => y[i] ?? 0), dot(q, (i) => y[i] ?? 0)]
    const det = a * d - b * b
    const wanted = [(d * u - b * v) / det, (a * v - b * u) / det]
    const got = [...(await model.weight.data())]
    expect(distance(got, wanted)).toBeLessThan(1e-5)
  })

  test('[H3.4] L1 by proximal steps gives weights that are exactly 0', async () => {
    const lr = 0.1
    const strength = 0.4
    // what descends along the loss alone is then drawn toward 0 by lr · λ, and no further
    const proximal = (value: Tensor): Tensor =>
      value
        .abs()
        .sub(lr * strength)
        .clampMin(0)
        .mul(value.sign())
    const model = new Linear(6, 1, { bias: false })
    const optimizer = new SGD(model.parameters(), { lr, constrain: proximal })
    const x = Array.from({ length: 30 }, (_, i) => noise(180).slice(6 * i, 6 * i + 6))
    // the labels depend on the first two columns
    const y = x.map(([a = 0, b = 0]) => [3 * a - 2 * b])
    const batch = { inputs: tensor(x), labels: tensor(y) }
    await new Trainer(model, { optimizer, loss: mseLoss }).fit(new Array(300).fill(batch))
    const weights = [...(await model.weight.data())]
    expect(weights.slice(2).map(Math.abs)).toEqual([0, 0, 0, 0])
    expect(Math.min(...weights.slice(0, 2).map(Math.abs))).toBeGreaterThan(1)
  })
})
