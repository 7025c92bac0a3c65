/** From feature maps to vectors. */
import type { In, ShapeFn } from '../base/types/layer.ts'
import type { Flatten as Flattened } from '../base/types/reshape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { Layer } from './module.ts'
import type { Settings } from './settings.ts'

interface FlattenFn<A extends number, B extends number> extends ShapeFn {
  readonly out: Flattened<In<this['in']>, A, B>
}

/**
 * Axes from `startAxis` on as one, the batch axis left alone.
 *
 * @shape x [batch, ...] → [batch, product of the rest]
 */
export class Flatten<const A extends number = 1, const B extends number = -1> extends Layer<
  FlattenFn<A, B>
> {
  readonly startAxis: number
  readonly endAxis: number

  constructor(startAxis?: A, endAxis?: B) {
    super()
    this.startAxis = startAxis ?? 1
    this.endAxis = endAxis ?? -1
  }

  static build(settings: Settings): Flatten<number, number> {
    return new Flatten(settings.integer('startAxis'), settings.integer('endAxis'))
  }

  override forward(x: Tensor): Tensor {
    return x.flatten(this.startAxis, this.endAxis)
  }

  override config(): Readonly<Record<string, unknown>> {
    return { startAxis: this.startAxis, endAxis: this.endAxis }
  }
}
