/** LeNet-5 whole against PyTorch: logits, loss, and what the gradients are like. */
import { expect, test } from 'vitest'
import { sizeOf } from '../../src/base/shape.ts'
import { crossEntropy, grad, tensor, useDevice } from '../../src/index.ts'
import { lenet5 } from '../../src/models/index.ts'
import { devices, differences, tensorOf, valuesOn } from '../ops/calls.ts'
import { wholeEntry } from './table.ts'

/** Bytes of the fixture's linear congruential generator. */
function byteStream(): (count: number) => number[] {
  let state = 1
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state >>> 24
  }
  return (count) => Array.from({ length: count }, next)
}

test.each(devices)("PyTorch's logits, loss and gradients on %s", async (device) => {
  useDevice(device)
  const { parameters, inputShape, labels, logits, loss } = wholeEntry()
  const bytes = byteStream()
  const model = lenet5()
  const names = [...model.stateDict().keys()]
  const state = Object.values(parameters).map(({ shape, scale }, i) => {
    const values = bytes(sizeOf(shape)).map((byte) => ((byte - 128) / 128) * scale)
    return [names[i]!, tensor(values, shape)] as const
  })
  await model.loadStateDict(new Map(state))
  const pixels = bytes(sizeOf(inputShape)).map((byte, i) => {
    const image = Math.floor(i / (28 * 28))
    return (byte / 256) * ((image + 1) / 4)
  })
  const output = model.call(tensor(pixels, inputShape))
  const error = crossEntropy(output, tensorOf(labels))
  const gradients = grad(error, model.parameters())
  const norms = gradients.map((gradient) => gradient.square().sum().sqrt())
  const dots = gradients.map((gradient, i) => gradient.mul(model.parameters()[i]!).sum())
  const got = await valuesOn(device, [output, error, ...norms, ...dots])
  const numbers = got.slice(1).flatMap(({ data }) => [...data])
  const rows = Object.values(parameters)
  const wanted = [
    loss,
    ...rows.map(({ gradNorm }) => gradNorm),
    ...rows.map(({ gradDot }) => gradDot),
  ]
  const tolerance = { relative: 1e-5, absolute: 1e-5, reason: 'float32 against float64' }
  const values = (data: readonly number[]) =>
    ({ shape: [data.length], dtype: 'float32', data }) as const
  expect(differences('logits', got[0]!, logits, tolerance)).toEqual([])
  expect(differences('numbers', values(numbers), values(wanted), tolerance)).toEqual([])
})
