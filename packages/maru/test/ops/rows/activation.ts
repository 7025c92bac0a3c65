/** Activations. */
import {
  type EluOptions,
  type GeluOptions,
  IndexError,
  ShapeError,
  type Tensor,
} from '../../../src/index.ts'
import { nonzero, normal, odd } from '../draw.ts'
import { arithmetic, floating, op, type Row } from '../row.ts'
import { few, given, INF, NAN, shapes, special, zero } from './samples.ts'

export const activations: readonly Row[] = [
  op('relu', {
    run: (_, x) => x.relu(),
    samples: [
      ...few,
      special,
      { inputs: [given([-0, 1, -1, INF, -INF, NAN])], gives: [-0, 1, 0, INF, 0, NAN] },
    ],
    domain: [nonzero],
    results: arithmetic,
  }),
  op('relu6', {
    run: (_, x) => x.relu6(),
    samples: [...few, special],
    domain: [odd],
    results: arithmetic,
  }),
  op<{ readonly slope?: number }>('leakyRelu', {
    run: ({ slope }, x) => x.leakyRelu(slope),
    samples: [...few, special],
    domain: [nonzero],
    results: floating,
  }),
  op<EluOptions>('elu', {
    run: (args, x) => x.elu(args),
    samples: [...few, special],
    domain: [nonzero],
    results: floating,
  }),
  op<EluOptions>('celu', {
    run: (args, x) => x.celu(args),
    samples: [...few, special],
    domain: [nonzero],
    results: floating,
  }),
  op('selu', {
    run: (_, x) => x.selu(),
    samples: [...few, special],
    domain: [nonzero],
    results: floating,
  }),
  op<GeluOptions>('gelu', {
    run: (args, x) => x.gelu(args),
    samples: [
      ...few,
      { inputs: [[5]], args: { approximate: 'tanh' } },
      { inputs: [given([0, 1, -1, INF, NAN])] },
    ],
    tolerance: {
      float32: {
        relative: 1e-6,
        absolute: 3e-7,
        reason: '1 + erf(x/√2) cancels for x below 0: what is left is relative to 1, times |x|',
      },
    },
    results: floating,
  }),
  op('silu', { run: (_, x) => x.silu(), samples: [...few, special], results: floating }),
  op('mish', { run: (_, x) => x.mish(), samples: [...few, special], results: floating }),
  op<{ readonly beta?: number }>('softplus', {
    run: ({ beta }, x) => x.softplus(beta),
    samples: [...few, special],
    results: floating,
  }),
  op('softsign', {
    run: (_, x) => x.softsign(),
    samples: [...few, special],
    domain: [nonzero],
    results: floating,
  }),
  op('logSigmoid', {
    run: (_, x) => x.logSigmoid(),
    samples: [...few, special],
    results: floating,
  }),
  op<{ readonly low?: number; readonly high?: number }>('hardtanh', {
    run: ({ low, high }, x) => x.hardtanh(low, high),
    samples: [...few, special],
    domain: [odd],
    results: arithmetic,
  }),
  op('hardsigmoid', {
    run: (_, x) => x.hardsigmoid(),
    samples: [...few, special],
    domain: [odd],
    results: floating,
  }),
  op('hardswish', {
    run: (_, x) => x.hardswish(),
    samples: [...few, special],
    domain: [odd],
    results: floating,
  }),
  op('tanhshrink', {
    run: (_, x) => x.tanhshrink(),
    samples: [...few, special],
    results: floating,
  }),
  op<{ readonly lambda?: number }>('softshrink', {
    run: ({ lambda }, x) => x.softshrink(lambda),
    samples: [...few, special],
    domain: [odd],
    results: floating,
  }),
  op<{ readonly lambda?: number }>('hardshrink', {
    run: ({ lambda }, x) => x.hardshrink(lambda),
    samples: [...few, special],
    domain: [odd],
    results: floating,
  }),
  op<{ readonly bound?: number; readonly value?: number }>('threshold', {
    run: ({ bound = 0.5, value = -1 }, x) => x.threshold(bound, value),
    samples: [...few, special],
    domain: [odd],
    results: arithmetic,
  }),
  op('prelu', {
    run: (_, x, weight) => x.prelu(weight as Tensor),
    samples: [
      shapes([2, 3], [3]),
      shapes([2, 3, 2], []),
      shapes([3], [1]),
      shapes([], [1]),
      shapes([0, 2], [2]),
    ],
    domain: [nonzero, normal],
    results: floating,
    rejects: [
      [() => zero(2, 3).prelu(zero(2)), ShapeError, 'prelu.weight'],
      [() => zero(2, 3).prelu(zero(1, 3)), ShapeError, 'prelu.weight'],
    ],
  }),
  op<{ readonly axis?: number }>('glu', {
    run: ({ axis }, x) => x.glu(axis),
    samples: [shapes([3, 4]), { inputs: [[2, 3]], args: { axis: 0 } }, shapes([0])],
    results: floating,
    rejects: [
      [() => zero(2, 3).glu(), ShapeError, 'glu.odd'],
      [() => zero(2, 3).glu(2), IndexError, 'axis.range'],
    ],
  }),
]
