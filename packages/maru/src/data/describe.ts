/** What a data set is like, before anything is learned from it. */
import { Fingerprint } from '../base/hash.ts'
import type { Dataset } from './dataset.ts'
import { isNdArray, isRecord, isTypedArray } from './record.ts'
import { classesOf } from './sets.ts'

export interface ClassCount {
  readonly name: string
  readonly count: number
}

export interface Description {
  readonly samples: number
  /** Every class with how many samples it has; empty where samples have no class. */
  readonly classes: readonly ClassCount[]
  /** How often the commonest class is there for each sample of the rarest; 1 when balanced, infinite when one is empty. */
  readonly imbalance: number
  /** Indices of samples whose inputs are equal, a list for each input that is there more than once. */
  readonly duplicates: readonly (readonly number[])[]
  /** Those of the duplicates whose labels differ. */
  readonly conflicts: readonly (readonly number[])[]
  /** Samples that cannot be read, and why. */
  readonly broken: readonly { readonly index: number; readonly reason: string }[]
  /** Shapes of the inputs, as text, with how many have each; more than one where inputs differ. */
  readonly shapes: ReadonlyMap<string, number>
}

/**
 * Reads every sample once and reports classes, imbalance, duplicates and what cannot be read.
 *
 * Inputs count as equal when 64 bits made of their values, shape and dtype are.
 *
 * @example const { classes, imbalance, duplicates, broken } = await describe(train)
 */
export async function describe(dataset: Dataset<unknown>): Promise<Description> {
  const names = classesOf(dataset)
  const counts = new Map<number, number>(names?.map((_, id) => [id, 0]))
  const seen = new Map<string, number[]>()
  const labels = new Map<number, unknown>()
  const shapes = new Map<string, number>()
  const broken: { index: number; reason: string }[] = []
  for (let index = 0; index < dataset.length; index++) {
    let sample: unknown
    try {
      sample = await dataset.at(index)
    } catch (error) {
      broken.push({ index, reason: error instanceof Error ? error.message : String(error) })
      continue
    }
    const { input, label } = parts(sample)
    const key = new Fingerprint()
    absorb(key, input)
    push(seen, key.hex(), index)
    labels.set(index, label)
    if (typeof label === 'number') counts.set(label, (counts.get(label) ?? 0) + 1)
    const shape = shapeOf(input)
    if (shape !== undefined) shapes.set(shape, (shapes.get(shape) ?? 0) + 1)
  }
  const duplicates = [...seen.values()].filter(({ length }) => length > 1)
  const different = (group: readonly number[]): boolean =>
    new Set(group.map((i) => JSON.stringify(labels.get(i)))).size > 1
  return {
    samples: dataset.length,
    classes: classCounts(counts, names),
    imbalance: imbalanceOf([...counts.values()]),
    duplicates,
    conflicts: duplicates.filter(different),
    broken,
    shapes,
  }
}

/** What a model sees of a sample, and what it is to say. */
function parts(sample: unknown): { input: unknown; label: unknown } {
  if (!isRecord(sample)) return { input: sample, label: undefined }
  const { label, ...rest } = sample
  return { input: 'input' in rest ? rest.input : rest, label }
}

function push(map: Map<string, number[]>, key: string, index: number): void {
  const list = map.get(key)
  if (list) list.push(index)
  else map.set(key, [index])
}

function absorb(into: Fingerprint, value: unknown): void {
  if (isTypedArray(value)) {
    into.text(value.constructor.name)
    into.bytes(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
  } else if (isNdArray(value)) {
    into.text(`${value.dtype} [${value.shape}]`)
    absorb(into, value.data)
  } else if (isRecord(value)) {
    for (const [key, each] of Object.entries(value)) absorb(into.text(key), each)
  } else if (Array.isArray(value)) {
    into.text(`list ${value.length}`)
    for (const each of value) absorb(into, each)
  } else into.text(`${typeof value} ${String(value)}`)
}

function shapeOf(value: unknown): string | undefined {
  if (isNdArray(value)) return `[${value.shape.join(', ')}]`
  return isTypedArray(value) ? `[${value.length}]` : undefined
}

function classCounts(
  counts: ReadonlyMap<number, number>,
  names: readonly string[] | undefined,
): ClassCount[] {
  const sorted = [...counts].sort(([a], [b]) => a - b)
  return sorted.map(([id, count]) => ({ name: names?.[id] ?? String(id), count }))
}

function imbalanceOf(counts: readonly number[]): number {
  if (counts.length === 0) return 1
  const [most, least] = [Math.max(...counts), Math.min(...counts)]
  return most === 0 ? 1 : most / least
}
