/** Running folds along an axis: element i is made of elements 0 … i, or i … n − 1 in reverse. */
import { wraps } from '../base/dtype.ts'
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
    const whole = wraps(out.dtype)
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
  selects: true,
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
  vjp: (g, { inputs: [x], output, attrs: { axis, reverse } }) => {
    if (!x) return []
    // Results only grow, so that every exponent here is at most 0.
    const isNothing = output.equal(Number.NEGATIVE_INFINITY)
    const finite: Tensor = isNothing.where(0, output)
    const next = shifted(finite, axis, !reverse)
    const decay: Tensor = isNothing.where(0, finite.sub(next).exp())
    return [g.linearRecurrence(decay, axis, { reverse: !reverse }).mul(x.sub(finite).exp())]
  },
}

/** A tensor moved by one along an axis, toward its start or its end; 0 comes in. */
function shifted(x: Tensor, axis: number, toStart: boolean): Tensor {
  const size = at(x.node.shape, axis)
  const gap = Math.min(1, size)
  const kept = toStart ? x.slice(axis, gap) : x.slice(axis, 0, size - gap)
  return kept.pad(
    x.node.shape.map((_: number, i: number) => {
      if (i !== axis) return [0, 0]
      return toStart ? [0, gap] : [gap, 0]
    }),
  )
}

/** `sᵢ = xᵢ + aᵢ · sᵢ₋₁`, or with sᵢ₊₁ in reverse; in float64, rounded at each element. */
export const linearRecurrence: Routine<Running> = {
  trait: 'routine',
  name: 'linearRecurrence',
  lift: raised,
  infer(inputs) {
    const { shape, dtype } = input(inputs, 0)
    expectKind('linearRecurrence', dtype, 'float')
    return { shape, dtype }
  },
  evaluate(inputs, attrs, out) {
    const [x, a] = [input(inputs, 0).data, input(inputs, 1).data]
    let sum = 0
    run(out, attrs, (place, isFirst) => {
      const value = x[place] as number
      sum = isFirst ? value : value + (a[place] as number) * sum
      out.data[place] = sum
    })
  },
  vjp: (g, { inputs: [, decay], output, attrs: { axis, reverse } }) => {
    if (!decay) return []
    const later = shifted(decay, axis, !reverse)
    const toX = g.linearRecurrence(later, axis, { reverse: !reverse })
    return [toX, toX.mul(shifted(output, axis, reverse))]
  },
}
