/** Recurrent layers beyond PyTorch's samples: cells of one's own, ends, learning, what is refused. */
import { describe, expect, test } from 'vitest'
import { nodesMade } from '../../src/graph/node.ts'
import {
  compile,
  concat,
  crossEntropy,
  grad,
  manualSeed,
  type Tensor,
  tensor,
  useDevice,
  zeros,
} from '../../src/index.ts'
import {
  build,
  Embedding,
  GRU,
  GRUCell,
  Linear,
  LSTM,
  LSTMCell,
  Module,
  Recurrent,
  RNN,
  unroll,
} from '../../src/nn/index.ts'
import { Adam } from '../../src/optim/index.ts'
import { normal } from '../../src/tensor/random.ts'
import { devices } from '../ops/calls.ts'

/** The parameters of a layer, for the cell that it repeats. */
function ofCell(layer: Module): Map<string, Tensor> {
  return new Map([...layer.stateDict()].map(([name, value]) => [name.replace('_l0', ''), value]))
}

describe.each(devices)('on %s', (device) => {
  test('a cell repeated is the layer', async () => {
    useDevice(device)
    const lengths = [3, 0, 4]
    const x = normal([4, 3, 2])
    const lstm = new LSTM(2, 5)
    const cell = new LSTMCell(2, 5)
    await cell.loadStateDict(ofCell(lstm))
    const [a, b] = [lstm.run(x, { lengths }), new Recurrent(cell).run(x, { lengths })]
    expect(await a.output.data()).toEqual(await b.output.data())
    expect(await a.state[1].squeeze(0).data()).toEqual(await b.state[1].data())
  })

  test('backwards over a flipped sequence is forwards', async () => {
    useDevice(device)
    const x = normal([2, 4, 3])
    const cell = new GRUCell(3, 2)
    const forwards = new Recurrent(cell, { batchFirst: true }).call(x)
    const back = new Recurrent(cell, { batchFirst: true, reverse: true }).call(x.flip(1))
    expect(await back.flip(1).data()).toEqual(await forwards.data())
  })

  test('[C5.2] nothing is seen of what comes after the end', async () => {
    useDevice(device)
    const start = normal([3, 2, 2])
    const rnn = new GRU(2, 3, { numLayers: 2, bidirectional: true })
    const results = [0, Number.NaN].map((filler) => {
      const x = concat([start, zeros([2, 2, 2]).add(filler)])
      const { output, state } = rnn.run(x, { lengths: [3, 3] })
      const gradients = grad(output.square().sum().add(state.sum()), rnn.parameters())
      return concat([output, state, ...gradients].map((each) => each.reshape([-1])))
    })
    const whole = rnn.run(start)
    const [first, second] = await Promise.all(results.map((each) => each.data()))
    expect(second).toEqual(first)
    const size = 5 * 2 * 6
    expect([...first!.slice(0, size)]).toEqual([
      ...(await whole.output.data()),
      ...new Float32Array(2 * 2 * 6),
    ])
    expect([...first!.slice(size, size + 4 * 2 * 3)]).toEqual([...(await whole.state.data())])
  })

  test('[D4.2] a function is a cell', async () => {
    useDevice(device)
    const x = tensor([1, 2, 3, 4], [4])
    const { output, state } = unroll(
      (value, { sum, last }) => [sum.add(last), { sum: sum.add(value), last: value }],
      x,
      { sum: zeros([]), last: zeros([]) },
    )
    expect(await output.array()).toEqual([0, 2, 5, 9])
    expect([await state.sum.item(), await state.last.item()]).toEqual([10, 4])
  })
})

test('a replayed step takes other lengths', async () => {
  useDevice('wasm')
  const rnn = new RNN(1, 1)
  const x = zeros([3, 2, 1])
  const step = compile((lengths: Tensor) => rnn.run(x, { lengths }).output.notEqual(0).sum(0))
  for (const lengths of [
    [1, 3],
    [0, 2],
  ]) {
    const counts = await step(tensor(lengths, [2], { dtype: 'int32' }))
    expect([...(await counts.data())]).toEqual(lengths)
  }
})

test('a longer sequence is not a larger graph', () => {
  useDevice('wasm')
  const lstm = new LSTM(2, 3, { numLayers: 2, bidirectional: true })
  // The first one makes what they share.
  const [, ...nodes] = [3, 4, 400].map((time) => {
    const x = zeros([time, 1, 2])
    const before = nodesMade()
    grad(lstm.call(x).sum(), lstm.parameters())
    return nodesMade() - before
  })
  expect(nodes[1]).toBe(nodes[0])
})

test('dropout comes between layers, and while training only', async () => {
  useDevice('wasm')
  const x = normal([3, 4, 2])
  const [one, two] = [1, 2].map((numLayers) => new LSTM(2, 3, { numLayers, dropout: 0.5 }))
  const differ = async (layer: Module): Promise<boolean> => {
    const [a, b] = [await layer.forward(x).data(), await layer.forward(x).data()]
    return a.some((value, i) => value !== b[i])
  }
  expect(await differ(one!)).toBe(false)
  expect(await differ(two!)).toBe(true)
  expect(await differ(two!.eval())).toBe(false)
})

/** Characters to the logits of the next ones. */
class Speller extends Module {
  readonly table: Embedding<number, 12>
  readonly lstm = new LSTM(12, 24)
  readonly out: Linear<24, number>

  constructor(letters: number) {
    super()
    this.table = new Embedding(letters, 12)
    this.out = new Linear(24, letters)
  }

  override forward(ids: Tensor): Tensor {
    return this.out.call(this.lstm.call(this.table.call(ids)))
  }
}

test('an LSTM learns to spell', { timeout: 60_000 }, async () => {
  useDevice('wasm')
  manualSeed(1)
  const text = [...'hello, hello yellow world! ']
  const letters = [...new Set(text)]
  const [time, batch] = [27, 8]
  // Texts that begin at every third letter.
  const ids = Array.from({ length: (time + 1) * batch }, (_, i) =>
    letters.indexOf(text[(Math.floor(i / batch) + 3 * (i % batch)) % text.length]!),
  )
  const all = tensor(ids, [time + 1, batch], { dtype: 'int32' })
  const [x, y] = [all.slice(0, 0, time), all.slice(0, 1)]
  const model = new Speller(letters.length)
  const optimizer = new Adam(model.parameters(), { lr: 0.02 })
  const step = compile((from: Tensor, to: Tensor) => {
    const logits = model.call(from).reshape([-1, letters.length])
    const loss = crossEntropy(logits, to.reshape([-1]))
    optimizer.step(loss)
    return loss
  })
  const first = await (await step(x, y)).item()
  for (let i = 0; i < 120; i++) await step(x, y)
  const spelt = model.call(x).argmax(-1).equal(y).cast('float32')
  // The first letters do not tell yet where in the text they are.
  expect(await spelt.slice(0, 8).mean().item()).toBeGreaterThan(0.99)
  expect(await (await step(x, y)).item()).toBeLessThan(first / 4)
})

const refused: [name: string, make: () => unknown, error: object][] = [
  [
    'features of another count',
    () => new LSTM(2, 3).forward(zeros([4, 5, 3])),
    { key: 'layer.features' },
  ],
  [
    'an input with too many axes',
    () => new GRU(2, 3).forward(zeros([1, 4, 5, 2])),
    { key: 'recurrent.input' },
  ],
  [
    'lengths without a batch',
    () => new GRU(2, 3).run(zeros([4, 2]), { lengths: [4] }),
    { key: 'recurrent.input' },
  ],
  [
    'a length beyond the end',
    () => new RNN(2, 3).run(zeros([4, 2, 2]), { lengths: [5, 1] }),
    { key: 'recurrent.lengths' },
  ],
  [
    'lengths for another batch',
    () => new RNN(2, 3).run(zeros([4, 2, 2]), { lengths: [1] }),
    { key: 'recurrent.lengths' },
  ],
  [
    'a state of another shape',
    () => new RNN(2, 3).run(zeros([4, 2, 2]), { state: zeros([1, 2, 4]) }),
    { key: 'recurrent.state' },
  ],
  ['no layers', () => new RNN(2, 3, { numLayers: 0 }), { key: 'value.integer' }],
  ['a probability of 2', () => new RNN(2, 3, { dropout: 2 }), { key: 'value.range' }],
  [
    'a cell that is none',
    () => new Recurrent(new Linear(2, 2) as never),
    { key: 'recurrent.cell' },
  ],
  [
    'a definition of more layers than can be meant',
    () =>
      build({
        type: 'RNN',
        settings: { inputSize: 1, hiddenSize: 1, options: { numLayers: 2 ** 30 } },
      }),
    { key: 'definition.setting' },
  ],
  [
    'an unknown option of a definition',
    () =>
      build({
        type: 'LSTM',
        settings: { inputSize: 1, hiddenSize: 1, options: { constructor: true } },
      }),
    { key: 'definition.setting' },
  ],
  [
    'a definition without its cell',
    () => build({ type: 'Recurrent' }),
    { key: 'definition.lacks' },
  ],
]
test.each(refused)('refuses %s', (_, make, error) => {
  useDevice('wasm')
  expect(make).toThrow(expect.objectContaining(error))
})

test('[C7.2] a GRU has three quarters of the parameters of an LSTM', () => {
  for (const options of [{}, { bias: false }, { numLayers: 2, bidirectional: true }]) {
    const [gru, lstm] = [new GRU(5, 7, options), new LSTM(5, 7, options)]
    expect(gru.parameterCount * 4).toBe(lstm.parameterCount * 3)
  }
})

test('[D4.5] a sequence in two parts, the state carried over, is the whole', async () => {
  useDevice('wasm')
  const layer = new LSTM(3, 4, { numLayers: 2 })
  const x: Tensor = normal([7, 2, 3])
  const whole = layer.run(x)
  const first = layer.run(x.narrow(0, 0, 3))
  const second = layer.run(x.narrow(0, 3, 4), { state: first.state })
  const [got, want] = [await second.output.data(), await whole.output.narrow(0, 3, 4).data()]
  for (const [i, value] of got.entries()) expect(value).toBeCloseTo(want[i]!, 6)
})
