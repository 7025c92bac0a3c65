/** The readings of a run for TensorBoard. */
import type { FileHandle } from 'node:fs/promises'
import { FormatError } from '../base/error.ts'
import { type EventRecord, encodeEvent, type Summary } from '../io/event-file.ts'
import { makeFolder } from '../io/files.ts'
import type { Callback, EpochEnd, FitBegin, Report } from './events.ts'
import type { Fit } from './fit.ts'
import type { Readings } from './meter.ts'

export interface TensorBoardOptions {
  /** Whether the values of every parameter are drawn after each epoch. */
  readonly histograms?: boolean
}

let files = 0

/**
 * Writes an event file that TensorBoard reads: losses and rates as they are reported (`batch/loss`),
 * readings of epochs (`epoch/loss`, `epoch/valLoss`), and the settings as a text.
 *
 * @throws FormatError when the file cannot be written
 * @example callbacks: [new TensorBoard('runs/digits')] // tensorboard --logdir runs
 */
export class TensorBoard implements Callback {
  readonly folder: string
  readonly #histograms: boolean
  #file: FileHandle | undefined

  constructor(folder: string, { histograms = false }: TensorBoardOptions = {}) {
    this.folder = folder
    this.#histograms = histograms
  }

  async onFitBegin({ step, settings }: FitBegin): Promise<void> {
    await this.#write(step, 'version')
    if (step > 0) await this.#write(step, 'start')
    const rows = Object.entries(settings).map(
      ([name, each]) => `| ${name} | ${JSON.stringify(each)} |`,
    )
    const text = ['| setting | value |', '|---|---|', ...rows].join('\n')
    await this.#write(step, [{ kind: 'text', tag: 'settings', text }])
  }

  onReport({ step, logs }: Report): Promise<void> {
    return this.#write(step, scalars('batch', logs))
  }

  async onEpochEnd({ step, logs }: EpochEnd, { model }: Fit): Promise<void> {
    const summaries: Summary[] = scalars('epoch', logs)
    if (this.#histograms) {
      for (const [tag, parameter] of model.namedParameters()) {
        const values = await parameter.snapshot().cast('float64').data<Float64Array>()
        summaries.push({ kind: 'histogram', tag, values })
      }
    }
    await this.#write(step, summaries)
  }

  async onFitEnd(): Promise<void> {
    await this.#file?.close()
    this.#file = undefined
  }

  async #write(step: number, what: EventRecord['what']): Promise<void> {
    try {
      this.#file ??= await create(this.folder)
      await this.#file.appendFile(encodeEvent({ time: Date.now() / 1000, step, what }))
    } catch (cause) {
      if (cause instanceof FormatError) throw cause
      const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
      throw new FormatError('file.write', { path: this.folder, reason }, cause)
    }
  }
}

function scalars(group: string, logs: Readings): Summary[] {
  return Object.entries(logs).map(([name, value]) => ({
    kind: 'scalar',
    tag: `${group}/${name}`,
    value,
  }))
}

/** A file of a name that nobody has; TensorBoard takes those of a folder in the order of their names. */
async function create(folder: string): Promise<FileHandle> {
  await makeFolder(folder)
  const { open } = await import('node:fs/promises')
  const seconds = String(Math.floor(Date.now() / 1000)).padStart(10, '0')
  return open(`${folder}/events.out.tfevents.${seconds}.maru.${process.pid}.${files++}`, 'ax')
}
