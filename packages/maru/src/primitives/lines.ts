/** Tensors as bundles of lines along one axis, which is how routines read them. */
import { at, type Sizes, sizeOf } from '../base/shape.ts'

/** Distance between neighbours along an axis. */
export function stepAlong(shape: Sizes, axis: number): number {
  return sizeOf(shape.slice(axis + 1))
}

/** Visits the lines of two shapes that agree outside an axis, with the place where each starts. */
export function eachLine(
  a: Sizes,
  b: Sizes,
  axis: number,
  visit: (startA: number, startB: number) => void,
): void {
  const outer = sizeOf(a.slice(0, axis))
  const step = stepAlong(a, axis)
  const [strideA, strideB] = [at(a, axis) * step, at(b, axis) * step]
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < step; i++) visit(o * strideA + i, o * strideB + i)
  }
}

/** A shape with another size along an axis. */
export function resized(shape: Sizes, axis: number, size: number): number[] {
  return shape.map((dim, i) => (i === axis ? size : dim))
}

/** Attributes that name an axis, with one more axis in front. */
export function raised<A extends { readonly axis: number }>(attrs: A): A {
  return { ...attrs, axis: attrs.axis + 1 }
}
