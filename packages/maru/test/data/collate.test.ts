import { describe, expect, test } from 'vitest'
import { ShapeError, ValueError } from '../../src/base/error.ts'
import { collate, type NdArray, padSequences } from '../../src/data/index.ts'
import { tensorsOf } from '../../src/data/record.ts'

const row = (...values: number[]): NdArray<Float32Array> => ({
  data: Float32Array.from(values),
  shape: [values.length],
})

describe('collate', () => {
  test('every key is a column: arrays, numbers, class ids, flags, whatever else', () => {
    const batch = collate([
      { input: row(1, 2), label: 3, weight: 0.5, easy: true, name: 'a', box: Int32Array.of(1, 2) },
      { input: row(4, 5), label: 0, weight: 2, easy: false, name: 'b', box: Int32Array.of(3, 4) },
    ])
    expect(batch).toEqual({
      inputs: { data: Float32Array.of(1, 2, 4, 5), shape: [2, 2] },
      labels: { data: Int32Array.of(3, 0), shape: [2] },
      weight: { data: Float32Array.of(0.5, 2), shape: [2] },
      easy: { data: Uint8Array.of(1, 0), shape: [2], dtype: 'bool' },
      name: ['a', 'b'],
      box: { data: Int32Array.of(1, 2, 3, 4), shape: [2, 2] },
    })
  })

  test('arrays become tensors of their dtypes', async () => {
    const { short, half, flag, words } = tensorsOf(
      collate([
        {
          short: Int16Array.of(-5),
          half: { data: Uint16Array.of(0x3e00), shape: [], dtype: 'float16' as const },
          flag: { data: Uint8Array.of(1), shape: [1], dtype: 'bool' as const },
          words: ['x'],
        },
      ]),
    )
    expect([short.dtype, half.dtype, flag.dtype]).toEqual(['int32', 'float16', 'bool'])
    expect([await short.array(), await half.array()]).toEqual([[[-5]], [1.5]])
    expect(words).toEqual([['x']])
  })

  test('labels that are arrays are what is to be predicted', () => {
    const { labels } = collate([{ label: Float32Array.of(0.25) }, { label: Float32Array.of(1) }])
    expect(labels).toEqual({ data: Float32Array.of(0.25, 1), shape: [2, 1] })
  })

  const bad: [string, () => unknown, unknown][] = [
    ['numbers for samples', () => collate([1, 2]), ValueError],
    ['arrays for samples', () => collate([row(1), null]), ValueError],
    ['a key too few', () => collate([{ a: 1, b: 1 }, { a: 1 }]), ValueError],
    ['a key too many', () => collate([{ a: 1 }, { a: 1, b: 2 }]), ValueError],
    ['half a class', () => collate([{ label: 0.5 }]), ValueError],
    ['a class that is no number', () => collate([{ label: Number.NaN }]), ValueError],
    ['a class beyond int32', () => collate([{ label: 2 ** 31 }]), ValueError],
    ['arrays of two lengths', () => collate([{ x: row(1) }, { x: row(1, 2) }]), ShapeError],
    ['an array and a number', () => collate<object>([{ x: row(1) }, { x: 1 }]), ShapeError],
    [
      'two dtypes',
      () => collate<object>([{ x: row(1) }, { x: { data: Int32Array.of(1), shape: [1] } }]),
      ShapeError,
    ],
    [
      'a shape that its values do not fill',
      () => collate([{ x: { data: new Float32Array(3), shape: [2] } }]),
      ShapeError,
    ],
  ]
  test.each(bad)('refuses %s', (_, act, error) => expect(act).toThrow(error as never))
})

describe('padSequences', () => {
  test('pads the first axis to the longest, and tells lengths and mask', () => {
    const pad = padSequences({ value: 9 })
    const long = { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] }
    const short = { data: Float32Array.of(5, 6), shape: [1, 2] }
    const none = { data: new Float32Array(0), shape: [0, 2] }
    const samples = [long, short, none].map((input, label) => ({ input, label }))
    expect(pad(samples)).toEqual({
      inputs: { data: Float32Array.of(1, 2, 3, 4, 5, 6, 9, 9, 9, 9, 9, 9), shape: [3, 2, 2] },
      labels: { data: Int32Array.of(0, 1, 2), shape: [3] },
      lengths: { data: Int32Array.of(2, 1, 0), shape: [3] },
      mask: { data: Uint8Array.of(1, 1, 1, 0, 0, 0), shape: [3, 2], dtype: 'bool' },
    })
  })

  test('pads several keys together, each by its own dtype', () => {
    const pad = padSequences({
      keys: ['input', 'label'],
      value: -1,
    })
    const batch = pad([
      { input: Int32Array.of(7), label: Int32Array.of(8) },
      { input: Int32Array.of(1, 2), label: Int32Array.of(3, 4) },
    ])
    expect(batch.inputs.data).toEqual(Int32Array.of(7, -1, 1, 2))
    expect(batch.labels.data).toEqual(Int32Array.of(8, -1, 3, 4))
  })

  test.each([
    ['a key that is not there', () => padSequences({ keys: ['x'] })([{ y: 1 }])],
    ['a number', () => padSequences()([{ input: 1 }])],
    [
      'other axes that differ',
      () =>
        padSequences()([
          { input: { data: new Float32Array(2), shape: [1, 2] } },
          { input: { data: new Float32Array(3), shape: [1, 3] } },
        ]),
    ],
    ['keys of two lengths', () => padSequences({ keys: ['a', 'b'] })([{ a: row(1), b: row() }])],
  ])('refuses %s', (_, act) => expect(act).toThrow(/collate|padSequences/))
})
