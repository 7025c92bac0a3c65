/** Rearrangements: every output element is one input element, or a fill value. */
import { at, type Sizes, sizeOf, stridesOf } from '../base/shape.ts'
import { dot, type Guard } from '../graph/indexing.ts'
import type { Join, Movement, Reduce } from '../graph/primitive.ts'
import { input, movement, reduction } from './build.ts'

/** Index at an axis of an output index. */
function part<I>(index: readonly I[], axis: number): I {
  const found = index[axis]
  if (found === undefined) throw new RangeError(`no axis ${axis}`)
  return found
}

/** Axes of both shapes, from the front, that hold the same elements: `[6, 4] → [2, 3, 4]` is two groups. */
function groupAxes(input: Sizes, output: Sizes): { from: number[]; to: number[] }[] {
  const groups: { from: number[]; to: number[] }[] = []
  let [i, o] = [0, 0]
  while (i < input.length || o < output.length) {
    const group = { from: [] as number[], to: [] as number[] }
    let [left, right] = [1, 1]
    do {
      const takeInput = i < input.length && (left <= right || o === output.length)
      if (takeInput) {
        left *= at(input, i)
        group.from.push(i++)
      } else {
        right *= at(output, o)
        group.to.push(o++)
      }
    } while (left !== right && (i < input.length || o < output.length))
    groups.push(group)
  }
  return groups
}

/** The same elements in row-major order under another shape. */
export const reshape: Movement<{ readonly shape: Sizes }> = movement('reshape', {
  lift: ({ shape }, size) => ({ attrs: { shape: [size, ...shape] } }),
  shape: (_, { shape }) => [...shape],
  origin(algebra, out, { shape }, input) {
    const index = input.map(() => algebra.constant(0))
    // Groups with one real axis on either side pass their index on as it is, whatever its range.
    for (const { from, to } of groupAxes(input, shape)) {
      const [wide, wideTo] = [
        from.filter((axis) => at(input, axis) !== 1),
        to.filter((axis) => at(shape, axis) !== 1),
      ]
      const [only] = wide
      const [source] = wideTo
      if (wide.length === 1 && wideTo.length === 1 && only !== undefined && source !== undefined) {
        index[only] = part(out, source)
        continue
      }
      const own = stridesOf(to.map((axis) => at(shape, axis)))
      const flat = dot(
        algebra,
        to.map((axis) => part(out, axis)),
        own,
      )
      const steps = stridesOf(from.map((axis) => at(input, axis)))
      from.forEach((axis, i) => {
        const whole = algebra.floorDiv(flat, Math.max(1, at(steps, i)))
        index[axis] = i === 0 ? whole : algebra.mod(whole, Math.max(1, at(input, axis)))
      })
    }
    return { index, guards: [] }
  },
  vjp: (g, { inputs: [x] }) => [x && g.reshape(x.shape)],
})

/** Axes in another order: output axis i is input axis `axes[i]`. */
export const permute: Movement<{ readonly axes: readonly number[] }> = movement('permute', {
  lift: ({ axes }) => ({ attrs: { axes: [0, ...axes.map((axis) => axis + 1)] } }),
  shape: (input, { axes }) => axes.map((axis) => at(input, axis)),
  origin(_, out, { axes }) {
    const index = [...out]
    axes.forEach((axis, i) => {
      index[axis] = part(out, i)
    })
    return { index, guards: [] }
  },
  vjp: (g, { attrs: { axes } }) => [g.permute(axes.map((_, axis) => axes.indexOf(axis)))],
})

/** Broadcasting: axes of size 1 repeated, and new axes in front. */
export const expand: Movement<{ readonly shape: Sizes }> = movement('expand', {
  lift({ shape }, size, input) {
    const lead = new Array<number>(shape.length - input.length).fill(1)
    return { attrs: { shape: [size, ...shape] }, input: [size, ...lead, ...input] }
  },
  overlaps: true,
  shape: (_, { shape }) => [...shape],
  origin(algebra, out, { shape }, input) {
    const lead = shape.length - input.length
    const index = input.map((dim, axis) =>
      dim === 1 && at(shape, lead + axis) !== 1 ? algebra.constant(0) : part(out, lead + axis),
    )
    return { index, guards: [] }
  },
  vjp: (g, { inputs: [x], attrs: { shape } }) => {
    if (!x) return []
    const lead = shape.length - x.ndim
    const axes = shape.flatMap((dim, axis) => (x.shape[axis - lead] === dim ? [] : [axis]))
    return [g.sum(axes, { keepDims: true }).reshape(x.shape)]
  },
})

/** Elements from `start` up to, not including, `end` of each axis. */
export const slice: Movement<{
  readonly start: readonly number[]
  readonly end: readonly number[]
}> = movement('slice', {
  lift: ({ start, end }, size) => ({ attrs: { start: [0, ...start], end: [size, ...end] } }),
  shape: (_, { start, end }) => start.map((from, axis) => at(end, axis) - from),
  origin(algebra, out, { start }) {
    const index = out.map((i, axis) => algebra.add(i, algebra.constant(at(start, axis))))
    return { index, guards: [] }
  },
  vjp: (g, { inputs: [x], attrs: { start, end } }) => [
    x && g.pad(start.map((from, axis) => [from, at(x.shape, axis) - at(end, axis)])),
  ],
})

/** A border of a constant value around each axis. */
export const pad: Movement<{
  readonly before: readonly number[]
  readonly after: readonly number[]
  readonly value: number
}> = movement('pad', {
  lift: ({ before, after, value }) => ({
    attrs: { before: [0, ...before], after: [0, ...after], value },
  }),
  shape: (input, { before, after }) =>
    input.map((dim, axis) => at(before, axis) + dim + at(after, axis)),
  fill: ({ value }) => value,
  zeros: ({ before, after, value }) => (Object.is(value, 0) ? { before, after } : undefined),
  origin(algebra, out, { before, after }, input) {
    const guards: Guard<(typeof out)[number]>[] = []
    const index = out.map((i, axis) => {
      if (at(before, axis) === 0 && at(after, axis) === 0) return i
      const value = algebra.add(i, algebra.constant(-at(before, axis)))
      guards.push({ value, bound: at(input, axis) })
      return value
    })
    return { index, guards }
  },
  vjp: (g, { inputs: [x], attrs: { before } }) => [
    x && g.slices(before.map((from, axis) => [from, from + at(x.shape, axis)])),
  ],
})

/** Axes read backwards. */
export const flip: Movement<{ readonly axes: readonly number[] }> = movement('flip', {
  lift: ({ axes }) => ({ attrs: { axes: axes.map((axis) => axis + 1) } }),
  shape: (input) => [...input],
  origin(algebra, out, { axes }, input) {
    const index = out.map((i, axis) =>
      axes.includes(axis)
        ? algebra.add(algebra.scale(i, -1), algebra.constant(at(input, axis) - 1))
        : i,
    )
    return { index, guards: [] }
  },
  vjp: (g, { attrs: { axes } }) => [g.flip([...axes])],
})

/** Tensors one after the other along an axis. */
export const concat: Join<{ readonly axis: number }> = {
  trait: 'join',
  name: 'concat',
  axis: ({ axis }) => axis,
  lift: ({ axis }) => ({ axis: axis + 1 }),
  infer(inputs, { axis }) {
    const { shape, dtype } = input(inputs, 0)
    const total = inputs.reduce((sum, each) => sum + at(each.shape, axis), 0)
    return { shape: shape.toSpliced(axis, 1, total), dtype }
  },
  evaluate(inputs, { axis }, out) {
    const inner = (shape: Sizes): number => sizeOf(shape.slice(axis))
    const row = inner(out.shape)
    let start = 0
    for (const { shape, data } of inputs) {
      const width = inner(shape)
      for (let from = 0, to = start; from < data.length; from += width, to += row) {
        out.data.set(data.subarray(from, from + width), to)
      }
      start += width
    }
  },
  vjp(g, { inputs, attrs: { axis } }) {
    let end = 0
    return inputs.map((part) => {
      const start = end
      end += at(part.shape, axis)
      return g.slice(axis, start, end)
    })
  },
}

/** Geometry of windows over the last axes, one entry per axis. */
export interface Windows {
  readonly size: readonly number[]
  readonly stride: readonly number[]
  readonly dilation: readonly number[]
}

/** Number of windows that fit along each of the last axes. */
export function windowCounts(extents: Sizes, { size, stride, dilation }: Windows): number[] {
  return extents.map((extent, axis) => {
    const reach = at(dilation, axis) * (at(size, axis) - 1) + 1
    return Math.max(0, Math.floor((extent - reach) / at(stride, axis)) + 1)
  })
}

/**
 * Sliding windows over the last axes, as a view.
 *
 * @shape x [..., H, W] → [..., size H, size W, windows over H, windows over W]
 */
export const window: Movement<Windows> = movement('window', {
  lift: (attrs) => ({ attrs }),
  overlaps: true,
  shape(input, attrs) {
    const lead = input.length - attrs.size.length
    return [...input.slice(0, lead), ...attrs.size, ...windowCounts(input.slice(lead), attrs)]
  },
  origin(algebra, out, { size, stride, dilation }) {
    const rank = size.length
    const lead = out.length - 2 * rank
    const index = [
      ...out.slice(0, lead),
      ...size.map((_, axis) =>
        algebra.add(
          algebra.scale(part(out, lead + rank + axis), at(stride, axis)),
          algebra.scale(part(out, lead + axis), at(dilation, axis)),
        ),
      ),
    ]
    return { index, guards: [] }
  },
  vjp: (g, { inputs: [x], attrs }) => [
    x && g.foldWindows(x.shape.slice(x.ndim - attrs.size.length), attrs),
  ],
})

/** The adjoint of `window`: every element is the sum of its copies in the windows. */
export const fold: Reduce<Windows & { readonly extents: Sizes }> = reduction('fold', {
  lift: (attrs) => attrs,
  takes: 'number',
  combine: 'add',
  shape: (input, { extents }) => [...input.slice(0, input.length - 2 * extents.length), ...extents],
  domain: ({ size }) => [...size],
  origin(algebra, out, folded, { size, stride, dilation, extents }, input) {
    const rank = size.length
    const lead = out.length - rank
    const guards: Guard<(typeof out)[number]>[] = []
    const starts = extents.map((_, axis) => {
      const shift = algebra.scale(part(folded, axis), -at(dilation, axis))
      const start = algebra.add(part(out, lead + axis), shift)
      const step = at(stride, axis)
      const count = at(input, lead + rank + axis)
      if (step === 1) {
        guards.push({ value: start, bound: count })
        return start
      }
      const which = algebra.floorDiv(start, step)
      guards.push({ value: which, bound: count }, { value: algebra.mod(start, step), bound: 1 })
      return which
    })
    return { index: [...out.slice(0, lead), ...folded, ...starts], guards }
  },
  vjp: (g, { attrs: { size, stride, dilation } }) => [g.windows({ size, stride, dilation })],
})
