/** Every optimiser: one row. PyTorch's trajectories are in the fixture. */
import { readFileSync } from 'node:fs'
import { type DType, storeAs } from '../../src/base/dtype.ts'
import { mseLoss, type Parameter, type Tensor, tensor } from '../../src/index.ts'
import type { Optimizer } from '../../src/optim/index.ts'
import * as optim from '../../src/optim/index.ts'
import { parameter } from '../../src/tensor/create.ts'
import type { Values } from '../ops/row.ts'

/** Options as they stand in the fixture. */
export type Options = Readonly<Record<string, never>>
type Make = (parameters: optim.Parameters, options: Options) => Optimizer

export const table: Readonly<Record<string, Make>> = {
  SGD: (parameters, options) => new optim.SGD(parameters, options),
  Adam: (parameters, options) => new optim.Adam(parameters, options),
  AdamW: (parameters, options) => new optim.AdamW(parameters, options),
  Adagrad: (parameters, options) => new optim.Adagrad(parameters, options),
  Adadelta: (parameters, options) => new optim.Adadelta(parameters, options),
  RMSprop: (parameters, options) => new optim.RMSprop(parameters, options),
  Adamax: (parameters, options) => new optim.Adamax(parameters, options),
  NAdam: (parameters, options) => new optim.NAdam(parameters, options),
  RAdam: (parameters, options) => new optim.RAdam(parameters, options),
  ASGD: (parameters, options) => new optim.ASGD(parameters, options),
  Rprop: (parameters, options) => new optim.Rprop(parameters, options),
  Lion: (parameters, options) => new optim.Lion(parameters, options),
  LARS: (parameters, options) => new optim.LARS(parameters, options),
  LAMB: (parameters, options) => new optim.LAMB(parameters, options),
  Muon: (parameters, options) => new optim.Muon(parameters, options),
  Adafactor: (parameters, options) => new optim.Adafactor(parameters, options),
  Shampoo: (parameters, options) => new optim.Shampoo(parameters, options),
}

type Named<T> = Readonly<Record<string, T>>

/** Steps of an optimiser in PyTorch. */
export interface Trajectory {
  readonly optimizer: string
  readonly options: Options
  readonly problem: string
  readonly dtype: DType
  /** The loss before each step. */
  readonly losses: readonly number[]
  /** Values of the parameters after some steps, by the number of the step. */
  readonly parameters: Named<Named<readonly number[]>>
}

interface Fixture {
  readonly steps: number
  readonly problems: Named<{
    readonly constants: Named<Values>
    readonly parameters: Named<Values>
  }>
  readonly entries: readonly Trajectory[]
}

function read(name: string): Fixture {
  return JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8'))
}

/** Twenty steps, rounding included. */
export const fixture: Fixture = read('torch')
/** A thousand steps in float64, on problems where rounding does not matter. */
export const long: Fixture = read('torch-long')

const losses: Named<(values: Named<Tensor>) => Tensor> = {
  quadratic: ({ curvature, x, target }) => curvature!.mul(x!.sub(target!).square()).sum().div(2),
  mlp: ({ input, w1, b1, w2, b2, target }) => {
    const hidden = input!.matmul(w1!.transpose()).add(b1!).tanh()
    return mseLoss(hidden.matmul(w2!.transpose()).add(b2!), target!)
  },
  matrix: ({ input, w, target }) => mseLoss(input!.matmul(w!), target!),
  beale: ({ x, y, target }) => {
    const powers = [y!, y!.square(), y!.square().mul(y!)]
    const parts = powers.map((power, i) =>
      target!
        .slice(0, i, i + 1)
        .sum()
        .sub(x!)
        .add(x!.mul(power))
        .square(),
    )
    return parts.reduce((sum, part) => sum.add(part))
  },
  logistic: ({ input, w, b, target }) => {
    const score = input!.matmul(w!).add(b!)
    return score.softplus().sub(target!.mul(score)).mean().add(w!.square().sum().mul(0.05))
  },
}

/** A problem at its start. */
export interface Problem {
  readonly parameters: Map<string, Parameter>
  readonly loss: () => Tensor
}

export function problemOf({ problem, dtype }: Pick<Trajectory, 'problem' | 'dtype'>): Problem {
  const { constants, parameters } = (fixture.problems[problem] ?? long.problems[problem])!
  const made = Object.entries(parameters).map(([name, { data, shape }]) => {
    return [name, parameter(storeAs(dtype, data), shape, dtype)] as const
  })
  const given = Object.entries(constants).map(
    ([name, { data, shape }]) => [name, tensor(data, shape, { dtype })] as const,
  )
  const values = Object.fromEntries<Tensor>([...made, ...given])
  return { parameters: new Map(made), loss: () => losses[problem]!(values) }
}
