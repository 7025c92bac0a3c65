/** Training and testing. */
export type { Loader, Supervised } from './batches.ts'
export type { Evaluation, EvaluationOptions, Metrics, Results } from './evaluation.ts'
export type {
  BatchBegin,
  BatchEnd,
  Callback,
  CallbackState,
  EpochBegin,
  EpochEnd,
  EventOf,
  EventType,
  FitBegin,
  FitEnd,
  Json,
  Notice,
  Position,
  Report,
  TrainEvent,
  ValidationBegin,
  ValidationEnd,
} from './events.ts'
export type { Fit, FitOptions, History, Saved } from './fit.ts'
export type { Readings } from './meter.ts'
export * from './metrics.ts'
export type { LossFn, Objective, Told } from './objective.ts'
export { l1, l2, type Penalty, type PenaltyOptions } from './penalty.ts'
export type { Precision } from './precision.ts'
export { type Aim, Trainer, type TrainerOptions } from './trainer.ts'
