/** Functions of several numbers. */
import type { ScaleOptions, Tensor } from '../../../src/index.ts'
import { evenParts, nonzero, normal, odd, oddParts, positive } from '../draw.ts'
import { arithmetic, floating, kept, op, type Row, truths } from '../row.ts'
import { badOperands, fewPairs, given, INF, isStep, NAN, shapes, specialPair } from './samples.ts'

export const arithmetics: readonly Row[] = [
  op('notEqual', {
    run: (_, a, b) => a.notEqual(b),
    samples: [...fewPairs, specialPair],
    domain: [normal, odd],
    gradient: isStep,
    results: truths,
  }),
  op<{ readonly exponent?: number }>('pow', {
    run: ({ exponent }, x, y) => x.pow(exponent ?? (y as Tensor)),
    samples: [
      { inputs: [[3, 4]], args: { exponent: 3 } },
      { inputs: [[5]], args: { exponent: 0 } },
      { inputs: [[5]], args: { exponent: -2 } },
      { inputs: [[0]], args: { exponent: 2 } },
      { inputs: [[4]], args: { exponent: 2.5 } },
      { inputs: [[4]], args: { exponent: -0.5 } },
      ...fewPairs,
      { inputs: [given([-3, 0, 2])], args: { exponent: 5 }, gives: [-243, 0, 32] },
      { inputs: [given([3, -2], [2], 'int32')], args: { exponent: 33 }, gives: [-1504003197, 0] },
      { inputs: [given([NAN, INF, 0])], args: { exponent: 0 }, gives: [1, 1, 1] },
      {
        inputs: [given([2, -2, -2, 0, NAN, 1]), given([-149, 3, 0.5, -1, 0, NAN])],
        gives: [2 ** -149, -8, NAN, INF, 1, 1],
      },
    ],
    domain: [positive, normal],
    results: arithmetic,
    tolerance: {
      float32: {
        relative: 4e-6,
        absolute: 1e-7,
        reason: 'a whole power is up to twelve products, and each is rounded',
      },
    },
    rejects: badOperands((a, b) => a.pow(b)),
  }),
  op('atan2', {
    run: (_, a, b) => a.atan2(b),
    samples: [...fewPairs, specialPair],
    domain: [nonzero],
    results: floating,
  }),
  op('hypot', {
    run: (_, a, b) => a.hypot(b),
    samples: [...fewPairs, specialPair],
    domain: [nonzero],
    results: floating,
  }),
  op('logAddExp', {
    run: (_, a, b) => a.logAddExp(b),
    samples: [...fewPairs, specialPair],
    results: floating,
  }),
  op('xlogy', {
    run: (_, a, b) => a.xlogy(b),
    samples: [...fewPairs, specialPair],
    domain: [nonzero, positive],
    results: floating,
  }),
  op('fmod', {
    run: (_, a, b) => a.fmod(b),
    samples: [...fewPairs, specialPair],
    domain: [oddParts, evenParts],
    results: arithmetic,
  }),
  op('remainder', {
    run: (_, a, b) => a.remainder(b),
    samples: [...fewPairs, specialPair],
    domain: [oddParts, evenParts],
    results: arithmetic,
  }),
  op('floorDivide', {
    run: (_, a, b) => a.floorDivide(b),
    samples: [...fewPairs, specialPair],
    domain: [oddParts, evenParts],
    gradient: isStep,
    results: arithmetic,
  }),
  op('copysign', {
    run: (_, a, b) => a.copysign(b),
    samples: [...fewPairs, specialPair],
    domain: [nonzero],
    results: floating,
  }),
  op('heaviside', {
    run: (_, a, b) => a.heaviside(b),
    samples: fewPairs,
    domain: [nonzero, normal],
    results: kept,
  }),
  op('clampMin', {
    run: (_, a, b) => a.clampMin(b),
    samples: fewPairs,
    domain: [normal, odd],
    results: kept,
  }),
  op('clampMax', {
    run: (_, a, b) => a.clampMax(b),
    samples: fewPairs,
    domain: [normal, odd],
    results: kept,
  }),
  op<{ readonly weight?: number }>('lerp', {
    run: ({ weight }, a, b, w) => a.lerp(b as Tensor, weight ?? (w as Tensor)),
    samples: [
      { inputs: [[2, 3], [3]], args: { weight: 0.25 } },
      { inputs: [[], []], args: { weight: 0.75 } },
      shapes([2, 3], [2, 3], [2, 1]),
    ],
    results: floating,
  }),
  op<ScaleOptions>('addcmul', {
    run: (args, x, a, b) => x.addcmul(a as Tensor, b as Tensor, args),
    samples: [
      shapes([2, 3], [3], [2, 1]),
      shapes([], [], []),
      { inputs: [[2], [2], [2]], args: { value: -0.5 } },
    ],
    results: arithmetic,
  }),
  op<ScaleOptions>('addcdiv', {
    run: (args, x, a, b) => x.addcdiv(a as Tensor, b as Tensor, args),
    samples: [
      shapes([2, 3], [3], [2, 1]),
      shapes([], [], []),
      { inputs: [[2], [2], [2]], args: { value: -0.5 } },
    ],
    domain: [normal, normal, nonzero],
    results: floating,
  }),
]
