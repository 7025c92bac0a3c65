/** DCGAN: two convolutional networks that play against each other. */
import {
  BatchNorm2d,
  Conv2d,
  ConvTranspose2d,
  Flatten,
  LeakyReLU,
  ReLU,
  Sequential,
  Tanh,
} from '../nn/layers.ts'
import type { Module } from '../nn/module.ts'
import { startNormal } from './start.ts'

export interface DcganOptions {
  /** Features of the noise that becomes an image, 100 unless given. */
  readonly noise?: number
  /** Channels of the maps next to the image, 64 unless given; they double with each halving of the size. */
  readonly width?: number
  /** Channels of the image, 3 unless given. */
  readonly channels?: number
}

export interface Dcgan {
  /** @shape noise [N, noise, 1, 1] → images [N, channels, 64, 64] in ±1 */
  readonly generator: Sequential<readonly Module[]>
  /** @shape images [N, channels, 64, 64] → logits [N, 1], of being real */
  readonly discriminator: Sequential<readonly Module[]>
}

/**
 * A generator and a discriminator of images of 64 × 64, for `generatorLoss` and `discriminatorLoss`:
 * 3,576,704 and 2,765,568 parameters with the usual sizes.
 *
 * @see Radford, Metz & Chintala 2016, https://arxiv.org/abs/1511.06434
 */
export function dcgan({ noise = 100, width = 64, channels = 3 }: DcganOptions = {}): Dcgan {
  const generator = new Sequential<readonly Module[]>(
    ...growing(noise, 8 * width, { stride: 1, padding: 0 }), // [N, 8·width, 4, 4]
    ...growing(8 * width, 4 * width),
    ...growing(4 * width, 2 * width),
    ...growing(2 * width, width), // [N, width, 32, 32]
    new ConvTranspose2d<number>(width, channels, 4, halving),
    new Tanh(),
  )
  const discriminator = new Sequential<readonly Module[]>(
    new Conv2d<number, number, number, object>(channels, width, 4, halving), // [N, width, 32, 32]
    new LeakyReLU(0.2),
    ...shrinking(width, 2 * width),
    ...shrinking(2 * width, 4 * width),
    ...shrinking(4 * width, 8 * width), // [N, 8·width, 4, 4]
    new Conv2d<number, number, number, object>(8 * width, 1, 4, { bias: false }),
    new Flatten(),
  )
  for (const network of [generator, discriminator]) start(network)
  return { generator, discriminator }
}

const halving = { stride: 2, padding: 1, bias: false }

function growing(from: number, to: number, steps: object = halving): Module[] {
  const conv = new ConvTranspose2d<number>(from, to, 4, { bias: false, ...steps })
  return [conv, new BatchNorm2d(to), new ReLU()]
}

function shrinking(from: number, to: number): Module[] {
  const conv = new Conv2d<number, number, number, object>(from, to, 4, halving)
  return [conv, new BatchNorm2d(to), new LeakyReLU(0.2)]
}

/** Filters around 0 and factors of normalisation around 1, as in the paper. */
function start(network: Sequential<readonly Module[]>): void {
  for (const layer of network.layers) {
    if (layer instanceof BatchNorm2d && layer.weight) startNormal(layer.weight, 0.02, 1)
    if (layer instanceof Conv2d || layer instanceof ConvTranspose2d) startNormal(layer.weight, 0.02)
  }
}
