/** Logic on truth values and on bits. */
import { dtypes } from '../../../src/base/dtype.ts'
import { DTypeError } from '../../../src/index.ts'
import { below } from '../draw.ts'
import { op, type Results, type Row, results, type Sample, truths } from '../row.ts'
import { fewPairs, given, INT_MIN, specialPair, zero } from './samples.ts'

const noBits = { none: 'integers and bools have no gradient' }
const wholes: Results = results((dtype) => (dtypes[dtype].kind === 'int' ? dtype : 'refused'))
const integers: Results = { ...wholes, bool: 'bool' }
const words: readonly Sample<object>[] = [{ inputs: [[3, 7], [7]] }, { inputs: [[], []] }]

export const bits: readonly Row[] = [
  op('logicalAnd', {
    run: (_, a, b) => a.logicalAnd(b),
    samples: [...fewPairs, specialPair],
    gradient: noBits,
    results: truths,
  }),
  op('logicalOr', {
    run: (_, a, b) => a.logicalOr(b),
    samples: [...fewPairs, specialPair],
    gradient: noBits,
    results: truths,
  }),
  op('logicalXor', {
    run: (_, a, b) => a.logicalXor(b),
    samples: [...fewPairs, specialPair],
    gradient: noBits,
    results: truths,
  }),
  op('bitwiseAnd', {
    run: (_, a, b) => a.bitwiseAnd(b),
    samples: words,
    domain: [below(1000)],
    gradient: noBits,
    results: integers,
  }),
  op('bitwiseOr', {
    run: (_, a, b) => a.bitwiseOr(b),
    samples: words,
    domain: [below(1000)],
    gradient: noBits,
    results: integers,
  }),
  op('bitwiseXor', {
    run: (_, a, b) => a.bitwiseXor(b),
    samples: words,
    domain: [below(1000)],
    gradient: noBits,
    results: integers,
  }),
  op('bitwiseNot', {
    run: (_, x) => x.bitwiseNot(),
    samples: [
      { inputs: [[23]] },
      { inputs: [[]] },
      { inputs: [given([0, 255, 5], [3], 'uint8')], gives: [255, 0, 250] },
    ],
    domain: [below(1000)],
    gradient: noBits,
    results: integers,
  }),
  op('gcd', {
    run: (_, a, b) => a.gcd(b),
    samples: [
      ...words,
      {
        inputs: [given([12, -12, 0, 7, 0], [5], 'int32'), given([18, 18, 5, 13, 0], [5], 'int32')],
        gives: [6, 6, 5, 1, 0],
      },
    ],
    oracle: { none: 'values are given beside the samples' },
    domain: [below(1000)],
    gradient: noBits,
    results: wholes,
  }),
  op('shiftLeft', {
    run: (_, a, b) => a.shiftLeft(b),
    samples: [
      ...words,
      {
        inputs: [given([1, -1, -1, INT_MIN], [4], 'int32'), given([1, 32, -1, 31], [4], 'int32')],
        gives: [2, 0, 0, 0],
      },
      { inputs: [given([255, 255], [2], 'uint8'), given([1, 8], [2], 'uint8')], gives: [254, 0] },
    ],
    domain: [below(1000), below(8)],
    gradient: noBits,
    results: wholes,
    rejects: [[() => zero(2).shiftLeft(1), DTypeError, 'dtype.kind']],
  }),
  op('shiftRight', {
    run: (_, a, b) => a.shiftRight(b),
    samples: [
      ...words,
      {
        inputs: [given([1, -1, -1, INT_MIN], [4], 'int32'), given([1, 32, -1, 31], [4], 'int32')],
        gives: [0, -1, -1, -1],
      },
      { inputs: [given([255, 255], [2], 'uint8'), given([1, 8], [2], 'uint8')], gives: [127, 0] },
    ],
    domain: [below(1000), below(32)],
    gradient: noBits,
    results: wholes,
    rejects: [[() => zero(2).shiftRight(1), DTypeError, 'dtype.kind']],
  }),
]
