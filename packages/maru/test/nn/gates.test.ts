/** Gates of recurrent layers: their values, and Keras' order of them. */
import { beforeEach, describe, expect, test } from 'vitest'
import {
  manualSeed,
  normal,
  ShapeError,
  type Tensor,
  tensor,
  useDevice,
  ValueError,
  zeros,
} from '../../src/index.ts'
import { fromKeras, GRU, GRUCell, LSTM, LSTMCell, toKeras } from '../../src/nn/index.ts'

beforeEach(() => {
  useDevice('wasm')
  manualSeed(8)
})

type Matrix = readonly (readonly number[])[]

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
const rows = async (x: Tensor): Promise<Matrix> => (await x.array()) as number[][]

/** `v · m`, m as Keras keeps it, [from, to]. */
const times = (v: readonly number[], m: Matrix): number[] =>
  m[0]!.map((_, to) => v.reduce((sum, each, from) => sum + each * m[from]![to]!, 0))
const plus = (...lists: (readonly number[])[]): number[] =>
  lists[0]!.map((_, i) => lists.reduce((sum, list) => sum + list[i]!, 0))
const part = (v: readonly number[], k: number, size: number): number[] =>
  v.slice(k * size, (k + 1) * size)

/** Weights of one direction as Keras' documentation has them, in float64. */
interface Kernels {
  readonly kernel: Matrix
  readonly recurrent: Matrix
  readonly bias: Matrix
}

/** Outputs of Keras' LSTM at every step: gates i, f, c, o. */
function kerasLstm({ kernel, recurrent, bias }: Kernels, sequence: Matrix): number[][] {
  const size = recurrent.length
  let [h, c] = [Array<number>(size).fill(0), Array<number>(size).fill(0)]
  return sequence.map((x) => {
    const z = plus(times(x, kernel), times(h, recurrent), bias[0]!)
    const [i, f, g, o] = [0, 1, 2, 3].map((k) => part(z, k, size))
    c = c.map((each, k) => sigmoid(f![k]!) * each + sigmoid(i![k]!) * Math.tanh(g![k]!))
    h = c.map((each, k) => sigmoid(o![k]!) * Math.tanh(each))
    return h
  })
}

/** Outputs of Keras' GRU: gates z, r, h, the reset after or before the product. */
function kerasGru(resetAfter: boolean) {
  return ({ kernel, recurrent, bias }: Kernels, sequence: Matrix): number[][] => {
    const size = recurrent.length
    let h = Array<number>(size).fill(0)
    return sequence.map((x) => {
      const inner = plus(times(x, kernel), bias[0]!)
      const outer = resetAfter ? plus(times(h, recurrent), bias[1]!) : times(h, recurrent)
      const gate = (k: number): number[] =>
        plus(part(inner, k, size), part(outer, k, size)).map(sigmoid)
      const [z, r] = [gate(0), gate(1)]
      const reset = h.map((each, k) => each * r[k]!)
      const seen = resetAfter
        ? part(outer, 2, size).map((each, k) => each * r[k]!)
        : part(times(reset, recurrent), 2, size)
      const candidate = plus(part(inner, 2, size), seen).map(Math.tanh)
      h = h.map((each, k) => z[k]! * each + (1 - z[k]!) * candidate[k]!)
      return h
    })
  }
}

const kinds: readonly (readonly [
  name: string,
  make: (options: object) => GRU<number, number, object> | LSTM<number, number, object>,
  gates: number,
  biases: number,
  by: (kernels: Kernels, sequence: Matrix) => number[][],
])[] = [
  ['LSTM', (options) => new LSTM<number, number, object>(3, 4, options), 4, 1, kerasLstm],
  ['GRU', (options) => new GRU<number, number, object>(3, 4, options), 3, 2, kerasGru(true)],
  [
    'GRU, reset before the product',
    (options) => new GRU<number, number, object>(3, 4, { ...options, resetAfter: false }),
    3,
    1,
    kerasGru(false),
  ],
]

describe.each(kinds)("Keras' %s", (_, make, gates, biases, by) => {
  const kernels = (): Tensor[] => {
    const bias: Tensor = normal([biases, gates * 4])
    return [normal([3, gates * 4]), normal([4, gates * 4]), biases === 1 ? bias.squeeze(0) : bias]
  }
  const wanted = async ([kernel, recurrent, bias]: readonly Tensor[], sequence: Matrix) =>
    by(
      {
        kernel: await rows(kernel!),
        recurrent: await rows(recurrent!),
        bias: await rows(bias!.reshape([biases, gates * 4])),
      },
      sequence,
    )

  test('[C6.2] weights in: the outputs are those of its formulas to 1e-5', async () => {
    const [layer, weights, x] = [make({}), kernels(), normal([6, 3])]
    await layer.loadStateDict(fromKeras(layer, weights))
    const got = await rows(layer.forward(x))
    const want = await wanted(weights, await rows(x))
    for (const [t, row] of want.entries()) {
      for (const [k, value] of row.entries())
        expect(Math.abs(got[t]![k]! - value)).toBeLessThan(1e-5)
    }
  })

  test('[C6.2] weights out: its formulas on them give our outputs to 1e-5', async () => {
    const [layer, x] = [make({}), normal([6, 3])]
    const got = await rows(layer.forward(x))
    const want = await wanted(toKeras(layer), await rows(x))
    for (const [t, row] of want.entries()) {
      for (const [k, value] of row.entries())
        expect(Math.abs(got[t]![k]! - value)).toBeLessThan(1e-5)
    }
  })

  test('[C6.2] what went in comes out again, in both directions and without biases', async () => {
    for (const options of [{}, { bidirectional: true }, { bias: false }]) {
      const layer = make(options)
      const own = 'bias' in options ? kernels().slice(0, 2) : kernels()
      const weights = 'bidirectional' in options ? [...own, ...kernels()] : own
      await layer.loadStateDict(fromKeras(layer, weights))
      const back = toKeras(layer)
      expect(back).toHaveLength(weights.length)
      for (const [i, each] of back.entries()) {
        expect(each.shape).toEqual(weights[i]!.shape)
        expect(await each.data()).toEqual(await weights[i]!.data())
      }
    }
  })

  test('other layers, numbers of weights and shapes are refused', () => {
    const layer = make({})
    const [kernel, recurrent, bias] = kernels()
    expect(() => fromKeras(layer, [kernel!, recurrent!])).toThrow(ValueError)
    expect(() => fromKeras(layer, [recurrent!, kernel!, bias!])).toThrow(ShapeError)
    expect(() => toKeras(make({ numLayers: 2 }))).toThrow(ValueError)
    expect(() => toKeras('no layer' as never)).toThrow(ValueError)
  })
})

describe('[C6.3] values of gates', () => {
  test('of an LSTM cell: what they are, and that the next state follows from them', async () => {
    const cell = new LSTMCell(3, 4)
    const [x, h, c] = [normal([2, 3]), normal([2, 4]), normal([2, 4])]
    const { input, forget, candidate, output } = cell.gates(x, [h, c])
    const memory = forget.mul(c).add(input.mul(candidate))
    const [, [hidden, next]] = cell.step(x, [h, c])
    expect(await memory.data()).toEqual(await next.data())
    expect(await output.mul(memory.tanh()).data()).toEqual(await hidden.data())
    for (const gate of [input, forget, output]) {
      for (const value of await gate.data()) {
        expect(value).toBeGreaterThan(0)
        expect(value).toBeLessThan(1)
      }
    }
  })

  test('of an LSTM layer at every step, for each layer and direction', async () => {
    const options = { numLayers: 2, bidirectional: true, batchFirst: true } as const
    const layer = new LSTM(3, 4, options)
    const x = normal([2, 5, 3])
    const found = layer.gates(x, { lengths: [5, 3] })
    expect(found).toHaveLength(4)
    for (const { input, forget, candidate, output } of found) {
      for (const gate of [input, forget, candidate, output]) expect(gate.shape).toEqual([2, 5, 4])
    }
    // the first cell forward, by hand: c and h follow from the gates alone
    const [first] = found
    const { output: outputs } = new LSTM(3, 4, { batchFirst: true }).run(x)
    expect(outputs.shape).toEqual([2, 5, 4])
    const one = new LSTM(3, 4, { batchFirst: true })
    const named = [...one.stateDict().keys()]
    const own = layer.stateDict()
    await one.loadStateDict(new Map(named.map((name) => [name, own.get(name)!])))
    let memory: Tensor = zeros([1, 4])
    const hidden: Tensor[] = []
    for (let t = 0; t < 5; t++) {
      const at = (gate: Tensor): Tensor =>
        gate
          .slice(0, 0, 1)
          .slice(1, t, t + 1)
          .squeeze(1)
      memory = at(first!.forget)
        .mul(memory)
        .add(at(first!.input).mul(at(first!.candidate)))
      hidden.push(at(first!.output).mul(memory.tanh()))
    }
    const wanted = await one.forward(x).slice(0, 0, 1).data()
    const got = (await Promise.all(hidden.map((each) => each.data()))).flatMap((each) => [...each])
    for (const [i, value] of got.entries()) expect(value).toBeCloseTo(wanted[i]!, 6)
  })

  test('of a gate that is forced open or shut', async () => {
    const layer = new LSTM(2, 1)
    const bias = tensor([0, 50, 0, -50])
    await layer.loadStateDict(new Map([...layer.stateDict(), ['bias_ih_l0', bias] as const]))
    const [gates] = layer.gates(normal([4, 2]))
    for (const value of await gates!.forget.data()) expect(value).toBeCloseTo(1, 6)
    for (const value of await gates!.output.data()) expect(value).toBeCloseTo(0, 6)
  })

  test.each([true, false])('of a GRU, reset after the product: %s', async (resetAfter) => {
    const cell = new GRUCell(3, 4, { resetAfter })
    const [x, h] = [normal([2, 3]), normal([2, 4])]
    const { update, candidate } = cell.gates(x, h)
    const wanted = await cell.forward(x, h).data()
    const made = await candidate.add(update.mul(h.sub(candidate))).data()
    expect(made).toEqual(wanted)
    const [gates] = new GRU(3, 4, { resetAfter }).gates(normal([5, 2, 3]))
    expect(gates!.reset.shape).toEqual([5, 2, 4])
  })
})
