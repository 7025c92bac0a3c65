/** How rows and pictures become inputs of a network, as data that is saved beside it. */
import { FormatError } from '../base/error.ts'
import {
  ColumnDataset,
  type Dataset,
  type NdArray,
  type Sample,
  type Table,
} from '../data/index.ts'
import { numberIn } from '../data/table.ts'

/** A column of a table, as a network sees it. */
export type ColumnCode =
  | { readonly name: string; readonly kind: 'number'; readonly mean: number; readonly std: number }
  | { readonly name: string; readonly kind: 'words'; readonly words: readonly string[] }

/** What is predicted: one of some classes, or a number. */
export type Target =
  | { readonly kind: 'class'; readonly classes: readonly string[] }
  | { readonly kind: 'number'; readonly mean: number; readonly std: number }

/** What reads other data as the training data were read. */
export type Encoding =
  | {
      readonly kind: 'table'
      readonly columns: readonly ColumnCode[]
      readonly label: string
      readonly target: Target
    }
  | {
      readonly kind: 'pictures'
      readonly channels: 1 | 3
      readonly size: readonly [height: number, width: number]
      readonly target: Target & { readonly kind: 'class' }
    }

/** Most different words of a column, each of which becomes an input. */
const MOST_WORDS = 32
/** A column of whole numbers with at most this many values holds classes. */
const MOST_CLASSES = 20
/** Columns that are taken for the label, if it is not named. */
const LABELS = ['label', 'class', 'target', 'species', 'category', 'y']

/** What was found of a table's columns. */
export interface TableReading {
  readonly encoding: Encoding & { readonly kind: 'table' }
  /** Columns that are no use, with the reason. */
  readonly left: readonly { readonly name: string; readonly why: 'text' | 'constant' }[]
}

/**
 * Decides how a table is read: columns of numbers are standardised, columns of few words become one input
 * a word, others are left out. Without a name, the label is the column called so, else the last.
 *
 * @param rows those that means, deviations and words are taken from: all, or those to train on
 * @throws FormatError when no column is left to learn from
 */
export function readingOf(
  table: Table,
  label: string | undefined,
  rows?: ArrayLike<number>,
): TableReading {
  const cells = (name: string): string[] => {
    const all = table.column(name)
    return rows ? Array.from(rows, (row) => all[row] ?? '') : all
  }
  const named = LABELS.find((name) => table.names.some((each) => each.toLowerCase() === name))
  const found = table.names.find((each) => each.toLowerCase() === named) ?? table.names.at(-1)
  const own = label ?? found ?? ''
  const target = targetOf(table.column(own), cells(own))
  const columns: ColumnCode[] = []
  const left: { name: string; why: 'text' | 'constant' }[] = []
  for (const name of table.names) {
    if (name === own) continue
    const code = codeOf(name, cells(name))
    if (typeof code === 'string') left.push({ name, why: code })
    else columns.push(code)
  }
  if (columns.length === 0) throw new FormatError('cli.columns', { label: own, names: table.names })
  return { encoding: { kind: 'table', columns, label: own, target }, left }
}

/** Classes are those of all rows, so that none is unknown later. */
function targetOf(texts: readonly string[], own: readonly string[]): Target {
  const words = [...new Set(texts)].sort()
  const numbers = texts.map(numberIn)
  const isNumber = numbers.every((value) => value !== undefined)
  const isWhole = isNumber && numbers.every((value) => Number.isInteger(value))
  if (!isNumber || (isWhole && words.length <= MOST_CLASSES)) {
    return { kind: 'class', classes: isWhole ? words.sort((a, b) => Number(a) - Number(b)) : words }
  }
  return { kind: 'number', ...momentsOf(own.map(numberIn)) }
}

function codeOf(name: string, texts: readonly string[]): ColumnCode | 'text' | 'constant' {
  const words = [...new Set(texts)].sort()
  if (words.length < 2) return 'constant'
  // A few cells that are empty do not make a column of numbers one of words.
  const numbers = texts.map((text) => (text.trim() === '' ? undefined : numberIn(text)))
  const isNumber = texts.every((text, i) => text.trim() === '' || numbers[i] !== undefined)
  if (isNumber) return { name, kind: 'number', ...momentsOf(numbers) }
  return words.length > MOST_WORDS ? 'text' : { name, kind: 'words', words }
}

function momentsOf(values: readonly (number | undefined)[]): { mean: number; std: number } {
  const known = values.filter((value) => value !== undefined)
  const count = Math.max(1, known.length)
  const mean = known.reduce((sum, value) => sum + value, 0) / count
  const square = known.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / count
  return { mean, std: Math.sqrt(square) || 1 }
}

/** Number of inputs that a table's columns become. */
export function widthOf({ columns }: Encoding & { readonly kind: 'table' }): number {
  return columns.reduce((sum, code) => sum + (code.kind === 'number' ? 1 : code.words.length), 0)
}

/**
 * The rows of a table as a network sees them. An empty cell counts as the mean, a word that was not there
 * in training as none of them; labels are left out where there is no such column.
 *
 * @throws FormatError for labels that are none of the classes
 */
export function encodedTable(
  table: Table,
  encoding: Encoding & { readonly kind: 'table' },
): Dataset<Sample> {
  const { columns, label, target } = encoding
  const width = widthOf(encoding)
  const data = new Float32Array(table.length * width)
  let at = 0
  for (const code of columns) {
    for (const [row, text] of table.column(code.name).entries()) fill(code, text, row * width + at)
    at += code.kind === 'number' ? 1 : code.words.length
  }
  const input = { data, shape: [table.length, width] }
  const classes = target.kind === 'class' ? { classes: target.classes } : {}
  return new ColumnDataset<Sample>({ input, label: labelsOf(table, label, target) }, classes)

  function fill(code: ColumnCode, text: string, place: number): void {
    if (code.kind === 'words') {
      const word = code.words.indexOf(text)
      if (word >= 0) data[place + word] = 1
      return
    }
    const value = text.trim() === '' ? code.mean : numberIn(text)
    if (value === undefined) {
      throw new FormatError('table.number', {
        name: code.name,
        row: Math.floor(place / width),
        got: text,
      })
    }
    data[place] = (value - code.mean) / code.std
  }
}

/** Class ids, or numbers as a network predicts them; zeros where the table has no such column. */
function labelsOf(
  table: Table,
  label: string,
  target: Target,
): NdArray<Int32Array> | NdArray<Float32Array> {
  const { length } = table
  const texts = table.names.includes(label) ? table.column(label) : undefined
  if (target.kind === 'number') {
    const data = Float32Array.from({ length }, (_, row) => {
      const value = texts ? numberIn(texts[row] ?? '') : 0
      if (value !== undefined) return (value - target.mean) / target.std
      throw new FormatError('table.number', { name: label, row, got: texts?.[row] })
    })
    return { data, shape: [length, 1] }
  }
  const ids = new Map(target.classes.map((name, id) => [name, id]))
  const data = Int32Array.from({ length }, (_, row) => {
    const id = texts ? ids.get(texts[row] ?? '') : 0
    if (id !== undefined) return id
    const { classes } = target
    throw new FormatError('cli.label', { name: label, row, got: texts?.[row], classes })
  })
  return { data, shape: [length] }
}
