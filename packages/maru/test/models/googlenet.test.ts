/** GoogLeNet: its modules, their price, and its classifiers on the way. */
import { expect, test } from 'vitest'
import { grad, type Tensor, zeros } from '../../src/index.ts'
import { GoogLeNet, inception } from '../../src/models/index.ts'
import { within } from '../../src/nn/init.ts'
import { ids, numbers } from './drawn.ts'

const widths = [64, 96, 128, 16, 32, 32] as const

test('[C11.1] inception(3a) gives 28 × 28 × 256', () => {
  expect(inception(192, widths).call(zeros([1, 192, 28, 28])).shape).toEqual([1, 256, 28, 28])
})

test('[C11.2] parameters and multiplications with and without filters of 1 × 1', () => {
  // weights without biases; each is used once at each of 28 × 28 places
  const reduced = 192 * 64 + 192 * 96 + 96 * 9 * 128 + 192 * 16 + 16 * 25 * 32 + 192 * 32
  const naive = 192 * 64 + 192 * 9 * 128 + 192 * 25 * 32
  const [small, large] = [inception(192, widths), inception(192, widths, { reduced: false })]
  expect(small.parameterCount).toBe(reduced + 64 + 96 + 128 + 16 + 32 + 32)
  expect(large.parameterCount).toBe(naive + 64 + 128 + 32)
  expect([small.parameterCount, large.parameterCount]).toEqual([163_696, 387_296])
  const multiplications = [reduced, naive].map((weights) => weights * 28 * 28)
  console.log(`3a: ${multiplications.join(' multiplications, without filters of 1 × 1 ')}`)
  expect(multiplications).toEqual([128_049_152, 303_464_448])
  expect(large.call(zeros([1, 192, 28, 28])).shape).toEqual([1, 64 + 128 + 32 + 192, 28, 28])
})

test('its size, and that of the classifiers on the way', () => {
  const model = within({ most: 2 ** 30, drawn: false }, () => new GoogLeNet())
  const aside = model.auxiliary1.parameterCount + model.auxiliary2.parameterCount
  expect(model.parameterCount - aside).toBe(6_998_552)
  expect(model.call(zeros([2, 3, 224, 224])).shape).toEqual([2, 1000])
})

test('[C11.3] classifiers on the way train what is before them, and themselves', async () => {
  const model = new GoogLeNet({ classes: 5, dropout: 0 })
  const [x, labels] = [numbers('x', [1, 3, 224, 224]), ids('y', [1], 5)]
  const of = ['auxiliary1.7.weight', 'auxiliary2.7.weight', 'late.7.weight', 'early.0.weight']
  const named = new Map(model.namedParameters())
  const parameters = of.map((name) => named.get(name)!)
  const slopes = grad(model.loss(x, labels), parameters).map((each): Tensor => each.abs().max())
  const largest = await Promise.all(slopes.map((each) => each.item()))
  expect(largest.every((each) => each > 0 && Number.isFinite(each))).toBe(true)
})
