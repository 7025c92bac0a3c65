/** Pooling over one axis or three, norms of windows, and parts in place of windows. */
import { expectNumber } from '../base/argument.ts'
import type { Averaging, PoolOptions } from '../base/types/window.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { Layer } from './module.ts'
import { ofWindows, type ReceptiveField } from './receptive-field.ts'
import { expectSizes, type Settings } from './settings.ts'
import type { Rank, ResizeFn } from './shapes.ts'

/** One number for all axes, or one for each. */
type Kernel = number | readonly number[]

const poolKinds = {
  stride: 'integers',
  padding: 'integers',
  dilation: 'integers',
  ceilMode: 'flag',
} as const

const averageKinds = { ...poolKinds, countIncludePad: 'flag' } as const

/** What pooling layers share: a window, and how it moves. */
abstract class Pool<R extends Rank, P extends PoolOptions = PoolOptions> extends Layer<
  ResizeFn<R>
> {
  readonly kernelSize: Kernel
  readonly options: P | Record<never, never>
  protected abstract readonly rank: R

  constructor(kernelSize: Kernel, options?: P) {
    super()
    this.kernelSize = kernelSize
    this.options = options ?? {}
    expectSizes(this.constructor.name, { kernelSize }, this.options)
  }

  override sees(): ReceptiveField {
    return ofWindows(this.rank, this.kernelSize, { stride: this.kernelSize, ...this.options })
  }

  override config(): Readonly<Record<string, unknown>> {
    return { kernelSize: this.kernelSize, options: this.options }
  }
}

/** A pool that has a norm's order before its window. */
abstract class NormPool<R extends Rank> extends Pool<R> {
  readonly normType: number

  constructor(normType: number, kernelSize: Kernel, options?: PoolOptions) {
    super(kernelSize, options)
    this.normType = expectNumber(this.constructor.name, 'normType', normType)
  }

  override config(): Readonly<Record<string, unknown>> {
    return { normType: this.normType, ...super.config() }
  }
}

/** Largest element of each window. @shape x [..., c, L] → [..., c, L'] */
export class MaxPool1d extends Pool<1, PoolOptions> {
  protected override readonly rank = 1

  static build(settings: Settings): MaxPool1d {
    return new MaxPool1d(settings.integers('kernelSize'), settings.options(poolKinds))
  }

  override forward(x: Tensor): Tensor {
    return x.maxPool1d(this.kernelSize, this.options)
  }
}

/** Largest element of each window. @shape x [..., c, D, H, W] → [..., c, D', H', W'] */
export class MaxPool3d extends Pool<3, PoolOptions> {
  protected override readonly rank = 3

  static build(settings: Settings): MaxPool3d {
    return new MaxPool3d(settings.integers('kernelSize'), settings.options(poolKinds))
  }

  override forward(x: Tensor): Tensor {
    return x.maxPool3d(this.kernelSize, this.options)
  }
}

/** Mean of each window, the border counted as zeros unless `countIncludePad` is false. @shape x [..., c, L] → [..., c, L'] */
export class AvgPool1d extends Pool<1, PoolOptions & Averaging> {
  protected override readonly rank = 1

  static build(settings: Settings): AvgPool1d {
    return new AvgPool1d(settings.integers('kernelSize'), settings.options(averageKinds))
  }

  override forward(x: Tensor): Tensor {
    return x.avgPool1d(this.kernelSize, this.options)
  }
}

/** Mean of each window, the border counted as zeros unless `countIncludePad` is false. @shape x [..., c, D, H, W] → [..., c, D', H', W'] */
export class AvgPool3d extends Pool<3, PoolOptions & Averaging> {
  protected override readonly rank = 3

  static build(settings: Settings): AvgPool3d {
    return new AvgPool3d(settings.integers('kernelSize'), settings.options(averageKinds))
  }

  override forward(x: Tensor): Tensor {
    return x.avgPool3d(this.kernelSize, this.options)
  }
}

/** Smallest element of each window. @shape x [..., c, L] → [..., c, L'] */
export class MinPool1d extends Pool<1, PoolOptions> {
  protected override readonly rank = 1

  static build(settings: Settings): MinPool1d {
    return new MinPool1d(settings.integers('kernelSize'), settings.options(poolKinds))
  }

  override forward(x: Tensor): Tensor {
    return x.minPool1d(this.kernelSize, this.options)
  }
}

/** Smallest element of each window. @shape x [..., c, D, H, W] → [..., c, D', H', W'] */
export class MinPool3d extends Pool<3, PoolOptions> {
  protected override readonly rank = 3

  static build(settings: Settings): MinPool3d {
    return new MinPool3d(settings.integers('kernelSize'), settings.options(poolKinds))
  }

  override forward(x: Tensor): Tensor {
    return x.minPool3d(this.kernelSize, this.options)
  }
}

/** Norm of each window, `(Σ|x|ᵖ)^(1/p)`. @shape x [..., c, L] → [..., c, L'] */
export class LpPool1d extends NormPool<1> {
  protected override readonly rank = 1

  static build(settings: Settings): LpPool1d {
    const [order, size] = [settings.number('normType'), settings.integers('kernelSize')]
    return new LpPool1d(order, size, settings.options(poolKinds))
  }

  override forward(x: Tensor): Tensor {
    return x.lpPool1d(this.normType, this.kernelSize, this.options)
  }
}

/** Norm of each window, `(Σ|x|ᵖ)^(1/p)`. @shape x [..., c, H, W] → [..., c, H', W'] */
export class LpPool2d extends NormPool<2> {
  protected override readonly rank = 2

  static build(settings: Settings): LpPool2d {
    const [order, size] = [settings.number('normType'), settings.integers('kernelSize')]
    return new LpPool2d(order, size, settings.options(poolKinds))
  }

  override forward(x: Tensor): Tensor {
    return x.lpPool2d(this.normType, this.kernelSize, this.options)
  }
}

/** Norm of each window, `(Σ|x|ᵖ)^(1/p)`. @shape x [..., c, D, H, W] → [..., c, D', H', W'] */
export class LpPool3d extends NormPool<3> {
  protected override readonly rank = 3

  static build(settings: Settings): LpPool3d {
    const [order, size] = [settings.number('normType'), settings.integers('kernelSize')]
    return new LpPool3d(order, size, settings.options(poolKinds))
  }

  override forward(x: Tensor): Tensor {
    return x.lpPool3d(this.normType, this.kernelSize, this.options)
  }
}
