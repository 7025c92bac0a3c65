/** Shapes at run time: checks, broadcasting, strides. The same rules as `types/shape.ts`. */
import { expectNumbers } from './argument.ts'
import { IndexError, ShapeError, ValueError } from './error.ts'
import { showAny } from './show.ts'

/** Sizes of a tensor's axes, outermost first. */
export type Sizes = readonly number[]

export function sizeOf(shape: Sizes): number {
  let size = 1
  for (const dim of shape) size *= dim
  return size
}

export function sameShape(a: Sizes, b: Sizes): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Row-major strides in elements. */
export function stridesOf(shape: Sizes): number[] {
  const strides = new Array<number>(shape.length)
  let step = 1
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step
    step *= shape[i] ?? 1
  }
  return strides
}

/** The size at an axis that is known to exist. */
export function at(shape: Sizes, axis: number): number {
  const size = shape[axis < 0 ? axis + shape.length : axis]
  if (size === undefined) throw new RangeError(`no axis ${axis} in [${shape.join(', ')}]`)
  return size
}

/** Throws unless every size is a non-negative safe integer. */
export function checkShape(op: string, shape: unknown): asserts shape is Sizes {
  if (!isShape(shape)) throw new ShapeError('shape.sizes', { op, got: showAny(shape) })
  expectCountable(op, shape)
}

function isShape(shape: unknown): shape is Sizes {
  if (!Array.isArray(shape)) return false
  // Unlike `every`, this sees the holes of a sparse array.
  for (const dim of shape) if (!Number.isSafeInteger(dim) || dim < 0) return false
  return true
}

/** Throws when there are more elements than integers to count them. */
export function expectCountable(op: string, shape: Sizes): void {
  if (!Number.isSafeInteger(sizeOf(shape))) throw new ShapeError('shape.huge', { op, shape })
}

/** A non-negative axis, counted from the end when negative. */
export function normalizeAxis(op: string, axis: unknown, shape: Sizes): number {
  if (typeof axis === 'number' && Number.isInteger(axis)) {
    const fixed = axis < 0 ? axis + shape.length : axis
    if (fixed >= 0 && fixed < shape.length) return fixed
  }
  throw new IndexError('axis.range', { op, axis: showAny(axis), shape, ndim: shape.length })
}

/** Distinct non-negative axes in ascending order; all axes when `axes` is undefined. */
export function normalizeAxes(op: string, axes: unknown, shape: Sizes): number[] {
  if (axes === undefined) return shape.map((_, i) => i)
  const list = expectNumbers(op, axes)
  const fixed = list.map((axis) => normalizeAxis(op, axis, shape)).sort((a, b) => a - b)
  for (let i = 1; i < fixed.length; i++) {
    if (fixed[i] === fixed[i - 1]) {
      throw new IndexError('axis.repeated', { op, axes: list, shape })
    }
  }
  return fixed
}

/** The common shape of two operands under NumPy's rules. */
export function broadcast(op: string, a: Sizes, b: Sizes): number[] {
  const ndim = Math.max(a.length, b.length)
  const out = new Array<number>(ndim)
  for (let i = 1; i <= ndim; i++) {
    const x = a[a.length - i] ?? 1
    const y = b[b.length - i] ?? 1
    if (x !== y && x !== 1 && y !== 1) throw new ShapeError('broadcast', { op, a, b, x, y, i })
    out[ndim - i] = x === 1 ? y : x
  }
  return out
}

/** The shape asked for in a reshape, with at most one -1 worked out. */
export function inferReshape(from: Sizes, to: readonly number[]): number[] {
  const holes = to.filter((dim) => dim === -1).length
  if (holes > 1) throw new ShapeError('reshape.holes', { to })
  const size = sizeOf(from)
  if (holes === 0) {
    checkShape('reshape', to)
    if (sizeOf(to) !== size) {
      throw new ShapeError('reshape.size', { from, to, size, asked: sizeOf(to) })
    }
    return [...to]
  }
  const known = to.reduce((product, dim) => (dim === -1 ? product : product * dim), 1)
  checkShape(
    'reshape',
    to.map((dim) => (dim === -1 ? 1 : dim)),
  )
  if (known === 0 || size % known !== 0) throw new ShapeError('reshape.divide', { from, to, size })
  return to.map((dim) => (dim === -1 ? size / known : dim))
}

/** A finite number in a range, or a `ValueError` that names the argument. */
export function expectInteger(op: string, name: string, value: unknown, low: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= low) return value
  throw new ValueError('value.integer', { op, name, got: showAny(value), low })
}

/** An integer of either sign, or a `ValueError` that names the argument. */
export function expectWhole(op: string, name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  throw new ValueError('value.whole', { op, name, got: showAny(value) })
}
