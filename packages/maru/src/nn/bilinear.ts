/** The layer of products of two inputs. */
import { expectInteger } from '../base/shape.ts'
import type { Dim } from '../base/types/dim.ts'
import type { ShapeFn } from '../base/types/layer.ts'
import { einsum } from '../tensor/einsum.ts'
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import { uniform } from './init.ts'
import { Layer } from './module.ts'
import type { Settings } from './settings.ts'

interface BilinearFn extends ShapeFn {
  readonly out: Dim[]
}

/**
 * Products of all pairs of features of two inputs, weighted.
 *
 *     y[o] = Σ i,j  x[i] · weight[o, i, j] · other[j] + bias[o]
 *
 * @shape x [..., in1], other [..., in2] → [..., out]; weight [out, in1, in2], bias [out]. Without `other`, x itself
 * @throws ShapeError when the last sizes are others
 */
export class Bilinear extends Layer<BilinearFn> {
  readonly in1Features: number
  readonly in2Features: number
  readonly outFeatures: number
  readonly weight: Parameter
  readonly bias: Parameter | undefined

  constructor(
    inFeatures: readonly [number, number],
    outFeatures: number,
    { bias = true }: { readonly bias?: boolean } = {},
  ) {
    super()
    const [in1, in2] = inFeatures
    this.in1Features = expectInteger('Bilinear', 'in1Features', in1, 1)
    this.in2Features = expectInteger('Bilinear', 'in2Features', in2, 1)
    this.outFeatures = expectInteger('Bilinear', 'outFeatures', outFeatures, 1)
    const bound = 1 / Math.sqrt(in1)
    this.weight = uniform([outFeatures, in1, in2], bound)
    this.bias = bias ? uniform([outFeatures], bound) : undefined
  }

  static build(settings: Settings): Bilinear {
    const sizes = [settings.integer('in1Features'), settings.integer('in2Features')] as const
    return new Bilinear(sizes, settings.integer('outFeatures'), { bias: settings.flag('bias') })
  }

  override forward(x: Tensor, other: Tensor = x): Tensor {
    const product: Tensor = einsum('...i,oij,...j->...o', x, this.weight, other)
    return this.bias ? product.add(this.bias) : product
  }

  override config(): Readonly<Record<string, unknown>> {
    const { in1Features, in2Features, outFeatures } = this
    return { in1Features, in2Features, outFeatures, bias: this.bias !== undefined }
  }
}
