/** Adam. */

import { Dial } from '../tensor/dial.ts'
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import { expectAtLeast, Optimizer, type OptimizerOptions } from './optimizer.ts'

export interface AdamOptions extends OptimizerOptions {
  /** Decay of the means of gradients and of their squares. */
  readonly betas?: readonly [number, number]
  /** Added to the root, against division by zero. */
  readonly eps?: number
  /** L2 penalty added to the gradient. */
  readonly weightDecay?: number
}

/** Powers as products, which every engine rounds alike. */
class Power {
  readonly #base: number
  #exponent = 0
  #value = 1

  constructor(base: number) {
    this.#base = base
  }

  /** The power for an exponent; the one after the last takes one product. */
  at(exponent: number): number {
    if (exponent < this.#exponent) {
      this.#exponent = 0
      this.#value = 1
    }
    for (; this.#exponent < exponent; this.#exponent++) this.#value *= this.#base
    return this.#value
  }
}

/**
 * Adaptive moments.
 *
 *     m ← β₁·m + (1 − β₁)·g,   v ← β₂·v + (1 − β₂)·g²
 *     p ← p − lr · m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + eps)
 *
 * @see Kingma & Ba 2015, https://arxiv.org/abs/1412.6980
 */
export class Adam extends Optimizer {
  readonly #betas: readonly [number, number]
  readonly #eps: number
  readonly weightDecay: number
  readonly #power1: Power
  readonly #power2: Power
  readonly #correction1 = new Dial(1)
  readonly #correction2 = new Dial(1)

  constructor(
    parameters: Iterable<Parameter>,
    { lr = 1e-3, betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0, ...rest }: AdamOptions = {},
  ) {
    super(parameters, { lr, ...rest })
    for (const beta of betas) {
      expectAtLeast('beta', beta, 0)
      expectAtLeast('1 - beta', 1 - beta, Number.EPSILON)
    }
    this.#betas = betas
    this.#power1 = new Power(betas[0])
    this.#power2 = new Power(betas[1])
    this.#eps = expectAtLeast('eps', eps, 0)
    this.weightDecay = expectAtLeast('weightDecay', weightDecay, 0)
  }

  protected override prepare(): void {
    this.#correction1.value = 1 / (1 - this.#power1.at(this.steps))
    this.#correction2.value = 1 / Math.sqrt(1 - this.#power2.at(this.steps))
  }

  /** The gradient with the penalty, and the value that the step starts from. */
  protected decay(value: Tensor, gradient: Tensor): { value: Tensor; gradient: Tensor } {
    if (this.weightDecay === 0) return { value, gradient }
    return { value, gradient: gradient.add(value.mul(this.weightDecay)) }
  }

  protected override update(before: Tensor, raw: Tensor, parameter: Parameter): Tensor {
    const { value, gradient } = this.decay(before, raw)
    const [beta1, beta2] = this.#betas
    const [mean, square] = [this.state(parameter, 'expAvg'), this.state(parameter, 'expAvgSq')]
    const oldMean: Tensor = mean
    const oldSquare: Tensor = square
    const m = this.remember(mean, oldMean.mul(beta1).add(gradient.mul(1 - beta1)))
    const v = this.remember(square, oldSquare.mul(beta2).add(gradient.mul(gradient).mul(1 - beta2)))
    const root = v.sqrt().mul(this.#correction2.tensor(value.dtype)).add(this.#eps)
    const step = this.rate(value).mul(this.#correction1.tensor(value.dtype))
    return value.sub(m.mul(step).div(root))
  }
}
