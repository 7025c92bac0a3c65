/** Results that are not the sums of a contraction alone: what their storing wants is fetched while sums are computed. */
import { describe, expect, test } from 'vitest'
import type { Tensor } from '../../src/index.ts'
import { values } from '../backend/kernels.ts'
import { codeOf, difference, type Machine, missing } from './both.ts'

const conv = (): Tensor => values(2, 5, 11, 16).conv2d(values(9, 5, 3, 3), { padding: 1 })

function fetches(root: Tensor, machine: Machine): boolean {
  return codeOf(root, machine).includes('"s":"fetch"')
}

// biome-ignore format: a table
const stored: readonly [name: string, make: () => Tensor][] = [
  ['with a value beside', () => conv().add(values(2, 9, 11, 16)).relu()],
  ['behind a column', () => conv().add(values(2, 9, 11, 20).narrow(3, 3, 16))],
  ['within a border', () => conv().relu().pad([[0, 0], [0, 0], [1, 1], [1, 1]])],
  ['images side by side', () => values(3, 20, 8, 8).conv2d(values(9, 20, 3, 3), { padding: 1 }).add(values(9, 1, 1))],
  ['over many steps', () => values(40, 700).matmul(values(700, 70)).add(values(40, 70)).tanh()],
  ['in half the bytes', () => conv().add(values(2, 9, 11, 16)).cast('float16')],
]

describe.skipIf(missing)('what is stored with a contraction is brought nearby', () => {
  test.each(stored)('%s', (_, make) => {
    expect(fetches(make(), 'native')).toBe(true)
    expect(fetches(make(), 'wasm')).toBe(false)
    expect(difference([make()])).toBe(-1)
  })

  test('what is both read and written is told apart', () => {
    const code = codeOf(conv().add(values(2, 9, 11, 16)), 'native')
    const told = ['true', 'false'].map((written) => code.includes(`"written":${written}`))
    expect(told).toEqual([true, true])
  })

  test('not where processors find it: down the rows', () => {
    const x = values(2, 40, 9, 9)
    const make = (): Tensor => x.conv2d(values(24, 40, 3, 3), { stride: 2 })
    expect(fetches(make(), 'native')).toBe(false)
    expect(difference([make()])).toBe(-1)
  })
})
