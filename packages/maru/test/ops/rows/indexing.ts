import type { Sizes } from '../../../src/base/shape.ts'
import {
  arange,
  DTypeError,
  embedding,
  IndexError,
  ShapeError,
  type Tensor,
  tensor,
  ValueError,
} from '../../../src/index.ts'
import type { ScatterMode } from '../../../src/primitives/indexing.ts'
import { below, distinct, flags, normal } from '../draw.ts'
import { arithmetic, kept, numbers, op, type Reject, type Row, type Sample } from '../row.ts'
import { given, INF, NAN, zero } from './samples.ts'

const places = below(3)

/** Indices that the host knows. */
function known(...indices: number[]): Tensor {
  return tensor(indices, [indices.length], { dtype: 'int32' })
}

const ids = (...indices: number[]) => given(indices, [indices.length], 'int32')
const scalar = (index: number) => given([index], [], 'int32')

interface Axis {
  readonly axis: number
}

/** Bad indices of an op along axis 0 of a tensor of three rows. */
function badIndices(run: (indices: Tensor) => unknown): readonly Reject[] {
  return [
    [() => run(known(3)), IndexError, 'index.range'],
    [() => run(known(-1)), IndexError, 'index.range'],
    [() => run(zero(1)), DTypeError, 'index.dtype'],
    [() => run(zero(1).less(0)), DTypeError, 'index.dtype'],
    [() => run([0] as never), ValueError, 'argument.tensor'],
  ]
}

interface Gather extends Axis {
  readonly fill?: number
  /** Added to the indices, so that they are computed. */
  readonly by?: number
}

const scatters: readonly (readonly [x: Sizes, indices: Sizes, axis: number])[] = [
  [[4, 21], [5, 21], 0],
  [[3, 5], [3, 7], 1],
  [[4, 5, 3], [2, 6, 2], 1],
  [[2, 3, 2, 9], [2, 5, 2, 9], -3],
  [[6], [9], 0],
  [[3, 1], [1, 1], 0],
  [[3, 2], [0, 2], 0],
  [[3, 0], [2, 0], 0],
  [[0], [0], 0],
]

function scattered(mode?: ScatterMode): Sample<Axis & { mode?: ScatterMode }>[] {
  return scatters.map(([x, indices, axis]) => ({
    inputs: [x, indices, indices],
    args: { axis, ...(mode ? { mode } : {}) },
  }))
}

const writes: readonly Row[] = [
  op<Axis & { readonly mode?: ScatterMode; readonly by?: number }>('scatter', {
    run: ({ by, ...options }, x, indices, values) =>
      x.scatter(by === undefined ? indices : indices.add(by), values, options),
    samples: [
      ...scattered(),
      ...scattered('add'),
      ...scattered('mul'),
      ...scattered('max'),
      ...scattered('min'),
      {
        inputs: [given([1, 2, 3]), ids(0, 2, 0, 0), given([5, 6, 7, 8])],
        args: { axis: 0 },
        gives: [8, 2, 6],
      },
      {
        inputs: [given([1, NAN, 3, 4]), ids(0, 1, 2, 3), given([INF, 6, NAN, 8])],
        args: { axis: 0, mode: 'max' },
        gives: [INF, NAN, NAN, 8],
      },
      {
        inputs: [given([1, 2, 3]), ids(-2, -1, 0, 1, 2), given([5, 6, 7, 8, 9])],
        args: { axis: 0, mode: 'add', by: 1 },
        gives: [7, 9, 11],
        note: 'what lies outside is passed over',
      },
    ],
    domain: [normal, places, distinct],
    results: kept,
    rejects: [
      ...badIndices((indices) => zero(3, 2).scatter(indices, zero(1, 2), { axis: 0 })),
      [() => zero(3).scatter(known(0, 1), zero(1), { axis: 0 }), ShapeError, 'index.shape'],
      [() => zero(3, 2).scatter(known(0), zero(1), { axis: 0 }), ShapeError, 'index.shape'],
      [() => zero(3).scatter(known(0), arange(1), { axis: 0 }), DTypeError, 'scatter.dtype'],
      [
        () => zero(3).scatter(known(0), zero(1), { axis: 0, mode: 'sum' as never }),
        ValueError,
        'scatter.mode',
      ],
      [() => zero(3).scatter(known(0), zero(1), { axis: 1 }), IndexError, 'axis.range'],
    ],
  }),
  op<Axis>('scatterAdd', {
    run: ({ axis }, x, indices, values) => x.scatterAdd(indices, values, { axis }),
    samples: scattered(),
    domain: [normal, places, normal],
    results: arithmetic,
    rejects: badIndices((indices) => zero(3, 2).scatterAdd(indices, zero(1, 2), { axis: 0 })),
  }),
  op<Axis>('indexAdd', {
    run: ({ axis }, x, indices, values) => x.indexAdd(indices, values, { axis }),
    samples: [
      { inputs: [[4, 37], [6], [6, 37]], args: { axis: 0 } },
      { inputs: [[2, 3, 5], [4], [2, 4, 5]], args: { axis: 1 } },
      { inputs: [[5], [7], [7]], args: { axis: -1 } },
      { inputs: [[3, 2], [0], [0, 2]], args: { axis: 0 } },
      { inputs: [[3, 0], [2], [2, 0]], args: { axis: 0 } },
    ],
    domain: [normal, places, normal],
    results: arithmetic,
    rejects: [
      ...badIndices((indices) => zero(3, 2).indexAdd(indices, zero(1, 2), { axis: 0 })),
      [
        () => zero(3).indexAdd(known(0).reshape([1, 1]), zero(1), { axis: 0 }),
        ShapeError,
        'index.line',
      ],
    ],
  }),
  op<Axis & { readonly value: number }>('indexFill', {
    run: ({ axis, value }, x, indices) => x.indexFill(indices, value, { axis }),
    samples: [
      { inputs: [[4, 19], [2]], args: { axis: 0, value: 2 } },
      { inputs: [[2, 5], [3]], args: { axis: 1, value: -1.5 } },
      { inputs: [[3], [0]], args: { axis: 0, value: 1 } },
    ],
    domain: [normal, places],
    results: kept,
    rejects: badIndices((indices) => zero(3).indexFill(indices, 1, { axis: 0 })),
  }),
  op<{ readonly value: number }>('maskedFill', {
    run: ({ value }, x, mask) => x.maskedFill(mask, value),
    samples: [
      { inputs: [[3, 5], [5]], args: { value: 2 } },
      {
        inputs: [
          [3, 5],
          [3, 1],
        ],
        args: { value: -1.5 },
      },
      { inputs: [[2, 0], []], args: { value: 1 } },
      {
        inputs: [given([1, 2, 3]), given([1, 0, 1], [3], 'bool')],
        args: { value: -INF },
        gives: [-INF, 2, -INF],
      },
    ],
    domain: [normal, flags],
    results: kept,
    rejects: [
      [() => zero(3).maskedFill(zero(2, 3).less(0), 1), ShapeError, 'maskedFill.shape'],
      [() => zero(3).maskedFill(zero(2).less(0), 1), ShapeError, 'broadcast'],
      [() => zero(3).maskedFill(zero(3), 1), DTypeError, 'where.condition'],
    ],
  }),
  op<{ readonly numSegments: number }>('segmentSum', {
    run: ({ numSegments }, x, segments) => x.segmentSum(segments, { numSegments }),
    samples: [
      { inputs: [[7, 18], [7]], args: { numSegments: 4 } },
      { inputs: [[5], [5]], args: { numSegments: 3 } },
      { inputs: [[0, 2], [0]], args: { numSegments: 3 } },
      { inputs: [[2, 0], [2]], args: { numSegments: 3 } },
    ],
    domain: [normal, places],
    results: arithmetic,
    rejects: [
      ...badIndices((segments) => zero(1, 2).segmentSum(segments, { numSegments: 3 })),
      [() => zero(2).segmentSum(known(0), { numSegments: 3 }), ShapeError, 'segmentSum.ids'],
    ],
  }),
]

const table = (weight: Sizes, words: Sizes, args = {}): Sample<{ paddingIndex?: number }> => ({
  inputs: [weight, words],
  args,
})

/** A start along each axis; a list has one for each block along the first axis. */
type Starts = readonly (number | readonly number[])[]

interface Block {
  readonly sizes: Sizes
  readonly starts: Starts
}

const blocks: readonly (readonly [whole: Sizes, sizes: Sizes, starts: Starts])[] = [
  [
    [5, 30],
    [3, 17],
    [1, 4],
  ],
  [
    [5, 30],
    [5, 7],
    [2, 20],
  ],
  [
    [5, 6],
    [2, 3],
    [-4, 9],
  ],
  [
    [2, 5, 3],
    [1, 5, 3],
    [1, 0, 0],
  ],
  [[4], [1], [3]],
  [
    [3, 9],
    [3, 4],
    [0, [2, 7, -1]],
  ],
  [
    [2, 5, 9],
    [2, 3, 4],
    [0, [2, 1], [0, 4]],
  ],
  [[], [], []],
  [
    [3, 2],
    [0, 2],
    [1, 0],
  ],
  [
    [0, 2],
    [0, 1],
    [0, 1],
  ],
]

/** Starts that are computed. */
function computed(starts: Starts): Tensor[] {
  return starts.map((start) => {
    const list = typeof start === 'number' ? [start] : start
    const shape = typeof start === 'number' ? [] : [list.length]
    return tensor([...list], shape, { dtype: 'int32' })
      .mul(1)
      .sub(0)
  })
}

const moving: readonly Row[] = [
  op<Block>('dynamicSlice', {
    run: ({ sizes, starts }, x) => x.dynamicSlice(computed(starts), { sizes }),
    samples: [
      ...blocks.map(([whole, sizes, starts]) => ({ inputs: [whole], args: { sizes, starts } })),
      {
        inputs: [given([0, 1, 2, 3, 4])],
        args: { sizes: [2], starts: [7] },
        gives: [3, 4],
        note: 'a start is moved until the block fits',
      },
    ],
    oracle: { none: 'PyTorch has no such op: values are given, and the gradient is its adjoint' },
    results: kept,
    rejects: [
      [() => zero(3).dynamicSlice([], { sizes: [1] }), ShapeError, 'dynamic.block'],
      [() => zero(3).dynamicSlice([0], { sizes: [4] }), ShapeError, 'dynamic.block'],
      [() => zero(3).dynamicSlice([0], { sizes: [0.5] }), ShapeError, 'shape.sizes'],
      [() => zero(3).dynamicSlice([known(0)], { sizes: [1] }), ShapeError, 'dynamic.start'],
      [
        () => zero(3, 4).dynamicSlice([known(0, 0, 0), 0], { sizes: [2, 4] }),
        ShapeError,
        'dynamic.start',
      ],
      [() => zero(3).dynamicSlice([zero()], { sizes: [1] }), DTypeError, 'index.dtype'],
      [() => zero(3).dynamicSlice([0.5], { sizes: [1] }), ValueError, 'argument.tensor'],
    ],
  }),
  op<Block>('dynamicPad', {
    run: ({ sizes, starts }, x) => x.dynamicPad(computed(starts), { shape: sizes }),
    samples: [
      ...blocks.map(([whole, sizes, starts]) => ({
        inputs: [sizes],
        args: { sizes: whole, starts },
      })),
      { inputs: [given([1, 2])], args: { sizes: [4], starts: [1] }, gives: [0, 1, 2, 0] },
    ],
    oracle: { none: 'PyTorch has no such op: values are given' },
    results: kept,
    rejects: [[() => zero(3).dynamicPad([0], { shape: [2] }), ShapeError, 'dynamic.block']],
  }),
  op<{ readonly starts: Starts }>('dynamicUpdate', {
    run: ({ starts }, x, update) => x.dynamicUpdate(update, computed(starts)),
    samples: [
      ...blocks.map(([whole, sizes, starts]) => ({ inputs: [whole, sizes], args: { starts } })),
      {
        inputs: [given([1, 2, 3, 4]), given([NAN, 8])],
        args: { starts: [1] },
        gives: [1, NAN, 8, 4],
      },
    ],
    oracle: { none: 'PyTorch has no such op: values are given' },
    results: kept,
    rejects: [
      [() => zero(3).dynamicUpdate(zero(4), [0]), ShapeError, 'dynamic.block'],
      [() => zero(3).dynamicUpdate(arange(2), [0]), DTypeError, 'scatter.dtype'],
    ],
  }),
]

/** Elements at places that are values. */
export const indexing: readonly Row[] = [
  op<Gather>('gather', {
    run: ({ by, ...options }, x, indices) =>
      x.gather(by === undefined ? indices : indices.add(by), options),
    samples: [
      {
        inputs: [
          [4, 37],
          [3, 37],
        ],
        args: { axis: 0 },
      },
      {
        inputs: [
          [3, 7],
          [3, 18],
        ],
        args: { axis: -1 },
      },
      {
        inputs: [
          [4, 5, 3],
          [2, 6, 2],
        ],
        args: { axis: 1 },
      },
      { inputs: [[5], [9]], args: { axis: 0 } },
      {
        inputs: [
          [3, 2],
          [0, 2],
        ],
        args: { axis: 0 },
      },
      {
        inputs: [
          [0, 3],
          [0, 2],
        ],
        args: { axis: 1 },
      },
      { inputs: [given([1, 2, 3]), ids(2, 0, 2)], args: { axis: 0 }, gives: [3, 1, 3] },
      {
        inputs: [given([1, 2, 3]), ids(2, 1, 0, -1, -2)],
        args: { axis: 0, by: 1 },
        gives: [NAN, 3, 2, 1, NAN],
        note: 'computed indices outside',
      },
      {
        inputs: [given([1, 2, 3]), ids(2, 1, -2)],
        args: { axis: 0, by: 1, fill: 7 },
        gives: [7, 3, 7],
      },
      {
        inputs: [given([1, 2, 3], [3], 'int32'), ids(2, 1, -2)],
        args: { axis: 0, by: 1 },
        gives: [0, 3, 0],
        note: 'integers have no NaN',
      },
    ],
    domain: [normal, places],
    results: kept,
    rejects: [
      ...badIndices((indices) => zero(3).gather(indices, { axis: 0 })),
      [() => zero(3, 2).gather(known(0), { axis: 0 }), ShapeError, 'index.shape'],
      [() => zero(3).gather(known(0), { axis: 1 }), IndexError, 'axis.range'],
    ],
  }),
  op<Axis>('takeAlongAxis', {
    run: ({ axis }, x, indices) => x.takeAlongAxis(indices, { axis }),
    samples: [
      {
        inputs: [
          [4, 5],
          [4, 1],
        ],
        args: { axis: 1 },
      },
      {
        inputs: [
          [3, 1],
          [2, 6],
        ],
        args: { axis: 0 },
      },
      {
        inputs: [
          [3, 4],
          [0, 4],
        ],
        args: { axis: 0 },
      },
    ],
    domain: [normal, places],
    results: kept,
    rejects: [
      ...badIndices((indices) => zero(3).takeAlongAxis(indices, { axis: 0 })),
      [() => zero(3, 2).takeAlongAxis(known(0), { axis: 0 }), ShapeError, 'index.shape'],
      [
        () => zero(3, 2, 2).takeAlongAxis(arange(3).reshape([1, 3, 1]), { axis: 0 }),
        ShapeError,
        'broadcast',
      ],
    ],
  }),
  op<{ readonly axis?: number }>('take', {
    run: (options, x, indices) => x.take(indices, options),
    samples: [
      { inputs: [[4, 37], [5]], args: { axis: 0 } },
      {
        inputs: [
          [3, 7],
          [2, 9],
        ],
        args: { axis: 1 },
      },
      { inputs: [[2, 3, 4], []], args: { axis: 1 } },
      {
        inputs: [
          [3, 4],
          [2, 2],
        ],
      },
      { inputs: [[3, 2], [0]], args: { axis: 0 } },
      { inputs: [[0, 3], [2]], args: { axis: 1 } },
      { inputs: [given([1, 2, 3]), scalar(2)], args: { axis: 0 }, gives: [3] },
    ],
    domain: [normal, places],
    results: kept,
    rejects: [
      ...badIndices((indices) => zero(3).take(indices, { axis: 0 })).slice(0, -1),
      [() => zero(3).take(3), IndexError, 'index.range'],
      [() => zero(3).take(-4), IndexError, 'index.range'],
      [() => zero(3).take([0, 0.5]), IndexError, 'index.range'],
      [() => zero(3).take('0' as never), ValueError, 'argument.tensor'],
    ],
  }),
  op<{ readonly paddingIndex?: number }>('embedding', {
    run: (options, weight, words) => embedding(weight, words, options),
    samples: [table([5, 34], [2, 4]), table([3, 2], [0]), table([3, 0], [2]), table([3, 2], [])],
    domain: [normal, places],
    results: kept,
    rejects: [
      ...badIndices((words) => embedding(zero(3, 2), words)),
      [() => embedding(zero(3), known(0)), ShapeError, 'embedding.weight'],
      [() => embedding(zero(3, 2), known(0), { paddingIndex: 3 }), IndexError, 'index.range'],
    ],
  }),
  op<Axis & { readonly size: number }>('ungather', {
    run: (options, x, indices) => x.ungather(indices, options),
    samples: [
      {
        inputs: [
          [5, 20],
          [5, 20],
        ],
        args: { axis: 0, size: 4 },
      },
      {
        inputs: [
          [2, 3],
          [2, 3],
        ],
        args: { axis: 1, size: 5 },
      },
      { inputs: [[0], [0]], args: { axis: 0, size: 2 } },
      {
        inputs: [given([1, 2, 3]), ids(2, 0, 2)],
        args: { axis: 0, size: 4 },
        gives: [2, 0, 4, 0],
      },
    ],
    oracle: { none: "PyTorch knows it as gather's gradient" },
    domain: [normal, places],
    results: numbers,
  }),
  ...writes,
  ...moving,
]
