/** What is left out, how often, and when it is drawn. */
import { describe, expect, test } from 'vitest'
import { compile, grad, manualSeed, ones, type Tensor, useDevice, zeros } from '../../src/index.ts'
import {
  AlphaDropout,
  Dropout,
  Dropout1d,
  Dropout2d,
  Dropout3d,
  Sequential,
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
  test('elements are zero or scaled, in the right proportion', async () => {
    useDevice(device)
    manualSeed(5)
    const values = await new Dropout(0.2).forward(ones([100, 100])).data()
    expect(new Set(values)).toEqual(new Set([0, 1.25]))
    const [mean] = moments(values)
    // five standard deviations: √(0.2 · 0.8) · 1.25 / 100
    expect(Math.abs(mean - 1)).toBeLessThan(0.025)
  })

  test('the gradient goes where the value went', async () => {
    useDevice(device)
    const x = normal([64])
    const y = new Dropout(0.5).forward(x)
    const [dx] = grad(y.sum(), [x])
    const [kept, given] = [await y.notEqual(0).data(), await dx!.data()]
    expect([...given]).toEqual([...kept].map((flag) => 2 * flag))
  })

  test('alpha dropout keeps mean and variance', async () => {
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
  ] as const)('%o leaves out whole channels', async (Layer, shape) => {
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

  test('every replay of a compiled step draws anew, as the seed says', async () => {
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

test('nothing is drawn for prediction, and none or all need no draw', async () => {
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
