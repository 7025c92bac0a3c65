/** Functions of one number. */
import { type NanToNumOptions, ValueError } from '../../../src/index.ts'
import { aboveOne, likely, nonzero, odd, positive, unit } from '../draw.ts'
import { floating, kept, numbers, op, type Row, truths } from '../row.ts'
import { byValue, few, given, INF, isFlat, isStep, NAN, special, zero } from './samples.ts'

export const functions: readonly Row[] = [
  op('sign', {
    run: (_, x) => x.sign(),
    samples: [...few, special],
    gradient: isStep,
    results: kept,
  }),
  op('round', {
    run: (_, x) => x.round(),
    samples: [...few, special, { inputs: [given([-7, 7], [2], 'int32')], gives: [-7, 7] }],
    domain: [odd],
    gradient: isStep,
    results: numbers,
  }),
  op('ceil', {
    run: (_, x) => x.ceil(),
    samples: [...few, special, { inputs: [given([-7, 7], [2], 'int32')], gives: [-7, 7] }],
    domain: [odd],
    gradient: isStep,
    results: numbers,
  }),
  op('trunc', {
    run: (_, x) => x.trunc(),
    samples: [...few, special, { inputs: [given([-7, 7], [2], 'int32')], gives: [-7, 7] }],
    domain: [odd],
    gradient: isStep,
    results: numbers,
  }),
  op('frac', {
    run: (_, x) => x.frac(),
    samples: [...few, special],
    domain: [odd],
    results: numbers,
  }),
  op('reciprocal', {
    run: (_, x) => x.reciprocal(),
    samples: [...few, special],
    domain: [nonzero],
    results: floating,
  }),
  op('rsqrt', {
    run: (_, x) => x.rsqrt(),
    samples: [...few, special],
    domain: [positive],
    results: floating,
  }),
  op('exp2', { run: (_, x) => x.exp2(), samples: [...few, special], results: floating }),
  op('expm1', { run: (_, x) => x.expm1(), samples: [...few, special], results: floating }),
  op('log1p', {
    run: (_, x) => x.log1p(),
    samples: [...few, special],
    domain: [positive],
    results: floating,
  }),
  op('log2', {
    run: (_, x) => x.log2(),
    samples: [...few, special],
    domain: [positive],
    results: floating,
  }),
  op('log10', {
    run: (_, x) => x.log10(),
    samples: [...few, special],
    domain: [positive],
    results: floating,
  }),
  op('tan', { run: (_, x) => x.tan(), samples: few, domain: [unit], results: floating }),
  op('asin', {
    run: (_, x) => x.asin(),
    samples: [...few, special],
    domain: [unit],
    results: floating,
  }),
  op('acos', {
    run: (_, x) => x.acos(),
    samples: [...few, special],
    domain: [unit],
    results: floating,
  }),
  op('atanh', {
    run: (_, x) => x.atanh(),
    samples: [...few, special],
    domain: [unit],
    results: floating,
  }),
  op('erfinv', {
    run: (_, x) => x.erfinv(),
    samples: [...few, special],
    domain: [unit],
    results: floating,
  }),
  op('atan', { run: (_, x) => x.atan(), samples: [...few, special], results: floating }),
  op('sinh', { run: (_, x) => x.sinh(), samples: [...few, special], results: floating }),
  op('cosh', { run: (_, x) => x.cosh(), samples: [...few, special], results: floating }),
  op('asinh', { run: (_, x) => x.asinh(), samples: [...few, special], results: floating }),
  op('erfc', { run: (_, x) => x.erfc(), samples: [...few, special], results: floating }),
  op('acosh', {
    run: (_, x) => x.acosh(),
    samples: [...few, special],
    domain: [aboveOne],
    results: floating,
  }),
  op('lgamma', {
    run: (_, x) => x.lgamma(),
    samples: [...few, special],
    domain: [positive],
    results: floating,
  }),
  op('digamma', {
    run: (_, x) => x.digamma(),
    samples: [...few, special],
    domain: [positive],
    results: floating,
  }),
  op<{ readonly order?: number }>('polygamma', {
    run: ({ order = 1 }, x) => x.polygamma(order),
    samples: few.map((sample) => ({ ...sample, args: { order: 2 } })),
    domain: [positive],
    results: floating,
    rejects: [
      [() => zero(2).polygamma(-1), ValueError, 'value.integer'],
      [() => zero(2).polygamma(0.5), ValueError, 'value.integer'],
    ],
  }),
  op('logit', {
    run: (_, x) => x.logit(),
    samples: [
      { inputs: [[3, 4]] },
      { inputs: [[]] },
      { inputs: [[0, 2]] },
      { inputs: [given([0, 0.5, 1, 2, NAN])], gives: [-INF, 0, INF, NAN, NAN] },
    ],
    oracle: byValue,
    domain: [likely],
    results: floating,
  }),
  op('sinc', {
    run: (_, x) => x.sinc(),
    samples: [...few, special],
    domain: [nonzero],
    results: floating,
  }),
  op('isNaN', {
    run: (_, x) => x.isNaN(),
    samples: [...few, special],
    gradient: isFlat,
    results: truths,
  }),
  op('isInf', {
    run: (_, x) => x.isInf(),
    samples: [...few, special],
    gradient: isFlat,
    results: truths,
  }),
  op('isFinite', {
    run: (_, x) => x.isFinite(),
    samples: [...few, special],
    gradient: isFlat,
    results: truths,
  }),
  op<NanToNumOptions>('nanToNum', {
    run: (args, x) => x.nanToNum(args),
    samples: [...few, special, { ...special, args: { nan: 7, negInf: -1 } }],
    results: kept,
  }),
]
