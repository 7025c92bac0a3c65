import { expect, test } from 'vitest'
import { ImageDataset } from '../../src/data/index.ts'
import { Module } from '../../src/nn/index.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { evaluate } from '../../src/train/index.ts'

/** Takes its inputs for logits. */
class Given extends Module {
  readonly modes: boolean[] = []

  override forward(x: Tensor): Tensor {
    this.modes.push(this.training)
    return x.flatten(1)
  }
}

function logits(rows: readonly (readonly [label: number, ...logits: number[]])[]): ImageDataset {
  return new ImageDataset({
    images: Float32Array.from(rows.flatMap(([, ...values]) => values)),
    labels: Int32Array.from(rows, ([label]) => label),
    shape: [1, 1, 3],
    classes: ['a', 'b', 'c'],
  })
}

const data = logits([
  [0, 2, 0, 0], // right
  [1, 1, 0, 0], // taken for 0
  [2, 0, 0, 3], // right
  [2, 0, 5, 0], // taken for 1, with more confidence
  [1, 0, 4, 0], // right
])

test.each([1, 2, 5, 64])('counts in batches of %i', async (batchSize) => {
  const found = await evaluate(new Given(), data, { batchSize })
  expect(found.samples).toBe(5)
  expect(found.error).toBe(2 / 5)
  expect(found.confusion).toEqual([
    [1, 0, 0],
    [1, 1, 0],
    [0, 1, 1],
  ])
  expect(found.mistakes).toEqual([
    { index: 3, truth: 2, predicted: 1, confidence: expect.closeTo(softmax([0, 5, 0], 1), 6) },
    { index: 1, truth: 1, predicted: 0, confidence: expect.closeTo(softmax([1, 0, 0], 0), 6) },
  ])
  const right = [softmax([2, 0, 0], 0), softmax([1, 0, 0], 1), softmax([0, 0, 3], 2)]
  const all = [...right, softmax([0, 5, 0], 2), softmax([0, 4, 0], 1)]
  expect(found.loss).toBeCloseTo(-all.reduce((sum, p) => sum + Math.log(p), 0) / 5, 6)
})

function softmax(row: readonly number[], i: number): number {
  return Math.exp(row[i]!) / row.reduce((sum, x) => sum + Math.exp(x), 0)
}

test('evaluates in evaluation mode and leaves the mode as it was', async () => {
  const model = new Given()
  await evaluate(model, data)
  expect(model.modes).toEqual([false])
  expect(model.training).toBe(true)
})

test('refuses an empty data set', async () => {
  await expect(evaluate(new Given(), data.subset(0, 0))).rejects.toMatchObject({
    key: 'data.empty',
  })
})
