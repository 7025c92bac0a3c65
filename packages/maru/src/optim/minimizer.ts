/** Optimisers that look at the loss several times in one step, with all parameters as one vector. */
import { DTypeError, ShapeError, ValueError } from '../base/error.ts'
import { expectInteger, type Sizes, sameShape, sizeOf } from '../base/shape.ts'
import { assign, assignAll } from '../runtime/realize.ts'
import { concat, stack, tensor } from '../tensor/create.ts'
import { grad } from '../tensor/grad.ts'
import { type Parameter, realize, type Tensor } from '../tensor/tensor.ts'
import { namesOf, type Parameters } from './settings.ts'

/** Computes the loss anew, from the parameters as they are at the time. */
export type Objective = () => Tensor

/** A loss, with its gradient as one vector. */
export interface Evaluated {
  readonly value: number
  readonly gradient: Tensor
  /** Derivative along the direction that was asked for; 0 without one. */
  readonly slope: number
  /** The largest magnitude in the gradient, and the sum of all. */
  readonly largest: number
  readonly total: number
}

/** A number as a saved state. */
export function scalar(value: number): Tensor {
  return tensor(Float64Array.of(value), [])
}

/** States that are read back one by one. */
export class SavedStates {
  readonly #dict: ReadonlyMap<string, Tensor>
  readonly #known = new Set<string>()

  constructor(dict: ReadonlyMap<string, Tensor>) {
    this.#dict = dict
  }

  /** A state that need not be there. @throws ShapeError when it has another shape */
  find(name: string, wanted: Sizes): Tensor | undefined {
    this.#known.add(name)
    const state: Tensor | undefined = this.#dict.get(name)
    const got = state?.node.shape ?? wanted
    if (!sameShape(got, wanted)) throw new ShapeError('state.shape', { name, got, wanted })
    return state
  }

  /** A state that must be there. @throws ValueError when it is missing */
  get(name: string, wanted: Sizes): Tensor {
    const state = this.find(name, wanted)
    if (!state) throw new ValueError('state.names', { missing: [name], unexpected: [] })
    return state
  }

  /** A whole number of 0 or more. */
  async count(name: string): Promise<number> {
    return expectInteger('loadStateDict', name, await this.get(name, []).item(), 0)
  }

  /** @throws ValueError when there are states that nobody asked for */
  end(): void {
    const unexpected = [...this.#dict.keys()].filter((name) => !this.#known.has(name))
    if (unexpected.length > 0) throw new ValueError('state.names', { missing: [], unexpected })
  }
}

/**
 * Base of optimisers that need more than one look at the loss: a step takes a function instead of a
 * loss, moves the parameters to places of its choice, and leaves them at the best.
 *
 * A step that fails leaves the parameters where they were before it.
 */
export abstract class Minimizer {
  readonly parameters: readonly Parameter[]
  /** Steps taken. */
  steps = 0
  /** Times that the loss was computed. */
  evaluations = 0
  readonly #names: ReadonlyMap<Parameter, string>
  #busy = false

  /** @throws DTypeError when parameters differ in dtype: they are one vector */
  constructor(parameters: Parameters) {
    this.#names = namesOf(parameters)
    this.parameters = [...this.#names.keys()]
    const [first, ...rest] = this.parameters
    const other = rest.find(({ dtype }) => dtype !== first?.dtype)
    if (first && other) throw new DTypeError('minimizer.dtype', { a: first.dtype, b: other.dtype })
  }

  /** All that a later run needs to go on; later steps do not change it. */
  stateDict(): Map<string, Tensor> {
    return this.saved()
      .set('steps', scalar(this.steps))
      .set('evaluations', scalar(this.evaluations))
  }

  /**
   * Takes what `stateDict` has given.
   *
   * @throws ValueError for missing or unexpected names, ShapeError for other shapes; nothing is changed then
   */
  async loadStateDict(dict: ReadonlyMap<string, Tensor>): Promise<void> {
    const states = new SavedStates(dict)
    const [steps, evaluations] = [await states.count('steps'), await states.count('evaluations')]
    await this.restore(states)
    this.steps = steps
    this.evaluations = evaluations
  }

  /** What a subclass keeps from step to step. */
  protected saved(): Map<string, Tensor> {
    return new Map()
  }

  /** Takes it back. */
  protected async restore(states: SavedStates): Promise<void> {
    states.end()
  }

  /** Number of elements in all parameters. */
  protected get size(): number {
    return this.parameters.reduce((sum, { node }) => sum + sizeOf(node.shape), 0)
  }

  /**
   * Does a step as one that nothing interrupts.
   *
   * @throws ValueError when the step before is still under way: it must be awaited
   */
  protected async exclusively<T>(body: (start: Tensor) => Promise<T>): Promise<T> {
    if (this.#busy) throw new ValueError('minimizer.busy', {})
    this.#busy = true
    const start = this.vector(this.parameters.map((each) => each.snapshot()))
    try {
      await realize(start)
      const result = await body(start)
      this.steps++
      return result
    } catch (error) {
      this.place(start)
      await realize()
      throw error
    } finally {
      this.#busy = false
    }
  }

  /** Tensors like the parameters as one vector. */
  protected vector(tensors: readonly Tensor[]): Tensor {
    return concat(tensors.map((each) => each.reshape([-1])))
  }

  /** The inverse of `vector`. */
  protected spread(vector: Tensor): Tensor[] {
    let at = 0
    return this.parameters.map(({ node }) => {
      const from = at
      at += sizeOf(node.shape)
      return vector.slice(0, from, at).reshape(node.shape)
    })
  }

  /** Gives the parameters the values of a vector, at the next realisation. */
  protected place(vector: Tensor): void {
    this.spread(vector).forEach((value, i) => {
      const parameter = this.parameters[i]
      if (parameter) assign(parameter.cell, value.node)
    })
  }

  /** Moves the parameters and computes the loss there, with its derivative along `direction`. */
  protected async evaluate(
    objective: Objective,
    place: Tensor,
    direction?: Tensor,
  ): Promise<Evaluated> {
    let [stats, gradient] = [place, place]
    assignAll(() => {
      this.place(place)
      const loss = objective()
      gradient = this.vector(grad(loss, this.parameters))
      const size = gradient.abs()
      const slope: Tensor = direction ? gradient.mul(direction).sum() : size.sum().mul(0)
      stats = stack([loss.cast(gradient.dtype), slope, size.max(), size.sum()])
    })
    await realize(stats, gradient)
    this.evaluations++
    const [value = Number.NaN, slope = 0, largest = 0, total = 0] = await stats.data()
    return { value, gradient, slope, largest, total }
  }
}
