/** What an acceptance row is made of. */

/**
 * Where a line is shown: `C`, a test in seconds at every commit; `N`, a recorded run of up to an hour on small real
 * data; `L`, a recorded run of GPU hours, full data or published weights.
 */
export type Tier = 'C' | 'N' | 'L'

/** One claim that is checked by itself. */
export interface Line {
  readonly tier: Tier
  readonly text: string
  /** Ids of the rows and lines that this one consists of; it needs no proof of its own. */
  readonly of?: readonly string[]
}

/** What one subject has to show. A line's id is the row's, a dot and its place: lines are only ever appended. */
export interface Row {
  readonly id: string
  readonly title: string
  readonly lines: readonly Line[]
}

/** A line that a test shows at every commit. */
export const C = (text: string, of?: readonly string[]): Line => line('C', text, of)
/** A line that a recorded run on small real data shows. */
export const N = (text: string, of?: readonly string[]): Line => line('N', text, of)
/** A line that a recorded run in a laboratory shows. */
export const L = (text: string): Line => line('L', text)

function line(tier: Tier, text: string, of?: readonly string[]): Line {
  return of ? { tier, text, of } : { tier, text }
}
