/** Residual networks for small images. */
import { ValueError } from '../base/error.ts'
import {
  AdaptiveAvgPool2d,
  AvgPool2d,
  BatchNorm2d,
  Conv2d,
  Flatten,
  Linear,
  ReLU,
  Residual,
  Sequential,
  ZeroPad3d,
} from '../nn/layers.ts'
import type { Module } from '../nn/module.ts'
import { startAt } from './start.ts'

export interface ResNetOptions {
  /** Number of classes, 10 unless given. */
  readonly classes?: number
  /** Normalisation and ReLU before each convolution instead of after it. */
  readonly preActivation?: boolean
  /**
   * Each branch starts as nothing, so that the network starts shallow: the factor of its last normalisation
   * is 0, with `preActivation` its last filter.
   *
   * @see Goyal et al. 2017, https://arxiv.org/abs/1706.02677
   */
  readonly zeroGamma?: boolean
  /** Without the paths around the blocks: what such depth is without them. */
  readonly plain?: boolean
}

/** How a block's input becomes as its output where sizes differ. */
type Shortcut = 'projection' | 'padding'

interface Plan extends Required<ResNetOptions> {
  /** Channels of each stage. */
  readonly widths: readonly number[]
  /** Blocks in each stage. */
  readonly blocks: number
  readonly shortcut: Shortcut
}

const usual = { classes: 10, preActivation: false, zeroGamma: false, plain: false }

/**
 * ResNet-18 for images of about 32 × 32: the first layer has 3 × 3 filters and no pooling. 11,173,962
 * parameters with 10 classes.
 *
 * @shape x [N, 3, H, W] → logits [N, classes]
 * @see He et al. 2016, https://arxiv.org/abs/1512.03385; 2016, https://arxiv.org/abs/1603.05027 (preActivation)
 */
export function resnet18(options: ResNetOptions = {}): Sequential<readonly Module[]> {
  const widths = [64, 128, 256, 512]
  return residual({ ...usual, ...options, widths, blocks: 2, shortcut: 'projection' })
}

/**
 * The networks of the paper for CIFAR: three stages of 16, 32 and 64 channels, paths around the blocks
 * without parameters. 269,722 parameters for depth 20 and 853,018 for 56.
 *
 * @param depth layers with weights: 20, 32, 44, 56, 110, or any other 6n + 2
 * @shape x [N, 3, 32, 32] → logits [N, classes]
 * @throws ValueError when the depth is not 6n + 2
 * @see He et al. 2016, section 4.2, https://arxiv.org/abs/1512.03385
 */
export function cifarResNet(
  depth: number,
  options: ResNetOptions = {},
): Sequential<readonly Module[]> {
  const blocks = (depth - 2) / 6
  if (!Number.isInteger(blocks) || blocks < 1) throw new ValueError('model.depth', { got: depth })
  const widths = [16, 32, 64]
  return residual({ ...usual, ...options, widths, blocks, shortcut: 'padding' })
}

function residual(plan: Plan): Sequential<readonly Module[]> {
  const { widths, blocks, preActivation, classes } = plan
  const [first = 0] = widths
  const last = widths.at(-1) ?? first
  const stages = widths.flatMap((width, stage) => {
    const before = widths[stage - 1] ?? first
    return Array.from({ length: blocks }, (_, i) =>
      i === 0 ? block(before, width, stage > 0 ? 2 : 1, plan) : block(width, width, 1, plan),
    ).flat()
  })
  return new Sequential<readonly Module[]>(
    filters(3, first, 1), // [N, first, H, W]
    ...(preActivation ? [] : [new BatchNorm2d(first), new ReLU()]),
    ...stages, // [N, last, H / 2ˢ, W / 2ˢ], s one less than there are stages
    ...(preActivation ? [new BatchNorm2d(last), new ReLU()] : []),
    new AdaptiveAvgPool2d(1),
    new Flatten(), // [N, last]
    new Linear<number, number>(last, classes),
  )
}

function filters(from: number, to: number, stride: number): Module {
  return new Conv2d<number, number, number, object>(from, to, 3, {
    stride,
    padding: 1,
    bias: false,
  })
}

/** Two convolutions and the path around them. */
function block(from: number, to: number, stride: number, plan: Plan): readonly Module[] {
  const { preActivation, zeroGamma, plain } = plan
  const [first, second] = [filters(from, to, stride), filters(to, to, 1)]
  const norm = new BatchNorm2d(to)
  const body = preActivation
    ? [new BatchNorm2d(from), new ReLU(), first, norm, new ReLU(), second]
    : [first, new BatchNorm2d(to), new ReLU(), second, norm]
  if (zeroGamma)
    for (const weight of (preActivation ? second : norm).parameters().slice(0, 1))
      startAt(weight, 0)
  const after = preActivation ? [] : [new ReLU()]
  if (plain) return [...body, ...after]
  const around = from === to && stride === 1 ? undefined : shortcut(from, to, stride, plan.shortcut)
  return [new Residual(new Sequential<readonly Module[]>(...body), around), ...after]
}

function shortcut(from: number, to: number, stride: number, kind: Shortcut): Module {
  if (kind === 'projection') {
    const project = new Conv2d<number, number, number, object>(from, to, 1, { stride, bias: false })
    return new Sequential<readonly Module[]>(project, new BatchNorm2d(to))
  }
  const missing = to - from
  const sides: [number, number] = [Math.floor(missing / 2), Math.ceil(missing / 2)]
  return new Sequential<readonly Module[]>(
    new AvgPool2d<number, object>(1, { stride }), // one pixel of each stride²
    new ZeroPad3d([sides, [0, 0], [0, 0]]), // channels of zeros on both sides
  )
}
