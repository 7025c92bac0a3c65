/** Stores of one step see the old values of all parameters, in place or not, whatever their order. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Parameter, realize, type Tensor, tensor, useDevice } from '../../src/index.ts'
import { assign } from '../../src/runtime/realize.ts'
import { parameter } from '../../src/tensor/create.ts'
import { devices } from '../ops/calls.ts'

const SEED = 20261123
const SHAPE = [3, 4]
const COUNT = 3

const rows = tensor([2, 1], [2], { dtype: 'int32' })
const count = tensor(2, [], { dtype: 'int32' })

/** What a parameter becomes: from its own old value, and another's. */
// biome-ignore format: a table
const updates: Readonly<Record<string, (own: Tensor, other: Tensor) => Tensor>> = {
  'its own value': (own) => own,
  'another value': (_, other) => other,
  'a sum': (own, other) => own.add(other),
  'itself, changed': (own) => own.mul(2).sub(1),
  'itself, backwards': (own) => own.flip(0).add(1),
  'another, rearranged': (_, other) => other.transpose().reshape(SHAPE),
  'a total': (own) => own.sub(own.sum(0, { keepDims: true })),
  'a product': (own, other) => own.matmul(other.transpose()).matmul(own).clamp(-9, 9),
  'a constant': (own) => own.mul(0),
  'rows of another': (own, other) => other.take(own.sum(1).abs().cast('int32'), { axis: 0 }).clamp(-9, 9),
  'itself, rows of another added': (own, other) => own.indexAdd(rows, other.take([2, 0], { axis: 0 }), { axis: 0 }).clamp(-9, 9),
  'another, its own rows placed in it': (own, other) => other.scatter(rows.reshape([2, 1]).expand([2, 4]), own.slice(0, 1), { axis: 0 }),
  'itself, a row replaced': (own, other) => own.dynamicUpdate(other.slice(0, 0, 1), [count, 0]),
  'itself, its own row copied': (own) => own.dynamicUpdate(own.slice(0, 0, 1), [count, 0]),
  'what both would become': (own, other) => own.maximum(other),
}
const names = Object.keys(updates)

const start = Array.from({ length: COUNT }, (_, i) =>
  Float32Array.from({ length: 12 }, (_, k) => ((5 * k + 7 * i) % 9) - 4),
)

function parameters(): Parameter[] {
  return start.map((values) => parameter(values.slice(), SHAPE, 'float32'))
}

type Choice = readonly [update: number, other: number]

/** The new values that some choices stand for, one a parameter; `undefined` leaves it alone. */
function next(old: readonly Tensor[], choices: readonly Choice[]): (Tensor | undefined)[] {
  return choices.map(([update, other], i) => {
    const apply = updates[names[update % names.length] ?? '']
    const [a, b] = [old[i], old[other % COUNT]]
    return update % 16 === 15 || !a || !b ? undefined : apply?.(a, b)
  })
}

/** Two steps of stores, and a result of the first that is read with them. */
async function stored(choices: readonly Choice[]): Promise<number[][]> {
  const cells = parameters()
  const results: number[][] = []
  for (let step = 0; step < 2; step++) {
    // A parameter reads as its pending value once it has one: nodes are taken before any store.
    const nodes = next(cells, choices).map((value) => value?.node)
    const seen = cells.map((cell) => cell.add(0)).reduce((sum, cell) => sum.add(cell))
    cells.forEach(({ cell }, i) => {
      const node = nodes[i]
      if (node) assign(cell, node)
    })
    await realize(seen)
    results.push([...(await seen.data())])
  }
  for (const cell of cells) results.push([...(await cell.data())])
  return results
}

/** The same on plain tensors, each value computed by itself. */
async function expected(choices: readonly Choice[]): Promise<number[][]> {
  useDevice('reference')
  let old: Tensor[] = parameters().map((each) => each.snapshot())
  const results: number[][] = []
  for (let step = 0; step < 2; step++) {
    results.push([...(await old.reduce((sum, each) => sum.add(each)).data())])
    const values = next(old, choices)
    old = old.map((each, i) => values[i] ?? each)
    for (const each of old) await each.data()
  }
  for (const each of old) results.push([...(await each.data())])
  return results
}

const choice = fc.noBias(fc.tuple(fc.nat(31), fc.nat(COUNT - 1)))
const program = fc.array(choice, { minLength: COUNT, maxLength: COUNT })

describe.each(devices)('on %s', (device) => {
  test('parameters that depend on each other take their values at once', async () => {
    const property = fc.asyncProperty(program, async (choices) => {
      const want = await expected(choices)
      useDevice(device)
      expect(await stored(choices)).toEqual(want)
    })
    await fc.assert(property, { seed: SEED, numRuns: 200 })
  })

  test('two parameters change places', async () => {
    useDevice(device)
    const [a, b] = parameters()
    if (!a || !b) throw new Error('there are three')
    const [nodeA, nodeB] = [a.node, b.node]
    assign(a.cell, nodeB)
    assign(b.cell, nodeA)
    await realize()
    expect([...(await a.data())]).toEqual([...(start[1] ?? [])])
    expect([...(await b.data())]).toEqual([...(start[0] ?? [])])
  })

  test('a snapshot stays as it was', async () => {
    useDevice(device)
    const [a] = parameters()
    if (!a) throw new Error('there are three')
    const before = a.snapshot()
    assign(a.cell, a.add(1).node)
    await realize()
    expect([...(await before.data())]).toEqual([...(start[0] ?? [])])
  })
})
