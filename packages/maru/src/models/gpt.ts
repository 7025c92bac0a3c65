/** GPT: a transformer that continues text. */
import { ShapeError, ValueError } from '../base/error.ts'
import { nextStream } from '../base/seed.ts'
import { at, expectInteger, type Sizes } from '../base/shape.ts'
import { buffer } from '../nn/init.ts'
import { Dropout, Embedding, LayerNorm, Linear } from '../nn/layers.ts'
import { Module } from '../nn/module.ts'
import { assign } from '../runtime/realize.ts'
import { scaledDotProductAttention } from '../tensor/attention.ts'
import { compile } from '../tensor/compile.ts'
import { arange, tensor } from '../tensor/create.ts'
import type { State, Tensor } from '../tensor/tensor.ts'
import { expectSampling, type SampleOptions, sample } from './sample.ts'
import { startNormal } from './start.ts'

export interface GptOptions {
  /** Number of tokens that there are. */
  readonly vocabulary: number
  /** Most tokens that are seen at once, 256 unless given. */
  readonly context?: number
  /** Features of a token, 256 unless given. */
  readonly width?: number
  /** Blocks of attention and a network, 4 unless given. */
  readonly layers?: number
  /** Parts of the features that attend each by themselves, 4 unless given. */
  readonly heads?: number
  /** Probability of leaving elements out while training, 0 unless given. */
  readonly dropout?: number
}

/** Where a step of generation stands: what was seen, and how many tokens that were. */
interface Past {
  /** [1, heads, width / heads, context], since that is how products with queries read them. */
  readonly keys: State
  /** [1, heads, context, width / heads] */
  readonly values: State
  /** Tokens before these, []. */
  readonly seen: Tensor
}

/** Attention and a network at each position, each around normalised features. */
class Block extends Module {
  readonly heads: number
  readonly norm1: LayerNorm
  readonly attention: Linear<number, number>
  readonly projection: Linear<number, number>
  readonly norm2: LayerNorm
  readonly up: Linear<number, number>
  readonly down: Linear<number, number>
  readonly drop: Dropout

  constructor(width: number, heads: number, dropout: number) {
    super()
    this.heads = heads
    this.norm1 = new LayerNorm(width)
    this.attention = new Linear<number, number>(width, 3 * width)
    this.projection = new Linear<number, number>(width, width)
    this.norm2 = new LayerNorm(width)
    this.up = new Linear<number, number>(width, 4 * width)
    this.down = new Linear<number, number>(4 * width, width)
    this.drop = new Dropout(dropout)
  }

  /** @shape x [N, time, width] → the same */
  override forward(x: Tensor, past?: Past): Tensor {
    const seen: Tensor = x.add(this.drop.call(this.#attend(this.norm1.call(x), past)))
    const wide: Tensor = this.up.call(this.norm2.call(seen))
    return seen.add(this.drop.call(this.down.call(wide.gelu())))
  }

  #attend(x: Tensor, past: Past | undefined): Tensor {
    const [batch = 0, time = 0, width = 0] = x.node.shape
    const all: Tensor = this.attention.call(x)
    const [q, k, v] = [0, 1, 2].map((part) => {
      const own = all.slice(-1, part * width, (part + 1) * width)
      const split: Sizes = [batch, time, this.heads, width / this.heads]
      return own.reshape(split).transpose(1, 2) // [N, heads, time, width / heads]
    }) as [Tensor, Tensor, Tensor]
    const mixed = past
      ? lookBack(q, k, v, past)
      : scaledDotProductAttention(q, k, v, { causal: true })
    const joined: Sizes = [batch, time, width]
    return this.projection.call(mixed.transpose(1, 2).reshape(joined))
  }
}

/** Attention to all that was seen, after these have been added to it. */
function lookBack(q: Tensor, k: Tensor, v: Tensor, { keys, values, seen }: Past): Tensor {
  const store = (kept: State, fresh: Tensor, place: readonly (Tensor | number)[]): Tensor => {
    const before: Tensor = kept
    const after = before.dynamicUpdate(fresh, place)
    assign(kept.cell, after.node)
    return after
  }
  const [context, time] = [at(values.cell.shape, 2), at(q.node.shape, 2)]
  const own: Tensor = arange(time).unsqueeze(1).add(seen)
  const mask: Tensor = arange(context).lessEqual(own) // [time, context]
  const allKeys = store(keys, k.transpose(), [0, 0, 0, seen]).transpose()
  return scaledDotProductAttention(q, allKeys, store(values, v, [0, 0, seen, 0]), { mask })
}

/**
 * A transformer of blocks with normalisation first, in which each token sees those before it.
 *
 *     x = tokens[ids] + positions;  each block: x ← x + attention(norm1(x)), x ← x + network(norm2(x))
 *     logits = head(norm(x))
 *
 * @shape ids [N, time], time at most `context` → logits [N, time, vocabulary]
 * @dtype ids int32 or uint8
 * @throws ShapeError for other axes or more tokens than the context has
 * @see Radford et al. 2019, "Language models are unsupervised multitask learners"
 * @example
 * const model = new GPT({ vocabulary: 65, context: 128 })
 * for await (const token of model.generate([1, 2, 3], { tokens: 100, topK: 20 })) console.log(token)
 */
export class GPT extends Module {
  readonly options: Required<GptOptions>
  readonly tokens: Embedding<number, number>
  readonly positions: Embedding<number, number>
  readonly blocks: readonly Block[]
  readonly norm: LayerNorm
  readonly head: Linear<number, number>
  readonly drop: Dropout

  constructor(options: GptOptions) {
    super()
    const { context = 256, width = 256, layers = 4, heads = 4, dropout = 0 } = options
    const { vocabulary } = options
    expectInteger('GPT', 'heads', heads, 1)
    expectInteger('GPT', 'layers', layers, 1)
    if (width % heads !== 0) throw new ValueError('gpt.heads', { width, heads })
    this.options = { vocabulary, context, width, layers, heads, dropout }
    this.tokens = new Embedding<number, number>(vocabulary, width)
    this.positions = new Embedding<number, number>(context, width)
    this.blocks = Array.from({ length: layers }, () => new Block(width, heads, dropout))
    this.norm = new LayerNorm(width)
    this.head = new Linear<number, number>(width, vocabulary, { bias: false })
    this.drop = new Dropout(dropout)
    this.#start()
  }

  /** Weights around 0; those that add to what goes past the blocks are smaller, the deeper the network. */
  #start(): void {
    const deep = 0.02 / Math.sqrt(2 * this.options.layers)
    for (const table of [this.tokens, this.positions, this.head]) startNormal(table.weight, 0.02)
    for (const { attention, up, projection, down } of this.blocks) {
      for (const layer of [attention, up]) startNormal(layer.weight, 0.02)
      for (const layer of [projection, down]) startNormal(layer.weight, deep)
    }
  }

  override forward(ids: Tensor<['batch', 'time']>): Tensor<['batch', 'time', number]> {
    const given: Tensor = ids
    const { shape } = given.node
    const { context } = this.options
    if (shape.length !== 2 || at(shape, 1) > context) {
      throw new ShapeError('gpt.ids', { shape, context })
    }
    return this.#logits(given, this.positions.weight.slice(0, 0, at(shape, 1)))
  }

  #logits(ids: Tensor, positions: Tensor, pasts: readonly Past[] = []): Tensor {
    let x: Tensor = this.drop.call(this.tokens.call(ids).add(positions)) // [N, time, width]
    for (const [i, block] of this.blocks.entries()) x = block.call(x, pasts[i])
    return this.head.call(this.norm.call(x))
  }

  /**
   * Continues a text token by token. What was seen is kept, so that each token costs the same, and
   * nothing is compiled after the second.
   *
   * The model should be in evaluation mode. The global seed decides what is drawn.
   *
   * @param prompt the tokens before, at least one
   * @throws ValueError when prompt and new tokens are more than the context holds
   */
  async *generate(
    prompt: readonly number[],
    { tokens, ...how }: SampleOptions & { readonly tokens: number },
  ): AsyncGenerator<number, void, undefined> {
    const { context } = this.options
    expectInteger('generate', 'tokens', tokens, 0)
    expectSampling(how)
    if (prompt.length === 0 || prompt.length + tokens > context) {
      throw new ValueError('gpt.context', { prompt: prompt.length, tokens, context })
    }
    const step = this.continuation()
    const stream = nextStream('generate')
    let fresh = prompt
    for (let made = 0; made < tokens; made++) {
      const logits = await step(fresh)
      const token = sample(logits, stream.uniform(), how)
      yield token
      fresh = [token]
    }
  }

  /**
   * A function that is told tokens and gives the scores of the next one; it remembers what it was told.
   *
   * @throws ValueError when it is told more than the context holds
   */
  continuation(): (fresh: readonly number[]) => Promise<Float32Array> {
    const { context, width, heads, layers } = this.options
    const kept = Array.from({ length: layers }, () => ({
      keys: buffer([1, heads, width / heads, context], 0),
      values: buffer([1, heads, context, width / heads], 0),
    }))
    const next = compile((ids: Tensor, seen: Tensor): Tensor => {
      const time = at(ids.node.shape, 1)
      const rows = this.positions.weight.dynamicSlice([seen, 0], { sizes: [time, width] })
      const pasts = kept.map((each) => ({ ...each, seen }))
      return this.#logits(ids, rows, pasts)
        .slice(1, time - 1, time)
        .reshape([-1])
    })
    let told = 0
    return async (fresh) => {
      const { length } = fresh
      if (length === 0 || told + length > context) {
        throw new ValueError('gpt.context', { prompt: told, tokens: length, context })
      }
      const seen: Tensor = tensor(Int32Array.of(told), [])
      told += length
      const logits = await next(tensor(Int32Array.from(fresh), [1, length]), seen)
      return logits.data<Float32Array>()
    }
  }
}
