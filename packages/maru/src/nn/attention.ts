/** Attention: means of values, weighted by how well queries fit keys. */
import { DTypeError, ShapeError } from '../base/error.ts'
import { at, expectInteger, type Sizes, sameShape } from '../base/shape.ts'
import { type Attending, attention, weightsOf } from '../tensor/attention.ts'
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import type { SameFn } from './activation.ts'
import { dropped, expectProbability } from './dropout.ts'
import { constant, uniform, xavier } from './init.ts'
import { inModule, Layer, Module } from './module.ts'
import type { Settings } from './settings.ts'

/** What attention gives; weights that nobody reads are not kept. */
export interface Attended {
  readonly output: Tensor
  /** How much of each value each query took; they sum to 1. */
  readonly weights: Tensor
}

/** Scores with −∞ where a mask is true. */
export function without(scores: Tensor, blocked: Tensor): Tensor {
  return blocked.where(Number.NEGATIVE_INFINITY, scores)
}

export interface MaskOptions {
  /**
   * Which keys a query may not see, true for those, or numbers to add to the scores: [queries, keys],
   * or [batch · heads, queries, keys].
   */
  readonly mask?: Tensor
  /** Keys that are padding, [batch, keys] or [keys]: true for those, or numbers to add. */
  readonly keyPaddingMask?: Tensor
  /** Whether query i sees the keys 0 … i only. */
  readonly causal?: boolean
}

export interface MultiheadInputs extends MaskOptions {
  /** The keys unless given. */
  readonly value?: Tensor
}

export interface MultiheadOptions {
  /** Probability of leaving weights out while training. */
  readonly dropout?: number
  /** Whether constants are learned beside the weights, true unless given. */
  readonly bias?: boolean
  /** Features of keys, embedDim unless given. */
  readonly kdim?: number
  /** Features of values, embedDim unless given. */
  readonly vdim?: number
  /** Whether sequences are [batch, time, features] instead of [time, batch, features]. */
  readonly batchFirst?: boolean
}

/** The map of the heads' results; as a `Linear`, but its constants start at 0. */
class OutProjection extends Module {
  readonly weight: Parameter
  readonly bias: Parameter | undefined

  constructor(features: number, bias: boolean) {
    super()
    this.weight = uniform([features, features], 1 / Math.sqrt(features))
    this.bias = bias ? constant([features], 0) : undefined
  }

  override forward(x: Tensor): Tensor {
    const product: Tensor = x.matmul(this.weight.transpose())
    return this.bias ? product.add(this.bias) : product
  }
}

/**
 * Scaled dot-product attention in several subspaces at once.
 *
 *     outProj(concat over heads of softmax(q·kᵀ/√d)·v),  q = query·W_qᵀ + b_q and so on
 *
 * `forward(x)` is self-attention, `forward(query, key)` looks at something else. `attend` also gives
 * the weights. Masks are true where a query must not look, as in PyTorch; a query that may look nowhere
 * gets zeros.
 *
 * @shape query [queries, batch, embedDim], key and value [keys, batch, ...], batch before time with
 *   `batchFirst`, or none of them a batch → that of query; parameters inProjWeight [3·embedDim, embedDim], inProjBias,
 *   outProj.weight, outProj.bias; with kdim or vdim qProjWeight, kProjWeight, vProjWeight instead of the first
 * @throws ShapeError when inputs or masks do not fit
 * @see Vaswani et al. 2017, https://arxiv.org/abs/1706.03762
 * @example new MultiheadAttention(64, 8, { batchFirst: true }).forward(x, x, { causal: true })
 */
export class MultiheadAttention extends Layer<SameFn> {
  readonly embedDim: number
  readonly numHeads: number
  readonly options: MultiheadOptions
  readonly inProjWeight: Parameter | undefined
  readonly qProjWeight: Parameter | undefined
  readonly kProjWeight: Parameter | undefined
  readonly vProjWeight: Parameter | undefined
  readonly inProjBias: Parameter | undefined
  readonly outProj: OutProjection

  constructor(embedDim: number, numHeads: number, options: MultiheadOptions = {}) {
    super()
    const { dropout = 0, bias = true, kdim = embedDim, vdim = embedDim } = options
    this.embedDim = embedDim
    this.numHeads = numHeads
    this.options = options
    const sizes = { embedDim, numHeads, kdim, vdim }
    for (const [name, size] of Object.entries(sizes)) {
      expectInteger('MultiheadAttention', name, size, 1)
    }
    if (embedDim % numHeads !== 0) {
      throw new ShapeError('attention.heads', { embedDim, numHeads })
    }
    expectProbability('MultiheadAttention', 'dropout', dropout)
    if (kdim === embedDim && vdim === embedDim) {
      this.inProjWeight = xavier(3 * embedDim, embedDim)
    } else {
      this.qProjWeight = xavier(embedDim, embedDim)
      this.kProjWeight = xavier(embedDim, kdim)
      this.vProjWeight = xavier(embedDim, vdim)
    }
    this.inProjBias = bias ? constant([3 * embedDim], 0) : undefined
    this.outProj = new OutProjection(embedDim, bias)
  }

  static build(settings: Settings): MultiheadAttention {
    const [embedDim, numHeads] = [settings.integer('embedDim'), settings.integer('numHeads')]
    const kinds = {
      dropout: 'number',
      bias: 'flag',
      kdim: 'integer',
      vdim: 'integer',
      batchFirst: 'flag',
    } as const
    return new MultiheadAttention(embedDim, numHeads, settings.options(kinds))
  }

  override forward(query: Tensor, key: Tensor = query, inputs: MultiheadInputs = {}): Tensor {
    return this.#output(query, attention(this.#attending(query, key, inputs)))
  }

  /**
   * The result and the weights of each head.
   *
   * @shape weights [batch, heads, queries, keys]
   */
  attend(query: Tensor, key: Tensor = query, inputs: MultiheadInputs = {}): Attended {
    return inModule(this, () => {
      const it = this.#attending(query, key, inputs)
      const weights = weightsOf(it)
      const mixed: Tensor = this.#used(weights).matmul(it.v)
      const batched = query.node.shape.length === 3
      return {
        output: this.#output(query, mixed),
        weights: batched ? weights : weights.squeeze(0),
      }
    })
  }

  /** The weights that values are mixed by. */
  #used(weights: Tensor): Tensor {
    return this.training ? dropped(weights, this.options.dropout ?? 0) : weights
  }

  #attending(
    query: Tensor,
    key: Tensor,
    { value = key, causal = false, ...masks }: MultiheadInputs,
  ): Attending {
    this.#expectInputs(query, key, value)
    const batched = query.node.shape.length === 3
    // [batch, time, features] within
    const inner = (x: Tensor): Tensor => {
      if (!batched) return x.unsqueeze(0)
      return this.options.batchFirst ? x : x.transpose(0, 1)
    }
    const [q, k, v] = this.#projected(query, key, value).map((x) => this.#heads(inner(x)))
    if (!q || !k || !v) throw new RangeError('attention without its inputs')
    return {
      ...{ q: q.mul(1 / Math.sqrt(this.embedDim / this.numHeads)), k, v },
      masks: this.#masks(q, k, masks, batched),
      first: causal ? 0 : undefined,
      weigh: (weights) => this.#used(weights),
    }
  }

  /** What heads give, [batch, heads, queries, features / heads], put together. */
  #output(query: Tensor, mixed: Tensor): Tensor {
    const [batch = 0, , queries = 0] = mixed.node.shape
    const joined: Sizes = [batch, queries, this.embedDim]
    const all: Tensor = mixed.transpose(1, 2).reshape(joined)
    if (query.node.shape.length === 2) return this.outProj.call(all.squeeze(0))
    return this.outProj.call(this.options.batchFirst ? all : all.transpose(0, 1))
  }

  #expectInputs(query: Tensor, key: Tensor, value: Tensor): void {
    const { embedDim, options } = this
    const [q, k, v] = [query.node.shape, key.node.shape, value.node.shape]
    const { kdim = embedDim, vdim = embedDim, batchFirst = false } = options
    const batch = batchFirst ? 0 : 1
    const good =
      (q.length === 2 || q.length === 3) &&
      k.length === q.length &&
      sameShape(k.slice(0, -1), v.slice(0, -1)) &&
      (q.length === 2 || at(q, batch) === at(k, batch)) &&
      at(q, -1) === embedDim &&
      at(k, -1) === kdim &&
      at(v, -1) === vdim
    if (good) return
    const fields = { layer: 'MultiheadAttention', query: q, key: k, value: v }
    throw new ShapeError('attention.inputs', { ...fields, embedDim, kdim, vdim })
  }

  /** Queries, keys and values; where they come from one tensor, by one product. */
  #projected(query: Tensor, key: Tensor, value: Tensor): readonly Tensor[] {
    const size = this.embedDim
    const rows = (of: Tensor, from: number, to: number): Tensor =>
      of.slice(0, from * size, to * size)
    const map = (x: Tensor, weight: Tensor, from: number, to: number): Tensor[] => {
      const product: Tensor = x.matmul(weight.transpose())
      const sum = this.inProjBias ? product.add(rows(this.inProjBias, from, to)) : product
      return Array.from({ length: to - from }, (_, i) => sum.slice(-1, i * size, (i + 1) * size))
    }
    const { inProjWeight: all, qProjWeight: q, kProjWeight: k, vProjWeight: v } = this
    if (!all) {
      const own = [q && map(query, q, 0, 1), k && map(key, k, 1, 2), v && map(value, v, 2, 3)]
      return own.flatMap((part) => part ?? [])
    }
    if (query === key && key === value) return map(query, all, 0, 3)
    const first = map(query, rows(all, 0, 1), 0, 1)
    if (key === value) return [...first, ...map(key, rows(all, 1, 3), 1, 3)]
    return [...first, ...map(key, rows(all, 1, 2), 1, 2), ...map(value, rows(all, 2, 3), 2, 3)]
  }

  /** @shape [batch, time, features] → [batch, heads, time, features / heads] */
  #heads(x: Tensor): Tensor {
    const [batch = 0, time = 0] = x.node.shape
    const split: Sizes = [batch, time, this.numHeads, this.embedDim / this.numHeads]
    return x.reshape(split).transpose(1, 2)
  }

  /** Masks as attention takes them: true where a query may look. */
  #masks(q: Tensor, k: Tensor, { mask, keyPaddingMask }: MaskOptions, batched: boolean): Tensor[] {
    const [batch = 0, heads = 0, queries = 0] = q.node.shape
    const keys = at(k.node.shape, -2)
    const masks: Tensor[] = []
    if (mask) {
      const each = mask.node.shape.length === 3
      const wanted = each ? [batch * heads, queries, keys] : [queries, keys]
      const shaped = seen('mask', mask, wanted, q)
      masks.push(each ? shaped.reshape([batch, heads, queries, keys]) : shaped)
    }
    if (keyPaddingMask) {
      const wanted = batched ? [batch, keys] : [keys]
      masks.push(seen('keyPaddingMask', keyPaddingMask, wanted, q).reshape([batch, 1, 1, keys]))
    }
    return masks
  }

  override config(): Readonly<Record<string, unknown>> {
    const { embedDim, numHeads, options } = this
    return { embedDim, numHeads, options }
  }
}

/** What a mask leaves to be seen: bools turned round, or numbers to add, of the scores' dtype. */
function seen(name: string, mask: Tensor, wanted: Sizes, scores: Tensor): Tensor {
  const { shape } = mask.node
  const layer = 'MultiheadAttention'
  if (!sameShape(shape, wanted)) {
    throw new ShapeError('attention.mask', { layer, name, got: shape, wanted })
  }
  if (mask.dtype === 'bool') return mask.equal(0)
  if (mask.dtype === scores.dtype) return mask
  throw new DTypeError('dtype.kind', { op: layer, dtype: mask.dtype, wanted: 'bool' })
}
