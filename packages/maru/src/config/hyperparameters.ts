/** Numbers and names that are chosen rather than learned: a closed registry of what each may be. */
import {
  colorJitter,
  compose,
  cutout,
  gaussianNoise,
  randomCrop,
  randomHorizontalFlip,
  randomRotation,
  type SampleTransform,
} from '../data/index.ts'
import { init, type Module } from '../nn/index.ts'
import type { Parameter } from '../tensor/tensor.ts'

/** Ways in which weights of two axes and more may begin. */
export const initialisations: Readonly<Record<string, (weight: Parameter) => void>> = {
  kaimingNormal: (weight) => init.kaimingNormal(weight),
  kaimingUniform: (weight) => init.kaimingUniform(weight),
  lecunNormal: (weight) => init.lecunNormal(weight),
  lecunUniform: (weight) => init.lecunUniform(weight),
  orthogonal: (weight) => init.orthogonal(weight),
  xavierNormal: (weight) => init.xavierNormal(weight),
  xavierUniform: (weight) => init.xavierUniform(weight),
}

/** Ways in which pictures of a size are changed at random. */
export const augmentations: Readonly<Record<string, (size: number) => SampleTransform>> = {
  crop: (size) => randomCrop(size, { padding: Math.max(1, Math.floor(size / 8)) }),
  cutout: (size) => cutout(Math.max(1, Math.floor(size / 4))),
  flip: () => randomHorizontalFlip(),
  jitter: () => colorJitter({ brightness: 0.2, contrast: 0.2 }),
  noise: () => gaussianNoise({ sigma: 0.05 }),
  rotate: () => randomRotation(10),
}

/** Hyper-parameters of a configuration. */
export interface Hyperparameters {
  readonly lr?: number
  readonly weightDecay?: number
  readonly layerSizes?: readonly number[]
  readonly batchSize?: number
  readonly dropout?: number
  readonly init?: string
  readonly augment?: readonly string[]
  readonly clip?: number
  readonly momentum?: number
  readonly epochs?: number
}

/** What a hyper-parameter may be. */
export interface Kind {
  readonly meaning: string
  /** Whether a value is one; lists are hyper-parameters as a whole. */
  readonly takes: (value: unknown) => boolean
}

const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value)
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 1
const isWord =
  (words: object) =>
  (value: unknown): boolean =>
    typeof value === 'string' && Object.hasOwn(words, value)
const isList =
  (of: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.length <= 64 && value.every(of)

/** What each hyper-parameter may be. */
export const hyperparameters: Readonly<Record<keyof Hyperparameters, Kind>> = {
  lr: { meaning: 'learning rate', takes: (value) => isNumber(value) && value > 0 },
  weightDecay: {
    meaning: 'pull of weights toward 0',
    takes: (value) => isNumber(value) && value >= 0,
  },
  layerSizes: { meaning: 'units of each hidden layer, or channels', takes: isList(isCount) },
  batchSize: { meaning: 'samples of a step', takes: isCount },
  dropout: {
    meaning: 'probability of leaving a unit out',
    takes: (value) => isNumber(value) && value >= 0 && value < 1,
  },
  init: { meaning: 'how weights begin', takes: isWord(initialisations) },
  augment: { meaning: 'how pictures are changed at random', takes: isList(isWord(augmentations)) },
  clip: {
    meaning: 'norm that gradients are cut to',
    takes: (value) => isNumber(value) && value > 0,
  },
  momentum: {
    meaning: 'share of the last direction that is kept',
    takes: (value) => isNumber(value) && value >= 0 && value < 1,
  },
  epochs: { meaning: 'how often all samples are seen', takes: isCount },
}

/** Weights of a network drawn in another way; biases stay as they are. */
export function initialise(model: Module, draw: (weight: Parameter) => void): void {
  for (const weight of model.parameters()) if (weight.ndim >= 2) draw(weight)
}

/** Several augmentations as one, for pictures of a size. */
export function augmentation(names: readonly string[], size: number): SampleTransform {
  return compose(...names.flatMap((name) => augmentations[name]?.(size) ?? []))
}
