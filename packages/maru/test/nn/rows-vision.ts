/** Rows of the layers for maps and images, and of activations. */
import type { Sizes } from '../../src/base/shape.ts'
import type { Module } from '../../src/nn/index.ts'
import * as nn from '../../src/nn/index.ts'
import type { Case, LayerRow } from './table.ts'

/** A layer as the op that it applies: how to make it from the op's arguments, and one case or more. */
function row(op: string, make: (args: never) => Module, ...cases: readonly Case[]): LayerRow {
  return { cases, oracle: { op, make } }
}

function shaped(make: () => Module, says: string, input: Sizes, output: Sizes = input): Case {
  return { make, says, input, output }
}

/** A row whose values prove acceptance lines. */
const proving = (proves: string, row: LayerRow): LayerRow => ({ ...row, proves })

/** An activation that the op of the same name computes, its settings by name. */
function activation(
  op: string,
  says: string,
  make: (args: never) => Module,
  plain: () => Module,
): LayerRow {
  return row(op, make, ...[[2, 3], [], [0, 4]].map((shape) => shaped(plain, says, shape)))
}

interface Windowed {
  readonly kernelSize: number | readonly number[]
  readonly normType: number
}

type Windowing<O> = new (kernelSize: number | readonly number[], options?: O) => Module

function pool<O>(Layer: Windowing<O>, op: string, rank: number): LayerRow {
  const sizes = [4, 6, 2].slice(0, rank)
  const make = ({ kernelSize, ...options }: Windowed & O): Module =>
    // What the op's arguments have besides the kernel are the layer's options.
    new Layer(kernelSize, options as unknown as O)
  const says = `${Layer.name}(2)`
  const halves = sizes.map((size) => size / 2)
  const case_ = shaped(() => new Layer(2), says, [2, 3, ...sizes], [2, 3, ...halves])
  return row(op, make, case_)
}

type NormLayer = new (
  normType: number,
  kernelSize: number | readonly number[],
  options?: object,
) => Module

function normPool(Layer: NormLayer, op: string, rank: number): LayerRow {
  const sizes = [4, 6, 2].slice(0, rank)
  const make = ({ normType, kernelSize, ...options }: Windowed): Module =>
    new Layer(normType, kernelSize, options)
  const halves = sizes.map((size) => size / 2)
  const says = `${Layer.name}(2, 2)`
  return row(
    op,
    make,
    shaped(() => new Layer(2, 2), says, [2, 3, ...sizes], [2, 3, ...halves]),
  )
}

type EvenLayer = new (outputSize: number | readonly number[]) => Module

function adaptive(Layer: EvenLayer, op: string, rank: number): LayerRow {
  const make = ({ outputSize }: { outputSize: number | readonly number[] }): Module =>
    new Layer(outputSize)
  const ones = Array.from({ length: rank }, () => 1)
  const sizes = [4, 3, 5].slice(0, rank)
  return row(
    op,
    make,
    shaped(() => new Layer(1), `${Layer.name}(1)`, [2, 3, ...sizes], [2, 3, ...ones]),
  )
}

type BorderLayer = new (padding: number | readonly number[]) => Module

function border(Layer: BorderLayer, rank: number): LayerRow {
  const sizes = [4, 3, 5].slice(0, rank)
  const wider = sizes.map((size) => size + 2)
  const makes = shaped(() => new Layer(1), `${Layer.name}(1)`, [2, 3, ...sizes], [2, 3, ...wider])
  return { cases: [makes], oracle: { none: 'vision.test.ts holds it to pad' } }
}

type Making = (...args: never) => Module

/** A layer that PyTorch's samples hold, by its arguments and options. */
function sampled(make: Making, ...cases: readonly Case[]): LayerRow {
  return {
    cases,
    oracle: {
      layer: (args: never, options: object) =>
        Reflect.apply(make, undefined, [...(args as unknown[]), options]),
    },
  }
}

const channels = (c: number): Readonly<Record<string, Sizes>> => ({ weight: [c], bias: [c] })

function instance(Layer: new (c: number, options?: object) => Module, sizes: Sizes): LayerRow {
  const { name } = Layer
  return sampled(
    (c: number, options: object) => new Layer(c, options),
    shaped(() => new Layer(3), `${name}(3)`, [2, 3, ...sizes]),
    {
      ...shaped(() => new Layer(3, { affine: true }), `${name}(3)`, [3, ...sizes]),
      parameters: channels(3),
    },
  )
}

function batch(Layer: new (c: number, options?: object) => Module, sizes: Sizes): LayerRow {
  return {
    cases: [
      {
        ...shaped(() => new Layer(3), `${Layer.name}(3)`, [2, 3, ...sizes]),
        parameters: channels(3),
      },
      shaped(
        () => new Layer(3, { affine: false, trackRunningStats: false, eps: 0.5 }),
        `${Layer.name}(3, no affine, no trackRunningStats, eps 0.5)`,
        [2, 3, ...sizes],
      ),
    ],
    oracle: { none: 'steps.test.ts holds it to PyTorch over several steps' },
  }
}

export const visionRows: Readonly<Record<string, LayerRow>> = {
  ReLU6: activation(
    'relu6',
    'ReLU6()',
    () => new nn.ReLU6(),
    () => new nn.ReLU6(),
  ),
  SELU: proving(
    '[E1.7]',
    activation(
      'selu',
      'SELU()',
      () => new nn.SELU(),
      () => new nn.SELU(),
    ),
  ),
  SiLU: proving(
    '[E1.8]',
    activation(
      'silu',
      'SiLU()',
      () => new nn.SiLU(),
      () => new nn.SiLU(),
    ),
  ),
  Mish: proving(
    '[E1.8]',
    activation(
      'mish',
      'Mish()',
      () => new nn.Mish(),
      () => new nn.Mish(),
    ),
  ),
  Softsign: proving(
    '[E1.9]',
    activation(
      'softsign',
      'Softsign()',
      () => new nn.Softsign(),
      () => new nn.Softsign(),
    ),
  ),
  LogSigmoid: activation(
    'logSigmoid',
    'LogSigmoid()',
    () => new nn.LogSigmoid(),
    () => new nn.LogSigmoid(),
  ),
  Hardsigmoid: proving(
    '[E1.9]',
    activation(
      'hardsigmoid',
      'Hardsigmoid()',
      () => new nn.Hardsigmoid(),
      () => new nn.Hardsigmoid(),
    ),
  ),
  Hardswish: proving(
    '[E1.9]',
    activation(
      'hardswish',
      'Hardswish()',
      () => new nn.Hardswish(),
      () => new nn.Hardswish(),
    ),
  ),
  Tanhshrink: proving(
    '[E1.9]',
    activation(
      'tanhshrink',
      'Tanhshrink()',
      () => new nn.Tanhshrink(),
      () => new nn.Tanhshrink(),
    ),
  ),
  ELU: proving(
    '[E1.7]',
    activation(
      'elu',
      'ELU()',
      (options: object) => new nn.ELU(options),
      () => new nn.ELU(),
    ),
  ),
  CELU: proving(
    '[E1.7]',
    activation(
      'celu',
      'CELU()',
      (options: object) => new nn.CELU(options),
      () => new nn.CELU(),
    ),
  ),
  GELU: proving(
    '[E1.8]',
    activation(
      'gelu',
      'GELU()',
      (options: object) => new nn.GELU(options),
      () => new nn.GELU(),
    ),
  ),
  LeakyReLU: proving(
    '[E1.7]',
    activation(
      'leakyRelu',
      'LeakyReLU(0.01)',
      ({ slope }: { slope?: number }) => new nn.LeakyReLU(slope),
      () => new nn.LeakyReLU(),
    ),
  ),
  Softplus: proving(
    '[E1.8]',
    activation(
      'softplus',
      'Softplus(1)',
      ({ beta }: { beta?: number }) => new nn.Softplus(beta),
      () => new nn.Softplus(),
    ),
  ),
  Softshrink: proving(
    '[E1.9]',
    activation(
      'softshrink',
      'Softshrink(0.5)',
      ({ lambda }: { lambda?: number }) => new nn.Softshrink(lambda),
      () => new nn.Softshrink(),
    ),
  ),
  Hardshrink: proving(
    '[E1.9]',
    activation(
      'hardshrink',
      'Hardshrink(0.5)',
      ({ lambda }: { lambda?: number }) => new nn.Hardshrink(lambda),
      () => new nn.Hardshrink(),
    ),
  ),
  Hardtanh: proving(
    '[E1.9]',
    activation(
      'hardtanh',
      'Hardtanh(-1, 1)',
      ({ low, high }: { low?: number; high?: number }) => new nn.Hardtanh(low, high),
      () => new nn.Hardtanh(),
    ),
  ),
  Threshold: activation(
    'threshold',
    'Threshold(0.5, -1)',
    ({ bound, value }: { bound: number; value: number }) => new nn.Threshold(bound, value),
    () => new nn.Threshold(0.5, -1),
  ),
  LogSoftmax: row(
    'logSoftmax',
    ({ axis }: { axis: number }) => new nn.LogSoftmax(axis),
    shaped(() => new nn.LogSoftmax(), 'LogSoftmax(-1)', [2, 3]),
  ),
  GLU: row(
    'glu',
    ({ axis }: { axis?: number }) => new nn.GLU(axis),
    shaped(() => new nn.GLU(), 'GLU(-1)', [2, 4], [2, 2]),
    shaped(() => new nn.GLU(0), 'GLU(0)', [2, 4], [1, 4]),
  ),
  PReLU: proving(
    '[E1.7]',
    sampled(
      (count: number) => new nn.PReLU(count),
      { ...shaped(() => new nn.PReLU(), 'PReLU(1, 0.25)', [2, 3]), parameters: { weight: [1] } },
      {
        ...shaped(() => new nn.PReLU(3, 0.5), 'PReLU(3, 0.5)', [2, 3, 2]),
        parameters: { weight: [3] },
      },
    ),
  ),
  MaxPool1d: proving('[D8.1]', pool(nn.MaxPool1d, 'maxPool1d', 1)),
  MaxPool3d: proving('[D8.1]', pool(nn.MaxPool3d, 'maxPool3d', 3)),
  AvgPool1d: proving('[D8.1]', pool(nn.AvgPool1d, 'avgPool1d', 1)),
  AvgPool3d: proving('[D8.1]', pool(nn.AvgPool3d, 'avgPool3d', 3)),
  MinPool1d: pool(nn.MinPool1d, 'minPool1d', 1),
  MinPool3d: pool(nn.MinPool3d, 'minPool3d', 3),
  LpPool1d: proving('[D8.5]', normPool(nn.LpPool1d, 'lpPool1d', 1)),
  LpPool2d: proving('[D8.5]', normPool(nn.LpPool2d, 'lpPool2d', 2)),
  LpPool3d: proving('[D8.5]', normPool(nn.LpPool3d, 'lpPool3d', 3)),
  AdaptiveAvgPool1d: proving('[D8.4]', adaptive(nn.AdaptiveAvgPool1d, 'adaptiveAvgPool1d', 1)),
  AdaptiveAvgPool2d: proving('[D8.4]', adaptive(nn.AdaptiveAvgPool2d, 'adaptiveAvgPool2d', 2)),
  AdaptiveAvgPool3d: proving('[D8.4]', adaptive(nn.AdaptiveAvgPool3d, 'adaptiveAvgPool3d', 3)),
  AdaptiveMaxPool1d: proving('[D8.4]', adaptive(nn.AdaptiveMaxPool1d, 'adaptiveMaxPool1d', 1)),
  AdaptiveMaxPool2d: proving('[D8.4]', adaptive(nn.AdaptiveMaxPool2d, 'adaptiveMaxPool2d', 2)),
  AdaptiveMaxPool3d: proving('[D8.4]', adaptive(nn.AdaptiveMaxPool3d, 'adaptiveMaxPool3d', 3)),
  ZeroPad1d: border(nn.ZeroPad1d, 1),
  ZeroPad2d: border(nn.ZeroPad2d, 2),
  ZeroPad3d: border(nn.ZeroPad3d, 3),
  ReflectionPad1d: border(nn.ReflectionPad1d, 1),
  ReflectionPad2d: border(nn.ReflectionPad2d, 2),
  ReflectionPad3d: border(nn.ReflectionPad3d, 3),
  ReplicationPad1d: border(nn.ReplicationPad1d, 1),
  ReplicationPad2d: border(nn.ReplicationPad2d, 2),
  ReplicationPad3d: border(nn.ReplicationPad3d, 3),
  BatchNorm1d: batch(nn.BatchNorm1d, [4]),
  InstanceNorm1d: proving('[D12.4]', instance(nn.InstanceNorm1d, [4])),
  BatchNorm2d: batch(nn.BatchNorm2d, [2, 3]),
  InstanceNorm2d: proving('[D12.4]', instance(nn.InstanceNorm2d, [2, 3])),
  BatchNorm3d: batch(nn.BatchNorm3d, [2, 1, 3]),
  InstanceNorm3d: proving('[D12.4]', instance(nn.InstanceNorm3d, [2, 1, 3])),
  GroupNorm: proving(
    '[D12.4]',
    sampled(
      (groups: number, c: number, options: object) => new nn.GroupNorm(groups, c, options),
      {
        ...shaped(() => new nn.GroupNorm(2, 4), 'GroupNorm(2, 4)', [3, 4, 2]),
        parameters: channels(4),
      },
      shaped(() => new nn.GroupNorm(1, 2, { affine: false }), 'GroupNorm(1, 2, no affine)', [0, 2]),
    ),
  ),
  RMSNorm: {
    cases: [
      { ...shaped(() => new nn.RMSNorm(4), 'RMSNorm(4)', [2, 4]), parameters: { weight: [4] } },
      shaped(
        () => new nn.RMSNorm([2, 3], { eps: 0.5, elementwiseAffine: false }),
        'RMSNorm([2, 3], eps 0.5, no elementwiseAffine)',
        [4, 2, 3],
      ),
    ],
    oracle: { none: 'vision.test.ts holds it to the op, which has samples' },
  },
  LocalResponseNorm: sampled(
    (size: number, options: object) => new nn.LocalResponseNorm(size, options),
    shaped(() => new nn.LocalResponseNorm(5), 'LocalResponseNorm(5)', [2, 3, 4]),
    shaped(
      () => new nn.LocalResponseNorm(2, { alpha: 1, beta: 0.5, k: 2 }),
      'LocalResponseNorm(2, alpha 1, beta 0.5, k 2)',
      [2, 3],
    ),
  ),
  PixelShuffle: row(
    'pixelShuffle',
    ({ factor }: { factor: number }) => new nn.PixelShuffle(factor),
    shaped(() => new nn.PixelShuffle(2), 'PixelShuffle(2)', [1, 8, 2, 3], [1, 2, 4, 6]),
  ),
  PixelUnshuffle: row(
    'pixelUnshuffle',
    ({ factor }: { factor: number }) => new nn.PixelUnshuffle(factor),
    shaped(() => new nn.PixelUnshuffle(2), 'PixelUnshuffle(2)', [1, 2, 4, 6], [1, 8, 2, 3]),
  ),
  Upsample: row(
    'interpolate',
    (options: object) => new nn.Upsample(options),
    shaped(
      () => new nn.Upsample({ scaleFactor: 2 }),
      'Upsample(scaleFactor 2)',
      [1, 2, 3],
      [1, 2, 6],
    ),
    shaped(
      () => new nn.Upsample({ size: [3, 5], mode: 'bilinear', alignCorners: true }),
      'Upsample(size [3, 5], mode bilinear, alignCorners)',
      [1, 2, 2, 2],
      [1, 2, 3, 5],
    ),
  ),
  Identity: {
    cases: [shaped(() => new nn.Identity(), 'Identity()', [2, 3])],
    oracle: { none: 'what goes in comes out' },
  },
  Residual: {
    cases: [
      shaped(() => new nn.Residual(new nn.Tanh()), 'Residual()', [2, 3]),
      {
        ...shaped(
          () => new nn.Residual(new nn.Linear(3, 2), new nn.Linear(3, 2, { bias: false })),
          'Residual()',
          [4, 3],
          [4, 2],
        ),
        parameters: { 'body.weight': [2, 3], 'body.bias': [2], 'shortcut.weight': [2, 3] },
      },
    ],
    oracle: { none: 'vision.test.ts holds it to a sum' },
  },
  Bilinear: {
    cases: [
      {
        ...shaped(() => new nn.Bilinear([3, 4], 2), 'Bilinear(3, 4, 2)', [5, 3], [5, 2]),
        more: [[5, 4]],
        parameters: { weight: [2, 3, 4], bias: [2] },
      },
      {
        ...shaped(
          () => new nn.Bilinear([3, 3], 2, { bias: false }),
          'Bilinear(3, 3, 2, no bias)',
          [5, 3],
          [5, 2],
        ),
        parameters: { weight: [2, 3, 3] },
      },
    ],
    oracle: { none: 'vision.test.ts holds it to its sum' },
  },
  Conv1d: proving(
    '[D2.1]',
    sampled(
      (from: number, to: number, size: number, options: object) =>
        new nn.Conv1d(from, to, size, options),
      {
        ...shaped(
          () => new nn.Conv1d(3, 4, 3, { padding: 'same' }),
          'Conv1d(3, 4, 3, padding same)',
          [2, 3, 6],
          [2, 4, 6],
        ),
        parameters: { weight: [4, 3, 3], bias: [4] },
      },
    ),
  ),
  Conv3d: proving(
    '[D2.1]',
    sampled(
      (from: number, to: number, size: number, options: object) =>
        new nn.Conv3d(from, to, size, options),
      {
        ...shaped(
          () => new nn.Conv3d(3, 4, 3),
          'Conv3d(3, 4, 3)',
          [2, 3, 4, 3, 5],
          [2, 4, 2, 1, 3],
        ),
        parameters: { weight: [4, 3, 3, 3, 3], bias: [4] },
      },
    ),
  ),
  ConvTranspose1d: sampled(
    (from: number, to: number, size: number, options: object) =>
      new nn.ConvTranspose1d(from, to, size, options),
    {
      ...shaped(
        () => new nn.ConvTranspose1d(3, 4, 3, { stride: 2 }),
        'ConvTranspose1d(3, 4, 3, stride 2)',
        [2, 3, 6],
        [2, 4, 13],
      ),
      parameters: { weight: [3, 4, 3], bias: [4] },
    },
  ),
  ConvTranspose2d: sampled(
    (from: number, to: number, size: number, options: object) =>
      new nn.ConvTranspose2d(from, to, size, options),
    {
      ...shaped(
        () => new nn.ConvTranspose2d(3, 4, 3, { stride: 2 }),
        'ConvTranspose2d(3, 4, 3, stride 2)',
        [2, 3, 2, 3],
        [2, 4, 5, 7],
      ),
      parameters: { weight: [3, 4, 3, 3], bias: [4] },
    },
  ),
  ConvTranspose3d: sampled(
    (from: number, to: number, size: number, options: object) =>
      new nn.ConvTranspose3d(from, to, size, options),
    {
      ...shaped(
        () => new nn.ConvTranspose3d(3, 4, 3),
        'ConvTranspose3d(3, 4, 3)',
        [2, 3, 2, 1, 3],
        [2, 4, 4, 3, 5],
      ),
      parameters: { weight: [3, 4, 3, 3, 3], bias: [4] },
    },
  ),
}
