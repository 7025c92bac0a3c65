/** Tokens and their numbers. */
import { FormatError, ValueError } from '../base/error.ts'
import { expectInteger } from '../base/shape.ts'

export interface VocabularyOptions {
  /** Tokens that are there less often are left out. */
  readonly minCount?: number
  /** Most tokens, special ones included; the commonest stay. */
  readonly maxSize?: number
  /** Tokens with the first numbers, whether they occur or not. */
  readonly specials?: readonly string[]
}

/** The characters (code points) of a text. */
export function characters(text: string): string[] {
  return [...text]
}

/** The words of a text: what stands between white space. */
export function words(text: string): string[] {
  return text.split(/\s+/u).filter((word) => word !== '')
}

/**
 * Tokens with numbers from 0 on. Safe to write as JSON: the list of its tokens says all.
 *
 * A token that is not among them becomes `<unk>` where there is one, and is an error otherwise.
 *
 * @throws FormatError when a token is there twice, or is no text
 * @example
 * const vocabulary = Vocabulary.of([characters('to be or not to be')])
 * vocabulary.decode(vocabulary.encode(characters('bet'))) // ['b', 'e', 't']
 */
export class Vocabulary {
  static readonly UNKNOWN = '<unk>'
  static readonly PADDING = '<pad>'

  readonly tokens: readonly string[]
  readonly #ids: ReadonlyMap<string, number>
  readonly #unknown: number | undefined

  constructor(tokens: readonly string[]) {
    const strange = tokens.findIndex((token) => typeof token !== 'string')
    if (strange >= 0) throw new FormatError('vocabulary.token', { i: strange })
    this.tokens = tokens
    this.#ids = new Map(tokens.map((token, id) => [token, id]))
    if (this.#ids.size !== tokens.length) {
      const twice = tokens.find((token, i) => this.#ids.get(token) !== i)
      throw new FormatError('vocabulary.twice', { token: twice })
    }
    this.#unknown = this.#ids.get(Vocabulary.UNKNOWN)
  }

  /** The tokens of some texts: the commonest first, equally common ones by their code units. */
  static of(
    texts: Iterable<Iterable<string>>,
    { minCount = 1, maxSize = 2 ** 31 - 1, specials = [] }: VocabularyOptions = {},
  ): Vocabulary {
    expectInteger('Vocabulary.of', 'minCount', minCount, 1)
    expectInteger('Vocabulary.of', 'maxSize', maxSize, specials.length)
    const counts = new Map<string, number>()
    for (const text of texts) {
      for (const token of text) counts.set(token, (counts.get(token) ?? 0) + 1)
    }
    for (const special of specials) counts.delete(special)
    const found = [...counts]
      .filter(([, count]) => count >= minCount)
      .sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
      .map(([token]) => token)
    return new Vocabulary([...specials, ...found].slice(0, maxSize))
  }

  get size(): number {
    return this.tokens.length
  }

  /** A token's number; undefined where it has none. */
  id(token: string): number | undefined {
    return this.#ids.get(token) ?? this.#unknown
  }

  /** @throws ValueError for a token without a number, where there is no `<unk>` */
  encode(tokens: Iterable<string>): Int32Array {
    const ids: number[] = []
    for (const token of tokens) {
      const id = this.id(token)
      if (id === undefined) throw new ValueError('vocabulary.unknown', { token, size: this.size })
      ids.push(id)
    }
    return Int32Array.from(ids)
  }

  /** @throws ValueError for a number of no token */
  decode(ids: Iterable<number>): string[] {
    return Array.from(ids, (id) => {
      const token = this.tokens[id]
      if (token !== undefined) return token
      throw new ValueError('vocabulary.id', { id, size: this.size })
    })
  }

  toJSON(): readonly string[] {
    return this.tokens
  }
}
