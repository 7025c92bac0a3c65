/** What optimisers are told: settings that may differ between groups of parameters, and common ones. */
import { ValueError } from '../base/error.ts'
import { expectInteger } from '../base/shape.ts'
import { showAny } from '../base/show.ts'
import { Parameter, type Tensor } from '../tensor/tensor.ts'
import type { GradientTransform } from './clip.ts'
import type { Schedule } from './schedule.ts'

/** Settings that every optimiser has, and that may differ between groups of parameters. */
export interface Settings {
  /** Learning rate at the start, ≥ 0. */
  readonly lr?: number
  /** Pull of the weights toward zero: an L2 penalty added to the gradient, unless it is decoupled. */
  readonly weightDecay?: number
  /** Decay shrinks the weights themselves, `p ← p·(1 − lr·weightDecay)`, before the step. */
  readonly decoupledWeightDecay?: boolean
  /** Climb instead of descend. */
  readonly maximize?: boolean
  /** What becomes of a parameter after each update: `maxNorm(3)`. */
  readonly constrain?: (value: Tensor) => Tensor
  /**
   * Update only the rows that the gradient reaches, and their states: for tables that are read by `embedding`
   * or `take` along axis 0. A step then costs what the rows of a batch cost, however long the table is. Rows
   * that are not read neither decay nor move on by momentum, as with PyTorch's `SparseAdam`.
   */
  readonly sparse?: boolean
}

/** Settings for the parameters that match; what is not given is as for the others. */
export type Group<S extends Settings = Settings> = S & {
  /** Of a parameter's name, `layers.0.bias`, or of the parameter itself. The first match counts. */
  readonly match: RegExp | ((name: string, parameter: Parameter) => boolean)
}

/** Slow weights that follow the fast ones. @see Zhang et al. 2019, https://arxiv.org/abs/1907.08610 */
export interface LookaheadOptions {
  /** Updates between two visits of the slow weights. */
  readonly every?: number
  /** How far the slow weights go toward the fast ones. */
  readonly alpha?: number
}

/** Settings of the step as a whole. */
export interface CommonOptions<S extends Settings = Settings> {
  /** Factor on the learning rate at each update, counted from 0. */
  readonly schedule?: Schedule
  /** Parameters with settings of their own; needs names: `new Adam(model.namedParameters(), …)`. */
  readonly groups?: readonly Group<S>[]
  /** What becomes of the gradients before the update: `clipNorm(1)`. */
  readonly clip?: GradientTransform
  /** Calls of `step` for one update, which takes the mean of their gradients. */
  readonly accumulate?: number
  /** Every so many updates the weights go back a part of the way. */
  readonly lookahead?: LookaheadOptions
}

export type OptimizerOptions<S extends Settings = Settings> = S & CommonOptions<S>

/** Settings with every default filled in. */
export type Complete<S extends Settings> = Required<Omit<S, keyof Settings>> &
  Settings & { readonly lr: number }

/** Parameters, or parameters with their names as `model.namedParameters()` has them. */
export type Parameters = Iterable<Parameter | readonly [name: string, parameter: Parameter]>

/** Each parameter once, by its first name; its place in the list if it has none. */
export function namesOf(parameters: Parameters): Map<Parameter, string> {
  const names = new Map<Parameter, string>()
  for (const each of parameters) {
    const [name, parameter] = each instanceof Parameter ? [`${names.size}`, each] : pairOf(each)
    if (!names.has(parameter)) names.set(parameter, name)
  }
  if (names.size === 0) throw new ValueError('optimizer.none', {})
  return names
}

function pairOf(each: unknown): readonly [string, Parameter] {
  const [name, parameter]: unknown[] = Array.isArray(each) ? each : []
  if (typeof name === 'string' && parameter instanceof Parameter) return [name, parameter]
  throw new ValueError('optimizer.parameter', { got: showAny(each) })
}

/** Which group each parameter is in; -1 for none. */
export function placesIn<S extends Settings>(
  groups: readonly Group<S>[],
  names: ReadonlyMap<Parameter, string>,
): Map<Parameter, number> {
  const places = new Map<Parameter, number>()
  for (const [parameter, name] of names) {
    places.set(
      parameter,
      groups.findIndex(({ match }) =>
        match instanceof RegExp ? name.search(match) >= 0 : match(name, parameter),
      ),
    )
  }
  const found = new Set(places.values())
  groups.forEach(({ match }, index) => {
    if (found.has(index)) return
    throw new ValueError('optimizer.group', { match: String(match), names: [...names.values()] })
  })
  return places
}

/** Throws for numbers that are none or below 0, and for shares that leave nothing. */
export function expectSettings(settings: object): void {
  for (const [name, value] of Object.entries(settings)) {
    const values: readonly unknown[] = Array.isArray(value) ? value : [value]
    for (const each of values) {
      if (typeof each !== 'number' && each !== undefined) continue
      expectAtLeast(name, each ?? Number.NaN, 0)
      if (name === 'betas') expectAtLeast('1 - beta', 1 - (each ?? 0), Number.EPSILON)
    }
  }
}

/** A finite number of at least `low`, or a `ValueError` that names the option. */
export function expectAtLeast(name: string, value: number, low: number): number {
  if (Number.isFinite(value) && value >= low) return value
  throw new ValueError('optimizer.option', { name, got: value, low })
}

/** How slow weights follow, once it is certain that they can. */
export function expectLookahead(given: LookaheadOptions): Required<LookaheadOptions> {
  const { every = 5, alpha = 0.5 } = given
  expectInteger('lookahead', 'every', every, 1)
  return { every, alpha: expectAtLeast('alpha', alpha, 0) }
}
