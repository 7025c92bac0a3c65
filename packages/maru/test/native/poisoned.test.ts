/** What memory held before never shows: the same bits out of memory full of NaN, as machine code and wasm. */
import { describe, expect, test } from 'vitest'
import {
  concat,
  crossEntropy,
  full,
  grad,
  manualSeed,
  normal,
  type Parameter,
  realize,
  type Tensor,
  tensor,
  useDevice,
} from '../../src/index.ts'
import { dcgan } from '../../src/models/index.ts'
import {
  BatchNorm2d,
  Conv2d,
  ConvTranspose2d,
  Flatten,
  Linear,
  MaxPool2d,
  type Module,
  ReLU,
  Sequential,
} from '../../src/nn/index.ts'
import { Adam } from '../../src/optim/index.ts'
import { missing } from './both.ts'

/** Temporaries of many sizes, every one of NaN, where later programs have theirs. */
async function poison(): Promise<void> {
  for (const size of [512, 1024, 2048]) {
    const nothing: Tensor = full([size, size], Number.NaN).add(1)
    await realize(nothing.matmul(nothing.transpose()).softmax(1).matmul(nothing).sum())
  }
}

async function bitsOf(values: readonly Tensor[]): Promise<number[]> {
  const all: Tensor = concat(values.map((each) => each.reshape([-1])))
  return [...new Uint32Array(((await all.data()) as Float32Array).slice().buffer)]
}

/** Three steps, and every weight after them. */
async function trained(
  model: Module,
  parameters: Parameter[],
  loss: () => Tensor,
): Promise<number[]> {
  const optimizer = new Adam(parameters, { lr: 1e-3 })
  for (let i = 0; i < 3; i++) await optimizer.step(loss())
  return bitsOf([...model.stateDict().values()].filter(({ dtype }) => dtype === 'float32'))
}

const programs: Readonly<Record<string, () => Promise<number[]>>> = {
  'products whose edges are no whole tile': async () => {
    const sizes = [
      [8192, 16, 10],
      [16, 8192, 10],
      [10, 16, 8192],
      [33, 65, 17],
      [5, 3, 129],
    ] as const
    const products = sizes.flatMap(([m, k, n]) => {
      const [a, b] = [normal([m, k]), normal([k, n])]
      const turned: Tensor = normal([k, m])
      return [a.matmul(b), turned.transpose().matmul(b), b.transpose().matmul(a.transpose())]
    })
    return bitsOf(products.map((each): Tensor => each.sum(0)))
  },
  'gradients of convolutions with borders, strides and few channels': async () => {
    const settings = [
      [3, 5, { padding: 1 }],
      [7, 3, { stride: 2, padding: 3 }],
      [1, 9, {}],
      [4, 6, { stride: 2, padding: 1 }],
    ] as const
    const found = settings.flatMap(([kernel, channels, options]) => {
      const [x, w] = [normal([3, 4, 19, 17]), normal([channels, 4, kernel, kernel])]
      const made: Tensor = x.conv2d(w, options)
      return grad(made.square().sum(), [x, w])
    })
    return bitsOf(found)
  },
  'a small network with batch norm and a wide classifier': async () => {
    const model = new Sequential<readonly Module[]>(
      new Conv2d(3, 16, 3, { padding: 1, bias: false }),
      new BatchNorm2d(16),
      new ReLU(),
      new MaxPool2d(2),
      new ConvTranspose2d(16, 8, 4, { stride: 2, padding: 1 }),
      new Flatten(),
      new Linear<number, number>(8 * 32 * 32, 10),
    )
    const x = normal([16, 3, 32, 32])
    const y = tensor(
      Int32Array.from({ length: 16 }, (_, i) => i % 10),
      [16],
    )
    return trained(model, model.parameters(), () => crossEntropy(model.call(x), y))
  },
  'a generator against a judge': async () => {
    const { generator, discriminator } = dcgan({ noise: 16, width: 8 })
    const noise = normal([4, 16, 1, 1])
    const loss = (): Tensor => discriminator.call(generator.call(noise)).neg().softplus().mean()
    return trained(generator, generator.parameters(), loss)
  },
}

describe.each(['wasm', 'native'])('on %s', (device) => {
  test.skipIf(device === 'native' && missing !== undefined).each(Object.entries(programs))(
    '%s',
    async (_, run) => {
      useDevice(device)
      manualSeed(7)
      const clean = await run()
      await poison()
      manualSeed(7)
      const after = await run()
      expect(after.some((bits) => (bits & 0x7f800000) === 0x7f800000)).toBe(false)
      expect(after).toEqual(clean)
    },
  )
})
