/** Results whose length depends on values, at shapes that do not: what is found, and how much of it. */
import { expectNumber, expectOptions } from '../base/argument.ts'
import type { DType } from '../base/dtype.ts'
import { dtypes } from '../base/dtype.ts'
import { DTypeError, ValueError } from '../base/error.ts'
import { expectInteger, sameShape } from '../base/shape.ts'
import * as p from '../primitives/index.ts'
import { apply, floating, nodeOf, reshapeNode } from './nodes.ts'
import { PrefixTensor } from './prefix.ts'
import type { Tensor } from './tensor.ts'

/** Elements in front, zeros behind. */
export interface Packed {
  readonly values: Tensor
  /** How many of the values are elements: an int32 scalar. */
  readonly count: Tensor
}

/** What `unique` finds. */
export interface Unique extends Packed {
  /** How often each value occurs; 0 behind the last. */
  readonly counts: Tensor
  /** For each element of the tensor, where it is among the values. */
  readonly inverse: Tensor
}

export abstract class SelectTensor extends PrefixTensor {
  /**
   * The elements under a mask, row by row, with zeros behind them.
   *
   * @shape [...], mask broadcast to it → values [n], count [], for n elements in all
   * @throws DTypeError unless the mask is bool
   * @example tensor([5, 6, 7]).maskedSelect(tensor([true, false, true])) // values [5, 7, 0], count 2
   */
  maskedSelect(mask: Tensor): Packed {
    const { dtype, shape } = nodeOf('maskedSelect', mask)
    if (dtype !== 'bool') {
      throw new DTypeError('dtype.kind', { op: 'maskedSelect', dtype, wanted: 'bool' })
    }
    const whole = sameShape(shape, this.node.shape) ? mask : mask.expand(this.node.shape)
    return this.#pack(this.#flat(), whole.reshape([this.size]).cumsum(0))
  }

  /**
   * The different elements in ascending order, with zeros behind them. Every NaN is one of its own.
   *
   * @shape [...] → values [n], counts [n], inverse [...], count [], for n elements in all
   * @example tensor([3, 1, 3]).unique() // values [1, 3, 0], counts [1, 2, 0], inverse [1, 0, 1], count 2
   */
  unique(): Unique {
    const flat = this.#flat()
    const order = flat.argsort(0)
    const sorted = flat.gather(order, { axis: 0 })
    const inner = Math.max(0, flat.size - 1)
    const before = sorted.slice(0, 0, inner)
    const after = sorted.slice(0, flat.size - inner)
    // A first element is new, whatever it is.
    const group = after
      .equal(before)
      .not()
      .pad([[flat.size - inner, 0]], 1)
      .cumsum(0)
    const inverse = group.sub(1).gather(order.argsort(0), { axis: 0 }).reshape(this.node.shape)
    const starts = group.searchSorted(this.#counter(flat.size + 1).add(1))
    return { ...this.#pack(sorted, group), counts: gaps(starts), inverse }
  }

  /**
   * How often each of 0 … length − 1 occurs; other values are not counted.
   *
   * @shape [...] → [length]
   * @dtype from integers to int32
   */
  bincount(length: number): Tensor {
    const { dtype } = this.node
    if (dtypes[dtype].kind !== 'int') {
      throw new DTypeError('dtype.kind', { op: 'bincount', dtype, wanted: 'int' })
    }
    const bins = this.#counter(expectInteger('bincount', 'length', length, 0) + 1)
    return gaps(this.#flat().sort(0).values.searchSorted(bins))
  }

  /**
   * How many elements lie in each of equally wide bins from `min` to `max`; the last bin has both its
   * ends, the others their lower one. What lies outside, or is NaN, is not counted.
   *
   * @shape [...] → [bins]
   * @throws ValueError for no bins, and unless min < max
   */
  histogram(bins: number, range: { readonly min: number; readonly max: number }): Tensor {
    const { min, max } = expectOptions('histogram', range)
    expectInteger('histogram', 'bins', bins, 1)
    if (
      !(
        expectNumber('histogram', 'min', min) < expectNumber('histogram', 'max', max) &&
        max - min < Number.POSITIVE_INFINITY
      )
    ) {
      throw new ValueError('histogram.range', { min, max })
    }
    const x: Tensor = this.wrap(floating(this.node))
    const edges = this.#counter(bins, x.dtype)
      .mul((max - min) / bins)
      .add(min)
    const sorted = x.reshape([x.size]).sort(0).values
    const end = sorted.searchSorted(edges.slice(0, 0, 1).mul(0).add(max), { right: true })
    const starts = sorted.searchSorted(edges)
    return starts
      .slice(0, 1)
      .pad([[0, 1]])
      .add(end.pad([[bins - 1, 0]]))
      .sub(starts)
  }

  #flat(): Tensor {
    return this.wrap(reshapeNode(this.node, [this.size]))
  }

  #counter(count: number, dtype: DType = 'int32'): Tensor {
    return this.wrap(apply(p.iota, [], { shape: [count], axis: 0, dtype }))
  }

  /** The elements of a line at which its running count goes up. */
  #pack(line: Tensor, running: Tensor): Packed {
    const places = running.searchSorted(this.#counter(line.size).add(1))
    const isFound = places.less(line.size)
    const values = line.gather(places.minimum(line.size - 1), { axis: 0 })
    return { values: isFound.where(values, 0).cast(line.dtype), count: isFound.sum() }
  }
}

/** What lies between neighbours of a line. */
function gaps(line: Tensor): Tensor {
  return line.slice(0, 1).sub(line.slice(0, 0, line.size - 1))
}
