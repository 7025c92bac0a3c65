/** Orders along an axis, and looking things up in them. */
import type { NumberArray } from '../base/dtype.ts'
import { LineSorter } from '../base/order.ts'
import { at, sizeOf } from '../base/shape.ts'
import type { Routine } from '../graph/primitive.ts'
import { input } from './build.ts'
import { eachLine, raised, resized, stepAlong } from './lines.ts'

/**
 * Positions of the first `count` elements along an axis in sorted order.
 *
 * Equal elements keep their order; NaN is last in both directions.
 */
export const argsort: Routine<{
  readonly axis: number
  readonly count: number
  readonly descending: boolean
}> = {
  trait: 'routine',
  name: 'argsort',
  selects: true,
  lift: raised,
  infer(inputs, { axis, count }) {
    const { shape } = input(inputs, 0)
    return { shape: resized(shape, axis, count), dtype: 'int32' }
  },
  evaluate(inputs, attrs, out) {
    const { axis, count } = attrs
    const from = input(inputs, 0)
    const step = stepAlong(from.shape, axis)
    const sorter = new LineSorter(at(from.shape, axis))
    eachLine(from.shape, out.shape, axis, (start, to) => {
      const order = sorter.first(from.data, start, step, attrs)
      for (let i = 0; i < count; i++) out.data[to + i * step] = order[i] as number
    })
  },
}

interface Lookup {
  /** The position after equal elements, instead of the one before them. */
  readonly right: boolean
}

/**
 * Where values would be put into sorted lines to keep them sorted.
 *
 * @shape sorted [..., n], values [..., *] of any further axes → those of the values
 */
export const searchSorted: Routine<Lookup> = {
  trait: 'routine',
  name: 'searchSorted',
  selects: true,
  lift: (attrs) => attrs,
  infer(inputs) {
    return { shape: input(inputs, 1).shape, dtype: 'int32' }
  },
  evaluate(inputs, { right }, out) {
    const [sorted, values] = [input(inputs, 0), input(inputs, 1)]
    const length = at(sorted.shape, -1)
    const width = sizeOf(values.shape.slice(sorted.shape.length - 1))
    for (let i = 0; i < values.data.length; i++) {
      const start = Math.floor(i / width) * length
      const found = right
        ? upperBound(sorted.data, start, start + length, values.data[i] as number)
        : lowerBound(sorted.data, start, start + length, values.data[i] as number)
      out.data[i] = found - start
    }
  },
}

/** `a < b`, with NaN above all numbers. */
function isBelow(a: number, b: number): boolean {
  return a < b || (Number.isNaN(b) && !Number.isNaN(a))
}

/** The first place whose element is not below the value. */
function lowerBound(data: NumberArray, from: number, to: number, value: number): number {
  let [low, high] = [from, to]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBelow(data[middle] as number, value)) low = middle + 1
    else high = middle
  }
  return low
}

/** The first place whose element is above the value. */
function upperBound(data: NumberArray, from: number, to: number, value: number): number {
  let [low, high] = [from, to]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBelow(value, data[middle] as number)) high = middle
    else low = middle + 1
  }
  return low
}
