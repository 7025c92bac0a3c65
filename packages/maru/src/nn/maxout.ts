/** The largest of several affine maps. */

import { expectInteger } from '../base/shape.ts'
import type { AnySize } from '../base/types/dim.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { Linear, type LinearFn } from './linear.ts'
import { applied, Layer } from './module.ts'
import type { Settings } from './settings.ts'

/**
 * For each output the largest of `pieces` affine maps of the input: a convex activation that is learned.
 *
 *     y[o] = max over k of (x · weight[o·pieces + k] + bias[o·pieces + k])
 *
 * @shape x [..., in] → [..., out]; linear.weight [out · pieces, in], linear.bias [out · pieces]
 * @throws ShapeError when the last axis of x is not `in`
 * @see Goodfellow et al. 2013, https://arxiv.org/abs/1302.4389
 */
export class Maxout<
  const I extends number = AnySize,
  const O extends number = AnySize,
> extends Layer<LinearFn<I, O>> {
  readonly inFeatures: I
  readonly outFeatures: O
  readonly pieces: number
  readonly linear: Linear<number, number>

  constructor(
    inFeatures: I,
    outFeatures: O,
    { pieces = 2, bias = true }: { readonly pieces?: number; readonly bias?: boolean } = {},
  ) {
    super()
    this.inFeatures = inFeatures
    this.outFeatures = outFeatures
    this.pieces = expectInteger('Maxout', 'pieces', pieces, 1)
    expectInteger('Maxout', 'outFeatures', outFeatures, 1)
    this.linear = new Linear<number, number>(inFeatures, outFeatures * pieces, { bias })
  }

  static build(settings: Settings): Maxout<number, number> {
    const [from, to] = [settings.integer('inFeatures'), settings.integer('outFeatures')]
    return new Maxout(from, to, settings.options({ pieces: 'count', bias: 'flag' }))
  }

  override forward(x: Tensor): Tensor {
    return applied(this.linear, x).unflatten(-1, [this.outFeatures, this.pieces]).max(-1)
  }

  override config(): Readonly<Record<string, unknown>> {
    const { inFeatures, outFeatures, pieces } = this
    const bias = this.linear.bias !== undefined
    return { inFeatures, outFeatures, options: { pieces, bias } }
  }
}
