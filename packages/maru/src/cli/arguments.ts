/** Words of a command line, read and checked. */
import { parseArgs } from 'node:util'
import { ValueError } from '../base/error.ts'
import type { MessageKey } from '../base/messages.ts'

/** A command line that says what cannot be meant. */
export class UsageError<K extends MessageKey = MessageKey> extends ValueError<K> {}

/** Options by name: what stands for the value in messages, or '' for a flag. */
export type OptionNames = Readonly<Record<string, string>>

export interface Arguments {
  /** What is no option, in order. */
  readonly words: readonly string[]
  has(name: string): boolean
  text(name: string): string | undefined
  /** @throws UsageError unless it is a whole number of at least `low` */
  integer(name: string, low: number): number | undefined
  /** @throws UsageError unless it is a number above 0 */
  positive(name: string): number | undefined
}

export interface Grammar {
  readonly options: OptionNames
  /** Names of the words that may stand without an option, `?` behind those that need not, `…` behind many. */
  readonly words: readonly string[]
}

/** @throws UsageError for what is no option, lacks its value, has one too many, or for words that nobody asked for */
export function readArguments(args: readonly string[], { options, words }: Grammar): Arguments {
  const known = Object.fromEntries(
    Object.entries(options).map(([name, placeholder]) => {
      const type = placeholder === '' ? ('boolean' as const) : ('string' as const)
      return [name, name === 'help' ? { type, short: 'h' } : { type }]
    }),
  )
  const { tokens } = parseArgs({ args: [...args], options: known, strict: false, tokens: true })
  const values = new Map<string, string>()
  const found: string[] = []
  for (const token of tokens) {
    if (token.kind === 'option') values.set(token.name, valueGiven(token, options))
    else if (token.kind === 'positional') found.push(token.value)
  }
  if (!values.has('help')) expectWords(found, words, options)
  return new Read(values, found)
}

interface Token {
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
}

/** The value of an option that takes one, '' for one that does not. */
function valueGiven({ name, rawName, value }: Token, options: OptionNames): string {
  const placeholder = Object.hasOwn(options, name) ? options[name] : undefined
  if (placeholder === undefined) throw unknownOption(rawName, options)
  if (placeholder === '') {
    if (value !== undefined) throw new UsageError('cli.flag', { option: rawName, got: value })
    return ''
  }
  if (!value || /^-[-a-z]/.test(value)) {
    throw new UsageError('cli.value', { option: rawName, placeholder })
  }
  return value
}

function unknownOption(got: string, options: OptionNames): UsageError {
  return new UsageError('cli.option', {
    got,
    known: Object.keys(options).map((name) => `--${name}`),
  })
}

function expectWords(
  found: readonly string[],
  words: readonly string[],
  options: OptionNames,
): void {
  const needed = words.filter((word) => !word.endsWith('?')).length
  const many = words.at(-1)?.endsWith('…') ?? false
  if (found.length < needed) {
    throw new UsageError('cli.word', { name: words[found.length]?.replace(/[?…]$/, '') ?? '' })
  }
  const extra = many ? undefined : found[words.length]
  if (extra !== undefined) throw unknownOption(extra, options)
}

class Read implements Arguments {
  readonly words: readonly string[]
  readonly #values: ReadonlyMap<string, string>

  constructor(values: ReadonlyMap<string, string>, words: readonly string[]) {
    this.#values = values
    this.words = words
  }

  has(name: string): boolean {
    return this.#values.has(name)
  }

  text(name: string): string | undefined {
    return this.#values.get(name)
  }

  integer(name: string, low: number): number | undefined {
    const got = this.#values.get(name)
    if (got === undefined) return undefined
    const value = Number(got)
    if (/^\d+$/.test(got) && Number.isSafeInteger(value) && value >= low) return value
    throw new UsageError('cli.integer', { option: `--${name}`, got, low })
  }

  positive(name: string): number | undefined {
    const got = this.#values.get(name)
    if (got === undefined) return undefined
    const value = Number(got)
    if (Number.isFinite(value) && value > 0) return value
    throw new UsageError('cli.number', { option: `--${name}`, got })
  }
}
