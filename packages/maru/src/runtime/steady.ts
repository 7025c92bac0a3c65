/** What a recording makes of cells and constants alone: computed when it first runs, and when one of them has changed. */
import type { Bindings, Prepared } from '../backend/backend.ts'
import type { Once, Source } from '../compiler/program.ts'
import type { Cell } from '../graph/cell.ts'
import type { Data, DeviceBuffer } from '../graph/data.ts'
import type { Captured } from './capture.ts'
import { device, roomFor } from './engine.ts'
import type { Ready } from './programs.ts'

/** What stays from run to run: leaves, and literals. */
type Part = Cell | Data | number | undefined

/** A value that is kept, what it was made of, and the versions of the cells among that. */
interface Kept {
  readonly data: Data
  readonly of: readonly Part[]
  versions: readonly number[] | undefined
}

/** All that a program keeps. */
interface Keeping {
  readonly by: Prepared
  readonly of: readonly Part[]
  readonly values: readonly Kept[]
  /** Where these are. */
  readonly leaves: readonly DeviceBuffer[]
}

const known = new WeakMap<Captured, Keeping>()
/** What is kept for recordings of one program: others that are made of the same read it as well. */
const ofProgram = new WeakMap<Prepared, readonly WeakRef<Keeping>[]>()
/** Values that recordings of several programs read, by the first that they are made of, and by who made them of it, and how. */
const ofLeaf = new WeakMap<object, Map<string, WeakRef<Kept>>>()

/** Further leaves of a program, and when they have been computed. */
interface Given {
  readonly leaves: readonly DeviceBuffer[]
  readonly done: Promise<void> | undefined
}

/** Queues what must be computed before a run of the program with these leaves and numbers. */
export function steadyFor(
  graph: Captured,
  { prepared, once }: Ready,
  bound: Omit<Bindings, 'outputs'>,
): Given {
  if (!once) return { leaves: [], done: undefined }
  const { values, leaves } = keepingOf(graph, prepared)
  if (values.every(isCurrent)) return { leaves, done: undefined }
  for (const kept of values) kept.versions = versionsOf(kept)
  const outputs = [...graph.outputs.map(() => undefined), ...leaves]
  const done = device()
    .run(once, { ...bound, outputs })
    .catch((error: unknown) => {
      for (const kept of values) kept.versions = undefined
      throw error
    })
  return { leaves, done }
}

function isCurrent(kept: Kept): boolean {
  const { of, versions } = kept
  return versions !== undefined && of.every((part, i) => versionOf(part) === versions[i])
}

function versionsOf({ of }: Kept): number[] {
  return of.map(versionOf)
}

function versionOf(part: Part): number {
  return typeof part === 'object' && 'version' in part ? part.version : 0
}

/** What is kept for a recording, by it or by others that are made of the same, or room for it. */
function keepingOf(graph: Captured, prepared: Prepared): Keeping {
  const before = known.get(graph)
  if (before?.by === prepared) return before
  const of = partsOf(graph)
  const others = (ofProgram.get(prepared) ?? []).filter((other) => other.deref())
  const same = others.map((other) => other.deref()).find((other) => other && isSame(other.of, of))
  const keeping = same ?? keep(graph, prepared, of)
  if (!same) ofProgram.set(prepared, [...others, new WeakRef(keeping)])
  known.set(graph, keeping)
  return keeping
}

function keep(graph: Captured, by: Prepared, of: readonly Part[]): Keeping {
  const values = valuesOf(graph, by, of)
  return { by, of, values, leaves: values.flatMap(({ data }) => data.buffer ?? []) }
}

function isSame(one: readonly Part[], other: readonly Part[]): boolean {
  return one.length === other.length && one.every((part, i) => Object.is(part, other[i]))
}

function valuesOf(graph: Captured, { program }: Prepared, of: readonly Part[]): Kept[] {
  return (program.once?.results ?? []).map((result): Kept => {
    const { source } = result
    return source
      ? panelsOf(graph, result, source)
      : { data: roomFor(result), of, versions: undefined }
  })
}

/** Panels that recordings of other programs may have, too: batches of another size read the same weights. */
function panelsOf(graph: Captured, result: Once['results'][number], source: Source): Kept {
  const leaves = source.leaves.map((position) => leafOf(graph, position))
  const of = [...leaves, ...source.parameters.map((index) => graph.parameters[index]?.literal)]
  const fresh = (): Kept => ({ data: roomFor(result), of, versions: undefined })
  const [first] = leaves
  if (!first) return fresh()
  const all = ofLeaf.get(first) ?? new Map<string, WeakRef<Kept>>()
  ofLeaf.set(first, all)
  const key = `${device().name}|${source.text}`
  const there = all.get(key)?.deref()
  if (there && isSame(there.of, of)) return there
  const made = fresh()
  all.set(key, new WeakRef(made))
  return made
}

function partsOf(graph: Captured): Part[] {
  const leaves = [...(graph.steady ?? [])].map((position) => leafOf(graph, position))
  return [...leaves, ...graph.parameters.map(({ literal }) => literal)]
}

/** The cell that a leaf stands for, or its value. */
function leafOf({ leaves }: Captured, position: number): Cell | Data | undefined {
  const { data, leaf } = leaves[position] ?? {}
  return data ?? (leaf?.kind === 'cell' ? leaf.cell : leaf?.kind === 'data' ? leaf.data : undefined)
}
