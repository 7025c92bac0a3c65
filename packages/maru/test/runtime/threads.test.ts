/** Runs that others compute, or that this thread computes in turns: same bits, right order, honest failures. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { runInNewContext } from 'node:vm'
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Bindings, Interrupted, type Prepared } from '../../src/backend/backend.ts'
import { addDevice } from '../../src/backend/devices.ts'
import { WasmBackend } from '../../src/backend/wasm/backend.ts'
import type { Thread } from '../../src/backend/wasm/thread.ts'
import { work as threadWork } from '../../src/backend/wasm/worker.ts'
import { sizeOf } from '../../src/base/shape.ts'
import { Stream } from '../../src/base/threefry.ts'
import {
  compile,
  cond,
  DeviceError,
  grad,
  memory,
  ones,
  type Parameter,
  scan,
  type Tensor,
  tensor,
  useDevice,
  whileLoop,
} from '../../src/index.ts'
import { Linear } from '../../src/nn/index.ts'
import { Adam, SGD } from '../../src/optim/index.ts'
import { release } from '../../src/runtime/engine.ts'
import { parameter } from '../../src/tensor/create.ts'
import { build, type Instruction, lossOf } from '../ops/graphs.ts'

const threads: Thread[] = vi.hoisted(() => [])
vi.mock('../../src/backend/wasm/thread.ts', async (original) => {
  const real = await original<typeof import('../../src/backend/wasm/thread.ts')>()
  return {
    ...real,
    startThread: (events: Parameters<typeof real.startThread>[0]) => {
      const thread = real.startThread(events)
      threads.push(thread)
      return thread
    },
  }
})

const at = (name: string, threads: number): WasmBackend =>
  new WasmBackend({ name, threads, shortWork: 0, splitWork: 0, machine: 'never' })
const pooled = at('pooled', 2)
const machine = (name: string, threads: number): WasmBackend =>
  new WasmBackend({ name, threads, shortWork: 0, splitWork: 0, machineWork: 0 })
/**
 * One thread at one go, one in turns, three, two whose first does what is small, two without the calling thread's
 * help, machine code where there is some, and two.
 */
const backends = [
  new WasmBackend({ name: 'alone', threads: 1, shortWork: Number.POSITIVE_INFINITY }),
  at('turns', 1),
  at('crowd', 3),
  new WasmBackend({ name: 'unequal', threads: 2, shortWork: 0, machine: 'never' }),
  new WasmBackend({ name: 'walked', threads: 2, shortWork: 0, sharedWork: 0, splitWork: 0 }),
  machine('machine, alone', 1),
  machine('machine, pooled', 2),
  pooled,
]
for (const backend of backends) addDevice(backend)
const devices = backends.map(({ name }) => name)

beforeAll(async () => {
  const counts: number[] = []
  for (const backend of backends) counts.push(await backend.ready())
  expect(counts).toEqual([1, 1, 3, 2, 2, 1, 2, 2])
  for (const { name, machine } of backends) {
    if (!machine && name.startsWith('machine')) console.warn(`${name}: there is no machine code`)
  }
})
beforeEach(() => useDevice('pooled'))

function values(...shape: number[]): Tensor {
  const data = new Float32Array(sizeOf(shape))
  new Stream(7, shape.join()).fill(data, -1, 1)
  return tensor(data, shape)
}

/** Some hundred milliseconds of work whose result is 0. */
function long(): Tensor {
  const x = ones([1200, 1200]).add(tensor([1]))
  return x.matmul(x).max().mul(0) as Tensor
}

/** Some hundred milliseconds that look like few: elements that are long computed with, all 1 in the end. */
function slow(): Tensor {
  let x = values(1 << 21)
  for (let i = 0; i < 24; i++) x = x.sin().add(i) as Tensor
  return x.mul(0).exp() as Tensor
}

async function bytesOn(device: string, make: () => readonly Tensor[]): Promise<string[]> {
  useDevice(device)
  const all = await Promise.all(make().map((each) => each.data()))
  return all.map(({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength).toString('base64'),
  )
}

describe('the number of threads changes no bit', () => {
  const stream = new Stream(3, 'threads')
  const program = (): Instruction[] =>
    Array.from({ length: 12 }, () => {
      const choice = () => stream.integer(1000)
      return [choice(), choice(), choice(), choice()] as const
    })

  test('of random graphs and their gradients', async () => {
    for (let n = 0; n < 60; n++) {
      const instructions = program()
      const make = (): Tensor[] => {
        const { leaves, values } = build([3, 5], instructions)
        const wrt = leaves.map(({ tensor }) => tensor).filter(({ dtype }) => dtype === 'float32')
        return [...values.map(({ tensor }) => tensor), ...grad(lossOf(values), wrt)]
      }
      const want = await bytesOn('alone', make)
      for (const device of devices.slice(1)) expect(await bytesOn(device, make)).toEqual(want)
    }
  })

  const large: [name: string, make: () => Tensor][] = [
    ['a long map', () => values(100_001).mul(3).tanh()],
    ['a fold by rows', () => values(333, 700).sum(1)],
    ['a fold by columns', () => values(70, 9001).sum(0)],
    [
      'sums by segments',
      () => {
        const ids = values(9000).mul(1e4).floor().cast('int32').remainder(5000)
        return values(9000, 3).segmentSum(ids, { numSegments: 5000 })
      },
    ],
    ['a fold over all', () => values(700, 900).mean()],
    [
      'rows kept on the way, and sums of their columns',
      () => {
        const y = values(1000, 171).softmax(1) as Tensor
        return y.sub(y.sum(0)) as Tensor
      },
    ],
    ['a contraction', () => values(145, 231).matmul(values(231, 129))],
    ['a convolution', () => values(3, 2, 38, 39).conv2d(values(5, 2, 3, 3), { padding: 1 })],
    [
      'what is interpreted in between',
      () => values(99, 101).cast('float64').mul(3).cast('float32').tanh().sum(0),
    ],
  ]
  test.each(large)('of %s', async (_, make) => {
    const want = await bytesOn('alone', () => [make()])
    for (const device of devices.slice(1)) {
      expect(await bytesOn(device, () => [make()])).toEqual(want)
    }
  })

  const zeros2 = (): Tensor => values(40, 30).mul(0) as Tensor
  const loops: [name: string, make: () => readonly Tensor[]][] = [
    [
      'a recurrence, its history and its gradient',
      () => {
        const [w, xs, h] = [values(30, 30), values(7, 40, 30), values(40, 30)]
        const [last, all] = scan(
          (c: Tensor, x: Tensor) => {
            const next = c.matmul(w).add(x).tanh() as Tensor
            return [next, next]
          },
          h,
          xs,
        )
        return [last, all, ...grad(all.mul(last).sum() as Tensor, [w, xs, h])]
      },
    ],
    [
      'a loop in a loop, with parts of what moves',
      () => {
        const xs = values(5, 6, 40, 30)
        const [last, rows] = scan(
          (c: Tensor, x: Tensor) => {
            const part = x.slice(0, 1, 5) as Tensor
            const [inner] = scan((d: Tensor, y: Tensor) => [d.add(y).tanh(), d.sum(0)], c, part)
            return [inner, part.cumsum(0)]
          },
          zeros2(),
          xs,
          { reverse: true },
        )
        return [last, rows]
      },
    ],
    [
      'a loop until a condition, with a branch in it',
      () => {
        const [w, x] = [values(30, 30), values(40, 30)]
        const [n, y] = whileLoop(
          ([n, y]: Tensor[]) => n!.less(9).logicalAnd(y!.abs().max().less(50)),
          ([n, y]: Tensor[]) => [
            n!.add(1),
            cond(
              n!.remainder(2).equal(0),
              (v: Tensor) => v.matmul(w).mul(2),
              (v: Tensor) => v.sub(v.mean(0)).flip(0),
              y!,
            ),
          ],
          [tensor(0), x],
        )
        return [n, y] as Tensor[]
      },
    ],
    [
      'a branch in a loop, with an interpreted turn',
      () => {
        const body = (c: Tensor, x: Tensor) => {
          const wide = c.add(x).cast('float64').mul(1.1).cast('float32') as Tensor
          return [
            cond(
              wide.sum().greater(0),
              (v: Tensor) => v.neg(),
              (v: Tensor) => v.mul(3),
              wide,
            ),
            wide,
          ]
        }
        const [last, all] = scan(body as never, zeros2(), values(5, 40, 30))
        return [last, all] as Tensor[]
      },
    ],
  ]
  test.each(loops)('of %s', async (_, make) => {
    const want = await bytesOn('alone', make)
    for (const device of devices.slice(1)) {
      expect(await bytesOn(device, make)).toEqual(want)
    }
  })

  test.each(['awaited', 'forgotten'])('of steps that are %s', async (way) => {
    const train = async (device: string): Promise<string[]> => {
      useDevice(device)
      const weights = [values(60, 90), values(90, 10)].map((each) => parameterOf(each))
      const [first, second] = weights as [Parameter, Parameter]
      const optimizer = new Adam(weights, { lr: 0.01 })
      const step = compile((x: Tensor) => {
        const loss = x.matmul(first).relu().matmul(second).square().mean() as Tensor
        optimizer.step(loss)
        return loss
      })
      const losses: Promise<Tensor>[] = []
      for (let i = 0; i < 12; i++) {
        losses.push(step(values(200, 60).mul(i)))
        if (way === 'awaited') await losses.at(-1)
      }
      const results = await Promise.all(losses)
      return bytesOn(device, () => [...results, ...weights])
    }
    const want = await train('alone')
    for (const device of devices.slice(1)) expect(await train(device)).toEqual(want)
  })
})

function parameterOf(from: Tensor): Parameter {
  const data = new Float32Array(from.size)
  new Stream(11, from.shape.join()).fill(data, -0.2, 0.2)
  return parameter(data, from.shape, 'float32')
}

/** How often a timer has its turn while a value is computed. */
async function ticksDuring(value: Tensor): Promise<number> {
  let ticks = 0
  const timer = setInterval(() => ticks++, 1)
  await value.data()
  clearInterval(timer)
  return ticks
}

describe.each(['turns', 'pooled'])('on %s', (device) => {
  beforeEach(() => useDevice(device))

  test('the event loop lives while something is computed', async () => {
    expect(await ticksDuring(long())).toBeGreaterThan(2)
  })

  test('the event loop lives while little work takes long', async () => {
    expect(await ticksDuring(slow())).toBeGreaterThan(2)
  })

  test('the event loop lives while a loop runs, and its end is right', async () => {
    let ticks = 0
    const timer = setInterval(() => ticks++, 1)
    const [n, y] = whileLoop(
      ([n]: Tensor[]) => n!.less(1500),
      ([n, y]: Tensor[]) => [n!.add(1), y!.add(y!.flip(0)).mul(0.5)],
      [tensor(0), values(300, 300)],
    ) as Tensor[]
    const turns = await n!.item()
    const during = ticks
    clearInterval(timer)
    expect(turns).toBe(1500)
    const flat = await y!.sub(y!.flip(0)).abs().max().item()
    expect(flat).toBe(0)
    expect(during).toBeGreaterThan(2)
  })

  test('values are handed on in the order of the calls', async () => {
    const blocked = long().data()
    const p = parameter(new Float32Array(40_000).fill(1), [40_000], 'float32')
    const optimizer = new SGD([p], { lr: 1 })
    const snapshots: Promise<unknown>[] = []
    const kept: Tensor[] = []
    for (let i = 0; i < 4; i++) {
      kept.push(p.snapshot())
      snapshots.push(optimizer.step((p as Tensor).mul(0.5).sum()))
      kept.push((p as Tensor).add(1))
      snapshots.push(kept.at(-1)!.data())
    }
    expect((await blocked)[0]).toBe(0)
    await Promise.all(snapshots)
    const last = await Promise.all(kept.map(async (each) => (await each.data()).at(-1)))
    expect(last).toEqual([1, 1.5, 0.5, 1, 0, 0.5, -0.5, 0])
  })

  test('memory that a queued run reads is given to nobody else', async () => {
    const x = values(300, 300)
    const y = x.add(1) as Tensor
    await y.data()
    const before = memory().live
    const running = [long().data(), y.sum().data()]
    // Freed while the sum waits: what comes next must not be written over it.
    release(y.node.data!)
    const others = Array.from({ length: 4 }, () => x.mul(7).data())
    const [, [sum]] = (await Promise.all(running)) as [unknown, Float32Array]
    await Promise.all(others)
    const want = [...(await x.data())].reduce((total, each) => total + each + 1, 0)
    expect(sum).toBeCloseTo(want, -1)
    expect(memory().live).toBeGreaterThan(0)
    expect(before).toBeGreaterThan(0)
  })

  test('a value that is being computed moves to another device once it is there', async () => {
    const [small, large] = [long().add(1), long().add(values(200, 200))]
    const reading = [small.data(), large.data()]
    useDevice('alone')
    await expect(small.mul(2).data()).rejects.toThrow('useDevice')
    await expect(large.mul(2).data()).rejects.toThrow('useDevice')
    const [[one], many] = (await Promise.all(reading)) as [Float32Array, Float32Array]
    expect(one).toBe(1)
    expect(await small.mul(2).data()).toEqual(Float32Array.of(2))
    expect((await large.mul(2).data())[5]).toBe(2 * many[5]!)
  })
})

/** Two parameters, and a step on them that takes a while before it writes. */
function work() {
  const weights = [parameterOf(values(60, 90)), parameterOf(values(90, 10))] as const
  const optimizer = new Adam(weights, { lr: 0.01 })
  const loss = (x: Tensor): Tensor => {
    const out = x.matmul(weights[0]).relu().matmul(weights[1]).square().mean() as Tensor
    return out.add(long()) as Tensor
  }
  const step = (n: number) => optimizer.step(loss(values(200, 60).mul(n) as Tensor))
  const state = () => Promise.all(weights.map((each) => each.snapshot().data()))
  return { optimizer, step, state, weights }
}

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

describe('a worker that ends in a step', () => {
  /** One of the two that were started last. */
  const kill = (): Promise<unknown> => threads.at(-1)!.terminate()

  test('is a typed error; parameters stay, others take its place, and numbers are right', async () => {
    const { optimizer, step, state } = work()
    await step(1)
    const before = await state()
    const started = threads.length
    const failing = step(2)
    await later(1)
    await kill()
    const error = await failing.catch((reason) => reason)
    expect(error).toBeInstanceOf(DeviceError)
    expect(error.key).toBe('device.worker')
    expect(await state()).toEqual(before)
    expect(optimizer.steps).toBe(1)
    await step(3)
    expect(await pooled.ready()).toBe(2)
    expect(threads.length).toBe(started + 2)
    await step(4)

    useDevice('alone')
    const other = work()
    for (const n of [1, 3, 4]) await other.step(n)
    const want = await other.state()
    useDevice('pooled')
    expect(await state()).toEqual(want)
  })

  test('within a loop without end is a typed error, and others take its place', async () => {
    await pooled.ready()
    const [, y] = whileLoop(
      ([x]: Tensor[]) => x!.max().less(2),
      ([x, y]: Tensor[]) => [x!.flip(0), y!.add(1)],
      [values(300, 300), values(3)],
    ) as Tensor[]
    const endless = y!.data()
    await later(20)
    await kill()
    const error = await endless.catch((reason) => reason)
    expect(error).toBeInstanceOf(DeviceError)
    expect(error.key).toBe('device.worker')
    expect(await pooled.ready()).toBe(2)
    expect(await ones([300, 300]).sum().item()).toBe(90_000)
  })

  test('in a piece of what the calling thread has left to it is a typed error', async () => {
    await pooled.ready()
    const failing = slow().data()
    await later(1)
    await kill()
    const error = await failing.catch((reason) => reason)
    expect(error).toBeInstanceOf(DeviceError)
    expect(error.key).toBe('device.worker')
    expect(await pooled.ready()).toBe(2)
    expect((await slow().data()).every((each) => each === 1)).toBe(true)
  })

  test('gives up what waits behind it', async () => {
    const { optimizer, step, state } = work()
    await step(1)
    const before = await state()
    const reading = values(3).add(1) as Tensor
    const waiting = [step(2), step(3), reading.data(), step(4)]
    await later(1)
    await kill()
    const outcomes = await Promise.allSettled(waiting)
    expect(outcomes.map(({ status }) => status)).toEqual(waiting.map(() => 'rejected'))
    expect(await state()).toEqual(before)
    expect(optimizer.steps).toBe(1)
    expect((await values(3).add(1).data()).length).toBe(3)
    await expect(reading.data()).rejects.toThrow(DeviceError)
  })

  test('while nothing is computed is replaced in silence', async () => {
    await pooled.ready()
    await kill()
    const x = values(300, 300)
    expect((await x.sub(x).data()).every((each) => each === 0)).toBe(true)
    expect(await pooled.ready()).toBe(2)
    expect((await x.sub(x).data()).every((each) => each === 0)).toBe(true)
  })
})

/** Lets every run end early when it is told to. */
class Faulty extends WasmBackend {
  fails: 'no' | 'before writing' | 'after writing' = 'no'

  override run(prepared: Prepared, bindings: Bindings): Promise<void> {
    if (this.fails === 'no') return super.run(prepared, bindings)
    const begun = this.fails === 'before writing' ? 0 : prepared.program.body.length
    return Promise.reject(new Interrupted(new RangeError('broken'), begun))
  }
}

const faulty = new Faulty({ name: 'faulty', threads: 1 })
addDevice(faulty)

describe.each(['eager', 'compiled'])('a step that fails after it was queued, %s', (way) => {
  beforeEach(() => {
    useDevice('faulty')
    faulty.fails = 'no'
  })
  const start = (...shape: number[]) => {
    const model = new Linear(3, 2)
    const optimizer = new SGD(model.parameters(), { lr: 0.5 })
    const once = (x: Tensor) => optimizer.step(model.call(x).sum())
    const step = way === 'eager' ? once : compile((x: Tensor) => void once(x))
    return { model, optimizer, step: () => step(values(...shape, 3)) }
  }

  test('before it wrote leaves parameters as they were', async () => {
    const { model, optimizer, step } = start(4)
    await step()
    const before = await model.weight.snapshot().data()
    faulty.fails = 'before writing'
    await expect(step()).rejects.toThrow('broken')
    faulty.fails = 'no'
    expect(await model.weight.data()).toEqual(before)
    expect(optimizer.steps).toBe(1)
    await step()
    expect(optimizer.steps).toBe(2)
  })

  test('while it wrote has lost them until a state is loaded', async () => {
    const { model, step } = start(4)
    await step()
    const state = model.stateDict()
    const before = await model.weight.data()
    await step()
    faulty.fails = 'after writing'
    await expect(step()).rejects.toThrow('broken')
    faulty.fails = 'no'
    await expect(model.weight.data()).rejects.toThrow(DeviceError)
    await expect(step()).rejects.toThrow('loadStateDict')
    await model.loadStateDict(state)
    expect(await model.weight.data()).toEqual(before)
    await step()
  })
})

describe('a process', () => {
  const run = promisify(execFile)
  const node = async (code: string, env: Record<string, string> = {}): Promise<string> => {
    const args = ['--conditions=source', '--import', 'tsx', '--input-type=module', '-e', code]
    const cwd = join(import.meta.dirname, '..')
    const { stdout, stderr } = await run(process.execPath, args, {
      cwd,
      env: { ...process.env, MARU_THREADS: '2', ...env },
    })
    return stdout + stderr
  }
  // A loop, so that workers walk one as other programs send it to them.
  const code = `import { ones, scan, whileLoop } from 'maru'
    const x = ones([700, 700]).add(0.5)
    await x.data()
    const turns = () => {
      const test = ([v]) => v.max().less(1575)
      return scan((c) => [whileLoop(test, ([v]) => [v.matmul(x)], [c])[0]], x, [], { length: 2 })[0]
    }
    const compute = () => turns().max().item()
    await compute()
    await new Promise((resolve) => setTimeout(resolve, 1000))
    console.log(await compute())
    `

  test('ends when only workers are left', async () => {
    expect(await node(code)).toBe('1575\n')
  })

  test('lives until what was queued is done', async () => {
    const forgotten = `compute().then((sum) => console.log('then', sum))`
    expect(await node(code + forgotten)).toContain('then 1575')
  })

  test('tells the time of each launch', async () => {
    const lines = (await node(code, { DEBUG: '2' })).split('\n')
    expect(lines.filter((line) => / ms {2}contract /.test(line)).length).toBeGreaterThan(1)
  })
})

test('the text of a worker needs nothing from around it', () => {
  const port: { onmessage?: unknown } = {}
  runInNewContext(`(${threadWork})(port, () => {})`, { port })
  expect(port.onmessage).toBeTypeOf('function')
})
