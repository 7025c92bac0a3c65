/** The text that experiments on characters share, in two parts. */
import { characters, generateDates, readText, Vocabulary } from 'maru/data'
import type { Settings } from './experiment.ts'

export interface Characters {
  readonly name: string
  readonly vocabulary: Vocabulary
  /** The first nine tenths, to learn from. */
  readonly train: Int32Array
  readonly validation: Int32Array
}

/** Shakespeare where there is a folder of data, drawn dates otherwise. */
export async function charactersOf({ data }: Settings): Promise<Characters> {
  const name = data === undefined ? 'drawn dates' : 'Shakespeare'
  const text = data === undefined ? drawn() : await readText(`${data}/text/tinyshakespeare.txt`)
  const all = characters(text)
  const vocabulary = Vocabulary.of([all])
  const tokens = vocabulary.encode(all)
  const cut = Math.floor(tokens.length * 0.9)
  return { name, vocabulary, train: tokens.subarray(0, cut), validation: tokens.subarray(cut) }
}

function drawn(): string {
  const dates = generateDates(600)
  return Array.from({ length: dates.length }, (_, i) => dates.at(i).text).join('\n')
}
