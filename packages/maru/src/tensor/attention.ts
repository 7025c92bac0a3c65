/** Attention: means of values, weighted by how well queries fit keys. */
import { ShapeError, ValueError } from '../base/error.ts'
import { at } from '../base/shape.ts'
import { floating, nodeOf } from './nodes.ts'
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
  { mask, causal = false, scale }: AttentionOptions = {},
): Tensor {
  const op = 'scaledDotProductAttention'
  const [q, k, v] = [query, key, value].map((each: unknown) => floating(nodeOf(op, each)))
  if (!q || !k || !v) throw new RangeError('three operands')
  const deep = [q, k, v].every(({ shape }) => shape.length >= 2)
  if (!deep || at(q.shape, -1) !== at(k.shape, -1) || at(k.shape, -2) !== at(v.shape, -2)) {
    throw new ShapeError('attention.shapes', { q: q.shape, k: k.shape, v: v.shape })
  }
  const factor = scale ?? 1 / Math.sqrt(at(q.shape, -1))
  if (!Number.isFinite(factor))
    throw new ValueError('value.number', { op, name: 'scale', got: factor })
  const [rows, columns, values]: Tensor[] = [q, k, v].map((node) => new Tensor(node))
  if (!rows || !columns || !values) throw new RangeError('three operands')
  const raw: Tensor = rows.mul(factor).matmul(columns.transpose())
  const scores = masked(raw, mask, causal)
  return weights(scores).matmul(values)
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
function weights(scores: Tensor): Tensor {
  if (at(scores.node.shape, -1) === 0) return scores
  const constant = scores.stopGradient()
  const top = constant.max(-1, { keepDims: true })
  const shift = top.equal(Number.NEGATIVE_INFINITY).where(0, top)
  const raised = scores.sub(shift).exp()
  const sum = raised.sum(-1, { keepDims: true })
  return raised.div(sum.equal(0).where(1, sum))
}
