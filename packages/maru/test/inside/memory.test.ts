/** Who holds memory: always what, with DEBUG=1 also the line that made it. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { compile, memory, ones, realize, type Tensor, useDevice } from '../../src/index.ts'
import { Linear } from '../../src/nn/index.ts'
import { SGD } from '../../src/optim/index.ts'

const HERE = /test\/inside\/memory\.test\.ts:\d+$/

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
})
afterEach(async () => {
  vi.restoreAllMocks()
  delete process.env.DEBUG
  // The environment is looked at again when something is realised.
  await ones([1]).add(1).data()
})

async function debug(): Promise<void> {
  process.env.DEBUG = '1'
  await ones([1]).add(1).data()
}

const holder = (...shape: number[]) =>
  memory().largest.find((each) => each.shape.join() === shape.join())

describe.each(['wasm', 'reference'])('on %s', (device) => {
  beforeEach(() => useDevice(device))

  test('the largest values come first', async () => {
    const kept = [ones([300, 301]).add(1), ones([310, 302]).add(1)]
    await realize(...kept)
    const { largest } = memory()
    expect(largest.map(({ bytes }) => bytes)).toEqual(
      largest.map(({ bytes }) => bytes).toSorted((a, b) => b - a),
    )
    expect(holder(310, 302)).toMatchObject({ bytes: 310 * 302 * 4, dtype: 'float32' })
    expect(holder(310, 302)?.site).toBeUndefined()
    expect(kept.map(({ size }) => size)).toEqual([300 * 301, 310 * 302])
  })

  test('with DEBUG=1 they know their lines', async () => {
    await debug()
    const result = ones([303, 304]).mul(3)
    await realize(result)
    expect(holder(303, 304)?.site).toMatch(HERE)
    const layer = new Linear(305, 306)
    const optimizer = new SGD(layer.parameters(), { lr: 0.1 })
    const loss = (): Tensor => {
      const weight: Tensor = layer.weight
      return weight.square().sum()
    }
    await optimizer.step(loss())
    layer.stateDict()
    await optimizer.step(loss())
    expect(holder(306, 305)?.site).toMatch(HERE)
    const compiled = await compile((x: Tensor) => x.add(1))(ones([307, 308]))
    expect(holder(307, 308)?.site).toMatch(HERE)
    expect(await compiled.sum().item()).toBe(2 * 307 * 308)
  })
})

test('an error for want of memory names the largest holders', async () => {
  useDevice('wasm')
  await debug()
  const kept = ones([3000, 3001]).add(1)
  await realize(kept)
  const failing = ones([40_000, 30_000]).add(1).data()
  await expect(failing).rejects.toMatchObject({ name: 'MemoryError', key: 'memory.held' })
  await expect(failing).rejects.toThrow(
    /the largest are \[float32\[3000, 3001\] of 36012000 made at .*memory\.test\.ts:\d+/,
  )
  expect(await kept.sum().item()).toBeGreaterThan(0)
})
