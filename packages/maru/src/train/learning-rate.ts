/** The search for a learning rate. */
import { MaruError, ValueError } from '../base/error.ts'
import { exp, log } from '../base/math.ts'
import { expectInteger } from '../base/shape.ts'
import type { Module } from '../nn/module.ts'
import type { Loader } from './batches.ts'
import type { Metrics } from './evaluation.ts'
import type { Callback } from './events.ts'
import { rehearsal } from './rehearsal.ts'
import type { Trainer } from './trainer.ts'

export interface LearningRateOptions {
  readonly from?: number
  readonly to?: number
  /** Batches, each with a larger rate than the one before. */
  readonly steps?: number
}

export interface LearningRates {
  /** Of each step that was made. */
  readonly rates: readonly number[]
  /** The loss before each step, smoothed over those before. */
  readonly losses: readonly number[]
  /** The rate at which the loss falls most steeply; undefined where it never falls. */
  readonly suggestion: number | undefined
}

/** Share of the smoothed loss that is kept from step to step. */
const KEPT = 0.9
/** A loss so many times the least ends the search. */
const DIVERGED = 4

/**
 * Trains with a rate that rises from step to step, `rate = from · (to / from)^(i / (steps − 1))`, and looks
 * where the loss falls most steeply over the rate's logarithm. Afterwards model, optimiser, loader and random
 * streams are as they were. Groups with rates of their own keep them.
 *
 * @throws ValueError unless 0 < from < to
 * @see Smith 2017, https://arxiv.org/abs/1506.01186
 * @example optimizer.lr = (await findLearningRate(trainer, loader)).suggestion ?? optimizer.lr
 */
export async function findLearningRate<L extends Module, B, M extends Metrics>(
  trainer: Trainer<L, B, M>,
  loader: Loader<B>,
  { from = 1e-6, to = 10, steps = 100 }: LearningRateOptions = {},
): Promise<LearningRates> {
  expectInteger('findLearningRate', 'steps', steps, 3)
  if (!(from > 0 && to > from && Number.isFinite(to))) {
    throw new ValueError('rates.range', { from, to })
  }
  const factor = exp(log(to / from) / (steps - 1))
  const rates: number[] = []
  const losses: number[] = []
  await rehearsal({ trainer, loader }, async (optimizer) => {
    let smooth = 0
    const rise: Callback = {
      onBatchBegin: () => {
        const rate = (rates.at(-1) ?? from / factor) * factor
        rates.push(rate)
        optimizer.lr = rate / (optimizer.schedule?.(optimizer.steps) || 1)
      },
      onReport: ({ logs: { loss = Number.NaN }, step }, fit) => {
        smooth = KEPT * smooth + (1 - KEPT) * loss
        // the mean begins at 0, which is made good
        const mean = smooth / (1 - exp(step * log(KEPT)))
        losses.push(mean)
        if (mean > DIVERGED * Math.min(...losses)) fit.stop('findLearningRate')
      },
    }
    const options = { steps, reportEvery: 1, callbacks: [rise], sanity: false, allowTest: true }
    await trainer.fit(loader, options).catch(expectDivergence)
  })
  const seen = rates.slice(0, losses.length)
  return { rates: seen, losses, suggestion: steepest(seen, losses) }
}

/** A loss that is not finite is what the search ends with. */
function expectDivergence(error: unknown): void {
  if (error instanceof MaruError && error.key === 'fit.diverged') return
  throw error
}

/** Where the loss falls most over one step, by the difference of its neighbours. */
function steepest(rates: readonly number[], losses: readonly number[]): number | undefined {
  let best: number | undefined
  let fall = 0
  for (let i = 1; i + 1 < losses.length; i++) {
    const own = (losses[i - 1] ?? 0) - (losses[i + 1] ?? 0)
    if (own <= fall) continue
    fall = own
    best = rates[i]
  }
  return best
}
