/** What `explain` counts, and that it changes nothing. */
import { describe, expect, test } from 'vitest'
import { explain, scan, type Tensor, useDevice, zeros } from '../../src/index.ts'
import { Linear } from '../../src/nn/index.ts'
import { Adam } from '../../src/optim/index.ts'
import { fromHost } from '../../src/tensor/create.ts'

const given = (...shape: number[]): Tensor => {
  const size = shape.reduce((a, b) => a * b, 1)
  return fromHost(new Float32Array(size).fill(0.5), shape, 'float32')
}

const counted = async (fn: (...args: Tensor[]) => Tensor, ...args: Tensor[]) => {
  useDevice('wasm')
  const { kernels } = await explain(fn, ...args)
  return kernels.map(({ kind, calls, flops, read, written }) => [kind, calls, flops, read, written])
}

describe('counts', () => {
  test('a product', async () => {
    expect(await counted((a, b) => a.matmul(b), given(30, 20), given(20, 10))).toEqual([
      ['contract', 1, 2 * 30 * 20 * 10, 4 * (600 + 200), 4 * 300],
    ])
  })

  test('elementwise ops by what they cost, each input once', async () => {
    expect(await counted((x) => x.mul(x).add(x).exp(), given(100))).toEqual([
      ['loops', 1, (1 + 1 + 12) * 100, 400, 400],
    ])
  })

  test('what does not change along a loop once', async () => {
    expect(await counted((x, row) => x.add(row.mul(2)), given(50, 8), given(8))).toEqual([
      ['loops', 1, 400 + 8, 4 * (400 + 8), 1600],
    ])
  })

  test('folds, and what is computed in them', async () => {
    expect(await counted((x) => x.square().mean(1), given(16, 25))).toEqual([
      ['loops', 1, 400 + 400 + 4 * 16, 1600, 64],
    ])
  })

  test('windows that overlap: every element comes from memory once', async () => {
    const [pool] = await counted((x) => x.maxPool2d(3, { stride: 1 }), given(1, 1, 10, 10))
    expect(pool).toEqual(['loops', 1, 64 * 9, 400, 256])
  })

  test('the turns of a loop', async () => {
    const total = (x: Tensor): Tensor =>
      scan((sum: Tensor, row: Tensor): [Tensor, Tensor] => [sum.add(row), sum], zeros([4]), x)[0]
    const kernels = await counted(total, given(9, 4))
    expect(kernels).toContainEqual(['loops', 9, 9 * 4, 9 * 32, 9 * 16])
  })

  test('what is interpreted', async () => {
    useDevice('reference')
    const { kernels, roofline } = await explain((x: Tensor) => x.exp().sum(0), given(6, 5))
    expect(roofline).toBeUndefined()
    expect(kernels.map(({ kind, ops, flops }) => [kind, ops, flops])).toEqual([
      ['interpret', ['exp'], 12 * 30],
      ['interpret', ['sum'], 30],
      ['interpret', ['reshape'], 0],
    ])
  })
})

test('every kernel has a time, and a share of a roofline that was measured', async () => {
  useDevice('wasm')
  const explanation = await explain((x: Tensor) => x.matmul(x).softmax(), given(64, 64))
  expect(explanation.roofline?.flops).toBeGreaterThan(1e6)
  expect(explanation.roofline?.bandwidth).toBeGreaterThan(1e6)
  expect(explanation.runs).toBeGreaterThan(0)
  for (const { share, bound, ms } of explanation.kernels) {
    if (ms > 0) expect([share && share > 0, bound]).toEqual([true, expect.stringMatching(/./)])
  }
  expect(explanation.loops()).toContain('for m < 64, n < 64')
  const lines = String(explanation).split('\n')
  expect(lines).toHaveLength(3 + explanation.kernels.length)
  expect(lines[2]).toMatch(/time +FLOPs +read +written +FLOP\/s +of roofline +kernel/)
})

test.each(['wasm', 'reference'])('nothing is changed by it on %s', async (device) => {
  useDevice(device)
  const layer = new Linear(300, 200)
  const optimizer = new Adam(layer.parameters(), { lr: 0.1 })
  const x = given(4, 300)
  const loss = (x: Tensor): Tensor => {
    const all: Tensor = layer.call(x)
    return all.square().mean()
  }
  await optimizer.step(loss(x))
  const [steps, before] = [optimizer.steps, await layer.weight.data()]
  const waiting = loss(x)
  const stepped = (x: Tensor): Tensor => {
    const value = loss(x)
    optimizer.step(value)
    return value
  }
  await explain(stepped, x)
  expect(optimizer.steps).toBe(steps)
  expect(await layer.weight.data()).toEqual(before)
  // what was recorded before is not stale, and steps go on from where they were
  await optimizer.step(waiting)
  expect(optimizer.steps).toBe(steps + 1)
  expect(await layer.weight.data()).not.toEqual(before)
})
