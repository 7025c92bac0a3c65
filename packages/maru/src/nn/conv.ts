/** Convolution layers. */

import { ShapeError } from '../base/error.ts'
import { expectInteger } from '../base/shape.ts'
import type { AnySize } from '../base/types/dim.ts'
import type { In, ShapeFn } from '../base/types/layer.ts'
import type { Conv2dOut, Conv2dWeight, Pair } from '../base/types/window.ts'
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import { uniform } from './init.ts'
import { Layer } from './module.ts'
import { ofWindows, type ReceptiveField } from './receptive-field.ts'
import { type ConvSettings, expectSizes, type Settings } from './settings.ts'

interface Conv2dFn<I extends number, O extends number, K, P> extends ShapeFn {
  readonly out: Conv2dOut<In<this['in']>, I, O, K, P>
}

/**
 * Two-dimensional convolution with learned filters.
 *
 *     out[n, o] = bias[o] + Σ_c in[n, c] ⋆ weight[o, c]
 *
 * @shape x [..., in, H, W] → [..., out, H', W'], H' = ⌊(H + 2·padding − dilation·(kernel − 1) − 1)/stride⌋ + 1;
 *   weight [out, in / groups, kh, kw], bias [out]
 * @throws ShapeError when channels, groups or the kernel do not fit
 * @example new Conv2d(1, 6, 5, { padding: 2 }).call(zeros([64, 1, 28, 28])).shape // [64, 6, 28, 28]
 */
export class Conv2d<
  const I extends number = AnySize,
  const O extends number = AnySize,
  const K extends Pair = AnySize,
  const P extends ConvSettings = Record<never, never>,
> extends Layer<Conv2dFn<I, O, K, P>> {
  readonly weight: Parameter<Conv2dWeight<I, O, K, P>>
  readonly bias: Parameter<[O]> | undefined
  readonly inChannels: I
  readonly outChannels: O
  readonly kernelSize: K
  readonly options: ConvSettings
  /** Whether Winograd's way is taken where it pays: the option of `conv2d`. */
  winograd: boolean

  constructor(inChannels: I, outChannels: O, kernelSize: K, options?: P) {
    super()
    this.inChannels = inChannels
    this.outChannels = outChannels
    this.kernelSize = kernelSize
    const { bias = true, winograd = false, ...rest }: ConvSettings = options ?? {}
    this.options = rest
    this.winograd = winograd
    expectSizes('Conv2d', { kernelSize }, rest)
    const [kh, kw] = typeof kernelSize === 'number' ? [kernelSize, kernelSize] : kernelSize
    const { groups = 1 } = rest
    expectInteger('Conv2d', 'inChannels', inChannels, 1)
    expectInteger('Conv2d', 'outChannels', outChannels, 1)
    for (const channels of [inChannels, outChannels]) {
      if (channels % groups !== 0) {
        throw new ShapeError('conv.groups', { op: 'conv2d', channels, groups })
      }
    }
    const shape = [outChannels, inChannels / groups, kh, kw]
    const bound = 1 / Math.sqrt((inChannels / groups) * kh * kw)
    this.weight = uniform(shape, bound)
    this.bias = bias ? uniform([outChannels], bound) : undefined
  }

  static build(settings: Settings): Conv2d<number, number, Pair, ConvSettings> {
    const [from, to] = [settings.integer('inChannels'), settings.integer('outChannels')]
    return new Conv2d(from, to, settings.pair('kernelSize'), settings.convolution())
  }

  override forward(x: Tensor): Tensor {
    const weight: Tensor = this.weight
    const product: Tensor = x.conv2d(weight, { ...this.options, winograd: this.winograd })
    if (!this.bias) return product
    const bias: Tensor = this.bias
    const channels: readonly number[] = [this.outChannels, 1, 1]
    return product.add(bias.reshape(channels))
  }

  override sees(): ReceptiveField {
    return ofWindows(2, this.kernelSize, this.options)
  }

  override config(): Readonly<Record<string, unknown>> {
    const { inChannels, outChannels, kernelSize, winograd } = this
    const stated = { ...this.options, ...(winograd && { winograd }) }
    const options = { ...stated, bias: this.bias !== undefined }
    return { inChannels, outChannels, kernelSize, options }
  }
}
