/** Activations with settings, and those that learn. */
import { expectNumber } from '../base/argument.ts'
import { expectInteger } from '../base/shape.ts'
import type { EluOptions, GeluOptions } from '../tensor/activation.ts'
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import { Pointwise } from './activation.ts'
import { constant } from './init.ts'
import { Layer } from './module.ts'
import type { Settings } from './settings.ts'
import type { SameRankFn } from './shapes.ts'

/** `x` above 0, `slope · x` below. @shape [...] → the same @see Maas, Hannun & Ng 2013, ICML workshop */
export class LeakyReLU extends Pointwise {
  readonly slope: number

  constructor(slope = 0.01) {
    super()
    this.slope = expectNumber('LeakyReLU', 'slope', slope)
  }

  static build(settings: Settings): LeakyReLU {
    return new LeakyReLU(settings.number('slope'))
  }

  override forward(x: Tensor): Tensor {
    return x.leakyRelu(this.slope)
  }

  override config(): Readonly<Record<string, unknown>> {
    return { slope: this.slope }
  }
}

/** Smooth rectifier, `log(1 + e^(βx)) / β`. @shape [...] → the same @see Dugas et al. 2000, NeurIPS */
export class Softplus extends Pointwise {
  readonly beta: number

  constructor(beta = 1) {
    super()
    this.beta = expectNumber('Softplus', 'beta', beta)
  }

  static build(settings: Settings): Softplus {
    return new Softplus(settings.number('beta'))
  }

  override forward(x: Tensor): Tensor {
    return x.softplus(this.beta)
  }

  override config(): Readonly<Record<string, unknown>> {
    return { beta: this.beta }
  }
}

/** Values limited to `low … high`. @shape [...] → the same */
export class Hardtanh extends Pointwise {
  readonly low: number
  readonly high: number

  constructor(low = -1, high = 1) {
    super()
    this.low = expectNumber('Hardtanh', 'low', low)
    this.high = expectNumber('Hardtanh', 'high', high)
  }

  static build(settings: Settings): Hardtanh {
    return new Hardtanh(settings.number('low'), settings.number('high'))
  }

  override forward(x: Tensor): Tensor {
    return x.hardtanh(this.low, this.high)
  }

  override config(): Readonly<Record<string, unknown>> {
    return { low: this.low, high: this.high }
  }
}

/** x brought `lambda` nearer to 0, and 0 for what lies within that. @shape [...] → the same */
export class Softshrink extends Pointwise {
  readonly lambda: number

  constructor(lambda = 0.5) {
    super()
    this.lambda = expectNumber('Softshrink', 'lambda', lambda)
  }

  static build(settings: Settings): Softshrink {
    return new Softshrink(settings.number('lambda'))
  }

  override forward(x: Tensor): Tensor {
    return x.softshrink(this.lambda)
  }

  override config(): Readonly<Record<string, unknown>> {
    return { lambda: this.lambda }
  }
}

/** x, and 0 where it lies within `lambda` of 0. @shape [...] → the same */
export class Hardshrink extends Pointwise {
  readonly lambda: number

  constructor(lambda = 0.5) {
    super()
    this.lambda = expectNumber('Hardshrink', 'lambda', lambda)
  }

  static build(settings: Settings): Hardshrink {
    return new Hardshrink(settings.number('lambda'))
  }

  override forward(x: Tensor): Tensor {
    return x.hardshrink(this.lambda)
  }

  override config(): Readonly<Record<string, unknown>> {
    return { lambda: this.lambda }
  }
}

/** x above a bound, and `value` at it and below. @shape [...] → the same */
export class Threshold extends Pointwise {
  readonly bound: number
  readonly value: number

  constructor(bound: number, value: number) {
    super()
    this.bound = expectNumber('Threshold', 'bound', bound)
    this.value = expectNumber('Threshold', 'value', value)
  }

  static build(settings: Settings): Threshold {
    return new Threshold(settings.number('bound'), settings.number('value'))
  }

  override forward(x: Tensor): Tensor {
    return x.threshold(this.bound, this.value)
  }

  override config(): Readonly<Record<string, unknown>> {
    return { bound: this.bound, value: this.value }
  }
}

/** `x` above 0, `α(eˣ − 1)` below. @shape [...] → the same @see Clevert, Unterthiner & Hochreiter 2015, https://arxiv.org/abs/1511.07289 */
export class ELU extends Pointwise {
  readonly options: EluOptions

  constructor(options: EluOptions = {}) {
    super()
    this.options = options
  }

  static build(settings: Settings): ELU {
    return new ELU(settings.options({ alpha: 'number' }))
  }

  override forward(x: Tensor): Tensor {
    return x.elu(this.options)
  }

  override config(): Readonly<Record<string, unknown>> {
    return { options: this.options }
  }
}

/** `x` above 0, `α(e^(x/α) − 1)` below. @shape [...] → the same @see Barron 2017, https://arxiv.org/abs/1704.07483 */
export class CELU extends Pointwise {
  readonly options: EluOptions

  constructor(options: EluOptions = {}) {
    super()
    this.options = options
  }

  static build(settings: Settings): CELU {
    return new CELU(settings.options({ alpha: 'number' }))
  }

  override forward(x: Tensor): Tensor {
    return x.celu(this.options)
  }

  override config(): Readonly<Record<string, unknown>> {
    return { options: this.options }
  }
}

/** `x · Φ(x)`. @shape [...] → the same @see Hendrycks & Gimpel 2016, https://arxiv.org/abs/1606.08415 */
export class GELU extends Pointwise {
  readonly options: GeluOptions

  constructor(options: GeluOptions = {}) {
    super()
    this.options = options
  }

  static build(settings: Settings): GELU {
    return new GELU(settings.options({ approximate: { none: true, tanh: true } }))
  }

  override forward(x: Tensor): Tensor {
    return x.gelu(this.options)
  }

  override config(): Readonly<Record<string, unknown>> {
    return { options: this.options }
  }
}

/** First half along an axis times the sigmoid of the second. @shape [..., 2n, ...] → [..., n, ...] @see Dauphin et al. 2016, https://arxiv.org/abs/1612.08083 */
export class GLU extends Layer<SameRankFn> {
  readonly axis: number

  constructor(axis = -1) {
    super()
    this.axis = axis
  }

  static build(settings: Settings): GLU {
    return new GLU(settings.integer('axis'))
  }

  override forward(x: Tensor): Tensor {
    return x.glu(this.axis)
  }

  override config(): Readonly<Record<string, unknown>> {
    return { axis: this.axis }
  }
}

/**
 * `x` above 0, `weight · x` below, the weight learned: one for all, or one for each channel.
 *
 * @shape x [n, channels, ...] → the same; weight [count]
 * @throws ShapeError when there are neither one nor as many weights as channels
 * @see He et al. 2015, https://arxiv.org/abs/1502.01852
 */
export class PReLU extends Pointwise {
  readonly count: number
  readonly start: number
  readonly weight: Parameter

  constructor(count = 1, start = 0.25) {
    super()
    this.count = expectInteger('PReLU', 'count', count, 1)
    this.start = expectNumber('PReLU', 'start', start)
    this.weight = constant([count], start)
  }

  static build(settings: Settings): PReLU {
    return new PReLU(settings.integer('count'), settings.number('start'))
  }

  override forward(x: Tensor): Tensor {
    return x.prelu(this.weight)
  }

  override config(): Readonly<Record<string, unknown>> {
    return { count: this.count, start: this.start }
  }
}
