/** A stretch of a value is read where it lies, once it is there. */
import { expect, test } from 'vitest'
import { tensor, useDevice } from '../../src/index.ts'
import { realize } from '../../src/tensor/tensor.ts'

test('beside what is made in the same pass', async () => {
  useDevice('wasm')
  const base = tensor([-4, 1])
    .div(tensor([2]).abs().add(1))
    .add(-1)
  const first = base.slice(0, 0, 1)
  const difference = first.sub(base.add(1))
  await realize(base, first, difference)
  const [a = 0, b = 0] = await base.data()
  const [got, other] = await difference.data()
  expect(got).toBeCloseTo(a - (a + 1), 5)
  expect(other).toBeCloseTo(a - (b + 1), 5)
})
