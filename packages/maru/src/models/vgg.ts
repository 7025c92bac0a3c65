/** VGG: small filters, many of them. */
import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  Dropout,
  Flatten,
  Linear,
  MaxPool2d,
  ReLU,
  Sequential,
} from '../nn/layers.ts'
import type { Module } from '../nn/module.ts'

/** Convolutions in each stage, by the number of layers with weights. */
const depths = {
  11: [1, 1, 2, 2, 2],
  13: [2, 2, 2, 2, 2],
  16: [2, 2, 3, 3, 3],
  19: [2, 2, 4, 4, 4],
} as const

const widths = [64, 128, 256, 512, 512] as const

export interface VggOptions {
  /** Number of classes, 1000 unless given. */
  readonly classes?: number
  /** Features of the two hidden linear layers, 4096 unless given. */
  readonly hidden?: number
  /** Normalise after each convolution; the paper's networks do not. */
  readonly batchNorm?: boolean
  /** Probability of leaving units of the hidden linear layers out while training, 0.5 unless given. */
  readonly dropout?: number
}

/**
 * Stages of 3 × 3 convolutions, each followed by pooling, then three linear layers: 132,863,336 parameters
 * for depth 11, 133,047,848 for 13, 138,357,544 for 16 and 143,667,240 for 19.
 *
 * Maps of another size than the 7 × 7 of an image of 224 are averaged to that.
 *
 * @shape x [N, 3, H, W], both at least 32 → logits [N, classes]
 * @see Simonyan & Zisserman 2015, https://arxiv.org/abs/1409.1556
 */
export function vgg(
  depth: keyof typeof depths,
  { classes = 1000, hidden = 4096, batchNorm = false, dropout = 0.5 }: VggOptions = {},
): Sequential<readonly Module[]> {
  const stages = depths[depth].flatMap((convolutions, stage) => {
    const to = widths[stage] ?? 0
    const each = Array.from({ length: convolutions }, (_, i): Module[] => [
      new Conv2d<number, number, number, object>(i > 0 ? to : (widths[stage - 1] ?? 3), to, 3, {
        padding: 1,
      }),
      ...(batchNorm ? [new BatchNorm2d(to)] : []),
      new ReLU(),
    ])
    return [...each.flat(), new MaxPool2d(2)]
  })
  return new Sequential<readonly Module[]>(
    ...stages, // [N, 512, H / 32, W / 32]
    new AdaptiveAvgPool2d(7),
    new Flatten(), // [N, 25088]
    new Linear<number, number>(512 * 7 * 7, hidden),
    new ReLU(),
    new Dropout(dropout),
    new Linear<number, number>(hidden, hidden),
    new ReLU(),
    new Dropout(dropout),
    new Linear<number, number>(hidden, classes),
  )
}
