/** Results that are not the sums of a contraction alone: what their storing wants is fetched while sums are computed. */
import { describe, expect, test } from 'vitest'
import type { Tensor } from '../../src/index.ts'
import { values } from '../backend/kernels.ts'
import { codeOf, difference, type Machine, missing } from './both.ts'

const conv = (): Tensor => values(2, 5, 11, 16).conv2d(values(9, 5, 3, 3), { padding: 1 })

/** How often something is fetched to be read, and to be written. */
function fetches(root: Tensor, machine: Machine): { read: number; written: number } {
  const code = codeOf(root, machine)
  const [read = 0, written = 0] = [false, true].map((written) => {
    return code.split(`"written":${written}`).length - 1
  })
  return { read, written }
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

describe.skipIf(missing)('brought nearby', () => {
  test.each(stored)('what is stored with a contraction: %s', (_, make) => {
    expect(fetches(make(), 'native').written).toBeGreaterThan(0)
    expect(fetches(make(), 'wasm')).toEqual({ read: 0, written: 0 })
    expect(difference([make()])).toBe(-1)
  })

  test('what is added to it', () => {
    const image = values(2, 9, 11, 16)
    const [added, alone] = [conv().add(image), conv().relu()].map((y) => fetches(y, 'native'))
    expect(added?.written).toBe(alone?.written)
    expect(added?.read).toBe((alone?.read ?? 0) + (alone?.written ?? 0))
  })

  test('not where processors find it: down the rows, in runs of less than a line', () => {
    const x = values(2, 40, 9, 9)
    for (const stride of [1, 2]) {
      const make = (): Tensor => x.conv2d(values(24, 40, 3, 3), { stride })
      expect(fetches(make(), 'native').written).toBe(0)
      expect(difference([make()])).toBe(-1)
    }
  })

  test('rows of panels that are turned', () => {
    const make = (): Tensor => values(270, 600).matmul(values(600, 290))
    expect(fetches(make(), 'native').read).toBeGreaterThan(0)
    expect(difference([make()])).toBe(-1)
  })
})
