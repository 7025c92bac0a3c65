/** Parts of a join that read the same elements are one pass over them, whatever becomes of the joined value. */
import { expect, test } from 'vitest'
import {
  concat,
  explain,
  type Parameter,
  stack,
  type Tensor,
  tensor,
  useDevice,
} from '../../src/index.ts'
import { assign } from '../../src/runtime/realize.ts'
import { parameter } from '../../src/tensor/create.ts'

const x = tensor([1, 2, 3, 4, 5, 6], [2, 3])
const y = tensor([10, 20, 30], [3])

/** Four sums, of which those beside each other share a row. */
function sums(x: Tensor): Tensor {
  const [first, second]: Tensor[] = [x.slice(0, 0, 1).squeeze(0), x.slice(0, 1, 2).squeeze(0)]
  const parts: Tensor[] = [first!.add(second!), first!.sub(second!), second!.mul(2), second!.neg()]
  return stack(parts)
}

test('they are one kernel', async () => {
  useDevice('wasm')
  const { kernels } = await explain(sums, x)
  expect(kernels.map(({ label }) => label)).toEqual(['loops [1, 3] → 4'])
})

test('what reads something else, or has another size, is not', async () => {
  useDevice('wasm')
  const { kernels } = await explain(
    (x: Tensor, y: Tensor) => stack([x.mul(2), y.mul(2)]),
    y,
    y.add(1),
  )
  expect(kernels.length).toBe(2)
  const parts = (x: Tensor): Tensor => concat([x.mul(2), x.slice(0, 0, 2).mul(3)])
  expect((await explain(parts, y)).kernels.length).toBe(2)
})

test.each(['wasm', 'wasm-unfused', 'reference'])(
  '%s: values, also where they were read',
  async (device) => {
    useDevice(device)
    expect([...(await sums(x).data())]).toEqual([5, 7, 9, -3, -3, -3, 8, 10, 12, -4, -5, -6])
    const kept: Parameter = parameter(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3], 'float32')
    const put = async (parts: (a: Tensor, b: Tensor) => readonly Tensor[]): Promise<number[]> => {
      assign(kept.cell, concat(parts(kept.slice(0, 0, 1), kept.slice(0, 1, 2))).node)
      return [...(await kept.data())]
    }
    expect(await put((a, b) => [a.add(b), a.sub(b)])).toEqual([5, 7, 9, -3, -3, -3])
    expect(await put((a) => [a.mul(2), a.mul(3)])).toEqual([10, 14, 18, 15, 21, 27])
    expect(await put((_, b) => [b.neg(), b.add(1)])).toEqual([-15, -21, -27, 16, 22, 28])
  },
)
