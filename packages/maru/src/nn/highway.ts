/** A gate between a layer and what it was given. */

import { expectNumber } from '../base/argument.ts'
import type { AnySize } from '../base/types/dim.ts'
import { assign } from '../runtime/realize.ts'
import { full } from '../tensor/create.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { Linear, type LinearFn } from './linear.ts'
import { applied, Layer } from './module.ts'
import type { Settings } from './settings.ts'

/**
 * A learned gate lets through the input where it is closed, and a layer's output where it is open.
 *
 *     t = σ(gate(x)),  y = t · relu(body(x)) + (1 − t) · x
 *
 * Gates are nearly closed at first: their constants start at `gateBias`.
 *
 * @shape x [..., features] → the same; body and gate are Linear(features, features)
 * @throws ShapeError when the last axis of x is another
 * @see Srivastava, Greff & Schmidhuber 2015, https://arxiv.org/abs/1505.00387
 */
export class Highway<const N extends number = AnySize> extends Layer<LinearFn<N, N>> {
  readonly features: N
  readonly gateBias: number
  readonly body: Linear<N, N>
  readonly gate: Linear<N, N>

  constructor(features: N, { gateBias = -2 }: { readonly gateBias?: number } = {}) {
    super()
    this.features = features
    this.gateBias = expectNumber('Highway', 'gateBias', gateBias)
    this.body = new Linear(features, features)
    this.gate = new Linear(features, features)
    const { bias } = this.gate
    if (bias) assign(bias.cell, full([features], gateBias).node)
  }

  static build(settings: Settings): Highway<number> {
    return new Highway(settings.integer('features'), settings.options({ gateBias: 'number' }))
  }

  override forward(x: Tensor): Tensor {
    const open: Tensor = applied(this.gate, x).sigmoid()
    const made: Tensor = applied(this.body, x).relu()
    return open.mul(made.sub(x)).add(x)
  }

  override config(): Readonly<Record<string, unknown>> {
    return { features: this.features, options: { gateBias: this.gateBias } }
  }
}
