/** Layers that make images larger or smaller without learning. */
import { expectInteger } from '../base/shape.ts'
import { type ResizeOptions, ranks } from '../tensor/resize.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { Layer } from './module.ts'
import type { Settings } from './settings.ts'
import type { SameRankFn } from './shapes.ts'

/**
 * Maps in another size, by a factor or a given one.
 *
 * @shape x [n, c, ...sizes] → [n, c, ...new sizes]
 * @throws ShapeError when the axes are not those of the mode, ValueError without one of size and scaleFactor
 * @example new Upsample({ scaleFactor: 2, mode: 'bilinear' })
 */
export class Upsample extends Layer<SameRankFn> {
  readonly options: ResizeOptions

  constructor(options: ResizeOptions) {
    super()
    this.options = options
  }

  static build(settings: Settings): Upsample {
    return new Upsample(
      settings.options({
        size: 'integers',
        scaleFactor: 'numbers',
        mode: ranks,
        alignCorners: 'flag',
      }),
    )
  }

  override forward(x: Tensor): Tensor {
    return x.interpolate(this.options)
  }

  override config(): Readonly<Record<string, unknown>> {
    return { options: this.options }
  }
}

/** What these share: how many times larger one image is than the other, along an axis. */
abstract class Shuffle extends Layer<SameRankFn> {
  readonly factor: number

  constructor(factor: number) {
    super()
    this.factor = expectInteger(this.constructor.name, 'factor', factor, 1)
  }

  override config(): Readonly<Record<string, unknown>> {
    return { factor: this.factor }
  }
}

/** Channels laid out as finer images. @shape x [..., c·r², H, W] → [..., c, H·r, W·r] @see Shi et al. 2016, https://arxiv.org/abs/1609.05158 */
export class PixelShuffle extends Shuffle {
  static build(settings: Settings): PixelShuffle {
    return new PixelShuffle(settings.integer('factor'))
  }

  override forward(x: Tensor): Tensor {
    return x.pixelShuffle(this.factor)
  }
}

/** The inverse of `PixelShuffle`. @shape x [..., c, H·r, W·r] → [..., c·r², H, W] */
export class PixelUnshuffle extends Shuffle {
  static build(settings: Settings): PixelUnshuffle {
    return new PixelUnshuffle(settings.integer('factor'))
  }

  override forward(x: Tensor): Tensor {
    return x.pixelUnshuffle(this.factor)
  }
}
