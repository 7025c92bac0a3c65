/** What a recording makes of cells and constants alone: computed when it first runs, and when one of them has changed. */
import type { Bindings, Prepared } from '../backend/backend.ts'
import type { Cell } from '../graph/cell.ts'
import type { Data, DeviceBuffer } from '../graph/data.ts'
import type { Captured } from './capture.ts'
import { device, roomFor } from './engine.ts'
import type { Ready } from './programs.ts'

/** Values that a program keeps, what they were made of, and the versions of the cells among that. */
interface Kept {
  readonly by: Prepared
  readonly of: readonly (Cell | Data | number | undefined)[]
  readonly values: readonly Data[]
  versions: readonly number[] | undefined
}

const known = new WeakMap<Captured, Kept>()
/** What recordings keep of one program: others that are made of the same read it as well. */
const shared = new WeakMap<Prepared, readonly WeakRef<Kept>[]>()

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
  const versions = kept.of.map((each) => (isCell(each) ? each.version : 0))
  if (kept.versions && versions.every((version, i) => version === kept.versions?.[i])) {
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

function isCell(it: Kept['of'][number]): it is Cell {
  return typeof it === 'object' && 'version' in it
}

/** What is kept of a recording's program, by it or by another one that is made of the same, or room for it. */
function keptBy(graph: Captured, prepared: Prepared): Kept {
  const before = known.get(graph)
  if (before?.by === prepared) return before
  const of = madeOf(graph)
  const others = (shared.get(prepared) ?? []).filter((other) => other.deref())
  const same = others
    .map((other) => other.deref())
    .find((other) => other?.of.every((each, i) => Object.is(each, of[i])))
  const kept = same ?? { by: prepared, of, values: roomOf(prepared), versions: undefined }
  if (!same) shared.set(prepared, [...others, new WeakRef(kept)])
  known.set(graph, kept)
  return kept
}

function roomOf({ program }: Prepared): Data[] {
  return (program.once?.results ?? []).map(roomFor)
}

/** Leaves that stay, and literals: equal where equal values come of them. */
function madeOf({ leaves, steady, parameters }: Captured): Kept['of'] {
  const own = [...(steady ?? [])].map((position) => {
    const { data, leaf } = leaves[position] ?? {}
    return (
      data ?? (leaf?.kind === 'cell' ? leaf.cell : leaf?.kind === 'data' ? leaf.data : undefined)
    )
  })
  return [...own, ...parameters.map(({ literal }) => literal)]
}
