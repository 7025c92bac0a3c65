/** What is used stays, what is not is forgotten, and never are there more than two turns of texts. */
import { expect, test } from 'vitest'
import { Recent } from '../../src/base/recent.ts'

const text = (i: number): string => String(i).padStart(10, ' ')

test('what is used again and again stays, however many others come and go', () => {
  const recent = new Recent<number>(100)
  recent.set('kept', -1)
  for (let i = 0; i < 1000; i++) {
    recent.set(text(i), i)
    expect(recent.get('kept')).toBe(-1)
    expect(recent.get(text(i))).toBe(i)
  }
})

test('what nobody used for two turns is forgotten', () => {
  const recent = new Recent<number>(100)
  for (let i = 0; i < 1000; i++) recent.set(text(i), i)
  const left = Array.from({ length: 1000 }, (_, i) => recent.get(text(i))).filter(
    (it) => it !== undefined,
  )
  expect(left.length).toBeGreaterThan(0)
  expect(left.length).toBeLessThanOrEqual(20)
})

test('a text longer than all that is remembered is found until the next one', () => {
  const recent = new Recent<string>(4)
  recent.set('longer than four', 'it')
  expect(recent.get('longer than four')).toBe('it')
})
