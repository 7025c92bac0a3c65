/** Where tensors come from. */
import { expectNumber, expectOptions } from '../base/argument.ts'
import {
  type DType,
  dtypeOf,
  dtypes,
  expectDType,
  type HostArray,
  type NumericArray,
  storeAs,
} from '../base/dtype.ts'
import { ShapeError, ValueError } from '../base/error.ts'
import { checkShape, normalizeAxis, type Sizes, sameShape, sizeOf } from '../base/shape.ts'
import { showAny } from '../base/show.ts'
import type { Shape, SizeOf, ToShape } from '../base/types/dim.ts'
import type { Concat, Stack } from '../base/types/join.ts'
import { Cell } from '../graph/cell.ts'
import { Data } from '../graph/data.ts'
import { makeLeaf } from '../graph/node.ts'
import * as p from '../primitives/index.ts'
import { apply, expandNode, literalNode, nodesOf } from './nodes.ts'
import { joinNodes } from './pieces.ts'
import { Parameter, Tensor } from './tensor.ts'
import type { Ok, Out, TensorsOf } from './typing.ts'

export interface CreateOptions {
  /**
   * Element type; by default float32 for numbers, bool for booleans, int64 for bigints, the array's own if
   * typed.
   */
  readonly dtype?: DType
}

/** Numbers, bigints or booleans, nested as deep as the tensor has axes. */
export type NestedInput = number | bigint | boolean | readonly NestedInput[]

/** A leaf on a host array, which must not be changed afterwards. */
export function fromHost(array: HostArray, shape: Sizes, dtype: DType): Tensor {
  const data = new Data(dtype, shape, { host: array })
  return new Tensor(makeLeaf(p.leaf, { kind: 'data', data }, data))
}

/** Depth of nesting that is followed. */
const MOST_AXES = 1000

function shapeOfNested(values: NestedInput): number[] {
  const shape: number[] = []
  for (let level = values; Array.isArray(level); level = level[0] ?? 0) {
    // An array may hold itself.
    if (shape.push(level.length) > MOST_AXES) throw ragged(shape)
    if (level.length === 0) break
  }
  return shape
}

type Scalar = number | bigint

function fillNested(values: NestedInput, shape: Sizes, axis: number, into: Scalar[]): void {
  if (axis === shape.length) {
    if (typeof values === 'boolean') into.push(Number(values))
    else if (typeof values === 'number' || typeof values === 'bigint') into.push(values)
    else throw ragged(shape)
    return
  }
  if (!Array.isArray(values) || values.length !== shape[axis]) throw ragged(shape)
  for (const value of values) fillNested(value, shape, axis + 1, into)
}

function ragged(shape: Sizes): ShapeError {
  return new ShapeError('tensor.ragged', { shape })
}

/** The dtype that values have unless told otherwise: that of the first of them. */
function natural(values: NestedInput): DType {
  let level: unknown = values
  while (Array.isArray(level)) level = level[0]
  switch (typeof level) {
    case 'boolean':
      return 'bool'
    case 'bigint':
      return 'int64'
    case 'number':
    case 'undefined':
      return 'float32'
    default:
      throw new ValueError('tensor.values', { got: showAny(level) })
  }
}

/**
 * A tensor of the given values: nested arrays, a number, or a typed array with a shape.
 *
 * The values are copied. A typed array keeps its dtype, and one that maru lacks becomes the next wider:
 * Int16Array and Uint16Array int32, Uint32Array int64.
 *
 * @throws ShapeError for ragged nesting, or a shape that does not fit the array
 * @example tensor([[1, 2], [3, 4]]).shape // [2, 2]
 * @example tensor(new Float32Array(6), [2, 3])
 */
export function tensor(
  values: NestedInput | NumericArray,
  shape?: readonly number[],
  options: CreateOptions = {},
): Tensor {
  const { dtype } = expectOptions('tensor', options)
  if (dtype !== undefined) expectDType('tensor', dtype)
  if (ArrayBuffer.isView(values)) return fromTyped(values, shape ?? [values.length], dtype)
  const found = shapeOfNested(values)
  const flat: Scalar[] = []
  fillNested(values, found, 0, flat)
  const type = dtype ?? natural(values)
  const to = shape ?? found
  checkShape('tensor', to)
  if (sizeOf(to) !== flat.length)
    throw new ShapeError('tensor.size', { shape: to, count: flat.length })
  return fromHost(storeAs(type, flat), to, type)
}

function fromTyped(values: NumericArray, shape: Sizes, dtype: DType | undefined): Tensor {
  checkShape('tensor', shape)
  if (sizeOf(shape) !== values.length) {
    throw new ShapeError('tensor.size', { shape, count: values.length })
  }
  const type = dtype ?? dtypeOf(values)
  const { bytes, array } = dtypes[type]
  if (dtypeOf(values) !== type || values.BYTES_PER_ELEMENT !== bytes) {
    return fromHost(storeAs(type, values), [...shape], type)
  }
  const copy = new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice()
  return fromHost(array(copy.buffer, 0, values.length), [...shape], type)
}

/** A tensor with one value everywhere; it takes no memory until it is stored. */
export function full<const N extends readonly number[]>(
  shape: N,
  value: number,
  options: CreateOptions = {},
): Tensor<ToShape<N>> {
  const { dtype = 'float32' } = expectOptions('full', options)
  checkShape('full', shape)
  const number = expectNumber('full', 'value', value)
  const literal = literalNode('full', number, expectDType('full', dtype))
  return new Tensor(expandNode(literal, [...shape]))
}

/** A tensor of zeros. */
export function zeros<const N extends readonly number[]>(
  shape: N,
  options: CreateOptions = {},
): Tensor<ToShape<N>> {
  return full(shape, 0, options)
}

/** A tensor of ones. */
export function ones<const N extends readonly number[]>(
  shape: N,
  options: CreateOptions = {},
): Tensor<ToShape<N>> {
  return full(shape, 1, options)
}

/** Numbers that follow each other, up to, not including, a bound. */
interface RangeOptions extends CreateOptions {
  /** Distance from one number to the next, 1 unless given. */
  readonly step?: number
}

/**
 * `0, 1, …, count − 1`; or `start, start + step, …` as long as they lie before `stop`.
 *
 * @dtype int32, or float32 if one of the numbers has a fraction, unless given
 * @throws ValueError for a step of 0 or one that leads away from `stop`
 * @example arange(3) // [0, 1, 2]
 * @example arange(5, 0, { step: -2 }) // [5, 3, 1]
 */
export function arange<const N extends number>(
  count: N,
  options?: CreateOptions,
): Tensor<ToShape<[N]>>
export function arange(start: number, stop: number, options?: RangeOptions): Tensor<[number]>
export function arange(
  first: number,
  second?: number | CreateOptions,
  more: RangeOptions = {},
): Tensor {
  if (typeof second === 'number') return range(first, second, expectOptions('arange', more))
  const shape = [first]
  checkShape('arange', shape)
  const { dtype = 'int32' } = expectOptions('arange', second ?? {})
  return counting(first, expectDType('arange', dtype))
}

function counting(count: number, dtype: DType): Tensor {
  return new Tensor(apply(p.iota, [], { shape: [count], axis: 0, dtype }))
}

function range(start: number, stop: number, { step = 1, dtype }: RangeOptions): Tensor {
  const count = Math.ceil((expectNumber('arange', 'start', start) - stop) / -step)
  if (!(count >= 0 && Number.isSafeInteger(count) && Number.isFinite(step))) {
    throw new ValueError('arange.step', { start, stop, step: showAny(step) })
  }
  const whole = Number.isSafeInteger(start) && Number.isSafeInteger(step)
  const type = expectDType('arange', dtype ?? (whole ? 'int32' : 'float32'))
  if (whole && dtypes[type].kind === 'int') return counting(count, type).mul(step).add(start)
  // Worked out in float64, so that each number is rounded once.
  return counting(count, 'float64').mul(step).add(start).cast(type)
}

/** A size that remembers its name: `zeros([dim('batch', 32), 784])` has a `batch` axis. */
export function dim<const Name extends string>(_: Name, size: number): SizeOf<Name> {
  return size as SizeOf<Name>
}

/** A parameter that starts at a tensor's host values. */
export function parameter<S extends Shape>(
  values: HostArray,
  shape: Sizes,
  dtype: DType,
): Parameter<S> {
  return new Parameter(new Cell(new Data(dtype, shape, { host: values })))
}

/**
 * Tensors one after the other along an axis.
 *
 * @throws ShapeError when ranks or the other sizes differ
 */
export function concat<const Ss extends readonly Shape[], const A extends number = 0>(
  tensors: Ok<Concat<Ss, A>, TensorsOf<Ss>>,
  axis?: A,
): Out<Concat<Ss, A>> {
  return joined(expectTensors('concat', tensors), axis ?? 0) as Out<Concat<Ss, A>>
}

/** A list of tensors at run time, whatever its checked type is. */
function expectTensors(op: string, value: unknown): readonly Tensor[] {
  return nodesOf(op, value).map((node) => new Tensor(node))
}

function joined(parts: readonly Tensor[], axis: unknown): Tensor {
  const [first] = parts
  if (!first) throw new ValueError('concat.none', {})
  const { shape } = first.node
  const along = normalizeAxis('concat', axis, shape)
  for (const part of parts) {
    const own: Sizes = part.node.shape
    if (own.length !== shape.length) throw new ShapeError('concat.rank', { a: shape, b: own })
    if (!sameShape(own.toSpliced(along, 1), shape.toSpliced(along, 1))) {
      throw new ShapeError('concat.sizes', { a: shape, b: own, axis: along })
    }
  }
  const [, ...rest] = parts.map(({ node }) => node)
  return new Tensor(joinNodes([first.node, ...rest], along))
}

/** Tensors of one shape along a new axis. @throws ShapeError when the shapes differ */
export function stack<const Ss extends readonly Shape[], const A extends number = 0>(
  tensors: Ok<Stack<Ss, A>, TensorsOf<Ss>>,
  axis?: A,
): Out<Stack<Ss, A>> {
  const parts = expectTensors('stack', tensors)
  for (const part of parts) {
    const [a, b] = [parts[0]?.node.shape ?? [], part.node.shape]
    if (!sameShape(a, b)) throw new ShapeError('stack.shapes', { a, b })
  }
  const shape: Sizes = parts[0]?.node.shape ?? []
  const along = normalizeAxis('stack', axis ?? 0, [...shape, 1])
  const raised = parts.map((part) => part.unsqueeze(along))
  return joined(raised, along) as Out<Stack<Ss, A>>
}
