import { ShapeError, ValueError } from '../../../src/index.ts'
import type { ResizeMode } from '../../../src/tensor/resize.ts'
import { kept, op, type Row } from '../row.ts'
import { given, zero } from './samples.ts'

interface Resize {
  readonly mode?: ResizeMode
  readonly size?: number | readonly number[]
  readonly scaleFactor?: number | readonly number[]
  readonly alignCorners?: boolean
}

export const resizes: readonly Row[] = [
  op<Resize>('interpolate', {
    run: (options, x) => x.interpolate(options),
    samples: [
      { inputs: [[1, 2, 3]], args: { scaleFactor: 2 } },
      { inputs: [[1, 1, 3, 4]], args: { size: [5, 2] } },
      { inputs: [[1, 1, 4]], args: { size: 6, mode: 'nearest-exact' } },
      { inputs: [[1, 1, 4]], args: { size: 7, mode: 'linear' } },
      { inputs: [[1, 1, 3, 2]], args: { size: [2, 5], mode: 'bilinear', alignCorners: true } },
      { inputs: [[1, 1, 3, 4]], args: { scaleFactor: 1.5, mode: 'bicubic' } },
      { inputs: [[1, 1, 4, 3]], args: { size: [3, 2], mode: 'area' } },
      { inputs: [[1, 1, 1]], args: { size: 3 } },
      { inputs: [[0, 1, 2]], args: { size: 3 } },
      {
        inputs: [given([1, 2, 3], [1, 1, 3])],
        args: { scaleFactor: 2 },
        gives: [1, 1, 2, 2, 3, 3],
      },
      { inputs: [given([1, 2, 3], [1, 1, 3])], args: { size: 5 }, gives: [1, 1, 2, 2, 3] },
    ],
    results: kept,
    rejects: [
      [() => zero(2, 3).interpolate({ size: 2 }), ShapeError, 'resize.rank'],
      [() => zero(1, 1, 3).interpolate({ size: 2, mode: 'bilinear' }), ShapeError, 'resize.rank'],
      [
        () => zero(1, 1, 3).interpolate({ size: 2, mode: 'cubic' as 'area' }),
        ValueError,
        'resize.mode',
      ],
      [() => zero(1, 1, 3).interpolate({}), ValueError, 'resize.size'],
      [() => zero(1, 1, 3).interpolate({ size: 2, scaleFactor: 2 }), ValueError, 'resize.size'],
      [() => zero(1, 1, 0).interpolate({ size: 2 }), ShapeError, 'resize.empty'],
      [() => zero(1, 1, 3).interpolate({ size: 2 ** 31 }), ShapeError, 'resize.large'],
      [() => zero(1, 1, 3).interpolate({ size: [2, 2] }), ValueError, 'window.axes'],
      [() => zero(1, 1, 3).interpolate({ scaleFactor: 0 }), ValueError, 'resize.factor'],
      [() => zero(1, 1, 3).interpolate({ scaleFactor: 0.1 }), ValueError, 'value.integer'],
    ],
  }),
]
