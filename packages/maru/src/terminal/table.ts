/** Small tables, and the confusion matrix as one. */
import { language } from '../base/env.ts'
import { showCount } from './numbers.ts'
import { paint, type Screen } from './screen.ts'
import { type Align, displayWidth, pad, truncate } from './text.ts'

export interface TableOptions {
  readonly header?: readonly string[]
  /** Alignment of each column; left where it says nothing. */
  readonly align?: readonly Align[]
}

const GAP = 2

/**
 * Rows in aligned columns under a dimmed header.
 *
 * Cells may be styled. Where the table is wider than the screen, the widest columns give way.
 */
export function table(
  rows: readonly (readonly string[])[],
  screen: Screen,
  options: TableOptions = {},
): string {
  return layOut(rows, screen, options, screen.columns - 1)
}

function layOut(
  rows: readonly (readonly string[])[],
  screen: Screen,
  { header, align = [] }: TableOptions,
  room: number,
): string {
  const all = header ? [header, ...rows] : rows
  const count = Math.max(0, ...all.map((row) => row.length))
  const widths = Array.from({ length: count }, (_, i) =>
    Math.max(...all.map((row) => displayWidth(row[i] ?? ''))),
  )
  shrink(widths, room - GAP * (count - 1))
  const lines = all.map((row) => {
    const cells = widths.map((width, i) => pad(fit(row[i] ?? '', width), width, align[i]))
    return cells.join(' '.repeat(GAP)).trimEnd()
  })
  if (header) lines[0] = paint(screen, lines[0] ?? '', 'dim')
  return lines.join('\n')
}

/** Takes from the widest columns, one cell at a time, until all fit in `room` cells. */
function shrink(widths: number[], room: number): void {
  let excess = widths.reduce((sum, width) => sum + width, 0) - room
  for (; excess > 0; excess--) {
    const widest = Math.max(...widths)
    if (widest <= 1) return
    widths[widths.indexOf(widest)] = widest - 1
  }
}

/** A cell that must be cut loses its styles: a cut style would colour the rest of the screen. */
function fit(cell: string, width: number): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
  return displayWidth(cell) <= width ? cell : truncate(cell.replace(/\u001b\[[0-9;]*m/g, ''), width)
}

const words = {
  en: { truth: 'truth', predicted: 'predicted', errors: 'errors', mistaken: 'most mistaken' },
  ko: { truth: '정답', predicted: '예측', errors: '오답', mistaken: '가장 많이 틀린 것' },
}

/**
 * A confusion matrix: one row for each true class, one column for each predicted one.
 *
 * Right answers are dimmed, mistakes stand out, the largest most. With more classes than fit, the
 * most frequent mistakes are listed instead.
 *
 * @param counts `counts[truth][predicted]`, a square matrix.
 */
export function confusionMatrix(
  counts: readonly (readonly number[])[],
  screen: Screen,
  labels: readonly string[] = counts.map((_, i) => String(i)),
): string {
  const text = words[language()]
  const largest = Math.max(0, ...mistakes(counts).map(({ count }) => count))
  const rows = counts.map((row, truth) => {
    const wrong = row.reduce((sum, count, i) => (i === truth ? sum : sum + count), 0)
    const all = row.reduce((sum, count) => sum + count, 0)
    const rate = all === 0 ? '' : `${((100 * wrong) / all).toFixed(1)} %`
    const cells = row.map((count, i) => paintCount(screen, count, i === truth, largest))
    return [labels[truth] ?? String(truth), ...cells, rate]
  })
  const header = [`${text.truth} \\ ${text.predicted}`, ...labels, text.errors]
  const align = header.map((): Align => 'right')
  const drawn = layOut(rows, screen, { header, align }, Number.POSITIVE_INFINITY)
  const width = Math.max(...drawn.split('\n').map(displayWidth))
  return width < screen.columns ? drawn : worst(counts, screen, labels)
}

function paintCount(screen: Screen, count: number, right: boolean, largest: number): string {
  if (right) return paint(screen, showCount(count), 'dim')
  if (count === 0) return paint(screen, screen.unicode ? '·' : '.', 'dim')
  const style = count * 2 > largest ? (['red', 'bold'] as const) : (['yellow'] as const)
  return paint(screen, showCount(count), ...style)
}

/** Every mistake that was made, the most frequent first. */
function mistakes(
  counts: readonly (readonly number[])[],
): { truth: number; predicted: number; count: number }[] {
  return counts
    .flatMap((row, truth) => row.map((count, predicted) => ({ truth, predicted, count })))
    .filter(({ truth, predicted, count }) => truth !== predicted && count > 0)
    .sort((a, b) => b.count - a.count)
}

function worst(
  counts: readonly (readonly number[])[],
  screen: Screen,
  labels: readonly string[],
): string {
  const text = words[language()]
  const rows = mistakes(counts)
    .slice(0, 10)
    .map(({ truth, predicted, count }) => [
      labels[truth] ?? String(truth),
      labels[predicted] ?? String(predicted),
      showCount(count),
    ])
  const header = [text.truth, text.predicted, text.errors]
  return `${text.mistaken}\n${table(rows, screen, { header, align: ['left', 'left', 'right'] })}`
}
