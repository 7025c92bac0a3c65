/** Windows that a contraction reads where they stand, against the reference device. */
import { afterEach, describe, expect, it } from 'vitest'
import { sizeOf } from '../../src/base/shape.ts'
import { Stream } from '../../src/base/threefry.ts'
import { type Tensor, tensor, useDevice, vjp } from '../../src/index.ts'
import { codeOf, missing } from '../native/both.ts'

/** Multiples of 1/8: sums of their products are exact, so that every order gives the same bits. */
function eighths(shape: readonly number[], name: string): Tensor {
  const draw = new Stream(23, name)
  const data = Float32Array.from({ length: sizeOf(shape) }, () => (draw.integer(17) - 8) / 8)
  return tensor(data, shape)
}

const x = (...shape: number[]): Tensor => eighths(shape, 'x')
const w = (...shape: number[]): Tensor => eighths(shape, 'w')

/** Of a convolution by its input and by its weight. */
function gradients(
  from: Tensor,
  weight: Tensor,
  options: { groups?: number; stride?: number } = {},
): readonly [Tensor, Tensor] {
  const y = from.conv2d(weight, { padding: 1, ...options })
  const [byInput, byWeight] = vjp([y], [from, weight], [eighths(y.shape, 'given')])
  if (!byInput || !byWeight) throw new Error('no gradient')
  return [byInput, byWeight]
}

// biome-ignore format: a table
const standing: readonly [name: string, make: () => Tensor][] = [
  ['rows of sixteen, an odd number of them', () => x(3, 12, 9, 16).conv2d(w(20, 12, 3, 3), { padding: 1 })],
  ['rows of 48, with what is computed of sums', () => x(2, 12, 5, 48).conv2d(w(21, 12, 3, 3), { padding: 1 }).add(w(21, 1, 1)).relu()],
  ['more steps than a block has', () => x(2, 140, 4, 16).conv2d(w(13, 140, 3, 3), { padding: 1 })],
  ['more rows than a block has', () => x(1, 2, 80).conv1d(w(520, 2, 9)).mul(2)],
  ['a single row of any length', () => x(1, 40, 203).conv1d(w(33, 40, 5))],
  ['rows far apart, dilated', () => x(2, 33, 12, 20).conv2d(w(17, 33, 3, 3), { dilation: 2 })],
  ['many images that share weights', () => x(20, 3, 16, 32).conv2d(w(5, 3, 3, 3), { padding: 1 })],
  ['the input gradient', () => gradients(x(3, 20, 8, 16), w(12, 20, 3, 3))[0]],
  ['the weight gradient, by rows', () => gradients(x(3, 9, 13, 14), w(12, 9, 3, 3))[1]],
  ['the weight gradient, more rows than a block has', () => gradients(x(1, 130, 15, 9), w(10, 130, 3, 3))[1]],
  ['the weight gradient of windows two apart', () => gradients(x(2, 9, 15, 16), w(12, 9, 3, 3), { stride: 2 })[1]],
  ['the weight gradient, changed where it is stored', () => gradients(x(2, 12, 6, 6), w(40, 12, 3, 3))[1].mul(0.5).add(w(40, 12, 3, 3))],
  ['the weight gradient in groups', () => gradients(x(2, 18, 11, 17), w(16, 9, 3, 3), { groups: 2 })[1]],
]

// biome-ignore format: a table
const packed: readonly [name: string, make: () => Tensor][] = [
  ['rows that are no whole vectors', () => x(3, 12, 9, 14).conv2d(w(20, 12, 3, 3), { padding: 1 })],
  ['windows that do not overlap', () => x(2, 40, 16, 32).conv2d(w(20, 40, 1, 1))],
  ['products of matrices', () => x(200, 300).matmul(w(300, 400))],
]

afterEach(() => useDevice('wasm'))

describe('on a table of distances', () => {
  it.each(standing)('%s', async (_, make) => {
    for (const machine of ['wasm', 'native'] as const) {
      if (machine === 'native' && missing) continue
      expect(codeOf(make(), machine)).toMatch(machine === 'wasm' ? /"first"/ : /"offsets"/)
    }
    useDevice('reference')
    const want = await make().data()
    for (const device of missing ? ['wasm'] : ['wasm', 'native']) {
      useDevice(device)
      expect(await make().data()).toEqual(want)
    }
  })

  it.skipIf(missing).each(packed)('not %s', (_, make) => {
    expect(codeOf(make(), 'native')).not.toContain('"offsets"')
  })
})
