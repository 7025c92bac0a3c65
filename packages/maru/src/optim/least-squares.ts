/** Gauss-Newton and Levenberg-Marquardt, for losses that are sums of squares. */
import { ShapeError } from '../base/error.ts'
import { expectInteger } from '../base/shape.ts'
import { assignAll } from '../runtime/realize.ts'
import { pushForward, vjp } from '../tensor/grad.ts'
import { eye, onesLike } from '../tensor/grids.ts'
import { realize, type Tensor } from '../tensor/tensor.ts'
import { vmap } from '../tensor/vmap.ts'
import { Minimizer, type SavedStates, scalar } from './minimizer.ts'
import { expectAtLeast, type Parameters } from './settings.ts'

/** Computes what is to become zero, `[m]`: predictions minus targets, say. */
export type Residuals = () => Tensor

/** Residuals, how they change with each parameter, and half the sum of their squares. */
interface Linear {
  readonly residuals: Tensor
  /** @shape [m, n] */
  readonly jacobian: Tensor
  readonly loss: number
}

/** Base of what minimises `½·Σ rᵢ²` and knows each rᵢ. */
abstract class LeastSquares extends Minimizer {
  /** Half the sum of squares with the parameters at a place. */
  protected async lossAt(residuals: Residuals, place: Tensor): Promise<number> {
    let loss = place
    assignAll(() => {
      this.place(place)
      loss = halfSquare(expectVector(residuals()))
    })
    this.evaluations++
    return loss.item()
  }

  /** The residuals as a linear function of the parameters, where they are now. */
  protected async linear(residuals: Residuals): Promise<Linear> {
    const vector = expectVector(residuals())
    const jacobian = this.#jacobian(vector)
    const loss = halfSquare(vector)
    await realize(vector, jacobian, loss)
    this.evaluations++
    return { residuals: vector, jacobian, loss: await loss.item() }
  }

  /** By rows where there are fewer of them, else by columns. */
  #jacobian(residuals: Tensor): Tensor {
    const { dtype, size } = residuals
    const identity = (count: number): Tensor => eye(count, count, { dtype })
    if (size <= this.size) {
      const row = (c: Tensor): Tensor => this.vector(vjp([residuals], this.parameters, [c]))
      return vmap(row)(identity(size))
    }
    const column = (v: Tensor): Tensor => pushForward(residuals, this.parameters, this.spread(v))
    const columns: Tensor = vmap(column)(identity(this.size))
    return columns.transpose()
  }
}

function expectVector(residuals: Tensor): Tensor {
  if (residuals.ndim !== 1) {
    throw new ShapeError('minimizer.residuals', { shape: residuals.node.shape })
  }
  return residuals
}

function halfSquare(residuals: Tensor): Tensor {
  return residuals.square().sum().div(2)
}

export interface GaussNewtonOptions {
  /** Share of the step that is taken. */
  readonly lr?: number
}

/**
 * Steps to where the residuals would vanish, or nearly, if they were linear in the parameters.
 *
 *     p ← p − lr · J⁺·r      (J⁺ the inverse of Moore and Penrose)
 *
 * @see Nocedal & Wright 2006, section 10.3, https://doi.org/10.1007/978-0-387-40065-5
 * @example await new GaussNewton([w]).step(() => x.matmul(w).sub(y))
 */
export class GaussNewton extends LeastSquares {
  readonly #lr: number

  constructor(parameters: Parameters, { lr = 1 }: GaussNewtonOptions = {}) {
    super(parameters)
    this.#lr = expectAtLeast('lr', lr, 0)
  }

  /**
   * One step.
   *
   * @returns half the sum of squares before it
   * @throws ShapeError when the residuals are no vector
   */
  step(residuals: Residuals): Promise<number> {
    return this.exclusively(async (start) => {
      const { residuals: r, jacobian, loss } = await this.linear(residuals)
      this.place(start.sub(jacobian.pinv().matmul(r).mul(this.#lr)))
      await realize()
      return loss
    })
  }
}

export interface LevenbergMarquardtOptions {
  /** Damping at the start, as a share of the largest curvature. */
  readonly damping?: number
  /** Damp each parameter by its own curvature (Marquardt), or all alike (Levenberg). */
  readonly scaled?: boolean
  /** Dampings tried in one step before it gives up. */
  readonly maxTries?: number
}

/** The least that damping falls by where the linear model was right. */
const BEST_FALL = 1 / 3
/** The least scale of a parameter, as a share of the largest. */
const LEAST = 1e-12

/**
 * Gauss-Newton steps with as much damping as it takes to go down.
 *
 *     (Jᵀ·J + μ·D)·δ = −Jᵀ·r,   p ← p + δ  if ½‖r‖² falls, else μ grows
 *
 * D is the identity, or with `scaled` the diagonal of JᵀJ. How μ changes follows the ratio of the fall
 * to the one that the linear model promised.
 *
 * @see Marquardt 1963, https://doi.org/10.1137/0111030
 * @see Madsen, Nielsen & Tingleff 2004, algorithm 3.16 (the damping)
 * @example
 * const optimizer = new LevenbergMarquardt([a, b])
 * for (let i = 0; i < 20; i++) await optimizer.step(() => model(a, b).sub(y))
 */
export class LevenbergMarquardt extends LeastSquares {
  /** The damping that the next step begins with; `undefined` before the first. */
  damping: number | undefined
  readonly #options: Required<LevenbergMarquardtOptions>
  #growth = 2

  constructor(parameters: Parameters, options: LevenbergMarquardtOptions = {}) {
    super(parameters)
    const { damping = 1e-3, scaled = false, maxTries = 20 } = options
    expectAtLeast('damping', damping, Number.MIN_VALUE)
    expectInteger('LevenbergMarquardt', 'maxTries', maxTries, 1)
    this.#options = { damping, scaled, maxTries }
  }

  /**
   * One step down, if there is one.
   *
   * @returns half the sum of squares before it
   * @throws ShapeError when the residuals are no vector
   */
  step(residuals: Residuals): Promise<number> {
    return this.exclusively(async (start) => {
      const { residuals: r, jacobian, loss } = await this.linear(residuals)
      const normal: Tensor = jacobian.transpose().matmul(jacobian)
      const slope: Tensor = jacobian.transpose().matmul(r)
      const diagonal: Tensor = normal.diagonal()
      const most = diagonal.max()
      // A parameter that changes nothing has no curvature of its own.
      const scale = this.#options.scaled ? diagonal.maximum(most.mul(LEAST)) : onesLike(diagonal)
      await realize(normal, slope, scale, most)
      let damping = this.damping ?? this.#options.damping * (await most.item())
      for (let tries = 0; tries < this.#options.maxTries; tries++) {
        const damped = scale.mul(damping)
        const move: Tensor = normal.add(damped.diag()).solve(slope).neg()
        // What the linear model promises: ½·δᵀ·(μ·D·δ − g).
        const promised = await move.mul(damped.mul(move).sub(slope)).sum().div(2).item()
        if (promised === 0) break
        const reached = await this.lossAt(residuals, start.add(move))
        const ratio = (loss - reached) / promised
        if (ratio > 0) {
          const off = 2 * ratio - 1
          this.damping = damping * Math.max(BEST_FALL, 1 - off * off * off)
          this.#growth = 2
          return loss
        }
        damping *= this.#growth
        this.#growth *= 2
      }
      this.damping = damping
      this.place(start)
      await realize()
      return loss
    })
  }

  protected override saved(): Map<string, Tensor> {
    const states = new Map([['growth', scalar(this.#growth)]])
    return this.damping === undefined ? states : states.set('damping', scalar(this.damping))
  }

  protected override async restore(states: SavedStates): Promise<void> {
    const growth = await states.get('growth', []).item()
    const damping = await states.find('damping', [])?.item()
    states.end()
    this.#growth = expectAtLeast('growth', growth, 1)
    this.damping = damping === undefined ? undefined : expectAtLeast('damping', damping, 0)
  }
}
