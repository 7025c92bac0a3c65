/** Averages of weights over training. */
import { dtypes } from '../base/dtype.ts'
import { expectInteger, sizeOf } from '../base/shape.ts'
import { snakeCase } from '../nn/module.ts'
import { assign, assignAll } from '../runtime/realize.ts'
import { beforeRun, tracing } from '../runtime/trace.ts'
import { parameter, tensor } from '../tensor/create.ts'
import { Dial } from '../tensor/dial.ts'
import { type Parameter, realize, type Tensor } from '../tensor/tensor.ts'
import { expectStates, takeStates } from './saved.ts'
import { expectAtLeast, namesOf, type Parameters } from './settings.ts'

export interface WeightAverageOptions {
  /** Share of the average that is kept at each update; without it, all updates count alike. */
  readonly decay?: number
}

/**
 * A running average of parameters: with `decay` an exponential one (EMA), else the plain mean (SWA).
 *
 *     ā ← decay · ā + (1 − decay) · p      (ā = p at the first update)
 *
 * @see Polyak & Juditsky 1992, https://doi.org/10.1137/0330046
 * @see Izmailov et al. 2018, https://arxiv.org/abs/1803.05407
 * @example
 * const average = new WeightAverage(model.namedParameters(), { decay: 0.999 })
 * const step = compile((x, y) => { optimizer.step(f(x, y)); average.update() })
 * await average.swap() // evaluate, then swap back
 */
export class WeightAverage {
  /** Updates so far. */
  count = 0
  readonly #averages = new Map<Parameter, { readonly name: string; readonly average: Parameter }>()
  readonly #decay: number | undefined
  readonly #kept = new Dial(0)
  readonly #added = new Dial(1)

  constructor(parameters: Parameters, { decay }: WeightAverageOptions = {}) {
    if (decay !== undefined) {
      expectAtLeast('decay', decay, 0)
      expectAtLeast('1 - decay', 1 - decay, 0)
    }
    this.#decay = decay
    for (const [each, name] of namesOf(parameters)) {
      const { shape, dtype } = each.node
      const average: Parameter = parameter(dtypes[dtype].make(sizeOf(shape)), shape, dtype)
      this.#averages.set(each, { name, average })
    }
  }

  /** Takes the parameters as they are now, or after the step that is recorded with it, into the average. */
  update(): Promise<void> {
    assignAll(() => {
      for (const [of, { average }] of this.#averages) {
        const before: Tensor = average
        const value: Tensor = of
        const kept = before.mul(this.#kept.tensor(of.dtype))
        assign(average.cell, kept.add(value.mul(this.#added.tensor(of.dtype))).node)
      }
    })
    beforeRun(() => {
      const before = this.count
      const decay = this.#decay ?? before / (before + 1)
      this.#kept.value = before === 0 ? 0 : decay
      this.#added.value = before === 0 ? 1 : 1 - decay
      this.count = before + 1
      return () => {
        if (this.count === before + 1) this.count = before
      }
    })
    return tracing() ? Promise.resolve() : realize()
  }

  /** Exchanges parameters and averages; a second time it undoes the first. */
  swap(): Promise<void> {
    for (const [of, { average }] of this.#averages) {
      const [value, mean] = [of.snapshot(), average.snapshot()]
      assign(of.cell, mean.node)
      assign(average.cell, value.node)
    }
    return realize()
  }

  /** The averages by the parameters' names, as a model's `loadStateDict` takes them. */
  averages(): Map<string, Tensor> {
    return new Map(
      [...this.#averages.values()].map(({ name, average }) => [
        snakeCase(name),
        average.snapshot(),
      ]),
    )
  }

  /** All that a later run needs to go on bit for bit: the averages, and their `count`. */
  stateDict(): Map<string, Tensor> {
    return this.averages().set('count', tensor(Int32Array.of(this.count), []))
  }

  /**
   * Takes what `stateDict` has given, by name.
   *
   * @throws ValueError for missing or unexpected names, ShapeError for other shapes; nothing is changed then
   */
  async loadStateDict(dict: ReadonlyMap<string, Tensor>): Promise<void> {
    const states = new Map<string, Parameter>()
    for (const { name, average } of this.#averages.values()) states.set(snakeCase(name), average)
    expectStates(dict, states, { counts: ['count'], strict: true })
    const count = await dict.get('count')?.item()
    this.count = expectInteger('loadStateDict', 'count', count, 0)
    await takeStates(dict, states)
  }
}
