/** Transformers: attention and a small network, in layers. */
import { ValueError } from '../base/error.ts'
import { expectInteger } from '../base/shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { SameFn } from './activation.ts'
import { type MaskOptions, MultiheadAttention } from './attention.ts'
import { Dropout } from './dropout.ts'
import { LayerNorm } from './layer-norm.ts'
import { Linear } from './linear.ts'
import { Layer, type Module } from './module.ts'
import type { Settings } from './settings.ts'

const activation = {
  relu: (x: Tensor): Tensor => x.relu(),
  gelu: (x: Tensor): Tensor => x.gelu(),
}

export interface TransformerOptions {
  /** Features between the two linear layers, 2048 unless given. */
  readonly dimFeedforward?: number
  /** Probability of leaving elements out while training, 0.1 unless given. */
  readonly dropout?: number
  /** Between the two linear layers, `'relu'` unless given. */
  readonly activation?: keyof typeof activation
  /** Added to variances, 1e-5 unless given. */
  readonly layerNormEps?: number
  /** Whether sequences are [batch, time, features] instead of [time, batch, features]. */
  readonly batchFirst?: boolean
  /** Whether normalisation comes before each part instead of after it. */
  readonly normFirst?: boolean
}

const optionKinds = {
  dimFeedforward: 'integer',
  dropout: 'number',
  activation,
  layerNormEps: 'number',
  batchFirst: 'flag',
  normFirst: 'flag',
} as const

/** What encoder and decoder layers share. */
abstract class Block extends Layer<SameFn> {
  readonly dModel: number
  readonly numHeads: number
  readonly options: TransformerOptions
  readonly selfAttn: MultiheadAttention

  constructor(dModel: number, numHeads: number, options: TransformerOptions) {
    super()
    this.dModel = dModel
    this.numHeads = numHeads
    this.options = options
    this.selfAttn = this.attention()
  }

  abstract readonly linear1: Linear<number, number>
  abstract readonly dropout: Dropout
  abstract readonly linear2: Linear<number, number>

  protected attention(): MultiheadAttention {
    const { dropout = 0.1, batchFirst = false } = this.options
    return new MultiheadAttention(this.dModel, this.numHeads, { dropout, batchFirst })
  }

  protected norm(): LayerNorm {
    return new LayerNorm(this.dModel, { eps: this.options.layerNormEps ?? 1e-5 })
  }

  protected dropping(): Dropout {
    return new Dropout(this.options.dropout ?? 0.1)
  }

  protected widening(): Linear<number, number> {
    return new Linear(this.dModel, this.options.dimFeedforward ?? 2048)
  }

  protected narrowing(): Linear<number, number> {
    return new Linear(this.options.dimFeedforward ?? 2048, this.dModel)
  }

  /** A part around which the input goes past. */
  protected around(
    x: Tensor,
    norm: LayerNorm,
    dropout: Dropout,
    part: (x: Tensor) => Tensor,
  ): Tensor {
    const { normFirst = false } = this.options
    const made: Tensor = dropout.call(part(normFirst ? norm.call(x) : x))
    const sum: Tensor = x.add(made)
    return normFirst ? sum : norm.call(sum)
  }

  protected feedForward(x: Tensor): Tensor {
    const wide: Tensor = this.linear1.call(x)
    const { activation: name } = this.options
    const active = name === undefined ? wide.relu() : activation[name](wide)
    return this.linear2.call(this.dropout.call(active))
  }

  override config(): Readonly<Record<string, unknown>> {
    const { dModel, numHeads, options } = this
    return { dModel, numHeads, options }
  }
}

/**
 * Self-attention, then a network at each position; each with dropout, a sum with what came in, and
 * normalisation.
 *
 *     x′ = norm1(x + selfAttn(x)),  y = norm2(x′ + linear2(relu(linear1(x′))))
 *
 * @shape x [time, batch, dModel], [batch, time, dModel] with `batchFirst`, or [time, dModel] → the same
 * @see Vaswani et al. 2017, https://arxiv.org/abs/1706.03762
 * @example new TransformerEncoderLayer(64, 4, { normFirst: true, activation: 'gelu' })
 */
export class TransformerEncoderLayer extends Block {
  override readonly linear1: Linear<number, number>
  override readonly dropout: Dropout
  override readonly linear2: Linear<number, number>
  readonly norm1: LayerNorm
  readonly norm2: LayerNorm
  readonly dropout1: Dropout
  readonly dropout2: Dropout

  constructor(dModel: number, numHeads: number, options: TransformerOptions = {}) {
    super(dModel, numHeads, options)
    this.linear1 = this.widening()
    this.dropout = this.dropping()
    this.linear2 = this.narrowing()
    this.norm1 = this.norm()
    this.norm2 = this.norm()
    this.dropout1 = this.dropping()
    this.dropout2 = this.dropping()
  }

  static build(settings: Settings): TransformerEncoderLayer {
    const [dModel, numHeads] = [settings.integer('dModel'), settings.integer('numHeads')]
    return new TransformerEncoderLayer(dModel, numHeads, settings.options(optionKinds))
  }

  override forward(x: Tensor, masks: MaskOptions = {}): Tensor {
    const y = this.around(x, this.norm1, this.dropout1, (value) =>
      this.selfAttn.call(value, value, masks),
    )
    return this.around(y, this.norm2, this.dropout2, (value) => this.feedForward(value))
  }
}

export interface DecoderMasks extends MaskOptions {
  /** Which elements of the memory a position may not see, as `mask`. */
  readonly memoryMask?: Tensor
  /** Elements of the memory that are padding, as `keyPaddingMask`. */
  readonly memoryKeyPaddingMask?: Tensor
}

/**
 * Self-attention, attention to what an encoder made, then a network at each position.
 *
 *     x′ = norm1(x + selfAttn(x)),  x″ = norm2(x′ + multiheadAttn(x′, memory)),
 *     y = norm3(x″ + linear2(relu(linear1(x″))))
 *
 * @shape x [time, batch, dModel], memory [other time, batch, dModel], batch before time with `batchFirst` → that of x
 * @throws ValueError without a memory
 * @see Vaswani et al. 2017, https://arxiv.org/abs/1706.03762
 * @example new TransformerDecoderLayer(64, 4).call(x, memory, { causal: true })
 */
export class TransformerDecoderLayer extends Block {
  readonly multiheadAttn: MultiheadAttention
  override readonly linear1: Linear<number, number>
  override readonly dropout: Dropout
  override readonly linear2: Linear<number, number>
  readonly norm1: LayerNorm
  readonly norm2: LayerNorm
  readonly norm3: LayerNorm
  readonly dropout1: Dropout
  readonly dropout2: Dropout
  readonly dropout3: Dropout

  constructor(dModel: number, numHeads: number, options: TransformerOptions = {}) {
    super(dModel, numHeads, options)
    this.multiheadAttn = this.attention()
    this.linear1 = this.widening()
    this.dropout = this.dropping()
    this.linear2 = this.narrowing()
    this.norm1 = this.norm()
    this.norm2 = this.norm()
    this.norm3 = this.norm()
    this.dropout1 = this.dropping()
    this.dropout2 = this.dropping()
    this.dropout3 = this.dropping()
  }

  static build(settings: Settings): TransformerDecoderLayer {
    const [dModel, numHeads] = [settings.integer('dModel'), settings.integer('numHeads')]
    return new TransformerDecoderLayer(dModel, numHeads, settings.options(optionKinds))
  }

  override forward(x: Tensor, memory?: Tensor, masks: DecoderMasks = {}): Tensor {
    if (!memory) throw new ValueError('decoder.memory', { layer: 'TransformerDecoderLayer' })
    const { memoryMask: mask, memoryKeyPaddingMask: keyPaddingMask, ...own } = masks
    const other = { ...(mask && { mask }), ...(keyPaddingMask && { keyPaddingMask }) }
    const y = this.around(x, this.norm1, this.dropout1, (value) =>
      this.selfAttn.call(value, value, own),
    )
    const z = this.around(y, this.norm2, this.dropout2, (value) =>
      this.multiheadAttn.call(value, memory, other),
    )
    return this.around(z, this.norm3, this.dropout3, (value) => this.feedForward(value))
  }
}

export interface StackedOptions {
  /** Whether one more normalisation follows; wanted where layers have theirs first. */
  readonly norm?: boolean
}

/** Equal layers one after the other, and a normalisation at the end if asked. */
abstract class Stacked<B extends Block> extends Layer<SameFn> {
  readonly layers: readonly B[]
  readonly norm: LayerNorm | undefined
  readonly numLayers: number
  readonly options: StackedOptions

  constructor(layer: B, numLayers: number, options: StackedOptions, again: () => B) {
    super()
    this.numLayers = expectInteger(this.constructor.name, 'numLayers', numLayers, 1)
    this.options = options
    this.layers = Array.from({ length: numLayers }, (_, i) => (i === 0 ? layer : again()))
    const eps = layer.options.layerNormEps ?? 1e-5
    this.norm = options.norm ? new LayerNorm(layer.dModel, { eps }) : undefined
  }

  /** The first layer: the others are like it. */
  override parts(): readonly Module[] {
    return this.layers.slice(0, 1)
  }

  protected ended(x: Tensor): Tensor {
    return this.norm ? this.norm.call(x) : x
  }

  override config(): Readonly<Record<string, unknown>> {
    return { numLayers: this.numLayers, options: this.options }
  }
}

/**
 * Encoder layers in a row: the one given, and others with its settings and starting values of their own.
 *
 * With `{ causal: true }` at the call it is a decoder without an encoder, as language models are.
 *
 * @shape as `TransformerEncoderLayer`
 * @example new TransformerEncoder(new TransformerEncoderLayer(64, 4), 6)
 */
export class TransformerEncoder extends Stacked<TransformerEncoderLayer> {
  constructor(layer: TransformerEncoderLayer, numLayers: number, options: StackedOptions = {}) {
    const { dModel, numHeads } = layer
    super(layer, numLayers, options, () => {
      return new TransformerEncoderLayer(dModel, numHeads, layer.options)
    })
  }

  static build(settings: Settings, [layer]: readonly Module[]): TransformerEncoder {
    if (!(layer instanceof TransformerEncoderLayer)) throw settings.lacks('TransformerEncoderLayer')
    const count = settings.count('numLayers')
    return new TransformerEncoder(layer, count, settings.options({ norm: 'flag' }))
  }

  override forward(x: Tensor, masks: MaskOptions = {}): Tensor {
    return this.ended(this.layers.reduce<Tensor>((value, layer) => layer.call(value, masks), x))
  }
}

/**
 * Decoder layers in a row: the one given, and others with its settings and starting values of their own.
 *
 * @shape as `TransformerDecoderLayer`
 * @throws ValueError without a memory
 * @example new TransformerDecoder(new TransformerDecoderLayer(64, 4), 6).call(x, memory, { causal: true })
 */
export class TransformerDecoder extends Stacked<TransformerDecoderLayer> {
  constructor(layer: TransformerDecoderLayer, numLayers: number, options: StackedOptions = {}) {
    const { dModel, numHeads } = layer
    super(layer, numLayers, options, () => {
      return new TransformerDecoderLayer(dModel, numHeads, layer.options)
    })
  }

  static build(settings: Settings, [layer]: readonly Module[]): TransformerDecoder {
    if (!(layer instanceof TransformerDecoderLayer)) throw settings.lacks('TransformerDecoderLayer')
    const count = settings.count('numLayers')
    return new TransformerDecoder(layer, count, settings.options({ norm: 'flag' }))
  }

  override forward(x: Tensor, memory?: Tensor, masks: DecoderMasks = {}): Tensor {
    if (!memory) throw new ValueError('decoder.memory', { layer: 'TransformerDecoder' })
    return this.ended(
      this.layers.reduce<Tensor>((value, layer) => layer.call(value, memory, masks), x),
    )
  }
}
