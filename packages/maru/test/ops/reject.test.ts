/** Bad calls: the class of the error, its message's key, and the line that made it. */
import { describe, expect, test } from 'vitest'
import { MaruError } from '../../src/index.ts'
import { table } from './table.ts'

function thrownBy(call: () => unknown): MaruError {
  try {
    call()
  } catch (error) {
    if (error instanceof MaruError) return error
    throw error
  }
  throw new Error(`${call} threw nothing`)
}

const rejects = table.flatMap(({ name, rejects = [] }) =>
  rejects.map(([call, error, key]) => [`${name}: ${key}`, { call, error, key }] as const),
)

describe('rejected', () => {
  test.each(rejects)('%s', (_, { call, error, key }) => {
    const thrown = thrownBy(call)
    expect(thrown).toBeInstanceOf(error)
    expect(thrown.key).toBe(key)
    expect(thrown.message, 'every field of the message is filled').not.toMatch(/\{\w+\}|undefined/)
    expect(thrown.site, 'the line of the call').toContain('test/ops/rows/')
  })
})
