import { describe, expect, test } from 'vitest'
import { DataLoader, ImageDataset } from '../../src/data/index.ts'
import { Linear, Module } from '../../src/nn/index.ts'
import { Adam, SGD } from '../../src/optim/index.ts'
import { tensor } from '../../src/tensor/create.ts'
import { binaryCrossEntropyWithLogits, crossEntropy, mseLoss } from '../../src/tensor/loss.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import {
  Accuracy,
  ConfusionMatrix,
  type LossFn,
  Mistakes,
  type Supervised,
  Trainer,
} from '../../src/train/index.ts'

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

const metrics = () => ({
  accuracy: new Accuracy(),
  confusion: new ConfusionMatrix(),
  mistakes: new Mistakes(),
})

function softmax(row: readonly number[], i: number): number {
  return Math.exp(row[i]!) / row.reduce((sum, x) => sum + Math.exp(x), 0)
}

describe('evaluate', () => {
  test.each([1, 2, 5, 64])('[B1.6] is the definition in batches of %i', async (batchSize) => {
    const trainer = new Trainer(new Given(), { loss: crossEntropy, metrics: metrics() })
    const found = await trainer.evaluate(new DataLoader(data, { batchSize }))
    expect(found.samples).toBe(5)
    expect(found.metrics.accuracy).toBe(3 / 5)
    expect(found.metrics.confusion).toEqual([
      [1, 0, 0],
      [1, 1, 0],
      [0, 1, 1],
    ])
    expect(found.metrics.mistakes).toEqual([
      { index: 3, truth: 2, predicted: 1, confidence: expect.closeTo(softmax([0, 5, 0], 1), 6) },
      { index: 1, truth: 1, predicted: 0, confidence: expect.closeTo(softmax([1, 0, 0], 0), 6) },
    ])
    const right = [softmax([2, 0, 0], 0), softmax([1, 0, 0], 1), softmax([0, 0, 3], 2)]
    const all = [...right, softmax([0, 5, 0], 2), softmax([0, 4, 0], 1)]
    const mean = -all.reduce((sum, p) => sum + Math.log(p), 0) / 5
    expect(Math.abs(found.loss - mean)).toBeLessThan(1e-6)
  })

  test('runs in evaluation mode and leaves the mode as it was', async () => {
    const model = new Given()
    await new Trainer(model, { loss: crossEntropy }).evaluate(new DataLoader(data))
    expect([model.modes, model.training]).toEqual([[false], true])
  })

  test('refuses an empty data set', async () => {
    const trainer = new Trainer(new Given(), { loss: crossEntropy })
    const empty = new DataLoader(data.subset(0, 0))
    await expect(trainer.evaluate(empty)).rejects.toMatchObject({ key: 'data.empty' })
    const nothing: Supervised[] = []
    await expect(trainer.predict(nothing)).rejects.toMatchObject({ key: 'data.empty' })
  })

  test('gives NaN where the loss is, rather than a mean of the others', async () => {
    const trainer = new Trainer(new Given(), { loss: crossEntropy })
    const broken = logits([
      [0, 1, 2, 3],
      [0, Number.NaN, 0, 0],
    ])
    expect((await trainer.evaluate(new DataLoader(broken))).loss).toBeNaN()
  })

  test('a metric without anything to compare is an error that says what to return', async () => {
    const objective = (model: Given, { inputs }: Supervised): Tensor => model.forward(inputs).mean()
    const trainer = new Trainer(new Given(), { objective, metrics: metrics() })
    await expect(trainer.evaluate(new DataLoader(data))).rejects.toMatchObject({
      key: 'evaluate.outputs',
    })
  })
})

/** y = 2a − b + 1 for points of a grid. */
const grid = Array.from({ length: 24 }, (_, i) => [(i % 5) / 4 - 0.5, (i % 7) / 6 - 0.5] as const)
const plane = ([a, b]: readonly [number, number]): number => 2 * a - b + 1

/** Batches of 10, the last smaller. */
function batches(labelsOf: (points: typeof grid) => Tensor): Supervised[] {
  return [grid.slice(0, 10), grid.slice(10, 20), grid.slice(20)].map((points) => ({
    inputs: tensor(points.map((point) => [...point])),
    labels: labelsOf(points),
  }))
}

interface Task {
  readonly loss: LossFn
  readonly outputs: number
  readonly labels: (points: typeof grid) => Tensor
  /** Whether a prediction is near enough. */
  readonly isRight: (output: readonly number[], point: readonly [number, number]) => boolean
}

const largest = (row: readonly number[]): number => row.indexOf(Math.max(...row))
const sector = ([a, b]: readonly [number, number]): number => (a > 0 ? 0 : b > 0 ? 1 : 2)

const tasks: Record<string, Task> = {
  '[B1.1] a regression': {
    loss: mseLoss,
    outputs: 1,
    labels: (points) => tensor(points.map((point) => [plane(point)])),
    isRight: ([y = 0], point) => Math.abs(y - plane(point)) < 0.05,
  },
  '[B1.2] two classes': {
    loss: binaryCrossEntropyWithLogits,
    outputs: 1,
    labels: (points) => tensor(points.map((point) => [Number(plane(point) > 1)])),
    isRight: ([y = 0], point) => y > 0 === plane(point) > 1 || Math.abs(plane(point) - 1) < 0.1,
  },
  '[B1.3] many classes': {
    loss: crossEntropy,
    outputs: 3,
    labels: (points) => tensor(Int32Array.from(points, sector), [points.length]),
    isRight: (row, point) =>
      largest(row) === sector(point) || Math.min(...point.map(Math.abs)) < 0.1,
  },
  '[B1.4] many labels at once': {
    loss: binaryCrossEntropyWithLogits,
    outputs: 2,
    labels: (points) => tensor(points.map(([a, b]) => [Number(a > 0.1), Number(b > 0.1)])),
    isRight: ([x = 0, y = 0], [a, b]) => x > 0 === a > 0.1 && y > 0 === b > 0.1,
  },
}

describe('fit, evaluate and predict on', () => {
  test.each(Object.entries(tasks))('%s', async (_, { loss, outputs, labels, isRight }) => {
    const model = new Linear(2, outputs)
    const optimizer = new Adam(model.parameters(), { lr: 0.1 })
    const trainer = new Trainer(model, { optimizer, loss })
    const all = batches(labels)
    const before = (await trainer.evaluate(all)).loss
    await trainer.fit(all, { epochs: 200 })
    expect((await trainer.evaluate(all)).loss).toBeLessThan(before / 2)
    const predicted = (await (await trainer.predict(all)).array()) as number[][]
    expect(predicted.filter((row, i) => !isRight(row, grid[i]!))).toEqual([])
  })

  test('[B1.5] a sequence of targets', async () => {
    // each place asks for the sign of the running sum, which needs what came before
    const steps = [1, -1, -1, 1, 1, 1, -1, -1, -1, 1, 1, -1]
    const rows = Array.from({ length: 8 }, (_, i) => [...steps.slice(i), ...steps.slice(0, i)])
    const sums = rows.map((row) =>
      row.map((_, t) => row.slice(0, t + 1).reduce((a, b) => a + b, 0)),
    )
    class Sums extends Module {
      readonly weight = new Linear(12, 12, { bias: false })
      override forward(x: Tensor): Tensor {
        return this.weight.forward(x)
      }
    }
    const model = new Sums()
    const batch = { inputs: tensor(rows), labels: tensor(sums) }
    const optimizer = new Adam(model.parameters(), { lr: 0.05 })
    const trainer = new Trainer(model, { optimizer, loss: mseLoss })
    const last = { inputs: tensor(rows.slice(0, 3)), labels: tensor(sums.slice(0, 3)) }
    await trainer.fit([batch, last], { epochs: 300 })
    const outputs = (await (await trainer.predict([batch, last])).array()) as number[][]
    const errors = outputs.flatMap((row, i) => row.map((y, t) => y - (sums[i % 8]?.[t] ?? 0)))
    expect(Math.max(...errors.map(Math.abs))).toBeLessThan(0.1)
    // the mean over all 11 sequences, whatever the batches
    const square = errors.reduce((sum, each) => sum + each * each, 0) / errors.length
    expect(Math.abs((await trainer.evaluate([batch, last])).loss - square)).toBeLessThan(1e-6)
  })

  test('batches that are neither: what the objective makes of them', async () => {
    const model = new Linear(2, 1)
    const optimizer = new SGD(model.parameters(), { lr: 0.1 })
    type Pair = readonly [left: Tensor, right: Tensor]
    const objective = (net: Linear<2, 1>, [left, right]: Pair) => {
      const gap: Tensor = net.forward(left).sub(net.forward(right)).mean()
      return { loss: gap.sub(1).square(), gap }
    }
    const trainer = new Trainer(model, { optimizer, objective })
    const pair: Pair = [tensor([[1, 0]]), tensor([[0, 1]])]
    const { epochs } = await trainer.fit([pair], { epochs: 40 })
    expect(epochs.at(-1)?.gap).toBeCloseTo(1, 3)
    expect((await trainer.evaluate([pair])).terms.gap).toBeCloseTo(1, 3)
  })
})
