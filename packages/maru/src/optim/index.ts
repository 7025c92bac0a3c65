/** Optimisers and schedules. */
export { Adam, type AdamOptions } from './adam.ts'
export { AdamW } from './adamw.ts'
export { Optimizer, type OptimizerOptions, type StepOptions } from './optimizer.ts'
export { cosine, type Schedule } from './schedule.ts'
export { SGD, type SGDOptions } from './sgd.ts'
