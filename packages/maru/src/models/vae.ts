/** The variational autoencoder. */
import { log } from '../base/math.ts'
import { expectInteger } from '../base/shape.ts'
import { Linear, ReLU, Sequential } from '../nn/layers.ts'
import { Module } from '../nn/module.ts'
import { binaryCrossEntropyWithLogits, gaussianKlLoss } from '../tensor/loss.ts'
import { normal } from '../tensor/random.ts'
import type { Tensor } from '../tensor/tensor.ts'

export interface VaeOptions {
  /** Elements of an example, 784 unless given. */
  readonly features?: number
  /** Features between, 400 unless given. */
  readonly hidden?: number
  /** Features of a code, 20 unless given. */
  readonly latent?: number
}

/** The distribution of codes that an example could have. @shape both [..., latent] */
export interface Posterior {
  readonly mean: Tensor
  readonly logVariance: Tensor
}

export interface ElboOptions {
  /** Weight of the divergence, 1 unless given. @see Higgins et al. 2017, β-VAE */
  readonly beta?: number
  /** Standard normal numbers to draw the codes with, [N, latent]; drawn anew unless given. */
  readonly noise?: Tensor
}

export interface IwaeOptions {
  /** Codes that are drawn for each example, 5 unless given. */
  readonly samples?: number
  /** Standard normal numbers to draw them with, [samples, N, latent]; drawn anew unless given. */
  readonly noise?: Tensor
}

/**
 * Learns to draw: an encoder tells which codes an example could have, a decoder what a code looks like.
 *
 *     z = mean + e^(logVariance / 2) · noise
 *     loss = −log p(x | z) + beta · KL(q(z | x) ‖ N(0, 1)),   a bound on −log p(x) for beta = 1
 *
 * 652,824 parameters with the usual sizes.
 *
 * @shape x [N, features] in 0 … 1 → logits [N, features]
 * @see Kingma & Welling 2014, https://arxiv.org/abs/1312.6114
 * @example await optimizer.step(vae.loss(x))
 */
export class VAE extends Module {
  readonly latent: number
  readonly encoder: Sequential<readonly Module[]>
  readonly mean: Linear<number, number>
  readonly logVariance: Linear<number, number>
  readonly decoder: Sequential<readonly Module[]>

  constructor({ features = 784, hidden = 400, latent = 20 }: VaeOptions = {}) {
    super()
    this.latent = latent
    this.encoder = new Sequential<readonly Module[]>(
      new Linear<number, number>(features, hidden),
      new ReLU(),
    )
    this.mean = new Linear<number, number>(hidden, latent)
    this.logVariance = new Linear<number, number>(hidden, latent)
    this.decoder = new Sequential<readonly Module[]>(
      new Linear<number, number>(latent, hidden),
      new ReLU(),
      new Linear<number, number>(hidden, features),
    )
  }

  /** What the encoder makes of examples. @shape x [N, features] → [N, latent] twice */
  encode(x: Tensor): Posterior {
    const hidden = this.encoder.call(x)
    return { mean: this.mean.call(hidden), logVariance: this.logVariance.call(hidden) }
  }

  /** What codes look like: logits of pixels. @shape z [..., latent] → [..., features] */
  decode(z: Tensor): Tensor {
    return this.decoder.call(z)
  }

  /** Examples as the decoder sees them: of a code that is drawn in training, of the mean one otherwise. */
  override forward(x: Tensor): Tensor {
    const posterior = this.encode(x)
    return this.decode(this.training ? drawn(posterior) : posterior.mean)
  }

  /**
   * The negative evidence lower bound, a mean over the batch, in nats.
   *
   * @shape x [N, features] → []
   */
  loss(x: Tensor, { beta = 1, noise }: ElboOptions = {}): Tensor<[]> {
    const posterior = this.encode(x)
    const logits = this.decode(drawn(posterior, noise))
    const pixels = binaryCrossEntropyWithLogits(logits, x, { reduction: 'none' })
    const distortion: Tensor<[]> = pixels.sum(-1).mean()
    return distortion.add(gaussianKlLoss(posterior.mean, posterior.logVariance).mul(beta))
  }

  /**
   * The negative bound of importance weighting, a mean over the batch, in nats: nearer to −log p(x) the more codes
   * are drawn, and with one it is the lower bound of `loss`, its divergence drawn instead of known.
   *
   *     −log 1/k Σᵢ p(x, zᵢ) / q(zᵢ | x)
   *
   * @shape x [N, features] → []
   * @throws ValueError unless a code is drawn
   * @see Burda, Grosse & Salakhutdinov 2016, https://arxiv.org/abs/1509.00519
   */
  iwaeLoss(x: Tensor, { samples = 5, noise: given }: IwaeOptions = {}): Tensor<[]> {
    expectInteger('iwaeLoss', 'samples', samples, 1)
    const posterior = this.encode(x)
    const noise: Tensor = given ?? normal([samples, ...posterior.mean.node.shape])
    const z = drawn(posterior, noise)
    const logits = this.decode(z)
    const targets = x.expand(logits.node.shape)
    const pixels = binaryCrossEntropyWithLogits(logits, targets, { reduction: 'none' })
    // of both normal densities, what does not cancel: z² of the prior, noise² and the variance of the posterior
    const codes: Tensor = z.square().sub(noise.square()).sub(posterior.logVariance).mul(0.5)
    const logWeights: Tensor = pixels.sum(-1).add(codes.sum(-1)).neg()
    const count = logWeights.node.shape[0] ?? 1
    return logWeights.logSumExp(0).sub(log(count)).mean().neg() as Tensor<[]>
  }
}

/** Codes of a posterior, through which its gradient passes. */
function drawn({ mean, logVariance }: Posterior, given?: Tensor): Tensor {
  const noise: Tensor = given ?? normal(mean.node.shape)
  return mean.add(logVariance.mul(0.5).exp().mul(noise))
}
