/** A stretch of a value is read where it lies, once it is there. */
import { expect, test } from 'vitest'
import { tensor, useDevice } from '../../src/index.ts'
import { realize } from '../../src/tensor/tensor.ts'

test('not in the kernel that makes the value', async () => {
  useDevice('wasm')
  const quotient = tensor([-4, 1]).div(tensor(2).abs().add(1))
  const value = quotient.add(-1)
  const raised = value.add(1)
  const first = value.slice(0, 0, 1)
  const difference = first.sub(raised)
  const nothing = first.sub(first).add(-4).add(-3)
  const lowered = quotient.add(-2)
  await realize(raised, nothing, difference, lowered)
  const [at = 0, beside = 0] = await raised.data()
  const [own, other] = await difference.data()
  expect(own).toBeCloseTo(-1, 5)
  expect(other).toBeCloseTo(at - 1 - beside, 5)
})
