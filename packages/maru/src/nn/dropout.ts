/** Layers that leave things out at random while a network is trained. */
import { ValueError } from '../base/error.ts'
import type { Sizes } from '../base/shape.ts'
import { bernoulli } from '../tensor/random.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { Pointwise } from './activation.ts'
import type { Settings } from './settings.ts'

/** A probability that is an argument of a layer. */
export function expectProbability(layer: string, name: string, value: number): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value
  throw new ValueError('value.range', { op: layer, name, low: 0, high: 1, got: value })
}

/** Elements kept with probability 1 − p and scaled by 1/(1 − p); one draw for each index of `shape`. */
export function dropped(x: Tensor, p: number, shape: Sizes = x.node.shape): Tensor {
  if (p === 0) return x
  if (p === 1) return x.mul(0)
  return x.mul(bernoulli(1 - p, { shape, dtype: x.dtype }).mul(1 / (1 - p)))
}

/** What these layers share: a probability, and that they do nothing in prediction. */
abstract class Dropping extends Pointwise {
  readonly p: number

  constructor(p = 0.5) {
    super()
    this.p = expectProbability(this.constructor.name, 'p', p)
  }

  protected abstract drop(x: Tensor): Tensor

  override forward(x: Tensor): Tensor {
    return this.training && this.p > 0 ? this.drop(x) : x
  }

  override config(): Readonly<Record<string, unknown>> {
    return { p: this.p }
  }
}

/**
 * Each element is zero with probability p, the others are scaled by 1/(1 − p), so that the mean stays.
 *
 * Every call draws anew, and so does every replay of a compiled step; after `eval()` nothing is drawn.
 *
 * @shape [...] → the same
 * @see Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html
 */
export class Dropout extends Dropping {
  static build(settings: Settings): Dropout {
    return new Dropout(settings.number('p'))
  }

  protected override drop(x: Tensor): Tensor {
    return dropped(x, this.p)
  }
}

/** The value that SELU takes far to the left, −λα. */
const SATURATED = -1.7580993408473766

/**
 * Dropout that keeps mean and variance of what SELU makes: elements left out take its lowest value,
 * and all are scaled and shifted.
 *
 * @shape [...] → the same
 * @see Klambauer et al. 2017, https://arxiv.org/abs/1706.02515
 */
export class AlphaDropout extends Dropping {
  static build(settings: Settings): AlphaDropout {
    return new AlphaDropout(settings.number('p'))
  }

  protected override drop(x: Tensor): Tensor {
    const { p } = this
    if (p === 1) return x.mul(0)
    const scale = 1 / Math.sqrt((1 - p) * (1 + p * SATURATED * SATURATED))
    const keep = bernoulli(1 - p, { shape: x.node.shape, dtype: 'bool' })
    return keep
      .where(x, SATURATED)
      .mul(scale)
      .sub(scale * SATURATED * p)
  }
}

/** Whole channels left out: the axes after them share a draw. */
abstract class ChannelDropping extends Dropping {
  protected abstract readonly spatial: number

  protected override drop(x: Tensor): Tensor {
    const { shape } = x.node
    const rest = shape.length - this.spatial
    return dropped(
      x,
      this.p,
      shape.map((size, axis) => (axis < rest ? size : 1)),
    )
  }
}

/** Dropout of whole channels of sequences. @shape [..., c, l] → the same */
export class Dropout1d extends ChannelDropping {
  protected override readonly spatial = 1

  static build(settings: Settings): Dropout1d {
    return new Dropout1d(settings.number('p'))
  }
}

/**
 * Dropout of whole feature maps.
 *
 * @shape [..., c, h, w] → the same
 * @see Tompson et al. 2015, https://arxiv.org/abs/1411.4280
 */
export class Dropout2d extends ChannelDropping {
  protected override readonly spatial = 2

  static build(settings: Settings): Dropout2d {
    return new Dropout2d(settings.number('p'))
  }
}

/** Dropout of whole channels of volumes. @shape [..., c, d, h, w] → the same */
export class Dropout3d extends ChannelDropping {
  protected override readonly spatial = 3

  static build(settings: Settings): Dropout3d {
    return new Dropout3d(settings.number('p'))
  }
}

/**
 * Stochastic depth: what a block makes is left out for whole examples, and scaled by 1/(1 − p) for the others, so
 * that the mean stays. It stands at the end of a residual block's body.
 *
 * @shape [n, ...] → the same
 * @see Huang et al. 2016, https://arxiv.org/abs/1603.09382
 * @example new Residual(new Sequential(new Linear(8, 8), new ReLU(), new StochasticDepth(0.2)))
 */
export class StochasticDepth extends Dropping {
  static build(settings: Settings): StochasticDepth {
    return new StochasticDepth(settings.number('p'))
  }

  protected override drop(x: Tensor): Tensor {
    const shape = x.node.shape.map((size, axis) => (axis === 0 ? size : 1))
    return dropped(x, this.p, shape)
  }
}
