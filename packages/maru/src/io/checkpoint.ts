/** Checkpoints in a folder: each whole or not there, and told from damaged ones. */
import { FormatError } from '../base/error.ts'
import { makeFolder, readFileBytes, writeFileAtomic } from './files.ts'

const FORMAT = 'maru-checkpoint'
const VERSION = 1
const MAX_MANIFEST_BYTES = 256 * 1024 * 1024
const MAX_TENSOR_BYTES = 64 * 1024 * 1024 * 1024
const STEP_DIGITS = 12
const MANIFEST = /^step-(\d{12})\.json$/
const TENSORS = /^step-\d{12}-[0-9a-f]{16}\.safetensors$/
const TEMPORARY = /^step-.*\.tmp-\d+-\d+$/

/** What a checkpoint holds. */
export interface Contents {
  /** A safetensors file. */
  readonly tensors: Uint8Array
  /** Anything that JSON can hold, numbers that are not finite included. */
  readonly values: unknown
}

export interface Checkpoint extends Contents {
  /** Its manifest. */
  readonly path: string
  readonly step: number
}

export interface Damaged {
  readonly path: string
  readonly reason: string
}

/**
 * Writes a checkpoint: the tensors, then a manifest with their size and digest.
 *
 * Each file gets its name when it is on the disk. The checkpoint is there from the moment when its
 * manifest is; whatever stops the process or the machine before leaves those of earlier steps as they
 * were.
 *
 * @returns the path of the manifest
 * @throws FormatError when it cannot be written: earlier checkpoints stay
 */
export async function writeCheckpoint(
  folder: string,
  step: number,
  { tensors, values }: Contents,
): Promise<string> {
  await makeFolder(folder)
  const digest = await sha256(tensors)
  const name = `step-${String(step).padStart(STEP_DIGITS, '0')}`
  const file = `${name}-${digest.slice(0, 16)}.safetensors`
  await writeFileAtomic(`${folder}/${file}`, tensors)
  const body = JSON.stringify({ step, file, bytes: tensors.length, sha256: digest, values }, plain)
  const own = await sha256(new TextEncoder().encode(body))
  const text = `{"format":"${FORMAT}","version":${VERSION},"sha256":"${own}","body":${body}}\n`
  const path = `${folder}/${name}.json`
  await writeFileAtomic(path, new TextEncoder().encode(text))
  return path
}

/** Steps that a folder has manifests of, the newest first; none of a folder that is not there. */
export async function checkpointSteps(folder: string): Promise<number[]> {
  const names = await namesIn(folder)
  const steps = names.flatMap((name) => MANIFEST.exec(name)?.[1] ?? []).map(Number)
  return steps.sort((a, b) => b - a)
}

/** @throws FormatError when anything of it is missing or differs from what was written */
export async function readCheckpoint(folder: string, step: number): Promise<Checkpoint> {
  const path = pathOf(folder, step)
  const body = await readManifest(path)
  const { file, bytes, sha256: digest, values } = body
  if (typeof file !== 'string' || !TENSORS.test(file) || body.step !== step) {
    throw new FormatError('checkpoint.manifest', { path })
  }
  const tensors = await readFileBytes(`${folder}/${file}`, { maxBytes: MAX_TENSOR_BYTES })
  if (tensors.length !== bytes || (await sha256(tensors)) !== digest) {
    throw new FormatError('checkpoint.digest', { path: `${folder}/${file}` })
  }
  return { path, step, tensors, values }
}

/**
 * The newest checkpoint that is whole, and those after it that are not.
 *
 * @throws FormatError when there are some but none is whole
 */
export async function newestCheckpoint(
  folder: string,
): Promise<{ readonly found: Checkpoint | undefined; readonly damaged: readonly Damaged[] }> {
  const damaged: Damaged[] = []
  for (const step of await checkpointSteps(folder)) {
    try {
      return { found: await readCheckpoint(folder, step), damaged }
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      damaged.push({ path: pathOf(folder, step), reason: error.message })
    }
  }
  if (damaged.length > 0) {
    throw new FormatError('checkpoint.none', { folder, count: damaged.length })
  }
  return { found: undefined, damaged }
}

/** Removes a checkpoint, its manifest first, so that there never is one without its tensors. */
export async function removeCheckpoint(folder: string, step: number): Promise<void> {
  const { rm } = await import('node:fs/promises')
  await rm(pathOf(folder, step), { force: true })
  await sweep(folder)
}

/** Removes tensors that no manifest names, and what a process that ended left unfinished. */
export async function sweep(folder: string): Promise<void> {
  const { rm } = await import('node:fs/promises')
  const names = await namesIn(folder)
  const steps = new Set(names.flatMap((name) => MANIFEST.exec(name)?.[1] ?? []))
  const kept = new Set<string>()
  for (const step of steps) {
    const body = await readManifest(pathOf(folder, Number(step))).catch(() => undefined)
    // of a manifest that cannot be read, nothing is thrown away
    if (body) kept.add(String(body.file))
    else for (const name of names) if (name.includes(step)) kept.add(name)
  }
  const dead = names.filter(
    (name) => TEMPORARY.test(name) || (TENSORS.test(name) && !kept.has(name)),
  )
  for (const name of dead) await rm(`${folder}/${name}`, { force: true })
}

function pathOf(folder: string, step: number): string {
  return `${folder}/step-${String(step).padStart(STEP_DIGITS, '0')}.json`
}

async function namesIn(folder: string): Promise<string[]> {
  const { readdir } = await import('node:fs/promises')
  try {
    return await readdir(folder)
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    if (reason === 'ENOENT') return []
    throw new FormatError('file.read', { path: folder, reason }, cause)
  }
}

async function readManifest(path: string): Promise<Readonly<Record<string, unknown>>> {
  const bytes = await readFileBytes(path, { maxBytes: MAX_MANIFEST_BYTES })
  const text = new TextDecoder().decode(bytes)
  const [head, own = ''] =
    /^\{"format":"maru-checkpoint","version":1,"sha256":"([0-9a-f]{64})","body":/.exec(text) ?? []
  const body = text.slice(head?.length ?? 0, -2)
  if (head === undefined || (await sha256(new TextEncoder().encode(body))) !== own) {
    throw new FormatError('checkpoint.manifest', { path })
  }
  let parsed: unknown
  try {
    parsed = JSON.parse(body, revive)
  } catch (cause) {
    throw new FormatError('checkpoint.manifest', { path }, cause)
  }
  if (typeof parsed === 'object' && parsed !== null) return { ...parsed }
  throw new FormatError('checkpoint.manifest', { path })
}

const NUMBER = '$number'

/** Numbers that JSON has no form for, as objects. */
function plain(_: string, value: unknown): unknown {
  if (typeof value !== 'number') return value
  return Number.isFinite(value) && !Object.is(value, -0)
    ? value
    : { [NUMBER]: String(showZero(value)) }
}

function showZero(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

function revive(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !(NUMBER in value)) return value
  return Number(value[NUMBER])
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const { createHash } = await import('node:crypto')
  return createHash('sha256').update(bytes).digest('hex')
}
