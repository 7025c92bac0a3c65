import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FormatError, ValueError } from '../../src/base/error.ts'
import {
  parseCifar,
  parseJsonLines,
  parseReviews,
  parseSeparated,
  parseTable,
  readCifar,
  readJsonLines,
  readReviews,
  readTable,
} from '../../src/data/index.ts'

const shared = (name: string): string =>
  resolve(import.meta.dirname, '../../../../../shared/data', name)
for (const name of ['cifar10', 'nsmc']) {
  if (!existsSync(shared(name))) console.warn(`SKIPPED: there is no ${shared(name)}`)
}

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'readers-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('separated values', () => {
  test.each([
    [
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a,b\r\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    ['"a, b","say ""so""",""\n', [['a, b', 'say "so"', '']]],
    ['"two\nlines",x', [['two\nlines', 'x']]],
    [
      'a,\n,b',
      [
        ['a', ''],
        ['', 'b'],
      ],
    ],
    ['a"b,c', [['a"b', 'c']]],
    ['a\rb', [['a\rb']]],
    ['a,', [['a', '']]],
    ['\n\n', [[''], ['']]],
    ['', []],
  ])('%j', (text, rows) => expect(parseSeparated(text)).toEqual(rows))

  test('without quotes they mean nothing', () => {
    const rows = parseSeparated('"a\t"b" c\n', { separator: '\t', quotes: false })
    expect(rows).toEqual([['"a', '"b" c']])
  })

  test.each([
    ['a quote without end', 'a\n"b', 'separated.quote'],
    ['text behind a quote', 'x\n"a"b,c', 'separated.behind'],
    ['a lone carriage return behind a quote', '"a"\r', 'separated.behind'],
  ])('refuse %s', (_, text, key) => {
    const fields = { line: text.split('\n').length }
    expect(() => parseSeparated(text)).toThrow(expect.objectContaining({ key, fields }))
  })

  test('a separator is one character', () => {
    for (const separator of ['', '"', '\n', 'ab']) {
      expect(() => parseSeparated('a', { separator })).toThrow(FormatError)
    }
  })

  test('a megabyte takes no second', () => {
    const start = performance.now()
    parseSeparated('"'.repeat(1_000_000))
    parseSeparated(`${'a,'.repeat(500_000)}\n`)
    expect(performance.now() - start).toBeLessThan(1000)
  })
})

describe('Table', () => {
  const table = parseTable('\ufeffx,y,kind\n1,-2.5,cat\n\n3,4e2,ant\n')

  test('numbers and classes of columns', () => {
    expect(table.numbers(['y', 'x'])).toEqual({
      data: Float32Array.of(-2.5, 1, 400, 3),
      shape: [2, 2],
    })
    expect(table.labels('kind')).toEqual({
      labels: Int32Array.of(1, 0),
      classes: ['ant', 'cat'],
    })
    expect(parseTable('1,2\n3,4', { header: false }).names).toEqual(['0', '1'])
    expect(parseTable('__proto__\n1').numbers(['__proto__']).data[0]).toBe(1)
  })

  test.each<[string, () => unknown, unknown]>([
    ['no column of that name', () => table.column('z'), ValueError],
    ['a word for a number', () => table.numbers(['kind']), FormatError],
    ['an empty number', () => parseTable('a,b\n,1').numbers(['a']), FormatError],
    ['an endless number', () => parseTable('a\n1e999').numbers(['a']), FormatError],
    ['a hexadecimal number', () => parseTable('a\n0x10').numbers(['a']), FormatError],
    ['a column twice', () => parseTable('a,a\n1,2'), FormatError],
    ['a short row', () => parseTable('a,b\n1'), FormatError],
    ['nothing', () => parseTable(''), FormatError],
  ])('refuses %s', (_, act, error) => expect(act).toThrow(error as never))

  test('a file is TSV or CSV by its name, packed or not', async () => {
    await writeFile(join(folder, 'a.csv'), 'a,b\n"x",1')
    await writeFile(join(folder, 'a.tsv.gz'), gzipSync('a\tb\n"x\t1'))
    await writeFile(join(folder, 'latin.csv'), Buffer.from([0x61, 0xe9]))
    expect((await readTable(join(folder, 'a.csv'))).rows).toEqual([['x', '1']])
    expect((await readTable(join(folder, 'a.tsv.gz'))).rows).toEqual([['"x', '1']])
    const latin = readTable(join(folder, 'latin.csv'))
    await expect(latin).rejects.toThrow(expect.objectContaining({ key: 'text.utf8' }))
  })
})

describe('JSON lines', () => {
  test('a value on each line', async () => {
    expect(parseJsonLines('{"a": 1}\n\n [2]\r\n')).toEqual([{ a: 1 }, [2]])
    await writeFile(join(folder, 'a.jsonl'), '{"__proto__": {"polluted": 1}}')
    const [record] = await readJsonLines(join(folder, 'a.jsonl'))
    expect(Object.keys(record as object)).toEqual(['__proto__'])
    expect('polluted' in {}).toBe(false)
  })

  test('an error tells the line', () => {
    const wanted = { key: 'jsonl.line', fields: { line: 2 } }
    expect(() => parseJsonLines('1\n{\n')).toThrow(expect.objectContaining(wanted))
  })
})

/** A CIFAR-10 file whose image i has label i and first pixel i. */
function cifar(count: number, labelBytes = 1): Uint8Array {
  const bytes = new Uint8Array(count * (labelBytes + 3072))
  for (let i = 0; i < count; i++) {
    bytes[i * (labelBytes + 3072) + labelBytes - 1] = i
    bytes[i * (labelBytes + 3072) + labelBytes] = i
  }
  return bytes
}

describe('CIFAR', () => {
  test('labels and planes', () => {
    const set = parseCifar(cifar(3))
    expect(set.shape).toEqual([3, 32, 32])
    expect([...set.labels]).toEqual([0, 1, 2])
    expect(set.at(2).input.data[0]).toBe(Math.fround(2 / 255))
    expect(set.classes[2]).toBe('bird')
    expect(parseCifar(new Uint8Array(0)).length).toBe(0)
  })

  test('a folder of batches, in order, packed or not; the test part is marked', async () => {
    await writeFile(join(folder, 'data_batch_1.bin'), cifar(2))
    await writeFile(join(folder, 'data_batch_2.bin.gz'), gzipSync(cifar(3)))
    await writeFile(join(folder, 'test_batch.bin'), cifar(1))
    const { train, test: held } = await readCifar(folder)
    expect([...train.labels]).toEqual([0, 1, 0, 1, 2])
    expect([held.length, held.role]).toEqual([1, 'test'])
  })

  test('CIFAR-100 by its list of names', async () => {
    await writeFile(join(folder, 'fine_label_names.txt'), 'apple\nbear\nchair\n')
    await writeFile(join(folder, 'train.bin'), cifar(3, 2))
    await writeFile(join(folder, 'test.bin'), cifar(1, 2))
    const { train } = await readCifar(folder)
    expect([...train.labels].map((label) => train.classes[label])).toEqual([
      'apple',
      'bear',
      'chair',
    ])
  })

  test.each([
    ['half an image', cifar(1).subarray(1), 'cifar.size'],
    ['an eleventh class', cifar(11), 'cifar.label'],
  ])('refuses %s', (_, bytes, key) => {
    expect(() => parseCifar(bytes)).toThrow(expect.objectContaining({ name: 'FormatError', key }))
  })

  test('refuses the version for Python, and a folder without files', async () => {
    const key = (error: FormatError) => error.key
    expect(await readCifar(folder).catch(key)).toBe('cifar.missing')
    expect(await readCifar(join(folder, 'none')).catch(key)).toBe('file.read')
    await writeFile(join(folder, 'data_batch_1'), 'pickle')
    expect(await readCifar(folder).catch(key)).toBe('cifar.pickle')
  })

  test.skipIf(!existsSync(shared('cifar10')))('the real part of CIFAR-10', async () => {
    const { train, test: held } = await readCifar(shared('cifar10'))
    expect([train.length, held.length, train.classes[9]]).toEqual([10_000, 2_000, 'truck'])
    const counts = new Array<number>(10).fill(0)
    for (const label of train.labels) counts[label]!++
    expect(counts).toEqual(new Array(10).fill(1000))
    expect(train.moments().mean).toBeCloseTo(0.4745, 3)
  })
})

describe('reviews', () => {
  test('texts with classes', () => {
    const set = parseReviews('id\tdocument\tlabel\n1\t"좋다\t1\n2\t\t0\n')
    expect(set.at(0)).toEqual({ text: '"좋다', label: 1 })
    expect(set.at(1)).toEqual({ text: '', label: 0 })
    expect(set.classes).toEqual(['부정', '긍정'])
  })

  test.each([
    ['a label beyond', 'id\tdocument\tlabel\n1\tx\t2', 'reviews.label'],
    ['other columns', 'a\tb\n1\t2', 'reviews.columns'],
    ['a row too short', 'id\tdocument\tlabel\n1\tx', 'table.row'],
  ])('refuses %s', (_, text, key) => {
    expect(() => parseReviews(text)).toThrow(expect.objectContaining({ key }))
  })

  test('refuses a folder without them', async () => {
    const reading = readReviews(folder)
    await expect(reading).rejects.toThrow(expect.objectContaining({ key: 'reviews.missing' }))
  })

  test.skipIf(!existsSync(shared('nsmc')))('the real part of NSMC', async () => {
    const { train, test: held } = await readReviews(shared('nsmc'))
    expect([train.length, held.length, held.role]).toEqual([20_000, 4_000, 'test'])
    expect(held.at(0)).toEqual({ text: '크리스찬슬레이터 요새 영화가 안들어오나-_-;;', label: 0 })
  })
})
