/** `gradcheck`: it passes what is right, finds what is wrong, and holds for networks and for loops through time. */
import { beforeEach, describe, expect, test } from 'vitest'
import {
  crossEntropy,
  customGradient,
  DTypeError,
  gradcheck,
  manualSeed,
  mseLoss,
  normal,
  ShapeError,
  type Tensor,
  tensor,
  useDevice,
  ValueError,
} from '../../src/index.ts'
import { mlp } from '../../src/models/index.ts'
import { functionalCall, GRU, Linear, LSTM, type Module, RNN, Tanh } from '../../src/nn/index.ts'

beforeEach(() => {
  useDevice('wasm')
  manualSeed(4)
})

const ids = (...labels: number[]): Tensor => tensor(Int32Array.from(labels))

describe('gradcheck', () => {
  test('[X9.3] passes right gradients, of arguments and of parameters that are read', async () => {
    const x = tensor([0.5, -1.25, 2])
    expect(await gradcheck((x) => x.sin().mul(x).sum(), [x])).toBeLessThan(1e-6)
    const layer = new Linear(3, 2)
    const loss = (x: Tensor): Tensor => layer.call(x).square().sum()
    const before = await layer.weight.data()
    expect(await gradcheck(loss, [x, ...layer.parameters()])).toBeLessThan(1e-6)
    expect(await layer.weight.data()).toEqual(before)
  })

  test('[X9.3] finds a wrong one and says where it is', async () => {
    const wrong = customGradient(
      (x: Tensor) => x.square(),
      (gradient, { inputs: [x] }) => [gradient.mul(x!).mul(tensor([2, 2, 1]))],
    )
    const checked = gradcheck((x) => wrong(x).sum(), [tensor([1, 2, 4])])
    await expect(checked).rejects.toThrow(ValueError)
    await expect(checked).rejects.toMatchObject({
      fields: { input: 0, element: 2, got: 4, expected: expect.closeTo(8, 5) },
    })
    // a gradient that is no number is not near any
    const spoilt = gradcheck((x) => x.sqrt().sum(), [tensor([0, 1])])
    await expect(spoilt).rejects.toThrow(ValueError)
  })

  test('of nothing passes; what has no gradient is refused', async () => {
    expect(await gradcheck((x) => x.sum(), [tensor([], [0])])).toBe(0)
    await expect(gradcheck((x) => x.sum(), [ids(1)])).rejects.toThrow(DTypeError)
    await expect(gradcheck((x) => x, [tensor([1, 2])])).rejects.toThrow(ShapeError)
  })
})

/** Values of a module's parameters in float64. */
async function wide(module: Module): Promise<[names: string[], values: Tensor[]]> {
  const named = [...module.namedParameters()]
  const values = named.map(([, each]) => each.cast('float64'))
  return [named.map(([name]) => name), values]
}

describe('a multi-layer perceptron', () => {
  const model = () => mlp([3, 7, 5, 4], { activation: () => new Tanh() })

  test('[C1.4] in float32 differs from finite differences by less than 1e-4', async () => {
    const net = model()
    const [x, labels] = [normal([6, 3]), ids(0, 1, 2, 3, 0, 2)]
    const loss = (x: Tensor): Tensor => crossEntropy(net.call(x), labels)
    const error = await gradcheck(loss, [x, ...net.parameters()])
    expect(error).toBeLessThan(1e-4)
    expect(error).toBeGreaterThan(0)
  })

  test('[C1.5] in float64 by less than 1e-7', async () => {
    const net = model()
    const [names, values] = await wide(net)
    const [x, labels] = [normal([6, 3]).cast('float64'), ids(0, 1, 2, 3, 0, 2)]
    const loss = (...given: readonly Tensor[]): Tensor => {
      const named = new Map(names.map((name, i) => [name, given[i]!]))
      return crossEntropy(functionalCall(net, named, x), labels)
    }
    const error = await gradcheck(loss, values)
    expect(error).toBeLessThan(1e-7)
  })
})

describe('gradients through time', () => {
  const layers: Readonly<Record<string, () => Module>> = {
    RNN: () => new RNN(2, 3),
    LSTM: () => new LSTM(2, 3),
    GRU: () => new GRU(2, 3),
  }

  test.each(
    Object.entries(layers).flatMap(([name, make]) =>
      [1, 2, 10, 50].map((t) => [name, t, make] as const),
    ),
  )('[C5.1] %s over %i steps', async (_, time, make) => {
    const layer = make()
    const [x, target] = [normal([time, 2, 2]), normal([time, 2, 3])]
    const loss = (x: Tensor): Tensor => mseLoss(layer.call(x), target, { reduction: 'sum' })
    const error = await gradcheck(loss, [x, ...layer.parameters()])
    expect(error).toBeLessThan(1e-4)
  })
})
