/** Good calls of every op, for hostile ones to be made from: nothing here knows an op by name. */
import * as maru from '../../src/index.ts'
import { callsOf, resultOf, tensorOf } from '../ops/calls.ts'
import type { Row } from '../ops/row.ts'
import { table } from '../ops/table.ts'

/** One call that works: of a method on `self`, or of a function where there is none. */
export interface Good {
  readonly name: string
  readonly self: maru.Tensor | undefined
  readonly args: readonly unknown[]
}

/** Calls of a row that are looked at. */
const MOST_CALLS = 8

type Method = (this: maru.Tensor, ...args: unknown[]) => unknown

/** The object on the prototype chain of tensors that has a method of its own. */
function homeOf(name: string): object | undefined {
  let level: object | null = maru.Tensor.prototype
  while (level && !Object.hasOwn(level, name)) level = Object.getPrototypeOf(level)
  return level === Object.prototype || level === null ? undefined : level
}

/** How the row's samples call the method: its receivers and arguments, seen from inside. */
function observed(row: Row, home: object): Good[] {
  const seen: Good[] = []
  const method: Method = Reflect.get(home, row.name)
  let depth = 0
  const spy: Method = function (...args) {
    if (depth === 0) seen.push({ name: row.name, self: this, args })
    depth++
    try {
      return method.apply(this, args)
    } finally {
      depth--
    }
  }
  Object.defineProperty(home, row.name, { value: spy, configurable: true, writable: true })
  try {
    for (const call of callsOf(row).slice(0, MOST_CALLS)) resultOf(call)
  } finally {
    Object.defineProperty(home, row.name, { value: method, configurable: true, writable: true })
  }
  return seen
}

/** Ways to hand over tensors and named arguments; a function's own is among those that work. */
function arrangements(tensors: readonly maru.Tensor[], given: object): unknown[][] {
  const values = Object.values(given)
  const rest = Object.entries(given)
  const split = rest.map((_, i) => [...values.slice(0, i), Object.fromEntries(rest.slice(i))])
  return [[], ...split, values].flatMap((more) => [
    [...tensors, ...more],
    [tensors, ...more],
    [...more, ...tensors],
  ])
}

function guessed(row: Row, run: (...args: unknown[]) => unknown): Good[] {
  return callsOf(row)
    .slice(0, MOST_CALLS)
    .flatMap((call) => arrangements(call.inputs.map(tensorOf), call.args))
    .filter((args) => {
      try {
        return tensorsIn(run(...args)).length > 0
      } catch {
        return false
      }
    })
    .map((args) => ({ name: row.name, self: undefined, args }))
}

/** The function of the package that a name stands for. */
export function functionOf(name: string): ((...args: unknown[]) => unknown) | undefined {
  const found: unknown = Reflect.get(maru, name)
  return typeof found === 'function' ? (found as (...args: unknown[]) => unknown) : undefined
}

/** Tensors alone or in arrays and objects. */
export function tensorsIn(value: unknown, depth = 3): maru.Tensor[] {
  if (value instanceof maru.Tensor) return [value]
  if (typeof value !== 'object' || value === null || depth === 0) return []
  return Object.values(value).flatMap((each) => tensorsIn(each, depth - 1))
}

/** What has no row, since it takes functions or gives back what it was given. */
function others(): Good[] {
  const { tensor } = maru
  const x = tensor([[1, -2, 3]])
  const v = tensor([1, 2, 3])
  // What is handed over may be no tensor: these are to fail in the library, not here.
  const double = (each: unknown): unknown => (each instanceof maru.Tensor ? each.mul(2) : each)
  const few = (each: unknown): unknown =>
    each instanceof maru.Tensor ? each.sum().equal(Number.NaN) : each
  const more = (sum: unknown, each: unknown): unknown =>
    sum instanceof maru.Tensor ? [sum.mul(2), each] : sum
  const calls: Readonly<Record<string, readonly unknown[]>> = {
    tensor: [
      [
        [1, 2],
        [3, 4],
      ],
      [4],
      { dtype: 'int32' },
    ],
    cond: [tensor(true), double, (each: unknown) => each, x],
    whileLoop: [few, double, v],
    scan: [more, tensor(0), v, {}],
    vjp: [[v.square()], [v], [v]],
    jvp: [double, [v], [v]],
    hvp: [v.pow(3).sum(), [v], [v]],
    grad: [v.square().sum(), [v]],
  }
  const functions = Object.entries(calls).map(([name, args]) => ({ name, self: undefined, args }))
  return [...functions, { name: 'as', self: x, args: [['batch', 3]] }]
}

function goodOf(row: Row): Good[] {
  const home = homeOf(row.name)
  if (home) return observed(row, home)
  const run = functionOf(row.name)
  return run ? guessed(row, run) : []
}

/** Every op with the calls that are known to work. */
export function subjects(): readonly (readonly [name: string, calls: readonly Good[]])[] {
  const known = table.map((row) => [row.name, goodOf(row)] as const)
  const more = others().map((good) => [good.name, [good]] as const)
  return [...known.filter(([name]) => homeOf(name) || functionOf(name)), ...more]
}
