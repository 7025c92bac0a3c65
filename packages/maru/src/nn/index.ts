/** Layers and networks. */

export { build, type Definition, define } from './definition.ts'
export * from './layers.ts'
export { Layer, type LoadResult, Module } from './module.ts'
export {
  Cell,
  type Lengths,
  type SequenceOptions,
  type Unrolled,
  type UnrollOptions,
  unroll,
} from './recurrent.ts'
export type { SparseOptions } from './sparse.ts'
export { type Summary, type SummaryRow, summary } from './summary.ts'
export { klSparsity, l1Sparsity } from './winners.ts'
