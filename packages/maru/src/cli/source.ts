/** What a path holds: a table, a folder of pictures, MNIST's files. */
import { FormatError } from '../base/error.ts'
import {
  type Dataset,
  type Description,
  describe,
  ImageFolder,
  readJsonLines,
  readMnist,
  readTable,
  type Sample,
  Subset,
  split,
  Table,
} from '../data/index.ts'
import { type Encoding, encoded, encodingOf } from './encoding.ts'

/** Data with what is known of them. */
export interface Source {
  readonly dataset: Dataset<Sample>
  readonly encoding: Encoding
  readonly description: Description
  /** The same data, read by what some of the rows tell. */
  readonly readBy?: (rows: ArrayLike<number>) => Pick<Source, 'dataset' | 'encoding'>
  /** Parts that the data come in; otherwise they are made. */
  readonly parts?: { readonly train: Dataset<Sample>; readonly test: Dataset<Sample> }
}

/** Size that pictures are brought to, unless told otherwise. */
const SIZE = 32
const MNIST = /^(train|t10k)-images[.-]idx3-ubyte(\.gz)?$/

export interface SourceOptions {
  readonly label?: string | undefined
  /** Height and width of pictures. */
  readonly size?: number | undefined
}

/**
 * Reads what a path holds, and looks at every sample.
 *
 * @throws FormatError when there is nothing that is known, or nothing that can be read
 */
export async function openSource(path: string, options: SourceOptions = {}): Promise<Source> {
  if (/\.(csv|tsv|jsonl)$/i.test(path)) return tableSource(path, options)
  const { readdir, stat } = await import('node:fs/promises')
  const found = await stat(path).catch(() => undefined)
  if (!found) throw new FormatError('file.missing', { path })
  if (!found.isDirectory()) throw new FormatError('cli.data', { path })
  if ((await readdir(path)).some((name) => MNIST.test(name))) return mnistSource(path)
  const size = options.size ?? SIZE
  const encoding: Encoding = {
    kind: 'pictures',
    channels: 3,
    size: [size, size],
    classes: [],
  }
  return picturesSource(path, encoding)
}

/** Reads data as those were read that a model was trained on. */
export async function openLike(path: string, encoding: Encoding): Promise<Dataset<Sample>> {
  if (encoding.kind === 'table') return encoded(await tableOf(path), encoding)
  const { channels, size, classes } = encoding
  const mnist = await readMnist(path).catch(() => undefined)
  if (mnist && channels === 1) return mnist.test
  const folder = await ImageFolder.open(path, { channels, size })
  if (folder.classes.join() === classes.join()) return folder
  throw new FormatError('cli.classes', { path, got: folder.classes, wanted: classes })
}

/** Rows of a file of comma- or tab-separated values, or of lines of JSON. */
async function tableOf(path: string): Promise<Table> {
  return /\.jsonl$/i.test(path) ? recordsTable(path, await readJsonLines(path)) : readTable(path)
}

/** Records of one depth as a table; what a record lacks is an empty cell. */
function recordsTable(path: string, values: readonly unknown[]): Table {
  const records = values.map((value, row): Map<string, string> => {
    const plain = typeof value === 'object' && value !== null && !Array.isArray(value)
    const entries = plain ? Object.entries(value) : []
    const nested = entries.find(([, each]) => typeof each === 'object' && each !== null)
    if (!plain || nested) throw new FormatError('cli.record', { path, row })
    return new Map(entries.map(([name, each]) => [name, each === null ? '' : String(each)]))
  })
  const names = [...new Set(records.flatMap((record) => [...record.keys()]))]
  return new Table(
    names,
    records.map((record) => names.map((name) => record.get(name) ?? '')),
  )
}

async function tableSource(path: string, { label }: SourceOptions): Promise<Source> {
  const table = await tableOf(path)
  const encoding = encodingOf(table, { label })
  const dataset = encoded(table, encoding)
  const readBy = (rows: ArrayLike<number>) => {
    const own = encodingOf(table, { label, rows })
    return { encoding: own, dataset: encoded(table, own) }
  }
  return { dataset, encoding, description: await describe(dataset), readBy }
}

async function mnistSource(path: string): Promise<Source> {
  const { train, test } = await readMnist(path)
  const [, height, width] = train.shape
  const encoding: Encoding = {
    kind: 'pictures',
    channels: 1,
    size: [height, width],
    classes: train.classes,
  }
  const description = await describe(train)
  return { dataset: train, encoding, description, parts: { train, test } }
}

async function picturesSource(
  path: string,
  { channels, size }: Encoding & { readonly kind: 'pictures' },
): Promise<Source> {
  const folder = await ImageFolder.open(path, { channels, size })
  const description = await describe(folder)
  const broken = new Set(description.broken.map(({ index }) => index))
  const whole = folder.paths.flatMap((_, i) => (broken.has(i) ? [] : [i]))
  if (whole.length === 0) throw new FormatError('folder.empty', { folder: path })
  const dataset = new Subset(folder, whole)
  const encoding: Encoding = { kind: 'pictures', channels, size, classes: folder.classes }
  return { dataset, encoding, description }
}

export interface Parts {
  readonly train: Dataset<Sample>
  readonly validation: Dataset<Sample>
  readonly test: Dataset<Sample>
  /** How they were read: by what the rows to train on tell, and no others. */
  readonly encoding: Encoding
}

/** 80, 10 and 10 hundredths, each class in its share; of data that come in parts, a tenth to validate. */
export function partsOf({ dataset, encoding, parts, readBy }: Source, seed: number): Parts {
  if (parts) {
    const { train, validation } = split(parts.train, { train: 0.9, validation: 0.1 }, { seed })
    return { train, validation, test: parts.test, encoding }
  }
  const made = split(dataset, { train: 0.8, validation: 0.1, test: 0.1 }, { seed })
  const own = readBy?.(made.train.indices)
  if (!own) return { ...made, encoding }
  const again = (part: Subset<Sample>): Subset<Sample> => {
    return new Subset(own.dataset, part.indices, { role: part.role })
  }
  return {
    train: again(made.train),
    validation: again(made.validation),
    test: again(made.test),
    encoding: own.encoding,
  }
}
