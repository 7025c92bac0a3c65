/** What a recording makes of cells and constants alone: computed when it first runs, and when one of them has changed. */
import type { Bindings, Prepared } from '../backend/backend.ts'
import type { Data, DeviceBuffer } from '../graph/data.ts'
import type { Captured } from './capture.ts'
import { device, release, roomFor } from './engine.ts'
import type { Ready } from './programs.ts'

/** Values of one recording, and the versions of its leaves that they were made of. */
interface Kept {
  readonly by: Prepared
  readonly values: readonly Data[]
  versions: readonly number[] | undefined
}

const known = new WeakMap<Captured, Kept>()

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
  const kept = keptBy(graph, prepared)
  const leaves = kept.values.flatMap(({ buffer }) => buffer ?? [])
  const versions = versionsOf(graph)
  if (versions.every((version, i) => version === kept.versions?.[i])) {
    return { leaves, done: undefined }
  }
  kept.versions = versions
  const outputs = [...graph.outputs.map(() => undefined), ...leaves]
  const done = device()
    .run(once, { ...bound, outputs })
    .catch((error: unknown) => {
      kept.versions = undefined
      throw error
    })
  return { leaves, done }
}

/** Versions of the leaves that stay, and one number more: where there are none, they are known as well. */
function versionsOf({ leaves, steady }: Captured): number[] {
  const versions = [...(steady ?? [])].map((position) => {
    const { leaf } = leaves[position] ?? {}
    return leaf?.kind === 'cell' ? leaf.cell.version : 0
  })
  return [...versions, 0]
}

/** What is kept for a program, or room for it; what was kept for another one is given back. */
function keptBy(graph: Captured, prepared: Prepared): Kept {
  const before = known.get(graph)
  if (before?.by === prepared) return before
  for (const value of before?.values ?? []) release(value)
  const values = (prepared.program.once?.results ?? []).map(roomFor)
  const kept: Kept = { by: prepared, values, versions: undefined }
  known.set(graph, kept)
  return kept
}
