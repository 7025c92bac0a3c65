/** Layers that keep something from step to step: PyTorch's results over training steps and in evaluation. */
import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, test } from 'vitest'
import { grad, type Tensor, useDevice } from '../../src/index.ts'
import { BatchNorm1d, BatchNorm2d, BatchNorm3d, type Module } from '../../src/nn/index.ts'
import { devices, differences, tensorOf, valuesOn } from '../ops/calls.ts'
import type { Values } from '../ops/row.ts'
import { type Inner, spectral } from './rows-parts.ts'

interface Step {
  readonly training: boolean
  readonly input: Values
  readonly output: Values
  readonly cotangent: Values
  readonly grads: Readonly<Record<string, Values>>
  readonly buffers: Readonly<Record<string, Values>>
}

interface Entry {
  readonly layer: keyof typeof layers
  readonly sample: string
  readonly arguments: readonly unknown[]
  readonly options: object
  readonly parameters: Readonly<Record<string, Values>>
  readonly steps: readonly Step[]
}

const layers = {
  BatchNorm1d: ([features]: [number], options: object) => new BatchNorm1d(features, options),
  BatchNorm2d: ([features]: [number], options: object) => new BatchNorm2d(features, options),
  BatchNorm3d: ([features]: [number], options: object) => new BatchNorm3d(features, options),
  SpectralNorm: (args: Inner, options: object) => spectral(args, options),
}

const proves = {
  BatchNorm1d: '[D12.1] [D12.2]',
  BatchNorm2d: '[D12.1] [D12.2]',
  BatchNorm3d: '[D12.1] [D12.2]',
  SpectralNorm: '',
}
const tolerance = { relative: 1e-5, absolute: 1e-5, reason: 'float32 against float64' }

const entries = ['torch-batch-norm', 'torch-spectral-norm'].flatMap((name) => {
  const url = new URL(`fixtures/${name}.json`, import.meta.url)
  const read: { entries: readonly Entry[] } = JSON.parse(readFileSync(url, 'utf8'))
  return read.entries.map((entry) => ({ ...entry, lines: proves[entry.layer] }))
})

function tensorsOf(values: Readonly<Record<string, Values>>): Map<string, Tensor> {
  return new Map(Object.entries(values).map(([name, each]) => [name, tensorOf(each)]))
}

describe.each(devices)('on %s', (device) => {
  beforeEach(() => {
    useDevice(device)
  })

  test.each(entries)(
    '$layer, $sample, over three steps and in evaluation $lines',
    async (entry) => {
      const layer: Module = layers[entry.layer](entry.arguments as never, entry.options)
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
    },
  )
})
