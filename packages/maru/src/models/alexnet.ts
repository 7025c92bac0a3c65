/** AlexNet. */
import {
  Conv2d,
  Dropout,
  Flatten,
  Linear,
  LocalResponseNorm,
  MaxPool2d,
  ReLU,
  Sequential,
} from '../nn/layers.ts'
import type { Module } from '../nn/module.ts'

export interface AlexNetOptions {
  /** Number of classes, 1000 unless given. */
  readonly classes?: number
  /** Features of the two hidden linear layers, 4096 unless given. */
  readonly hidden?: number
  /**
   * Halves that see each other in the third convolution and the linear layers only: 2 unless given, one for
   * each of the two graphics cards of its time.
   */
  readonly towers?: 1 | 2
  /** Probability of leaving units of the hidden linear layers out while training, 0.5 unless given. */
  readonly dropout?: number
}

/**
 * The network that won ImageNet in 2012: large first filters, normalisation among neighbouring channels,
 * overlapping pooling. 60,965,224 parameters in two towers, 62,378,344 in one.
 *
 * @shape x [N, 3, 227, 227] → logits [N, classes]
 * @see Krizhevsky, Sutskever & Hinton 2012, "ImageNet classification with deep convolutional neural networks"
 */
export function alexnet({
  classes = 1000,
  hidden = 4096,
  towers = 2,
  dropout = 0.5,
}: AlexNetOptions = {}): Sequential<readonly Module[]> {
  const conv = (from: number, to: number, kernel: number, options: object): Module[] => [
    new Conv2d<number, number, number, object>(from, to, kernel, options),
    new ReLU(),
  ]
  // The paper sums over five neighbours where this layer takes their mean.
  const calm = (): Module => new LocalResponseNorm(5, { alpha: 5 * 1e-4, beta: 0.75, k: 2 })
  const pool = (): Module => new MaxPool2d(3, { stride: 2 })
  return new Sequential<readonly Module[]>(
    ...conv(3, 96, 11, { stride: 4 }), // [N, 96, 55, 55]
    calm(),
    pool(), // [N, 96, 27, 27]
    ...conv(96, 256, 5, { padding: 2, groups: towers }),
    calm(),
    pool(), // [N, 256, 13, 13]
    ...conv(256, 384, 3, { padding: 1 }),
    ...conv(384, 384, 3, { padding: 1, groups: towers }),
    ...conv(384, 256, 3, { padding: 1, groups: towers }),
    pool(), // [N, 256, 6, 6]
    new Flatten(), // [N, 9216]
    new Linear<number, number>(9216, hidden),
    new ReLU(),
    new Dropout(dropout),
    new Linear<number, number>(hidden, hidden),
    new ReLU(),
    new Dropout(dropout),
    new Linear<number, number>(hidden, classes),
  )
}
