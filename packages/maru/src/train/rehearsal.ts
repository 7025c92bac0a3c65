/** Training for a look: afterwards everything is as it was. */
import { ValueError } from '../base/error.ts'
import { restoreSeed, seedState } from '../base/seed.ts'
import type { Module } from '../nn/module.ts'
import type { Optimizer } from '../optim/optimizer.ts'
import type { Loader } from './batches.ts'
import type { Metrics } from './evaluation.ts'
import { restoreLoader } from './standing.ts'
import type { Trainer } from './trainer.ts'

/** What is put back. */
interface Rehearsed<L extends Module, B, M extends Metrics> {
  readonly trainer: Trainer<L, B, M>
  readonly loader?: Loader<B>
}

/** Runs `body`, whatever comes of it; weights, optimiser, random streams and the loader's place come back. */
export async function rehearsal<L extends Module, B, M extends Metrics, T>(
  { trainer, loader }: Rehearsed<L, B, M>,
  body: (optimizer: Optimizer) => Promise<T>,
): Promise<T> {
  const { model, optimizer } = trainer
  if (!optimizer) throw new ValueError('fit.optimizer', {})
  const [weights, states] = [model.stateDict(), optimizer.stateDict()]
  const [place, seed]: [unknown, ReturnType<typeof seedState>] = [loader?.state?.(), seedState()]
  try {
    return await body(optimizer)
  } finally {
    await model.loadStateDict(weights)
    await optimizer.loadStateDict(states)
    if (loader && place !== undefined) restoreLoader(loader, place)
    restoreSeed(seed)
  }
}

/** The first batch of an epoch. @throws ValueError when there is none */
export async function firstBatch<B>(op: string, loader: Loader<B>): Promise<B> {
  for await (const batch of loader) return batch
  throw new ValueError('data.empty', { op })
}
