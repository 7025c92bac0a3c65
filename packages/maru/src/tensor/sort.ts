/** Sorting, selecting and running folds along an axis. */
import { expectNumber, expectOptions } from '../base/argument.ts'
import { isFloat } from '../base/dtype.ts'
import { ShapeError, ValueError } from '../base/error.ts'
import { at, normalizeAxis, sameShape } from '../base/shape.ts'
import type { Shape } from '../base/types/dim.ts'
import type { Node } from '../graph/node.ts'
import * as p from '../primitives/index.ts'
import { IndexingTensor } from './indexing.ts'
import { apply, floating, nodeOf } from './nodes.ts'
import type { Tensor } from './tensor.ts'

/** Elements chosen along an axis, and where they stood. */
export interface Selection {
  /** The elements; gradients flow to where they came from. */
  readonly values: Tensor
  /** Their int32 positions along the axis. */
  readonly indices: Tensor
}

interface Order {
  readonly descending?: boolean
}

interface Choice {
  /** The last axis unless given. */
  readonly axis?: number
  /** Keep the axis, with size 1. */
  readonly keepDims?: boolean
}

function orderNode(node: Node, axis: number, count: number, descending: boolean): Node {
  return apply(p.argsort, [node], { axis, count, descending: Boolean(descending) })
}

/** A whole number from 1 to the size of an axis. */
function expectRank(op: string, k: number, node: Node, axis: number, low: number): void {
  const high = at(node.shape, axis)
  if (Number.isInteger(k) && k >= low && k <= high) return
  throw new ValueError('value.range', { op, name: 'k', got: k, low, high })
}

/** The axis that a selection over an optional axis works along; all axes are flattened into one. */
function lineUp(
  op: string,
  x: Tensor,
  axis: number | undefined,
  keepDims: boolean,
): { x: Tensor; along: number; finish: (kept: Tensor) => Tensor } {
  const { shape } = x.node
  if (axis === undefined) {
    const ones = keepDims ? shape.map(() => 1) : []
    return { x: x.reshape([x.size]), along: 0, finish: (kept) => kept.reshape(ones) }
  }
  const along = normalizeAxis(op, axis, shape)
  return { x, along, finish: (kept) => (keepDims ? kept : kept.squeeze(along)) }
}

/** NaN where a line holds one. */
function spoiled(kept: Tensor, x: Tensor, axis: number): Tensor {
  if (!isFloat(x.dtype)) return kept
  const top = x.stopGradient().max(axis, { keepDims: true })
  return top.equal(top).where(kept, Number.NaN)
}

/** Elements at positions along an axis, with these. */
export function selected(x: Tensor, indices: Tensor, axis: number): Selection {
  return { values: x.gather(indices, { axis }), indices }
}

export abstract class SortTensor extends IndexingTensor {
  /**
   * Positions that sort an axis: `x.gather(x.argsort(), { axis: -1 })` is sorted.
   *
   * The order is stable, and NaN comes last in both directions.
   *
   * @dtype int32
   */
  argsort<S extends Shape>(this: Tensor<S>, axis = -1, options: Order = {}): Tensor<S> {
    const { descending = false } = expectOptions('argsort', options)
    const along = normalizeAxis('argsort', axis, this.node.shape)
    return this.wrap(orderNode(this.node, along, at(this.node.shape, along), descending))
  }

  /**
   * The elements in order along an axis, and their positions.
   *
   * The order is stable, and NaN comes last in both directions.
   *
   * @example const { values } = tensor([3, 1, 2]).sort() // [1, 2, 3]
   */
  sort(this: Tensor, axis = -1, options: Order = {}): Selection {
    const { descending = false } = expectOptions('sort', options)
    const along = normalizeAxis('sort', axis, this.node.shape)
    return selected(
      this,
      this.wrap(orderNode(this.node, along, at(this.node.shape, along), descending)),
      along,
    )
  }

  /**
   * The k largest elements along an axis, the largest first, or the k smallest, the smallest first.
   *
   * Of equal elements the first come first; NaN is chosen only when nothing else is left.
   *
   * @shape [..., n, ...] → [..., k, ...]
   * @throws ValueError for a k outside 0 … n
   */
  topK(
    this: Tensor,
    k: number,
    options: { readonly axis?: number; readonly largest?: boolean } = {},
  ): Selection {
    const { axis = -1, largest = true } = expectOptions('topK', options)
    const along = normalizeAxis('topK', axis, this.node.shape)
    expectRank('topK', k, this.node, along, 0)
    return selected(this, this.wrap(orderNode(this.node, along, k, largest)), along)
  }

  /**
   * The k-th smallest element along an axis, counted from 1; NaN is largest.
   *
   * @throws ValueError for a k outside 1 … n
   */
  kthValue(this: Tensor, k: number, options: Choice = {}): Selection {
    const { axis = -1, keepDims = false } = expectOptions('kthValue', options)
    const along = normalizeAxis('kthValue', axis, this.node.shape)
    expectRank('kthValue', k, this.node, along, 1)
    const first: Tensor = this.wrap(orderNode(this.node, along, k, false))
    const { values, indices } = selected(this, first.slice(along, k - 1, k), along)
    if (keepDims) return { values, indices }
    return { values: values.squeeze(along), indices: indices.squeeze(along) }
  }

  /**
   * The element in the middle of the order along an axis, or of all; the lower one of two.
   *
   * NaN if any element is.
   *
   * @throws ValueError over none
   */
  median(axis?: number, options: Pick<Choice, 'keepDims'> = {}): Tensor {
    const { keepDims = false } = expectOptions('median', options)
    const { x, along, finish } = lineUp('median', this.wrap(this.node), axis, keepDims)
    const k = Math.floor((at(x.node.shape, along) + 1) / 2)
    expectRank('median', k, x.node, along, 1)
    const { values } = x.kthValue(k, { axis: along, keepDims: true })
    return finish(spoiled(values, x, along))
  }

  /**
   * The value below which a share q of the elements lies, along an axis or of all; between two
   * elements it is interpolated. NaN if any element is.
   *
   * @throws ValueError for a q outside 0 … 1, and over none
   * @example arange(4).quantile(0.5) // 1.5
   */
  quantile(q: number, options: Choice = {}): Tensor {
    const { axis, keepDims = false } = expectOptions('quantile', options)
    const { x, along, finish } = lineUp('quantile', this.wrap(floating(this.node)), axis, keepDims)
    if (!(expectNumber('quantile', 'q', q) >= 0 && q <= 1)) {
      throw new ValueError('value.range', { op: 'quantile', name: 'q', got: q, low: 0, high: 1 })
    }
    const size = at(x.node.shape, along)
    expectRank('quantile', Math.min(1, size), x.node, along, 1)
    const { values } = x.sort(along)
    const place = q * (size - 1)
    const below = Math.floor(place)
    const low = values.slice(along, below, below + 1)
    if (below === place) return finish(spoiled(low, x, along))
    const high = values.slice(along, below + 1, below + 2)
    return finish(spoiled(low.add(high.sub(low).mul(place - below)), x, along))
  }

  /**
   * Where values would be put into a sorted tensor to keep it sorted: before equal elements, or
   * after them with `right`. NaN goes to the end.
   *
   * @shape [..., n], values [..., *] with any further axes → those of the values
   * @dtype int32
   * @throws ShapeError when the leading axes differ
   * @example tensor([1, 3, 5]).searchSorted(tensor([3, 4])) // [1, 2]
   */
  searchSorted(values: Tensor, options: { readonly right?: boolean } = {}): Tensor {
    const { right = false } = expectOptions('searchSorted', options)
    return this.wrap(searchNode(this.node, nodeOf('searchSorted', values), right))
  }
}

function searchNode(sorted: Node, values: Node, right: boolean): Node {
  const [a, b] = [sorted.shape, values.shape]
  if (a.length === 0 || !sameShape(a.slice(0, -1), b.slice(0, a.length - 1))) {
    throw new ShapeError('searchSorted.shapes', { sorted: a, values: b })
  }
  return apply(p.searchSorted, [sorted, values], { right })
}
