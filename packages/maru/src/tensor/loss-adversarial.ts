/** The two sides of adversarial training, over the logits of a discriminator. */
import { expectFunction, expectOptions } from '../base/argument.ts'
import { ShapeError, ValueError } from '../base/error.ts'
import { sameShape } from '../base/shape.ts'
import { showAny } from '../base/show.ts'
import { valueAndGrad } from './grad.ts'
import { asFloat } from './loss-terms.ts'
import { uniform } from './random.ts'
import type { Tensor } from './tensor.ts'

/** Which game is played. */
export type Adversary = 'minimax' | 'nonSaturating' | 'leastSquares' | 'hinge' | 'wasserstein'

export interface AdversarialOptions {
  /** `nonSaturating` by default. */
  readonly kind?: Adversary
}

interface Game {
  /** What the discriminator pays for the logits of a real example. */
  readonly real: (x: Tensor) => Tensor
  /** What it pays for those of a generated one. */
  readonly fake: (x: Tensor) => Tensor
  /** What the generator pays for those. */
  readonly generated: (x: Tensor) => Tensor
}

const classic = {
  real: (x: Tensor): Tensor => x.neg().softplus(),
  fake: (x: Tensor): Tensor => x.softplus(),
}

const games: Readonly<Record<Adversary, Game>> = {
  minimax: { ...classic, generated: (x) => x.softplus().neg() },
  nonSaturating: { ...classic, generated: (x) => x.neg().softplus() },
  leastSquares: {
    real: (x) => x.sub(1).square().mul(0.5),
    fake: (x) => x.square().mul(0.5),
    generated: (x) => x.sub(1).square().mul(0.5),
  },
  hinge: {
    real: (x) => x.neg().add(1).relu(),
    fake: (x) => x.add(1).relu(),
    generated: (x) => x.neg(),
  },
  wasserstein: { real: (x) => x.neg(), fake: (x) => x, generated: (x) => x.neg() },
}

function gameOf(op: string, options: AdversarialOptions): Game {
  const { kind = 'nonSaturating' } = expectOptions(op, options)
  if (typeof kind === 'string' && Object.hasOwn(games, kind)) return games[kind]
  throw new ValueError('loss.kind', { op, got: showAny(kind), known: Object.keys(games) })
}

/**
 * Loss of a discriminator: the mean over its logits of real examples plus that over generated ones.
 *
 *     minimax, nonSaturating   log(1 + e⁻ʳ) + log(1 + eᶠ)
 *     leastSquares             (r − 1)² / 2 + f² / 2
 *     hinge                    max(0, 1 − r) + max(0, 1 + f)
 *     wasserstein              f − r, for a discriminator whose slope is kept near 1
 *
 * @shape any two shapes → []
 * @throws ValueError for a kind that there is not
 * @see Goodfellow and others 2014, https://arxiv.org/abs/1406.2661; Mao and others 2017,
 *   https://arxiv.org/abs/1611.04076; Arjovsky, Chintala & Bottou 2017, https://arxiv.org/abs/1701.07875;
 *   Lim & Ye 2017, https://arxiv.org/abs/1705.02894
 */
export function discriminatorLoss(
  real: Tensor,
  fake: Tensor,
  options: AdversarialOptions = {},
): Tensor<[]> {
  const op = 'discriminatorLoss'
  const game = gameOf(op, options)
  const [r, f] = [asFloat(op, real), asFloat(op, fake)]
  return game.real(r).mean().add(game.fake(f).mean()) as Tensor<[]>
}

/**
 * Loss of a generator: the mean over the discriminator's logits f of what it has made.
 *
 *     minimax         −log(1 + eᶠ), without a slope once the discriminator is sure
 *     nonSaturating   log(1 + e⁻ᶠ)
 *     leastSquares    (f − 1)² / 2
 *     hinge, wasserstein   −f
 *
 * @shape any shape → []
 * @throws ValueError for a kind that there is not
 * @see `discriminatorLoss`
 */
export function generatorLoss(fake: Tensor, options: AdversarialOptions = {}): Tensor<[]> {
  const op = 'generatorLoss'
  return gameOf(op, options).generated(asFloat(op, fake)).mean() as Tensor<[]>
}

/** A discriminator as a function: logits of examples. @shape [n, ...] → any, a row of it for each example */
type Discriminator = (x: Tensor) => Tensor

/** Squared lengths of a discriminator's gradients, one for each example. @shape x [n, ...] → [n] */
function steepness(op: string, discriminator: Discriminator, x: Tensor): Tensor {
  expectFunction(op, 'discriminator', discriminator)
  const [, slopes] = valueAndGrad((x: Tensor) => discriminator(x).sum())(asFloat(op, x))
  // a gradient for each argument
  const [slope] = slopes as [Tensor]
  const rest = [...slope.node.shape.keys()].slice(1)
  return rest.length === 0 ? slope.square() : slope.square().sum(rest)
}

export interface GradientPenaltyOptions {
  /** Real examples. @shape [n, ...] */
  readonly real: Tensor
  /** Generated ones. @shape [n, ...] */
  readonly fake: Tensor
  /** Part of the real example in each place between, [n] in 0 … 1; drawn anew unless given. */
  readonly mix?: Tensor
}

/**
 * What a Wasserstein discriminator pays for slopes that are not 1, between real and generated examples.
 *
 *     mean (‖∂D(x̂)/∂x̂‖₂ − 1)²,  x̂ = mix · real + (1 − mix) · fake
 *
 * Added to `discriminatorLoss` with a factor, 10 in the paper. Its gradient is one of second order.
 *
 * @shape real and fake [n, ...] → []
 * @throws ShapeError when real and generated examples differ in shape
 * @see Gulrajani and others 2017, https://arxiv.org/abs/1704.00028
 * @example loss.add(gradientPenalty((x) => critic.call(x), { real, fake }).mul(10))
 */
export function gradientPenalty(
  discriminator: Discriminator,
  options: GradientPenaltyOptions,
): Tensor<[]> {
  const op = 'gradientPenalty'
  const { real, fake, mix: given } = expectOptions(op, options)
  const [r, f] = [asFloat(op, real), asFloat(op, fake)]
  const { shape, dtype } = r.node
  if (!sameShape(shape, f.node.shape) || shape.length === 0) {
    throw new ShapeError('loss.broadcast', { op, a: shape, b: f.node.shape })
  }
  const count = shape[0] ?? 0
  const mix: Tensor = given ?? uniform([count], { dtype })
  const share: Tensor = mix.reshape([count, ...shape.slice(1).map(() => 1)])
  const between: Tensor = f.add(share.mul(r.sub(f)))
  const slope = steepness(op, discriminator, between.stopGradient())
  // the length has no derivative at 0
  const length = slope.add(Number.EPSILON).sqrt()
  return length.sub(1).square().mean() as Tensor<[]>
}

/**
 * What a discriminator pays for its slope at real examples, where it has nothing to tell apart in the end.
 *
 *     mean ‖∂D(x)/∂x‖₂²
 *
 * Added to `discriminatorLoss` with a factor of γ/2; γ is 10 in the paper.
 *
 * @shape real [n, ...] → []
 * @see Mescheder, Geiger & Nowozin 2018, https://arxiv.org/abs/1801.04406
 * @example loss.add(r1Penalty((x) => discriminator.call(x), real).mul(5))
 */
export function r1Penalty(discriminator: Discriminator, real: Tensor): Tensor<[]> {
  return steepness('r1Penalty', discriminator, real).mean() as Tensor<[]>
}
