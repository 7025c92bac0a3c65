/** When values are computed, what they keep, and what a step makes of the graphs before it. */
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { nodesMade } from '../../src/graph/node.ts'
import {
  Dial,
  grad,
  ones,
  type Parameter,
  realize,
  StaleError,
  type Tensor,
  tensor,
  useDevice,
  zeros,
} from '../../src/index.ts'
import { Adam, SGD } from '../../src/optim/index.ts'
import { programsCompiled } from '../../src/runtime/programs.ts'
import { assign } from '../../src/runtime/realize.ts'
import { parameter } from '../../src/tensor/create.ts'

beforeEach(() => useDevice('wasm'))

function scalar(value: number): Parameter<[]> {
  return parameter(Float32Array.of(value), [], 'float32')
}

/** Values of tensors that are read one after the other. */
async function read(...tensors: readonly Tensor[]): Promise<number[][]> {
  const values: number[][] = []
  for (const each of tensors) values.push([...(await each.data())])
  return values
}

describe('a tensor', () => {
  test('is not computed until it is asked for, and then once', async () => {
    const before = programsCompiled()
    const x = ones([7]).mul(3).add(0.25)
    expect(x.node.data).toBeUndefined()
    expect(programsCompiled()).toBe(before)
    await x.data()
    const { data } = x.node
    expect(data).toBeDefined()
    await x.data()
    expect(x.node.data).toBe(data)
    expect(programsCompiled()).toBe(before + 1)
  })

  test('hands out a copy each time', async () => {
    const x = tensor([1, 2])
    const first = await x.data()
    first.fill(9)
    expect(await read(x)).toEqual([[1, 2]])
  })

  test('does not see what happens to the array that it was made of', async () => {
    const values = Float32Array.of(1, 2)
    const x = tensor(values)
    const twice = x.mul(2)
    values.fill(9)
    expect(await read(x, twice)).toEqual([
      [1, 2],
      [2, 4],
    ])
  })

  test('of the same ops on the same inputs is the same', () => {
    const x = tensor([1, 2])
    const first = x.mul(2).add(1)
    const before = nodesMade()
    expect(x.mul(2).add(1).node).toBe(first.node)
    expect(nodesMade()).toBe(before)
  })

  test('may stand at the end of 10,000 ops, and be differentiated', {
    timeout: 20_000,
  }, async () => {
    const x = tensor(2)
    let y: Tensor = x
    for (let i = 0; i < 10_000; i++) y = y.add(x)
    const [gradient] = grad(y, [x])
    expect(await read(y, gradient!)).toEqual([[20_002], [10_001]])
  })

  test('that is never asked for draws one warning, with the line that made it grow', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    let x: Tensor = tensor(0)
    for (let i = 0; i < 250_000; i++) x = x.add(1)
    expect(warn.mock.calls).toEqual([[expect.stringContaining('test/runtime/lazy.test.ts:')]])
    warn.mockRestore()
  })

  test('is NaN where its inputs are, and nothing throws', async () => {
    const x = tensor([Number.NaN, -1, 1])
    const p = scalar(1)
    const results = [
      x.relu(),
      x.maximum(0),
      x.max(),
      x.sum(),
      x.softmax(),
      x.reshape([1, 1, 3]).maxPool2d([1, 3]),
    ]
    const first = await Promise.all(results.map(async (each) => (await each.data())[0]))
    expect(first).toEqual(first.map(() => Number.NaN))
    await new SGD([p], { lr: 0.1 }).step(p.mul(x).sum())
    expect(await p.item()).toBeNaN()
  })
})

describe('a number', () => {
  test('on a dial is read anew by every program', async () => {
    const rate = new Dial(2)
    const before = await read(rate.tensor(), ones([2]).mul(rate.tensor()))
    rate.value = 3
    const compiled = programsCompiled()
    expect(before).toEqual([[2], [2, 2]])
    expect(await read(rate.tensor(), ones([2]).mul(rate.tensor()))).toEqual([[3], [3, 3]])
    expect(programsCompiled()).toBe(compiled)
  })

  test('on a dial keeps the value of its time in what was computed', async () => {
    const rate = new Dial(2)
    const x = ones([2]).mul(rate.tensor())
    await x.data()
    rate.value = 3
    expect(await read(x)).toEqual([[2, 2]])
  })

  test('can be stored', async () => {
    const p = scalar(1)
    assign(p.cell, new Dial(5).tensor().node)
    await realize()
    expect(await p.item()).toBe(5)
    assign(p.cell, zeros([]).node)
    await realize()
    expect(await p.item()).toBe(0)
  })
})

describe('a step', () => {
  const descend = (p: Parameter) => new SGD([p], { lr: 0.25 })

  test('computes the loss in its own program', async () => {
    const p = scalar(3)
    const loss = p.square().sub(0.125)
    const before = programsCompiled()
    await descend(p).step(loss)
    expect(programsCompiled()).toBe(before + 1)
    expect(await read(loss, p)).toEqual([[8.875], [1.5]])
    expect(programsCompiled()).toBe(before + 1)
  })

  test('may follow a read of its loss', async () => {
    const p = scalar(3)
    const loss = p.square()
    expect(await loss.item()).toBe(9)
    await descend(p).step(loss)
    expect(await read(loss, p)).toEqual([[9], [1.5]])
  })

  test('leaves values alone that were computed before', async () => {
    const p = scalar(3)
    const [twice, root] = [p.mul(2), p.square()]
    await twice.data()
    await descend(p).step(root)
    expect(await read(twice, twice.add(1))).toEqual([[6], [7]])
  })

  test('makes what was not computed unreadable, not wrong', async () => {
    const p = scalar(3)
    const [twice, same] = [p.mul(2), p.add(0)]
    await descend(p).step(p.square())
    await expect(twice.data()).rejects.toThrow(StaleError)
    await expect(same.data()).rejects.toThrow(StaleError)
    await expect(realize(twice)).rejects.toThrow(StaleError)
    expect(await read(p.mul(2))).toEqual([[3]])
  })

  test('ends the life of graphs on the old values', async () => {
    const p = scalar(3)
    const [loss, other] = [p.square(), p.mul(2).square()]
    await loss.item()
    expect(grad(loss, [p])).toHaveLength(1)
    await descend(p).step(other)
    expect(() => grad(loss, [p])).toThrow(StaleError)
  })

  test('cannot be taken twice down one loss', async () => {
    const p = scalar(3)
    const loss = p.square()
    const optimizer = descend(p)
    await optimizer.step(loss)
    expect(() => optimizer.step(loss)).toThrow(StaleError)
    expect(await p.item()).toBe(1.5)
  })

  test('does not reach a read that was begun before it', async () => {
    const p = parameter(new Float32Array(40_000).fill(3), [40_000], 'float32')
    const reading = p.data()
    const state = p.snapshot()
    const stepping = descend(p).step(p.square().sum())
    const [before] = await reading
    await stepping
    expect([before, (await state.data())[0], (await p.data())[0]]).toEqual([3, 3, 1.5])
  })

  test('reads what an earlier one, not awaited, has stored', async () => {
    const p = scalar(8)
    const optimizer = descend(p)
    for (let i = 0; i < 3; i++) void optimizer.step(p.square())
    expect(await p.item()).toBe(1)
    expect(optimizer.steps).toBe(3)
  })
})

describe('cells', () => {
  /** Stores what the tensors are now, all at once, and computes others in the same program. */
  const store = async (writes: readonly [Parameter, Tensor][], ...kept: readonly Tensor[]) => {
    const nodes = writes.map(([, value]) => value.node)
    for (const [i, [p]] of writes.entries()) assign(p.cell, nodes[i]!)
    await realize(...kept)
  }

  describe.each([1, 5, 20_000])('of %i elements', (size) => {
    const filled = (value: number) =>
      parameter(new Float32Array(size).fill(value), [size], 'float32')
    const ends = async (...all: readonly Tensor[]) =>
      (await read(...all)).map((data) => [data[0], data.at(-1)])

    test('swap', async () => {
      const [a, b] = [filled(1), filled(2)]
      await store([
        [a, b],
        [b, a],
      ])
      expect(await ends(a, b)).toEqual([
        [2, 2],
        [1, 1],
      ])
    })

    test('turn around in a ring of three', async () => {
      const [a, b, c] = [filled(1), filled(2), filled(3)]
      await store([
        [a, b],
        [b, c],
        [c, a],
      ])
      expect(await ends(a, b, c)).toEqual([
        [2, 2],
        [3, 3],
        [1, 1],
      ])
    })

    test('grow from themselves', async () => {
      const a = filled(1)
      for (let i = 0; i < 3; i++) await store([[a, a.add(1)]])
      expect(await ends(a)).toEqual([[4, 4]])
    })

    test("read each other's old values", async () => {
      const [a, b] = [filled(1), filled(2)]
      const [left, right] = [a.mul(10).add(b), b.mul(10).add(a)]
      await store([
        [a, left],
        [b, right],
      ])
      expect(await ends(a, b)).toEqual([
        [12, 12],
        [21, 21],
      ])
    })

    test('take one value, and share nothing afterwards', async () => {
      const [a, b] = [filled(1), filled(2)]
      const sum = a.add(b)
      await store(
        [
          [a, sum],
          [b, sum],
        ],
        sum,
      )
      await store([[a, a.mul(10)]])
      expect(await ends(a, b, sum)).toEqual([
        [30, 30],
        [3, 3],
        [3, 3],
      ])
    })

    test('take themselves turned around', async () => {
      const a = parameter(
        Float32Array.from({ length: size }, (_, i) => i),
        [size],
        'float32',
      )
      await store([[a, a.flip([0])]])
      expect(await ends(a)).toEqual([[size - 1, 0]])
    })

    test('are read and written by one program in the same place', async () => {
      const a = filled(1)
      const before = a.mul(5)
      await store([[a, a.add(1)]], before)
      expect(await ends(before, a)).toEqual([
        [5, 5],
        [2, 2],
      ])
    })
  })

  test('of optimisers are their own for each parameter', async () => {
    const [p, q] = [scalar(1), scalar(1)]
    const optimizer = new Adam([p, q], { lr: 0.5 })
    await optimizer.step(p.mul(1000).add(q.mul(-0.001)))
    const [after] = await read(p)
    expect(after![0]).toBeCloseTo(0.5, 5)
    expect(await q.item()).toBeCloseTo(1.5, 4)
  })
})

test('one tensor may be both operands', async () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ])
  expect(await read(x.mul(x), x.matmul(x), x.sub(x))).toEqual([
    [1, 4, 9, 16],
    [7, 10, 15, 22],
    [0, 0, 0, 0],
  ])
})
