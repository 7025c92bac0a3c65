/** Compositions of 16-bit floats: PyTorch's float32 result, rounded once. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { dtypes } from '../../src/base/dtype.ts'
import { grad, scaledDotProductAttention, type Tensor } from '../../src/index.ts'
import { BatchNorm1d } from '../../src/nn/index.ts'
import { devices, tensorOf, valuesOn } from './calls.ts'
import type { Values } from './row.ts'

interface Entry {
  readonly op: string
  readonly inputs: readonly Values[]
  readonly output: Values
}

const url = new URL('fixtures/halves.json', import.meta.url)
const { entries }: { readonly entries: readonly Entry[] } = JSON.parse(readFileSync(url, 'utf8'))

/** Where there are two more operands, they are weight and bias. */
type Run = (x: Tensor, ...rest: Tensor[]) => Tensor
const runs: Readonly<Record<string, Run>> = {
  var: (x) => x.var([1, 2]),
  std: (x) => x.std(3),
  norm: (x) => x.norm(1),
  'norm of order 3': (x) => x.norm(3, { p: 3 }),
  avgPool2d: (x) => x.avgPool2d(3, { stride: 2, padding: 1 }),
  adaptiveAvgPool2d: (x) => x.adaptiveAvgPool2d([3, 4]),
  layerNorm: (x) => x.layerNorm([4, 5]),
  groupNorm: (x, weight, bias) => x.groupNorm(2, { weight: weight!, bias: bias! }),
  instanceNorm: (x) => x.instanceNorm(),
  batchNorm: (x, weight, bias) => {
    return x.batchNorm(bias!, weight!.abs().add(0.5), { weight: weight!, bias: bias! })
  },
  'batchNorm, training': (x) =>
    new BatchNorm1d(4, { affine: false, trackRunningStats: false }).call(x),
  bilinear: (x) => x.interpolate({ size: [5, 7], mode: 'bilinear' }),
  bicubic: (x) => x.interpolate({ size: [5, 7], mode: 'bicubic' }),
  area: (x) => x.interpolate({ size: 3, mode: 'area' }),
  attention: (q, k, v) => scaledDotProductAttention(q, k!, v!),
}

/** Steps of a 16-bit dtype between two of its values. */
function stepsApart(a: number, b: number, { dtype }: Values): number {
  const bits = dtypes[dtype].bits
  if (!bits) throw new RangeError(`${dtype} is not stored as bits`)
  const place = (x: number): number => {
    const word = bits.of(x)
    return word & 0x8000 ? 0x8000 - word : word
  }
  return Math.abs(place(a) - place(b))
}

describe.each(devices)('on %s', (device) => {
  test.each(entries.map((entry) => [`${entry.op} of ${entry.output.dtype}`, entry] as const))(
    '%s is rounded once',
    async (_, { op, inputs, output }) => {
      const [x, ...rest] = inputs.map(tensorOf)
      const y = runs[op]!(x!, ...rest)
      expect(y.dtype).toBe(output.dtype)
      const [got] = await valuesOn(device, [y])
      const steps = output.data.map((want, i) => stepsApart(Number(got!.data[i]), want, output))
      // A float32 result in the middle may fall to either side; interpolation at even places meets some.
      expect(Math.max(...steps)).toBeLessThanOrEqual(1)
      expect(steps.filter((each) => each > 0).length).toBeLessThanOrEqual(1 + steps.length / 50)
    },
  )
})

test('gradients have the dtype of what they are of', async () => {
  const [x] = entries[0]!.inputs.map(tensorOf)
  for (const op of ['std', 'layerNorm', 'avgPool2d', 'bicubic']) {
    const [slope] = grad(runs[op]!(x!).sum() as Tensor, [x!])
    expect(slope!.dtype).toBe(x!.dtype)
    for (const value of await slope!.data()) expect(Number.isFinite(Number(value))).toBe(true)
  }
})
