import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { digitTables } from '../../../../tools/digit-tables.ts'
import { type Answer, ask } from './check.ts'
import { calls, sums } from './rules.ts'

const sample = [1, 2, 3].flatMap((seed) => calls(seed, 48))

/** The shape that the compiler sees, or the word for a diagnostic of ours. */
function read({ type, diagnostics }: Answer): string {
  if (diagnostics.length === 0) return type
  return diagnostics.every(({ text }) => text.includes('ShapeMistake<"'))
    ? 'a mistake'
    : 'an accident'
}

test(`the types agree with the rules on ${sample.length} random calls`, () => {
  const answers = ask(sample.map((call) => call.code))
  const disagreements = sample.flatMap(({ code, shape }, i) => {
    const answer = answers[i] ?? { type: '', diagnostics: [] }
    const wanted = shape === null ? 'a mistake' : `Tensor<[${shape.join(', ')}]>`
    const got = read(answer)
    return got === wanted
      ? []
      : [{ code, wanted, got, says: answer.diagnostics.map(({ text }) => text) }]
  })
  expect(disagreements).toEqual([])
}, 60_000)

test('the sample has enough of both', () => {
  expect(sample.length).toBeGreaterThanOrEqual(2500)
  expect(sample.filter((call) => call.shape === null).length).toBeGreaterThan(500)
})

test('arithmetic on types is exact', () => {
  const cases = sums(5, 80)
  const prelude =
    "import type { Add, DivMod, Less, Mul, Sub } from '../../src/base/types/arith.ts'\n"
  const answers = ask(
    cases.map(({ type }) => `{} as unknown as ${type}`),
    prelude,
  )
  const got = cases.map(({ type }, i) => ({ type, result: answers[i]?.type }))
  expect(got).toEqual(cases)
}, 60_000)

test('the digit tables are those of their generator', () => {
  const path = new URL('../../src/base/types/digits.ts', import.meta.url)
  expect(readFileSync(path, 'utf8')).toBe(digitTables())
})
