/** Every op: one row. A method of `Tensor` or a function on tensors without a row fails a test. */
import type { DType } from '../../src/base/dtype.ts'
import type { Sizes } from '../../src/base/shape.ts'
import {
  arange,
  concat,
  crossEntropy,
  DTypeError,
  full,
  IndexError,
  mseLoss,
  ones,
  ShapeError,
  stack,
  type Tensor,
  tensor,
  ValueError,
  zeros,
} from '../../src/index.ts'
import type { Labels } from '../../src/primitives/contract.ts'
import type { Windows } from '../../src/primitives/movement.ts'
import { below, distinct, flags, nonzero, normal, odd, positive } from './draw.ts'
import {
  arithmetic,
  floating,
  kept,
  numbers,
  op,
  positions,
  type Reject,
  type Row,
  type Sample,
  summed,
  truths,
  truthsOnly,
  type Values,
} from './row.ts'

const INF = Number.POSITIVE_INFINITY
const NAN = Number.NaN
const INT_MIN = -2147483648

function given(data: number[], shape: Sizes = [data.length], dtype: DType = 'float32'): Values {
  return { shape, dtype, data }
}

const shapes = (...inputs: readonly Sizes[]): Sample<object> => ({ inputs })

const unary: readonly Sample<object>[] = [
  shapes([3, 4]),
  shapes([]),
  shapes([1, 5, 1]),
  shapes([2, 0, 3]),
  shapes([0]),
  { ...shapes([23]), note: 'five vectors and a rest' },
]
const special: Sample<object> = { inputs: [given([0, -0, 1, -1, INF, -INF, NAN, 1e-40, 3e38])] }

const pairs: readonly Sample<object>[] = [
  shapes([2, 3], [2, 3]),
  shapes([3, 4], [4]),
  shapes([3, 1], [1, 4]),
  shapes([], [2, 2]),
  shapes([], []),
  shapes([2, 1, 3], [4, 1]),
  shapes([0, 3], [1, 3]),
  shapes([2, 0], [1]),
  shapes([5, 7], [5, 7]),
]
const specialPair: Sample<object> = {
  inputs: [
    given([INF, -INF, INF, NAN, 1, 0, -0, 0, 1, 1]),
    given([INF, INF, 1, 1, NAN, 0, 0, 0, 0, 2]),
  ],
}

const byValue = { none: 'values are given beside the samples' }
const isStep = { none: 'constant between its steps' }
const isFlat = { none: 'the result does not change with small changes' }

/** Zeros of a shape that the type checker does not know, so that it lets mistakes through. */
function zero(...shape: number[]): Tensor {
  return zeros(shape)
}

const badOperands = (run: (a: Tensor, b: Tensor) => unknown): readonly Reject[] => [
  [() => run(zero(2), [1, 2] as never), ValueError, 'argument.tensor'],
  [() => run(zero(2, 3), zero(2)), ShapeError, 'broadcast'],
]

const binary: readonly Row[] = [
  op('add', {
    run: (_, a, b) => a.add(b),
    samples: [...pairs, specialPair],
    results: arithmetic,
    rejects: badOperands((a, b) => a.add(b)),
  }),
  op('sub', { run: (_, a, b) => a.sub(b), samples: [...pairs, specialPair], results: arithmetic }),
  op('mul', { run: (_, a, b) => a.mul(b), samples: [...pairs, specialPair], results: arithmetic }),
  op('div', {
    run: (_, a, b) => a.div(b),
    samples: [...pairs, specialPair],
    domain: [normal, nonzero],
    results: floating,
  }),
  op('maximum', {
    run: (_, a, b) => a.maximum(b),
    samples: [
      ...pairs,
      specialPair,
      { inputs: [given([0, 1], [2], 'bool'), given([1, 1], [2], 'bool')], gives: [1, 1] },
    ],
    domain: [normal, odd],
    results: kept,
    rejects: badOperands((a, b) => a.maximum(b)),
  }),
  op('minimum', {
    run: (_, a, b) => a.minimum(b),
    samples: [
      ...pairs,
      specialPair,
      { inputs: [given([0, 1], [2], 'bool'), given([1, 1], [2], 'bool')], gives: [0, 1] },
    ],
    domain: [normal, odd],
    results: kept,
  }),
  op('less', {
    run: (_, a, b) => a.less(b),
    samples: [...pairs, specialPair],
    domain: [normal, odd],
    gradient: isStep,
    results: truths,
    rejects: badOperands((a, b) => a.less(b)),
  }),
  op('lessEqual', {
    run: (_, a, b) => a.lessEqual(b),
    samples: [
      ...pairs,
      { inputs: [given([1, 2, 3, NAN]), given([2, 2, 2, 2])], gives: [1, 1, 0, 0] },
    ],
    oracle: byValue,
    domain: [normal, odd],
    gradient: isStep,
    results: truths,
  }),
  op('greater', {
    run: (_, a, b) => a.greater(b),
    samples: [
      ...pairs,
      { inputs: [given([1, 2, 3, NAN]), given([2, 2, 2, 2])], gives: [0, 0, 1, 0] },
    ],
    oracle: byValue,
    domain: [normal, odd],
    gradient: isStep,
    results: truths,
  }),
  op('greaterEqual', {
    run: (_, a, b) => a.greaterEqual(b),
    samples: [
      ...pairs,
      { inputs: [given([1, 2, 3, NAN]), given([2, 2, 2, 2])], gives: [0, 1, 1, 0] },
    ],
    oracle: byValue,
    domain: [normal, odd],
    gradient: isStep,
    results: truths,
  }),
  op('equal', {
    run: (_, a, b) => a.equal(b),
    samples: [...pairs, specialPair],
    domain: [normal, odd],
    gradient: isStep,
    results: truths,
  }),
  op('where', {
    run: (_, condition, a, b) => condition.where(a, b),
    samples: [
      shapes([2, 3], [2, 3], [2, 3]),
      shapes([2, 1], [3], []),
      shapes([0, 2], [1], [2]),
      { inputs: [given([1, 0], [2], 'bool'), given([1, NAN]), given([INF, 2])], gives: [1, 2] },
    ],
    domain: [flags, normal],
    results: kept,
    rejects: [
      [() => zero(2).where(1, 0), DTypeError, 'where.condition'],
      [() => zero(2).cast('bool').where(zero(3), 0), ShapeError, 'broadcast'],
    ],
  }),
  op<{ readonly exponent: number }>('pow', {
    run: ({ exponent }, x) => x.pow(exponent),
    samples: [
      { inputs: [[3, 4]], args: { exponent: 3 } },
      { inputs: [[]], args: { exponent: 7 } },
      { inputs: [[5]], args: { exponent: 0 } },
      { inputs: [[5]], args: { exponent: -2 } },
      { inputs: [[0]], args: { exponent: 2 } },
      { inputs: [[4]], args: { exponent: 2.5 } },
      { inputs: [[4]], args: { exponent: -0.5 } },
      { inputs: [given([-3, 0, 2])], args: { exponent: 5 }, gives: [-243, 0, 32] },
      { inputs: [given([4, 0.25, 0])], args: { exponent: -1.5 }, gives: [0.125, 8, INF] },
    ],
    oracle: byValue,
    domain: [positive],
    results: arithmetic,
    tolerance: {
      float32: { relative: 2e-6, absolute: 0, reason: 'each of up to five products is rounded' },
    },
    rejects: [
      [() => ones([2]).pow(0.3), ValueError, 'pow.exponent'],
      [() => ones([2]).pow(65), ValueError, 'pow.exponent'],
      [() => ones([2]).pow(NAN), ValueError, 'pow.exponent'],
    ],
  }),
]

const elementwise: readonly Row[] = [
  op('neg', { run: (_, x) => x.neg(), samples: [...unary, special], results: arithmetic }),
  op('exp', { run: (_, x) => x.exp(), samples: [...unary, special], results: floating }),
  op('log', {
    run: (_, x) => x.log(),
    samples: [...unary, special],
    domain: [positive],
    results: floating,
  }),
  op('sqrt', {
    run: (_, x) => x.sqrt(),
    samples: [...unary, special],
    domain: [positive],
    results: floating,
  }),
  op('sin', { run: (_, x) => x.sin(), samples: unary, results: floating }),
  op('cos', { run: (_, x) => x.cos(), samples: unary, results: floating }),
  op('tanh', { run: (_, x) => x.tanh(), samples: [...unary, special], results: floating }),
  op('sigmoid', { run: (_, x) => x.sigmoid(), samples: [...unary, special], results: floating }),
  op('erf', { run: (_, x) => x.erf(), samples: [...unary, special], results: floating }),
  op('floor', {
    run: (_, x) => x.floor(),
    samples: [
      ...unary,
      special,
      { inputs: [given([-1.5, -0.25, 0.75, 2, 3e9])], gives: [-2, -1, 0, 2, 3e9] },
      { inputs: [given([-7, 7], [2], 'int32')], gives: [-7, 7] },
    ],
    oracle: byValue,
    domain: [odd],
    gradient: isStep,
    results: numbers,
  }),
  op('not', {
    run: (_, x) => x.not(),
    samples: [...unary, { inputs: [given([0, 1, 1], [3], 'bool')], gives: [1, 0, 0] }],
    oracle: byValue,
    domain: [flags],
    gradient: { none: 'bools have no gradient' },
    results: truthsOnly,
  }),
  op('abs', {
    run: (_, x) => x.abs(),
    samples: [...unary, special],
    domain: [nonzero],
    results: arithmetic,
  }),
  op('square', { run: (_, x) => x.square(), samples: [...unary, special], results: arithmetic }),
  op('relu', {
    run: (_, x) => x.relu(),
    samples: [
      ...unary,
      special,
      { inputs: [given([-0, 1, -1, INF, -INF, NAN])], gives: [0, 1, 0, INF, 0, NAN] },
    ],
    oracle: { torch: 'relu', skip: { special: 'PyTorch keeps the sign of -0' } },
    domain: [nonzero],
    results: arithmetic,
  }),
  op('gelu', {
    run: (_, x) => x.gelu(),
    samples: [...unary, { inputs: [given([0, 1, -1, INF, NAN])] }],
    results: floating,
    tolerance: {
      float32: {
        relative: 1e-6,
        absolute: 3e-7,
        reason: '1 + erf(x/√2) cancels for x below 0: what is left is relative to 1, times |x|',
      },
    },
  }),
  op<{ readonly low: number; readonly high: number }>('clamp', {
    run: ({ low, high }, x) => x.clamp(low, high),
    samples: [
      ...unary.map((sample) => ({ ...sample, args: { low: -1, high: 2 } })),
      { ...special, args: { low: -1, high: 2 } },
      {
        inputs: [given([-2, -1, 0.5, 2, 9])],
        args: { low: -1, high: 2 },
        gives: [-1, -1, 0.5, 2, 2],
      },
    ],
    oracle: { torch: 'clamp', args: ({ min = -INF, max = INF }) => ({ low: min, high: max }) },
    domain: [odd],
    results: arithmetic,
  }),
  op<{ readonly to: DType }>('cast', {
    run: ({ to }, x) => x.cast(to),
    samples: [
      { inputs: [[3, 4]], args: { to: 'float32' } },
      { inputs: [[0, 2]], args: { to: 'int32' } },
      {
        inputs: [given([2.9, -2.9, 3e9, -3e9, NAN, INF])],
        args: { to: 'int32' },
        gives: [2, -2, 2147483647, INT_MIN, 0, 2147483647],
      },
      {
        inputs: [given([2.9, -2.9, 300, NAN, -INF, 255])],
        args: { to: 'uint8' },
        gives: [2, 0, 255, 0, 0, 255],
      },
      { inputs: [given([300, -1, 7], [3], 'int32')], args: { to: 'uint8' }, gives: [255, 0, 7] },
      { inputs: [given([0, -0, NAN, 0.1, -3])], args: { to: 'bool' }, gives: [0, 0, 1, 1, 1] },
      { inputs: [given([0, 200], [2], 'uint8')], args: { to: 'bool' }, gives: [0, 1] },
      { inputs: [given([0, 1], [2], 'bool')], args: { to: 'uint8' }, gives: [0, 1] },
      {
        inputs: [given([16777217, INT_MIN], [2], 'int32')],
        args: { to: 'float32' },
        gives: [16777216, INT_MIN],
      },
    ],
    gradient: { step: 0.5, reason: 'on the way through float32, small steps vanish' },
    results: {
      float64: 'float32',
      float32: 'float32',
      int32: 'float32',
      uint8: 'float32',
      bool: 'float32',
    },
    rejects: [[() => ones([2]).cast('float' as DType), DTypeError, 'dtype.unknown']],
  }),
  op('stopGradient', {
    run: (_, x) => x.stopGradient(),
    samples: [...unary, { inputs: [given([1, NAN, -INF])], gives: [1, NAN, -INF] }],
    oracle: byValue,
    gradient: { none: 'that is what it is for' },
    results: kept,
  }),
]

interface Reduction {
  readonly axis?: number | readonly number[]
  readonly keepDims?: boolean
}

/** Every way to name axes; `empty` where folding nothing has a value. */
function reductions(empty: boolean): Sample<Reduction>[] {
  return [
    { inputs: [[3, 4]], args: {} },
    { inputs: [[3, 4]], args: { axis: -1 } },
    { inputs: [[3, 4]], args: { axis: 0, keepDims: true } },
    { inputs: [[2, 3, 4]], args: { axis: [0, 2] } },
    { inputs: [[2, 3, 4]], args: { axis: [2, 1], keepDims: true } },
    { inputs: [[2, 3, 4]], args: { axis: [] }, note: 'over no axes: the tensor itself' },
    { inputs: [[3, 1, 2]], args: { axis: 1 } },
    { inputs: [[]], args: {} },
    { inputs: [[0, 3]], args: { axis: 1 } },
    { inputs: [[2, 45]], args: { axis: 1 }, note: 'past 16 lanes, with a rest' },
    { inputs: [[45, 2]], args: { axis: 0 } },
    { inputs: [[7, 21]], args: { axis: 0 }, note: 'columns, with a rest' },
    ...(empty
      ? [
          { inputs: [[2, 0]], args: { axis: 1 } },
          { inputs: [[0, 3]], args: {} },
        ]
      : []),
  ]
}

const nan: Sample<Reduction> = {
  inputs: [given([1, NAN, 2, -INF, 3, INF], [2, 3])],
  args: { axis: 1 },
}

const badAxes = (run: (x: Tensor, axis: number) => unknown): readonly Reject[] => [
  [() => run(zero(2, 3), 2), IndexError, 'axis.range'],
  [() => run(zero(2, 3), -3), IndexError, 'axis.range'],
  [() => run(zero(2, 3), 0.5), IndexError, 'axis.range'],
]

const folds: readonly Row[] = [
  op<Reduction>('sum', {
    run: ({ axis, keepDims = false }, x) => x.sum(axis, { keepDims }),
    samples: [...reductions(true), nan],
    results: summed,
    rejects: [
      ...badAxes((x, axis) => x.sum(axis)),
      [() => zero(2, 3).sum([0, -2]), IndexError, 'axis.repeated'],
    ],
  }),
  op<Reduction>('mean', {
    run: ({ axis, keepDims = false }, x) => x.mean(axis, { keepDims }),
    samples: [
      ...reductions(true),
      nan,
      { inputs: [given([], [2, 0])], args: { axis: 1 }, gives: [NAN, NAN] },
    ],
    results: floating,
    rejects: badAxes((x, axis) => x.mean(axis)),
  }),
  op<Reduction>('max', {
    run: ({ axis, keepDims = false }, x) => x.max(axis, { keepDims }),
    samples: [
      ...reductions(false),
      nan,
      { inputs: [given([INT_MIN, 3, -4, -5], [2, 2], 'int32')], args: { axis: 1 }, gives: [3, -4] },
      { inputs: [given([0, 1, 0, 0], [2, 2], 'bool')], args: { axis: 1 }, gives: [1, 0] },
    ],
    domain: [distinct],
    results: kept,
    rejects: [
      ...badAxes((x, axis) => x.max(axis)),
      [() => zero(2, 0).max(), IndexError, 'reduce.empty'],
      [() => zero(2, 0).max(1), IndexError, 'reduce.empty'],
    ],
  }),
  op<Reduction>('min', {
    run: ({ axis, keepDims = false }, x) => x.min(axis, { keepDims }),
    samples: [
      ...reductions(false),
      nan,
      {
        inputs: [given([INT_MIN, 3, -4, -5], [2, 2], 'int32')],
        args: { axis: 1 },
        gives: [INT_MIN, -5],
      },
      { inputs: [given([0, 1, 7, 255], [2, 2], 'uint8')], args: { axis: 1 }, gives: [0, 7] },
      { inputs: [given([0, 1, 1, 1], [2, 2], 'bool')], args: { axis: 1 }, gives: [0, 1] },
    ],
    domain: [distinct],
    results: kept,
    rejects: [[() => zero(0).min(), IndexError, 'reduce.empty']],
  }),
  op<{ readonly axis?: number; readonly keepDims?: boolean }>('argmax', {
    run: ({ axis, keepDims = false }, x) => x.argmax(axis, { keepDims }),
    samples: [
      { inputs: [[3, 4]], args: {} },
      { inputs: [[2, 3, 4]], args: { axis: -1 } },
      { inputs: [[2, 3, 4]], args: { axis: 1, keepDims: true } },
      { inputs: [[9, 21]], args: { axis: 0 } },
      { inputs: [[0, 2]], args: { axis: 1 } },
      { inputs: [given([1, NAN, 3, NAN, 2, 2, 1, 2], [2, 4])], args: { axis: 1 }, gives: [1, 0] },
      { inputs: [given([-INF, -INF])], args: { axis: 0 }, gives: [0] },
      { inputs: [given([INT_MIN, INT_MIN], [2], 'int32')], args: { axis: 0 }, gives: [0] },
    ],
    domain: [distinct],
    gradient: isStep,
    results: positions,
    rejects: [
      ...badAxes((x, axis) => x.argmax(axis)),
      [() => zero(0).argmax(), IndexError, 'reduce.empty'],
    ],
  }),
  op<{ readonly axes: readonly number[] }>('firstMax', {
    run: ({ axes }, x) => x.firstMax(axes),
    samples: [
      { inputs: [[2, 3, 4]], args: { axes: [1, 2] } },
      { inputs: [[2, 3]], args: { axes: [] } },
      { inputs: [[0, 3]], args: { axes: [1] } },
      { inputs: [given([3, 1, 3, 2], [2, 2])], args: { axes: [0, 1] }, gives: [3] },
    ],
    oracle: byValue,
    domain: [distinct],
    results: kept,
  }),
  op<{ readonly axes: readonly number[] }>('argmaxOver', {
    run: ({ axes }, x) => x.argmaxOver(axes),
    samples: [
      { inputs: [[0, 3]], args: { axes: [1] } },
      { inputs: [[2, 3, 4]], args: { axes: [0, 2] } },
      { inputs: [given([1, 2, 9, 3, 3, 1], [2, 3])], args: { axes: [0, 1] }, gives: [2] },
    ],
    oracle: byValue,
    domain: [distinct],
    gradient: isStep,
    results: positions,
  }),
  op<{ readonly axes: readonly number[] }>('positionsOver', {
    run: ({ axes }, x) => x.positionsOver(axes),
    samples: [
      {
        inputs: [given([7, 7, 7, 7, 7, 7], [2, 3])],
        args: { axes: [0, 1] },
        gives: [0, 1, 2, 3, 4, 5],
      },
      { inputs: [given([7, 7, 7, 7], [2, 2])], args: { axes: [0] }, gives: [0, 0, 1, 1] },
      { inputs: [given([7, 7])], args: { axes: [] }, gives: [0, 0] },
      { inputs: [[2, 0]], args: { axes: [1] } },
    ],
    oracle: byValue,
    gradient: isFlat,
    results: positions,
  }),
]

interface AlongAxis {
  readonly axis: number
  readonly keepDims?: boolean
}

const alongAxis: readonly Sample<AlongAxis>[] = [
  { inputs: [[3, 5]], args: { axis: -1 } },
  { inputs: [[4, 3]], args: { axis: 0 } },
  { inputs: [[2, 3, 2]], args: { axis: 1 } },
  { inputs: [[3, 1]], args: { axis: 1 } },
  { inputs: [[0, 3]], args: { axis: 1 } },
  { inputs: [given([1e4, 9999, -1e4, 0])], args: { axis: 0 }, note: 'overflows unless shifted' },
  { inputs: [given([0.5, -INF, 1.5, -INF])], args: { axis: 0 } },
  { inputs: [given([0, NAN, 1])], args: { axis: 0 }, gives: [NAN, NAN, NAN] },
]

const normalised: readonly Row[] = [
  op<AlongAxis>('softmax', {
    run: ({ axis }, x) => x.softmax(axis),
    samples: [...alongAxis, { inputs: [given([], [2, 0])], args: { axis: -1 }, gives: [] }],
    results: floating,
    rejects: [[() => zero(2).softmax(1), IndexError, 'axis.range']],
  }),
  op<AlongAxis>('logSoftmax', {
    run: ({ axis }, x) => x.logSoftmax(axis),
    samples: [...alongAxis, { inputs: [given([], [2, 0])], args: { axis: -1 }, gives: [] }],
    results: floating,
    tolerance: {
      float32: {
        relative: 1e-6,
        absolute: 3e-7,
        reason: 'near 0 it is the logarithm of a sum near 1, whose rounding counts in full',
      },
    },
    rejects: [[() => zero(2).logSoftmax(-2), IndexError, 'axis.range']],
  }),
  op<AlongAxis>('logSumExp', {
    run: ({ axis, keepDims = false }, x) => x.logSumExp(axis, { keepDims }),
    samples: [
      ...alongAxis.slice(0, -1),
      { inputs: [[2, 4]], args: { axis: 1, keepDims: true } },
      { inputs: [given([-INF, -INF])], args: { axis: 0 }, gives: [-INF] },
      { inputs: [given([3, INF])], args: { axis: 0 }, gives: [INF] },
      { inputs: [given([], [2, 0])], args: { axis: 1 }, gives: [-INF, -INF] },
    ],
    results: floating,
  }),
  op('crossEntropy', {
    run: (_, logits, labels) => crossEntropy(logits, labels),
    samples: [
      shapes([4, 3], [4]),
      shapes([1, 3], [1]),
      { inputs: [given([0, 0, 0, 0], [1, 4]), given([2], [1], 'uint8')], gives: [Math.log(4)] },
    ],
    domain: [normal, below(3)],
    results: floating,
    rejects: [
      [() => crossEntropy(zero(2), zero(2)), ShapeError, 'crossEntropy.logits'],
      [() => crossEntropy(zero(2, 3), zero(2, 3)), ShapeError, 'crossEntropy.oneHot'],
      [() => crossEntropy(zero(2, 3), zero(2, 1)), ShapeError, 'crossEntropy.labels'],
      [() => crossEntropy(zero(2, 3), zero(4)), ShapeError, 'crossEntropy.rows'],
      [() => crossEntropy(zero(2, 3), zero(2)), DTypeError, 'crossEntropy.dtype'],
      [() => crossEntropy(zero(0, 3), arange(0)), ValueError, 'crossEntropy.empty'],
      [() => crossEntropy(zero(2, 3).softmax(), arange(2)), ValueError, 'crossEntropy.softmax'],
      [
        () => crossEntropy(zero(1, 3), tensor([3], [1], { dtype: 'int32' })),
        IndexError,
        'crossEntropy.range',
      ],
      [
        () => crossEntropy(zero(1, 3), tensor([-1], [1], { dtype: 'int32' })),
        IndexError,
        'crossEntropy.range',
      ],
    ],
  }),
  op('mseLoss', {
    run: (_, a, b) => mseLoss(a, b),
    samples: [shapes([3, 4], [3, 4]), shapes([], []), shapes([5], [5])],
    results: floating,
    rejects: [[() => mseLoss(zero(2, 1), zero(2)), ShapeError, 'loss.broadcast']],
  }),
]

const movements: readonly Row[] = [
  op<{ readonly shape: Sizes }>('reshape', {
    run: ({ shape }, x) => x.reshape(shape),
    samples: [
      { inputs: [[2, 6]], args: { shape: [3, -1] } },
      { inputs: [[]], args: { shape: [1, 1] } },
      { inputs: [[0, 4]], args: { shape: [2, 0, 3] } },
      { inputs: [[0, 4]], args: { shape: [2, -1] } },
    ],
    results: kept,
    rejects: [
      [() => zero(2, 3).reshape([4]), ShapeError, 'reshape.size'],
      [() => zero(2, 3).reshape([-1, -1] as never), ShapeError, 'reshape.holes'],
      [() => zero(2, 3).reshape([4, -1]), ShapeError, 'reshape.divide'],
      [() => zero(0, 3).reshape([0, -1]), ShapeError, 'reshape.divide'],
      [() => zero(2).reshape([-2]), ShapeError, 'shape.sizes'],
      [() => zero(2).reshape('2' as never), ValueError, 'argument.list'],
    ],
  }),
  op<{ readonly start: number; readonly end?: number }>('flatten', {
    run: ({ start, end = -1 }, x) => x.flatten(start, end),
    samples: [
      { inputs: [[2, 3, 4]], args: { start: 0 } },
      { inputs: [[2, 3, 4]], args: { start: 0, end: 1 } },
      { inputs: [[]], args: { start: 0 } },
      { inputs: [[2, 0, 4]], args: { start: 1 } },
    ],
    results: kept,
    rejects: [[() => zero(2).flatten(1), IndexError, 'axis.range']],
  }),
  op<{ readonly axes: readonly number[] }>('permute', {
    run: ({ axes }, x) => x.permute(axes),
    samples: [
      { inputs: [[2, 3, 4]], args: { axes: [2, 0, 1] } },
      { inputs: [[]], args: { axes: [] } },
      { inputs: [[2, 0, 3]], args: { axes: [1, -1, 0] } },
    ],
    results: kept,
    rejects: [
      [() => zero(2, 3).permute([0]), ShapeError, 'permute.axes'],
      [() => zero(2, 3).permute([0, 0]), ShapeError, 'permute.axes'],
      [() => zero(2, 3).permute([0, 2]), IndexError, 'axis.range'],
    ],
  }),
  op<{ readonly axes: readonly [number, number] }>('transpose', {
    run: ({ axes: [first, second] }, x) => x.transpose(first, second),
    samples: [
      { inputs: [[2, 3, 4]], args: { axes: [0, 2] } },
      { inputs: [[5, 9]], args: { axes: [-2, -1] } },
      { inputs: [[3]], args: { axes: [0, 0] } },
      { inputs: [[2, 0]], args: { axes: [0, 1] } },
    ],
    results: kept,
    rejects: [[() => zero(2).transpose(), IndexError, 'axis.range']],
  }),
  op<{ readonly shape: Sizes }>('expand', {
    run: ({ shape }, x) => x.expand(shape),
    samples: [
      { inputs: [[3, 1]], args: { shape: [2, 3, 4] } },
      { inputs: [[]], args: { shape: [2, 2] } },
      { inputs: [[1, 3]], args: { shape: [0, 3] } },
    ],
    results: kept,
    rejects: [
      [() => zero(2, 3).expand([2, 6]), ShapeError, 'broadcast'],
      [() => zero(2, 3).expand([1, 3]), ShapeError, 'expand.shape'],
    ],
  }),
  op<{ readonly axis: number; readonly start: number; readonly end?: number }>('slice', {
    run: ({ axis, start, end }, x) => x.slice(axis, start, end),
    samples: [
      { inputs: [[3, 5]], args: { axis: 1, start: 1, end: 4 } },
      { inputs: [[3, 5]], args: { axis: -1, start: -2 } },
      { inputs: [[3, 2]], args: { axis: 0, start: 1, end: 1 } },
      { inputs: [[0, 2]], args: { axis: 1, start: 1 } },
      { inputs: [given([0, 1, 2, 3, 4])], args: { axis: 0, start: 1, end: -1 }, gives: [1, 2, 3] },
    ],
    oracle: { none: 'the fixture has ranges of all axes: see slices' },
    results: kept,
    rejects: [
      [() => zero(3).slice(0, 2, 1), ShapeError, 'slice.range'],
      [() => zero(3).slice(0, 0, 4), ShapeError, 'slice.range'],
      [() => zero(3).slice(0, 0.5), ShapeError, 'slice.range'],
      [() => zero(3).slice(1, 0), IndexError, 'axis.range'],
    ],
  }),
  op<{ readonly ranges: readonly (readonly [number, number])[] }>('slices', {
    run: ({ ranges }, x) => x.slices(ranges),
    samples: [
      {
        inputs: [[3, 5]],
        args: {
          ranges: [
            [1, 3],
            [0, 4],
          ],
        },
      },
      {
        inputs: [[3, 5]],
        args: {
          ranges: [
            [0, 3],
            [0, 5],
          ],
        },
      },
      { inputs: [[]], args: { ranges: [] } },
    ],
    oracle: {
      torch: 'slice',
      args: ({ ranges = [] }: { ranges?: number[][] }) => ({
        ranges: ranges.map(([from = 0, to = 0]) => [from, to] as const),
      }),
      skip: { steps: 'ranges have no step' },
    },
    results: kept,
    rejects: [
      [() => zero(3).slices([[0, 4]]), ShapeError, 'slices.ranges'],
      [() => zero(3).slices([]), ShapeError, 'slices.ranges'],
      [() => zero(3).slices([[0, 1.5]]), ShapeError, 'slices.ranges'],
    ],
  }),
  op<{ readonly padding: readonly (readonly [number, number])[]; readonly value?: number }>('pad', {
    run: ({ padding, value }, x) => x.pad(padding, value),
    samples: [
      {
        inputs: [[2, 3]],
        args: {
          padding: [
            [1, 0],
            [2, 1],
          ],
        },
      },
      {
        inputs: [[2, 3]],
        args: {
          padding: [
            [0, 1],
            [0, 0],
          ],
          value: 3,
        },
      },
      { inputs: [[0]], args: { padding: [[1, 2]], value: 7 } },
      { inputs: [[]], args: { padding: [] } },
      {
        inputs: [given([1, 2])],
        args: { padding: [[1, 1]], value: -INF },
        gives: [-INF, 1, 2, -INF],
      },
      { inputs: [given([1, 2])], args: { padding: [[1, 0]], value: NAN }, gives: [NAN, 1, 2] },
    ],
    results: kept,
    rejects: [
      [() => zero(2).pad([[0, -1]]), ShapeError, 'pad.widths'],
      [() => zero(2).pad([[0, 0.5]]), ShapeError, 'pad.widths'],
      [() => zero(2).pad([]), ShapeError, 'pad.widths'],
    ],
  }),
  op<{ readonly axes: readonly number[] }>('flip', {
    run: ({ axes }, x) => x.flip(axes),
    samples: [
      { inputs: [[3, 7]], args: { axes: [1] } },
      { inputs: [[2, 3, 2]], args: { axes: [-1, 0] } },
      { inputs: [[0, 2]], args: { axes: [0] } },
      { inputs: [[2]], args: { axes: [] } },
    ],
    results: kept,
    rejects: [
      [() => zero(2).flip(1), IndexError, 'axis.range'],
      [() => zero(2).flip([0, 0]), IndexError, 'axis.repeated'],
    ],
  }),
  op<{ readonly axis: number }>('squeeze', {
    run: ({ axis }, x) => x.squeeze(axis),
    samples: [
      { inputs: [[2, 1, 3]], args: { axis: 1 } },
      { inputs: [[1]], args: { axis: -1 } },
      { inputs: [[1, 0]], args: { axis: 0 } },
    ],
    oracle: { torch: 'squeeze', skip: { all: 'axes are named' } },
    results: kept,
    rejects: [
      [() => zero(2, 1).squeeze(0), ShapeError, 'squeeze.size'],
      [() => zero().squeeze(0), IndexError, 'axis.range'],
    ],
  }),
  op<{ readonly axis: number }>('unsqueeze', {
    run: ({ axis }, x) => x.unsqueeze(axis),
    samples: [
      { inputs: [[2, 3]], args: { axis: 1 } },
      { inputs: [[]], args: { axis: 0 } },
      { inputs: [[0, 2]], args: { axis: -3 } },
    ],
    results: kept,
    rejects: [[() => zero(2).unsqueeze(2), IndexError, 'axis.range']],
  }),
  op<{ readonly axis: number }>('concat', {
    run: ({ axis }, ...parts) => concat(parts as [Tensor], axis),
    samples: [
      {
        inputs: [
          [2, 3],
          [1, 3],
        ],
        args: { axis: 0 },
      },
      {
        inputs: [
          [2, 1],
          [2, 5],
          [2, 2],
        ],
        args: { axis: -1 },
      },
      {
        inputs: [
          [2, 2],
          [0, 2],
        ],
        args: { axis: 0 },
      },
      { inputs: [[0], [0]], args: { axis: 0 } },
      { inputs: [[4]], args: { axis: 0 } },
      { inputs: [given([1, NAN]), given([INF])], args: { axis: 0 }, gives: [1, NAN, INF] },
    ],
    results: kept,
    rejects: [
      [() => concat([]), ValueError, 'concat.none'],
      [() => concat([zero(2), zero(2, 1)]), ShapeError, 'concat.rank'],
      [() => concat([zero(2, 2), zero(2, 3)]), ShapeError, 'concat.sizes'],
      [() => concat([zero(2)], 1), IndexError, 'axis.range'],
    ],
  }),
  op<{ readonly axis: number }>('stack', {
    run: ({ axis }, ...parts) => stack(parts as [Tensor], axis),
    samples: [
      {
        inputs: [
          [2, 3],
          [2, 3],
        ],
        args: { axis: 1 },
      },
      { inputs: [[], []], args: { axis: 0 } },
      { inputs: [[0], [0]], args: { axis: -1 } },
    ],
    results: kept,
    rejects: [
      [() => stack([]), ValueError, 'concat.none'],
      [() => stack([zero(2), zero(3)]), ShapeError, 'stack.shapes'],
      [() => stack([zero(2)], 2), IndexError, 'axis.range'],
    ],
  }),
]

const products: readonly Row[] = [
  op('matmul', {
    run: (_, a, b) => a.matmul(b),
    samples: [
      shapes([3, 4], [4, 2]),
      shapes([5], [5]),
      shapes([3], [3, 4]),
      shapes([3, 4], [4]),
      shapes([2, 3, 4], [2, 4, 2]),
      shapes([2, 1, 2, 3], [4, 3, 2]),
      shapes([2, 3, 4], [4, 2]),
      shapes([2, 3, 4], [4]),
      shapes([3], [2, 3, 4]),
      shapes([2, 0], [0, 3]),
      shapes([0, 2], [2, 3]),
      shapes([2, 3], [3, 0]),
      shapes([0, 2, 3], [0, 3, 1]),
      {
        inputs: [
          [7, 5],
          [5, 13],
        ],
        note: 'rests of a tile in both directions',
      },
    ],
    results: arithmetic,
    rejects: [
      [() => zero(2, 3).matmul(zero(4, 5)), ShapeError, 'matmul.inner'],
      [() => zero(2, 3).matmul(zero(5, 3)), ShapeError, 'matmul.transposed'],
      [() => zero().matmul(zero(2)), ShapeError, 'matmul.scalar'],
      [() => zero(2).matmul(zero()), ShapeError, 'matmul.scalar'],
      [() => zero(2, 3, 4).matmul(zero(3, 4, 5)), ShapeError, 'broadcast'],
      [() => zero(2).matmul(arange(2)), DTypeError, 'matmul.dtype'],
      [() => zero(2).matmul(2 as never), ValueError, 'argument.tensor'],
    ],
  }),
  op('linear', {
    run: (_, x, weight, bias) => {
      const y = x.matmul(weight.transpose())
      return bias ? y.add(bias) : y
    },
    samples: [shapes([3, 4], [2, 4], [2]), shapes([0, 4], [2, 4], [2])],
    results: arithmetic,
  }),
  op<Labels>('contract', {
    run: (labels, a, b) => a.contract(b, labels),
    samples: [
      {
        inputs: [
          [2, 3, 4],
          [4, 3, 5],
        ],
        args: { a: [0, 1, 2], b: [2, 1, 3], out: [0, 3] },
      },
      {
        inputs: [
          [2, 3, 4],
          [5, 3, 2],
        ],
        args: { a: [0, 1, 2], b: [3, 1, 0], out: [1, 3, 2, 0] },
        note: 'two batches out of order',
      },
      { inputs: [[2], [3]], args: { a: [0], b: [1], out: [1, 0] } },
      { inputs: [[2, 0], [0]], args: { a: [0, 1], b: [1], out: [0] } },
      { inputs: [given([1, 2]), given([3, 4])], args: { a: [0], b: [0], out: [0] }, gives: [3, 8] },
    ],
    oracle: byValue,
    results: numbers,
  }),
]

interface Conv2d {
  readonly stride?: number | readonly [number, number]
  readonly padding?: number | readonly [number, number] | 'same'
  readonly dilation?: number | readonly [number, number]
  readonly groups?: number
}

interface Pool2d {
  readonly kernelSize: number | readonly [number, number]
  readonly stride?: number | readonly [number, number]
  readonly padding?: number | readonly [number, number]
  readonly dilation?: number | readonly [number, number]
}

const pools: readonly Sample<Pool2d>[] = [
  { inputs: [[2, 2, 4, 4]], args: { kernelSize: 2 } },
  { inputs: [[1, 5, 5]], args: { kernelSize: 3, stride: 1 } },
  { inputs: [[1, 1, 5, 5]], args: { kernelSize: 3, stride: 2, padding: 1 } },
  { inputs: [[1, 1, 5, 6]], args: { kernelSize: [2, 3], stride: [2, 1], padding: [1, 0] } },
  { inputs: [[1, 1, 6, 5]], args: { kernelSize: 2, stride: 1, dilation: [2, 3] } },
  { inputs: [[0, 2, 4, 4]], args: { kernelSize: 2 } },
  { inputs: [[1, 1, 2, 2]], args: { kernelSize: [1, 2] } },
]

const countedIn = 'padding is always counted in'

const grid = (size: number[], stride: number[], dilation: number[]): Windows => ({
  size,
  stride,
  dilation,
})

const windows: readonly Row[] = [
  op<Conv2d>('conv2d', {
    run: (options, x, weight, bias) => {
      const y: Tensor = x.conv2d(weight, options)
      return bias ? y.add(bias.reshape([-1, 1, 1])) : y
    },
    samples: [
      {
        inputs: [
          [2, 2, 5, 5],
          [3, 2, 3, 3],
        ],
        args: {},
      },
      {
        inputs: [
          [2, 5, 4],
          [3, 2, 3, 3],
        ],
        args: { padding: 'same' },
        note: 'no batch axis',
      },
      {
        inputs: [
          [1, 1, 4, 4],
          [1, 1, 2, 2],
        ],
        args: { padding: 'same' },
        note: 'lopsided',
      },
      {
        inputs: [
          [1, 4, 6, 5],
          [4, 2, 3, 2],
        ],
        args: { stride: [2, 1], padding: [2, 1], dilation: [2, 1], groups: 2 },
      },
      {
        inputs: [
          [1, 3, 4, 4],
          [6, 1, 3, 3],
        ],
        args: { groups: 3, padding: 1 },
      },
      {
        inputs: [
          [0, 2, 4, 4],
          [3, 2, 3, 3],
        ],
        args: {},
      },
      {
        inputs: [
          [1, 1, 9, 11],
          [5, 1, 3, 3],
        ],
        args: { padding: 1, stride: 2 },
      },
    ],
    results: arithmetic,
    rejects: [
      [() => zero(4, 4).conv2d(zero(1, 1, 2, 2)), ShapeError, 'window.rank'],
      [() => zero(1, 4, 4).conv2d(zero(1, 2, 2)), ShapeError, 'conv2d.weight'],
      [() => zero(1, 4, 4).conv2d(zero(1, 2, 2, 2)), ShapeError, 'conv2d.channels'],
      [() => zero(1, 4, 4).conv2d(zero(1, 1, 5, 5)), ShapeError, 'window.fit'],
      [() => zero(2, 4, 4).conv2d(zero(3, 1, 2, 2), { groups: 2 }), ShapeError, 'conv2d.groups'],
      [
        () => zero(1, 4, 4).conv2d(zero(1, 1, 2, 2), { stride: 2, padding: 'same' }),
        ShapeError,
        'window.same',
      ],
      [() => zero(1, 4, 4).conv2d(zero(1, 1, 2, 2), { stride: 0 }), ValueError, 'value.integer'],
      [() => zero(1, 4, 4).conv2d(zero(1, 1, 2, 2), { padding: -1 }), ValueError, 'value.integer'],
      [() => zero(1, 4, 4).conv2d(zero(1, 1, 2, 2).cast('float64')), DTypeError, 'conv2d.dtype'],
    ],
  }),
  op<Pool2d>('maxPool2d', {
    run: ({ kernelSize, ...options }, x) => x.maxPool2d(kernelSize, options),
    samples: [
      ...pools,
      {
        inputs: [given([0, 0, 0, 0], [1, 2, 2], 'bool')],
        args: { kernelSize: 2, padding: 1 },
        gives: [0, 0, 0, 0],
        note: 'the border is never the largest',
      },
      {
        inputs: [given([-1, -2, -3, -4], [1, 2, 2], 'int32')],
        args: { kernelSize: 2, padding: 1 },
        gives: [-1, -2, -3, -4],
      },
      { inputs: [given([1, NAN, 3, 4], [1, 2, 2])], args: { kernelSize: 2 }, gives: [NAN] },
    ],
    domain: [distinct],
    results: kept,
    rejects: [
      [() => zero(1, 4, 4).maxPool2d(5), ShapeError, 'window.fit'],
      [() => zero(4, 4).maxPool2d(2), ShapeError, 'window.rank'],
      [() => zero(1, 4, 4).maxPool2d(2, { padding: 2 }), ShapeError, 'pool.padding'],
      [() => zero(1, 4, 4).maxPool2d(0), ValueError, 'value.integer'],
    ],
  }),
  op<Pool2d>('minPool2d', {
    run: ({ kernelSize, ...options }, x) => x.minPool2d(kernelSize, options),
    samples: [
      ...pools,
      {
        inputs: [given([0, 1, 7, 255], [1, 2, 2], 'uint8')],
        args: { kernelSize: 2, padding: 1 },
        gives: [0, 1, 7, 255],
        note: 'the border is never the smallest',
      },
      {
        inputs: [given([1, 1, 0, 1], [1, 2, 2], 'bool')],
        args: { kernelSize: 2, padding: 1 },
        gives: [1, 1, 0, 1],
      },
      {
        inputs: [given([INT_MIN, 5, 6, 7], [1, 2, 2], 'int32')],
        args: { kernelSize: 2 },
        gives: [INT_MIN],
      },
    ],
    domain: [distinct],
    results: kept,
  }),
  op<Pool2d>('avgPool2d', {
    run: ({ kernelSize, ...options }, x) => x.avgPool2d(kernelSize, options),
    samples: pools,
    oracle: {
      torch: 'avgPool2d',
      skip: { 'padding, not counted': countedIn, 'oblong, not counted': countedIn },
    },
    results: floating,
  }),
  op<Windows>('windows', {
    run: (attrs, x) => x.windows(attrs),
    samples: [
      { inputs: [[2, 5, 4]], args: grid([2, 3], [1, 1], [1, 1]) },
      { inputs: [[7]], args: grid([2], [2], [3]) },
      { inputs: [[2, 2]], args: grid([3, 1], [1, 1], [1, 1]), note: 'no window fits' },
      { inputs: [[0, 3]], args: grid([2], [1], [1]) },
      { inputs: [given([0, 1, 2, 3, 4])], args: grid([2], [2], [1]), gives: [0, 2, 1, 3] },
    ],
    oracle: byValue,
    results: kept,
  }),
  op<{ readonly extents: Sizes; readonly grid: Windows }>('foldWindows', {
    run: ({ extents, grid }, x) => x.foldWindows(extents, grid),
    samples: [
      { inputs: [[2, 2, 3, 4, 2]], args: { extents: [5, 4], grid: grid([2, 3], [1, 1], [1, 1]) } },
      { inputs: [[2, 2]], args: { extents: [7], grid: grid([2], [2], [3]) } },
      { inputs: [[0, 2, 3]], args: { extents: [4], grid: grid([2], [1], [1]) } },
      {
        inputs: [given([1, 2, 3, 4], [2, 2])],
        args: { extents: [3], grid: grid([2], [1], [1]) },
        gives: [1, 5, 4],
      },
    ],
    oracle: byValue,
    results: numbers,
  }),
]

const creation: readonly Row[] = [
  op<{ readonly shape: Sizes; readonly value: number; readonly dtype?: DType }>('full', {
    run: ({ shape, value, dtype = 'float32' }) => full(shape, value, { dtype }),
    samples: [
      { inputs: [], args: { shape: [2, 2], value: 1.5 }, gives: [1.5, 1.5, 1.5, 1.5] },
      { inputs: [], args: { shape: [], value: NAN }, gives: [NAN] },
      { inputs: [], args: { shape: [0, 3], value: 1 }, gives: [] },
      { inputs: [], args: { shape: [2], value: -1, dtype: 'uint8' }, gives: [0, 0] },
      { inputs: [], args: { shape: [2], value: -7, dtype: 'bool' }, gives: [1, 1] },
    ],
    oracle: byValue,
    gradient: isFlat,
    results: kept,
    rejects: [
      [() => full([-1], 0), ShapeError, 'shape.sizes'],
      [() => full([1.5], 0), ShapeError, 'shape.sizes'],
      [() => full([2 ** 30, 2 ** 30], 0), ShapeError, 'shape.huge'],
      [() => full([2], 0, { dtype: 'float' as DType }), DTypeError, 'dtype.unknown'],
    ],
  }),
  op('zeros', {
    run: () => zero(2),
    samples: [{ inputs: [], gives: [0, 0] }],
    oracle: byValue,
    gradient: isFlat,
    results: kept,
  }),
  op('ones', {
    run: () => ones([2]),
    samples: [{ inputs: [], gives: [1, 1] }],
    oracle: byValue,
    gradient: isFlat,
    results: kept,
  }),
  op<{ readonly count: number; readonly dtype?: DType }>('arange', {
    run: ({ count, dtype = 'int32' }) => arange(count, { dtype }),
    samples: [
      { inputs: [], args: { count: 5 }, gives: [0, 1, 2, 3, 4] },
      { inputs: [], args: { count: 0 }, gives: [] },
      { inputs: [], args: { count: 3, dtype: 'float32' }, gives: [0, 1, 2] },
    ],
    oracle: byValue,
    gradient: isFlat,
    results: kept,
    rejects: [
      [() => arange(-1), ShapeError, 'shape.sizes'],
      [() => arange(2, { dtype: 'bool' }), DTypeError, 'dtype.kind'],
    ],
  }),
]

/** All rows. */
export const table: readonly Row[] = [
  ...binary,
  ...elementwise,
  ...folds,
  ...normalised,
  ...movements,
  ...products,
  ...windows,
  ...creation,
]
