/** Progress of work on one line of a terminal, or as plain lines now and then in a log. */
import { showClock, showCount, showRate, showSeconds, showValue } from './numbers.ts'
import { paint, type Screen } from './screen.ts'
import { displayWidth, truncate } from './text.ts'

/** Numbers shown beside the bar: `{ loss: 0.12 }`. Text appears as it is. */
export type Readings = Readonly<Record<string, number | string>>

export interface ProgressOptions {
  /** Items to be done, more than 0. */
  readonly total: number
  readonly label?: string
  /** What is counted, in the plural. */
  readonly unit?: string
  /** Shows nothing at all. */
  readonly quiet?: boolean
  /** Time between plain lines where nothing can be drawn again. */
  readonly plainEverySeconds?: number
  /** Clock in milliseconds. */
  readonly now?: () => number
}

/** Where a bar is drawn. */
export interface Output {
  readonly screen: Screen
  write(text: string): void
}

const DRAW_EVERY_MS = 80
const RATE_WINDOW_MS = 5000
const BAR_CELLS = { least: 8, most: 32 }

/**
 * A bar with percentage, rate, time left and readings.
 *
 * @example
 * const bar = new ProgressBar(output, { total: 8000, label: 'epoch 1/20', unit: 'images' })
 * bar.update(64, { loss: 2.3 })
 * bar.finish({ loss: 0.31, error: '9.1 %' })
 */
export class ProgressBar {
  readonly #output: Output
  readonly #options: Required<ProgressOptions>
  readonly #start: number
  /** Times and counts of the last seconds, oldest first: the rate is theirs, not the whole run's. */
  readonly #samples: { time: number; done: number }[]
  #done = 0
  #readings: Readings = {}
  #drawn: number
  #visible = false

  constructor(output: Output, options: ProgressOptions) {
    this.#output = output
    this.#options = {
      label: '',
      unit: 'items',
      quiet: false,
      plainEverySeconds: 10,
      now: () => performance.now(),
      ...options,
    }
    this.#start = this.#options.now()
    this.#samples = [{ time: this.#start, done: 0 }]
    this.#drawn = output.screen.interactive ? Number.NEGATIVE_INFINITY : this.#start
  }

  /** Tells how many items are done in all. Draws only as often as eyes can follow. */
  update(done: number, readings: Readings = this.#readings): void {
    this.#done = done
    this.#readings = readings
    const time = this.#options.now()
    const { screen } = this.#output
    const pause = screen.interactive ? DRAW_EVERY_MS : this.#options.plainEverySeconds * 1000
    if (this.#options.quiet || time - this.#drawn < pause) return
    this.#sample(time)
    if (screen.interactive) this.#draw()
    else this.#output.write(`${this.#plainLine(time)}\n`)
    this.#drawn = time
  }

  /** Puts a line above the bar. */
  print(line: string): void {
    if (this.#options.quiet) return
    this.#output.write(this.#visible ? `\r\u001b[K${line}\n` : `${line}\n`)
    if (this.#visible) this.#draw()
  }

  /** Replaces the bar by a line that stays: what was done, how fast, the last readings. */
  finish(readings: Readings = this.#readings): void {
    if (this.#options.quiet) return
    const { label, unit } = this.#options
    const seconds = (this.#options.now() - this.#start) / 1000
    const rate = seconds > 0 ? [`${showRate(this.#done / seconds)} ${unit}/s`] : []
    const parts = [`${showCount(this.#done)} ${unit}`, showSeconds(seconds), ...rate]
    const { screen } = this.#output
    const line = [label, ...parts.map((part) => paint(screen, part, 'dim')), this.#show(readings)]
    const start = this.#visible ? '\r\u001b[K' : ''
    this.#output.write(`${start}${line.filter((part) => part !== '').join('  ')}\n`)
    this.#visible = false
  }

  #sample(time: number): void {
    this.#samples.push({ time, done: this.#done })
    while ((this.#samples[1]?.time ?? time) < time - RATE_WINDOW_MS) this.#samples.shift()
  }

  /** Items a second over the last seconds, or undefined before the first. */
  #rate(): number | undefined {
    const first = this.#samples[0]
    const last = this.#samples.at(-1)
    if (!first || !last || last.time <= first.time || last.done <= first.done) return undefined
    return ((last.done - first.done) * 1000) / (last.time - first.time)
  }

  #fraction(): number {
    return Math.min(1, Math.max(0, this.#done / this.#options.total))
  }

  /** Percentage, rate and time left; what cannot be known yet is left out. */
  #facts(): { percent: string; rate: string; left: string } {
    const rate = this.#rate()
    const left = Math.max(0, this.#options.total - this.#done)
    return {
      percent: `${Math.floor(this.#fraction() * 100)} %`,
      rate: rate === undefined ? '' : `${showRate(rate)} ${this.#options.unit}/s`,
      left: rate === undefined ? '' : `ETA ${showClock(left / rate)}`,
    }
  }

  #plainLine(time: number): string {
    const { label, total, unit } = this.#options
    const { percent, rate, left } = this.#facts()
    const count = `${showCount(this.#done)}/${showCount(total)} ${unit}`
    const elapsed = showClock((time - this.#start) / 1000)
    const parts = [label, `${count} (${percent})`, elapsed, rate, left, this.#show(this.#readings)]
    return parts.filter((part) => part !== '').join('  ')
  }

  #draw(): void {
    const { screen } = this.#output
    const { percent, rate, left } = this.#facts()
    const readings = this.#show(this.#readings)
    const { label } = this.#options
    const columns = screen.columns - 1
    // the rate goes first where there is little room, then the time left
    for (const facts of [[rate, left], [left], []]) {
      const right = [percent.padStart(5), ...facts, readings].filter((part) => part !== '')
      const text = right.join('  ')
      const room = columns - displayWidth(label) - displayWidth(text) - 4
      if (room < BAR_CELLS.least) continue
      const bar = this.#bar(Math.min(BAR_CELLS.most, room))
      this.#redraw(`${label}${label && '  '}${bar}  ${text}`)
      return
    }
    this.#redraw(truncate(`${label}${label && ' '}${percent} ${readings}`, columns))
  }

  #redraw(line: string): void {
    this.#output.write(`\r${line}\u001b[K`)
    this.#visible = true
  }

  #bar(cells: number): string {
    const { screen } = this.#output
    const filled = this.#fraction() * cells
    const whole = Math.floor(filled)
    if (!screen.unicode) return `${'#'.repeat(whole)}${'-'.repeat(cells - whole)}`
    const half = whole < cells && filled - whole >= 0.5 ? '╸' : ''
    const rest = '─'.repeat(cells - whole - half.length)
    return paint(screen, '━'.repeat(whole) + half, 'cyan') + paint(screen, rest, 'dim')
  }

  #show(readings: Readings): string {
    return Object.entries(readings)
      .map(([name, value]) => `${name} ${typeof value === 'number' ? showValue(value) : value}`)
      .join('  ')
  }
}
