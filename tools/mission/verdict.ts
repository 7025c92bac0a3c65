/** Which rows pass, by the evidence for their lines. */
import type { Evidence } from './proofs.ts'
import type { Row, Tier } from './row.ts'
import { lineId } from './rows.ts'

export type Status = 'passes' | 'partial' | 'open'

/** A line with its proof, or null. */
export interface JudgedLine {
  readonly id: string
  readonly tier: Tier
  readonly text: string
  readonly proof: string | null
  /** Why there is no proof, where something carries the line's id all the same. */
  readonly missing?: string
}

export interface JudgedRow {
  readonly id: string
  readonly title: string
  readonly status: Status
  readonly lines: readonly JudgedLine[]
}

/** Every row with its status: it passes only when each of its lines has a proof. */
export function verdict(
  rows: readonly Row[],
  evidence: ReadonlyMap<string, Evidence>,
): JudgedRow[] {
  const parts = partsById(rows)
  const shown = (id: string): boolean => {
    const of = parts.get(id)
    return of ? of.every(shown) : evidence.get(id)?.proof !== undefined
  }
  return rows.map((row) => {
    const lines = row.lines.map(({ tier, text, of }, index): JudgedLine => {
      const id = lineId(row, index)
      if (of) return { id, tier, text, proof: of.every(shown) ? `shown by ${of.join(', ')}` : null }
      const { proof = null, missing } = evidence.get(id) ?? {}
      return { id, tier, text, proof, ...(missing === undefined ? {} : { missing }) }
    })
    return { id: row.id, title: row.title, status: statusOf(lines), lines }
  })
}

/** What each row consists of, and each line that consists of others. */
function partsById(rows: readonly Row[]): Map<string, readonly string[]> {
  const parts = new Map<string, readonly string[]>()
  for (const row of rows) {
    parts.set(
      row.id,
      row.lines.map((_, index) => lineId(row, index)),
    )
    row.lines.forEach(({ of }, index) => {
      if (of) parts.set(lineId(row, index), of)
    })
  }
  return parts
}

function statusOf(lines: readonly JudgedLine[]): Status {
  const proven = lines.filter(({ proof }) => proof !== null).length
  if (proven === lines.length) return 'passes'
  return proven > 0 ? 'partial' : 'open'
}

/** The page of all rows: a table of statuses, then every line with what shows it. */
export function missionText(rows: readonly JudgedRow[]): string {
  const count = (status: Status): number => rows.filter((row) => row.status === status).length
  const lines = rows.flatMap((row) => row.lines)
  return [
    '# What maru has to show',
    '',
    'Written by `npm run mission` from `tools/mission/rows.ts`, from the tests whose titles carry the id of a line, which it',
    'runs, and from the recorded results of [results.md](results.md). A row passes only when each of its lines is shown. C: by',
    'a test at every commit. N: by a recorded run on small real data. L: by a recorded run in a laboratory.',
    '',
    `Of ${rows.length} rows ${count('passes')} pass, ${count('partial')} are shown in part, ${count('open')} are open; of ${lines.length} lines ${lines.filter(({ proof }) => proof !== null).length} are shown.`,
    '',
    '| row | subject | status | shown |',
    '|---|---|---|---|',
    ...rows.map(({ id, title, status, lines }) => {
      const shown = lines.filter(({ proof }) => proof !== null).length
      return `| ${id} | ${title} | ${status} | ${shown} of ${lines.length} |`
    }),
    ...rows.flatMap(rowText),
    '',
  ].join('\n')
}

function rowText({ id, title, status, lines }: JudgedRow): string[] {
  return [
    '',
    `## ${id} ${title}: ${status}`,
    '',
    ...lines.map(({ id, tier, text, proof, missing }) => {
      const why = proof ?? missing
      return `- [${proof === null ? ' ' : 'x'}] **${id}** ${tier} · ${text}${why ? `<br>${why}` : ''}`
    }),
  ]
}
