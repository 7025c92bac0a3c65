/** Loss and metrics over all batches of a loader, nothing learned. */
import { ValueError } from '../base/error.ts'
import type { Module } from '../nn/module.ts'
import { type Loader, partsOf, samplesOf } from './batches.ts'
import { type Bad, Meter, type Readings } from './meter.ts'
import type { Metric } from './metrics-terms.ts'
import type { Evaluated, Steps } from './step.ts'

/** Batches between two looks at losses, which are kept meanwhile. */
const READ_EVERY = 64

/** Metrics by name. */
export type Metrics = Readonly<Record<string, Metric<unknown>>>

/** What metrics give, by name. */
export type Results<M extends Metrics> = { readonly [K in keyof M]: ReturnType<M[K]['compute']> }

export interface Evaluation<M extends Metrics> {
  /** Mean of the loss over all samples, without penalties. */
  readonly loss: number
  /** Means of what else the objective tells. */
  readonly terms: Readings
  readonly samples: number
  readonly metrics: Results<M>
}

export interface EvaluationOptions {
  /** Batches after which it ends; all of them unless told otherwise. */
  readonly batches?: number
}

/**
 * Goes through a loader in evaluation mode, and leaves the mode as it was.
 *
 * @throws ValueError when there is no batch, or a metric has nothing to compare
 */
export async function evaluateWith<L extends Module, B, M extends Metrics>(
  { steps, model, metrics }: { steps: Steps<L, B>; model: L; metrics: M },
  loader: Loader<B>,
  { batches = Number.POSITIVE_INFINITY }: EvaluationOptions = {},
): Promise<Evaluation<M>> {
  const own = Object.entries(metrics)
  for (const [, metric] of own) metric.reset()
  const meter = new Meter()
  let count = 0
  let samples = 0
  let bad: Bad | undefined
  const take = async (running: Promise<Evaluated>, size: number): Promise<void> => {
    const { loss, terms, outputs, targets } = await running
    meter.add(count, size, { loss, ...terms })
    samples += size
    for (const [name, metric] of own) {
      if (!outputs || !targets) throw new ValueError('evaluate.outputs', { name })
      await metric.update(outputs, targets)
    }
    if (count % READ_EVERY === 0) bad ??= await meter.read()
  }
  const mode = model.training
  model.eval()
  try {
    // one batch is queued while the one before it is read
    let before: (() => Promise<void>) | undefined
    for await (const batch of loader) {
      const parts = partsOf(batch)
      const running = steps.evaluate(parts, own.length > 0)
      running.catch(() => {})
      await before?.()
      before = () => take(running, samplesOf(parts.tensors))
      if (++count >= batches) break
    }
    await before?.()
  } finally {
    model.train(mode)
  }
  if (count === 0) throw new ValueError('data.empty', { op: 'evaluate' })
  bad ??= await meter.read()
  const { loss = Number.NaN, ...terms } = meter.epoch()
  const results = Object.fromEntries(own.map(([name, metric]) => [name, metric.compute()]))
  // each name has the result of its own metric
  return { loss: bad ? bad.loss : loss, terms, samples, metrics: results as Results<M> }
}

/** What validation tells in numbers: `valLoss`, `valAccuracy`, `valScores.f1`. */
export function readingsOf({ loss, terms, metrics }: Evaluation<Metrics>): Readings {
  const readings: Record<string, number> = {}
  const put = (name: string, value: unknown): void => {
    if (typeof value === 'number') readings[name] = value
    else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [key, each] of Object.entries(value)) put(`${name}.${key}`, each)
    }
  }
  for (const [name, value] of Object.entries({ loss, ...terms, ...metrics })) {
    put(`val${name.charAt(0).toUpperCase()}${name.slice(1)}`, value)
  }
  return readings
}
