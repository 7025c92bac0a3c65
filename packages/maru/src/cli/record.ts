/** What a run leaves in its folder beside the model: how data were read, and what came of it. */
import { FormatError } from '../base/error.ts'
import { readFileBytes, writeFileAtomic } from '../io/index.ts'
import type { Json } from '../train/index.ts'
import type { Encoding } from './encoding.ts'

const FILE = 'run.json'
const FORMAT = 'maru-run'
const MAX_BYTES = 16 * 1024 * 1024

export interface RunRecord {
  readonly model: string
  readonly parameters: number
  readonly encoding: Encoding
  readonly settings: Readonly<Record<string, Json>>
  /** Figures of the test, by name. */
  readonly results: Readonly<Record<string, number>>
  /** Of each epoch. */
  readonly history: readonly Readonly<Record<string, number>>[]
}

export async function writeRecord(folder: string, record: RunRecord): Promise<void> {
  const text = `${JSON.stringify({ format: FORMAT, version: 1, ...record }, null, 2)}\n`
  await writeFileAtomic(`${folder}/${FILE}`, new TextEncoder().encode(text))
}

/** @throws FormatError when a folder has no record, or one that is damaged */
export async function readRecord(folder: string): Promise<RunRecord> {
  const path = `${folder}/${FILE}`
  const text = new TextDecoder().decode(await readFileBytes(path, { maxBytes: MAX_BYTES }))
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new FormatError('cli.run', { path }, cause)
  }
  if (isRun(value)) return value
  throw new FormatError('cli.run', { path })
}

type Fields = Readonly<Record<string, unknown>>

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isRun(value: unknown): value is RunRecord {
  if (!isFields(value) || value.format !== FORMAT || value.version !== 1) return false
  const { model, parameters, encoding, settings, results, history } = value
  if (typeof model !== 'string' || typeof parameters !== 'number') return false
  if (!isFields(settings) || !isNumbers(results) || !isEncoding(encoding)) return false
  return Array.isArray(history) && history.every(isNumbers)
}

function isNumbers(value: unknown): boolean {
  return isFields(value) && Object.values(value).every((each) => typeof each === 'number')
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
}

function isEncoding(value: unknown): value is Encoding {
  if (!isFields(value)) return false
  if (value.kind === 'pictures') {
    const sizes = Array.isArray(value.size) ? value.size : []
    const known = value.channels === 1 || value.channels === 3
    const whole = sizes.length === 2 && sizes.every((size) => Number.isInteger(size) && size > 0)
    return known && whole && isTexts(value.classes)
  }
  if (value.kind !== 'table' || !isFields(value.plan)) return false
  const { inputs, target, skipped } = value.plan
  const isPlan = Array.isArray(inputs) && inputs.every(isColumn) && isTexts(skipped)
  return isPlan && isTarget(target) && (value.scale === undefined || isMoments(value.scale))
}

function isColumn(value: unknown): boolean {
  if (!isFields(value) || typeof value.name !== 'string') return false
  return value.kind === 'category'
    ? isTexts(value.values)
    : value.kind === 'number' && isMoments(value)
}

function isTarget(value: unknown): boolean {
  if (!isFields(value) || typeof value.name !== 'string') return false
  return value.kind === 'classes' ? isTexts(value.classes) : value.kind === 'number'
}

function isMoments(value: unknown): boolean {
  if (!isFields(value)) return false
  return Number.isFinite(value.mean) && Number.isFinite(value.std) && Number(value.std) > 0
}
