/** Contractions that store their results within a border, against the reference device. */
import { afterEach, describe, expect, it } from 'vitest'
import { sizeOf } from '../../src/base/shape.ts'
import { Stream } from '../../src/base/threefry.ts'
import { explain, type Tensor, tensor, useDevice } from '../../src/index.ts'
import { missing } from '../native/both.ts'

/** Multiples of 1/8: sums of their products are exact, so that every order gives the same bits. */
function eighths(name: string, ...shape: number[]): Tensor {
  const draw = new Stream(29, name)
  const data = Float32Array.from({ length: sizeOf(shape) }, () => (draw.integer(17) - 8) / 8)
  return tensor(data, shape)
}

const x = (...shape: number[]): Tensor => eighths('x', ...shape)
const w = (...shape: number[]): Tensor => eighths('w', ...shape)
const bias = (size: number): Tensor => eighths('bias', size, 1, 1)

// biome-ignore format: a table
const framed: readonly [name: string, make: () => Tensor][] = [
  ['two layers, the second with a border', () => x(2, 6, 9, 11).conv2d(w(8, 6, 3, 3), { padding: 1 }).add(bias(8)).relu().conv2d(w(5, 8, 3, 3), { padding: 1 })],
  ['a border of two, whole vectors', () => x(2, 6, 8, 16).conv2d(w(8, 6, 3, 3), { padding: 1 }).relu().conv2d(w(7, 8, 5, 5), { padding: 2 })],
  ['a result with a border', () => x(2, 6, 9, 11).conv2d(w(8, 6, 3, 3)).relu().pad([[0, 0], [0, 0], [1, 2], [0, 3]])],
  ['products with a border, each axis', () => x(3, 17, 9).matmul(w(3, 9, 21)).add(0.5).pad([[1, 0], [2, 1], [0, 5]])],
  ['a border alone', () => x(12, 9).matmul(w(9, 10)).pad([[1, 1], [1, 1]])],
]

// biome-ignore format: a table
const others: readonly [name: string, make: () => Tensor][] = [
  ['a border that is not zero', () => x(12, 9).matmul(w(9, 10)).mul(2).pad([[1, 1], [1, 1]], 3)],
  ['a border that repeats', () => x(12, 9).matmul(w(9, 10)).mul(2).pad([[1, 1], [1, 1]], 'reflect')],
  ['a value that others read, too', () => { const y = x(2, 6, 9, 11).conv2d(w(6, 6, 3, 3), { padding: 1 }).relu(); return y.conv2d(w(6, 6, 3, 3), { padding: 1 }).add(y) }],
  ['nothing with a border', () => x(0, 9).matmul(w(9, 10)).pad([[1, 1], [1, 1]])],
  ['sums of nothing with a border', () => x(5, 0).matmul(w(0, 6)).add(1).pad([[1, 1], [0, 1]])],
]

afterEach(() => useDevice('wasm'))

describe('what the reference device computes', () => {
  it.each([...framed, ...others])('%s', async (_, make) => {
    useDevice('reference')
    const want = await make().data()
    for (const device of missing ? ['wasm'] : ['wasm', 'native']) {
      useDevice(device)
      expect(await make().data()).toEqual(want)
    }
  })
})

it.each(framed)('what is computed of sums is computed where they are: %s', async (_, make) => {
  const { kernels } = await explain(make)
  const loops = kernels.filter(({ label }) => label.startsWith('loops'))
  expect(loops.filter(({ label }) => label.includes(':'))).toEqual([])
})
