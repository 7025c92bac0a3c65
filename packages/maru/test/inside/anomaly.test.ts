/** The search for NaN names the op, its line, its layer and the step, and leaves parameters as they were. */
import { afterEach, describe, expect, test } from 'vitest'
import type { AnomalyError } from '../../src/index.ts'
import {
  compile,
  detectAnomaly,
  grad,
  ones,
  scan,
  type Tensor,
  tensor,
  useDevice,
} from '../../src/index.ts'
import { Linear, Module, ReLU, Sequential } from '../../src/nn/index.ts'
import { SGD } from '../../src/optim/index.ts'

afterEach(() => {
  delete process.env.MARU_NAN
})

class Net extends Module {
  readonly body = new Sequential(new Linear(3, 4), new ReLU(), new Scaled())
  override forward(x: Tensor): Tensor {
    return this.body.call(x)
  }
}

class Scaled extends Module {
  readonly inner = new Linear(4, 2)
  override forward(x: Tensor): Tensor {
    const scores: Tensor = this.inner.call(x)
    return scores.mul(1e20).square()
  }
}

async function anomaly(act: () => Promise<unknown>): Promise<AnomalyError> {
  const error: unknown = await detectAnomaly(act).catch((error: unknown) => error)
  expect(error).toMatchObject({ name: 'AnomalyError' })
  return error as AnomalyError
}

const HERE = /anomaly\.test\.ts:\d+/

describe.each(['wasm', 'wasm-unfused', 'reference'])('on %s', (device) => {
  test('what is finite passes', async () => {
    useDevice(device)
    expect(await detectAnomaly(() => tensor([1, 2]).softmax().sum().item())).toBeCloseTo(1)
    // A mask of infinities that reaches no result is none of its business.
    const masked = tensor([1, 2])
      .greater(1)
      .where(tensor([1, 2]), Number.NEGATIVE_INFINITY)
    expect(await detectAnomaly(() => masked.softmax().data())).toEqual(Float32Array.of(0, 1))
  })

  test('[X9.2] the op is named, not those that it spoils', async () => {
    useDevice(device)
    const { key, fields } = await anomaly(() => tensor([4, -1]).sqrt().add(1).mul(2).sum().item())
    expect(key).toBe('anomaly.made')
    expect(fields).toMatchObject({ op: 'sqrt', what: 'float32[2]', count: 1, value: 'NaN' })
    expect(fields).toMatchObject({ made: expect.stringMatching(HERE), step: '–' })
    expect(fields).toMatchObject({ inputs: 'float32[2] (-1 … 4)' })
  })

  test('an infinity that becomes NaN later', async () => {
    useDevice(device)
    const { fields } = await anomaly(() => {
      const large = tensor([100]).exp()
      return large.sub(large).data()
    })
    expect(fields).toMatchObject({ op: 'exp', value: 'Infinity' })
  })

  test('[X9.2] the layer and the step', async () => {
    useDevice(device)
    const net = new Net()
    const optimizer = new SGD(net.parameters(), { lr: 0 })
    const weights = await net.body.layers[0].weight.data()
    const error = await anomaly(async () => {
      const x = ones([2, 3])
      await optimizer.step(x.sum())
      await optimizer.step(net.call(x).sum())
    })
    const { fields, message } = error
    expect(fields).toMatchObject({
      op: 'mul',
      value: 'Infinity',
      layer: 'body.2 (Scaled)',
      step: 2,
    })
    expect(message).toMatch(
      /line .*anomaly\.test\.ts:\d+, layer body\.2 \(Scaled\), step 2; it read/,
    )
    expect(await net.body.layers[0].weight.data()).toEqual(weights)
    expect(optimizer.steps).toBe(1)
  })

  test('a gradient, by the line that it is of', async () => {
    useDevice(device)
    const { key, fields } = await anomaly(() => {
      const x = tensor([0, 4])
      const [slope] = grad(x.sqrt().sum(), [x])
      return slope?.data() ?? Promise.resolve()
    })
    expect(key).toBe('anomaly.gradient')
    expect(fields).toMatchObject({
      op: 'div',
      value: 'Infinity',
      made: expect.stringMatching(HERE),
    })
  })

  test('values that were given', async () => {
    useDevice(device)
    const { key, fields } = await anomaly(() => tensor([1, Number.NaN]).add(1).data())
    expect(key).toBe('anomaly.given')
    expect(fields).toMatchObject({ what: 'float32[2]', count: 1, value: 'NaN' })
  })

  test('a step that spoils its parameter is taken back', async () => {
    useDevice(device)
    const layer = new Linear(3, 1)
    const optimizer = new SGD(layer.parameters(), { lr: 1e38 })
    const before = await layer.weight.data()
    const { fields } = await anomaly(async () => {
      const out: Tensor = layer.call(ones([1, 3]))
      await optimizer.step(out.mul(1e3).sum())
    })
    expect(fields).toMatchObject({ value: 'Infinity', step: 1 })
    expect(await layer.weight.data()).toEqual(before)
    // Training goes on from there.
    optimizer.lr = 0
    const out: Tensor = layer.call(ones([1, 3]))
    await detectAnomaly(() => optimizer.step(out.sum()))
    expect(await layer.weight.data()).toEqual(before)
  })

  test('inside of loops the loop is named', async () => {
    useDevice(device)
    const { fields } = await anomaly(() => {
      const grow = (x: Tensor, row: Tensor): [Tensor, Tensor] => [x.add(row).exp(), x]
      return scan(grow, ones([2]), ones([8, 2]))[0].data()
    })
    expect(fields).toMatchObject({ op: 'scan', value: 'Infinity' })
  })
})

test('compiled functions are looked at, too', async () => {
  useDevice('wasm')
  const divide = compile((a: Tensor, b: Tensor) => a.div(b))
  const { fields } = await anomaly(() => divide(tensor([0, 1]), tensor([0, 1])))
  expect(fields).toMatchObject({ op: 'div', value: 'NaN', made: expect.stringMatching(HERE) })
})

test('MARU_NAN=1 does it for the whole process', async () => {
  useDevice('wasm')
  expect((await tensor([-1]).log().data())[0]).toBeNaN()
  process.env.MARU_NAN = '1'
  await expect(tensor([-1]).log().data()).rejects.toMatchObject({ name: 'AnomalyError' })
})
