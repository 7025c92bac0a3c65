/** Every activation, by the name of its layer. */
import * as layers from './activation.ts'
import type { Module } from './module.ts'
import * as parametric from './parametric.ts'

/** An activation as it is without settings, and what it gives. */
export interface ActivationFacts {
  readonly make: () => Module
  /** The least and the largest value, which may be infinite or never quite reached. */
  readonly range: readonly [low: number, high: number]
}

const ALL = Number.POSITIVE_INFINITY

const facts = (make: () => Module, low: number, high: number): ActivationFacts => ({
  make,
  range: [low, high],
})

/** Activations of one number each, and the range of what they make. */
export const activations: Readonly<Record<string, ActivationFacts>> = {
  CELU: facts(() => new parametric.CELU(), -1, ALL),
  ELU: facts(() => new parametric.ELU(), -1, ALL),
  GELU: facts(() => new parametric.GELU(), -0.1699712074799, ALL),
  Hardshrink: facts(() => new parametric.Hardshrink(), -ALL, ALL),
  Hardsigmoid: facts(() => new layers.Hardsigmoid(), 0, 1),
  Hardswish: facts(() => new layers.Hardswish(), -0.375, ALL),
  Hardtanh: facts(() => new parametric.Hardtanh(), -1, 1),
  LeakyReLU: facts(() => new parametric.LeakyReLU(), -ALL, ALL),
  LogSigmoid: facts(() => new layers.LogSigmoid(), -ALL, 0),
  Mish: facts(() => new layers.Mish(), -0.3088434130173, ALL),
  PReLU: facts(() => new parametric.PReLU(), -ALL, ALL),
  ReLU: facts(() => new layers.ReLU(), 0, ALL),
  ReLU6: facts(() => new layers.ReLU6(), 0, 6),
  SELU: facts(() => new layers.SELU(), -1.7580993408473766, ALL),
  Sigmoid: facts(() => new layers.Sigmoid(), 0, 1),
  SiLU: facts(() => new layers.SiLU(), -0.2784645427611, ALL),
  Softplus: facts(() => new parametric.Softplus(), 0, ALL),
  Softshrink: facts(() => new parametric.Softshrink(), -ALL, ALL),
  Softsign: facts(() => new layers.Softsign(), -1, 1),
  Step: facts(() => new layers.Step(), 0, 1),
  Tanh: facts(() => new layers.Tanh(), -1, 1),
  Tanhshrink: facts(() => new layers.Tanhshrink(), -ALL, ALL),
}
