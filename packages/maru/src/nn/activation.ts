/** Activations as layers. */
import type { ShapeFn } from '../base/types/layer.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { Layer } from './module.ts'
import type { Settings } from './settings.ts'

/** For layers that keep the shape. */
export interface SameFn extends ShapeFn {
  readonly out: this['in']
}

/** A layer without settings. */
abstract class Activation extends Layer<SameFn> {
  override config(): Readonly<Record<string, unknown>> {
    return {}
  }
}

/** `max(x, 0)`. @shape [...] → the same @see Nair & Hinton 2010, ICML */
export class ReLU extends Activation {
  static build(): ReLU {
    return new ReLU()
  }

  override forward(x: Tensor): Tensor {
    return x.relu()
  }
}

/** Hyperbolic tangent. @shape [...] → the same */
export class Tanh extends Activation {
  static build(): Tanh {
    return new Tanh()
  }

  override forward(x: Tensor): Tensor {
    return x.tanh()
  }
}

/** Logistic function, `1 / (1 + e⁻ˣ)`. @shape [...] → the same */
export class Sigmoid extends Activation {
  static build(): Sigmoid {
    return new Sigmoid()
  }

  override forward(x: Tensor): Tensor {
    return x.sigmoid()
  }
}

/** `eˣ / Σ eˣ` along an axis, the last unless given. Losses want what comes before it. @shape [...] → the same */
export class Softmax extends Layer<SameFn> {
  readonly axis: number

  constructor(axis = -1) {
    super()
    this.axis = axis
  }

  static build(settings: Settings): Softmax {
    return new Softmax(settings.integer('axis'))
  }

  override forward(x: Tensor): Tensor {
    return x.softmax(this.axis)
  }

  override config(): Readonly<Record<string, unknown>> {
    return { axis: this.axis }
  }
}
