/** Configurations: what a network and its training are made of, as data, in five drawers of closed registries. */
export { type Config, type Configured, configure, drawers, readConfig } from './configure.ts'
export { connectivity } from './connectivity.ts'
export {
  augmentations,
  type Hyperparameters,
  hyperparameters,
  initialisations,
  type Kind,
} from './hyperparameters.ts'
export { type Goal, losses } from './losses.ts'
export { nonLinearities } from './non-linearities.ts'
export { type Optimiser, optimisers, type StepSettings } from './optimisers.ts'
export type { Plan, Task, Unit } from './plan.ts'
export { pointsOf, type Range, type TrialOptions } from './space.ts'
