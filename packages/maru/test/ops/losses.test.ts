/** What all losses have: a reference for their values, slopes, and masks. */
import { describe, expect, test } from 'vitest'
import {
  crossEntropy,
  gaussianNllLoss,
  grad,
  mseLoss,
  nllLoss,
  type Reduction,
  ShapeError,
  type Tensor,
  tensor,
  zeros,
} from '../../src/index.ts'
import * as losses from '../../src/tensor/loss.ts'
import { type Call, callsOf, resultOf, tensorOf, torchCalls } from './calls.ts'
import { table } from './table.ts'

/** Functions of a discriminator, which the suite of adversarial losses looks at. */
const penalties = ['gradientPenalty', 'r1Penalty']
const names = Object.keys(losses).filter((name) => !penalties.includes(name))

test.each(names)(
  '[F1.1] %s has values of a reference, and a gradient that is looked at',
  (name) => {
    const row = table.find((each) => each.name === name)!
    const stated = callsOf(row).filter(({ gives = [] }) => gives.length > 0)
    expect(torchCalls(row).length + stated.length).toBeGreaterThan(0)
    expect(row.gradient).toBe('differences')
  },
)

const games = ['discriminatorLoss', 'generatorLoss']
const masked = names
  .filter((name) => !games.includes(name))
  .map((name) => [name, table.find((each) => each.name === name)!] as const)

describe('[F1.3] a mask', () => {
  const run = (call: Call, inputs: readonly Tensor[], reduction: Reduction, mask?: Tensor) => {
    const args = { ...call.args, reduction, ...(mask && { mask }) }
    return resultOf({ ...call, args }, inputs)
  }

  test.each(masked)('of %s keeps the losses that it says, in every reduction', async (_, row) => {
    let looked = 0
    for (const call of callsOf(row).filter(({ drawn }) => drawn)) {
      const inputs = call.inputs.map(tensorOf)
      const each = run(call, inputs, 'none')
      if (each.size < 2) continue
      looked++
      const flags = Array.from({ length: each.size }, (_, i) => (i % 3 === 1 ? 0 : 1))
      const mask = tensor(flags, each.node.shape).cast('bool')
      const values = await each.data()
      const kept = [...values].filter((_, i) => flags[i] === 1)
      const sum = kept.reduce((all, value) => all + value, 0)
      const own = await run(call, inputs, 'none', mask).data()
      expect([...own]).toEqual([...values].map((value, i) => (flags[i] === 1 ? value : 0)))
      expect(await run(call, inputs, 'sum', mask).item()).toBeCloseTo(sum, 4)
      // a mean that class weights or lengths divide is another one, with a mask and without
      const plain = [...values].reduce((all, value) => all + value, 0) / each.size
      const isPlain = Math.abs((await run(call, inputs, 'mean').item()) - plain) < 1e-5
      if (isPlain) {
        expect(await run(call, inputs, 'mean', mask).item()).toBeCloseTo(sum / kept.length, 4)
      }
    }
    expect(looked).toBeGreaterThan(0)
  })

  test('leaves no gradient where it is off', async () => {
    const [x, y] = [tensor([1, 2, 3, 4], [2, 2]), zeros([2, 2])]
    const [slope] = grad(mseLoss(x, y, { mask: tensor([1, 0]) }), [x])
    // columns: a mask broadcasts, and two losses count
    expect([...(await slope!.data())]).toEqual([1, 0, 3, 0])
  })

  test('stands beside ignored labels and class weights', async () => {
    const logits = tensor([
      [1, 2, 0],
      [0, 0, 3],
      [2, 1, 1],
      [0, 1, 0],
    ])
    const labels = tensor(Int32Array.of(1, 2, -100, 0))
    const weight = tensor([1, 2, 4])
    const mask = tensor([1, 0, 1, 1])
    const all = await crossEntropy(logits, labels, { ignoreIndex: -100, reduction: 'none' }).data()
    const wanted = (2 * all[0]! + 1 * all[3]!) / 3
    const options = { ignoreIndex: -100, weight, mask }
    expect(await crossEntropy(logits, labels, options).item()).toBeCloseTo(wanted, 5)
    expect(await nllLoss(logits.logSoftmax(1), labels, options).item()).toBeCloseTo(wanted, 5)
  })

  test('of which nothing is on leaves nothing to average', async () => {
    const mask = zeros([2], { dtype: 'bool' })
    expect(await mseLoss(zeros([2]), zeros([2]), { mask }).item()).toBeNaN()
    expect(await mseLoss(zeros([2]), zeros([2]), { mask, reduction: 'sum' }).item()).toBe(0)
  })

  test('of another shape is refused', () => {
    const run = (mask: Tensor) => () =>
      gaussianNllLoss(zeros([2]), zeros([2]), zeros([2]).add(1), { mask })
    expect(run(zeros([3]))).toThrow(ShapeError)
    expect(run(zeros([2, 2]))).toThrow(ShapeError)
  })
})
