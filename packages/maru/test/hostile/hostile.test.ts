/**
 * Hostile calls of every op: a value or one of the library's errors that names the op, and nothing is
 * damaged. `bench/hostile-calls.ts` makes as many as one likes.
 */
import { expect, test } from 'vitest'
import { useDevice } from '../../src/index.ts'
import { attack, canary } from './attack.ts'

const CALLS = 1000

test.each([11, 12, 13])('calls of seed %i', async (seed) => {
  useDevice('wasm')
  const wrong: string[] = []
  for (let i = 0; i < CALLS; i++) {
    const report = await attack(seed, i)
    if (report) wrong.push(`${i}: ${report}`)
    if (i % 500 === 499) expect(await canary(), `what follows call ${i}`).toBe(true)
  }
  expect(wrong).toEqual([])
})
