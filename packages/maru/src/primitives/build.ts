/** Builders for records that share a form, so that a primitive's own file shows only what is its own. */
import { type DType, dtypes, wraps } from '../base/dtype.ts'
import { DTypeError } from '../base/error.ts'
import type { Sizes } from '../base/shape.ts'
import { at, sameShape, sizeOf, stridesOf } from '../base/shape.ts'
import { dot, numbers, type Origin } from '../graph/indexing.ts'
import type { Attrs, Elementwise, HostTensor, Movement, Reduce, Spec } from '../graph/primitive.ts'

/** The i-th input of a node whose arity its builder has fixed. */
export function input<T>(inputs: readonly T[], i: number): T {
  const found = inputs[i]
  if (found === undefined) throw new RangeError(`missing input ${i}`)
  return found
}

/** Kinds of dtype: a number is a float or an int, an integer an int or a bool. */
type Kinds = 'float' | 'int' | 'number' | 'integer' | 'any' | 'bool'

/** Throws a `DTypeError` unless the dtype belongs to the kinds that the op takes. */
export function expectKind(op: string, dtype: DType, kinds: Kinds): void {
  const kind = dtypes[dtype].kind
  const good =
    kinds === 'any' ||
    kind === kinds ||
    (kinds === 'number' && kind !== 'bool') ||
    (kinds === 'integer' && kind !== 'float')
  if (!good) throw new DTypeError('dtype.kind', { op, dtype, wanted: kinds })
}

interface ScalarOp<A extends Attrs> {
  readonly arity: 1 | 2 | 3
  /** Kinds of dtype that the op takes. */
  readonly takes: Kinds
  readonly cost?: number
  readonly identity?: number
  readonly scalar: (attrs: A, ...args: number[]) => number
  /** The meaning on integers that wrap around, where doubles would lose low bits. */
  readonly integer?: (attrs: A, ...args: number[]) => number
  /** The meaning on int64, where it is not that on doubles. */
  readonly long?: (attrs: A, ...args: number[]) => number
  /** The meaning on bools, where it is not that of 0 and 1. */
  readonly truth?: (attrs: A, ...args: number[]) => number
  /** Nothing is computed: the result is an operand's element, or tells their order. */
  readonly selects?: true
  /** Result dtype; the last input's when absent. */
  readonly result?: (inputs: readonly Spec[], attrs: A) => DType
  readonly vjp?: Elementwise<A>['vjp']
}

/** An elementwise record from its scalar function. Inputs must agree in shape and dtype. */
export function elementwise<A extends Attrs = Attrs>(
  name: string,
  op: ScalarOp<A>,
): Elementwise<A> {
  return {
    trait: 'elementwise',
    name,
    cost: op.cost ?? 1,
    ...(op.identity === undefined ? {} : { identity: op.identity }),
    ...(op.selects ? { selects: true } : {}),
    infer(inputs, attrs) {
      const last = input(inputs, op.arity - 1)
      for (const each of inputs) {
        if (!sameShape(each.shape, last.shape)) throw new RangeError(`${name}: unequal shapes`)
      }
      expectKind(name, last.dtype, op.takes)
      return { shape: last.shape, dtype: op.result ? op.result(inputs, attrs) : last.dtype }
    },
    evaluate(inputs, attrs, out) {
      // Storing wraps integers, as machine arithmetic does.
      const [a, b, c] = inputs.map((each) => each.data)
      const { kind } = dtypes[out.dtype]
      const whole = wraps(out.dtype) ? op.integer : op.long
      const own = kind === 'int' ? whole : kind === 'bool' ? op.truth : undefined
      const scalar = own ?? op.scalar
      for (let i = 0; i < out.data.length; i++) {
        out.data[i] = scalar(attrs, a?.[i] ?? 0, b?.[i] ?? 0, c?.[i] ?? 0)
      }
    },
    ...(op.vjp ? { vjp: op.vjp } : {}),
  }
}

/** Visits every index of a shape in row-major order; the array passed is reused. */
export function eachIndex(
  shape: Sizes,
  visit: (index: readonly number[], flat: number) => void,
): void {
  const index = shape.map(() => 0)
  const size = sizeOf(shape)
  for (let flat = 0; flat < size; flat++) {
    visit(index, flat)
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1
      index[axis] = next < at(shape, axis) ? next : 0
      if (next < at(shape, axis)) break
    }
  }
}

/** The element behind an origin, or `undefined` outside its guards. */
function pick(from: HostTensor, origin: Origin<number>, strides: Sizes): number | undefined {
  for (const { value, bound } of origin.guards) {
    if (value < 0 || value >= bound) return undefined
  }
  return from.data[dot(numbers, origin.index, strides)]
}

interface MovementOp<A extends Attrs> {
  readonly shape: (input: Sizes, attrs: A) => number[]
  readonly origin: Movement<A>['origin']
  readonly fill?: (attrs: A) => number
  readonly overlaps?: boolean
  readonly zeros?: Movement<A>['zeros']
  readonly lift: Movement<A>['lift']
  readonly vjp: NonNullable<Movement<A>['vjp']>
}

/** A movement record from its index map. */
export function movement<A extends Attrs>(name: string, op: MovementOp<A>): Movement<A> {
  const fill = op.fill ?? (() => 0)
  return {
    trait: 'movement',
    name,
    overlaps: op.overlaps ?? false,
    ...(op.zeros ? { zeros: op.zeros } : {}),
    fill,
    origin: op.origin,
    lift: op.lift,
    infer(inputs, attrs) {
      const { shape, dtype } = input(inputs, 0)
      return { shape: op.shape(shape, attrs), dtype }
    },
    evaluate(inputs, attrs, out) {
      const from = input(inputs, 0)
      const strides = stridesOf(from.shape)
      const outside = dtypes[out.dtype].coerce(fill(attrs))
      eachIndex(out.shape, (index, flat) => {
        out.data[flat] =
          pick(from, op.origin(numbers, index, attrs, from.shape), strides) ?? outside
      })
    },
    vjp: op.vjp,
  }
}

interface ReduceOp<A extends Attrs> {
  readonly takes: Kinds
  readonly combine: 'add' | 'max'
  readonly result?: 'value' | 'index'
  readonly shape: (input: Sizes, attrs: A) => number[]
  readonly dtype?: (input: DType) => DType
  readonly domain: Reduce<A>['domain']
  readonly origin: Reduce<A>['origin']
  readonly lift: Reduce<A>['lift']
  /** Throws when nothing is folded and the op has no value for that. */
  readonly check?: (input: Sizes, attrs: A) => void
  readonly vjp?: Reduce<A>['vjp']
}

const combiners = {
  add: { start: 0, better: (running: number, value: number) => running + value },
  max: {
    start: Number.NEGATIVE_INFINITY,
    better: (running: number, value: number) =>
      value > running || Number.isNaN(value) ? value : running,
  },
}

/** A reduction record from its index map. Sums run in float64 and are rounded once. */
export function reduction<A extends Attrs>(name: string, op: ReduceOp<A>): Reduce<A> {
  const result = op.result ?? 'value'
  return {
    trait: 'reduce',
    name,
    combine: op.combine,
    result,
    domain: op.domain,
    origin: op.origin,
    lift: op.lift,
    infer(inputs, attrs) {
      const { shape, dtype } = input(inputs, 0)
      expectKind(name, dtype, op.takes)
      op.check?.(shape, attrs)
      return { shape: op.shape(shape, attrs), dtype: op.dtype ? op.dtype(dtype) : dtype }
    },
    evaluate(inputs, attrs, out) {
      const from = input(inputs, 0)
      const strides = stridesOf(from.shape)
      const domain = op.domain(attrs, from.shape)
      const { start, better } = combiners[op.combine]
      eachIndex(out.shape, (index, flat) => {
        let running = start
        let where = 0
        eachIndex(domain, (folded, position) => {
          const origin = op.origin(numbers, index, folded, attrs, from.shape)
          const value = pick(from, origin, strides)
          if (value === undefined) return
          const next = better(running, value)
          if (!Object.is(next, running) && !(Number.isNaN(running) && position > 0))
            where = position
          running = Number.isNaN(running) ? running : next
        })
        out.data[flat] = result === 'index' ? where : running
      })
    },
    ...(op.vjp ? { vjp: op.vjp } : {}),
  }
}
