/** Words and n-grams of texts, counted and weighed. */
import { ValueError } from '../../base/error.ts'
import { log } from '../../base/math.ts'
import { expectInteger } from '../../base/shape.ts'
import { showAny } from '../../base/show.ts'
import { SparseRows } from './sparse.ts'

export interface VectorizerOptions {
  /**
   * What is counted: words of two letters or more, characters of the whole text, or characters within
   * words, a space at either end being one of them.
   */
  readonly analyzer?: 'word' | 'char' | 'charWb'
  /** Least and greatest number of words or characters in a row. */
  readonly ngramRange?: readonly [least: number, greatest: number]
  readonly lowercase?: boolean
  /** In how many texts a term must occur. */
  readonly minDf?: number
  /** How many terms there are at most: those that occur most often. */
  readonly maxFeatures?: number
}

const ANALYZERS: readonly unknown[] = ['word', 'char', 'charWb']

/**
 * Counts terms: row i, column j is how often term j occurs in text i.
 *
 * Terms are in the order of their UTF-16 code units, as `sort` has it.
 *
 * @example
 * const counts = new CountVectorizer({ analyzer: 'char', ngramRange: [2, 3] }).fit(texts)
 * counts.transform(['one more']).toTensor()
 */
export class CountVectorizer {
  readonly #options: Required<VectorizerOptions>
  #vocabulary: ReadonlyMap<string, number> | undefined

  constructor(options: VectorizerOptions = {}) {
    const op = this.constructor.name
    const { analyzer = 'word', ngramRange = [1, 1], lowercase = true, minDf = 1 } = options
    const { maxFeatures = Number.MAX_SAFE_INTEGER } = options
    if (!ANALYZERS.includes(analyzer)) {
      const got = showAny(analyzer)
      throw new ValueError('vectorizer.analyzer', { op, got, known: ANALYZERS.map(String) })
    }
    const [least, greatest] = ngramRange
    expectInteger(op, 'ngramRange[0]', least, 1)
    expectInteger(op, 'ngramRange[1]', greatest, least)
    expectInteger(op, 'minDf', minDf, 1)
    expectInteger(op, 'maxFeatures', maxFeatures, 1)
    this.#options = { analyzer, ngramRange, lowercase, minDf, maxFeatures }
  }

  /** Column of each term. @throws ValueError before `fit` */
  get vocabulary(): ReadonlyMap<string, number> {
    if (this.#vocabulary) return this.#vocabulary
    throw new ValueError('feature.unfitted', { op: this.constructor.name })
  }

  /** Learns which terms there are. */
  fit(texts: readonly string[]): this {
    const { minDf, maxFeatures } = this.#options
    const frequencies = new Map<string, { texts: number; total: number }>()
    for (const text of texts) {
      for (const [term, count] of this.#count(text)) {
        const seen = frequencies.get(term) ?? { texts: 0, total: 0 }
        seen.texts++
        seen.total += count
        frequencies.set(term, seen)
      }
    }
    const terms = [...frequencies.keys()].filter(
      (term) => (frequencies.get(term)?.texts ?? 0) >= minDf,
    )
    const total = (term: string): number => frequencies.get(term)?.total ?? 0
    terms.sort()
    // the sort is stable: of equally frequent terms the first in order stay
    const kept =
      terms.length > maxFeatures
        ? terms
            .toSorted((a, b) => total(b) - total(a))
            .slice(0, maxFeatures)
            .sort()
        : terms
    this.#vocabulary = new Map(kept.map((term, column) => [term, column]))
    return this
  }

  /** Counts the terms that are known; others are passed over. */
  transform(texts: readonly string[]): SparseRows {
    const { vocabulary } = this
    const starts = new Int32Array(texts.length + 1)
    const elements: (readonly [column: number, count: number])[] = []
    for (const [i, text] of texts.entries()) {
      const row: (readonly [number, number])[] = []
      for (const [term, count] of this.#count(text)) {
        const column = vocabulary.get(term)
        if (column !== undefined) row.push([column, count])
      }
      elements.push(...row.sort(([a], [b]) => a - b))
      starts[i + 1] = elements.length
    }
    return new SparseRows({
      shape: [texts.length, vocabulary.size],
      starts,
      columns: Int32Array.from(elements, ([column]) => column),
      values: Float32Array.from(elements, ([, count]) => count),
    })
  }

  /** How often each term occurs in a text. */
  #count(text: string): Map<string, number> {
    const { analyzer, ngramRange, lowercase } = this.#options
    const counts = new Map<string, number>()
    const cased = lowercase ? text.toLowerCase() : text
    for (const term of termsOf(cased, analyzer, ngramRange)) {
      counts.set(term, (counts.get(term) ?? 0) + 1)
    }
    return counts
  }
}

/**
 * Counts terms and weighs them by how few texts have them; each row then has a length of 1.
 *
 *     tf · (log((1 + N) / (1 + df)) + 1),  divided by the row's Euclidean length
 *
 * @see Spärck Jones 1972, https://doi.org/10.1108/eb026526; scikit-learn's TfidfVectorizer, whose defaults these are
 */
export class TfidfVectorizer extends CountVectorizer {
  #weights = new Float64Array(0)

  override fit(texts: readonly string[]): this {
    super.fit(texts)
    const { columns, shape } = super.transform(texts)
    const found = new Int32Array(shape[1])
    for (const column of columns) found[column] = (found[column] as number) + 1
    this.#weights = Float64Array.from(found, (df) => log((1 + texts.length) / (1 + df)) + 1)
    return this
  }

  override transform(texts: readonly string[]): SparseRows {
    const counts = super.transform(texts)
    const { columns, starts } = counts
    const values = Float64Array.from(
      counts.values,
      (count, i) => count * (this.#weights[columns[i] as number] as number),
    )
    for (let row = 0; row < texts.length; row++) {
      const part = values.subarray(starts[row], starts[row + 1])
      const length = Math.sqrt(part.reduce((sum, value) => sum + value * value, 0))
      if (length > 0) part.set(part.map((value) => value / length))
    }
    return new SparseRows({ ...counts, values: Float32Array.from(values) })
  }
}

/** Two or more letters, digits or underscores. */
const WORD = /[\p{L}\p{M}\p{N}_]{2,}/gu

function termsOf(
  text: string,
  analyzer: Required<VectorizerOptions>['analyzer'],
  [least, greatest]: readonly [number, number],
): string[] {
  if (analyzer === 'word') {
    const words = text.match(WORD) ?? []
    return runs(words, least, greatest).map((run) => run.join(' '))
  }
  if (analyzer === 'char') {
    const characters = [...text.replace(/\s{2,}/gu, ' ')]
    return runs(characters, least, greatest).map((run) => run.join(''))
  }
  return text.split(/\s+/u).flatMap((word) => (word === '' ? [] : within(word, least, greatest)))
}

/** All runs of `least` to `greatest` elements in a row. */
function runs(elements: readonly string[], least: number, greatest: number): string[][] {
  const found: string[][] = []
  for (let n = least; n <= Math.min(greatest, elements.length); n++) {
    for (let i = 0; i + n <= elements.length; i++) found.push(elements.slice(i, i + n))
  }
  return found
}

/** N-grams of a word between spaces; one that is shorter than the least is counted once, whole. */
function within(word: string, least: number, greatest: number): string[] {
  const padded = [' ', ...word, ' ']
  if (padded.length <= least) return [padded.join('')]
  return runs(padded, least, greatest).map((run) => run.join(''))
}
