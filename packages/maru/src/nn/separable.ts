/** Convolutions in two parts: over places, then over channels. */
import type { AnySize } from '../base/types/dim.ts'
import type { Conv2dOptions, ConvOptions, Pair } from '../base/types/window.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { Conv2d } from './conv.ts'
import { Conv1d } from './conv-any.ts'
import { applied, Layer, type Module } from './module.ts'
import { inTurn, type ReceptiveField } from './receptive-field.ts'
import type { Settings } from './settings.ts'
import type { ChannelsFn, Rank } from './shapes.ts'

interface Biased {
  /** Add a learned constant to each channel that is made, true unless given. */
  readonly bias?: boolean
}

export type SeparableConv1dOptions = Omit<ConvOptions, 'groups'> & Biased
export type SeparableConv2dOptions = Omit<Conv2dOptions, 'groups'> & Biased

/** What these layers share: a convolution of each channel by itself, then one of all channels at each place. */
abstract class Separable<R extends Rank, O extends number> extends Layer<ChannelsFn<R, O>> {
  abstract readonly depthwise: Module
  abstract readonly pointwise: Module
  readonly inChannels: number
  readonly outChannels: O

  constructor(inChannels: number, outChannels: O) {
    super()
    this.inChannels = inChannels
    this.outChannels = outChannels
  }

  protected abstract settings(): Readonly<Record<string, unknown>>

  override forward(x: Tensor): Tensor {
    return applied(this.pointwise, applied(this.depthwise, x))
  }

  override sees(): ReceptiveField {
    return inTurn([this.depthwise.sees(), this.pointwise.sees()])
  }

  override config(): Readonly<Record<string, unknown>> {
    return { inChannels: this.inChannels, outChannels: this.outChannels, ...this.settings() }
  }
}

/**
 * A convolution of each channel along one axis, then one of 1 over all channels.
 *
 * @shape x [..., in, L] → [..., out, L'];
 *   depthwise.weight [in, 1, k], pointwise.weight [out, in, 1], pointwise.bias [out]
 * @see SeparableConv2d
 */
export class SeparableConv1d<const O extends number = AnySize> extends Separable<1, O> {
  readonly kernelSize: number | readonly number[]
  readonly options: SeparableConv1dOptions
  override readonly depthwise: Conv1d<number>
  override readonly pointwise: Conv1d<O>

  constructor(
    inChannels: number,
    outChannels: O,
    kernelSize: number | readonly number[],
    options: SeparableConv1dOptions = {},
  ) {
    super(inChannels, outChannels)
    this.kernelSize = kernelSize
    this.options = options
    const { bias = true, ...windows } = options
    const alone = { ...windows, groups: inChannels, bias: false }
    this.depthwise = new Conv1d(inChannels, inChannels, kernelSize, alone)
    this.pointwise = new Conv1d(inChannels, outChannels, 1, { bias })
  }

  static build(settings: Settings): SeparableConv1d<number> {
    const [from, to] = [settings.integer('inChannels'), settings.integer('outChannels')]
    const options = settings.options({
      stride: 'integers',
      padding: 'padding',
      dilation: 'integers',
      flip: 'flag',
      bias: 'flag',
    })
    return new SeparableConv1d(from, to, settings.integers('kernelSize'), options)
  }

  protected override settings(): Readonly<Record<string, unknown>> {
    return { kernelSize: this.kernelSize, options: biased(this.options) }
  }
}

/**
 * A convolution of each channel over height and width, then one of 1×1 over all channels: in·k² + in·out
 * weights in place of in·out·k².
 *
 * @shape x [..., in, H, W] → [..., out, H', W'];
 *   depthwise.weight [in, 1, kh, kw], pointwise.weight [out, in, 1, 1], pointwise.bias [out]
 * @throws ShapeError when channels or the kernel do not fit
 * @see Chollet 2017, https://arxiv.org/abs/1610.02357
 */
export class SeparableConv2d<const O extends number = AnySize> extends Separable<2, O> {
  readonly kernelSize: Pair
  readonly options: SeparableConv2dOptions
  override readonly depthwise: Conv2d<number, number, Pair, Conv2dOptions>
  override readonly pointwise: Conv2d<number, O, 1>

  constructor(
    inChannels: number,
    outChannels: O,
    kernelSize: Pair,
    options: SeparableConv2dOptions = {},
  ) {
    super(inChannels, outChannels)
    this.kernelSize = kernelSize
    this.options = options
    const { bias = true, ...windows } = options
    const alone = { ...windows, groups: inChannels, bias: false }
    this.depthwise = new Conv2d<number, number, Pair, Conv2dOptions>(
      inChannels,
      inChannels,
      kernelSize,
      alone,
    )
    this.pointwise = new Conv2d<number, O, 1>(inChannels, outChannels, 1, { bias })
  }

  static build(settings: Settings): SeparableConv2d<number> {
    const [from, to] = [settings.integer('inChannels'), settings.integer('outChannels')]
    const options = settings.options({
      stride: 'pair',
      padding: 'border',
      dilation: 'pair',
      flip: 'flag',
      bias: 'flag',
    })
    return new SeparableConv2d(from, to, settings.pair('kernelSize'), options)
  }

  protected override settings(): Readonly<Record<string, unknown>> {
    return { kernelSize: this.kernelSize, options: biased(this.options) }
  }
}

function biased<T extends Biased>(options: T): T & { readonly bias: boolean } {
  return { ...options, bias: options.bias ?? true }
}
