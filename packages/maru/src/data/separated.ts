/** Comma- and tab-separated values: rows of fields, and what columns mean. */
import { FormatError } from '../base/error.ts'

/** How fields are told apart. */
export interface SeparatedOptions {
  /** What stands between fields. */
  readonly separator?: string
  /** Whether a field may be put in double quotes, as in CSV; TSV has none. */
  readonly quotes?: boolean
}

/**
 * The rows of a text of comma-separated values; an empty text has none.
 *
 * Fields may be in double quotes, a double quote within is written twice; lines end with LF or CRLF,
 * and a last one without an end is a row as well.
 *
 * @throws FormatError where a quoted field has no end, or something stands behind its end
 * @see RFC 4180, https://www.rfc-editor.org/rfc/rfc4180
 * @example parseSeparated('a,b\n1,"x, y"\n') // [['a', 'b'], ['1', 'x, y']]
 */
export function parseSeparated(
  text: string,
  { separator = ',', quotes = true }: SeparatedOptions = {},
): string[][] {
  if (separator.length !== 1 || /["\r\n]/.test(separator)) {
    throw new FormatError('separated.separator', { got: separator })
  }
  const scanner = new Scanner(text, separator, quotes)
  const rows: string[][] = []
  while (!scanner.over) rows.push(scanner.row())
  return rows
}

/** Goes through the text once; every field is a slice of it. */
class Scanner {
  readonly #text: string
  readonly #separator: string
  readonly #quotes: boolean
  #at = 0
  #line = 1

  constructor(text: string, separator: string, quotes: boolean) {
    this.#text = text
    this.#separator = separator
    this.#quotes = quotes
  }

  get over(): boolean {
    return this.#at >= this.#text.length
  }

  row(): string[] {
    const fields: string[] = []
    for (;;) {
      fields.push(this.#quotes && this.#text[this.#at] === '"' ? this.#quoted() : this.#plain())
      const next = this.#text[this.#at++]
      if (next === this.#separator) continue
      if (next === '\r') this.#at++
      this.#line++
      return fields
    }
  }

  #plain(): string {
    const start = this.#at
    while (this.#at < this.#text.length && !this.#ends()) this.#at++
    return this.#text.slice(start, this.#at)
  }

  #quoted(): string {
    const line = this.#line
    const pieces: string[] = []
    for (;;) {
      const start = ++this.#at
      const end = this.#text.indexOf('"', start)
      if (end < 0) throw new FormatError('separated.quote', { line })
      const piece = this.#text.slice(start, end)
      pieces.push(piece)
      this.#line += piece.split('\n').length - 1
      this.#at = end + 1
      if (this.#text[this.#at] !== '"') break
    }
    if (this.#at < this.#text.length && !this.#ends()) {
      throw new FormatError('separated.behind', { line: this.#line })
    }
    return pieces.join('"')
  }

  /** Whether a field ends here. */
  #ends(): boolean {
    const here = this.#text[this.#at]
    if (here === this.#separator || here === '\n') return true
    return here === '\r' && this.#text[this.#at + 1] === '\n'
  }
}
