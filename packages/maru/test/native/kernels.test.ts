/** Kernels of real graphs: machine code against WebAssembly, byte by byte over all their memory. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concat, grad, type Tensor, tensor } from '../../src/index.ts'
import { kernels, values } from '../backend/kernels.ts'
import { build, type Instruction, lossOf } from '../ops/graphs.ts'
import { codeOf, difference, isAllCode, missing, widthsOf } from './both.ts'

// biome-ignore format: a table
const narrow = (['float16', 'bfloat16', 'int8'] as const).flatMap((dtype): [string, () => Tensor][] => {
  const given = (...shape: number[]): Tensor => values(...shape).mul(20).cast(dtype)
  const filled = tensor(new Float32Array(407).fill(1.7), [37, 11], { dtype })
  return [
    [`${dtype}, read and written`, () => given(3, 37).mul(given(37)).sub(given(3, 1))],
    [`${dtype}, gathered`, () => filled.transpose().add(given(11, 37))],
    [`${dtype}, folded by rows`, () => given(5, 77).cast('float32').cast(dtype).sum(1)],
    [`${dtype}, folded by columns`, () => given(77, 19).max(0)],
  ]
})

const halves = (['float16', 'bfloat16'] as const).map((dtype): [string, () => Tensor] => [
  `${dtype}, in a contraction`,
  () => values(45, 31).cast(dtype).matmul(values(31, 61).cast(dtype)),
])

/** Results that leave the caches, at multiples of a vector's size or beside them. */
const large: readonly [name: string, make: (x: Tensor) => Tensor][] = [
  ['one loop', (x) => x.mul(2).relu()],
  ['rows, each other one at a multiple', (x) => x.softmax(1)],
  ['behind three elements', (x) => concat([values(3), x.reshape([-1])])],
]

/** Whether what fills no vector is computed at once, whatever reads it and wherever it is stored. */
// biome-ignore format: a table
const rests: readonly [name: string, make: (x: Tensor) => Tensor][] = [
  ['rows', (x) => x.add(values(37)).gelu()],
  ['columns', (x) => x.exp().sum(0)],
  ['a row that is kept between passes', (x) => x.softmax(1)],
  ['largest of rows', (x) => x.exp().max(1)],
  ['bytes', (x) => x.exp().add(values(37)).cast('uint8')],
  ['words of 16 bits', (x) => x.cast('float16').add(values(37).cast('float16')).exp()],
  ['what is true', (x) => x.exp().add(values(37)).greater(2)],
  ['sums behind a border', (x) => x.exp().pad([[0, 0], [1, 2]]).mul(values(40)).sum(1)],
]

test('loops that are much work have the widest vectors, others those that do everything', () => {
  const x = values(300, 300)
  expect(widthsOf(x.gelu())).toEqual([16])
  expect(widthsOf(x.add(x).relu())).toEqual([8])
  expect(widthsOf(x.sum(1))).toEqual([8])
  expect(widthsOf(x.softmax(1))).toEqual([16])
  expect(widthsOf(x.matmul(x))).toEqual([8])
  expect(widthsOf(x.cast('float16'))).toEqual([16])
  expect(widthsOf(x.greater(2))).toEqual([16])
  expect(widthsOf(x.exp().argmax(1))).toEqual([8])
  expect(widthsOf(x.exp().argmax(0))).toEqual([16])
})

describe.skipIf(missing)('as WebAssembly does', () => {
  test.each(rests)('of fewer elements than lanes: %s', (_, make) => {
    const y = make(values(23, 37))
    expect(codeOf(y, 'wide')).toMatch(/"within"|"rotate"/)
    expect(codeOf(y, 'native')).not.toMatch(/"within"|"rotate"/)
    expect(difference([y])).toBe(-1)
  })

  test.each(large)('more than caches hold: %s', (_, make) => {
    const y = make(tensor(new Float32Array(3300 * 1028).map(Math.sin), [3300, 1028]))
    expect(codeOf(y, 'native')).toContain('"past":true')
    expect(codeOf(y, 'wasm')).not.toContain('"past":true')
    expect(difference([y])).toBe(-1)
  })

  test.each([...kernels, ...narrow, ...halves])('%s', (_, make) => {
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
