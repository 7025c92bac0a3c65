/** Texts with a class each: the Korean film reviews of NSMC, and files that share their format. */
import { FormatError } from '../base/error.ts'
import { decodeText, filesOf, readUnpacked } from './bytes.ts'
import { ColumnDataset } from './columns.ts'
import type { Role } from './dataset.ts'
import { parseTable } from './table.ts'

/** A text with its class. */
export interface TextSample {
  readonly text: string
  readonly label: number
}

/** A training and a test set. */
export interface Reviews {
  readonly train: ColumnDataset<TextSample>
  readonly test: ColumnDataset<TextSample>
}

/**
 * Reads the files of a folder whose names begin with `ratings_train` and `ratings_test`: TSV with the
 * columns `id`, `document` and `label`, plain or with `.gz`. Class 1 is a good review.
 *
 * @throws FormatError when a file is missing, is no such table, or a label is neither 0 nor 1
 * @see Park 2016, "Naver sentiment movie corpus"
 * @example const { train, test } = await readReviews('nsmc')
 */
export async function readReviews(folder: string): Promise<Reviews> {
  const names = await filesOf(folder)
  const part = async (stem: string, role: Role): Promise<ColumnDataset<TextSample>> => {
    const name = names.find((each) => each.startsWith(stem))
    if (name === undefined) throw new FormatError('reviews.missing', { folder, name: stem })
    return parseReviews(decodeText(await readUnpacked(`${folder}/${name}`)), { role })
  }
  return {
    train: await part('ratings_train', 'train'),
    test: await part('ratings_test', 'test'),
  }
}

/** Reviews of a text in NSMC's format. @throws FormatError when it is none */
export function parseReviews(
  text: string,
  { role }: { readonly role?: Role } = {},
): ColumnDataset<TextSample> {
  const table = parseTable(text, { separator: '\t', quotes: false })
  if (!['document', 'label'].every((name) => table.names.includes(name))) {
    throw new FormatError('reviews.columns', { names: table.names })
  }
  const labels = table.column('label')
  const strange = labels.findIndex((label) => label !== '0' && label !== '1')
  if (strange >= 0) {
    throw new FormatError('reviews.label', { row: strange, got: labels[strange] })
  }
  const data = Int32Array.from(labels, Number)
  return new ColumnDataset<TextSample>(
    { text: table.column('document'), label: { data, shape: [labels.length] } },
    { classes: ['부정', '긍정'], role },
  )
}
