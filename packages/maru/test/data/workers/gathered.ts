/** Images that are gathered, whose batches are handed over to the loader's thread. */
import { generateDigits, type Sample, type Source, serve } from '../../../src/data/index.ts'

export const source: Source<Sample> = serve({ dataset: generateDigits(40, { size: 12 }) })
