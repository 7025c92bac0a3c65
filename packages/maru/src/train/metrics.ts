/** Metrics: what a model is judged by, gathered batch by batch. */
export {
  Accuracy,
  type AccuracyOptions,
  type Average,
  ConfusionMatrix,
  PrecisionRecall,
  type PrecisionRecallOptions,
  type Scores,
} from './metrics-classes.ts'
export { type Mistake, Mistakes } from './metrics-mistakes.ts'
export {
  CalibrationError,
  type CalibrationOptions,
  Perplexity,
  type PerplexityOptions,
  TemperatureScaling,
} from './metrics-probabilities.ts'
export { AveragePrecision, RocAuc } from './metrics-ranking.ts'
export { MeanAbsoluteError, MeanSquaredError, R2Score } from './metrics-regression.ts'
export { Metric } from './metrics-terms.ts'
