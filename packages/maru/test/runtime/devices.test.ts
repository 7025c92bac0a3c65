/** Tensors that are made on one device and used on another. */
import { describe, expect, test } from 'vitest'
import { memory, realize, type Tensor, tensor, useDevice, ValueError } from '../../src/index.ts'
import { SGD } from '../../src/optim/index.ts'
import { parameter } from '../../src/tensor/create.ts'

const names = ['wasm', 'wasm-unfused', 'reference']
const ways = names.flatMap((from) =>
  names.filter((to) => to !== from).map((to) => [from, to] as const),
)

describe.each(ways)('from %s to %s and back', (from, to) => {
  // Small values stay on the host, larger ones live on the device.
  test.each([3, 40_000])('%i elements', async (size) => {
    useDevice(from)
    const x = tensor(Float32Array.from({ length: size }, (_, i) => i)).add(0.5)
    await realize(x)
    useDevice(to)
    const y = x.mul(2)
    const [there] = await y.data()
    useDevice(from)
    const z = y.add(x)
    const last = size - 0.5
    expect(there).toBe(1)
    expect((await z.data()).at(-1)).toBe(3 * last)
    expect((await x.data()).at(-1)).toBe(last)
    expect((await y.data()).at(-1)).toBe(2 * last)
  })

  test('a parameter and its optimiser', async () => {
    const p = parameter(new Float32Array(40_000).fill(1), [40_000], 'float32')
    const optimizer = new SGD([p], { lr: 0.25, momentum: 0.5 })
    const kept: Tensor[] = []
    for (const name of [from, to, from]) {
      useDevice(name)
      kept.push(p.snapshot())
      await optimizer.step((p as Tensor).sum())
    }
    kept.push(p.snapshot())
    const values = await Promise.all(kept.map(async (each) => (await each.data()).at(-1)))
    expect(values).toEqual([1, 0.75, 0.375, -0.0625])
  })

  test('what is not computed yet is computed where it is asked for', async () => {
    useDevice(from)
    const x = tensor([1, 2]).add(1)
    useDevice(to)
    expect(await x.data()).toEqual(Float32Array.of(2, 3))
    expect(memory().device).toBe(to)
  })
})

test('there are no others', () => {
  expect(() => useDevice('cuda')).toThrow(ValueError)
  expect(() => useDevice('toString')).toThrow(ValueError)
})
