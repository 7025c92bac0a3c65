/** How `npm start` draws what it found. */
import type { ImageDataset } from '../data/index.ts'
import type { Evaluation } from '../train/index.ts'
import { phrases } from './phrases.ts'
import {
  displayWidth,
  type Output,
  type Picture,
  pad,
  paint,
  pictures,
  type Screen,
} from './terminal/index.ts'

export type LineName = 'data' | 'model' | 'train' | 'error' | 'saved' | 'next'

/** A line's name in its column. */
export function nameOf(line: LineName): string {
  const { data, model, train, error, saved, next } = phrases()
  const width = Math.max(...[data, model, train, error, saved, next].map(displayWidth))
  return pad(phrases()[line], width)
}

/** Lines of text under one name at the left. */
export function say({ screen, write }: Output, name: LineName, ...lines: readonly string[]): void {
  const left = nameOf(name)
  const indent = ' '.repeat(displayWidth(left))
  lines.forEach((line, i) => {
    write(`${i === 0 ? paint(screen, left, 'dim') : indent}  ${line}\n`)
  })
}

/** A share as a percentage. */
export function percent(share: number, digits = 2): string {
  return `${(100 * share).toFixed(digits)} %`
}

/** Height and width of what is drawn of a digit: MNIST's take 20 pixels of 28. */
const WINDOW = 24
const MOST_PICTURES = 6

/** The mistakes that the model was surest of, as many as stand side by side. */
export function drawMistakes(
  { mistakes }: Evaluation,
  images: ImageDataset,
  screen: Screen,
): string {
  const room = Math.floor((screen.columns + 1) / (WINDOW + 2))
  const count = Math.max(1, Math.min(MOST_PICTURES, room))
  const drawn = mistakes.slice(0, count).map((mistake): Picture => {
    const { input } = images.at(mistake.index)
    const [, height, width] = images.shape
    const caption = phrases().caption(mistake, percent(mistake.confidence, 0))
    return { ...window(input, height, width), caption }
  })
  return pictures(drawn, screen)
}

/** The square of an image around the middle of its ink. */
function window(pixels: Float32Array, height: number, width: number): Picture {
  const size = Math.min(WINDOW, height, width)
  let [ink, x, y] = [0, 0, 0]
  pixels.forEach((value, i) => {
    ink += value
    x += value * (i % width)
    y += value * Math.floor(i / width)
  })
  const start = (middle: number, length: number): number =>
    Math.max(0, Math.min(length - size, Math.round(middle / (ink || 1) - (size - 1) / 2)))
  const [left, top] = [start(x, width), start(y, height)]
  const cut = new Float32Array(size * size)
  for (let row = 0; row < size; row++) {
    const from = (top + row) * width + left
    cut.set(pixels.subarray(from, from + size), row * size)
  }
  return { pixels: cut, width: size, height: size }
}
