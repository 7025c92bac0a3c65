/** What a network costs, before it is there; and how much of it is in use. */
import { beforeEach, expect, test } from 'vitest'
import { dtypes } from '../../src/base/dtype.ts'
import {
  compile,
  crossEntropy,
  explain,
  manualSeed,
  memory,
  normal,
  ShapeError,
  type Tensor,
  useDevice,
} from '../../src/index.ts'
import { lenet5, mlp, vgg } from '../../src/models/index.ts'
import { capacity, define, estimate, Linear, LSTM, ReLU, Sequential } from '../../src/nn/index.ts'
import { Adam } from '../../src/optim/index.ts'
import { randint } from '../../src/tensor/random.ts'

beforeEach(() => {
  useDevice('wasm')
  manualSeed(1)
})

test('[I2.2] parameters, operations and memory are told before anything is allocated', () => {
  memory()
  const before = { ...process.memoryUsage(), live: memory().live }
  const { parameters, flops, bytes } = estimate(() => vgg(19), [1, 3, 224, 224])
  const after = { ...process.memoryUsage(), live: memory().live }
  expect(parameters).toBe(143_667_240)
  // 19.6 billion multiply-adds, as its paper's readers count, and what lies between them
  expect(flops).toBeGreaterThan(2 * 19.5e9)
  expect(flops).toBeLessThan(2 * 20.5e9)
  expect(bytes.parameters).toBe(4 * 143_667_240)
  expect(bytes.total).toBeGreaterThan(bytes.parameters + bytes.activations)
  // two maps of 64×224×224 lie beside each other at the widest place
  expect(bytes.activations).toBeGreaterThan(4 * 64 * 224 * 224)
  expect(bytes.activations).toBeLessThan(6 * 4 * 64 * 224 * 224)
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(2 ** 24)
  expect(after.live).toBe(before.live)
})

test.each([
  ['LeNet-5', () => lenet5(), [8, 1, 28, 28]],
  ['an MLP', () => mlp([20, 30, 4]), [16, 20]],
  ['an LSTM', () => new LSTM<number, number>(3, 5), [7, 2, 3]],
] as const)('[I2.2] operations of %s are those that a run has', async (_, make, input) => {
  const told = estimate(make, input)
  const model = make().eval()
  const ran = await explain((x: Tensor) => model.forward(x), normal([...input]))
  const flops = ran.kernels.reduce((sum, each) => sum + each.flops, 0)
  expect(told.flops).toBe(flops)
  expect(told.parameters).toBe(model.parameterCount)
  // a definition and a network that is there are estimated alike
  expect(estimate(model, input)).toEqual(told)
  expect(estimate(define(model), input)).toEqual(told)
})

test('[I2.2] memory of a step of training is within a fifth of what it takes', async () => {
  const sizes: [number, number, number, number] = [512, 1024, 1024, 10]
  const told = estimate(() => mlp(sizes), [256, 512], { training: true })
  const model = mlp(sizes)
  const optimizer = new Adam(model.parameters())
  const [x, labels] = [normal([256, 512]), randint([256], { low: 0, high: 10 })]
  const inUse = (): number => memory().live + memory().arena
  const start = inUse()
  const step = compile((x: Tensor, labels: Tensor) => {
    const loss = crossEntropy(model.forward(x), labels)
    optimizer.step(loss)
    return loss
  })
  for (let i = 0; i < 3; i++) await (await step(x, labels)).item()
  const taken = inUse() - start
  console.info(`a step takes ${taken} bytes, ${told.bytes.total} were told`)
  expect(taken / told.bytes.total).toBeGreaterThan(0.8)
  expect(taken / told.bytes.total).toBeLessThan(1.2)
})

test('training costs more than a prediction, and moments are counted', () => {
  const make = () => mlp([20, 30, 4])
  const [once, step] = [estimate(make, [16, 20]), estimate(make, [16, 20], { training: true })]
  expect(step.flops).toBeGreaterThan(2 * once.flops)
  expect(once.bytes.optimizer).toBe(0)
  expect(step.bytes.optimizer).toBe(2 * step.parameters * dtypes.float32.bytes)
  const plain = estimate(make, [16, 20], { training: true, moments: 0 })
  expect(step.bytes.total - plain.bytes.total).toBe(step.bytes.optimizer)
})

test('an input that does not fit is refused', () => {
  expect(() => estimate(() => mlp([20, 4]), [16, 21])).toThrow(ShapeError)
})

test('[A3.2] capacity tells parameters, operations and the active part of ReLUs', async () => {
  const model = new Sequential(new Linear(10, 400), new ReLU(), new Linear(400, 3))
  const x = normal([200, 10])
  const { parameters, flops, active, layers } = await capacity(model, x)
  expect(parameters).toBe(10 * 400 + 400 + 400 * 3 + 3)
  expect(flops).toBe(estimate(model, [200, 10]).flops)
  const made = await model.layers[0].call(x).relu().data()
  const wanted = made.filter((value) => value > 0).length / made.length
  expect(active).toBeCloseTo(wanted, 5)
  expect(active).toBeGreaterThan(0.4)
  expect(layers.map(({ name }) => name)).toEqual(['1'])
  expect((await capacity(new Linear(10, 3), x)).active).toBeNaN()
})
