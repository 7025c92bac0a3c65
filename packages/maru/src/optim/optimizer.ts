/** What optimisers share: parameters and their settings, state, and the step. */

import { dtypes, storeAs } from '../base/dtype.ts'
import { ValueError } from '../base/error.ts'
import { expectInteger, type Sizes, sameShape, sizeOf } from '../base/shape.ts'
import { showAny } from '../base/show.ts'
import { type LoadResult, snakeCase } from '../nn/module.ts'
import { beginStep } from '../runtime/anomaly.ts'
import { assign, assignAll, cellNode, pretend, readAs } from '../runtime/realize.ts'
import { beforeRun, tracing } from '../runtime/trace.ts'
import { parameter, tensor, zeros } from '../tensor/create.ts'
import { Dial } from '../tensor/dial.ts'
import { grad } from '../tensor/grad.ts'
import { type Rows, readRows, touchedRows, writeRows } from '../tensor/rows.ts'
import { type Parameter, realize, Tensor } from '../tensor/tensor.ts'
import type { GradientTransform } from './clip.ts'
import { expectStates, takeStates } from './saved.ts'
import type { Schedule } from './schedule.ts'
import {
  type CommonOptions,
  type Complete,
  expectAtLeast,
  expectLookahead,
  expectSettings,
  type LookaheadOptions,
  namesOf,
  type Parameters,
  placesIn,
  type Settings,
} from './settings.ts'

export interface StepOptions {
  /** Tensors to compute in the same program, since they depend on the parameters that change. */
  readonly keep?: readonly Tensor[]
}

/** A number that is worked out before each update. */
interface Counted {
  readonly dial: Dial
  readonly at: (step: number, rate: number) => number
}

/** Parameters with the same settings, and the numbers that programs read for them. */
interface Member<S extends Settings> {
  readonly settings: Complete<S>
  /** A rate of the group's own, which the optimiser's does not touch. */
  readonly lr: number | undefined
  readonly rate: Dial
  readonly counted: Map<string, Counted>
}

/**
 * Base of optimisers: a subclass writes `update`, and groups, weight decay, clipping, accumulation,
 * schedules and saved state work by themselves.
 *
 * @example
 * class SignDescent extends Optimizer {
 *   protected update(value: Tensor, gradient: Tensor, p: Parameter) {
 *     return value.sub(gradient.sign().mul(this.rate(p)))
 *   }
 * }
 */
export abstract class Optimizer<S extends Settings = Settings> {
  readonly parameters: readonly Parameter[]
  /** Learning rate before the schedule, but for groups with one of their own; may be set at any time. */
  lr: number
  /** Updates made. */
  steps = 0
  readonly schedule: Schedule | undefined
  readonly #names: ReadonlyMap<Parameter, string>
  readonly #members = new Map<Parameter, Member<S>>()
  readonly #states = new Map<Parameter, Map<string, Parameter>>()
  readonly #clip: GradientTransform | undefined
  readonly #lookahead: Required<LookaheadOptions> | undefined
  readonly #accumulate: number
  /** Calls since the last update. */
  #calls = 0
  /** 1 for the first of the calls that make an update, else 0. */
  readonly #isFirst = new Dial(1)
  /** 1 for the last of them, else 0. */
  readonly #isLast = new Dial(1)

  constructor(parameters: Parameters, options: Complete<S> & CommonOptions<S>) {
    const { schedule, groups = [], clip, accumulate = 1, lookahead } = options
    this.#names = namesOf(parameters)
    this.parameters = [...this.#names.keys()]
    this.lr = options.lr
    this.schedule = schedule
    this.#clip = clip
    this.#accumulate = expectInteger('step', 'accumulate', accumulate, 1)
    this.#lookahead = lookahead && expectLookahead(lookahead)
    const members = [options, ...groups.map((group) => ({ ...options, ...group }))].map(
      (settings, i): Member<S> => {
        expectSettings(settings)
        const rate = new Dial(settings.lr)
        return { settings, lr: groups[i - 1]?.lr, rate, counted: new Map() }
      },
    )
    for (const [each, place] of placesIn(groups, this.#names)) {
      const member = members[place + 1]
      if (!member) continue
      if (member.settings.sparse) this.#expectRowsWill(each)
      this.#members.set(each, member)
    }
  }

  /** The new value of a parameter. `state` and `remember` keep what is needed from step to step. */
  protected abstract update(value: Tensor, gradient: Tensor, parameter: Parameter): Tensor

  /** Whether an element's update depends on that element's gradients and states alone. */
  protected get isElementwise(): boolean {
    return true
  }

  /** What `update` starts from: the value and the gradient after weight decay. */
  protected decay(
    gradient: Tensor,
    parameter: Parameter,
  ): { readonly value: Tensor; readonly gradient: Tensor } {
    const { weightDecay = 0, decoupledWeightDecay = false } = this.settings(parameter)
    const value: Tensor = parameter
    if (weightDecay === 0) return { value, gradient }
    if (!decoupledWeightDecay) return { value, gradient: gradient.add(value.mul(weightDecay)) }
    return { value: value.mul(this.rate(parameter).mul(-weightDecay).add(1)), gradient }
  }

  /** What becomes of all gradients together before the updates, after clipping. */
  protected condition(
    gradients: readonly Tensor[],
    _parameters: readonly Parameter[],
  ): readonly Tensor[] {
    return gradients
  }

  /** The settings of a parameter's group. */
  protected settings(of: Parameter): Complete<S> {
    return this.#member(of).settings
  }

  /** The scheduled learning rate as a scalar tensor of the parameter's dtype. */
  protected rate(of: Parameter): Tensor {
    return this.#member(of).rate.tensor(of.dtype)
  }

  /**
   * A number that changes from update to update, as a scalar tensor of the parameter's dtype.
   *
   * @param at its value at each update, counted from 1, and at its scheduled learning rate
   */
  protected perStep(of: Parameter, name: string, at: Counted['at']): Tensor {
    const { counted } = this.#member(of)
    const known = counted.get(name) ?? { dial: new Dial(1), at }
    counted.set(name, known)
    return known.dial.tensor(of.dtype)
  }

  /** A state of a parameter; like it in shape and zeros at first, unless told otherwise. */
  protected state(
    of: Parameter,
    name: string,
    { fill = 0, shape = of.node.shape }: { readonly fill?: number; readonly shape?: Sizes } = {},
  ): Parameter {
    const own = this.#states.get(of) ?? new Map<string, Parameter>()
    this.#states.set(of, own)
    const known = own.get(name)
    if (known) return known
    const size = sizeOf(shape)
    const zero = dtypes[of.dtype].make(size)
    const values = fill === 0 ? zero : storeAs(of.dtype, new Float64Array(size).fill(fill), zero)
    const made: Parameter = parameter(values, shape, of.dtype)
    own.set(name, made)
    return made
  }

  /** Stores the next value of a state and returns it for use in this step. */
  protected remember(state: Parameter, next: Tensor): Tensor {
    assign(state.cell, this.#applied(next, state).node)
    return next
  }

  /** What is kept for a parameter from step to step, by name. */
  statesOf(parameter: Parameter): ReadonlyMap<string, Tensor> {
    return this.#states.get(parameter) ?? new Map<string, Tensor>()
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
    const gradients = loss ? this.#gradients(loss) : gathered
    if (!gradients.some((gradient) => gradient)) throw new ValueError('optimizer.gradients', {})
    assignAll(() => this.#updateAll(gradients))
    beforeRun(() => this.#advance())
    const roots = (loss ? [loss] : gathered).filter((each) => each !== undefined)
    return tracing() ? Promise.resolve() : realize(...roots, ...keep)
  }

  /** Gradients of all parameters but those that are frozen. */
  #gradients(loss: Tensor): (Tensor | undefined)[] {
    const learned = this.parameters.filter(({ frozen }) => !frozen)
    const found = grad(loss, learned)
    return this.parameters.map((parameter) => found[learned.indexOf(parameter)])
  }

  /** Forgets the gradients that `backward` has gathered. */
  zeroGrad(): void {
    for (const { cell } of this.parameters) cell.gradient = undefined
  }

  /**
   * All that a later run needs to go on bit for bit: `steps`, `calls` since the last update, `lr`, and each
   * parameter's states, `layer.weight.exp_avg`. Later steps do not change them.
   */
  stateDict(): Map<string, Tensor> {
    const states = new Map<string, Tensor>()
    for (const [name, state] of this.#namedStates()) states.set(name, state.snapshot())
    const count = (value: number) => tensor(Int32Array.of(value), [])
    states.set('steps', count(this.steps)).set('calls', count(this.#calls))
    return states.set('lr', tensor(Float64Array.of(this.lr), []))
  }

  /**
   * Takes what `stateDict` has given, by name.
   *
   * @throws ValueError for missing or unexpected names when `strict`; ShapeError for other shapes.
   *   Nothing is changed then.
   */
  async loadStateDict(
    dict: ReadonlyMap<string, Tensor>,
    { strict = true }: { readonly strict?: boolean } = {},
  ): Promise<LoadResult> {
    const states = this.#namedStates()
    const counts = ['steps', 'calls', 'lr']
    const result = expectStates(dict, states, { counts, strict })
    const numbers = await Promise.all(counts.map((name) => dict.get(name)?.item()))
    const [steps = this.steps, calls = this.#calls, lr = this.lr] = numbers
    expectInteger('loadStateDict', 'steps', steps, 0)
    expectInteger('loadStateDict', 'calls', calls, 0)
    this.lr = expectAtLeast('lr', lr, 0)
    this.steps = steps
    this.#calls = calls
    await takeStates(dict, states)
    return result
  }

  #member(of: Parameter): Member<S> {
    const member = this.#members.get(of)
    if (!member) throw new ValueError('optimizer.parameter', { got: showAny(of) })
    return member
  }

  /** Every state by its name on disk, those of the steps to come included. */
  #namedStates(): Map<string, Parameter> {
    pretend(() => {
      this.#updateAll(this.parameters.map(({ shape, dtype }) => zeros(shape, { dtype })))
    })
    const named = new Map<string, Parameter>()
    for (const [parameter, states] of this.#states) {
      const of = this.#names.get(parameter) ?? ''
      for (const [name, state] of states) named.set(snakeCase(`${of}.${name}`), state)
    }
    return named
  }

  #updateAll(gradients: readonly (Tensor | undefined)[]): void {
    const found = this.parameters.flatMap((parameter, i) => {
      const gradient = gradients[i]
      return gradient ? [{ parameter, ...this.#reached(gradient, parameter) }] : []
    })
    const parameters = found.map(({ parameter }) => parameter)
    const raw = found.map(({ gradient }) => gradient)
    const clipped = this.#clip?.(raw, parameters) ?? raw
    const conditioned = this.condition(clipped, parameters)
    found.forEach(({ parameter, indices }, i) => {
      const gradient = conditioned[i]
      if (!gradient) throw new ValueError('optimizer.clip', { wanted: raw.length, got: i })
      const next = indices
        ? this.#nextRows({ indices, values: gradient }, parameter)
        : this.#next(gradient, parameter)
      assign(parameter.cell, this.#applied(next, parameter).node)
    })
  }

  /** The mean of the gradients of the calls that make an update, so far. */
  #gathered(gradient: Tensor, parameter: Parameter): Tensor {
    if (this.#accumulate === 1) return gradient
    const sum = this.state(parameter, 'gathered')
    const before = this.#isFirst.tensor(sum.dtype).greater(0).where(0, sum)
    const gathered = before.add(gradient.div(this.#accumulate))
    assign(sum.cell, gathered.node)
    return gathered
  }

  /** What an update needs of a parameter's gradient: all of it, or the rows of a table that it reaches. */
  #reached(
    gradient: Tensor,
    parameter: Parameter,
  ): { readonly gradient: Tensor; readonly indices?: Tensor } {
    if (!this.settings(parameter).sparse) return { gradient: this.#gathered(gradient, parameter) }
    const rows = touchedRows(gradient)
    const name = this.#names.get(parameter)
    if (!rows) throw new ValueError('optimizer.sparse', { name, shape: parameter.shape })
    return { gradient: rows.values, indices: rows.indices }
  }

  /** Throws where rows cannot be updated one by one. */
  #expectRowsWill(parameter: Parameter): void {
    const hindrances = {
      [this.constructor.name]: !this.isElementwise,
      accumulate: this.#accumulate > 1,
      lookahead: this.#lookahead !== undefined,
    }
    const [hindrance] = Object.entries(hindrances).find(([, isThere]) => isThere) ?? []
    if (hindrance === undefined) return
    throw new ValueError('optimizer.whole', { name: this.#names.get(parameter), hindrance })
  }

  /** The parameter with other rows where the gradient reaches; its states change there alone, too. */
  #nextRows(rows: Rows, parameter: Parameter): Tensor {
    const { indices } = rows
    // What reads as rows has to exist before it does.
    if (!this.#states.has(parameter)) {
      pretend(() => this.update(parameter, parameter.mul(0), parameter))
    }
    const states = [...(this.#states.get(parameter)?.values() ?? [])]
    const alike = states.filter(({ shape }) => sameShape(shape, parameter.shape))
    const tables = [parameter, ...alike].map((each) => ({ each, whole: new Tensor(each.node) }))
    const parts = tables.map(
      ({ each, whole }) => [each.cell, readRows(whole, indices).node] as const,
    )
    const next = readAs(new Map(parts), () => this.#next(rows.values, parameter))
    for (const { each, whole } of tables) {
      const values = new Tensor(cellNode(each.cell))
      if (values.node !== whole.node) assign(each.cell, writeRows(whole, { indices, values }).node)
    }
    return writeRows(new Tensor(parameter.node), { indices, values: next })
  }

  #next(raw: Tensor, parameter: Parameter): Tensor {
    const { maximize = false, constrain } = this.settings(parameter)
    const { value, gradient } = this.decay(maximize ? raw.neg() : raw, parameter)
    const next = this.#slowed(this.update(value, gradient, parameter), parameter)
    return constrain?.(next) ?? next
  }

  #slowed(fast: Tensor, parameter: Parameter): Tensor {
    if (!this.#lookahead) return fast
    const { every, alpha } = this.#lookahead
    const isFirst = this.perStep(parameter, 'isFirst', (step) => Number(step === 1)).greater(0)
    const isDue = this.perStep(parameter, 'isDue', (step) => Number(step % every === 0)).greater(0)
    const state = this.state(parameter, 'slow')
    const before = isFirst.where(parameter, state)
    const slow = isDue.where(before.add(fast.sub(before).mul(alpha)), before)
    return isDue.where(this.remember(state, slow), fast)
  }

  /** The next value where an update is made, else the one before. */
  #applied(next: Tensor, before: Tensor): Tensor {
    if (this.#accumulate === 1) return next
    return this.#isLast.tensor(before.dtype).greater(0).where(next, before)
  }

  /** Turns the dials to the next step; a step that fails is not counted. */
  #advance(): () => void {
    const before = { steps: this.steps, calls: this.#calls }
    const factor = this.schedule?.(before.steps) ?? 1
    for (const { lr, rate, counted } of new Set(this.#members.values())) {
      rate.value = (lr ?? this.lr) * factor
      for (const { dial, at } of counted.values()) dial.value = at(before.steps + 1, rate.value)
    }
    const isLast = before.calls + 1 >= this.#accumulate
    this.#isFirst.value = Number(before.calls === 0)
    this.#isLast.value = Number(isLast)
    this.#calls = isLast ? 0 : before.calls + 1
    if (isLast) this.steps = before.steps + 1
    const after = { steps: this.steps, calls: this.#calls }
    beginStep(before.steps + 1)
    return () => {
      if (this.steps !== after.steps || this.#calls !== after.calls) return
      this.steps = before.steps
      this.#calls = before.calls
    }
  }
}
