import { describe, expect, test } from 'vitest'
import { tensor, useDevice } from '../../src/index.ts'
import { build, Normalize } from '../../src/nn/index.ts'
import { devices } from '../ops/calls.ts'

describe.each(devices)('Normalize on %s', (device) => {
  test('computes (x - mean) / std in float32', async () => {
    useDevice(device)
    const x = Float32Array.of(0, 0.1307, 0.5, 1)
    const [mean, std] = [Math.fround(0.1307), Math.fround(0.3081)]
    const want = x.map((value) => Math.fround(value - mean) / std)
    expect(await new Normalize(0.1307, 0.3081).forward(tensor([...x])).data()).toEqual(want)
  })

  test('takes bytes, those below the mean too', async () => {
    useDevice(device)
    const pixels = tensor([0, 127, 255]).cast('uint8')
    const got = await new Normalize(127, 64).forward(pixels).data()
    expect(got).toEqual(Float32Array.of(-127 / 64, 0, 2))
  })
})

test.each([
  [0, 0],
  [0, -1],
  [Number.NaN, 1],
  [0, Number.POSITIVE_INFINITY],
])('refuses mean %d and std %d', (mean, std) => {
  expect(() => new Normalize(mean, std)).toThrow(
    expect.objectContaining({ key: 'normalize.moments' }),
  )
})

test.each([{ mean: '0', std: 1 }, { mean: 0 }, { mean: 0, std: Number.POSITIVE_INFINITY }])(
  'refuses the settings %j',
  (settings) => {
    expect(() => build({ type: 'Normalize', settings })).toThrow(
      expect.objectContaining({ key: 'definition.setting' }),
    )
  },
)
