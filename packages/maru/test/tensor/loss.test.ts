/** Losses against their definitions: alignments counted one by one, minima, classes that are alone. */
import { expect, test } from 'vitest'
import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  compile,
  crossEntropy,
  ctcLoss,
  gaussianNllLoss,
  grad,
  huberLoss,
  IndexError,
  l1Loss,
  mseLoss,
  multiClassHingeLoss,
  nllLoss,
  type Tensor,
  tensor,
  zeros,
} from '../../src/index.ts'
import { SGD } from '../../src/optim/index.ts'
import { parameter } from '../../src/tensor/create.ts'

const ids = (...labels: number[]): Tensor => tensor(Int32Array.from(labels))

/** What a line of frames says: repeats are one, blanks none. */
function said(frames: readonly number[]): string {
  return frames.filter((label, t) => label !== 0 && label !== frames[t - 1]).join()
}

test.each([
  [[1], 3],
  [[1, 2], 4],
  [[1, 1], 4],
  [[2, 1, 2], 5],
  [[], 2],
])('[F5.6] ctcLoss sums over all alignments of %j in %i frames', async (labels, count) => {
  const logits = tensor(Array.from({ length: 3 * count }, (_, i) => ((i * 7) % 11) / 4 - 1))
  const probs = logits.reshape([count, 1, 3]).logSoftmax(2)
  const p = (await probs.exp().data()) as Float32Array
  let total = 0
  for (let code = 0; code < 3 ** count; code++) {
    const frames = Array.from({ length: count }, (_, t) => Math.floor(code / 3 ** t) % 3)
    if (said(frames) !== labels.join()) continue
    total += frames.reduce((product, label, t) => product * (p[3 * t + label] ?? 0), 1)
  }
  const target = tensor(Int32Array.from(labels), [1, labels.length])
  const loss = ctcLoss(probs, target, ids(count), ids(labels.length), { reduction: 'sum' })
  expect(await loss.item()).toBeCloseTo(-Math.log(total), 5)
})

test('ctcLoss of no frames is 0 where nothing was said, else infinite', async () => {
  const loss = ctcLoss(
    zeros([0, 2, 3]),
    tensor([[1], [1]], [2, 1], { dtype: 'int32' }),
    ids(0, 0),
    ids(0, 1),
    {
      reduction: 'none',
    },
  )
  expect(Array.from(await loss.data(), Math.abs)).toEqual([0, Number.POSITIVE_INFINITY])
})

test('a target that does not fit has no gradient as zero, and leaves that of others', async () => {
  const logits = tensor(
    [
      [
        [1, 0, 2],
        [0, 1, 0],
      ],
    ],
    [1, 2, 3],
  )
  const targets = tensor(
    [
      [1, 2],
      [1, 0],
    ],
    [2, 2],
    { dtype: 'int32' },
  )
  const loss = ctcLoss(logits.logSoftmax(2), targets, ids(1, 1), ids(2, 1), { zeroInfinity: true })
  const [slope] = grad(loss, [logits])
  const values = [...(await slope!.data())]
  expect(values.slice(0, 3)).toEqual([0, 0, 0])
  expect(values.every(Number.isFinite)).toBe(true)
  expect(values[4]).toBeLessThan(0)
})

test('the only class has no rival', async () => {
  expect(await multiClassHingeLoss(tensor([[3]]), ids(0)).item()).toBe(0)
  expect(await crossEntropy(tensor([[3]]), ids(0)).item()).toBe(0)
})

test('[F6.3] [F6.4] the mean makes the squared error least, the median the absolute one', async () => {
  const y = tensor([1, 2, 3, 4, 90])
  const slopeAt = async (x: number, loss: typeof mseLoss): Promise<number> => {
    const at = tensor(x)
    const [slope] = grad(loss(at.expand([5]), y), [at])
    return slope!.item()
  }
  expect(await slopeAt(20, mseLoss)).toBeCloseTo(0, 4)
  expect(await slopeAt(3, l1Loss)).toBe(0)
  expect(await slopeAt(2.75, huberLoss)).toBeLessThan(0)
  expect(await slopeAt(4, huberLoss)).toBeGreaterThan(0)
})

test('[F1.6] an ignored label is allowed in a compiled function, another one outside is not', async () => {
  const loss = compile((labels) => crossEntropy(zeros([2, 3]), labels, { ignoreIndex: -100 }))
  expect(await (await loss(ids(0, -100))).item()).toBeCloseTo(Math.log(3), 6)
  await expect(loss(ids(0, -1))).rejects.toThrow(IndexError)
})

test('[F2.2] cross entropy is stable at logits of ±10,000, from logits of two classes, too', async () => {
  const logits = tensor([
    [1e4, -1e4],
    [-1e4, 1e4],
  ])
  expect(await crossEntropy(logits, ids(0, 1)).item()).toBe(0)
  expect(await crossEntropy(logits, ids(1, 0)).item()).toBe(2e4)
  const [slope] = grad(crossEntropy(logits, ids(1, 0)), [logits])
  expect([...(await slope!.data())]).toEqual([0.5, -0.5, -0.5, 0.5])
  const scores = tensor([1e4, -1e4])
  expect(await binaryCrossEntropyWithLogits(scores, tensor([1, 0])).item()).toBe(0)
  expect(await binaryCrossEntropyWithLogits(scores, tensor([0, 1])).item()).toBe(1e4)
})

test('[F2.1] from logits and from probabilities comes one result', async () => {
  const logits = tensor([
    [0.5, -1, 2],
    [1, 0, -2],
  ])
  const wanted = await crossEntropy(logits, ids(2, 0)).item()
  expect(await nllLoss(logits.softmax().log(), ids(2, 0)).item()).toBeCloseTo(wanted, 6)
  const scores = tensor([0.5, -1, 2])
  const target = tensor([1, 0, 1])
  const both = await binaryCrossEntropyWithLogits(scores, target).item()
  expect(await binaryCrossEntropy(scores.sigmoid(), target).item()).toBeCloseTo(both, 6)
})

test('[F1.7] a plain function is a loss', async () => {
  const w = parameter(Float32Array.of(3), [], 'float32')
  const loss = (x: Tensor): Tensor => x.sub(1).pow(4)
  const optimizer = new SGD([w], { lr: 0.01 })
  for (let i = 0; i < 20; i++) await optimizer.step(loss(w))
  expect(await loss(w).item()).toBeLessThan(1)
})

test('[F1.8] a loss may be negative: a Gaussian that is narrow where it is right', async () => {
  const value = await gaussianNllLoss(tensor([1]), tensor([1]), tensor([0.01])).item()
  expect(value).toBeCloseTo(0.5 * Math.log(0.01), 5)
  expect(value).toBeLessThan(0)
})

test("[F5.7] a Gaussian's most likely parameters are the moments of the sample", async () => {
  const y = tensor([1, 2, 4, 9])
  const [mean, variance] = [tensor(4), tensor(9.5)]
  const loss = gaussianNllLoss(mean.expand([4]), y, variance.expand([4]))
  const slopes = grad(loss, [mean, variance])
  for (const slope of slopes) expect(await slope.item()).toBeCloseTo(0, 6)
  const higher = gaussianNllLoss(mean.expand([4]), y, tensor(10.5).expand([4]))
  expect(await higher.item()).toBeGreaterThan(await loss.item())
})
