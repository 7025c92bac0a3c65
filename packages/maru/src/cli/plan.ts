/** What is trained, and how: what a configuration says, and a proposal for the rest. */

import { FormatError } from '../base/error.ts'
import { type Configured, configure, type Hyperparameters, readConfig } from '../config/index.ts'
import { DataLoader } from '../data/index.ts'
import type { Module } from '../nn/index.ts'
import { cosine } from '../optim/index.ts'
import { type Callback, EarlyStopping, type History, Trainer } from '../train/index.ts'
import { classesIn, type Encoding, inputShape } from './encoding.ts'
import { type Proposal, propose } from './proposal.ts'
import type { Parts } from './source.ts'

/** Epochs without a better validation loss, after which training ends. */
const PATIENCE = 8
const BATCH = 256

export interface Plan {
  readonly model: Module
  readonly name: string
  /** Why this model, where it was chosen for the data. */
  readonly reasons: readonly string[]
  readonly configured: Configured
  readonly epochs: number
  readonly batchSize: number
  readonly lr: number | undefined
}

/** @throws FormatError for a configuration that there is not, or that does not suit the data */
export function planOf(given: unknown, encoding: Encoding, samples: number): Plan {
  const config = readConfig(given)
  const proposal = propose(encoding, samples)
  const { hyperparameters: chosen = {} } = config
  const classes = classesIn(encoding)
  const isOwn =
    config.connectivity !== undefined || config.nonLinearity !== undefined || widens(chosen)
  const wiring = encoding.kind === 'table' ? 'fullyConnected' : 'convolutional'
  const lr = chosen.lr ?? (config.optimisation === undefined ? proposal.lr : undefined)
  const configured = configure(
    {
      ...config,
      connectivity: config.connectivity ?? (isOwn ? wiring : proposal.model),
      hyperparameters: { ...chosen, ...(lr !== undefined && { lr }) },
    },
    { input: inputShape(encoding).slice(1), classes },
  )
  const { goal, model } = configured
  if (!goal.supervised || goal.outputs !== (classes?.length ?? 1)) {
    throw new FormatError('config.command', { loss: String(config.loss) })
  }
  return {
    ...(isOwn
      ? { model, name: nameOf(config.connectivity ?? wiring, model), reasons: [] }
      : own(proposal)),
    configured,
    epochs: chosen.epochs ?? proposal.epochs,
    batchSize: chosen.batchSize ?? proposal.batchSize,
    lr,
  }
}

/** Whether hyper-parameters ask for another network than is proposed. */
function widens({ layerSizes, dropout }: Hyperparameters): boolean {
  return layerSizes !== undefined || dropout !== undefined
}

function own({ model, name, reasons }: Proposal): Pick<Plan, 'model' | 'name' | 'reasons'> {
  return { model, name, reasons }
}

function nameOf(wiring: unknown, model: Module): string {
  return typeof wiring === 'string' ? wiring : model.describe()
}

/** Trains by a plan; the rate falls along a cosine. */
export function follow(
  { model, configured, epochs, batchSize }: Plan,
  { train, validation }: Parts,
  {
    seed,
    callbacks,
    signal,
  }: { seed: number; callbacks: readonly Callback[]; signal?: AbortSignal },
): Promise<History> {
  const { transform, goal, optimizer } = configured
  const options = { batchSize, shuffle: true, seed }
  const loader = new DataLoader(train, transform ? { ...options, transform } : options)
  const trainer = new Trainer<Module>(model, {
    optimizer: optimizer(cosine(epochs * loader.length)),
    objective: goal.objective,
  })
  const judged = validation.length > 0
  const watch = judged ? { validation: new DataLoader(validation, { batchSize: BATCH }) } : {}
  return trainer.fit(loader, {
    epochs,
    callbacks: [...callbacks, ...(judged ? [new EarlyStopping({ patience: PATIENCE })] : [])],
    ...(signal && { signal }),
    ...watch,
  })
}
