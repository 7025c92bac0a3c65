/** Folds over axes. Reduced axes are kept with size 1; dropping them is a reshape. */
import { IndexError } from '../base/error.ts'
import { at, type Sizes, sizeOf } from '../base/shape.ts'
import type { IndexAlgebra, Origin } from '../graph/indexing.ts'
import type { Reduce } from '../graph/primitive.ts'
import { reduction } from './build.ts'

interface Axes {
  readonly axes: readonly number[]
}

function keptShape(shape: Sizes, { axes }: Axes): number[] {
  return shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim))
}

function domain({ axes }: Axes, shape: Sizes): number[] {
  return axes.map((axis) => at(shape, axis))
}

function origin<I>(
  _: IndexAlgebra<I>,
  out: readonly I[],
  folded: readonly I[],
  { axes }: Axes,
): Origin<I> {
  const index = [...out]
  axes.forEach((axis, i) => {
    const part = folded[i]
    if (part !== undefined) index[axis] = part
  })
  return { index, guards: [] }
}

function lift<A extends Axes>(attrs: A): A {
  return { ...attrs, axes: attrs.axes.map((axis) => axis + 1) }
}

function expectElements(op: string): (shape: Sizes, attrs: Axes) => void {
  return (shape, attrs) => {
    if (sizeOf(domain(attrs, shape)) === 0 && sizeOf(keptShape(shape, attrs)) > 0) {
      throw new IndexError('reduce.empty', { op, shape, axes: attrs.axes })
    }
  }
}

/** Sum over axes; 0 over none. */
export const sum: Reduce<Axes> = reduction('sum', {
  takes: 'number',
  combine: 'add',
  shape: keptShape,
  domain,
  origin,
  lift,
  vjp: (g, { inputs: [x] }) => [x && g.expand(x.shape)],
})

interface TiedAxes extends Axes {
  readonly ties: 'share' | 'first'
}

/**
 * Largest element over axes; NaN if any is.
 *
 * `ties` says who gets the gradient among equal elements: each its share, or the first alone.
 */
export const max: Reduce<TiedAxes> = reduction<TiedAxes>('max', {
  takes: 'any',
  combine: 'max',
  shape: keptShape,
  domain,
  origin,
  lift,
  check: expectElements('max'),
  vjp: (g, { inputs: [x], output, attrs: { axes, ties } }) => {
    if (!x) return []
    if (ties === 'share') {
      const hit = x.equal(output)
      const count = hit.cast(x.dtype).sum([...axes], { keepDims: true })
      return [hit.where(g.div(count), 0)]
    }
    const winner = x.argmaxOver(axes)
    return [x.positionsOver(axes).equal(winner).where(g, 0)]
  },
})

/** Row-major position, within the reduced axes, of the first largest element; a NaN counts as largest. */
export const argmax: Reduce<Axes> = reduction('argmax', {
  takes: 'any',
  combine: 'max',
  result: 'index',
  shape: keptShape,
  dtype: () => 'int32',
  domain,
  origin,
  lift,
  check: expectElements('argmax'),
})
