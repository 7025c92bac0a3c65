/** What is left out, how often, and when it is drawn. */
import { beforeEach, describe, expect, test } from 'vitest'
import {
  compile,
  eye,
  grad,
  manualSeed,
  ones,
  type Tensor,
  useDevice,
  zeros,
} from '../../src/index.ts'
import {
  AlphaDropout,
  DropConnect,
  Dropout,
  Dropout1d,
  Dropout2d,
  Dropout3d,
  HeldDropout,
  Linear,
  LSTMCell,
  Recurrent,
  Residual,
  RNNCell,
  Sequential,
  StateDropout,
  StochasticDepth,
  VariationalDropout,
} from '../../src/nn/index.ts'
import { normal } from '../../src/tensor/random.ts'
import { devices } from '../ops/calls.ts'

/** Mean and variance. */
function moments(values: ArrayLike<number>): readonly [mean: number, variance: number] {
  const list = Array.from(values)
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length
  return [mean, list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / list.length]
}

describe.each(devices)('on %s', (device) => {
  test('[D13.1] [D13.2] elements are zero or scaled, in the right proportion', async () => {
    useDevice(device)
    manualSeed(5)
    const values = await new Dropout(0.2).forward(ones([100, 100])).data()
    expect(new Set(values)).toEqual(new Set([0, 1.25]))
    const kept = values.filter((value) => value !== 0).length / values.length
    // three standard deviations: √(0.2 · 0.8 / 10,000)
    expect(Math.abs(kept - 0.8)).toBeLessThan(3 * 0.004)
  })

  test('the gradient goes where the value went', async () => {
    useDevice(device)
    const x = normal([64])
    const y = new Dropout(0.5).forward(x)
    const [dx] = grad(y.sum(), [x])
    const [kept, given] = [await y.notEqual(0).data(), await dx!.data()]
    expect([...given]).toEqual([...kept].map((flag) => 2 * flag))
  })

  test('[D13.7] alpha dropout keeps mean and variance', async () => {
    useDevice(device)
    manualSeed(7)
    const values = await new AlphaDropout(0.3).forward(normal([200, 100])).data()
    const [mean, variance] = moments(values)
    expect(Math.abs(mean)).toBeLessThan(0.04)
    expect(Math.abs(variance - 1)).toBeLessThan(0.05)
    // Elements left out have one value: scale·(−λα)·(1 − p).
    const counts = new Map<number, number>()
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
    const [low, count] = [...counts].reduce((most, each) => (each[1] > most[1] ? each : most))
    const alpha = -1.7580993408473766
    const scale = 1 / Math.sqrt(0.7 * (1 + 0.3 * alpha * alpha))
    expect(low).toBeCloseTo(scale * alpha * 0.7, 5)
    expect(Math.abs(count / values.length - 0.3)).toBeLessThan(0.02)
  })

  test.each([
    [Dropout1d, [4, 50, 3]],
    [Dropout2d, [4, 50, 3, 2]],
    [Dropout3d, [4, 50, 3, 2, 2]],
  ] as const)('[D13.6] %o leaves out whole channels', async (Layer, shape) => {
    useDevice(device)
    manualSeed(3)
    const y = new Layer(0.5).forward(ones(shape)).reshape([200, -1])
    const values = await y.data()
    const size = values.length / 200
    const channels = Array.from({ length: 200 }, (_, i) => values.slice(i * size, (i + 1) * size))
    for (const channel of channels) expect(new Set(channel).size).toBe(1)
    const kept = channels.filter(([value]) => value === 2).length
    expect(kept).toBeGreaterThan(60)
    expect(kept).toBeLessThan(140)
  })

  test('[D13.3] every replay of a compiled step draws anew, as the seed says', async () => {
    useDevice(device)
    const layer = new Dropout(0.5)
    const step = compile((x: Tensor) => {
      const y = layer.forward(x)
      return [y, grad(y.sum(), [x])[0]!] as const
    })
    const draws = async (seed: number): Promise<string[]> => {
      manualSeed(seed)
      const texts: string[] = []
      for (let i = 0; i < 3; i++) {
        const [y, dx] = await step(ones([64]))
        expect(await dx.data()).toEqual(await y.data())
        texts.push(String(await y.data()))
      }
      return texts
    }
    const first = await draws(1)
    expect(new Set(first).size).toBe(3)
    expect(await draws(1)).toEqual(first)
    expect(await draws(2)).not.toEqual(first)
  })
})

describe.each(devices)('on %s, masks that stay:', (device) => {
  beforeEach(() => {
    useDevice(device)
    manualSeed(11)
  })

  test('[D13.4] for an epoch: all batches have one, until another is drawn', async () => {
    const layer = new HeldDropout(200, 0.4)
    const draw = async (batch: number): Promise<number[]> => {
      return [...(await layer.forward(ones([batch, 200])).data())]
    }
    const first = await draw(3)
    expect(first.slice(0, 200)).toEqual(first.slice(200, 400))
    expect(await draw(1)).toEqual(first.slice(0, 200))
    expect(new Set(first)).toEqual(new Set([0, Math.fround(1 / 0.6)]))
    layer.redraw()
    const second = await draw(1)
    expect(second).not.toEqual(first.slice(0, 200))
    // it is part of the state, so a resumed epoch goes on with it
    const again = new HeldDropout(200, 0.4)
    await again.loadStateDict(layer.stateDict())
    expect([...(await again.forward(ones([1, 200])).data())]).toEqual(second)
    const x = ones([2, 200])
    expect(layer.eval().forward(x)).toBe(x)
  })

  test('[D13.4] also where steps are compiled', async () => {
    const layer = new HeldDropout(64, 0.5)
    const run = compile((x: Tensor) => layer.forward(x))
    const draw = async (): Promise<string> => String(await (await run(ones([1, 64]))).data())
    const first = await draw()
    expect(await draw()).toBe(first)
    layer.redraw()
    const second = await draw()
    expect(second).not.toBe(first)
    expect(await draw()).toBe(second)
  })

  test('[D13.8] for all steps of a sequence, on inputs', async () => {
    const values = await new VariationalDropout(0.5).forward(ones([4, 3, 20])).data()
    const steps = Array.from({ length: 4 }, (_, t) => [...values.slice(t * 60, (t + 1) * 60)])
    for (const step of steps) expect(step).toEqual(steps[0])
    expect(new Set(steps[0])).toEqual(new Set([0, 2]))
    // other sequences have other masks
    expect(steps[0]!.slice(0, 20)).not.toEqual(steps[0]!.slice(20, 40))
    const layer = new VariationalDropout(0.5, { batchFirst: true })
    const first = await layer.forward(ones([3, 4, 20])).data()
    expect([...first.slice(0, 20)]).toEqual([...first.slice(20, 40)])
  })

  test('[D13.8] for all steps of a sequence, on states', async () => {
    // h′ = x + 1·h seen through the mask: units that are left out never add up
    const cell = new RNNCell(8, 8, { nonlinearity: 'relu', bias: false })
    const identity = eye(8)
    await cell.loadStateDict(
      new Map([
        ['weight_ih', identity],
        ['weight_hh', identity],
      ]),
    )
    const layer = new Recurrent(new StateDropout(cell, 0.5))
    const last = await layer
      .forward(ones([3, 2, 8]))
      .slice(0, 2)
      .data()
    // 1 at every step where it is left out, else 1 + 2·(1 + 2·1)
    expect(new Set(last)).toEqual(new Set([1, 7]))
    layer.eval()
    expect(
      new Set(
        await layer
          .forward(ones([3, 2, 8]))
          .slice(0, 2)
          .data(),
      ),
    ).toEqual(new Set([3]))
  })

  test('[D13.8] the memory of an LSTM is left alone', async () => {
    const cell = new LSTMCell(2, 3)
    const whole = new StateDropout(cell, 1)
    const x = normal([4, 1, 2])
    const { state } = new Recurrent(whole).run(x)
    const memory = state[0][1]
    // with all hidden values left out, gates see elements alone
    const zero = cell.start([1, 2])
    let kept = zero[1]
    for (let t = 0; t < 4; t++) {
      const [, next] = cell.step(x.narrow(0, t, 1).squeeze(0), [zero[0], kept])
      kept = next[1]
    }
    const [a, b] = [await memory.data(), await kept.data()]
    expect([...a]).toEqual([...b].map((value) => expect.closeTo(value, 5)))
  })
})

describe.each(devices)('on %s, what else is left out:', (device) => {
  beforeEach(() => {
    useDevice(device)
    manualSeed(12)
  })

  test('[D13.9] weights, once for all examples, anew in each batch', async () => {
    const linear = new Linear(100, 50, { bias: false })
    await linear.loadStateDict(new Map([['weight', ones([50, 100])]]))
    const layer = new DropConnect(linear, 0.2)
    const read = async (): Promise<number[]> => [...(await layer.forward(eye(100)).data())]
    const first = await read()
    expect(new Set(first)).toEqual(new Set([0, 1.25]))
    const kept = first.filter((value) => value !== 0).length / 5000
    // three standard deviations: √(0.2 · 0.8 / 5,000)
    expect(Math.abs(kept - 0.8)).toBeLessThan(3 * 0.0057)
    expect(await read()).not.toEqual(first)
    const rows = await layer.forward(ones([2, 100])).array()
    expect((rows as number[][])[0]).toEqual((rows as number[][])[1])
    expect(new Set((await layer.eval().forward(eye(100)).data()).values())).toEqual(new Set([1]))
    // the weight that is learned is as it was, and gets the gradient of the one that was used
    layer.train()
    const [dw] = grad(layer.forward(ones([1, 100])).sum(), [linear.weight])
    expect(new Set(await dw!.data())).toEqual(new Set([0, 1.25]))
    expect(new Set(await linear.weight.data())).toEqual(new Set([1]))
  })

  test('DropConnect needs a layer with a weight', () => {
    expect(() => new DropConnect(new Sequential())).toThrow(
      expect.objectContaining({ key: 'layer.weight' }),
    )
  })

  test('[D5.4] blocks, for whole examples, and the mean stays', async () => {
    const layer = new Residual(new StochasticDepth(0.25))
    const values = await layer.forward(ones([3000, 4])).data()
    const rows = Array.from({ length: 3000 }, (_, i) => [...values.slice(i * 4, i * 4 + 4)])
    for (const row of rows) expect(new Set(row).size).toBe(1)
    const left = rows.filter(([value]) => value === 1).length / 3000
    // three standard deviations: √(0.25 · 0.75 / 3,000)
    expect(Math.abs(left - 0.25)).toBeLessThan(3 * 0.0079)
    expect(new Set(values)).toEqual(new Set([1, Math.fround(1 + Math.fround(1 / 0.75))]))
    expect([
      ...(await layer
        .eval()
        .forward(ones([2]))
        .data()),
    ]).toEqual([2, 2])
  })
})

test('[D13.5] one seed, one mask on all devices', async () => {
  const masks = new Set<string>()
  for (const device of devices) {
    useDevice(device)
    manualSeed(21)
    masks.add(String(await new Dropout(0.3).forward(ones([500])).data()))
  }
  expect(masks.size).toBe(1)
})

test('[D13.2] nothing is drawn for prediction, and none or all need no draw', async () => {
  useDevice('wasm')
  const x = normal([8])
  const model = new Sequential(new Dropout(0.5), new AlphaDropout(0.5), new Dropout1d(0.5))
  expect(model.eval().forward(x)).toBe(x)
  expect(new Dropout(0).forward(x)).toBe(x)
  expect(await new Dropout(1).forward(ones([3])).data()).toEqual(new Float32Array(3))
  expect(await new AlphaDropout(1).forward(ones([3])).data()).toEqual(new Float32Array(3))
})

test.each([-0.1, 1.5, Number.NaN])('refuses a probability of %d', (p) => {
  expect(() => new Dropout(p)).toThrow(expect.objectContaining({ key: 'value.range' }))
  expect(() => new Dropout2d(p).forward(zeros([1]))).toThrow(
    expect.objectContaining({ key: 'value.range' }),
  )
})
