/** How parameters start. */
import { FormatError, MemoryError } from '../base/error.ts'
import { nextStream } from '../base/seed.ts'
import { type Sizes, sizeOf } from '../base/shape.ts'
import type { Stream } from '../base/threefry.ts'
import type { Shape } from '../base/types/dim.ts'
import { Cell } from '../graph/cell.ts'
import { Data } from '../graph/data.ts'
import { parameter } from '../tensor/create.ts'
import { Parameter, State } from '../tensor/tensor.ts'

/** Elements of the largest parameter, 4 GiB: a 32-bit device has no room for more. */
export const MOST_ELEMENTS: number = 2 ** 30

interface Limits {
  /** Elements that all parameters of the network may have together. */
  readonly most: number
  /** Whether values are drawn; otherwise they are zeros, to be loaded. */
  readonly drawn: boolean
  /** Whether there is memory for values at all; otherwise there are only sizes. */
  readonly stored?: boolean
}

let limits: Limits | undefined
let used = 0

/** Makes a network from outside, which may be of any size. @throws FormatError beyond the limit */
export function within<T>(bounds: Limits, make: () => T): T {
  limits = bounds
  used = 0
  try {
    return make()
  } finally {
    limits = undefined
  }
}

/**
 * A parameter with values uniform in ±bound.
 *
 * PyTorch starts linear and convolution layers with `bound = 1/√fanIn`, for weights (He's uniform
 * rule with a = √5) and biases alike.
 *
 * @throws MemoryError when it is too large for any device
 * @see He et al. 2015, https://arxiv.org/abs/1502.01852
 */
export function uniform<S extends Shape>(shape: Sizes, bound: number): Parameter<S> {
  return started(shape, (values) => nextStream('init').fill(values, -bound, bound))
}

/**
 * A weight with values uniform in ±√(6 / (fanIn + fanOut)).
 *
 * @see Glorot & Bengio 2010, https://proceedings.mlr.press/v9/glorot10a.html
 */
export function xavier<S extends Shape>(outputs: number, inputs: number): Parameter<S> {
  return uniform([outputs, inputs], Math.sqrt(6 / (outputs + inputs)))
}

/** Normally distributed values of mean 0 and variance 1, but for one row of zeros. */
export function normal<S extends Shape>(shape: Sizes, zeroRow?: number): Parameter<S> {
  return started(shape, (values) => {
    const stream = nextStream('init')
    for (let i = 0; i < values.length; i++) values[i] = stream.normal()
    if (zeroRow === undefined) return
    const columns = values.length / (shape[0] ?? 1)
    values.fill(0, zeroRow * columns, (zeroRow + 1) * columns)
  })
}

/** A tensor that is kept but not learned, with values that `draw` gives. */
export function drawnBuffer<S extends Shape>(
  shape: Sizes,
  draw: (values: Float32Array, stream: Stream) => void,
): State<S> {
  return new State(started(shape, (values) => draw(values, nextStream('init'))).cell)
}

/** A parameter with one value everywhere. */
export function constant<S extends Shape>(shape: Sizes, value: number): Parameter<S> {
  return started(shape, (values) => values.fill(value))
}

/** A tensor that is kept but not learned, with one value everywhere. */
export function buffer<S extends Shape>(shape: Sizes, value: number): State<S> {
  return new State(constant(shape, value).cell)
}

/** A kept count, 0 at first. */
export function counter(): State<[]> {
  return new State(parameter<[]>(new BigInt64Array(1), [], 'int64').cell)
}

function started<S extends Shape>(
  shape: Sizes,
  draw: (values: Float32Array) => void,
): Parameter<S> {
  const elements = sizeOf(shape)
  if (elements > MOST_ELEMENTS) {
    throw new MemoryError('parameter.large', { shape, elements, most: MOST_ELEMENTS })
  }
  used += elements
  if (limits && used > limits.most) throw new FormatError('definition.large', { most: limits.most })
  if (limits?.stored === false) return new Parameter(new Cell(new Data('float32', shape, {})))
  const values = new Float32Array(elements)
  if (limits?.drawn ?? true) draw(values)
  return parameter<S>(values, shape, 'float32')
}
