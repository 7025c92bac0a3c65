/** Curves as characters: braille dots, two by four in a cell, with numbers at the axes. */
import { showCount, showValue } from './numbers.ts'
import { paint, type Screen, type Style } from './screen.ts'
import { pad } from './text.ts'

/** A curve; values that are not finite leave a gap. */
export interface Series {
  readonly name: string
  readonly values: ArrayLike<number>
}

export interface ChartOptions {
  /** Lines of the plot itself, without the axis below. */
  readonly height?: number
  /** What the horizontal axis counts: its name, and the numbers of the first and last value. */
  readonly x?: { readonly name: string; readonly from: number; readonly to: number }
}

const CURVES: readonly Style[] = ['cyan', 'yellow', 'magenta', 'green']
const BARS = '▁▂▃▄▅▆▇█'
const ASCII_BARS = '_.-=*#'
const MAX_WIDTH = 100
/** Cells for the numbers at the left, of three digits: `-1.2e-5`. */
const MARGIN = 7

/** Bits of the braille dots in a cell, by column and row. */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const

/** Dots set so far, and the curve that set each cell last. */
interface Canvas {
  readonly width: number
  readonly height: number
  readonly bits: Uint8Array
  readonly owner: Uint8Array
}

/**
 * A chart of one or more curves over a common horizontal axis.
 *
 * Curves with more values than there are columns are averaged. Colours tell curves apart; without
 * colours, those after the first are dotted.
 *
 * @returns Lines of text; empty when no value is finite.
 */
export function chart(
  series: readonly Series[],
  screen: Screen,
  { height = 10, x }: ChartOptions = {},
): string {
  const room = screen.columns - MARGIN - 3
  const width = Math.max(8, Math.min(MAX_WIDTH, room))
  const curves = series.map(({ values }) => average(values, Math.min(values.length, width * 2)))
  const [low, high] = bounds(curves)
  if (low === undefined || high === undefined) return ''
  const canvas = draw(curves, { low, high, width, height, solid: screen.colors !== 'none' })
  const middle = (height - 1) >> 1
  const between = high - ((high - low) * (middle * 4 + 1.5)) / (height * 4 - 1)
  const marks = new Map([
    [0, high],
    [middle, between],
    [height - 1, low],
  ])
  const tick = screen.unicode ? ['┤', '│', '└', '─'] : ['+', '|', '+', '-']
  const lines: string[] = []
  for (let row = 0; row < height; row++) {
    const mark = marks.get(row)
    const number = pad(mark === undefined ? '' : showValue(mark, 3), MARGIN, 'right')
    const side = mark === undefined ? tick[1] : tick[0]
    const left = paint(screen, `${number} ${side}`, 'dim')
    lines.push((left + cells(canvas, row, screen)).trimEnd())
  }
  const indent = ' '.repeat(MARGIN + 1)
  lines.push(indent + paint(screen, `${tick[2]}${tick[3]?.repeat(width)}`, 'dim'))
  const below = [x && axis(x, width), series.length > 1 && legend(series, screen)]
  for (const line of below) if (line) lines.push(`${indent} ${line}`)
  return lines.join('\n')
}

/** A curve in one line of `▁▂▃▄▅▆▇█`, at most `width` cells wide. */
export function sparkline(values: ArrayLike<number>, screen: Screen, width = 20): string {
  const points = average(values, Math.min(width, values.length))
  const [low, high] = bounds([points])
  if (low === undefined || high === undefined) return ''
  const bars = screen.unicode ? BARS : ASCII_BARS
  return Array.from(points, (value) =>
    Number.isFinite(value)
      ? bars[Math.round(((value - low) / (high - low || 1)) * (bars.length - 1))]
      : ' ',
  ).join('')
}

/** Least and greatest finite value of all curves; nothing when there is none. */
function bounds(curves: readonly Float64Array[]): [low?: number, high?: number] {
  const finite = curves.flatMap((values) => [...values].filter(Number.isFinite))
  return finite.length === 0 ? [] : [Math.min(...finite), Math.max(...finite)]
}

/** At most `count` values: each the mean of the finite ones of its share, NaN where there is none. */
function average(values: ArrayLike<number>, count: number): Float64Array {
  const out = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    let sum = 0
    let found = 0
    const end = Math.ceil(((i + 1) * values.length) / count)
    for (let j = Math.floor((i * values.length) / count); j < end; j++) {
      const value = values[j] ?? Number.NaN
      if (!Number.isFinite(value)) continue
      sum += value
      found++
    }
    out[i] = found === 0 ? Number.NaN : sum / found
  }
  return out
}

interface Frame {
  readonly low: number
  readonly high: number
  readonly width: number
  readonly height: number
  readonly solid: boolean
}

function draw(curves: readonly Float64Array[], frame: Frame): Canvas {
  const { low, high, width, height } = frame
  const cells = width * height
  const canvas = { width, height, bits: new Uint8Array(cells), owner: new Uint8Array(cells) }
  const top = height * 4 - 1
  const level = (value: number) =>
    high === low ? top >> 1 : Math.round(((high - value) / (high - low)) * top)
  curves.forEach((points, curve) => {
    const last = Math.max(1, points.length - 1)
    let before: [x: number, y: number] | undefined
    points.forEach((value, i) => {
      if (!Number.isFinite(value)) {
        before = undefined
        return
      }
      const here: [number, number] = [Math.round((i / last) * (width * 2 - 1)), level(value)]
      line(canvas, before ?? here, here, curve, frame.solid || curve === 0)
      before = here
    })
  })
  return canvas
}

/** Sets the dots between two points; every other one when not solid. */
function line(
  canvas: Canvas,
  [x0, y0]: [number, number],
  [x1, y1]: [number, number],
  curve: number,
  solid: boolean,
): void {
  const steps = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0), 1)
  for (let i = 0; i <= steps; i++) {
    const x = Math.round(x0 + ((x1 - x0) * i) / steps)
    const y = Math.round(y0 + ((y1 - y0) * i) / steps)
    if (!solid && (x + y) % 2 === 1) continue
    const cell = (y >> 2) * canvas.width + (x >> 1)
    canvas.bits[cell] = (canvas.bits[cell] ?? 0) | (DOTS[x % 2]?.[y % 4] ?? 0)
    canvas.owner[cell] = curve
  }
}

function cells(canvas: Canvas, row: number, screen: Screen): string {
  let out = ''
  for (let i = row * canvas.width; i < (row + 1) * canvas.width; i++) {
    const bits = canvas.bits[i] ?? 0
    const char = screen.unicode ? String.fromCharCode(0x2800 + bits) : '*'
    if (bits === 0) out += ' '
    else out += paint(screen, char, styleOf(canvas.owner[i] ?? 0))
  }
  return out
}

function styleOf(curve: number): Style {
  return CURVES[curve % CURVES.length] ?? 'cyan'
}

function axis(x: { name: string; from: number; to: number }, width: number): string {
  const [from, to] = [showCount(x.from), showCount(x.to)]
  return from + pad(x.name, Math.max(0, width - from.length - to.length), 'center') + to
}

function legend(series: readonly Series[], screen: Screen): string {
  const solid = screen.unicode ? '━━' : '--'
  const dotted = screen.unicode ? '┄┄' : '..'
  return series
    .map(({ name }, curve) => {
      const stroke = screen.colors === 'none' && curve > 0 ? dotted : solid
      return `${paint(screen, stroke, styleOf(curve))} ${name}`
    })
    .join('   ')
}
