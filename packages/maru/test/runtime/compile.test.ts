/** Compiled functions: recorded once for each signature, replayed for whatever goes in and comes out. */
import { beforeEach, describe, expect, test } from 'vitest'
import { nodesMade } from '../../src/graph/node.ts'
import {
  compile,
  Dial,
  grad,
  type Parameter,
  type Tensor,
  TraceError,
  tensor,
  useDevice,
  ValueError,
  zeros,
} from '../../src/index.ts'
import { SGD } from '../../src/optim/index.ts'
import { parameter } from '../../src/tensor/create.ts'

beforeEach(() => useDevice('wasm'))

const vector = (...values: number[]): Tensor => tensor(values)
const cell = (...values: number[]): Parameter =>
  parameter(Float32Array.from(values), [values.length], 'float32')

/** What a compiled function returned, tensors replaced by their elements. */
async function valuesOf(result: unknown): Promise<unknown> {
  if (result === undefined) return undefined
  if (Array.isArray(result)) return Promise.all(result.map(valuesOf))
  if (result && typeof result === 'object' && 'data' in result)
    return [...(await (result as Tensor).data())]
  const entries = Object.entries(result as object)
  return Object.fromEntries(
    await Promise.all(entries.map(async ([name, each]) => [name, await valuesOf(each)])),
  )
}

describe('comes out', () => {
  const p = cell(7)
  const held = vector(8)
  const rows: [name: string, fn: (x: Tensor, y: Tensor) => never, wanted: unknown][] = [
    ['an argument', (x) => x as never, [1, 2]],
    [
      'one argument twice',
      (x) => [x, x] as never,
      [
        [1, 2],
        [1, 2],
      ],
    ],
    [
      'arguments in another order',
      (x, y) => [y, x] as never,
      [
        [3, 4],
        [1, 2],
      ],
    ],
    ['a parameter', () => p as never, [7]],
    ['a parameter twice', () => [p, p] as never, [[7], [7]]],
    ['a tensor from outside', () => held as never, [8]],
    ['a constant', () => zeros([2]) as never, [0, 0]],
    ['a number', () => zeros([]) as never, [0]],
    [
      'one result twice',
      (x) => [x.add(1), x.add(1)] as never,
      [
        [2, 3],
        [2, 3],
      ],
    ],
    [
      'views of one result',
      (x, y) => [x.add(y), x.add(y).reshape([2, 1]), x.add(y).flip([0])] as never,
      [
        [4, 6],
        [4, 6],
        [6, 4],
      ],
    ],
    ['nothing', () => undefined as never, undefined],
    ['an empty list', () => [] as never, []],
    [
      'an object',
      (x, y) => ({ sum: x.add(y), parts: [x, { y }], none: undefined }) as never,
      { sum: [4, 6], parts: [[1, 2], { y: [3, 4] }], none: undefined },
    ],
    [
      'a key of every object',
      (x) => ({ ['__proto__']: x, constructor: x }) as never,
      { ['__proto__']: [1, 2], constructor: [1, 2] },
    ],
    ['a gradient', (x) => grad(x.square().sum(), [x])[0] as never, [2, 4]],
  ]
  test.each(rows)('%s', async (_, fn, wanted) => {
    const f = compile(fn)
    for (let i = 0; i < 2; i++)
      expect(await valuesOf(await f(vector(1, 2), vector(3, 4)))).toEqual(wanted)
  })

  test('what later calls do not change', async () => {
    const f = compile((x: Tensor) => [x, x.mul(2)])
    const first = await f(vector(1))
    const second = await f(vector(5))
    expect(await valuesOf([first, second])).toEqual([
      [[1], [2]],
      [[5], [10]],
    ])
  })

  test('a parameter as it was, and as a step leaves it', async () => {
    const q = cell(3)
    const optimizer = new SGD([q], { lr: 0.5 })
    const step = compile(() => {
      const [before, twice] = [q.mul(1.5), q.mul(2)]
      optimizer.step(q.sum())
      return { before, twice, after: q.mul(2) }
    })
    expect(await valuesOf(await step())).toEqual({ before: [4.5], twice: [6], after: [5] })
    expect(await valuesOf(await step())).toEqual({ before: [3.75], twice: [5], after: [4] })
    expect(await q.item()).toBe(2)
  })
})

describe('goes in', () => {
  const twice = compile((x: Tensor) => x.mul(2))
  const rows: [name: string, given: () => Tensor | number, wanted: number[]][] = [
    ['a number', () => 3, [6]],
    ['what is not computed yet', () => vector(1, 2).add(1), [4, 6]],
    ['a constant', () => zeros([2]), [0, 0]],
    ['a parameter', () => cell(4), [8]],
    ['a snapshot', () => cell(4).snapshot(), [8]],
    ['a dial', () => new Dial(5).tensor(), [10]],
    ['integers', () => vector(1, 2).cast('int32'), [2, 4]],
    ['nothing', () => zeros([0]), []],
  ]
  test.each(rows)('%s', async (_, given, wanted) => {
    for (let i = 0; i < 2; i++) expect(await valuesOf(await twice(given()))).toEqual(wanted)
  })

  test('one tensor for two arguments', async () => {
    const f = compile((x: Tensor, y: Tensor) => x.mul(10).add(y))
    const x = vector(1, 2)
    expect(await valuesOf([await f(x, x), await f(x, vector(5, 6)), await f(x, x)])).toEqual([
      [11, 22],
      [15, 26],
      [11, 22],
    ])
  })

  test('a parameter that the function steps', async () => {
    const p = cell(1)
    const optimizer = new SGD([p], { lr: 1 })
    const step = compile((x: Tensor) => {
      optimizer.step(p.mul(x.stopGradient()).sum())
      return x.add(0.5)
    })
    expect(await valuesOf(await step(p))).toEqual([1.5])
    expect(await valuesOf(await step(cell(4)))).toEqual([4.5])
    expect(await p.item()).toBe(-4)
  })

  test('numbers that change, without a new recording', async () => {
    let recorded = 0
    const f = compile((x: Tensor, scale: Tensor) => {
      recorded++
      return x.mul(scale)
    })
    const results = [await f(vector(1, 2), 2), await f(vector(1, 2), -1), await f(vector(3, 4), 0)]
    expect(await valuesOf(results)).toEqual([
      [2, 4],
      [-1, -2],
      [0, 0],
    ])
    expect(recorded).toBe(1)
  })

  const refused: [name: string, given: unknown, key: string][] = [
    ['a list', [1, 2], 'argument.tensor'],
    ['nothing at all', undefined, 'argument.tensor'],
    ['a promise', Promise.resolve(vector(1)), 'argument.promise'],
  ]
  test.each(refused)('%s is refused', async (_, given, key) => {
    await expect(twice(given as never)).rejects.toMatchObject({ key })
    await expect(twice(given as never)).rejects.toThrow(ValueError)
  })
})

describe('the function is called', () => {
  test('once for each combination of shapes and dtypes, and builds no graph afterwards', async () => {
    const seen: string[] = []
    const f = compile((x: Tensor) => {
      seen.push(`${x.dtype}[${x.shape}]`)
      return x.add(x).sum(0)
    })
    const inputs = [vector(1, 2), vector(1, 2, 3), vector(1, 2).cast('int32'), zeros([2, 2])]
    for (const x of inputs) await f(x)
    const before = nodesMade()
    for (const x of inputs) await f(x)
    // Results are leaves of their own; nothing else is made.
    expect(nodesMade() - before).toBe(inputs.length)
    expect(seen).toEqual(['float32[2]', 'float32[3]', 'int32[2]', 'float32[2,2]'])
  })

  test('again on another device', async () => {
    let recorded = 0
    const f = compile((x: Tensor) => {
      recorded++
      return x.mul(3)
    })
    for (const device of ['wasm', 'reference', 'wasm', 'reference']) {
      useDevice(device)
      expect(await valuesOf(await f(vector(2)))).toEqual([6])
    }
    expect(recorded).toBe(2)
  })

  test('many times at once, and each call has its own values', async () => {
    const p = cell(0)
    const optimizer = new SGD([p], { lr: 1 })
    const step = compile((x: Tensor) => {
      const before = p.mul(1).add(x)
      optimizer.step(p.mul(-1).sum())
      return before
    })
    const calls = [1, 2, 3, 4, 5].map((i) => step(vector(i * 10)))
    expect(await valuesOf(await Promise.all(calls))).toEqual([[10], [21], [32], [43], [54]])
    expect(await p.item()).toBe(5)
  })

  test('between steps that are not compiled', async () => {
    const p = cell(0)
    const optimizer = new SGD([p], { lr: 1 })
    const step = compile(() => void optimizer.step(p.mul(-1).sum()))
    void step()
    void optimizer.step(p.mul(-10).sum())
    void step()
    expect(await p.item()).toBe(12)
    expect(optimizer.steps).toBe(3)
  })
})

describe('is refused', () => {
  const read = compile((x: Tensor) => {
    x.data().catch(() => undefined)
    return x
  })
  const rows: [name: string, f: (x: Tensor) => Promise<unknown>, key: string][] = [
    ['an async function', compile((async (x: Tensor) => x) as never), 'trace.async'],
    ['a read', read, 'trace.read'],
    ['a comparison', compile((x: Tensor) => ((x as never) < 1 ? x : x)), 'trace.branch'],
    ['a sum by operator', compile((x: Tensor) => x.add((x as never) + 1)), 'trace.branch'],
    ['a number as result', compile(() => 1 as never), 'trace.result'],
    ['null as result', compile(() => null as never), 'trace.result'],
    ['a class as result', compile(() => new Map() as never), 'trace.result'],
    ['a compiled function inside', compile(((x: Tensor) => read(x)) as never), 'trace.read'],
  ]
  test.each(rows)('%s', async (_, f, key) => {
    for (let i = 0; i < 2; i++) await expect(f(vector(1))).rejects.toMatchObject({ key })
    await expect(f(vector(1))).rejects.toThrow(TraceError)
    expect(await valuesOf(vector(1).add(1))).toEqual([2])
  })

  test('but text of a tensor is none of its values', async () => {
    const f = compile((x: Tensor) => {
      expect(`${x}`).toBe('Tensor([1], float32)')
      return x
    })
    expect(await valuesOf(await f(vector(1)))).toEqual([1])
  })
})
