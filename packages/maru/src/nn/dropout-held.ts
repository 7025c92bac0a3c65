/** Dropout whose mask stays: for an epoch, or for all steps of a sequence. */
import { ValueError } from '../base/error.ts'
import { expectInteger, type Sizes } from '../base/shape.ts'
import { showAny } from '../base/show.ts'
import type { ShapeFn } from '../base/types/layer.ts'
import { assign } from '../runtime/realize.ts'
import { ones } from '../tensor/create.ts'
import { State, Tensor } from '../tensor/tensor.ts'
import type { SameFn } from './activation.ts'
import { dropped, expectProbability } from './dropout.ts'
import { constant } from './init.ts'
import { Layer, type Module } from './module.ts'
import { Cell } from './recurrent.ts'
import type { GatedState } from './recurrent-stack.ts'
import type { Settings } from './settings.ts'
import type { OpenFn } from './shapes.ts'

/**
 * Dropout with one mask for all examples, which stays until `redraw()`: called at the start of each epoch, units
 * are left out for an epoch. The mask is part of the state, so that a resumed epoch goes on with it.
 *
 * @shape x [..., ...featureShape] → the same; mask featureShape is kept
 * @example
 * const layer = new HeldDropout(8, 0.5)
 * for (let epoch = 0; epoch < 3; epoch++) layer.redraw()
 */
export class HeldDropout extends Layer<SameFn> {
  readonly featureShape: number | readonly number[]
  readonly p: number
  readonly mask: State

  constructor(featureShape: number | readonly number[], p = 0.5) {
    super()
    this.featureShape = featureShape
    this.p = expectProbability('HeldDropout', 'p', p)
    const shape = [featureShape].flat()
    for (const size of shape) expectInteger('HeldDropout', 'featureShape', size, 1)
    this.mask = new State(constant(shape, 1).cell)
    this.redraw()
  }

  static build(settings: Settings): HeldDropout {
    return new HeldDropout(settings.integers('featureShape'), settings.number('p'))
  }

  /** Draws another mask. */
  redraw(): void {
    assign(this.mask.cell, dropped(ones(this.mask.node.shape), this.p).node)
  }

  override forward(x: Tensor): Tensor {
    return this.training && this.p > 0 ? x.mul(this.mask) : x
  }

  override config(): Readonly<Record<string, unknown>> {
    return { featureShape: this.featureShape, p: this.p }
  }
}

/**
 * Dropout of the inputs of a recurrent network: one mask for all steps of a sequence, another for each sequence.
 *
 * @shape x [time, batch, features], or [batch, time, features] with `batchFirst` → the same
 * @see Gal & Ghahramani 2016, https://arxiv.org/abs/1512.05287
 */
export class VariationalDropout extends Layer<SameFn> {
  readonly p: number
  readonly options: { readonly batchFirst?: boolean }

  constructor(p = 0.5, options: { readonly batchFirst?: boolean } = {}) {
    super()
    this.p = expectProbability('VariationalDropout', 'p', p)
    this.options = options
  }

  static build(settings: Settings): VariationalDropout {
    return new VariationalDropout(settings.number('p'), settings.options({ batchFirst: 'flag' }))
  }

  override forward(x: Tensor): Tensor {
    if (!this.training || this.p === 0) return x
    const { shape } = x.node
    const time = this.options.batchFirst && shape.length > 2 ? 1 : 0
    return dropped(
      x,
      this.p,
      shape.map((size, axis) => (axis === time ? 1 : size)),
    )
  }

  override config(): Readonly<Record<string, unknown>> {
    return { p: this.p, options: this.options }
  }
}

/** A cell's state, and what its hidden values are multiplied with at every step; nothing in prediction. */
type Masked<S extends GatedState> = readonly [state: S, mask: Tensor | undefined]

/**
 * Dropout of the state of a recurrent cell: at every step of a sequence the same hidden values are left out of
 * what the gates see. An LSTM's memory is left alone.
 *
 * @shape that of the cell
 * @throws ValueError for what is no cell, or a p outside 0 … 1
 * @see Gal & Ghahramani 2016, https://arxiv.org/abs/1512.05287
 * @example new Recurrent(new StateDropout(new LSTMCell(8, 16), 0.25))
 */
export class StateDropout<S extends GatedState> extends Cell<OpenFn, Masked<S>> {
  readonly cell: Cell<ShapeFn, S>
  readonly p: number

  constructor(cell: Cell<ShapeFn, S>, p = 0.5) {
    super()
    if (!(cell instanceof Cell)) throw new ValueError('recurrent.cell', { got: showAny(cell) })
    this.cell = cell
    this.p = expectProbability('StateDropout', 'p', p)
  }

  static build(settings: Settings, [cell]: readonly Module[]): StateDropout<GatedState> {
    if (!(cell instanceof Cell)) throw settings.lacks('a cell')
    return new StateDropout<GatedState>(cell, settings.number('p'))
  }

  override parts(): readonly Module[] {
    return [this.cell]
  }

  override start(element: Sizes): Masked<S> {
    const state = this.cell.start(element)
    const hidden = state instanceof Tensor ? state : state[0]
    const draws = this.training && this.p > 0
    const { shape, dtype } = hidden.node
    return [state, draws ? dropped(ones(shape, { dtype }), this.p) : undefined]
  }

  override step(x: Tensor, [state, mask]: Masked<S>): readonly [output: Tensor, state: Masked<S>] {
    const [output, next] = this.cell.step(x, mask ? withoutSome(state, mask) : state)
    return [output, [next, mask]]
  }

  override config(): Readonly<Record<string, unknown>> {
    return { p: this.p }
  }
}

function withoutSome<S extends GatedState>(state: S, mask: Tensor): S {
  const given: GatedState = state
  const left = given instanceof Tensor ? given.mul(mask) : [given[0].mul(mask), given[1]]
  // The same structure with another hidden value.
  return left as S
}
