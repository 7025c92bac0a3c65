/** What `maru train` is told: by options, or by a config file. */
import { FormatError, ValueError } from '../base/error.ts'
import { drawers } from '../config/index.ts'
import { readFileBytes } from '../io/index.ts'
import { isRecord } from '../nn/settings.ts'
import type { Arguments } from './arguments.ts'

export interface TrainSettings {
  /** A table, or a folder of pictures. */
  readonly data: string
  readonly label?: string | undefined
  /** Height and width that pictures are brought to. */
  readonly size?: number | undefined
  readonly seed?: number | undefined
  /** Folder of the run. */
  readonly out?: string | undefined
  /** The drawers of a configuration as they were given; `readConfig` looks at them. */
  readonly config: Readonly<Record<string, unknown>>
}

const MAX_BYTES = 16 * 1024 * 1024
const NAMES: readonly string[] = ['data', 'label', 'size', 'seed', 'out', ...drawers]

/** Settings of a command line; a config file stands where data would, and options go before it. */
export async function settingsOf(given: Arguments): Promise<TrainSettings> {
  const [path = ''] = given.words
  const isConfig = /\.(json|[mc]?[jt]s)$/i.test(path)
  const read = isConfig ? checked(path, await readModule(path)) : { data: path, config: {} }
  const options = {
    label: given.text('label'),
    size: given.integer('size', 8),
    seed: given.integer('seed', 0),
    out: given.text('out'),
  }
  const numbers = {
    epochs: given.integer('epochs', 1),
    batchSize: given.integer('batch', 1),
    lr: given.positive('lr'),
  }
  const { hyperparameters } = read.config
  const config = isRecord(hyperparameters ?? {})
    ? { ...read.config, hyperparameters: { ...Object(hyperparameters), ...withoutGaps(numbers) } }
    : read.config
  return { ...read, ...withoutGaps(options), config }
}

function withoutGaps(given: object): object {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

/** A JSON file is data; a module is the user's own program, and runs. */
async function readModule(path: string): Promise<unknown> {
  if (/\.json$/i.test(path)) {
    const bytes = await readFileBytes(path, { maxBytes: MAX_BYTES })
    try {
      return JSON.parse(new TextDecoder().decode(bytes))
    } catch (cause) {
      throw new FormatError('cli.config', { path, reason: String(cause) }, cause)
    }
  }
  const { pathToFileURL } = await import('node:url')
  try {
    const loaded: { readonly default?: unknown } = await import(pathToFileURL(path).href)
    return typeof loaded.default === 'function' ? await loaded.default() : loaded.default
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code === 'ERR_UNKNOWN_FILE_EXTENSION')
      throw new ValueError('cli.typescript', { path }, cause)
    if (code === 'ERR_MODULE_NOT_FOUND') throw new FormatError('file.missing', { path }, cause)
    throw cause
  }
}

function checked(path: string, value: unknown): TrainSettings {
  const plain = typeof value === 'object' && value !== null && !Array.isArray(value)
  const fields = new Map<string, unknown>(plain ? Object.entries(value) : [])
  const unknown = [...fields.keys()].find((name) => !NAMES.includes(name))
  if (unknown !== undefined)
    throw new FormatError('cli.config.name', { path, name: unknown, known: NAMES })
  const wrong = (name: string): FormatError =>
    new FormatError('cli.config.value', { path, name, got: String(fields.get(name)) })
  const text = (name: string): string | undefined => {
    const got = fields.get(name)
    if (got === undefined || typeof got === 'string') return got
    throw wrong(name)
  }
  const count = (name: string, low: number): number | undefined => {
    const got = fields.get(name)
    if (got === undefined) return undefined
    if (typeof got === 'number' && Number.isSafeInteger(got) && got >= low) return got
    throw wrong(name)
  }
  const data = text('data')
  if (data === undefined) throw wrong('data')
  const own = drawers.filter((drawer) => fields.has(drawer))
  return {
    data,
    label: text('label'),
    size: count('size', 8),
    seed: count('seed', 0),
    out: text('out'),
    config: Object.fromEntries(own.map((drawer) => [drawer, fields.get(drawer)])),
  }
}
