/** The generative adversarial network of points. */
import { functionalCall } from '../nn/functional.ts'
import { Module } from '../nn/module.ts'
import { type Adversary, discriminatorLoss, generatorLoss } from '../tensor/loss.ts'
import { normal } from '../tensor/random.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { mlp } from './mlp.ts'

export interface GanOptions {
  /** Elements of an example. */
  readonly features: number
  /** Units of both hidden layers of each side, 64 unless given. */
  readonly hidden?: number
  /** Random numbers that an example is made of, 8 unless given. */
  readonly noise?: number
}

export interface GanLossOptions {
  /** Which game is played, `nonSaturating` unless given. */
  readonly kind?: Adversary
  /** Standard normal numbers, [N, noise]; drawn anew unless given. */
  readonly noise?: Tensor
}

/**
 * A generator that makes examples of noise, and a discriminator that tells them from real ones.
 *
 * @shape noise [N, noise] → examples [N, features]
 * @see Goodfellow and others 2014, https://arxiv.org/abs/1406.2661
 * @example await optimizer.step(gan.loss(real))
 */
export class Gan extends Module {
  readonly noise: number
  readonly generator: Module
  readonly discriminator: Module

  constructor({ features, hidden = 64, noise = 8 }: GanOptions) {
    super()
    this.noise = noise
    this.generator = mlp([noise, hidden, hidden, features])
    this.discriminator = mlp([features, hidden, hidden, 1])
  }

  override forward(noise: Tensor): Tensor {
    return this.generator.call(noise)
  }

  /**
   * What both sides pay, for one step of both at once: each side's loss has gradients of its own parameters only.
   *
   * @shape real [N, features] → []
   */
  loss(real: Tensor, { kind = 'nonSaturating', noise: given }: GanLossOptions = {}): Tensor<[]> {
    const { discriminator } = this
    const noise: Tensor = given ?? normal([real.node.shape[0] ?? 0, this.noise])
    const fake = this.forward(noise)
    const told = discriminatorLoss(
      discriminator.call(real),
      discriminator.call(fake.stopGradient()),
      { kind },
    )
    const held = [...discriminator.namedParameters()].map(
      ([name, each]) => [name, each.stopGradient()] as const,
    )
    const judged = functionalCall(discriminator, new Map(held), fake)
    return told.add(generatorLoss(judged, { kind })) as Tensor<[]>
  }
}
