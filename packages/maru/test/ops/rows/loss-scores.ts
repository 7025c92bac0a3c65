import {
  arange,
  contrastiveLoss,
  cosineEmbeddingLoss,
  crossEntropy,
  ctcLoss,
  DTypeError,
  discriminatorLoss,
  generatorLoss,
  hingeEmbeddingLoss,
  hingeLoss,
  IndexError,
  infoNceLoss,
  marginRankingLoss,
  multiClassHingeLoss,
  multiLabelMarginLoss,
  multiMarginLoss,
  nllLoss,
  ShapeError,
  softMarginLoss,
  type Tensor,
  tensor,
  tripletMarginLoss,
  ValueError,
} from '../../../src/index.ts'
import { below, distinct, flags, normal, odd, positive } from '../draw.ts'
import { op, type Reject, type Row } from '../row.ts'
import {
  alike,
  between,
  ids,
  none,
  precise,
  type Reduced,
  signs,
  smallSums,
  unequal,
} from './loss-samples.ts'
import { given, INF, NAN, shapes, zero } from './samples.ts'

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
      { ...shapes([0, 3], [0]), args: { reduction: 'sum' }, gives: [0] },
      {
        inputs: [given([1e4, 0, -1e4, 0], [2, 2]), given([1, 0], [2], 'int32')],
        args: none,
        gives: [1e4, 1e4],
      },
    ],
    domain: [normal, below(3), positive],
    results: precise,
    tolerance: smallSums,
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
    results: precise,
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
    results: precise,
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
      { ...shapes([0, 3], [0]), args: none, gives: [] },
    ],
    domain: [distinct, below(3)],
    results: precise,
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
    results: precise,
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
      { ...shapes([0, 3], [0, 3]), args: none, gives: [] },
    ],
    domain: [distinct, between(-1, 0)],
    results: precise,
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
    results: precise,
    rejects: unequal(softMarginLoss),
  }),
  op<Margin>('hingeEmbeddingLoss', {
    run: (options, x, y) => hingeEmbeddingLoss(x, y, options),
    samples: [...alike, { ...shapes([9], [9]), args: { margin: 0.5 } }],
    domain: [odd, signs],
    results: precise,
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
    results: precise,
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
    results: precise,
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
    results: precise,
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
    results: precise,
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
    results: precise,
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
      shapes([5, 2, 3], [2, 2], [2], [2]),
      { ...shapes([5, 3, 3], [3, 2], [3], [3]), args: none },
      {
        inputs: [given([0, 0, 0, 0], [2, 1, 2]), given([1], [1, 1], 'int32'), counts(2), counts(1)],
        gives: [-Math.log(3 / 4)],
        note: 'one label in two frames: three of four ways',
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
    domain: [normal, between(1, 2), between(3, 5), between(0, 2)],
    results: precise,
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
    results: precise,
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
    results: precise,
    rejects: [[() => generatorLoss(zero(1), { kind: 3 as never }), ValueError, 'loss.kind']],
  }),
]

export const scoreLosses: readonly Row[] = [
  ...classes,
  ...margins,
  ...representations,
  ...sequences,
  ...adversaries,
]
