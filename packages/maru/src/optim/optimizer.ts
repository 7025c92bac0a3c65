/** What optimisers share: parameters, a learning rate with its schedule, state, and the step. */

import { dtypes } from '../base/dtype.ts'
import { ValueError } from '../base/error.ts'
import { sizeOf } from '../base/shape.ts'
import { beginStep } from '../runtime/anomaly.ts'
import { assign, assignAll } from '../runtime/realize.ts'
import { beforeRun, tracing } from '../runtime/trace.ts'
import { parameter } from '../tensor/create.ts'
import { Dial } from '../tensor/dial.ts'
import { grad } from '../tensor/grad.ts'
import { Parameter, realize, type Tensor } from '../tensor/tensor.ts'
import type { Schedule } from './schedule.ts'

export interface OptimizerOptions {
  /** Learning rate at the start, > 0. */
  readonly lr?: number
  /** Factor on the learning rate at each step, counted from 0. */
  readonly schedule?: Schedule
}

export interface StepOptions {
  /** Tensors to compute in the same program, since they depend on the parameters that change. */
  readonly keep?: readonly Tensor[]
}

/**
 * Base of optimisers: a subclass writes `update`.
 *
 * @example
 * class SignDescent extends Optimizer {
 *   protected update(p: Tensor, g: Tensor) {
 *     return p.sub(g.greater(0).where(this.rate(p), this.rate(p).neg()))
 *   }
 * }
 */
export abstract class Optimizer {
  readonly parameters: readonly Parameter[]
  /** Learning rate before the schedule; may be set at any time. */
  lr: number
  /** Steps taken. */
  steps = 0
  readonly schedule: Schedule | undefined
  readonly #rate: Dial
  readonly #state = new Map<Parameter, Map<string, Parameter>>()

  constructor(
    parameters: Iterable<Parameter>,
    { lr, schedule }: OptimizerOptions & { readonly lr: number },
  ) {
    this.parameters = [...new Set(parameters)]
    for (const each of this.parameters) {
      if (!(each instanceof Parameter))
        throw new ValueError('optimizer.parameter', { got: String(each) })
    }
    if (this.parameters.length === 0) throw new ValueError('optimizer.none', {})
    this.lr = expectAtLeast('lr', lr, 0)
    this.schedule = schedule
    this.#rate = new Dial(lr)
  }

  /** The new value of a parameter. `state` and `remember` keep what is needed from step to step. */
  protected abstract update(value: Tensor, gradient: Tensor, parameter: Parameter): Tensor

  /** Sets what depends on the count of steps alone; `steps` is the number of the one to come. */
  protected prepare(): void {}

  /** The scheduled learning rate as a scalar tensor of the value's dtype. */
  protected rate(value: Tensor): Tensor {
    return this.#rate.tensor(value.dtype)
  }

  /** A state of a parameter, zeros at first. */
  protected state(of: Parameter, name: string): Parameter {
    const own = this.#state.get(of) ?? new Map<string, Parameter>()
    this.#state.set(of, own)
    const known = own.get(name)
    if (known) return known
    const { shape, dtype } = of.node
    const made: Parameter = parameter(dtypes[dtype].make(sizeOf(shape)), shape, dtype)
    own.set(name, made)
    return made
  }

  /** Stores the next value of a state and returns it for use in this step. */
  protected remember(state: Parameter, next: Tensor): Tensor {
    assign(state.cell, next.node)
    return next
  }

  /**
   * One step down the gradient of a scalar loss, computed with the loss and `keep` as one program;
   * without a loss, along what `backward` has gathered.
   *
   * The promise is back-pressure: awaiting it keeps memory flat, forgetting it changes no number.
   *
   * @throws ShapeError when the loss is not a scalar
   */
  step(loss?: Tensor, { keep = [] }: StepOptions = {}): Promise<void> {
    const gathered = this.parameters.map((parameter) => parameter.grad)
    const gradients = loss ? grad(loss, this.parameters) : gathered
    if (!gradients.some((gradient) => gradient)) throw new ValueError('optimizer.gradients', {})
    assignAll(() => {
      for (const [i, parameter] of this.parameters.entries()) {
        const gradient = gradients[i]
        if (gradient) assign(parameter.cell, this.update(parameter, gradient, parameter).node)
      }
    })
    beforeRun(() => this.#advance())
    const roots = (loss ? [loss] : gathered).filter((each) => each !== undefined)
    return tracing() ? Promise.resolve() : realize(...roots, ...keep)
  }

  /** Forgets the gradients that `backward` has gathered. */
  zeroGrad(): void {
    for (const { cell } of this.parameters) cell.gradient = undefined
  }

  /** Turns the dials to the next step; a step that fails is not counted. */
  #advance(): () => void {
    const before = this.steps
    this.#rate.value = this.lr * (this.schedule?.(before) ?? 1)
    this.steps = before + 1
    beginStep(this.steps)
    this.prepare()
    return () => {
      if (this.steps === before + 1) this.steps = before
    }
  }
}

/** A finite number of at least `low`, or a `ValueError` that names the option. */
export function expectAtLeast(name: string, value: number, low: number): number {
  if (Number.isFinite(value) && value >= low) return value
  throw new ValueError('optimizer.option', { name, got: value, low })
}
