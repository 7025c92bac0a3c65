/** The fully connected layer beyond PyTorch's samples. */
import { beforeEach, describe, expect, test } from 'vitest'
import { grad, type Tensor, useDevice } from '../../src/index.ts'
import { Linear, Sequential, Tanh } from '../../src/nn/index.ts'
import { normal } from '../../src/tensor/random.ts'
import { devices } from '../ops/calls.ts'

async function near(got: Tensor, want: Tensor): Promise<void> {
  expect(got.shape).toEqual(want.shape)
  const wanted = [...(await want.data())]
  expect([...(await got.data())]).toEqual(wanted.map((value) => expect.closeTo(value, 5)))
}

describe.each(devices)('on %s', (device) => {
  beforeEach(() => {
    useDevice(device)
  })

  test('[D1.1] [D1.2] [D1.3] outputs and gradients are those of a matrix product, with any axes', async () => {
    for (const bias of [true, false]) {
      for (const lead of [[], [5], [2, 3], [2, 1, 3]]) {
        const layer = new Linear<number, number>(4, 3, { bias })
        const x: Tensor = normal([...lead, 4])
        const cotangent: Tensor = normal([...lead, 3])
        const output = layer.forward(x)
        const [dx, dw] = grad(output.mul(cotangent).sum(), [x, layer.weight])
        const rows: Tensor = x.reshape([-1, 4])
        const back: Tensor = cotangent.reshape([-1, 3])
        const product: Tensor = rows.matmul(layer.weight.transpose())
        const whole: Tensor = layer.bias ? product.add(layer.bias) : product
        await near(output, whole.reshape([...lead, 3]))
        await near(dx!, back.matmul(layer.weight).reshape([...lead, 4]))
        await near(dw!, back.transpose().matmul(rows))
      }
    }
  })

  test('[D1.4] a weight that two layers share is one parameter, with the sum of both gradients', async () => {
    const shared = new Linear(3, 3)
    const model = new Sequential(shared, new Tanh(), shared)
    expect(model.parameters()).toHaveLength(2)
    const apart = new Linear(3, 3)
    await apart.loadStateDict(shared.stateDict())
    const x = normal([5, 3])
    const both = new Sequential(shared, new Tanh(), apart)
    const [tied] = grad(model.forward(x).square().sum(), [shared.weight])
    const [first, second] = grad(both.forward(x).square().sum(), [shared.weight, apart.weight])
    await near(tied!, first!.add(second!))
  })
})
