/** Hessian-free optimisation: conjugate gradients on products with the curvature. */
import { ValueError } from '../base/error.ts'
import { expectInteger } from '../base/shape.ts'
import { assignAll } from '../runtime/realize.ts'
import { whileLoop } from '../tensor/control.ts'
import { stack, tensor } from '../tensor/create.ts'
import { grad, hvp, pushForward, vjp } from '../tensor/grad.ts'
import { zerosLike } from '../tensor/grids.ts'
import { realize, type Tensor } from '../tensor/tensor.ts'
import { Minimizer, type SavedStates, scalar } from './minimizer.ts'
import { expectAtLeast, type Parameters } from './settings.ts'

/** What a network says, and what is thought of it: `{ outputs: logits, loss: crossEntropy(logits, y) }`. */
export type Judged = () => { readonly outputs: Tensor; readonly loss: Tensor }

export interface HessianFreeOptions {
  /** Added to the curvature at the start; it adapts. */
  readonly damping?: number
  /** Products with the curvature in one step, at most. */
  readonly maxIter?: number
  /** A solution ends when its residual is this share of the gradient. */
  readonly tolerance?: number
  /** Share of the last step that the search for the next begins with. */
  readonly keep?: number
}

/** A step is shortened by this factor until the loss falls enough. */
const SHORTER = 0.8
const MOST_SHORTENED = 60
/** Share of the fall that the slope promises that is enough. */
const ENOUGH = 1e-2
/** Ratios of the fall to the promised one at which damping changes, and by how much. */
const [POOR, GOOD, MORE, LESS] = [0.25, 0.75, 3 / 2, 2 / 3]

/**
 * Newton steps without a matrix: conjugate gradients solve for the step, with products by the curvature
 * that Gauss and Newton take, which is never negative where the loss is convex in the outputs.
 *
 *     (Jᵀ·H_L·J + λ·I)·δ = −g,   p ← p + α·δ
 *
 * λ follows the ratio of the fall in loss to the one that the parabola promised. Data must be the same at
 * each evaluation within a step; batches of thousands rather than dozens.
 *
 * @see Martens 2010, https://icml.cc/Conferences/2010/papers/458.pdf
 * @example
 * const optimizer = new HessianFree(model.parameters())
 * await optimizer.step(() => {
 *   const outputs = model.call(x)
 *   return { outputs, loss: crossEntropy(outputs, y) }
 * })
 */
export class HessianFree extends Minimizer {
  /** Added to the curvature in the next step. */
  damping: number
  readonly #options: Required<HessianFreeOptions>
  #last: Tensor | undefined

  constructor(parameters: Parameters, options: HessianFreeOptions = {}) {
    super(parameters)
    const { damping = 1, maxIter = 250, tolerance = 5e-4, keep = 0.95 } = options
    this.damping = expectAtLeast('damping', damping, 0)
    expectInteger('HessianFree', 'maxIter', maxIter, 1)
    expectAtLeast('tolerance', tolerance, 0)
    expectAtLeast('keep', keep, 0)
    this.#options = { damping, maxIter, tolerance, keep }
  }

  /**
   * One step down, if there is one.
   *
   * @returns the loss before it
   * @throws ShapeError when the loss is not a scalar, ValueError when it does not depend on the outputs
   */
  step(judged: Judged): Promise<number> {
    return this.exclusively(async (start) => {
      const { step, value, slope, bend } = await this.#solve(judged)
      const at = async (share: number): Promise<number> => {
        return this.#lossAt(judged, start.add(step.mul(share)))
      }
      let share = 1
      let reached = await at(share)
      const ratio = (reached - value) / (slope + bend / 2)
      for (let i = 0; i < MOST_SHORTENED && !(reached <= value + ENOUGH * share * slope); i++) {
        share *= SHORTER
        reached = await at(share)
      }
      if (!(ratio >= POOR)) this.damping *= MORE
      else if (ratio > GOOD) this.damping *= LESS
      this.#last = step
      if (!(reached < value)) {
        this.#last = undefined
        this.place(start)
        await realize()
      }
      return value
    })
  }

  protected override saved(): Map<string, Tensor> {
    const states = new Map([['damping', scalar(this.damping)]])
    return this.#last ? states.set('last', this.#last) : states
  }

  protected override async restore(states: SavedStates): Promise<void> {
    const damping = await states.get('damping', []).item()
    const last = states.find('last', [this.size])
    states.end()
    this.damping = expectAtLeast('damping', damping, 0)
    this.#last = last
  }

  async #lossAt(judged: Judged, place: Tensor): Promise<number> {
    let loss = place
    assignAll(() => {
      this.place(place)
      loss = judged().loss
    })
    this.evaluations++
    return loss.item()
  }

  /** The step, the loss and its slope along the step, and how much the parabola bends. */
  async #solve(judged: Judged): Promise<Solution> {
    const { outputs, loss } = judged()
    const gradient = this.vector(grad(loss, this.parameters))
    const [pull] = grad(loss, [outputs])
    if (!pull) throw new ValueError('minimizer.outputs', {})
    const product = (v: Tensor): Tensor => {
      const moved = pushForward(outputs, this.parameters, this.spread(v))
      const bent = hvp(loss, [outputs], [moved])
      return this.vector(vjp([outputs], this.parameters, bent))
    }
    const damped = (v: Tensor): Tensor => product(v).add(v.mul(this.damping))
    const { keep, maxIter, tolerance } = this.#options
    const first = this.#last ? this.#last.mul(keep) : zerosLike(gradient)
    const step = conjugateGradients(damped, gradient.neg(), { first, maxIter, tolerance })
    const stats = stack([
      loss.cast(gradient.dtype),
      step.mul(gradient).sum(),
      step.mul(damped(step)).sum(),
    ])
    await realize(step, stats)
    this.evaluations++
    const [value = Number.NaN, slope = 0, bend = 0] = await stats.data()
    return { step, value, slope, bend }
  }
}

interface Solution {
  readonly step: Tensor
  readonly value: number
  readonly slope: number
  readonly bend: number
}

interface Search {
  readonly first: Tensor
  readonly maxIter: number
  readonly tolerance: number
}

/** The x for which `product(x) = b`, on the device. @see Hestenes & Stiefel 1952 */
function conjugateGradients(
  product: (v: Tensor) => Tensor,
  b: Tensor,
  { first, maxIter, tolerance }: Search,
): Tensor {
  const residual: Tensor = b.sub(product(first))
  const bar = b
    .square()
    .sum()
    .mul(tolerance * tolerance)
  const begin: Turn = {
    x: first,
    residual,
    way: residual,
    square: residual.square().sum(),
    turn: tensor(Int32Array.of(0), []),
  }
  const { x } = whileLoop<Turn>(
    ({ square, turn }) => square.greater(bar).logicalAnd(turn.less(maxIter)),
    ({ x, residual, way, square, turn }) => {
      const image = product(way)
      const share = square.div(way.mul(image).sum())
      const left: Tensor = residual.sub(image.mul(share))
      const next = left.square().sum()
      return {
        x: x.add(way.mul(share)),
        residual: left,
        way: left.add(way.mul(next.div(square))),
        square: next,
        turn: turn.add(1),
      }
    },
    begin,
  )
  return x
}

/** What conjugate gradients carry from turn to turn. */
type Turn = {
  readonly x: Tensor
  readonly residual: Tensor
  readonly way: Tensor
  readonly square: Tensor
  readonly turn: Tensor
}
