/** Kernels that are alike are lowered once, and each still works on its own buffers. */
import { expect, test } from 'vitest'
import { zero } from '../../src/compiler/index-expr.ts'
import type { LoopKernel } from '../../src/compiler/kernel.ts'
import { likenessOf } from '../../src/compiler/likeness.ts'
import { launchesOf } from '../../src/compiler/program.ts'
import { type Tensor, tensor, useDevice } from '../../src/index.ts'
import { realize } from '../../src/tensor/tensor.ts'
import { given, graphOf, programOf } from './programs.ts'

/** The kernels of values, by what they do. */
function likenesses(...values: Tensor[]): string[] {
  const { body, buffers } = programOf(graphOf(...values))
  const sizes = (buffer: number): number =>
    (buffers[buffer]?.shape ?? []).reduce((size, dim) => size * dim, 1)
  return launchesOf(body).flatMap((launch) =>
    launch.kind === 'code' && launch.kernel ? [likenessOf(launch.kernel, sizes).text] : [],
  )
}

const classes = (...values: Tensor[]): number => new Set(likenesses(...values)).size

test('layers of one kind are alike, whatever their weights and numbers', () => {
  const [x, y, a, b] = [given(8, 8), given(8, 8), given(8, 8), given(8, 8)]
  const layer = (input: Tensor, weight: Tensor, factor: number): Tensor =>
    input.matmul(weight).mul(factor).exp().sum()
  const texts = likenesses(layer(x, a, 2), layer(y, b, 3))
  expect(texts.length).toBeGreaterThanOrEqual(4)
  expect(new Set(texts).size).toBe(texts.length / 2)
})

test.each<[string, () => readonly Tensor[]]>([
  ['the same buffer twice and two', () => [given(9).mul(given(9)).exp(), squared(given(9)).exp()]],
  ['sizes', () => [given(9).exp().sum(), given(10).exp().sum()]],
  ['ops', () => [given(9).exp(), given(9).log()]],
  ['layouts', () => [given(4, 4).exp(), given(4, 4).transpose().exp()]],
])('%s are told apart', (_, make) => {
  expect(classes(...make())).toBe(2)
})

function squared(x: Tensor): Tensor {
  return x.mul(x)
}

test('buffers are numbered, their sizes and the signs of zeros told', () => {
  const kernel = (buffer: number, fill: number): LoopKernel => {
    const value = { kind: 'parameter', index: buffer + 1, dtype: 'float32' } as const
    const guarded = { kind: 'guarded', guards: [], value, fill, dtype: 'float32' } as const
    const store = { buffer, dtype: 'float32', offset: zero, value: guarded } as const
    return { kind: 'loops', extents: [4], folded: [], passes: [], stores: [store] }
  }
  const of = (buffer: number, size: number, fill = 0) =>
    likenessOf(kernel(buffer, fill), () => size)
  expect(of(3, 4)).toMatchObject({ text: of(7, 4).text, buffers: [3], parameters: [4] })
  expect(of(3, 4).text).not.toBe(of(3, 5).text)
  expect(of(3, 4).text).not.toBe(of(3, 4, -0).text)
})

test.each(['wasm', 'native'])('each has the values of its own inputs on %s', async (device) => {
  useDevice(device)
  const size = 300
  const numbers = (from: number): Tensor =>
    tensor(
      Float32Array.from({ length: size * size }, (_, i) => ((i * 7 + from) % 11) - 5),
      [size, size],
    )
  const inputs = [numbers(1), numbers(2), numbers(3)]
  const sums = inputs.map((x, i) =>
    x
      .mul(i + 1)
      .abs()
      .sum(1),
  )
  const products = inputs.map((x) => x.matmul(x.transpose()))
  await realize(...sums, ...products)
  for (const [i, x] of inputs.entries()) {
    const data = await x.data()
    const row = Array.from(data.slice(0, size))
    const sum = row.reduce((total, value) => total + Math.abs(value * (i + 1)), 0)
    expect((await sums[i]!.data())[0]).toBe(sum)
    const square = row.reduce((total, value) => total + value * value, 0)
    expect((await products[i]!.data())[0]).toBe(square)
  }
})
