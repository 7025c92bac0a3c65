/** Few active units: those that win, and penalties for the others. */
import { ShapeError, ValueError } from '../base/error.ts'
import * as math from '../base/math.ts'
import { expectInteger } from '../base/shape.ts'
import { zeros } from '../tensor/create.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { SameFn } from './activation.ts'
import { Layer } from './module.ts'
import type { Settings } from './settings.ts'

/**
 * The k largest elements along an axis; others are 0, and get no gradient. Of equal elements the first win.
 *
 * @shape [..., n, ...] → the same
 * @throws ValueError when there are fewer than k elements
 * @see Makhzani & Frey 2013, https://arxiv.org/abs/1312.5663
 * @example new KWinners(2).forward(tensor([3, 1, 2])) // [3, 0, 2]
 */
export class KWinners extends Layer<SameFn> {
  readonly k: number
  readonly axis: number

  constructor(k: number, { axis = -1 }: { readonly axis?: number } = {}) {
    super()
    this.k = expectInteger('KWinners', 'k', k, 1)
    this.axis = axis
  }

  static build(settings: Settings): KWinners {
    return new KWinners(settings.integer('k'), settings.options({ axis: 'integer' }))
  }

  override forward(x: Tensor): Tensor {
    const { axis } = this
    const { shape, dtype } = x.node
    const { values, indices } = x.topK(this.k, { axis })
    return zeros(shape, { dtype }).scatter(indices, values, { axis })
  }

  override config(): Readonly<Record<string, unknown>> {
    return { k: this.k, options: { axis: this.axis } }
  }
}

/**
 * How far the mean activation of each unit is from a target: the Kullback-Leibler divergence of coins, summed over
 * units. Activations lie between 0 and 1, as those of a sigmoid.
 *
 *     Σⱼ ρ log(ρ / ρ̂ⱼ) + (1 − ρ) log((1 − ρ) / (1 − ρ̂ⱼ)),  ρ̂ⱼ the mean over examples
 *
 * @shape activations [n, ..., units] → []
 * @throws ValueError unless 0 < target < 1; ShapeError without an axis of examples
 * @see Ng 2011, "Sparse autoencoder", CS294A lecture notes
 * @example loss.add(klSparsity(hidden, { target: 0.05 }).mul(0.1))
 */
export function klSparsity(
  activations: Tensor,
  { target = 0.05 }: { readonly target?: number } = {},
): Tensor {
  if (!(target > 0 && target < 1)) {
    throw new ValueError('value.range', {
      op: 'klSparsity',
      name: 'target',
      low: 0,
      high: 1,
      got: target,
    })
  }
  const mean = overExamples('klSparsity', activations).clamp(LEAST, 1 - LEAST)
  const on = mean.log().neg().add(math.log(target)).mul(target)
  const off = mean
    .neg()
    .log1p()
    .neg()
    .add(math.log1p(-target))
    .mul(1 - target)
  return on.add(off).sum()
}

/**
 * The sum of magnitudes over units, on average over examples.
 *
 *     Σⱼ mean |aⱼ|
 *
 * @shape activations [n, ..., units] → []
 * @throws ShapeError without an axis of examples
 * @see Olshausen & Field 1996, https://doi.org/10.1038/381607a0
 */
export function l1Sparsity(activations: Tensor): Tensor {
  return overExamples('l1Sparsity', activations.abs()).sum()
}

/** Means nearer to 0 or 1 count as this far away, so that the divergence stays finite. */
const LEAST = 1e-6

/** Means over all axes but that of units. */
function overExamples(op: string, activations: Tensor): Tensor {
  const { shape } = activations.node
  if (shape.length < 2)
    throw new ShapeError('layer.axes', { layer: op, wanted: '[n, ..., units]', shape })
  return activations.mean(shape.slice(0, -1).map((_, axis) => axis))
}
