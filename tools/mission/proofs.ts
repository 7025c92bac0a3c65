/** What shows a line: tests that ran, and recorded results. */
import { idsIn } from './rows.ts'

/** A line's proof, or why it has none although something carries its id. */
export interface Evidence {
  readonly proof?: string
  readonly missing?: string
}

/** What this tool reads of vitest's JSON report. */
interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
  }[]
}

/** A test that carries ids, as it ended. */
interface Outcome {
  readonly place: string
  readonly status: string
}

/**
 * Evidence by line from reports of vitest. A line is shown when every test that carries its id passed: one that was
 * skipped, failed or did not run leaves it open.
 */
export function testEvidence(reports: readonly string[], root: string): Map<string, Evidence> {
  const outcomes = new Map<string, Outcome[]>()
  for (const { testResults } of reports.map((text): Report => JSON.parse(text))) {
    for (const { name, assertionResults } of testResults) {
      const file = name.startsWith(root) ? name.slice(root.length) : name
      for (const { fullName, status } of assertionResults) {
        for (const id of new Set(idsIn(fullName))) {
          const place = `${file}: ${fullName}`
          outcomes.set(id, [...(outcomes.get(id) ?? []), { place, status }])
        }
      }
    }
  }
  return new Map([...outcomes].map(([id, all]) => [id, judged(all)]))
}

/** Files of a report that could not be run. */
export function filesWithoutTests(report: string): string[] {
  const { testResults }: Report = JSON.parse(report)
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.length === 0 ? [name] : [],
  )
}

function judged(outcomes: readonly Outcome[]): Evidence {
  const bad = outcomes.find(({ status }) => status !== 'passed')
  if (bad) return { missing: `${bad.status}: ${bad.place}` }
  const [first] = outcomes
  const more = outcomes.length > 1 ? ` (and ${outcomes.length - 1} more)` : ''
  return { proof: `${first?.place ?? ''}${more}` }
}

/** A result of a long run, from the table of `docs/results.md`. */
export interface Recorded {
  readonly id: string
  readonly met: boolean
  readonly text: string
}

/** Columns of the table of recorded results. */
const COLUMNS = ['line', 'met', 'figure', 'command', 'seeds', 'commit'] as const

/**
 * Rows of every table whose columns are line, met, figure, command, seeds and commit.
 *
 * @throws Error when a row is not whole: a result without its commit or command shows nothing
 */
export function recordedResults(markdown: string): Recorded[] {
  const found: Recorded[] = []
  let inside = false
  for (const text of markdown.split('\n')) {
    const cells = text.startsWith('|')
      ? text
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim())
      : []
    if (cells.join() === COLUMNS.join()) inside = true
    else if (cells.length === 0) inside = false
    else if (inside && !/^[-:]+$/.test(cells[0] ?? '')) found.push(...recorded(cells))
  }
  return found
}

function recorded(cells: readonly string[]): Recorded[] {
  const [line = '', met = '', figure = '', command = '', seeds = '', commit = ''] = cells
  const ids = idsIn(line)
  const whole =
    cells.length === COLUMNS.length &&
    ids.length > 0 &&
    /^(yes|no)$/.test(met) &&
    /\d/.test(figure) &&
    /^`.+`$/.test(command) &&
    /\d|none/.test(seeds) &&
    /^[0-9a-f]{7,40}$/.test(commit)
  if (!whole)
    throw new Error(`docs/results.md: this recorded result is not whole: ${cells.join(' | ')}`)
  const text = `docs/results.md: ${figure}; ${command}, seeds ${seeds}, ${commit}`
  return ids.map((id) => ({ id, met: met === 'yes', text }))
}

/** Evidence by line from recorded results; the last one of a line counts. */
export function recordedEvidence(markdown: string): Map<string, Evidence> {
  return new Map(
    recordedResults(markdown).map(({ id, met, text }) => [
      id,
      met ? { proof: text } : { missing: `not met: ${text}` },
    ]),
  )
}
