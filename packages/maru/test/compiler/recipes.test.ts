/** What was planned once is planned again to the same program, for other buffers and parameters. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Bound } from '../../src/compiler/forms.ts'
import { variable, zero } from '../../src/compiler/index-expr.ts'
import { type Expr, type LoopKernel, valueIndex } from '../../src/compiler/kernel.ts'
import { printProgram } from '../../src/compiler/print.ts'
import { launchesOf } from '../../src/compiler/program.ts'
import { givenKernels, madeOnce } from '../../src/compiler/recipes.ts'
import type { PlannedBuffer } from '../../src/compiler/steps.ts'
import type { Captured } from '../../src/runtime/capture.ts'
import { given, graphOf, programOf } from '../graph/programs.ts'
import { instructions, outputsOf, shape } from '../ops/agreement.ts'
import { build } from '../ops/graphs.ts'

/** Everything that a program is. */
function whole(graph: Captured, device: string): unknown {
  const program = programOf(graph, device)
  const launches = launchesOf(program.body).map((launch) => {
    if (launch.kind !== 'code') return launch.kind
    const { alike, label, work, writes } = launch
    return { label, work, writes, text: alike.text, buffers: alike.buffers, at: alike.parameters }
  })
  const { buffers, arenaBytes } = program
  return { text: printProgram(program), launches, buffers, arenaBytes }
}

test.each(['wasm', 'wasm-unfused', 'native'])(
  'graphs planned again are the same on %s',
  (device) => {
    const samples = fc.sample(fc.tuple(shape, instructions), { seed: 20261128, numRuns: 60 })
    const graphs = samples.map(([from, program]) => {
      const { values } = build(from, program)
      return graphOf(...outputsOf(values).map(({ tensor }) => tensor))
    })
    const first = graphs.map((graph) => whole(graph, device))
    // In the other order, with all that the first turn left behind.
    const again = graphs.toReversed().map((graph) => whole(graph, device))
    expect(again.reverse()).toEqual(first)
  },
)

test('layers that are alike have kernels of one form, each on its own buffers', () => {
  const layers = [given(8, 6), given(8, 6)].map((x) => x.matmul(given(6, 6)).relu().mean(1))
  const codes = launchesOf(programOf(graphOf(...layers)).body).flatMap((launch) =>
    launch.kind === 'code' ? [launch] : [],
  )
  const half = codes.length / 2
  expect(half).toBeGreaterThanOrEqual(1)
  for (const [i, one] of codes.slice(0, half).entries()) {
    const other = codes[half + i]
    expect(other?.alike.text).toBe(one.alike.text)
    expect(other?.kernel).not.toEqual(one.kernel)
  }
})

const four: PlannedBuffer = { dtype: 'float32', shape: [4] }

function load(buffer: number): Expr {
  return { kind: 'load', buffer, dtype: 'float32', offset: variable(0), guards: [] }
}

function map(buffer: number, value: Expr): LoopKernel {
  const store = { buffer, dtype: 'float32', offset: variable(0), value } as const
  return { kind: 'loops', extents: [4], folded: [], passes: [], stores: [store] }
}

test('work is done once, and its kernels get the buffers that they are asked for with', () => {
  const buffers = [four, four, four, four]
  let turns = 0
  const twice = (from: number, to: number): readonly Bound[] | undefined => {
    const bound = Bound.of(map(to, load(from)), buffers)
    return madeOnce(givenKernels('twice', [bound]), buffers, () => {
      turns++
      const between = buffers.push(four) - 1
      return [map(between, load(from)), map(to, load(between))]
    })
  }
  const [first, second] = [twice(0, 1), twice(2, 3)]
  expect(turns).toBe(1)
  expect(first?.map(({ kernel }) => kernel)).toEqual([map(4, load(0)), map(1, load(4))])
  expect(second?.map(({ kernel }) => kernel)).toEqual([map(5, load(2)), map(3, load(5))])
  expect(buffers).toHaveLength(6)
})

test('that work made nothing is remembered, too', () => {
  const bound = Bound.of(map(1, load(0)), [four, four])
  let turns = 0
  const nothing = () =>
    madeOnce(givenKernels('nothing', [bound]), [], () => {
      turns++
      return undefined
    })
  expect([nothing(), nothing(), turns]).toEqual([undefined, undefined, 1])
})

test('what buffers are parts of, which are the same, and their sizes are told apart', () => {
  const buffers = [four, four, four, { ...four, shape: [2, 4] }]
  const key = (from: number, to: number, root = (buffer: number): number => buffer) =>
    givenKernels('', [Bound.of(map(to, load(from)), buffers)], root)?.key
  expect(key(0, 1)).toBe(key(2, 1))
  const others = [key(0, 0), key(3, 1), key(0, 1, () => 0), key(0, 1, () => 2)]
  expect(new Set([key(0, 1), ...others]).size).toBe(5)
})

test('kernels in which values are indices are made anew, since values have numbers of their program', () => {
  const buffers = [four, four, four]
  const atom = valueIndex({ kind: 'load', buffer: 2, dtype: 'int32', offset: zero, guards: [] }, 4)
  const offset = { constant: 0, terms: [{ atom, factor: 1, key: 'i0<4' }] }
  const value: Expr = { kind: 'load', buffer: 0, dtype: 'float32', offset, guards: [] }
  expect(givenKernels('', [Bound.of(map(1, value), buffers)])).toBeUndefined()
  const plain = givenKernels('valued', [Bound.of(map(1, load(0)), buffers)])
  let turns = 0
  for (let turn = 0; turn < 2; turn++) {
    madeOnce(plain, buffers, () => {
      turns++
      return [map(1, value)]
    })
  }
  expect(turns).toBe(2)
})

test('work that names a buffer that it was not given is an error, not another program', () => {
  const buffers = [four, four, four]
  const bound = Bound.of(map(1, load(0)), buffers)
  const wrong = () => madeOnce(givenKernels('wrong', [bound]), buffers, () => [map(1, load(2))])
  expect(wrong).toThrow(RangeError)
})
