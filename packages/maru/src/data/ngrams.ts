/** Pieces of words by hashing: no vocabulary, and no word that is unknown. */
import { ValueError } from '../base/error.ts'
import { expectInteger } from '../base/shape.ts'
import { toJamo } from './hangul.ts'
import { words } from './vocabulary.ts'

export interface NgramOptions {
  /** Numbers that pieces are mapped to. */
  readonly buckets: number
  /** Characters of the shortest and of the longest piece. */
  readonly from?: number
  readonly to?: number
  /** What counts as a character of Hangul: a syllable as it stands, or a letter of it. */
  readonly unit?: 'syllable' | 'jamo'
}

/**
 * The numbers of all pieces of a text's words, `<` before and `>` behind a word counted in, and of
 * the words themselves.
 *
 *     id = FNV-1a of the UTF-16 code units mod buckets
 *
 * @returns ids in the order of the pieces, repeated ones as often as they occur
 * @throws ValueError unless 1 ≤ from ≤ to and buckets ≥ 1
 * @see Bojanowski et al. 2017, https://arxiv.org/abs/1607.04606; for jamo Park et al. 2018, ACL
 * @example hashNgrams('좋은 영화', { from: 2, to: 5, buckets: 200_000 })
 */
export function hashNgrams(
  text: string,
  { buckets, from = 2, to = 5, unit = 'syllable' }: NgramOptions,
): Int32Array {
  expectInteger('hashNgrams', 'buckets', buckets, 1)
  expectInteger('hashNgrams', 'from', from, 1)
  expectInteger('hashNgrams', 'to', to, from)
  if (unit !== 'syllable' && unit !== 'jamo') {
    throw new ValueError('ngrams.unit', { got: String(unit) })
  }
  const ids: number[] = []
  for (const word of words(text)) {
    const marked = [...`<${unit === 'jamo' ? toJamo(word) : word}>`]
    for (let size = from; size <= Math.min(to, marked.length); size++) {
      for (let start = 0; start + size <= marked.length; start++) {
        if (size < marked.length) ids.push(hash(marked, start, start + size) % buckets)
      }
    }
    ids.push(hash(marked, 0, marked.length) % buckets)
  }
  return Int32Array.from(ids)
}

/** @see Fowler, Noll & Vo, "The FNV non-cryptographic hash algorithm" */
function hash(characters: readonly string[], start: number, end: number): number {
  let value = 0x811c9dc5
  for (let i = start; i < end; i++) {
    const character = characters[i] ?? ''
    for (let unit = 0; unit < character.length; unit++) {
      value = Math.imul(value ^ character.charCodeAt(unit), 0x01000193)
    }
  }
  return value >>> 0
}
