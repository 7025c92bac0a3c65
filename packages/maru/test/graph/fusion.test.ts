/** What is one kernel stays one kernel: launches of small graphs and of whole training steps. */
import { describe, expect, test } from 'vitest'
import {
  crossEntropy,
  embedding,
  grad,
  type Parameter,
  type Tensor,
  tensor,
} from '../../src/index.ts'
import { lenet5 } from '../../src/models/index.ts'
import { BatchNorm2d, Linear, type Module, ReLU, Sequential } from '../../src/nn/index.ts'
import * as optim from '../../src/optim/index.ts'
import { Adam, AdamW, type Optimizer, SGD } from '../../src/optim/index.ts'
import { assign } from '../../src/runtime/realize.ts'
import { parameter } from '../../src/tensor/create.ts'
import { given, graphOf, graphOfStep, launches } from './programs.ts'

const labels = (): Tensor => tensor(new Int32Array(64))

function ids(...shape: number[]): Tensor {
  return tensor(new Int32Array(shape.reduce((size, dim) => size * dim, 1)), shape)
}

/** Square deviation from the mean of each row. */
function deviation(x: Tensor): Tensor {
  return x.sub(x.mean(1, { keepDims: true })).square()
}

// biome-ignore format: a table
const kernels: readonly (readonly [what: string, graph: () => Tensor[], launches: string[]])[] = [
  ['a chain of elementwise ops, broadcasting included',
    () => [given(64, 100).add(1).mul(given(100)).tanh().sub(given(64, 1))],
    ['loops [64, 100] → 1']],
  ['elementwise ops on views of views',
    () => [given(64, 100).transpose().reshape([100, 8, 8]).flip(0).slice(0, 1, 50).add(1)],
    ['loops [49, 8, 8] → 1']],
  ['two results that share their inputs',
    () => { const x = given(50); return [x.sin(), x.cos()] },
    ['loops [50] → 2']],
  ['a result that others are made from',
    () => { const x = given(50).exp(); return [x, x.add(1), x.add(1).log()] },
    ['loops [50] → 3']],
  ['a mean', () => [given(64, 100).mean(1)], ['loops [64] add [100] → 1']],
  ['a mean of everything', () => [given(64, 100).mean()], ['loops [] add [64, 100] → 1']],
  ['a sum of what is computed on the way', () => [given(64, 100).sub(given(100)).square().sum(0)],
    ['loops [100] add [64] → 1']],
  ['a variance',
    () => [deviation(given(64, 100)).mean(1)],
    ['loops [64] add add [100] → 1']],
  ['a softmax: the exponentials of a row are kept until they are divided by their sum',
    () => [given(64, 100).softmax()],
    ['loops [64] max add [100] → 2']],
  ['a softmax and its gradient',
    () => { const x = given(64, 100); const y = x.softmax(); return [y, ...grad(y.mul(given(64, 100)).sum(), [x])] },
    ['loops [64] max add add [100] → 3']],
  ['a softmax along the first axis', () => [given(64, 100).softmax(0)],
    ['loops [100] max add [64] → 2']],
  ['a softmax of heads', () => [given(8, 4, 16, 16).softmax()],
    ['loops [8, 4, 16] max add [16] → 2']],
  ['a logSumExp', () => [given(64, 100).logSumExp()], ['loops [64] max add [100] → 1']],
  ['a layer norm, its gradients by rows, then those of its factors and summands across them',
    () => {
      const [x, weight, bias] = [given(8, 16, 100), given(100), given(100)]
      const y = x.layerNorm(100, { weight, bias })
      return [y, ...grad(y.mul(given(8, 16, 100)).sum(), [x, weight, bias])]
    },
    ['loops [8, 16] add add add add [100] → 4', 'loops [100] add add [8, 16] → 2']],
  ['a batch norm of images is one kernel over its channels',
    () => { const bn = new BatchNorm2d(16); return [bn.call(given(8, 16, 9, 10))] },
    ['loops [16] add add [8, 9, 10] → 1']],
  ['a sum that is used with what it is the sum of',
    () => { const x = given(64, 100).exp(); return [x, x.div(x.sum(1, { keepDims: true }))] },
    ['loops [64] add [100] → 2']],
  ['few rows that are long are left to several kernels, which threads share',
    () => [given(4, 100_000).softmax()],
    ['loops [4, 1] max [100000] → 1', 'loops [4, 100000] → 1', 'loops [4, 1] add [100000] → 1',
      'loops [4, 100000] → 1']],
  ['sums across many rows are sums of blocks', () => [given(2048, 100).sum(0)],
    ['loops [32, 100] add [64] → 1', 'loops [100] add [32] → 1']],
  ['pooling reads its windows in place', () => [given(8, 3, 28, 28).maxPool2d(2)],
    ['loops [8, 3, 14, 14] max [2, 2] → 1']],
  ['a product of what lies right', () => [given(64, 100).matmul(given(100, 30))],
    ['contract 1 × (64·30·100)']],
  ['a product with a transposed left side reads it in place',
    () => [given(100, 64).transpose().matmul(given(100, 30))],
    ['contract 1 × (64·30·100)']],
  ['a linear layer reads its weights where they are, and adds its bias with the activation',
    () => [given(64, 100).matmul(given(30, 100).transpose()).add(given(30)).relu()],
    ['contract 1 × (64·30·100)']],
  ['a padded convolution lays out its border, and reads its windows there',
    () => [given(8, 3, 28, 28).conv2d(given(6, 3, 5, 5), { padding: 2 }).add(given(6, 1, 1)).relu()],
    ['loops [8, 3, 32, 32] → 1', 'contract 8 × (6·784·75)']],
  ['a pointwise convolution is a product',
    () => [given(8, 3, 28, 28).conv2d(given(6, 3, 1, 1)).relu()],
    ['contract 8 × (6·784·3)']],
  ['rows of a table are read by what uses them',
    () => [given(500, 64).take(ids(8, 10), { axis: 0 }).mul(2).add(given(10, 64))],
    ['loops [8, 10, 64] → 1']],
  ['elements of a view of what is cheap to compute',
    () => [given(64, 100).mul(2).transpose().reshape([10, 10, 64]).gather(ids(10, 1, 64), { axis: 1 })],
    ['loops [10, 1, 64] → 1']],
  ['an index is computed where it is used', () => [given(100).take(ids(20).mul(3).add(1)).exp()],
    ['loops [20] → 1']],
  ['a sum of rows of a table', () => [given(500, 64).take(ids(8, 10), { axis: 0 }).sum(1)],
    ['loops [8, 64] add [10] → 1']],
  ['the gradient of a table is laid out, then rows are added to it',
    () => {
      const table = given(500, 64)
      return grad(embedding(table, ids(8, 10)).mul(given(8, 10, 64)).sum(), [table])
    },
    ['loops [500, 64] → 1', 'scatter [80, 64]']],
  ['a block that moves', () => [given(9, 64).dynamicSlice([ids(1).reshape([]), 3], { sizes: [4, 9] }).exp()],
    ['loops [4, 9] → 1']],
]

describe('kernels of', () => {
  test.each(kernels)('%s', (_, graph, expected) => {
    expect(launches(graphOf(...graph()))).toEqual(expected)
  })
})

test('nothing runs for results without elements', () => {
  expect(launches(graphOf(given(0, 3).exp(), given(3, 0).transpose()))).toEqual([])
})

test('an op that a target cannot compile is interpreted, its neighbours are not', () => {
  const x = tensor(new Int32Array(4), [2, 2])
  expect(launches(graphOf(x.add(1).matmul(x).mul(2)))).toEqual([
    'loops [2, 2] → 1',
    'interpret',
    'loops [2, 2] → 1',
  ])
})

test('without fusion every node is a kernel', () => {
  const x = given(64, 100)
  expect(launches(graphOf(x.add(x).exp().sum()), 'wasm-unfused')).toHaveLength(4)
})

test('a block that moves along an axis is written into a parameter in place', () => {
  const cache = parameter(new Float32Array(4096), [64, 64], 'float32')
  const step = (at: Tensor, row: Tensor): Tensor[] => {
    assign(cache.cell, cache.dynamicUpdate(row, [at, 0]).node)
    return []
  }
  const specs = [
    { shape: [], dtype: 'int32' },
    { shape: [1, 64], dtype: 'float32' },
  ] as const
  expect(launches(graphOfStep(specs, step))).toEqual(['scatter [1, 64]'])
})

test('another place is the same program', () => {
  const x = given(100, 64)
  const keyOf = (start: number, row: number): number[] => {
    const block = x.dynamicSlice([start, 0], { sizes: [10, 64] })
    return [...graphOf(block.add(x.take(row, { axis: 0 }))).key]
  }
  expect(keyOf(3, 70)).toEqual(keyOf(9, -1))
})

/** The step that an optimiser makes on one parameter for the loss `Σ p²`. */
function updateOf(make: (p: Parameter) => Optimizer): string[] {
  const p = parameter(new Float32Array(1000), [1000], 'float32')
  const optimizer = make(p)
  const step = (): Tensor[] => {
    optimizer.step(p.square().sum())
    return []
  }
  return launches(graphOfStep([], step))
}

const updates: readonly (readonly [string, (p: Parameter) => Optimizer, stores: number])[] = [
  ['SGD', (p) => new SGD([p], { lr: 0.1 }), 1],
  ['SGD with momentum', (p) => new SGD([p], { lr: 0.1, momentum: 0.9 }), 2],
  ['Adam', (p) => new Adam([p]), 3],
  ['AdamW', (p) => new AdamW([p]), 3],
  ['Adam with amsgrad', (p) => new Adam([p], { amsgrad: true }), 4],
  ['Adagrad', (p) => new optim.Adagrad([p]), 2],
  ['Adadelta', (p) => new optim.Adadelta([p]), 4],
  ['RMSprop', (p) => new optim.RMSprop([p], { centered: true, momentum: 0.9 }), 4],
  ['Adamax', (p) => new optim.Adamax([p]), 3],
  ['NAdam', (p) => new optim.NAdam([p]), 3],
  ['RAdam', (p) => new optim.RAdam([p]), 3],
  ['ASGD', (p) => new optim.ASGD([p]), 2],
  ['Lion', (p) => new optim.Lion([p]), 2],
]

describe('one kernel, gradient included, updates a parameter in place by', () => {
  test.each(updates)('%s', (_, make, stores) => {
    expect(updateOf(make)).toEqual([`loops [1000] → ${stores}`])
  })
})

test('two kernels at most make an update with everything that the base has to offer', () => {
  const all = { weightDecay: 0.1, maximize: true, accumulate: 2, lookahead: {} }
  expect(updateOf((p) => new Adam([p], all)).length).toBeLessThanOrEqual(2)
  expect(updateOf((p) => new optim.Rprop([p])).length).toBeLessThanOrEqual(2)
})

/** Launches of a training step on pictures or rows of numbers. */
function stepOf(model: Module, shape: number[]): string[] {
  const optimizer = new Adam(model.parameters())
  const specs = [
    { shape, dtype: 'float32' },
    { shape: [shape[0] ?? 0], dtype: 'int32' },
  ] as const
  return launches(
    graphOfStep(specs, (x, y) => {
      const loss = crossEntropy(model.call(x), y)
      optimizer.step(loss)
      return [loss]
    }),
  )
}

/** Updates by kernels of their own or of a bias's gradient, and those that also make what it is the sum of. */
function kernelsOfUpdates(step: readonly string[]): number[] {
  return [/→ 3$/, /^loops \[\d+\] add \[64\] → 4$/].map(
    (update) => step.filter((line) => update.test(line)).length,
  )
}

describe('launches of a training step with Adam', () => {
  test('of an MLP with one hidden layer', () => {
    const model = new Sequential(new Linear(784, 256), new ReLU(), new Linear(256, 10))
    const step = stepOf(model, [64, 784])
    expect(step.filter((line) => line.startsWith('contract'))).toHaveLength(5)
    expect(kernelsOfUpdates(step)).toEqual([4, 0])
    expect(step.length).toBeLessThanOrEqual(24)
  })

  test('of LeNet-5', () => {
    const step = stepOf(lenet5(), [64, 1, 28, 28])
    expect(step.filter((line) => line.startsWith('contract'))).toHaveLength(14)
    expect(kernelsOfUpdates(step)).toEqual([10, 0])
    expect(step.length).toBeLessThanOrEqual(70)
  })
})

test('the gradient of a loss reuses what the loss computed', () => {
  const logits = given(64, 10)
  const loss = crossEntropy(logits, labels())
  const forward = launches(graphOf(loss))
  const both = launches(graphOf(loss, ...grad(loss, [logits])))
  const maxima = (lines: string[]): number => lines.filter((line) => line.includes('max')).length
  expect(maxima(both)).toBe(maxima(forward))
  expect(both.length).toBeLessThanOrEqual(forward.length + 5)
})
