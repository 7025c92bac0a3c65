/** Sums over strided windows, cut where their terms lie a stride apart, against the reference device. */
import { afterEach, describe, expect, it } from 'vitest'
import { sizeOf } from '../../src/base/shape.ts'
import { Stream } from '../../src/base/threefry.ts'
import { explain, type Tensor, tensor, useDevice, vjp } from '../../src/index.ts'

/** Multiples of 1/8: sums of their products are exact, so that every order gives the same bits. */
function eighths(shape: readonly number[], name: string): Tensor {
  const draw = new Stream(11, name)
  const data = Float32Array.from({ length: sizeOf(shape) }, () => (draw.integer(17) - 8) / 8)
  return tensor(data, shape)
}

interface Options {
  readonly stride: number
  readonly dilation?: number
  readonly padding?: number
}

type Convolve = (x: Tensor, weight: Tensor, options: Options) => Tensor
const convolve: { readonly [rank: number]: Convolve } = {
  1: (x, weight, options) => x.conv1d(weight, options),
  2: (x, weight, options) => x.conv2d(weight, options),
  3: (x, weight, options) => x.conv3d(weight, options),
}

interface Row extends Options {
  readonly rank: number
  readonly size: number
  readonly places: number
}

const rows: Row[] = [
  { rank: 1, size: 3, stride: 2, places: 40 },
  { rank: 1, size: 5, stride: 3, dilation: 2, padding: 3, places: 61 },
  { rank: 2, size: 3, stride: 2, padding: 1, places: 9 },
  { rank: 2, size: 4, stride: 2, padding: 1, places: 8 },
  { rank: 2, size: 7, stride: 2, padding: 3, places: 12 },
  { rank: 2, size: 3, stride: 3, dilation: 2, padding: 2, places: 10 },
  { rank: 3, size: 2, stride: 2, dilation: 3, padding: 1, places: 7 },
]
/** Some places are in no window. */
const sparse: Row[] = [
  { rank: 1, size: 4, stride: 4, dilation: 2, places: 70 },
  { rank: 1, size: 2, stride: 3, dilation: 3, places: 50 },
  { rank: 2, size: 1, stride: 2, places: 9 },
  { rank: 2, size: 2, stride: 3, dilation: 2, padding: 1, places: 13 },
]

/** Channels, and so few of the input that products are rather folded by themselves. */
const [CHANNELS, FEW] = [16, 2]

/** The gradient by the input, given a scaled gradient by the result, and another number added to it. */
function inputGradient({ rank, size, places, ...options }: Row, from = CHANNELS): () => Tensor {
  const spatial = (extent: number): number[] => Array.from({ length: rank }, () => extent)
  const run = convolve[rank]
  if (!run) throw new Error(`no convolution over ${rank} axes`)
  const x = eighths([2, from, ...spatial(places)], 'x')
  const weight = eighths([CHANNELS, from, ...spatial(size)], 'weight')
  const result = run(x, weight, options)
  const given = eighths(result.shape, 'given')
  return () => {
    const y = run(x, weight, options)
    const [found] = vjp([y], [x], [given.mul(0.5)])
    if (!found) throw new Error('no gradient')
    return found.add(0.125)
  }
}

afterEach(() => useDevice('wasm'))

describe('the input gradient of a strided convolution', () => {
  it.each([...rows, ...sparse].map((row) => [JSON.stringify(row), row] as const))(
    'is what the reference device computes: %s',
    async (_, row) => {
      for (const channels of [CHANNELS, FEW]) {
        useDevice('reference')
        const want = await inputGradient(row, channels)().data()
        useDevice('wasm')
        expect(await inputGradient(row, channels)().data()).toEqual(want)
      }
    },
  )

  it.each(rows.map((row) => [JSON.stringify(row), row] as const))(
    'is contractions alone, without a quotient: %s',
    async (_, row) => {
      const found = await explain(inputGradient(row))
      const contractions = found.kernels.filter(({ label }) => label.startsWith('contract'))
      expect(contractions.length).toBeGreaterThan(1)
      expect(found.loops()).not.toContain('⌊')
    },
  )

  it.each(rows.map((row) => [JSON.stringify(row), row] as const))(
    'is folds without a quotient where there are few channels: %s',
    async (_, row) => {
      const found = await explain(inputGradient(row, FEW))
      expect(found.kernels.filter(({ label }) => label.startsWith('contract'))).toHaveLength(1)
      expect(found.loops()).not.toContain('⌊')
    },
  )
})

it('a contraction that cannot be computed where it is read is computed by itself', async () => {
  useDevice('wasm')
  const zeros = eighths([1, 1, 1], 'x').conv2d(eighths([1, 1, 1, 1], 'weight'), {
    stride: 2,
    padding: [1, 1],
  })
  const at = tensor([-1], []).cast('int32').clamp(0, 1)
  const laid = zeros.dynamicUpdate(tensor([3], [1, 1, 1]), [at, at, at])
  expect([...(await laid.add(1).data())]).toEqual([4, 1, 1, 1])
})

it('windows a stride apart are read where they are, never copied to memory', async () => {
  useDevice('wasm')
  const [x, weight] = [eighths([2, 16, 61, 61], 'x'), eighths([32, 16, 3, 3], 'weight')]
  const { kernels } = await explain(() => x.conv2d(weight, { stride: 2 }))
  expect(kernels.map(({ kind }) => kind)).toEqual(['contract'])
})
