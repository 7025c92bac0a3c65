import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FormatError, ValueError } from '../../src/base/error.ts'
import {
  characters,
  DataLoader,
  fromKeys,
  hashNgrams,
  readText,
  toJamo,
  toKeys,
  Vocabulary,
  WindowDataset,
  words,
} from '../../src/data/index.ts'

const shakespeare = resolve(
  import.meta.dirname,
  '../../../../../shared/data/text/tinyshakespeare.txt',
)

describe('Hangul', () => {
  test.each([
    ['값 A', 'ㄱㅏㅄ A', 'ㄱㅏㅂㅅ A'],
    ['괜찮', 'ㄱㅙㄴㅊㅏㄶ', 'ㄱㅗㅐㄴㅊㅏㄴㅎ'],
    ['뷁', 'ㅂㅞㄺ', 'ㅂㅜㅔㄹㄱ'],
    ['ㅋㅋ', 'ㅋㅋ', 'ㅋㅋ'],
    ['', '', ''],
  ])('%s has letters %s and keys %s', (text, jamo, keys) => {
    expect(toJamo(text)).toBe(jamo)
    expect(toKeys(text)).toBe(keys)
  })

  test('syllables equal those that Unicode composes, all 11,172', () => {
    for (let code = 0xac00; code <= 0xd7a3; code++) {
      const syllable = String.fromCharCode(code)
      expect(fromKeys(toKeys(syllable))).toBe(syllable)
      expect(toJamo(syllable).length).toBe(syllable.normalize('NFD').length)
    }
  })

  test('what is typed appears as it was, whole texts too', () => {
    const syllable = fc.integer({ min: 0xac00, max: 0xd7a3 }).map((x) => String.fromCharCode(x))
    const texts = fc.array(fc.oneof(syllable, fc.constantFrom(' ', 'a', '.')), { maxLength: 8 })
    fc.assert(
      fc.property(texts, (parts) => {
        const text = parts.join('')
        expect(fromKeys(toKeys(text))).toBe(text)
      }),
      { numRuns: 500, seed: 1 },
    )
  })

  test.each([
    ['ㄱㅏㄱㅏ', '가가'],
    ['ㄱㅏㅂㅅㅇㅣ', '값이'],
    ['ㄱㅏㅂㅅㅣ', '갑시'],
    ['ㄱㅏㄸ', '가ㄸ'],
    ['ㄱㅗㅏㅏ', '과ㅏ'],
    ['ㅏㄱ', 'ㅏㄱ'],
    ['ㄳㅏ', 'ㄳㅏ'],
    ['ㅎㅏㄴx', '한x'],
  ])('%s types %s', (keys, text) => expect(fromKeys(keys)).toBe(text))
})

describe('Vocabulary', () => {
  test('the commonest tokens come first, behind special ones', () => {
    const texts = ['b a b', 'c a b'].map(words)
    const vocabulary = Vocabulary.of(texts, { specials: ['<pad>', '<unk>'] })
    expect(vocabulary.tokens).toEqual(['<pad>', '<unk>', 'b', 'a', 'c'])
    expect([...vocabulary.encode(['a', 'zebra'])]).toEqual([3, 1])
    expect(vocabulary.decode([2, 3])).toEqual(['b', 'a'])
    const few = Vocabulary.of(texts, { minCount: 2, maxSize: 1 })
    expect(few.tokens).toEqual(['b'])
  })

  test('is its tokens, also through JSON', () => {
    const tokens = ['__proto__', 'constructor', '한', '😀']
    const again = new Vocabulary(JSON.parse(JSON.stringify(new Vocabulary(tokens))))
    expect([...again.encode(tokens)]).toEqual([0, 1, 2, 3])
  })

  test('characters are code points, words stand between white space', () => {
    expect(characters('a😀한')).toEqual(['a', '😀', '한'])
    expect(words(' a\tb\u3000c\n')).toEqual(['a', 'b', 'c'])
  })

  test.each<[string, () => unknown, unknown]>([
    ['a token twice', () => new Vocabulary(['a', 'a']), FormatError],
    ['a number', () => new Vocabulary([1 as never]), FormatError],
    ['an unknown token', () => new Vocabulary(['a']).encode(['b']), ValueError],
    ['an unknown number', () => new Vocabulary(['a']).decode([1]), ValueError],
    ['room for nothing', () => Vocabulary.of([], { specials: ['a'], maxSize: 0 }), ValueError],
  ])('refuses %s', (_, act, error) => expect(act).toThrow(error as never))
})

describe('hashNgrams', () => {
  const of = (text: string, from: number, to: number, unit: 'syllable' | 'jamo' = 'syllable') =>
    hashNgrams(text, { from, to, unit, buckets: 2 ** 31 })

  test('pieces of each word with its ends, and the word', () => {
    // <가, 가>, <가>
    expect(of('가', 2, 3)).toHaveLength(3)
    expect(of('가나', 2, 5)).toHaveLength(3 + 2 + 1)
    expect(of('a b', 2, 2)).toHaveLength(6)
    expect(of('', 2, 5)).toHaveLength(0)
    expect([...of('b a', 2, 3)].sort()).toEqual([...of('a b', 2, 3)].sort())
  })

  test('FNV-1a of the code units', () => {
    // the published value of "foobar" is 0xbf9cf968; here with its ends, by the definition
    const [whole] = [...of('foobar', 8, 8)]
    let value = 0x811c9dc5
    for (const c of '<foobar>') value = Math.imul(value ^ c.charCodeAt(0), 0x01000193)
    expect(whole).toBe((value >>> 0) % 2 ** 31)
  })

  test('a typo in one letter leaves more pieces of jamo than of syllables', () => {
    const shared = (unit: 'syllable' | 'jamo') => {
      const [a, b] = ['재미있는', '재미잇는'].map((word) => new Set(of(word, 2, 4, unit)))
      return [...a!].filter((id) => b!.has(id)).length / a!.size
    }
    expect(shared('jamo')).toBeGreaterThan(shared('syllable'))
  })

  test.each([
    ['no bucket', () => hashNgrams('a', { buckets: 0 })],
    ['pieces of nothing', () => hashNgrams('a', { buckets: 9, from: 0 })],
    ['to before from', () => hashNgrams('a', { buckets: 9, from: 3, to: 2 })],
    ['a strange unit', () => hashNgrams('a', { buckets: 9, unit: 'word' as never })],
  ])('refuses %s', (_, act) => expect(act).toThrow(ValueError))
})

describe('WindowDataset', () => {
  const tokens = Int32Array.from({ length: 10 }, (_, i) => i)

  test('stretches and what follows', () => {
    const set = new WindowDataset(tokens, { length: 3 })
    expect(set.length).toBe(3)
    expect([...set.at(2).input.data]).toEqual([6, 7, 8])
    expect([...set.at(2).label.data]).toEqual([7, 8, 9])
    expect(new WindowDataset(tokens, { length: 3, stride: 1 }).length).toBe(7)
    expect(new WindowDataset(tokens, { length: 9 }).length).toBe(1)
    const [batch] = [...new DataLoader(set, { batchSize: 2 })]
    expect([batch!.inputs.shape, batch!.labels.dtype]).toEqual([[2, 3], 'int32'])
  })

  test('refuses a sequence that is too short', () => {
    expect(() => new WindowDataset(tokens, { length: 10 })).toThrow(ValueError)
  })

  test.skipIf(!existsSync(shakespeare))('tinyshakespeare has 65 characters', async () => {
    const text = await readText(shakespeare)
    const vocabulary = Vocabulary.of([characters(text)])
    expect([text.length, vocabulary.size]).toEqual([1_115_394, 65])
    const set = new WindowDataset(vocabulary.encode(characters(text)), { length: 64 })
    expect(vocabulary.decode(set.at(0).input.data).join('')).toBe(text.slice(0, 64))
  })
  if (!existsSync(shakespeare)) console.warn(`SKIPPED: there is no ${shakespeare}`)
})
