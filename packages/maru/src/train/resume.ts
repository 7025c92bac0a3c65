/** Going on from a folder of checkpoints. */

import { newestCheckpoint } from '../io/checkpoint.ts'
import { decodeTensors } from '../io/tensors.ts'
import type { Notice } from './events.ts'
import { putBack, recordOf, rounding, type Standing } from './standing.ts'

/**
 * Puts back what the newest whole checkpoint of a folder holds, and tells of those that are damaged. A
 * folder without checkpoints is where a run begins.
 *
 * @throws FormatError when there are checkpoints but none is whole, or it is not one of this training
 */
export async function resumeFrom(
  folder: string,
  standing: Standing,
  notice: (kind: Notice['kind'], details: Notice['details']) => Promise<void>,
): Promise<void> {
  const { found, damaged } = await newestCheckpoint(folder)
  for (const { path, reason } of damaged) await notice('damaged', { path, reason })
  if (!found) {
    await notice('fresh', { folder })
    return
  }
  const values = recordOf('values', found.values)
  await putBack({ tensors: decodeTensors(found.tensors), values }, standing)
  await notice('resumed', { path: found.path, step: standing.place.step })
  const [then, now] = [values.rounding ?? null, rounding()]
  if (then !== now) await notice('device', { then, now })
}
