/** Newton's method. */
import { stack } from '../tensor/create.ts'
import { grad, hvp } from '../tensor/grad.ts'
import { eye } from '../tensor/grids.ts'
import { realize, type Tensor } from '../tensor/tensor.ts'
import { vmap } from '../tensor/vmap.ts'
import { strongWolfe } from './line-search.ts'
import { Minimizer, type Objective } from './minimizer.ts'
import { expectAtLeast, type Parameters } from './settings.ts'

export interface NewtonOptions {
  /** Share of the step that is taken; with `lineSearch` what is tried first. */
  readonly lr?: number
  /** Added to every curvature. */
  readonly damping?: number
  /** Take curvatures by their size, so that saddle points repel. */
  readonly saddleFree?: boolean
  /** Go as far as Wolfe's conditions ask, where the direction leads down. */
  readonly lineSearch?: boolean
}

/** Brackets of the line search that are shorter are not divided any more. */
const SHORT = 1e-12

/**
 * Steps to where a parabola through the loss has slope 0: a minimum, a maximum or a saddle point.
 *
 *     H = V·diag(λ)·Vᵀ,   p ← p − lr · V·diag(1/(λ + damping))·Vᵀ·g      (saddleFree: |λ|)
 *
 * Directions without curvature are left alone. The Hessian is made whole, n products for n elements: for small
 * problems.
 *
 * @see Dauphin et al. 2014, https://arxiv.org/abs/1406.2572 (saddleFree)
 * @example
 * const optimizer = new Newton([x], { saddleFree: true })
 * await optimizer.step(() => x.square().sum())
 */
export class Newton extends Minimizer {
  readonly #options: Required<NewtonOptions>

  constructor(parameters: Parameters, options: NewtonOptions = {}) {
    super(parameters)
    const { lr = 1, damping = 0, saddleFree = false, lineSearch = false } = options
    expectAtLeast('lr', lr, 0)
    expectAtLeast('damping', damping, 0)
    this.#options = { lr, damping, saddleFree, lineSearch }
  }

  /**
   * One step.
   *
   * @returns the loss before it
   * @throws ShapeError when the loss is not a scalar, ValueError when a step is still under way
   */
  step(objective: Objective): Promise<number> {
    return this.exclusively(async (start) => {
      const { lr, lineSearch } = this.#options
      const loss = objective()
      const gradient = this.vector(grad(loss, this.parameters))
      const direction = this.#direction(loss, gradient)
      const { dtype } = gradient
      const stats = stack([
        loss.cast(dtype),
        direction.mul(gradient).sum(),
        direction.abs().max(),
        gradient.abs().max(),
        gradient.abs().sum(),
      ])
      await realize(direction, gradient, stats)
      this.evaluations++
      const [value = 0, slope = 0, length = 0, largest = 0, total = 0] = await stats.data()
      const along = (at: number): Tensor => start.add(direction.mul(at))
      const evaluate = async (at: number) => {
        return { ...(await this.evaluate(objective, along(at), direction)), at }
      }
      const now = { value, gradient, slope, largest, total, at: 0 }
      const searched = lineSearch && slope < 0
      const found = searched
        ? await strongWolfe({ evaluate, start: now, first: lr, length, tolerance: SHORT })
        : { at: lr }
      this.place(along(found.at))
      await realize()
      return value
    })
  }

  #direction(loss: Tensor, gradient: Tensor): Tensor {
    const { damping, saddleFree } = this.#options
    const identity: Tensor = eye(this.size, this.size, { dtype: gradient.dtype })
    const product = (v: Tensor): Tensor => this.vector(hvp(loss, this.parameters, this.spread(v)))
    const hessian: Tensor = vmap(product)(identity)
    const curvature = saddleFree ? sizeOfCurvature(hessian) : hessian
    return curvature.add(identity.mul(damping)).pinv().matmul(gradient).neg()
  }
}

/** `V·diag(|λ|)·Vᵀ` */
function sizeOfCurvature(hessian: Tensor): Tensor {
  const { values, vectors } = hessian.eigh()
  return vectors.mul(values.abs()).matmul(vectors.transpose())
}
