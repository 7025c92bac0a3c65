/** The catalogue of messages: whole in both languages, and every one of them in use. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { ShapeError } from '../../src/base/error.ts'
import { type MessageKey, messages } from '../../src/base/messages.ts'
import { chooseParticles } from '../../src/base/particle.ts'

const rows = Object.entries(messages) as [MessageKey, (typeof messages)[MessageKey]][]
const placeholders = (parts: readonly string[]) => [
  ...new Set(parts.join(' ').match(/\{\w+\}/g) ?? []),
]

describe.each(rows)('%s', (_, { en, ko }) => {
  test('says in both languages what happened, and names the same values', () => {
    expect(en[0]).not.toBe('')
    expect(ko[0]).not.toBe('')
    expect(placeholders(ko).sort()).toEqual(placeholders(en).sort())
    expect(ko.map(Boolean)).toEqual(en.map(Boolean))
  })

  test('is Korean in Korean, in plain style', () => {
    expect(ko[0]).toMatch(/[가-힣]/)
    for (const part of ko) expect(part).not.toMatch(/(요|[습입합됩갑옵]니다|시오)(?![가-힣])/)
  })

  test('has double forms of particles only after values', () => {
    const filled = ko.map((part) => part.replace(/\{\w+\}/g, 'x'))
    expect(filled.map(chooseParticles)).toEqual(filled)
  })
})

test('every message is thrown somewhere', () => {
  const root = fileURLToPath(new URL('../../src/', import.meta.url))
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  const sources = files.filter((path) => path.endsWith('.ts') && !path.endsWith('messages.ts'))
  const text = sources.map((path) => readFileSync(root + path, 'utf8')).join('\n')
  expect(rows.map(([key]) => key).filter((key) => !text.includes(`'${key}'`))).toEqual([])
})

describe('Korean particles', () => {
  test.each([
    ['3은(는)', '3은'],
    ['[2, 4]이(가)', '[2, 4]가'],
    ['10와(과)', '10과'],
    ['"값"을(를)', '"값"을'],
    ['나무을(를)', '나무를'],
    ['7(으)로', '7로'],
    ['서울(으)로', '서울로'],
    ['집(으)로', '집으로'],
    ['[5](이)라고', '[5]라고'],
    ['[6](이)라고', '[6]이라고'],
    ['weight은(는)', 'weight은(는)'],
    ['[]을(를)', '[]을(를)'],
  ])('%s is %s', (given, wanted) => {
    expect(chooseParticles(given)).toBe(wanted)
  })
})

describe('values in a message', () => {
  const shown = (got: string | readonly string[]) =>
    new ShapeError('shape.sizes', { op: 'zeros', got }).message.split(' — ')[0]

  test('are cut short when they are long', () => {
    const list = Array.from({ length: 1000 }, (_, i) => `${i}`)
    expect(shown(list)).toMatch(/^zeros: shape \[0, 1, .*, 15, … \+984\] is not a shape$/)
    expect(shown('x'.repeat(1e6))!.length).toBeLessThan(500)
  })

  test('hold nothing that a terminal obeys', () => {
    expect(shown('\u001b[31m\r\n\u202e')).toBe('zeros: shape �[31m��� is not a shape')
  })

  test('may look like templates', () => {
    expect(shown('{op} $& {got}')).toBe('zeros: shape {op} $& {got} is not a shape')
  })

  test('are fields of the error', () => {
    const error = new ShapeError('shape.sizes', { op: 'zeros', got: '[-1]' })
    expect(error).toMatchObject({ name: 'ShapeError', fields: { op: 'zeros', got: '[-1]' } })
    expect(error.stack).toMatch(/^ShapeError: zeros: shape \[-1\]/)
  })
})
