/** Optimisers that know curvature: PyTorch's L-BFGS, K-FAC taken example by example, certified fits. */
import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  arange,
  compile,
  crossEntropy,
  eye,
  grad,
  hvp,
  manualSeed,
  mseLoss,
  normal,
  type Parameter,
  type Tensor,
  tensor,
  useDevice,
} from '../../src/index.ts'
import { Conv2d, Flatten, Linear, type Module, Sequential, Tanh } from '../../src/nn/index.ts'
import {
  GaussNewton,
  HessianFree,
  KFAC,
  type KFACOptions,
  LBFGS,
  type LBFGSOptions,
  LevenbergMarquardt,
  Newton,
} from '../../src/optim/index.ts'
import { parameter } from '../../src/tensor/create.ts'
import { differences } from '../ops/calls.ts'
import type { Values } from '../ops/row.ts'

type Named<T> = Readonly<Record<string, T>>
interface LbfgsRun {
  readonly kind: 'lbfgs'
  readonly function: string
  readonly start: readonly number[]
  readonly options: LBFGSOptions
  readonly losses: readonly number[]
  readonly places: readonly (readonly number[])[]
  readonly evaluations: number
}
interface KfacRun {
  readonly kind: 'kfac'
  readonly network: string
  readonly options: KFACOptions
  readonly start: Named<Values>
  readonly input: Values
  readonly target: Values
  readonly losses: readonly number[]
  readonly last: Named<Values>
}

const { entries }: { readonly entries: readonly (LbfgsRun | KfacRun)[] } = JSON.parse(
  readFileSync(new URL('fixtures/second-order.json', import.meta.url), 'utf8'),
)
const lbfgsRuns = entries.filter((each) => each.kind === 'lbfgs')
const kfacRuns = entries.filter((each) => each.kind === 'kfac')

/** Sums in another order, and what some twenty line searches make of that. */
const close = { relative: 1e-7, absolute: 1e-9, reason: 'sums in another order' }

function vectorOf(values: readonly number[]): Parameter {
  return parameter(Float64Array.from(values), [values.length], 'float64')
}

function wide({ data, shape }: Values): Tensor {
  return tensor(data, shape, { dtype: 'float64' })
}

function numbers(data: ArrayLike<number>) {
  const list = Array.from(data)
  return { shape: [list.length], dtype: 'float64' as const, data: list }
}

const at = (p: Tensor, i: number): Tensor => p.slice(0, i, i + 1).sum()
const functions: Named<(p: Tensor) => Tensor> = {
  rosenbrock: (p) => {
    const [x, y] = [at(p, 0), at(p, 1)]
    return y.sub(x.square()).square().mul(100).add(x.neg().add(1).square())
  },
  beale: (p) => {
    const [x, y] = [at(p, 0), at(p, 1)]
    const powers = [y, y.square(), y.square().mul(y)]
    const parts = [1.5, 2.25, 2.625].map((c, i) => x.mul(powers[i]!).sub(x).add(c).square())
    return parts.reduce((sum, part) => sum.add(part))
  },
  bowl: (p) => {
    const curvatures = arange(8)
      .cast('float64')
      .mul((3 / 7) * Math.LN10)
      .exp()
    const parabola = curvatures.mul(p.sub(1).square()).sum().div(2)
    return parabola.add(p.square().square().sum().div(4))
  },
}

beforeEach(() => useDevice('reference'))

describe('L-BFGS', () => {
  test.each(
    lbfgsRuns.map((run) => [`${run.function} ${JSON.stringify(run.options)}`, run] as const),
  )("goes PyTorch's way on %s", async (_, run) => {
    const p = vectorOf(run.start)
    const optimizer = new LBFGS([p], run.options)
    const wrong: string[] = []
    for (const [i, loss] of run.losses.entries()) {
      const got = await optimizer.step(() => functions[run.function]!(p))
      wrong.push(...differences(`loss ${i}`, numbers([got]), numbers([loss]), close))
      const place = numbers(await p.data<Float64Array>())
      wrong.push(...differences(`step ${i}`, place, numbers(run.places[i]!), close))
    }
    expect(wrong).toEqual([])
    expect(optimizer.evaluations).toBe(run.evaluations)
  })

  test('[G9.4] is below 1e-10 on Rosenbrock from (-1.2, 1) within 60 evaluations', async () => {
    const p = vectorOf([-1.2, 1])
    const options = { maxIter: 60, maxEval: 60, toleranceChange: 1e-14 }
    const optimizer = new LBFGS([p], options)
    await optimizer.step(() => functions.rosenbrock!(p))
    expect(await functions.rosenbrock!(p).item()).toBeLessThan(1e-10)
    expect(optimizer.evaluations).toBeLessThanOrEqual(60)
  })

  test('trains a network in float32, several parameters as one', async () => {
    useDevice('wasm')
    manualSeed(3)
    const model = new Sequential(new Linear(2, 8), new Tanh(), new Linear(8, 1))
    const [x, y] = [
      tensor([
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ]),
      tensor([[0], [1], [1], [0]]),
    ]
    const optimizer = new LBFGS(model.parameters(), { maxIter: 100 })
    await optimizer.step(() => mseLoss(model.call(x), y))
    expect(await mseLoss(model.call(x), y).item()).toBeLessThan(1e-4)
  })
})

describe('Newton', () => {
  test('[G9.1] is at the bottom of a parabola after one step, and converges quadratically', async () => {
    const p = vectorOf([3, -2, 5])
    const curvature = tensor(Float64Array.of(4, 1, 0, 1, 3, 0.5, 0, 0.5, 2), [3, 3])
    const target = tensor(Float64Array.of(1, 2, 3), [3])
    await new Newton([p]).step(() => {
      const off = p.sub(target)
      return off.mul(curvature.matmul(off)).sum().div(2)
    })
    expect([...(await p.data())].map((value) => Number(value.toFixed(12)))).toEqual([1, 2, 3])
    const q = vectorOf([-1.2, 1])
    const optimizer = new Newton([q])
    const losses: number[] = []
    // Values of Dennis & Schnabel 1983 for the pure method: 24.2, 4.73, 1411.8, 0.056, …
    for (let i = 0; i < 7; i++) losses.push(await optimizer.step(() => functions.rosenbrock!(q)))
    expect(losses.slice(0, 4).map((loss) => loss.toPrecision(3))).toEqual([
      '24.2',
      '4.73',
      '1.41e+3',
      '0.0560',
    ])
    expect(losses[6]).toBeLessThan(1e-18)
  })

  test('is drawn to a saddle point, and saddle-free repelled by it', async () => {
    const saddle = (p: Tensor) => {
      const square = at(p, 1).square()
      return at(p, 0).square().sub(square).add(square.square())
    }
    const end = async (saddleFree: boolean) => {
      const p = vectorOf([0.1, 1e-3])
      const optimizer = new Newton([p], { saddleFree })
      for (let i = 0; i < 16; i++) await optimizer.step(() => saddle(p))
      return Math.abs((await p.data())[1]!)
    }
    expect(await end(false)).toBeLessThan(1e-12)
    expect(await end(true)).toBeCloseTo(Math.SQRT1_2, 9)
  })

  test('with a line search never climbs', async () => {
    const p = vectorOf([-1.2, 1])
    const optimizer = new Newton([p], { lineSearch: true })
    let before = Number.POSITIVE_INFINITY
    for (let i = 0; i < 25; i++) {
      const loss = await optimizer.step(() => functions.rosenbrock!(p))
      expect(loss).toBeLessThanOrEqual(before)
      before = loss
    }
    expect(before).toBeLessThan(1e-12)
  })
})

describe('least squares', () => {
  const read = (values: readonly number[]) => tensor(Float64Array.from(values), [values.length])
  /** NIST's Misra1a: y = b1·(1 − exp(−b2·x)), with certified digits. */
  const y = read([
    10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.4, 75.47, 81.78,
  ])
  const x = read([
    77.6, 114.9, 141.1, 190.8, 239.9, 289, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760,
  ])
  const certified = { b1: 238.94212918, b2: 5.5015643181e-4, squares: 0.12455138894 }
  const fit = (b1: Tensor, b2: Tensor) => b1.mul(b2.mul(x).neg().exp().neg().add(1)).sub(y)

  test.each([
    [500, 1e-4, false],
    [500, 1e-4, true],
    [250, 5e-4, false],
    [250, 5e-4, true],
  ])(
    "[G9.3] Levenberg-Marquardt finds NIST's digits of Misra1a from (%d, %d), scaled: %s",
    async (first, second, scaled) => {
      const [b1, b2] = [vectorOf([first]), vectorOf([second])]
      const optimizer = new LevenbergMarquardt([b1, b2], { scaled })
      let before = Number.POSITIVE_INFINITY
      for (let i = 0; i < 60; i++) {
        const loss = await optimizer.step(() => fit(b1, b2))
        expect(loss).toBeLessThanOrEqual(before)
        before = loss
      }
      expect((await b1.data())[0]! / certified.b1).toBeCloseTo(1, 9)
      expect((await b2.data())[0]! / certified.b2).toBeCloseTo(1, 9)
      expect((2 * before) / certified.squares).toBeCloseTo(1, 9)
    },
  )

  test("[G9.2] Gauss-Newton finds them from NIST's nearer start, and a linear fit at once", async () => {
    const [b1, b2] = [vectorOf([250]), vectorOf([5e-4])]
    const optimizer = new GaussNewton([b1, b2])
    for (let i = 0; i < 8; i++) await optimizer.step(() => fit(b1, b2))
    expect((await b1.data())[0]! / certified.b1).toBeCloseTo(1, 9)
    const line = vectorOf([0, 0])
    const rows = tensor(Float64Array.of(1, 1, 1, 2, 1, 3, 1, 5), [4, 2])
    const wanted = read([2, 3, 5, 8])
    await new GaussNewton([line]).step(() => rows.matmul(line).sub(wanted))
    const [, slope] = grad(rows.matmul(line).sub(wanted).square().sum(), [line, line])
    expect(Math.max(...(await slope!.abs().data()))).toBeLessThan(1e-10)
  })

  test('more parameters than residuals, too', async () => {
    const p = vectorOf([1, 2, 3, 4, 5])
    const residuals = () => p.reshape([1, 5]).square().sum(0).slice(0, 0, 2).sub(4)
    const optimizer = new LevenbergMarquardt([p])
    for (let i = 0; i < 20; i++) await optimizer.step(residuals)
    const [a, b, ...others] = await p.data()
    expect([a, b].map((each) => each?.toFixed(9))).toEqual(['2.000000000', '2.000000000'])
    expect(others).toEqual([3, 4, 5])
  })
})

test('[G9.5] Hessian-free descends where a spiral winds, without a single rise', async () => {
  useDevice('wasm')
  manualSeed(1)
  const layers = [new Linear(2, 16), new Tanh(), new Linear(16, 16), new Tanh(), new Linear(16, 2)]
  const model = new Sequential(...layers)
  const count = 200
  const points = Array.from({ length: count }, (_, i) => {
    const radius = 0.1 + (3 * i) / count
    const angle = 3 * radius + (i % 2) * Math.PI
    return [radius * Math.cos(angle), radius * Math.sin(angle)]
  })
  const labels = tensor(
    Int32Array.from(points, (_, i) => i % 2),
    [count],
  )
  const x = tensor(points)
  const optimizer = new HessianFree(model.parameters())
  let before = Number.POSITIVE_INFINITY
  for (let i = 0; i < 40; i++) {
    const loss = await optimizer.step(() => {
      const outputs = model.call(x)
      return { outputs, loss: crossEntropy(outputs, labels) }
    })
    expect(loss).toBeLessThanOrEqual(before)
    before = loss
  }
  expect(before).toBeLessThan(0.05)
})

describe('K-FAC', () => {
  const networks: Named<() => Module> = {
    perceptron: () => new Sequential(new Linear(3, 4), new Tanh(), new Linear(4, 2)),
    convolution: () => {
      const first = new Conv2d(1, 2, 3, { stride: 2, padding: 1 })
      return new Sequential(first, new Tanh(), new Flatten(), new Linear(8, 2))
    },
  }

  async function startOf({ network, start }: KfacRun): Promise<Module> {
    const model = networks[network]!()
    for (const [name, value] of Object.entries(start)) {
      const [index, field] = name.split('.')
      const layer = (model as Sequential<Module[]>).layers[Number(index)]!
      Object.assign(layer, {
        [field!]: parameter(Float64Array.from(value.data as number[]), value.shape, 'float64'),
      })
    }
    return model
  }

  describe.each([false, true])('compiled: %s', (compiled) => {
    test.each(
      kfacRuns.map((run) => [`${run.network} ${JSON.stringify(run.options)}`, run] as const),
    )('[G9.6] is what single examples say: %s', async (_, run) => {
      const model = await startOf(run)
      const optimizer = new KFAC(model, run.options)
      const [x, target] = [wide(run.input), wide(run.target)]
      const take = () => {
        const loss = mseLoss(model.call(x), target)
        void optimizer.step(loss)
        return loss
      }
      const step = compiled ? compile(take) : take
      const losses: number[] = []
      for (let i = 0; i < run.losses.length; i++) losses.push(await (await step()).item())
      const wrong = differences('losses', numbers(losses), numbers(run.losses), close)
      for (const [name, got] of model.namedParameters()) {
        const want = run.last[name.replace('layers.', '')]!
        wrong.push(
          ...differences(
            name,
            numbers(await got.data<Float64Array>()),
            numbers(want.data as number[]),
            close,
          ),
        )
      }
      expect(wrong).toEqual([])
    })
  })

  test('[G9.6] goes along the natural gradient in layers whose curvature is inverted by halves', async () => {
    manualSeed(4)
    const [rows, ins, outs] = [100, 90, 66]
    const layer = new Linear(ins, outs, { bias: false })
    const [x, y] = [normal([rows, ins]), normal([rows, outs])]
    const damping = 0.05
    const before: Tensor = layer.weight.snapshot()
    const loss = (): Tensor => mseLoss(layer.call(x), y)
    const [slope] = grad(loss(), [layer.weight])
    const gradient: Tensor = tensor(await slope!.data(), [outs, ins])
    const error: Tensor = layer
      .forward(x)
      .sub(y)
      .mul(2 / outs)
    const [a, g] = [x.transpose().matmul(x).div(rows), error.transpose().matmul(error).div(rows)]
    const curvature = (factor: Tensor, size: number): Tensor => factor.trace().div(size)
    const balance = curvature(a, ins).div(curvature(g, outs)).sqrt()
    const damped = (factor: Tensor, size: number, by: Tensor): Tensor =>
      factor.add(eye(size, size).mul(by.mul(Math.sqrt(damping))))
    const inputs = tensor(await damped(a, ins, balance).data(), [ins, ins])
    const outputs = tensor(await damped(g, outs, balance.reciprocal()).data(), [outs, outs])
    const optimizer = new KFAC(layer, { lr: 1, momentum: 0, damping, trust: 1e12 })
    await optimizer.step(loss())
    const way: Tensor = before.sub(layer.weight)
    // the inverses themselves are nowhere in this
    const back = outputs.matmul(way).matmul(inputs)
    const far = back.sub(gradient).abs().max().div(gradient.abs().max())
    expect(await far.item()).toBeLessThan(1e-4)
  })

  test('refuses to step when it has seen nothing', () => {
    const model = networks.perceptron!()
    const optimizer = new KFAC(model)
    const x = tensor([[1, 2, 3]])
    const refuse = () => optimizer.step(mseLoss(model.eval().call(x), tensor([[0, 0]])))
    expect(refuse).toThrow(expect.objectContaining({ key: 'kfac.unseen' }))
  })
})

describe('a step that looks several times', () => {
  test('that fails leaves the parameters where they were', async () => {
    const p = vectorOf([-1.2, 1])
    const optimizer = new LBFGS([p])
    let calls = 0
    const failing = () => {
      if (++calls === 3) throw new Error('out of data')
      return functions.rosenbrock!(p)
    }
    await expect(optimizer.step(failing)).rejects.toThrow('out of data')
    expect([...(await p.data())]).toEqual([-1.2, 1])
    expect(await optimizer.step(() => functions.rosenbrock!(p))).toBeCloseTo(24.2, 12)
  })

  test('is refused while another is under way', async () => {
    const p = vectorOf([-1.2, 1])
    const optimizer = new Newton([p])
    const first = optimizer.step(() => functions.rosenbrock!(p))
    const second = optimizer.step(() => functions.rosenbrock!(p))
    await expect(second).rejects.toThrow(expect.objectContaining({ key: 'minimizer.busy' }))
    await first
  })

  const makers: Named<(p: Parameter) => LBFGS | LevenbergMarquardt | HessianFree> = {
    'L-BFGS': (p) => new LBFGS([p], { maxIter: 3, historySize: 5 }),
    'Levenberg-Marquardt': (p) => new LevenbergMarquardt([p]),
    'Hessian-free': (p) => new HessianFree([p]),
  }
  test.each(Object.entries(makers))(
    '%s goes on bit for bit from a saved state',
    async (_, make) => {
      const corner = (p: Tensor) =>
        p
          .square()
          .mul(p)
          .add(p.mul(tensor([3, -1, 2, 0.5])))
      const take = (optimizer: ReturnType<typeof make>, p: Parameter) => {
        if (optimizer instanceof LBFGS) return optimizer.step(() => corner(p).square().sum())
        if (optimizer instanceof LevenbergMarquardt) return optimizer.step(() => corner(p))
        return optimizer.step(() => {
          const outputs = corner(p)
          return { outputs, loss: outputs.square().sum() }
        })
      }
      const p = vectorOf([1, -2, 0.5, 3])
      const whole = make(p)
      for (let i = 0; i < 4; i++) await take(whole, p)
      const q = parameter((await p.data()).slice(), [4], 'float64')
      const resumed = make(q)
      await resumed.loadStateDict(whole.stateDict())
      for (let i = 0; i < 3; i++) {
        expect(await take(resumed, q)).toBe(await take(whole, p))
      }
      expect([...(await q.data())]).toEqual([...(await p.data())])
      expect([resumed.steps, resumed.evaluations]).toEqual([whole.steps, whole.evaluations])
      const wrong = whole.stateDict().set('stranger', tensor([1]))
      await expect(resumed.loadStateDict(wrong)).rejects.toThrow(
        expect.objectContaining({ key: 'state.names' }),
      )
    },
  )

  test('refuses what it cannot step', async () => {
    const narrow = parameter(Float32Array.of(1), [1], 'float32')
    expect(() => new Newton([vectorOf([1]), narrow])).toThrow(
      expect.objectContaining({ key: 'minimizer.dtype' }),
    )
    expect(() => new LBFGS([narrow], { maxIter: 0 })).toThrow(
      expect.objectContaining({ key: 'value.integer' }),
    )
    const matrix = new GaussNewton([narrow]).step(() => narrow.reshape([1, 1]))
    await expect(matrix).rejects.toThrow(expect.objectContaining({ key: 'minimizer.residuals' }))
    const p = vectorOf([1])
    const vector = new LBFGS([p]).step(() =>
      p
        .mul(2)
        .reshape([1, 1])
        .mul(tensor([[1], [2]])),
    )
    await expect(vector).rejects.toThrow(expect.objectContaining({ key: 'grad.scalar' }))
    expect([...(await p.data())]).toEqual([1])
  })
})

test('[G9.8] products with the Hessian are differences of gradients', async () => {
  const p = vectorOf([0.3, -0.7])
  const v = [0.6, 0.8]
  const [product] = hvp(functions.beale!(p), [p], [tensor(Float64Array.from(v), [2])])
  const slope = async (share: number) => {
    const q = vectorOf([0.3 + share * 0.6, -0.7 + share * 0.8])
    return [...(await grad(functions.beale!(q), [q])[0]!.data())]
  }
  const [up, down] = [await slope(1e-5), await slope(-1e-5)]
  const got = [...(await product!.data())]
  for (const i of [0, 1]) {
    expect(Math.abs(got[i]! - (up[i]! - down[i]!) / 2e-5)).toBeLessThan(1e-4 * Math.abs(got[i]!))
  }
})
