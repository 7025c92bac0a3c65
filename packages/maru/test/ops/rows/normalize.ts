import type { Sizes } from '../../../src/base/shape.ts'
import {
  DTypeError,
  IndexError,
  ShapeError,
  scaledDotProductAttention,
  type Tensor,
  tensor,
  ValueError,
} from '../../../src/index.ts'
import { below, nonzero, normal, odd, positive } from '../draw.ts'
import { floating, op, positions, type Row } from '../row.ts'
import { given, INF, isStep, NAN, shapes, zero } from './samples.ts'

interface Scaled {
  readonly normalizedShape: number | Sizes
  readonly eps?: number
}

interface Eps {
  readonly eps?: number
}

const rounding = {
  float32: {
    relative: 4e-6,
    absolute: 1e-6,
    reason: 'quotients by sums and their roots, of which each rounds, and differences of them',
  },
} as const

const ids = (...values: number[]): Tensor => tensor(values, [values.length], { dtype: 'int32' })

export const normalisations: readonly Row[] = [
  op<Scaled>('layerNorm', {
    run: ({ normalizedShape, ...options }, x, weight, bias) =>
      x.layerNorm(normalizedShape, { ...options, ...(weight ? { weight, bias: bias! } : {}) }),
    samples: [
      { inputs: [[3, 4]], args: { normalizedShape: 4 } },
      {
        inputs: [
          [2, 2, 3],
          [2, 3],
          [2, 3],
        ],
        args: { normalizedShape: [2, 3], eps: 0.5 },
      },
      { inputs: [[2, 1]], args: { normalizedShape: 1 } },
      { inputs: [[0, 3]], args: { normalizedShape: 3 } },
    ],
    results: floating,
    tolerance: rounding,
    rejects: [
      [() => zero(2, 3).layerNorm(2), ShapeError, 'norm.shape'],
      [() => zero(3).layerNorm([2, 3]), ShapeError, 'norm.shape'],
      [() => zero(2, 3).layerNorm([]), ShapeError, 'norm.shape'],
      [() => zero(2, 3).layerNorm(3, { weight: zero(2) }), ShapeError, 'norm.affine'],
      [() => zero(2, 3).layerNorm(3, { bias: zero(1, 3) }), ShapeError, 'norm.affine'],
    ],
  }),
  op<Scaled>('rmsNorm', {
    run: ({ normalizedShape, ...options }, x, weight) =>
      x.rmsNorm(normalizedShape, { ...options, ...(weight ? { weight } : {}) }),
    samples: [
      { inputs: [[3, 4]], args: { normalizedShape: 4 } },
      { inputs: [[2, 3], [3]], args: { normalizedShape: [3], eps: 0.5 } },
      { inputs: [[0, 3]], args: { normalizedShape: 3 } },
      { inputs: [given([3, -3])], args: { normalizedShape: 2, eps: 0 }, gives: [1, -1] },
    ],
    results: floating,
    tolerance: rounding,
    rejects: [[() => zero(2, 3).rmsNorm(2), ShapeError, 'norm.shape']],
  }),
  op<{ readonly groups: number }>('groupNorm', {
    run: ({ groups }, x, weight, bias) =>
      x.groupNorm(groups, weight ? { weight, bias: bias! } : {}),
    samples: [
      { inputs: [[2, 4, 3]], args: { groups: 2 } },
      { inputs: [[2, 4], [4], [4]], args: { groups: 2 } },
      { inputs: [[0, 2, 3]], args: { groups: 1 } },
    ],
    results: floating,
    tolerance: rounding,
    rejects: [
      [() => zero(2, 3).groupNorm(2), ShapeError, 'norm.groups'],
      [() => zero(2).groupNorm(1), ShapeError, 'norm.channels'],
      [() => zero(2, 4).groupNorm(0), ValueError, 'value.integer'],
    ],
  }),
  op('instanceNorm', {
    run: (_, x, weight, bias) => x.instanceNorm(weight ? { weight, bias: bias! } : {}),
    samples: [shapes([2, 3, 4]), shapes([1, 2, 2, 3], [2], [2]), shapes([0, 2, 3])],
    results: floating,
    tolerance: rounding,
    rejects: [[() => zero(2).instanceNorm(), ShapeError, 'norm.channels']],
  }),
  op<Eps>('batchNorm', {
    run: (options, x, mean, variance, weight, bias) =>
      x.batchNorm(mean!, variance!, { ...options, ...(weight ? { weight, bias: bias! } : {}) }),
    samples: [
      { inputs: [[2, 3, 2], [3], [3], [3], [3]], args: {} },
      { inputs: [[2, 3], [3], [3]], args: { eps: 0.5 } },
      { inputs: [[0, 2], [2], [2]], args: {} },
    ],
    domain: [normal, normal, positive],
    results: floating,
    tolerance: rounding,
    rejects: [
      [() => zero(2, 3).batchNorm(zero(2), zero(3)), ShapeError, 'norm.affine'],
      [() => zero(2).batchNorm(zero(2), zero(2)), ShapeError, 'norm.channels'],
    ],
  }),
  op<{ readonly axis?: number; readonly eps?: number }>('cosineSimilarity', {
    run: (options, a, b) => a.cosineSimilarity(b!, options),
    samples: [
      {
        inputs: [
          [3, 4],
          [3, 4],
        ],
        args: {},
      },
      { inputs: [[2, 3], [3]], args: { axis: -1 } },
      {
        inputs: [
          [0, 3],
          [0, 3],
        ],
        args: {},
      },
      { inputs: [given([0, 0]), given([1, 2])], args: { axis: 0 }, gives: [0] },
    ],
    domain: [nonzero],
    results: floating,
    tolerance: rounding,
    rejects: [
      [() => zero(3).cosineSimilarity(zero(3)), IndexError, 'axis.range'],
      [() => zero(2, 3).cosineSimilarity(zero(2, 4)), ShapeError, 'broadcast'],
    ],
  }),
  op<{ readonly p?: number }>('cdist', {
    run: (options, a, b) => a.cdist(b!, options),
    samples: [
      {
        inputs: [
          [3, 2],
          [4, 2],
        ],
        args: {},
      },
      {
        inputs: [
          [2, 3, 2],
          [4, 2],
        ],
        args: { p: 1 },
      },
      {
        inputs: [
          [2, 3],
          [2, 3],
        ],
        args: { p: 3 },
      },
      {
        inputs: [
          [1, 1],
          [1, 1],
        ],
        args: {},
      },
      {
        inputs: [
          [0, 2],
          [3, 2],
        ],
        args: {},
      },
      {
        inputs: [given([1, 2, 3, 5], [2, 2]), given([1, 2], [1, 2])],
        args: {},
        gives: [0, Math.sqrt(13)],
      },
      { inputs: [given([0, 0], [1, 2]), given([3, 4], [1, 2])], args: { p: INF }, gives: [4] },
    ],
    domain: [normal, odd],
    results: floating,
    tolerance: rounding,
    rejects: [
      [() => zero(2, 3).cdist(zero(2, 4)), ShapeError, 'cdist.rows'],
      [() => zero(3).cdist(zero(2, 3)), ShapeError, 'cdist.rows'],
    ],
  }),
  op<{ readonly numClasses: number }>('oneHot', {
    run: ({ numClasses }, x) => x.oneHot(numClasses),
    samples: [
      { inputs: [[2, 3]], args: { numClasses: 4 } },
      { inputs: [[]], args: { numClasses: 4 } },
      { inputs: [[0]], args: { numClasses: 2 } },
      { inputs: [given([1, 0], [2], 'uint8')], args: { numClasses: 2 }, gives: [0, 1, 1, 0] },
    ],
    domain: [below(4)],
    gradient: isStep,
    results: positions,
    rejects: [
      [() => ids(0, 1, 2).oneHot(2), IndexError, 'oneHot.range'],
      [() => ids(-1).oneHot(2), IndexError, 'oneHot.range'],
      [() => zero(2).oneHot(2), DTypeError, 'oneHot.dtype'],
      [() => ids(0).oneHot(0), ValueError, 'value.integer'],
    ],
  }),
  op<{ readonly causal?: boolean; readonly scale?: number }>('scaledDotProductAttention', {
    run: (options, q, k, v, mask) =>
      scaledDotProductAttention(q, k!, v!, { ...options, ...(mask ? { mask } : {}) }),
    samples: [
      {
        inputs: [
          [3, 4],
          [5, 4],
          [5, 2],
        ],
        args: {},
      },
      {
        inputs: [
          [2, 3, 2],
          [3, 2],
          [2, 3, 2],
        ],
        args: { causal: true },
      },
      {
        inputs: [
          [3, 2],
          [2, 2],
          [2, 1],
          [3, 2],
        ],
        args: { scale: 0.5 },
        note: 'numbers as a mask',
      },
      {
        inputs: [
          [0, 2],
          [3, 2],
          [3, 2],
        ],
        args: {},
      },
      {
        inputs: [
          given([1, 2], [2, 1]),
          given([1, 1], [2, 1]),
          given([3, 4], [2, 1]),
          given([0, 0, 0, 1], [2, 2], 'bool'),
        ],
        args: {},
        gives: [0, 4],
        note: 'who may look nowhere gets zeros',
      },
      {
        inputs: [given([1, 2], [2, 1]), given([], [0, 1]), given([], [0, 1])],
        args: {},
        gives: [0, 0],
        note: 'nothing to look at',
      },
    ],
    results: floating,
    tolerance: rounding,
    rejects: [
      [
        () => scaledDotProductAttention(zero(2, 3), zero(2, 4), zero(2, 3)),
        ShapeError,
        'attention.shapes',
      ],
      [
        () => scaledDotProductAttention(zero(2, 3), zero(2, 3), zero(3, 3)),
        ShapeError,
        'attention.shapes',
      ],
      [
        () => scaledDotProductAttention(zero(2, 3), zero(2, 3), zero(2, 3), { scale: NAN }),
        ValueError,
        'value.number',
      ],
    ],
  }),
]
