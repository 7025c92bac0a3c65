import { IndexError, ShapeError, type Tensor, ValueError } from '../../../src/index.ts'
import type { FourierOptions } from '../../../src/tensor/fourier.ts'
import { nonzero } from '../draw.ts'
import { arithmetic, floating, op, type Reject, type Row, type Tolerance } from '../row.ts'
import { byValue, given, shapes, zero } from './samples.ts'

/** Sums that cancel: what is left is relative to the terms. */
const cancelling: { readonly float32: Tolerance } = {
  float32: {
    relative: 1e-6,
    absolute: 1e-6,
    reason: 'both sides of a comparison are rounded, and sums of the terms cancel',
  },
}

const badPairs = (run: (x: Tensor) => unknown): readonly Reject[] => [
  [() => run(zero(2, 3)), ShapeError, 'complex.pair'],
  [() => run(zero()), ShapeError, 'complex.pair'],
]

const badLengths = (run: (x: Tensor, options?: FourierOptions) => unknown): readonly Reject[] => [
  [() => run(zero(2)), IndexError, 'axis.range'],
  [() => run(zero(3, 2), { axis: 2 }), IndexError, 'axis.range'],
  [() => run(zero(3, 2), { n: 0 }), ValueError, 'value.integer'],
  [() => run(zero(0, 2)), ValueError, 'value.integer'],
  [() => run(zero(3, 2), { norm: 'none' as never }), ValueError, 'fourier.norm'],
]

export const transforms: readonly Row[] = [
  ...(['fft', 'ifft'] as const).map((name) =>
    op<FourierOptions>(name, {
      run: (options, x) => x[name](options),
      samples: [
        { inputs: [[2, 6, 2]] },
        { inputs: [[5, 3, 2]], args: { axis: 0, norm: 'ortho' } },
        { inputs: [[17, 2]], args: { norm: 'forward' }, note: 'a large prime' },
        { inputs: [[3, 2]], args: { n: 5 } },
        { inputs: [[5, 2]], args: { n: 4 } },
        { inputs: [[0, 4, 2]] },
        {
          inputs: [given([1, 0, 0, 0, 1, 0, 0, 0], [4, 2])],
          args: { norm: 'ortho' },
          gives: [1, 0, 0, 0, 1, 0, 0, 0],
        },
      ],
      results: floating,
      tolerance: cancelling,
      rejects: [...badPairs((x) => x[name]()), ...badLengths((x, options) => x[name](options))],
    }),
  ),
  ...(['fft2', 'ifft2'] as const).map((name) =>
    op<Pick<FourierOptions, 'norm'>>(name, {
      run: (options, x) => x[name](options),
      samples: [{ inputs: [[3, 4, 2]] }, { inputs: [[0, 3, 2, 2]], args: { norm: 'ortho' } }],
      results: floating,
      tolerance: cancelling,
      rejects: [
        ...badPairs((x) => x[name]()),
        [() => zero(3, 2)[name](), IndexError, 'axis.range'],
      ],
    }),
  ),
  op<FourierOptions>('rfft', {
    run: (options, x) => x.rfft(options),
    samples: [
      { inputs: [[2, 6]] },
      { inputs: [[5, 3]], args: { axis: 0, norm: 'ortho' } },
      { inputs: [[3]], args: { n: 5 } },
      { inputs: [[0, 4]] },
      { inputs: [[1]] },
    ],
    results: floating,
    tolerance: cancelling,
    rejects: [
      [() => zero().rfft(), IndexError, 'axis.range'],
      [() => zero(0).rfft(), ValueError, 'value.integer'],
    ],
  }),
  op<FourierOptions>('irfft', {
    run: (options, x) => x.irfft(options),
    samples: [
      { inputs: [[2, 4, 2]] },
      { inputs: [[5, 3, 2]], args: { axis: 0, n: 9, norm: 'ortho' } },
      { inputs: [[3, 2]], args: { n: 8 } },
      { inputs: [[6, 2]], args: { n: 5 } },
      { inputs: [[1, 2]], args: { n: 1 } },
      { inputs: [[0, 4, 2]] },
    ],
    results: floating,
    tolerance: cancelling,
    rejects: [
      ...badPairs((x) => x.irfft()),
      [() => zero(1, 2).irfft(), ValueError, 'value.integer'],
    ],
  }),
  op<{ readonly axis: number; readonly inverse: boolean; readonly scale: number }>('fourier', {
    run: (attrs, x) => x.fourier(attrs),
    samples: [
      { inputs: [[3, 2]], args: { axis: 0, inverse: false, scale: 0.5 } },
      { inputs: [[0, 3, 2]], args: { axis: 1, inverse: true, scale: 1 } },
      {
        inputs: [given([1, 2, 3, 4], [2, 2])],
        args: { axis: 0, inverse: true, scale: 2 },
        gives: [8, 12, -4, -4],
      },
    ],
    oracle: byValue,
    results: floating,
    tolerance: cancelling,
  }),
  op('complexMul', {
    run: (_, a, b) => a.complexMul(b),
    samples: [shapes([3, 2], [3, 2]), shapes([3, 1, 2], [4, 2]), shapes([0, 2], [2])],
    results: arithmetic,
    tolerance: cancelling,
    rejects: [
      [() => zero(2, 3).complexMul(zero(2)), ShapeError, 'complex.pair'],
      [() => zero(2).complexMul(zero(3)), ShapeError, 'complex.pair'],
      [() => zero(2, 2).complexMul(zero(3, 2)), ShapeError, 'broadcast'],
    ],
  }),
  op('complexAbs', {
    run: (_, x) => x.complexAbs(),
    samples: [
      shapes([3, 2]),
      shapes([2]),
      shapes([0, 2]),
      { inputs: [given([3e38, 0, 1e-30, 1e-30, 0, 0], [3, 2])] },
    ],
    domain: [nonzero],
    results: floating,
    rejects: badPairs((x) => x.complexAbs()),
  }),
]
