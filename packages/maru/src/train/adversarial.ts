/** Inputs that are changed a little so that a model errs: attacks, and what training against them takes. */
import { expectFunction } from '../base/argument.ts'
import { ValueError } from '../base/error.ts'
import { expectInteger } from '../base/shape.ts'
import { expectAtLeast } from '../optim/settings.ts'
import { grad } from '../tensor/grad.ts'
import { uniform } from '../tensor/random.ts'
import type { Tensor } from '../tensor/tensor.ts'

export interface AttackOptions {
  /** How far an element may be moved, ≥ 0. */
  readonly epsilon: number
  /** The least and the largest that an element may become, 0 and 1 unless given. */
  readonly low?: number
  readonly high?: number
}

export interface PgdOptions extends AttackOptions {
  /** Steps uphill, 10 unless given. */
  readonly steps?: number
  /** Length of a step in each element; 2.5 · epsilon / steps unless given. */
  readonly stepSize?: number
  /** Whether it begins at a random place of those allowed, by the global seed, rather than at the input; true unless given. */
  readonly randomStart?: boolean
}

/** The loss of a model as a function of its inputs, a scalar. */
export type LossOf = (inputs: Tensor) => Tensor

/** Where an input may go: near it, and within the range of elements. */
type Bounds = (x: Tensor) => Tensor

/**
 * The fast gradient sign method: every element goes `epsilon` uphill.
 *
 *     x′ = clamp(x + ε · sign(∇ₓ loss))
 *
 * No gradient flows back through the result. Elements should lie within `low … high` already.
 *
 * @shape as inputs
 * @throws ValueError for a distance that is no finite number ≥ 0, and where `low` is above `high`
 * @see Goodfellow, Shlens & Szegedy 2015, https://arxiv.org/abs/1412.6572
 * @example fgsm((x) => crossEntropy(model.call(x), labels), inputs, { epsilon: 0.1 })
 */
export function fgsm(inputs: Tensor, lossOf: LossOf, options: AttackOptions): Tensor {
  const bounded = boundsOf('fgsm', inputs, options)
  expectFunction('fgsm', 'lossOf', lossOf)
  return uphill(inputs, lossOf, options.epsilon, bounded)
}

/**
 * Projected gradient descent on the loss's negative: many small steps uphill, each brought back to within
 * `epsilon` of the input.
 *
 * No gradient flows back through the result. Inside a compiled step it is a part of the same program:
 *
 *     objective: (model, { inputs, labels }) => {
 *       const worse = pgd(inputs, (x) => crossEntropy(model.call(x), labels), { epsilon: 0.1, steps: 7 })
 *       return crossEntropy(model.call(worse), labels)
 *     }
 *
 * @shape as inputs
 * @throws ValueError as `fgsm`, and unless steps are an integer ≥ 1
 * @see Madry and others 2018, https://arxiv.org/abs/1706.06083
 * @example pgd(inputs, (x) => crossEntropy(model.call(x), labels), { epsilon: 0.1 })
 */
export function pgd(inputs: Tensor, lossOf: LossOf, options: PgdOptions): Tensor {
  const bounded = boundsOf('pgd', inputs, options)
  expectFunction('pgd', 'lossOf', lossOf)
  const { epsilon, steps = 10, randomStart = true } = options
  expectInteger('pgd', 'steps', steps, 1)
  const { stepSize = (2.5 * epsilon) / steps } = options
  expectAtLeast('stepSize', stepSize, 0)
  let x = inputs
  if (randomStart) {
    const { shape } = inputs.node
    const noise: Tensor = uniform(shape, { low: -epsilon, high: epsilon, dtype: inputs.dtype })
    x = bounded(inputs.add(noise))
  }
  for (let i = 0; i < steps; i++) x = uphill(x, lossOf, stepSize, bounded)
  return x
}

function uphill(x: Tensor, lossOf: LossOf, length: number, bounded: Bounds): Tensor {
  // The gradient is asked of a node of its own: to a leaf, `lossOf` could depend on x otherwise, too.
  const from = x.stopGradient()
  const [slope = from] = grad(lossOf(from), [from])
  return bounded(from.add(slope.sign().mul(length))).stopGradient()
}

function boundsOf(
  op: string,
  inputs: Tensor,
  { epsilon, low = 0, high = 1 }: AttackOptions,
): Bounds {
  expectAtLeast('epsilon', epsilon, 0)
  if (!(low <= high))
    throw new ValueError('value.range', {
      op,
      name: 'low',
      got: low,
      low: Number.NEGATIVE_INFINITY,
      high,
    })
  const [least, most] = [inputs.sub(epsilon), inputs.add(epsilon)]
  return (x) => x.maximum(least).minimum(most).clamp(low, high)
}
