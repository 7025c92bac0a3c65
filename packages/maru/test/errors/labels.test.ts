/** Labels outside the classes: refused where they can be seen, NaN where they are computed. */
import { expect, test } from 'vitest'
import { compile, crossEntropy, IndexError, type Tensor, tensor, zeros } from '../../src/index.ts'

const ids = (...labels: number[]): Tensor => tensor(Int32Array.from(labels))

test('given labels are checked at the call', () => {
  expect(() => crossEntropy(zeros([2, 3]), ids(0, 3))).toThrow(IndexError)
  expect(() => crossEntropy(zeros([2, 3]), ids(-1, 0))).toThrow(IndexError)
})

test('labels of a compiled function are checked at every call', async () => {
  const loss = compile((labels) => crossEntropy(zeros([2, 3]), labels))
  expect(await (await loss(ids(0, 2))).item()).toBeCloseTo(1.0986, 4)
  await expect(loss(ids(0, 3))).rejects.toThrow(IndexError)
})

test.each([[3], [-1]])('a computed label %i makes the loss NaN', async (wrong) => {
  const computed = (label: number): Tensor => ids(1, label + 1).sub(1)
  expect(await crossEntropy(zeros([2, 3]), computed(wrong)).item()).toBeNaN()
  expect(await crossEntropy(zeros([2, 3]), computed(2)).item()).toBeCloseTo(1.0986, 4)
})
