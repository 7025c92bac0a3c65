/** Layers: what they make and learn, PyTorch's values, and the way to a definition and back. */
import { describe, expect, test } from 'vitest'
import { sizeOf } from '../../src/base/shape.ts'
import { full, grad, type Tensor, useDevice } from '../../src/index.ts'
import { build, define, type Module } from '../../src/nn/index.ts'
import * as layers from '../../src/nn/layers.ts'
import { devices, differences, tensorOf, valuesOn } from '../ops/calls.ts'
import { type Case, type Expected, expectedOf, table } from './table.ts'

const rows = Object.entries(table)
const cases = rows.flatMap(([name, { cases }]) =>
  cases.map((each) => ({ ...each, title: `${name} on [${each.input}], ${each.says}` })),
)
const tolerance = { relative: 1e-5, absolute: 1e-5, reason: 'float32 against float64' }

function shapesOf(model: Module): Record<string, readonly number[]> {
  return Object.fromEntries([...model.namedParameters()].map(([name, { shape }]) => [name, shape]))
}

test('every layer has a row, and a row with an oracle has samples', () => {
  expect(Object.keys(table).sort()).toEqual(Object.keys(layers).sort())
  const bare = rows.filter(
    ([name, row]) => !('none' in row.oracle) && !expectedOf(name, row).length,
  )
  expect(bare.map(([name]) => name)).toEqual([])
})

/** What the layer makes of its inputs, of zeros or ones throughout. */
function applied(
  layer: Module,
  { input, dtype = 'float32', more = [] }: Case,
  value: 0 | 1,
): Tensor {
  const of = (shape: readonly number[]): Tensor => full(shape, value, { dtype })
  const rest = more.map((each) => {
    if (isShape(each)) return of(each)
    return Object.fromEntries(Object.entries(each).map(([name, shape]) => [name, of(shape)]))
  })
  return Reflect.apply(layer.forward, layer, [of(input), ...rest])
}

function isShape(value: readonly number[] | object): value is readonly number[] {
  return Array.isArray(value)
}

describe.each(cases)('$title', (each) => {
  const { make, says, output, parameters = {} } = each

  test('makes and learns what it should', async () => {
    useDevice('wasm')
    const layer = make()
    expect(layer.describe()).toBe(says)
    expect(shapesOf(layer)).toEqual(parameters)
    expect(layer.parameterCount).toBe(
      Object.values(parameters).reduce((sum, shape) => sum + sizeOf(shape), 0),
    )
    const result = applied(layer, each, 0)
    expect(result.shape).toEqual(output)
    expect(await result.data()).toHaveLength(sizeOf(output))
  })

  test('becomes a definition and a layer again', async () => {
    const layer = make()
    const definition = define(layer)
    const again = build(JSON.parse(JSON.stringify(definition))).train(layer.training)
    expect(define(again)).toEqual(definition)
    expect(again).toBeInstanceOf(layer.constructor)
    await again.loadStateDict(layer.stateDict())
    const results = [again, layer].map((one) => applied(one, each, 1))
    const [got, want] = await Promise.all(results.map((result) => result.data()))
    expect(got).toEqual(want)
  })
})

/** The layer's result and its gradients, named as in the fixture. */
async function resultsOf(expected: Expected): Promise<Map<string, Tensor>> {
  const layer = expected.make()
  const state = Object.entries(expected.parameters).map(
    ([name, values]) => [name, tensorOf(values)] as const,
  )
  await layer.loadStateDict(new Map(state))
  const input = tensorOf(expected.input)
  const output = layer.forward(input)
  const results = new Map([['output', output]])
  if (!expected.cotangent) return results
  const named = new Map<string, Tensor>([['input', input], ...layer.namedParameters()])
  const gradients = grad(output.mul(tensorOf(expected.cotangent)).sum(), [...named.values()])
  for (const [i, name] of [...named.keys()].entries()) results.set(name, gradients[i]!)
  return results
}

describe.each(devices)('on %s', (device) => {
  test.each(rows.flatMap(([name, row]) => expectedOf(name, row)))('$title', async (expected) => {
    useDevice(device)
    const results = await resultsOf(expected)
    const wanted = new Map(Object.entries({ output: expected.output, ...expected.grads }))
    expect([...results.keys()].sort()).toEqual([...wanted.keys()].sort())
    const got = await valuesOn(device, [...results.values()])
    const wrong = [...results.keys()].flatMap((name, i) =>
      differences(name, got[i]!, wanted.get(name)!, tolerance),
    )
    expect(wrong).toEqual([])
  })
})
