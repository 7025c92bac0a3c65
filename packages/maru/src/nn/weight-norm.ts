/** Layers whose weights are kept at a length: one that is learned, or that of their largest singular value. */
import { at, normalizeAxis, sizeOf } from '../base/shape.ts'
import { assign } from '../runtime/realize.ts'
import { Parameter, State, type Tensor } from '../tensor/tensor.ts'
import { constant, normal } from './init.ts'
import type { Module } from './module.ts'
import { Reweighted } from './reweighted.ts'
import type { Settings } from './settings.ts'

export interface WeightAxis {
  /** Axis of the weight along which there is a row for each output, 0 unless given; 1 for a transposed convolution. */
  readonly axis?: number
}

const kinds = { axis: 'integer' } as const

/** Those with PyTorch's names: what the layer learns is theirs, its weight under another name. */
abstract class Normalised<B extends Module> extends Reweighted<B> {
  readonly axis: number
  /** Name of the layer's weight as it is learned. */
  protected abstract readonly weightName: string

  constructor(layer: B, axis: number) {
    super(layer)
    this.axis = normalizeAxis(this.constructor.name, axis, this.learned.node.shape)
  }

  override *namedParameters(prefix = ''): Generator<[name: string, parameter: Parameter]> {
    for (const [name, value] of Object.entries(this)) {
      if (value instanceof Parameter) yield [prefix + name, value]
    }
    for (const [name, parameter] of this.layer.namedParameters(prefix)) {
      yield [parameter === this.learned ? prefix + this.weightName : name, parameter]
    }
  }

  override *namedBuffers(prefix = ''): Generator<[name: string, buffer: State]> {
    for (const [name, value] of Object.entries(this)) {
      if (value instanceof State && !(value instanceof Parameter)) yield [prefix + name, value]
    }
    yield* this.layer.namedBuffers(prefix)
  }

  override config(): Readonly<Record<string, unknown>> {
    return { options: { axis: this.axis } }
  }
}

/**
 * A layer whose weight is a direction and a length, learned apart.
 *
 *     weight = weightG · weightV / ‖weightV‖, a norm for each row along `axis`
 *
 * @shape that of the layer; weightV as the layer's weight, weightG [1, ..., rows, ..., 1]
 * @throws ValueError for a layer without a weight
 * @see Salimans & Kingma 2016, https://arxiv.org/abs/1602.07868
 * @example new WeightNorm(new Linear(8, 4))
 */
export class WeightNorm<B extends Module> extends Normalised<B> {
  readonly weightG: Parameter
  protected override readonly weightName = 'weightV'

  constructor(layer: B, { axis = 0 }: WeightAxis = {}) {
    super(layer, axis)
    const shape = this.learned.node.shape.map((size, each) => (each === axis ? size : 1))
    this.weightG = constant(shape, 1)
    assign(this.weightG.cell, this.#lengths().node)
  }

  static build(settings: Settings, [layer]: readonly Module[]): WeightNorm<Module> {
    if (!layer) throw settings.lacks('a layer')
    return new WeightNorm(layer, settings.options(kinds))
  }

  #lengths(): Tensor {
    const others = [...this.learned.node.shape.keys()].filter((each) => each !== this.axis)
    return this.learned.square().sum(others, { keepDims: true }).sqrt()
  }

  protected override made(): Tensor {
    const direction: Tensor = this.learned
    const length: Tensor = this.weightG
    return direction.mul(length.div(this.#lengths()))
  }
}

/** Keeps from a division by zero, as in PyTorch. */
const EPS = 1e-12

/**
 * A layer whose weight is divided by its largest singular value, which one step of power iteration follows in
 * each training call.
 *
 *     v ← Wᵀu / ‖Wᵀu‖,  u ← Wv / ‖Wv‖,  weight = W / (u · Wv),  W the weight with rows along `axis`
 *
 * @shape that of the layer; weightOrig as the layer's weight; weightU [rows] and weightV [columns] are kept
 * @throws ValueError for a layer without a weight
 * @see Miyato et al. 2018, https://arxiv.org/abs/1802.05957
 * @example new SpectralNorm(new Conv2d(3, 8, 3))
 */
export class SpectralNorm<B extends Module> extends Normalised<B> {
  readonly weightU: State
  readonly weightV: State
  protected override readonly weightName = 'weightOrig'

  constructor(layer: B, { axis = 0 }: WeightAxis = {}) {
    super(layer, axis)
    const { shape } = this.learned.node
    const rows = at(shape, axis)
    this.weightU = unitBuffer(rows)
    this.weightV = unitBuffer(sizeOf(shape) / rows)
  }

  static build(settings: Settings, [layer]: readonly Module[]): SpectralNorm<Module> {
    if (!layer) throw settings.lacks('a layer')
    return new SpectralNorm(layer, settings.options(kinds))
  }

  protected override made(): Tensor {
    const weight: Tensor = this.learned
    const matrix: Tensor = weight.movedim(this.axis, 0).flatten(1)
    const [u, v] = this.training ? this.#followed(matrix.stopGradient()) : this.#kept()
    return weight.div(u.dot(matrix.matmul(v)))
  }

  #kept(): readonly [u: Tensor, v: Tensor] {
    return [this.weightU, this.weightV]
  }

  /** A step of power iteration, which is kept. */
  #followed(matrix: Tensor): readonly [u: Tensor, v: Tensor] {
    const [before] = this.#kept()
    const v = unit(matrix.transpose().matmul(before))
    const u = unit(matrix.matmul(v))
    assign(this.weightU.cell, u.node)
    assign(this.weightV.cell, v.node)
    return [u, v]
  }
}

function unit(x: Tensor): Tensor {
  return x.div(x.square().sum().sqrt().maximum(EPS))
}

/** A direction drawn at random. */
function unitBuffer(size: number): State {
  const made = new State(normal([size]).cell)
  assign(made.cell, unit(made).node)
  return made
}
