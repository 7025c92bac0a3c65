/** L-BFGS. */
import { expectInteger } from '../base/shape.ts'
import { realize, type Tensor } from '../tensor/tensor.ts'
import { CurvaturePairs, type Direction } from './curvature.ts'
import { type Probe, strongWolfe } from './line-search.ts'
import { type Evaluated, Minimizer, type Objective, type SavedStates, scalar } from './minimizer.ts'
import { expectAtLeast, type Parameters } from './settings.ts'

export interface LBFGSOptions {
  /** Distance that is tried first, in lengths of the direction. */
  readonly lr?: number
  /** Directions taken in one step. */
  readonly maxIter?: number
  /** Times that one step may compute the loss; 1.25 times `maxIter` unless told otherwise. */
  readonly maxEval?: number
  /** A step ends when no element of the gradient is larger. */
  readonly toleranceGrad?: number
  /** A step ends when neither the loss nor any parameter changes by more. */
  readonly toleranceChange?: number
  /** Pairs of changes that are remembered. */
  readonly historySize?: number
  /** Go as far along a direction as Wolfe's conditions ask; else `lr` of its length, always. */
  readonly lineSearch?: boolean
}

/** A place along a line, with the gradient there. */
type Place = Probe & Omit<Evaluated, 'slope'>

/** A line to go along, and where to look first. */
interface Line {
  readonly place: Tensor
  readonly now: Evaluated
  readonly direction: Direction
  readonly first: number
}

/**
 * Quasi-Newton steps: the inverse Hessian as the last changes of parameters and gradients tell it.
 *
 *     d = −H·g,  H from the pairs s = xₖ₊₁ − xₖ, y = gₖ₊₁ − gₖ;   p ← p + t·d
 *
 * As PyTorch's with `line_search_fn='strong_wolfe'`: one step takes up to `maxIter` directions.
 * Data must be the same at each evaluation within a step: whole sets rather than small batches.
 *
 * @see Liu & Nocedal 1989, https://doi.org/10.1007/BF01589116
 * @example
 * const optimizer = new LBFGS(model.parameters())
 * for (let i = 0; i < 10; i++) console.log(await optimizer.step(() => mseLoss(model.call(x), y)))
 */
export class LBFGS extends Minimizer {
  readonly #options: Required<LBFGSOptions>
  readonly #pairs: CurvaturePairs
  /** Directions taken, in all steps. */
  #directions = 0
  #last: { readonly move: Tensor; readonly gradient: Tensor } | undefined

  constructor(parameters: Parameters, options: LBFGSOptions = {}) {
    super(parameters)
    const { maxIter = 20 } = options
    const {
      lr = 1,
      maxEval = Math.floor(maxIter * 1.25),
      toleranceGrad = 1e-7,
      toleranceChange = 1e-9,
      historySize = 100,
      lineSearch = true,
    } = options
    expectAtLeast('lr', lr, 0)
    expectAtLeast('toleranceGrad', toleranceGrad, 0)
    expectAtLeast('toleranceChange', toleranceChange, 0)
    expectInteger('LBFGS', 'maxIter', maxIter, 1)
    expectInteger('LBFGS', 'maxEval', maxEval, 1)
    expectInteger('LBFGS', 'historySize', historySize, 1)
    this.#options = {
      lr,
      maxIter,
      maxEval,
      toleranceGrad,
      toleranceChange,
      historySize,
      lineSearch,
    }
    this.#pairs = new CurvaturePairs(historySize)
  }

  /**
   * Goes down the loss in up to `maxIter` directions.
   *
   * @returns the loss before the step
   * @throws ShapeError when the loss is not a scalar, ValueError when a step is still under way
   */
  step(objective: Objective): Promise<number> {
    return this.exclusively(async (start) => {
      const { lr, lineSearch, maxIter, maxEval, toleranceGrad, toleranceChange } = this.#options
      const most = this.evaluations + maxEval
      let place = start
      let now = await this.evaluate(objective, place)
      const { value: before } = now
      for (let turn = 0; turn < maxIter && now.largest > toleranceGrad; turn++) {
        const direction = await this.#direction(now)
        if (!(direction.slope < -toleranceChange)) break
        const first = this.#directions === 1 ? Math.min(1, 1 / now.total) * lr : lr
        // Where a step ends without a search, the next one looks first of all.
        const isBlind = !lineSearch && turn === maxIter - 1
        const found = isBlind
          ? { ...now, at: first }
          : await this.#along(objective, { place, now, direction, first })
        const move: Tensor = direction.vector.mul(found.at)
        this.#last = { move, gradient: now.gradient }
        place = place.add(move)
        const fell = Math.abs(found.value - now.value)
        now = found
        const moved = Math.abs(found.at) * direction.largest
        if (this.evaluations >= most || moved <= toleranceChange || fell < toleranceChange) break
      }
      this.place(place)
      await realize()
      return before
    })
  }

  /** Where to go from here, how steep it is, and how long. */
  async #direction(now: Evaluated): Promise<Direction> {
    if (this.#last) {
      const { move, gradient } = this.#last
      await this.#pairs.add(move, now.gradient.sub(gradient))
    }
    this.#directions++
    return this.#pairs.direction(now.gradient)
  }

  /** A place along a direction: the first, or one that is low and flat enough. */
  #along(objective: Objective, { place, now, direction, first }: Line): Promise<Place> {
    const { lineSearch, toleranceChange: tolerance } = this.#options
    const { vector, slope, largest: length } = direction
    const evaluate = async (at: number): Promise<Place> => {
      return { ...(await this.evaluate(objective, place.add(vector.mul(at)), vector)), at }
    }
    if (!lineSearch) return evaluate(first)
    return strongWolfe({ evaluate, start: { ...now, at: 0, slope }, first, length, tolerance })
  }

  protected override saved(): Map<string, Tensor> {
    const states = this.#pairs.saved().set('directions', scalar(this.#directions))
    if (!this.#last) return states
    return states.set('move', this.#last.move).set('gradient', this.#last.gradient)
  }

  protected override async restore(states: SavedStates): Promise<void> {
    const directions = await states.count('directions')
    await this.#pairs.restore(states, this.size)
    const [move, gradient] = ['move', 'gradient'].map((name) => states.find(name, [this.size]))
    this.#last = move && gradient && { move, gradient }
    this.#directions = directions
    states.end()
  }
}
