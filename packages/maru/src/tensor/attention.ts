/** Attention: means of values, weighted by how well queries fit keys. */
import { expectOptions } from '../base/argument.ts'
import { isFloat, promote } from '../base/dtype.ts'
import { ShapeError, ValueError } from '../base/error.ts'
import { at, broadcast, type Sizes, sizeOf } from '../base/shape.ts'
import { showAny } from '../base/show.ts'
import { scan } from './control.ts'
import { arange, concat } from './create.ts'
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
 * A query that may look nowhere gets zeros. Scores of many queries are computed block by block, also for
 * gradients, so memory grows with the length of sequences, not with its square.
 *
 * @shape q [..., l, d], k [..., s, d], v [..., s, e], mask broadcasts to [..., l, s] → [..., l, e]
 * @throws ShapeError when sizes do not fit
 * @see Vaswani et al. 2017, https://arxiv.org/abs/1706.03762; Rabe & Staats 2021, https://arxiv.org/abs/2112.05682
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
  const masks = mask ? [mask] : []
  const mixed = attention({ q: q.mul(factor), k, v, masks, first: causal ? 0 : undefined })
  return mixed.cast(mask && isFloat(mask.dtype) ? promote(dtype, mask.dtype) : dtype)
}

/** Queries, scaled already, keys and values, all axes but the last two being a batch. */
export interface Attending {
  readonly q: Tensor
  readonly k: Tensor
  readonly v: Tensor
  /** Each broadcasts to the scores: bools, false where a query may not look, or numbers to add. */
  readonly masks: readonly Tensor[]
  /**
   * The last key that the first query may look at, where the others may look at one more each: a number,
   * or [] where a loop moves it.
   */
  readonly first?: Tensor | number | undefined
  /** What becomes of weights before values are mixed. */
  readonly weigh?: (weights: Tensor) => Tensor
}

/** How much of each value each query takes, [..., queries, keys]. */
export function weightsOf({ q, k, masks, first }: Omit<Attending, 'v'>): Tensor {
  let scores: Tensor = q.matmul(k.transpose())
  for (const mask of masks) {
    if (mask.dtype === 'bool') scores = mask.where(scores, Number.NEGATIVE_INFINITY)
    else scores = scores.add(mask)
  }
  if (first === undefined) return attentionWeights(scores)
  const [rows, keys] = [at(q.node.shape, -2), at(k.node.shape, -2)]
  const last: Tensor = arange(rows).unsqueeze(1).add(first)
  return attentionWeights(arange(keys).lessEqual(last).where(scores, Number.NEGATIVE_INFINITY))
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

// Block by block

/** Scores that are kept as a whole, and those of a block. */
const [FEW, BLOCK] = [2 ** 19, 2 ** 18]
/** Queries of a block at least, for products to be busy. */
const FEWEST_ROWS = 32
/** Parts of the queries that see no key after their own, and queries of one at least. */
const [MOST_PARTS, FEWEST_OF_PART] = [8, 128]

/** Values mixed by weights, of which there are as many at a time as a cache holds. */
export function attention(it: Attending): Tensor {
  const batch = batchOf(it)
  if (sizeOf(batch) * scoresOf(it) <= FEW) return whole(it)
  return inBlocks(
    changed(it, (each) => padded(each, batch.length + 2)),
    batch,
  )
}

function batchOf({ q, k, v, masks }: Attending): Sizes {
  const batches = [q, k, v, ...masks].map(({ node: { shape } }) => shape.slice(0, -2))
  return batches.reduce((a, b) => broadcast('attention', a, b))
}

function scoresOf({ q, k }: Attending): number {
  return at(q.node.shape, -2) * at(k.node.shape, -2)
}

function inBlocks(it: Attending, batch: Sizes): Tensor {
  const [length, ...rest] = batch
  if (length === undefined) return byReach(it)
  if (sizeOf(batch) * scoresOf(it) <= BLOCK && partOf(it) === undefined) return whole(it)
  if (length > 1) return byBatch(it, batch)
  return inBlocks(
    changed(it, (each) => each.squeeze(0)),
    rest,
  ).unsqueeze(0)
}

function whole(it: Attending): Tensor {
  const weights = weightsOf(it)
  return (it.weigh ? it.weigh(weights) : weights).matmul(it.v)
}

/** With axes of one element in front, so that there are `rank`. */
function padded(x: Tensor, rank: number): Tensor {
  const { shape } = x.node
  return x.reshape([...Array<number>(rank - shape.length).fill(1), ...shape])
}

/** An attention with other tensors in the place of all that may have a batch. */
function changed(it: Attending, change: (each: Tensor, i: number) => Tensor): Attending {
  const { q, k, v, masks } = it
  return {
    ...{ ...it, q: change(q, 0), k: change(k, 1), v: change(v, 2) },
    masks: masks.map((mask, i) => change(mask, 3 + i)),
  }
}

type Parts = readonly (Tensor | undefined)[]

/** What becomes of each element of sequences, stacked. */
function stacked(sequences: Parts, become: (own: Parts) => Tensor): Tensor {
  const none: readonly Tensor[] = []
  const [, made] = scan(
    (carry: readonly Tensor[], own: Parts) => [carry, become(own)],
    none,
    sequences,
  )
  return made
}

/** A loop over elements of the first axis, or groups of them. */
function byBatch(it: Attending, [length = 1, ...rest]: Sizes): Tensor {
  const scores = sizeOf(rest) * scoresOf(it)
  let group = Math.max(1, Math.min(length, Math.floor(BLOCK / scores)))
  while (length % group !== 0) group--
  const { q, k, v, masks } = it
  const moving = [q, k, v, ...masks].map((each) => {
    const [first, ...own] = each.node.shape
    return first === 1 ? undefined : each.reshape([length / group, group, ...own])
  })
  const mixed = stacked(moving, (own) => {
    const part = changed(it, (each, i) => own[i] ?? each)
    return inBlocks(part, [group, ...rest])
  })
  return mixed.reshape([length, ...mixed.node.shape.slice(2)])
}

/** Queries from one on, up to another, and what else belongs to them alone. */
function rowsOf(it: Attending, from: number, to: number): Attending {
  const rows = at(it.q.node.shape, -2)
  const cut = (each: Tensor): Tensor =>
    each.node.shape.at(-2) === rows ? each.slice(-2, from, to) : each
  const { q, masks, first } = it
  const moved = typeof first === 'number' ? first + from : first?.add(from)
  return { ...it, q: cut(q), masks: masks.map(cut), first: moved }
}

/** The keys up to one, and what else belongs to them alone. */
function keysOf(it: Attending, to: number): Attending {
  const keys = at(it.k.node.shape, -2)
  const cut = (each: Tensor, axis: number): Tensor =>
    each.node.shape.at(axis) === keys ? each.slice(axis, 0, Math.min(to, keys)) : each
  const { k, v, masks } = it
  return { ...it, k: cut(k, -2), v: cut(v, -2), masks: masks.map((mask) => cut(mask, -1)) }
}

/** How many queries make a part, where parts see fewer keys than all. */
function partOf({ q, first }: Attending): number | undefined {
  const rows = at(q.node.shape, -2)
  const part = Math.max(FEWEST_OF_PART, Math.ceil(rows / MOST_PARTS))
  return typeof first === 'number' && rows >= 2 * part ? part : undefined
}

/** Parts of the queries, each with the keys that it may see at all. */
function byReach(it: Attending): Tensor {
  const { first } = it
  const [rows, part] = [at(it.q.node.shape, -2), partOf(it)]
  if (typeof first !== 'number' || part === undefined) return byRows(it)
  const parts = Array.from({ length: Math.ceil(rows / part) }, (_, i) => {
    const to = Math.min(rows, (i + 1) * part)
    return byRows(keysOf(rowsOf(it, i * part, to), first + to))
  })
  return concat(parts)
}

/** A loop over blocks of queries, as many as fit; those that are left over are one more. */
function byRows(it: Attending): Tensor {
  const [rows, keys] = [at(it.q.node.shape, -2), at(it.k.node.shape, -2)]
  if (rows * keys <= BLOCK) return whole(it)
  const most = Math.max(FEWEST_ROWS, Math.floor(BLOCK / keys))
  const block = Math.ceil(rows / Math.ceil(rows / most))
  const count = Math.floor(rows / block)
  const { q, masks, first } = it
  const moving = [q, ...masks].map((each) => {
    if (each.node.shape.at(-2) !== rows) return undefined
    return each.slice(0, 0, count * block).reshape([count, block, at(each.node.shape, -1)])
  })
  const firsts =
    first === undefined ? undefined : arange(0, count * block, { step: block }).add(first)
  const mixed = stacked([firsts, ...moving], ([start, own, ...rest]) => {
    const part = { ...it, first: start, q: own ?? q }
    return whole({ ...part, masks: masks.map((mask, i) => rest[i] ?? mask) })
  })
  const done = mixed.reshape([count * block, at(mixed.node.shape, -1)])
  return count * block === rows ? done : concat([done, whole(rowsOf(it, count * block, rows))])
}
