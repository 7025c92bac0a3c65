/**
 * What threads bring and cost, best of many runs in turn: a step of LeNet-5 and of an MLP, a product of two
 * 1,024-square matrices, and the time of many small launches on one thread and on two.
 * `npx tsx --conditions=source bench/threads.ts`
 */
import { compile, crossEntropy, manualSeed, ones, scan, type Tensor, tensor, useDevice } from 'maru'
import { lenet5 } from 'maru/models'
import { Linear, LSTM, ReLU, Sequential } from 'maru/nn'
import { Adam } from 'maru/optim'
import { addDevice } from '../packages/maru/src/backend/devices.ts'
import { WasmBackend } from '../packages/maru/src/backend/wasm/backend.ts'

const ROUNDS = 60
const devices = [1, 2].map((threads) => {
  const backend = new WasmBackend({ name: `threads-${threads}`, threads, shortWork: 0 })
  addDevice(backend)
  return backend
})
for (const backend of devices) await backend.ready()

type Model = { parameters(): Iterable<never>; call(x: Tensor): Tensor }

function training(model: Model, shape: number[], batch: number): () => Promise<unknown> {
  const optimizer = new Adam(model.parameters())
  const step = compile((x: Tensor, y: Tensor) => {
    const loss = crossEntropy(model.call(x), y as never)
    optimizer.step(loss)
    return loss
  })
  const x = tensor(new Float32Array(batch * shape.reduce((a, b) => a * b)).fill(0.5), [
    batch,
    ...shape,
  ])
  const y = tensor(new Int32Array(batch))
  return () => step(x, y)
}

function product(): () => Promise<unknown> {
  const x = tensor(new Float32Array(1024 * 1024).fill(0.5), [1024, 1024])
  const multiply = compile((a: Tensor) => a.matmul(a).max())
  return () => multiply(x)
}

/** Launches that nothing can be fused with, of two units each. */
function barriers(count: number): () => Promise<unknown> {
  const x = tensor(new Float32Array(2 * 4096).fill(0.5), [2, 4096])
  const chain = compile((a: Tensor) => {
    let value = a
    for (let i = 0; i < count; i++) value = value.flip(0).sub(value.max()) as Tensor
    return value
  })
  return () => chain(x)
}

/** A step of an LSTM over a sequence: the loop, and the loop of its gradient. */
function lstm(steps: number, batch: number, size: number): () => Promise<unknown> {
  const layer = new LSTM(size, size)
  const optimizer = new Adam(layer.parameters())
  const x = tensor(new Float32Array(steps * batch * size).fill(0.5), [steps, batch, size])
  const step = compile((x: Tensor) => {
    const loss = layer.call(x).square().mean() as Tensor
    optimizer.step(loss)
    return loss
  })
  return () => step(x)
}

/** A recurrence whose turns are one small launch. */
function turns(count: number): () => Promise<unknown> {
  const xs = tensor(new Float32Array(count * 64).fill(0.5), [count, 64])
  const loop = compile((xs: Tensor) => {
    return scan((c: Tensor, x: Tensor) => [c.add(x).mul(0.5), c], ones([64]), xs)[0]
  })
  return () => loop(xs)
}

const cases: [name: string, make: () => () => Promise<unknown>][] = [
  ['matmul 1024', product],
  ['LeNet-5, batch 64', () => training(lenet5() as never, [1, 28, 28], 64)],
  [
    'MLP 784-256-128-10, batch 64',
    () => {
      const layers = new Sequential(
        new Linear(784, 256),
        new ReLU(),
        new Linear(256, 128),
        new ReLU(),
        new Linear(128, 10),
      )
      return training(layers as never, [784], 64)
    },
  ],
  ['LSTM 256-256, 64 steps of batch 32', () => lstm(64, 32, 256)],
  ['a loop of 1,000 small turns', () => turns(1000)],
  ['100 small launches', () => barriers(50)],
  ['2 small launches', () => barriers(1)],
]
for (const [name, make] of cases) {
  const runs = devices.map((backend) => {
    manualSeed(1)
    useDevice(backend.name)
    return make()
  })
  const best = devices.map(() => Number.POSITIVE_INFINITY)
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, backend] of devices.entries()) {
      useDevice(backend.name)
      await runs[i]?.()
      const start = performance.now()
      await runs[i]?.()
      best[i] = Math.min(best[i] ?? 0, performance.now() - start)
    }
  }
  const [one = 0, two = 1] = best
  console.log(
    `${name}: ${one.toFixed(3)} ms on one thread, ${two.toFixed(3)} on two, ratio ${(one / two).toFixed(2)}`,
  )
}
