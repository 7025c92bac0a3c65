/** How it is made small: a closed registry of optimisers. */
import {
  Adadelta,
  Adagrad,
  Adam,
  AdamW,
  clipNorm,
  Lion,
  NAdam,
  type Optimizer,
  type Parameters,
  RAdam,
  RMSprop,
  type Schedule,
  SGD,
  Shampoo,
} from '../optim/index.ts'

/** Hyper-parameters of a step; what is not given is the optimiser's own. */
export interface StepSettings {
  readonly lr?: number
  readonly weightDecay?: number
  /** Share of the last direction that is kept. */
  readonly momentum?: number
  /** Norm that all gradients together are cut to. */
  readonly clip?: number
  readonly schedule?: Schedule
}

/** Makes an optimiser. */
export interface Optimiser {
  /** Whether there is a share of the last direction to choose. */
  readonly takesMomentum: boolean
  readonly make: (parameters: Parameters, settings: StepSettings) => Optimizer
}

type Made = new (parameters: Parameters, options: object) => Optimizer

/** Settings as the classes take them. */
function optionsOf({ momentum, clip, ...rest }: StepSettings): object {
  return { ...rest, ...(clip !== undefined && { clip: clipNorm(clip) }) }
}

const plain = (Of: Made): Optimiser => ({
  takesMomentum: false,
  make: (parameters, settings) => new Of(parameters, optionsOf(settings)),
})

/** Momentum is an option of its own name. */
const driven = (Of: Made, usual?: number, more: object = {}): Optimiser => ({
  takesMomentum: true,
  make: (parameters, settings) => {
    const { momentum = usual } = settings
    const own = momentum === undefined ? {} : { momentum }
    return new Of(parameters, { ...optionsOf(settings), ...own, ...more })
  },
})

/** Momentum is the first of the two betas. */
const moments = (Of: Made, second: number): Optimiser => ({
  takesMomentum: true,
  make: (parameters, settings) => {
    const { momentum } = settings
    const own = momentum === undefined ? {} : { betas: [momentum, second] }
    return new Of(parameters, { ...optionsOf(settings), ...own })
  },
})

/** Optimisers by name. */
export const optimisers: Readonly<Record<string, Optimiser>> = {
  SGD: driven(SGD),
  momentum: driven(SGD, 0.9),
  nesterov: driven(SGD, 0.9, { nesterov: true }),
  RMSprop: driven(RMSprop),
  Adagrad: plain(Adagrad),
  Adadelta: plain(Adadelta),
  Adam: moments(Adam, 0.999),
  AdamW: moments(AdamW, 0.999),
  NAdam: moments(NAdam, 0.999),
  RAdam: moments(RAdam, 0.999),
  Lion: moments(Lion, 0.99),
  /** Of second order: gradients are preconditioned by the roots of their second moments along every axis. */
  Shampoo: driven(Shampoo),
}
