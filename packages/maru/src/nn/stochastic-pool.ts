/** Pooling by chance. */
import { ShapeError } from '../base/error.ts'
import type { Pair } from '../base/types/window.ts'
import { uniform } from '../tensor/random.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { perAxis } from '../tensor/window.ts'
import { Layer } from './module.ts'
import { ofWindows, type ReceptiveField } from './receptive-field.ts'
import { expectSizes, type Settings } from './settings.ts'
import type { ResizeFn } from './shapes.ts'

/**
 * One element of each window, drawn with a probability in proportion to it; after `eval()` the mean under
 * these probabilities. Elements below 0 count as 0, and a window of zeros gives 0.
 *
 *     pᵢ = aᵢ / Σ a;  in training aₗ with l ~ p, in prediction Σ pᵢ aᵢ
 *
 * @shape x [..., c, H, W] → [..., c, H', W']; the stride is the kernel's size unless given
 * @throws ShapeError when the window is larger than the map
 * @see Zeiler & Fergus 2013, https://arxiv.org/abs/1301.3557
 */
export class StochasticPool2d extends Layer<ResizeFn<2>> {
  readonly kernelSize: Pair
  readonly options: { readonly stride?: Pair }

  constructor(kernelSize: Pair, options: { readonly stride?: Pair } = {}) {
    super()
    this.kernelSize = kernelSize
    this.options = options
    expectSizes('StochasticPool2d', { kernelSize }, options)
  }

  static build(settings: Settings): StochasticPool2d {
    return new StochasticPool2d(settings.pair('kernelSize'), settings.options({ stride: 'pair' }))
  }

  override forward(x: Tensor): Tensor {
    const layer = 'StochasticPool2d'
    const size = perAxis(layer, 'kernelSize', this.kernelSize, 2, 1)
    const stride = perAxis(layer, 'stride', this.options.stride ?? this.kernelSize, 2, 1)
    const { shape } = x.node
    if (shape.length < 2 || size.some((extent, axis) => extent > (shape.at(axis - 2) ?? 0))) {
      throw new ShapeError('window.fit', { op: layer, size, shape })
    }
    // [..., kh·kw, H', W']
    const elements: Tensor = x
      .relu()
      .windows({ size, stride, dilation: [1, 1] })
      .flatten(-4, -3)
    return this.training ? drawn(elements) : expected(elements)
  }

  override sees(): ReceptiveField {
    return ofWindows(2, this.kernelSize, { stride: this.kernelSize, ...this.options })
  }

  override config(): Readonly<Record<string, unknown>> {
    return { kernelSize: this.kernelSize, options: this.options }
  }
}

/** An element of each window, the first whose partial sum is above a number below the whole sum. */
function drawn(elements: Tensor): Tensor {
  const { shape } = elements.node
  const sums: Tensor = elements.stopGradient().cumsum(-3)
  const whole: Tensor = sums.narrow(-3, (shape.at(-3) ?? 1) - 1, 1)
  const threshold = whole.mul(uniform(whole.node.shape, { dtype: elements.dtype }))
  const index = sums.greater(threshold).cast('int32').argmax(-3, { keepDims: true })
  return elements.takeAlongAxis(index, { axis: -3 }).squeeze(-3)
}

function expected(elements: Tensor): Tensor {
  const sum: Tensor = elements.sum(-3)
  const squares = elements.square().sum(-3)
  return sum.equal(0).where(0, squares.div(sum.equal(0).where(1, sum)))
}
