/** `vmap` of every op of the table: the same as one example after the other. */
import { describe, expect, test } from 'vitest'
import { sizeOf } from '../../src/base/shape.ts'
import {
  cond,
  grad,
  ShapeError,
  scan,
  stack,
  type Tensor,
  tensor,
  useDevice,
  ValueError,
  vmap,
  whileLoop,
} from '../../src/index.ts'
import { type Call, callsOf, differences, tensorOf, toleranceOf, valuesOn } from '../ops/calls.ts'
import { stream } from '../ops/draw.ts'
import { domainOf, type Row, type Values } from '../ops/row.ts'
import { table } from '../ops/table.ts'

const EXAMPLES = 3

/** The inputs of a call three times, drawn anew where they were drawn. */
function examplesOf(call: Call, row: Row): Values[][] {
  return call.inputs.map((input, i) =>
    Array.from({ length: EXAMPLES }, (_, example) => {
      if (!call.drawn || example === 0) return input
      const numbers = domainOf(row, i).numbers(stream(call.title, i, example), sizeOf(input.shape))
      return { ...input, data: numbers }
    }),
  )
}

async function mismatches(row: Row): Promise<string[]> {
  const calls = callsOf(row).filter(({ inputs }) => inputs.length > 0)
  const found: string[] = []
  for (const call of calls) {
    useDevice('wasm')
    const examples = examplesOf(call, row)
    const inputs = examples.map((each) => stack(each.map(tensorOf)))
    const together = vmap((...given) => row.run(call.args, ...given))(...inputs) as Tensor
    const alone = Array.from({ length: EXAMPLES }, (_, i) =>
      row.run(call.args, ...examples.map((each) => tensorOf(each[i]!))),
    )
    const [got, want] = await valuesOn('wasm', [together, stack(alone)])
    // Rows of another length are summed in another order.
    const near = toleranceOf(row, got!.dtype)
    const loose =
      got!.dtype === 'float32'
        ? {
            ...near,
            relative: Math.max(near.relative, 4e-6),
            absolute: Math.max(near.absolute, 2e-6),
          }
        : near
    found.push(...differences(call.title, got!, want!, loose, 'alike'))
  }
  return found
}

describe('every op, over three examples', () => {
  const rows = table.filter(
    ({ samples, draws }) => !draws && samples.some(({ inputs }) => inputs.length > 0),
  )
  test.each(rows.map((row) => [row.name, row] as const))('%s', async (_, row) => {
    expect(await mismatches(row)).toEqual([])
  })
})

const wave = (shape: number[], shift = 0): Tensor =>
  tensor(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(1.3 * i + shift)),
    shape,
  )

async function expectClose(got: Tensor, want: Tensor): Promise<void> {
  expect(got.shape).toEqual(want.shape)
  const [a, b] = [await got.data(), await want.data()]
  for (const [i, value] of a.entries()) expect(value).toBeCloseTo(Number(b[i]), 5)
}

describe('of other things', () => {
  const weight = wave([4, 4], 1)

  test('gradients of single examples', async () => {
    const x = wave([5, 4])
    const each = vmap((row) => grad(row.matmul(weight).tanh().sum(), [weight])[0]!)(x)
    const rows = Array.from({ length: 5 }, (_, i) => {
      const row = x.slice(0, i, i + 1).squeeze(0)
      return grad(row.matmul(weight).tanh().sum(), [weight])[0]!
    })
    await expectClose(each, stack(rows))
  })

  test('axes of arguments and results', async () => {
    const [x, y] = [wave([4, 6]), wave([4])]
    const sums = vmap((a, b) => a.add(b), { inAxes: [1, undefined], outAxes: 1 })(x, y)
    await expectClose(sums, x.add(y.unsqueeze(1)))
  })

  test('a loop over a sequence, forward and backward', async () => {
    const [start, steps] = [wave([3, 4]), wave([6, 4], 2)]
    const run = (h: Tensor): Tensor => {
      const [last, stacked] = scan(
        (carry: Tensor, x: Tensor): [Tensor, Tensor] => {
          const next = carry.matmul(weight).add(x).tanh()
          return [next, next]
        },
        h,
        steps,
      )
      return last.sum().add(stacked.square().sum())
    }
    const loss = (h: Tensor): Tensor => grad(run(h), [h])[0]!
    const alone = Array.from({ length: 3 }, (_, i) => loss(start.slice(0, i, i + 1).squeeze(0)))
    await expectClose(vmap(loss)(start), stack(alone))
  })

  test('a loop whose examples end at different turns', async () => {
    const doubled = vmap((n) => {
      const [last] = whileLoop<[Tensor]>(
        ([k]) => k.less(100),
        ([k]) => [k.mul(2)],
        [n],
      )
      return last
    })(tensor([3, 50, 200, 7]))
    expect(await doubled.array()).toEqual([192, 100, 200, 112])
  })

  test('a branch that examples take differently', async () => {
    const f = (x: Tensor): Tensor =>
      cond(
        x.greater(10),
        (v: Tensor) => v.neg(),
        (v: Tensor) => v.mul(2),
        x,
      )
    expect(await vmap(f)(tensor([3, 50, 7])).array()).toEqual([6, -50, 14])
  })

  test('of vmap', async () => {
    const [a, b] = [wave([3, 4]), wave([5, 4], 1)]
    const products = vmap((x) => vmap((y) => x.mul(y).sum())(b))(a)
    await expectClose(products, a.matmul(b.transpose()))
  })
})

test('mistakes', () => {
  const [a, b] = [wave([3, 4]), wave([5, 4])]
  expect(() => vmap((x, y) => x.add(y))(a, b)).toThrow(ShapeError)
  expect(() => vmap((x) => x, { inAxes: [undefined] })(a)).toThrow(ValueError)
})
