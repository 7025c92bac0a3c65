/** Kernels of real graphs: machine code against WebAssembly, byte by byte over all their memory. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { grad } from '../../src/index.ts'
import { kernels } from '../backend/kernels.ts'
import { build, type Instruction, lossOf } from '../ops/graphs.ts'
import { difference, isAllCode, missing } from './both.ts'

describe.skipIf(missing)('as WebAssembly does', () => {
  test.each(kernels)('%s', (_, make) => {
    expect(difference([make()])).toBe(-1)
  })

  test('in random graphs and their gradients', () => {
    const number = fc.noBias(fc.nat(999))
    const program = fc.array(fc.tuple(number, number, number, number), {
      minLength: 5,
      maxLength: 30,
      size: 'max',
    })
    const shape = fc.array(fc.nat({ max: 21 }), { minLength: 1, maxLength: 3 })
    const agrees = (from: number[], instructions: Instruction[]): void => {
      const { leaves, values, text } = build(from, instructions)
      const wrt = leaves.map(({ tensor }) => tensor).filter(({ dtype }) => dtype === 'float32')
      const roots = [...values.map(({ tensor }) => tensor), ...grad(lossOf(values), wrt)]
      fc.pre(isAllCode(roots))
      const at = difference(roots)
      if (at >= 0) throw new Error(`byte ${at} differs\n${text}`)
    }
    fc.assert(fc.property(shape, program, agrees), { seed: 20261121, numRuns: 60 })
  })
})
