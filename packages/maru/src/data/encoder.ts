/** Tables of text as numbers that a network takes, the same way for new rows as for the first. */
import { FormatError, ValueError } from '../base/error.ts'
import { ColumnDataset } from './columns.ts'
import type { Role } from './dataset.ts'
import type { NdArray } from './record.ts'
import { numberIn, type Table } from './table.ts'

/** A column of numbers: standardised; where there is none, the mean. */
interface NumberPlan {
  readonly kind: 'number'
  readonly name: string
  readonly mean: number
  readonly std: number
}

/** A column of few words: one input for each; a word that is none of them is none of the inputs. */
interface CategoryPlan {
  readonly kind: 'category'
  readonly name: string
  readonly values: readonly string[]
}

export type ColumnPlan = NumberPlan | CategoryPlan

/** What is to be predicted: a class, or a number. */
export type TargetPlan =
  | { readonly kind: 'classes'; readonly name: string; readonly classes: readonly string[] }
  | { readonly kind: 'number'; readonly name: string }

/** How the columns of a table are read; plain data, safe to write as JSON. */
export interface TablePlan {
  readonly inputs: readonly ColumnPlan[]
  readonly target: TargetPlan
  /** Columns that are left out: texts, and those that are always the same. */
  readonly skipped: readonly string[]
}

/** A row of numbers with its class, or with the number that is to be predicted. */
export interface RowSample {
  readonly input: NdArray<Float32Array>
  readonly label: number | NdArray<Float32Array>
}

export interface PlanOptions {
  /** The column that is to be predicted. */
  readonly target: string
  readonly task?: 'classes' | 'number'
  readonly rows?: ArrayLike<number>
}

/** More different words than this are texts, not categories. */
const MOST_CATEGORIES = 50
/** Whole numbers of more different values than this are quantities, not classes. */
const MOST_CLASSES = 20

/**
 * Decides how to read a table: which columns are numbers, which categories, and what `target` is.
 *
 * The target is classes where it has a word, or at most 20 different whole numbers; else a number.
 *
 * @param task says what the target is instead
 * @param rows those that means, deviations and words are taken from, so that a set for testing tells nothing
 * @throws ValueError when there is no such column, or none is left to predict from
 * @throws FormatError when there is no row, or the target is empty somewhere
 * @example
 * const plan = planTable(table, { target: 'species' })
 * const set = encodeTable(table, plan)
 */
export function planTable(table: Table, { target, task, rows }: PlanOptions): TablePlan {
  if (table.length === 0) throw new FormatError('table.empty', {})
  const goal = planTarget(target, table.column(target), task)
  const inputs: ColumnPlan[] = []
  const skipped: string[] = []
  for (const name of table.names) {
    if (name === target) continue
    const all = table.column(name)
    const plan = planColumn(name, rows ? Array.from(rows, (row) => all[row] ?? '') : all)
    if (plan) inputs.push(plan)
    else skipped.push(name)
  }
  if (inputs.length === 0) throw new ValueError('table.inputs', { skipped })
  return { inputs, target: goal, skipped }
}

function planTarget(
  name: string,
  texts: readonly string[],
  task: 'classes' | 'number' | undefined,
): TargetPlan {
  const empty = texts.findIndex((text) => text.trim() === '')
  if (empty >= 0) throw new FormatError('table.number', { name, row: empty, got: '' })
  const values = [...new Set(texts)]
  const numbers = values.map(numberIn)
  const whole = numbers.every((n) => n !== undefined && Number.isInteger(n))
  const numeric = numbers.every((n) => n !== undefined)
  const classes = task ? task === 'classes' : !numeric || (whole && values.length <= MOST_CLASSES)
  if (!classes) return { kind: 'number', name }
  const byNumber = (a: string, b: string): number => (numberIn(a) ?? 0) - (numberIn(b) ?? 0)
  return { kind: 'classes', name, classes: numeric ? values.sort(byNumber) : values.sort() }
}

/** Undefined for a column that says nothing, or in too many words. */
function planColumn(name: string, texts: readonly string[]): ColumnPlan | undefined {
  const filled = texts.filter((text) => text.trim() !== '')
  const values = new Set(filled)
  if (values.size < 2) return undefined
  const numbers = filled.map(numberIn)
  if (numbers.every((n) => n !== undefined)) {
    const mean = numbers.reduce((sum, n) => sum + n, 0) / numbers.length
    const squares = numbers.reduce((sum, n) => sum + (n - mean) * (n - mean), 0)
    const std = Math.sqrt(squares / numbers.length)
    return std > 0 && Number.isFinite(std) ? { kind: 'number', name, mean, std } : undefined
  }
  if (values.size > MOST_CATEGORIES) return undefined
  return { kind: 'category', name, values: [...values].sort() }
}

/** Number of inputs that the columns of a plan become. */
export function widthOfPlan({ inputs }: TablePlan): number {
  return inputs.reduce((sum, plan) => sum + widthOf(plan), 0)
}

/**
 * The rows of a table by a plan, which may have been made of another table.
 *
 * @param labelled whether the target is there; if not, labels are zeros
 * @returns inputs [width]; labels are class ids, or [1] where a number is to be predicted
 * @throws ValueError when a column is missing
 * @throws FormatError when a number is none, or the class of a row is unknown
 */
export function encodeTable(
  table: Table,
  plan: TablePlan,
  { role, labelled = true }: { readonly role?: Role; readonly labelled?: boolean } = {},
): ColumnDataset<RowSample> {
  const { inputs, target } = plan
  const width = widthOfPlan(plan)
  const data = new Float32Array(table.length * width)
  let at = 0
  for (const plan of inputs) {
    table.column(plan.name).forEach((text, row) => {
      writeField(plan, { text, row }, data.subarray(row * width + at))
    })
    at += widthOf(plan)
  }
  const input = { data, shape: [table.length, width] }
  if (target.kind === 'number') {
    const values = labelled ? table.numbers([target.name]).data : new Float32Array(table.length)
    return new ColumnDataset<RowSample>(
      { input, label: { data: values, shape: [table.length, 1] } },
      { role },
    )
  }
  const ids = labelled ? classIds(table, target) : new Int32Array(table.length)
  const label = { data: ids, shape: [table.length] }
  return new ColumnDataset<RowSample>({ input, label }, { classes: target.classes, role })
}

function widthOf(plan: ColumnPlan): number {
  return plan.kind === 'number' ? 1 : plan.values.length
}

function writeField(
  plan: ColumnPlan,
  { text, row }: { readonly text: string; readonly row: number },
  into: Float32Array,
): void {
  if (plan.kind === 'category') {
    const place = plan.values.indexOf(text)
    if (place >= 0) into[place] = 1
    return
  }
  if (text.trim() === '') return
  const value = numberIn(text)
  if (value === undefined)
    throw new FormatError('table.number', { name: plan.name, row, got: text })
  into[0] = (value - plan.mean) / plan.std
}

function classIds(
  table: Table,
  { name, classes }: { readonly name: string; readonly classes: readonly string[] },
): Int32Array {
  const ids = new Map(classes.map((each, id) => [each, id]))
  return Int32Array.from(table.column(name), (text, row) => {
    const id = ids.get(text)
    if (id === undefined) throw new FormatError('table.class', { name, row, got: text, classes })
    return id
  })
}
