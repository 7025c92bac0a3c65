import { DTypeError, ShapeError } from '../../../src/index.ts'
import { flags, nonzero, normal, odd } from '../draw.ts'
import { floating, kept, numbers, op, type Row, truths } from '../row.ts'
import {
  badOperands,
  byValue,
  given,
  INF,
  isStep,
  NAN,
  pairs,
  shapes,
  specialPair,
  zero,
} from './samples.ts'

export const binary: readonly Row[] = [
  op('add', {
    run: (_, a, b) => a.add(b),
    samples: [...pairs, specialPair],
    results: kept,
    rejects: [
      ...badOperands((a, b) => a.add(b)),
      [() => zero(2).cast('int32').add(3e9), DTypeError, 'dtype.number'],
      [() => zero(2).cast('uint8').add(256), DTypeError, 'dtype.number'],
    ],
  }),
  op('sub', { run: (_, a, b) => a.sub(b), samples: [...pairs, specialPair], results: numbers }),
  op('mul', { run: (_, a, b) => a.mul(b), samples: [...pairs, specialPair], results: kept }),
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
]
