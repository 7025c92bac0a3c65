/** The fully connected layer. */

import { ShapeError } from '../base/error.ts'
import { expectInteger } from '../base/shape.ts'
import type { AnySize } from '../base/types/dim.ts'
import type { In, ShapeFn } from '../base/types/layer.ts'
import type { LinearOut } from '../base/types/shape.ts'
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import { uniform } from './init.ts'
import { Layer } from './module.ts'
import type { Settings } from './settings.ts'

/** For layers that map the last axis. */
export interface LinearFn<I extends number, O extends number> extends ShapeFn {
  readonly out: LinearOut<In<this['in']>, I, O>
}

/**
 * Affine map of the last axis.
 *
 *     y = x · weightᵀ + bias
 *
 * @shape x [..., in] → [..., out]; weight [out, in], bias [out]
 * @throws ShapeError when the last axis of x is not `in`
 * @example new Linear(784, 10).call(zeros([32, 784])).shape // [32, 10]
 */
export class Linear<
  const I extends number = AnySize,
  const O extends number = AnySize,
> extends Layer<LinearFn<I, O>> {
  readonly weight: Parameter<[O, I]>
  readonly bias: Parameter<[O]> | undefined
  readonly inFeatures: I
  readonly outFeatures: O

  constructor(inFeatures: I, outFeatures: O, { bias = true }: { readonly bias?: boolean } = {}) {
    super()
    this.inFeatures = inFeatures
    this.outFeatures = outFeatures
    expectInteger('Linear', 'inFeatures', inFeatures, 1)
    expectInteger('Linear', 'outFeatures', outFeatures, 1)
    const bound = 1 / Math.sqrt(inFeatures)
    this.weight = uniform([outFeatures, inFeatures], bound)
    this.bias = bias ? uniform([outFeatures], bound) : undefined
  }

  static build(settings: Settings): Linear<number, number> {
    const [from, to] = [settings.integer('inFeatures'), settings.integer('outFeatures')]
    return new Linear(from, to, { bias: settings.flag('bias') })
  }

  override forward(x: Tensor): Tensor {
    const { shape } = x.node
    if (shape.length === 0) throw new ShapeError('linear.scalar', { inFeatures: this.inFeatures })
    if (shape.at(-1) !== this.inFeatures) {
      throw new ShapeError('linear.features', {
        inFeatures: this.inFeatures,
        k: shape.at(-1),
        shape,
      })
    }
    const weight: Tensor = this.weight
    const product: Tensor = x.matmul(weight.transpose())
    return this.bias ? product.add(this.bias as Tensor) : product
  }

  override config(): Readonly<Record<string, unknown>> {
    return {
      inFeatures: this.inFeatures,
      outFeatures: this.outFeatures,
      bias: this.bias !== undefined,
    }
  }
}
