/** Attention: means of values, weighted by how well queries fit keys. */
import { expectOptions } from '../base/argument.ts'
import { isFloat, promote } from '../base/dtype.ts'
import { ShapeError, ValueError } from '../base/error.ts'
import { at } from '../base/shape.ts'
import { showAny } from '../base/show.ts'
import { floating, nodeOf, wide } from './nodes.ts'
import { Tensor } from './tensor.ts'

interface AttentionOptions {
  /** Bools, false where a query may not look, or numbers that are added to the scores. */
  readonly mask?: Tensor
  /** Whether query i may look at keys 0 … i only. */
  readonly causal?: boolean
  /** Factor of the scores, 1/√d unless given. */
  readonly scale?: number
}

/**
 * Attention with scaled dot products.
 *
 *     softmax(q·kᵀ · scale + mask) · v
 *
 * A query that may look nowhere gets zeros.
 *
 * @shape q [..., l, d], k [..., s, d], v [..., s, e], mask broadcasts to [..., l, s] → [..., l, e]
 * @throws ShapeError when sizes do not fit
 * @see Vaswani et al. 2017, https://arxiv.org/abs/1706.03762
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: AttentionOptions = {},
): Tensor {
  const op = 'scaledDotProductAttention'
  const { mask, causal = false, scale } = expectOptions(op, options)
  const nodes = [query, key, value].map((each) => floating(nodeOf(op, each)))
  const dtype = nodes.map((node) => node.dtype).reduce(promote)
  const operand = (given: Tensor): Tensor => new Tensor(wide(given.node))
  const [q, k, v] = [operand(query), operand(key), operand(value)] as const
  const shapes = { q: q.node.shape, k: k.node.shape, v: v.node.shape }
  const deep = Object.values(shapes).every(({ length }) => length >= 2)
  if (!deep || at(shapes.q, -1) !== at(shapes.k, -1) || at(shapes.k, -2) !== at(shapes.v, -2)) {
    throw new ShapeError('attention.shapes', shapes)
  }
  const factor = scale ?? 1 / Math.sqrt(at(shapes.q, -1))
  if (scale !== undefined && !Number.isFinite(scale)) {
    throw new ValueError('value.number', { op, name: 'scale', got: showAny(scale) })
  }
  const raw: Tensor = q.mul(factor).matmul(k.transpose())
  const mixed: Tensor = attentionWeights(masked(raw, mask, causal)).matmul(v)
  return mixed.cast(mask && isFloat(mask.dtype) ? promote(dtype, mask.dtype) : dtype)
}

function masked(raw: Tensor, mask: Tensor | undefined, causal: boolean): Tensor {
  let scores = raw
  if (mask?.dtype === 'bool') scores = mask.where(scores, Number.NEGATIVE_INFINITY)
  else if (mask) scores = scores.add(mask)
  if (!causal) return scores
  const { shape } = scores.node
  const [row, column] = [
    scores.positionsOver([shape.length - 2]),
    scores.positionsOver([shape.length - 1]),
  ]
  return column.lessEqual(row).where(scores, Number.NEGATIVE_INFINITY)
}

/** Softmax over the last axis; zeros where all scores are −∞. */
export function attentionWeights(scores: Tensor): Tensor {
  if (at(scores.node.shape, -1) === 0) return scores
  const constant = scores.stopGradient()
  const top = constant.max(-1, { keepDims: true })
  const shift = top.equal(Number.NEGATIVE_INFINITY).where(0, top)
  const raised = scores.sub(shift).exp()
  const sum = raised.sum(-1, { keepDims: true })
  return raised.div(sum.equal(0).where(1, sum))
}
