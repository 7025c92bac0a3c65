/** What was found, as JSON lines and as tables. */
import { type Case, targetOf } from './cases.ts'
import type { Measured, Performance } from './measure.ts'

/** One line: maru against one peer in one case. Without a time of the peer, why there is none. */
export interface Result {
  readonly suite: string
  readonly case: string
  readonly threads: number
  readonly tier: string
  readonly node: string
  /** Of the figures, `maru_ms` and the like. */
  readonly unit: 'ms' | 'MB' | '×'
  readonly maru_ms: number | null
  readonly maru_min: number | null
  readonly peer: string | null
  readonly peer_ms: number | null
  readonly peer_min: number | null
  /** peer / maru of medians; above 1 maru is faster. */
  readonly ratio: number | null
  readonly ratio_min: number | null
  /** What the ratio should be at least. */
  readonly target: number | null
  /** What maru's own figure should be at most. */
  readonly most: number | null
  /** Middle half of the runs, as a share of their median. */
  readonly spread: { readonly maru: number; readonly peer: number } | null
  /** Cores that other processes kept busy. */
  readonly foreign_load: number | null
  /** maru's largest difference from PyTorch's values, as a share of the largest of them. */
  readonly difference: number | null
  readonly right: boolean | null
  readonly gflops: number | null
  readonly note: string | null
}

export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

const median = (sorted: readonly number[]): number => quantile(sorted, 0.5)
export const rounded = (value: number, digits = 4): number => Number(value.toPrecision(digits))

function spreadOf(sorted: readonly number[]): number {
  return rounded((quantile(sorted, 0.75) - quantile(sorted, 0.25)) / median(sorted), 2)
}

interface Setting {
  readonly threads: number
  readonly node: string
}

/** Lines of a case: for every tier of maru one for every peer, or one alone. */
export function resultsOf(it: Case, measured: Measured, setting: Setting): Result[] {
  const { performances } = measured
  const peers = bestOf(performances.filter(({ by }) => by.name !== 'maru'))
  return performances
    .filter(({ by }) => by.name === 'maru')
    .flatMap((maru) => {
      const those = peers.filter(({ by }) => by.name !== 'tile' || maru.by.variant === 'wasm')
      const rivals = those.length > 0 ? those : [undefined]
      return rivals.map((peer) => resultOf(it, maru, peer, measured, setting))
    })
}

/** The better of several processes of one peer. */
function bestOf(performances: readonly Performance[]): Performance[] {
  const best = new Map<string, Performance>()
  for (const each of performances) {
    const known = best.get(each.by.name)
    if (!known || !(median(known.times) <= median(each.times))) best.set(each.by.name, each)
  }
  return [...best.values()]
}

function resultOf(
  it: Case,
  maru: Performance,
  peer: Performance | undefined,
  { foreignLoad }: Measured,
  { threads, node }: Setting,
): Result {
  const [own, other] = [maru.times, peer?.times ?? []]
  const ms = (times: readonly number[], at: number): number | null =>
    times.length > 0 ? rounded(quantile(times, at)) : null
  const both = own.length > 0 && other.length > 0
  const { difference } = maru
  return {
    suite: it.suite,
    case: it.name,
    threads,
    tier: maru.by.variant,
    node,
    unit: 'ms',
    maru_ms: ms(own, 0.5),
    maru_min: ms(own, 0),
    peer: peer?.by.name ?? null,
    peer_ms: ms(other, 0.5),
    peer_min: ms(other, 0),
    ratio: both ? rounded(median(other) / median(own), 3) : null,
    ratio_min: both ? rounded((other[0] ?? 0) / (own[0] ?? 0), 3) : null,
    target: (peer && targetOf(it, maru.by.variant, peer.by.name)) ?? null,
    most: null,
    spread: both ? { maru: spreadOf(own), peer: spreadOf(other) } : null,
    foreign_load: foreignLoad === undefined ? null : rounded(foreignLoad, 2),
    difference: difference === undefined ? null : rounded(difference, 2),
    right: difference === undefined ? null : difference <= it.tolerance,
    gflops: it.flop && own.length > 0 ? rounded(it.flop / median(own) / 1e6, 3) : null,
    note: maru.refusal ?? peer?.refusal ?? null,
  }
}
