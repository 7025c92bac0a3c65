/** Checkpoints while training goes on. */
import { FormatError } from '../base/error.ts'
import { expectInteger } from '../base/shape.ts'
import {
  checkpointSteps,
  readCheckpoint,
  removeCheckpoint,
  sweep,
  writeCheckpoint,
} from '../io/checkpoint.ts'
import { decodeTensors, encodeTensors } from '../io/tensors.ts'
import type { Module } from '../nn/module.ts'
import type { BatchEnd, Callback, EpochEnd, FitBegin, FitEnd } from './events.ts'
import type { Fit } from './fit.ts'
import { expectMode, isBetter, type MonitorOptions, watched } from './monitor.ts'
import { recordOf } from './standing.ts'

export interface CheckpointOptions extends MonitorOptions {
  /** Batches between two checkpoints within epochs; without it there are those at ends of epochs alone. */
  readonly everySteps?: number
  /** Epochs between two checkpoints at their ends. */
  readonly everyEpochs?: number
  /** How many of the newest stay; that of the best epoch stays besides. */
  readonly keep?: number
}

/**
 * Saves all that training needs to go on bit for bit: weights, optimiser, schedule, random streams, the
 * place in the data, callbacks.
 *
 * A checkpoint is there when it is whole on the disk, and never takes an earlier one with it. A run that is
 * aborted saves where it ended. `fit(loader, { resume: folder })` goes on from the newest whole one.
 *
 * @example
 * const folder = 'runs/digits/checkpoints'
 * await trainer.fit(loader, { epochs: 20, callbacks: [new Checkpoint(folder)], resume: folder })
 */
export class Checkpoint implements Callback {
  readonly name = 'Checkpoint'
  readonly last = true
  readonly folder: string
  readonly #options: Required<Omit<CheckpointOptions, 'monitor' | 'everySteps'>>
  readonly #monitor: string | undefined
  readonly #everySteps: number | undefined
  #best: { readonly step: number; readonly value: number } | undefined
  /** The step that was saved last. */
  #saved = -1

  constructor(folder: string, options: CheckpointOptions = {}) {
    const { monitor, mode = 'min', everySteps, everyEpochs = 1, keep = 3 } = options
    if (everySteps !== undefined) expectInteger('Checkpoint', 'everySteps', everySteps, 1)
    expectInteger('Checkpoint', 'everyEpochs', everyEpochs, 1)
    expectInteger('Checkpoint', 'keep', keep, 1)
    this.folder = folder
    this.#options = { mode: expectMode('Checkpoint', mode), everyEpochs, keep }
    this.#monitor = monitor
    this.#everySteps = everySteps
  }

  /** @throws FormatError when the folder holds checkpoints that this run does not go on from */
  async onFitBegin({ step }: FitBegin): Promise<void> {
    for (const other of await checkpointSteps(this.folder)) {
      if (other <= step && step > 0) continue
      if (step === 0 || (await isWhole(this.folder, other))) {
        throw new FormatError('checkpoint.foreign', { folder: this.folder, other, step })
      }
      await removeCheckpoint(this.folder, other)
    }
    this.#best = await bestOf(this.folder, this.#options.mode)
    this.#saved = step
  }

  async onBatchEnd({ step }: BatchEnd, fit: Fit): Promise<void> {
    if (this.#everySteps && step % this.#everySteps === 0) await this.#save(fit, step)
  }

  async onEpochEnd({ epoch, step, logs }: EpochEnd, fit: Fit): Promise<void> {
    if (epoch % this.#options.everyEpochs !== 0 && epoch !== fit.epochs) return
    await this.#save(fit, step, watched('Checkpoint', logs, this.#monitor))
  }

  async onFitEnd({ reason, step }: FitEnd, fit: Fit): Promise<void> {
    if (reason === 'aborted' && step !== this.#saved) await this.#save(fit, step)
  }

  /** @param value the reading of an epoch that has ended */
  async #save(fit: Fit, step: number, value?: number): Promise<void> {
    const { tensors, values } = await fit.save()
    const contents = {
      tensors: await encodeTensors(tensors),
      values: { ...values, reading: value ?? null },
    }
    const path = await writeCheckpoint(this.folder, step, contents)
    this.#saved = step
    if (
      value !== undefined &&
      isBetter(value, this.#best?.value ?? Number.NaN, this.#options.mode)
    ) {
      this.#best = { step, value }
    }
    await this.#prune()
    await fit.notice('saved', { path, step })
  }

  async #prune(): Promise<void> {
    const old = (await checkpointSteps(this.folder)).slice(this.#options.keep)
    for (const step of old) {
      if (step !== this.#best?.step) await removeCheckpoint(this.folder, step)
    }
    await sweep(this.folder)
  }
}

async function isWhole(folder: string, step: number): Promise<boolean> {
  try {
    await readCheckpoint(folder, step)
    return true
  } catch (error) {
    if (error instanceof FormatError) return false
    throw error
  }
}

interface Best {
  readonly step: number
  readonly value: number
}

/** The whole checkpoint with the best reading, of those that have one. */
async function bestOf(folder: string, mode: 'min' | 'max'): Promise<Best | undefined> {
  let best: Best | undefined
  for (const step of await checkpointSteps(folder)) {
    if (!(await isWhole(folder, step))) continue
    const { reading } = recordOf('values', (await readCheckpoint(folder, step)).values)
    if (typeof reading !== 'number') continue
    if (isBetter(reading, best?.value ?? Number.NaN, mode)) best = { step, value: reading }
  }
  return best
}

/**
 * Takes the weights of a checkpoint for a model: of the epoch with the best reading.
 *
 * @returns the step that they are of
 * @throws FormatError when no whole checkpoint has a reading
 * @example await loadBest(model, 'runs/digits/checkpoints')
 */
export async function loadBest(
  model: Module,
  folder: string,
  { mode = 'min' }: Pick<MonitorOptions, 'mode'> = {},
): Promise<number> {
  const best = await bestOf(folder, expectMode('loadBest', mode))
  if (!best) throw new FormatError('checkpoint.best', { folder })
  const { tensors } = await readCheckpoint(folder, best.step)
  const own = [...decodeTensors(tensors)].filter(([name]) => name.startsWith('model.'))
  await model.loadStateDict(new Map(own.map(([name, value]) => [name.slice(6), value])))
  return best.step
}
