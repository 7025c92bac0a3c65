/** Muon. */

import { ShapeError } from '../base/error.ts'
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import { Optimizer } from './optimizer.ts'
import type { OptimizerOptions, Parameters, Settings } from './settings.ts'

export interface MuonSettings extends Settings {
  /** Share of the mean of gradients that is kept. */
  readonly momentum?: number
  /** Look ahead along the mean. */
  readonly nesterov?: boolean
  /** Added to the direction's norm, against division by zero. */
  readonly eps?: number
  /** Iterations of Newton and Schulz. */
  readonly nsSteps?: number
}
export type MuonOptions = OptimizerOptions<MuonSettings>

/** Of the polynomial that brings singular values near 1. */
const [LINEAR, CUBIC, QUINTIC] = [3.4445, -4.775, 2.0315]

/**
 * Momentum with every singular value of the step brought near 1; for the matrices of hidden layers. Weight decay
 * is decoupled.
 *
 *     d ← momentum · d + (1 − momentum) · g,   u = orthogonal(g + momentum · (d − g))
 *     p ← p − lr · √max(1, rows/columns) · u
 *
 * @throws ShapeError for parameters that are no matrices: give those to another optimiser
 * @see Jordan et al. 2024, https://kellerjordan.github.io/posts/muon
 */
export class Muon extends Optimizer<MuonSettings> {
  constructor(parameters: Parameters, options: MuonOptions = {}) {
    super(parameters, {
      lr: 1e-3,
      weightDecay: 0.1,
      decoupledWeightDecay: true,
      momentum: 0.95,
      nesterov: true,
      eps: 1e-7,
      nsSteps: 5,
      ...options,
    })
    for (const { node } of this.parameters) {
      if (node.shape.length !== 2) throw new ShapeError('muon.matrix', { shape: node.shape })
    }
  }

  protected override get isElementwise(): boolean {
    return false
  }

  protected override update(value: Tensor, gradient: Tensor, parameter: Parameter): Tensor {
    const { momentum, nesterov, eps, nsSteps } = this.settings(parameter)
    const state = this.state(parameter, 'momentumBuffer')
    const before: Tensor = state
    const mean = this.remember(state, before.mul(momentum).add(gradient.mul(1 - momentum)))
    const way = nesterov ? gradient.mul(1 - momentum).add(mean.mul(momentum)) : mean
    const [rows = 1, columns = 1] = parameter.node.shape
    const length = Math.sqrt(Math.max(1, rows / Math.max(1, columns)))
    const step = orthogonal(way, { eps, steps: nsSteps }).mul(this.rate(parameter).mul(length))
    return value.sub(step)
  }
}

/** The nearest matrix with orthogonal rows or columns, roughly: `x ← a·x + (b·xxᵀ + c·(xxᵀ)²)·x`. */
function orthogonal(
  matrix: Tensor,
  { eps, steps }: { readonly eps: number; readonly steps: number },
): Tensor {
  const [rows = 0, columns = 0] = matrix.node.shape
  const wide: Tensor = rows > columns ? matrix.transpose() : matrix
  let x = wide.div(wide.square().sum().sqrt().clampMin(eps))
  for (let i = 0; i < steps; i++) {
    const square: Tensor = x.matmul(x.transpose())
    const power = square.mul(CUBIC).add(square.matmul(square).mul(QUINTIC))
    x = x.mul(LINEAR).add(power.matmul(x))
  }
  return rows > columns ? x.transpose() : x
}
