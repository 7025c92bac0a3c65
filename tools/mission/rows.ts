/** What maru has to show, row by row. A test's title carries the id of the line that it proves: `[D13.3]`. */
import type { Row } from './row.ts'
import { activations } from './rows/activations.ts'
import { connectivity } from './rows/connectivity.ts'
import { deployment } from './rows/deployment.ts'
import { difficulties } from './rows/difficulties.ts'
import { families } from './rows/families.ts'
import { ideas } from './rows/ideas.ts'
import { language } from './rows/language.ts'
import { learning } from './rows/learning.ts'
import { losses } from './rows/losses.ts'
import { optimisers } from './rows/optimisers.ts'
import { regularisation } from './rows/regularisation.ts'
import { tools } from './rows/tools.ts'
import { training } from './rows/training.ts'
import { vision } from './rows/vision.ts'

/** Every row, in the order of `docs/mission.md`. */
export const rows: readonly Row[] = [
  ...ideas,
  ...learning,
  ...families,
  ...connectivity,
  ...activations,
  ...losses,
  ...optimisers,
  ...regularisation,
  ...training,
  ...difficulties,
  ...vision,
  ...language,
  ...deployment,
  ...tools,
]

/** The id of a row's line, counted from 1. */
export const lineId = (row: Row, index: number): string => `${row.id}.${index + 1}`

/** Ids of lines in a text, as they stand in titles of tests and in recorded results. */
export function idsIn(text: string): string[] {
  return [...text.matchAll(/\[([A-Z]\d+\.\d+)\]/g)].flatMap(([, id]) => id ?? [])
}
