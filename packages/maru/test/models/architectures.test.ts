/** The networks: their sizes, and their outputs and first steps against PyTorch's. */
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  compile,
  crossEntropy,
  type Tensor,
  useDevice,
  ValueError,
  zeros,
} from '../../src/index.ts'
import {
  alexnet,
  charLstm,
  cifarResNet,
  dcgan,
  GPT,
  lenet5,
  loadModel,
  mlp,
  resnet18,
  saveModel,
  VAE,
  vgg,
} from '../../src/models/index.ts'
import { define, type Module } from '../../src/nn/index.ts'
import { within } from '../../src/nn/init.ts'
import { SGD } from '../../src/optim/index.ts'
import type { Values } from '../ops/row.ts'
import { drawn, ids, numbers } from './drawn.ts'

interface Entry {
  readonly model: string
  readonly logits: Values
  readonly losses: readonly number[]
  readonly images: Values
}

const { entries }: { entries: Entry[] } = JSON.parse(
  readFileSync(new URL('fixtures/torch.json', import.meta.url), 'utf8'),
)
const entryOf = (model: string): Entry => entries.find((entry) => entry.model === model)!

/** Float32 against float64, through a dozen layers and more. */
const CLOSE = 2e-5
/** What three steps make of such differences. */
const STEPPED = 5e-4

function expectClose(got: readonly number[], wanted: readonly number[], tolerance: number): void {
  expect(got.length).toBe(wanted.length)
  const largest = Math.max(...wanted.map(Math.abs))
  const apart = Math.max(...wanted.map((value, i) => Math.abs(value - got[i]!)))
  expect(apart / largest).toBeLessThan(tolerance)
}

/** A network without drawing its values: it is there to be counted. */
const counted = (make: () => Module): number =>
  within({ most: 2 ** 30, drawn: false }, () => make().parameterCount)

describe('numbers of parameters', () => {
  test.each<[string, () => Module, number]>([
    ['MLP', () => mlp([784, 512, 512, 10]), 669_706],
    ['LeNet-5 [C12.1]', () => lenet5(), 61_706],
    ['ResNet-18', () => resnet18(), 11_173_962],
    ['ResNet-20', () => cifarResNet(20), 269_722],
    ['ResNet-56', () => cifarResNet(56), 853_018],
    ['character LSTM', () => charLstm(), 958_560],
    ['GPT', () => new GPT({ vocabulary: 4096, context: 128 }), 5_289_472],
    ['generator', () => dcgan().generator, 3_576_704],
    ['discriminator', () => dcgan().discriminator, 2_765_568],
    ['VAE', () => new VAE(), 652_824],
  ])('%s', (_, make, count) => {
    expect(counted(make)).toBe(count)
  })

  test('[C10.1] VGG-11, 13, 16 and 19', () => {
    const counts = ([11, 13, 16, 19] as const).map((depth) => counted(() => vgg(depth)))
    expect(counts).toEqual([132_863_336, 133_047_848, 138_357_544, 143_667_240])
  })

  test('[C13.1] AlexNet in two towers and in one', () => {
    expect(counted(() => alexnet())).toBe(60_965_224)
    expect(counted(() => alexnet({ towers: 1 }))).toBe(62_378_344)
  })
})

describe('shapes', () => {
  const small = { hidden: 8, classes: 7 }
  test.each<[string, () => Module, number[], number[]]>([
    ['MLP', () => mlp([6, 5, 4]), [2, 3, 6], [2, 3, 4]],
    ['ResNet-18', () => resnet18({ classes: 3 }), [2, 3, 40, 24], [2, 3]],
    [
      'a pre-activation ResNet',
      () => cifarResNet(8, { preActivation: true }),
      [1, 3, 32, 32],
      [1, 10],
    ],
    ['VGG-16', () => vgg(16, small), [1, 3, 64, 96], [1, 7]],
    ['AlexNet', () => alexnet(small), [2, 3, 227, 227], [2, 7]],
    ['the discriminator', () => dcgan({ width: 4 }).discriminator, [3, 3, 64, 64], [3, 1]],
    ['the generator', () => dcgan({ noise: 5, width: 4 }).generator, [2, 5, 1, 1], [2, 3, 64, 64]],
    ['VAE', () => new VAE({ features: 9, latent: 2 }), [4, 9], [4, 9]],
  ])('%s', (_, make, input, output) => {
    expect(make().call(zeros(input)).shape).toEqual(output)
  })

  test('[C13.2] AlexNet normalises among channels and its pools overlap', () => {
    const layers = JSON.stringify(define(alexnet(small)))
    expect(layers.match(/"LocalResponseNorm"/g)).toHaveLength(2)
    expect(layers.match(/"kernelSize":3,"options":{"stride":2}/g)).toHaveLength(3)
  })
})

const image = (size: number, count = 2): Tensor => numbers('x', [count, 3, size, size])

/** The networks of the fixture: what they are, their input, how many classes, the rate of the steps. */
const networks: [string, () => Module, () => Tensor, number, number][] = [
  ['mlp', () => mlp([784, 512, 512, 10]), () => numbers('x', [4, 784]), 10, 0.1],
  ['resnet18', () => resnet18(), () => image(32), 10, 0.01],
  ['cifarResNet', () => cifarResNet(14), () => image(32), 10, 0.01],
  [
    'cifarResNet, preActivation',
    () => cifarResNet(14, { preActivation: true }),
    () => image(32),
    10,
    0.01,
  ],
  ['vgg', () => vgg(11, { classes: 10, hidden: 32, dropout: 0 }), () => image(32), 10, 0.1],
  [
    'vgg, batchNorm',
    () => vgg(11, { classes: 10, hidden: 32, dropout: 0, batchNorm: true }),
    () => image(64),
    10,
    0.01,
  ],
  ['alexnet', () => alexnet({ classes: 10, hidden: 32, dropout: 0 }), () => image(227, 1), 10, 0.1],
  [
    'alexnet, one tower',
    () => alexnet({ classes: 10, hidden: 32, dropout: 0, towers: 1 }),
    () => image(227, 1),
    10,
    0.1,
  ],
  ['charLstm', () => charLstm(), () => ids('x', [2, 12], 96), 96, 0.5],
  [
    'GPT',
    () => new GPT({ vocabulary: 40, context: 16, width: 32, layers: 3 }),
    () => ids('x', [2, 16], 40),
    40,
    0.01,
  ],
]

describe("PyTorch's logits and losses of three steps", () => {
  test.each(networks)('%s', async (name, make, input, classes, lr) => {
    useDevice('wasm')
    const model = await drawn(make())
    const optimizer = new SGD(model.parameters(), { lr })
    const x = input()
    const wanted = entryOf(name)
    const rows = x.dtype === 'int32' ? x.shape : x.shape.slice(0, 1)
    const labels = ids('y', rows, classes).reshape([-1])
    const step = compile((given: Tensor) => {
      const logits = model.call(given).reshape([-1, classes])
      const loss = crossEntropy(logits, labels)
      optimizer.step(loss)
      return [logits.slice(0, 0, wanted.logits.shape[0]!), loss] as const
    })
    const losses: number[] = []
    for (let i = 0; i < 3; i++) {
      const [logits, loss] = await step(x)
      if (i === 0) expectClose([...(await logits.data())], wanted.logits.data, CLOSE)
      losses.push(await loss.item())
    }
    expectClose(losses, wanted.losses, STEPPED)
    expect(losses[1]).toBeLessThan(losses[0]!)
  })

  test('VAE', async () => {
    const model = await drawn(new VAE())
    const optimizer = new SGD(model.parameters(), { lr: 1e-4 })
    const [x, noise] = [numbers('x', [4, 784]).abs(), numbers('noise', [4, 20])]
    const losses: number[] = []
    for (let i = 0; i < 3; i++) {
      const loss = model.loss(x, { noise })
      await optimizer.step(loss)
      losses.push(await loss.item())
    }
    expectClose(losses, entryOf('VAE').losses, CLOSE)
    expect(losses[1]).toBeLessThan(losses[0]!)
  })

  test('DCGAN', async () => {
    const { generator, discriminator } = dcgan()
    await drawn(generator)
    await drawn(discriminator)
    const { images, logits } = entryOf('DCGAN')
    const made: Tensor = generator.call(numbers('noise', [2, 100, 1, 1]))
    const spots = made.slice(2, 0, 64, { step: 16 }).slice(3, 0, 64, { step: 16 })
    expectClose([...(await spots.data())], images.data, CLOSE)
    const judged: Tensor = discriminator.call(image(64))
    expectClose([...(await judged.data())], logits.data, CLOSE)
  })
})

describe('residual networks', () => {
  const x = numbers('x', [2, 3, 16, 16])

  test.each([
    ['as first published', false],
    ['[C9.3] with normalisation and activation first', true],
  ])('%s: with zeroGamma a branch adds nothing at first, and learns', async (_, preActivation) => {
    const model = cifarResNet(14, { preActivation, zeroGamma: true })
    const optimizer = new SGD(model.parameters(), { lr: 0.1 })
    const branches = model.layers.flatMap((layer) => [...layer.children()]).map(([, body]) => body)
    const added = (): Tensor[] =>
      branches
        .filter((body) => body.parameterCount > 0)
        .map((body) => {
          const inputs = [...body.parameters()[0]!.shape]
          const channels = preActivation ? inputs[0]! : inputs[1]!
          return body
            .call(numbers('b', [2, channels, 8, 8]))
            .abs()
            .max() as Tensor
        })
    const largest = async (): Promise<number[]> => Promise.all(added().map((each) => each.item()))
    expect(await largest()).toEqual([0, 0, 0, 0, 0, 0])
    await optimizer.step(crossEntropy(model.call(x), ids('y', [2], 10)))
    expect((await largest()).every((each) => each > 0)).toBe(true)
  })

  test('plain networks are as deep, without the paths around', () => {
    const types = (plain: boolean): string => JSON.stringify(define(cifarResNet(20, { plain })))
    expect(types(false).match(/"Residual"/g)).toHaveLength(9)
    expect(types(true)).not.toContain('Residual')
    expect(cifarResNet(20, { plain: true }).parameterCount).toBe(269_722)
  })

  test.each([1, 19, 21.5, Number.NaN])('there is none of depth %s', (depth) => {
    expect(() => cifarResNet(depth)).toThrow(ValueError)
  })
})

test.each<[string, () => Module]>([
  ['a ResNet', () => cifarResNet(8, { preActivation: true })],
  ['VGG', () => vgg(11, { classes: 3, hidden: 8, batchNorm: true })],
  ['AlexNet', () => alexnet({ classes: 3, hidden: 8 })],
  ['a character LSTM', () => charLstm({ hidden: 8, embedding: 4 })],
  ['a generator', () => dcgan({ width: 2 }).generator],
])('%s comes back from a file', async (_, make) => {
  const model = make()
  const folder = await mkdtemp(join(tmpdir(), 'maru-architecture-'))
  try {
    await saveModel(folder, model)
    expect(define(await loadModel(folder))).toEqual(define(model))
  } finally {
    await rm(folder, { recursive: true })
  }
})
