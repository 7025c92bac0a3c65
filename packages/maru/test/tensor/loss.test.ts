/** Losses against their definitions: alignments counted one by one, minima, classes that are alone. */
import { expect, test } from 'vitest'
import {
  compile,
  crossEntropy,
  ctcLoss,
  grad,
  huberLoss,
  IndexError,
  l1Loss,
  mseLoss,
  multiClassHingeLoss,
  type Tensor,
  tensor,
  zeros,
} from '../../src/index.ts'

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
])('ctcLoss sums over all alignments of %j in %i frames', async (labels, count) => {
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

test('the mean makes the squared error least, the median the absolute one', async () => {
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

test('an ignored label is allowed in a compiled function, another one outside is not', async () => {
  const loss = compile((labels) => crossEntropy(zeros([2, 3]), labels, { ignoreIndex: -100 }))
  expect(await (await loss(ids(0, -100))).item()).toBeCloseTo(Math.log(3), 6)
  await expect(loss(ids(0, -1))).rejects.toThrow(IndexError)
})
