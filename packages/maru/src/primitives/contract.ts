/** The product-and-sum that matrix products, linear layers and convolutions are made of. */
import { isNumbers } from '../base/argument.ts'
import { wraps } from '../base/dtype.ts'
import { ShapeError } from '../base/error.ts'
import { at, sizeOf, stridesOf } from '../base/shape.ts'
import { showAny } from '../base/show.ts'
import type { Contract, Spec } from '../graph/primitive.ts'
import { eachIndex, expectKind, input } from './build.ts'

/** A label per axis: equal labels are one index; labels missing in `out` are summed over. */
export interface Labels {
  readonly a: readonly number[]
  readonly b: readonly number[]
  readonly out: readonly number[]
}

/** Throws unless the labels say which axes of these operands are one index. */
function expectLabels({ a, b, out }: Labels, inputs: readonly Spec[]): void {
  const distinct = (labels: readonly number[], count: number): boolean =>
    labels.length === count && new Set(labels).size === count
  const [left, right] = [input(inputs, 0), input(inputs, 1)]
  const good =
    [a, b, out].every(isNumbers) &&
    distinct(a, left.shape.length) &&
    distinct(b, right.shape.length) &&
    distinct(out, out.length) &&
    out.every((label) => a.includes(label) || b.includes(label)) &&
    a.every((label, axis) => {
      const twin = b.indexOf(label)
      return twin < 0 ? out.includes(label) : left.shape[axis] === right.shape[twin]
    }) &&
    b.every((label) => a.includes(label) || out.includes(label))
  if (good) return
  const labels = showAny([a, b, out])
  throw new ShapeError('contract.labels', { a: left.shape, b: right.shape, labels })
}

/** Size of each label. */
function sizesOf({ a, b }: Labels, inputs: readonly Spec[]): Map<number, number> {
  const sizes = new Map<number, number>()
  const note = (labels: readonly number[], spec: Spec): void => {
    labels.forEach((label, axis) => {
      sizes.set(label, at(spec.shape, axis))
    })
  }
  note(a, input(inputs, 0))
  note(b, input(inputs, 1))
  return sizes
}

/** Sum of products over the labels that the result lacks. Every other label is in the result. */
export const contract: Contract<Labels> = {
  trait: 'contract',
  name: 'contract',
  labels: (attrs) => attrs,
  infer(inputs, attrs) {
    expectLabels(attrs, inputs)
    const sizes = sizesOf(attrs, inputs)
    const { dtype } = input(inputs, 0)
    expectKind('matmul', dtype, 'number')
    return { shape: attrs.out.map((label) => sizes.get(label) ?? 1), dtype }
  },
  evaluate(inputs, attrs, out) {
    const sizes = sizesOf(attrs, inputs)
    const [a, b] = [input(inputs, 0), input(inputs, 1)]
    const summed = [...sizes.keys()].filter((label) => !attrs.out.includes(label))
    const order = [...attrs.out, ...summed]
    const stepsOf = (labels: readonly number[], spec: Spec): number[] => {
      const strides = stridesOf(spec.shape)
      return order.map((label) =>
        labels.reduce((sum, own, axis) => (own === label ? sum + at(strides, axis) : sum), 0),
      )
    }
    const [stepA, stepB] = [stepsOf(attrs.a, a), stepsOf(attrs.b, b)]
    const inner = summed.map((label) => sizes.get(label) ?? 1)
    // Where integers wrap, their products in doubles would lose low bits.
    const times = wraps(out.dtype) ? Math.imul : (x: number, y: number): number => x * y
    const offset = (steps: number[], index: readonly number[], from: number): number =>
      index.reduce((sum, i, axis) => sum + i * at(steps, from + axis), 0)
    if (sizeOf(inner) === 0) return void out.data.fill(0)
    eachIndex(out.shape, (index, flat) => {
      const [baseA, baseB] = [offset(stepA, index, 0), offset(stepB, index, 0)]
      let sum = 0
      eachIndex(inner, (k) => {
        const x = a.data[baseA + offset(stepA, k, index.length)] ?? 0
        sum += times(x, b.data[baseB + offset(stepB, k, index.length)] ?? 0)
      })
      out.data[flat] = sum
    })
  },
  vjp: (g, { inputs: [a, b], attrs }) => [
    b && g.contract(b, { a: attrs.out, b: attrs.b, out: attrs.a }),
    a && g.contract(a, { a: attrs.out, b: attrs.a, out: attrs.b }),
  ],
}
