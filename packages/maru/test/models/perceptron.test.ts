/** Perceptrons of one layer and of several, and regressions, against what is known of them. */
import { beforeEach, describe, expect, test } from 'vitest'
import {
  type ColumnDataset,
  generateBlobs,
  generateCircles,
  generateLogic,
  generateMoons,
  generateSpirals,
} from '../../src/data/index.ts'
import {
  compile,
  crossEntropy,
  manualSeed,
  mseLoss,
  type Tensor,
  tensor,
  useDevice,
} from '../../src/index.ts'
import { Gan, GaussianNB, LogisticRegression, mlp } from '../../src/models/index.ts'
import { capture, Linear, type Module, Step, Tanh } from '../../src/nn/index.ts'
import { Adam, Newton } from '../../src/optim/index.ts'
import { normal, randint } from '../../src/tensor/random.ts'

beforeEach(() => {
  useDevice('wasm')
  manualSeed(11)
})

interface Points {
  readonly x: Tensor
  readonly labels: Tensor
}

function pointsOf(set: ColumnDataset): Points {
  const points = Array.from({ length: set.length }, (_, i) => [...set.at(i).input.data])
  return { x: tensor(points), labels: tensor(Int32Array.from(set.labels ?? [])) }
}

/** Trains on all points at once until none is wrong; gives the part of them that is right. */
async function learned(model: Module, { x, labels }: Points, steps: number): Promise<number> {
  const optimizer = new Adam(model.parameters(), { lr: 0.01 })
  const step = compile(() => {
    const loss = crossEntropy(model.forward(x), labels)
    optimizer.step(loss)
    return loss
  })
  let right = 0
  for (let round = 0; round < steps / 100 && right < 1; round++) {
    await Promise.all(Array.from({ length: 100 }, () => step()))
    right = await shareRight(model, { x, labels })
  }
  return right
}

async function shareRight(model: Module, { x, labels }: Points): Promise<number> {
  const right: Tensor = model.forward(x).argmax(1).equal(labels)
  return right.cast('float32').mean().item()
}

describe('a multi-layer perceptron', () => {
  test('[C1.1] learns XOR without an error', async () => {
    const xor = pointsOf(generateLogic(4, { gate: 'xor' }))
    expect(await learned(mlp([2, 8, 2], { activation: () => new Tanh() }), xor, 2000)).toBe(1)
  })

  test('[C1.2] learns spirals without an error, and points that it has not seen', async () => {
    const make = (seed: number) => pointsOf(generateSpirals(300, { noise: 0.01, seed }))
    const model = mlp([2, 64, 64, 2])
    expect(await learned(model, make(0), 4000)).toBe(1)
    expect(await shareRight(model, make(1))).toBeGreaterThan(0.97)
  })

  test('[C1.3] learns circles without an error, and points that it has not seen', async () => {
    const make = (seed: number) => pointsOf(generateCircles(300, { seed }))
    const model = mlp([2, 32, 2])
    expect(await learned(model, make(0), 2000)).toBe(1)
    expect(await shareRight(model, make(1))).toBeGreaterThan(0.97)
  })
})

describe('512 random labels', () => {
  const random = (): Points => ({
    x: normal([512, 16]),
    labels: randint([512], { low: 0, high: 10 }),
  })
  const size = (hidden: number): number => mlp([16, hidden, 10]).parameterCount

  test('[A3.1] are learned without an error by a network that is large enough, not by a twentieth of it', async () => {
    expect(size(25) / size(512)).toBeLessThan(1 / 20)
    const points = random()
    expect(await learned(mlp([16, 512, 10]), points, 1500)).toBe(1)
    // 685 numbers for 1,700 bits; twice as long, and no end of it in sight
    expect(await learned(mlp([16, 25, 10]), points, 3000)).toBeLessThan(0.95)
  })
})

describe('models that tell classes apart, and models that know what data are like', () => {
  /** Two round clouds whose centres are 3 apart: nobody is right more often than Φ(1.5). */
  const clouds = async (count: number): Promise<Points> => {
    const labels: Tensor = randint([count], { low: 0, high: 2 })
    const x: Tensor = normal([count, 2]).add(
      labels
        .cast('float32')
        .unsqueeze(1)
        .mul(tensor([3, 0])),
    )
    return {
      x: tensor(await x.data(), [count, 2]),
      labels: tensor(await labels.data(), [count], { dtype: 'int32' }),
    }
  }
  const best = 0.9332

  test.each([
    ['logistic regression', () => new LogisticRegression()],
    ['Gaussian naive Bayes', () => new GaussianNB()],
  ])('[B5.1] %s is right within two points of the best that there is', async (_, make) => {
    const [train, judged] = [await clouds(1000), await clouds(4000)]
    const model = await make().fit(train.x, train.labels)
    // four standard errors of 4,000 draws are 1.6 points
    expect(Math.abs((await model.score(judged.x, judged.labels)) - best)).toBeLessThan(0.02)
  })

  test('[B5.2] [B3.5] a GAN draws from the same data; the discriminative model has nothing to draw with', async () => {
    const { x, labels } = await clouds(512)
    const gan = new Gan({ features: 2, hidden: 32, noise: 4 })
    const optimizer = new Adam(gan.parameters(), { lr: 2e-3, betas: [0.5, 0.999] })
    const step = compile(() => {
      const loss = gan.loss(x)
      optimizer.step(loss)
      return loss
    })
    for (let round = 0; round < 10; round++) {
      await Promise.all(Array.from({ length: 100 }, () => step()))
    }
    const drawn = (await gan.forward(normal([1000, 4])).array()) as number[][]
    const right = drawn.filter(([a = 0]) => a > 1.5).length / drawn.length
    expect(right).toBeGreaterThan(0.2)
    expect(right).toBeLessThan(0.8)
    const near = drawn.filter(
      ([a = 0, b = 0]) => Math.min(Math.hypot(a, b), Math.hypot(a - 3, b)) < 3,
    )
    expect(near.length / drawn.length).toBeGreaterThan(0.9)
    const classifier = await new LogisticRegression().fit(x, labels)
    expect(Object.getOwnPropertyNames(LogisticRegression.prototype)).not.toContain('sample')
    expect(classifier).not.toHaveProperty('sample')
  })
})

describe('hidden space', () => {
  test.each([
    ['moons', (seed: number) => generateMoons(300, { seed })],
    ['spirals', (seed: number) => generateSpirals(300, { noise: 0.01, seed })],
  ])('[A6.4] %s are linearly separable in it, and were not before', async (_, make) => {
    const { x, labels } = pointsOf(make(2))
    const probe = async (features: Tensor): Promise<number> => {
      const linear = await new LogisticRegression({ C: 1e4, maxIter: 500 }).fit(features, labels)
      return linear.score(features, labels)
    }
    expect(await probe(x)).toBeLessThan(0.95)
    const model = mlp([2, 64, 64, 2])
    await learned(model, { x, labels }, 4000)
    const { maps } = capture(model, ['3'])(x)
    expect(await probe(maps.get('3')!)).toBeGreaterThanOrEqual(0.99)
  })
})

describe('a perceptron with a threshold', () => {
  /** Rosenblatt's rule, example after example until all are right; counts the mistakes. */
  async function taught({ x, labels }: Points, most: number) {
    const layer = new Linear<number, number>(2, 1)
    const unit = (x: Tensor): Tensor => new Step().forward(layer.forward(x))
    const [points, wanted] = [(await x.array()) as number[][], [...(await labels.data())]]
    let weights = [0, 0]
    let bias = 0
    let mistakes = 0
    let clean = false
    for (let pass = 0; pass < most && !clean; pass++) {
      clean = true
      for (const [i, [a = 0, b = 0]] of points.entries()) {
        const fires = weights[0]! * a + weights[1]! * b + bias > 0 ? 1 : 0
        const error = wanted[i]! - fires
        if (error === 0) continue
        weights = [weights[0]! + error * a, weights[1]! + error * b]
        bias += error
        mistakes++
        clean = false
      }
    }
    await layer.loadStateDict(
      new Map<string, Tensor>([
        ['weight', tensor([weights])],
        ['bias', tensor([bias])],
      ]),
    )
    const fired = await unit(x).reshape([points.length]).data()
    return { right: [...fired].every((each, i) => each === wanted[i]), mistakes, points, wanted }
  }

  test.each(['and', 'or'] as const)('[A10.1] learns %s without an error', async (gate) => {
    const { right } = await taught(pointsOf(generateLogic(4, { gate })), 100)
    expect(right).toBe(true)
  })

  test('[A10.2] none computes XOR: every pattern of signs that a line can make is another', async () => {
    // a threshold unit answers by the signs of its weights' sums at the four corners: bias, bias + a, bias + b and
    // bias + a + b; all orders of magnitude and signs of the three numbers are tried, which are all patterns
    const sizes = [-3, -2, -1, -0.5, 0, 0.5, 1, 2, 3]
    const corners = tensor([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ])
    const units = sizes.flatMap((a) => sizes.flatMap((b) => sizes.map((bias) => [a, b, bias])))
    const weights = tensor(units.map(([a = 0, b = 0]) => [a, b]))
    const biases = tensor(units.map(([, , bias = 0]) => bias))
    const fired = new Step().forward(corners.matmul(weights.transpose()).add(biases))
    const patterns = new Set(
      ((await fired.transpose().array()) as number[][]).map((row) => row.join('')),
    )
    // 14 of the 16 functions of two bits; XOR and its opposite would need
    // b ≤ 0, b + w₁ > 0, b + w₂ > 0, so 2b + w₁ + w₂ > 0, but b + w₁ + w₂ ≤ 0
    expect(patterns.size).toBe(14)
    expect(patterns).not.toContain('0110')
    expect(patterns).not.toContain('1001')
    const { right } = await taught(pointsOf(generateLogic(4, { gate: 'xor' })), 500)
    expect(right).toBe(false)
  })

  test.each([1, 2, 3, 4, 5])(
    '[A10.3] makes at most (R/γ)² mistakes on separable data %i',
    async (seed) => {
      const set = pointsOf(generateBlobs(60, { classes: 2, noise: 0.3, seed }))
      const { right, mistakes, points, wanted } = await taught(set, 5000)
      expect(right).toBe(true)
      // the margin of the best line through the points with a 1 beside them: found by a fine search over directions
      const signed = points.map(([a = 0, b = 0], i) =>
        [a, b, 1].map((c) => c * (wanted[i] === 1 ? 1 : -1)),
      )
      const radius = Math.max(...signed.map((row) => Math.hypot(...row)))
      let margin = 0
      for (let i = 0; i < 200; i++) {
        for (let j = 0; j < 200; j++) {
          const [theta, phi] = [(i * 2 * Math.PI) / 200, (j * Math.PI) / 200]
          const u = [
            Math.sin(phi) * Math.cos(theta),
            Math.sin(phi) * Math.sin(theta),
            Math.cos(phi),
          ]
          const least = Math.min(
            ...signed.map((row) => row.reduce((sum, c, k) => sum + c * u[k]!, 0)),
          )
          margin = Math.max(margin, least)
        }
      }
      expect(margin).toBeGreaterThan(0)
      // any direction gives a bound; the best that was found gives the tightest of them
      expect(mistakes).toBeLessThanOrEqual((radius / margin) ** 2)
    },
  )
})

describe('regressions', () => {
  test('[C2.1] linear regression is the solution of the normal equations', async () => {
    const [rows, columns] = [80, 5]
    const x = normal([rows, columns])
    const y: Tensor = x
      .matmul(normal([columns, 1]))
      .add(normal([rows, 1]).mul(0.3))
      .add(0.7)
    const model = new Linear<number, number>(columns, 1)
    // Newton's step of a quadratic ends at its minimum; the second takes back what the first has rounded
    const optimizer = new Newton(model.parameters())
    for (let i = 0; i < 2; i++) await optimizer.step(() => mseLoss(model.forward(x), y))
    // in float64: (AᵀA) w = Aᵀy, A with a column of ones
    const data = (await x.array()) as number[][]
    const a = tensor(
      data.map((row) => [...row, 1]),
      undefined,
      { dtype: 'float64' },
    )
    const b = tensor([...(await y.data())], [rows, 1], { dtype: 'float64' })
    const exact = await a.transpose().matmul(a).solve(a.transpose().matmul(b)).data()
    const found = [...(await model.weight.data()), ...(await model.bias!.data())]
    for (const [i, value] of exact.entries()) expect(Math.abs(found[i]! - value)).toBeLessThan(1e-5)
  })

  /** Classes that overlap, so that there is an optimum. */
  const noisy = (classes: number): Points =>
    pointsOf(generateBlobs(150, { classes, noise: 1.5, spread: 3, seed: 3 }))

  test('[C2.2] logistic regression reaches the optimum of Newton iterations', async () => {
    const { x, labels } = noisy(2)
    const model = await new LogisticRegression({
      C: Number.POSITIVE_INFINITY,
      maxIter: 200,
      tol: 1e-6,
    }).fit(x, labels)
    const [points, y] = [(await x.array()) as number[][], [...(await labels.data())].map(Number)]
    const rows = points.map((row) => [...row, 1])
    // iteratively reweighted least squares, in float64 and by hand
    let w = [0, 0, 0]
    for (let turn = 0; turn < 30; turn++) {
      const hessian = [0, 1, 2].map(() => [0, 0, 0])
      const slope = [0, 0, 0]
      for (const [i, row] of rows.entries()) {
        const p = 1 / (1 + Math.exp(-row.reduce((sum, c, k) => sum + c * w[k]!, 0)))
        for (let j = 0; j < 3; j++) {
          slope[j]! += (y[i]! - p) * row[j]!
          for (let k = 0; k < 3; k++) hessian[j]![k]! += p * (1 - p) * row[j]! * row[k]!
        }
      }
      const matrix = tensor(hessian, undefined, { dtype: 'float64' })
      const by = await matrix
        .solve(
          tensor(
            slope.map((each) => [each]),
            undefined,
            { dtype: 'float64' },
          ),
        )
        .data()
      w = w.map((each, k) => each + by[k]!)
    }
    const optimum =
      rows.reduce((sum, row, i) => {
        const s = row.reduce((all, c, k) => all + c * w[k]!, 0)
        return sum + Math.log1p(Math.exp(y[i] === 1 ? -s : s))
      }, 0) / rows.length
    const across: Tensor = model.weight.transpose()
    const loss = await crossEntropy(x.matmul(across).add(model.bias), labels).item()
    expect(optimum).toBeGreaterThan(0.02)
    expect(Math.abs(loss - optimum)).toBeLessThan(1e-4)
  })

  test('[C2.3] softmax regression reaches the optimum of L-BFGS, trained by Adam', async () => {
    const { x, labels } = noisy(4)
    const byLbfgs = await new LogisticRegression({
      C: Number.POSITIVE_INFINITY,
      maxIter: 300,
      tol: 1e-6,
    }).fit(x, labels)
    const across: Tensor = byLbfgs.weight.transpose()
    const optimum = await crossEntropy(x.matmul(across).add(byLbfgs.bias), labels).item()
    const model = new Linear<number, number>(2, 4)
    const optimizer = new Adam(model.parameters(), { lr: 0.1 })
    const step = compile(() => {
      const loss = crossEntropy(model.forward(x), labels)
      optimizer.step(loss)
      return loss
    })
    for (let round = 0; round < 15; round++) {
      await Promise.all(Array.from({ length: 50 }, () => step()))
      optimizer.lr *= 0.7
    }
    const loss = await crossEntropy(model.forward(x), labels).item()
    expect(optimum).toBeGreaterThan(0.02)
    expect(Math.abs(loss - optimum)).toBeLessThan(1e-4)
  })
})
