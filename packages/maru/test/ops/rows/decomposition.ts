import { type DType, isFloat } from '../../../src/base/dtype.ts'
import type { Triangle } from '../../../src/base/matrix/factor.ts'
import { DTypeError, ShapeError, type Tensor, ValueError } from '../../../src/index.ts'
import { type Draw, normal } from '../draw.ts'
import {
  op,
  type Reject,
  type Results,
  type Row,
  results,
  type Sample,
  type Tolerance,
} from '../row.ts'
import { given, INF, isStep, NAN, shapes, zero } from './samples.ts'

/** Floats only. */
const floats: Results = results((dtype) => (isFloat(dtype) ? dtype : 'refused'))

const conditioned: { readonly [D in DType]?: Tolerance } = {
  float32: {
    relative: 2e-5,
    absolute: 2e-5,
    reason: 'inputs are prepared in float32, and equations enlarge its rounding',
  },
}

// What the oracle's script does to its inputs.

function identity(x: Tensor): Tensor {
  const { ndim } = x
  return x
    .positionsOver([ndim - 2])
    .equal(x.positionsOver([ndim - 1]))
    .cast(x.dtype)
}

const regular = (x: Tensor): Tensor => x.add(identity(x).mul(4))
const symmetric = (x: Tensor): Tensor => x.add(x.transpose())
const positive = (x: Tensor): Tensor => x.matmul(x.transpose()).add(identity(x))

const squares: readonly Sample<object>[] = [
  shapes([4, 4]),
  shapes([2, 3, 3]),
  shapes([1, 1]),
  shapes([0, 0]),
  shapes([0, 2, 2]),
]

const oblongs: readonly (readonly number[])[] = [
  [3, 3],
  [5, 3],
  [2, 4],
  [2, 3, 2],
  [3, 0],
  [0, 2],
]

function each<A extends object>(args: A, shapes = oblongs): Sample<A>[] {
  return shapes.map((shape) => ({ inputs: [shape], args }))
}

/** Small enough that one more on the diagonal makes an inverse. */
const small: Draw = {
  dtype: 'float32',
  numbers: (from, count) => normal.numbers(from, count).map((value) => value / 8),
}

const badMatrix = (run: (x: Tensor) => unknown): readonly Reject[] => [
  [() => run(zero(3)), ShapeError, 'matrix.rank'],
  [() => run(zero()), ShapeError, 'matrix.rank'],
  [() => run(zero(2, 2).cast('int32')), DTypeError, 'dtype.kind'],
]

const badSquare = (run: (x: Tensor) => unknown): readonly Reject[] => [
  ...badMatrix(run),
  [() => run(zero(2, 3)), ShapeError, 'matrix.square'],
]

const badSides = (run: (a: Tensor, b: Tensor) => unknown): readonly Reject[] => [
  ...badSquare((a) => run(a, zero(2))),
  [() => run(zero(2, 2), zero(3)), ShapeError, 'matrix.rows'],
  [() => run(zero(2, 2), zero()), ShapeError, 'matrix.rows'],
  [() => run(zero(2, 2, 2), zero(3, 2, 1)), ShapeError, 'broadcast'],
  [() => run(zero(2, 2), zero(2).cast('float64')), DTypeError, 'matrix.dtype'],
  [() => run(zero(2, 2), 1 as never), ValueError, 'argument.tensor'],
]

const equations: readonly Sample<object>[] = [
  shapes([4, 4], [4, 2]),
  shapes([3, 3], [3]),
  shapes([3, 3], [2, 3, 1]),
  shapes([2, 2, 2], [2, 3]),
  shapes([0, 0], [0, 2]),
  shapes([2, 2], [2, 0]),
]

const singular = given([1, 2, 2, 4], [2, 2])

export const decompositions: readonly Row[] = [
  op('cholesky', {
    run: (_, x) => positive(x).cholesky(),
    samples: squares,
    results: floats,
    tolerance: conditioned,
    rejects: badSquare((x) => x.cholesky()),
  }),
  op<Partial<Triangle>>('triangularSolve', {
    run: (options, a, b) => regular(a).triangularSolve(b, options),
    samples: [
      ...equations,
      {
        inputs: [
          [3, 3],
          [3, 2],
        ],
        args: { upper: true },
      },
      {
        inputs: [
          [3, 3],
          [3, 2],
        ],
        args: { transpose: true },
      },
      { inputs: [[3, 3], [3]], args: { upper: true, transpose: true, unitriangular: true } },
    ],
    results: floats,
    tolerance: conditioned,
    rejects: badSides((a, b) => a.triangularSolve(b)),
  }),
  op('solve', {
    run: (_, a, b) => regular(a).solve(b),
    samples: equations,
    results: floats,
    tolerance: conditioned,
    rejects: badSides((a, b) => a.solve(b)),
  }),
  op('inverse', {
    run: (_, x) => regular(x).inverse(),
    samples: squares,
    results: floats,
    tolerance: conditioned,
    rejects: badSquare((x) => x.inverse()),
  }),
  op('det', {
    run: (_, x) => regular(x).det(),
    samples: [...squares, { inputs: [given([], [0, 0])], gives: [1] }],
    results: floats,
    tolerance: conditioned,
    rejects: badSquare((x) => x.det()),
  }),
  op<{ readonly part?: 'sign' | 'logAbsDet' }>('slogdet', {
    run: ({ part = 'logAbsDet' }, x) => regular(x).slogdet()[part],
    samples: [...squares, ...each({ part: 'sign' as const }, [[3, 3]])],
    results: floats,
    tolerance: conditioned,
    rejects: badSquare((x) => x.slogdet()),
  }),
  op('logDet', {
    run: (_, x) => positive(x).logDet(),
    samples: squares,
    results: floats,
    tolerance: conditioned,
    rejects: badSquare((x) => x.logDet()),
  }),
  op<{ readonly part?: 'q' | 'r' }>('qr', {
    run: ({ part = 'q' }, x) => x.qr()[part],
    samples: [...each({ part: 'q' as const }), ...each({ part: 'r' as const })],
    results: floats,
    tolerance: conditioned,
    rejects: badMatrix((x) => x.qr()),
  }),
  op<{ readonly part?: 'values' | 'function' }>('eigh', {
    run: ({ part = 'values' }, x) => {
      const { values, vectors } = symmetric(x).eigh()
      if (part === 'values') return values
      return vectors.mul(values.tanh().unsqueeze(-2)).matmul(vectors.transpose())
    },
    samples: [
      ...squares,
      ...squares.map((sample) => ({ ...sample, args: { part: 'function' as const } })),
    ],
    results: floats,
    tolerance: conditioned,
    rejects: badSquare((x) => x.eigh()),
  }),
  op<{ readonly part?: 's' | 'function' | 'left' | 'right' }>('svd', {
    run: ({ part = 's' }, x) => {
      const { u, s, vh } = x.svd()
      if (part === 's') return s
      if (part === 'function') return u.mul(s.tanh().unsqueeze(-2)).matmul(vh)
      const some: Tensor = part === 'left' ? u.slice(-1, 0, 2) : vh.slice(-2, 0, 1).transpose()
      return some.matmul(some.transpose())
    },
    samples: [
      ...each({ part: 's' as const }),
      ...each({ part: 'function' as const }),
      ...each({ part: 'left' as const }, oblongs.slice(0, 4)),
      ...each({ part: 'right' as const }, oblongs.slice(0, 4)),
    ],
    results: floats,
    tolerance: conditioned,
    rejects: badMatrix((x) => x.svd()),
  }),
  op<{ readonly tolerance?: number }>('pinv', {
    run: (options, a, b) => (b ? a.matmul(b) : a).pinv(options),
    samples: [
      ...each({}),
      {
        inputs: [
          [4, 2],
          [2, 3],
        ],
        args: { tolerance: 1e-5 },
        note: 'of rank two',
      },
      { inputs: [singular], gives: [1 / 25, 2 / 25, 2 / 25, 4 / 25] },
      { inputs: [given([0, 0], [1, 2])], gives: [0, 0] },
    ],
    results: floats,
    tolerance: conditioned,
    rejects: [
      ...badMatrix((x) => x.pinv()),
      [() => zero(2, 2).pinv({ tolerance: -1 }), ValueError, 'value.range'],
    ],
  }),
  op<{ readonly tolerance?: number }>('matrixRank', {
    run: (options, a, b) => (b ? a.matmul(b) : a).matrixRank(options),
    samples: [
      ...each({}),
      { inputs: [singular], gives: [1] },
      { inputs: [given([0, 0], [1, 2])], gives: [0] },
      { inputs: [given([], [2, 0])], gives: [0] },
      { inputs: [given([1, 0, 0, 0.5], [2, 2])], args: { tolerance: 0.5 }, gives: [1] },
    ],
    gradient: isStep,
    results: results((dtype) => (isFloat(dtype) ? 'int32' : 'refused')),
    rejects: badMatrix((x) => x.matrixRank()),
  }),
  op('lstsq', {
    run: (_, a, b) => a.lstsq(b),
    samples: [
      shapes([5, 3], [5]),
      shapes([4, 2], [4, 3]),
      shapes([2, 4], [2]),
      shapes([0, 2], [0, 3]),
      { inputs: [singular, given([1, 2])], gives: [0.2, 0.4], note: 'the smallest of many' },
    ],
    results: floats,
    tolerance: conditioned,
    rejects: badMatrix((x) => x.lstsq(zero(2))),
  }),
  op<{ readonly exponent: number }>('matrixPower', {
    run: ({ exponent }, x) => x.add(identity(x)).matrixPower(exponent),
    samples: [-2, 0, 1, 5].flatMap((exponent) =>
      each({ exponent }, [
        [3, 3],
        [0, 0],
        [2, 2, 2],
      ]),
    ),
    domain: [small],
    results: floats,
    tolerance: conditioned,
    rejects: [
      ...badSquare((x) => x.matrixPower(2)),
      [() => zero(2, 2).matrixPower(0.5), ValueError, 'value.range'],
    ],
  }),
  op('matrixExp', {
    run: (_, x) => x.matrixExp(),
    samples: [
      ...squares,
      { inputs: [given([0, 1, 0, 0], [2, 2])], gives: [1, 1, 0, 1] },
      { inputs: [given([0, INF, 0, 0], [2, 2])], gives: [NAN, NAN, NAN, NAN] },
    ],
    results: floats,
    tolerance: conditioned,
    rejects: badSquare((x) => x.matrixExp()),
  }),
]
