/** Normalisation of each example by itself, in groups, by channels, by roots and by neighbours. */
import { expectNumber } from '../base/argument.ts'
import { ShapeError } from '../base/error.ts'
import { at, expectInteger } from '../base/shape.ts'
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import type { SameFn } from './activation.ts'
import { constant } from './init.ts'
import { Layer } from './module.ts'
import type { Settings } from './settings.ts'

export interface ChannelNormOptions {
  /** Added to the variance, 1e-5 unless given. */
  readonly eps?: number
  /** Whether a factor and a summand are learned for each channel. */
  readonly affine?: boolean
}

const kinds = { eps: 'number', affine: 'flag' } as const

/** What is learned for each channel, as the methods take it. */
function scaling(
  { eps = 1e-5 }: ChannelNormOptions,
  weight: Parameter | undefined,
  bias: Parameter | undefined,
): { eps: number; weight?: Tensor; bias?: Tensor } {
  return { eps, ...(weight && { weight }), ...(bias && { bias }) }
}

/**
 * Mean 0 and variance 1 in each of `numGroups` parts of the channels of each example.
 *
 * @shape x [n, c, ...] → the same; weight and bias [c], unless `affine` is false
 * @throws ShapeError when channels do not split into the groups, or are others
 * @see Wu & He 2018, https://arxiv.org/abs/1803.08494
 */
export class GroupNorm extends Layer<SameFn> {
  readonly numGroups: number
  readonly numChannels: number
  readonly options: ChannelNormOptions
  readonly weight: Parameter | undefined
  readonly bias: Parameter | undefined

  constructor(numGroups: number, numChannels: number, options: ChannelNormOptions = {}) {
    super()
    const [groups, channels] = [numGroups, numChannels]
    this.numGroups = expectInteger('GroupNorm', 'numGroups', groups, 1)
    this.numChannels = expectInteger('GroupNorm', 'numChannels', channels, 1)
    if (channels % groups !== 0) {
      throw new ShapeError('norm.groups', { channels, groups, shape: [channels] })
    }
    const { affine = true, eps = 1e-5 } = options
    expectNumber('GroupNorm', 'eps', eps)
    this.options = options
    this.weight = affine ? constant([channels], 1) : undefined
    this.bias = affine ? constant([channels], 0) : undefined
  }

  static build(settings: Settings): GroupNorm {
    const [groups, channels] = [settings.integer('numGroups'), settings.integer('numChannels')]
    return new GroupNorm(groups, channels, settings.options(kinds))
  }

  override forward(x: Tensor): Tensor {
    expectChannels('GroupNorm', this.numChannels, x.node.shape, 1)
    return x.groupNorm(this.numGroups, scaling(this.options, this.weight, this.bias))
  }

  override config(): Readonly<Record<string, unknown>> {
    const { numGroups, numChannels, options } = this
    return { numGroups, numChannels, options }
  }
}

function expectChannels(op: string, wanted: number, shape: readonly number[], axis: number) {
  const channels = shape.length > axis ? at(shape, axis) : 0
  if (channels !== wanted) throw new ShapeError('norm.features', { op, wanted, channels, shape })
}

/** What these layers share; they differ in the axes after the channels. */
abstract class InstanceNorm extends Layer<SameFn> {
  readonly numFeatures: number
  readonly options: ChannelNormOptions
  readonly weight: Parameter | undefined
  readonly bias: Parameter | undefined
  protected abstract readonly spatial: readonly [rank: number, words: string]

  constructor(numFeatures: number, options: ChannelNormOptions = {}) {
    super()
    const layer = this.constructor.name
    const { affine = false, eps = 1e-5 } = options
    this.numFeatures = expectInteger(layer, 'numFeatures', numFeatures, 1)
    expectNumber(layer, 'eps', eps)
    this.options = options
    this.weight = affine ? constant([numFeatures], 1) : undefined
    this.bias = affine ? constant([numFeatures], 0) : undefined
  }

  override forward(x: Tensor): Tensor {
    const { shape } = x.node
    const [layer, [rank, words]] = [this.constructor.name, this.spatial]
    const lone = shape.length === rank + 1
    if (!lone && shape.length !== rank + 2) {
      const wanted = `[c, ${words}] or [n, c, ${words}]`
      throw new ShapeError('layer.axes', { layer, wanted, shape })
    }
    expectChannels(layer, this.numFeatures, shape, lone ? 0 : 1)
    const options = scaling(this.options, this.weight, this.bias)
    return lone ? x.unsqueeze(0).instanceNorm(options).squeeze(0) : x.instanceNorm(options)
  }

  override config(): Readonly<Record<string, unknown>> {
    return { numFeatures: this.numFeatures, options: this.options }
  }
}

/**
 * Mean 0 and variance 1 in each channel of each example; nothing is learned unless `affine` is true.
 *
 * @shape x [n, c, L] or [c, L] → the same; weight and bias [c], if there are
 * @throws ShapeError for other axes or channels
 * @see Ulyanov, Vedaldi & Lempitsky 2016, https://arxiv.org/abs/1607.08022
 */
export class InstanceNorm1d extends InstanceNorm {
  protected override readonly spatial = [1, 'L'] as const

  static build(settings: Settings): InstanceNorm1d {
    return new InstanceNorm1d(settings.integer('numFeatures'), settings.options(kinds))
  }
}

/** Instance normalisation of images. @shape x [n, c, H, W] or [c, H, W] → the same @see InstanceNorm1d */
export class InstanceNorm2d extends InstanceNorm {
  protected override readonly spatial = [2, 'H, W'] as const

  static build(settings: Settings): InstanceNorm2d {
    return new InstanceNorm2d(settings.integer('numFeatures'), settings.options(kinds))
  }
}

/** Instance normalisation of volumes. @shape x [n, c, D, H, W] or [c, D, H, W] → the same @see InstanceNorm1d */
export class InstanceNorm3d extends InstanceNorm {
  protected override readonly spatial = [3, 'D, H, W'] as const

  static build(settings: Settings): InstanceNorm3d {
    return new InstanceNorm3d(settings.integer('numFeatures'), settings.options(kinds))
  }
}

export interface RMSNormOptions {
  /** Added to the mean of squares; the dtype's spacing at 1 unless given. */
  readonly eps?: number
  /** Whether factors are learned, true unless given. */
  readonly elementwiseAffine?: boolean
}

/**
 * Elements over the root of their mean square, over the last axes, then a learned factor for each.
 *
 *     y = x / √(mean(x²) + eps) · weight
 *
 * @shape x [..., ...normalizedShape] → the same; weight normalizedShape
 * @throws ShapeError when the last sizes are others
 * @see Zhang & Sennrich 2019, https://arxiv.org/abs/1910.07467
 */
export class RMSNorm extends Layer<SameFn> {
  readonly normalizedShape: number | readonly number[]
  readonly options: RMSNormOptions
  readonly weight: Parameter | undefined

  constructor(normalizedShape: number | readonly number[], options: RMSNormOptions = {}) {
    super()
    const { eps, elementwiseAffine = true } = options
    const sizes = [normalizedShape].flat()
    for (const size of sizes) expectInteger('RMSNorm', 'normalizedShape', size, 1)
    if (eps !== undefined) expectNumber('RMSNorm', 'eps', eps)
    this.normalizedShape = normalizedShape
    this.options = options
    this.weight = elementwiseAffine ? constant(sizes, 1) : undefined
  }

  static build(settings: Settings): RMSNorm {
    const options = settings.options({ eps: 'number', elementwiseAffine: 'flag' })
    return new RMSNorm(settings.integers('normalizedShape'), options)
  }

  override forward(x: Tensor): Tensor {
    const { eps } = this.options
    const { weight } = this
    const options = { ...(weight && { weight }), ...(eps !== undefined && { eps }) }
    return x.rmsNorm(this.normalizedShape, options)
  }

  override config(): Readonly<Record<string, unknown>> {
    return { normalizedShape: this.normalizedShape, options: this.options }
  }
}

export interface LocalResponseOptions {
  /** Factor of the mean square, 1e-4 unless given. */
  readonly alpha?: number
  /** Power of the divisor, 0.75 unless given. */
  readonly beta?: number
  /** Added to the mean square, 1 unless given. */
  readonly k?: number
}

/**
 * Elements divided by what their neighbours in the channels before and after them make.
 *
 *     y = x / (k + alpha · mean over `size` channels of x²)^beta
 *
 * @shape x [n, c, ...] → the same
 * @see Krizhevsky, Sutskever & Hinton 2012, NeurIPS
 */
export class LocalResponseNorm extends Layer<SameFn> {
  readonly size: number
  readonly options: LocalResponseOptions

  constructor(size: number, options: LocalResponseOptions = {}) {
    super()
    this.size = expectInteger('LocalResponseNorm', 'size', size, 1)
    this.options = options
    for (const [name, value] of Object.entries(options)) {
      if (value !== undefined) expectNumber('LocalResponseNorm', name, value)
    }
  }

  static build(settings: Settings): LocalResponseNorm {
    const options = settings.options({ alpha: 'number', beta: 'number', k: 'number' })
    return new LocalResponseNorm(settings.integer('size'), options)
  }

  override forward(x: Tensor): Tensor {
    const { shape } = x.node
    if (shape.length < 2) throw new ShapeError('norm.channels', { op: 'LocalResponseNorm', shape })
    const { alpha = 1e-4, beta = 0.75, k = 1 } = this.options
    const before = Math.floor(this.size / 2)
    const widths = shape.map((_, axis): [number, number] =>
      axis === 1 ? [before, this.size - 1 - before] : [0, 0],
    )
    const padded: Tensor = x.square().pad(widths)
    const channels = at(shape, 1)
    const parts = Array.from(
      { length: this.size },
      (_, i): Tensor => padded.slice(1, i, i + channels),
    )
    const sum = parts.reduce((total, part) => total.add(part))
    return x.div(
      sum
        .mul(alpha / this.size)
        .add(k)
        .pow(beta),
    )
  }

  override config(): Readonly<Record<string, unknown>> {
    return { size: this.size, options: this.options }
  }
}
