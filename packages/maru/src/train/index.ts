/** Training and testing. */
export { bagging } from './bagging.ts'
export { type BatchSizeOptions, findBatchSize } from './batch-size.ts'
export type { Loader, Supervised } from './batches.ts'
export { Checkpoint, type CheckpointOptions, loadBest } from './checkpoint.ts'
export { CsvLog } from './csv-log.ts'
export { deadUnits, type InputLoader, type UnitCount, watchDeadUnits } from './dead-units.ts'
export { EarlyStopping, type EarlyStoppingOptions } from './early-stopping.ts'
export { Ensemble, type Score } from './ensemble.ts'
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
export {
  findLearningRate,
  type LearningRateOptions,
  type LearningRates,
} from './learning-rate.ts'
export type { Readings } from './meter.ts'
export * from './metrics.ts'
export type { MonitorOptions } from './monitor.ts'
export { type MonteCarloOptions, monteCarlo } from './monte-carlo.ts'
export type { LossFn, Objective, Told } from './objective.ts'
export { overfitBatch } from './overfit.ts'
export { Overfitting, type OverfittingOptions, type Remedy } from './overfitting.ts'
export { l1, l2, type Penalty, type PenaltyOptions } from './penalty.ts'
export { watchPlateau } from './plateau.ts'
export type { Precision } from './precision.ts'
export { decodePredictions, type Prediction, type PredictionOptions } from './predictions.ts'
export { ProgressBar, type ProgressBarOptions } from './progress.ts'
export { RunLog } from './run-log.ts'
export { Snapshots } from './snapshots.ts'
export { Stacking } from './stacking.ts'
export { TensorBoard, type TensorBoardOptions } from './tensor-board.ts'
export { type Aim, Trainer, type TrainerOptions } from './trainer.ts'
