/** The whole table of ops, gradients included: machine code, of either width, against WebAssembly. */
import { describe, expect, test } from 'vitest'
import { grad, type Tensor } from '../../src/index.ts'
import { type Call, callsOf, resultOf, tensorOf } from '../ops/calls.ts'
import { table } from '../ops/table.ts'
import { difference, isAllCode, missing } from './both.ts'

/** What a call gives, and the gradients of what has some; nothing where some of it is interpreted. */
function rootsOf(call: Call): Tensor[] {
  const inputs = call.inputs.map(tensorOf)
  const result = resultOf(call, inputs)
  if (!isAllCode([result])) return []
  const wrt = inputs.filter(({ dtype }) => dtype === 'float32')
  if (!call.drawn || result.dtype !== 'float32' || wrt.length === 0) return [result]
  const gradients = grad(result.sum(), wrt)
  return isAllCode(gradients) ? [result, ...gradients] : [result]
}

describe.skipIf(missing)('as WebAssembly does', () => {
  for (const row of table) {
    test(row.name, ({ skip }) => {
      const roots = callsOf(row).flatMap(rootsOf)
      skip(roots.length === 0, 'all of it is interpreted')
      expect(difference(roots)).toBe(-1)
    })
  }
})
