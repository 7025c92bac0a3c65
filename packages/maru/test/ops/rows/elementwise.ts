/** One operand, one result for each element. */
import type { DType } from '../../../src/base/dtype.ts'
import { DTypeError, ones } from '../../../src/index.ts'
import { flags, nonzero, odd, positive } from '../draw.ts'
import { all, arithmetic, floating, kept, numbers, op, type Row, truthsOnly } from '../row.ts'
import { byValue, given, INF, INT_MIN, isStep, NAN, special, unary } from './samples.ts'

export const elementwise: readonly Row[] = [
  op('neg', { run: (_, x) => x.neg(), samples: [...unary, special], results: numbers }),
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
    results: all('float32'),
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
