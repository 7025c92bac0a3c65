/** Elements at places that are values: read, laid out, and combined. */
import { type DType, dtypes, isHalf, type NumberArray, wraps } from '../base/dtype.ts'
import { at, type Sizes, sizeOf, stridesOf } from '../base/shape.ts'
import { dot, type Guard, type Look, numbers } from '../graph/indexing.ts'
import type { Attrs, Elementwise, HostTensor, Index, Scatter } from '../graph/primitive.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { eachIndex, expectKind, input } from './build.ts'
import { add, maximum, minimum, mul } from './elementwise.ts'

interface IndexOp<A extends Attrs> {
  readonly shape: (inputs: readonly Sizes[], attrs: A) => Sizes
  readonly origin: Index<A>['origin']
  readonly fill: (attrs: A) => number
  readonly lift: Index<A>['lift']
  readonly vjp: NonNullable<Index<A>['vjp']>
}

/** A record of a movement by values from its index map. */
function index<A extends Attrs>(name: string, op: IndexOp<A>): Index<A> {
  return {
    trait: 'index',
    name,
    fill: op.fill,
    origin: op.origin,
    lift: op.lift,
    infer(inputs, attrs) {
      const shapes = inputs.map(({ shape }) => shape)
      return { shape: op.shape(shapes, attrs), dtype: input(inputs, 0).dtype }
    },
    evaluate(inputs, attrs, out) {
      const from = input(inputs, 0)
      const shapes = inputs.map(({ shape }) => shape)
      const strides = shapes.map(stridesOf)
      const outside = dtypes[out.dtype].coerce(op.fill(attrs))
      const look: Look<number> = (which, place, bound) => {
        const given = input(inputs, which).data[dot(numbers, place, input(strides, which))] ?? 0
        return { given, inside: Math.min(Math.max(given, 0), bound - 1) }
      }
      eachIndex(out.shape, (place, flat) => {
        const { index, guards } = op.origin(numbers, place, attrs, shapes, look)
        const exists = guards.every(({ value, bound }) => 0 <= value && value < bound)
        const element = exists ? from.data[dot(numbers, index, input(strides, 0))] : undefined
        out.data[flat] = element ?? outside
      })
    },
    vjp: op.vjp,
  }
}

/** Along one axis, the elements at indices; `fill` where an index lies outside of it. */
export const gather: Index<{ readonly axis: number; readonly fill: number }> = index('gather', {
  shape: (shapes) => input(shapes, 1),
  fill: ({ fill }) => fill,
  lift: ({ axis, fill }) => ({ axis: axis + 1, fill }),
  origin(_, out, { axis }, shapes, look) {
    const bound = at(input(shapes, 0), axis)
    const { given, inside } = look(1, out, bound)
    return {
      index: out.map((part, along) => (along === axis ? inside : part)),
      guards: [{ value: given, bound }],
    }
  },
  vjp: (g, { inputs: [x, indices], attrs: { axis } }) => [
    x && indices && g.ungather(indices, { axis, size: at(x.shape, axis) }),
  ],
})

/** Which axes begin at numbers that are inputs, those after the first in order. */
interface Starts {
  readonly axes: readonly number[]
  readonly shape: Sizes
  /** Leading axes along which every block has starts of its own. */
  readonly lead: number
}

function liftStarts({ axes, shape, lead }: Starts, size: number): Starts {
  return { axes: axes.map((axis) => axis + 1), shape: [size, ...shape], lead: lead + 1 }
}

/** Starts along the axes at an output index, each moved so that `part` fits into `whole`. */
function startsAt<I>(
  { axes, lead }: Starts,
  out: readonly I[],
  part: Sizes,
  whole: Sizes,
  look: Look<I>,
): Map<number, I> {
  const place = out.slice(0, lead)
  return new Map(
    axes.map((axis, i) => [axis, look(1 + i, place, at(whole, axis) - at(part, axis) + 1).inside]),
  )
}

/** The starts along all axes. */
function startsOfAll({ axes, shape }: Starts, starts: readonly Tensor[]): (Tensor | number)[] {
  return shape.map((_, axis) => starts[axes.indexOf(axis)] ?? 0)
}

/** A block of the given shape that begins where values say. */
export const dynamicSlice: Index<Starts> = index('dynamicSlice', {
  shape: (_, { shape }) => shape,
  fill: () => 0,
  lift: liftStarts,
  origin(algebra, out, attrs, shapes, look) {
    const starts = startsAt(attrs, out, attrs.shape, input(shapes, 0), look)
    const index = out.map((part, axis) => {
      const start = starts.get(axis)
      return start === undefined ? part : algebra.add(part, start)
    })
    return { index, guards: [] }
  },
  vjp: (g, { inputs: [x, ...starts], attrs }) => [
    x && g.dynamicPad(startsOfAll(attrs, starts), { shape: x.shape }),
  ],
})

/** The adjoint of `dynamicSlice`: the block where it was in zeros of the given shape. */
export const dynamicPad: Index<Starts> = index('dynamicPad', {
  shape: (_, { shape }) => shape,
  fill: () => 0,
  lift: liftStarts,
  origin(algebra, out, attrs, shapes, look) {
    const starts = startsAt(attrs, out, input(shapes, 0), attrs.shape, look)
    const guards: Guard<(typeof out)[number]>[] = []
    const index = out.map((place, axis) => {
      const start = starts.get(axis)
      if (start === undefined) return place
      const value = algebra.add(place, algebra.scale(start, -1))
      guards.push({ value, bound: at(input(shapes, 0), axis) })
      return value
    })
    return { index, guards }
  },
  vjp: (g, { inputs: [x, ...starts], attrs }) => [
    x && g.dynamicSlice(startsOfAll(attrs, starts), { sizes: x.shape }),
  ],
})

/** How a value and the element that it meets make a new one. */
export type ScatterMode = 'set' | 'add' | 'mul' | 'max' | 'min'

interface Mode {
  /** What the compiler combines with, where the value does not replace the element. */
  readonly op: Elementwise | undefined
  readonly combine: (old: number, value: number) => number
  readonly gradients: (g: Tensor, scattered: Scattered) => readonly Tensor[]
}

/** A scatter as its gradient sees it. */
interface Scattered {
  readonly x: Tensor
  readonly indices: Tensor
  readonly values: Tensor
  readonly output: Tensor
  readonly axis: number
}

/** The element that each value went to; `fill` for those that went nowhere. */
function met(into: Tensor, { indices, axis }: Scattered, fill = 0): Tensor {
  return into.gather(indices, { axis, fill })
}

/** Those that are equal to the extreme share its gradient. */
function shared(g: Tensor, scattered: Scattered): readonly Tensor[] {
  const { x, indices, values, output, axis } = scattered
  const own = x.equal(output).cast(g.dtype)
  const hits = values.equal(met(output, scattered, Number.NaN)).cast(g.dtype)
  const each = g.div(own.scatter(indices, hits, { axis, mode: 'add' }))
  return [own.equal(0).where(0, each), hits.equal(0).where(0, met(each, scattered))]
}

/** The last value alone counts; without one the old element does. */
function lastOne(g: Tensor, scattered: Scattered): readonly Tensor[] {
  const { x, indices, axis } = scattered
  const order = indices.positionsOver([axis])
  const none = x.positionsOver([]).sub(1)
  const last = none.scatter(indices, order, { axis })
  const wins = met(last, scattered, -1).equal(order)
  return [last.less(0).where(g, 0), wins.where(met(g, scattered), 0)]
}

/**
 * The product of the other factors, without dividing by zero: of those that are not zero, times the
 * one that is, if it is one. That one is 0, but a gradient passes through it.
 */
function otherFactors(g: Tensor, scattered: Scattered): readonly Tensor[] {
  const { x, indices, values, axis } = scattered
  const [zeroX, zeroValue] = [x.equal(0), values.equal(0)]
  const [ones, factors] = [zeroX.where(1, x), zeroValue.where(1, values)]
  const product = ones.scatter(indices, factors, { axis, mode: 'mul' })
  const [ownX, own] = [zeroX.where(x, 0), zeroValue.where(values, 0)]
  const sum = ownX.scatter(indices, own, { axis, mode: 'add' })
  const [oneX, one] = [zeroX.cast('int32'), zeroValue.cast('int32')]
  const count = oneX.scatter(indices, one, { axis, mode: 'add' })
  const zeros = (others: Tensor, zero: Tensor): Tensor =>
    others.equal(0).where(1, others.equal(1).where(zero, 0))
  const ofX = g
    .mul(product)
    .div(ones)
    .mul(zeros(count.sub(oneX), sum.sub(ownX)))
  const others = zeros(met(count, scattered).sub(one), met(sum, scattered).sub(own))
  return [ofX, met(g.mul(product), scattered).div(factors).mul(others)]
}

const modes: { readonly [M in ScatterMode]: Mode } = {
  set: { op: undefined, combine: (_, value) => value, gradients: lastOne },
  add: {
    op: add,
    combine: (old, value) => old + value,
    gradients: (g, scattered) => [g, met(g, scattered)],
  },
  mul: { op: mul, combine: (old, value) => old * value, gradients: otherFactors },
  max: { op: maximum, combine: Math.max, gradients: shared },
  min: { op: minimum, combine: Math.min, gradients: shared },
}

export function isScatterMode(name: unknown): name is ScatterMode {
  return typeof name === 'string' && Object.hasOwn(modes, name)
}

/** Stores as memory does: integers wrap, and their products keep the low bits; 16-bit floats are rounded. */
function combineInto(
  data: NumberArray,
  place: number,
  value: number,
  mode: ScatterMode,
  dtype: DType,
): void {
  const old = data[place] ?? 0
  const whole = mode === 'mul' && wraps(dtype)
  const made = whole ? Math.imul(old, value) : modes[mode].combine(old, value)
  data[place] = isHalf(dtype) ? dtypes[dtype].coerce(made) : made
}

/** Values combined with elements along an axis, in ascending order where they meet. */
export const scatter: Scatter<{ readonly axis: number; readonly mode: ScatterMode }> = {
  trait: 'scatter',
  name: 'scatter',
  axis: ({ axis }) => axis,
  combine: ({ mode }) => modes[mode].op,
  lift: ({ axis, mode }) => ({ axis: axis + 1, mode }),
  infer(inputs, { mode }) {
    const { shape, dtype } = input(inputs, 0)
    expectKind('scatter', dtype, mode === 'add' || mode === 'mul' ? 'number' : 'any')
    return { shape, dtype }
  },
  evaluate(inputs, { axis, mode }, out: HostTensor) {
    const [x, indices, values] = [input(inputs, 0), input(inputs, 1), input(inputs, 2)]
    out.data.set(x.data)
    if (sizeOf(indices.shape) === 0) return
    const strides = stridesOf(x.shape)
    eachIndex(indices.shape, (place, flat) => {
      const given = indices.data[flat] ?? 0
      if (given < 0 || given >= at(x.shape, axis)) return
      const to = dot(numbers, place, strides) + (given - at(place, axis)) * at(strides, axis)
      combineInto(out.data, to, values.data[flat] ?? 0, mode, out.dtype)
    })
  },
  vjp: (g, { inputs: [x, indices, values], output, attrs: { axis, mode } }) => {
    if (!x || !indices || !values) return []
    const [ofX, ofValues] = modes[mode].gradients(g, { x, indices, values, output, axis })
    return [ofX, undefined, ofValues]
  },
}
