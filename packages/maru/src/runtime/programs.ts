/** Programs by graph key: a graph that was seen before is not compiled again. */
import type { Backend, Prepared } from '../backend/backend.ts'
import { isWatched, worked } from '../backend/watch.ts'
import { debugLevel } from '../base/env.ts'
import { compile } from '../compiler/compile.ts'
import { launchesOf, type Program } from '../compiler/program.ts'
import type { Captured } from './capture.ts'
import { describeProgram } from './debug.ts'

/** Programs that are kept; the one unused for longest goes first. */
const MOST_PROGRAMS = 256

/** A program made ready, and the one that computes what is the same in its every run. */
export interface Ready {
  readonly prepared: Prepared
  readonly once: Prepared | undefined
}

interface Entry {
  readonly key: Int32Array
  readonly hash: number
  readonly backend: Backend
  readonly ready: Ready
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
export function programFor(graph: Captured, backend: Backend): Ready {
  const same = entries.get(graph.hash) ?? []
  const known = same.find((entry) => entry.backend === backend && equalKeys(entry.key, graph.key))
  if (known) {
    byUse.delete(known)
    byUse.add(known)
    return known.ready
  }
  const start = performance.now()
  const ready = readyFor(compile(graph, backend.target), backend)
  compiled++
  const entry = { key: graph.key, hash: graph.hash, backend, ready }
  entries.set(graph.hash, [...same, entry])
  byUse.add(entry)
  if (byUse.size > MOST_PROGRAMS) evict()
  const level = debugLevel()
  const end = performance.now()
  const { program } = ready.prepared
  if (level >= 1) describeProgram(graph, backend, program, { ms: end - start, level })
  if (isWatched()) {
    const { length: launches } = launchesOf(program.body)
    const details = { nodes: graph.nodes.length, launches, device: backend.name }
    worked({ what: 'compile', start, end, details, live: backend.memory().live })
  }
  return ready
}

function readyFor(program: Program, backend: Backend): Ready {
  const { once } = program
  return { prepared: backend.prepare(program), once: once && backend.prepare(once.program) }
}

function evict(): void {
  const [oldest] = byUse
  if (!oldest) return
  byUse.delete(oldest)
  const rest = (entries.get(oldest.hash) ?? []).filter((entry) => entry !== oldest)
  if (rest.length > 0) entries.set(oldest.hash, rest)
  else entries.delete(oldest.hash)
  const { prepared, once } = oldest.ready
  oldest.backend.release(prepared)
  if (once) oldest.backend.release(once)
}
