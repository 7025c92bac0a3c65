/** Training and testing. */
export { type Evaluation, evaluate, type Mistake } from './evaluate.ts'
export { type BatchReport, type EpochReport, type FitOptions, fit } from './fit.ts'
export * from './metrics.ts'
