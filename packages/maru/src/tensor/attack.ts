/** Adversarial examples: inputs that are moved a little, to where a loss is large. */
import { expectFunction, expectOptions } from '../base/argument.ts'
import { isFloat } from '../base/dtype.ts'
import { DTypeError, ValueError } from '../base/error.ts'
import { expectInteger } from '../base/shape.ts'
import { showAny } from '../base/show.ts'
import { scan } from './control.ts'
import { zeros } from './create.ts'
import { valueAndGrad } from './grad.ts'
import { uniform } from './random.ts'
import type { Tensor } from './tensor.ts'

/** How far apart two inputs are: by their largest difference, or by the length of all differences of an example. */
export type Distance = 'linf' | 'l2'

export interface FgsmOptions {
  /** The most that an element may be moved by. */
  readonly epsilon: number
  /** What elements may be, [0, 1] unless given. */
  readonly range?: readonly [low: number, high: number]
}

export interface PgdOptions extends FgsmOptions {
  /** How far a step goes, `2.5 · epsilon / steps` unless given. */
  readonly stepSize?: number
  /** Number of steps, 10 unless given. */
  readonly steps?: number
  /** What `epsilon` is a distance in, `linf` unless given. */
  readonly distance?: Distance
  /** Whether it begins somewhere within the distance at random; true unless given. */
  readonly randomStart?: boolean
}

/** What is made small by training, as a function of the input alone. */
type LossOf = (x: Tensor) => Tensor

/**
 * The fast gradient sign method: one step uphill, the same for every element.
 *
 *     x′ = clip(x + epsilon · sign(∂loss/∂x))
 *
 * Gradients do not pass through it, so that training on it is training on data.
 *
 * @param loss the loss of an input, a scalar: labels and model are the function's own
 * @shape x any shape → the same
 * @throws ValueError for a distance below 0 or a range that is none, DTypeError for integers
 * @see Goodfellow, Shlens & Szegedy 2015, https://arxiv.org/abs/1412.6572
 * @example const moved = fgsm((x) => crossEntropy(model.call(x), labels), images, { epsilon: 8 / 255 })
 */
export function fgsm(loss: LossOf, x: Tensor, options: FgsmOptions): Tensor {
  const { epsilon, range } = expectAttack('fgsm', loss, x, options)
  return clipped(x.add(slopeOf(loss, x).sign().mul(epsilon)), range).stopGradient()
}

/**
 * Projected gradient descent: steps uphill, each brought back to within the distance.
 *
 *     xₜ₊₁ = project(xₜ + stepSize · sign(∂loss/∂xₜ)),  for l2 the gradient over its length
 *
 * The steps are one loop on the device. Gradients do not pass through it.
 *
 * @param loss the loss of an input, a scalar: labels and model are the function's own
 * @shape x [n, ...] → the same; for l2 the first axis counts the examples
 * @throws ValueError for a distance below 0, a range that is none or no step, DTypeError for integers
 * @see Madry and others 2018, https://arxiv.org/abs/1706.06083
 * @example
 * // training on the worst that is near
 * const objective = (model, { inputs, targets }) => {
 *   const near = pgd((x) => crossEntropy(model.call(x), targets), inputs, { epsilon: 0.1 })
 *   return crossEntropy(model.call(near), targets)
 * }
 */
export function pgd(loss: LossOf, x: Tensor, options: PgdOptions): Tensor {
  const { epsilon, range } = expectAttack('pgd', loss, x, options)
  const { steps = 10, distance = 'linf', randomStart = true } = options
  expectInteger('pgd', 'steps', steps, 1)
  const metric = Object.hasOwn(metrics, distance) ? metrics[distance] : undefined
  if (!metric) {
    throw new ValueError('loss.kind', {
      op: 'pgd',
      got: showAny(distance),
      known: Object.keys(metrics),
    })
  }
  const stepSize = expectDistance('pgd', 'stepSize', options.stepSize ?? (2.5 * epsilon) / steps)
  const within = (moved: Tensor): Tensor => {
    return clipped(x.add(metric.project(moved.sub(x), epsilon)), range)
  }
  const { shape, dtype } = x.node
  const noise = uniform(shape, { low: -epsilon, high: epsilon, dtype })
  const start = randomStart ? within(x.add(noise)) : x
  const turns: Tensor = zeros([steps])
  const [last] = scan(
    (at: Tensor, turn: Tensor): [Tensor, Tensor] => {
      const step = metric.direction(slopeOf(loss, at)).mul(stepSize)
      return [within(at.add(step)), turn]
    },
    start,
    turns,
  )
  return last.stopGradient()
}

interface Metric {
  /** Where to go by a gradient, one unit far. */
  readonly direction: (slope: Tensor) => Tensor
  /** The nearest difference that is no longer than a distance. */
  readonly project: (difference: Tensor, epsilon: number) => Tensor
}

/** Lengths below it are taken for it, so that nothing is divided by 0. */
const LEAST_LENGTH = 1e-30

const metrics: Readonly<Record<Distance, Metric>> = {
  linf: {
    direction: (slope) => slope.sign(),
    project: (difference, epsilon) => difference.clamp(-epsilon, epsilon),
  },
  l2: {
    // an example without a slope stays where it is
    direction: (slope) => slope.div(lengthsOf(slope).clampMin(LEAST_LENGTH)),
    project: (difference, epsilon) => {
      const longest = lengthsOf(difference).clampMin(Math.max(epsilon, LEAST_LENGTH))
      return difference.mul(longest.reciprocal().mul(epsilon))
    },
  },
}

/** Length of each example. @shape [n, ...] → [n, 1, ...] */
function lengthsOf(x: Tensor): Tensor {
  const rest = [...x.node.shape.keys()].slice(1)
  return rest.length === 0 ? x.abs() : x.square().sum(rest, { keepDims: true }).sqrt()
}

function slopeOf(loss: LossOf, x: Tensor): Tensor {
  const [, [slope]] = valueAndGrad(loss)(x)
  // a gradient for each argument
  return slope as Tensor
}

function clipped(x: Tensor, [low, high]: readonly [number, number]): Tensor {
  return x.clamp(low, high)
}

function expectAttack(
  op: string,
  loss: LossOf,
  { dtype }: Tensor,
  options: FgsmOptions,
): Required<FgsmOptions> {
  expectFunction(op, 'loss', loss)
  const { epsilon, range = [0, 1] } = expectOptions(op, options)
  if (!isFloat(dtype)) throw new DTypeError('attack.dtype', { op, dtype })
  const [low, high] = range
  if (!(low <= high)) throw new ValueError('attack.range', { op, got: showAny(range) })
  return { epsilon: expectDistance(op, 'epsilon', epsilon), range }
}

function expectDistance(op: string, name: string, value: number): number {
  if (value >= 0 && Number.isFinite(value)) return value
  const range = { low: 0, high: Number.MAX_VALUE }
  throw new ValueError('value.range', { op, name, got: showAny(value), ...range })
}
