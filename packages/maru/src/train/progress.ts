/** Training in a terminal. */
import { language } from '../base/env.ts'
import {
  ProgressBar as Bar,
  type Output,
  type Readings as Shown,
  screenOf,
} from '../terminal/index.ts'
import type {
  BatchEnd,
  Callback,
  EpochBegin,
  EpochEnd,
  FitBegin,
  Json,
  Notice,
  Report,
} from './events.ts'
import type { Readings } from './meter.ts'

interface Words {
  readonly epoch: string
  readonly samples: string
  notice(notice: Notice): string
}

const en: Words = {
  epoch: 'epoch',
  samples: 'samples',
  notice: ({ kind, step, details }) => {
    const { path, reason, to, loss, folder, then, now } = details
    const texts: Record<Notice['kind'], string> = {
      resumed: `goes on from step ${details.step}, ${path}`,
      fresh: `no checkpoint in ${folder}: training begins`,
      damaged: `damaged and passed over: ${path} (${reason})`,
      device: `saved with "${then}", now "${now}": last bits may differ`,
      saved: '',
      skipped: `step ${step} was not made: loss ${loss} or its gradient is not finite`,
      rolledBack: `loss ${loss} at step ${details.step}: back to step ${to}`,
      deadUnits: `dead units, 0 for every sample: ${inLayers(details.layers)}; a lower rate, He's initial weights or LeakyReLU may help`,
      overfitting: `overfitting since epoch ${details.turn}; what may help: ${details.remedies}`,
    }
    return texts[kind]
  },
}

const ko: Words = {
  epoch: 'epoch',
  samples: '표본',
  notice: ({ kind, step, details }) => {
    const { path, reason, to, loss, folder, then, now } = details
    const texts: Record<Notice['kind'], string> = {
      resumed: `${details.step}번째 단계의 ${path}에서 이어 간다`,
      fresh: `${folder}에 체크포인트가 없어 처음부터 학습한다`,
      damaged: `손상되어 건너뛴다: ${path} (${reason})`,
      device: `"${then}"에서 저장했고 지금은 "${now}"이다. 마지막 비트가 다를 수 있다`,
      saved: '',
      skipped: `${step}번째 단계를 건너뛰었다. 손실 ${loss} 또는 그 기울기가 유한하지 않다`,
      rolledBack: `${details.step}번째 단계의 손실이 ${loss}이다. ${to}번째 단계로 되돌아간다`,
      deadUnits: `모든 표본에서 0인 죽은 유닛: ${inLayers(details.layers)}. 학습률을 낮추거나 He 초기화나 LeakyReLU를 써 볼 만하다`,
      overfitting: `에폭 ${details.turn}부터 과적합이다. 도움이 될 만한 것: ${details.remedies}`,
    }
    return texts[kind]
  },
}

/** How many in which layer. */
function inLayers(layers: Json | undefined): string {
  return Object.entries(layers ?? {})
    .map(([name, count]) => `${name} (${count})`)
    .join(', ')
}

export interface ProgressBarOptions {
  /** Where it is drawn; standard output unless told otherwise. */
  readonly output?: Output
}

/**
 * A bar for each epoch, of which a line with its readings stays; plain lines where nothing can be drawn
 * again. Says what a person should know: a resumed run, damaged checkpoints, steps that were skipped.
 *
 * @example callbacks: [new ProgressBar()]
 */
export class ProgressBar implements Callback {
  readonly #output: Output
  #bar: Bar | undefined
  #epochs = 1
  #total: number | undefined
  /** Samples before the epoch. */
  #before = 0
  #readings: Shown = {}

  constructor({ output = standardOutput() }: ProgressBarOptions = {}) {
    this.#output = output
  }

  onFitBegin({ epochs, epochSamples }: FitBegin): void {
    this.#epochs = epochs
    this.#total = epochSamples
  }

  onEpochBegin({ epoch, samples, batch }: EpochBegin): void {
    const total = this.#total ?? 0
    this.#before = batch === 0 ? samples : (epoch - 1) * total
    this.#readings = {}
    const of = Number.isFinite(this.#epochs) ? `/${this.#epochs}` : ''
    const label = `${words().epoch} ${epoch}${of}`
    // of a stream nobody knows how much is left: its line comes with the end of the epoch
    const quietly = total === 0 ? { screen: { ...this.#output.screen, interactive: false } } : {}
    this.#bar = new Bar(
      { ...this.#output, ...quietly },
      { total: total || Number.POSITIVE_INFINITY, label, unit: words().samples },
    )
  }

  onBatchEnd({ samples }: BatchEnd): void {
    if (this.#total) this.#bar?.update(samples - this.#before, this.#readings)
  }

  onReport({ logs }: Report): void {
    this.#readings = shown(logs)
  }

  onEpochEnd({ samples, logs }: EpochEnd): void {
    this.#bar?.update(samples - this.#before, shown(logs))
    this.#bar?.finish(shown(logs))
    this.#bar = undefined
  }

  onNotice(notice: Notice): void {
    const line = words().notice(notice)
    if (line === '') return
    if (this.#bar) this.#bar.print(line)
    else this.#output.write(`${line}\n`)
  }
}

function words(): Words {
  return language() === 'ko' ? ko : en
}

/** Readings without the rate, which is no result. */
function shown({ lr, ...rest }: Readings): Shown {
  return rest
}

function standardOutput(): Output {
  const { stdout } = process
  return { screen: screenOf(stdout, process.env), write: (text) => void stdout.write(text) }
}
