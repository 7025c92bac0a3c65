/** Attention, transformers, positions and tables beyond PyTorch's samples. */
import { describe, expect, test } from 'vitest'
import {
  compile,
  crossEntropy,
  grad,
  manualSeed,
  type Tensor,
  tensor,
  useDevice,
  zeros,
} from '../../src/index.ts'
import {
  AdditiveAttention,
  build,
  DotAttention,
  define,
  Embedding,
  LayerNorm,
  LearnedPositions,
  Linear,
  Module,
  MultiheadAttention,
  SinusoidalPositions,
  summary,
  TransformerDecoder,
  TransformerDecoderLayer,
  TransformerEncoder,
  TransformerEncoderLayer,
} from '../../src/nn/index.ts'
import { Adam } from '../../src/optim/index.ts'
import { normal } from '../../src/tensor/random.ts'
import { devices } from '../ops/calls.ts'

describe.each(devices)('on %s', (device) => {
  test('[C17.6] weights sum to 1; a query that may look nowhere gets nothing, and no NaN', async () => {
    useDevice(device)
    const layer = new MultiheadAttention(4, 2, { batchFirst: true, bias: false })
    const x = normal([2, 3, 4])
    const keyPaddingMask = tensor([0, 0, 1, 1, 1, 1], [2, 3]).cast('bool')
    const { output, weights } = layer.attend(x, x, { keyPaddingMask })
    expect([...(await weights.sum(-1).data())]).toEqual(
      Array.from({ length: 12 }, (_, i) => (i < 6 ? expect.closeTo(1, 6) : 0)),
    )
    expect((await output.data()).slice(12)).toEqual(new Float32Array(12))
    const gradients = grad(output.sum(), layer.parameters())
    for (const each of gradients) expect((await each.data()).every(Number.isFinite)).toBe(true)
  })

  test('with a causal mask nothing is seen of what comes later', async () => {
    useDevice(device)
    const make = (): TransformerEncoderLayer =>
      new TransformerEncoderLayer(4, 2, { dimFeedforward: 8, dropout: 0, batchFirst: true })
    const model = new TransformerEncoder(make(), 2)
    const x: Tensor = normal([1, 5, 4])
    const [whole, part] = [x, x.slice(1, 0, 3)].map((each) => model.call(each, { causal: true }))
    const [a, b] = [await whole!.slice(1, 0, 3).data(), await part!.data()]
    expect([...a]).toEqual([...b].map((value) => expect.closeTo(value, 5)))
  })

  test('positions are sines and cosines, or learned rows', async () => {
    useDevice(device)
    const rows = await new SinusoidalPositions(5).forward(zeros([4, 5])).data()
    const want = Array.from({ length: 20 }, (_, i) => {
      const [position, feature] = [Math.floor(i / 5), i % 5]
      const angle = position / 10000 ** ((feature - (feature % 2)) / 5)
      return feature % 2 ? Math.cos(angle) : Math.sin(angle)
    })
    expect([...rows]).toEqual(want.map((value) => expect.closeTo(value, 6)))
    const learned = new LearnedPositions(4, 3, { batchFirst: true })
    const added = await learned.forward(zeros([2, 4, 3])).data()
    const weight = [...(await learned.weight.data())]
    expect([...added]).toEqual([...weight, ...weight])
  })
})

test('layers of a stack start differently, and are built again from one', async () => {
  const options = { dimFeedforward: 3, dropout: 0 }
  const model = new TransformerEncoder(new TransformerEncoderLayer(4, 2, options), 3)
  const [a, b] = model.layers.map((layer) => layer.linear1.weight)
  expect(await a!.data()).not.toEqual(await b!.data())
  const definition = define(model)
  expect(definition.layers).toHaveLength(1)
  expect([...build(definition).stateDict().keys()]).toEqual([...model.stateDict().keys()])
})

test('starting values are those of PyTorch', async () => {
  manualSeed(1)
  const range = async (values: Tensor): Promise<number> => {
    return Math.max(...(await values.data()).map(Math.abs))
  }
  const layer = new MultiheadAttention(32, 4)
  expect(await range(layer.inProjWeight!)).toBeLessThanOrEqual(Math.sqrt(6 / 128))
  expect(await range(layer.inProjWeight!)).toBeGreaterThan(0.95 * Math.sqrt(6 / 128))
  expect(await range(layer.outProj.weight)).toBeLessThanOrEqual(Math.sqrt(1 / 32))
  expect(await range(layer.inProjBias!)).toBe(0)
  expect(await range(layer.outProj.bias!)).toBe(0)
  const { weight } = new Embedding(200, 50, { paddingIndex: 3 })
  const values = [...(await weight.data())]
  expect(values.slice(150, 200)).toEqual(Array(50).fill(0))
  const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length
  expect(variance).toBeCloseTo(199 / 200, 1)
})

test('a summary lists what a layer is made of', () => {
  const layer = new TransformerEncoderLayer(4, 2, { dimFeedforward: 3 })
  expect(`\n${summary(layer, [5, 2, 4])}\n`).toMatchInlineSnapshot(`
    "
    layer             type                                   output     parameters
    ──────────────────────────────────────────────────────────────────────────────
    selfAttn          MultiheadAttention(4, 2, dropout 0.1)  [5, 2, 4]          60
    selfAttn.outProj  OutProjection()                        [5, 2, 4]          20
    linear1           Linear(4, 3)                           [5, 2, 3]          15
    dropout           Dropout(0.1)                           [5, 2, 3]           0
    linear2           Linear(3, 4)                           [5, 2, 4]          16
    norm1             LayerNorm(4, eps 0.00001)              [5, 2, 4]           8
    norm2             LayerNorm(4, eps 0.00001)              [5, 2, 4]           8
    dropout1          Dropout(0.1)                           [5, 2, 4]           0
    dropout2          Dropout(0.1)                           [5, 2, 4]           0
    ──────────────────────────────────────────────────────────────────────────────
    127 parameters
    "
  `)
})

/** Says a sequence backwards: where to look is all that there is to learn. */
class Reverser extends Module {
  readonly table = new Embedding(6, 16)
  readonly positions = new LearnedPositions(6, 16, { batchFirst: true })
  readonly encoder = new TransformerEncoder(
    new TransformerEncoderLayer(16, 2, { dimFeedforward: 32, dropout: 0, batchFirst: true }),
    1,
  )
  readonly out = new Linear(16, 6)

  override forward(ids: Tensor): Tensor {
    return this.out.call(this.encoder.call(this.positions.call(this.table.call(ids))))
  }
}

test('a transformer learns to say sequences backwards', { timeout: 60_000 }, async () => {
  useDevice('wasm')
  manualSeed(2)
  const digits = Array.from({ length: 64 * 6 }, (_, i) => (i * i + 3 * Math.floor(i / 6)) % 6)
  const x = tensor(digits, [64, 6], { dtype: 'int32' })
  const y = x.flip(1)
  const model = new Reverser()
  const optimizer = new Adam(model.parameters(), { lr: 0.01 })
  const step = compile((from: Tensor, to: Tensor) => {
    const loss = crossEntropy(model.call(from).reshape([-1, 6]), to.reshape([-1]))
    optimizer.step(loss)
    return loss
  })
  for (let i = 0; i < 100; i++) await step(x, y)
  const right: Tensor = model.call(x).argmax(-1).equal(y).cast('float32')
  expect(await right.mean().item()).toBeGreaterThan(0.99)
})

const decoder = (): TransformerDecoderLayer => new TransformerDecoderLayer(4, 2)
const refused: [name: string, make: () => unknown, error: object][] = [
  ['heads that do not divide', () => new MultiheadAttention(6, 4), { key: 'attention.heads' }],
  [
    'keys of another batch',
    () => new MultiheadAttention(4, 2).forward(zeros([3, 2, 4]), zeros([5, 1, 4])),
    { key: 'attention.inputs' },
  ],
  [
    'fewer values than keys',
    () =>
      new MultiheadAttention(4, 2).forward(zeros([3, 4]), zeros([5, 4]), { value: zeros([4, 4]) }),
    { key: 'attention.inputs' },
  ],
  [
    'a mask of another shape',
    () => new MultiheadAttention(4, 2).forward(zeros([3, 4]), zeros([3, 4]), { mask: zeros([3]) }),
    { key: 'attention.mask' },
  ],
  [
    'a mask of integers',
    () =>
      new MultiheadAttention(4, 2).forward(zeros([3, 4]), zeros([3, 4]), {
        mask: zeros([3, 3], { dtype: 'int32' }),
      }),
    { key: 'dtype.kind' },
  ],
  [
    'queries of another size',
    () => new AdditiveAttention(2, 3, 4).forward(zeros([1, 3]), zeros([5, 3])),
    { key: 'layer.features' },
  ],
  ['products of two sizes', () => new DotAttention(2, 3), { key: 'layer.features' }],
  ['a decoder without a memory', () => decoder().forward(zeros([3, 4])), { key: 'decoder.memory' }],
  [
    'decoders without a memory',
    () => new TransformerDecoder(decoder(), 2).forward(zeros([3, 4])),
    { key: 'decoder.memory' },
  ],
  [
    'an encoder of decoder layers',
    () =>
      build({
        type: 'TransformerEncoder',
        settings: { numLayers: 1 },
        layers: [define(decoder())],
      }),
    { key: 'definition.lacks' },
  ],
  [
    'a word that is no activation',
    () =>
      build({
        type: 'TransformerEncoderLayer',
        settings: { dModel: 4, numHeads: 2, options: { activation: 'tanh' } },
      }),
    { key: 'definition.setting' },
  ],
  [
    'more positions than rows',
    () => new LearnedPositions(4, 2).forward(zeros([5, 1, 2])),
    { key: 'positions.length' },
  ],
  [
    'positions of other features',
    () => new SinusoidalPositions(4).forward(zeros([5, 1, 2])),
    { key: 'layer.features' },
  ],
  [
    'a word outside the table',
    () => new Embedding(4, 2).forward(tensor([4], [1], { dtype: 'int32' })),
    { key: 'index.range' },
  ],
  [
    'padding outside the table',
    () => new Embedding(4, 2, { paddingIndex: 4 }),
    { key: 'index.range' },
  ],
  [
    'sizes that are not normalised',
    () => new LayerNorm(4).forward(zeros([4, 3])),
    { key: 'norm.shape' },
  ],
]
test.each(refused)('refuses %s', (_, make, error) => {
  useDevice('wasm')
  expect(make).toThrow(expect.objectContaining(error))
})
