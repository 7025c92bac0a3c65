/** Modules: finding what is inside, modes, and values that go out and come in by name. */
import { describe, expect, test } from 'vitest'
import {
  concat,
  manualSeed,
  type Parameter,
  ShapeError,
  type Tensor,
  tensor,
  ValueError,
  zeros,
} from '../../src/index.ts'
import { lenet5 } from '../../src/models/index.ts'
import { Conv2d, Linear, Module, ReLU, Sequential } from '../../src/nn/index.ts'
import { applied } from '../../src/nn/module.ts'
import { SGD } from '../../src/optim/index.ts'
import { parameter } from '../../src/tensor/create.ts'

/** A network of one's own, with named sizes, a list of layers and a parameter beside them. */
class Mlp extends Module {
  readonly hidden = new Linear(6, 4)
  readonly blocks = [new Linear(4, 4), new ReLU()]
  readonly outScale: Parameter<[]> = parameter(Float32Array.of(2), [], 'float32')
  readonly last = new Linear(4, 3)

  override forward(x: Tensor<['batch', 6]>): Tensor<['batch', 3]> {
    const [first, second] = this.blocks
    const raised: Tensor<['batch', 4]> = second!.call(first!.call(this.hidden.call(x)))
    return this.last.call(raised).mul(this.outScale)
  }
}

async function valuesOf(model: Module): Promise<number[][]> {
  const state = [...model.stateDict().values()]
  return Promise.all(state.map(async (value) => [...(await value.data())]))
}

describe("a module of one's own", () => {
  test('binds its named sizes', async () => {
    const result: Tensor<[5, 3]> = new Mlp().call(zeros([5, 6]))
    expect(result.shape).toEqual([5, 3])
    expect(await result.data()).toHaveLength(15)
  })

  test('finds parameters in fields, lists and layers', () => {
    const names = [...new Mlp().namedParameters()].map(([name]) => name)
    expect(names).toEqual([
      'outScale',
      'hidden.weight',
      'hidden.bias',
      'blocks.0.weight',
      'blocks.0.bias',
      'last.weight',
      'last.bias',
    ])
    expect(new Mlp().parameterCount).toBe(1 + 28 + 20 + 15)
  })

  test('writes names as PyTorch does', () => {
    expect([...new Mlp().stateDict().keys()][0]).toBe('out_scale')
  })

  test('counts a shared parameter once', () => {
    const shared = new Linear(3, 3)
    const model = new Sequential(shared, new ReLU(), shared)
    expect(model.parameters()).toHaveLength(2)
    expect(model.parameterCount).toBe(12)
    expect([...model.stateDict().keys()]).toEqual(['0.weight', '0.bias', '2.weight', '2.bias'])
  })

  test('trains and predicts all through', () => {
    const model = new Mlp()
    const modes = () =>
      [model, ...[...model.children()].map(([, child]) => child)].map((m) => m.training)
    expect(modes()).toEqual([true, true, true, true, true])
    expect(model.eval()).toBe(model)
    expect(modes()).toEqual([false, false, false, false, false])
    model.train()
    expect(modes()).toEqual([true, true, true, true, true])
  })
})

describe('the start', () => {
  test('is decided by the seed', async () => {
    const [a, b, c] = [1, 1, 2].map((seed) => {
      manualSeed(seed)
      return lenet5()
    })
    expect(await valuesOf(a!)).toEqual(await valuesOf(b!))
    expect(await valuesOf(a!)).not.toEqual(await valuesOf(c!))
  })

  test.each([
    ['Linear', () => new Linear(64, 50), 1 / 8],
    ['Conv2d', () => new Conv2d(4, 32, 4, { groups: 2 }), 1 / Math.sqrt(32)],
  ])('of %s is uniform in 1/√fanIn', async (_, make, bound) => {
    manualSeed(3)
    for (const values of await valuesOf(make())) {
      expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(bound)
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length
      expect(Math.abs(mean)).toBeLessThan((2 * bound) / Math.sqrt(values.length))
      const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length
      expect(variance / (bound * bound)).toBeCloseTo(1 / 3, values.length > 100 ? 1 : 0)
    }
  })
})

describe('loadStateDict', () => {
  const state = (model: Module) => new Map(model.stateDict())
  const without = (name: string) => (map: Map<string, Tensor>) => map.delete(name)

  const refused: [name: string, change: (map: Map<string, Tensor>) => unknown, error: object][] = [
    [
      'a missing name',
      without('0.bias'),
      { name: 'ValueError', fields: { missing: ['0.bias'], unexpected: [] } },
    ],
    [
      'an unexpected name',
      (map) => map.set('extra', zeros([1])),
      { name: 'ValueError', fields: { missing: [], unexpected: ['extra'] } },
    ],
    [
      'another shape',
      (map) => map.set('2.weight', zeros([4, 2])),
      { name: 'ShapeError', key: 'state.shape' },
    ],
    [
      'as many elements in another shape',
      (map) => map.set('0.weight', zeros([2, 4])),
      { name: 'ShapeError', key: 'state.shape' },
    ],
  ]
  test.each(refused)('refuses %s and changes nothing', async (_, change, error) => {
    const model = new Sequential(new Linear(2, 4), new ReLU(), new Linear(4, 2))
    const before = await valuesOf(model)
    const given = state(new Sequential(new Linear(2, 4), new ReLU(), new Linear(4, 2)))
    change(given)
    await expect(model.loadStateDict(given)).rejects.toMatchObject(error)
    expect(await valuesOf(model)).toEqual(before)
  })

  test('[K1.1] takes what fits when told to, and says what did not', async () => {
    const model = new Linear(2, 3)
    const given = new Map<string, Tensor>([
      ['weight', zeros([3, 2])],
      ['other', zeros([9])],
    ])
    const before = await model.bias!.data()
    expect(await model.loadStateDict(given, { strict: false })).toEqual({
      missing: ['bias'],
      unexpected: ['other'],
    })
    expect([...(await model.weight.data())]).toEqual([0, 0, 0, 0, 0, 0])
    expect(await model.bias!.data()).toEqual(before)
    await expect(
      model.loadStateDict(new Map([['bias', zeros([2])]]), { strict: false }),
    ).rejects.toThrow(ShapeError)
  })

  test('changes nothing when a value cannot be computed', async () => {
    const model = new Linear(1, 1)
    const donor = new Linear(1, 1)
    const optimizer = new SGD(donor.parameters(), { lr: 0.1 })
    const stale = donor.weight.add(1)
    await optimizer.step(donor.call(tensor([[1]])).sum())
    const before = await valuesOf(model)
    const given = new Map<string, Tensor>([
      ['weight', stale],
      ['bias', zeros([1])],
    ])
    await expect(model.loadStateDict(given)).rejects.toMatchObject({ name: 'StaleError' })
    expect(await valuesOf(model)).toEqual(before)
  })

  test("casts to the parameter's dtype, and takes computed values", async () => {
    const model = new Linear(2, 1)
    const weight = concat([tensor([[1]]), tensor([[2]])], 1).cast('float64')
    await model.loadStateDict(
      new Map<string, Tensor>([
        ['weight', weight],
        ['bias', tensor([3], [1], { dtype: 'int32' })],
      ]),
    )
    expect(model.weight.dtype).toBe('float32')
    expect(await model.call(tensor([[10, 100]])).array()).toEqual([[213]])
  })
})

describe('a state dict', () => {
  test('is not changed by later steps', async () => {
    const model = new Linear(3, 2)
    const optimizer = new SGD(model.parameters(), { lr: 1, momentum: 0.9 })
    const step = () =>
      optimizer.step(
        model
          .call(tensor([[1, 2, 3]]))
          .square()
          .sum(),
      )
    const kept = model.stateDict()
    const first = await valuesOf(model)
    await step()
    const middle = model.stateDict()
    const second = await valuesOf(model)
    await step()
    await step()
    const read = (state: Map<string, Tensor>) =>
      Promise.all([...state.values()].map(async (value) => [...(await value.data())]))
    expect(await read(kept)).toEqual(first)
    expect(await read(middle)).toEqual(second)
    expect(await valuesOf(model)).not.toEqual(second)
  })

  test('goes back into the model it came from', async () => {
    const model = new Linear(3, 2)
    const optimizer = new SGD(model.parameters(), { lr: 1 })
    const kept = model.stateDict()
    const before = await valuesOf(model)
    await optimizer.step(
      model
        .call(tensor([[1, 2, 3]]))
        .square()
        .sum(),
    )
    await model.loadStateDict(kept)
    expect(await valuesOf(model)).toEqual(before)
  })
})

describe('a layer', () => {
  const refused: [name: string, make: () => unknown, error: object][] = [
    ['no features', () => new Linear(0, 1), { name: 'ValueError', key: 'value.integer' }],
    ['half a feature', () => new Linear(1.5, 1), { name: 'ValueError', key: 'value.integer' }],
    [
      'groups that do not divide',
      () => new Conv2d(4, 6, 3, { groups: 4 }),
      { name: 'ShapeError', key: 'conv.groups' },
    ],
    [
      'a broken kernel',
      () => new Conv2d(1, 1, [3, 2.5]),
      { name: 'ValueError', key: 'value.integer' },
    ],
    [
      'a stride of 0',
      () => new Conv2d(1, 1, 3, { stride: 0 }),
      { name: 'ValueError', key: 'value.integer' },
    ],
    [
      'a padding below 0',
      () => new Conv2d(1, 1, 3, { padding: [0, -1] }),
      { name: 'ValueError', key: 'value.integer' },
    ],
    [
      'more elements than fit',
      () => new Linear(1e15, 1),
      { name: 'MemoryError', key: 'parameter.large' },
    ],
  ]
  test.each(refused)('refuses %s', (_, make, error) => {
    expect(make).toThrow(expect.objectContaining(error))
  })

  test('does not take a tensor that is not one', () => {
    expect(() => new SGD([zeros([2]) as never], { lr: 1 })).toThrow(ValueError)
  })
})

test('a watch is told what a module was applied to, and what it made, until it ends', () => {
  const model = new Mlp()
  const seen: (readonly number[])[] = []
  const note = (input: Tensor, output: Tensor) => {
    seen.push(input.node.shape, output.node.shape)
  }
  const ends = [model.hidden.onCall(note), model.onCall(note), model.last.onCall(note)]
  model.call(zeros([2, 6]))
  expect(seen.splice(0)).toEqual([
    [2, 6],
    [2, 4],
    [2, 4],
    [2, 3],
    [2, 6],
    [2, 3],
  ])
  ends.shift()!()
  expect(() => applied(model, zeros([2, 5]))).toThrow(ShapeError)
  expect(seen).toEqual([])
  model.call(zeros([1, 6]))
  for (const end of ends) end()
  model.call(zeros([1, 6]))
  expect(seen).toEqual([
    [1, 4],
    [1, 3],
    [1, 6],
    [1, 3],
  ])
})
