/** `SUPPORT.md` says what the table says. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../house/source.ts'
import { aliases, opFor, opInfoNames } from './opinfo.ts'
import { supportText } from './support.ts'

test('SUPPORT.md is up to date: `npm run support` writes it', () => {
  const written = readFileSync(join(ROOT, 'SUPPORT.md'), 'utf8')
  const [got, want] = [written, supportText()].map((text) => text.split('\n'))
  expect(got).toEqual(want)
})

test('other words are words of PyTorch for ops of the table', () => {
  expect(Object.keys(aliases).filter((name) => !opInfoNames.includes(name))).toEqual([])
  expect(Object.keys(aliases).filter((name) => opFor(name) === undefined)).toEqual([])
})
