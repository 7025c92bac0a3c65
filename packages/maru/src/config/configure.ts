/** A configuration's five drawers, and what is built of them. */
import { FormatError } from '../base/error.ts'
import type { SampleTransform } from '../data/index.ts'
import { build, type Definition, Module } from '../nn/index.ts'
import { brief, isRecord } from '../nn/settings.ts'
import type { Optimizer, Schedule } from '../optim/index.ts'
import { connectivity } from './connectivity.ts'
import {
  augmentation,
  type Hyperparameters,
  hyperparameters,
  initialisations,
  initialise,
} from './hyperparameters.ts'
import { type Goal, losses } from './losses.ts'
import { nonLinearities } from './non-linearities.ts'
import { optimisers } from './optimisers.ts'
import { entryOf, type Plan, type Task } from './plan.ts'

/** What is learned with, in five drawers; what is not given is chosen. Everything but a module is JSON. */
export interface Config {
  /** How layers are connected: a name, a definition of a network, or a network. */
  readonly connectivity?: string | Definition | Module
  /** What is between them: the name of an activation, or GRU or LSTM for recurrent connections. */
  readonly nonLinearity?: string
  readonly loss?: string
  /** The optimiser. */
  readonly optimisation?: string
  readonly hyperparameters?: Hyperparameters
}

/** The drawers of a configuration, in order. */
export const drawers: readonly (keyof Config)[] = [
  'connectivity',
  'nonLinearity',
  'loss',
  'optimisation',
  'hyperparameters',
]

/** What a configuration becomes. */
export interface Configured {
  readonly model: Module
  readonly goal: Goal
  /** Makes the optimiser; the schedule is that of its rate. */
  readonly optimizer: (schedule?: Schedule) => Optimizer
  /** What is done to a sample before it is part of a batch. */
  readonly transform: SampleTransform | undefined
  readonly hyperparameters: Hyperparameters
}

/**
 * A configuration from a value that need not be trusted.
 *
 * @throws FormatError for names that there are not, and values that a hyper-parameter does not take
 */
export function readConfig(value: unknown): Config {
  if (!isRecord(value))
    throw new FormatError('config.drawers', { got: brief(value), known: [...drawers] })
  const unknown = Object.keys(value).find((name) => !drawers.some((drawer) => drawer === name))
  if (unknown !== undefined)
    throw new FormatError('config.drawers', { got: unknown, known: [...drawers] })
  const { connectivity: wiring, nonLinearity, loss, optimisation, hyperparameters: given } = value
  if (typeof wiring === 'string') entryOf('connectivity', connectivity, wiring)
  if (nonLinearity !== undefined) entryOf('nonLinearity', nonLinearities, nonLinearity)
  if (loss !== undefined) entryOf('loss', losses, loss)
  if (optimisation !== undefined) entryOf('optimisation', optimisers, optimisation)
  if (given !== undefined) checkHyperparameters(given)
  // each drawer was looked at; a definition is when it is built
  return value as Config
}

function checkHyperparameters(given: unknown): void {
  if (!isRecord(given)) throw new FormatError('config.hyperparameters', { got: brief(given) })
  for (const [name, value] of Object.entries(given)) {
    const { takes, meaning } = entryOf('hyperparameters', hyperparameters, name)
    if (!takes(value)) throw new FormatError('config.value', { name, meaning, got: brief(value) })
  }
}

/**
 * Builds what a configuration says for a task: network, loss and optimiser.
 *
 * @throws FormatError for what there is not, and for drawers that do not go together
 * @example
 * const { model, goal, optimizer } = configure(
 *   { connectivity: 'residual', nonLinearity: 'GELU', hyperparameters: { lr: 1e-3, layerSizes: [64, 64] } },
 *   { input: [4], classes: ['a', 'b', 'c'] },
 * )
 * await new Trainer(model, { optimizer: optimizer(), objective: goal.objective }).fit(loader)
 */
export function configure(config: Config, task: Task): Configured {
  const read = readConfig(config)
  const { nonLinearity = 'ReLU', hyperparameters: chosen = {} } = read
  const { loss = task.classes ? 'crossEntropy' : 'l2', optimisation = 'Adam' } = read
  const goal = entryOf('loss', losses, loss)(task)
  const model = modelOf(read, goal, {
    input: task.input,
    outputs: goal.outputs,
    sizes: chosen.layerSizes ?? [64, 64],
    unit: entryOf('nonLinearity', nonLinearities, nonLinearity),
    unitName: nonLinearity,
    dropout: chosen.dropout ?? 0,
  })
  if (chosen.init !== undefined) {
    initialise(model, entryOf('hyperparameters.init', initialisations, chosen.init))
  }
  const { takesMomentum, make } = entryOf('optimisation', optimisers, optimisation)
  if (chosen.momentum !== undefined && !takesMomentum) {
    throw new FormatError('config.momentum', { optimisation })
  }
  const { lr, weightDecay, momentum, clip } = chosen
  const given = Object.entries({ lr, weightDecay, momentum, clip }).filter(
    ([, value]) => value !== undefined,
  )
  return {
    model,
    goal,
    optimizer: (schedule) =>
      make(model.namedParameters(), {
        ...Object.fromEntries(given),
        ...(schedule && { schedule }),
      }),
    transform: transformOf(chosen.augment ?? [], task),
    hyperparameters: chosen,
  }
}

function modelOf({ connectivity: wiring }: Config, goal: Goal, plan: Plan): Module {
  if (wiring instanceof Module) return wiring
  if (goal.model) return goal.model(plan)
  if (wiring !== undefined && typeof wiring !== 'string') return build(wiring)
  return entryOf('connectivity', connectivity, wiring ?? 'fullyConnected')(plan)
}

function transformOf(names: readonly string[], { input }: Task): SampleTransform | undefined {
  if (names.length === 0) return undefined
  const [, height, width] = input
  if (input.length === 3 && height !== undefined && height === width)
    return augmentation(names, height)
  throw new FormatError('config.pictures', { shape: input })
}
