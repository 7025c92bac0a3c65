/** How gradients come down: to the first layer of every network, and through fifty blocks. */
import { beforeEach, describe, expect, test } from 'vitest'
import {
  crossEntropy,
  discriminatorLoss,
  grad,
  manualSeed,
  stack,
  type Tensor,
  tensor,
  useDevice,
} from '../../src/index.ts'
import * as models from '../../src/models/index.ts'
import * as nn from '../../src/nn/index.ts'
import { normal, randint, uniform } from '../../src/tensor/random.ts'

beforeEach(() => {
  useDevice('wasm')
  manualSeed(6)
})

const { alexnet, cifarResNet, charLstm, dcgan, GPT, GoogLeNet, lenet5, mlp, resnet18, VAE, vgg } =
  models

const ids = (count: number, classes: number): Tensor => randint([count], { low: 0, high: classes })
const images = (channels: number, size: number, count = 2): Tensor =>
  uniform([count, channels, size, size])
/** Cross entropy of a classifier of four classes, whatever axes its scores have. */
const classified =
  (x: Tensor) =>
  (model: nn.Module): Tensor => {
    const made: Tensor = model.call(x)
    const flat = made.reshape([-1, made.node.shape.at(-1)!])
    return crossEntropy(flat, ids(flat.node.shape[0]!, flat.node.shape[1]!))
  }

type Loss = (model: never) => Tensor

/** Each network that is shipped, as small as it comes, and what it is trained by. */
const networks: Readonly<Record<string, readonly [make: () => nn.Module, loss: Loss]>> = {
  alexnet: [() => alexnet({ hidden: 8, classes: 4 }), classified(images(3, 227))],
  'alexnet in one tower': [
    () => alexnet({ hidden: 8, classes: 4, towers: 1 }),
    classified(images(3, 227)),
  ],
  charLstm: [
    () => charLstm({ vocabulary: 6, embedding: 3, hidden: 5 }),
    classified(randint([2, 7], { low: 0, high: 6 })),
  ],
  cifarResNet: [() => cifarResNet(20), classified(images(3, 32))],
  'cifarResNet, pre-activated': [
    () => cifarResNet(20, { preActivation: true }),
    classified(images(3, 32)),
  ],
  "dcgan's generator": [
    () => dcgan({ noise: 5, width: 4 }).generator,
    (model: nn.Module) => {
      const made: Tensor = model.call(normal([2, 5, 1, 1]))
      return made.square().mean()
    },
  ],
  "dcgan's discriminator": [
    () => dcgan({ width: 4 }).discriminator,
    (model: nn.Module) => discriminatorLoss(model.call(images(3, 64)), model.call(images(3, 64))),
  ],
  Gan: [
    () => new models.Gan({ features: 6, hidden: 5, noise: 3 }),
    (model: models.Gan) => model.loss(uniform([4, 6])),
  ],
  GPT: [
    () => new GPT({ vocabulary: 6, context: 8, width: 8, layers: 3, heads: 2 }),
    classified(randint([2, 7], { low: 0, high: 6 })),
  ],
  GoogLeNet: [() => new GoogLeNet({ classes: 4 }), classified(images(3, 64))],
  lenet5: [() => lenet5(), classified(images(1, 28))],
  mlp: [() => mlp([6, 5, 5, 4]), classified(uniform([3, 6]))],
  resnet18: [() => resnet18({ classes: 4 }), classified(images(3, 32))],
  VAE: [
    () => new VAE({ features: 9, hidden: 6, latent: 2 }),
    (model: models.VAE) => model.loss(uniform([4, 9])),
  ],
  vgg: [() => vgg(11, { hidden: 8, classes: 4 }), classified(images(3, 32))],
}

/** Names that make no network to train, and why they are not above. */
const others = [
  'decodeWeights',
  'encodeWeights',
  'inception', // a part of GoogLeNet
  'loadModel',
  'modelCard',
  'readWeights',
  'sample',
  'saveModel',
]

test('every network is looked at', () => {
  const isNetwork = ([name, value]: [string, unknown]): boolean =>
    typeof value === 'function' &&
    !others.includes(name) &&
    (/^[a-z]/.test(name) || value.prototype instanceof nn.Module)
  const names = Object.entries(models)
    .filter(isNetwork)
    .map(([name]) => name)
  const known = Object.keys(networks)
  expect(names.filter((name) => !known.some((each) => each.startsWith(name)))).toEqual([])
})

test.each(Object.entries(networks))(
  '[A14.2] the gradient reaches the first layer of %s',
  async (_, [make, loss]) => {
    const model = make()
    const [first] = model.parameters()
    const [slope] = grad(loss(model as never), [first!])
    const values = await slope!.data()
    expect(values.every(Number.isFinite)).toBe(true)
    const reached = [...values].filter((each) => each !== 0).length / values.length
    // embeddings have a row for every symbol, also those that did not occur
    expect(reached).toBeGreaterThan(0.25)
  },
)

describe('through 50 blocks', () => {
  const width = 4
  /** As the pre-activated networks have it, so that nothing is on the way beside the branches. */
  const branch = (): nn.Module =>
    new nn.Sequential<readonly nn.Module[]>(
      new nn.BatchNorm2d(width),
      new nn.ReLU(),
      new nn.Conv2d(width, width, 3, { padding: 1, bias: false }),
      new nn.BatchNorm2d(width),
      new nn.ReLU(),
      new nn.Conv2d(width, width, 3, { padding: 1, bias: false }),
    )

  /** The lengths of the gradients of the first and of the last block's first weight. */
  async function ends(block: () => nn.Module): Promise<number> {
    const blocks = Array.from({ length: 50 }, block)
    const head = new nn.Linear<number, number>(width, 3)
    const x = blocks.reduce<Tensor>((made, each) => each.call(made), normal([8, width, 6, 6]))
    const loss = crossEntropy(
      head.call(x.mean([2, 3])),
      tensor(Int32Array.of(0, 1, 2, 0, 1, 2, 0, 1)),
    )
    const weights = [blocks[0]!, blocks[49]!].map(
      (each) => each.parameters().find(({ ndim }) => ndim === 4)!,
    )
    const [first, last] = await stack(
      grad(loss, weights).map((slope) => slope.square().sum().sqrt()),
    ).data()
    return first! / last!
  }

  test("[C9.1] with skips the first block's gradient is within 10x of the last one's", async () => {
    const ratio = await ends(() => new nn.Residual(branch()))
    console.info(`50 residual blocks: first gradient ${ratio.toPrecision(3)} of the last`)
    expect(ratio).toBeGreaterThan(1 / 10)
    expect(ratio).toBeLessThan(10)
  })

  test('[C9.2] without them it differs by more than 1e4', async () => {
    const ratio = await ends(branch)
    console.info(`50 plain blocks: first gradient ${ratio.toPrecision(3)} of the last`)
    expect(Math.max(ratio, 1 / ratio)).toBeGreaterThan(1e4)
  })
})
