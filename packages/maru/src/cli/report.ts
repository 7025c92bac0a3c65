/** How `npm start` draws what it found. */
import { language } from '../base/env.ts'
import type { ImageDataset } from '../data/index.ts'
import {
  confusionMatrix,
  displayWidth,
  type Output,
  type Picture,
  pad,
  paint,
  pictures,
  type Screen,
  showValue,
} from '../terminal/index.ts'
import type { Mistake } from '../train/index.ts'
import type { Digits } from './digits.ts'
import type { Judgement } from './learn.ts'
import { phrases } from './phrases.ts'

type LineName = 'data' | 'model' | 'train' | 'stop' | 'saved' | 'error' | 'next'

/** A line's name in its column. */
export function nameOf(line: LineName): string {
  const { data, model, train, stop, saved, error, next } = phrases()
  const width = Math.max(...[data, model, train, stop, saved, error, next].map(displayWidth))
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

export interface Facts {
  /** Of the training set's pixels. */
  readonly mean: number
  readonly std: number
  readonly parameters: number
  readonly seed: number
}

/** What will be trained on what. */
export function introduce(
  { folder, train, test, incomplete }: Digits,
  { mean, std, parameters, seed }: Facts,
  output: Output,
): void {
  const text = phrases()
  output.write(`\n${paint(output.screen, text.title(folder ?? text.generated), 'bold')}\n\n`)
  say(
    output,
    'data',
    text.sets(train.length, test.length),
    ...(incomplete ? [text.incomplete] : []),
    text.scaled(showValue(mean), showValue(std)),
  )
  say(output, 'model', text.parameters(parameters, seed))
}

/** The error beside that of a linear classifier, the confusion, and the worst mistakes. */
export function report(
  { error, samples, mistakes, confusion }: Judgement,
  images: ImageDataset,
  linear: number,
  output: Output,
): void {
  const { screen } = output
  const text = phrases()
  const found = paint(screen, percent(error, 2), 'bold', 'green')
  const misread = text.misread(mistakes.length, samples)
  say(
    output,
    'error',
    `${found}  ${misread}`,
    paint(screen, text.linear(percent(linear, 2)), 'dim'),
  )
  output.write(`\n${confusionMatrix(confusion, screen, images.classes)}\n\n`)
  if (mistakes.length === 0) return
  output.write(`${text.surest}\n\n${drawMistakes(mistakes, images, screen)}\n\n`)
}

/** What to try next. */
export function suggest({ folder }: Digits, epochs: number, output: Output): void {
  const text = phrases()
  const data = folder === undefined ? '' : ` --data ${folder}`
  const other = language() === 'ko' ? 'en' : 'ko'
  const ways: [why: string, what: string][] = [
    [text.longer, `npm start --${data} --epochs ${2 * epochs}`],
    [text.otherLanguage, `MARU_LANG=${other} npm start`],
    [text.network, 'packages/maru/src/models/lenet.ts'],
  ]
  if (folder === undefined) {
    ways.unshift([text.realDigits, 'npm start -- --data ../shared/data/mnist'])
  }
  const width = Math.max(...ways.map(([why]) => displayWidth(why)))
  const lines = ways.map(([why, what]) => {
    return `${pad(why, width)}  ${paint(output.screen, what, 'cyan')}`
  })
  say(output, 'next', ...lines)
  output.write('\n')
}

/** A share as a percentage. */
function percent(share: number, digits: number): string {
  return `${(100 * share).toFixed(digits)} %`
}

/** Height and width of what is drawn of a digit: MNIST's take 20 pixels of 28. */
const WINDOW = 24
const MOST_PICTURES = 6

/** The mistakes that the model was surest of, as many as stand side by side. */
function drawMistakes(mistakes: readonly Mistake[], images: ImageDataset, screen: Screen): string {
  const room = Math.floor((screen.columns + 1) / (WINDOW + 2))
  const count = Math.max(1, Math.min(MOST_PICTURES, room))
  const drawn = mistakes.slice(0, count).map((mistake): Picture => {
    const { input } = images.at(mistake.index)
    const [, height, width] = images.shape
    const caption = phrases().caption(mistake, percent(mistake.confidence, 0))
    return { ...window(input.data, height, width), caption }
  })
  return pictures(drawn, screen)
}

/** The square of an image around the middle of its ink. */
function window(pixels: Float32Array, height: number, width: number): Picture {
  const size = Math.min(WINDOW, height, width)
  const inked = [...pixels.keys()].filter((i) => (pixels[i] ?? 0) > 0.5)
  const left = startOf(
    inked.map((i) => i % width),
    size,
    width,
  )
  const top = startOf(
    inked.map((i) => Math.floor(i / width)),
    size,
    height,
  )
  const cut = new Float32Array(size * size)
  for (let row = 0; row < size; row++) {
    const from = (top + row) * width + left
    cut.set(pixels.subarray(from, from + size), row * size)
  }
  return { pixels: cut, width: size, height: size }
}

/** Where `size` of `length` places begin, so that the outermost of the given ones are equally far in. */
function startOf(places: readonly number[], size: number, length: number): number {
  const middle =
    places.length > 0 ? (Math.min(...places) + Math.max(...places) + 1) / 2 : length / 2
  return Math.max(0, Math.min(length - size, Math.round(middle - size / 2)))
}
