/** Connections at random: how many there are, that others stay away, and what reservoirs can do. */
import { beforeEach, describe, expect, test } from 'vitest'
import { concat, eye, manualSeed, ones, type Tensor, tensor, useDevice } from '../../src/index.ts'
import {
  Conv2d,
  EchoStateCell,
  KWinners,
  klSparsity,
  Linear,
  l1Sparsity,
  type Module,
  Recurrent,
  Sparse,
  type SparseOptions,
} from '../../src/nn/index.ts'
import { Adam, SGD } from '../../src/optim/index.ts'
import { normal } from '../../src/tensor/random.ts'
import { devices } from '../ops/calls.ts'

beforeEach(() => {
  useDevice('wasm')
  manualSeed(3)
})

/** Rows of the mask of a square layer. */
async function linksOf(n: number, options: SparseOptions): Promise<number[][]> {
  const { mask } = new Sparse(new Linear(n, n), options)
  return (await mask.array()) as number[][]
}

const total = (links: readonly number[][]): number => links.flat().reduce((sum, link) => sum + link)

describe('[D6.1] graphs', () => {
  test('of Erdős and Rényi have each connection with its probability', async () => {
    const links = await linksOf(100, { p: 0.2 })
    // three standard deviations of 10,000 coins
    expect(Math.abs(total(links) / 10_000 - 0.2)).toBeLessThan(3 * 0.004)
    const { mask } = new Sparse(new Linear(30, 20), { p: 0.5 })
    expect(mask.shape).toEqual([20, 30])
  })

  test('of Watts and Strogatz have n·k/2 edges, wherever they are moved', async () => {
    const ring = await linksOf(20, { wiring: 'wattsStrogatz', p: 0, neighbours: 4 })
    for (const [unit, row] of ring.entries()) {
      const near = [-2, -1, 1, 2].map((step) => (unit + step + 20) % 20).sort((a, b) => a - b)
      expect(row.flatMap((link, i) => (link ? [i] : []))).toEqual(near)
    }
    const moved = await linksOf(20, { wiring: 'wattsStrogatz', p: 0.75, neighbours: 4 })
    expect(total(moved)).toBe(20 * 4)
    expect(moved).not.toEqual(ring)
    for (const [i, row] of moved.entries())
      for (const [j, link] of row.entries()) {
        expect(link).toBe(moved[j]![i])
        if (i === j) expect(link).toBe(0)
      }
  })

  test('of Barabási and Albert have m·(n − m) edges, and a few units with many', async () => {
    const links = await linksOf(200, { wiring: 'barabasiAlbert', neighbours: 3 })
    expect(total(links)).toBe(2 * 3 * (200 - 3))
    const degrees = links.map((row) => total([row])).sort((a, b) => b - a)
    expect(degrees.at(-1)).toBeGreaterThanOrEqual(1)
    // an even graph of as many edges has no unit with more than some 15
    expect(degrees[0]).toBeGreaterThan(20)
  })

  test('follow the seed', async () => {
    const draw = async (seed: number): Promise<number[][]> => {
      manualSeed(seed)
      return linksOf(30, { wiring: 'wattsStrogatz', p: 0.5 })
    }
    expect(await draw(1)).toEqual(await draw(1))
    expect(await draw(1)).not.toEqual(await draw(2))
  })

  test('are refused where they cannot be', () => {
    const of = (options: SparseOptions) => () => new Sparse(new Linear(4, 3), options)
    expect(of({ wiring: 'wattsStrogatz' })).toThrow(
      expect.objectContaining({ key: 'wiring.square' }),
    )
    expect(of({ p: 2 })).toThrow(expect.objectContaining({ key: 'value.range' }))
    expect(() => new Sparse(new Linear(4, 4), { wiring: 'barabasiAlbert', neighbours: 4 })).toThrow(
      expect.objectContaining({ key: 'value.range' }),
    )
  })
})

describe('[D6.2] weights without a connection stay 0', () => {
  test.each([
    ['Adam', (p: Module) => new Adam(p.parameters(), { lr: 0.1, weightDecay: 0.01 })],
    ['SGD', (p: Module) => new SGD(p.parameters(), { lr: 0.1, momentum: 0.9 })],
  ])('under %s', async (_, make) => {
    const linear = new Linear(12, 8)
    const layer = new Sparse(linear, { p: 0.3 })
    const before = await linear.weight.data()
    const optimizer = make(linear)
    for (let step = 0; step < 20; step++) {
      await optimizer.step(
        layer
          .forward(normal([5, 12]))
          .sub(1)
          .square()
          .mean(),
      )
    }
    const [mask, after] = [await layer.mask.data(), await linear.weight.data()]
    let moved = 0
    for (const [i, link] of mask.entries()) {
      if (link === 0) expect(Math.abs(after[i]!)).toBe(0)
      else if (after[i] !== before[i]) moved++
    }
    expect(moved).toBe(mask.filter((link) => link === 1).length)
  })

  test('and kernels of a convolution are left out whole', async () => {
    const conv = new Conv2d(6, 6, 3)
    const layer = new Sparse(conv, { p: 0.5 })
    const sums = await conv.weight.abs().sum([2, 3]).data()
    const mask = await layer.mask.data()
    expect([...sums].map((sum) => Number(sum > 0))).toEqual([...mask])
  })
})

/** x(t + 1) of dx/dt = 0.2·x(t − 17) / (1 + x(t − 17)¹⁰) − 0.1·x, by steps of 0.1 of the fourth order. */
function mackeyGlass(count: number): number[] {
  const [step, delay] = [0.1, 170]
  const slope = (x: number, late: number): number => (0.2 * late) / (1 + late ** 10) - 0.1 * x
  const values = new Array<number>(delay + 1).fill(1.2)
  while (values.length < (count + 100) * 10 + delay) {
    const x = values.at(-1)!
    const [late, later] = [values.at(-1 - delay)!, values.at(-delay)!]
    const middle = (late + later) / 2
    const a = slope(x, late)
    const b = slope(x + (step / 2) * a, middle)
    const c = slope(x + (step / 2) * b, middle)
    const d = slope(x + step * c, later)
    values.push(x + (step / 6) * (a + 2 * b + 2 * c + d))
  }
  return Array.from({ length: count }, (_, t) => values[delay + (t + 100) * 10]!)
}

/** Root of the mean squared error, in deviations of the series, of a linear readout by ridge regression. */
async function readoutError(states: Tensor, targets: Tensor, train: number): Promise<number> {
  const wide: Tensor = concat([states, ones([states.node.shape[0]!, 1])], 1).cast('float64')
  const y: Tensor = targets.cast('float64')
  const [count, width] = wide.node.shape as [number, number]
  const x = wide.narrow(0, 0, train)
  const gram = x
    .transpose()
    .matmul(x)
    .add(eye(width, width, { dtype: 'float64' }).mul(1e-8))
  const weights = gram.solve(x.transpose().matmul(y.narrow(0, 0, train)))
  const error = wide
    .narrow(0, train, count - train)
    .matmul(weights)
    .sub(y.narrow(0, train, count - train))
  const [mse, variance] = [await error.square().mean().item(), await y.var().item()]
  return Math.sqrt(mse / variance)
}

describe('a linear map of random features foretells Mackey-Glass', () => {
  const series = mackeyGlass(3200)

  test('[D6.3] of the 18 values before (ELM): NRMSE below 1e-2', async () => {
    const [taps, gap] = [18, 1]
    const count = series.length - taps - gap
    const windows = Array.from({ length: count }, (_, t) => series.slice(t, t + taps))
    const next = series.slice(taps, taps + count)
    const hidden = new Linear(taps, 300)
    const states = hidden.call(tensor(windows).sub(0.9).mul(3)).tanh()
    const error = await readoutError(states, tensor(next, [count, 1]), 2000)
    expect(error).toBeLessThan(1e-2)
  })

  test('[D6.4] of an echo-state network: NRMSE below 1e-2', async () => {
    const layer = new Recurrent(
      new EchoStateCell(1, 300, { spectralRadius: 0.95, density: 0.1, inputScale: 0.5 }),
    )
    const x = tensor(series.slice(0, -1), [series.length - 1, 1, 1]).sub(0.9)
    const states = layer.forward(x).squeeze(1)
    const [washout, count] = [100, series.length - 101]
    const next = tensor(series.slice(washout + 1), [count, 1])
    const error = await readoutError(states.narrow(0, washout, count), next, 2000)
    expect(error).toBeLessThan(1e-2)
  })
})

test('the weights of a reservoir have the spectral radius that was asked for', async () => {
  const cell = new EchoStateCell(1, 100, { spectralRadius: 0.7, density: 0.2 })
  expect([...cell.namedParameters()]).toEqual([])
  // ‖Wᵏ‖^(1/k), Gelfand's formula, in float64
  let power: Tensor = cell.weightHh.cast('float64')
  for (let doubling = 0; doubling < 8; doubling++) power = power.matmul(power)
  const norm = await power.square().sum().sqrt().item()
  expect(norm ** (1 / 256)).toBeCloseTo(0.7, 1)
})

describe.each(devices)('on %s', (device) => {
  beforeEach(() => {
    useDevice(device)
  })

  test('[H9.3] exactly k units win, the first of equal ones', async () => {
    const x = tensor([
      [3, 1, 2, 2],
      [-1, -4, -2, -3],
      [5, 5, 5, 5],
    ])
    const layer = new KWinners(2)
    expect(await layer.forward(x).array()).toEqual([
      [3, 0, 2, 0],
      [-1, 0, -2, 0],
      [5, 5, 0, 0],
    ])
    const many = await new KWinners(7).forward(normal([40, 100])).data()
    for (let row = 0; row < 40; row++) {
      expect(many.slice(row * 100, row * 100 + 100).filter((value) => value !== 0)).toHaveLength(7)
    }
  })

  test('[H9.1] the divergence from a target activation is that of coins', async () => {
    const activations = tensor([
      [0.2, 0.5],
      [0.4, 0.1],
    ])
    const kl = (target: number, mean: number): number =>
      target * Math.log(target / mean) + (1 - target) * Math.log((1 - target) / (1 - mean))
    const got = await klSparsity(activations, { target: 0.2 }).item()
    expect(got).toBeCloseTo(kl(0.2, 0.3) + kl(0.2, 0.3), 6)
    const exact = await klSparsity(ones([4, 3]).mul(0.05)).item()
    expect(exact).toBeCloseTo(0, 6)
    expect(await klSparsity(ones([2, 2])).item()).toBeLessThan(Number.POSITIVE_INFINITY)
    expect(() => klSparsity(activations, { target: 0 })).toThrow(
      expect.objectContaining({ key: 'value.range' }),
    )
  })

  test('[H9.2] the penalty of magnitudes is their sum over units', async () => {
    const activations = tensor([
      [1, -2],
      [-3, 4],
    ])
    expect(await l1Sparsity(activations).item()).toBe(5)
    expect(() => l1Sparsity(tensor([1, 2]))).toThrow(expect.objectContaining({ key: 'layer.axes' }))
  })
})

test('[H9.4] a sparse autoencoder reaches its target activation within 10 %', async () => {
  const [encoder, decoder] = [new Linear(16, 24), new Linear(24, 16)]
  const optimizer = new Adam([...encoder.parameters(), ...decoder.parameters()], { lr: 0.02 })
  const data = normal([128, 4]).matmul(normal([4, 16]))
  const hiddenOf = (): Tensor => encoder.call(data).sigmoid()
  const errorOf = (hidden: Tensor): Tensor => decoder.call(hidden).sub(data).square().mean()
  const first = await errorOf(hiddenOf()).item()
  for (let step = 0; step < 400; step++) {
    const hidden = hiddenOf()
    await optimizer.step(errorOf(hidden).add(klSparsity(hidden, { target: 0.1 }).mul(3)))
  }
  const mean = await hiddenOf().mean().item()
  expect(Math.abs(mean - 0.1)).toBeLessThan(0.01)
  expect(await errorOf(hiddenOf()).item()).toBeLessThan(first / 3)
})
