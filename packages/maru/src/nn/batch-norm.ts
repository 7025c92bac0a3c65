/** Normalisation of channels over a batch. */
import { expectNumber } from '../base/argument.ts'
import { isHalf, promote } from '../base/dtype.ts'
import { ShapeError } from '../base/error.ts'
import { at, expectInteger, sizeOf } from '../base/shape.ts'
import { assign } from '../runtime/realize.ts'
import { castNode } from '../tensor/nodes.ts'
import type { Parameter, State, Tensor } from '../tensor/tensor.ts'
import { Pointwise } from './activation.ts'
import { buffer, constant, counter } from './init.ts'
import type { Settings } from './settings.ts'

export interface BatchNormOptions {
  /** Added to the variance, 1e-5 unless given. */
  readonly eps?: number
  /** Share of a new batch in the running statistics, 0.1 unless given. */
  readonly momentum?: number
  /** Whether a factor and a summand are learned for each channel, true unless given. */
  readonly affine?: boolean
  /** Whether running statistics are kept, true unless given; without them every batch has its own. */
  readonly trackRunningStats?: boolean
}

const kinds = {
  eps: 'number',
  momentum: 'number',
  affine: 'flag',
  trackRunningStats: 'flag',
} as const

/** What these layers share; they differ in the axes that they take. */
export abstract class BatchNorm extends Pointwise {
  readonly numFeatures: number
  readonly options: BatchNormOptions
  readonly weight: Parameter | undefined
  readonly bias: Parameter | undefined
  readonly runningMean: State | undefined
  readonly runningVar: State | undefined
  /** Batches that the running statistics have seen. */
  readonly numBatchesTracked: State | undefined

  constructor(numFeatures: number, options: BatchNormOptions = {}) {
    super()
    const layer = this.constructor.name
    const { affine = true, trackRunningStats = true, eps = 1e-5, momentum = 0.1 } = options
    this.numFeatures = expectInteger(layer, 'numFeatures', numFeatures, 1)
    expectNumber(layer, 'eps', eps)
    expectNumber(layer, 'momentum', momentum)
    this.options = options
    this.weight = affine ? constant([numFeatures], 1) : undefined
    this.bias = affine ? constant([numFeatures], 0) : undefined
    this.runningMean = trackRunningStats ? buffer([numFeatures], 0) : undefined
    this.runningVar = trackRunningStats ? buffer([numFeatures], 1) : undefined
    this.numBatchesTracked = trackRunningStats ? counter() : undefined
  }

  /** The axes, as errors say them, and how many there may be. */
  protected abstract axes(): readonly [words: string, ...ranks: number[]]

  override forward(x: Tensor): Tensor {
    const { shape } = x.node
    const layer = this.constructor.name
    const [wanted, ...ranks] = this.axes()
    if (!ranks.includes(shape.length)) throw new ShapeError('layer.axes', { layer, wanted, shape })
    const channels = at(shape, 1)
    if (channels !== this.numFeatures) {
      const fields = { op: layer, wanted: this.numFeatures, channels, shape }
      throw new ShapeError('norm.features', fields)
    }
    const { runningMean, runningVar, weight, bias } = this
    const learned = { ...(weight && { weight }), ...(bias && { bias }) }
    const options = { eps: this.options.eps ?? 1e-5, ...learned }
    if (!this.training && runningMean && runningVar) {
      return x.batchNorm(runningMean, runningVar, options)
    }
    const axes = [...shape.keys()].filter((axis) => axis !== 1)
    const count = sizeOf(axes.map((axis) => at(shape, axis)))
    if (this.training && count === 1) throw new ShapeError('batchNorm.few', { layer, shape })
    // Of 16-bit floats, statistics are float32, and the result is rounded once.
    const precise: Tensor = x.cast(promote(x.dtype, 'float32'))
    const mean: Tensor = precise.mean(axes)
    const variance: Tensor = precise.var(axes, { correction: 0 })
    if (this.training) this.#track(mean, variance, count)
    const y: Tensor = precise.batchNorm(mean, variance, options)
    const operands = [x, weight, bias].flatMap((each) => (each ? [each.dtype] : []))
    return isHalf(x.dtype) ? y.cast(operands.reduce(promote)) : y
  }

  /** What it does in evaluation, `x · scale + shift` for each channel; nothing without running statistics. */
  affine(): { readonly scale: Tensor; readonly shift: Tensor } | undefined {
    const { runningMean, runningVar, weight, bias } = this
    if (!runningMean || !runningVar) return undefined
    const spread: Tensor = runningVar.add(this.options.eps ?? 1e-5).rsqrt()
    const scale = weight ? spread.mul(weight) : spread
    const centre: Tensor = scale.mul(runningMean).neg()
    return { scale, shift: bias ? centre.add(bias) : centre }
  }

  /** Moves the running statistics towards a batch's; its variance is made unbiased for that. */
  #track(mean: Tensor, variance: Tensor, count: number): void {
    const { runningMean, runningVar, numBatchesTracked } = this
    if (!runningMean || !runningVar || !numBatchesTracked || count === 0) return
    const { momentum = 0.1 } = this.options
    const move = (kept: State, fresh: Tensor): void => {
      const old: Tensor = kept
      const next = old.mul(1 - momentum).add(fresh.stopGradient().mul(momentum))
      assign(kept.cell, castNode(next.node, kept.dtype))
    }
    move(runningMean, mean)
    move(runningVar, variance.mul(count / (count - 1)))
    const seen: Tensor = numBatchesTracked
    assign(numBatchesTracked.cell, seen.add(1).node)
  }

  override config(): Readonly<Record<string, unknown>> {
    return { numFeatures: this.numFeatures, options: this.options }
  }
}

/**
 * Mean 0 and variance 1 in each channel: of the batch in training, of what was seen then afterwards.
 *
 *     y = (x − mean) / √(variance + eps) · weight + bias
 *     running ← (1 − momentum) · running + momentum · the batch's
 *
 * The running variance is the unbiased one. Running statistics move with the realisation that computes
 * the training step, in compiled steps too.
 *
 * @shape x [n, c] or [n, c, L] → the same; weight, bias, runningMean, runningVar [c], numBatchesTracked []
 * @throws ShapeError for other axes or channels, or a single value for each channel in training
 * @see Ioffe & Szegedy 2015, https://arxiv.org/abs/1502.03167
 */
export class BatchNorm1d extends BatchNorm {
  static build(settings: Settings): BatchNorm1d {
    return new BatchNorm1d(settings.integer('numFeatures'), settings.options(kinds))
  }

  protected override axes(): readonly [string, ...number[]] {
    return ['[n, c] or [n, c, L]', 2, 3]
  }
}

/** Batch normalisation of images. @shape x [n, c, H, W] → the same @see BatchNorm1d */
export class BatchNorm2d extends BatchNorm {
  static build(settings: Settings): BatchNorm2d {
    return new BatchNorm2d(settings.integer('numFeatures'), settings.options(kinds))
  }

  protected override axes(): readonly [string, ...number[]] {
    return ['[n, c, H, W]', 4]
  }
}

/** Batch normalisation of volumes. @shape x [n, c, D, H, W] → the same @see BatchNorm1d */
export class BatchNorm3d extends BatchNorm {
  static build(settings: Settings): BatchNorm3d {
    return new BatchNorm3d(settings.integer('numFeatures'), settings.options(kinds))
  }

  protected override axes(): readonly [string, ...number[]] {
    return ['[n, c, D, H, W]', 5]
  }
}
