/** What is the same in every run of a recording: worked out once, and again when a parameter has changed. */
import { beforeAll, beforeEach, describe, expect, it, test } from 'vitest'
import { addDevice } from '../../src/backend/devices.ts'
import { WasmBackend } from '../../src/backend/wasm/backend.ts'
import { sizeOf } from '../../src/base/shape.ts'
import { Stream } from '../../src/base/threefry.ts'
import {
  compile,
  Dial,
  explain,
  memory,
  type Parameter,
  scan,
  type Tensor,
  tensor,
  useDevice,
} from '../../src/index.ts'
import { Conv2d, Linear, LSTM, useWinograd } from '../../src/nn/index.ts'
import { SGD } from '../../src/optim/index.ts'
import { assign } from '../../src/runtime/realize.ts'
import { parameter } from '../../src/tensor/create.ts'

beforeEach(() => useDevice('wasm'))

function values(shape: readonly number[], name: string): Float32Array {
  const draw = new Stream(31, name)
  return Float32Array.from({ length: sizeOf(shape) }, () => draw.uniform() - 0.5)
}

const x = (...shape: number[]): Tensor => tensor(values(shape, 'x'), shape)
const p = (...shape: number[]): Parameter => parameter(values(shape, 'p'), shape, 'float32')

function change(parameters: Iterable<Parameter>, name = 'changed'): void {
  for (const { cell } of parameters) assign(cell, tensor(values(cell.shape, name), cell.shape).node)
}

async function bits(value: Tensor): Promise<number[]> {
  return [...new Uint32Array(Float32Array.from(await value.data<Float32Array>()).buffer)]
}

interface Made {
  readonly parameters: Iterable<Parameter>
  readonly call: (x: Tensor) => Tensor
}

function layer(module: { parameters(): Iterable<Parameter>; call(x: Tensor): Tensor }): Made {
  return { parameters: module.parameters(), call: (x) => module.call(x) }
}

function over(parameter: Parameter, call: (x: Tensor) => Tensor): Made {
  return { parameters: [parameter], call }
}

function weighted(...shape: number[]): (call: (x: Tensor, w: Tensor) => Tensor) => Made {
  const w = p(...shape)
  return (call) => over(w, (x) => call(x, w))
}

function recurrent(): Made {
  const module = new LSTM(40, 70, { batchFirst: true })
  return { parameters: module.parameters(), call: (x) => module.call(x) }
}

/** Products with a matrix of each turn. */
function turning(): Made {
  const w = p(6, 80, 80)
  return over(w, (x) => scan((carry, each) => [carry.matmul(each), []], x, w.mul(2))[0])
}

// biome-ignore format: a table
const cases: readonly [name: string, from: readonly number[], make: () => Made][] = [
  ['columns, one row, panels that are not whole', [1, 300], () => layer(new Linear(300, 130))],
  ['columns in whole panels, many rows', [200, 70], () => layer(new Linear(70, 192))],
  ['columns that lie side by side', [300, 200], () => weighted(200, 331)((x, w) => x.matmul(w))],
  ['columns in batches', [3, 5, 80], () => weighted(3, 100, 80)((x, w) => x.matmul(w.transpose(1, 2)))],
  ['columns of several axes', [7, 400], () => weighted(9, 11, 400)((x, w) => x.matmul(w.reshape([99, 400]).transpose()))],
  ['values worked out before', [9, 90], () => weighted(120, 90)((x, w) => x.matmul(w.exp().sin().transpose()))],
  ['values in half precision', [9, 90], () => weighted(120, 90)((x, w) => x.matmul(w.cast('float16').transpose().cast('float32')))],
  ['both as rows and as columns', [170, 170], () => weighted(170, 170)((x, w) => w.matmul(x).matmul(w))],
  ['rows', [2, 20, 11, 17], () => layer(new Conv2d(20, 37, 3, { padding: 1 }))],
  ['rows of which the last panel is not whole, in groups', [3, 16, 12, 12], () => layer(new Conv2d(16, 22, 3, { groups: 2 }))],
  ['columns beside windows that are rows', [1, 160, 24, 24], () => layer(new Conv2d(160, 70, 3, { stride: 2 }))],
  ['rows of windows that do not overlap', [1, 130, 24, 24], () => layer(new Conv2d(130, 60, 1))],
  ['kernels transformed for Winograd', [2, 24, 12, 12], () => layer(useWinograd(new Conv2d(24, 40, 3, { padding: 1 })))],
  ['weights in a loop', [3, 7, 40], recurrent],
]

const split = { shortWork: 0, splitWork: 0 }
const machine = new WasmBackend({
  name: 'once by machine code',
  threads: 1,
  machineWork: 0,
  ...split,
})
const threads = new WasmBackend({ name: 'once by threads', threads: 2, machine: 'never', ...split })
beforeAll(async () => {
  for (const backend of [machine, threads]) {
    addDevice(backend)
    await backend.ready()
  }
})

describe.each(['wasm', machine.name, threads.name])(
  'the bits are those of one run by itself, %s',
  (device) => {
    it.each(cases)('%s', async (_, from, make) => {
      const { parameters, call } = make()
      const run = compile(call)
      for (const name of ['x', 'y', 'z']) {
        const given = tensor(values(from, name), [...from])
        useDevice('wasm')
        const wanted = await bits(call(given))
        useDevice(device)
        expect(await bits(await run(given))).toEqual(wanted)
        expect(await bits(await run(given))).toEqual(wanted)
        useDevice('wasm')
        change(parameters, name)
      }
    })
  },
)

describe('of what stays and what does not', () => {
  it.each(cases)('%s: something is packed', async (_, from, make) => {
    const { kernels } = await explain(make().call, tensor(values(from, 'x'), [...from]))
    expect(kernels.some(({ once }) => once)).toBe(true)
    expect(kernels.some(({ once }) => !once)).toBe(true)
  })
})

describe('what changes is worked out in every run', () => {
  it('matrices that a loop goes over', async () => {
    const { call } = turning()
    const given = x(70, 80)
    const run = compile(call)
    await run(given)
    expect(await bits(await run(given))).toEqual(await bits(call(given)))
  })

  it('parameters that the function itself steps', async () => {
    const model = new Linear(200, 300)
    const optimizer = new SGD(model.parameters(), { lr: 0.1 })
    const step = (x: Tensor): Tensor => {
      const loss = model.call(x).square().mean()
      optimizer.step(loss)
      return loss
    }
    const { kernels } = await explain(step, x(64, 200))
    expect(kernels.filter(({ once }) => once)).toEqual([])
  })

  it('what a number makes that is bound anew', async () => {
    const [dial, w] = [new Dial(1), p(200, 300)]
    const run = compile((x: Tensor) => x.matmul(w.mul(dial.tensor())).sum())
    const before = await (await run(x(64, 200))).item()
    dial.value = 2
    expect(Number(await (await run(x(64, 200))).item()) / Number(before)).toBeCloseTo(2, 5)
  })
})

test('recordings of one structure have values of their own', async () => {
  const [one, other] = [new Linear(300, 200), new Linear(300, 200)]
  const [first, second] = [one, other].map((model) => compile((x: Tensor) => model.call(x)))
  if (!first || !second) throw new Error('two functions')
  for (let i = 0; i < 2; i++) {
    expect(await bits(await first(x(3, 300)))).toEqual(await bits(one.call(x(3, 300))))
    expect(await bits(await second(x(3, 300)))).toEqual(await bits(other.call(x(3, 300))))
  }
})

test('recordings of one structure and the same parameters share them', async () => {
  const model = new Linear(300, 700)
  const recorded = () => compile((x: Tensor) => model.call(x))
  await recorded()(x(3, 300))
  const before = memory().live
  const again = recorded()
  expect(await bits(await again(x(3, 300)))).toEqual(await bits(model.call(x(3, 300))))
  expect(memory().live - before).toBeLessThan(300 * 700 * 4)
  change(model.parameters())
  expect(await bits(await again(x(3, 300)))).toEqual(await bits(model.call(x(3, 300))))
})

test('panels are those of every batch', async () => {
  const model = new Linear(300, 700)
  const run = compile((x: Tensor) => model.call(x))
  await run(x(3, 300))
  const before = memory().live
  const batches = [40, 5, 17]
  for (const batch of batches) {
    expect(await bits(await run(x(batch, 300)))).toEqual(await bits(model.call(x(batch, 300))))
  }
  expect(memory().live - before).toBeLessThan(300 * 700 * 4)
  change(model.parameters())
  for (const batch of batches) {
    expect(await bits(await run(x(batch, 300)))).toEqual(await bits(model.call(x(batch, 300))))
  }
})

test('not where they read other numbers', async () => {
  const w = p(300, 200)
  const scaled = (by: number) => compile((x: Tensor) => x.matmul(w.mul(by)))
  const [one, two] = [await scaled(2)(x(3, 300)), await scaled(4)(x(3, 300))]
  expect(await bits(two)).toEqual(await bits(one.mul(2)))
})

test('runs that nobody waits for see the parameters of their time', async () => {
  const model = new Linear(300, 200)
  const run = compile((x: Tensor) => model.call(x))
  const wanted: number[][] = []
  const running: Promise<Tensor>[] = []
  for (const name of ['a', 'b', 'c']) {
    change(model.parameters(), name)
    wanted.push(await bits(model.call(x(3, 300))))
  }
  for (const name of ['a', 'b', 'c']) {
    change(model.parameters(), name)
    running.push(run(x(3, 300)), run(x(3, 300)))
  }
  const found = await Promise.all((await Promise.all(running)).map(bits))
  expect(found).toEqual(wanted.flatMap((each) => [each, each]))
})

test('a constant is worked out once, and each run returns one of its own', async () => {
  const run = compile(() => x(40, 50).matmul(x(50, 60)).exp())
  const [one, other] = [await run(), await run()]
  expect(one.node).not.toBe(other.node)
  expect(await bits(one)).toEqual(await bits(other))
})

test('what another device worked out is not read', async () => {
  const model = new Linear(300, 200)
  const run = compile((x: Tensor) => model.call(x))
  const wanted = await bits(await run(x(3, 300)))
  useDevice('wasm-unfused')
  await run(x(3, 300))
  useDevice('wasm')
  change(model.parameters())
  expect(await bits(await run(x(3, 300)))).toEqual(await bits(model.call(x(3, 300))))
  expect(await bits(await run(x(3, 300)))).not.toEqual(wanted)
})
