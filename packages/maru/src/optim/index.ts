/** Optimisers and schedules. */

export { Adafactor, type AdafactorOptions, type AdafactorSettings } from './adafactor.ts'
export {
  Adadelta,
  type AdadeltaOptions,
  type AdadeltaSettings,
  Adagrad,
  type AdagradOptions,
  type AdagradSettings,
} from './adagrad.ts'
export {
  Adam,
  Adamax,
  type AdamOptions,
  type AdamSettings,
  AdamW,
  type MomentOptions,
  type MomentSettings,
} from './adam.ts'
export { ASGD, type ASGDOptions, type ASGDSettings } from './asgd.ts'
export { WeightAverage, type WeightAverageOptions } from './average.ts'
export {
  clipAdaptive,
  clipEach,
  clipNorm,
  clipValue,
  type GradientTransform,
  globalNorm,
  maxNorm,
} from './clip.ts'
export { HessianFree, type HessianFreeOptions, type Judged } from './hessian-free.ts'
export { KFAC, type KFACOptions, type KFACSettings, type KFACStepOptions } from './kfac.ts'
export { LAMB, LARS, type LARSOptions, type LARSSettings } from './lamb.ts'
export {
  beale,
  branin,
  doubleWell,
  type Landscape,
  monkeySaddle,
  ravine,
  rosenbrock,
  saddle,
} from './landscapes.ts'
export { LBFGS, type LBFGSOptions } from './lbfgs.ts'
export {
  GaussNewton,
  type GaussNewtonOptions,
  LevenbergMarquardt,
  type LevenbergMarquardtOptions,
  type Residuals,
} from './least-squares.ts'
export { Lion, type LionOptions, type LionSettings } from './lion.ts'
export { Minimizer, type Objective } from './minimizer.ts'
export { Muon, type MuonOptions, type MuonSettings } from './muon.ts'
export { NAdam, type NAdamOptions, type NAdamSettings } from './nadam.ts'
export { Newton, type NewtonOptions } from './newton.ts'
export { Optimizer, type StepOptions } from './optimizer.ts'
export { type PlateauOptions, ReduceOnPlateau } from './plateau.ts'
export { RAdam } from './radam.ts'
export { RMSprop, type RMSpropOptions, type RMSpropSettings } from './rmsprop.ts'
export { Rprop, type RpropOptions, type RpropSettings } from './rprop.ts'
export {
  chain,
  constant,
  cosine,
  cosineRestarts,
  cyclic,
  exponentialDecay,
  inverseSqrt,
  linear,
  multiStep,
  oneCycle,
  polynomial,
  type Schedule,
  sequential,
  stepDecay,
} from './schedule.ts'
export type {
  CommonOptions,
  Complete,
  Group,
  LookaheadOptions,
  OptimizerOptions,
  Parameters,
  Settings,
} from './settings.ts'
export { SGD, type SGDOptions, type SGDSettings } from './sgd.ts'
export { Shampoo, type ShampooOptions, type ShampooSettings } from './shampoo.ts'
