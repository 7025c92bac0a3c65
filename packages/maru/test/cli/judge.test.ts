/** What `maru train` and `maru evaluate` say of a classifier. */
import { expect, test } from 'vitest'
import type { Encoding } from '../../src/cli/encoding.ts'
import { judge } from '../../src/cli/judge.ts'
import { ColumnDataset, type Sample } from '../../src/data/index.ts'
import { Identity } from '../../src/nn/index.ts'

const scoresOf = (rows: readonly (readonly number[])[], labels: readonly number[]) =>
  new ColumnDataset<Sample>({
    input: { data: Float32Array.from(rows.flat()), shape: [rows.length, rows[0]!.length] },
    label: { data: Int32Array.from(labels), shape: [labels.length] },
  })

const encodingOf = (classes: number): Encoding => ({
  kind: 'pictures',
  channels: 1,
  size: [1, classes],
  classes: Array.from({ length: classes }, (_, i) => `class ${i}`),
})

test('[J0.3] a network for many classes reports whether one is among the first five', async () => {
  const down = Array.from({ length: 12 }, (_, i) => -i)
  // of falling scores the labels 0, 4 and 5 stand first, fifth and sixth
  const found = await judge(new Identity(), scoresOf([down, down, down], [0, 4, 5]), encodingOf(12))
  expect(found).toMatchObject({ accuracy: 1 / 3, top5: 2 / 3 })
})

test('one for few classes does not', async () => {
  const found = await judge(new Identity(), scoresOf([[1, 0, 0]], [0]), encodingOf(3))
  expect(Object.keys(found)).toEqual(['accuracy', 'loss'])
})
