/** Penalties on parameters: what a loss is besides the error on the data. */
import { ValueError } from '../base/error.ts'
import type { Module } from '../nn/module.ts'
import type { Parameter, Tensor } from '../tensor/tensor.ts'

/** A term of the loss that is a function of some parameters, each for itself. */
export interface Penalty {
  /** Of a parameter's name, `layers.0.weight`, or of the parameter itself. */
  readonly match: RegExp | ((name: string, parameter: Parameter) => boolean)
  /** The scalar that a parameter adds. */
  readonly of: (value: Tensor) => Tensor
}

export interface PenaltyOptions {
  /** Which parameters; all unless told otherwise. */
  readonly match?: Penalty['match']
}

/** `factor · Σ w²` @example penalties: { decay: l2(1e-4, { match: /weight$/ }) } */
export function l2(factor: number, { match = /^/ }: PenaltyOptions = {}): Penalty {
  expectFactor('l2', factor)
  return { match, of: (value) => value.square().sum().mul(factor) }
}

/** `factor · Σ |w|` */
export function l1(factor: number, { match = /^/ }: PenaltyOptions = {}): Penalty {
  expectFactor('l1', factor)
  return { match, of: (value) => value.abs().sum().mul(factor) }
}

function expectFactor(op: string, factor: number): void {
  if (Number.isFinite(factor) && factor >= 0) return
  throw new ValueError('penalty.factor', { op, got: factor })
}

/**
 * The sum of a penalty over the parameters that it is about.
 *
 * @throws ValueError when there are none, which is a pattern misspelt
 */
export function penaltyOf(name: string, { match, of }: Penalty, model: Module): Tensor {
  const parameters = [...model.namedParameters()]
  const found = parameters.filter(([path, parameter]) =>
    match instanceof RegExp ? path.search(match) >= 0 : match(path, parameter),
  )
  const [first, ...rest] = new Set(found.map(([, parameter]) => parameter))
  if (!first) {
    const names = parameters.map(([path]) => path)
    throw new ValueError('penalty.match', { name, match: String(match), names })
  }
  return rest.reduce((sum, each) => sum.add(of(each).cast(sum.dtype)), of(first))
}
