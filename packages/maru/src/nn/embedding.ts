/** The table of vectors. */
import { IndexError } from '../base/error.ts'
import { expectInteger } from '../base/shape.ts'
import type { AnySize, Dim } from '../base/types/dim.ts'
import type { In, ShapeFn } from '../base/types/layer.ts'
import { embedding } from '../tensor/indexing.ts'
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import { normal } from './init.ts'
import { Layer } from './module.ts'
import type { Settings } from './settings.ts'

interface EmbeddingFn<D extends number> extends ShapeFn {
  readonly out: In<this['in']> extends infer S extends readonly Dim[] ? [...S, D] : Dim[]
}

export interface EmbeddingOptions {
  /** The id whose row starts at zero and is not learned; a negative one counts from the end. */
  readonly paddingIndex?: number
}

/**
 * Rows of a learned table, one for each id. Long tables learn faster in a group of their own,
 * `{ match: /embed/, sparse: true }`: only the rows of a batch are updated then.
 *
 * @shape ids [...] → [..., embeddingDim]; weight [numEmbeddings, embeddingDim]
 * @dtype ids int32 or uint8
 * @throws IndexError for a known id outside the table
 * @example new Embedding(1000, 64, { paddingIndex: 0 })
 */
export class Embedding<
  const N extends number = AnySize,
  const D extends number = AnySize,
> extends Layer<EmbeddingFn<D>> {
  readonly weight: Parameter<[N, D]>
  readonly numEmbeddings: N
  readonly embeddingDim: D
  readonly options: EmbeddingOptions

  constructor(numEmbeddings: N, embeddingDim: D, options: EmbeddingOptions = {}) {
    super()
    this.numEmbeddings = numEmbeddings
    this.embeddingDim = embeddingDim
    this.options = options
    expectInteger('Embedding', 'numEmbeddings', numEmbeddings, 1)
    expectInteger('Embedding', 'embeddingDim', embeddingDim, 1)
    const { paddingIndex } = options
    const padding = paddingIndex === undefined ? undefined : rowOf(paddingIndex, numEmbeddings)
    this.weight = normal([numEmbeddings, embeddingDim], padding)
  }

  static build(settings: Settings): Embedding<number, number> {
    const { paddingIndex } = settings.options({ paddingIndex: 'integer' })
    return new Embedding(
      settings.integer('numEmbeddings'),
      settings.integer('embeddingDim'),
      paddingIndex === undefined ? {} : { paddingIndex },
    )
  }

  override forward(ids: Tensor): Tensor {
    return embedding(this.weight, ids, this.options)
  }

  override config(): Readonly<Record<string, unknown>> {
    const { numEmbeddings, embeddingDim, options } = this
    return { numEmbeddings, embeddingDim, options }
  }
}

function rowOf(index: number, size: number): number {
  const row = index < 0 ? index + size : index
  if (Number.isInteger(row) && row >= 0 && row < size) return row
  throw new IndexError('index.range', { op: 'Embedding', index, position: 0, size })
}
