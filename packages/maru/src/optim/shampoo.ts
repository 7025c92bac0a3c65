/** Shampoo. */
import { cond } from '../tensor/control.ts'
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import { Optimizer } from './optimizer.ts'
import type { OptimizerOptions, Parameters, Settings } from './settings.ts'

export interface ShampooSettings extends Settings {
  /** Share of the last direction that is kept. */
  readonly momentum?: number
  /** Added to the diagonal of the sums of products. */
  readonly eps?: number
  /** Updates between two computations of the roots. */
  readonly every?: number
  /** Axes that are longer are left as they are. */
  readonly longest?: number
}
export type ShampooOptions = OptimizerOptions<ShampooSettings>

/**
 * Gradients scaled along each of their axes by a root of what they were before.
 *
 *     Lᵢ ← Lᵢ + Gᵢ·Gᵢᵀ  for each axis i of k, Gᵢ the gradient with that axis in front, Lᵢ = eps·I at first
 *     p ← p − lr · (G ×₁ L₁^(−1/2k) … ×ₖ Lₖ^(−1/2k))
 *
 * Roots are of the order of an axis' length cubed, and computed by the interpreter: `every` keeps them rare.
 *
 * @see Gupta, Koren & Singer 2018, https://arxiv.org/abs/1802.09568
 */
export class Shampoo extends Optimizer<ShampooSettings> {
  constructor(parameters: Parameters, options: ShampooOptions = {}) {
    super(parameters, { lr: 0.1, momentum: 0, eps: 1e-4, every: 1, longest: 1024, ...options })
  }

  protected override get isElementwise(): boolean {
    return false
  }

  protected override update(value: Tensor, gradient: Tensor, parameter: Parameter): Tensor {
    const { momentum, longest } = this.settings(parameter)
    const { length: axes } = gradient.node.shape
    let direction = gradient
    gradient.node.shape.forEach((size, axis) => {
      if (size > longest || size === 1) return
      const root = this.#root(gradient, parameter, { axis, power: -1 / (2 * axes) })
      direction = along(direction, axis, (columns) => root.matmul(columns))
    })
    if (momentum === 0) return value.sub(direction.mul(this.rate(parameter)))
    const state = this.state(parameter, 'momentumBuffer')
    const kept: Tensor = state
    const way = this.remember(state, kept.mul(momentum).add(direction))
    return value.sub(way.mul(this.rate(parameter)))
  }

  #root(
    gradient: Tensor,
    parameter: Parameter,
    { axis, power }: { readonly axis: number; readonly power: number },
  ): Tensor {
    const { eps, every } = this.settings(parameter)
    const size = gradient.node.shape[axis] ?? 1
    const shape = [size, size]
    const state = this.state(parameter, `products${axis}`, { shape })
    const before: Tensor = state
    const columns = matrix(gradient, axis)
    const products = this.remember(state, before.add(columns.matmul(columns.transpose())))
    const made = (sum: Tensor): Tensor => matrixPower(sum, { eps, power })
    if (every === 1) return made(products)
    const isDue = this.perStep(parameter, 'isDue', (step) => Number((step - 1) % every === 0))
    const known = this.state(parameter, `root${axis}`, { shape })
    const root: Tensor = cond(
      isDue.greater(0),
      ({ products }) => made(products),
      ({ root }) => root.mul(1),
      { products, root: known as Tensor },
    )
    return this.remember(known, root)
  }
}

/** The tensor as a matrix with one axis in front. */
function matrix(x: Tensor, axis: number): Tensor {
  const size = x.node.shape[axis] ?? 1
  return inFront(x, axis).reshape([size, x.size / Math.max(1, size)])
}

/** A map of the vectors along an axis. */
function along(x: Tensor, axis: number, map: (columns: Tensor) => Tensor): Tensor {
  const mapped = map(matrix(x, axis)).reshape(inFront(x, axis).node.shape)
  const back = x.node.shape.map((_, i) => (i < axis ? i + 1 : i === axis ? 0 : i))
  return mapped.permute(back)
}

function inFront(x: Tensor, axis: number): Tensor {
  return x.permute([axis, ...x.node.shape.map((_, i) => i).filter((i) => i !== axis)])
}

/** `(sum + eps·I)^power` of a symmetric matrix without negative eigenvalues. */
function matrixPower(
  sum: Tensor,
  { eps, power }: { readonly eps: number; readonly power: number },
): Tensor {
  const { values, vectors } = sum.eigh()
  const powers = values.clampMin(0).add(eps).pow(power)
  return vectors.mul(powers).matmul(vectors.transpose())
}
