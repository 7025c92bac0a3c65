/** Rows of the layers that are made of others, or that leave parts of them out. */
import type { Sizes } from '../../src/base/shape.ts'
import type { Module } from '../../src/nn/index.ts'
import * as nn from '../../src/nn/index.ts'
import type { Case, LayerRow } from './table.ts'

type Parameters = Readonly<Record<string, Sizes>>

function shaped(
  make: () => Module,
  says: string,
  sizes: readonly [input: Sizes, output: Sizes],
  parameters: Parameters = {},
): Case {
  const [input, output] = sizes
  return { make, says, input, output, parameters }
}

const drawn = 'dropout.test.ts looks at what it draws'
const none = (why: string, ...cases: readonly Case[]): LayerRow => ({
  cases,
  oracle: { none: why },
})

const linear: Parameters = { 'layer.weight': [3, 4], 'layer.bias': [3] }

/** A layer inside another, as a fixture names it: its kind, then its sizes. */
export type Inner = readonly [string, ...number[]]

function inner([kind, ...sizes]: Inner): Module {
  const kinds: Readonly<Record<string, (...sizes: number[]) => Module>> = {
    Linear: (from, to) => new nn.Linear(from!, to!),
    Conv2d: (from, to, size) => new nn.Conv2d(from!, to!, size!),
    ConvTranspose1d: (from, to, size) => new nn.ConvTranspose1d(from!, to!, size!),
  }
  return kinds[kind]!(...sizes)
}

/** What a fixture's arguments make of spectral normalisation. */
export const spectral = (args: Inner, options: object): Module =>
  new nn.SpectralNorm(inner(args), options)

export const partRows: Readonly<Record<string, LayerRow>> = {
  Maxout: {
    cases: [
      shaped(
        () => new nn.Maxout(4, 3),
        'Maxout(4, 3, pieces 2)',
        [
          [5, 4],
          [5, 3],
        ],
        { 'linear.weight': [6, 4], 'linear.bias': [6] },
      ),
      shaped(
        () => new nn.Maxout(4, 1, { pieces: 3, bias: false }),
        'Maxout(4, 1, pieces 3, no bias)',
        [
          [0, 2, 4],
          [0, 2, 1],
        ],
        { 'linear.weight': [3, 4] },
      ),
    ],
    oracle: {
      layer: ([from, to]: [number, number], options: object) => new nn.Maxout(from, to, options),
    },
    proves: '[E1.10]',
  },
  Highway: {
    cases: [
      shaped(
        () => new nn.Highway(3),
        'Highway(3, gateBias -2)',
        [
          [2, 3],
          [2, 3],
        ],
        { 'body.weight': [3, 3], 'body.bias': [3], 'gate.weight': [3, 3], 'gate.bias': [3] },
      ),
    ],
    oracle: { layer: ([features]: [number]) => new nn.Highway(features) },
    proves: '[D5.3]',
  },
  DenseBlock: {
    cases: [
      shaped(
        () => new nn.DenseBlock([new nn.Linear(3, 2), new nn.Linear(5, 2)]),
        'DenseBlock(axis 1)',
        [
          [2, 3],
          [2, 7],
        ],
        {
          'layers.0.weight': [2, 3],
          'layers.0.bias': [2],
          'layers.1.weight': [2, 5],
          'layers.1.bias': [2],
        },
      ),
      shaped(() => new nn.DenseBlock([], { axis: 0 }), 'DenseBlock(axis 0)', [[2], [2]]),
    ],
    oracle: {
      layer: ([features, growth, count]: [number, number, number]) =>
        new nn.DenseBlock(
          Array.from({ length: count }, (_, i) => new nn.Linear(features + i * growth, growth)),
        ),
    },
    proves: '[D5.2]',
  },
  Parallel: {
    cases: [
      shaped(() => new nn.Parallel([new nn.Tanh(), new nn.ReLU()]), 'Parallel()', [
        [2, 3],
        [2, 6],
      ]),
      shaped(
        () => new nn.Parallel([new nn.Linear(3, 1), new nn.Identity()], { sum: true }),
        'Parallel(sum)',
        [
          [2, 3],
          [2, 3],
        ],
        { 'branches.0.weight': [1, 3], 'branches.0.bias': [1] },
      ),
    ],
    oracle: {
      layer: ([channels, made]: [number, number], options: object) =>
        new nn.Parallel(
          [new nn.Conv1d(channels, made, 1), new nn.Conv1d(channels, made, 3, { padding: 1 })],
          options,
        ),
    },
  },
  SeparableConv1d: {
    cases: [
      shaped(
        () => new nn.SeparableConv1d(3, 2, 3, { padding: 'same' }),
        'SeparableConv1d(3, 2, 3, padding same)',
        [
          [2, 3, 5],
          [2, 2, 5],
        ],
        { 'depthwise.weight': [3, 1, 3], 'pointwise.weight': [2, 3, 1], 'pointwise.bias': [2] },
      ),
    ],
    oracle: {
      layer: ([from, to, size]: [number, number, number], options: object) =>
        new nn.SeparableConv1d(from, to, size, options),
    },
    proves: '[D2.2] [D2.3]',
  },
  SeparableConv2d: {
    cases: [
      shaped(
        () => new nn.SeparableConv2d(3, 4, [1, 3], { stride: 2, bias: false }),
        'SeparableConv2d(3, 4, [1, 3], stride 2, no bias)',
        [
          [2, 3, 5, 5],
          [2, 4, 3, 2],
        ],
        { 'depthwise.weight': [3, 1, 1, 3], 'pointwise.weight': [4, 3, 1, 1] },
      ),
    ],
    oracle: {
      layer: ([from, to, size]: [number, number, number], options: object) =>
        new nn.SeparableConv2d(from, to, size, options),
    },
    proves: '[D2.2] [D2.3]',
  },
  ChannelsLast: none(
    'parts.test.ts holds it to its layer',
    shaped(
      () => new nn.ChannelsLast(new nn.Conv2d(3, 4, 2)),
      'ChannelsLast()',
      [
        [1, 4, 5, 3],
        [1, 3, 4, 4],
      ],
      { 'layer.weight': [4, 3, 2, 2], 'layer.bias': [4] },
    ),
  ),
  StochasticPool2d: none(
    'parts.test.ts looks at what it draws',
    shaped(() => new nn.StochasticPool2d(2).eval(), 'StochasticPool2d(2)', [
      [1, 2, 4, 6],
      [1, 2, 2, 3],
    ]),
    shaped(
      () => new nn.StochasticPool2d([3, 1], { stride: 1 }).eval(),
      'StochasticPool2d([3, 1], stride 1)',
      [
        [0, 4, 2],
        [0, 2, 2],
      ],
    ),
  ),
  Step: none(
    'activations.test.ts holds it to its definition',
    shaped(() => new nn.Step(), 'Step()', [
      [2, 3],
      [2, 3],
    ]),
  ),
  KWinners: none(
    'parts.test.ts holds it to its definition',
    shaped(() => new nn.KWinners(2, { axis: 0 }), 'KWinners(2, axis 0)', [
      [3, 2],
      [3, 2],
    ]),
  ),
  StochasticDepth: none(
    drawn,
    shaped(() => new nn.StochasticDepth(0.2).eval(), 'StochasticDepth(0.2)', [
      [2, 3],
      [2, 3],
    ]),
    shaped(() => new nn.StochasticDepth(1), 'StochasticDepth(1)', [[4], [4]]),
  ),
  HeldDropout: none(
    drawn,
    shaped(() => new nn.HeldDropout([2, 3], 0.25), 'HeldDropout([2, 3], 0.25)', [
      [4, 2, 3],
      [4, 2, 3],
    ]),
  ),
  VariationalDropout: none(
    drawn,
    shaped(
      () => new nn.VariationalDropout(0.25, { batchFirst: true }).eval(),
      'VariationalDropout(0.25, batchFirst)',
      [
        [4, 2, 3],
        [4, 2, 3],
      ],
    ),
  ),
  StateDropout: none(
    drawn,
    shaped(
      () => new nn.StateDropout(new nn.GRUCell(4, 3), 0.25).eval(),
      'StateDropout(0.25)',
      [
        [2, 4],
        [2, 3],
      ],
      { 'cell.weightIh': [9, 4], 'cell.weightHh': [9, 3], 'cell.biasIh': [9], 'cell.biasHh': [9] },
    ),
  ),
  DropConnect: none(
    drawn,
    shaped(
      () => new nn.DropConnect(new nn.Linear(4, 3), 0.25).eval(),
      'DropConnect(0.25)',
      [
        [2, 4],
        [2, 3],
      ],
      linear,
    ),
  ),
  EchoStateCell: none(
    'sparse.test.ts holds it to its formula',
    shaped(() => new nn.EchoStateCell(2, 5, { density: 0.5 }), 'EchoStateCell(2, 5, density 0.5)', [
      [3, 2],
      [3, 5],
    ]),
  ),
  Sparse: none(
    'sparse.test.ts counts its connections',
    shaped(
      () => new nn.Sparse(new nn.Linear(4, 3), { p: 0.5 }),
      'Sparse(p 0.5)',
      [
        [2, 4],
        [2, 3],
      ],
      linear,
    ),
    shaped(
      () => new nn.Sparse(new nn.Conv2d(3, 3, 2), { wiring: 'barabasiAlbert', neighbours: 1 }),
      'Sparse(wiring barabasiAlbert, neighbours 1)',
      [
        [1, 3, 2, 3],
        [1, 3, 1, 2],
      ],
      { 'layer.weight': [3, 3, 2, 2], 'layer.bias': [3] },
    ),
  ),
  WeightNorm: {
    cases: [
      shaped(
        () => new nn.WeightNorm(new nn.Linear(4, 3)),
        'WeightNorm(axis 0)',
        [
          [2, 4],
          [2, 3],
        ],
        { weightG: [3, 1], weightV: [3, 4], bias: [3] },
      ),
    ],
    oracle: { layer: (args: Inner, options: object) => new nn.WeightNorm(inner(args), options) },
  },
  SpectralNorm: none(
    'steps.test.ts holds it to PyTorch over several steps',
    shaped(
      () => new nn.SpectralNorm(new nn.Linear(4, 3)).eval(),
      'SpectralNorm(axis 0)',
      [
        [2, 4],
        [2, 3],
      ],
      { weightOrig: [3, 4], bias: [3] },
    ),
  ),
}
