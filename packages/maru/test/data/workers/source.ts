/** What the loaders of these tests load; sample 13 is unlucky where the environment says so. */

import type { Stream } from '../../../src/base/threefry.ts'
import {
  type Dataset,
  GeneratedDataset,
  type NdArray,
  type PaddingColumns,
  padSequences,
  type Source,
  serve,
} from '../../../src/data/index.ts'

const numbers: Dataset<Row> = new GeneratedDataset(50, async (i, random) => {
  if (i === 13) await misfortune(process.env.UNLUCKY)
  return { input: new Float32Array(1 + (i % 5)).fill(random.normal()), label: i % 3 }
})

function misfortune(kind: string | undefined): Promise<void> {
  if (kind === 'throw') throw new RangeError('thirteen')
  if (kind === 'exit') process.exit(7)
  if (kind === 'hang') return new Promise(() => undefined)
  return Promise.resolve()
}

export interface Row {
  readonly input: Float32Array
  readonly label: number
}

interface Padded extends PaddingColumns {
  readonly inputs: NdArray
  readonly labels: NdArray
  readonly share: NdArray
}

export const source: Source<Row, Row, Padded> = serve({
  dataset: numbers,
  transform: ({ input, label }, random: Stream): Row => ({
    input: input.map((x) => x + random.uniform()),
    label,
  }),
  batchTransform: (batch, random: Stream) => ({
    ...batch,
    share: { data: Float32Array.of(random.uniform()), shape: [] },
  }),
  collate: (samples) => ({
    ...padSequences()(samples),
    share: { data: new Float32Array(1), shape: [] as number[] },
  }),
})
