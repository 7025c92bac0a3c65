/** Activations as layers. */
import type { ShapeFn } from '../base/types/layer.ts'
import { customGradient } from '../tensor/grad.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { Layer } from './module.ts'
import { POINT, type ReceptiveField } from './receptive-field.ts'
import type { Settings } from './settings.ts'

/** For layers that keep the shape. */
export interface SameFn extends ShapeFn {
  readonly out: this['in']
}

/** A layer that looks at each place by itself. */
export abstract class Pointwise extends Layer<SameFn> {
  override sees(): ReceptiveField {
    return POINT
  }
}

/** A layer without settings. */
abstract class Activation extends Pointwise {
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

/** `min(max(x, 0), 6)`. @shape [...] → the same @see Krizhevsky 2010 */
export class ReLU6 extends Activation {
  static build(): ReLU6 {
    return new ReLU6()
  }

  override forward(x: Tensor): Tensor {
    return x.relu6()
  }
}

/** Scaled ELU, which keeps mean 0 and variance 1 from layer to layer. @shape [...] → the same @see Klambauer et al. 2017, https://arxiv.org/abs/1706.02515 */
export class SELU extends Activation {
  static build(): SELU {
    return new SELU()
  }

  override forward(x: Tensor): Tensor {
    return x.selu()
  }
}

/** `x · σ(x)`. @shape [...] → the same @see Elfwing et al. 2017, https://arxiv.org/abs/1702.03118 */
export class SiLU extends Activation {
  static build(): SiLU {
    return new SiLU()
  }

  override forward(x: Tensor): Tensor {
    return x.silu()
  }
}

/** `x · tanh(softplus(x))`. @shape [...] → the same @see Misra 2019, https://arxiv.org/abs/1908.08681 */
export class Mish extends Activation {
  static build(): Mish {
    return new Mish()
  }

  override forward(x: Tensor): Tensor {
    return x.mish()
  }
}

/** `x / (1 + |x|)`. @shape [...] → the same */
export class Softsign extends Activation {
  static build(): Softsign {
    return new Softsign()
  }

  override forward(x: Tensor): Tensor {
    return x.softsign()
  }
}

/** `log σ(x)`. @shape [...] → the same */
export class LogSigmoid extends Activation {
  static build(): LogSigmoid {
    return new LogSigmoid()
  }

  override forward(x: Tensor): Tensor {
    return x.logSigmoid()
  }
}

/** `min(max(x + 3, 0), 6) / 6`. @shape [...] → the same @see Howard et al. 2019, https://arxiv.org/abs/1905.02244 */
export class Hardsigmoid extends Activation {
  static build(): Hardsigmoid {
    return new Hardsigmoid()
  }

  override forward(x: Tensor): Tensor {
    return x.hardsigmoid()
  }
}

/** `x · hardsigmoid(x)`. @shape [...] → the same @see Howard et al. 2019, https://arxiv.org/abs/1905.02244 */
export class Hardswish extends Activation {
  static build(): Hardswish {
    return new Hardswish()
  }

  override forward(x: Tensor): Tensor {
    return x.hardswish()
  }
}

/** `x − tanh x`. @shape [...] → the same */
export class Tanhshrink extends Activation {
  static build(): Tanhshrink {
    return new Tanhshrink()
  }

  override forward(x: Tensor): Tensor {
    return x.tanhshrink()
  }
}

const step = customGradient(
  // NaN stays, since it is neither above nor not above 0
  (x: Tensor) => x.greater(0).where(1, x.lessEqual(0).where(0, x)),
  (gradient) => [gradient],
)

/**
 * 1 above 0, else 0: whether a neuron fires. The gradient is that of a straight line through it, `dx = dy`, since
 * its own is 0 wherever there is one.
 *
 * @shape [...] → the same
 * @see Bengio, Léonard & Courville 2013, https://arxiv.org/abs/1308.3432
 */
export class Step extends Activation {
  static build(): Step {
    return new Step()
  }

  override forward(x: Tensor): Tensor {
    return step(x)
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

/** Logarithm of `Softmax`, computed in one. @shape [...] → the same */
export class LogSoftmax extends Layer<SameFn> {
  readonly axis: number

  constructor(axis = -1) {
    super()
    this.axis = axis
  }

  static build(settings: Settings): LogSoftmax {
    return new LogSoftmax(settings.integer('axis'))
  }

  override forward(x: Tensor): Tensor {
    return x.logSoftmax(this.axis)
  }

  override config(): Readonly<Record<string, unknown>> {
    return { axis: this.axis }
  }
}
