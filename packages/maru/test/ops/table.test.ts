/** The table is whole: every op has a row, every sample of the fixture a reader, every row an oracle. */
import { describe, expect, test } from 'vitest'
import * as maru from '../../src/index.ts'
import { callsOf, fixture, torchCalls } from './calls.ts'
import { table } from './table.ts'

/** What tensors have besides ops. */
const NOT_OPS = new Set([
  'constructor', // makes the handle
  'node', // these four say what is recorded
  'dtype',
  'ndim',
  'shape',
  'size',
  'wrap', // what ops make their results with
  'as', // states a shape: see the suites of types
  'data', // these three read the value
  'item',
  'array',
  'toString',
  'backward', // the suite of transforms
])

/** Functions of the package that neither make tensors nor compute with them. */
const NOT_ON_TENSORS = new Set([
  'compile',
  'checkpoint', // the suites of transforms and of control: these take functions
  'cond',
  'customGradient',
  'hvp',
  'jvp',
  'detectAnomaly', // this one, and those below: test/inside
  'scan',
  'gradcheck',
  'valueAndGrad',
  'vjp',
  'vmap',
  'whileLoop',
  'dim',
  'explain',
  'fgsm', // these take models: test/tensor/adversarial.test.ts
  'pgd',
  'gradientPenalty',
  'r1Penalty',
  'grad', // its own suite
  'manualSeed',
  'memory',
  'realize',
  'selfTest',
  'startTrace',
  'stopTrace',
  'tensor', // what all samples are made with
  'useDevice',
])

/** Names on the prototype chain of tensors: whatever family they are from. */
function methods(): string[] {
  const names: string[] = []
  let level = maru.Tensor.prototype
  while (level !== Object.prototype) {
    names.push(...Object.getOwnPropertyNames(level))
    level = Object.getPrototypeOf(level)
  }
  return names.filter((name) => !NOT_OPS.has(name))
}

function functions(): string[] {
  const isFunction = ([name, value]: [string, unknown]): boolean =>
    typeof value === 'function' && /^[a-z]/.test(name)
  const names = Object.entries(maru).filter(isFunction)
  return names.map(([name]) => name).filter((name) => !NOT_ON_TENSORS.has(name))
}

const names = table.map(({ name }) => name)

test('every method and function has a row', () => {
  const missing = [...methods(), ...functions()].filter((name) => !names.includes(name))
  expect(missing).toEqual([])
})

test('every row is that of one op, or of a composition', () => {
  expect(new Set(names).size).toBe(names.length)
  const ops = new Set([...methods(), ...functions()])
  expect(names.filter((name) => !ops.has(name))).toEqual(['linear'])
})

test('every sample of the fixture is read, or left out for a reason', () => {
  const read = new Set(table.flatMap((row) => torchCalls(row).map(({ entry }) => entry)))
  const left = new Set(
    table.flatMap(({ oracle }) =>
      'torch' in oracle
        ? Object.keys(oracle.skip ?? {}).map((name) => `${oracle.torch}, ${name}`)
        : [],
    ),
  )
  const titles = fixture.map((entry) => `${entry.op}, ${entry.sample}`)
  const unread = fixture
    .filter((entry) => !read.has(entry))
    .map(({ op, sample }) => `${op}, ${sample}`)
  expect(unread.filter((title) => !left.has(title))).toEqual([])
  expect([...left].filter((title) => !titles.includes(title))).toEqual([])
})

describe('expected values exist for', () => {
  test.each(table.map((row) => [row.name, row] as const))('%s', (_, row) => {
    const given = callsOf(row).filter(({ gives }) => gives)
    expect(torchCalls(row).length + given.length).toBeGreaterThan(0)
  })
})

describe('samples have a call without elements, or with one element, of', () => {
  const rows = table.filter(({ samples }) => samples.some(({ inputs }) => inputs.length > 0))
  test.each(rows.map((row) => [row.name, row] as const))('%s', (_, row) => {
    const sizes = callsOf(row).flatMap(({ inputs }) => inputs.map(({ data }) => data.length))
    expect(Math.min(...sizes)).toBeLessThan(2)
  })
})
