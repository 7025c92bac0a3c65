/** Layers and networks. */

export { type ActivationFacts, activations } from './activations.ts'
export { type Activity, activityOf } from './activity.ts'
export { type Captured, capture } from './capture.ts'
export { build, type Definition, define } from './definition.ts'
export {
  type Capacity,
  capacity,
  type Estimate,
  type EstimateOptions,
  estimate,
} from './estimate.ts'
export { foldBatchNorm } from './fold-batch-norm.ts'
export { functionalCall } from './functional.ts'
export type { GRUGates } from './gru.ts'
export * as init from './initial.ts'
export { fromKeras, toKeras } from './keras.ts'
export * from './layers.ts'
export type { LSTMGates } from './lstm.ts'
export { Layer, type LoadResult, Module, type ParameterMatch } from './module.ts'
export { type ReceptiveField, receptiveField } from './receptive-field.ts'
export {
  Cell,
  type Lengths,
  type SequenceOptions,
  type Unrolled,
  type UnrollOptions,
  unroll,
} from './recurrent.ts'
export type { SparseOptions } from './sparse.ts'
export { isDeep, type Summary, type SummaryRow, summary } from './summary.ts'
export { klSparsity, l1Sparsity } from './winners.ts'
export { useWinograd } from './winograd.ts'
