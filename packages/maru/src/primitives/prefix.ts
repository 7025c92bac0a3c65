/** Running folds along an axis: element i is made of elements 0 … i, or i … n − 1 in reverse. */
import { isFloat } from '../base/dtype.ts'
import { exp, log } from '../base/math.ts'
import { at } from '../base/shape.ts'
import type { HostTensor, Routine } from '../graph/primitive.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { expectKind, input } from './build.ts'
import { eachLine, raised, stepAlong } from './lines.ts'

interface Running {
  readonly axis: number
  readonly reverse: boolean
}

/** Visits the places of every line in the order in which it is folded. */
function run(
  { shape }: HostTensor,
  { axis, reverse }: Running,
  visit: (place: number, isFirst: boolean, i: number) => void,
): void {
  const length = at(shape, axis)
  const step = stepAlong(shape, axis)
  eachLine(shape, shape, axis, (start) => {
    for (let i = 0; i < length; i++) {
      const from = reverse ? length - 1 - i : i
      visit(start + from * step, i === 0, from)
    }
  })
}

/** Running sum. Floats are summed in float64 and rounded at each element; integers wrap. */
export const cumsum: Routine<Running> = {
  trait: 'routine',
  name: 'cumsum',
  lift: raised,
  infer(inputs) {
    const { shape, dtype } = input(inputs, 0)
    expectKind('cumsum', dtype, 'number')
    return { shape, dtype }
  },
  evaluate(inputs, attrs, out) {
    const { data } = input(inputs, 0)
    const whole = !isFloat(out.dtype)
    let sum = 0
    run(out, attrs, (place, isFirst) => {
      const value = data[place] as number
      sum = isFirst ? value : sum + value
      if (whole) sum |= 0
      out.data[place] = sum
    })
  },
  vjp: (g, { attrs: { axis, reverse } }) => [g.cumsum(axis, { reverse: !reverse })],
}

/** Position of the largest element so far, the latest of equal ones; a NaN stays. */
export const argCummax: Routine<{ readonly axis: number }> = {
  trait: 'routine',
  name: 'argCummax',
  lift: raised,
  infer(inputs) {
    return { shape: input(inputs, 0).shape, dtype: 'int32' }
  },
  evaluate(inputs, { axis }, out) {
    const { data } = input(inputs, 0)
    let top = 0
    let where = 0
    run(out, { axis, reverse: false }, (place, isFirst, i) => {
      const value = data[place] as number
      if (isFirst || value >= top || Number.isNaN(value)) {
        top = value
        where = i
      }
      out.data[place] = where
    })
  },
}

/** Running `log Σ eˣ`, without overflow. */
export const logCumSumExp: Routine<Running> = {
  trait: 'routine',
  name: 'logCumSumExp',
  lift: raised,
  infer(inputs) {
    const { shape, dtype } = input(inputs, 0)
    expectKind('logCumSumExp', dtype, 'float')
    return { shape, dtype }
  },
  evaluate(inputs, attrs, out) {
    const { data } = input(inputs, 0)
    let top = 0
    let sum = 0
    run(out, attrs, (place, isFirst) => {
      const value = data[place] as number
      if (isFirst) {
        top = value
        sum = 1
      } else if (value === top) sum += 1
      else if (value < top) sum += exp(value - top)
      else {
        sum = sum * exp(top - value) + 1
        top = value
      }
      out.data[place] = top + log(sum)
    })
  },
  vjp: (g, { inputs: [x], output, attrs }) => {
    if (!x) return []
    const least = Number.NEGATIVE_INFINITY
    const finite: Tensor = output.equal(least).where(0, output)
    // Σᵢ gᵢ e^(xⱼ − yᵢ) over what j is part of, its positive and its negative terms apart
    const part = (from: Tensor): Tensor => {
      const above = from.greater(0)
      const size = above.where(above.where(from, 1).log(), least)
      const reach = size.sub(finite).logCumSumExp(attrs.axis, { reverse: !attrs.reverse })
      return reach.add(x).exp()
    }
    return [part(g).sub(part(g.neg()))]
  },
}
