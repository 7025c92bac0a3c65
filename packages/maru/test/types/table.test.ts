import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Answer, ask, check } from './check.ts'
import { foreseen, mistakes, prelude, results } from './table.ts'

const wrong = [...mistakes, ...foreseen]
const answers = ask(
  [...results, ...wrong].map(([code]) => code),
  prelude,
)

function answer(index: number): Answer {
  const found = answers[index]
  if (!found) throw new Error(`no answer ${index}`)
  return found
}

describe('the type of', () => {
  for (const [i, [code, type]] of results.entries()) {
    test(code, () => {
      expect(answer(i)).toEqual({ type, diagnostics: [] })
    })
  }
})

describe('the mistake in', () => {
  for (const [i, [code, sentence]] of wrong.entries()) {
    test(code, () => {
      const { type, diagnostics } = answer(results.length + i)
      expect(diagnostics).toHaveLength(1)
      expect(diagnostics[0]?.text).toContain(`ShapeMistake<"${sentence}">`)
      expect(type, 'work goes on with a tensor').toMatch(/^(Tensor|Sequential)</)
    })
  }
})

test('mistakes look in an editor as they did', async () => {
  const shown = wrong.map(([code], i) => {
    const { diagnostics } = answer(results.length + i)
    const texts = diagnostics.map(({ text, start, length }) =>
      [' '.repeat(start) + '~'.repeat(length), text].join('\n'),
    )
    return [code, ...texts].join('\n')
  })
  await expect(`${shown.join('\n\n')}\n`).toMatchFileSnapshot('mistakes.txt')
})

test('whole programs compile as written', () => {
  const text = readFileSync(new URL('programs.ts', import.meta.url), 'utf8')
  expect([...check(text).diagnostics.values()].flat()).toEqual([])
}, 60_000)
