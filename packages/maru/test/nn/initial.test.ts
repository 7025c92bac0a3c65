/** How parameters start. */
import { beforeEach, describe, expect, test } from 'vitest'
import { manualSeed, type Parameter, type Tensor, useDevice } from '../../src/index.ts'
import * as nn from '../../src/nn/index.ts'
import { parameter } from '../../src/tensor/create.ts'
import { normal } from '../../src/tensor/random.ts'

const { init } = nn

beforeEach(() => {
  useDevice('wasm')
  manualSeed(17)
})

async function moments(x: Tensor): Promise<{ mean: number; variance: number; most: number }> {
  const values = [...(await x.data())]
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  return {
    mean,
    variance,
    most: values.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
  }
}

const linear = (): Parameter => new nn.Linear(300, 200).weight
const kernels = (): Parameter => new nn.Conv2d(20, 40, 5).weight

/** The variance of each rule by its formula, and the largest magnitude of the even ones, √3 deviations. */
const rules: [
  name: string,
  start: (p: Parameter) => void,
  variance: number,
  even: boolean,
  make?: () => Parameter,
][] = [
  ['xavierUniform', (p) => init.xavierUniform(p), 2 / 500, true],
  ['xavierNormal', (p) => init.xavierNormal(p, { gain: 5 / 3 }), (25 / 9) * (2 / 500), false],
  ['kaimingUniform', (p) => init.kaimingUniform(p), 2 / 300, true],
  ['kaimingNormal', (p) => init.kaimingNormal(p, { mode: 'fanOut' }), 2 / 200, false],
  ['kaimingNormal of kernels', (p) => init.kaimingNormal(p), 2 / 500, false, kernels],
  ['xavierUniform of kernels', (p) => init.xavierUniform(p), 2 / 1500, true, kernels],
  [
    'kaimingUniform for tanh',
    (p) => init.kaimingUniform(p, { nonlinearity: 'tanh' }),
    25 / 9 / 300,
    true,
  ],
  ['lecunUniform', (p) => init.lecunUniform(p), 1 / 300, true],
  ['lecunNormal', (p) => init.lecunNormal(p), 1 / 300, false],
]

test.each(rules)('[I5.1] %s has its variance', async (_, start, variance, even, make = linear) => {
  const parameter = make()
  start(parameter)
  const got = await moments(parameter)
  expect(got.variance / variance).toBeCloseTo(1, 1)
  expect(Math.abs(got.mean)).toBeLessThan(5 * Math.sqrt(variance / parameter.size))
  if (even) expect(got.most).toBeLessThanOrEqual(Math.sqrt(3 * variance) * 1.000001)
  else expect(got.most).toBeGreaterThan(Math.sqrt(9 * variance))
})

test.each([
  ['tall', () => new nn.Linear(20, 50).weight, 20],
  ['wide', () => new nn.Linear(50, 20).weight, 20],
  ['kernels', () => new nn.Conv2d(4, 10, 3).weight, 10],
] as const)('[I5.2] orthogonal, %s', async (_, make, fewer) => {
  const parameter: Parameter = make()
  init.orthogonal(parameter, { gain: 2 })
  const [rows = 0] = parameter.shape
  const matrix: Tensor = parameter.reshape([rows, -1])
  const product =
    rows <= fewer ? matrix.matmul(matrix.transpose()) : matrix.transpose().matmul(matrix)
  const values = await product.data()
  for (const [i, value] of values.entries()) {
    expect(value).toBeCloseTo(i % (fewer + 1) === 0 ? 4 : 0, 5)
  }
})

test('[I5.3] LSUV: every layer makes variance 1 of the data', async () => {
  const layers = Array.from({ length: 8 }, (_, i) => {
    return [new nn.Linear<number, number>(i === 0 ? 30 : 100, 100), new nn.Tanh()]
  })
  const model = new nn.Sequential<readonly nn.Module[]>(...layers.flat())
  const x = normal([256, 30], { mean: 2, std: 5 })
  await init.lsuv(model, x)
  const rows = await nn.activityOf(model, x)
  const linears = rows.filter(({ layer }) => layer.startsWith('Linear'))
  expect(linears).toHaveLength(8)
  for (const { variance } of linears) expect(Math.abs(variance - 1)).toBeLessThanOrEqual(0.1)
})

test('[I5.4] [I5.5] zeros, ones, one value, and the identity', async () => {
  const { bias, weight } = new nn.Linear(3, 3)
  init.zeros(bias!)
  expect([...(await bias!.data())]).toEqual([0, 0, 0])
  init.ones(bias!)
  expect([...(await bias!.data())]).toEqual([1, 1, 1])
  init.constant(bias!, 0.5)
  expect([...(await bias!.data())]).toEqual([0.5, 0.5, 0.5])
  init.identity(weight)
  expect(await weight.array()).toEqual([
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ])
  // an IRNN keeps what it has seen: h′ = relu(x·W + h)
  const cell = new nn.RNNCell(3, 4, { nonlinearity: 'relu', bias: false })
  init.identity(cell.weightHh)
  init.zeros(cell.weightIh)
  const start = normal([2, 4]).abs()
  const { state } = new nn.Recurrent(cell).run(normal([100, 2, 3]), { state: start })
  expect(await state.data()).toEqual(await start.data())
})

test('[I5.6] sparse: so many zeros in each column; truncated: nothing beyond the bounds', async () => {
  const parameter = new nn.Linear(30, 50).weight
  init.sparse(parameter, { sparsity: 0.3, std: 2 })
  const zeros = await parameter.equal(0).cast('int32').sum(0).data()
  expect(new Set(zeros)).toEqual(new Set([15]))
  const { variance } = await moments(parameter)
  expect(variance / (0.7 * 4)).toBeCloseTo(1, 0)
  init.truncNormal(parameter, { std: 1, low: -0.5, high: 1 })
  const values = await parameter.data()
  expect(values.every((value) => value >= -0.5 && value <= 1)).toBe(true)
  init.uniform(parameter, { low: 2, high: 3 })
  expect((await parameter.data()).every((value) => value >= 2 && value < 3)).toBe(true)
})

test.each([
  ['fans of one axis', () => init.xavierUniform(new nn.LayerNorm(3).weight!), 'layer.axes'],
  ['an identity of kernels', () => init.identity(kernels()), 'layer.axes'],
  ['more zeros than there are', () => init.sparse(linear(), { sparsity: 2 }), 'value.range'],
  ['sparse kernels', () => init.sparse(kernels(), { sparsity: 0.5 }), 'layer.axes'],
  ['a bilinear matrix', () => init.bilinear(linear()), 'layer.axes'],
])('refuses %s', (_, act, key) => {
  expect(act).toThrow(expect.objectContaining({ key }))
})

describe('activations over 50 layers of 512', () => {
  /** Variance of the last activations over that of the first, the geometric mean of six networks. */
  async function ratio(
    activation: (x: Tensor) => Tensor,
    start: (p: Parameter) => void,
  ): Promise<number> {
    const weight: Parameter = parameter(new Float32Array(512 * 512), [512, 512], 'float32')
    let logs = 0
    for (let network = 0; network < 6; network++) {
      let x: Tensor = normal([16, 512])
      let first = 0
      for (let layer = 0; layer < 50; layer++) {
        start(weight)
        x = activation(x.matmul(weight.transpose()))
        await x.data()
        if (layer === 0) first = (await moments(x)).variance
      }
      logs += Math.log((await moments(x)).variance / first) / 6
    }
    return Math.exp(logs)
  }

  test('[I5.7] ReLU keeps their variance within 2 by the rule of He', async () => {
    const got = await ratio((x) => x.relu(), init.kaimingNormal)
    expect(got).toBeGreaterThan(0.5)
    expect(got).toBeLessThan(2)
  })

  test('[I5.7] tanh by the rule of Glorot, with the gain of tanh', async () => {
    const got = await ratio(
      (x) => x.tanh(),
      (p) => init.xavierNormal(p, { gain: 5 / 3 }),
    )
    expect(got).toBeGreaterThan(0.5)
    expect(got).toBeLessThan(2)
  })

  test('[I5.8] ReLU by the rule of Glorot loses half of it at every layer', async () => {
    const got = await ratio((x) => x.relu(), init.xavierNormal)
    expect(got).toBeLessThan(1e-12)
  })
})

test('[D9.2] a transposed convolution of bilinear kernels resizes bilinearly', async () => {
  for (const factor of [2, 3, 4]) {
    const kernel = 2 * factor - (factor % 2)
    const padding = Math.ceil((factor - 1) / 2)
    const layer = new nn.ConvTranspose2d(2, 2, kernel, { stride: factor, padding, bias: false })
    init.bilinear(layer.weight)
    const x = normal([1, 2, 6, 5])
    const got = layer.forward(x)
    const want = x.interpolate({ scaleFactor: factor, mode: 'bilinear', alignCorners: false })
    expect(got.shape).toEqual([1, 2, 6 * factor, 5 * factor])
    // at the border the convolution sees zeros, where resizing repeats the last element
    const inner = (t: Tensor): Tensor =>
      t.narrow(2, factor, 4 * factor).narrow(3, factor, 3 * factor)
    const [a, b] = [await inner(got).data(), await inner(want).data()]
    for (const [i, value] of a.entries()) expect(Math.abs(value - b[i]!)).toBeLessThan(1e-5)
  }
})
