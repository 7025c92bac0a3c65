/** What `maru train` is told: by options, or by a config file. */
import { FormatError, ValueError } from '../base/error.ts'
import { readFileBytes } from '../io/index.ts'
import { build, Module } from '../nn/index.ts'
import type { Arguments } from './arguments.ts'

export interface TrainSettings {
  /** A table, or a folder of pictures. */
  readonly data: string
  readonly label?: string | undefined
  /** Height and width that pictures are brought to. */
  readonly size?: number | undefined
  readonly epochs?: number | undefined
  readonly batchSize?: number | undefined
  readonly lr?: number | undefined
  readonly seed?: number | undefined
  /** Folder of the run. */
  readonly out?: string | undefined
  /** A network, or what makes one; of a JSON file its definition. One is chosen if none is given. */
  readonly model?: Module | undefined
}

const MAX_BYTES = 16 * 1024 * 1024
const NAMES = ['data', 'label', 'size', 'epochs', 'batchSize', 'lr', 'seed', 'out', 'model']

/** Settings of a command line; a config file stands where data would, and options go before it. */
export async function settingsOf(given: Arguments): Promise<TrainSettings> {
  const [path = ''] = given.words
  const isConfig = /\.(json|[mc]?[jt]s)$/i.test(path)
  const config = isConfig ? checked(path, await readConfig(path)) : { data: path }
  const options = {
    label: given.text('label'),
    size: given.integer('size', 8),
    epochs: given.integer('epochs', 1),
    batchSize: given.integer('batch', 1),
    lr: given.positive('lr'),
    seed: given.integer('seed', 0),
    out: given.text('out'),
  }
  const set = Object.entries(options).filter(([, value]) => value !== undefined)
  return { ...config, ...Object.fromEntries(set) }
}

/** A JSON file is data; a module is the user's own program, and runs. */
async function readConfig(path: string): Promise<unknown> {
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
  const lr = fields.get('lr')
  if (data === undefined) throw wrong('data')
  if (lr !== undefined && !(typeof lr === 'number' && Number.isFinite(lr) && lr > 0))
    throw wrong('lr')
  return {
    data,
    lr,
    label: text('label'),
    size: count('size', 8),
    epochs: count('epochs', 1),
    batchSize: count('batchSize', 1),
    seed: count('seed', 0),
    out: text('out'),
    model: modelOf(fields.get('model')),
  }
}

function modelOf(given: unknown): Module | undefined {
  if (given === undefined || given instanceof Module) return given
  return build(given)
}
