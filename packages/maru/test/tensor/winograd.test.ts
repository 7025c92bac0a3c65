/** Convolutions by Winograd's way: the same as directly, forward and backward, wherever they are asked for. */
import { beforeAll, describe, expect, test } from 'vitest'
import { addDevice } from '../../src/backend/devices.ts'
import { WasmBackend } from '../../src/backend/wasm/backend.ts'
import { Stream } from '../../src/base/threefry.ts'
import { grad, Tensor, tensor, useDevice, vjp, vmap } from '../../src/index.ts'
import { winogradNode, winogradPays } from '../../src/tensor/winograd.ts'
import { valuesOn } from '../ops/calls.ts'

type Sides = readonly [number, number]
type Padding = readonly [Sides, Sides]

/** Shares of the largest value: the same sums in float64; roundings of float32, whose terms are up to ten times the sums. */
const [SAME, ROUNDED] = [1e-12, 2e-5]

const none: Sides = [0, 0]
const one: Sides = [1, 1]

function drawn(shape: readonly number[], dtype: 'float32' | 'float64' = 'float32'): Tensor {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1))
  new Stream(5, shape.join()).fill(data, -1, 1)
  return tensor(data, shape).cast(dtype)
}

/** Whatever the sizes are, and whether it pays or not. */
function byTiles(x: Tensor, w: Tensor, padding: Padding): Tensor {
  const wrap = (node: Tensor['node']): Tensor => new Tensor(node)
  return wrap(winogradNode(x.node, w.node, { padding, turned: false }, wrap))
}

type Convolve = (x: Tensor, w: Tensor) => Tensor

/** The value, the gradients, and those of the gradients' product with what they are of. */
function derived(convolve: Convolve, x: Tensor, w: Tensor, order: 1 | 2): Tensor[] {
  const y = convolve(x, w)
  const first = vjp([y], [x, w], [drawn(y.shape, y.dtype as 'float32')])
  if (order === 1) return [y, ...first]
  const [toX, toW] = first as [Tensor, Tensor]
  return [y, ...first, ...grad(toX.mul(x.sin()).sum().add(toW.mul(w.sin()).sum()), [x, w])]
}

async function expectAlike(
  device: string,
  got: readonly Tensor[],
  wanted: readonly Tensor[],
  share: number,
): Promise<void> {
  const [a, b] = [await valuesOn(device, got), await valuesOn(device, wanted)]
  expect(a.map(({ shape }) => shape)).toEqual(b.map(({ shape }) => shape))
  for (const [i, { data }] of a.entries()) {
    const want = b[i]!.data
    const most = want.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
    const apart = data.reduce((max, value, j) => Math.max(max, Math.abs(value - want[j]!)), 0)
    expect(apart, `result ${i}`).toBeLessThanOrEqual(share * most)
  }
}

describe('in float64 it is the same sum', () => {
  const cases: readonly (readonly [n: number, height: number, width: number, Padding])[] = [
    [1, 1, 1, [one, one]],
    [1, 3, 3, [none, none]],
    [2, 4, 4, [one, one]],
    [3, 5, 7, [one, one]],
    [2, 6, 3, [none, one]],
    [1, 7, 6, [[2, 2], [2, 2]]], // biome-ignore format: a row of numbers
    [2, 9, 4, [[0, 2], [1, 0]]], // biome-ignore format: a row of numbers
    [1, 14, 5, [one, none]],
  ]
  test.each(cases)('%i × %i × %i, padding %j', async (n, height, width, padding) => {
    const [x, w] = [drawn([n, 3, height, width], 'float64'), drawn([2, 3, 3, 3], 'float64')]
    const directly: Convolve = (x, w) => x.conv2d(w, { padding })
    const tiled: Convolve = (x, w) => byTiles(x, w, padding)
    await expectAlike('reference', derived(tiled, x, w, 2), derived(directly, x, w, 2), SAME)
  })
})

describe('asked for by the option', () => {
  const x = (): Tensor => drawn([4, 64, 16, 15])
  const w = (from = 64): Tensor => drawn([64, from, 3, 3])
  const both = (options: object): readonly [Convolve, Convolve] => [
    (x, w) => x.conv2d(w, { ...options, winograd: true }),
    (x, w) => x.conv2d(w, options),
  ]

  test.each([
    ['a border', { padding: 1 }],
    ['none', {}],
    ['as large as it may be', { padding: 'full' }],
    ['uneven, kernels turned around', { padding: [[1, 0], [2, 1]], flip: true }], // biome-ignore format: a row
  ])('values and gradients, %s', async (_, options) => {
    const [tiled, directly] = both(options).map((fn) => derived(fn, x(), w(), 1))
    expect(tiled![0]!.node).not.toBe(directly![0]!.node)
    await expectAlike('wasm', tiled!, directly!, ROUNDED)
  })

  test.each(['wasm', 'wasm-unfused'])('many images, in groups, %s', async (device) => {
    for (const images of [3, 8]) {
      const [tiled, directly] = both({ padding: 'same' }).map((fn) => {
        return derived(fn, drawn([images, 64, 32, 32]), w(), 1)
      })
      await expectAlike(device, tiled!, directly!, ROUNDED)
    }
  })

  test('axes before the channels, or none', async () => {
    for (const shape of [
      [64, 20, 20],
      [2, 1, 2, 64, 16, 8],
    ]) {
      // biome-ignore format: shapes
      const [tiled, directly] = both({ padding: 1 }).map((fn) => derived(fn, drawn(shape), w(), 1))
      expect(tiled![0]!.node).not.toBe(directly![0]!.node)
      await expectAlike('wasm', tiled!, directly!, ROUNDED)
    }
  })

  test('floats of 16 bits are computed in 32 and rounded once', async () => {
    for (const [dtype, share] of [
      ['float16', 1e-3],
      ['bfloat16', 8e-3],
    ] as const) {
      // biome-ignore format: pairs
      const [tiled, directly] = both({ padding: 1 }).map((fn) => {
        return derived(fn, x().cast(dtype), w().cast(dtype), 1)
      })
      expect(tiled!.map((each) => each.dtype)).toEqual([dtype, dtype, dtype])
      await expectAlike('wasm', tiled!, directly!, share)
    }
  })

  test('per-example gradients', async () => {
    const [tiled, directly] = both({ padding: 1 }).map((fn) => {
      const each = vmap((x: Tensor, w: Tensor) => grad(fn(x, w).square().sum(), [w])[0]!, {
        inAxes: [0, undefined],
      })
      return [each(drawn([2, 64, 16, 16]), w())]
    })
    await expectAlike('wasm', tiled!, directly!, ROUNDED)
  })

  test.each([
    ['another kernel', [4, 64, 16, 15], [64, 64, 5, 5], {}],
    ['a kernel of one column', [4, 64, 16, 15], [64, 64, 3, 1], {}],
    ['a stride', [4, 64, 16, 15], [64, 64, 3, 3], { stride: [1, 2] }],
    ['a dilation', [4, 64, 16, 15], [64, 64, 3, 3], { dilation: 2 }],
    ['groups', [4, 64, 16, 15], [64, 32, 3, 3], { groups: 2 }],
    ['a wider border', [4, 64, 16, 15], [64, 64, 3, 3], { padding: 3 }],
    ['few channels', [4, 3, 16, 15], [64, 3, 3, 3], {}],
    ['one small image', [1, 512, 4, 4], [512, 512, 3, 3], { padding: 1 }],
    ['no images', [0, 64, 16, 15], [64, 64, 3, 3], {}],
  ])('%s: nothing changes', (_, image, kernel, options) => {
    const [x, w] = [drawn(image), drawn(kernel)]
    const [tiled, directly] = both(options).map((fn) => fn(x, w).node)
    expect(tiled).toBe(directly)
  })

  test('integers are computed as ever', () => {
    const [x, w] = [drawn([4, 64, 16, 15]).cast('int32'), drawn([64, 64, 3, 3]).cast('int32')]
    expect(x.conv2d(w, { winograd: true }).node).toBe(x.conv2d(w).node)
  })

  test('an infinity reaches the rows of its tile, and no further', async () => {
    const data = await x().data<Float32Array>()
    data[5 * 15 + 6] = Number.POSITIVE_INFINITY // row 5, column 6 of the first channel
    const [tiled, directly] = both({ padding: 1 }).map((fn) =>
      fn(tensor(data, [4, 64, 16, 15]), w()),
    )
    const [a, b] = [await tiled!.data<Float32Array>(), await directly!.data<Float32Array>()]
    for (const [i, value] of a.entries()) {
      const [row, column] = [Math.floor(i / 15) % 16, i % 15]
      const reached = i < 64 * 16 * 15 && row >= 4 && row < 8 && column >= 5 && column <= 7
      expect(Number.isFinite(value), `${row}, ${column}`).toBe(!reached)
      if (!reached) expect(Math.abs(value - b[i]!)).toBeLessThan(1e-3)
    }
  })
})

describe('bits', () => {
  const at = (name: string, threads: number, machine: 'never' | 'auto'): WasmBackend =>
    new WasmBackend({ name, threads, shortWork: 0, splitWork: 0, machineWork: 0, machine })
  const backends = [
    at('winograd alone', 1, 'never'),
    at('winograd pooled', 2, 'never'),
    at('winograd machine', 1, 'auto'),
    at('winograd machine, pooled', 2, 'auto'),
  ]
  for (const backend of backends) addDevice(backend)
  beforeAll(async () => {
    for (const backend of backends) await backend.ready()
  })

  test('are the same by one thread and by two, as WebAssembly and as machine code', async () => {
    const results = []
    for (const { name } of backends) {
      useDevice(name)
      const [image, kernel] = [drawn([6, 64, 32, 30]), drawn([64, 64, 3, 3])]
      const convolve: Convolve = (x, w) => x.conv2d(w, { padding: 1, winograd: true })
      results.push(await valuesOn(name, derived(convolve, image, kernel, 1)))
    }
    for (const result of results.slice(1)) expect(result).toEqual(results[0])
  })
})

test('whether it pays is a matter of sizes', () => {
  const pays = (images: number, channels: number, side: number): boolean =>
    winogradPays({ images, from: channels, to: channels, height: side, width: side })
  expect([16, 64, 128, 512].map((channels) => pays(32, channels, 16))).toEqual([
    false,
    true,
    true,
    true,
  ])
  expect([4, 6, 8, 16, 32].map((side) => pays(32, 256, side))).toEqual(Array(5).fill(true))
  // Five rows are two tiles of four, and one or two rows are half of one or less.
  expect([1, 2].map((side) => pays(32, 256, side))).toEqual([false, false])
})
