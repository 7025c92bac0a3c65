/** Layers without most of their connections. */
import { ShapeError, ValueError } from '../base/error.ts'
import { at, expectInteger } from '../base/shape.ts'
import { assign } from '../runtime/realize.ts'
import type { State, Tensor } from '../tensor/tensor.ts'
import { expectProbability } from './dropout.ts'
import { drawnBuffer } from './init.ts'
import type { Module } from './module.ts'
import { Reweighted } from './reweighted.ts'
import type { Settings } from './settings.ts'
import { wirings } from './wiring.ts'

export interface SparseOptions {
  /** Kind of graph, 'erdosRenyi' unless given. */
  readonly wiring?: keyof typeof wirings
  /** Probability of each connection ('erdosRenyi'), or that one is moved ('wattsStrogatz'); 0.1 unless given. */
  readonly p?: number
  /** Neighbours on the ring ('wattsStrogatz', even), or connections of a new unit ('barabasiAlbert'); 4 unless given. */
  readonly neighbours?: number
}

/**
 * A layer over the connections of a graph that is drawn once, by the global seed: other weights are exactly 0, at
 * the start and through training. Of a convolution whole kernels are left out.
 *
 *     weight ⊙ mask
 *
 * @shape that of the layer; mask [out, in, 1, ...] is kept
 * @throws ShapeError when a graph over one set of units is to connect two
 * @see Xie et al. 2019, https://arxiv.org/abs/1904.01569
 * @example new Sparse(new Linear(64, 64), { wiring: 'wattsStrogatz', p: 0.75 })
 */
export class Sparse<B extends Module> extends Reweighted<B> {
  readonly options: SparseOptions
  readonly mask: State

  constructor(layer: B, options: SparseOptions = {}) {
    super(layer)
    this.options = options
    const { wiring = 'erdosRenyi', p = 0.1, neighbours = 4 } = options
    const { shape } = this.learned.node
    const [to, from] = [at(shape, 0), at(shape, 1)]
    const { square, draw } = wirings[wiring]
    if (square) {
      if (to !== from) throw new ShapeError('wiring.square', { wiring, to, from })
      if (expectInteger('Sparse', 'neighbours', neighbours, 1) >= to) {
        const fields = { op: 'Sparse', name: 'neighbours', low: 1, high: to - 1 }
        throw new ValueError('value.range', { ...fields, got: neighbours })
      }
    }
    const graph = { p: expectProbability('Sparse', 'p', p), neighbours }
    const one = shape.map((size, axis) => (axis < 2 ? size : 1))
    this.mask = drawnBuffer(one, (links, stream) => draw(links, { to, from }, graph, stream))
    assign(this.learned.cell, this.made().node)
  }

  static build(settings: Settings, [layer]: readonly Module[]): Sparse<Module> {
    if (!layer) throw settings.lacks('a layer')
    const kinds = { wiring: wirings, p: 'number', neighbours: 'count' } as const
    return new Sparse(layer, settings.options(kinds))
  }

  protected override made(): Tensor {
    const weight: Tensor = this.learned
    return weight.mul(this.mask)
  }

  override config(): Readonly<Record<string, unknown>> {
    return { options: this.options }
  }
}
