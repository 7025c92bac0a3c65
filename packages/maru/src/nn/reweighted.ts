/** Layers whose weight is made anew at every call from what is learned. */
import { ValueError } from '../base/error.ts'
import { Parameter, type Tensor } from '../tensor/tensor.ts'
import { dropped, expectProbability } from './dropout.ts'
import { applied, Layer, type Module } from './module.ts'
import type { ReceptiveField } from './receptive-field.ts'
import type { Settings } from './settings.ts'
import type { InnerFn } from './shapes.ts'

/** What these share: the layer, the weight that it has learned, and what it computes with instead. */
export abstract class Reweighted<B extends Module> extends Layer<InnerFn<B>> {
  readonly layer: B
  readonly #weight: Parameter

  /** @throws ValueError for a layer without a weight of its own */
  constructor(layer: B) {
    super()
    const weight: unknown = Reflect.get(layer, 'weight')
    if (!(weight instanceof Parameter)) {
      throw new ValueError('layer.weight', { layer: this.constructor.name, got: layer.describe() })
    }
    this.layer = layer
    this.#weight = weight
  }

  /** The layer's weight as it is learned. */
  protected get learned(): Parameter {
    return this.#weight
  }

  /** The weight to compute with now. */
  protected abstract made(): Tensor

  override forward(x: Tensor): Tensor {
    Reflect.set(this.layer, 'weight', this.made())
    try {
      return applied(this.layer, x)
    } finally {
      Reflect.set(this.layer, 'weight', this.#weight)
    }
  }

  override sees(): ReceptiveField {
    return this.layer.sees()
  }

  override parts(): readonly Module[] {
    return [this.layer]
  }
}

/**
 * Weights of a layer are left out at random in training, with probability p, and the others scaled by
 * 1/(1 − p); after `eval()` the layer is as it is. Every call draws anew, once for all examples of a batch.
 *
 * @shape that of the layer
 * @throws ValueError for a layer without a weight, or a p outside 0 … 1
 * @see Wan et al. 2013, https://proceedings.mlr.press/v28/wan13.html
 * @example new DropConnect(new Linear(8, 4), 0.2)
 */
export class DropConnect<B extends Module> extends Reweighted<B> {
  readonly p: number

  constructor(layer: B, p = 0.5) {
    super(layer)
    this.p = expectProbability('DropConnect', 'p', p)
  }

  static build(settings: Settings, [layer]: readonly Module[]): DropConnect<Module> {
    if (!layer) throw settings.lacks('a layer')
    return new DropConnect(layer, settings.number('p'))
  }

  protected override made(): Tensor {
    return this.training ? dropped(this.learned, this.p) : this.learned
  }

  override config(): Readonly<Record<string, unknown>> {
    return { p: this.p }
  }
}
