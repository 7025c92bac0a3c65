/** Activations: their ranges, their gradients once and twice, and how active they leave units. */
import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, test } from 'vitest'
import { grad, manualSeed, ones, type Tensor, tensor, useDevice } from '../../src/index.ts'
import * as nn from '../../src/nn/index.ts'
import { normal } from '../../src/tensor/random.ts'
import { devices } from '../ops/calls.ts'
import { activationsText } from './activations-page.ts'

const { activations, activityOf, init } = nn
const all = Object.entries(activations).map(([name, facts]) => ({ name, ...facts }))

beforeEach(() => {
  useDevice('wasm')
  manualSeed(5)
})

async function valuesOf(x: Tensor): Promise<number[]> {
  return [...(await x.data())]
}

test('[E5.1] the registry has every activation that is a layer of one number each', () => {
  const others = ['GLU', 'LogSoftmax', 'Maxout', 'Normalize', 'Softmax', 'Threshold']
  const flat = Object.entries(nn).flatMap(([name, Layer]) => {
    if (typeof Layer !== 'function' || !(Layer.prototype instanceof nn.Module)) return []
    return others.includes(name) ? [] : [name]
  })
  const names = Object.keys(activations)
  expect(names.filter((name) => !flat.includes(name))).toEqual([])
  // a layer that looks at each element by itself, without drawing anything or being told sizes, is one of them
  const missing = flat.filter(
    (name) =>
      /(LU6?|oid|tanh|Tanh|ish|shrink|soft\w+|Soft\w+|Step)$/.test(name) && !names.includes(name),
  )
  expect(missing).toEqual([])
  for (const { range } of all) expect(range[0]).toBeLessThan(range[1])
})

describe.each(all)('$name', ({ make, name, range: [low, high] }) => {
  /** Away from 0 and other kinks by more than the step of differences. */
  const points = Array.from({ length: 81 }, (_, i) => (i - 40) * 0.2 + 0.0371)
  const x = (): Tensor => tensor(points, undefined, { dtype: 'float64' })
  const layer = make()

  test('[E5.2] lies in its range, and comes near its ends', async () => {
    const wide = Array.from({ length: 4001 }, (_, i) => (i - 2000) * 0.05)
    const values = await valuesOf(layer.forward(tensor(wide, undefined, { dtype: 'float64' })))
    const [least, most] = [Math.min(...values), Math.max(...values)]
    expect(least).toBeGreaterThanOrEqual(low - 1e-6)
    expect(most).toBeLessThanOrEqual(high + 1e-6)
    if (Number.isFinite(low)) expect(least).toBeLessThan(low + 0.02)
    else expect(least).toBeLessThan(-0.9)
    if (Number.isFinite(high)) expect(most).toBeGreaterThan(high - 0.02)
    else expect(most).toBeGreaterThan(90)
  })

  const h = 1e-5
  const slopes = async (of: (x: Tensor) => Tensor): Promise<number[]> => {
    const [after, before] = [await valuesOf(of(x().add(h))), await valuesOf(of(x().sub(h)))]
    return after.map((value, i) => (value - before[i]!) / (2 * h))
  }
  const first = (at: Tensor): Tensor => grad(layer.forward(at).sum(), [at])[0]!

  test('[E5.3] has the gradient of its finite differences', async () => {
    const got = await valuesOf(first(x()))
    if (name === 'Step') {
      expect(new Set(got)).toEqual(new Set([1]))
      return
    }
    const want = await slopes((at) => layer.forward(at))
    for (const [i, value] of got.entries()) expect(value).toBeCloseTo(want[i]!, 6)
  })

  test('[E5.4] has the second gradient of the first', async () => {
    const at = x()
    const got = await valuesOf(grad(first(at).sum(), [at])[0]!)
    const want = await slopes(first)
    for (const [i, value] of got.entries()) expect(value).toBeCloseTo(want[i]!, 5)
  })
})

describe.each(devices)('on %s', (device) => {
  beforeEach(() => {
    useDevice(device)
  })

  test('[E1.1] the gradient of ReLU is 1 above 0, else 0, also at 0', async () => {
    const x = tensor([-2, -0, 0, 3])
    expect(await valuesOf(grad(x.relu().sum(), [x])[0]!)).toEqual([0, 0, 0, 1])
    expect(await valuesOf(tensor([-2, 3, Number.NaN]).relu())).toEqual([0, 3, Number.NaN])
  })

  test('[E2.1] sigmoid is stable in both tails', async () => {
    const points = [-1000, -100, -80, -20, -1, 0, 1, 20, 100, 1000]
    const got = await valuesOf(tensor(points).sigmoid())
    for (const [i, x] of points.entries()) {
      const want = x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))
      // subnormal results may be 0
      if (want > 2e-38) expect(Math.abs(got[i]! / want - 1)).toBeLessThan(1e-6)
      else expect(got[i]).toBeLessThanOrEqual(2e-38)
    }
    const x = tensor([-1000, 1000])
    expect(await valuesOf(grad(x.sigmoid().sum(), [x])[0]!.abs())).toEqual([0, 0])
  })

  test('[E2.2] its gradient is at most 1/4, at 0', async () => {
    const x = tensor(Array.from({ length: 201 }, (_, i) => (i - 100) / 10))
    const slopes = await valuesOf(grad(x.sigmoid().sum(), [x])[0]!)
    expect(Math.max(...slopes)).toBe(0.25)
    expect(slopes.indexOf(0.25)).toBe(100)
  })

  test('[E3.1] [E3.2] tanh is stable in both tails, and its gradient is at most 1, at 0', async () => {
    expect(await valuesOf(tensor([-1000, -20, 20, 1000]).tanh())).toEqual([-1, -1, 1, 1])
    const x = tensor(Array.from({ length: 201 }, (_, i) => (i - 100) / 10))
    const slopes = await valuesOf(grad(x.tanh().sum(), [x])[0]!)
    expect(Math.max(...slopes)).toBe(1)
    expect(slopes.indexOf(1)).toBe(100)
    expect(Math.min(...slopes)).toBeGreaterThanOrEqual(0)
  })

  test('[E5.6] a step is 1 above 0, else 0, and its gradient is that of a straight line', async () => {
    const x = tensor([-3, -0, 0, 1e-30, 2, Number.NaN])
    const y = new nn.Step().forward(x)
    const [dx] = grad(y.mul(tensor([1, 2, 3, 4, 5, 6])).sum(), [x])
    expect(await valuesOf(y)).toEqual([0, 0, 0, 1, 1, Number.NaN])
    expect(await valuesOf(dx!)).toEqual([1, 2, 3, 4, 5, 6])
  })
})

describe('activityOf', () => {
  function network(
    activation: () => nn.Module,
    start: (weight: nn.Linear<number, number>['weight']) => void,
  ): nn.Module {
    const layers = Array.from({ length: 6 }, (_, i) => {
      const linear = new nn.Linear<number, number>(i === 0 ? 50 : 200, 200)
      start(linear.weight)
      init.zeros(linear.bias!)
      return [linear, activation()]
    })
    return new nn.Sequential<readonly nn.Module[]>(...layers.flat())
  }

  test('[E1.2] half of what ReLU makes is 0 in a network that starts by the rule of He', async () => {
    const model = network(
      () => new nn.ReLU(),
      (weight) => init.kaimingNormal(weight),
    )
    const rows = (await activityOf(model, normal([256, 50]))).filter(
      ({ layer }) => layer === 'ReLU()',
    )
    expect(rows).toHaveLength(6)
    for (const { zeros, saturated } of rows) {
      expect(Math.abs(zeros - 0.5)).toBeLessThan(0.05)
      expect(saturated).toBeUndefined()
    }
  })

  test.each([
    ['[E2.3]', 'Sigmoid()', () => new nn.Sigmoid(), 20],
    ['[E3.3]', 'Tanh()', () => new nn.Tanh(), 10],
  ])('%s large weights saturate %s', async (_, says, make, std) => {
    const share = async (scale: number): Promise<number> => {
      const model = network(make, (weight) => init.normal(weight, { std: scale }))
      const rows = (await activityOf(model, normal([64, 50]))).filter(({ layer }) => layer === says)
      expect(rows).toHaveLength(6)
      return rows.at(-1)!.saturated!
    }
    expect(await share(std)).toBeGreaterThan(0.9)
    expect(await share(0.01)).toBe(0)
  })

  test('counts exactly', async () => {
    const model = new nn.Sequential(new nn.Hardtanh(), new nn.ReLU())
    const x = tensor([
      [-3, 0.5, -0.98],
      [-1, 0.25, 3],
    ])
    const [first, second] = await activityOf(model, x)
    expect(first!.saturated).toBeCloseTo(4 / 6, 6)
    expect(second).toMatchObject({ name: '1', layer: 'ReLU()', dead: 1, saturated: undefined })
    expect(second!.zeros).toBeCloseTo(3 / 6, 6)
    expect(second!.mean).toBeCloseTo((0.5 + 0.25 + 1) / 6, 6)
  })
})

test('[E1.3] ReLU is faster than sigmoid', { retry: 2 }, async () => {
  const x = ones([1 << 21]).mul(0.5)
  await x.data()
  const time = async (of: (x: Tensor) => Tensor): Promise<number> => {
    const start = performance.now()
    await of(x).sum().data()
    return performance.now() - start
  }
  const rounds: [number, number][] = []
  for (let i = 0; i < 9; i++) {
    rounds.push([await time((t) => t.relu()), await time((t) => t.sigmoid())])
  }
  const least = (which: 0 | 1): number => Math.min(...rounds.slice(1).map((round) => round[which]))
  expect(least(0)).toBeLessThan(least(1))
})

describe('[E6.1] the mean of |f′(x)|', () => {
  const bell = (x: number, std: number): number =>
    Math.exp(-((x / std) ** 2) / 2) / (std * Math.sqrt(2 * Math.PI))

  test.each([1, 5])('for x of deviation %d is that of an integral', async (std) => {
    const count = 20_000
    const x: Tensor = normal([count], { std })
    const table: Record<string, [drawn: number, integral: number]> = {}
    const step = 0.005 * std
    const line = Array.from({ length: 2001 }, (_, i) => (i - 1000) * step + 1e-7)
    for (const { name, make } of all) {
      const layer = make()
      const slope = (at: Tensor): Tensor => grad(layer.forward(at).sum(), [at])[0]!.abs()
      const exact = await valuesOf(slope(tensor(line, undefined, { dtype: 'float64' })))
      const integral = exact.reduce((sum, f, i) => sum + f * bell(line[i]!, std) * step, 0)
      table[name] = [await slope(x).mean().item(), integral]
    }
    for (const [name, [drawn, integral]] of Object.entries(table)) {
      expect(Math.abs(drawn - integral), name).toBeLessThan(0.015)
    }
    // what the claim is about: sigmoid's derivative is near 0 almost everywhere, ReLU's is not
    const { Sigmoid, ReLU, Tanh } = table
    expect(Sigmoid![1]).toBeLessThan(std === 1 ? 0.21 : 0.08)
    expect(ReLU![1]).toBeCloseTo(0.5, 2)
    expect(Tanh![1]).toBeLessThan(std === 1 ? 0.62 : 0.16)
  })
})

test('[D11.1] [D11.2] softmax: probabilities that sum to 1, also of logits of ±10,000', async () => {
  const rows = await normal([200, 10], { std: 5 }).softmax().sum(1).data()
  for (const sum of rows) expect(Math.abs(sum - 1)).toBeLessThan(1e-6)
  const extreme = tensor([
    [1e4, -1e4, 1e4],
    [-1e4, -1e4, -1e4],
  ])
  const got = await valuesOf(extreme.softmax())
  const third = Math.fround(1 / 3)
  expect(got).toEqual([0.5, 0, 0.5, third, third, third])
})

test('[E5.5] docs/activations.md draws each as the registry has it: `npm run activations` writes it', async () => {
  const page = readFileSync(new URL('../../../../docs/activations.md', import.meta.url), 'utf8')
  expect(page).toBe(await activationsText())
  for (const { name } of all) expect(page).toContain(`## ${name}\n`)
})

test('[E6.2] the change of a weight is the derivative behind it times the output before it', async () => {
  const layer = new nn.Linear(3, 2)
  const before = tensor([[0.5, -2, 1]])
  const z = layer.forward(before)
  const [dw, dz] = grad(z.sigmoid().sum(), [layer.weight, z])
  const product: Tensor = dz!.transpose().matmul(before)
  expect(await dw!.array()).toEqual(await product.array())
  // far to the right the derivative is 0, and so is the change, however large the output is
  const far = layer.forward(before).abs().add(200)
  const [none] = grad(far.sigmoid().sum(), [layer.weight])
  expect(new Set(await none!.abs().data())).toEqual(new Set([0]))
})
