/** Results as lines of text that people read while they wait. */
import type { Result } from './results.ts'

const columns = [
  ['case', 48],
  ['thr', 4],
  ['tier', 6],
  ['maru ms', 10],
  ['GFLOP/s', 9],
  ['peer', 16],
  ['ms', 10],
  ['ratio', 7],
  ['of min', 7],
  ['spread', 10],
  ['load', 6],
  ['differs', 9],
] as const

const LEFT: ReadonlySet<string> = new Set(['case', 'tier', 'peer'])

function row(cells: readonly string[]): string {
  return columns
    .map(([name, width], i) => {
      const cell = cells[i] ?? ''
      const gap = ' '.repeat(Math.max(1, width - [...cell].length))
      return LEFT.has(name) ? ` ${cell}${gap}` : gap + cell
    })
    .join('')
}

export const header: string = row(columns.map(([name]) => name))

export function shown(value: number | null, digits = 3): string {
  if (value === null) return '–'
  return value >= 100 ? value.toFixed(0) : value.toPrecision(digits)
}

/** One result below another; what is the same is not repeated, a figure that misses its target is marked. */
export function line(result: Result, above: Result | undefined): string {
  const { ratio, target, most, maru_ms, spread, difference, right } = result
  const short = ratio !== null && target !== null && ratio < target
  const long = maru_ms !== null && most !== null && maru_ms > most
  const same =
    above !== undefined &&
    (['suite', 'case', 'threads', 'tier'] as const).every((name) => above[name] === result[name])
  const own = [
    result.case,
    String(result.threads),
    result.tier,
    `${long ? '>' : ''}${shown(maru_ms)}${result.unit === 'ms' ? '' : ` ${result.unit}`}`,
    shown(result.gflops),
  ]
  const cells = row([
    ...(same ? own.map(() => '') : own),
    result.peer ?? '',
    shown(result.peer_ms),
    `${short ? '<' : ''}${shown(ratio)}`,
    shown(result.ratio_min),
    spread ? `${(spread.maru * 100).toFixed(0)}/${(spread.peer * 100).toFixed(0)}%` : '',
    same ? '' : shown(result.foreign_load, 2),
    difference === null || same ? '' : `${difference.toExponential(0)}${right ? '' : ' WRONG'}`,
  ])
  return result.note ? `${cells}\n    ${result.peer}: ${result.note.split('\n')[0]}` : cells
}
