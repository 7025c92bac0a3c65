/** Losses: functions from predictions and targets to a number. */
export {
  type AdversarialOptions,
  type Adversary,
  discriminatorLoss,
  type GradientPenaltyOptions,
  generatorLoss,
  gradientPenalty,
  r1Penalty,
} from './loss-adversarial.ts'
export {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  type DiceOptions,
  diceLoss,
  type FocalOptions,
  focalLoss,
  type LogitsOptions,
  multiLabelSoftMarginLoss,
} from './loss-binary.ts'
export {
  type ClassLossOptions,
  type CrossEntropyOptions,
  crossEntropy,
  type NllOptions,
  nllLoss,
} from './loss-classes.ts'
export { type CtcOptions, ctcLoss } from './loss-ctc.ts'
export {
  contrastiveLoss,
  cosineEmbeddingLoss,
  type InfoNceOptions,
  infoNceLoss,
  type TripletOptions,
  tripletMarginLoss,
} from './loss-embedding.ts'
export {
  type GaussianOptions,
  gaussianKlLoss,
  gaussianNllLoss,
  type KlDivOptions,
  klDiv,
  mixtureNllLoss,
  type PoissonOptions,
  poissonNllLoss,
} from './loss-likelihood.ts'
export {
  type HingeOptions,
  hingeEmbeddingLoss,
  hingeLoss,
  type MarginOptions,
  type MultiMarginOptions,
  marginRankingLoss,
  multiClassHingeLoss,
  multiLabelMarginLoss,
  multiMarginLoss,
  softMarginLoss,
} from './loss-margin.ts'
export {
  type HuberOptions,
  huberLoss,
  l1Loss,
  logCoshLoss,
  mseLoss,
  type SmoothL1Options,
  smoothL1Loss,
} from './loss-regression.ts'
export type { LossOptions, Reduced, Reduction, WeightedLossOptions } from './loss-terms.ts'
