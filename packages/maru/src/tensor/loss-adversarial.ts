/** The two sides of adversarial training, over the logits of a discriminator. */
import { expectOptions } from '../base/argument.ts'
import { ValueError } from '../base/error.ts'
import { showAny } from '../base/show.ts'
import { asFloat } from './loss-terms.ts'
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
