import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  diceLoss,
  focalLoss,
  gaussianKlLoss,
  gaussianNllLoss,
  huberLoss,
  klDiv,
  l1Loss,
  logCoshLoss,
  mixtureNllLoss,
  mseLoss,
  multiLabelSoftMarginLoss,
  poissonNllLoss,
  type Reduction,
  ShapeError,
  smoothL1Loss,
  ValueError,
} from '../../../src/index.ts'
import { normal, odd, positive, unit } from '../draw.ts'
import { op, type Row } from '../row.ts'
import { alike, chance, none, precise, type Reduced, smallSums, unequal } from './loss-samples.ts'
import { given, INF, NAN, shapes, zero } from './samples.ts'

const regression: readonly Row[] = [
  op<Reduced>('mseLoss', {
    run: (options, a, b) => mseLoss(a, b, options),
    samples: alike,
    results: precise,
    rejects: unequal(mseLoss),
  }),
  op<Reduced>('l1Loss', {
    run: (options, a, b) => l1Loss(a, b, options),
    samples: alike,
    domain: [normal, odd],
    results: precise,
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
    results: precise,
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
    results: precise,
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
          9999.306852819442,
          INF,
        ],
      },
    ],
    domain: [normal, odd],
    results: precise,
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
    results: precise,
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
    results: precise,
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
    results: precise,
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
    results: precise,
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
    results: precise,
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
    results: precise,
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
      results: precise,
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
    results: precise,
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
    results: precise,
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
    results: precise,
    tolerance: smallSums,
    rejects: [
      ...unequal(gaussianKlLoss),
      [() => gaussianKlLoss(zero(), zero()), ShapeError, 'loss.axes'],
    ],
  }),
]

export const losses: readonly Row[] = [...regression, ...binary, ...likelihoods]
