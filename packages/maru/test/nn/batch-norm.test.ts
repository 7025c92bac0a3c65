/** Batch normalisation over training steps: PyTorch's results, and where running statistics go. */
import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, test } from 'vitest'
import { compile, grad, ones, type Tensor, tensor, useDevice, zeros } from '../../src/index.ts'
import {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  Linear,
  type Module,
  Sequential,
  summary,
} from '../../src/nn/index.ts'
import { SGD } from '../../src/optim/index.ts'
import { devices, differences, tensorOf, valuesOn } from '../ops/calls.ts'
import type { Values } from '../ops/row.ts'

interface Step {
  readonly training: boolean
  readonly input: Values
  readonly output: Values
  readonly cotangent: Values
  readonly grads: Readonly<Record<string, Values>>
  readonly buffers: Readonly<Record<string, Values>>
}

interface Entry {
  readonly layer: 'BatchNorm1d' | 'BatchNorm2d' | 'BatchNorm3d'
  readonly sample: string
  readonly arguments: readonly [number]
  readonly options: object
  readonly parameters: Readonly<Record<string, Values>>
  readonly steps: readonly Step[]
}

const url = new URL('fixtures/torch-batch-norm.json', import.meta.url)
const { entries }: { entries: readonly Entry[] } = JSON.parse(readFileSync(url, 'utf8'))
const layers = { BatchNorm1d, BatchNorm2d, BatchNorm3d }
const tolerance = { relative: 1e-5, absolute: 1e-5, reason: 'float32 against float64' }

function tensorsOf(values: Readonly<Record<string, Values>>): Map<string, Tensor> {
  return new Map(Object.entries(values).map(([name, each]) => [name, tensorOf(each)]))
}

describe.each(devices)('on %s', (device) => {
  beforeEach(() => {
    useDevice(device)
  })

  test.each(entries)('$layer, $sample, over three steps and in evaluation', async (entry) => {
    const layer: Module = new layers[entry.layer](entry.arguments[0], entry.options)
    await layer.loadStateDict(tensorsOf(entry.parameters), { strict: false })
    for (const [i, step] of entry.steps.entries()) {
      layer.train(step.training)
      const input = tensorOf(step.input)
      const output = layer.forward(input)
      const named = new Map([['input', input], ...layer.namedParameters()])
      const gradients = grad(output.mul(tensorOf(step.cotangent)).sum(), [...named.values()])
      const results = new Map([['output', output]])
      for (const [k, name] of [...named.keys()].entries()) results.set(name, gradients[k]!)
      const got = await valuesOn(device, [...results.values()])
      const wanted: Record<string, Values> = { ...step.grads, output: step.output }
      const state = layer.stateDict()
      for (const [name, value] of Object.entries(step.buffers)) {
        const kept = state.get(name)!.cast('float32')
        results.set(name, kept)
        got.push(...(await valuesOn(device, [kept])))
        wanted[name] = value
      }
      const wrong = [...results.keys()].flatMap((name, k) =>
        differences(`step ${i}, ${name}`, got[k]!, wanted[name]!, tolerance),
      )
      expect(wrong).toEqual([])
    }
  })
})

describe('running statistics', () => {
  beforeEach(() => {
    useDevice('wasm')
  })

  const x = tensor([
    [1, 2],
    [3, 6],
  ])

  test('move in compiled steps as in others', async () => {
    const run = async (compiled: boolean): Promise<unknown[]> => {
      const model = new Sequential(new Linear(2, 2), new BatchNorm1d(2))
      const values = [ones([2, 2]).mul(0.5), zeros([2])] as const
      await model.loadStateDict(
        new Map<string, Tensor>([
          ['0.weight', values[0]],
          ['0.bias', values[1]],
        ]),
        { strict: false },
      )
      const optimizer = new SGD(model.parameters(), { lr: 0.1 })
      const step = (input: Tensor): Tensor => {
        const output: Tensor = model.forward(input)
        const loss = output.mul(input).sum()
        optimizer.step(loss)
        return loss
      }
      const taken = compiled ? compile(step) : step
      for (let i = 0; i < 3; i++) await (await taken(x.add(i))).data()
      const state = model.stateDict()
      return Promise.all([...state.values()].map((value) => value.data()))
    }
    const [plain, compiled] = [await run(false), await run(true)]
    expect(compiled).toEqual(plain)
    expect(plain.at(-1)).toEqual(BigInt64Array.of(3n))
  })

  test('are no parameters, but stand in the state with the names of PyTorch', async () => {
    const layer = new BatchNorm2d(3)
    expect(layer.parameterCount).toBe(6)
    const names = ['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked']
    expect([...layer.stateDict().keys()]).toEqual(names)
    expect(layer.stateDict().get('num_batches_tracked')!.dtype).toBe('int64')
  })

  test('stay as they are in evaluation, and when a model is summarised', async () => {
    const layer = new BatchNorm1d(2)
    String(summary(new Sequential(layer), [4, 2]))
    expect(layer.training).toBe(true)
    layer.eval()
    await layer.forward(x).data()
    expect(await layer.stateDict().get('running_mean')!.data()).toEqual(Float32Array.of(0, 0))
    expect(await layer.stateDict().get('num_batches_tracked')!.data()).toEqual(BigInt64Array.of(0n))
  })

  test('need more than one value for each channel', () => {
    const layer = new BatchNorm1d(2)
    expect(() => layer.forward(zeros([1, 2]))).toThrow(
      expect.objectContaining({ key: 'batchNorm.few' }),
    )
    expect(layer.eval().forward(zeros([1, 2])).shape).toEqual([1, 2])
  })

  test.each([
    [new BatchNorm1d(2), [2], 'layer.axes'],
    [new BatchNorm2d(2), [2, 2, 2], 'layer.axes'],
    [new BatchNorm3d(2), [2, 3, 1, 1, 1], 'conv.channels'],
  ])('%# refuses other axes and channels', (layer, shape, key) => {
    expect(() => layer.forward(zeros(shape))).toThrow(expect.objectContaining({ key }))
  })
})
