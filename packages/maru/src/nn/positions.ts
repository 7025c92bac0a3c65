/** Encodings of positions: what tells attention where an element stands. */
import { ShapeError } from '../base/error.ts'
import * as math from '../base/math.ts'
import { at, expectInteger } from '../base/shape.ts'
import { fromHost } from '../tensor/create.ts'
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import type { SameFn } from './activation.ts'
import { normal } from './init.ts'
import { Layer } from './module.ts'
import type { Settings } from './settings.ts'

export interface PositionsOptions {
  /** Whether sequences are [batch, time, features] instead of [time, batch, features]. */
  readonly batchFirst?: boolean
}

/** What these layers share: a row for each position, added to the features there. */
abstract class Positions extends Layer<SameFn> {
  readonly features: number
  readonly options: PositionsOptions

  constructor(features: number, options: PositionsOptions = {}) {
    super()
    this.features = expectInteger(this.constructor.name, 'features', features, 1)
    this.options = options
  }

  /** Rows of the first positions. */
  protected abstract rows(length: number): Tensor

  protected get name(): string {
    return this.constructor.name
  }

  override forward(x: Tensor): Tensor {
    const { shape } = x.node
    const { name: layer, features } = this
    if (shape.length < 2) throw new ShapeError('recurrent.input', { layer, shape })
    if (at(shape, -1) !== features) {
      const fields = { layer, wanted: features, k: at(shape, -1), shape }
      throw new ShapeError('layer.features', fields)
    }
    const last = shape.length - 1
    const axis = this.options.batchFirst ? last - 1 : 0
    const spread: readonly number[] = shape.map((size, i) => (i === axis || i === last ? size : 1))
    return x.add(this.rows(at(shape, axis)).reshape(spread))
  }
}

/**
 * Adds sines and cosines of the position, of wavelengths from 2π to 10000·2π.
 *
 *     row[2i] = sin(position / 10000^(2i/features)), row[2i + 1] = cos(the same)
 *
 * @shape [time, ..., features], or [..., time, features] with `batchFirst` → the same
 * @see Vaswani et al. 2017, https://arxiv.org/abs/1706.03762
 */
export class SinusoidalPositions extends Positions {
  /** The longest table made so far; shorter ones are its beginning. */
  #table: Tensor | undefined

  static build(settings: Settings): SinusoidalPositions {
    return new SinusoidalPositions(
      settings.integer('features'),
      settings.options({ batchFirst: 'flag' }),
    )
  }

  protected override rows(length: number): Tensor {
    if (!this.#table || at(this.#table.node.shape, 0) < length) {
      this.#table = sinusoids(length, this.features)
    }
    return this.#table.slice(0, 0, length)
  }

  override config(): Readonly<Record<string, unknown>> {
    return { features: this.features, options: this.options }
  }
}

function sinusoids(length: number, features: number): Tensor {
  const values = new Float32Array(length * features)
  const step = math.log(10000) / features
  for (let i = 0; i < features; i += 2) {
    const frequency = math.exp(-i * step)
    for (let position = 0; position < length; position++) {
      const at = position * features + i
      values[at] = math.sin(position * frequency)
      if (i + 1 < features) values[at + 1] = math.cos(position * frequency)
    }
  }
  return fromHost(values, [length, features], 'float32')
}

/**
 * Adds a learned row for each position.
 *
 * @shape [time, ..., features], or [..., time, features] with `batchFirst` → the same; weight [maxLength, features]
 * @throws ShapeError for more positions than there are rows
 */
export class LearnedPositions extends Positions {
  readonly maxLength: number
  readonly weight: Parameter

  constructor(maxLength: number, features: number, options: PositionsOptions = {}) {
    super(features, options)
    this.maxLength = expectInteger('LearnedPositions', 'maxLength', maxLength, 1)
    this.weight = normal([maxLength, features])
  }

  static build(settings: Settings): LearnedPositions {
    const [most, features] = [settings.integer('maxLength'), settings.integer('features')]
    return new LearnedPositions(most, features, settings.options({ batchFirst: 'flag' }))
  }

  protected override rows(length: number): Tensor {
    const { maxLength: most, name: layer, features } = this
    if (length > most) {
      throw new ShapeError('positions.length', { layer, length, shape: [length, features], most })
    }
    return this.weight.slice(0, 0, length)
  }

  override config(): Readonly<Record<string, unknown>> {
    return { maxLength: this.maxLength, features: this.features, options: this.options }
  }
}
