import { describe, expect, test } from 'vitest'
import { FormatError, ValueError } from '../../src/base/error.ts'
import { DataLoader, encodeTable, parseTable, planTable, split } from '../../src/data/index.ts'

const table = parseTable(
  'id,size,colour,note,same,kind\n' +
    'a1,1,red,,x,cat\n' +
    'b2,3,blue,,x,dog\n' +
    'c3,,red,,x,cat\n' +
    'd4,5,,,x,owl\n',
)

describe('planTable', () => {
  test('numbers, categories, what says nothing, and classes', () => {
    const plan = planTable(table, { target: 'kind' })
    expect(plan.target).toEqual({ kind: 'classes', name: 'kind', classes: ['cat', 'dog', 'owl'] })
    expect(plan.inputs.slice(1)).toEqual([
      { kind: 'number', name: 'size', mean: 3, std: Math.sqrt(8 / 3) },
      { kind: 'category', name: 'colour', values: ['blue', 'red'] },
    ])
    expect(plan.skipped).toEqual(['note', 'same'])
  })

  test('texts are left out, few whole numbers are classes, others quantities', () => {
    const rows = Array.from({ length: 60 }, (_, i) => `word${i},${i % 3},${i * 2},${i / 7}`)
    const long = parseTable(`text,few,many,real\n${rows.join('\n')}`)
    expect(planTable(long, { target: 'few' })).toMatchObject({
      target: { kind: 'classes', classes: ['0', '1', '2'] },
      skipped: ['text'],
    })
    expect(planTable(long, { target: 'many' }).target).toEqual({ kind: 'number', name: 'many' })
    expect(planTable(long, { target: 'real' }).target.kind).toBe('number')
    expect(planTable(long, { target: 'few', task: 'number' }).target.kind).toBe('number')
    const ten = parseTable('x,y\n1,10\n2,9\n3,10')
    expect(planTable(ten, { target: 'y' }).target).toMatchObject({ classes: ['9', '10'] })
  })

  test.each<[string, () => unknown, unknown]>([
    ['a target that is not there', () => planTable(table, { target: 'z' }), ValueError],
    [
      'nothing to predict from',
      () => planTable(parseTable('y\n1\n2'), { target: 'y' }),
      ValueError,
    ],
    ['a target with gaps', () => planTable(table, { target: 'colour' }), FormatError],
    ['no row', () => planTable(parseTable('x,y\n'), { target: 'y' }), FormatError],
  ])('refuses %s', (_, act, error) => expect(act).toThrow(error as never))
})

describe('encodeTable', () => {
  const plan = planTable(table, { target: 'kind' })

  test('rows by a plan that went through JSON; gaps are means, new words nothing', () => {
    const again = JSON.parse(JSON.stringify({ ...plan, inputs: plan.inputs.slice(1) }))
    const fresh = parseTable('kind,colour,size\nowl,green,\ncat,red,3\n')
    const set = encodeTable(fresh, again, { role: 'test' })
    expect(set.at(0)).toEqual({ input: { data: Float32Array.of(0, 0, 0), shape: [3] }, label: 2 })
    expect(set.at(1).input).toEqual({ data: Float32Array.of(0, 0, 1), shape: [3] })
    expect([set.role, set.classes]).toEqual(['test', ['cat', 'dog', 'owl']])
  })

  test('splits and batches as other sets do', async () => {
    const { train } = split(encodeTable(table, plan), { train: 1 })
    const [batch] = [...new DataLoader(train, { batchSize: 4 })]
    expect(await batch!.labels.array()).toEqual([0, 1, 0, 2])
  })

  test('a number to be predicted has an axis', () => {
    const numbers = parseTable('x,y\n1,0.5\n2,0.25\n')
    const set = encodeTable(numbers, planTable(numbers, { target: 'y' }))
    expect(set.at(1).label).toEqual({ data: Float32Array.of(0.25), shape: [1] })
  })

  test.each<[string, string, unknown]>([
    ['a class that is new', 'size,colour,kind,id\n1,red,bee,a1', FormatError],
    ['a word for a number', 'size,colour,kind,id\nbig,red,cat,a1', FormatError],
    ['a column that is missing', 'size,kind,id\n1,cat,a1', ValueError],
  ])('refuses %s', (_, text, error) => {
    expect(() => encodeTable(parseTable(text), plan)).toThrow(error as never)
  })
})
