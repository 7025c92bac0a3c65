/** Layers for maps, held to the ops that they apply where PyTorch has no sample of the layer. */
import { beforeEach, describe, expect, test } from 'vitest'
import { einsum, ones, type Tensor, tensor, useDevice, zeros } from '../../src/index.ts'
import * as nn from '../../src/nn/index.ts'

beforeEach(() => {
  useDevice('wasm')
})

const x: Tensor = tensor([[[0, 1, 2, 3, 4, 5]]]).reshape([1, 1, 2, 3])

async function expectSame(got: Tensor, want: Tensor): Promise<void> {
  expect(got.shape).toEqual(want.shape)
  expect(await got.data()).toEqual(await want.data())
}

describe('borders', () => {
  test('lie on the last axes', async () => {
    const widths = [
      [0, 0],
      [0, 0],
      [1, 0],
      [2, 1],
    ] as const
    const sides = [widths[2], widths[3]]
    await expectSame(new nn.ZeroPad2d(sides).forward(x), x.pad(widths))
    await expectSame(new nn.ReflectionPad2d(sides).forward(x), x.pad(widths, 'reflect'))
    await expectSame(new nn.ReplicationPad2d(sides).forward(x), x.pad(widths, 'replicate'))
    expect(new nn.ReflectionPad1d([2]).forward(zeros([3])).shape).toEqual([7])
  })

  test('refuse widths and inputs that do not fit', () => {
    expect(() => new nn.ZeroPad2d([1, 2, 3])).toThrow(
      expect.objectContaining({ key: 'window.axes' }),
    )
    expect(() => new nn.ZeroPad2d(-1)).toThrow(expect.objectContaining({ key: 'value.integer' }))
    expect(() => new nn.ZeroPad3d(1).forward(zeros([2, 2]))).toThrow(
      expect.objectContaining({ key: 'layer.axes' }),
    )
  })
})

test('RMSNorm is the op with its weight', async () => {
  const layer = new nn.RMSNorm(3, { eps: 0.5 })
  const weight = tensor([1, 2, 3])
  await layer.loadStateDict(new Map([['weight', weight]]))
  await expectSame(layer.forward(x), x.rmsNorm(3, { weight, eps: 0.5 }))
})

test('[D5.1] Residual adds its parts, and is nothing without one', async () => {
  await expectSame(new nn.Residual(new nn.Tanh()).forward(x), x.add(x.tanh()))
  const both = new nn.Residual(new nn.Tanh(), new nn.ReLU())
  await expectSame(both.forward(x.neg()), x.neg().relu().add(x.neg().tanh()))
  expect(() => nn.build({ type: 'Residual' })).toThrow(
    expect.objectContaining({ key: 'definition.lacks' }),
  )
})

test('Bilinear sums over pairs of features', async () => {
  const layer = new nn.Bilinear([2, 3], 2)
  const [a, b] = [tensor([[1, 2]]), tensor([[3, 4, 5]])]
  const state = layer.stateDict()
  const want = einsum('ni,oij,nj->no', a, state.get('weight')!, b).add(state.get('bias')!)
  await expectSame(layer.forward(a, b), want)
})

test('Conv2d takes a border for every side', async () => {
  const layer = new nn.Conv2d(1, 1, 2, {
    padding: [
      [1, 0],
      [0, 2],
    ],
    bias: false,
  })
  await layer.loadStateDict(new Map([['weight', ones([1, 1, 2, 2])]]))
  expect(layer.describe()).toBe('Conv2d(1, 1, 2, padding [[1, 0], [0, 2]], no bias)')
  const again = nn.build(JSON.parse(JSON.stringify(nn.define(layer))))
  await again.loadStateDict(layer.stateDict())
  const got = again.forward(x)
  expect(got.shape).toEqual([1, 1, 2, 4])
  await expectSame(got, layer.forward(x))
  expect(await got.data()).toEqual(Float32Array.of(1, 3, 2, 0, 8, 12, 7, 0))
})

test.each([
  {
    type: 'Conv1d',
    settings: { inChannels: 1, outChannels: 1, kernelSize: 2, options: { padding: 'reflect' } },
  },
  { type: 'MaxPool2d', settings: { kernelSize: 2, options: { countIncludePad: true } } },
  {
    type: 'ConvTranspose1d',
    settings: { inChannels: 1, outChannels: 1, kernelSize: 2, options: { padding: 'same' } },
  },
  { type: 'ZeroPad2d', settings: { padding: [[1], [1]] } },
  { type: 'BatchNorm1d', settings: { numFeatures: 2, options: { momentum: '1' } } },
  { type: 'GELU', settings: { options: { approximate: 'fast' } } },
  { type: 'Upsample', settings: { options: { mode: 'other' } } },
])('refuses the definition %j', (definition) => {
  expect(() => nn.build(definition)).toThrow(expect.objectContaining({ key: 'definition.setting' }))
})

test('shapes are known where sizes are', () => {
  const made = new nn.Conv1d(3, 8, 3).call(zeros([2, 3, 9]))
  const [batch, channels]: readonly [2, 8, ...unknown[]] = made.shape
  expect([batch, channels]).toEqual([2, 8])
})
