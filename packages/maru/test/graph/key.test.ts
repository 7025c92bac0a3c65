/** Equal graphs share a key and have one program, to the letter; different graphs share neither. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonical } from '../../src/base/canonical.ts'
import { endInterning } from '../../src/graph/node.ts'
import { type Tensor, useDevice } from '../../src/index.ts'
import type { Captured } from '../../src/runtime/capture.ts'
import { programsCompiled } from '../../src/runtime/programs.ts'
import { build } from '../ops/graphs.ts'
import { given, graphOf, programOf } from './programs.ts'

const SEED = 20261122

/** A graph built from nothing, as the next step of a loop would. */
function fresh(make: () => readonly Tensor[]): Captured {
  endInterning()
  return graphOf(...make())
}

const choice = fc.noBias(fc.nat(999))
const instructions = fc.array(fc.tuple(choice, choice, choice, choice), {
  minLength: 5,
  maxLength: 30,
})

test('the same graph gives the same key and the same program text', () => {
  const property = fc.property(instructions, (program) => {
    const make = (): Tensor[] => build([2, 5], program).values.map(({ tensor }) => tensor)
    const [a, b] = [fresh(make), fresh(make)]
    expect([...b.key]).toEqual([...a.key])
    expect(b.hash).toBe(a.hash)
    for (const device of ['wasm', 'wasm-unfused', 'reference']) {
      expect(canonical(programOf(b, device))).toBe(canonical(programOf(a, device)))
    }
  })
  fc.assert(property, { seed: SEED, numRuns: 40 })
})

const x = given(2, 3)
const y = given(2, 3)

/** Pairs that must not be taken for each other. */
const different: Readonly<Record<string, readonly [() => Tensor[], () => Tensor[]]>> = {
  'one input twice, and two inputs': [() => [x.add(x)], () => [x.add(y)]],
  'two orders of inputs': [() => [x.sub(y), x], () => [y.sub(x), x]],
  'two shapes': [() => [given(2, 3).exp()], () => [given(3, 2).exp()]],
  'two axes': [() => [x.sum(0, { keepDims: true })], () => [x.sum(1, { keepDims: true })]],
  'two infinities': [
    () => [
      x.pad(
        [
          [0, 1],
          [0, 0],
        ],
        Number.POSITIVE_INFINITY,
      ),
    ],
    () => [
      x.pad(
        [
          [0, 1],
          [0, 0],
        ],
        Number.NEGATIVE_INFINITY,
      ),
    ],
  ],
  'no number and an infinity': [
    () => [
      x.pad(
        [
          [0, 1],
          [0, 0],
        ],
        Number.NaN,
      ),
    ],
    () => [
      x.pad(
        [
          [0, 1],
          [0, 0],
        ],
        Number.NEGATIVE_INFINITY,
      ),
    ],
  ],
  'a result and two results': [() => [x.exp().log()], () => [x.exp().log(), x.exp()]],
}

describe('there are two keys for', () => {
  test.each(Object.entries(different))('%s', (_, [a, b]) => {
    expect([...fresh(a).key]).not.toEqual([...fresh(b).key])
  })
})

test('equal nodes are one node until something is computed', async () => {
  const sum = x.add(y)
  expect(x.add(y).node).toBe(sum.node)
  expect(x.sub(y).node).not.toBe(sum.node)
  await sum.data()
  expect(x.add(y).node).not.toBe(sum.node)
})

test('graphs that differ in numbers or data only are compiled once', async () => {
  useDevice('wasm')
  const value = (data: Tensor, number: number): Promise<number> =>
    data
      .mul(number)
      .add(number + 1)
      .sum()
      .item()
  await value(given(2, 7), 2)
  const before = programsCompiled()
  expect(await value(given(2, 7), 3)).toBe(14 * 4)
  expect(await value(given(2, 7).add(0), 5)).toBe(14 * 6)
  expect(programsCompiled() - before).toBe(1) // the sum with 0 is another graph
  expect(await value(given(2, 7), -1)).toBe(0)
  expect(programsCompiled() - before).toBe(1)
})
