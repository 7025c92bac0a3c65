/** Samples and constants that stay with the worker, whatever of them is in a batch. */
import {
  ArrayDataset,
  type NdArray,
  type Sample,
  type Source,
  serve,
} from '../../../src/data/index.ts'

const samples: Sample[] = Array.from({ length: 12 }, (_, i) => ({
  input: { data: Float32Array.of(i), shape: [1] },
  label: i,
}))
const constant = { data: Float32Array.of(1, 2), shape: [2] }

interface Kept {
  readonly first: NdArray
  readonly constant: NdArray
}

export const source: Source<Sample, Sample, Kept> = serve({
  dataset: new ArrayDataset(samples),
  collate: ([first]: readonly Sample[]): Kept => ({ first: first!.input, constant }),
})
