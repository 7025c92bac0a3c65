/** The public API in under two seconds: run at every change. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  compile,
  crossEntropy,
  grad,
  manualSeed,
  mseLoss,
  ones,
  ShapeError,
  type Tensor,
  tensor,
  zeros,
} from 'maru'
import { loadModel, saveModel } from 'maru/models'
import { Linear, Module, Sequential, Sigmoid, Tanh } from 'maru/nn'
import { Adam, SGD } from 'maru/optim'
import { expect, test } from 'vitest'

test('tensors compute when they are asked', async () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ])
  expect(await x.matmul(ones([2, 1])).array()).toEqual([[3], [7]])
  expect(await x.mul(2).sub(1).relu().sum().item()).toBe(16)
  expect(await x.greater(2).array()).toEqual([
    [false, false],
    [true, true],
  ])
  expect(x.transpose().reshape([4]).shape).toEqual([4])
  const [gradient] = grad(x.square().sum(), [x])
  expect(await gradient!.array()).toEqual([
    [2, 4],
    [6, 8],
  ])
  expect(() => x.matmul(zeros([3, 1]) as never)).toThrow(ShapeError)
})

test('a network learns XOR, and comes back from its files', async () => {
  manualSeed(1)
  const inputs = tensor([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ])
  const targets = tensor([[0], [1], [1], [0]])
  const model = new Sequential(new Linear(2, 8), new Tanh(), new Linear(8, 1), new Sigmoid())
  const optimizer = new Adam(model.parameters(), { lr: 0.1 })
  const step = compile(() => {
    const loss = mseLoss(model.forward(inputs), targets)
    optimizer.step(loss)
    return loss
  })
  for (let i = 0; i < 200; i++) await step()
  const learned = await model.forward(inputs).array()
  expect(await model.forward(inputs).greater(0.5).array()).toEqual([
    [false],
    [true],
    [true],
    [false],
  ])

  const folder = await mkdtemp(join(tmpdir(), 'maru-tiny-'))
  try {
    await saveModel(folder, model)
    const again = await loadModel(folder)
    expect(await again.forward(inputs).array()).toEqual(learned)
  } finally {
    await rm(folder, { recursive: true })
  }
})

test("a model of one's own trains step by step", async () => {
  manualSeed(1)
  class Classifier extends Module {
    readonly hidden = new Linear(2, 8)
    readonly out = new Linear(8, 2)

    override forward(x: Tensor): Tensor {
      return this.out.forward(this.hidden.forward(x).relu())
    }
  }
  const model = new Classifier()
  const optimizer = new SGD(model.parameters(), { lr: 0.2, momentum: 0.5 })
  const [x, labels] = [
    tensor([
      [1, 0],
      [0, 1],
    ]),
    tensor(Int32Array.of(0, 1)),
  ]
  const losses: number[] = []
  for (let i = 0; i < 40; i++) {
    const loss = crossEntropy(model.forward(x), labels)
    await optimizer.step(loss)
    losses.push(await loss.item())
  }
  expect(losses.at(-1)).toBeLessThan(losses[0]! / 10)
  expect(await model.forward(x).argmax(1).array()).toEqual([0, 1])
})
