/** Pooling layers: one number for each window. */
import type { AnySize } from '../base/types/dim.ts'
import type { In, ShapeFn } from '../base/types/layer.ts'
import type { Averaging, Pair, Pool2dOptions, Pool2dOut } from '../base/types/window.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { Layer } from './module.ts'
import { ofWindows, type ReceptiveField } from './receptive-field.ts'
import { expectSizes, type Settings } from './settings.ts'

interface PoolFn<K, P, Op extends string> extends ShapeFn {
  readonly out: Pool2dOut<In<this['in']>, K, P, Op>
}

const poolKinds = {
  stride: 'pair',
  padding: 'pair',
  dilation: 'pair',
  ceilMode: 'flag',
} as const

const averageKinds = { ...poolKinds, countIncludePad: 'flag' } as const

/** What pooling layers share: a window, and how it moves. */
abstract class Pool2d<K extends Pair, P extends Pool2dOptions, Op extends string> extends Layer<
  PoolFn<K, P, Op>
> {
  readonly kernelSize: K
  readonly options: Pool2dOptions

  constructor(kernelSize: K, options?: P) {
    super()
    this.kernelSize = kernelSize
    this.options = options ?? {}
    expectSizes(this.constructor.name, { kernelSize }, this.options)
  }

  override sees(): ReceptiveField {
    return ofWindows(2, this.kernelSize, { stride: this.kernelSize, ...this.options })
  }

  override config(): Readonly<Record<string, unknown>> {
    return { kernelSize: this.kernelSize, options: this.options }
  }
}

/** Largest element of each window. @shape x [..., c, H, W] → [..., c, H', W'] */
export class MaxPool2d<
  const K extends Pair = AnySize,
  const P extends Pool2dOptions = Record<never, never>,
> extends Pool2d<K, P, 'MaxPool2d'> {
  static build(settings: Settings): MaxPool2d<Pair, Pool2dOptions> {
    return new MaxPool2d(settings.pair('kernelSize'), settings.options(poolKinds))
  }

  override forward(x: Tensor): Tensor {
    return x.maxPool2d(this.kernelSize as Pair, this.options)
  }
}

/** Mean of each window, the border counted as zeros unless `countIncludePad` is false. @shape x [..., c, H, W] → [..., c, H', W'] */
export class AvgPool2d<
  const K extends Pair = AnySize,
  const P extends Pool2dOptions & Averaging = Record<never, never>,
> extends Pool2d<K, P, 'AvgPool2d'> {
  static build(settings: Settings): AvgPool2d<Pair, Pool2dOptions & Averaging> {
    return new AvgPool2d(settings.pair('kernelSize'), settings.options(averageKinds))
  }

  override forward(x: Tensor): Tensor {
    return x.avgPool2d(this.kernelSize as Pair, this.options)
  }
}

/** Smallest element of each window. @shape x [..., c, H, W] → [..., c, H', W'] */
export class MinPool2d<
  const K extends Pair = AnySize,
  const P extends Pool2dOptions = Record<never, never>,
> extends Pool2d<K, P, 'MinPool2d'> {
  static build(settings: Settings): MinPool2d<Pair, Pool2dOptions> {
    return new MinPool2d(settings.pair('kernelSize'), settings.options(poolKinds))
  }

  override forward(x: Tensor): Tensor {
    return x.minPool2d(this.kernelSize as Pair, this.options)
  }
}
