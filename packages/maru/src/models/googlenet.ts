/** GoogLeNet: filters of several sizes side by side. */
import {
  AdaptiveAvgPool2d,
  AvgPool2d,
  Conv2d,
  Dropout,
  Flatten,
  Linear,
  LocalResponseNorm,
  MaxPool2d,
  Parallel,
  ReLU,
  Sequential,
} from '../nn/layers.ts'
import { Module } from '../nn/module.ts'
import { crossEntropy } from '../tensor/loss.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** Channels of a module's branches: 1 × 1; before and of 3 × 3; before and of 5 × 5; after pooling. */
export type InceptionWidths = readonly [
  one: number,
  before3: number,
  three: number,
  before5: number,
  five: number,
  pooled: number,
]

/**
 * Filters of 1 × 1, 3 × 3 and 5 × 5 and a pool over the same map, side by side.
 *
 * Filters of 1 × 1 make channels fewer before the large ones and after the pool; `reduced: false` leaves
 * them out, as the paper's naive version does.
 *
 * @shape x [N, from, H, W] → [N, one + three + five + pooled, H, W]; unreduced, `from` in place of `pooled`
 * @see Szegedy et al. 2015, https://arxiv.org/abs/1409.4842
 * @example inception(192, [64, 96, 128, 16, 32, 32]).parameterCount // 163_696
 */
export function inception(
  from: number,
  [one, before3, three, before5, five, pooled]: InceptionWidths,
  { reduced = true }: { readonly reduced?: boolean } = {},
): Parallel {
  const pool = new MaxPool2d<number, object>(3, { stride: 1, padding: 1 })
  if (!reduced) {
    return new Parallel([
      inRow(conv(from, one, 1)),
      inRow(conv(from, three, 3)),
      inRow(conv(from, five, 5)),
      pool,
    ])
  }
  return new Parallel([
    inRow(conv(from, one, 1)),
    inRow(conv(from, before3, 1), conv(before3, three, 3)),
    inRow(conv(from, before5, 1), conv(before5, five, 5)),
    inRow([pool], conv(from, pooled, 1)),
  ])
}

/** A convolution that keeps the size of maps, and its activation. */
function conv(from: number, to: number, kernel: number): Module[] {
  const padding = (kernel - 1) / 2
  return [new Conv2d<number, number, number, object>(from, to, kernel, { padding }), new ReLU()]
}

function inRow(...parts: readonly (readonly Module[])[]): Sequential<readonly Module[]> {
  return new Sequential<readonly Module[]>(...parts.flat())
}

/** Pooling to half the size, rounded up. */
const halved = (): Module => new MaxPool2d<number, object>(3, { stride: 2, ceilMode: true })

/** A classifier of a map in the middle, which keeps gradients strong there. */
function auxiliary(from: number, classes: number): Sequential<readonly Module[]> {
  const pool = new AvgPool2d<number, object>(5, { stride: 3 })
  const hidden = [new Flatten(), new Linear(2048, 1024), new ReLU(), new Dropout(0.7)]
  return inRow([pool], conv(from, 128, 1), hidden, [new Linear<number, number>(1024, classes)])
}

export interface GoogLeNetOptions {
  /** Number of classes, 1000 unless given. */
  readonly classes?: number
  /** Probability of leaving features out before the last layer while training, 0.4 unless given. */
  readonly dropout?: number
}

/**
 * Nine inception modules, and two more classifiers on the way that only training uses. 6,998,552 parameters
 * without those two.
 *
 * @shape x [N, 3, 224, 224] → logits [N, classes]
 * @see Szegedy et al. 2015, https://arxiv.org/abs/1409.4842
 */
export class GoogLeNet extends Module {
  readonly early: Sequential<readonly Module[]>
  readonly auxiliary1: Sequential<readonly Module[]>
  readonly middle: Sequential<readonly Module[]>
  readonly auxiliary2: Sequential<readonly Module[]>
  readonly late: Sequential<readonly Module[]>

  constructor({ classes = 1000, dropout = 0.4 }: GoogLeNetOptions = {}) {
    super()
    const calm = (): Module => new LocalResponseNorm(5, { alpha: 1e-4, beta: 0.75, k: 1 })
    const first = new Conv2d<number, number, number, object>(3, 64, 7, { stride: 2, padding: 3 })
    this.early = inRow(
      [first, new ReLU(), halved(), calm()], // [N, 64, 56, 56]
      [...conv(64, 64, 1), ...conv(64, 192, 3), calm(), halved()], // [N, 192, 28, 28]
      [inception(192, [64, 96, 128, 16, 32, 32]), inception(256, [128, 128, 192, 32, 96, 64])],
      [halved(), inception(480, [192, 96, 208, 16, 48, 64])], // [N, 512, 14, 14]
    )
    this.auxiliary1 = auxiliary(512, classes)
    this.middle = inRow([
      inception(512, [160, 112, 224, 24, 64, 64]),
      inception(512, [128, 128, 256, 24, 64, 64]),
      inception(512, [112, 144, 288, 32, 64, 64]), // [N, 528, 14, 14]
    ])
    this.auxiliary2 = auxiliary(528, classes)
    this.late = inRow([
      inception(528, [256, 160, 320, 32, 128, 128]),
      halved(), // [N, 832, 7, 7]
      inception(832, [256, 160, 320, 32, 128, 128]),
      inception(832, [384, 192, 384, 48, 128, 128]),
      new AdaptiveAvgPool2d(1),
      new Flatten(), // [N, 1024]
      new Dropout(dropout),
      new Linear<number, number>(1024, classes),
    ])
  }

  override forward(x: Tensor): Tensor {
    return this.late.call(this.middle.call(this.early.call(x)))
  }

  /**
   * What training minimises: the cross entropy, and three tenths of that of each classifier on the way.
   *
   * @shape x [N, 3, 224, 224], labels [N] → []
   */
  loss(x: Tensor, labels: Tensor): Tensor<[]> {
    const early: Tensor = this.early.call(x)
    const middle: Tensor = this.middle.call(early)
    const of = (logits: Tensor): Tensor<[]> => crossEntropy(logits, labels) as Tensor<[]>
    const aside = of(this.auxiliary1.call(early)).add(of(this.auxiliary2.call(middle)))
    return of(this.late.call(middle)).add(aside.mul(0.3))
  }
}
