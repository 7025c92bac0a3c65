/** Strict reading of JSON whose layout is known beforehand: no duplicate keys, no surprises. */
import { FormatError } from '../base/error.ts'

const integer = /(?:0|[1-9][0-9]{0,15})(?![0-9.eE])/y
const space = /[ \t\n\r]*/y
const loneSurrogate = /\p{Surrogate}/u

/** Text of a file as it may appear in a message: short, on one line, nothing a terminal obeys. */
export function quote(text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 60)}…` : text
  return JSON.stringify(short).replace(/[\p{Cc}\p{Cf}]/gu, '�')
}

/**
 * A cursor over JSON text whose reader knows what must come next.
 *
 * Nothing is built but what the caller builds, so depth and memory are bounded by the layout
 * and not by the text.
 */
export class JsonScanner {
  readonly #format: string
  readonly #text: string
  #at = 0

  /** @param format Name of the file format, for messages. */
  constructor(format: string, text: string) {
    this.#format = format
    this.#text = text
  }

  /** Reads an object; `onEntry` must read the value of each key. */
  object(onEntry: (key: string) => void): void {
    const seen = new Set<string>()
    this.#list('{', '}', () => {
      const key = this.string()
      if (seen.has(key))
        throw new FormatError('json.duplicate', { ...this.#where(), key: quote(key) })
      seen.add(key)
      this.#expect(':')
      onEntry(key)
    })
  }

  /** Reads an array; `onItem` must read one item. */
  array(onItem: () => void): void {
    this.#list('[', ']', onItem)
  }

  /** Reads an array of non-negative safe integers. */
  integers(): number[] {
    const items: number[] = []
    this.array(() => items.push(this.integer()))
    return items
  }

  /** Reads a non-negative safe integer, written without sign, fraction or exponent. */
  integer(): number {
    this.#skip()
    integer.lastIndex = this.#at
    const value = Number(integer.exec(this.#text)?.[0] ?? Number.NaN)
    if (!Number.isSafeInteger(value)) this.#fail('an integer from 0 to 2^53 - 1')
    this.#at = integer.lastIndex
    return value
  }

  string(): string {
    this.#skip()
    const start = this.#at
    const end = this.#closingQuote(start)
    const raw = this.#text.slice(start, end)
    const value: unknown = raw.includes('\\') ? parse(raw) : raw.slice(1, -1)
    if (typeof value !== 'string' || loneSurrogate.test(value)) this.#fail('a string')
    this.#at = end
    return value
  }

  /** Accepts spaces up to the end of the text, as padding. */
  end(): void {
    while (this.#text[this.#at] === ' ') this.#at++
    if (this.#at < this.#text.length) this.#fail('the end')
  }

  /** Position after the quote that closes the string at `start`. */
  #closingQuote(start: number): number {
    if (this.#text[start] !== '"') this.#fail('a string')
    for (let i = start + 1; i < this.#text.length; i++) {
      const code = this.#text.charCodeAt(i)
      if (code === 0x22) return i + 1
      if (code < 0x20) break
      if (code === 0x5c) i++
    }
    return this.#fail('a string')
  }

  #list(open: string, close: string, onItem: () => void): void {
    this.#expect(open)
    if (this.#take(close)) return
    do onItem()
    while (this.#take(','))
    if (!this.#take(close)) this.#fail(`"," or "${close}"`)
  }

  #expect(char: string): void {
    if (!this.#take(char)) this.#fail(`"${char}"`)
  }

  #take(char: string): boolean {
    this.#skip()
    if (this.#text[this.#at] !== char) return false
    this.#at++
    return true
  }

  #skip(): void {
    space.lastIndex = this.#at
    space.test(this.#text)
    this.#at = space.lastIndex
  }

  #where(): { format: string; at: number } {
    return { format: this.#format, at: this.#at }
  }

  #fail(wanted: string): never {
    const rest = this.#text.slice(this.#at, this.#at + 20)
    const got = rest === '' ? 'the end' : quote(rest)
    throw new FormatError('json.syntax', { ...this.#where(), got, wanted })
  }
}

function parse(raw: string): unknown {
  try {
    return JSON.parse(raw)
  } catch {
    return undefined
  }
}
