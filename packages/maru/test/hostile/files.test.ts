import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { damage } from './damage.ts'
import { readers } from './readers.ts'

const FILES = 400

describe.each(readers)('damaged files of $name', (reader) => {
  test('the whole ones are read', async () => {
    for (const file of reader.files) await reader.read(file)
  })

  test('give a value or a typed error, in time and within memory', async () => {
    let read = 0
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (i) => {
        const outcome = await damage(reader, 1, i)
        if (outcome.read) read++
        expect(outcome.wrong).toBeUndefined()
      }),
      { numRuns: FILES, seed: 1 },
    )
    expect(read).toBeLessThan(FILES)
  })
})
