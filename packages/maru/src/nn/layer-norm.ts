/** Normalisation of each example by itself. */
import { expectInteger } from '../base/shape.ts'
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import type { SameFn } from './activation.ts'
import { constant } from './init.ts'
import { Layer } from './module.ts'
import type { Settings } from './settings.ts'

export interface LayerNormOptions {
  /** Added to the variance, 1e-5 unless given. */
  readonly eps?: number
  /** Whether factors are learned, true unless given. */
  readonly elementwiseAffine?: boolean
  /** Whether summands are learned beside the factors, true unless given. */
  readonly bias?: boolean
}

/**
 * Mean 0 and variance 1 over the last axes, then a learned factor and summand for each element.
 *
 *     y = (x − mean) / √(variance + eps) · weight + bias
 *
 * @shape x [..., ...normalizedShape] → the same; weight and bias normalizedShape
 * @throws ShapeError when the last sizes are others
 * @see Ba, Kiros & Hinton 2016, https://arxiv.org/abs/1607.06450
 */
export class LayerNorm extends Layer<SameFn> {
  readonly normalizedShape: number | readonly number[]
  readonly weight: Parameter | undefined
  readonly bias: Parameter | undefined
  readonly options: LayerNormOptions

  constructor(normalizedShape: number | readonly number[], options: LayerNormOptions = {}) {
    super()
    this.normalizedShape = normalizedShape
    this.options = options
    const { elementwiseAffine = true, bias = true } = options
    const sizes = [normalizedShape].flat()
    for (const size of sizes) expectInteger('LayerNorm', 'normalizedShape', size, 1)
    this.weight = elementwiseAffine ? constant(sizes, 1) : undefined
    this.bias = elementwiseAffine && bias ? constant(sizes, 0) : undefined
  }

  static build(settings: Settings): LayerNorm {
    const kinds = { eps: 'number', elementwiseAffine: 'flag', bias: 'flag' } as const
    return new LayerNorm(settings.integers('normalizedShape'), settings.options(kinds))
  }

  override forward(x: Tensor): Tensor {
    const { weight, bias, normalizedShape, options } = this
    const affine = { ...(weight && { weight }), ...(bias && { bias }) }
    return x.layerNorm(normalizedShape, { ...affine, eps: options.eps ?? 1e-5 })
  }

  override config(): Readonly<Record<string, unknown>> {
    return { normalizedShape: this.normalizedShape, options: this.options }
  }
}
