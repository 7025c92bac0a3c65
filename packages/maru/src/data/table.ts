/** Tables of text with named columns: CSV, TSV, and JSON by lines. */
import { FormatError, ValueError } from '../base/error.ts'
import { readText } from './bytes.ts'
import type { NdArray } from './record.ts'
import { parseSeparated, type SeparatedOptions } from './separated.ts'

/** Labels of a column of words. */
export interface Labelled {
  readonly labels: Int32Array
  readonly classes: readonly string[]
}

/**
 * Rows of text under named columns.
 *
 * @throws FormatError when rows are not as long as the header, or two columns are of one name
 */
export class Table {
  readonly names: readonly string[]
  readonly rows: readonly (readonly string[])[]

  constructor(names: readonly string[], rows: readonly (readonly string[])[]) {
    const twice = names.find((name, i) => names.indexOf(name) < i)
    if (twice !== undefined) throw new FormatError('table.twice', { name: twice })
    rows.forEach((row, i) => {
      if (row.length === names.length) return
      throw new FormatError('table.row', { i, got: row.length, columns: names.length })
    })
    this.names = names
    this.rows = rows
  }

  get length(): number {
    return this.rows.length
  }

  /** The texts of a column. @throws ValueError when there is no such column */
  column(name: string): string[] {
    const at = this.names.indexOf(name)
    if (at < 0) throw new ValueError('table.column', { name, names: this.names })
    return this.rows.map((row) => row[at] ?? '')
  }

  /**
   * Columns as numbers.
   *
   * @shape [rows, columns]
   * @throws FormatError when a text is no finite number
   */
  numbers(names: readonly string[]): NdArray<Float32Array> {
    const columns = names.map((name) => this.column(name))
    const data = new Float32Array(this.length * names.length)
    columns.forEach((texts, column) => {
      texts.forEach((text, row) => {
        const value = numberIn(text)
        if (value === undefined) {
          throw new FormatError('table.number', { name: names[column], row, got: text })
        }
        data[row * names.length + column] = value
      })
    })
    return { data, shape: [this.length, names.length] }
  }

  /** A column of words as class ids; classes are the words, sorted by code units. */
  labels(name: string): Labelled {
    const texts = this.column(name)
    const classes = [...new Set(texts)].sort()
    const ids = new Map(classes.map((text, id) => [text, id]))
    return { labels: Int32Array.from(texts, (text) => ids.get(text) ?? 0), classes }
  }
}

/** The finite number that a text is; spaces around it do not count. */
export function numberIn(text: string): number | undefined {
  if (!/^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/.test(text)) return undefined
  const value = Number(text)
  return Number.isFinite(value) ? value : undefined
}

export interface TableOptions extends SeparatedOptions {
  /** Whether the first row names the columns; otherwise they are called `0`, `1`, … */
  readonly header?: boolean
}

/**
 * A table of comma-separated values; empty lines are passed over. `separator: '\t', quotes: false` makes it TSV.
 *
 * @throws FormatError when it is not well-formed, or its rows are not of one length
 * @example parseTable('x,y\n1,2\n').numbers(['y']).data // [2]
 */
export function parseTable(text: string, { header = true, ...how }: TableOptions = {}): Table {
  const all = parseSeparated(text.replace(/^\ufeff/, ''), how)
  const wide = (all[0]?.length ?? 0) > 1
  const rows = wide ? all.filter((row) => row.length > 1 || row[0] !== '') : all
  const [first, ...rest] = rows
  if (!first) throw new FormatError('table.empty', {})
  if (header) return new Table(first, rest)
  return new Table(
    first.map((_, i) => String(i)),
    rows,
  )
}

/**
 * Reads a table, compressed by gzip or not. A file whose name ends in `.tsv` is taken for TSV.
 *
 * @throws FormatError when it cannot be read or is no table
 * @example const table = await readTable('iris.csv')
 */
export async function readTable(path: string, options: TableOptions = {}): Promise<Table> {
  const tabs = /\.tsv(\.gz)?$/.test(path) ? { separator: '\t', quotes: false } : {}
  return parseTable(await readText(path), { ...tabs, ...options })
}

/**
 * The values of a text with one JSON value on each line; empty lines are passed over.
 *
 * @throws FormatError when a line is no JSON
 * @example parseJsonLines('{"text": "good", "label": 1}\n')
 */
export function parseJsonLines(text: string): unknown[] {
  const values: unknown[] = []
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    try {
      values.push(JSON.parse(line))
    } catch (cause) {
      throw new FormatError('jsonl.line', { line: i + 1 }, cause)
    }
  }
  return values
}

/** Reads a file with one JSON value on each line. @throws FormatError when it cannot be read */
export async function readJsonLines(path: string): Promise<unknown[]> {
  return parseJsonLines(await readText(path))
}
