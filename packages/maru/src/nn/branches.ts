/** Layers side by side, and layers that see all that came before them. */
import { expectInteger } from '../base/shape.ts'
import { concat } from '../tensor/create.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { applied, Layer, type Module } from './module.ts'
import { inTurn, type ReceptiveField, together } from './receptive-field.ts'
import type { Settings } from './settings.ts'
import type { OpenFn } from './shapes.ts'

export interface ParallelOptions {
  /** Whether results are added, instead of standing side by side. */
  readonly sum?: boolean
  /** Axis of results side by side, that of channels unless given. */
  readonly axis?: number
}

/**
 * Every branch applied to the same input, with the results side by side or added.
 *
 * @shape of results side by side: their sizes along `axis` add up, others must be equal
 * @throws ShapeError when results do not fit together
 * @see Szegedy et al. 2015, https://arxiv.org/abs/1409.4842
 * @example new Parallel([new Conv2d(8, 4, 1), new Conv2d(8, 4, 3, { padding: 1 })])
 */
export class Parallel extends Layer<OpenFn> {
  readonly branches: readonly Module[]
  readonly options: ParallelOptions

  constructor(branches: readonly Module[], options: ParallelOptions = {}) {
    super()
    expectInteger('Parallel', 'branches', branches.length, 1)
    this.branches = [...branches]
    this.options = options
  }

  static build(settings: Settings, inner: readonly Module[]): Parallel {
    if (inner.length === 0) throw settings.lacks('branches')
    return new Parallel(inner, settings.options({ sum: 'flag', axis: 'integer' }))
  }

  override forward(x: Tensor): Tensor {
    const { sum = false, axis = 1 } = this.options
    const results = this.branches.map((branch) => applied(branch, x))
    return sum ? results.reduce((total, each) => total.add(each)) : concat(results, axis)
  }

  override sees(): ReceptiveField {
    return together(this.branches.map((branch) => branch.sees()))
  }

  override parts(): readonly Module[] {
    return this.branches
  }

  override config(): Readonly<Record<string, unknown>> {
    return { options: this.options }
  }
}

/**
 * Each layer is given the input and all results before its own, side by side; so is what comes after.
 *
 *     x₀ = x,  xᵢ = [xᵢ₋₁, layerᵢ(xᵢ₋₁)]
 *
 * @shape x [n, c, ...] → [n, c + Σ cᵢ, ...], cᵢ the channels that layer i makes
 * @throws ShapeError when a layer changes another axis
 * @see Huang et al. 2017, https://arxiv.org/abs/1608.06993
 * @example new DenseBlock([new Linear(8, 4), new Linear(12, 4)]) // [n, 8] → [n, 16]
 */
export class DenseBlock extends Layer<OpenFn> {
  readonly layers: readonly Module[]
  readonly axis: number

  constructor(layers: readonly Module[], { axis = 1 }: { readonly axis?: number } = {}) {
    super()
    this.layers = [...layers]
    this.axis = axis
  }

  static build(settings: Settings, inner: readonly Module[]): DenseBlock {
    return new DenseBlock(inner, settings.options({ axis: 'integer' }))
  }

  override forward(x: Tensor): Tensor {
    return this.layers.reduce((all, layer) => concat([all, applied(layer, all)], this.axis), x)
  }

  override sees(): ReceptiveField {
    return this.layers.reduce(
      (seen, layer) => together([seen, inTurn([seen, layer.sees()])]),
      together([]),
    )
  }

  override parts(): readonly Module[] {
    return this.layers
  }

  override config(): Readonly<Record<string, unknown>> {
    return { options: { axis: this.axis } }
  }
}
