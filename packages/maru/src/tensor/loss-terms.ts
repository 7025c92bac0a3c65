/** What losses share: their arguments made ready, and how one number is made of many. */
import { expectNumber, expectOptions } from '../base/argument.ts'
import { type DType, isHalf, promote } from '../base/dtype.ts'
import { ShapeError, ValueError } from '../base/error.ts'
import { broadcast, type Sizes, sameShape } from '../base/shape.ts'
import { showAny } from '../base/show.ts'
import type { Node } from '../graph/node.ts'
import { castNode, expandNode, floating, nodeOf } from './nodes.ts'
import { Tensor } from './tensor.ts'

/** What becomes of the losses of single elements or rows. */
export type Reduction = 'mean' | 'sum' | 'none'

/** One number, or with `none` a loss for each element or row. */
export type Reduced<R extends Reduction> = R extends 'none' ? Tensor : Tensor<[]>

export interface LossOptions<R extends Reduction> {
  /** `mean` by default. */
  readonly reduction?: R
  /**
   * Which losses count: others are 0, without gradients, and no part of a mean. A tensor of flags that broadcasts
   * to the losses, such as the mask of padded sequences; what stands in other places must be finite.
   */
  readonly mask?: Tensor
}

export interface WeightedLossOptions<R extends Reduction> extends LossOptions<R> {
  /** Factor of each element's loss; broadcasts to the losses. */
  readonly weight?: Tensor
}

const REDUCTIONS: readonly unknown[] = ['mean', 'sum', 'none'] satisfies Reduction[]

/** The mean, the sum, or the losses as they are. */
export function reduced<R extends Reduction>(
  op: string,
  losses: Tensor,
  options: LossOptions<R>,
): Reduced<R> {
  const { mask } = expectOptions(op, options)
  const counts = mask === undefined ? undefined : flagsFor(op, mask, losses)
  const kept = counts ? counts.where(losses, 0) : losses
  const count = counts?.cast(losses.dtype).sum()
  return reduceBy(expectReduction(op, options), kept, count) as Reduced<R>
}

function reduceBy(reduction: Reduction, losses: Tensor, count?: Tensor): Tensor {
  if (reduction === 'none') return losses
  if (reduction === 'sum') return losses.sum()
  return count ? losses.sum().div(count) : losses.mean()
}

/** A mask as flags of the shape of losses. */
export function flagsFor(op: string, mask: unknown, { node: { shape } }: Tensor): Tensor {
  const given = new Tensor(nodeOf(op, mask))
  if (!fitsInto(op, given.node.shape, shape)) {
    throw new ShapeError('loss.mask', { op, got: given.node.shape, shape })
  }
  const flags: Tensor = given.dtype === 'bool' ? given : given.notEqual(0)
  return new Tensor(expandNode(flags.node, shape))
}

/** The reduction that options ask for. */
export function expectReduction(
  op: string,
  options: LossOptions<Reduction>,
  more: readonly string[] = [],
): Reduction {
  const { reduction = 'mean' } = expectOptions(op, options)
  if (REDUCTIONS.includes(reduction) || more.includes(reduction)) return reduction
  const known = [...REDUCTIONS, ...more].map(String)
  throw new ValueError('loss.reduction', { op, got: showAny(reduction), known })
}

/** An argument as floats that losses compute in: halves, whose sums overflow, become float32. */
function precise(op: string, value: unknown): Node {
  const node = floating(nodeOf(op, value))
  return isHalf(node.dtype) ? castNode(node, 'float32') : node
}

/** An argument as floats: of a given dtype, or else of its own. */
export function asFloat(op: string, value: unknown, dtype?: DType): Tensor {
  const node = precise(op, value)
  return new Tensor(dtype ? castNode(node, dtype) : node)
}

/** Two arguments as floats of one dtype. */
export function floats(op: string, a: unknown, b: unknown): [Tensor, Tensor] {
  const [x, y] = [precise(op, a), precise(op, b)]
  const dtype = promote(x.dtype, y.dtype)
  return [new Tensor(castNode(x, dtype)), new Tensor(castNode(y, dtype))]
}

/** Two arguments of one shape, as floats of one dtype. */
export function pair(op: string, input: unknown, target: unknown): [Tensor, Tensor] {
  const [a, b] = floats(op, input, target)
  if (!sameShape(a.node.shape, b.node.shape)) {
    throw new ShapeError('loss.broadcast', { op, a: a.node.shape, b: b.node.shape })
  }
  return [a, b]
}

/** An argument that broadcasts to the shape of another, as floats of its dtype. */
export function within(op: string, value: unknown, like: Tensor): Tensor {
  const { shape } = like.node
  const given = asFloat(op, value, like.dtype)
  if (!fitsInto(op, given.node.shape, shape)) {
    throw new ShapeError('loss.weight', { op, got: given.node.shape, shape })
  }
  return new Tensor(expandNode(given.node, shape))
}

function fitsInto(op: string, from: Sizes, shape: Sizes): boolean {
  return sameShape(broadcast(op, from, shape), shape)
}

/** Losses times the weight that options give. */
export function weighted(
  op: string,
  losses: Tensor,
  { weight }: { readonly weight?: Tensor },
): Tensor {
  return weight === undefined ? losses : losses.mul(within(op, weight, losses))
}

/** A number in a range, which `wanted` writes down. */
export function expectSetting(
  op: string,
  name: string,
  value: unknown,
  wanted: '≥ 0' | '> 0' | '≥ 1' | '0 … 1' | 'any',
): number {
  const number = expectNumber(op, name, value)
  const inside = {
    '≥ 0': number >= 0,
    '> 0': number > 0,
    '≥ 1': number >= 1,
    '0 … 1': number >= 0 && number <= 1,
    any: !Number.isNaN(number),
  }
  if (inside[wanted]) return number
  throw new ValueError('loss.setting', { op, name, got: number, wanted })
}

/** Throws unless there are at least so many axes; `wanted` writes the shape down. */
export function expectAxes(
  op: string,
  { node: { shape } }: Tensor,
  count: number,
  wanted: string,
): void {
  if (shape.length < count) throw new ShapeError('loss.axes', { op, got: shape, wanted })
}

/** Throws unless the shape is as wanted. */
export function expectShape(op: string, name: string, { node }: Tensor, wanted: Sizes): void {
  if (sameShape(node.shape, wanted)) return
  throw new ShapeError('loss.shape', { op, name, got: node.shape, wanted })
}
