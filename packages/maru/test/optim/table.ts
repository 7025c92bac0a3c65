/** Every optimiser: one row. PyTorch's trajectories are in the fixture. */
import { readFileSync } from 'node:fs'
import { type DType, storeAs } from '../../src/base/dtype.ts'
import { mseLoss, type Parameter, type Tensor, tensor } from '../../src/index.ts'
import {
  Adam,
  type AdamOptions,
  AdamW,
  type Optimizer,
  SGD,
  type SGDOptions,
} from '../../src/optim/index.ts'
import { parameter } from '../../src/tensor/create.ts'
import type { Values } from '../ops/row.ts'

type Make = (parameters: readonly Parameter[], options: AdamOptions & SGDOptions) => Optimizer

export const table: Readonly<Record<string, Make>> = {
  SGD: (parameters, options) => new SGD(parameters, options),
  Adam: (parameters, options) => new Adam(parameters, options),
  AdamW: (parameters, options) => new AdamW(parameters, options),
}

type Named<T> = Readonly<Record<string, T>>

/** Steps of an optimiser in PyTorch. */
export interface Trajectory {
  readonly optimizer: string
  readonly options: AdamOptions & SGDOptions
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

const url = new URL('fixtures/torch.json', import.meta.url)
export const fixture: Fixture = JSON.parse(readFileSync(url, 'utf8'))

const losses: Named<(values: Named<Tensor>) => Tensor> = {
  quadratic: ({ curvature, x, target }) => curvature!.mul(x!.sub(target!).square()).sum().div(2),
  mlp: ({ input, w1, b1, w2, b2, target }) => {
    const hidden = input!.matmul(w1!.transpose()).add(b1!).tanh()
    return mseLoss(hidden.matmul(w2!.transpose()).add(b2!), target!)
  },
}

/** A problem at its start. */
export interface Problem {
  readonly parameters: Map<string, Parameter>
  readonly loss: () => Tensor
}

export function problemOf({ problem, dtype }: Pick<Trajectory, 'problem' | 'dtype'>): Problem {
  const { constants, parameters } = fixture.problems[problem]!
  const made = Object.entries(parameters).map(([name, { data, shape }]) => {
    return [name, parameter(storeAs(dtype, data), shape, dtype)] as const
  })
  const given = Object.entries(constants).map(
    ([name, { data, shape }]) => [name, tensor(data, shape, { dtype })] as const,
  )
  const values = Object.fromEntries<Tensor>([...made, ...given])
  return { parameters: new Map(made), loss: () => losses[problem]!(values) }
}
