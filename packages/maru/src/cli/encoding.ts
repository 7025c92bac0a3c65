/** How rows and pictures become inputs of a network, as data that is saved beside it. */
import {
  type Dataset,
  encodeTable,
  MappedDataset,
  planTable,
  type RowSample,
  type Sample,
  type Table,
  type TablePlan,
  widthOfPlan,
} from '../data/index.ts'

/** A number that is predicted is standardised: networks begin near 0. */
export interface Scale {
  readonly mean: number
  readonly std: number
}

/** What reads other data as the training data were read. */
export type Encoding =
  | { readonly kind: 'table'; readonly plan: TablePlan; readonly scale: Scale | undefined }
  | {
      readonly kind: 'pictures'
      readonly channels: 1 | 3
      readonly size: readonly [height: number, width: number]
      readonly classes: readonly string[]
    }

export type TableEncoding = Encoding & { readonly kind: 'table' }

/** Columns that are taken for the label, if it is not named. */
const LABELS = ['label', 'class', 'target', 'species', 'category', 'y']

/** The column that is predicted: the one that is named, one called so, or the last. */
function targetIn({ names }: Table, label: string | undefined): string {
  if (label !== undefined) return label
  const usual = LABELS.find((name) => names.some((each) => each.toLowerCase() === name))
  return names.find((each) => each.toLowerCase() === usual) ?? names.at(-1) ?? ''
}

/** Decides how a table is read, by what some of its rows tell. */
export function encodingOf(
  table: Table,
  { label, rows }: { readonly label?: string | undefined; readonly rows?: ArrayLike<number> } = {},
): TableEncoding {
  const target = targetIn(table, label)
  const plan = planTable(table, { target, ...(rows && { rows }) })
  if (plan.target.kind === 'classes') return { kind: 'table', plan, scale: undefined }
  const { data } = table.numbers([target])
  const own = rows ? Array.from(rows, (row) => data[row] ?? 0) : [...data]
  const mean = own.reduce((sum, value) => sum + value, 0) / own.length
  const square = own.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / own.length
  return { kind: 'table', plan, scale: { mean, std: Math.sqrt(square) || 1 } }
}

/** The rows of a table as a network sees them; labels are zeros where the table has none. */
export function encoded(table: Table, { plan, scale }: TableEncoding): Dataset<Sample> {
  const labelled = table.names.includes(plan.target.name)
  const rows = encodeTable(table, plan, { labelled })
  // with classes, labels are numbers
  if (!scale) return rows as Dataset<Sample>
  const standard = ({ input, label }: RowSample): Sample => {
    const [value = 0] = typeof label === 'number' ? [label] : label.data
    const data = Float32Array.of((value - scale.mean) / scale.std)
    // batches of it have an axis more than those of class ids
    return { input, label: { data, shape: [1] } } as unknown as Sample
  }
  return new MappedDataset(rows, standard)
}

/** Names of the classes that are told apart; none where a number is predicted. */
export function classesIn(encoding: Encoding): readonly string[] | undefined {
  if (encoding.kind === 'pictures') return encoding.classes
  const { target } = encoding.plan
  return target.kind === 'classes' ? target.classes : undefined
}

/** What brings a predicted number back to the units of its column. */
export function scaleOf(encoding: Encoding): Scale {
  const own = encoding.kind === 'table' ? encoding.scale : undefined
  return own ?? { mean: 0, std: 1 }
}

/** Shape of a batch of one. */
export function inputShape(encoding: Encoding): number[] {
  return encoding.kind === 'table'
    ? [1, widthOfPlan(encoding.plan)]
    : [1, encoding.channels, ...encoding.size]
}
