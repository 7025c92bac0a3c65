import type { ConvOptions, ConvTransposeOptions, Pair } from '../../../src/base/types/window.ts'
import { DTypeError, ShapeError, ValueError } from '../../../src/index.ts'
import { arithmetic, kept, op, type Row, type Sample } from '../row.ts'
import { given, zero } from './samples.ts'

type Weighted<A> = readonly Sample<A & object>[]

const lines: Weighted<ConvOptions> = [
  {
    inputs: [
      [2, 2, 6],
      [3, 2, 3],
    ],
    args: {},
  },
  {
    inputs: [
      [2, 7],
      [4, 1, 3],
    ],
    args: { groups: 2, padding: [[2, 0]], stride: 2 },
    note: 'no batch',
  },
  {
    inputs: [
      [1, 1, 5],
      [1, 1, 3],
    ],
    args: { padding: 'causal', dilation: 2 },
  },
  {
    inputs: [
      [1, 1, 5],
      [1, 1, 2],
    ],
    args: { padding: 'same' },
  },
  {
    inputs: [
      [1, 1, 5],
      [1, 1, 2],
    ],
    args: { padding: 'valid', stride: 3 },
  },
  {
    inputs: [
      [0, 1, 4],
      [2, 1, 2],
    ],
    args: {},
  },
  {
    inputs: [given([1, 2, 3, 4], [1, 4]), given([1, 10], [1, 1, 2])],
    args: { padding: 'causal' },
    gives: [10, 21, 32, 43],
    note: 'what comes later counts nothing',
  },
]

const volumes: Weighted<ConvOptions> = [
  {
    inputs: [
      [1, 1, 3, 3, 2],
      [2, 1, 2, 2, 2],
    ],
    args: {},
  },
  {
    inputs: [
      [2, 3, 2, 4],
      [2, 1, 2, 1, 3],
    ],
    args: { groups: 2, padding: [1, 0, 1], stride: [2, 1, 2] },
    note: 'no batch axis',
  },
  {
    inputs: [
      [0, 1, 2, 2, 2],
      [1, 1, 1, 1, 1],
    ],
    args: {},
  },
]

const adjointLines: Weighted<ConvTransposeOptions> = [
  {
    inputs: [
      [2, 2, 3],
      [2, 3, 3],
    ],
    args: {},
  },
  {
    inputs: [
      [2, 3],
      [2, 2, 4],
    ],
    args: { groups: 2, stride: 3, padding: 1, outputPadding: 2 },
  },
  {
    inputs: [
      [1, 1, 3],
      [1, 1, 2],
    ],
    args: { dilation: 3, outputPadding: 2 },
  },
  {
    inputs: [
      [1, 1, 1],
      [1, 1, 1],
    ],
    args: {},
  },
  {
    inputs: [
      [0, 1, 2],
      [1, 2, 2],
    ],
    args: {},
  },
]

const adjointPlanes: Weighted<ConvTransposeOptions> = [
  {
    inputs: [
      [1, 2, 3, 2],
      [2, 2, 2, 3],
    ],
    args: {},
  },
  {
    inputs: [
      [1, 2, 2, 3],
      [2, 1, 3, 2],
    ],
    args: { groups: 2, stride: [2, 1], padding: [1, 0], outputPadding: [1, 0], dilation: [1, 2] },
  },
  {
    inputs: [
      [0, 1, 2, 2],
      [1, 1, 1, 1],
    ],
    args: {},
  },
]

const adjointVolumes: Weighted<ConvTransposeOptions> = [
  {
    inputs: [
      [1, 2, 2, 1, 2],
      [2, 1, 2, 1, 2],
    ],
    args: { stride: 2, padding: [1, 0, 0] },
  },
  {
    inputs: [
      [0, 1, 1, 1, 1],
      [1, 1, 1, 1, 1],
    ],
    args: {},
  },
]

interface Patches {
  readonly kernelSize: Pair
  readonly stride?: Pair
  readonly padding?: Pair
  readonly dilation?: Pair
}

export const convolutions: readonly Row[] = [
  op<ConvOptions>('conv1d', {
    run: (options, x, weight) => x.conv1d(weight, options),
    samples: lines,
    results: arithmetic,
    rejects: [
      [() => zero(4).conv1d(zero(1, 1, 2)), ShapeError, 'window.rank'],
      [() => zero(1, 4).conv1d(zero(1, 2)), ShapeError, 'conv.weight'],
      [() => zero(2, 4).conv1d(zero(1, 1, 2)), ShapeError, 'conv.channels'],
      [() => zero(1, 4).conv1d(zero(1, 1, 5)), ShapeError, 'window.fit'],
      [() => zero(1, 4).conv1d(zero(1, 1, 2), { stride: [1, 1] }), ValueError, 'window.axes'],
      [
        () => zero(1, 4).conv1d(zero(1, 1, 2), { padding: 'half' as 'same' }),
        ValueError,
        'window.padding',
      ],
      [() => zero(1, 4).conv1d(zero(1, 1, 2).cast('int32')), DTypeError, 'conv.dtype'],
      [() => zero(1, 4).conv1d(2 as never), ValueError, 'argument.tensor'],
    ],
  }),
  op<ConvOptions>('conv3d', {
    run: (options, x, weight) => x.conv3d(weight, options),
    samples: volumes,
    results: arithmetic,
    rejects: [
      [() => zero(4, 4, 4).conv3d(zero(1, 1, 2, 2, 2)), ShapeError, 'window.rank'],
      [
        () => zero(1, 4, 4, 4).conv3d(zero(1, 1, 2, 2, 2), { padding: 'causal' }),
        ValueError,
        'window.padding',
      ],
    ],
  }),
  op<ConvTransposeOptions>('convTranspose1d', {
    run: (options, x, weight) => x.convTranspose1d(weight, options),
    samples: adjointLines,
    results: arithmetic,
    rejects: [
      [() => zero(1, 4).convTranspose1d(zero(1, 2)), ShapeError, 'conv.weight'],
      [() => zero(1, 4).convTranspose1d(zero(2, 1, 2)), ShapeError, 'conv.channels'],
      [
        () => zero(3, 4).convTranspose1d(zero(3, 1, 2), { groups: 2 }),
        ShapeError,
        'conv.inputGroups',
      ],
      [
        () => zero(1, 4).convTranspose1d(zero(1, 1, 2), { outputPadding: 1 }),
        ShapeError,
        'conv.outputPadding',
      ],
      [() => zero(1, 1).convTranspose1d(zero(1, 1, 2), { padding: 1 }), ShapeError, 'conv.nothing'],
      [() => zero(1, 0).convTranspose1d(zero(1, 1, 2)), ShapeError, 'conv.nothing'],
    ],
  }),
  op<ConvTransposeOptions>('convTranspose2d', {
    run: (options, x, weight) => x.convTranspose2d(weight, options),
    samples: adjointPlanes,
    results: arithmetic,
    rejects: [[() => zero(4, 4).convTranspose2d(zero(1, 1, 2, 2)), ShapeError, 'window.rank']],
  }),
  op<ConvTransposeOptions>('convTranspose3d', {
    run: (options, x, weight) => x.convTranspose3d(weight, options),
    samples: adjointVolumes,
    results: arithmetic,
  }),
  op<Patches>('unfold', {
    run: ({ kernelSize, ...options }, x) => x.unfold(kernelSize, options),
    samples: [
      { inputs: [[2, 2, 4, 5]], args: { kernelSize: [2, 3], stride: [2, 1], padding: [1, 0] } },
      { inputs: [[1, 4, 4]], args: { kernelSize: 2, stride: 2 }, note: 'no batch axis' },
      { inputs: [[1, 1, 1]], args: { kernelSize: 1 } },
      { inputs: [[0, 1, 2, 2]], args: { kernelSize: 2 } },
    ],
    results: kept,
    rejects: [
      [() => zero(4, 4).unfold(2), ShapeError, 'window.rank'],
      [() => zero(1, 4, 4).unfold(5), ShapeError, 'window.fit'],
      [() => zero(1, 4, 4).unfold(0), ValueError, 'value.integer'],
    ],
  }),
  op<Patches & { readonly outputSize: Pair }>('fold', {
    run: ({ outputSize, kernelSize, ...options }, x) => x.fold(outputSize, kernelSize, options),
    samples: [
      { inputs: [[2, 8, 6]], args: { outputSize: [3, 4], kernelSize: 2 } },
      {
        inputs: [[4, 9]],
        args: { outputSize: 4, kernelSize: 2, stride: 2, padding: 1 },
        note: 'no batch axis',
      },
      { inputs: [[1, 1]], args: { outputSize: 1, kernelSize: 1 } },
      { inputs: [[0, 4, 1]], args: { outputSize: 2, kernelSize: 2 } },
      {
        inputs: [given([1, 2, 3, 4], [2, 2])],
        args: { outputSize: [1, 3], kernelSize: [1, 2] },
        gives: [1, 5, 4],
      },
    ],
    results: arithmetic,
    rejects: [
      [() => zero(3, 4).fold(3, 2), ShapeError, 'fold.patches'],
      [() => zero(4, 5).fold(3, 2), ShapeError, 'fold.patches'],
      [() => zero(4).fold(3, 2), ShapeError, 'fold.patches'],
    ],
  }),
]
