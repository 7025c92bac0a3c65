/** The command line of `npm start`, read and checked. */
import { parseArgs } from 'node:util'
import { ValueError } from '../base/error.ts'

export interface Options {
  /** Folder of the MNIST files; generated digits without one. */
  readonly data: string | undefined
  readonly epochs: number | undefined
  readonly seed: number
  readonly json: boolean
  readonly help: boolean
}

const known = {
  data: { type: 'string' },
  epochs: { type: 'string' },
  seed: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

const placeholders: Readonly<Record<string, string>> = {
  data: '<folder>',
  epochs: '<n>',
  seed: '<n>',
}

/** @throws ValueError for what is no option, lacks its value or has a wrong one */
export function readOptions(args: readonly string[]): Options {
  const { tokens } = parseArgs({ args: [...args], options: known, strict: false, tokens: true })
  const values = new Map<string, string>()
  for (const token of tokens) {
    if (token.kind === 'positional') throw unknownOption(token.value)
    if (token.kind === 'option') values.set(token.name, valueGiven(token))
  }
  return {
    data: values.get('data'),
    epochs: integer(values, 'epochs', 1),
    seed: integer(values, 'seed', 0) ?? 0,
    json: values.has('json'),
    help: values.has('help'),
  }
}

interface Token {
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
}

/** The value of an option that takes one, '' for one that does not. */
function valueGiven({ name, rawName, value }: Token): string {
  if (!Object.hasOwn(known, name)) throw unknownOption(rawName)
  const placeholder = placeholders[name]
  if (placeholder === undefined) {
    if (value !== undefined) throw new ValueError('cli.flag', { option: rawName, got: value })
    return ''
  }
  if (!value || /^-[-a-z]/.test(value)) {
    throw new ValueError('cli.value', { option: rawName, placeholder })
  }
  return value
}

function unknownOption(got: string): ValueError {
  return new ValueError('cli.option', { got, known: Object.keys(known).map((name) => `--${name}`) })
}

function integer(
  values: ReadonlyMap<string, string>,
  name: string,
  low: number,
): number | undefined {
  const got = values.get(name)
  if (got === undefined) return undefined
  const value = Number(got)
  if (/^\d+$/.test(got) && Number.isSafeInteger(value) && value >= low) return value
  throw new ValueError('cli.integer', { option: `--${name}`, got, low })
}
