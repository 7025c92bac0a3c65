/** Pooling to a given size: parts of the input, as even as they can be. */
import type { Tensor } from '../tensor/tensor.ts'
import { Layer } from './module.ts'
import { expectSizes, type Settings } from './settings.ts'
import type { Rank, ResizeFn } from './shapes.ts'

/** What these share: the size that they make; 1 folds whole maps. */
abstract class AdaptivePool<R extends Rank> extends Layer<ResizeFn<R>> {
  readonly outputSize: number | readonly number[]

  constructor(outputSize: number | readonly number[]) {
    super()
    this.outputSize = outputSize
    expectSizes(this.constructor.name, { outputSize })
  }

  override config(): Readonly<Record<string, unknown>> {
    return { outputSize: this.outputSize }
  }
}

/** Means of even parts of the last axis. @shape x [..., c, L] → [..., c, ...outputSize] */
export class AdaptiveAvgPool1d extends AdaptivePool<1> {
  static build(settings: Settings): AdaptiveAvgPool1d {
    return new AdaptiveAvgPool1d(settings.integers('outputSize'))
  }

  override forward(x: Tensor): Tensor {
    return x.adaptiveAvgPool1d(this.outputSize)
  }
}

/** Means of even parts of the last two axes. @shape x [..., c, H, W] → [..., c, ...outputSize] */
export class AdaptiveAvgPool2d extends AdaptivePool<2> {
  static build(settings: Settings): AdaptiveAvgPool2d {
    return new AdaptiveAvgPool2d(settings.integers('outputSize'))
  }

  override forward(x: Tensor): Tensor {
    return x.adaptiveAvgPool2d(this.outputSize)
  }
}

/** Means of even parts of the last three axes. @shape x [..., c, D, H, W] → [..., c, ...outputSize] */
export class AdaptiveAvgPool3d extends AdaptivePool<3> {
  static build(settings: Settings): AdaptiveAvgPool3d {
    return new AdaptiveAvgPool3d(settings.integers('outputSize'))
  }

  override forward(x: Tensor): Tensor {
    return x.adaptiveAvgPool3d(this.outputSize)
  }
}

/** Largest elements of even parts of the last axis. @shape x [..., c, L] → [..., c, ...outputSize] */
export class AdaptiveMaxPool1d extends AdaptivePool<1> {
  static build(settings: Settings): AdaptiveMaxPool1d {
    return new AdaptiveMaxPool1d(settings.integers('outputSize'))
  }

  override forward(x: Tensor): Tensor {
    return x.adaptiveMaxPool1d(this.outputSize)
  }
}

/** Largest elements of even parts of the last two axes. @shape x [..., c, H, W] → [..., c, ...outputSize] */
export class AdaptiveMaxPool2d extends AdaptivePool<2> {
  static build(settings: Settings): AdaptiveMaxPool2d {
    return new AdaptiveMaxPool2d(settings.integers('outputSize'))
  }

  override forward(x: Tensor): Tensor {
    return x.adaptiveMaxPool2d(this.outputSize)
  }
}

/** Largest elements of even parts of the last three axes. @shape x [..., c, D, H, W] → [..., c, ...outputSize] */
export class AdaptiveMaxPool3d extends AdaptivePool<3> {
  static build(settings: Settings): AdaptiveMaxPool3d {
    return new AdaptiveMaxPool3d(settings.integers('outputSize'))
  }

  override forward(x: Tensor): Tensor {
    return x.adaptiveMaxPool3d(this.outputSize)
  }
}
