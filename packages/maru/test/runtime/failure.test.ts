/** What goes wrong leaves everything as it was, and the next op works. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  compile,
  crossEntropy,
  IndexError,
  MemoryError,
  ones,
  type Parameter,
  realize,
  StaleError,
  type Tensor,
  tensor,
  useDevice,
  zeros,
} from '../../src/index.ts'
import { Linear } from '../../src/nn/index.ts'
import { Adam, Optimizer } from '../../src/optim/index.ts'
import { parameter } from '../../src/tensor/create.ts'

const huge = (n = 50_000): Tensor => ones([n, 1]).add(tensor([1])) as Tensor

/** Read in two orders, so that it must be in memory as a whole. */
const againstItself = (matrix: Tensor): Tensor => matrix.mul(matrix.transpose()).sum()

describe.each([
  ['wasm', 100_000],
  ['wasm-unfused', 100_000],
  ['reference', 2_000_000],
])('on %s', (device, side) => {
  beforeEach(() => useDevice(device))
  afterEach(async () => {
    expect(await tensor([1, 2]).add(1).data()).toEqual(Float32Array.of(2, 3))
  })

  const square = () => zeros([side, 1]).add(zeros([side]).add(tensor([1])))

  test('a result beyond memory is refused, again and again', async () => {
    const x = square()
    await expect(x.data()).rejects.toThrow(MemoryError)
    await expect(x.data()).rejects.toThrow(MemoryError)
    await expect(realize(x)).rejects.toThrow(MemoryError)
  })

  test('so is a temporary value beyond memory', async () => {
    const left = zeros([side, 1]).add(tensor([[1]]))
    const x = againstItself(left.matmul(left.transpose()))
    await expect(x.item()).rejects.toThrow(MemoryError)
    await expect(x.item()).rejects.toThrow(MemoryError)
    await expect(x.add(1).item()).rejects.toThrow(MemoryError)
  })

  test('and one in a compiled function', async () => {
    const f = compile((x) => againstItself(x.matmul(x.transpose())))
    await expect(f(zeros([side, 1]))).rejects.toThrow(MemoryError)
    expect(await (await f(ones([2, 1]))).item()).toBe(4)
  })

  test('the sizes are in the message', async () => {
    const error = await square()
      .data()
      .catch((reason) => reason)
    expect(error.fields).toMatchObject({ asked: side * side * 4 })
  })
})

describe.each(['eager', 'compiled'])('a step that fails, %s', (way) => {
  beforeEach(() => useDevice('wasm'))

  const values = (p: Parameter) => p.snapshot().data()
  const start = () => parameter(Float32Array.of(1, -2, 3), [3], 'float32')
  const loss = (p: Parameter, x: Tensor) => (p as Tensor).mul(x).square().sum()

  /** One step down a loss, alone or compiled. */
  function stepper(
    optimizer: Optimizer,
    lossOf: (x: Tensor) => Tensor,
  ): (x: Tensor) => Promise<unknown> {
    if (way === 'compiled') return compile((x: Tensor) => void optimizer.step(lossOf(x)))
    return async (x) => optimizer.step(lossOf(x))
  }

  const failures: [name: string, x: () => Tensor, error: new (...args: never[]) => Error][] = [
    ['for want of memory', () => zeros([100_000]).add(tensor([1])), MemoryError],
  ]
  test.each(failures)('%s is as if it had not been', async (_, bad, error) => {
    const run = async (failing: boolean) => {
      const p = start()
      const optimizer = new Adam([p], { lr: 0.1 })
      const outer = (x: Tensor) => againstItself(x.reshape([-1, 1]).matmul(x.reshape([1, -1])))
      const step = stepper(optimizer, (x) => loss(p, outer(x)))
      await step(tensor([1]))
      if (failing) {
        const before = await values(p)
        await expect(step(bad())).rejects.toThrow(error)
        expect(await values(p)).toEqual(before)
        expect(optimizer.steps).toBe(1)
      }
      await step(tensor([2]))
      await step(tensor([3]))
      expect(optimizer.steps).toBe(3)
      return [...(await values(p))]
    }
    expect(await run(true)).toEqual(await run(false))
  })

  test('for a label that is no class is as if it had not been', async () => {
    const model = new Linear(2, 3)
    const optimizer = new Adam(model.parameters(), { lr: 0.1 })
    const entropy = (labels: Tensor) => crossEntropy(model.call(tensor([[1, 2]])), labels as never)
    const step = stepper(optimizer, entropy)
    await step(tensor(Int32Array.of(1)))
    const before = await values(model.weight)
    await expect(step(tensor(Int32Array.of(3)))).rejects.toThrow(IndexError)
    expect(await values(model.weight)).toEqual(before)
    expect(optimizer.steps).toBe(1)
    await step(tensor(Int32Array.of(2)))
    expect(optimizer.steps).toBe(2)
  })
})

test('a step down a stale loss changes nothing', async () => {
  useDevice('wasm')
  const p = parameter(Float32Array.of(1), [1], 'float32')
  const optimizer = new Adam([p], { lr: 0.1 })
  const q = parameter(Float32Array.of(2), [1], 'float32')
  const [fresh, stale] = [(p as Tensor).sum(), (p as Tensor).mul(q).sum()]
  await optimizer.step(fresh)
  const other = new Adam([q], { lr: 0.1 })
  await expect(other.step(stale)).rejects.toThrow(StaleError)
  expect([other.steps, await q.item()]).toEqual([0, 2])
  await other.step((q as Tensor).sum())
  expect(other.steps).toBe(1)
})

test('an update that throws leaves the parameters before it alone, too', async () => {
  useDevice('wasm')
  class Picky extends Optimizer {
    protected override update(value: Tensor, gradient: Tensor, parameter: Parameter): Tensor {
      if (value.size > 1) throw new Error('too large')
      return value.sub(gradient.mul(this.rate(parameter)))
    }
  }
  const [p, q] = [1, 2].map((size) => parameter(new Float32Array(size).fill(3), [size], 'float32'))
  const optimizer = new Picky([p!, q!], { lr: 1 })
  const loss = () => p!.sum().add(q!.sum())
  expect(() => optimizer.step(loss())).toThrow('too large')
  await realize()
  expect([optimizer.steps, await p!.item()]).toEqual([0, 3])
})

test('an error in a compiled function leaves nothing behind', async () => {
  useDevice('wasm')
  const p = parameter(Float32Array.of(1), [1], 'float32')
  const optimizer = new Adam([p], { lr: 0.1 })
  let broken = true
  const step = compile(() => {
    const loss = (p as Tensor).square().sum()
    optimizer.step(loss)
    if (broken) throw new Error('mine')
    return loss
  })
  await expect(step()).rejects.toThrow('mine')
  expect([optimizer.steps, await p.item()]).toEqual([0, 1])
  broken = false
  expect(await (await step()).item()).toBe(1)
  expect(optimizer.steps).toBe(1)
})

test('who did not wait for a failing run is not told of it by another', async () => {
  useDevice('wasm')
  const good = tensor([1]).add(1)
  await good.data()
  const bad = huge(100_000)
  const failing = bad.matmul(bad.transpose()).sum().item()
  const reading = good.data()
  await expect(failing).rejects.toThrow(MemoryError)
  expect(await reading).toEqual(Float32Array.of(2))
  expect(await good.data()).toEqual(Float32Array.of(2))
})
