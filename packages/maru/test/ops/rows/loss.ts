import {
  arange,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  contrastiveLoss,
  cosineEmbeddingLoss,
  crossEntropy,
  ctcLoss,
  DTypeError,
  diceLoss,
  discriminatorLoss,
  focalLoss,
  gaussianKlLoss,
  gaussianNllLoss,
  generatorLoss,
  hingeEmbeddingLoss,
  hingeLoss,
  huberLoss,
  IndexError,
  infoNceLoss,
  klDiv,
  l1Loss,
  logCoshLoss,
  marginRankingLoss,
  mixtureNllLoss,
  mseLoss,
  multiClassHingeLoss,
  multiLabelMarginLoss,
  multiLabelSoftMarginLoss,
  multiMarginLoss,
  nllLoss,
  poissonNllLoss,
  type Reduction,
  ShapeError,
  smoothL1Loss,
  softMarginLoss,
  type Tensor,
  tensor,
  tripletMarginLoss,
  ValueError,
} from '../../../src/index.ts'
import { below, type Draw, distinct, flags, normal, odd, positive, unit } from '../draw.ts'
import { floating, op, type Reject, type Row, type Sample, type Tolerance } from '../row.ts'
import { given, INF, NAN, shapes, zero } from './samples.ts'

/** Any reduction: what a row is called with. */
interface Reduced {
  readonly reduction?: Reduction
}

const none: Reduced = { reduction: 'none' }

/** Between 0 and 1, neither included. */
const chance: Draw = {
  dtype: 'float32',
  numbers: (from, count) => Array.from({ length: count }, () => (4 + from.integer(56)) / 64),
}
/** −1 and 1. */
const signs: Draw = {
  dtype: 'int32',
  numbers: (from, count) => Array.from({ length: count }, () => 2 * from.integer(2) - 1),
}

const ids = (...labels: number[]): Tensor => tensor(Int32Array.from(labels))

/** What every loss of two equal shapes refuses. */
function unequal(run: (a: Tensor, b: Tensor, options?: never) => unknown): Reject[] {
  const other = { reduction: 'max' } as never
  return [
    [() => run(zero(2, 1), zero(2)), ShapeError, 'loss.broadcast'],
    [() => run(zero(2, 1, 1), zero(2, 1, 1), other), ValueError, 'loss.reduction'],
    [() => run(zero(2, 1, 1), zero(2, 1, 1), 3 as never), ValueError, 'argument.options'],
  ]
}

const alike: readonly Sample<Reduced>[] = [
  shapes([3, 4], [3, 4]),
  shapes([], []),
  { ...shapes([5], [5]), args: { reduction: 'sum' } },
  { ...shapes([2, 3], [2, 3]), args: none },
  { ...shapes([0], [0]), args: none, gives: [] },
  { ...shapes([0, 2], [0, 2]), args: { reduction: 'sum' }, gives: [0] },
  { ...shapes([0], [0]), gives: [NAN], note: 'a mean of none' },
]

const smallSums: { readonly float32: Tolerance } = {
  float32: {
    relative: 2e-6,
    absolute: 5e-7,
    reason: 'terms of both signs of some size, whose rounding their sum keeps',
  },
}

const regression: readonly Row[] = [
  op<Reduced>('mseLoss', {
    run: (options, a, b) => mseLoss(a, b, options),
    samples: alike,
    results: floating,
    rejects: unequal(mseLoss),
  }),
  op<Reduced>('l1Loss', {
    run: (options, a, b) => l1Loss(a, b, options),
    samples: alike,
    domain: [normal, odd],
    results: floating,
    rejects: unequal(l1Loss),
  }),
  op<Reduced & { readonly beta?: number }>('smoothL1Loss', {
    run: (options, a, b) => smoothL1Loss(a, b, options),
    samples: [
      ...alike,
      { ...shapes([9], [9]), args: { beta: 0.5 } },
      { ...shapes([9], [9]), args: { beta: 0 } },
      { inputs: [given([INF, NAN]), given([0, 0])], args: none, gives: [INF, NAN] },
    ],
    domain: [normal, odd],
    results: floating,
    rejects: [
      ...unequal(smoothL1Loss),
      [() => smoothL1Loss(zero(2), zero(2), { beta: -1 }), ValueError, 'loss.setting'],
    ],
  }),
  op<Reduced & { readonly delta?: number }>('huberLoss', {
    run: (options, a, b) => huberLoss(a, b, options),
    samples: [
      ...alike,
      { ...shapes([9], [9]), args: { delta: 0.5 } },
      { inputs: [given([INF, NAN]), given([0, 0])], args: none, gives: [INF, NAN] },
    ],
    domain: [normal, odd],
    results: floating,
    rejects: [
      ...unequal(huberLoss),
      [() => huberLoss(zero(2), zero(2), { delta: 0 }), ValueError, 'loss.setting'],
      [() => huberLoss(zero(2), zero(2), { delta: '1' as never }), ValueError, 'argument.number'],
    ],
  }),
  op<Reduced>('logCoshLoss', {
    run: (options, a, b) => logCoshLoss(a, b, options),
    oracle: { none: 'PyTorch has none; the closed form' },
    samples: [
      ...alike,
      {
        inputs: [given([0, 2 ** -10, -0.5, 1, 3, -1e4, INF]), given([0, 0, 0, 0, 0, 0, 0])],
        args: none,
        gives: [
          0,
          4.768370930105448e-7,
          0.12011450695827752,
          0.4337808304830271,
          2.309328504577785,
          9999.306852819441,
          INF,
        ],
      },
    ],
    domain: [normal, odd],
    results: floating,
    rejects: unequal(logCoshLoss),
  }),
]

interface Weighted extends Reduced {
  readonly posWeight?: true
}

const binary: readonly Row[] = [
  op<Reduced>('binaryCrossEntropy', {
    run: (options, p, y, weight) =>
      binaryCrossEntropy(p, y, weight ? { ...options, weight } : options),
    samples: [...alike, shapes([3, 4], [3, 4], [4]), shapes([3, 4], [3, 4], [3, 1])],
    domain: [chance, chance, positive],
    results: floating,
    rejects: [
      ...unequal(binaryCrossEntropy),
      [
        () => binaryCrossEntropy(zero(2, 3), zero(2, 3), { weight: zero(4, 2, 3) }),
        ShapeError,
        'loss.weight',
      ],
      [
        () => binaryCrossEntropy(zero(2), zero(2), { weight: 2 as never }),
        ValueError,
        'argument.tensor',
      ],
    ],
  }),
  op<Weighted>('binaryCrossEntropyWithLogits', {
    run: (options, x, y, weight, posWeight) =>
      binaryCrossEntropyWithLogits(x, y, {
        ...options,
        ...(weight && { weight }),
        ...(posWeight && { posWeight }),
      }),
    samples: [...alike, shapes([3, 4], [3, 4], [4]), shapes([3, 4], [3, 4], [3, 1], [4])],
    domain: [normal, chance, positive],
    results: floating,
    rejects: [
      ...unequal(binaryCrossEntropyWithLogits),
      [
        () => binaryCrossEntropyWithLogits(zero(2), zero(2), { posWeight: zero(2, 2) }),
        ShapeError,
        'loss.weight',
      ],
    ],
  }),
  op<Reduced>('multiLabelSoftMarginLoss', {
    run: (options, x, y, weight) =>
      multiLabelSoftMarginLoss(x, y, weight ? { ...options, weight } : options),
    samples: [
      shapes([3, 4], [3, 4]),
      { ...shapes([2, 3], [2, 3], [3]), args: none },
      shapes([1], [1]),
      { ...shapes([0, 3], [0, 3]), args: none, gives: [] },
    ],
    domain: [normal, chance, positive],
    results: floating,
    rejects: [
      ...unequal(multiLabelSoftMarginLoss),
      [() => multiLabelSoftMarginLoss(zero(), zero()), ShapeError, 'loss.axes'],
    ],
  }),
  op<Reduced & { readonly alpha?: number | null; readonly gamma?: number }>('focalLoss', {
    run: (options, x, y) => focalLoss(x, y, options),
    samples: [
      ...alike,
      { ...shapes([9], [9]), args: { alpha: 0.75, gamma: 1.5 } },
      { ...shapes([9], [9]), args: { alpha: null, gamma: 0 } },
      {
        inputs: [given([1e4, -1e4, 1e4]), given([1, 1, 0])],
        args: none,
        gives: [0, 2500, 7500],
        note: 'sure, right and wrong',
      },
    ],
    domain: [normal, chance],
    results: floating,
    rejects: [
      ...unequal(focalLoss),
      [() => focalLoss(zero(2), zero(2), { alpha: 2 }), ValueError, 'loss.setting'],
      [() => focalLoss(zero(2), zero(2), { gamma: -1 }), ValueError, 'loss.setting'],
    ],
  }),
  op<Reduced & { readonly smooth?: number }>('diceLoss', {
    run: (options, p, y) => diceLoss(p, y, options),
    oracle: { none: 'PyTorch has none; the closed form' },
    samples: [
      shapes([2, 3, 4], [2, 3, 4]),
      { ...shapes([2, 1, 2, 3], [2, 1, 2, 3]), args: none },
      {
        inputs: [given([1, 1, 0, 0.5], [1, 1, 4]), given([1, 0, 0, 1], [1, 1, 4])],
        args: { smooth: 0 },
        gives: [1 - 3 / 4.25],
      },
      {
        inputs: [given([0, 0], [1, 1, 2]), given([0, 0], [1, 1, 2])],
        gives: [0],
        note: 'nothing where nothing is',
      },
      { ...shapes([2, 1, 0], [2, 1, 0]), args: none, gives: [0, 0] },
    ],
    domain: [chance, chance],
    results: floating,
    rejects: [
      ...unequal(diceLoss),
      [() => diceLoss(zero(2, 3), zero(2, 3)), ShapeError, 'loss.axes'],
      [() => diceLoss(zero(2, 3, 1), zero(2, 3, 1), { smooth: -1 }), ValueError, 'loss.setting'],
    ],
  }),
]

const likelihoods: readonly Row[] = [
  op<{ readonly reduction?: Reduction | 'batchMean'; readonly logTarget?: boolean }>('klDiv', {
    run: (options, x, y) => klDiv(x, y, options),
    samples: [
      ...alike,
      { ...shapes([3, 4], [3, 4]), args: { reduction: 'batchMean' } },
      { inputs: [given([-INF, -1]), given([0, 1])], args: none, gives: [0, 1] },
    ],
    domain: [normal, chance],
    results: floating,
    rejects: [
      ...unequal(klDiv),
      [() => klDiv(zero(), zero(), { reduction: 'batchMean' }), ShapeError, 'loss.axes'],
    ],
  }),
  op<Reduced & { readonly logInput?: boolean; readonly full?: boolean; readonly eps?: number }>(
    'poissonNllLoss',
    {
      run: (options, x, y) => poissonNllLoss(x, y, options),
      samples: [...alike, { ...shapes([3, 4], [3, 4]), args: { full: true } }],
      domain: [normal, odd],
      results: floating,
      tolerance: smallSums,
      rejects: [
        ...unequal(poissonNllLoss),
        [() => poissonNllLoss(zero(1), zero(1), { eps: -1 }), ValueError, 'loss.setting'],
      ],
    },
  ),
  op<Reduced & { readonly full?: boolean; readonly eps?: number }>('gaussianNllLoss', {
    run: (options, x, y, v) => gaussianNllLoss(x, y, v, options),
    samples: [
      shapes([3, 4], [3, 4], [3, 4]),
      shapes([], [], []),
      { ...shapes([3, 4], [3, 4], [3, 1]), args: none },
      { ...shapes([3, 4], [3, 4], [3]), args: { full: true } },
      { ...shapes([0], [0], [0]), args: none, gives: [] },
    ],
    domain: [normal, normal, positive],
    results: floating,
    tolerance: smallSums,
    rejects: [
      [() => gaussianNllLoss(zero(2), zero(3), zero(2)), ShapeError, 'loss.broadcast'],
      [() => gaussianNllLoss(zero(2, 3), zero(2, 3), zero(3)), ShapeError, 'loss.shape'],
      [() => gaussianNllLoss(zero(1), zero(1), zero(1), { eps: 0 }), ValueError, 'loss.setting'],
    ],
  }),
  op<Reduced>('mixtureNllLoss', {
    run: (options, w, m, s, y) => mixtureNllLoss(w, m, s, y, options),
    samples: [
      shapes([3, 4], [3, 4, 2], [3, 4, 2], [3, 2]),
      { ...shapes([2, 1], [2, 1, 3], [2, 1], [2, 3]), args: none },
      { ...shapes([2], [2, 1], [2], [1]), note: 'one example' },
      { ...shapes([0, 2], [0, 2, 1], [0, 2], [0, 1]), args: none, gives: [] },
      {
        inputs: [given([0], [1, 1]), given([1], [1, 1, 1]), given([0], [1, 1]), given([4], [1, 1])],
        gives: [4.5 + Math.log(2 * Math.PI) / 2],
      },
    ],
    domain: [normal, normal, unit, normal],
    results: floating,
    tolerance: smallSums,
    rejects: [
      [
        () => mixtureNllLoss(zero(2, 3), zero(2, 4, 1), zero(2, 4), zero(2, 1)),
        ShapeError,
        'loss.shape',
      ],
      [() => mixtureNllLoss(zero(2), zero(2), zero(2), zero(1)), ShapeError, 'loss.axes'],
      [
        () => mixtureNllLoss(zero(2, 3), zero(2, 3, 2), zero(2, 2), zero(2, 2)),
        ShapeError,
        'loss.shape',
      ],
    ],
  }),
  op<Reduced>('gaussianKlLoss', {
    run: (options, m, v) => gaussianKlLoss(m, v, options),
    samples: [
      shapes([3, 4], [3, 4]),
      { ...shapes([1], [1]), args: none },
      { ...shapes([0, 2], [0, 2]), args: none, gives: [] },
      { inputs: [given([0, 2], [1, 2]), given([0, 0], [1, 2])], gives: [2] },
    ],
    results: floating,
    tolerance: smallSums,
    rejects: [
      ...unequal(gaussianKlLoss),
      [() => gaussianKlLoss(zero(), zero()), ShapeError, 'loss.axes'],
    ],
  }),
]

interface Classes extends Reduced {
  readonly ignoreIndex?: number
  readonly labelSmoothing?: number
}

/** What losses of class ids refuse. */
function labelled(run: (scores: Tensor, labels: Tensor) => unknown): Reject[] {
  return [
    [() => run(zero(2), ids(0, 1)), ShapeError, 'labels.scores'],
    [() => run(zero(2, 3), zero(2, 3).cast('int32')), ShapeError, 'labels.oneHot'],
    [() => run(zero(2, 3), ids(0, 1).unsqueeze(1)), ShapeError, 'labels.shape'],
    [() => run(zero(2, 3), ids(0, 1, 2, 0)), ShapeError, 'labels.rows'],
    [() => run(zero(2, 3), zero(2)), DTypeError, 'labels.dtype'],
    [() => run(zero(1, 3), ids(3)), IndexError, 'labels.range'],
    [() => run(zero(1, 3), ids(-1)), IndexError, 'labels.range'],
    [() => run(zero(2, 3, 4), ids(0, 1)), ShapeError, 'labels.places'],
  ]
}

const classes: readonly Row[] = [
  op<Classes>('crossEntropy', {
    run: (options, logits, labels, weight) =>
      crossEntropy(logits, labels, weight ? { ...options, weight } : options),
    samples: [
      shapes([4, 3], [4]),
      shapes([1, 3], [1]),
      shapes([4, 3], [4], [3]),
      { ...shapes([2, 3, 2, 2], [2, 2, 2], [3]), args: { labelSmoothing: 0.25, ignoreIndex: 1 } },
      { ...shapes([4, 3], [4]), args: { labelSmoothing: 0.5, reduction: 'none' } },
      { inputs: [given([0, 0, 0, 0], [1, 4]), given([2], [1], 'uint8')], gives: [Math.log(4)] },
      {
        inputs: [given([0, 0, 0, 0], [1, 4]), given([0.5, 0.5, 0, 0], [1, 4])],
        gives: [Math.log(4)],
        note: 'probabilities',
      },
      { ...shapes([0, 3], [0]), args: none, gives: [] },
      { ...shapes([0, 3], [0]), args: { reduction: 'sum' }, gives: [-0] },
      {
        inputs: [given([1e4, 0, -1e4, 0], [2, 2]), given([1, 0], [2], 'int32')],
        args: none,
        gives: [1e4, 1e4],
      },
    ],
    domain: [normal, below(3), positive],
    results: floating,
    rejects: [
      ...labelled(crossEntropy),
      [() => crossEntropy(zero(0, 3), arange(0)), ValueError, 'labels.empty'],
      [() => crossEntropy(zero(2, 3).softmax(), arange(2)), ValueError, 'crossEntropy.softmax'],
      [
        () => crossEntropy(zero(2, 3), zero(2, 3), { ignoreIndex: 1 }),
        ValueError,
        'crossEntropy.ignored',
      ],
      [() => crossEntropy(zero(2, 3), ids(0, 1), { weight: zero(2) }), ShapeError, 'loss.shape'],
      [
        () => crossEntropy(zero(2, 3), ids(0, 1), { labelSmoothing: 1.5 }),
        ValueError,
        'loss.setting',
      ],
      [
        () => crossEntropy(zero(2, 3), ids(0, 1), { ignoreIndex: 0.5 }),
        ValueError,
        'value.integer',
      ],
      [
        () => crossEntropy(zero(2, 3), ids(0, 1), { reduction: 'max' as never }),
        ValueError,
        'loss.reduction',
      ],
    ],
  }),
  op<Classes>('nllLoss', {
    run: (options, logp, labels, weight) =>
      nllLoss(logp, labels, weight ? { ...options, weight } : options),
    samples: [
      shapes([4, 3], [4]),
      shapes([4, 3], [4], [3]),
      { ...shapes([2, 3, 2], [2, 2], [3]), args: { ignoreIndex: 1 } },
      shapes([1, 3], [1]),
      { ...shapes([0, 3], [0]), args: none, gives: [] },
    ],
    domain: [normal, below(3), positive],
    results: floating,
    rejects: labelled(nllLoss),
  }),
]

interface Margin extends Reduced {
  readonly margin?: number
}

const margins: readonly Row[] = [
  op<Margin & { readonly squared?: boolean }>('hingeLoss', {
    run: (options, x, y) => hingeLoss(x, y, options),
    oracle: { none: 'PyTorch has none; the closed form' },
    samples: [
      ...alike,
      { ...shapes([9], [9]), args: { squared: true } },
      { inputs: [given([0.5, -2, 3]), given([1, 1, -1])], args: none, gives: [0.5, 3, 4] },
    ],
    domain: [odd, signs],
    results: floating,
    rejects: [
      ...unequal(hingeLoss),
      [() => hingeLoss(zero(1), zero(1), { margin: NAN }), ValueError, 'loss.setting'],
    ],
  }),
  op<Margin>('multiClassHingeLoss', {
    run: (options, x, y) => multiClassHingeLoss(x, y, options),
    oracle: { none: 'PyTorch has none; the closed form' },
    samples: [
      shapes([4, 3], [4]),
      { ...shapes([1, 3], [1]), args: none },
      {
        inputs: [given([2, 0.5, 1, 0, 1, 4], [2, 3]), given([0, 1], [2], 'int32')],
        args: none,
        gives: [0, 4],
      },
      { inputs: [given([3], [1, 1]), given([0], [1], 'int32')], gives: [0], note: 'no other' },
      { ...shapes([0, 3], [0]), args: none, gives: [] },
    ],
    domain: [distinct, below(3)],
    results: floating,
    rejects: labelled(multiClassHingeLoss),
  }),
  op<Margin & { readonly p?: 1 | 2 }>('multiMarginLoss', {
    run: (options, x, y, weight) =>
      multiMarginLoss(x, y, weight ? { ...options, weight } : options),
    samples: [
      shapes([4, 3], [4]),
      { ...shapes([4, 3], [4], [3]), args: { p: 2, reduction: 'none' } },
      { ...shapes([1, 3], [1]), args: { margin: 0.5 } },
      { ...shapes([0, 3], [0]), args: none, gives: [] },
    ],
    domain: [distinct, below(3), positive],
    results: floating,
    rejects: [
      ...labelled(multiMarginLoss),
      [() => multiMarginLoss(zero(1, 3), ids(0), { p: 3 as never }), ValueError, 'loss.power'],
      [() => multiMarginLoss(zero(1, 3), ids(0), { weight: zero(2) }), ShapeError, 'loss.shape'],
    ],
  }),
  op<Reduced>('multiLabelMarginLoss', {
    run: (options, x, y) => multiLabelMarginLoss(x, y, options),
    samples: [
      shapes([4, 3], [4, 3]),
      { ...shapes([3], [3]), note: 'one example' },
      { ...shapes([1], [1]), args: none },
      { ...shapes([0, 3], [0, 3]), args: none, gives: [] },
    ],
    domain: [
      distinct,
      {
        dtype: 'int32',
        numbers: (from, count) => Array.from({ length: count }, () => from.integer(2) - 1),
      },
    ],
    results: floating,
    rejects: [
      [() => multiLabelMarginLoss(zero(2, 3), zero(2, 3)), DTypeError, 'labels.dtype'],
      [() => multiLabelMarginLoss(zero(2, 3), ids(0, 1)), ShapeError, 'loss.shape'],
      [() => multiLabelMarginLoss(zero(2), ids(0, 2)), IndexError, 'labels.range'],
      [() => multiLabelMarginLoss(zero(), tensor(0)), ShapeError, 'loss.axes'],
    ],
  }),
  op<Reduced>('softMarginLoss', {
    run: (options, x, y) => softMarginLoss(x, y, options),
    samples: alike,
    domain: [normal, signs],
    results: floating,
    rejects: unequal(softMarginLoss),
  }),
  op<Margin>('hingeEmbeddingLoss', {
    run: (options, x, y) => hingeEmbeddingLoss(x, y, options),
    samples: [...alike, { ...shapes([9], [9]), args: { margin: 0.5 } }],
    domain: [odd, signs],
    results: floating,
    rejects: unequal(hingeEmbeddingLoss),
  }),
  op<Margin>('marginRankingLoss', {
    run: (options, a, b, y) => marginRankingLoss(a, b, y, options),
    samples: [
      shapes([6], [6], [6]),
      { ...shapes([2, 3], [2, 3], [2, 3]), args: { margin: 0.5, reduction: 'none' } },
      shapes([], [], []),
      { ...shapes([0], [0], [0]), args: none, gives: [] },
    ],
    domain: [normal, odd, signs],
    results: floating,
    rejects: [
      [() => marginRankingLoss(zero(2), zero(3), zero(2)), ShapeError, 'loss.broadcast'],
      [() => marginRankingLoss(zero(2), zero(2), zero(1)), ShapeError, 'loss.shape'],
    ],
  }),
]

const representations: readonly Row[] = [
  op<Margin>('cosineEmbeddingLoss', {
    run: (options, a, b, y) => cosineEmbeddingLoss(a, b, y, options),
    samples: [
      shapes([5, 3], [5, 3], [5]),
      { ...shapes([3], [3], []), note: 'one pair' },
      { ...shapes([0, 3], [0, 3], [0]), args: none, gives: [] },
      {
        inputs: [given([0, 0], [1, 2]), given([1, 2], [1, 2]), given([1])],
        gives: [1],
        note: 'a vector of zeros',
      },
    ],
    domain: [odd, normal, signs],
    results: floating,
    rejects: [
      [() => cosineEmbeddingLoss(zero(2, 3), zero(2, 3), zero(3)), ShapeError, 'loss.shape'],
      [() => cosineEmbeddingLoss(zero(), zero(), zero()), ShapeError, 'loss.axes'],
    ],
  }),
  op<Margin & { readonly p?: number; readonly swap?: boolean }>('tripletMarginLoss', {
    run: (options, a, b, c) => tripletMarginLoss(a, b, c, options),
    samples: [
      shapes([5, 3], [5, 3], [5, 3]),
      { ...shapes([5, 3], [5, 3], [5, 3]), args: { p: 3, swap: true, margin: 2 } },
      { ...shapes([3], [3], [3]), args: { p: 1 } },
      { ...shapes([1], [1], [1]), args: none },
      { ...shapes([0, 3], [0, 3], [0, 3]), args: none, gives: [] },
      {
        inputs: [given([0, 0], [1, 2]), given([3, 1], [1, 2]), given([1, -2], [1, 2])],
        args: { p: INF },
        gives: [2],
      },
    ],
    domain: [
      normal,
      odd,
      { ...odd, numbers: (from, n) => odd.numbers(from, n).map((x) => x + 1 / 128) },
    ],
    results: floating,
    rejects: [
      [() => tripletMarginLoss(zero(2, 3), zero(2, 3), zero(2, 2)), ShapeError, 'loss.broadcast'],
      [() => tripletMarginLoss(zero(1), zero(1), zero(1), { p: 0.5 }), ValueError, 'loss.setting'],
    ],
  }),
  op<Margin>('contrastiveLoss', {
    run: (options, a, b, y) => contrastiveLoss(a, b, y, options),
    oracle: { none: 'PyTorch has none; the closed form' },
    samples: [
      { ...shapes([5, 2], [5, 2], [5]), args: { margin: 3 } },
      {
        inputs: [
          given([0, 0, 0, 0, 1, 1], [3, 2]),
          given([3, 4, 0.3, 0.4, 1, 1], [3, 2]),
          given([1, 0, 0]),
        ],
        args: none,
        gives: [12.5, 0.125, 0.5],
      },
      { ...shapes([0, 2], [0, 2], [0]), args: none, gives: [] },
    ],
    domain: [normal, odd, flags],
    results: floating,
    rejects: [
      [() => contrastiveLoss(zero(2, 3), zero(2, 3), zero(2, 3)), ShapeError, 'loss.shape'],
    ],
  }),
  op<Reduced & { readonly temperature?: number; readonly symmetric?: boolean }>('infoNceLoss', {
    run: (options, a, b) => infoNceLoss(a, b, options),
    oracle: { none: 'PyTorch has none; the closed form' },
    samples: [
      { ...shapes([4, 3], [4, 3]), args: { temperature: 0.5 } },
      { ...shapes([3, 2], [3, 2]), args: { temperature: 0.5, symmetric: true, reduction: 'none' } },
      { inputs: [given([2], [1, 1]), given([3], [1, 1])], gives: [0] },
      {
        inputs: [given([1, 0, 0, 2], [2, 2]), given([3, 0, 0, 1], [2, 2])],
        args: { temperature: 1 },
        gives: [Math.log1p(Math.exp(-1))],
      },
    ],
    domain: [odd, odd],
    results: floating,
    rejects: [
      ...unequal(infoNceLoss).slice(0, 1),
      [() => infoNceLoss(zero(2), zero(2)), ShapeError, 'loss.axes'],
      [() => infoNceLoss(zero(1, 2, 2), zero(1, 2, 2)), ShapeError, 'loss.shape'],
      [() => infoNceLoss(zero(0, 2), zero(0, 2)), ValueError, 'labels.empty'],
      [() => infoNceLoss(zero(2, 2), zero(2, 2), { temperature: 0 }), ValueError, 'loss.setting'],
    ],
  }),
]

interface Ctc extends Reduced {
  readonly blank?: number
  readonly zeroInfinity?: boolean
}

const counts = (...numbers: number[]): ReturnType<typeof given> =>
  given(numbers, [numbers.length], 'int32')

const sequences: readonly Row[] = [
  op<Ctc>('ctcLoss', {
    run: (options, logits, targets, heard, said) =>
      ctcLoss(logits.logSoftmax(2), targets, heard, said, options),
    samples: [
      {
        inputs: [
          given(
            Array.from({ length: 24 }, (_, i) => ((i * 7) % 11) / 4 - 1),
            [4, 2, 3],
          ),
          given([1, 2, 2, 2], [2, 2], 'int32'),
          counts(4, 3),
          counts(2, 1),
        ],
      },
      {
        inputs: [given([0, 0, 0, 0], [2, 1, 2]), given([1], [1, 1], 'int32'), counts(2), counts(1)],
        gives: [-Math.log(3 / 4)],
        note: 'one label in two frames: three of four ways',
      },
      {
        inputs: [given([], [0, 1, 2]), given([1], [1, 1], 'int32'), counts(0), counts(0)],
        gives: [0],
        note: 'nothing heard, nothing said',
      },
      {
        inputs: [given([0, 0], [1, 1, 2]), given([], [1, 0], 'int32'), counts(1), counts(0)],
        gives: [Math.log(2)],
      },
      {
        inputs: [given([], [2, 0, 3]), given([], [0, 2], 'int32'), counts(), counts()],
        args: none,
        gives: [],
      },
      {
        inputs: [given([0, 0], [1, 1, 2]), given([1, 1], [1, 2], 'int32'), counts(1), counts(2)],
        args: { zeroInfinity: true },
        gives: [0],
      },
    ],
    domain: [normal],
    results: floating,
    tolerance: smallSums,
    rejects: [
      [() => ctcLoss(zero(2, 3), ids(1), ids(2), ids(1)), ShapeError, 'loss.axes'],
      [
        () => ctcLoss(zero(2, 1, 3), ids(1).unsqueeze(0), ids(3), ids(1)),
        ValueError,
        'loss.length',
      ],
      [
        () => ctcLoss(zero(2, 1, 3), ids(1).unsqueeze(0), ids(2), ids(2)),
        ValueError,
        'loss.length',
      ],
      [
        () => ctcLoss(zero(2, 1, 3), ids(1).unsqueeze(0), ids(2), ids(1), { blank: 3 }),
        ValueError,
        'loss.blank',
      ],
      [() => ctcLoss(zero(2, 1, 3), zero(1, 1), ids(2), ids(1)), DTypeError, 'labels.dtype'],
      [
        () => ctcLoss(zero(2, 1, 3), ids(1).unsqueeze(0), ids(2, 2), ids(1)),
        ShapeError,
        'loss.shape',
      ],
    ],
  }),
]

interface Game {
  readonly kind?: 'minimax' | 'nonSaturating' | 'leastSquares' | 'hinge' | 'wasserstein'
}

const kinds = ['minimax', 'nonSaturating', 'leastSquares', 'hinge', 'wasserstein'] as const
/** `log(1 + eˣ)` for 1 and −1. */
const [UP, DOWN] = [Math.log1p(Math.E), Math.log1p(Math.exp(-1))]

const adversaries: readonly Row[] = [
  op<Game>('discriminatorLoss', {
    run: (options, real, fake) => discriminatorLoss(real, fake, options),
    oracle: { none: 'PyTorch has none; the closed form' },
    samples: [
      shapes([3, 1], [4, 1]),
      ...kinds.map((kind) => ({ ...shapes([5], [4]), args: { kind } })),
      ...[2 * UP, 2 * UP, 2.5, 4, 2].map((gives, i) => ({
        inputs: [given([-1]), given([1])],
        args: { kind: kinds[i] ?? 'minimax' },
        gives: [gives],
      })),
    ],
    domain: [odd],
    results: floating,
    rejects: [
      [
        () => discriminatorLoss(zero(1), zero(1), { kind: 'toString' as never }),
        ValueError,
        'loss.kind',
      ],
    ],
  }),
  op<Game>('generatorLoss', {
    run: (options, fake) => generatorLoss(fake, options),
    oracle: { none: 'PyTorch has none; the closed form' },
    samples: [
      shapes([3, 1]),
      ...kinds.map((kind) => ({ ...shapes([5]), args: { kind } })),
      ...[-UP, DOWN, 0, -1, -1].map((gives, i) => ({
        inputs: [given([1])],
        args: { kind: kinds[i] ?? 'minimax' },
        gives: [gives],
      })),
    ],
    results: floating,
    rejects: [[() => generatorLoss(zero(1), { kind: 3 as never }), ValueError, 'loss.kind']],
  }),
]

export const losses: readonly Row[] = [
  ...regression,
  ...binary,
  ...likelihoods,
  ...classes,
  ...margins,
  ...representations,
  ...sequences,
  ...adversaries,
]
