/** Dtypes as PyTorch has them: promotion, casts, and arithmetic to the last bit. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { DType } from '../../src/base/dtype.ts'
import { full, type Tensor } from '../../src/index.ts'
import { devices, differences, tensorOf, valuesOn } from './calls.ts'
import type { Values } from './row.ts'

interface Fixture {
  readonly promotion: Readonly<Record<DType, Readonly<Record<DType, string>>>>
  readonly entries: readonly {
    readonly op: string
    readonly inputs: readonly Values[]
    readonly output: Values
  }[]
}

const url = new URL('fixtures/dtypes.json', import.meta.url)
const special = new Set(['NaN', 'Infinity', '-Infinity'])
const fixture: Fixture = JSON.parse(readFileSync(url, 'utf8'), (_, value) =>
  special.has(value) ? Number(value) : value,
)

test.each(Object.entries(fixture.promotion))('%s is promoted as in PyTorch', (a, row) => {
  const one = (dtype: string): Tensor => full([2], 1, { dtype: dtype as DType })
  for (const [b, want] of Object.entries(row)) {
    // PyTorch's int8 with uint8 is int16, which is not here
    expect(one(a).maximum(one(b)).dtype).toBe(want === 'int16' ? 'int32' : want)
  }
})

type Run = (x: Tensor, y: Tensor, to: DType) => Tensor
const runs: Readonly<Record<string, Run>> = {
  add: (x, y) => x.add(y),
  sub: (x, y) => x.sub(y),
  mul: (x, y) => x.mul(y),
  div: (x, y) => x.div(y),
  maximum: (x, y) => x.maximum(y),
  minimum: (x, y) => x.minimum(y),
  less: (x, y) => x.less(y),
  equal: (x, y) => x.equal(y),
  neg: (x) => x.neg(),
  abs: (x) => x.abs(),
  sum: (x) => x.sum(1),
  cast: (x, _, to) => x.cast(to),
}

const exact = { relative: 0, absolute: 0, reason: '' }
/** An op on operands, each from and each to one rounding. */
const entries = fixture.entries.map(
  (entry) => [`${entry.op} of ${entry.inputs[0]!.dtype} to ${entry.output.dtype}`, entry] as const,
)

describe.each(devices)('on %s', (device) => {
  test.each(entries)("%s has PyTorch's bits", async (title, { op, inputs, output }) => {
    const [x, y = x] = inputs.map(tensorOf)
    const [got] = await valuesOn(device, [runs[op]!(x!, y!, output.dtype)])
    expect(differences(title, got!, output, exact)).toEqual([])
  })
})
