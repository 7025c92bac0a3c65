/** Convolutions over one axis or three, and the adjoints over one to three. */

import { ShapeError } from '../base/error.ts'
import { expectInteger, sizeOf } from '../base/shape.ts'
import type { AnySize } from '../base/types/dim.ts'
import type { ConvOptions, ConvTransposeOptions } from '../base/types/window.ts'
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import { perAxis } from '../tensor/window.ts'
import { uniform } from './init.ts'
import { Layer } from './module.ts'
import { ofWindows, type ReceptiveField } from './receptive-field.ts'
import { expectSizes, type Settings } from './settings.ts'
import type { ChannelsFn, Rank } from './shapes.ts'

/** One number for all axes, or one for each. */
type Kernel = number | readonly number[]

interface Biased {
  /** Add a learned constant to each channel, true unless given. */
  readonly bias?: boolean
}

export interface ConvLayerOptions extends ConvOptions, Biased {}

export interface ConvTransposeLayerOptions extends ConvTransposeOptions, Biased {}

const convKinds = {
  stride: 'integers',
  padding: 'padding',
  dilation: 'integers',
  groups: 'integer',
  bias: 'flag',
} as const

const turnKinds = { ...convKinds, flip: 'flag' } as const

const transposeKinds = { ...convKinds, padding: 'sides', outputPadding: 'integers' } as const

/** What these layers share: filters, constants, and how the windows lie. */
abstract class Convolution<
  R extends Rank,
  O extends number,
  P extends ConvLayerOptions | ConvTransposeLayerOptions,
> extends Layer<ChannelsFn<R, O>> {
  readonly weight: Parameter
  readonly bias: Parameter<[O]> | undefined
  readonly inChannels: number
  readonly outChannels: O
  readonly kernelSize: Kernel
  readonly options: P
  readonly #rank: R

  /** `leading` gives the first two axes of the weight. */
  constructor(
    rank: R,
    [inChannels, outChannels]: readonly [number, O],
    kernelSize: Kernel,
    given: P,
    leading: (groups: number) => readonly [number, number],
  ) {
    super()
    const layer = this.constructor.name
    const options: ConvLayerOptions = given
    const { bias = true, groups = 1 } = options
    this.#rank = rank
    this.inChannels = expectInteger(layer, 'inChannels', inChannels, 1)
    this.outChannels = outChannels
    expectInteger(layer, 'outChannels', outChannels, 1)
    this.kernelSize = kernelSize
    this.options = given
    expectSizes(layer, { kernelSize }, options)
    for (const channels of [inChannels, outChannels]) {
      if (channels % groups !== 0) {
        throw new ShapeError('conv.groups', { op: layer, channels, groups })
      }
    }
    const [first, second] = leading(groups)
    const size = perAxis(layer, 'kernelSize', kernelSize, rank, 1)
    const bound = 1 / Math.sqrt(second * sizeOf(size))
    this.weight = uniform([first, second, ...size], bound)
    this.bias = bias ? uniform([outChannels], bound) : undefined
  }

  protected abstract product(x: Tensor): Tensor

  override forward(x: Tensor): Tensor {
    const product = this.product(x)
    if (!this.bias) return product
    const bias: Tensor = this.bias
    return product.add(bias.reshape([this.outChannels, ...Array(this.#rank).fill(1)]))
  }

  override config(): Readonly<Record<string, unknown>> {
    const { inChannels, outChannels, kernelSize, options } = this
    const bias = this.bias !== undefined
    return { inChannels, outChannels, kernelSize, options: { ...options, bias } }
  }
}

/**
 * Convolution over one axis with learned filters.
 *
 * @shape x [..., in, L] → [..., out, L'];
 *   weight [out, in / groups, k], bias [out]
 * @throws ShapeError when channels, groups or the kernel do not fit
 * @see Conv2d
 */
export class Conv1d<const O extends number = AnySize> extends Convolution<1, O, ConvLayerOptions> {
  constructor(
    inChannels: number,
    outChannels: O,
    kernelSize: Kernel,
    options: ConvLayerOptions = {},
  ) {
    super(1, [inChannels, outChannels], kernelSize, options, (groups) => [
      outChannels,
      inChannels / groups,
    ])
  }

  static build(settings: Settings): Conv1d<number> {
    const [from, to] = [settings.integer('inChannels'), settings.integer('outChannels')]
    return new Conv1d(from, to, settings.integers('kernelSize'), settings.options(turnKinds))
  }

  protected override product(x: Tensor): Tensor {
    return x.conv1d(this.weight, this.options)
  }

  override sees(): ReceptiveField {
    return ofWindows(1, this.kernelSize, this.options)
  }
}

/**
 * Convolution over depth, height and width with learned filters.
 *
 * @shape x [..., in, D, H, W] → [..., out, D', H', W'];
 *   weight [out, in / groups, kd, kh, kw], bias [out]
 * @throws ShapeError when channels, groups or the kernel do not fit
 * @see Conv2d
 */
export class Conv3d<const O extends number = AnySize> extends Convolution<3, O, ConvLayerOptions> {
  constructor(
    inChannels: number,
    outChannels: O,
    kernelSize: Kernel,
    options: ConvLayerOptions = {},
  ) {
    super(3, [inChannels, outChannels], kernelSize, options, (groups) => [
      outChannels,
      inChannels / groups,
    ])
  }

  static build(settings: Settings): Conv3d<number> {
    const [from, to] = [settings.integer('inChannels'), settings.integer('outChannels')]
    return new Conv3d(from, to, settings.integers('kernelSize'), settings.options(turnKinds))
  }

  protected override product(x: Tensor): Tensor {
    return x.conv3d(this.weight, this.options)
  }

  override sees(): ReceptiveField {
    return ofWindows(3, this.kernelSize, this.options)
  }
}

/**
 * The adjoint of convolution over one axis, which makes maps larger.
 *
 * @shape x [..., in, L] → [..., out, L'];
 *   weight [in, out / groups, k], bias [out]
 * @throws ShapeError when channels, groups or the kernel do not fit
 * @see ConvTranspose2d
 */
export class ConvTranspose1d<const O extends number = AnySize> extends Convolution<
  1,
  O,
  ConvTransposeLayerOptions
> {
  constructor(
    inChannels: number,
    outChannels: O,
    kernelSize: Kernel,
    options: ConvTransposeLayerOptions = {},
  ) {
    super(1, [inChannels, outChannels], kernelSize, options, (groups) => [
      inChannels,
      outChannels / groups,
    ])
  }

  static build(settings: Settings): ConvTranspose1d<number> {
    const [from, to] = [settings.integer('inChannels'), settings.integer('outChannels')]
    return new ConvTranspose1d(
      from,
      to,
      settings.integers('kernelSize'),
      settings.options(transposeKinds),
    )
  }

  protected override product(x: Tensor): Tensor {
    return x.convTranspose1d(this.weight, this.options)
  }
}

/**
 * The adjoint of convolution over height and width, which makes maps larger.
 *
 * @shape x [..., in, H, W] → [..., out, H', W'];
 *   weight [in, out / groups, kh, kw], bias [out]
 * @throws ShapeError when channels, groups or the kernel do not fit
 * @see Zeiler et al. 2010, https://doi.org/10.1109/CVPR.2010.5539957
 */
export class ConvTranspose2d<const O extends number = AnySize> extends Convolution<
  2,
  O,
  ConvTransposeLayerOptions
> {
  constructor(
    inChannels: number,
    outChannels: O,
    kernelSize: Kernel,
    options: ConvTransposeLayerOptions = {},
  ) {
    super(2, [inChannels, outChannels], kernelSize, options, (groups) => [
      inChannels,
      outChannels / groups,
    ])
  }

  static build(settings: Settings): ConvTranspose2d<number> {
    const [from, to] = [settings.integer('inChannels'), settings.integer('outChannels')]
    return new ConvTranspose2d(
      from,
      to,
      settings.integers('kernelSize'),
      settings.options(transposeKinds),
    )
  }

  protected override product(x: Tensor): Tensor {
    return x.convTranspose2d(this.weight, this.options)
  }
}

/**
 * The adjoint of convolution over depth, height and width, which makes maps larger.
 *
 * @shape x [..., in, D, H, W] → [..., out, D', H', W'];
 *   weight [in, out / groups, kd, kh, kw], bias [out]
 * @throws ShapeError when channels, groups or the kernel do not fit
 * @see ConvTranspose2d
 */
export class ConvTranspose3d<const O extends number = AnySize> extends Convolution<
  3,
  O,
  ConvTransposeLayerOptions
> {
  constructor(
    inChannels: number,
    outChannels: O,
    kernelSize: Kernel,
    options: ConvTransposeLayerOptions = {},
  ) {
    super(3, [inChannels, outChannels], kernelSize, options, (groups) => [
      inChannels,
      outChannels / groups,
    ])
  }

  static build(settings: Settings): ConvTranspose3d<number> {
    const [from, to] = [settings.integer('inChannels'), settings.integer('outChannels')]
    return new ConvTranspose3d(
      from,
      to,
      settings.integers('kernelSize'),
      settings.options(transposeKinds),
    )
  }

  protected override product(x: Tensor): Tensor {
    return x.convTranspose3d(this.weight, this.options)
  }
}
