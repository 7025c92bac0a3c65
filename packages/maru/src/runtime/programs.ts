/** Programs by graph key: a graph that was seen before is not compiled again. */
import type { Backend, Prepared } from '../backend/backend.ts'
import { isWatched, worked } from '../backend/watch.ts'
import { debugLevel } from '../base/env.ts'
import { compile } from '../compiler/compile.ts'
import { launchesOf } from '../compiler/program.ts'
import type { Captured } from './capture.ts'
import { describeProgram } from './debug.ts'

/** Programs that are kept; the one unused for longest goes first. */
const MOST_PROGRAMS = 256

interface Entry {
  readonly key: Int32Array
  readonly hash: number
  readonly backend: Backend
  readonly prepared: Prepared
}

const entries = new Map<number, Entry[]>()
/** Least recently used first. */
const byUse = new Set<Entry>()
let compiled = 0

/** Number of programs compiled since the process started. */
export function programsCompiled(): number {
  return compiled
}

function equalKeys(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** The program for a graph on a backend, compiled if this is the first such graph. */
export function programFor(graph: Captured, backend: Backend): Prepared {
  const same = entries.get(graph.hash) ?? []
  const known = same.find((entry) => entry.backend === backend && equalKeys(entry.key, graph.key))
  if (known) {
    byUse.delete(known)
    byUse.add(known)
    return known.prepared
  }
  const start = performance.now()
  const prepared = backend.prepare(compile(graph, backend.target))
  compiled++
  const entry = { key: graph.key, hash: graph.hash, backend, prepared }
  entries.set(graph.hash, [...same, entry])
  byUse.add(entry)
  if (byUse.size > MOST_PROGRAMS) evict()
  const level = debugLevel()
  const end = performance.now()
  if (level >= 1) describeProgram(graph, backend, prepared.program, { ms: end - start, level })
  if (isWatched()) {
    const { length: launches } = launchesOf(prepared.program.body)
    const details = { nodes: graph.nodes.length, launches, device: backend.name }
    worked({ what: 'compile', start, end, details, live: backend.memory().live })
  }
  return prepared
}

function evict(): void {
  const [oldest] = byUse
  if (!oldest) return
  byUse.delete(oldest)
  const rest = (entries.get(oldest.hash) ?? []).filter((entry) => entry !== oldest)
  if (rest.length > 0) entries.set(oldest.hash, rest)
  else entries.delete(oldest.hash)
  oldest.backend.release(oldest.prepared)
}
