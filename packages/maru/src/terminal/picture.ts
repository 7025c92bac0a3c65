/** Grayscale images as characters: two pixels in a cell with colours, a ramp of letters without. */
import { paint, type Screen } from './screen.ts'
import { displayWidth, pad, truncate } from './text.ts'

/** A grayscale image, row by row from the top. */
export interface Picture {
  readonly pixels: ArrayLike<number>
  readonly width: number
  readonly height: number
  readonly caption?: string
  /** Draws the caption so that it is seen first. */
  readonly marked?: boolean
}

export interface PictureOptions {
  /** Value drawn black. */
  readonly low?: number
  /** Value drawn white. */
  readonly high?: number
}

const GAP = 2
const RAMP = ' .:-=+*#%@'

/**
 * Draws images side by side, as many in a row as the screen is wide, captions below.
 *
 * An image wider than the screen is drawn smaller.
 */
export function pictures(
  images: readonly Picture[],
  screen: Screen,
  { low = 0, high = 1 }: PictureOptions = {},
): string {
  const room = screen.columns - 1
  const blocks = images.map((image) => {
    const { width, height, gray } = sample(image, room, low, high)
    const lines = screen.unicode && isColored(screen) ? blocksOf : lettersOf
    const drawn = lines(width, height, gray, screen)
    const cells = Math.min(room, Math.max(width, displayWidth(image.caption ?? '')))
    return { cells, lines: drawn.map((line) => pad(line, cells)), image }
  })
  const rows: string[] = []
  for (let first = 0; first < blocks.length; ) {
    let used = 0
    let last = first
    for (; last < blocks.length; last++) {
      const next = (blocks[last]?.cells ?? 0) + (last > first ? GAP : 0)
      if (last > first && used + next > room) break
      used += next
    }
    rows.push(sideBySide(blocks.slice(first, last), screen))
    first = last
  }
  return rows.join('\n')
}

function isColored({ colors }: Screen): boolean {
  return colors === 'full' || colors === 'many'
}

interface Block {
  readonly cells: number
  readonly lines: readonly string[]
  readonly image: Picture
}

function sideBySide(blocks: readonly Block[], screen: Screen): string {
  const height = Math.max(0, ...blocks.map(({ lines }) => lines.length))
  const gap = ' '.repeat(GAP)
  const out: string[] = []
  for (let y = 0; y < height; y++) {
    out.push(blocks.map(({ lines, cells }) => lines[y] ?? ' '.repeat(cells)).join(gap))
  }
  if (blocks.some(({ image }) => image.caption)) {
    const captions = blocks.map(({ cells, image }) => {
      const text = pad(truncate(image.caption ?? '', cells), cells, 'center')
      return paint(screen, text, ...(image.marked ? (['red', 'bold'] as const) : []))
    })
    out.push(captions.join(gap))
  }
  return out.map((line) => line.trimEnd()).join('\n')
}

/** Brightness from 0 to 1 at a pixel; beyond the bottom edge, the edge. */
type Gray = (x: number, y: number) => number

interface Sampled {
  readonly width: number
  readonly height: number
  readonly gray: Gray
}

/** The image at a width of at most `room`, each new pixel the mean of those that it covers. */
function sample(image: Picture, room: number, low: number, high: number): Sampled {
  const step = Math.ceil(image.width / room)
  const width = Math.ceil(image.width / step)
  const height = Math.ceil(image.height / step)
  const gray: Gray = (x, y) => {
    let sum = 0
    let count = 0
    for (let i = y * step; i < Math.min((y + 1) * step, image.height); i++) {
      for (let j = x * step; j < Math.min((x + 1) * step, image.width); j++) {
        sum += image.pixels[i * image.width + j] ?? low
        count++
      }
    }
    const level = count === 0 ? 0 : (sum / count - low) / (high - low)
    return level > 0 ? Math.min(1, level) : 0
  }
  return { width, height, gray }
}

/** Two rows of pixels in a line: the upper is the colour of `▀`, the lower that behind it. */
function blocksOf(width: number, height: number, gray: Gray, screen: Screen): string[] {
  const lines: string[] = []
  for (let y = 0; y < height; y += 2) {
    let line = ''
    let style = ''
    for (let x = 0; x < width; x++) {
      const below = y + 1 < height ? `;48;${shade(gray(x, y + 1), screen)}` : ''
      const next = `\u001b[38;${shade(gray(x, y), screen)}${below}m`
      line += next === style ? '▀' : `${next}▀`
      style = next
    }
    lines.push(`${line}\u001b[0m`)
  }
  return lines
}

/** A grey as the terminal's colour parameter. */
function shade(level: number, { colors }: Screen): string {
  if (colors === 'full') {
    const byte = Math.round(level * 255)
    return `2;${byte};${byte};${byte}`
  }
  // 256 colours have 24 greys, from 232; black is 16 and white 231
  const step = Math.round(level * 25)
  return `5;${step === 0 ? 16 : step === 25 ? 231 : 231 + step}`
}

/** A letter for two rows of pixels, since a cell is about twice as high as wide. */
function lettersOf(width: number, height: number, gray: Gray): string[] {
  const lines: string[] = []
  for (let y = 0; y < height; y += 2) {
    let line = ''
    for (let x = 0; x < width; x++) {
      const below = y + 1 < height ? gray(x, y + 1) : gray(x, y)
      line += RAMP[Math.round(((gray(x, y) + below) / 2) * (RAMP.length - 1))] ?? ' '
    }
    lines.push(line)
  }
  return lines
}
