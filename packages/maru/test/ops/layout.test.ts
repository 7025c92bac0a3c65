/** An op gives the same however its inputs lie in memory: a view is as good as a copy. */
import { describe, expect, test } from 'vitest'
import { type Sizes, sizeOf } from '../../src/base/shape.ts'
import { type Tensor, tensor } from '../../src/index.ts'
import {
  type Call,
  callsOf,
  devices,
  differences,
  resultOf,
  tensorOf,
  toleranceOf,
  valuesOn,
} from './calls.ts'
import type { Values } from './row.ts'
import { table } from './table.ts'

/** The elements of `shape` at which `inner` says so, from a list in row-major order. */
function arrange(shape: Sizes, element: (index: readonly number[]) => number): number[] {
  return Array.from({ length: sizeOf(shape) }, (_, flat) => {
    let rest = flat
    const index = shape.map(() => 0)
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis] ?? 1
      index[axis] = rest % size
      rest = Math.floor(rest / size)
    }
    return element(index)
  })
}

function elementOf({ data, shape }: Values, index: readonly number[]): number {
  return data[index.reduce((flat, i, axis) => flat * (shape[axis] ?? 1) + i, 0)] ?? 0
}

/** A view of other memory, and the contiguous elements that it should be read as. */
interface View {
  readonly view: Tensor
  readonly copy: Values
}

/** Ways to lay out an input. */
const layouts: Readonly<Record<string, (from: Values) => View>> = {
  transposed: (from) => {
    const shape = from.shape.toReversed()
    const axes = shape.map((_, axis) => axis).reverse()
    const data = arrange(shape, (index) => elementOf(from, index.toReversed()))
    return { view: tensor(data, shape, { dtype: from.dtype }).permute(axes), copy: from }
  },
  sliced: (from) => {
    const shape = from.shape.map((size) => size + 3)
    const inside = (index: readonly number[]): boolean =>
      index.every((i, axis) => i >= 1 && i <= (from.shape[axis] ?? 0))
    const data = arrange(shape, (index) =>
      inside(index)
        ? elementOf(
            from,
            index.map((i) => i - 1),
          )
        : 1,
    )
    const ranges = from.shape.map((size): [number, number] => [1, size + 1])
    return { view: tensor(data, shape, { dtype: from.dtype }).slices(ranges), copy: from }
  },
  flipped: (from) => {
    const { shape, dtype } = from
    const axes = shape.map((_, axis) => axis)
    const data = arrange(shape, (index) =>
      elementOf(
        from,
        index.map((i, axis) => (shape[axis] ?? 1) - 1 - i),
      ),
    )
    return { view: tensor(data, shape, { dtype }).flip(axes), copy: from }
  },
  broadcast: (from) => {
    const { shape, dtype } = from
    const one = shape.map((size, axis) => (axis % 2 === 0 && size > 0 ? 1 : size))
    const row: Values = {
      shape: one,
      dtype,
      data: arrange(one, (index) => elementOf(from, index)),
    }
    const within = (index: readonly number[]): number[] =>
      index.map((i, axis) => (one[axis] === 1 ? 0 : i))
    const data = arrange(shape, (index) => elementOf(row, within(index)))
    return { view: tensorOf(row).expand(shape), copy: { shape, dtype, data } }
  },
  padded: (from) => {
    const { shape, dtype } = from
    const inner = shape.map((size) => Math.max(0, size - 1))
    const core: Values = { shape: inner, dtype, data: arrange(inner, (i) => elementOf(from, i)) }
    const inside = (index: readonly number[]): boolean =>
      index.every((i, axis) => i < (inner[axis] ?? 0))
    const data = arrange(shape, (index) => (inside(index) ? elementOf(core, index) : 1))
    const widths = shape.map((size, axis): [number, number] => [0, size - (inner[axis] ?? 0)])
    return { view: tensorOf(core).pad(widths, 1), copy: { shape, dtype, data } }
  },
  computed: (from) => ({
    view: tensorOf(from).stopGradient(),
    copy: from,
  }),
}

/** The op on views and the op on copies of what they show. */
function pairOf(call: Call, layout: (from: Values) => View): { views: Tensor; copies: Tensor } {
  const laid = call.inputs.map(layout)
  return {
    views: resultOf(
      call,
      laid.map(({ view }) => view),
    ),
    copies: resultOf(
      call,
      laid.map(({ copy }) => tensorOf(copy)),
    ),
  }
}

const rows = table.filter(({ samples }) => samples.some(({ inputs }) => inputs.length > 0))

describe.each(devices)('on %s', (device) => {
  describe.each(Object.entries(layouts))('%s inputs', (_, layout) => {
    test.each(rows.map((row) => [row.name, row] as const))('%s', async (_, row) => {
      const calls = callsOf(row)
      const pairs = calls.map((call) => pairOf(call, layout))
      const got = await valuesOn(
        device,
        pairs.map(({ views }) => views),
      )
      const want = await valuesOn(
        device,
        pairs.map(({ copies }) => copies),
      )
      const wrong = calls.flatMap(({ title }, i) =>
        differences(title, got[i]!, want[i]!, toleranceOf(row, want[i]!.dtype)),
      )
      expect(wrong).toEqual([])
    })
  })
})
