/** The training loop: batches, steps, reports, and where it stands. */
import { ValueError } from '../base/error.ts'
import { restoreSeed, type SeedState, seedState } from '../base/seed.ts'
import { expectInteger } from '../base/shape.ts'
import type { Module } from '../nn/module.ts'
import type { Optimizer } from '../optim/optimizer.ts'
import { tensor } from '../tensor/create.ts'
import { type Loader, partsOf, samplesOf } from './batches.ts'
import { type Evaluation, type EvaluationOptions, type Metrics, readingsOf } from './evaluation.ts'
import { type EventOf, type EventType, Listeners, type Notice, type Position } from './events.ts'
import type { Fit, FitOptions, History, Saved } from './fit.ts'
import { type Bad, Meter, type Readings } from './meter.ts'
import type { LossScale } from './precision.ts'
import { resumeFrom } from './resume.ts'
import { Rollback } from './rollback.ts'
import { type Place, restoreLoader, type Standing, take } from './standing.ts'
import type { Stepped, Steps } from './step.ts'

/** Steps in a row that store nothing, after which training ends all the same. */
const MOST_SKIPS = 64
const REPORT_EVERY = 10

/** What a trainer lends to its loop. */
export interface Lent<L extends Module, B> {
  readonly model: L
  readonly optimizer: Optimizer
  readonly steps: Steps<L, B>
  /** There where gradients are computed in float16. */
  readonly scale: LossScale | undefined
  evaluate(loader: Loader<B>, options?: EvaluationOptions): Promise<Evaluation<Metrics>>
}

type Details<T extends EventType> = Omit<EventOf<T>, 'type' | keyof Position>

export class Loop<L extends Module, B> implements Fit {
  readonly epochs: number
  readonly #lent: Lent<L, B>
  readonly #loader: Loader<B>
  readonly #options: FitOptions<B>
  readonly #listeners: Listeners
  readonly #rollback: Rollback | undefined
  readonly #guarded: boolean
  readonly #meter = new Meter()
  readonly #history: Readings[] = []
  readonly #place: Place = { epoch: 0, batch: 0, step: 0, samples: 0, stopped: undefined }
  /** Batches that are gone through again to come to where a saved run stood. */
  #skip = 0
  #skipped = 0
  /** The step that was queued last, its losses taken in. */
  #running: Promise<void> = Promise.resolve()

  constructor(lent: Lent<L, B>, loader: Loader<B>, options: FitOptions<B>) {
    const { steps, epochs = steps === undefined ? 1 : Number.POSITIVE_INFINITY } = options
    if (epochs !== Number.POSITIVE_INFINITY) expectInteger('fit', 'epochs', epochs, 1)
    if (steps !== undefined) expectInteger('fit', 'steps', steps, 1)
    expectInteger('fit', 'reportEvery', options.reportEvery ?? REPORT_EVERY, 1)
    if (loader.length === 0) throw new ValueError('data.empty', { op: 'fit' })
    this.epochs = epochs
    this.#lent = lent
    this.#loader = loader
    this.#options = options
    this.#listeners = new Listeners(options.callbacks ?? [])
    this.#guarded = lent.scale !== undefined || options.onNaN === 'skip'
    this.#rollback = options.onNaN === 'rollback' ? new Rollback(lent) : undefined
  }

  get model(): L {
    return this.#lent.model
  }

  get optimizer(): Optimizer {
    return this.#lent.optimizer
  }

  get history(): readonly Readings[] {
    return this.#history
  }

  get position(): Position {
    const { epoch, batch, step, samples } = this.#place
    return { epoch: epoch + 1, batch, step, samples }
  }

  stop(by: string): void {
    this.#place.stopped ??= by
  }

  notice(kind: Notice['kind'], details: Notice['details']): Promise<void> {
    return this.#tell('notice', { kind, details })
  }

  async run(): Promise<History> {
    const { model } = this
    const mode = model.training
    try {
      await this.#begin()
      while (this.#place.epoch < this.epochs && !this.#isOver()) await this.#runEpoch()
      const history = this.#result()
      await this.#tell('fitEnd', history)
      return history
    } catch (error) {
      await this.#fail(error)
      throw error
    } finally {
      model.train(mode)
    }
  }

  async settle(): Promise<void> {
    await this.#running
    const bad = await this.#meter.read()
    if (bad) await this.#recover(bad)
  }

  async save(): Promise<Saved> {
    await this.settle()
    return take(this.#standing())
  }

  async #begin(): Promise<void> {
    const { resume, sanity = true, validation, settings = {} } = this.#options
    if (resume !== undefined) await this.#resume(resume)
    if (sanity && validation && this.#place.epoch < this.epochs) await this.#checkSanity(validation)
    this.#rollback?.keep(this.#place.step)
    const { batchSize, length = Number.NaN, dataset = {} } = this.#loader
    await this.#tell('fitBegin', {
      epochs: this.epochs,
      batches: Number.isFinite(length) ? length : undefined,
      epochSamples: 'length' in dataset ? Number(dataset.length) : undefined,
      parameters: this.model.parameterCount,
      settings: {
        model: this.model.describe(),
        optimizer: this.optimizer.constructor.name,
        lr: this.optimizer.lr,
        batchSize: batchSize ?? null,
        seed: seedState().seed,
        ...settings,
      },
    })
  }

  async #resume(folder: string): Promise<void> {
    await resumeFrom(folder, this.#standing(), (kind, details) => this.notice(kind, details))
    if (!this.#loader.restore) this.#skip = this.#place.batch
  }

  /** One batch of validation, of which nothing remains. */
  async #checkSanity(validation: Loader<B>): Promise<void> {
    const [place, seed]: [unknown, SeedState] = [validation.state?.(), seedState()]
    await this.#lent.evaluate(validation, { batches: 1 })
    if (place !== undefined) restoreLoader(validation, place)
    restoreSeed(seed)
  }

  async #runEpoch(): Promise<void> {
    const start = performance.now()
    const resumed = this.#place.batch > 0
    if (!resumed) this.#meter.reset()
    await this.#tell('epochBegin', {})
    this.model.train()
    for await (const batch of this.#loader) {
      if (this.#skip > 0) {
        this.#skip--
        continue
      }
      await this.#take(batch)
      if (this.#place.step === this.#options.steps) break
      if (this.#isOver() && this.#place.batch !== this.#loader.length) return this.#report()
    }
    if (this.#place.batch === 0) throw new ValueError('data.empty', { op: 'fit' })
    await this.#report()
    const { validation } = this.#options
    const own = { ...this.#meter.epoch(), lr: this.#rate() }
    const found = validation ? await this.#validate(validation) : {}
    const logs = { ...own, ...found }
    const seconds = (performance.now() - start) / 1000
    const ended = this.position
    this.#history.push(logs)
    this.#place.epoch++
    this.#place.batch = 0
    await this.#listeners.tell({ type: 'epochEnd', ...ended, logs, seconds }, this)
  }

  /** Queues the step of a batch, and waits for the one before it. */
  async #take(batch: B): Promise<void> {
    await this.#tell('batchBegin', {})
    const parts = partsOf(batch)
    const samples = samplesOf(parts.tensors)
    const before = this.#running
    const { steps: updates } = this.optimizer
    const stepped = this.#lent.steps.train(parts, this.optimizer, this.#guarded)
    this.#place.batch++
    this.#place.step++
    this.#place.samples += samples
    const step = this.#place.step
    this.#running = this.#takeIn(stepped, before, { step, samples })
    // whoever awaits it next hears of what went wrong
    this.#running.catch(() => {})
    await before
    if (this.#guarded) await this.#judge(await stepped, samples, updates)
    await this.#tell('batchEnd', {})
    if (step % (this.#options.reportEvery ?? REPORT_EVERY) === 0) await this.#report()
  }

  /** Losses are taken in in their order, whichever promise resolves first. */
  async #takeIn(
    stepped: Promise<Stepped>,
    before: Promise<void>,
    { step, samples }: { readonly step: number; readonly samples: number },
  ): Promise<void> {
    stepped.catch(() => {})
    await before
    const { loss, terms, good } = await stepped
    if (!good) this.#meter.add(step, samples, { loss, ...terms })
  }

  /** Looks whether a guarded step has stored anything; one that has not is no update. */
  async #judge({ loss, terms, good }: Stepped, samples: number, updates: number): Promise<void> {
    const isGood = good === undefined || (await good.item()) !== 0
    const { scale } = this.#lent
    if (isGood) {
      this.#meter.add(this.#place.step, samples, { loss, ...terms })
      this.#skipped = 0
      scale?.update(true)
      return
    }
    const bad = { step: this.#place.step, loss: await loss.item() }
    const counts = new Map([
      ['steps', tensor(Int32Array.of(updates), [])],
      ['calls', tensor(Int32Array.of(0), [])],
    ])
    await this.optimizer.loadStateDict(counts, { strict: false })
    const overflowed = scale !== undefined && Number.isFinite(bad.loss)
    if (overflowed) scale.update(false)
    if (++this.#skipped > MOST_SKIPS) throw this.#diverged(bad)
    if (overflowed || this.#options.onNaN === 'skip') {
      await this.notice('skipped', { step: bad.step, loss: String(bad.loss) })
    } else await this.#recover(bad)
  }

  async #report(): Promise<void> {
    await this.settle()
    const recent = this.#meter.recent()
    if (Object.keys(recent).length === 0) return
    this.#rollback?.keep(this.#place.step)
    await this.#tell('report', { logs: { ...recent, lr: this.#rate() } })
  }

  async #validate(loader: Loader<B>): Promise<Readings> {
    await this.#tell('validationBegin', {})
    const logs = readingsOf(await this.#lent.evaluate(loader))
    await this.#tell('validationEnd', { logs })
    return logs
  }

  async #recover(bad: Bad): Promise<void> {
    const to = await this.#rollback?.back()
    if (to === undefined) throw this.#diverged(bad)
    await this.notice('rolledBack', { step: bad.step, loss: String(bad.loss), to })
  }

  #diverged({ loss, step }: Bad): ValueError {
    return new ValueError('fit.diverged', { loss, step, lr: this.#rate() })
  }

  /** The learning rate of the update that was made last. */
  #rate(): number {
    const { lr, schedule, steps } = this.optimizer
    return lr * (schedule?.(Math.max(0, steps - 1)) ?? 1)
  }

  #isOver(): boolean {
    const { signal, steps = Number.POSITIVE_INFINITY } = this.#options
    return (
      this.#place.stopped !== undefined || signal?.aborted === true || this.#place.step >= steps
    )
  }

  #result(): History {
    const { epoch, step, stopped } = this.#place
    const isDone = epoch >= this.epochs || step === this.#options.steps
    const reason = stopped !== undefined ? 'stopped' : isDone ? 'done' : 'aborted'
    return { epochs: this.#history, reason, by: stopped }
  }

  async #fail(error: unknown): Promise<void> {
    const by = error instanceof Error ? error.message : String(error)
    try {
      await this.#tell('fitEnd', { reason: 'failed', by })
    } catch {
      // the first error is the one to be told
    }
  }

  async #tell<T extends EventType>(type: T, details: Details<T>): Promise<void> {
    if (!this.#listeners.hear(type)) return
    // type and details belong together
    const event = { type, ...this.position, ...details } as unknown as EventOf<T>
    await this.#listeners.tell(event, this)
  }

  #standing(): Standing {
    const { model, optimizer, scale } = this.#lent
    return {
      place: this.#place,
      model,
      optimizer,
      loader: this.#loader,
      validation: this.#options.validation,
      scale,
      meter: this.#meter,
      history: this.#history,
      callbacks: this.#listeners.callbacks,
    }
  }
}
