/** A section without loops or branches as pieces of work, which whoever has time takes one after the other. */
import { meet } from './section.ts'
import type { Section, SectionPart, TapeCall } from './tape.ts'
import type { KernelFunction, words as Words } from './worker.ts'

/** Pieces of a call, for each thread that may take some. */
const PIECES = 4
/** Least work of a piece. */
const LEAST_WORK = 65_536

/** Most work that one thread may have to do at one go, since the calling thread may be the one. */
const MOST_ALONE = 2_000_000

/** Words of a piece: pieces that must be done before it, and where its calls begin and end. */
const HEAD = 3

interface Stage {
  /** Calls that one thread makes in turn. */
  readonly alone: TapeCall[]
  readonly cut: TapeCall[]
}

export interface Pieces {
  /**
   * How many, the head of each, and calls, which are a function, the address of its arguments, units from and to,
   * and nodes begun.
   */
  readonly words: Int32Array
  /** Most pieces that can be done at once. */
  readonly widest: number
}

/** The pieces of a section; nothing for sections that must be walked. */
export function encodePieces(
  { parts }: Section,
  threads: number,
  splitWork: number,
): Pieces | undefined {
  const calls = parts.filter(isCall)
  if (calls.length < parts.length) return undefined
  const stages = stagesOf(calls, splitWork)
  const works = stages.map(({ alone }) => alone.reduce((sum, { work }) => sum + work, 0))
  if (Math.max(...works) > MOST_ALONE) return undefined
  const heads: number[] = []
  const rows: number[] = []
  let [before, widest] = [0, 0]
  for (const stage of stages) {
    const pieces = [
      ...(stage.alone.length > 0
        ? [stage.alone.map((call) => [call, 0, call.units] as const)]
        : []),
      ...stage.cut.flatMap((call) => cutsOf(call, threads).map((cut) => [cut])),
    ]
    for (const piece of pieces) {
      const from = rows.length
      for (const [call, begin, end] of piece) {
        rows.push(call.function, call.arguments, begin, end, call.node + 1)
      }
      heads.push(before, from, rows.length)
    }
    before += pieces.length
    widest = Math.max(widest, pieces.length)
  }
  const count = heads.length / HEAD
  const start = 1 + heads.length
  const placed = heads.map((it, i) => (i % HEAD === 0 ? it : it + start))
  return { words: Int32Array.from([count, ...placed, ...rows]), widest }
}

function isCall(part: SectionPart): part is TapeCall {
  return !('kind' in part)
}

/** Calls that need not wait for each other, or that one thread makes in turn. */
function stagesOf(calls: readonly TapeCall[], splitWork: number): Stage[] {
  const stages: Stage[] = []
  for (const call of calls) {
    const isCut = call.units > 1 && call.work >= splitWork
    const last = stages.at(-1)
    const others = last && (isCut ? [...last.alone, ...last.cut] : last.cut)
    const waits = others?.some((other) => depend(other, call)) ?? true
    const stage = last && !waits ? last : { alone: [], cut: [] }
    if (stage !== last) stages.push(stage)
    ;(isCut ? stage.cut : stage.alone).push(call)
  }
  return stages
}

function depend(earlier: TapeCall, later: TapeCall): boolean {
  return meet(earlier.writes, later.touches) || meet(later.writes, earlier.touches)
}

/** Ranges of a call's units. What packs or reads the same for all of its units is cut no more than need be. */
function cutsOf(call: TapeCall, threads: number): (readonly [TapeCall, number, number])[] {
  const { launch, units, work, piece } = call
  const isEven = launch.kind !== 'code' || launch.kernel?.kind === 'loops'
  const wanted = Math.floor(Math.min(threads * PIECES, work / LEAST_WORK))
  const most = isEven ? Math.max(threads, wanted, Math.ceil(units / piece)) : threads
  const count = Math.min(units, most)
  return Array.from({ length: count }, (_, i) => {
    return [call, Math.floor((units * i) / count), Math.floor((units * (i + 1)) / count)] as const
  })
}

/** Somebody who takes pieces. */
export interface Taker {
  readonly control: Int32Array
  readonly words: typeof Words
  readonly pieces: Int32Array
  /** Pieces that were taken before this run. */
  readonly base: number
  readonly functions: readonly KernelFunction[]
  /** The thread's line of words. */
  readonly thread: number
  /** Whether it takes another. */
  goesOn(): boolean
  /** Returns when the count of pieces that are done is another one, or does not want to wait for that. */
  waits(done: number): void
}

/**
 * Takes pieces that are ready until there are none, or it does not go on. `last`: it did the last one. A
 * piece is taken by the one count that all runs share, so who is late finds that everything is taken. It is
 * sent to workers as text, as `work` is.
 */
export function takePieces(taker: Taker): 'last' | 'over' | 'left' {
  const { control, words, pieces, base, functions, thread } = taker
  const count = pieces[0] ?? 0
  let begun = 0
  for (;;) {
    const taken = Atomics.load(control, words.taken)
    const piece = (taken - base) | 0
    if (piece < 0 || piece >= count) return 'over'
    if (!taker.goesOn()) return 'left'
    const done = Atomics.load(control, words.done)
    const at = 1 + 3 * piece
    if (((done - base) | 0) < (pieces[at] ?? 0)) {
      taker.waits(done)
      continue
    }
    if (Atomics.compareExchange(control, words.taken, taken, (taken + 1) | 0) !== taken) continue
    const end = pieces[at + 2] ?? 0
    for (let row = pieces[at + 1] ?? end; row < end; row += 5) {
      const kernel = functions[pieces[row] ?? -1]
      if (!kernel) throw new Error(`function ${pieces[row]} is not known`)
      const node = pieces[row + 4] ?? 0
      if (node > begun) Atomics.store(control, thread + words.begun, node)
      begun = node
      kernel(pieces[row + 1] ?? 0, pieces[row + 2] ?? 0, pieces[row + 3] ?? 0)
    }
    const all = ((Atomics.add(control, words.done, 1) + 1 - base) | 0) === count
    if (Atomics.load(control, words.sleepers) > 0) Atomics.notify(control, words.done)
    if (all) return 'last'
  }
}
