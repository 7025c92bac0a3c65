/** The optimisers of the notebooks at https://github.com/ilguyi/optimizers.numpy, step for step. */
import { beforeEach, describe, expect, test } from 'vitest'
import { ColumnDataset, DataLoader, type Sample } from '../../src/data/index.ts'
import { explain, type Parameter, type Tensor, tensor, useDevice } from '../../src/index.ts'
import * as optim from '../../src/optim/index.ts'
import { Optimizer } from '../../src/optim/index.ts'
import { parameter } from '../../src/tensor/create.ts'

type Point = [number, number]
type Slope = (at: Point) => Point
/** Takes one step, as a notebook writes it. */
type Rule = (at: Point, slope: Slope, turn: number) => Point

const STEPS = 200

/** What is done to both coordinates alike, from the slope at a point. */
function rule(step: (x: number, g: number, axis: 0 | 1, turn: number) => number): Rule {
  return ([x, y], slope, turn) => {
    const [dx, dy] = slope([x, y])
    return [step(x, dx, 0, turn), step(y, dy, 1, turn)]
  }
}

function momentum(): Rule {
  const v = [0, 0]
  return rule((x, g, axis) => {
    v[axis] = 0.9 * v[axis]! + g
    return x - 0.01 * v[axis]!
  })
}

/** `v = γ·v − lr·∇f(θ + γ·v)`, seen from where it looks: θ + γ·v. */
function nesterov(): Rule {
  const v = [0, 0]
  return rule((ahead, g, axis) => {
    const theta = ahead - 0.9 * v[axis]!
    v[axis] = 0.9 * v[axis]! - 0.01 * g
    return theta + v[axis]! + 0.9 * v[axis]!
  })
}

function adagrad(): Rule {
  const squares = [0.1, 0.1]
  return rule((x, g, axis) => {
    squares[axis] = squares[axis]! + g * g
    return x - (0.2 * g) / (Math.sqrt(squares[axis]!) + 1e-7)
  })
}

function rmsprop(): Rule {
  const squares = [0, 0]
  return rule((x, g, axis) => {
    squares[axis] = 0.9 * squares[axis]! + 0.1 * g * g
    return x - (0.01 * g) / (Math.sqrt(squares[axis]!) + 1e-10)
  })
}

function adam(): Rule {
  const [m, v] = [
    [0, 0],
    [0, 0],
  ]
  return rule((x, g, axis, turn) => {
    m[axis] = 0.9 * m[axis]! + 0.1 * g
    v[axis] = 0.999 * v[axis]! + 0.001 * g * g
    const mean = m[axis]! / (1 - 0.9 ** turn)
    const square = v[axis]! / (1 - 0.999 ** turn)
    return x - (0.1 * mean) / (Math.sqrt(square) + 1e-8)
  })
}

type Make = (parameters: Iterable<Parameter>) => Optimizer
const races: [name: string, rule: () => Rule, make: Make][] = [
  ['gradient descent', () => rule((x, g) => x - 0.01 * g), (p) => new optim.SGD(p, { lr: 0.01 })],
  ['momentum', momentum, (p) => new optim.SGD(p, { lr: 0.01, momentum: 0.9 })],
  ['Nesterov', nesterov, (p) => new optim.SGD(p, { lr: 0.01, momentum: 0.9, nesterov: true })],
  [
    'Adagrad',
    adagrad,
    (p) => new optim.Adagrad(p, { lr: 0.2, initialAccumulatorValue: 0.1, eps: 1e-7 }),
  ],
  ['RMSprop', rmsprop, (p) => new optim.RMSprop(p, { lr: 0.01, alpha: 0.9, eps: 1e-10 })],
  ['Adam', adam, (p) => new optim.Adam(p, { lr: 0.1 })],
]

interface Problem {
  readonly start: Point
  readonly slope: Slope
  readonly loss: (x: Tensor, y: Tensor) => Tensor
}

const beale: Problem = {
  start: [0.7, 1.4],
  slope: ([x, y]) => {
    const parts = [1.5, 2.25, 2.625].map((c, i) => c - x + x * y ** (i + 1))
    const dx = parts.reduce((sum, part, i) => sum + 2 * part * (y ** (i + 1) - 1), 0)
    const dy = parts.reduce((sum, part, i) => sum + 2 * part * (i + 1) * x * y ** i, 0)
    return [dx, dy]
  },
  loss: (x, y) => {
    const powers = [y, y.square(), y.square().mul(y)]
    const parts = [1.5, 2.25, 2.625].map((c, i) => x.mul(powers[i]!).sub(x).add(c).square())
    return parts.reduce((sum, part) => sum.add(part))
  },
}

/** y = 4·x − 3 and what is not explained, at twenty places. */
const places = Float64Array.from({ length: 20 }, (_, i) => -3 + 0.35 * i)
const values = places.map((x, i) => 4 * x - 3 + Math.sin(12.9898 * i) * (1.5 - (x * x) / 12))
const regression: Problem = {
  start: [0.2, 0.8],
  slope: ([w, b]) => {
    const off = Array.from(places, (x, i) => w * x + b - values[i]!)
    const sum = (terms: number[]) => terms.reduce((a, c) => a + c, 0) / places.length
    return [sum(off.map((each, i) => each * places[i]!)), sum(off)]
  },
  loss: (w, b) => {
    const [x, y] = [places, values].map((each) => tensor(each, [20]))
    return w.mul(x!).add(b).sub(y!).square().mean().div(2)
  },
}

beforeEach(() => useDevice('reference'))

describe.each([
  ["[G0.1] [G1.2] on Beale's function", beale],
  ['[G0.2] on a linear regression', regression],
] as const)('%s', (_, { start, slope, loss }) => {
  test.each(races)('%s', async (_, makeRule, make) => {
    const [x, y] = start.map((each) => parameter(Float64Array.of(each), [], 'float64'))
    const optimizer = make([x!, y!])
    const step = makeRule()
    let at: Point = [...start]
    for (let turn = 1; turn <= STEPS; turn++) {
      at = step(at, slope, turn)
      await optimizer.step(loss(x!, y!))
      const got = [await x!.item(), await y!.item()]
      for (const axis of [0, 1]) {
        const off = Math.abs(got[axis]! - at[axis]!)
        expect(off, `step ${turn}`).toBeLessThan(1e-6 * Math.max(1, Math.abs(at[axis]!)))
      }
    }
  })
})

test('[G1.4] mini-batches of a loader: a logistic regression follows the loop over the same batches', async () => {
  const count = 30
  const input = Float32Array.from({ length: 2 * count }, (_, i) => Math.sin(7.3 * i))
  const label = Int32Array.from({ length: count }, (_, i) =>
    Number(input[2 * i]! + 0.3 * Math.cos(5 * i) > 0),
  )
  const data = new ColumnDataset<Sample>({
    input: { data: input, shape: [count, 2] },
    label: { data: label, shape: [count] },
  })
  const [w, b] = [
    parameter(Float64Array.of(0.1, -0.2), [2], 'float64'),
    parameter(Float64Array.of(0), [], 'float64'),
  ]
  const optimizer = new optim.SGD([w, b], { lr: 0.5 })
  const want = { w: [0.1, -0.2], b: 0 }
  const loader = new DataLoader(data, { batchSize: 7, shuffle: true, seed: 4 })
  for (let epoch = 0; epoch < 40; epoch++) {
    for (const { inputs, labels } of loader) {
      const [x, y] = [[...(await inputs.data())], [...(await labels.data())]]
      const off = y.map((wanted, i) => {
        const score = want.w[0]! * x[2 * i]! + want.w[1]! * x[2 * i + 1]! + want.b
        return (1 / (1 + Math.exp(-score)) - wanted) / y.length
      })
      want.w = want.w.map((each, j) => {
        return each - 0.5 * off.reduce((sum, one, i) => sum + one * x[2 * i + j]!, 0)
      })
      want.b -= 0.5 * off.reduce((sum, one) => sum + one, 0)
      const score = inputs.cast('float64').matmul(w).add(b)
      await optimizer.step(score.softplus().sub(labels.cast('float64').mul(score)).mean())
    }
  }
  const got = [...(await w.data()), await b.item()]
  for (const [i, each] of [...want.w, want.b].entries()) expect(got[i]).toBeCloseTo(each, 6)
})

test("[G2.2] Keras' momentum keeps the rate of each gradient's own time", async () => {
  const x = parameter(Float64Array.of(0.7), [], 'float64')
  const schedule = optim.exponentialDecay(0.95)
  const optimizer = new optim.SGD([x], { lr: 0.02, momentum: 0.9, velocity: true, schedule })
  let [want, v, lr] = [0.7, 0, 0.02]
  for (let turn = 1; turn <= 50; turn++) {
    v = 0.9 * v - lr * (4 * want ** 3 - 2 * want + 0.3)
    want += v
    lr *= 0.95
    const square = x.square()
    await optimizer.step(square.square().sub(square).add(x.mul(0.3)))
    expect(Math.abs((await x.item()) - want), `step ${turn}`).toBeLessThan(1e-12)
  }
})

test("[G8.2] Keras' NAdam is the one whose momentum is scheduled faster", async () => {
  const x = parameter(Float64Array.of(0.7), [], 'float64')
  const optimizer = new optim.NAdam([x], { lr: 0.01, momentumDecay: 1, eps: 1e-7 })
  let [want, m, v, product] = [0.7, 0, 0, 1]
  for (let turn = 1; turn <= 50; turn++) {
    const g = 4 * want ** 3 - 2 * want + 0.3
    const [u, next] = [turn, turn + 1].map((t) => 0.9 * (1 - 0.5 * 0.96 ** t)) as Point
    product *= u
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g * g
    const mean = (next * m) / (1 - product * next) + ((1 - u) * g) / (1 - product)
    want -= (0.01 * mean) / (Math.sqrt(v / (1 - 0.999 ** turn)) + 1e-7)
    const square = x.square()
    await optimizer.step(square.square().sub(square).add(x.mul(0.3)))
    expect(Math.abs((await x.item()) - want), `step ${turn}`).toBeLessThan(1e-9)
  }
})

test('[G2.5] momentum goes on where plain descent stalls', async () => {
  // A long plateau with the well behind it: tanh(x)² has almost no slope at 5.
  const end = async (momentum: number) => {
    const x = parameter(Float64Array.of(5), [], 'float64')
    const optimizer = new optim.SGD([x], { lr: 1, momentum })
    for (let i = 0; i < 250; i++) await optimizer.step(x.tanh().square())
    return Math.abs(await x.item())
  }
  expect(await end(0)).toBeGreaterThan(4.5)
  expect(await end(0.9)).toBeLessThan(0.5)
})

test('[G3.1] the rate in effect of every element can be read', async () => {
  const p = parameter(Float64Array.of(1, -2), [2], 'float64')
  const optimizer = new optim.Adagrad([p], { lr: 0.5 })
  const slopes: number[][] = []
  for (let i = 0; i < 3; i++) {
    slopes.push([...(await p.data())].map((value) => 2 * value))
    await optimizer.step(p.square().sum())
  }
  const squares = optimizer.statesOf(p).get('squareSum')!
  const rates = [...(await squares.sqrt().add(1e-10).reciprocal().mul(optimizer.lr).data())]
  const want = [0, 1].map((i) => 0.5 / Math.sqrt(slopes.reduce((sum, g) => sum + g[i]! ** 2, 0)))
  for (const i of [0, 1]) expect(rates[i]).toBeCloseTo(want[i]!, 9)
})

/** RMSprop in the lines that a user writes. */
class Mine extends Optimizer {
  protected override update(value: Tensor, gradient: Tensor, parameter: Parameter): Tensor {
    const state = this.state(parameter, 'squareAvg')
    const before: Tensor = state
    const mean = this.remember(state, before.mul(0.99).add(gradient.square().mul(1 - 0.99)))
    return value.sub(gradient.mul(this.rate(parameter)).div(mean.sqrt().add(1e-8)))
  }
}

test("[G10.2] an optimiser of one's own is the same program as a built-in one", async () => {
  useDevice('wasm')
  const kernelsOf = async (make: Make) => {
    const p = parameter(new Float32Array(4096).fill(0.5), [4096], 'float32')
    const optimizer = make([p])
    const found = await explain(() => void optimizer.step(p.square().sum()))
    return found.kernels.map(({ label }) => label.replace(/ .*/, '')).length
  }
  const mine = await kernelsOf((p) => new Mine(p, { lr: 0.01 }))
  expect(mine).toBe(await kernelsOf((p) => new optim.RMSprop(p, { lr: 0.01 })))
})
