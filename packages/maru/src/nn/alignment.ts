/** Attention with scores of its own, between the states of two recurrent networks. */
import { ShapeError } from '../base/error.ts'
import { at, expectInteger } from '../base/shape.ts'
import { attentionWeights } from '../tensor/attention.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { type Attended, without } from './attention.ts'
import { Linear } from './linear.ts'
import { inModule, Layer } from './module.ts'
import type { Settings } from './settings.ts'
import type { OpenFn } from './shapes.ts'

export interface AlignOptions {
  /** What is mixed; the keys unless given. */
  readonly values?: Tensor
  /** Keys that are padding, [..., keys]: true for those. */
  readonly keyPaddingMask?: Tensor
}

/** What attention over given keys shares: scores decide the weights, and they mix the values. */
abstract class Alignment extends Layer<OpenFn> {
  protected abstract scores(query: Tensor, keys: Tensor): Tensor

  /** The mixed values. Without keys, a sequence looks at itself. */
  override forward(query: Tensor, keys: Tensor = query, options: AlignOptions = {}): Tensor {
    return this.#attended(query, keys, options).output
  }

  /** The mixed values and their weights. @shape weights [..., queries, keys] */
  attend(query: Tensor, keys: Tensor = query, options: AlignOptions = {}): Attended {
    return inModule(this, () => this.#attended(query, keys, options))
  }

  #attended(query: Tensor, keys: Tensor, options: AlignOptions): Attended {
    const { values = keys, keyPaddingMask } = options
    const raw = this.scores(query, keys)
    const scores = keyPaddingMask ? without(raw, keyPaddingMask.unsqueeze(-2)) : raw
    const weights = attentionWeights(scores)
    return { output: weights.matmul(values), weights }
  }

  protected expect(what: Tensor, wanted: number): void {
    const { shape } = what.node
    if (shape.length >= 2 && at(shape, -1) === wanted) return
    const fields = { layer: this.constructor.name, wanted, k: shape.at(-1) ?? 0, shape }
    throw new ShapeError('layer.features', fields)
  }
}

/**
 * Attention by a small network, as Bahdanau has it.
 *
 *     score(q, k) = v·tanh(W·q + U·k),  output = softmax(score)·values
 *
 * @shape query [..., queries, queryDim], keys [..., keys, keyDim], values [..., keys, n] → [..., queries, n];
 *   parameters query.weight [hidden, queryDim], key.weight [hidden, keyDim], score.weight [1, hidden]
 * @see Bahdanau, Cho & Bengio 2015, https://arxiv.org/abs/1409.0473
 */
export class AdditiveAttention extends Alignment {
  readonly queryDim: number
  readonly keyDim: number
  readonly hiddenDim: number
  readonly query: Linear<number, number>
  readonly key: Linear<number, number>
  readonly score: Linear<number, 1>

  constructor(queryDim: number, keyDim: number, hiddenDim: number) {
    super()
    this.queryDim = expectInteger('AdditiveAttention', 'queryDim', queryDim, 1)
    this.keyDim = expectInteger('AdditiveAttention', 'keyDim', keyDim, 1)
    this.hiddenDim = expectInteger('AdditiveAttention', 'hiddenDim', hiddenDim, 1)
    this.query = new Linear(queryDim, hiddenDim, { bias: false })
    this.key = new Linear(keyDim, hiddenDim, { bias: false })
    this.score = new Linear(hiddenDim, 1, { bias: false })
  }

  static build(settings: Settings): AdditiveAttention {
    return new AdditiveAttention(
      settings.integer('queryDim'),
      settings.integer('keyDim'),
      settings.integer('hiddenDim'),
    )
  }

  protected override scores(query: Tensor, keys: Tensor): Tensor {
    this.expect(query, this.queryDim)
    this.expect(keys, this.keyDim)
    const from: Tensor = this.query.call(query)
    const to: Tensor = this.key.call(keys)
    const sums: Tensor = from.unsqueeze(-2).add(to.unsqueeze(-3))
    const made: Tensor = this.score.call(sums.tanh())
    return made.squeeze(-1)
  }

  override config(): Readonly<Record<string, unknown>> {
    const { queryDim, keyDim, hiddenDim } = this
    return { queryDim, keyDim, hiddenDim }
  }
}

/** Scores, and whether they are learned. */
const score = { dot: false, general: true }

export interface DotOptions {
  /** `'dot'` unless given, q·k, or `'general'`, with a learned matrix between them. */
  readonly score?: keyof typeof score
}

/**
 * Attention by products, as Luong has it.
 *
 *     score(q, k) = q·k, or q·W·k with `'general'`,  output = softmax(score)·values
 *
 * @shape query [..., queries, queryDim], keys [..., keys, keyDim], values [..., keys, n] → [..., queries, n];
 *   parameter key.weight [queryDim, keyDim]
 * @throws ShapeError for products of vectors of two sizes
 * @see Luong, Pham & Manning 2015, https://arxiv.org/abs/1508.04025
 */
export class DotAttention extends Alignment {
  readonly queryDim: number
  readonly keyDim: number
  readonly options: DotOptions
  readonly key: Linear<number, number> | undefined

  constructor(queryDim: number, keyDim: number, options: DotOptions = {}) {
    super()
    this.queryDim = expectInteger('DotAttention', 'queryDim', queryDim, 1)
    this.keyDim = expectInteger('DotAttention', 'keyDim', keyDim, 1)
    this.options = options
    const general = options.score !== undefined && score[options.score]
    if (!general && queryDim !== keyDim) {
      const fields = { layer: 'DotAttention', wanted: queryDim, k: keyDim, shape: [keyDim] }
      throw new ShapeError('layer.features', fields)
    }
    this.key = general ? new Linear(keyDim, queryDim, { bias: false }) : undefined
  }

  static build(settings: Settings): DotAttention {
    const [queryDim, keyDim] = [settings.integer('queryDim'), settings.integer('keyDim')]
    return new DotAttention(queryDim, keyDim, settings.options({ score }))
  }

  protected override scores(query: Tensor, keys: Tensor): Tensor {
    this.expect(query, this.queryDim)
    this.expect(keys, this.keyDim)
    const mapped: Tensor = this.key ? this.key.call(keys) : keys
    return query.matmul(mapped.transpose())
  }

  override config(): Readonly<Record<string, unknown>> {
    const { queryDim, keyDim, options } = this
    return { queryDim, keyDim, options }
  }
}
