/** A model is a function of its parameters and its input. */
import { beforeEach, expect, test } from 'vitest'
import {
  compile,
  grad,
  manualSeed,
  mseLoss,
  normal,
  ShapeError,
  stack,
  type Tensor,
  useDevice,
  ValueError,
  vmap,
  zeros,
} from '../../src/index.ts'
import { mlp } from '../../src/models/index.ts'
import {
  BatchNorm1d,
  functionalCall,
  Linear,
  type Module,
  ReLU,
  Sequential,
} from '../../src/nn/index.ts'
import { SGD } from '../../src/optim/index.ts'

beforeEach(() => {
  useDevice('wasm')
  manualSeed(2)
})

const network = (): Module =>
  new Sequential(new Linear(3, 4), new BatchNorm1d(4), new ReLU(), new Linear(4, 2))

/** Other values for every parameter of a module. */
const drawn = (module: Module): Map<string, Tensor> =>
  new Map([...module.namedParameters()].map(([name, { shape }]) => [name, normal([...shape])]))

async function valuesIn(module: Module): Promise<(readonly [string, unknown])[]> {
  const state = [...module.stateDict()]
  return Promise.all(state.map(async ([name, value]) => [name, await value.data()] as const))
}

test.each(['training', 'evaluation'])(
  '[A9.1] in %s: same arguments, same result, and nothing is changed',
  async (mode) => {
    const model = network().train(mode === 'training')
    const [x, values] = [normal([5, 3]), drawn(model)]
    const before = await valuesIn(model)
    const first = await functionalCall(model, values, x).data()
    const between = await functionalCall(model, drawn(model), normal([5, 3])).data()
    expect(between).not.toEqual(first)
    expect(await functionalCall(model, values, x).data()).toEqual(first)
    expect(await valuesIn(model)).toEqual(before)
    // another object of the same structure is the same function
    expect(await functionalCall(network().train(model.training), values, x).data()).toEqual(first)
  },
)

test('with its own values it is the module', async () => {
  const model = network().eval()
  const x = normal([5, 3])
  const wanted = await model.call(x).data()
  expect(await functionalCall(model, new Map(), x).data()).toEqual(wanted)
  const own = new Map([...model.namedParameters(), ...model.namedBuffers()])
  expect(await functionalCall(model, own, x).data()).toEqual(wanted)
})

test('[A9.2] it composes with grad: the gradients are those of the module', async () => {
  const model = network()
  const [x, y] = [normal([5, 3]), normal([5, 2])]
  const named = [...model.namedParameters()]
  const wanted = grad(
    mseLoss(model.call(x), y),
    named.map(([, each]) => each),
  )
  const values = named.map(([name, each]) => [name, each.mul(1)] as const)
  const loss = mseLoss(functionalCall(model, new Map(values), x), y)
  const got = grad(
    loss,
    values.map(([, value]) => value),
  )
  for (const [i, each] of got.entries()) expect(await each.data()).toEqual(await wanted[i]!.data())
})

test('[A9.3] it composes with compile: recorded once, for any parameters', async () => {
  const model = network().eval()
  const names = [...model.namedParameters()].map(([name]) => name)
  let calls = 0
  const run = compile((x: Tensor, ...values: Tensor[]) => {
    calls++
    return functionalCall(model, new Map(names.map((name, i) => [name, values[i]!])), x)
  })
  for (let i = 0; i < 3; i++) {
    const [x, values] = [normal([5, 3]), drawn(model)]
    const wanted = await functionalCall(model, values, x).data()
    expect(await (await run(x, ...values.values())).data()).toEqual(wanted)
  }
  expect(calls).toBe(1)
})

test('[A9.4] it composes with vmap: an ensemble is one call', async () => {
  const model = mlp([3, 6, 2])
  const names = [...model.namedParameters()].map(([name]) => name)
  const members = Array.from({ length: 4 }, () => drawn(model))
  const x = normal([5, 3])
  const stacked = names.map((name) => stack(members.map((each) => each.get(name)!)))
  const all: Tensor = vmap((...values: Tensor[]) =>
    functionalCall(model, new Map(names.map((name, i) => [name, values[i]!])), x),
  )(...stacked)
  const wanted = stack(members.map((each) => functionalCall(model, each, x)))
  expect(all.shape).toEqual([4, 5, 2])
  const [got, want] = [await all.data(), await wanted.data()]
  for (const [i, value] of got.entries()) expect(value).toBeCloseTo(want[i]!, 5)
})

test('steps of an optimiser that wait are kept', async () => {
  const model = new Linear(2, 1)
  const x = normal([3, 2])
  const optimizer = new SGD(model.parameters(), { lr: 0.5 })
  const before = await model.weight.data()
  const step = optimizer.step(mseLoss(model.call(x), zeros([3, 1])))
  await functionalCall(model, drawn(model), x).data()
  await step
  expect(await model.weight.data()).not.toEqual(before)
})

test('names and shapes are checked', () => {
  const model = network()
  const call = (name: string, value: Tensor) => () =>
    functionalCall(model, new Map([[name, value]]), normal([5, 3]))
  expect(call('2.weight', zeros([1]))).toThrow(ValueError)
  expect(call('0.weight', zeros([3, 4]))).toThrow(ShapeError)
})
