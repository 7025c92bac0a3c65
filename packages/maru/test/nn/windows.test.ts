/** Convolutions and pools against direct loops, and against each other. */
import { beforeEach, describe, expect, test } from 'vitest'
import type { DType } from '../../src/base/dtype.ts'
import {
  type Explanation,
  explain,
  grad,
  ones,
  type Tensor,
  tensor,
  useDevice,
  zeros,
} from '../../src/index.ts'
import * as nn from '../../src/nn/index.ts'
import { devices } from '../ops/calls.ts'
import { stream } from '../ops/draw.ts'
import { block, convolved, type Loops } from './loops.ts'

/** Multiples of 1/8, which every float dtype holds; sums of their products need few bits. */
function eighths(count: number, ...path: (string | number)[]): number[] {
  const draw = stream(...path)
  return Array.from({ length: count }, () => (draw.integer(17) - 8) / 8)
}

async function expectNear(got: Tensor, want: Tensor, tolerance = 1e-5): Promise<void> {
  expect(got.shape).toEqual(want.shape)
  const [a, b] = [await got.data(), await want.data()]
  const worst = [...a].reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)
  expect(worst).toBeLessThanOrEqual(tolerance)
}

const settings: Loops[] = [1, 2].flatMap((stride) =>
  [0, 2].flatMap((padding) =>
    [1, 2].flatMap((dilation) =>
      [1, 2].flatMap((groups) =>
        [false, true].map((flip) => ({ stride, padding, dilation, groups, flip })),
      ),
    ),
  ),
)

/** How far each dtype may be from float64, for sums of some 50 products of at most 1. */
const bounds: Partial<Record<DType, number>> = {
  float64: 1e-12,
  float32: 2e-5,
  float16: 2e-2,
  bfloat16: 1.5e-1,
}

const titles = (loops: Loops): string => {
  const ids = ['[C4.1] [C4.2]']
  if (loops.stride > 1) ids.push('[D2.5]')
  if (loops.groups > 1) ids.push('[D2.4]')
  if (loops.flip) ids.push('[D2.8]')
  return `${JSON.stringify(loops)} ${ids.join(' ')}`
}

describe.each(devices)('on %s, Conv2d and its gradients are direct loops:', (device) => {
  test.each(settings.map((loops) => [titles(loops), loops] as const))('%s', async (_, loops) => {
    useDevice(device)
    const shape = [2, 4, 7, 6] as const
    const kernel = [4, 4 / loops.groups, 3, 2] as const
    const input = block(shape, eighths(2 * 4 * 7 * 6, 'input'))
    const weight = block(kernel, eighths((4 * 4 * 3 * 2) / loops.groups, 'weight'))
    const of = (size: number): number[] => eighths(size, 'cotangent')
    const want = convolved(input, weight, of, loops)
    for (const [dtype, bound] of Object.entries(bounds)) {
      const as = { dtype: dtype as DType }
      const [x, w, cotangent]: Tensor[] = [
        tensor(input.data, shape, as),
        tensor(weight.data, kernel, as),
        tensor(want.cotangent.data, want.output.shape, as),
      ]
      const y = x!.conv2d(w!, loops)
      const [dx, dw] = grad(y.mul(cotangent!).sum(), [x!, w!])
      const wide = (values: Float64Array, like: readonly number[]): Tensor =>
        tensor(values, like, { dtype: 'float64' })
      await expectNear(y.cast('float64'), wide(want.output.data, want.output.shape), bound)
      await expectNear(dx!.cast('float64'), wide(want.inputGrad.data, shape), bound)
      await expectNear(dw!.cast('float64'), wide(want.weightGrad.data, kernel), bound)
    }
  })
})

describe.each(devices)('on %s', (device) => {
  beforeEach(() => {
    useDevice(device)
  })

  const map = (...shape: number[]): Tensor =>
    tensor(
      eighths(
        shape.reduce((product, size) => product * size, 1),
        'map',
        ...shape,
      ),
      shape,
    )

  test("[D2.6] borders: 'same' keeps sizes, 'valid' has none, 'causal' sees nothing later, 'full' has every overlap", async () => {
    const x = map(1, 2, 6)
    const w = map(3, 2, 3)
    const made = (padding: 'same' | 'valid' | 'causal' | 'full'): Tensor => x.conv1d(w, { padding })
    expect(made('same').shape).toEqual([1, 3, 6])
    expect(made('valid').shape).toEqual([1, 3, 4])
    expect(made('full').shape).toEqual([1, 3, 8])
    await expectNear(made('full').slice(2, 1, 7), made('same'))
    await expectNear(made('full').slice(2, 2, 6), made('valid'))
    await expectNear(made('causal'), made('full').slice(2, 0, 6))
    // the output at t has no gradient from what comes after t
    const [dx] = grad(made('causal').slice(2, 0, 3).sum(), [x])
    expect([...(await dx!.slice(2, 3, 6).data())]).toEqual(Array(6).fill(0))
    const dilated = x.conv1d(w, { padding: 'causal', dilation: 2 })
    expect(dilated.shape).toEqual([1, 3, 6])
  })

  test('[D2.7] maps with channels last, by the same layers', async () => {
    const x = map(2, 5, 4, 3)
    const conv = new nn.Conv2d(3, 4, 2)
    const layer = new nn.ChannelsLast(conv)
    const want: Tensor = conv.forward(x.permute([0, 3, 1, 2])).permute([0, 2, 3, 1])
    await expectNear(layer.forward(x), want, 0)
    const pool = new nn.MaxPool2d(2)
    const pooled: Tensor = pool.forward(x.permute([0, 3, 1, 2])).permute([0, 2, 3, 1])
    await expectNear(new nn.ChannelsLast(pool).forward(x), pooled, 0)
  })

  test('[D2.8] true convolution commutes where both are full, cross-correlation does not', async () => {
    const [a, b] = [map(1, 1, 5), map(1, 1, 3)]
    const full = { padding: 'full', flip: true } as const
    await expectNear(a.conv1d(b, full), b.conv1d(a, full))
    const [one, other] = [false, true].map((swap) => {
      const [x, w] = swap ? [b, a] : [a, b]
      return x.conv1d(w, { padding: 'full' })
    })
    expect(await one!.data()).not.toEqual(await other!.data())
    // polynomials: (1 + 2t)(3 + t) = 3 + 7t + 2t²
    const product = tensor([1, 2], [1, 1, 2]).conv1d(tensor([3, 1], [1, 1, 2]), full)
    expect([...(await product.data())]).toEqual([3, 7, 2])
  })

  test('[D3.1] dilation is a kernel that is filled up with zeros', async () => {
    const x = map(1, 2, 9, 8)
    const w = map(3, 2, 3, 2)
    await expectNear(x.conv2d(w, { dilation: [2, 3] }), x.conv2d(spread(w)))
  })

  test('[D7.1] [C4.3] [J3.3] a convolution of 1 is a fully connected layer at each place, one of the whole map a layer of all', async () => {
    const x = map(2, 3, 4, 5)
    const pointwise = new nn.Conv2d(3, 4, 1)
    const dense = new nn.Linear(3, 4)
    const state = pointwise.stateDict()
    state.set('weight', state.get('weight')!.reshape([4, 3]))
    await dense.loadStateDict(state)
    const want: Tensor = dense.forward(x.permute([0, 2, 3, 1])).permute([0, 3, 1, 2])
    await expectNear(pointwise.forward(x), want, 1e-6)

    const whole = new nn.Conv2d(3, 2, [4, 5])
    const all = new nn.Linear(60, 2)
    const values = whole.stateDict()
    values.set('weight', values.get('weight')!.reshape([2, 60]))
    await all.loadStateDict(values)
    await expectNear(whole.forward(x).flatten(1), all.forward(x.flatten(1)), 1e-5)
  })

  test('[D8.2] the minimum is the maximum of the negative, negative, and so is its gradient', async () => {
    const x = map(2, 3, 6, 6)
    const least = x.minPool2d(3, { stride: 2, padding: 1 })
    const turned = x.neg().maxPool2d(3, { stride: 2, padding: 1 }).neg()
    const cotangent = map(2, 3, 3, 3)
    const [a] = grad(least.mul(cotangent).sum(), [x])
    const [b] = grad(turned.mul(cotangent).sum(), [x])
    await expectNear(least, turned, 0)
    await expectNear(a!, b!, 0)
  })

  test('[D8.3] of equal elements the first has the gradient', async () => {
    const x = tensor([3, 3, 1, 3], [1, 2, 2])
    const [most] = grad(x.maxPool2d(2).sum(), [x])
    expect([...(await most!.data())]).toEqual([1, 0, 0, 0])
    const y = tensor([2, 1, 1, 5], [1, 2, 2])
    const [least] = grad(y.minPool2d(2).sum(), [y])
    expect([...(await least!.abs().data())]).toEqual([0, 1, 0, 0])
  })

  test('[D8.4] one part of the whole map is its mean or largest element', async () => {
    const x = map(2, 3, 4, 5)
    await expectNear(new nn.AdaptiveAvgPool2d(1).forward(x), x.mean([2, 3], { keepDims: true }))
    await expectNear(new nn.AdaptiveMaxPool2d(1).forward(x), x.max([2, 3], { keepDims: true }), 0)
  })

  test('[D8.7] windows that overlap share elements, and their gradients add up', async () => {
    const x = tensor([1, 5, 2], [1, 1, 3])
    const y = x.maxPool1d(2, { stride: 1 })
    const [dx] = grad(y.sum(), [x])
    expect([...(await y.data())]).toEqual([5, 5])
    expect([...(await dx!.data())]).toEqual([0, 2, 0])
  })

  test('[D8.8] infinities are elements, borders never win, and NaN wins over all', async () => {
    const [low, high, not] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NaN]
    const x = tensor([low, low, high, 1, not, 2], [1, 1, 6])
    expect([...(await x.maxPool1d(2).data())]).toEqual([low, high, not])
    expect([...(await x.minPool1d(2).data())]).toEqual([low, 1, not])
    expect([...(await x.avgPool1d(2).data())]).toEqual([low, high, not])
    const negative = tensor([-3, -2], [1, 1, 2])
    expect([...(await negative.maxPool1d(2, { padding: 1 }).data())]).toEqual([-3, -2])
    expect([...(await negative.neg().minPool1d(2, { padding: 1 }).data())]).toEqual([3, 2])
  })

  test.each([
    [1, { stride: 2, padding: 1 }],
    [2, { stride: [2, 1], padding: [0, 1], dilation: 2, groups: 2 }],
    [3, { stride: 2, padding: 1 }],
  ] as const)('[D9.1] over %i axes ⟨conv(x), y⟩ = ⟨x, convTranspose(y)⟩', async (rank, options) => {
    const groups = 'groups' in options ? options.groups : 1
    const sizes = [7, 7, 5].slice(0, rank)
    const x = map(2, 4, ...sizes)
    const w = map(6, 4 / groups, ...sizes.map(() => 3))
    const conv = [x.conv1d, x.conv2d, x.conv3d][rank - 1]!
    const y: Tensor = Reflect.apply(conv, x, [w, options])
    const u = map(...y.shape)
    const turn = [u.convTranspose1d, u.convTranspose2d, u.convTranspose3d][rank - 1]!
    const back: Tensor = Reflect.apply(turn, u, [w, options])
    const cut = back.slices(x.node.shape.map((size) => [0, size] as const))
    const [a, b] = [await y.mul(u).sum().item(), await x.mul(cut).sum().item()]
    expect(Math.abs(a - b)).toBeLessThan(1e-4 * Math.abs(a))
  })

  test('[D9.3] a kernel that its stride does not divide adds up in a checkerboard, one that it divides does not', async () => {
    const sums = async (size: number): Promise<number[]> => {
      const y = ones([1, 1, 6]).convTranspose1d(ones([1, 1, size]), { stride: 2 })
      return [...(await y.data())].slice(size, -size)
    }
    expect(new Set(await sums(3))).toEqual(new Set([1, 2]))
    expect(new Set(await sums(4))).toEqual(new Set([2]))
  })

  test('[D8.6] stochastic pooling draws elements in proportion, and predicts their mean', async () => {
    const layer = new nn.StochasticPool2d(2)
    const window = [1, -2, 3, 4]
    const x = tensor(window, [1, 1, 2, 2]).expand([4000, 1, 2, 2])
    const drawn = [...(await layer.forward(x).data())]
    for (const [value, share] of [
      [1, 1 / 8],
      [3, 3 / 8],
      [4, 4 / 8],
    ] as const) {
      const count = drawn.filter((each) => each === value).length
      // four standard deviations
      expect(Math.abs(count - 4000 * share)).toBeLessThan(4 * Math.sqrt(4000 * share * (1 - share)))
    }
    expect(new Set(drawn)).toEqual(new Set([1, 3, 4]))
    layer.eval()
    expect(await layer.forward(x.slice(0, 0, 1)).item()).toBeCloseTo((1 + 9 + 16) / 8, 6)
    expect(await layer.forward(zeros([1, 1, 2, 2])).item()).toBe(0)
    // the gradient goes to the element that was drawn
    layer.train()
    const [dx] = grad(layer.forward(x).sum(), [x])
    const hits = await dx!.sum([2, 3]).data()
    expect(new Set(hits)).toEqual(new Set([1]))
  })
})

/** A kernel with one row of zeros between its rows, and two columns between its columns. */
function spread(w: Tensor): Tensor {
  const [o, i, kh, kw]: readonly number[] = w.node.shape
  const none = [0, 0] as const
  const wide = w.reshape([o!, i!, kh!, 1, kw!, 1]).pad([none, none, none, [0, 1], none, [0, 2]])
  return wide
    .reshape([o!, i!, kh! * 2, kw! * 3])
    .narrow(2, 0, kh! * 2 - 1)
    .narrow(3, 0, kw! * 3 - 2)
}

test('[D7.2] a reduction of channels by 1x1 makes a 5x5 convolution cheaper, as counted and as measured', async () => {
  useDevice('wasm')
  const x = ones([1, 192, 28, 28])
  const plain = new nn.Conv2d(192, 32, 5, { padding: 2 })
  const reduced = new nn.Sequential(
    new nn.Conv2d(192, 16, 1),
    new nn.Conv2d(16, 32, 5, { padding: 2 }),
  )
  const [all, less] = [
    await explain((input: Tensor) => plain.forward(input), x),
    await explain((input: Tensor) => reduced.forward(input), x),
  ]
  const flops = ({ kernels }: Explanation): number =>
    kernels.reduce((sum, each) => sum + each.flops, 0)
  // by hand: two operations for each product, 3.9 million constants and copies apart
  const products = 28 * 28 * 32 * 25 * 192
  expect(flops(all) / (2 * products)).toBeCloseTo(1, 1)
  expect(flops(all) / flops(less)).toBeGreaterThan(8)
  expect(all.ms / less.ms).toBeGreaterThan(2)
})
