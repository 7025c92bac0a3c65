/** Who owns memory: steps replace values in place, copies are made where somebody else looks. */
import { describe, expect, test } from 'vitest'
import {
  compile,
  memory,
  type Parameter,
  realize,
  type Tensor,
  useDevice,
} from '../../src/index.ts'
import { Adam, SGD } from '../../src/optim/index.ts'
import { parameter } from '../../src/tensor/create.ts'

const SIZE = 40_000
const BYTES = SIZE * 4

function large(): Parameter<[number]> {
  return parameter(new Float32Array(SIZE).fill(1), [SIZE], 'float32')
}

const loss = (p: Parameter): Tensor => (p as Tensor).square().sum()

// What earlier tests left may be given back at any time, so memory is compared by "not more".
describe.each(['wasm', 'reference'])('on %s', (device) => {
  test('steps need no more memory than the first', async () => {
    useDevice(device)
    const p = large()
    const optimizer = new Adam([p], { lr: 0.01 })
    const live: number[] = []
    for (let i = 0; i < 6; i++) {
      await optimizer.step(loss(p))
      live.push(memory().live)
    }
    expect(Math.max(...live)).toBe(live[0])
    expect(live[0]).toBeGreaterThanOrEqual(3 * BYTES)
  })

  test('nor do compiled ones', async () => {
    useDevice(device)
    const p = large()
    const optimizer = new Adam([p], { lr: 0.01 })
    const step = compile(() => {
      const error = loss(p)
      optimizer.step(error)
      return error
    })
    const live: number[] = []
    for (let i = 0; i < 6; i++) {
      await step()
      live.push(memory().live)
    }
    expect(Math.max(...live)).toBe(live[0])
  })

  test('a step writes over the old value, but not over one that was handed out', async () => {
    useDevice(device)
    const p = large()
    const optimizer = new SGD([p], { lr: 0.25 })
    const step = () => optimizer.step(loss(p))
    await step()
    const { buffer } = p.cell.data
    await step()
    expect(p.cell.data.buffer).toBe(buffer)
    const before = memory().live
    const kept = p.snapshot()
    expect(memory().live).toBeLessThanOrEqual(before)
    await step()
    expect(p.cell.data.buffer).not.toBe(buffer)
    expect(memory().live).toBeLessThanOrEqual(before + BYTES)
    const own = p.cell.data.buffer
    await step()
    expect(p.cell.data.buffer).toBe(own)
    expect([(await kept.data())[0], (await p.data())[0]]).toEqual([0.25, 0.0625])
  })
})

test('values that nobody holds are given back', async () => {
  useDevice('wasm')
  const p = large()
  await realize((p as Tensor).add(1))
  const before = memory().live
  // 160 MB of results: the collector is asked after 128 MiB.
  for (let i = 0; i < 1000; i++) await realize((p as Tensor).add(i))
  expect(memory().live - before).toBeLessThan(145e6)
})

test('small values take no device memory', async () => {
  useDevice('wasm')
  const p = parameter(new Float32Array(4), [4], 'float32')
  await realize((p as Tensor).add(1))
  const before = memory().live
  for (let i = 0; i < 100; i++) await realize((p as Tensor).add(i))
  expect(memory().live).toBeLessThanOrEqual(before)
})
